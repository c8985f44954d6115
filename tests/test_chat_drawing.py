"""What the page draws, and that nothing from a document is ever more than text on it."""

from __future__ import annotations

from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from rag.chat.asking import ask, literal
from rag.chat.copying import bibtex
from rag.chat.drawing import harmless
from rag.chat.labels import date_label, kind_label
from rag.chat.opening import opened_source
from rag.chat.pdf_worker import find, letters_of, merged
from rag.chat.scope import Scope
from rag.chat.sources import WINDOW_CHARACTERS, citation_mark, source_html
from rag.chat.suggestions import candidates
from rag.chat.turns import Exchange, exchange_html
from rag.errors import StoreError
from rag.presentation import NEAREST, NOT_FOUND
from rag.settings import Settings
from rag.store import Filters
from rag.types import (
    Answer,
    Block,
    BlockKind,
    Chunk,
    Citation,
    Disagreement,
    Document,
    Hit,
    IndexStamp,
    Metadata,
    Page,
    Position,
    Scores,
    Sentence,
    Span,
    Status,
)

NASTY = '<script>alert(1)</script> "><img src=x onerror=alert(2)> [a](javascript:alert(3)) \u202e\0'
SHOWN = NASTY.replace("\u202e", "\\u202e").replace("\0", "\\x00")
SPAN = Span(10, 10 + len(NASTY))
DOCUMENT = Document(
    name=f"{NASTY}.txt",
    sha256="a" * 64,
    text=f"Before it {NASTY} and after.\n\nLast.",
    metadata=Metadata(NASTY, NASTY, NASTY, NASTY),
    blocks=(Block(BlockKind.PARAGRAPH, Span(0, 10 + len(NASTY) + 11)),),
)
CITATION = Citation(
    1, DOCUMENT.name, DOCUMENT.metadata, None, SPAN, NASTY, DOCUMENT.sha256, 0.9, ("other",)
)
ANSWER = Answer(
    question=NASTY,
    standalone_question=f"{NASTY}?",
    status=Status.ANSWERED,
    sentences=(Sentence(NASTY, (1,)), Sentence("Second.", (1,))),
    citations=(CITATION,),
    passages=(Hit(1, Chunk(1, DOCUMENT.name, Span(0, 200), NASTY, NASTY), Scores(0.5, 2, 1.0)),),
    confidence=0.9,
    index=IndexStamp(NASTY, 1, "0" * 64),
    short_answer=NASTY,
    disagreements=(Disagreement(NASTY, (Position(NASTY, (1,)), Position("2", (1,)))),),
    timings_ms={"total": 12.0},
)
SCOPE = Scope(Settings())
ALLOWED = {
    *("article", "h2", "h3", "p", "q", "button", "span", "section", "ul", "li", "ol", "strong"),
    *("div", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "label"),
    *("textarea", "header", "mark", "i"),
}


