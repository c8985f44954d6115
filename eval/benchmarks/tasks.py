"""What is measured on each public set: one function a set, each a list of `Measured`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ir_measures
from engines import FOOTNOTE, PLAIN, PLAIN_PASSAGES
from figures import Measured, measured
from public_sets import read_set

from rag.evaluation import answers
from rag.types import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engines import Bench, Search, Workshop
    from figures import Scores
    from public_sets import PublicQuestion, PublicSet

    from rag.types import Answer, Hit

    Task = Callable[[Workshop, Path, int | None], "list[Measured]"]

CHUNKS_A_DOCUMENT = 5
"""Chunks looked at for each document wanted, to rank documents by their best chunk."""
NDCG_DEPTH = 10
POLICYQA_QUESTIONS = 1000
"""Of the 4,152 of the test split, evenly spaced: reading them all tells no more."""
READER = "reader"


def scifact(workshop: Workshop, data: Path, limit: int | None) -> list[Measured]:
    """nDCG@10 of the 300 dev claims, which BEIR calls test; documents by their best chunk."""
    found = read_set(data, "scifact").part("dev").trial(limit)
    bench = workshop.of_passages(found.name, found.passages)
    return [
        measured("scifact", system, _ndcg_scores(search, found.questions, bench))
        for system, search in bench.searches().items()
    ]


def xquad(workshop: Workshop, data: Path, limit: int | None) -> list[Measured]:
    """Open retrieval over 240 paragraphs, whole answers, and reading the right paragraph."""
    found = read_set(data, "xquad_en").trial(limit)
    questions = found.questions
    bench = workshop.of_passages(found.name, found.passages)
    searches = bench.searches()
    results = [
        measured("xquad: paragraphs", system, _document_scores(search, questions, (1, 5)))
        for system, search in searches.items()
    ]
    plain = searches[PLAIN]
    answered = {}
    for done, item in enumerate(questions, start=1):
        answered[item.identifier] = _answered(bench, item)
        bench.tell(f"xquad: {done} of {len(questions)} questions answered")
    shown = {
        item.identifier: _shown(plain(item.question, PLAIN_PASSAGES), item) for item in questions
    }
    results.append(measured("xquad: answers", FOOTNOTE, answered))
    results.append(measured("xquad: answers", PLAIN, shown))
    return [*results, *_reading(workshop, "xquad: reading", found, questions)]


def hotpotqa(workshop: Workshop, data: Path, limit: int | None) -> list[Measured]:
    """Both documents that a question needs among the first 5 and 10."""
    found = read_set(data, "hotpotqa_100").trial(limit)
    bench = workshop.of_passages(found.name, found.passages)
    return [
        measured("hotpotqa", system, _document_scores(search, found.questions, (5, 10)))
        for system, search in bench.searches().items()
    ]


def policyqa(workshop: Workshop, data: Path, limit: int | None) -> list[Measured]:
    """Reading the given segment of a privacy policy, on questions of the test split."""
    found = read_set(data, "policyqa").part("test").sample(POLICYQA_QUESTIONS).trial(limit)
    return _reading(workshop, "policyqa: reading", found, found.questions)


def sec10q(workshop: Workshop, data: Path, limit: int | None) -> list[Measured]:
    """The right reports among those that the first 5 and 10 passages come from.

    A report that cannot be read counts as not found.
    """
    found = read_set(data, "kgrag_sec10q").trial(limit)
    bench = workshop.of_files(found.name, found.pdfs)
    return [
        measured("sec 10-Q", system, _passage_scores(search, found.questions, (5, 10)))
        for system, search in bench.searches().items()
    ]


def _ndcg_scores(
    search: Search, questions: Sequence[PublicQuestion], bench: Bench
) -> dict[str, Scores]:
    run: dict[str, dict[str, float]] = {}
    for done, question in enumerate(questions, start=1):
        documents = _documents(search(question.question, CHUNKS_A_DOCUMENT * NDCG_DEPTH))
        run[question.identifier] = {name: -float(rank) for rank, name in enumerate(documents)}
        if done % 100 == 0:
            bench.tell(f"scifact: {done} of {len(questions)} claims")
    qrels = {item.identifier: dict.fromkeys(item.documents, 1) for item in questions}
    measure = ir_measures.nDCG @ NDCG_DEPTH
    found = ir_measures.iter_calc([measure], qrels, run)
    scores: dict[str, Scores] = {item.query_id: {"ndcg@10": item.value} for item in found}
    return {item.identifier: scores[item.identifier] for item in questions}


def _document_scores(
    search: Search, questions: Sequence[PublicQuestion], depths: Sequence[int]
) -> dict[str, Scores]:
    """Score documents ranked by their best chunk: any and all of the right ones in the first k."""
    scores = {}
    for question in questions:
        documents = _documents(search(question.question, CHUNKS_A_DOCUMENT * max(depths)))
        scores[question.identifier] = _found(documents, question, depths)
    return scores


def _passage_scores(
    search: Search, questions: Sequence[PublicQuestion], depths: Sequence[int]
) -> dict[str, Scores]:
    """Score the documents of the first k passages, as a reader of k passages meets them."""
    scores = {}
    for question in questions:
        hits = search(question.question, max(depths))
        scores[question.identifier] = _found([hit.chunk.document for hit in hits], question, depths)
    return scores


def _found(names: Sequence[str], question: PublicQuestion, depths: Sequence[int]) -> Scores:
    wanted = set(question.documents)
    scores: Scores = {}
    for k in depths:
        first = set(names[:k])
        scores[f"hit@{k}"] = float(bool(wanted & first))
        if len(wanted) > 1:
            scores[f"all_hit@{k}"] = float(wanted <= first)
    return scores


def _documents(hits: Sequence[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.chunk.document for hit in hits))


def _answered(bench: Bench, question: PublicQuestion) -> Scores:
    answer: Answer = bench.pipeline.ask(question.question)
    sentences = [sentence.text for sentence in answer.sentences]
    text = " ".join(sentences)
    scores: Scores = {
        "first_sentence_right": float(
            bool(sentences) and answers.contains(sentences[0], question.answers)
        ),
        "answer_right": float(answers.contains(text, question.answers)),
        "exact_match": answers.exact_match(answer.short_answer, question.answers),
        "token_f1": answers.token_f1(answer.short_answer, question.answers),
        "over_refusal": float(answer.status is Status.NOT_FOUND),
    }
    return scores | ({"words": float(answers.word_count(text))} if sentences else {})


def _shown(hits: Sequence[Hit], question: PublicQuestion) -> Scores:
    text = "\n".join(hit.chunk.text for hit in hits)
    right = float(answers.contains(text, question.answers))
    return {"answer_right": right, "words": float(answers.word_count(text))}


def _reading(
    workshop: Workshop, data: str, found: PublicSet, questions: Sequence[PublicQuestion]
) -> list[Measured]:
    if workshop.reader is None:
        workshop.tell(f"{data}: left out, there is no reader", now=True)
        return []
    texts = {passage.identifier: passage.text for passage in found.passages}
    scores: dict[str, Scores] = {}
    for done, item in enumerate(questions, start=1):
        (reading,) = workshop.reader.read(item.question, [texts[item.documents[0]]])
        scores[item.identifier] = {
            "exact_match": answers.exact_match(reading.text, item.answers),
            "token_f1": answers.token_f1(reading.text, item.answers),
            "answerable": reading.answerable,
        }
        if done % 200 == 0:
            workshop.tell(f"{data}: {done} of {len(questions)} questions")
    return [measured(data, READER, scores)]


TASKS: dict[str, Task] = {
    "scifact": scifact,
    "xquad": xquad,
    "hotpotqa": hotpotqa,
    "policyqa": policyqa,
    "sec10q": sec10q,
}
"""The public sets by the names that ``--only`` takes."""
