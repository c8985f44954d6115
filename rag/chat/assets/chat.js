// Runs once, in the header component: hands clicks on [data-action] to Python and does what needs
// no server. Text from documents only ever passes through textContent and data attributes.
// `element` and `trigger` come from Gradio.

// What Python listens to; `page.py` says what each does.
const EVENTS = [
  'open', 'close', 'suggest', 'begin', 'resume', 'find', 'rename', 'delete', 'export', 'judge',
  'choose', 'remove', 'refresh', 'cancel', 'set', 'reset', 'measure', 'stop', 'show', 'forget',
  'compare', 'report',
];
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

// A question sent before the answer to the one before is whole: Gradio takes no second event of a
// kind while the first is under way, so it stays in the box and is sent again.
const RETRIES_MS = [100, 200, 400, 800, 1600]; // Gradio ends the event after it drew the answer
let unsent = null;
let answeredAt = -Infinity;

const isAnswering = () => Boolean(byId('current')?.querySelector('article[aria-busy]'));

function noteAnswering() {
  if (isAnswering()) answeredAt = Infinity;
  else if (answeredAt === Infinity) answeredAt = performance.now();
}

function noteSent(text) {
  const recently = performance.now() - answeredAt < RETRIES_MS.at(-1);
  if (!text.trim() || !recently) return;
  unsent = text;
  setTimeout(sendUnsent, RETRIES_MS[0], 0);
}

function sendUnsent(tries) {
  if (unsent === null || tries === RETRIES_MS.length || questionBox()?.value !== unsent) {
    unsent = null; // it was taken, or edited
    return;
  }
  const button = isAnswering() ? null : document.querySelector('#question button');
  button?.click();
  setTimeout(sendUnsent, RETRIES_MS[button ? tries : 0], button ? tries + 1 : tries);
}

// Copying ----------------------------------------------------------------------------------------

async function copyText(button, text = button.dataset.text) {
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

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

function applyTheme() {
  const theme = localStorage.getItem('footnote-theme') || '';
  document.body.classList.toggle('dark', theme ? theme === 'dark' : systemIsDark.matches);
  for (const radio of document.querySelectorAll('[data-theme]')) {
    radio.checked = radio.dataset.theme === theme;
  }
}

function setTheme(theme) {
  localStorage.setItem('footnote-theme', theme);
  applyTheme();
}

const switchTheme = () => setTheme(document.body.classList.contains('dark') ? 'light' : 'dark');

// Settings are part of the page's address ----------------------------------------------------------

function changeAddress(change) {
  const address = new URL(location.href);
  change(address.searchParams);
  history.replaceState(history.state, '', address);
}

function addressOfDocuments(names) {
  changeAddress((parts) => {
    parts.delete('document');
    for (const name of names) parts.append('document', name);
  });
}

function showSetting(input) {
  const value = Number(input.value);
  const shown = 'share' in input.dataset ? `${Math.round(100 * value)} %` : String(value);
  input.closest('.choice').querySelector('output').textContent = shown;
}

function keepSetting(input) {
  const { setting, usual } = input.dataset;
  changeAddress((parts) => {
    if (Number(input.value) === Number(usual)) parts.delete(setting);
    else parts.set(setting, input.value);
  });
  trigger('set', { key: setting, value: input.value });
}

function forgetSettings() {
  changeAddress((parts) => {
    for (const input of document.querySelectorAll('[data-setting]')) {
      parts.delete(input.dataset.setting);
    }
  });
  trigger('reset', {});
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
let shownSource = null; // what the panel showed last, so that only another source moves the view

function markOpen(data) {
  for (const open of document.querySelectorAll('.is-open')) open.classList.remove('is-open');
  if (!data || data.kind !== 'citation') return;
  const same = `[data-turn="${Number(data.turn)}"][data-number="${Number(data.number)}"]`;
  for (const button of document.querySelectorAll(`#turns [data-kind="citation"]${same}`)) {
    button.classList.add('is-open');
  }
}

const WIDE_FOR_THREE = 1500;
let sidebarAside = false; // whether the conversations gave way to the source

function makeRoom(sourceOpen) {
  const shown = document.body.classList.contains('sidebar-shown');
  if (sourceOpen && shown && innerWidth < WIDE_FOR_THREE) {
    sidebarAside = true;
    showSidebar(false);
  } else if (!sourceOpen && sidebarAside) {
    sidebarAside = false;
    showSidebar(true);
  }
}

function showMark() {
  const panel = byId('source');
  const article = panel?.querySelector('article.source');
  document.body.classList.toggle('source-open', Boolean(article));
  const key = article && JSON.stringify(article.dataset);
  if (key === shownSource) return;
  shownSource = key;
  makeRoom(Boolean(article));
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
  document.body.classList.remove('source-open');
  trigger('close', {});
  markOpen(null);
  if (opener?.isConnected) opener.focus();
  else questionBox()?.focus();
}

// A new question comes to the top of the view ------------------------------------------------------

const PINNED_MS = 1500; // while Gradio draws what stands above it
let shownTurn = null;
let pinnedUntil = 0;

function showTurn() {
  const turns = byId('turns');
  const all = turns?.querySelectorAll('article.turn') ?? [];
  const turn = all[all.length - 1];
  if (!turn) {
    shownTurn = null;
    return;
  }
  const key = `${all.length} ${all[0].querySelector('h2').textContent}`;
  if (key !== shownTurn) {
    shownTurn = key;
    pinnedUntil = performance.now() + PINNED_MS;
  }
  if (performance.now() < pinnedUntil) {
    turns.scrollTop += turn.getBoundingClientRect().top - turns.getBoundingClientRect().top;
  }
}

for (const moved of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
  document.addEventListener(moved, () => { pinnedUntil = 0; }, { capture: true, passive: true });
}

// Earlier conversations ---------------------------------------------------------------------------

const WIDE = 1200;

function showSidebar(shown) {
  document.body.classList.toggle('sidebar-shown', shown);
  document.querySelector('[data-action="sidebar"]')?.setAttribute('aria-expanded', String(shown));
}

function retitle(button) {
  const item = button.closest('li');
  const title = item?.querySelector('.conversation');
  if (!title) return;
  button.closest('details').open = false;
  const input = document.createElement('input');
  input.value = button.dataset.title;
  input.maxLength = 120;
  input.className = 'retitle';
  input.setAttribute('aria-label', 'New title');
  let done = false;
  const finish = (keep) => {
    if (done) return;
    done = true;
    input.remove();
    title.hidden = false;
    if (keep && input.value.trim()) trigger('rename', { id: button.dataset.id, title: input.value });
  };
  input.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key === 'Enter') finish(true);
    if (event.key === 'Escape') finish(false);
  });
  input.addEventListener('blur', () => finish(true));
  title.hidden = true;
  title.after(input);
  input.select();
}

