"""Whether an answer cites the right places, and only these."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rag.evaluation.locating import Located
    from rag.types import Answer, Citation, Document, Span

    Matches = Callable[[Citation, Located], bool]

OVERLAP = 0.5
"""Share of the shorter of quote and evidence that both must hold to be one place."""


def same_document(citation: Citation, evidence: Located) -> bool:
    """Return whether the citation names the document of the evidence."""
    return citation.document == evidence.document.name


def same_page(citation: Citation, evidence: Located) -> bool:
    """Return whether both are on one physical page; a document without pages counts as one."""
    if citation.document != evidence.document.name:
        return False
    if not evidence.document.pages:
        return True
    cited = citation.page.number if citation.page else None
    return any(cited in _pages(evidence.document, span) for span in evidence.spans)


def same_span(citation: Citation, evidence: Located) -> bool:
    """Return whether both share at least half the characters of the shorter one."""
    return citation.document == evidence.document.name and any(
        _shared(citation.span, span) >= OVERLAP * min(len(citation.span), len(span))
        for span in evidence.spans
    )


LEVELS: Mapping[str, Matches] = {
    "document": same_document,
    "page": same_page,
    "span": same_span,
}


def precision(
    citations: Sequence[Citation], evidence: Sequence[Located], matches: Matches
) -> float | None:
    """Return |C ∩ G| / |C|: the share of citations that gold evidence backs, None without any."""
    if not citations:
        return None
    right = sum(any(matches(citation, item) for item in evidence) for citation in citations)
    return right / len(citations)


def recall(
    citations: Sequence[Citation],
    evidence: Sequence[Located],
    groups: Sequence[Sequence[int]],
    matches: Matches,
) -> float:
    """Return |C ∩ G| / |G|: the share of gold groups of which a piece of evidence is cited."""
    found = sum(
        any(matches(citation, evidence[index]) for index in group for citation in citations)
        for group in groups
    )
    return found / len(groups)


def exact_quotes(answer: Answer, documents: Callable[[str], Document]) -> tuple[int, int]:
    """Return how many citations quote exactly what their document says there, and how many are.

    Args:
        answer: The answer.
        documents: Returns an indexed document by its name.
    """
    exact = sum(
        documents(citation.document).slice(citation.span) == citation.quote
        for citation in answer.citations
    )
    return exact, len(answer.citations)


def alce_recall(answer: Answer) -> float | None:
    """Return ALCE's citation recall: the share of sentences that their citations entail together.

    Gao et al. 2023, https://arxiv.org/abs/2305.14627. Here quotes entail a sentence if they
    contain it, white space aside, which no model has to judge. A sentence without citations, or
    with a number that no citation has, is not entailed. None without sentences.
    """
    if not answer.sentences:
        return None
    quotes = _quotes(answer)
    entailed = [
        _entails(quotes, sentence.citations, sentence.text) for sentence in answer.sentences
    ]
    return sum(entailed) / len(entailed)


def alce_precision(answer: Answer) -> float | None:
    """Return ALCE's citation precision: the share of citations that are not irrelevant.

    A citation counts if all of the sentence's citations entail it and this one is needed: it
    entails the sentence alone, or the others do not without it. None without citations.
    """
    quotes = _quotes(answer)
    counted = total = 0
    for sentence in answer.sentences:
        numbers = sentence.citations
        total += len(numbers)
        if not _entails(quotes, numbers, sentence.text):
            continue
        for number in numbers:
            others = tuple(other for other in numbers if other != number)
            counted += _entails(quotes, (number,), sentence.text) or not _entails(
                quotes, others, sentence.text
            )
    return counted / total if total else None


def _quotes(answer: Answer) -> dict[int, str]:
    return {citation.number: " ".join(citation.quote.split()) for citation in answer.citations}


def _entails(quotes: Mapping[int, str], numbers: Sequence[int], sentence: str) -> bool:
    if not numbers or any(number not in quotes for number in numbers):
        return False
    return " ".join(sentence.split()) in " ".join(quotes[number] for number in numbers)


def _pages(document: Document, span: Span) -> set[int]:
    return {page.number for page in document.pages if page.span.overlaps(span)}


def _shared(left: Span, right: Span) -> int:
    return min(left.end, right.end) - max(left.start, right.start)
