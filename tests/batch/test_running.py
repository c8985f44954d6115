"""Batches that end, stop, go on and refuse."""

from __future__ import annotations

import json

import pytest

from rag.batch.journal import SUFFIX, Journal
from rag.batch.questions import QuestionFile
from rag.batch.running import BatchReport, Target, answer_rows, run_batch, stamp_of
from rag.embedding import HashingEmbedder
from rag.errors import IndexMismatchError, InputError, ModelError
from rag.indexing import update_index
from rag.pipeline import open_pipeline
from rag.settings import AnsweringSettings, EmbeddingSettings, ReadingSettings, Settings
from rag.store.embedded import EmbeddedStore
from tests.conftest import write_files

SETTINGS = Settings(
    embedding=EmbeddingSettings(model="hashing"),
    reading=ReadingSettings(reader="none"),
    answering=AnsweringSettings(threshold=0.01),
)
TEXTS = {
    "bridge.txt": "The stone bridge over the river Vell was opened in 1874 by engineer Ada Quill.\n",
    "market.txt": "The weekly market moved from the old harbour to the town square in 1902.\n",
}
LINES = ["When was the bridge over the Vell opened?", "Where did the market move from?", "", "Who?"]


class Batch:
    """An index, a file of questions and where their answers go."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.documents = write_files(folder / "documents", TEXTS)
        self.index()
        self.write([f"{line}" for line in LINES for _ in range(3)])
        self.output = folder / "answers.jsonl"
        self.journal = folder / f"answers.jsonl{SUFFIX}"

    def index(self, name: str = "index") -> None:
        store = EmbeddedStore(self.folder / name)
        update_index(store, [self.documents], SETTINGS, HashingEmbedder())

    def write(self, questions: list[str]) -> None:
        lines = ["id,question,topic", *(f'{n},"{text}",t{n}' for n, text in enumerate(questions))]
        (self.folder / "q.csv").write_text("\n".join(lines), encoding="utf-8")

    def run(self, *, index="index", settings=SETTINGS, form="jsonl", column=None, **options):
        pipeline = open_pipeline(self.folder / index, settings)
        questions = QuestionFile(self.folder / "q.csv", "csv", column, "q.csv")
        output = self.output.with_suffix(f".{form}")
        title, bibliography = options.pop("title", "Answers"), options.pop("bibliography", None)
        target = Target(output, options.pop("output_form", form), title, bibliography)
        return run_batch(pipeline, questions, target, **options)

    def rows(self) -> list[dict]:
        return [json.loads(line) for line in self.output.read_text("utf-8").splitlines()]

    def stop_after(self, rows: int, **options) -> None:
        """Run until so many rows are done, and stop as a kill does: without any farewell."""

        class Stop(BaseException):
            pass

        def stop(done: int) -> None:
            if done >= rows:
                raise Stop

        with pytest.raises(Stop):
            self.run(report_progress=stop, **options)


@pytest.fixture
def batch(tmp_path):
    return Batch(tmp_path)


def without_timings(rows: list[dict]) -> list[dict]:
    return [{key: value for key, value in row.items() if key != "timings_ms"} for row in rows]


def test_every_row_has_its_answer_in_order(batch):
    steps = []
    assert batch.run(report_progress=steps.append) == BatchReport(12, 9, 0, 3, 0)
    rows = batch.rows()
    assert [row["id"] for row in rows] == [str(n) for n in range(12)]
    assert [row["topic"] for row in rows] == [f"t{n}" for n in range(12)]
    assert [row["status"] for row in rows] == ["answered"] * 6 + ["error"] * 3 + ["answered"] * 3
    assert rows[6]["error"] == "Expected a question in words, but got ''."
    assert "1874" in rows[0]["text"]
    assert steps == list(range(13))
    alone = open_pipeline(batch.folder / "index", SETTINGS).ask(LINES[1]).to_dict()
    expected = alone | {"id": "4", "topic": "t4"}
    assert without_timings([rows[4]]) == without_timings([expected])


@pytest.mark.parametrize("stopped", [0, 1, 5, 11, 12])
def test_a_stopped_run_goes_on(batch, stopped):
    batch.run()
    whole = without_timings(batch.rows())
    batch.output.unlink()
    batch.journal.unlink()
    batch.stop_after(stopped)
    assert not batch.output.exists()
    assert batch.run().resumed == stopped
    assert without_timings(batch.rows()) == whole


def test_an_unfinished_line_is_asked_again(batch):
    batch.stop_after(5)
    content = batch.journal.read_bytes()
    for cut in (1, 40, len(content) - content.index(b"\n") - 1):
        batch.journal.write_bytes(content[:-cut])
        assert batch.run().rows == 12
        assert len({row["id"] for row in batch.rows()}) == 12
        batch.output.unlink()


@pytest.mark.parametrize("content", [b"", b'{"journal": 1, "ques'])
def test_a_journal_without_a_whole_first_line_begins_anew(batch, content):
    batch.journal.write_bytes(content)
    assert batch.run() == BatchReport(12, 9, 0, 3, 0)


def test_questions_that_cannot_be_read_leave_no_journal(batch):
    batch.write([])
    with pytest.raises(InputError, match=r"Expected questions in q.csv, but it has none."):
        batch.run()
    batch.write(LINES)
    with pytest.raises(InputError, match="Expected a column called 'x'"):
        batch.run(column="x")
    assert not batch.journal.exists()
    assert batch.run().rows == 4


def test_complete_answers_are_not_asked_again(batch):
    batch.run()
    content = batch.output.read_bytes()
    assert batch.run() == BatchReport(12, 9, 0, 3, 12)
    assert batch.output.read_bytes() == content
    batch.output.write_bytes(content + b"{}\n")
    with pytest.raises(InputError, match="was complete and has been changed since"):
        batch.run()
    batch.output.unlink()
    with pytest.raises(InputError, match="was complete and is gone"):
        batch.run()
    assert batch.run(restart=True).resumed == 0


def test_other_questions_settings_column_or_index_are_refused(batch):
    batch.stop_after(5)
    kept = batch.journal.read_bytes()
    other = Settings(
        SETTINGS.loading, SETTINGS.chunking, SETTINGS.embedding, reading=SETTINGS.reading
    )
    with pytest.raises(InputError, match="begun with other settings"):
        batch.run(settings=other)
    with pytest.raises(InputError, match="begun with other questions"):
        batch.run(column="topic")
    batch.write(["Who built the bridge?"])
    with pytest.raises(InputError, match="begun with other questions"):
        batch.run()
    batch.write([line for line in LINES for _ in range(3)])
    write_files(batch.documents, {"new.txt": "A ferry crossed the river for two coins.\n"})
    batch.index("other/index")
    with pytest.raises(InputError, match=r"other documents \(index index, generation 1\)"):
        batch.run(index="other/index")
    batch.index()
    with pytest.raises(InputError, match="other documents"):
        batch.run()
    assert batch.journal.read_bytes() == kept
    assert batch.run(restart=True) == BatchReport(12, 9, 0, 3, 0)


def test_a_file_that_no_batch_wrote_is_not_replaced(batch):
    batch.output.write_text("mine")
    with pytest.raises(InputError, match="Expected no file at"):
        batch.run()
    assert batch.output.read_text() == "mine"
    batch.run(restart=True)
    assert len(batch.rows()) == 12


def test_an_index_that_changes_meanwhile_stops_the_run(batch):
    def change(done: int) -> None:
        if done == 2:
            write_files(batch.documents, {"new.txt": "A ferry crossed the river.\n"})
            batch.index()

    batch.write([f"Where did the market move from in case {n}?" for n in range(300)])
    with pytest.raises(IndexMismatchError, match="Expected generation 1 of the index"):
        batch.run(report_progress=change)
    assert not batch.output.exists()


def test_a_changed_journal_is_refused(batch):
    batch.stop_after(5)
    lines = batch.journal.read_bytes().splitlines(keepends=True)
    batch.journal.write_bytes(b"".join(lines[:2] + lines[3:]))
    with pytest.raises(InputError, match="Expected row 2 on line 3"):
        batch.run()
    batch.journal.write_bytes(b"a diary\n")
    with pytest.raises(InputError, match="Expected the journal of a batch"):
        batch.run()
    batch.journal.write_bytes(lines[0].replace(b'{"journal": 2', b'{"journal": 1'))
    with pytest.raises(InputError, match="but another version wrote one of format 1. Give another"):
        batch.run()


def test_two_runs_do_not_write_one_file(batch):
    def again(done: int) -> None:
        if done == 3:
            with pytest.raises(InputError, match="another run is"):
                batch.run()

    assert batch.run(report_progress=again).rows == 12
    assert sorted(path.name for path in batch.folder.glob("*answers*")) == [
        "answers.jsonl",
        "answers.jsonl.journal.jsonl",
    ]


def test_a_model_that_fails_stops_the_run(batch):
    pipeline = open_pipeline(batch.folder / "index", SETTINGS)

    def fail(_texts):
        message = "the model is gone"
        raise ModelError(message)

    pipeline.embedder.embed = fail
    rows = QuestionFile(batch.folder / "q.csv", "csv", None, "q.csv")
    with pytest.raises(ModelError):
        list(answer_rows(pipeline, rows))


@pytest.mark.parametrize("form", ["csv", "xlsx", "md", "docx"])
def test_every_format_is_written_with_its_bibliography(batch, form):
    bibliography = batch.folder / "sources.bib"
    assert batch.run(form=form, bibliography=bibliography).answered == 9
    assert batch.output.with_suffix(f".{form}").stat().st_size > 1000
    assert "bridge.txt, SHA-256" in bibliography.read_text("utf-8")
    assert batch.run(form=form, bibliography=bibliography).resumed == 12
    assert batch.run(form=form).resumed == 12
    bibliography.unlink()
    with pytest.raises(InputError, match="is complete, but .*sources.bib is not its bibliography"):
        batch.run(form=form, bibliography=bibliography)


def test_finished_answers_in_another_format_are_refused(batch):
    batch.run(output_form="csv")
    content = batch.output.read_bytes()
    with pytest.raises(InputError, match="is complete in the format csv, not jsonl. Give another"):
        batch.run(output_form="jsonl")
    assert batch.output.read_bytes() == content
    assert batch.run(output_form="csv").resumed == 12
    assert batch.run(output_form="jsonl", restart=True).resumed == 0
    assert len(batch.rows()) == 12


@pytest.mark.parametrize("form", ["md", "docx", "xlsx"])
def test_a_finished_report_with_another_title_is_refused(batch, form):
    batch.run(form=form, title="First")
    with pytest.raises(InputError, match="is complete with the title 'First', not 'Second'. Give"):
        batch.run(form=form, title="Second")
    assert batch.run(form=form, title="First").resumed == 12


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_finished_answers_that_show_no_title_are_those_of_any(batch, form):
    batch.run(form=form, title="First")
    assert batch.run(form=form, title="Second").resumed == 12


def test_a_bibliography_that_the_finished_run_did_not_write_is_refused(batch):
    own = batch.folder / "own.bib"
    own.write_text("mine")
    batch.run()
    with pytest.raises(InputError, match="own.bib is not its bibliography. Give another name"):
        batch.run(bibliography=own)
    assert own.read_text() == "mine"
    batch.run(bibliography=own, restart=True)
    assert "bridge.txt, SHA-256" in own.read_text("utf-8")
    own.write_text("changed")
    with pytest.raises(InputError, match="own.bib is not its bibliography"):
        batch.run(bibliography=own)


def test_a_bibliography_that_no_batch_wrote_is_not_replaced(batch):
    own = batch.folder / "own.bib"
    own.write_text("mine")
    steps = []
    with pytest.raises(InputError, match="Expected no file at .*own.bib, or one that this batch"):
        batch.run(bibliography=own, report_progress=steps.append)
    assert not batch.journal.exists()
    batch.stop_after(5)
    with pytest.raises(InputError, match="Give another name for the bibliography, or --restart"):
        batch.run(bibliography=own, report_progress=steps.append)
    assert (steps, own.read_text()) == ([], "mine")
    assert batch.run(bibliography=batch.folder / "other.bib").resumed == 5


@pytest.mark.parametrize("stopped", [5, 12])
def test_a_stopped_run_goes_on_with_its_bibliography(batch, stopped):
    sources = batch.folder / "sources.bib"
    sources.write_text("of an earlier run")
    batch.stop_after(stopped, bibliography=sources, restart=True)
    assert batch.run(bibliography=sources).resumed == stopped
    assert "bridge.txt, SHA-256" in sources.read_text("utf-8")


def test_the_journal_gives_rows_back(batch):
    batch.stop_after(7)
    pipeline = open_pipeline(batch.folder / "index", SETTINGS)
    questions = QuestionFile(batch.folder / "q.csv", "csv", None, "q.csv")
    with Journal(batch.journal, stamp_of(pipeline, questions)) as journal:
        rows = list(journal)
    assert journal.rows_done == 7
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert rows[0].answer.question == LINES[0]
    assert (rows[6].answer, rows[6].identifier, rows[6].columns) == (None, "6", {"topic": "t6"})
