"""What 10^8 to 10^10 passages would take on N nodes, computed from measured rates.

    python eval/benchmarks/planning.py [--results eval/results]

`cluster.py` measured the rates. What is assumed beyond them is in `ASSUMED`. The plan goes to
``planning.json`` and its plot to ``planning.svg`` beside the rates; measured points are drawn in.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Draws = np.ndarray[Any, np.dtype[np.float64]]

RESULTS = Path(__file__).resolve().parents[1] / "results"
PASSAGES = (10**8, 10**9, 10**10)
NODES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
SHARD_PASSAGES = (10**6, 10**7, 10**8)
SHARDS_DRAWN = (1, 2, 4, 8, 16, 32, 64, 128, 256)
DRAWS = 20_000
SECONDS_AN_HOUR = 3600.0
GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is not measured here. Prices are of no provider; put in your own."""

    cores_a_node: int = 16
    node_dollars_an_hour: float = 0.80
    hours_between_failures_of_a_node: float = 1_000.0
    start_s: float = 20.0
    """Until an actor on a new node has its models."""
    passages_lost_with_an_actor: int = 128
    """Two tasks of 64 passages, see `rag.cluster.pool`."""
    memory_gigabytes_a_database_node: float = 256.0
    database_node_dollars_an_hour: float = 2.00
    index_bytes_a_passage: int = 1_171
    """HNSW over 384 half-precision numbers, measured at 20,000 passages."""
    merge_ms_a_shard: float = 0.05
    """Of the one that puts the answers of shards together."""


ASSUMED = Assumed()


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the plan and its plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    path = options.results / "cluster.json"
    if not path.is_file():
        sys.exit(f"Expected measured rates in {path}. Run make bench-cluster first.")
    rates = json.loads(path.read_bytes())
    found = plan(rates)
    target = options.results / "planning.json"
    target.write_text(json.dumps(found, indent=1) + "\n")
    plot(found, rates, target.with_suffix(".svg"))
    print(json.dumps(found, indent=1))


def plan(rates: Mapping[str, Any], assumed: Assumed = ASSUMED) -> dict[str, Any]:
    """Return the plan for each number of passages.

    Args:
        rates: What `cluster.py` measured: ``embedding`` on one node and two, ``search`` by size.
        assumed: What is not measured.
    """
    one, two = (rates["embedding"][key] for key in ("one_node", "two_nodes"))
    efficiency = min(1.0, two / (2 * one))
    largest = max(rates["search"]["sizes"], key=int)
    writer = rates["search"]["sizes"][largest]["passages_per_second"]
    latency = Latency.fitted(rates["search"]["sizes"])
    return {
        "assumed": asdict(assumed),
        "measured": {
            "passages_per_second_a_core": one,
            "share_of_twice_one_at_two_nodes": efficiency,
            "passages_per_second_of_a_writer": writer,
            "writer_measured_at_passages": int(largest),
            "search_exponent": latency.exponent,
            "search_spread": latency.spread,
        },
        "two_nodes": {
            "predicted_from_one_passages_per_second": cluster_rate(2, one, 1.0, 1, assumed),
            "measured_passages_per_second": two,
        },
        "two_shards": two_shards(rates["search"].get("two_shards"), latency, assumed),
        "preparing": {
            str(passages): [
                preparing(passages, nodes, one, efficiency, writer, assumed) for nodes in NODES
            ]
            for passages in PASSAGES
        },
        "searching": {
            str(passages): [searching(passages, size, latency, assumed) for size in SHARD_PASSAGES]
            for passages in PASSAGES
        },
    }


def cluster_rate(nodes: int, one: float, efficiency: float, cores: int, assumed: Assumed) -> float:
    """Return the passages a second of *nodes* of so many cores, losses of nodes subtracted.

    What two nodes lose beside twice one is taken to be lost once, not again at every doubling:
    nodes share nothing but the writer, whose rate bounds a run apart from this.
    """
    rate = nodes * cores * one * (efficiency if nodes > 1 else 1.0)
    lost_s = assumed.start_s + assumed.passages_lost_with_an_actor / one
    between_s = assumed.hours_between_failures_of_a_node * SECONDS_AN_HOUR
    return rate * (1 - lost_s / between_s)


