"""The commands that keep an index: ``index``, ``verify`` and ``status``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import (
    DEFAULT_INDEX,
    ClusterOption,
    IndexOption,
    JsonOption,
    QuietOption,
    SettingsOption,
    VerboseOption,
    preparation_from,
    settings_from,
)
from rag.cli.output import progress_bar, warn, write, write_json

DEFAULT_DOCUMENTS = Path("corpus")


def index(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...", help="Files and folders.  [default: corpus]", show_default=False
        ),
    ] = None,
    index: IndexOption = DEFAULT_INDEX,
    *,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make everything anew, with the settings in force.")
    ] = False,
    cluster: ClusterOption = None,
    verbose: VerboseOption = False,
    quiet: QuietOption = False,
    settings: SettingsOption = None,
) -> None:
    """Build an index or update it.

    Only files that changed are read, and those that could not be read before. What cannot be read
    is skipped with a warning.
    """
    from rag.cli.reports import index_report_lines, reason_lines, skipped_lines
    from rag.embedding import open_embedder
    from rag.errors import NothingIndexedError
    from rag.indexing import update_index
    from rag.store.opening import open_store

    chosen, sources = settings_from(settings), paths or [DEFAULT_DOCUMENTS]
    embedder = open_embedder(chosen.embedding)
    try:
        with (
            preparation_from(cluster, chosen, embedder) as preparation,
            progress_bar(shown=not quiet) as step,
        ):
            report = update_index(
                open_store(index),
                sources,
                chosen,
                embedder,
                rebuild=rebuild,
                report_progress=step,
                preparation=preparation,
            )
    except NothingIndexedError as error:
        warn_each(reason_lines(error.reasons) if verbose else [])
        raise
    warn_each(skipped_lines(report, verbose=verbose))
    if not quiet:
        write("\n".join(index_report_lines(report, index, verbose=verbose)) + "\n")


def verify(
    answers: Annotated[
        Path, typer.Argument(metavar="ANSWERS", help="A json, jsonl, xlsx, md or docx file.")
    ],
    index: IndexOption = DEFAULT_INDEX,
    *,
    json: JsonOption = False,
    quiet: QuietOption = False,
    settings: SettingsOption = None,
) -> None:
    """Check every quote of written answers.

    Quotes are compared with the source files as they are now; the exit code is 1 if one fails.
    """
    from rag.cli.reports import verification_lines
    from rag.store.opening import existing_store
    from rag.verification import verify_file

    report = verify_file(answers, existing_store(index), settings_from(settings).loading)
    if json:
        write_json(report.to_dict())
    else:
        write("".join(f"{line}\n" for line in verification_lines(report, failures_only=quiet)))
    raise typer.Exit(report.exit_code)


def status(
    index: IndexOption = DEFAULT_INDEX,
    *,
    json: JsonOption = False,
    verbose: VerboseOption = False,
    check: Annotated[
        bool, typer.Option("--check", help="Read everything and compare it with its hashes.")
    ] = False,
) -> None:
    """List what is indexed and what was skipped.

    With --verbose also what cleaning left out, file by file.
    """
    from rag.presentation import status_to_text
    from rag.status import read_status
    from rag.store.opening import existing_store

    found = read_status(existing_store(index), index, check=check)
    if json:
        write_json(found.to_dict(dropped=verbose))
    else:
        write(status_to_text(found, verbose=verbose))
        if check:
            write("Every part of the index matches its hash.\n")


def warn_each(lines: list[str]) -> None:
    """Write lines to standard error."""
    for line in lines:
        warn(line)
