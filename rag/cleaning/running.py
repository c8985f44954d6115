"""Running headers, footers and page numbers: found by repetition, removed, kept as labels.

A line at the edge of a page is running text when the same line stands at that edge of other
pages, apart from one number that counts up with the pages. Left and right pages may differ, so a
line need not be on every page.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.cleaning.numerals import page_value
from rag.types import Dropped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EDGE_LINES = 3
"""How many lines at the top and at the bottom may be running text."""
MAX_CHARS = 160
_NUMBER = re.compile(r"\d+")
_LONE_NUMBER = re.compile(
    r"[\s\-–—\[(|.]*(?:p(?:age|\.)?\s*)?(\d{1,4}|[ivxlc]{1,7}|[IVXLC]{1,7})"  # noqa: RUF001
    r"(?:\s*(?:of|/)\s*\d{1,4})?[\s\-–—\])|.]*",  # noqa: RUF001
    re.I,
)
_EDGE_ROMAN = re.compile(r"^([ivxlc]{1,7})(?=\s)|(?<=\s)([ivxlc]{1,7})$")
_MIN_PAGES = 3
_SPARSE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Edge:
    """A line near an edge of a page; ``index`` is its place among the page's lines."""

    page: int
    index: int
    text: str
    top: bool


@dataclass(frozen=True, slots=True)
class Running:
    """What is to go: lines as (page, index), their records, and labels by page."""

    lines: frozenset[tuple[int, int]]
    dropped: tuple[Dropped, ...]
    labels: dict[int, str]


def find_running(pages: Sequence[Sequence[str]]) -> Running:
    """Find the running text of *pages*, each a sequence of lines; pages count from 0."""
    found: dict[tuple[int, int], tuple[str, Edge]] = {}
    labels: dict[int, str] = {}
    filled = sum(1 for page in pages if page)
    for top in (True, False):
        for depth in range(EDGE_LINES):
            edges = list(_outermost(pages, found, depth, top=top))
            new = _repeated(edges, filled, top=top) | _numbers(edges, labels)
            if not new:
                break
            found.update(new)
            for reason, edge in new.values():
                label = _label(edge.text) if reason == "page number" else None
                if label:
                    labels.setdefault(edge.page, label)
    labels = {**_counted(found, labels), **labels}
    dropped = tuple(
        Dropped(reason, edge.text[:200], edge.page + 1)
        for (_, _), (reason, edge) in sorted(found.items())
    )
    return Running(frozenset(found), dropped, labels)


def _outermost(
    pages: Sequence[Sequence[str]],
    found: dict[tuple[int, int], tuple[str, Edge]],
    depth: int,
    *,
    top: bool,
) -> Iterable[Edge]:
    """The outermost line of each page that is left, where all lines outside it are running."""
    for number, lines in enumerate(pages):
        if len(lines) <= depth:
            continue
        outside = range(depth) if top else range(len(lines) - depth, len(lines))
        if all((number, index) in found for index in outside):
            index = depth if top else len(lines) - 1 - depth
            if (number, index) not in found and len(lines[index]) <= MAX_CHARS:
                yield Edge(number, index, lines[index], top)


def _repeated(
    edges: list[Edge], filled: int, *, top: bool
) -> dict[tuple[int, int], tuple[str, Edge]]:
    groups: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        groups[_pattern(edge.text)].append(edge)
    reason = "running header" if top else "running footer"
    found = {}
    for pattern, group in groups.items():
        needed = max(min(_MIN_PAGES, max(filled, 2)), _SPARSE_SHARE * filled)
        if pattern.strip(" #|-–—./") and len(group) >= needed and _counts_up(group):  # noqa: RUF001
            found.update({(edge.page, edge.index): (reason, edge) for edge in group})
    return found


def _pattern(text: str) -> str:
    text = _EDGE_ROMAN.sub("#", text)
    return " ".join(_NUMBER.sub("#", text.lower()).split())


def _counts_up(group: list[Edge]) -> bool:
    """Whether the lines are alike but for one number, which grows with the pages."""
    if len({edge.text for edge in group}) == 1:
        return True
    numbers = [_NUMBER.findall(edge.text) for edge in group]
    if len({len(row) for row in numbers}) > 1:
        return _counter_column(group) is not None  # roman and arabic pages of one header
    changing = [
        column for column in zip(*numbers, strict=True) if len(set(column)) > 1
    ]
    if not changing:
        return _counter_column(group) is not None or not numbers[0]
    return len(changing) == 1 and _grows(group, [int(value) for value in changing[0]])


def _grows(group: list[Edge], values: list[int]) -> bool:
    """Whether most values stand at the same distance from their page as the one before."""
    distances = [value - edge.page for edge, value in zip(group, values, strict=True)]
    steady = sum(a == b for a, b in zip(distances, distances[1:], strict=False))
    return 2 * steady >= len(distances) - 1


def _counter_column(group: list[Edge]) -> list[str] | None:
    """The page numbers at the same end of all lines; None if there are none."""
    for place in (-1, 0):
        tokens = [edge.text.split()[place].strip("|.-–—") for edge in group]  # noqa: RUF001
        if all(page_value(token) for token in tokens) and len(set(tokens)) > 1:
            return tokens
    return None


def _numbers(
    edges: list[Edge], known: dict[int, str]
) -> dict[tuple[int, int], tuple[str, Edge]]:
    """Page numbers standing alone: those in step with another, and single ones that fit."""
    candidates: list[tuple[Edge, str, int]] = []
    for edge in edges:
        label = _label(edge.text)
        value = page_value(label) if label else None
        if value is not None:
            candidates.append((edge, value[0], value[1] - edge.page))
    steps = Counter((style, step) for _, style, step in candidates)
    numbered = any(count > 1 for count in steps.values())
    found = {}
    for edge, style, step in candidates:
        fits = step == 1 or (style == "roman" and 1 - edge.page <= step <= 1)
        single = fits and (numbered or len(known) > 1)
        if steps[style, step] > 1 or single:
            found[edge.page, edge.index] = ("page number", edge)
    return found


def _label(text: str) -> str | None:
    match = _LONE_NUMBER.fullmatch(text)
    return match[1] if match else None


def _counted(
    found: dict[tuple[int, int], tuple[str, Edge]], known: dict[int, str]
) -> dict[int, str]:
    """Labels from the number that counts up inside running lines."""
    groups: dict[str, list[Edge]] = defaultdict(list)
    for reason, edge in found.values():
        if reason != "page number" and edge.page not in known:
            groups[_pattern(edge.text)].append(edge)
    labels: dict[int, str] = {}
    for group in groups.values():
        for page, label in _group_labels(sorted(group, key=lambda edge: edge.page)):
            labels.setdefault(page, label)
    return labels


def _group_labels(group: list[Edge]) -> list[tuple[int, str]]:
    if len({edge.text for edge in group}) == 1:
        return []
    column = _counter_column(group)
    if column is None:
        numbers = [_NUMBER.findall(edge.text) for edge in group]
        if len({len(row) for row in numbers}) > 1:
            return []
        columns = [list(column) for column in zip(*numbers, strict=True)]
        column = next((column for column in columns if len(set(column)) > 1), None)
    if column is None:
        return []
    return [(edge.page, label) for edge, label in zip(group, column, strict=True)]
