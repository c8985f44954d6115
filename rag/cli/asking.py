"""The commands that ask: ``ask``, ``search`` and ``chat``."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import (
    DEFAULT_INDEX,
    AuthorOption,
    DocumentOption,
    FromOption,
    IndexOption,
    JsonOption,
    KindOption,
    QuestionArgument,
    SettingsOption,
    ToOption,
    filters_from,
    pipeline_from,
    read_question,
)
from rag.cli.output import look, write, write_json
from rag.errors import InputError

if TYPE_CHECKING:
    from types import ModuleType

NOT_FOUND = 3
DEFAULT_PORT = 7860
LARGEST_PORT = 65535


def ask(
    question: QuestionArgument,
    index: IndexOption = DEFAULT_INDEX,
    *,
    json: JsonOption = False,
    document: DocumentOption = None,
    author: AuthorOption = None,
    kind: KindOption = None,
    date_from: FromOption = None,
    date_to: ToOption = None,
    settings: SettingsOption = None,
) -> None:
    """Answer a question with quotes and sources.

    The exit code is 3 when the documents do not answer it.
    """
    from rag.presentation import answer_to_text
    from rag.types import Status

    filters = filters_from(document, author, kind, date_from, date_to)
    asked = read_question(question)
    pipeline = pipeline_from(index, settings, filters)
    pipeline.open_ahead()
    answer = pipeline.ask(asked, filters=filters)
    if json:
        write_json(answer.to_dict())
    else:
        width, styled = look()
        write(answer_to_text(answer, width=width, styled=styled))
    raise typer.Exit(0 if answer.status is Status.ANSWERED else NOT_FOUND)


def search(
    question: QuestionArgument,
    index: IndexOption = DEFAULT_INDEX,
    *,
    count: Annotated[int, typer.Option("-k", min=1, help="How many passages at most.")] = 10,
    json: JsonOption = False,
    document: DocumentOption = None,
    author: AuthorOption = None,
    kind: KindOption = None,
    date_from: FromOption = None,
    date_to: ToOption = None,
    settings: SettingsOption = None,
) -> None:
    """List the passages nearest to a question.

    Each comes with the score of every stage of the search.
    """
    from rag.presentation import hits_to_text

    filters = filters_from(document, author, kind, date_from, date_to)
    hits = pipeline_from(index, settings, filters).search(read_question(question), count, filters)
    if json:
        write_json([hit.to_dict() for hit in hits])
    else:
        width, styled = look()
        write(hits_to_text(hits, width=width, styled=styled))


def chat(
    index: IndexOption = DEFAULT_INDEX,
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=1, max=LARGEST_PORT, help="The port to listen on.")
    ] = DEFAULT_PORT,
    share_on_network: Annotated[
        bool, typer.Option("--share-on-network", help="Let other machines in; needs --auth.")
    ] = False,
    auth: Annotated[
        Path | None, typer.Option("--auth", metavar="FILE", help="Who may log in.")
    ] = None,
    mcp: Annotated[
        bool,
        typer.Option("--mcp", help="Let assistants ask too: offer the endpoints as MCP tools."),
    ] = False,
) -> None:
    """Open the chat in the browser."""
    page_module(Path(__file__).parents[2]).main(
        index=index, host=host, port=port, share_on_network=share_on_network, auth=auth, mcp=mcp
    )


def page_module(folder: Path) -> ModuleType:
    """Return ``app.py``, which lies beside the package in a checkout and when installed.

    Raises:
        InputError: it is not there.
    """
    path = folder / "app.py"
    spec = importlib.util.spec_from_file_location("app", path)
    if not path.is_file() or spec is None or spec.loader is None:
        message = f"Expected the chat page at {path}, but there is none. Install Footnote again."
        raise InputError(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
