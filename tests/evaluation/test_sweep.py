"""Settings tried on a tiny index, beside evaluations with the same settings."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from rag.errors import InputError
from rag.evaluation import Split, evaluate, read_gold
from rag.evaluation.intervals import Metric
from rag.evaluation.remembering import RememberingEmbedder, RememberingReader
from rag.evaluation.resized import ResizedIndexes
from rag.evaluation.sweep import Choice, Grid, Point, sweep
from rag.evaluation.sweep_report import parse_grid, sweep_to_text, write_sweep_plot
from rag.reading import PassageReading, SentenceReading
from rag.store.memory import MemoryStore
from rag.types import Reading, Span
from tests.evaluation.conftest import ROWS

DEVELOPMENT = [row | {"split": "development"} for row in ROWS[:3]]
GRID = Grid((40,), (0.0, 1.0), (8,), (0.0, 0.3, 1.0))


@pytest.fixture
def development(write_gold):
    return read_gold(write_gold([*DEVELOPMENT, ROWS[3]]))


@pytest.fixture
def found(pipeline, development):
    return sweep(pipeline, development, GRID, MemoryStore)


def test_every_choice_is_measured_and_the_current_one_too(found):
    assert found.current == Choice(200, 0.55, 8, 0.55)
    assert len(found.points) == 2 * 3 * 1 * 4
    assert found.current in {point.choice for point in found.points}


def test_a_point_gives_what_an_evaluation_with_its_settings_gives(found, pipeline, development):
    settings = pipeline.settings
    for weight in (0.0, 1.0):
        for threshold in (0.3, 1.0):
            pipeline.settings = replace(
                settings,
                retrieval=replace(settings.retrieval, dense_weight=weight),
                answering=replace(settings.answering, threshold=threshold),
            )
            metrics = evaluate(pipeline, development, Split.DEVELOPMENT).metrics
            choice = Choice(200, weight, 8, threshold)
            point = next(item for item in found.points if item.choice == choice)
            for name, value in point.figures.items():
                assert value == metrics[name].value, (choice, name)
            assert point.objective == metrics["handled"]


def test_test_questions_are_never_asked(found, write_gold, pipeline, development):
    assert {item.identifier for item in found.gold.questions} == {"q1", "q2", "q3"}
    assert "test questions are not asked" in sweep_to_text(found)
    with pytest.raises(InputError, match="split development"):
        sweep(pipeline, read_gold(write_gold([ROWS[3]])), GRID, MemoryStore)
    with pytest.raises(InputError, match="'beauty'"):
        sweep(pipeline, development, GRID, MemoryStore, objective="beauty")


def test_the_best_comes_first_and_the_current_one_among_equals(found):
    ranked = found.ranked()
    values = [point.objective.value for point in ranked]
    assert values == sorted(values, reverse=True)
    best = [point for point in ranked if point.objective.value == values[0]]
    if found.current in {point.choice for point in best}:
        assert best[0].choice == found.current
    keys = Counter((p.choice.chunk_tokens, p.choice.dense_weight) for p in found.best_thresholds())
    assert all(count <= 2 for count in keys.values())
    assert len(keys) == 2 * 3


def test_a_lower_figure_is_better_where_the_figure_says_so(pipeline, development):
    found = sweep(pipeline, development, GRID, MemoryStore, objective="over_refusal")
    assert found.ranked()[0].objective.value == 0
    assert found.ranked()[-1].objective.value == 1


@pytest.mark.parametrize(
    ("objective", "current", "best", "verdict"),
    [
        ("over_refusal", 0.75, (0.0, 0.0, 0.0), "The best of these lies below"),
        ("over_refusal", 0.75, (0.25, 0.1, 0.5), "The best of these lies below"),
        ("over_refusal", 0.5, (0.25, 0.1, 0.5), "lie within the interval of the best"),
        ("over_refusal", 0.25, (0.25, 0.1, 0.5), "are the best of these"),
        ("handled", 0.25, (0.75, 0.5, 0.9), "The best of these lies above"),
        ("handled", 0.5, (0.75, 0.5, 0.9), "lie within the interval of the best"),
        ("words", 20.0, (40.0, 30.0, 50.0), "The best of these lies above"),
    ],
)
def test_the_verdict_knows_which_way_is_better(found, objective, current, best, verdict):
    figures = found.points[0].figures
    points = (
        Point(found.current, figures, Metric(current, None, None, 8)),
        Point(replace(found.current, depth=4), figures, Metric(*best, 8)),
    )
    told = replace(found, objective=objective, points=points)
    assert verdict in sweep_to_text(told).splitlines()[-1]


def test_a_sweep_is_told_and_drawn(found, tmp_path):
    text = sweep_to_text(found)
    assert "3 development questions of gold.jsonl, best by handled" in text
    assert "* " in text
    assert found.to_dict()["best"]["objective"]["value"] == found.ranked()[0].objective.value
    write_sweep_plot(found, tmp_path / "sweep.png")
    assert (tmp_path / "sweep.png").read_bytes().startswith(b"\x89PNG")
    for name in ("sweep.nonsense", "missing/sweep.png"):
        with pytest.raises(InputError, match="write a plot"):
            write_sweep_plot(found, tmp_path / name)


def test_progress_is_told(pipeline, development):
    told = []
    sweep(pipeline, development, GRID, MemoryStore, tell=lambda *step: told.append(step))
    assert told == [(done, 6) for done in range(1, 7)]


def test_an_index_of_another_size_holds_the_same_documents(pipeline, settings, embedder):
    stores = {}
    indexes = ResizedIndexes(
        pipeline, embedder, lambda name: stores.setdefault(name, MemoryStore())
    )
    made = indexes.of(16)
    with made.snapshot() as small, pipeline.store.snapshot() as plain:
        assert small.catalog() == plain.catalog()
        assert sum(small.chunk_counts().values()) > sum(plain.chunk_counts().values())
    assert made.files() == pipeline.store.files()
    embedded = indexes.passages_embedded
    assert embedded > 0
    assert indexes.of(16).manifest() == made.manifest()
    assert indexes.passages_embedded == embedded  # from the vectors that the store kept
    assert indexes.of(settings.chunking.max_tokens) is pipeline.store


class CountingReader:
    """Marks the first letter of a passage and counts what it reads."""

    def __init__(self):
        self.read_passages = []

    def read_sentences(self, question, passages, sentences):
        self.read_passages += [(question, passage) for passage in passages]
        return [
            PassageReading(
                Reading(0, 1, passage[:1], 1.0, 0.5), tuple(SentenceReading(s, 0.5) for s in spans)
            )
            for passage, spans in zip(passages, sentences, strict=True)
        ]


def test_a_passage_is_read_once_for_a_question():
    counting = CountingReader()
    reader = RememberingReader(counting)
    spans = [[Span(0, 2)], [Span(0, 1), Span(1, 2)]]
    first = reader.read_sentences("q", ["ab", "cd"], spans)
    assert reader.read_sentences("q", ["cd", "ab"], spans[::-1]) == first[::-1]
    assert reader.passages_read == len(counting.read_passages) == 2
    assert reader.read("other", ["ab"])[0].text == "a"
    assert reader.passages_read == 3


def test_a_text_is_embedded_once(embedder):
    remembering = RememberingEmbedder(embedder)
    both = remembering.embed(["one text", "two texts"])
    assert np.array_equal(both, embedder.embed(["one text", "two texts"]))
    assert np.array_equal(remembering.embed(["two texts"]), both[1:])
    assert remembering.embed([]).shape == (0, embedder.dimension)
    assert remembering.count_tokens(["one text"]) == embedder.count_tokens(["one text"])


def test_a_grid_is_parsed():
    grid = parse_grid("120, 200", "0.5", "", "0.3,1")
    assert grid == Grid((120, 200), (0.5,), (), (0.3, 1.0))


@pytest.mark.parametrize(
    ("values", "option"),
    [
        (("1", "", "", ""), "--chunk-tokens"),
        (("", "1.5", "", ""), "--dense-weight"),
        (("", "", "2.5", ""), "--depth"),
        (("", "", "", "high"), "--threshold"),
        (("", "", "", "nan"), "--threshold"),
    ],
)
def test_a_value_out_of_range_is_named(values, option):
    with pytest.raises(InputError, match=option):
        parse_grid(*values)
