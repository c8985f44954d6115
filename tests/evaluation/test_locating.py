from __future__ import annotations

import hashlib

import pytest

from rag.errors import InputError
from rag.evaluation.gold import read_gold
from rag.evaluation.locating import Locator, find_quote
from rag.indexing import update_index
from rag.store.embedded import EmbeddedStore
from tests.evaluation.conftest import ROWS


def found(quote, text):
    return [text[span.start : span.end] for span in find_quote(quote, text)]


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("It has forty-one mem-\nbers.", "It has forty-one members."),
        ("It has 41\n\n\n   members.", "It has 41 members."),
        ("the coalition's “seat”", 'the coalition’s "seat"'),
        ("the ﬁrst oﬃce", "the first office"),
        ("façade – or not", "facade - or not"),
        ("A SUMMIT in Riyadh", "a summit in Riyadh"),
        ("Straße 1", "Strasse 1"),
    ],
)
def test_what_cleaning_changes_does_not_matter(quote, text):
    padded = f"Before it. {text} After it."
    assert found(quote, padded) == [text]
    assert find_quote(quote, padded)[0].start == len("Before it. ")


def test_every_occurrence_counts():
    text = "It met. They left. It met."
    assert [span.start for span in find_quote("It met.", text)] == [0, 19]
    assert found("It met.", text) == ["It met.", "It met."]


def test_overlapping_occurrences_are_all_found():
    assert len(find_quote("aba aba", "aba aba aba")) == 2


def test_whole_words_are_preferred():
    assert found("42", "In 1942 there were 42 members.") == ["42"]


def test_parts_of_words_count_when_there_is_nothing_else():
    assert found("Bergen in 1931", "Bergen in 19312") == ["Bergen in 1931"]


def test_closing_marks_of_the_quote_belong_to_the_span():
    assert found('He said "go."', "He said “go.” Then he left.") == ["He said “go.”"]
    assert found("He said go", "He said go. Then he left.") == ["He said go"]


def test_nothing_is_found_in_another_text():
    assert find_quote("Bergen", "Oslo") == []
    assert find_quote("...", "Oslo...") == []


def test_evidence_is_located_in_its_document(pipeline, gold):
    with pipeline.store.snapshot() as snapshot:
        locator = Locator(snapshot, {})
        places = locator.locate(gold.questions[1])
    assert [place.document.name for place in places] == ["bees.txt", "hive-count.txt"]
    assert [place.document.slice(place.spans[0]) for place in places] == [
        item["quote"] for item in ROWS[1]["evidence"]
    ]


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        ({"document": "ships.txt", "quote": "A whale sank."}, "A whale sank"),
        ({"document": "whales.txt", "quote": "A whale sank."}, "whales.txt"),
    ],
)
def test_missing_evidence_is_named_with_its_question(pipeline, write_gold, evidence, message):
    gold = read_gold(write_gold([ROWS[0] | {"evidence": [evidence]}]))
    with pipeline.store.snapshot() as snapshot:
        locator = Locator(snapshot, {})
        with pytest.raises(InputError, match="Question q1: ") as caught:
            locator.locate(gold.questions[0])
    assert message in str(caught.value)


class TestOffsets:
    RAW = "Title: Notes\n\nIntroduction here.\r\nThe mem-\nbers met in “Riyadh” twice. It ended.\n"

    @pytest.fixture
    def folder(self, tmp_path):
        folder = tmp_path / "library"
        folder.mkdir()
        (folder / "notes.txt").write_bytes(self.RAW.encode())
        return folder

    @pytest.fixture
    def question(self, write_gold):
        start = self.RAW.index("The mem")
        return self.question_at(write_gold, start, self.RAW.index(" It ended"))

    def question_at(self, write_gold, start, end, sha256=None):
        sha256 = sha256 or hashlib.sha256(self.RAW.encode()).hexdigest()
        evidence = {"document": "notes.txt", "start": start, "end": end, "document_sha256": sha256}
        return read_gold(write_gold([ROWS[0] | {"evidence": [evidence]}])).questions[0]

    @pytest.fixture
    def locator(self, folder, tmp_path, settings, embedder):
        store = EmbeddedStore(tmp_path / "index")
        update_index(store, [folder], settings, embedder)
        with store.snapshot() as snapshot:
            yield Locator(snapshot, {"notes.txt": folder / "notes.txt"})

    def test_raw_offsets_are_found_in_the_cleaned_text(self, locator, question):
        (place,) = locator.locate(question)
        assert place.document.slice(place.spans[0]).startswith("The members met in")
        assert place.document.slice(place.spans[0]).endswith("twice.")

    def test_another_version_of_the_file_is_refused(self, locator, write_gold):
        question = self.question_at(write_gold, 14, 20, sha256="00")
        with pytest.raises(InputError, match="another version of the file"):
            locator.locate(question)

    def test_offsets_past_the_end_are_refused(self, locator, write_gold):
        with pytest.raises(InputError, match="Expected text at 9000-9001"):
            locator.locate(self.question_at(write_gold, 9000, 9001))

    def test_a_missing_source_is_named(self, locator, question, folder):
        (folder / "notes.txt").unlink()
        with pytest.raises(InputError, match=r"source of notes\.txt"):
            locator.locate(question)
