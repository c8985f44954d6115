"""Written answers held against the source files."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

import pytest

import rag
from rag.answers_file import read_answers
from rag.embedding import open_embedder
from rag.errors import IndexMissingError
from rag.indexing import update_index
from rag.pipeline import open_pipeline
from rag.quotes import Outcome, difference, gives
from rag.settings import (
    AnsweringSettings,
    EmbeddingSettings,
    LoadingSettings,
    ReadingSettings,
    Settings,
)
from rag.store.embedded import EmbeddedStore
from rag.verification import answer_problems, verify_file

SETTINGS = Settings(
    embedding=EmbeddingSettings(model="hashing"),
    answering=AnsweringSettings(threshold=0.01),
    reading=ReadingSettings(reader="none"),
)
BRIDGE = "The stone bridge over the river Vell was opened in 1874 by engineer Ada Quill."
FERRY = "Before that year a ferry carried passengers across the river for two coins."
MARKET = "The weekly market moved from the old harbour to the town square in 1902."


class Library:
    """A folder of documents, its index and an answers file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "documents"
        self.folder.mkdir()
        (self.folder / "bridge.txt").write_text(f"{BRIDGE} {FERRY}\n", encoding="utf-8")
        (self.folder / "market.txt").write_text(f"{MARKET}\n", encoding="utf-8")
        self.index = folder / "index"
        self.answers = folder / "answers.json"
        self.update()
        self.record = self.ask("When was the stone bridge over the river Vell opened?")
        self.write(self.record)

    def update(self) -> None:
        update_index(
            EmbeddedStore(self.index),
            [self.folder],
            SETTINGS,
            open_embedder(SETTINGS.embedding),
        )

    def ask(self, question: str) -> dict:
        return open_pipeline(self.index, SETTINGS).ask(question).to_dict()

    def write(self, value) -> None:
        self.answers.write_text(json.dumps(value, indent=1), encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def verify(self):
        return verify_file(self.answers, EmbeddedStore(self.index), LoadingSettings())

    def check(self):
        """Return the check of the only citation."""
        ((check,),) = [answer.citations for answer in self.verify().answers]
        return check


@pytest.fixture(scope="module")
def _shared(tmp_path_factory):
    return Library(tmp_path_factory.mktemp("library"))


@pytest.fixture
def shared(_shared, tmp_path):
    """A library whose documents stay as they are, with answers that a test may change."""
    library = copy.copy(_shared)
    library.answers = tmp_path / "answers.json"
    library.record = copy.deepcopy(_shared.record)
    library.write(library.record)
    return library


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path)


def test_the_fixture_cites_the_bridge_sentence(shared):
    assert [citation["quote"] for citation in shared.record["citations"]] == [BRIDGE]


