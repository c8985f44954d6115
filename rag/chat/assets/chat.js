// Runs once, in the header component: hands clicks on [data-action] to Python and does what needs
// no server. Text from documents only ever passes through textContent and data attributes.
// `element` and `trigger` come from Gradio.

const EVENTS = ['open', 'suggest', 'close'];
const byId = (id) => document.getElementById(id);
const questionBox = () => document.querySelector('#question textarea');

// Questions -------------------------------------------------------------------------------------

function typeQuestion(text) {
  const box = questionBox();
  if (!box) return;
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, text);
  box.dispatchEvent(new Event('input', { bubbles: true }));
  box.focus();
}

// Copying ----------------------------------------------------------------------------------------

async function copyText(button) {
  const { text } = button.dataset;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea'); // no clipboard without https or localhost
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  const name = button.textContent;
  button.textContent = 'Copied';
  setTimeout(() => {
    if (button.textContent === 'Copied') button.textContent = name;
  }, 1500);
}

// Light and dark ----------------------------------------------------------------------------------

function applyTheme(theme) {
  if (theme) document.body.classList.toggle('dark', theme === 'dark');
}

function switchTheme() {
  const theme = document.body.classList.contains('dark') ? 'light' : 'dark';
  localStorage.setItem('footnote-theme', theme);
  applyTheme(theme);
}

// The quote behind a number, on hover and focus ----------------------------------------------------

const tip = document.createElement('div');
tip.id = 'quote-tip';
tip.setAttribute('role', 'tooltip');
tip.hidden = true;
document.body.append(tip);

function line(className, text) {
  const row = document.createElement('p');
  row.className = className;
  row.dir = 'auto';
  row.textContent = text;
  return row;
}

function showTip(button) {
  const { quote, source, standing, page, label } = button.dataset;
  const facts = [label, standing, page].filter(Boolean).join(' · ');
  tip.replaceChildren(line('tip-quote', quote), line('tip-source', source), line('tip-facts', facts));
  tip.hidden = false;
  button.setAttribute('aria-describedby', tip.id);
  const at = button.getBoundingClientRect();
  const margin = 12;
  const left = Math.min(at.left, window.innerWidth - tip.offsetWidth - margin);
  const above = at.top - tip.offsetHeight - 8;
  tip.style.left = `${Math.max(margin, left)}px`;
  tip.style.top = `${above > margin ? above : at.bottom + 8}px`;
}

function hideTip() {
  if (tip.hidden) return;
  tip.hidden = true;
  document.querySelector(`[aria-describedby="${tip.id}"]`)?.removeAttribute('aria-describedby');
}

const citeOf = (event) => event.target.closest?.('.cite[data-quote]');
document.addEventListener('mouseover', (event) => (citeOf(event) ? showTip(citeOf(event)) : hideTip()));
document.addEventListener('focusin', (event) => {
  const cite = citeOf(event);
  if (cite && cite.matches(':focus-visible')) showTip(cite);
  else hideTip();
});
document.addEventListener('scroll', hideTip, true);

// The source panel ------------------------------------------------------------------------------

let opener = null;
let openedFromPanel = false;

function markOpen(data) {
  for (const open of document.querySelectorAll('.is-open')) open.classList.remove('is-open');
  if (!data || data.kind !== 'citation') return;
  const same = `[data-turn="${Number(data.turn)}"][data-number="${Number(data.number)}"]`;
  for (const button of document.querySelectorAll(`#turns [data-kind="citation"]${same}`)) {
    button.classList.add('is-open');
  }
}

function showMark() {
  const panel = byId('source');
  const article = panel?.querySelector('article.source');
  document.body.classList.toggle('source-open', Boolean(article));
  if (!article) return;
  const target = panel.querySelector('mark, .page-mark');
  const body = panel.querySelector('.source-body');
  if (target && body) {
    const offset = target.getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollTop += offset - Math.min(120, body.clientHeight / 3);
  } else if (body) {
    body.scrollTop = 0;
  }
  if (opener?.isConnected) opener.scrollIntoView({ block: 'nearest' });
  if (!openedFromPanel) (panel.querySelector('#source-title') ?? panel.querySelector('.close'))?.focus();
}

function closeSource() {
  if (!byId('source')?.querySelector('article')) return;
  trigger('close', {});
  markOpen(null);
  if (opener?.isConnected) opener.focus();
  else questionBox()?.focus();
}

// A new question comes to the top of the view ------------------------------------------------------

let shownTurn = null;

function showTurn() {
  const turns = byId('turns');
  const turn = byId('current')?.querySelector('article.turn');
  const number = turn?.dataset.turn ?? null;
  if (!turn || number === shownTurn) return;
  shownTurn = number;
  turns.scrollTo({ top: turn.offsetTop - turns.offsetTop - 12, behavior: 'auto' });
}

// Wiring ------------------------------------------------------------------------------------------

function act(button) {
  const data = { ...button.dataset };
  hideTip();
  if (data.action === 'theme') return switchTheme();
  if (data.action === 'rewrite') return typeQuestion(data.text);
  if (data.action === 'copy') return copyText(button);
  if (data.action === 'close') return closeSource();
  if (!EVENTS.includes(data.action)) return undefined;
  if (data.action === 'open') {
    openedFromPanel = byId('source')?.contains(button) ?? false;
    if (!openedFromPanel) opener = button;
    markOpen(data);
  }
  return trigger(data.action, data);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-action]');
  if (button && !button.disabled) act(button);
});

document.addEventListener('keydown', (event) => {
  const typing = event.target.matches?.('input, textarea, select, [contenteditable]');
  if (event.key === 'Escape') {
    if (!tip.hidden) hideTip();
    else closeSource();
  } else if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    questionBox()?.focus();
  } else if ((event.key === '[' || event.key === ']') && !typing) {
    const step = event.key === '[' ? 'previous' : 'next';
    byId('source')?.querySelector(`[data-step="${step}"]:not([disabled])`)?.click();
  }
});

function observe(id, react) {
  const target = byId(id);
  if (!target) {
    requestAnimationFrame(() => observe(id, react)); // Gradio has not mounted it yet
    return;
  }
  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      react();
    });
  }).observe(target, { childList: true, subtree: true, characterData: true, attributes: true });
}

applyTheme(localStorage.getItem('footnote-theme'));
observe('source', showMark);
observe('current', showTurn);
