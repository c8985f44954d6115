"""The plan for large libraries: order statistics, losses and units."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "eval" / "benchmarks"


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


@pytest.fixture
def planning(benchmarks):
    return benchmarks("planning")


def rates():
    rng = np.random.default_rng(3)
    sizes = {}
    for size in (1_000, 100_000):
        drawn = 2.0 * size**0.2 * np.exp(0.3 * rng.normal(size=4_000))
        sizes[str(size)] = {
            "p50": float(np.median(drawn)),
            "p95": float(np.quantile(drawn, 0.95)),
            "milliseconds": drawn.tolist(),
            "passages_per_second": 2_000.0,
        }
    embedding = {"one_node": 50.0, "two_nodes": 90.0, "share_of_twice_one": 0.9}
    two_shards = {"passages_each": 1_000, "p50": 9.0, "p95": 14.0}
    machine = {"commit": "0" * 40, "date": "2026-11-22", "machine": {"cores": 2, "load": 0.1}}
    return {
        "embedding": machine | embedding,
        "search": machine | {"sizes": sizes, "two_shards": two_shards},
    }


def test_growth_and_spread_are_those_of_the_measured_latencies(planning):
    latency = planning.Latency.fitted(rates()["search"]["sizes"])
    assert latency.exponent == pytest.approx(0.2, abs=0.01)
    assert latency.spread == pytest.approx(0.3, abs=0.02)
    assert latency.median(100_000) == pytest.approx(20.0, rel=0.05)


@pytest.mark.parametrize("shards", [1, 2, 50])
def test_the_slowest_of_n_shards_is_distributed_as_the_largest_of_n_draws(planning, shards):
    latency = planning.Latency(10.0, 0.0, 0.4)
    drawn = 10.0 * np.exp(0.4 * np.random.default_rng(5).normal(size=(20_000, shards)))
    for share in (0.1, 0.5, 0.99):
        expected = np.quantile(drawn.max(axis=1), share)
        assert np.quantile(latency.slowest(1, shards), share) == pytest.approx(expected, rel=0.04)


def test_hours_follow_from_rates(planning):
    assumed = replace(
        planning.ASSUMED, cores_a_node=1, hours_between_failures_of_a_node=1e12, start_s=0.0
    )
    found = planning.preparing(10**8, 10, 50.0, 0.9, 2_000.0, assumed)
    assert found["passages_per_second"] == pytest.approx(450.0)
    assert found["hours"] == pytest.approx(10**8 / 450 / 3600)
    assert found["writers"] == 1
    found = planning.preparing(10**8, 100, 50.0, 0.9, 2_000.0, assumed)
    assert found["writers"] == 3
    assert found["hours_with_one_writer"] == pytest.approx(10**8 / 2_000 / 3600)


def test_losses_of_nodes_cost_time(planning):
    often = replace(planning.ASSUMED, hours_between_failures_of_a_node=0.1)
    seldom, lost = (planning.cluster_rate(4, 50.0, 1.0, 1, a) for a in (planning.ASSUMED, often))
    assert seldom == pytest.approx(200.0, rel=1e-4)
    assert lost == pytest.approx(200.0 * (1 - (20 + 128 / 50) / 360))


@pytest.mark.slow
def test_results_plot_and_page_are_written(planning, benchmarks, tmp_path):
    (tmp_path / "cluster.json").write_text(json.dumps(rates()))
    planning.main(["--results", str(tmp_path)])
    found = json.loads((tmp_path / "planning.json").read_bytes())
    assert found["two_nodes"]["measured_passages_per_second"] == 90.0
    ideal = found["two_nodes"]["predicted_from_one_passages_per_second"]
    assert ideal == pytest.approx(100.0, rel=1e-4)
    assert found["searching"]["1000000000"][1]["shards"] == 100
    assert (tmp_path / "planning.svg").read_text().count("<svg") == 1
    page = tmp_path / "README.md"
    page.write_text(
        "".join(f"<!-- begin: {n} -->\n<!-- end: {n} -->\n" for n in ("cluster", "planning"))
    )
    benchmarks("cluster_tables").main(["--results", str(tmp_path), "--page", str(page)])
    assert "| two, as a share of twice one | 0.90 | 0.85 |" in page.read_text()
    assert "100.0 passages a second if nothing were lost, 90.0 measured." in page.read_text()