def test_passes_when_nothing_changed(shared):
    report = shared.verify()
    assert report.passed
    assert report.exit_code == 0
    assert report.to_dict() == {
        "passed": True,
        "answers": 1,
        "citations": 1,
        "failed": 0,
        "outcomes": {"intact": 1, "moved": 0, "altered": 0, "missing source": 0},
        "results": [
            {
                "id": None,
                "line": 1,
                "question": "When was the stone bridge over the river Vell opened?",
                "passed": True,
                "problems": [],
                "citations": [
                    {
                        "n": 1,
                        "document": "bridge.txt",
                        "quote": BRIDGE,
                        "passed": True,
                        "outcome": "intact",
                        "found_in": "bridge.txt",
                        "start": 0,
                        "end": len(BRIDGE),
                        "page": None,
                        "found": None,
                        "difference": None,
                        "problems": [],
                        "notes": [],
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize("reindexed", [False, True])
def test_an_edited_source_sentence_fails_by_document_and_quote(library, reindexed):
    library.edit("bridge.txt", "1874", "1878")
    if reindexed:
        library.update()
    report = library.verify()
    assert report.exit_code == 1
    check = library.check()
    assert not check.passed
    assert check.outcome is Outcome.ALTERED
    assert (check.citation.document, check.citation.quote) == ("bridge.txt", BRIDGE)
    assert check.found == BRIDGE.replace("1874", "1878")
    assert check.difference == BRIDGE.replace("1874", "[-1874-] {+1878+}")
    assert check.notes[0].startswith("wrong hash: ")


def test_an_edit_elsewhere_in_the_file_leaves_the_quote_intact(library):
    library.edit("bridge.txt", "two coins", "three coins")
    check = library.check()
    assert check.passed
    assert check.outcome is Outcome.INTACT
    assert len(check.notes) == 1


def test_a_quote_pushed_down_has_moved_and_passes(library):
    library.edit("bridge.txt", BRIDGE, f"A new first sentence came before it. {BRIDGE}")
    check = library.check()
    assert check.passed
    assert check.outcome is Outcome.MOVED
    assert (check.span.start, check.span.end) == (37, 37 + len(BRIDGE))


def test_a_removed_sentence_is_altered_with_nothing_similar(library):
    library.edit("bridge.txt", BRIDGE, "")
    check = library.check()
    assert (check.outcome, check.passed, check.found) == (Outcome.ALTERED, False, None)


def test_a_removed_file_is_a_missing_source(library):
    (library.folder / "bridge.txt").unlink()
    check = library.check()
    assert (check.outcome, check.passed) == (Outcome.MISSING_SOURCE, False)
    library.update()
    assert library.check().outcome is Outcome.MISSING_SOURCE


def test_a_file_that_no_longer_parses_is_a_missing_source(library):
    (library.folder / "bridge.txt").write_text("", encoding="utf-8")
    check = library.check()
    assert (check.outcome, check.passed) == (Outcome.MISSING_SOURCE, False)
    assert check.problems[0].startswith("the file cannot be read: ")


def test_a_file_in_a_folder_that_may_not_be_entered_is_a_missing_source(library, monkeypatch):
    path = library.folder / "bridge.txt"

    def refusing(found):
        def ask(self, *arguments, **options):
            if self == path:
                raise PermissionError(13, "Permission denied", str(self))
            return found(self, *arguments, **options)

        return ask

    for name in ("is_file", "open"):
        monkeypatch.setattr(Path, name, refusing(getattr(Path, name)))
    check = library.check()
    assert (check.outcome, check.passed) == (Outcome.MISSING_SOURCE, False)
    assert "Permission denied" in check.problems[0]


def test_a_renamed_file_is_found_by_its_hash(library):
    (library.folder / "bridge.txt").rename(library.folder / "crossing.txt")
    library.update()
    check = library.check()
    assert check.passed
    assert check.document == "crossing.txt"
    assert check.notes == ("the file is now called crossing.txt",)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"quote": BRIDGE.replace("1874", "1974")}, "the file has not changed, and the quote"),
        ({"quote": ""}, "the file has not changed, and the quote"),
        ({"start": 5, "end": 5 + len(BRIDGE)}, "wrong span: 5-83 is cited"),
        ({"start": -78, "end": 0}, "wrong span: -78-0 is cited"),
        ({"end": 10**9}, "wrong span: 0-1000000000 is cited"),
        ({"page": 2}, "page mismatch: 2 is cited"),
    ],
)
def test_a_tampered_citation_fails(shared, changes, problem):
    shared.record["citations"][0] |= changes
    shared.write(shared.record)
    check = shared.check()
    assert not check.passed
    assert check.problems[0].startswith(problem)
    assert shared.verify().exit_code == 1


@pytest.mark.parametrize(
    ("cited", "problem"),
    [
        ({"title": "Relativity"}, "title mismatch: 'Relativity' is cited, but the file has 'Vell'"),
        (
            {"author": "Albert Einstein", "date": "1905"},
            "author mismatch: 'Albert Einstein' is cited, but the file has 'Ada Quill'",
        ),
        ({"date": "1905"}, "date mismatch: '1905' is cited, but the file has '2019-05-04'"),
        ({"kind": "paper"}, "kind mismatch: 'paper' is cited, but the file has none"),
    ],
)
def test_who_is_cited_must_be_who_the_file_names(library, cited, problem):
    record = with_byline(library)
    assert library.verify().passed
    library.write(record | {"citations": [record["citations"][0] | cited]})
    check = library.check()
    assert (check.outcome, check.passed, check.problems[0]) == (Outcome.INTACT, False, problem)
    assert len(check.problems) == len(cited)


def test_a_citation_that_does_not_say_who_wrote_it_is_no_mismatch(library):
    record = with_byline(library)
    unsaid = dict.fromkeys(("title", "author", "date", "kind"))
    library.write(record | {"citations": [record["citations"][0] | unsaid]})
    assert library.check().passed


def test_who_wrote_a_file_that_has_changed_is_noted(library):
    record = with_byline(library)
    library.edit("byline.md", "Ada Quill\ndate", "Bo Quill\ndate")
    library.write(record)
    check = library.check()
    assert check.passed
    assert check.notes[1:] == (
        "author mismatch: 'Ada Quill' is cited, but the file has 'Bo Quill'",
    )


def with_byline(library) -> dict:
    """Cite a file that names its author instead, and return the answer."""
    (library.folder / "bridge.txt").unlink()
    text = f"---\ntitle: Vell\nauthor: Ada Quill\ndate: 2019-05-04\n---\n\n{BRIDGE} {FERRY}\n"
    (library.folder / "byline.md").write_text(text, encoding="utf-8")
    library.update()
    record = library.ask("When was the stone bridge over the river Vell opened?")
    assert [item["author"] for item in record["citations"]] == ["Ada Quill"]
    library.write(record)
    return record


def test_the_cited_bytes_come_before_the_cited_name(library):
    (library.folder / "bridge.txt").rename(library.folder / "bridge-2019.txt")
    (library.folder / "bridge.txt").write_text("The bridge is closed for now.\n", encoding="utf-8")
    library.update()
    check = library.check()
    assert (check.outcome, check.passed, check.document) == (
        Outcome.INTACT,
        True,
        "bridge-2019.txt",
    )
    assert check.notes == ("the file is now called bridge-2019.txt",)


def test_of_several_files_with_the_cited_bytes_the_cited_name_is_taken(library):
    shutil.copy(library.folder / "bridge.txt", library.folder / "a-copy.txt")
    library.update()
    assert library.check().document == "bridge.txt"
    assert library.check().notes == ()


def test_a_document_that_never_was_is_a_missing_source(shared):
    shared.record["citations"][0] |= {"document": "none.txt", "sha256": "0" * 64}
    shared.write(shared.record)
    assert shared.check().outcome is Outcome.MISSING_SOURCE


def test_another_hash_is_reported_and_the_quote_still_checked(shared):
    shared.record["citations"][0]["sha256"] = "0" * 64
    shared.write(shared.record)
    check = shared.check()
    assert check.outcome is Outcome.INTACT
    assert check.notes[0].startswith(f"wrong hash: {'0' * 64} is cited")


@pytest.fixture
def paged(tmp_path):
    """A library with one of the PDF files that Footnote ships, and an answer from it."""
    library = Library(tmp_path)
    pdf = Path(rag.__file__).parents[1] / "corpus" / "troops-and-commitments.pdf"
    shutil.copy(pdf, library.folder)
    library.update()
    library.record = library.ask("How many troops has Pakistan committed?")
    library.record["citations"] = [
        citation for citation in library.record["citations"] if citation["page"]
    ]
    library.write(library.record)
    return library


def test_pages_are_checked_too(paged):
    citation = paged.record["citations"][0]
    check = paged.verify().answers[0].citations[0]
    assert (check.outcome, check.passed) == (Outcome.INTACT, True)
    assert check.to_dict()["page"] == citation["page"]
    paged.write(paged.record | {"citations": [citation | {"page": citation["page"] + 7}]})
    wrong = paged.check()
    assert not wrong.passed
    assert wrong.problems == (f"page mismatch: {citation['page'] + 7} is cited",)
    paged.write(paged.record | {"citations": [citation | {"page_label": "xvii"}]})
    assert paged.check().problems == ("page mismatch: label 'xvii' is cited",)


def problems_of(shared, **changes) -> list[str]:
    shared.write(shared.record | changes)
    (answer,) = read_answers(shared.answers)
    return answer_problems(answer)


def test_rules_hold_for_an_answer_as_it_was_given(shared):
    assert problems_of(shared) == []
    missing = {"status": "not_found", "sentences": [], "citations": [], "text": ""}
    assert problems_of(shared, **missing) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"sentences": [{"text": "It opened in 1975.", "citations": [1]}], "text": None},
            "sentence 1 is not what its citations quote",
        ),
        ({"sentences": [{"text": BRIDGE, "citations": []}], "text": None}, "has no citation"),
        (
            {"sentences": [{"text": BRIDGE, "citations": [4]}], "text": None},
            "sentence 1 cites [4], which does not exist",
        ),
        ({"sentences": [], "text": ""}, "status is answered, but there is no sentence"),
        ({"status": "not_found"}, "status is not_found, but there are sentences or citations"),
        ({"text": "It opened in 1975. [1]"}, "the text is not its sentences"),
        (
            {"disagreements": [{"about": "x", "positions": [{"value": "9", "citations": [3]}]}]},
            "the value '9' in a disagreement cites [3], which does not exist",
        ),
        (
            {"disagreements": [{"about": "x", "positions": [{"value": "9", "citations": [1]}]}]},
            "the value '9' in a disagreement is in no quote that it cites",
        ),
        ({"short_answer": "1975"}, "the short answer '1975' is in no quote"),
        ({"short_answer": "187"}, "the short answer '187' is in no quote"),
        ({"short_answer": "Qui"}, "the short answer 'Qui' is in no quote"),
        (
            {"disagreements": [{"about": "x", "positions": [{"value": "74", "citations": [1]}]}]},
            "the value '74' in a disagreement is in no quote that it cites",
        ),
    ],
)
def test_an_answer_that_breaks_a_rule_fails(shared, changes, expected):
    problems = problems_of(shared, **changes)
    assert [problem for problem in problems if expected in problem]
    assert shared.verify().exit_code == 1


