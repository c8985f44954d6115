"""From a click on a citation or passage to the drawn document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.chat.asking import explained
from rag.chat.drawing import drawn
from rag.chat.pictures import pdf_of, picture_html
from rag.chat.sources import Mark, citation_mark, page_wanted, passage_mark, source_html
from rag.chat.turns import quoted_passages
from rag.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.chat.engine import Engine
    from rag.chat.turns import Exchange
    from rag.types import Answer

TEXT_VIEW = "text"
_GONE = "There is no such source in this conversation. Ask the question again."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a button of the page asks for; it comes from the browser, so nothing is trusted."""

    turn: int
    kind: str
    number: int
    page: int | None
    view: str


def opened_source(engine: Engine, exchanges: Sequence[Exchange], data: Mapping[str, Any]) -> str:
    """Return the panel for the source that *data* names, or one sentence why not."""
    try:
        wanted = _wanted(data)
        answer = _answer(exchanges, wanted.turn)
        mark = _mark(answer, wanted)
        document = engine.document(mark.document)
        path = pdf_of(engine, document) if document.pages else None
        page = page_wanted(document, mark, wanted.page)
        picture = None
        if path and page and wanted.view != TEXT_VIEW:
            picture = picture_html(path, document, page, mark.span)
        return source_html(
            document,
            mark,
            turn=wanted.turn,
            page=page,
            quoted=not mark.is_citation and mark.number in quoted_passages(answer),
            picture=picture,
            has_picture=path is not None,
        )
    except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
        return drawn("source_error.html", message=explained(error))


def _wanted(data: Mapping[str, Any]) -> Wanted:
    try:
        page = str(data.get("page") or "")
        return Wanted(
            int(data["turn"]),
            str(data["kind"]),
            int(data["number"]),
            int(page) if page.isdecimal() else None,
            str(data.get("view") or ""),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(_GONE) from error


def _answer(exchanges: Sequence[Exchange], turn: int) -> Answer:
    answer = exchanges[turn].answer if 0 <= turn < len(exchanges) else None
    if answer is None:
        raise InputError(_GONE)
    return answer


def _mark(answer: Answer, wanted: Wanted) -> Mark:
    if wanted.kind == "citation":
        for citation in answer.citations:
            if citation.number == wanted.number:
                return citation_mark(citation, len(answer.citations))
    elif wanted.kind == "passage":
        for hit in answer.passages:
            if hit.rank == wanted.number:
                return passage_mark(hit, len(answer.passages))
    raise InputError(_GONE)
