"""The command ``rag``: its commands, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from rag import __version__
from rag.cli import asking, batching, keeping, measuring, stores
from rag.cli.output import fail
from rag.errors import RagError

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells report it."""
BROKEN_PIPE = 141
"""128 and the number of SIGPIPE."""
FAILED = 2
EXAMPLES = """\b
Examples:
  rag index corpus
  rag ask "Where are the coalition's headquarters?"
  rag search "Islamic NATO" -k 5 --kind op-ed
  rag ask "How many members are there?" --json > answer.json
  rag batch questions.csv -o answers.xlsx
  rag verify answers.xlsx
  rag eval eval/gold/corpus.jsonl --report report.html

\b
Exit codes: 0 done, 1 a check failed, 2 an error, 3 not found in the documents.
"""


class Commands(TyperGroup):
    """Runs a command; whatever goes wrong becomes one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that *ctx* names."""
        try:
            return super().invoke(ctx)
        except RagError as error:
            code = fail(str(error), error.exit_code)
        except KeyboardInterrupt:
            code = fail("interrupted", INTERRUPTED)
        except BrokenPipeError:
            # What reads our output has ended; the interpreter must not try to flush the rest.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = BROKEN_PIPE
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            code = fail(f"{error.strerror or error}{where}", FAILED)
        raise typer.Exit(code)


app = typer.Typer(
    cls=Commands,
    name="rag",
    help="Footnote answers questions from your documents, every sentence quoted and cited.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # importing rich takes longer than the rest of rag --help
    pretty_exceptions_enable=False,
)
app.command()(keeping.index)
app.command()(asking.ask)
app.command()(asking.search)
app.command()(batching.batch)
app.command()(keeping.verify)
app.command()(keeping.status)
app.command("eval")(measuring.evaluate)
app.command()(measuring.compare)
app.command()(measuring.sweep)
app.add_typer(measuring.gold, name="gold")
app.command()(stores.copy)
app.add_typer(stores.store, name="store")
app.command()(asking.chat)


def main() -> None:
    """Run the command line with the arguments of this process."""
    # A shell may close either ("rag ask … >&-"); what is written then goes nowhere.
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115 - for the whole process
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    try:
        app(prog_name="rag")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer passes the flag
    if wanted:
        typer.echo(f"rag {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Options of ``rag`` itself; its help is that of the application."""
