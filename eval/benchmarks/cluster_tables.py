"""Write the tables of clusters and of the plan in ``eval/README.md`` from their results.

    python eval/benchmarks/cluster_tables.py [--results eval/results] [--page eval/README.md]

What stands between the marks ``cluster`` and ``planning`` is replaced; a table without results is
left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pages import from_each, refresh, table
from speed_tables import made_with

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BUSY = "**Other programs used the machine meanwhile: a quiet one is faster.**"
NODES_SHOWN = (1, 8, 64, 512)


def main(arguments: Sequence[str] | None = None) -> None:
    """Refresh every table that there are results for."""
    refresh(__doc__, arguments, from_each({"cluster": cluster_table, "planning": planning_table}))


def cluster_table(value: Mapping[str, Any]) -> str:
    """Return what was measured on two nodes and in PostgreSQL."""
    rows = []
    if found := value.get("embedding"):
        rows += [
            ["one node of one core, passages embedded a second", f"{found['one_node']:.1f}", ""],
            ["two such nodes", f"{found['two_nodes']:.1f}", ""],
            ["two, as a share of twice one", f"{found['share_of_twice_one']:.2f}", "0.85"],
        ]
    for size, found in value.get("search", {}).get("sizes", {}).items():
        wanted = "25 ms" if int(size) == 100_000 else ""  # noqa: PLR2004 - the size it is for
        label = f"search in PostgreSQL, {int(size):,} passages"
        rows += [
            [f"{label}, median", f"{found['p50']:.1f} ms", wanted],
            [f"{label}, 95th percentile", f"{found['p95']:.1f} ms", ""],
            [f"{label}: written a second", f"{found['passages_per_second']:,.0f}", ""],
        ]
    for name, label in (("to_postgres", "folder to PostgreSQL"), ("to_folder", "and back")):
        if found := value.get("copy", {}).get(name):
            rate = f"{found['passages_per_second']:,.0f}"
            rows.append([f"rag copy, {label}: passages a second", rate, "20,000"])
    parts = [("", value[part]) for part in ("embedding", "search", "copy") if part in value]
    made = made_with(parts)
    if any(part["machine"]["load"] > part["machine"]["cores"] for _, part in parts):
        made += f" {BUSY}"
    return "\n\n".join([table(["", "", "wanted"], rows), made])


def planning_table(value: Mapping[str, Any]) -> str:
    """Return hours and dollars by nodes, and search by the size of shards."""
    preparing = [
        [
            f"{float(passages):.0e} passages, {row['nodes']} nodes",
            *(f"{row[key]:,.1f}" for key in ("hours", "hours_with_one_writer")),
            f"{row['dollars']:,.0f}",
            f"{row['writers']:,}",
        ]
        for passages, rows in value["preparing"].items()
        for row in rows
        if row["nodes"] in NODES_SHOWN
    ]
    searching = [
        [
            f"{float(passages):.0e} passages, {float(row['passages_a_shard']):.0e} a shard",
            f"{row['shards']:,}",
            *(f"{row[key]:,.0f} ms" for key in ("p50_ms", "p99_ms")),
            f"{row['index_gigabytes']:,.0f} GB",
            f"{row['database_nodes']:,}",
            f"{row['dollars_a_month']:,.0f}",
        ]
        for passages, rows in value["searching"].items()
        for row in rows
    ]
    heads = ["preparing", "hours", "hours with one writer", "dollars", "writers that keep up"]
    shards = ["searching", "shards", "median", "99 %", "vectors", "nodes", "dollars a month"]
    return "\n\n".join([
        "![The plan](results/planning.svg)",
        "Computed from the figures above, and as good as they are.",
        table(heads, preparing),
        table(shards, searching),
        _checked(value),
    ])  # fmt: skip


def _checked(value: Mapping[str, Any]) -> str:
    """Return how far the plan is from what was measured."""
    nodes, shards = value["two_nodes"], value["two_shards"]
    said = (
        "Two nodes of one core: "
        f"{nodes['predicted_from_one_passages_per_second']:.1f} passages a second if nothing were "
        f"lost, {nodes['measured_passages_per_second']:.1f} measured."
    )
    if shards:
        said += (
            f" Two shards of {shards['passages_each']:,} passages on the same two cores: median "
            f"{shards['predicted_p50_ms']:.1f} ms planned, {shards['measured_p50_ms']:.1f} ms "
            f"measured; 95 % {shards['predicted_p95_ms']:.1f} ms and "
            f"{shards['measured_p95_ms']:.1f} ms."
        )
    return said


if __name__ == "__main__":
    main()
