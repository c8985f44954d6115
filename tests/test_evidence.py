"""How near a question each sentence is, from what is stored of its passage."""

from __future__ import annotations

import pytest

from rag.evidence import Candidate, with_similarity
from rag.types import Block, BlockKind, Chunk, Hit, Scores, Span
from tests.conftest import make_document

TEXT = "Riyadh is the seat. Troops guard the border. Oil is sold. Wheat grows."
PASSAGE = Span(20, 57)
"""The second and the third sentence."""


def similarity(start, end, sentences):
    document = make_document("a.txt", TEXT)
    chunk = Chunk(1, "a.txt", PASSAGE, document.slice(PASSAGE))
    hit = Hit(1, chunk, Scores(dense=0.3), sentences=sentences)
    span = Span(start, end)
    block = Block(BlockKind.PARAGRAPH, Span(0, len(TEXT)))
    candidate = Candidate(hit, document, block, span, document.slice(span))
    [found] = with_similarity([candidate])
    return found.similarity


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("Troops guard the border.", 0.7),
        ("Oil is sold.", 0.2),
        ("Troops guard the border. Oil is sold.", 0.7),
        ("Oil is sold. Wheat grows.", 0.2),
    ],
)
def test_a_quote_is_as_near_as_the_nearest_sentence_it_shares(quote, expected):
    start = TEXT.index(quote)
    assert similarity(start, start + len(quote), (0.7, 0.2)) == expected


def test_a_passage_that_has_only_its_own_vector_lends_it():
    assert similarity(45, 57, (0.4,)) == 0.4
    assert similarity(45, 57, ()) == 0.0
