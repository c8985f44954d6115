"""Metadata that the author wrote at the head of a text: ``Title: …`` lines, YAML front matter."""

from __future__ import annotations

import re

from rag.types import Dropped, Metadata

_FIELDS = {
    "title": "title",
    "author": "author",
    "authors": "author",
    "by": "author",
    "institution": "author",
    "organisation": "author",
    "organization": "author",
    "date": "date",
    "published": "date",
    "publication date": "date",
    "kind": "kind",
    "type": "kind",
    "genre": "kind",
    "category": "kind",
}
_IGNORED = {"source", "url", "language", "lang", "keywords", "tags", "publisher", "slug", "layout"}
_LINE = re.compile(r"\s*([A-Za-z][A-Za-z ]{1,20}?)\s*:\s+(\S.*)")
_FENCE = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MAX_LINE_CHARS = 300


def split_head(text: str) -> tuple[Metadata, list[Dropped], str]:
    """Split ``Title: …``, ``Author: …``, ``Date: …`` and ``Kind: …`` lines off a text's head.

    Returns:
        The metadata, the lines as dropped text, and the rest.
    """
    lines = text.split("\n")
    values: dict[str, str] = {}
    taken: list[str] = []
    end = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        key, value = _field(line)
        if key is None:
            break
        values.setdefault(key, value)
        taken.append(line.strip())
        end = number + 1
    if not set(values) & {"title", "author", "date", "kind"}:
        return Metadata(), [], text
    dropped = [Dropped("metadata line", line[:200]) for line in taken]
    return _metadata(values), dropped, "\n".join(lines[end:])


def split_front_matter(text: str) -> tuple[Metadata, list[Dropped], str]:
    """Split a fenced block of ``key: value`` lines (YAML front matter) off a text's head.

    Only plain values and lists are understood; anything else in the block is ignored. The block
    counts as front matter only when it names at least one key.
    """
    match = _FENCE.match(text)
    if match is None or not re.search(r"^[\w -]+:", match[1], re.MULTILINE):
        return Metadata(), [], text
    values: dict[str, str] = {}
    items: list[str] = []
    key = ""
    for line in match[1].split("\n"):
        item = re.match(r"\s*-\s+(?:name:\s*)?(.+)", line)
        if item and key:
            items.append(_unquoted(item[1]))
            values[key] = ", ".join(items)
            continue
        name, separator, value = line.partition(":")
        if separator and not line.startswith((" ", "\t")):
            key = _FIELDS.get(name.strip().lower(), "")
            items = []
            if key and value.strip():
                values.setdefault(key, _unbracketed(value))
    dropped = [Dropped("front matter", " ".join(match[1].split())[:200])]
    return _metadata(values), dropped, text[match.end() :]


def _field(line: str) -> tuple[str | None, str]:
    match = _LINE.fullmatch(line) if len(line) <= _MAX_LINE_CHARS else None
    if match is None:
        return None, ""
    name = match[1].lower()
    if name in _IGNORED:
        return name, match[2].strip()
    return _FIELDS.get(name), match[2].strip()


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return value.strip()


def _unbracketed(value: str) -> str:
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(_unquoted(part) for part in value[1:-1].split(",") if part.strip())
    return _unquoted(value)


def _metadata(values: dict[str, str]) -> Metadata:
    return Metadata(
        title=values.get("title"),
        author=values.get("author"),
        date=values.get("date"),
        kind=values.get("kind"),
    )
