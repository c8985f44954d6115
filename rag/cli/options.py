"""Options and arguments that several commands share."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.embedding import Embedder
    from rag.pipeline import Pipeline
    from rag.preparing import Preparation
    from rag.settings import Settings
    from rag.store import Filters

DEFAULT_INDEX = "index/default"
KINDS = ("paper", "op-ed", "report", "web article")
_ISO_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def _checked_date(value: str | None) -> str | None:
    if value is not None and not _ISO_DATE.fullmatch(value):
        message = f"expected a date like 2017, 2017-12 or 2017-12-04, but got {value!r}"
        raise typer.BadParameter(message)
    return value


def _checked_kind(value: str | None) -> str | None:
    if value is None:
        return None
    kind = "op-ed" if value.casefold() == "opinion" else value.casefold()
    if kind not in KINDS:
        message = f"expected one of {', '.join(KINDS)}, but got {value!r}"
        raise typer.BadParameter(message)
    return kind


POSTGRESQL_ADDRESS = "postgresql://user@host/database?schema=name"
INDEX_HELP = f"The folder of the index, or {POSTGRESQL_ADDRESS}."
IndexOption = Annotated[str, typer.Option("--index", metavar="ADDRESS", help=INDEX_HELP)]
SettingsOption = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="A file of settings instead of rag.toml.",
        show_default=False,
    ),
]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Work on the Ray cluster at ray://HOST:PORT or HOST:PORT, or the one that this "
        "machine is a node of (auto).",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Tell everything.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Tell only what went wrong.")]
QuestionArgument = Annotated[
    str, typer.Argument(metavar="QUESTION", help="In plain words; - reads standard input.")
]
DocumentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--document",
        metavar="GLOB",
        help="Only documents of this name, with * and ?; may be repeated.",
        show_default=False,
    ),
]
AuthorOption = Annotated[
    str | None,
    typer.Option(
        "--author",
        metavar="NAME",
        help="Only documents whose author contains this.",
        show_default=False,
    ),
]
KindOption = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        callback=_checked_kind,
        help=f"Only {', '.join(KINDS)}.",
        show_default=False,
    ),
]
FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="DATE",
        callback=_checked_date,
        help="Only documents of this day, month or year and later.",
        show_default=False,
    ),
]
ToOption = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="DATE",
        callback=_checked_date,
        help="Only documents of this day, month or year and before.",
        show_default=False,
    ),
]


def read_question(question: str) -> str:
    """Return the question, read from standard input where it is ``-``.

    Raises:
        InputError: standard input is not UTF-8.
    """
    if question != "-":
        # Bytes of an argument that are no UTF-8 arrive as lone surrogates, which no model reads.
        return question.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"Expected a question in UTF-8 on standard input, but {error.reason}."
        raise InputError(message) from error


def filters_from(
    documents: list[str] | None,
    author: str | None,
    kind: str | None,
    date_from: str | None,
    date_to: str | None,
) -> Filters | None:
    """Return the filters, None where no option was given."""
    from rag.store import Filters

    filters = Filters(tuple(documents or ()), author, kind, date_from, date_to)
    return None if filters == Filters() else filters


def settings_from(path: Path | None) -> Settings:
    """Return the settings in force, those of *path* if it is given."""
    from rag.settings import load_settings

    return load_settings(path)


def pipeline_from(index: str, settings: Path | None, filters: Filters | None) -> Pipeline:
    """Open an index for asking; warn where no document passes the *filters*."""
    from rag.cli.output import warn
    from rag.pipeline import open_pipeline

    pipeline = open_pipeline(index, settings_from(settings))
    if filters is not None:
        with pipeline.store.snapshot() as snapshot:
            if not snapshot.matching(filters):
                warn("warning: no document passes the filters; rag status lists the documents.")
    return pipeline


@contextmanager
def preparation_from(
    cluster: str | None, settings: Settings, embedder: Embedder
) -> Iterator[Preparation | None]:
    """Yield where documents are prepared, None for this machine."""
    if cluster is None:
        yield None
        return
    from rag.cli.output import standard_output_kept, warn
    from rag.cluster.opening import preparation_on

    with (
        standard_output_kept(),
        preparation_on(cluster, settings, embedder, warn) as preparation,
    ):
        yield preparation


@contextmanager
def asked_on(cluster: str | None, pipeline: Pipeline, index: str) -> Iterator[Pipeline]:
    """Yield what answers many questions: *pipeline* itself without a *cluster*."""
    if cluster is None:
        yield pipeline
        return
    from rag.cli.output import standard_output_kept, warn
    from rag.cluster.opening import pipeline_on

    with standard_output_kept(), pipeline_on(cluster, pipeline, index, warn) as spread:
        yield spread
