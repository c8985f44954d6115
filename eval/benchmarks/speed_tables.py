"""Write the tables of speed by size in ``eval/README.md`` from the results of the benchmarks.

    python eval/benchmarks/speed_tables.py [--results eval/results] [--page eval/README.md]

What stands between the marks ``stages``, ``loading``, ``growth``, ``updating`` and ``rivals`` is
replaced; a table without results is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from growth import CURVES, figure
from pages import from_each, refresh, short, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROWS = (
    ("search_without_embedding.p50", "search with a ready embedding, median", "{:.1f} ms", ""),
    ("search_without_embedding.p95", "the same, 95th percentile", "{:.1f} ms", ""),
    ("search_without_embedding.cpu", "the same, processor's time", "{:.1f} ms", ""),
    ("search.p50", "search, median", "{:.1f} ms", "25 ms at 1,000,000"),
    ("search.p95", "search, 95th percentile", "{:.1f} ms", ""),
    ("stages.dense.cpu", "dense part, processor's time", "{:.2f} ms", "8 ms"),
    ("stages.lexical.cpu", "lexical part, processor's time", "{:.2f} ms", ""),
    ("stages.fetch.cpu", "fetching 20 passages, processor's time", "{:.2f} ms", ""),
    ("filtered_search.p50", "search in a tenth of the documents, median", "{:.1f} ms", ""),
    ("ask.p50", "ask with the reader, median", "{:.0f} ms", "200 ms"),
    ("ask.p95", "ask, 95th percentile", "{:.0f} ms", ""),
    ("recall@10", "recall@10 of dense search against exact", "{:.3f}", "0.98"),
    ("recall@10_filtered", "the same in a tenth of the documents", "{:.3f}", "0.98"),
    ("open_index_s", "opening the index", "{:.2f} s", "1 s"),
    ("memory_searched_mb.resident", "resident memory after 440 searches", "{:.0f} MB", "2 GB"),
    ("index_bytes_beyond_text", "index beyond the text, MB", "mb", "2 GB"),
    ("passages_per_second", "store: passages written a second", "{:.0f}", ""),
)
STAGES = ("read", "load", "chunk", "embed", "store", "total")
TOOLS = ("footnote", "langchain", "txtai", "haystack")


def main(arguments: Sequence[str] | None = None) -> None:
    """Refresh every table that there are results for."""
    made: dict[str, Callable[[dict[str, Any]], str]] = {
        "stages": stages_table,
        "loading": loading_table,
        "growth": growth_table,
        "updating": updating_table,
        "rivals": rivals_table,
    }
    refresh(__doc__, arguments, from_each(made))


def stages_table(value: dict[str, Any]) -> str:
    """Return one column a kind of files."""
    kinds = value["kinds"]
    labels = (
        ("files", "{:,.0f}"),
        ("pages", "{:,.0f}"),
        ("passages", "{:,.0f}"),
        *((f"seconds.{stage}", "{:.2f} s") for stage in STAGES),
        ("pages_per_second", "{:.1f}"),
        ("passages_per_second", "{:.1f}"),
        ("embedding_alone_passages_per_second", "{:.1f}"),
        ("share_of_embedding_rate", "{:.2f}"),
    )
    rows = [
        [
            path.replace("seconds.", "").replace("_", " "),
            *(shown(figure(result, path), how) for result in kinds.values()),
            "0.9" if path == "share_of_embedding_rate" else "",
        ]
        for path, how in labels
    ]
    return "\n\n".join([table(["", *kinds, "wanted"], rows), made_with([("", value)])])


def loading_table(value: dict[str, Any]) -> str:
    """Return one table of ways of reading, and what cleaning made of each folder."""
    rows, notes = [], []
    for folder, found in value["folders"].items():
        for name, reading in found["readings"].items():
            figures = [f"{reading[key]:.3f}" for key in ("found", "sound", "order")]
            rate = f"{reading['pages_per_second']:.0f}"
            rows.append([f"{folder}: {name}", str(reading["pages"]), rate, *figures])
        counted = ", ".join(f"{label} {count:,}" for label, count in found["structure"].items())
        notes.append(f"{folder}, {found['files']} files: {counted}.")
    heads = ["", "pages", "pages a second a core", "words found", "words sound", "order"]
    return "\n\n".join([table(heads, rows), *notes, made_with([("", value)])])


def growth_table(value: dict[str, Any]) -> str:
    """Return one column a size, and the exponents of growth."""
    sizes = value["sizes"]
    rows = [
        [label, *(shown(figure(result, path), how) for result in sizes.values()), wanted]
        for path, label, how, wanted in ROWS
    ]
    heads = ["passages", *(f"{int(size):,}" for size in sizes), "wanted"]
    powers = ", ".join(
        f"{CURVES[path].split(',')[0]} n^{power:.2f}" for path, power in value["exponents"].items()
    )
    grown = f"Growth, fitted: {powers} ([plot](results/growth.svg))." if powers else ""
    return "\n\n".join([table(heads, rows), grown, made_with(sizes.items())])


def updating_table(value: dict[str, Any]) -> str:
    """Return one row a run of an update."""
    rows = [
        [
            f"{name} ({run['files_changed']:,} files)",
            f"{run['seconds']:.1f} s",
            f"{run['cpu_seconds']:.1f} s",
            f"{run['stages_s']['embed']:.1f} s",
            f"{run['stages_s']['store']:.1f} s",
            f"{run['passages_embedded']:,}",
            shown(run["written_bytes"], "mb"),
        ]
        for name, run in value["runs"].items()
    ]
    passages = max(run["passages"] for run in value["runs"].values())
    heads = [f"{value['files']:,} files, {passages:,} passages", "seconds", "processor's time"]
    heads += ["embedding", "store and rest", "passages embedded", "written"]
    made_up = "Vectors of the first run are made up" + (
        " and of the tenth too." if value["churn"] == "MadeUp" else "."
    )
    return "\n\n".join([table(heads, rows), made_up, made_with([("", value)])])


def rivals_table(value: dict[str, Any]) -> str:
    """Return the searches of all tools."""
    rows = [
        [
            f"{int(size):,} passages: {label}",
            *(shown(found.get(tool, {}).get(key), how) for tool in TOOLS),
        ]
        for size, found in value["sizes"].items()
        for key, label, how in (
            ("search_p50_ms", "search, median", "{:.1f} ms"),
            ("search_p95_ms", "search, 95th percentile", "{:.1f} ms"),
            ("search_cpu_ms", "search, processor's time", "{:.1f} ms"),
            ("write_and_open_s", "write and open", "{:.1f} s"),
            ("resident_mb", "resident memory", "{:.0f} MB"),
            ("bytes", "bytes on disk", "mb"),
        )
    ]
    return "\n\n".join([table(["", *TOOLS], rows), made_with([("", value)])])


def shown(value: float | None, how: str) -> str:
    """Return a figure as text, empty if it was not measured."""
    if value is None:
        return ""
    return f"{value / 1e6:,.0f} MB" if how == "mb" else how.format(value)


def made_with(results: Iterable[tuple[str, dict[str, Any]]]) -> str:
    """Return what each result was measured with."""
    return " ".join(
        f"{f'{int(size):,} passages: ' if size else ''}commit {short(found['commit'])}, "
        f"{found['date']}, {found['machine']['cores']} cores, load {found['machine']['load']}."
        for size, found in results
    )


if __name__ == "__main__":
    main()
