"""Graphs that are kept after compiling."""

from __future__ import annotations

import numpy as np
import pytest

from rag import compiled
from rag.compiled import open_graph


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "user_cache_path", lambda _: tmp_path)
    return tmp_path / "graphs"


class Doubling:
    """Builds a graph that multiplies by a number, and counts how often."""

    def __init__(self, factor: float) -> None:
        self.factor, self.built = factor, 0

    def __call__(self):
        import openvino as ov

        from rag.bert import import_operations

        self.built += 1
        ops = import_operations()
        numbers = ops.parameter([-1], np.float32)
        return ov.Model([ops.multiply(numbers, ops.constant(np.float32(self.factor)))], [numbers])


def run(graph):
    return graph.create_infer_request().infer([np.array([1.0, 2.5], np.float32)])[0].tolist()


def test_a_graph_is_built_once(cache):
    build = Doubling(2)
    assert run(open_graph("twice", build, precision="f32")) == [2.0, 5.0]
    assert run(open_graph("twice", build, precision="f32")) == [2.0, 5.0]
    assert build.built == 1
    assert len(list(cache.glob("*.blob"))) == 1


def test_a_kept_graph_computes_in_the_precision_asked_for(cache):
    for precision in ("f32", "bf16"):
        built, kept = (open_graph("twice", Doubling(2), precision=precision) for _ in range(2))
        hints = [graph.get_property("INFERENCE_PRECISION_HINT") for graph in (built, kept)]
        assert hints[0] == hints[1]


def test_another_identity_is_another_graph(cache):
    assert run(open_graph("twice", Doubling(2), precision="f32")) == [2.0, 5.0]
    assert run(open_graph("thrice", Doubling(3), precision="f32")) == [3.0, 7.5]


@pytest.mark.parametrize("damage", ["flip", "cut", "no digest"])
def test_a_damaged_graph_is_built_again(cache, damage):
    open_graph("twice", Doubling(2), precision="f32")
    [blob] = cache.glob("*.blob")
    content = blob.read_bytes()
    if damage == "flip":
        blob.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "cut":
        blob.write_bytes(content[:10])
    else:
        blob.with_suffix(".sha256").unlink()
    build = Doubling(2)
    assert run(open_graph("twice", build, precision="f32")) == [2.0, 5.0]
    assert build.built == 1


def test_without_a_place_to_keep_it_a_graph_is_built_each_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(compiled, "user_cache_path", lambda _: tmp_path / "file")
    build = Doubling(2)
    for _ in range(2):
        assert run(open_graph("twice", build, precision="f32")) == [2.0, 5.0]
    assert build.built == 2


def test_only_the_newest_graphs_are_kept(cache):
    for number in range(8):
        open_graph(f"graph {number}", Doubling(number), precision="f32")
    assert len(list(cache.glob("*.blob"))) == 6
    assert len(list(cache.glob("*.sha256"))) == 6


def test_bound_threads_take_any_core(cache, monkeypatch):
    monkeypatch.setattr(compiled, "_threads", 0)
    compiled.bound_threads(1)
    for graph in (open_graph("twice", Doubling(2), precision="f32") for _ in range(2)):
        assert graph.get_property("INFERENCE_NUM_THREADS") == 1
        assert graph.get_property("ENABLE_CPU_PINNING") is False
