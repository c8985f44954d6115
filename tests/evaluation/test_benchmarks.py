"""The readers of public sets, and the accuracy benchmark on sets made on the spot."""

from __future__ import annotations

import gzip
import importlib
import json
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "eval" / "benchmarks"
PARAGRAPHS = {
    "p1": "The frigate Aurora sailed from Bergen in 1931. Her captain was Ingrid Solberg.",
    "p2": "Honeybees visit clover meadows. Their hive held 42 frames in Lisbon.",
    "p3": "A storm near Iceland broke the main mast of a schooner.",
}
QUESTIONS = [
    ("q1", "From which port did the frigate Aurora sail?", ["Bergen"], ["p1"]),
    ("q2", "How many frames did the hive of honeybees hold?", ["42"], ["p2"]),
]


@pytest.fixture
def public_sets(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("public_sets")


def write_lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def write_set(folder, split="dev"):
    write_lines(
        folder / "docs.jsonl.gz",
        [{"id": name, "title": "T_1", "text": text} for name, text in PARAGRAPHS.items()],
    )
    write_lines(
        folder / "questions.jsonl.gz",
        [
            {"id": name, "question": question, "answers": answers, "doc_ids": ids, "split": split}
            for name, question, answers, ids in QUESTIONS
        ],
    )


def write_beir(folder):
    documents = [{"_id": name, "title": "T_1", "text": text} for name, text in PARAGRAPHS.items()]
    write_lines(folder / "corpus.jsonl", documents)
    queries = [{"_id": name, "text": question} for name, question, _, _ in QUESTIONS]
    write_lines(folder / "queries.jsonl", [*queries, {"_id": "train", "text": "Not asked"}])
    (folder / "qrels").mkdir()
    rows = [f"{name}\t{ids[0]}\t1" for name, _, _, ids in QUESTIONS]
    (folder / "qrels" / "test.tsv").write_text(
        "\n".join(["query-id\tcorpus-id\tscore", *rows, "q1\tp3\t0"]) + "\n", encoding="utf-8"
    )


def write_squad(folder):
    paragraphs = [
        {
            "context": text,
            "qas": [
                {"id": q, "question": asked, "answers": [{"text": a} for a in (*right, *right)]}
                for q, asked, right, (place,) in QUESTIONS
                if place == name
            ],
        }
        for name, text in PARAGRAPHS.items()
    ]
    folder.mkdir(parents=True)
    article = {"title": "T_1", "paragraphs": paragraphs}
    (folder / "xquad.en.json").write_text(json.dumps({"data": [article]}), encoding="utf-8")


@pytest.mark.parametrize("write", [write_set, write_beir, write_squad])
def test_each_format_gives_the_same_passages_and_questions(public_sets, tmp_path, write):
    write(tmp_path / "set")
    found = public_sets.read_set(tmp_path, "set")
    assert [item.text for item in found.passages] == list(PARAGRAPHS.values())
    assert [item.question for item in found.questions] == [row[1] for row in QUESTIONS]
    texts = {item.identifier: item.text for item in found.passages}
    for question, row in zip(found.questions, QUESTIONS, strict=True):
        assert [texts[name] for name in question.documents] == [PARAGRAPHS[row[3][0]]]
        assert question.answers == (() if write is write_beir else tuple(row[2]))


def test_a_part_keeps_what_has_no_split(public_sets, tmp_path):
    write_set(tmp_path / "set", split="train")
    found = public_sets.read_set(tmp_path, "set")
    assert found.part("dev").questions == ()
    assert len(found.part("train").questions) == 2


def test_a_missing_set_says_where_to_get_it(public_sets, tmp_path):
    for name, source in public_sets.SOURCES.items():
        with pytest.raises(public_sets.MissingSetError) as caught:
            public_sets.read_set(tmp_path, name)
        assert source in str(caught.value)


@pytest.fixture
def accuracy(monkeypatch, public_sets):
    monkeypatch.setenv("RAG_EMBEDDING_MODEL", "hashing")
    monkeypatch.setenv("RAG_READING_READER", "none")
    monkeypatch.chdir(BENCHMARKS)
    return importlib.import_module("accuracy")


def test_a_run_measures_every_system_and_tells_what_is_missing(accuracy, tmp_path, capsys):
    for name in ("scifact", "xquad_en", "policyqa"):
        write_set(tmp_path / "data" / name)
    options = ["--only", "scifact", "xquad", "hotpotqa", "policyqa"]
    places = {"--data": "data", "--cache": "cache", "--out": "out/accuracy.json"}
    arguments = [part for key, value in places.items() for part in (key, str(tmp_path / value))]
    for _ in range(2):  # the second time from the cache
        accuracy.main([*arguments, *options])
        value = json.loads((tmp_path / "out" / "accuracy.json").read_text(encoding="utf-8"))
        assert sorted(value) == ["policyqa", "scifact", "xquad"]
        measured = [item for task in value.values() for item in task["measured"]]
        found = {(item["set"], item["system"]): item["metrics"] for item in measured}
        assert found["scifact", "footnote"]["ndcg@10"]["value"] == 1
        assert found["scifact", "bm25 alone"]["ndcg@10"]["value"] == 1
        assert found["xquad: paragraphs", "plain pipeline"]["hit@5"]["value"] == 1
        assert found["xquad: answers", "footnote"]["answer_right"]["questions"] == 2
        assert found["xquad: answers", "plain pipeline"]["answer_right"]["value"] == 1
        written = capsys.readouterr()
        assert "ndcg@10" in written.out
        assert "hotpotqa: left out. Expected hotpotqa_100" in written.err
        assert "reading: left out, there is no reader" in written.err


def test_our_own_questions_are_measured_by_split(accuracy, tmp_path, monkeypatch, write_gold):
    from tests.conftest import write_files
    from tests.evaluation.conftest import ROWS, TEXTS

    folder = write_files(tmp_path / "library", TEXTS)
    monkeypatch.setitem(accuracy.GOLD, "corpus", write_gold(ROWS))
    out = tmp_path / "accuracy.json"
    accuracy.main(
        ["--corpus", str(folder), "--only", "corpus", "--out", str(out), "--cache", str(tmp_path)]
    )
    task = json.loads(out.read_text(encoding="utf-8"))["corpus"]
    assert task["limit"] is None
    found = {(item["set"], item["system"]): item for item in task["measured"]}
    assert set(found) >= {
        ("corpus: all", "footnote"),
        ("corpus: development", "footnote"),
        ("corpus: test", "footnote"),
        ("corpus: test", "plain pipeline"),
    }
    assert found["corpus: all", "footnote"]["metrics"]["hit@5"]["value"] == 1
    questions = json.loads((tmp_path / "local" / "accuracy-questions.json").read_text())["corpus"]
    scores = {(item["set"], item["system"]): item["questions"] for item in questions}
    assert set(scores["corpus: test", "footnote"]) == {"q2", "q4"}
    assert scores["corpus: all", "plain pipeline"]["q1"]["answer_right"] == 1
    assert found["corpus: all", "dense alone"]["metrics"]["hit@5"]["questions"] == 3


def test_a_sample_is_spread_over_a_set_and_always_the_same(public_sets):
    assert public_sets.evenly_spaced(tuple(range(10)), 4) == (0, 2, 5, 7)
    assert public_sets.evenly_spaced((1, 2), 4) == (1, 2)
    assert public_sets.evenly_spaced((1, 2), None) == (1, 2)


def test_a_trial_keeps_the_passages_that_its_questions_need(public_sets, tmp_path):
    write_set(tmp_path / "set")
    whole = public_sets.read_set(tmp_path, "set")
    trial = whole.trial(1)
    assert [item.identifier for item in trial.questions] == ["q1"]
    assert "p1" in {item.identifier for item in trial.passages}
    assert trial.name == "set-trial1"
    assert whole.trial(None) is whole


@pytest.fixture
def tables(monkeypatch, public_sets):
    return importlib.import_module("tables")


def metric(value, low, high, questions=55):
    return {"value": value, "low": low, "high": high, "questions": questions}


def results():
    """What accuracy.py writes, with two sets and their baselines."""
    made = {"commit": "0123456789abcdef+", "settings_sha256": "fedcba9876", "date": "2026-01-31"}
    own = {"coverage": metric(0.7, 0.6, 0.8), "hit@5": metric(0.786, 0.66, 0.91)}
    by_wording = {"same": {"hit@5": metric(0.9, 0.8, 1)}, "other": {"hit@5": metric(0.5, 0.3, 0.7)}}
    plain = {"answer_right": metric(0.987, 0.98, 0.99, 1190), "words": metric(391.2, 380, 400)}
    seeds = [
        {"set": "seeds: test", "system": "footnote", "metrics": own, "by_wording": by_wording},
        {"set": "seeds: test", "system": "plain pipeline", "metrics": plain},
    ]
    xquad = [
        {
            "set": "xquad: answers",
            "system": "footnote",
            "metrics": {"answer_right": metric(1, 1, 1)},
        },
        {"set": "xquad: answers", "system": "plain pipeline", "metrics": plain},
    ]
    return {
        "seeds": {**made, "seconds": 100, "limit": None, "measured": seeds},
        "xquad": {**made, "seconds": 200, "limit": None, "measured": xquad},
        "scifact": {**made, "seconds": 999, "limit": 5, "measured": xquad},
    }


def test_the_tables_of_the_page_are_refreshed_between_their_marks(tables, tmp_path):
    page = tmp_path / "page.md"
    parts = [f"<!-- begin: {name} -->\nold\n<!-- end: {name} -->" for name in ("own", "public")]
    speed = "<!-- begin: speed -->\nkept\n<!-- end: speed -->\n"
    page.write_text("\n".join(["# Title", *parts, speed]))
    (tmp_path / "accuracy.json").write_text(json.dumps(results()))
    options = ["--results", str(tmp_path), "--page", str(page)]
    tables.main(options)
    text = page.read_text()
    assert text.startswith(
        "# Title\n<!-- begin: own -->\n\n| test split | five texts (55 questions)"
    )
    assert "| evidence among the first 5 of `rag search` | 0.79 (0.66–0.91) | 0.92 |" in text
    assert "| five texts, test split | 0.90 (0.80–1.00) | 0.50 (0.30–0.70) |" in text
    assert "| answer string in the answer | 1.000 | 0.987 (0.980–0.990) |" in text
    assert "| words of an answer |  | 391 |" in text
    assert "Measured in 3 minutes. xquad: commit 012345678+, settings fedcba98, 2026-01-31." in text
    assert "\nold\n" not in text
    assert text.endswith(speed)
    tables.main(options)
    assert page.read_text() == text


def test_a_page_without_a_mark_is_left_as_it_is(tables, tmp_path):
    (tmp_path / "accuracy.json").write_text(json.dumps(results()))
    page = tmp_path / "page.md"
    page.write_text("# Title\n")
    with pytest.raises(SystemExit, match="begin: own"):
        tables.main(["--results", str(tmp_path), "--page", str(page)])
    assert page.read_text() == "# Title\n"


@pytest.mark.parametrize("program", ["tables", "speed_tables", "cluster_tables"])
def test_the_page_in_the_repository_says_what_was_measured(tables, tmp_path, program):
    page, written = BENCHMARKS.parent / "README.md", tmp_path / "README.md"
    text = page.read_text(encoding="utf-8")
    written.write_text(text, encoding="utf-8")
    importlib.import_module(program).main(["--page", str(written)])
    assert written.read_text(encoding="utf-8") == text
