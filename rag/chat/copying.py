"""An answer in the forms that people paste elsewhere."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, count
from string import ascii_lowercase
from typing import TYPE_CHECKING

from rag.presentation import answer_to_markdown, answer_to_text, one_line

if TYPE_CHECKING:
    from rag.types import Answer, Citation, Metadata

_SPECIAL = re.compile(r"([\\{}&%$#_^~])")
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


def copies(answer: Answer) -> dict[str, str]:
    """Return the answer by the name of the form: as text, Markdown and BibTeX."""
    return {
        "Text": f"{one_line(answer.question)}\n\n{answer_to_text(answer)}",
        "Markdown": answer_to_markdown(answer),
        "BibTeX": bibtex(answer),
    }


def bibtex(answer: Answer) -> str:
    """Return one BibTeX entry for each document cited, in the order of the citations."""
    cited: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.document, []).append(citation)
    keys: set[str] = set()
    return "\n".join(_entry(document, found, keys) for document, found in cited.items())


def _entry(document: str, citations: list[Citation], keys: set[str]) -> str:
    metadata = citations[0].metadata
    year, _, month = (metadata.date or "").partition("-")
    labels = dict.fromkeys(
        str(citation.page.label or citation.page.number) for citation in citations if citation.page
    )
    fields = {
        "title": _escaped(metadata.title or document),
        "author": _authors(metadata.author),
        "howpublished": _escaped((metadata.kind or "").capitalize()),
        "year": _escaped(year),
        "month": _escaped(month[:2].lstrip("0")),
        "pages": _escaped(", ".join(labels)),
        "note": _escaped(f"File {document}, SHA-256 {citations[0].sha256}"),
    }
    lines = [f"  {name} = {{{text}}}," for name, text in fields.items() if text]
    return "\n".join([f"@misc{{{_key(metadata, document, keys)},", *lines, "}", ""])


def _authors(author: str | None) -> str:
    """Return names as BibTeX takes them: joined with "and", institutions kept whole."""
    names = re.split(r"\s*(?:;|\band\b|&)\s*", author or "")
    escaped = [_escaped(name) for name in names if name]
    return " and ".join(f"{{{name}}}" if "," in name else name for name in escaped)


def _key(metadata: Metadata, document: str, keys: set[str]) -> str:
    name = (metadata.author or metadata.title or document).split(",")[0].split(";")[0]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.casefold()) or ["source"]
    base = f"{words[-1]}{(metadata.date or '')[:4]}"
    endings = chain([""], ascii_lowercase[1:], map(str, count(27)))
    key = next(key for ending in endings if (key := base + ending) not in keys)
    keys.add(key)
    return key


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: _ESCAPES.get(match[1], "\\" + match[1]), one_line(text))
