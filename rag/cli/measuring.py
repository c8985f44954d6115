"""The commands that measure: ``eval``, ``compare``, ``sweep`` and those of ``gold``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import DEFAULT_INDEX, IndexOption, JsonOption, SettingsOption, settings_from
from rag.cli.output import counting_bar, write, write_json

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

    with counting_bar("questions") as tell:
        result = run_evaluation(
            questions,
            index,
            settings=settings_from(settings),
            split=split,
            report=report,
            fail_under=fail_under,
            tell=tell,
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


def sweep(
    questions: GoldArgument,
    index: IndexOption = DEFAULT_INDEX,
    *,
    chunk_tokens: Annotated[
        str, typer.Option("--chunk-tokens", help="Word pieces of a passage, to try.")
    ] = "120,200",
    dense_weight: Annotated[
        str, typer.Option("--dense-weight", help="Shares (0..1) of the dense score, to try.")
    ] = "0.4,0.55,0.7",
    depth: Annotated[
        str, typer.Option("--depth", help="Numbers of passages read, to try.")
    ] = "4,8",
    threshold: Annotated[
        str, typer.Option("--threshold", help="Confidences (0..1) to answer from, to try.")
    ] = "0.3,0.35,0.4,0.45,0.5,0.55,0.6,0.65,0.7,0.75,0.8",
    by: Annotated[
        str, typer.Option("--by", metavar="FIGURE", help="The figure to be best at.")
    ] = "handled",
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the figures: png, svg, pdf.")
    ] = None,
    json: JsonOption = False,
    settings: SettingsOption = None,
) -> None:
    """Try settings on the development questions, each with each.

    Test questions are never asked, so that they can still tell how good the chosen settings are.
    Indexes of other sizes of passages are kept in index/sweep for the next time.
    """
    from rag.evaluation.sweep_report import parse_grid, run_sweep, sweep_to_text

    grid = parse_grid(chunk_tokens, dense_weight, depth, threshold)
    with counting_bar("settings") as tell:
        found = run_sweep(
            questions,
            index,
            grid=grid,
            settings=settings_from(settings),
            objective=by,
            plot=plot,
            tell=tell,
        )
    if json:
        write_json(found.to_dict())
    else:
        write(sweep_to_text(found))


@gold.command()
def check(
    questions: GoldArgument,
    index: Annotated[
        str | None,
        typer.Option("--index", metavar="ADDRESS", help="Look the evidence up here too."),
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
    from rag.evaluation.drafts import write_drafts
    from rag.store.opening import existing_store

    with existing_store(index).snapshot() as snapshot:
        report = write_drafts(snapshot, output, feedback, count)
    write(report.to_text())