def preparing(
    passages: int, nodes: int, one: float, efficiency: float, writer: float, assumed: Assumed
) -> dict[str, Any]:
    """Return hours and dollars of embedding and writing, and how many writers keep up."""
    rate = cluster_rate(nodes, one, efficiency, assumed.cores_a_node, assumed)
    writers = math.ceil(rate / writer)
    hours = (passages / rate + assumed.start_s) / SECONDS_AN_HOUR
    alone = max(hours, passages / writer / SECONDS_AN_HOUR)
    return {
        "nodes": nodes,
        "passages_per_second": rate,
        "hours": hours,
        "dollars": hours * nodes * assumed.node_dollars_an_hour,
        "writers": writers,
        "hours_with_one_writer": alone,
        "failures_expected": hours * nodes / assumed.hours_between_failures_of_a_node,
    }


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one shard searches: lognormal around a median that grows with its size.

    ``milliseconds`` is the median at one passage, ``exponent`` that of the growth and ``spread``
    the standard deviation of the logarithm, as measured at the largest size.
    """

    milliseconds: float
    exponent: float
    spread: float

    @classmethod
    def fitted(cls, sizes: Mapping[str, Mapping[str, Any]]) -> Latency:
        """Fit the growth to the medians by least squares of logarithms."""
        known = sorted((int(size), result) for size, result in sizes.items())
        x = np.log([size for size, _ in known])
        y = np.log([result["p50"] for _, result in known])
        exponent, start = np.polyfit(x, y, 1) if len(known) > 1 else (0.0, y[0])
        spread = float(np.std(np.log(known[-1][1]["milliseconds"])))
        return cls(float(math.exp(start)), max(0.0, float(exponent)), spread)

    def median(self, passages: int) -> float:
        """Return the median for a shard of so many passages."""
        return self.milliseconds * math.pow(passages, self.exponent)

    def slowest(self, passages: int, shards: int, *, seed: int = 1) -> Draws:
        """Return draws of the time until the slowest of equal *shards* has answered.

        The largest of n draws has the distribution F^n, so it is drawn as F^-1(u^(1/n)).
        """
        from scipy.stats import norm

        uniform = np.random.default_rng(seed).uniform(size=DRAWS)
        normal = norm.ppf(uniform ** (1.0 / shards))
        return np.asarray(self.median(passages) * np.exp(self.spread * normal))


def searching(passages: int, size: int, latency: Latency, assumed: Assumed) -> dict[str, Any]:
    """Return what *passages* in shards of *size* take: latency, machines, memory, dollars."""
    shards = max(1, math.ceil(passages / size))
    slowest = latency.slowest(min(size, passages), shards) + assumed.merge_ms_a_shard * shards
    gigabytes = passages * assumed.index_bytes_a_passage / GIGABYTE
    machines = math.ceil(gigabytes / assumed.memory_gigabytes_a_database_node)
    return {
        "passages_a_shard": size,
        "shards": shards,
        "p50_ms": float(np.median(slowest)),
        "p99_ms": float(np.quantile(slowest, 0.99)),
        "index_gigabytes": gigabytes,
        "database_nodes": machines,
        "dollars_a_month": machines * assumed.database_node_dollars_an_hour * 24 * 30,
    }


def two_shards(
    measured: Mapping[str, Any] | None, latency: Latency, assumed: Assumed
) -> dict[str, Any] | None:
    """Return the prediction for the two shards that were measured, None where none were."""
    if measured is None:
        return None
    slowest = latency.slowest(measured["passages_each"], 2) + 2 * assumed.merge_ms_a_shard
    return {
        "passages_each": measured["passages_each"],
        "predicted_p50_ms": float(np.median(slowest)),
        "measured_p50_ms": measured["p50"],
        "predicted_p95_ms": float(np.quantile(slowest, 0.95)),
        "measured_p95_ms": measured["p95"],
    }


def plot(found: Mapping[str, Any], rates: Mapping[str, Any], path: Path) -> None:
    """Draw the rate of preparing, its hours, and the time to the slowest shard."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "planning"
    from matplotlib import pyplot as plt

    figure, (rate, hours, fan) = plt.subplots(1, 3, figsize=(15, 4.5))
    one, efficiency = (
        found["measured"][key]
        for key in ("passages_per_second_a_core", "share_of_twice_one_at_two_nodes")
    )
    for share, label in ((1.0, "from one node, nothing lost"), (efficiency, "plan")):
        predicted = [cluster_rate(nodes, one, share, 1, ASSUMED) for nodes in NODES]
        rate.plot(NODES, predicted, ":" if share == 1.0 else "-", label=label)
    points = (found["measured"]["passages_per_second_a_core"], rates["embedding"]["two_nodes"])
    rate.plot((1, 2), points, "o", color="black", label="measured")
    rate.set(xlabel="nodes of one core", ylabel="passages a second", title="Embedding")
    for passages, rows in found["preparing"].items():
        label = f"{float(passages):.0e} passages"
        hours.plot(NODES, [row["hours"] for row in rows], label=label)
    cores = found["assumed"]["cores_a_node"]
    hours.set(xlabel=f"nodes of {cores} cores", ylabel="hours", title="Preparing")
    latency = Latency.fitted(rates["search"]["sizes"])
    for size in SHARD_PASSAGES:
        drawn = [latency.slowest(size, shards) for shards in SHARDS_DRAWN]
        for share, style in ((0.5, "-"), (0.99, "--")):
            label = f"{size:.0e} a shard, {'median' if style == '-' else '99 %'}"
            fan.plot(SHARDS_DRAWN, [np.quantile(d, share) for d in drawn], style, label=label)
    if found["two_shards"]:
        each = f"{found['two_shards']['passages_each']:.0e}"
        fan.plot([2], [found["two_shards"]["measured_p50_ms"]], "o", color="black",
                 label=f"measured, {each} a shard, median")  # fmt: skip
    fan.set(xlabel="shards", ylabel="ms to the slowest shard", title="Search")
    for axes in (rate, hours, fan):
        axes.set(xscale="log", yscale="log")
        axes.legend(fontsize=7)
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)


if __name__ == "__main__":
    main()
