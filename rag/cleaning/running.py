"""Running headers, footers and page numbers: found by repetition, removed, kept as labels.

A line at the edge of a page is running text when the same line stands at that edge of other
pages, apart from one number that counts up with the pages. Left and right pages may differ, so a
line need not be on every page. A line with a counter must also stand apart from the text: the
first lines of two sections may well differ in a number only. Headings repeat too ("Key findings")
and count ("Recommendation 1", "2015"): a large line over a text that never goes on from the page
before is one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.cleaning.numerals import page_value
from rag.types import Dropped

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

EDGE_LINES = 3
"""How many lines at the top and at the bottom may be running text."""
MAX_CHARS = 160
_NUMBER = re.compile(r"\d+")
_LONE_NUMBER = re.compile(
    r"[\s\-–—\[(|.]*(?:p(?:age|\.)?\s*)?(\d{1,4}|[ivxlc]{1,7}|[IVXLC]{1,7})"
    r"(?:\s*(?:of|/)\s*\d{1,4})?[\s\-–—\])|.]*",
    re.IGNORECASE,
)
_EDGE_ROMAN = re.compile(r"^([ivxlc]{1,7})(?=\s)|(?<=\s)([ivxlc]{1,7})$")
_MIN_PAGES = 3
_SPARSE_SHARE = 0.1
_INTERRUPTING_SHARE = 0.2
"""Headings stand in the midst of a sentence on no larger share of their pages."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One or more lines at an edge of a page.

    ``indexes`` are their places among the page's lines; ``apart`` says that they are a block,
    ``large`` that they head the page in letters bigger than the body's, and ``interrupts`` that a
    sentence from the page before goes on below them.
    """

    page: int
    indexes: tuple[int, ...]
    text: str
    apart: bool
    large: bool = False
    interrupts: bool = False

    def lines(self) -> Iterator[tuple[int, int]]:
        """The lines as (page, index)."""
        return ((self.page, index) for index in self.indexes)


@dataclass(frozen=True, slots=True)
class Running:
    """What is to go: lines as (page, index), their records, and labels by page."""

    lines: frozenset[tuple[int, int]]
    dropped: tuple[Dropped, ...]
    labels: dict[int, str]


def find_running(
    pages: Sequence[Sequence[Sequence[str]]], large: Container[tuple[int, int]] = ()
) -> Running:
    """Find the running text of *pages*.

    Args:
        pages: Each page as blocks of lines; pages count from 0.
        large: The lines, as (page, index), in letters clearly bigger than the body's.
    """
    found: dict[tuple[int, int], tuple[str, Edge]] = {}
    labels: dict[int, str] = {}
    filled = sum(1 for page in pages if page)
    for top in (True, False):
        for _ in range(EDGE_LINES):
            edges = [
                edge
                for number, page in enumerate(pages)
                for edge in _outermost(number, page, found, large, top=top)
            ]
            reason = "running header" if top else "running footer"
            numbers = _numbers(edges, labels, filled)
            new = [(reason, edge) for edge in _repeated(edges, filled)]
            new += [("page number", edge) for edge in numbers]
            if not new:
                break
            found.update({key: entry for entry in new for key in entry[1].lines()})
            labels.update({edge.page: _label(edge.text) or "" for edge in numbers})
    labels = {**_counted(found, labels), **labels}
    dropped = tuple(
        Dropped(reason, edge.text[:200], edge.page + 1)
        for key, (reason, edge) in sorted(found.items(), key=lambda item: item[0])
        if key[1] == edge.indexes[0]
    )
    return Running(frozenset(found), dropped, labels)


def _outermost(
    number: int,
    page: Sequence[Sequence[str]],
    found: Mapping[tuple[int, int], object],
    large: Container[tuple[int, int]],
    *,
    top: bool,
) -> Iterator[Edge]:
    """The outermost line of a page that is left, and the block that it belongs to."""
    places = [(block, line) for block in page for line in block]
    indexes = range(len(places)) if top else range(len(places) - 1, -1, -1)
    left = [index for index in indexes if (number, index) not in found]
    outside = len(places) - len(left)
    if not left or outside >= EDGE_LINES:
        return
    outermost = left[0]
    block, line = places[outermost]
    heads = (top or outermost == 0) and (number, outermost) in large
    if len(line) <= MAX_CHARS:
        interrupts = _goes_on(places, outermost)
        alone = len(block) == 1
        yield Edge(number, (outermost,), line, alone, large=heads, interrupts=interrupts)
    whole = tuple(sorted(index for index in left if places[index][0] is block))
    text = " ".join(places[index][1] for index in whole)
    if 1 < len(whole) <= EDGE_LINES and len(text) <= MAX_CHARS:
        interrupts = _goes_on(places, whole[-1])
        yield Edge(number, whole, text, apart=True, large=heads, interrupts=interrupts)


def _goes_on(places: Sequence[tuple[Sequence[str], str]], index: int) -> bool:
    """Whether one of the blocks just below a line begins in the midst of a sentence."""
    below = range(index + 1, min(index + 1 + EDGE_LINES, len(places)))
    return any(
        places[place][0] is not places[place - 1][0] and places[place][1][:1].islower()
        for place in below
    )


def _repeated(edges: list[Edge], filled: int) -> Iterator[Edge]:
    groups: dict[tuple[str, int], list[Edge]] = defaultdict(list)
    for edge in edges:
        groups[_pattern(edge.text), len(edge.indexes)].append(edge)
    needed = max(min(_MIN_PAGES, max(filled, 2)), _SPARSE_SHARE * filled)
    for (pattern, _), group in groups.items():
        alike = len({edge.text for edge in group}) == 1
        standing = group if alike else [edge for edge in group if edge.apart]
        if not pattern.strip(" #|-–—./") or len(standing) < needed:
            continue
        if alike or _counts_up(standing):
            yield from _without_headings(standing, filled, alike=alike)


def _without_headings(group: list[Edge], filled: int, *, alike: bool) -> list[Edge]:
    """Leave out the large lines of a group, unless they stand where no heading would."""
    large = [edge for edge in group if edge.large]
    interrupting = sum(edge.interrupts for edge in large)
    if interrupting > _INTERRUPTING_SHARE * len(large) or (alike and len(large) == filled):
        return group
    return [edge for edge in group if not edge.large]


def _pattern(text: str) -> str:
    text = _EDGE_ROMAN.sub("#", text.replace("|", " ").strip())
    return " ".join(_NUMBER.sub("#", text.lower()).split())


def _counts_up(group: list[Edge]) -> bool:
    """Whether the lines are alike but for one number, which grows with the pages."""
    numbers = [_NUMBER.findall(edge.text) for edge in group]
    if len({len(row) for row in numbers}) > 1:
        return _counter_column(group) is not None  # roman and arabic pages of one header
    changing = [column for column in zip(*numbers, strict=True) if len(set(column)) > 1]
    if not changing:
        return _counter_column(group) is not None or not numbers[0]
    return len(changing) == 1 and _grows(group, [int(value) for value in changing[0]])


def _grows(group: list[Edge], values: list[int]) -> bool:
    """Whether most values stand at the same distance from their page as the one before."""
    distances = [value - edge.page for edge, value in zip(group, values, strict=True)]
    steady = sum(a == b for a, b in pairwise(distances))
    return 2 * steady >= len(distances) - 1


def _counter_column(group: list[Edge]) -> list[str] | None:
    """The page numbers at the same end of all lines; None if there are none."""
    for place in (-1, 0):
        tokens = [edge.text.split()[place].strip("|.-–—") for edge in group]
        if all(page_value(token) for token in tokens) and len(set(tokens)) > 1:
            return tokens
    return None


def _numbers(edges: list[Edge], known: Mapping[int, str], filled: int) -> list[Edge]:
    """Page numbers standing alone: those in step with another, and single ones that fit.

    A large number beyond that of the pages may be a heading: a year.
    """
    candidates: list[tuple[Edge, str, int]] = []
    beyond: list[Edge] = []
    for edge in edges:
        label = _label(edge.text)
        value = page_value(label) if label and len(edge.indexes) == 1 else None
        if value is not None:
            candidates.append((edge, value[0], value[1] - edge.page))
            beyond += [edge] if edge.large and value[1] > filled else []
    headings = set(beyond) - set(_without_headings(beyond, filled, alike=False))
    candidates = [entry for entry in candidates if entry[0] not in headings]
    steps = Counter((style, step) for _, style, step in candidates)
    numbered = len(known) > 1 or any(count > 1 for count in steps.values())
    found = []
    for edge, style, step in candidates:
        fits = step == 1 or (style == "roman" and 1 - edge.page <= step <= 1)
        if steps[style, step] > 1 or (numbered and fits):
            found.append(edge)
    return found


def _label(text: str) -> str | None:
    match = _LONE_NUMBER.fullmatch(text)
    return match[1] if match else None


def _counted(
    found: Mapping[tuple[int, int], tuple[str, Edge]], known: Mapping[int, str]
) -> dict[int, str]:
    """Labels from the number that counts up inside running lines."""
    groups: dict[str, list[Edge]] = defaultdict(list)
    for reason, edge in dict.fromkeys(found.values()):
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
