"""Properties of every document: blocks are exact, pages tile, nothing visible is lost twice."""

from __future__ import annotations

import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.cleaning import clean
from rag.errors import LoadError
from rag.loading import wire
from rag.loading.plain import read as read_plain
from rag.loading.raw import RawBlock, RawDocument, RawPage
from rag.types import BlockKind

PIECES = [
    "the coalition", "The Coalition", "counter-", "terrorism", "42", "1.", "- ", "• ", "References",
    "e\N{COMBINING ACUTE ACCENT}", "\N{COMBINING RING ABOVE}", "👩‍👩‍👧", "🇵🇰", "التحالف", "שלום",
    "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{SOFT HYPHEN}", "\0", "ﬁle", "10²", "Khan¹", ".", "! ", "?",
    "\N{NO-BREAK SPACE}", "\t", "    ", "\r\n", "\n", "\n\n", "\r", "\f", "\N{LINE SEPARATOR}", "a",
    "……… 3", "By Jane Doe", "© 2017", "\ud800", "(", ")", "**", "=====", "Page 3", "iv", " | ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=60).map("".join)
LINES = TEXTS.map(lambda text: " ".join(text.split()))
KINDS = st.none() | st.sampled_from(BlockKind)
BLOCKS = st.builds(
    RawBlock,
    lines=st.lists(LINES, min_size=1, max_size=4).map(tuple),
    kind=KINDS,
    level=st.integers(0, 6),
    group=st.integers(0, 2),
)
PAGES = st.lists(st.lists(BLOCKS, max_size=5).map(tuple), min_size=1, max_size=6)


def check(document) -> None:
    end = 0
    for block in document.blocks:
        text = document.slice(block.span)
        assert text == text.strip()
        assert text
        assert "\n" not in text
        assert block.span.start >= end
        assert not document.text[end : block.span.start].strip()
        assert (block.level > 0) == (block.kind is BlockKind.HEADING)
        end = block.span.end
    assert end == len(document.text)
    assert document.text == unicodedata.normalize("NFC", document.text)
    assert not any(unicodedata.category(c) == "Cs" for c in document.text)
    assert not set(document.text) & set("\0\r\t\f\u202e\u202d\u00ad\ufeff")
    document.text.encode("utf-8")
    assert all(len(entry.text) <= 200 for entry in document.dropped)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_blocks_of_any_text_file_are_exact(text):
    try:
        document = clean(read_plain(text.encode("utf-8", "surrogatepass")), "a", "0" * 64)
    except LoadError:
        return
    check(document)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PAGES, st.booleans(), st.booleans())
def test_pages_of_any_document_tile_the_text(pages, wrapped, marked):
    raw = RawDocument(
        pages=tuple(RawPage(number, blocks) for number, blocks in enumerate(pages, 1)),
        paginated=True,
        wrapped=wrapped,
        marked=marked,
    )
    try:
        document = clean(raw, "a", "0" * 64)
    except LoadError:
        return
    check(document)
    assert [page.number for page in document.pages] == list(range(1, len(pages) + 1))
    assert document.pages[0].span.start == 0
    assert document.pages[-1].span.end == len(document.text)
    for left, right in zip(document.pages, document.pages[1:], strict=False):
        assert left.span.end == right.span.start


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_cleaning_is_deterministic_and_survives_the_wire(text):
    try:
        raw = read_plain(text.encode("utf-8", "surrogatepass"))
        document = clean(raw, "a", "0" * 64)
    except LoadError:
        return
    assert clean(raw, "a", "0" * 64) == document
    assert wire.document_from_dict(wire.document_to_dict(document)) == document