function download(id) {
  const item = byId(id)?.querySelector('[data-download]');
  if (!item || item.dataset.done) return;
  item.dataset.done = 'yes';
  const bytes = Uint8Array.from(atob(item.dataset.text), (char) => char.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: item.dataset.type }));
  link.download = item.dataset.download;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Verdicts ------------------------------------------------------------------------------------------

let selection = null; // the words last selected in the source panel

function noteSelection() {
  const chosen = document.getSelection();
  const text = chosen?.toString().trim();
  const anchor = chosen?.anchorNode;
  const article = (anchor?.parentElement ?? anchor)?.closest?.('#source article');
  if (!text || !article || !anchor.parentElement.closest('.source-text')) return;
  selection = { document: article.dataset.document, quote: text };
  for (const place of document.querySelectorAll('.complaint:not([hidden]) .selected')) {
    place.textContent = `Selected: ${text.length > 160 ? `${text.slice(0, 160)}…` : text}`;
    place.hidden = false;
  }
}

function complain(button) {
  const form = document.querySelector(`[data-complaint="${Number(button.dataset.turn)}"]`);
  form.hidden = !form.hidden;
  button.setAttribute('aria-expanded', String(!form.hidden));
  selection = null;
  if (!form.hidden) form.querySelector('textarea').focus();
}

function judge(button) {
  const data = { ...button.dataset };
  const form = document.querySelector(`[data-complaint="${Number(data.turn)}"]`);
  if (data.verdict === 'wrong') {
    Object.assign(data, selection ?? {}, { note: form.querySelector('textarea').value });
  }
  form.hidden = true;
  trigger('judge', data);
}

// Measuring -------------------------------------------------------------------------------------------

function showTab(id) {
  byId(`${id}-tab-button`)?.click();
}

function askInChat(button) {
  showTab('chat');
  trigger('suggest', { text: button.dataset.text });
}

let showResult = false; // on a narrow page a run asked for is below what was pressed

function revealRun() {
  if (!showResult || innerWidth >= 900) return;
  showResult = false;
  byId('run').scrollIntoView({ block: 'start' });
}

