from __future__ import annotations

import pytest

from rag.evaluation import citations
from rag.evaluation.locating import Located
from rag.types import (
    Answer,
    Citation,
    Document,
    IndexStamp,
    Metadata,
    Page,
    Sentence,
    Span,
    Status,
)

TEXT = "Alpha is one. Beta is two. Gamma is three. Delta is four."
PAGES = (Page(1, "i", Span(0, 27)), Page(2, "1", Span(27, len(TEXT))))
PAGED = Document("paged.pdf", "0", TEXT, pages=PAGES)
PLAIN = Document("plain.txt", "1", TEXT)


def span_of(quote):
    return Span(TEXT.index(quote), TEXT.index(quote) + len(quote))


def cited(quote, document=PAGED, number=1, text=None):
    span = span_of(quote)
    page = document.page_at(span.start)
    return Citation(
        number, document.name, Metadata(), page, span, text or quote, document.sha256, 1.0
    )


def located(quote, document=PAGED):
    return Located(document, (span_of(quote),))


def answer(sentences, given):
    return Answer(
        "q",
        "q",
        Status.ANSWERED,
        tuple(sentences),
        tuple(given),
        (),
        0.5,
        IndexStamp("i", 1, "0"),
    )


EVIDENCE = [located("Alpha is one."), located("Gamma is three.")]


@pytest.mark.parametrize(("level", "right"), [("document", 1.0), ("page", 2 / 3), ("span", 1 / 3)])
def test_precision_by_level(level, right):
    given = [cited("Alpha is one."), cited("Beta is two."), cited("Delta is four.")]
    evidence = [located("Alpha is one.")]
    assert citations.precision(given, evidence, citations.LEVELS[level]) == right


def test_recall_is_over_groups():
    matches = citations.same_span
    given = [cited("Alpha is one.")]
    assert citations.recall(given, EVIDENCE, [[0], [1]], matches) == 1 / 2
    assert citations.recall(given, EVIDENCE, [[0, 1]], matches) == 1
    assert citations.recall([], EVIDENCE, [[0], [1]], matches) == 0


def test_precision_without_citations_is_undefined():
    assert citations.precision([], EVIDENCE, citations.same_span) is None


def test_another_document_with_the_same_text_is_wrong():
    assert not citations.same_span(cited("Alpha is one.", PLAIN), EVIDENCE[0])
    assert not citations.same_page(cited("Alpha is one.", PLAIN), EVIDENCE[0])


def test_a_document_without_pages_counts_as_one_page():
    assert citations.same_page(cited("Delta is four.", PLAIN), located("Alpha is one.", PLAIN))


def test_a_span_matches_when_half_of_the_shorter_one_is_shared():
    assert citations.same_span(cited("is one. Beta is"), EVIDENCE[0])
    assert not citations.same_span(cited("one. Beta is two."), EVIDENCE[0])
    assert citations.same_span(cited(TEXT), EVIDENCE[0])


def test_quotes_are_compared_with_their_documents():
    given = [cited("Alpha is one."), cited("Beta is two.", number=2, text="Beta is three.")]
    documents = {"paged.pdf": PAGED}.__getitem__
    assert citations.exact_quotes(answer([], given), documents) == (1, 2)


def test_alce_by_hand():
    """Two of three sentences entailed; of four citations one is needless and one unsupported."""
    given = [
        cited("Alpha is one.", number=1),
        cited("Beta is two.", number=2),
        cited("Delta is four.", number=3),
    ]
    sentences = [
        Sentence("Alpha is one.", (1, 3)),
        Sentence("Beta is two.", (2,)),
        Sentence("Gamma is three.", (3,)),
    ]
    assert citations.alce_recall(answer(sentences, given)) == 2 / 3
    assert citations.alce_precision(answer(sentences, given)) == 2 / 4


def test_both_halves_of_a_sentence_are_needed():
    given = [cited("Alpha is one.", number=1), cited("Beta is two.", number=2)]
    sentences = [Sentence("Alpha is one. Beta is two.", (1, 2))]
    assert citations.alce_recall(answer(sentences, given)) == 1
    assert citations.alce_precision(answer(sentences, given)) == 1


@pytest.mark.parametrize("numbers", [(), (9,)])
def test_a_sentence_without_a_known_citation_is_not_entailed(numbers):
    assert citations.alce_recall(answer([Sentence("Alpha is one.", numbers)], [])) == 0


def test_an_empty_answer_has_no_alce():
    assert citations.alce_recall(answer([], [])) is None
    assert citations.alce_precision(answer([], [])) is None
