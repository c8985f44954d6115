"""Accuracy on our own questions and on public sets, beside plain baselines in the same run.

    python eval/benchmarks/accuracy.py --data FOLDER [--seeds FOLDER] [--corpus corpus]
        [--only NAME ...] [--limit N] [--cache FOLDER] [--out FILE]

FOLDER holds the public sets, see `public_sets`; a set that is missing is left out with a line that
says where to get it. Every figure has a 95 % bootstrap interval over questions. The figures are
printed and, after each set, written as JSON; each question's scores go to the folder ``local``
beside it. What the file has about sets that were not measured now is kept. XQuAD is for reporting
only: nothing is tuned on it.

With ``--limit`` everything is tried on a few questions and passages. Such figures mean nothing, so
they are written to ``local`` too and never come into ``eval/README.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engines import SYSTEMS, Workshop
from own import gold_set
from public_sets import MissingSetError
from tasks import READER, TASKS

from rag.evaluation.metrics import HEADLINES
from rag.evaluation.run import current_commit, versions
from rag.settings import load_settings, to_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from figures import Measured
    from tasks import Task

    from rag.evaluation.intervals import Metric
    from rag.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "eval" / "results"
CACHE = ROOT / "index" / "benchmarks"
GOLD = {name: ROOT / f"eval/gold/{name}.jsonl" for name in ("seeds", "corpus", "sources")}
TELL_EVERY_S = 5.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; write and print the figures."""
    options = _options(arguments)
    settings = _settings(options)
    tell = _teller()
    workshop = Workshop(settings, options.cache, tell)
    out = options.out or (OUT / "local" / "trial.json" if options.limit else OUT / "accuracy.json")
    made_with = _made_with(settings, options.limit)  # before a result changes the checkout
    for name, task in _tasks(options):
        tell(f"{name}: begins", now=True)
        began = time.monotonic()
        try:
            results = task(workshop)
        except MissingSetError as error:
            tell(f"{name}: left out. {error}", now=True)
            continue
        seconds = round(time.monotonic() - began)
        measured = [item.to_dict() for item in results]
        _keep(out, name, {**made_with, "seconds": seconds, "measured": measured})
        questions = [item.questions_to_dict() for item in results]
        _keep(out.parent / "local" / f"{out.stem}-questions.json", name, questions)
        print(table(results), flush=True)
        tell(f"{name}: {seconds} s, written to {out}", now=True)


def _made_with(settings: Settings, limit: int | None) -> dict[str, Any]:
    return {
        "limit": limit,
        "settings": to_dict(settings),
        "settings_sha256": settings.sha256(),
        "commit": current_commit(),
        "versions": dict(versions()),
        "processor": f"{platform.machine()}, {os.cpu_count()} cores",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
    }


def _keep(path: Path, name: str, value: Any) -> None:
    """Put *value* under *name* into a JSON file and keep the rest of it."""
    kept = json.loads(path.read_bytes()) if path.is_file() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    text = json.dumps(dict(sorted({**kept, name: value}.items())), ensure_ascii=False, indent=1)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path)


def table(results: Sequence[Measured]) -> str:
    """Return the figures as lines: set, metric, and each system's figure with its interval."""
    lines = []
    for data in dict.fromkeys(item.data for item in results):
        rows = {item.system: item for item in results if item.data == data}
        lines += ["", data]
        for name in _metric_names(rows):
            cells = [
                f"{system} {_figure(rows[system].metrics.get(name))}"
                for system in (*SYSTEMS, READER)
                if system in rows and name in rows[system].metrics
            ]
            lines.append(f"  {name:26} {'   '.join(cells)}")
    return "\n".join(lines)


def _metric_names(rows: dict[str, Measured]) -> Iterator[str]:
    """Yield the names of the figures to print; of a whole evaluation only the main ones."""
    names = dict.fromkeys(name for item in rows.values() for name in item.metrics)
    many = len(names) > len(HEADLINES)
    yield from (name for name in names if not many or name in HEADLINES)


def _figure(metric: Metric | None) -> str:
    if metric is None or metric.value is None or metric.low is None or metric.high is None:
        return "-"
    digits = 1 if metric.value > 1 else 3
    return f"{metric.value:.{digits}f} [{metric.low:.{digits}f}, {metric.high:.{digits}f}]"


def _tasks(
    options: argparse.Namespace,
) -> Iterator[tuple[str, Callable[[Workshop], list[Measured]]]]:
    folders = {"seeds": options.seeds, "corpus": options.corpus, "sources": options.sources}
    for name, folder in folders.items():
        if folder is not None and name in options.only:
            yield name, _own(name, folder, options.limit)
    for name, task in TASKS.items():
        if options.data is not None and name in options.only:
            yield name, _public(task, options.data, options.limit)


def _public(task: Task, data: Path, limit: int | None) -> Callable[[Workshop], list[Measured]]:
    return lambda workshop: task(workshop, data, limit)


def _own(name: str, folder: Path, limit: int | None) -> Callable[[Workshop], list[Measured]]:
    def measure(workshop: Workshop) -> list[Measured]:
        if not folder.is_dir():
            message = f"There is no folder {folder}; give it with --{name}."
            raise MissingSetError(message)
        return gold_set(workshop, name, folder, GOLD[name], limit)

    return measure


def _settings(options: argparse.Namespace) -> Settings:
    settings = load_settings()
    if options.reader:
        settings = replace(settings, reading=replace(settings.reading, reader=options.reader))
    return settings


def _teller() -> Callable[..., None]:
    """Return what writes progress to standard error, not more often than every few seconds."""
    began = time.monotonic()
    last = began - TELL_EVERY_S

    def tell(text: str, *, now: bool = False) -> None:
        nonlocal last
        moment = time.monotonic()
        if now or moment - last >= TELL_EVERY_S:
            last = moment
            print(f"[{moment - began:6.0f} s] {text}", file=sys.stderr, flush=True)

    return tell


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [*GOLD, *TASKS]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=_folder, help="the folder of the public sets")
    parser.add_argument("--seeds", type=_folder, help="the folder of the five seed texts")
    parser.add_argument("--corpus", type=_folder, default=ROOT / "corpus")
    parser.add_argument("--sources", type=_folder, default=ROOT / "eval/gold/sources")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--limit", type=_count, help="try it on so many questions of each set")
    parser.add_argument("--cache", type=Path, default=CACHE, help="keeps indexes and vectors")
    parser.add_argument("--reader", help='instead of the one in the settings; "none" for none')
    parser.add_argument("--out", type=Path, help="instead of eval/results/accuracy.json")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        message = f"expected at least 1 question, but got {text}"
        raise argparse.ArgumentTypeError(message)
    return count


def _folder(text: str) -> Path | None:
    """Return the folder, None for an empty argument, as make gives for an unset variable."""
    return Path(text) if text else None


if __name__ == "__main__":
    main()