function filterQuestions() {
  const rows = [...document.querySelectorAll('#run tr.question')];
  const [problem, kind] = ['problem', 'kind'].map(
    (name) => document.querySelector(`#run select[data-change="${name}"]`).value,
  );
  for (const row of rows) {
    const wrong = row.dataset.problems.split('|');
    const wanted = problem === '*' ? row.dataset.problems !== '' : wrong.includes(problem);
    row.hidden = (problem && !wanted) || (kind && row.dataset.kind !== kind);
  }
  const shown = rows.filter((row) => !row.hidden).length;
  byId('questions-shown').textContent = shown === rows.length ? '' : `${shown} of ${rows.length}`;
}

// Notices go away on their own ------------------------------------------------------------------------

let noticeTimer = 0;

function showNotice() {
  const notice = byId('notice')?.querySelector('.notice');
  clearTimeout(noticeTimer);
  if (!notice) return;
  notice.classList.remove('gone');
  noticeTimer = setTimeout(() => notice.classList.add('gone'), 7000);
}

// Wiring ------------------------------------------------------------------------------------------

const LOCAL = {
  ask: askInChat,
  'copy-address': (button) => copyText(button, location.href),
  measure: () => trigger('measure', { gold: byId('gold').value, split: byId('split').value }),
  reset: forgetSettings,
  theme: switchTheme,
  close: closeSource,
  copy: (button) => copyText(button),
  complain,
  judge,
  retitle,
  rewrite: (button) => typeQuestion(button.dataset.text),
  sidebar: () => showSidebar(!document.body.classList.contains('sidebar-shown')),
};

function isConfirmed(button) {
  if (!button.dataset.confirm || button.dataset.asked) return true;
  const name = button.textContent;
  button.dataset.asked = 'yes';
  button.textContent = button.dataset.confirm;
  button.classList.add('danger');
  setTimeout(() => {
    delete button.dataset.asked;
    button.textContent = name;
    button.classList.remove('danger');
  }, 4000);
  return false;
}

function act(button) {
  const data = { ...button.dataset };
  hideTip();
  if (!isConfirmed(button)) return undefined;
  const menu = button.closest('details.menu');
  if (menu) menu.open = false;
  if (Object.hasOwn(LOCAL, data.action)) return LOCAL[data.action](button);
  if (!EVENTS.includes(data.action)) return undefined;
  if (data.action === 'open') {
    openedFromPanel = byId('source')?.contains(button) ?? false;
    if (!openedFromPanel) opener = button;
    markOpen(data);
  }
  if ((data.action === 'begin' || data.action === 'resume') && innerWidth < WIDE) showSidebar(false);
  if (data.action === 'begin') questionBox()?.focus();
  if (data.action === 'show') showResult = true;
  if (data.action === 'choose') addressOfDocuments(JSON.parse(data.names));
  return trigger(data.action, data);
}

const changed = {
  choose: () => {
    const ticked = document.querySelectorAll('#documents input[data-change="choose"]:checked');
    const names = [...ticked].map((input) => input.value);
    addressOfDocuments(names);
    trigger('choose', { names: JSON.stringify(names) });
  },
  compare: (select) => {
    showResult = true;
    if (select.value) trigger('compare', { before: select.value, run: select.dataset.run });
  },
  kind: filterQuestions,
  problem: filterQuestions,
  find: (input) => trigger('find', { value: input.value }),
};
let changeTimer = 0;
document.addEventListener('input', (event) => {
  if (event.target.matches?.('[data-setting]')) showSetting(event.target);
  const input = event.target.closest?.('[data-change]');
  if (!input) return;
  clearTimeout(changeTimer);
  const wait = input.matches('select') ? 0 : 250;
  changeTimer = setTimeout(() => changed[input.dataset.change]?.(input), wait);
});
document.addEventListener('change', (event) => {
  const input = event.target;
  if (input.matches?.('[data-setting]')) keepSetting(input);
  else if (input.matches?.('[data-theme]')) setTheme(input.dataset.theme);
});
document.addEventListener('selectionchange', noteSelection);

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-action]');
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  if (button && !button.disabled) act(button);
});

document.addEventListener('keydown', (event) => {
  if (event.target === questionBox() && event.key === 'Enter' && !event.shiftKey) {
    noteSent(event.target.value);
  }
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

applyTheme();
systemIsDark.addEventListener('change', applyTheme);
showSidebar(innerWidth >= WIDE);
observe('notice', showNotice);
observe('download', () => download('download'));
observe('run-download', () => download('run-download'));
observe('settings', applyTheme);
observe('run', revealRun);
observe('source', showMark);
observe('current', () => {
  noteAnswering();
  showTurn();
});
observe('past', showTurn);
