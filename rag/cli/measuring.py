"""The commands that measure: ``eval``, ``compare``, ``gold check`` and ``gold draft``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import DEFAULT_INDEX, IndexOption, JsonOption, SettingsOption, settings_from
from rag.cli.output import write, write_json

FAILED = 1
GoldArgument = Annotated[
    Path, typer.Argument(metavar="GOLD", help="Questions with evidence, JSON Lines.")
]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="What rag eval --json wrote.")]

gold = typer.Typer(help="Work on files of gold questions.", no_args_is_help=True)


def evaluate(
    questions: GoldArgument,
    index: IndexOption = DEFAULT_INDEX,
    *,
    json: JsonOption = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write an HTML report.")
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", help="Only the development or the test part.")
    ] = None,
    fail_under: Annotated[
        str | None,
        typer.Option("--fail-under", help="Exit with 1 below these: recall@5=0.9,refusal_f1=0.8"),
    ] = None,
    settings: SettingsOption = None,
) -> None:
    """Measure retrieval, answers, citations and refusals on gold questions."""
    from rag.evaluation.commands import run_evaluation

    result = run_evaluation(
        questions,
        index,
        settings=settings_from(settings),
        split=split,
        report=report,
        fail_under=fail_under,
    )
    if json:
        write_json(result.to_dict())
    else:
        write(result.to_text())
    raise typer.Exit(0 if result.passed else FAILED)


def compare(run_a: RunArgument, run_b: RunArgument, *, json: JsonOption = False) -> None:
    """Tell how two measured runs differ, with intervals."""
    from rag.evaluation.commands import run_comparison

    comparison = run_comparison(run_a, run_b)
    if json:
        write_json(comparison.to_dict())
    else:
        write(comparison.to_text())


@gold.command()
def check(
    questions: GoldArgument,
    index: Annotated[
        Path | None, typer.Option("--index", metavar="DIR", help="Look the evidence up here too.")
    ] = None,
    *,
    json: JsonOption = False,
    settings: SettingsOption = None,
) -> None:
    """Find every problem in a file of gold questions."""
    from rag.evaluation.commands import check_gold

    result = check_gold(questions, index, settings=settings_from(settings))
    if json:
        write_json(result.to_dict())
    else:
        write(result.to_text())
    raise typer.Exit(0 if result.passed else FAILED)


@gold.command()
def draft(
    index: IndexOption = DEFAULT_INDEX,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="A new file, JSON Lines.")
    ],
    feedback: Annotated[
        Path | None,
        typer.Option("--feedback", metavar="FILE", help="The chat's feedback.jsonl, to draw from."),
    ] = None,
    count: Annotated[int, typer.Option("-n", min=0, help="Questions from documents at most.")] = 20,
) -> None:
    """Propose gold questions from documents and feedback.

    Each is a draft with its evidence. A person reads it and sets "accepted" to true; until then
    rag eval does not ask it.
    """
    from rag.cli.options import existing_store
    from rag.evaluation.drafts import write_drafts

    with existing_store(index).snapshot() as snapshot:
        report = write_drafts(snapshot, output, feedback, count)
    write(report.to_text())
