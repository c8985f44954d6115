"""A run as one HTML page that opens without a network."""

from __future__ import annotations

from html import escape
from importlib import import_module
from typing import TYPE_CHECKING

from rag.errors import InputError
from rag.evaluation.metrics import BY_NAME, DEFINITIONS
from rag.evaluation.page import PAGE
from rag.evaluation.plots import check_file, matplotlib_for, plots

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rag.evaluation.intervals import Metric
    from rag.evaluation.records import QuestionRecord
    from rag.evaluation.run import Evaluation

SEARCH_DEPTH = "hit@5"
BY_KIND = (
    "hit@5",
    "recall@5",
    "evidence_cited",
    "all_evidence_cited",
    "short_answer_right",
    "answer_right",
    "conflict_shown",
    "false_alarm",
    "refusal_recall",
    "over_refusal",
)
"""The columns of the table by kind."""


def check_report(path: Path) -> None:
    """Check that a report can be made and written to *path*, without writing anything.

    Raises:
        InputError: matplotlib is missing, or the file cannot be written.
    """
    with matplotlib_for("the plots of a report"):
        import_module("matplotlib")
    check_file(path, "a report")


def write_report(evaluation: Evaluation, path: Path) -> None:
    """Write the report to *path*.

    Raises:
        InputError: matplotlib is missing, or the file cannot be written.
    """
    page = report_html(evaluation)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        message = f"Expected to write a report to {path}, but: {error}. Choose another file."
        raise InputError(message) from error


def report_html(evaluation: Evaluation) -> str:
    """Return the report: what was measured, figures, plots, and every question with its problems.

    Raises:
        InputError: matplotlib is missing.
    """
    with matplotlib_for("the plots of a report"):
        drawn = plots(evaluation)
    records = evaluation.records
    found = sorted({problem for record in records for problem in problems(record)})
    return PAGE.substitute(
        about=_about(evaluation),
        resamples=f"{evaluation.made_with['bootstrap']['resamples']:,}",
        figures=_figures(evaluation.metrics),
        plots="\n".join(drawn),
        kinds=_by_kind(evaluation),
        kind_options=_options(sorted({record.kind for record in records})),
        problem_options=_options(found),
        questions=_questions(records),
    )


def problems(record: QuestionRecord) -> list[str]:
    """Return what went wrong with a question, in words; nothing for a good answer."""
    scores = record.scores
    checks = {
        "answered, but nothing answers it": not record.answerable and not record.refused,
        "refused, but it is answerable": record.answerable and record.refused,
        "evidence not found": scores.get(SEARCH_DEPTH) == 0,
        "evidence not cited": not record.refused and scores.get("evidence_cited") == 0,
        "evidence cited in part": (
            scores.get("evidence_cited") == 1 and scores.get("all_evidence_cited") == 0
        ),
        "short answer wrong": (
            record.short_answer is not None and scores.get("short_answer_right") == 0
        ),
        "no short answer": (
            not record.refused and record.short_answer is None and "short_answer_right" in scores
        ),
        "conflict not shown": scores.get("conflict_shown") == 0,
        "false alarm": scores.get("false_alarm") == 1,
        "quote not exact": scores.get("exact_quotes", 1) < 1,
    }
    return [problem for problem, holds in checks.items() if holds]


def _about(evaluation: Evaluation) -> str:
    made_with = evaluation.made_with
    gold, index = made_with["gold"], made_with["index"]
    facts = {
        "Gold": f"{gold['name']}, {gold['split'] or 'all questions'}, SHA-256 {gold['sha256']}",
        "Questions": str(len(evaluation.records)),
        "Index": (
            f"{index['name']}, generation {index['generation']}, SHA-256 {index['sha256']}, "
            f"{index['embedder']}"
        ),
        "Settings": made_with["settings_sha256"],
        "Commit": made_with["commit"] or "unknown",
        "Versions": ", ".join(f"{name} {v}" for name, v in made_with["versions"].items()),
    }
    items = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts.items())
    return f"<dl>{items}</dl>"


