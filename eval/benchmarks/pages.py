"""The page ``eval/README.md``, whose tables are written from the results of the benchmarks."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

EVAL = Path(__file__).resolve().parents[1]


def refresh(
    description: str,
    arguments: Sequence[str] | None,
    contents: Callable[[Path], Mapping[str, str]],
) -> None:
    """Replace parts of the page, as a program with ``--results`` and ``--page``.

    Args:
        description: Of the program; its first line is shown by ``--help``.
        arguments: Of the command line; None means those of this process.
        contents: Returns what stands between the marks of each name, from the folder of results;
            what it leaves out stays as it is.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--results", type=Path, default=EVAL / "results")
    parser.add_argument("--page", type=Path, default=EVAL / "README.md")
    options = parser.parse_args(arguments)
    page = options.page.read_text(encoding="utf-8")
    for name, content in contents(options.results).items():
        page = replaced(page, name, content)
    options.page.write_text(page, encoding="utf-8")


def result(folder: Path, name: str) -> dict[str, Any]:
    """Return the results of a benchmark, empty where there are none."""
    path = folder / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_bytes()) if path.is_file() else {}
    return found


def from_each(
    made: Mapping[str, Callable[[dict[str, Any]], str]],
) -> Callable[[Path], dict[str, str]]:
    """Return the `refresh` contents of tables that are each made from the results of its name."""
    return lambda folder: {
        name: make(found) for name, make in made.items() if (found := result(folder, name))
    }


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table without the rows that have no figure."""
    kept = [row for row in rows if any(row[1:])]
    lines = [heads, ["---"] * len(heads), *kept]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def replaced(page: str, name: str, content: str) -> str:
    """Return the page with other content between the marks of *name*."""
    pattern = re.compile(rf"(<!-- begin: {name} -->\n).*?(<!-- end: {name} -->)", re.DOTALL)
    changed, count = pattern.subn(lambda match: f"{match[1]}\n{content}\n\n{match[2]}", page)
    if count != 1:
        sys.exit(f"Expected one pair of marks begin: {name} and end: {name}, but found {count}.")
    return changed


def short(commit: str | None) -> str:
    """Return the beginning of a commit, with the + that stands for changed files."""
    return "unknown" if not commit else commit[:9] + ("+" if commit.endswith("+") else "")