class Elements(HTMLParser):
    """Collects what HTML holds."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.texts = set(), {}, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value)

    def handle_data(self, data):
        self.texts.append(data)


def draw(exchange, **options):
    return exchange_html(exchange, 0, catalog={}, **options)


@pytest.mark.parametrize(
    "html",
    [
        draw(Exchange(NASTY, ANSWER, within=(NASTY,))),
        draw(Exchange(NASTY, error=NASTY)),
        draw(Exchange(NASTY)),
        source_html(DOCUMENT, citation_mark(CITATION, 1), turn=0),
    ],
    ids=["answer", "error", "waiting", "source"],
)
def test_hostile_text_stays_text(html):
    elements = Elements(html)
    assert elements.tags <= ALLOWED
    assert not {name for name in elements.attributes if name.startswith("on")}
    assert not {"href", "src", "srcdoc", "style"} & elements.attributes.keys()
    assert not {"\u202e", "\0"} & set(html)
    assert SHOWN in "".join(elements.texts)


def test_control_and_reordering_characters_are_spelled_out():
    assert harmless("a\u202eb\0c\x1bd\u2066e\ud800f\n\tg\x85") == (
        "a\\u202eb\\x00c\\x1bd\\u2066e\\ud800f\n\tg\\x85"
    )
    assert harmless("é, naïve, العربية, \u200f") == "é, naïve, العربية, \u200f"


def test_sentences_are_drawn_one_by_one_and_the_sources_last():
    first, whole = draw(Exchange("Q", ANSWER), sentences=1), draw(Exchange("Q", ANSWER))
    assert "Second." not in first
    assert "footnotes" not in first
    assert 'aria-busy="true"' in first
    assert "Second." in whole
    assert "footnotes" in whole
    assert "aria-busy" not in whole


def test_a_refusal_shows_the_nearest_passages_as_not_answering():
    refused = Answer(
        "Q", "Q", Status.NOT_FOUND, (), (), ANSWER.passages, 0.2, IndexStamp("i", 1, "0")
    )
    html = draw(Exchange("Q", refused))
    assert NOT_FOUND in html
    assert NEAREST in html
    assert "Copy as" not in html


def test_asking_streams_and_turns_failures_into_a_sentence():
    engine = SimpleNamespace(catalog=dict, ask=lambda *_: ANSWER)
    steps = list(ask(engine, " Q ", [], SCOPE, pause_s=0))
    assert [step.done is None for step in steps] == [True, True, False]
    assert steps[-1].done == Exchange("Q", ANSWER, threshold=0.45)

    def failing(error):
        def raising(*_):
            raise error

        return SimpleNamespace(catalog=dict, ask=raising)

    told = list(ask(failing(StoreError("The index is gone.")), "Q", [], SCOPE))[-1].done
    assert told.error == "The index is gone."
    unexpected = list(ask(failing(ZeroDivisionError("secret")), "Q", [], SCOPE))[-1].done
    assert unexpected.error.startswith("Something went wrong here")
    assert "secret" not in unexpected.error


@pytest.mark.parametrize(
    "data",
    [{}, {"turn": 0}, {"turn": "x", "kind": "citation", "number": 1}]
    + [{"turn": turn, "kind": "citation", "number": 1} for turn in (-1, 1, 10**9)]
    + [{"turn": 0, "kind": kind, "number": 99} for kind in ("citation", "passage", "other")],
)
def test_what_the_browser_sends_is_not_trusted(data):
    engine = SimpleNamespace(document=lambda _: DOCUMENT)
    html = opened_source(engine, [Exchange("Q", ANSWER)], data)
    assert "There is no such source in this conversation." in html


def test_a_quote_whose_document_changed_is_not_marked():
    changed = Document(DOCUMENT.name, "b" * 64, "Something else stands here now, and more of it.")
    html = source_html(changed, citation_mark(CITATION, 1), turn=0)
    assert "<mark>" not in html
    assert "has changed since the answer was given" in html


def test_exactly_the_quote_is_marked_even_across_blocks():
    text = "# One\n\nFirst half\n\nsecond half, rest."
    blocks = tuple(
        Block(kind, Span(*span), level)
        for kind, span, level in (
            (BlockKind.HEADING, (0, 5), 1),
            (BlockKind.PARAGRAPH, (7, 17), 0),
            (BlockKind.PARAGRAPH, (19, 37), 0),
        )
    )
    document = Document("d", "c", text, blocks=blocks)
    citation = Citation(1, "d", Metadata(), None, Span(13, 30), text[13:30], "c", 1.0)
    html = source_html(document, citation_mark(citation, 1), turn=0)
    assert "First <mark>half</mark>" in html
    assert "<mark>second half</mark>, rest." in html


def test_a_huge_document_is_cut_around_the_quote():
    text = "x" * 10**6 + " the quote " + "y" * 10**6
    start = text.index("the quote")
    citation = Citation(1, "d", Metadata(), None, Span(start, start + 9), "the quote", "c", 1.0)
    html = source_html(Document("d", "c", text), citation_mark(citation, 1), turn=0)
    assert "<mark>the quote</mark>" in html
    assert len(html) < 3 * WINDOW_CHARACTERS
    assert "Earlier text is left out." in html
    assert "Later text is left out." in html


@pytest.mark.parametrize(
    ("date", "label"),
    [
        ("2017-12-04", "4 December 2017"),
        ("2017-12", "December 2017"),
        ("2017", "2017"),
        (None, ""),
        ("2017-99", "2017-99"),
        ("soon", "soon"),
    ],
)
def test_dates_are_written_out(date, label):
    assert date_label(date) == label


def test_kinds_are_named_and_opinion_pieces_called_so():
    assert [kind_label(kind) for kind in ("op-ed", "paper", None)] == ["Opinion", "Paper", ""]


def test_bibtex_has_one_entry_a_document_with_its_pages():
    def cited(number, document, page, author="Ada Lindqvist and Otto Brandt"):
        metadata = Metadata("Salt & more", author, "2021-03-04", "paper")
        return Citation(number, document, metadata, page, SPAN, "q", "e" * 64, 1.0)

    pages = [Page(3, "iii", SPAN), Page(4, None, SPAN)]
    answer = SimpleNamespace(
        citations=(
            cited(1, "a.pdf", pages[0]),
            cited(2, "b.pdf", None, "Harbour Board, Data Desk"),
            cited(3, "a.pdf", pages[1]),
            cited(4, "c.pdf", None),
        )
    )
    entries = bibtex(answer).split("\n\n")
    assert entries[0] == (
        "@misc{brandt2021,\n  title = {Salt \\& more},\n"
        "  author = {Ada Lindqvist and Otto Brandt},\n  howpublished = {Paper},\n"
        "  year = {2021},\n  month = {3},\n  pages = {iii, 4},\n"
        f"  note = {{File a.pdf, SHA-256 {'e' * 64}}},\n}}"
    )
    assert "  author = {{Harbour Board, Data Desk}}," in entries[1]
    assert entries[2].startswith("@misc{brandt2021b,")


def test_a_quote_is_found_on_a_page_whatever_hyphens_and_spaces_the_page_has():
    page, places = letters_of("Coop-\neration was ﬁrst. Coop eration again")
    assert page == "cooperationwasfirstcooperationagain"
    assert find(page, "cooperation") == (0, 11)
    assert find(page, "cooperation", skip=1) == (19, 30)
    assert places[page.index("first")] == places[page.index("first") + 1]  # one ligature
    assert find(page, "nothing") is None


def test_a_quote_that_a_page_break_cuts_is_marked_in_part():
    quote = "abcdefghijklmnopqrstuvwxyz0123456789"
    assert find("zzz" + quote[:20], quote) == (3, 23)
    assert find(quote[16:] + "zzz", quote) == (0, 20)


def test_boxes_of_characters_become_one_a_line():
    boxes = [
        (0.1, 0.1, 0.2, 0.2),
        (0.2, 0.12, 0.3, 0.2),
        (0.1, 0.3, 0.2, 0.4),
        (0.5, 0.3, 0.5, 0.4),
    ]
    assert merged(boxes) == [(0.1, 0.1, 0.3, 0.2), (0.1, 0.3, 0.2, 0.4)]


def test_questions_are_suggested_by_headings_and_sentences():
    parts = [
        (BlockKind.HEADING, "3.1 Who belongs to the coalition? Three counts"),
        (BlockKind.HEADING, "What neutrality means"),
        (BlockKind.PARAGRAPH, "The Harbour Board was founded in 1743."),
        (BlockKind.PARAGRAPH, "The Islamic Military Counter Terrorism Coalition (IMCTC) grew."),
        (BlockKind.PARAGRAPH, "Nothing here."),
    ]
    text, blocks = "", []
    for kind, part in parts:
        blocks.append(
            Block(kind, Span(len(text), len(text) + len(part)), 2 if kind == "heading" else 0)
        )
        text += part + "\n\n"
    assert list(candidates(Document("d", "s", text, blocks=tuple(blocks)))) == [
        "Who belongs to the coalition?",
        "What does neutrality mean?",
        "When was the Harbour Board founded?",
        "What is the IMCTC?",
    ]


def test_names_with_wildcards_only_match_themselves():
    filters = Filters(documents=(literal("a[1]*.txt"),))
    assert filters.accepts(["a[1]*.txt"], Metadata())
    assert not filters.accepts(["a1b.txt"], Metadata())
