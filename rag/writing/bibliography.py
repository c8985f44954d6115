"""The sources that answers cite, as BibTeX and CSL-JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from rag.presentation import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.types import Metadata
    from rag.writing.rows import Source

CSL_TYPES = {
    "paper": "article",
    "op-ed": "article-newspaper",
    "report": "report",
    "web article": "webpage",
}
"""By kind; a document of unknown kind is a "document"."""
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d\d))?)?")
_BIBTEX = {
    "\\": "\\textbackslash{}",
    "{": "\\textbraceleft{}",  # BibTeX counts braces, even those behind a backslash
    "}": "\\textbraceright{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    **{mark: f"\\{mark}" for mark in "&%$#_"},
}


def to_bibtex(sources: Iterable[Source]) -> str:
    """Return sources as BibTeX, in UTF-8, each ``@misc`` with a key from author and year.

    Titles and names stand in a second pair of braces, which keeps capitals and names as they are.
    """
    return "\n".join(_bibtex_entry(key, source) for key, source in _keyed(sources))


def to_csl_json(sources: Iterable[Source]) -> str:
    """Return sources as CSL-JSON, which citation managers read; keys are those of `to_bibtex`."""
    items = [_csl_item(key, source) for key, source in _keyed(sources)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def authors_of(metadata: Metadata) -> list[str]:
    """Return the names in an author's line.

    Commas separate names where each part has several words; "Khan, S." is one name.
    """
    line = one_line(metadata.author or "")
    parts = [part.strip() for part in re.split(r",| and | & ", line) if part.strip()]
    if all(len(part.split()) > 1 for part in parts):
        return parts
    return [line]


def _keyed(sources: Iterable[Source]) -> list[tuple[str, Source]]:
    """Return sources with keys such as khan2017; the second of two gets khan2017b."""
    keyed: dict[str, Source] = {}
    for source in sources:
        authors = authors_of(source.metadata)
        name = authors[0].split(",")[0].split()[-1] if source.metadata.author else source.document
        base = _ascii(name.rsplit("/", 1)[-1]) or "source"
        base += "".join(map(str, _date(source.metadata)[:1])) if source.metadata.author else ""
        key, number = base, 1
        while key in keyed:
            number += 1
            key = f"{base}{'-' if base[-1].isalpha() else ''}{_letters(number)}"
        keyed[key] = source
    return list(keyed.items())


def _bibtex_entry(key: str, source: Source) -> str:
    metadata = source.metadata
    date = _date(metadata)
    fields = {
        "author": " and ".join(f"{{{_escaped(name)}}}" for name in authors_of(metadata))
        if metadata.author
        else "",
        "title": f"{{{_escaped(metadata.title or source.document)}}}",
        "year": f"{date[0]:04}" if date else "",
        "howpublished": _escaped(metadata.kind or ""),
        "note": _escaped(f"{source.document}, SHA-256 {source.sha256}"),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    if len(date) > 1:
        lines.append(f"  month = {MONTHS[date[1] - 1]}")
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _csl_item(key: str, source: Source) -> dict[str, Any]:
    metadata = source.metadata
    item: dict[str, Any] = {
        "id": key,
        "type": CSL_TYPES.get(metadata.kind or "", "document"),
        "title": one_line(metadata.title or source.document),
    }
    if metadata.author:
        item["author"] = [{"literal": name} for name in authors_of(metadata)]
    if date := _date(metadata):
        item["issued"] = {"date-parts": [date]}
    item["note"] = f"{one_line(source.document)}, SHA-256 {source.sha256}"
    return item


def _date(metadata: Metadata) -> list[int]:
    """Return year, month and day, as far as they are known."""
    match = _DATE.fullmatch(metadata.date or "")
    return [int(part) for part in match.groups() if part] if match else []


def _escaped(text: str) -> str:
    return "".join(_BIBTEX.get(char, char) for char in one_line(text))


def _ascii(text: str) -> str:
    """Return the letters and digits of *text* in lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return re.sub(r"[^a-z0-9]", "", decomposed.encode("ascii", "ignore").decode().lower())


def _letters(number: int) -> str:
    """Return "b" for 2, "z" for 26, "aa" for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