TRIAL = "Trial BETA-19 enrolled 200 patients (5.2% of 3,846) for US$5 million on 12.04.2016."


@pytest.mark.parametrize(
    "value",
    "200|trial beta-19|19|200  patients|5.2|5.2%|3,846|$5 million|2016|of 3,846) for".split("|"),
)
def test_a_quote_gives_whole_words_and_numbers(value):
    assert gives(TRIAL, value)


@pytest.mark.parametrize(
    "value",
    ["20", "0", "a", "", " ", "5.", "2%", "2% of", "846", "3", "million on 1", "016", "BET"],
)
def test_a_piece_of_a_word_or_number_is_not_given(value):
    assert not gives(TRIAL, value)


def test_a_value_counts_where_it_is_whole():
    assert gives("Of 1200 people, 200 left.", "200")
    assert not gives("Of 1200 people, 2000 left.", "200")


def test_lists_and_json_lines_hold_several_answers(shared):
    second = shared.ask("Where did the weekly market move from?") | {"id": "q2"}
    shared.write([shared.record, second])
    first_line, second_line = (answer.line for answer in read_answers(shared.answers))
    text = shared.answers.read_text(encoding="utf-8").splitlines()
    assert (text[first_line - 1].strip(), text[second_line - 1].strip()) == ("{", "{")
    assert second_line > first_line
    lines = shared.answers.with_suffix(".jsonl")
    lines.write_text(
        f"\ufeff{json.dumps(shared.record)}\n\n{json.dumps(second)}\n", encoding="utf-8"
    )
    assert [answer.line for answer in read_answers(lines)] == [1, 3]
    assert [answer.identifier for answer in read_answers(lines)] == [None, "q2"]
    store = EmbeddedStore(shared.index)
    assert verify_file(lines, store, LoadingSettings()).outcomes["intact"] == 2


def test_without_an_index_nothing_can_be_verified(shared, tmp_path):
    with pytest.raises(IndexMissingError):
        verify_file(shared.answers, EmbeddedStore(tmp_path / "none"), LoadingSettings())


def test_difference_marks_words():
    assert difference("a b c", "a x c d") == "a [-b-] {+x+} c {+d+}"
    assert difference("same", "same") == "same"
