"""What is measured on each set: one function a set, each a list of `Measured`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ir_measures
from engines import FOOTNOTE, PLAIN, PLAIN_PASSAGES
from public_sets import read_set

from rag.evaluation import answers, ranking
from rag.evaluation.gold import read_gold
from rag.evaluation.intervals import Metric, Resamples, mean_of
from rag.evaluation.labels import Split
from rag.evaluation.locating import Locator
from rag.evaluation.run import Evaluation, evaluate, evaluation_of
from rag.types import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engines import Bench, Search, Workshop
    from public_sets import PublicQuestion, PublicSet

    from rag.evaluation.labels import Gold
    from rag.types import Answer, Hit

    Scores = dict[str, float]
    Task = Callable[[Workshop, Path, int | None], "list[Measured]"]

CHUNKS_FOR_DOCUMENTS = 50
"""Chunks looked at to rank documents by their best one."""
NDCG_DEPTH = 10
GOLD_DEPTH = 20
POLICYQA_QUESTIONS = 1000
"""Of the test split, in its order: a sample, since reading all 4,152 tells no more."""
READER = "reader"


@dataclass(frozen=True, slots=True)
class Measured:
    """One system on one set: figures with intervals, and the scores of each question."""

    data: str
    system: str
    metrics: dict[str, Metric]
    questions: dict[str, dict[str, float]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures and scores as plain JSON."""
        return {
            "set": self.data,
            "system": self.system,
            "metrics": {name: metric.to_dict() for name, metric in self.metrics.items()},
            "questions": {
                name: {key: round(value, 4) for key, value in scores.items()}
                for name, scores in self.questions.items()
            },
        }


def measured(data: str, system: str, scores: dict[str, Scores]) -> Measured:
    """Return the mean of each score over the questions that have it, with its interval."""
    resamples = Resamples(len(scores))
    metrics = {}
    for name in dict.fromkeys(name for row in scores.values() for name in row):
        values = [row.get(name) for row in scores.values()]
        counted = sum(value is not None for value in values)
        metrics[name] = resamples.measured(mean_of(values), counted)
    return Measured(data, system, metrics, scores)


def scifact(workshop: Workshop, data: Path, limit: int | None) -> list[Measured]:
    """nDCG@10 of the 300 dev claims, which BEIR calls test; documents by their best chunk."""
    found = read_set(data, "scifact").part("dev")
    bench = workshop.of_passages("scifact", found.passages)
    return [
        measured("scifact", system, _ndcg_scores(search, found.questions[:limit], bench))
        for system, search in bench.searches().items()
    ]


def xquad(workshop: Workshop, data: Path, limit: int | None) -> list[Measured]:
    """Open retrieval over 240 paragraphs, whole answers, and reading the right paragraph."""
    found = read_set(data, "xquad_en")
    questions = found.questions[:limit]
    bench = workshop.of_passages("xquad_en", found.passages)
    searches = bench.searches()
    results = [
        measured("xquad: paragraphs", system, _document_scores(search, questions, (1, 5)))
        for system, search in searches.items()
    ]
    plain = searches[PLAIN]
    answered = {item.identifier: _answered(bench, item) for item in questions}
    shown = {
        item.identifier: _shown(plain(item.question, PLAIN_PASSAGES), item) for item in questions
    }
    results.append(measured("xquad: answers", FOOTNOTE, answered))
    results.append(measured("xquad: answers", PLAIN, shown))
    return [*results, *_reading(workshop, "xquad: reading", found, questions)]


def hotpotqa(workshop: Workshop, data: Path, limit: int | None) -> list[Measured]:
    """Both documents that a question needs among the first 5 and 10."""
    found = read_set(data, "hotpotqa_100")
    bench = workshop.of_passages("hotpotqa_100", found.passages)
    return [
        measured("hotpotqa", system, _document_scores(search, found.questions[:limit], (5, 10)))
        for system, search in bench.searches().items()
    ]


def policyqa(workshop: Workshop, data: Path, limit: int | None) -> list[Measured]:
    """Reading the given segment of a privacy policy, on questions of the test split."""
    found = read_set(data, "policyqa").part("test")
    questions = found.questions[: min(limit or POLICYQA_QUESTIONS, POLICYQA_QUESTIONS)]
    return _reading(workshop, "policyqa: reading", found, questions)


def sec10q(workshop: Workshop, data: Path, limit: int | None) -> list[Measured]:
    """The right reports among those that the first 5 and 10 passages come from."""
    found = read_set(data, "kgrag_sec10q")
    bench = workshop.of_folder("kgrag_sec10q", found.pdfs or data / "kgrag_sec10q" / "pdfs")
    indexed = {file.name for file in bench.pipeline.store.files() if file.reason is None}
    questions = [item for item in found.questions if set(item.documents) <= indexed][:limit]
    return [
        measured("sec 10-Q", system, _passage_scores(search, questions, (5, 10)))
        for system, search in bench.searches().items()
    ]


def gold_set(
    workshop: Workshop, name: str, folder: Path, gold: Path, limit: int | None
) -> list[Measured]:
    """Our own questions: everything of ``rag eval``, and retrieval for the other systems."""
    questions = read_gold(gold)
    if limit:
        questions = type(questions)(questions.name, questions.sha256, questions.questions[:limit])
    bench = workshop.of_folder(name, folder)
    evaluation = evaluate(
        bench.pipeline,
        questions,
        tell=lambda done, total: bench.tell(f"{name}: {done} of {total} questions"),
    )
    results = [
        Measured(
            f"{name}: {part}",
            FOOTNOTE,
            found.metrics,
            {record.identifier: record.scores for record in found.records},
        )
        for part, found in _parts(evaluation).items()
    ]
    for system, search in bench.searches().items():
        if system != FOOTNOTE:
            results.append(measured(f"{name}: all", system, _evidence(bench, search, questions)))
    return results


def _parts(evaluation: Evaluation) -> dict[str, Evaluation]:
    parts = {"all": evaluation}
    for split in Split:
        records = tuple(item for item in evaluation.records if item.split == split.value)
        if records:
            parts[split.value] = evaluation_of(records, evaluation.made_with)
    return parts


def _evidence(bench: Bench, search: Search, gold: Gold) -> dict[str, Scores]:
    """Score the evidence that a search finds; a follow-up is asked as it stands."""
    scores: dict[str, Scores] = {}
    sources = {file.name: Path(file.path) for file in bench.pipeline.store.files()}
    with bench.pipeline.store.snapshot() as snapshot:
        locator = Locator(snapshot, sources)
        for question in gold.questions:
            if question.answerable:
                hits = search(question.question, GOLD_DEPTH)
                places, groups = locator.locate(question), question.groups
                found = [ranking.groups_covered(hit.chunk, places, groups) for hit in hits]
                scores[question.identifier] = {
                    "hit@1": ranking.hit(found, 1),
                    "hit@3": ranking.hit(found, 3),
                    "hit@5": ranking.hit(found, 5),
                    "recall@5": ranking.recall(found, len(groups), 5),
                    "mrr": ranking.reciprocal_rank(found),
                    "ndcg@10": ranking.ndcg(found, len(groups), NDCG_DEPTH),
                }
    return scores


def _ndcg_scores(
    search: Search, questions: Sequence[PublicQuestion], bench: Bench
) -> dict[str, Scores]:
    run: dict[str, dict[str, float]] = {}
    for done, question in enumerate(questions, start=1):
        documents = _documents(search(question.question, CHUNKS_FOR_DOCUMENTS))
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
        documents = _documents(search(question.question, CHUNKS_FOR_DOCUMENTS))
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