def _figures(metrics: Mapping[str, Metric]) -> str:
    rows = []
    for definition in DEFINITIONS:
        metric = metrics.get(definition.name)
        if metric is not None:
            rows.append(
                f"<tr><td>{escape(definition.group)}</td><th>{escape(definition.name)}</th>"
                f'<td class="number">{_number(metric.value)}</td>'
                f'<td class="number">{_number(metric.low)} to {_number(metric.high)}</td>'
                f"<td>{escape(definition.meaning)}{_direction(definition.name)}</td>"
                f'<td class="number">{metric.questions}</td></tr>'
            )
    return _table(["", "", "#figure", "#interval", "meaning", "#questions"], rows)


def _by_kind(evaluation: Evaluation) -> str:
    """Return the main figures of each kind in one table, and all of them folded below it."""
    rows, folded = [], []
    wordings = {f"worded with {name} words": m for name, m in evaluation.by_wording.items()}
    for kind, metrics in (evaluation.by_kind | wordings).items():
        count = max((metric.questions for metric in metrics.values()), default=0)
        cells = "".join(_cell(metrics.get(name)) for name in BY_KIND)
        rows.append(f'<tr><th>{escape(kind)}</th><td class="number">{count}</td>{cells}</tr>')
        summary = f"<summary>Every figure: {escape(kind)}</summary>"
        folded.append(f"<details>{summary}{_figures(metrics)}</details>")
    table = _table(["kind", "#questions", *(f"#{name}" for name in BY_KIND)], rows)
    return "\n".join([table, *folded])


def _questions(records: Sequence[QuestionRecord]) -> str:
    rows = []
    for record in records:
        wrong = problems(record)
        tags = "".join(f'<span class="tag">{escape(problem)}</span>' for problem in wrong)
        rows.append(
            f'<tr data-kind="{escape(record.kind)}" data-problems="{escape("|".join(wrong))}">'
            f'<td>{escape(record.identifier)}<br><span class="muted">{escape(record.kind)}</span></td>'
            f"<td>{escape(record.question)}{_asked_as(record)}</td>"
            f"<td>{_given(record)}</td><td>{tags}{_wanted(record)}</td>"
            f'<td class="number">{record.confidence:.2f}</td></tr>'
        )
    heads = ["id", "question", "answer", "problems and what was wanted", "#confidence"]
    return _table(heads, rows, identifier="questions")


def _asked_as(record: QuestionRecord) -> str:
    if record.standalone_question == record.question:
        return ""
    return f'<br><span class="muted">asked as: {escape(record.standalone_question)}</span>'


def _given(record: QuestionRecord) -> str:
    if record.refused:
        return '<span class="muted">refused</span>'
    short = f"<strong>{escape(record.short_answer)}</strong><br>" if record.short_answer else ""
    parts = [short + escape(" ".join(record.sentences))]
    parts += [f"sources differ: {escape(item)}" for item in record.disagreements]
    parts.append(f'<span class="muted">{escape("; ".join(record.cited))}</span>')
    return "<br>".join(parts)


def _wanted(record: QuestionRecord) -> str:
    lines = []
    if record.gold_answers:
        lines.append(f"answer: {escape(' / '.join(record.gold_answers))}")
    lines += [f"not cited: {escape(quote)}" for quote in record.missing]
    return f'<div class="muted">{"<br>".join(lines)}</div>' if lines else ""


def _table(heads: Iterable[str], rows: Sequence[str], identifier: str = "") -> str:
    """Return a table; a head that begins with # is one of numbers."""
    cells = "".join(
        f'<th class="number">{escape(head[1:])}</th>'
        if head.startswith("#")
        else f"<th>{escape(head)}</th>"
        for head in heads
    )
    name = f' id="{identifier}"' if identifier else ""
    body = "\n".join(rows)
    return f"<table{name}><thead><tr>{cells}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _options(values: Iterable[str]) -> str:
    return "".join(f"<option>{escape(value)}</option>" for value in values)


def _cell(metric: Metric | None) -> str:
    if metric is None or metric.value is None:
        return '<td class="number"></td>'
    interval = f"{_number(metric.low)} to {_number(metric.high)}"
    return (
        f'<td class="number">{_number(metric.value)}<br><span class="muted">{interval}</span></td>'
    )


def _direction(name: str) -> str:
    return " (lower is better)" if BY_NAME[name].higher_is_better is False else ""


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if value < 10 else f"{value:.1f}"  # noqa: PLR2004
