"""Documents as the page manages them."""

from __future__ import annotations

import hashlib

import pytest

from rag.chat.engine import Engine
from rag.chat.library import Library, Outcome
from rag.chat.progress import CancelledError, Progress, run_with_progress
from rag.chat.uploads import safe_name
from rag.errors import InputError
from rag.indexing import update_index
from rag.models import file_sha256
from rag.pipeline import Pipeline
from rag.store.embedded import EmbeddedStore
from tests.conftest import write_files

FILES = {"boats.txt": "Boats carry timber to the north.", "salt/mines.md": "# Salt\n\nOld mines."}


@pytest.fixture
def engine(tmp_path, settings, embedder):
    store = EmbeddedStore(tmp_path / "index")
    update_index(store, [write_files(tmp_path / "corpus", FILES)], settings, embedder)
    return Engine(Pipeline(store, embedder, settings))


@pytest.fixture
def library(engine, tmp_path):
    return Library(engine, tmp_path / "kept")


@pytest.fixture
def upload(tmp_path):
    def made(name, text):
        path = tmp_path / "incoming" / hashlib.sha256(name.encode()).hexdigest()
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path, name

    return made


def test_every_file_is_listed_with_its_state(library):
    rows = {row.name: row for row in library.rows()}
    assert list(rows) == ["boats.txt", "salt/mines.md"]
    assert rows["salt/mines.md"].metadata.title == "Salt"
    assert rows["boats.txt"].passages == 1
    assert not rows["boats.txt"].uploaded


def test_an_added_document_is_found_and_lies_below_the_indexed_folder(library, engine, upload):
    outcome = library.add([upload("../Wool & yarn.TXT", "Wool comes from the hill farms.")])
    assert outcome.indexed == ("uploads/Wool & yarn.txt",)
    path = library.uploads.root / "uploads" / "Wool & yarn.txt"
    assert path.read_text() == "Wool comes from the hill farms."
    assert engine.search("wool from hill farms")[0].chunk.document == "uploads/Wool & yarn.txt"


def test_indexing_the_folder_again_changes_nothing_after_an_upload(
    library, engine, upload, settings, embedder
):
    library.add([upload("wool.txt", "Wool comes from the hill farms.")])
    report = update_index(engine.store, [library.uploads.root], settings, embedder)
    assert not report.published


def test_equal_names_do_not_overwrite_each_other(library, upload):
    library.add([upload("wool.txt", "Wool comes from the hill farms.")])
    outcome = library.add([upload("wool.txt", "Wool is dyed in the valley.")])
    assert outcome.indexed == ("uploads/wool (2).txt",)


def test_a_file_that_cannot_be_read_is_listed_with_the_reason(library, upload):
    outcome = library.add([upload("empty.txt", " ")])
    assert [name for name, _ in outcome.skipped] == ["uploads/empty.txt"]
    row = next(row for row in library.rows() if row.name == "uploads/empty.txt")
    assert row.reason == "empty"


def test_removing_deletes_uploads_and_spares_other_files(library, engine, upload, tmp_path):
    library.add([upload("wool.txt", "Wool comes from the hill farms.")])
    library.remove(["uploads/wool.txt", "boats.txt"])
    assert list(engine.catalog()) == ["salt/mines.md"]
    assert not (library.uploads.folder / "wool.txt").exists()
    assert (tmp_path / "corpus" / "boats.txt").exists()


def test_the_last_document_stays(library):
    with pytest.raises(InputError, match="last document"):
        library.remove(["boats.txt", "salt/mines.md"])


def test_refreshing_reads_what_changed_and_drops_what_is_gone(library, engine, tmp_path):
    (tmp_path / "corpus" / "boats.txt").write_text("Boats carry salt to the south.")
    (tmp_path / "corpus" / "salt" / "mines.md").unlink()
    outcome = library.refresh()
    assert outcome.indexed == ("boats.txt",)
    assert outcome.removed == ("salt/mines.md",)
    assert engine.document("boats.txt").text == "Boats carry salt to the south."
    assert library.refresh().indexed == ()


def test_refreshing_leaves_alone_what_cannot_be_looked_at(
    library, engine, settings, embedder, tmp_path, monkeypatch
):
    (tmp_path / "corpus" / "linked").symlink_to(tmp_path / "corpus" / "salt")
    report = update_index(engine.store, [tmp_path / "corpus"], settings, embedder)
    assert [file.name for file in report.skipped] == ["linked"]

    def refuse(path):
        if path.name == "mines.md":
            raise PermissionError(13, "Permission denied", str(path))
        return file_sha256(path)

    monkeypatch.setattr("rag.chat.library.file_sha256", refuse)
    assert library.refresh() == Outcome()
    assert [row.name for row in library.rows()] == ["boats.txt", "linked", "salt/mines.md"]


def test_a_cancelled_change_leaves_everything_as_it_was(library, engine, upload, monkeypatch):
    before = engine.generation()
    embed = engine.embedder.embed

    def embed_and_cancel(texts):
        library.cancel()
        return embed(texts)

    monkeypatch.setattr(engine.embedder, "embed", embed_and_cancel)
    files = [upload("one.txt", "First text."), upload("two.txt", "Second text.")]
    with pytest.raises(CancelledError):
        library.add(files)
    assert engine.generation() == before
    assert list(library.uploads.folder.iterdir()) == []
    assert library.progress is None


def test_progress_is_told_and_then_the_outcome(library, upload):
    steps = list(
        run_with_progress(lambda: library.add([upload("wool.txt", "Wool.")]), library, 0.01)
    )
    assert all(isinstance(step, Progress) for step in steps[:-1])
    assert steps[-1].indexed == ("uploads/wool.txt",)


@pytest.mark.parametrize("name", ["virus.exe", "page.php", "noname", ".txt"])
def test_types_that_cannot_be_read_are_refused_before_they_are_kept(library, upload, name):
    with pytest.raises(InputError, match="cannot be read"):
        library.add([upload("fine.txt", "Fine."), upload(name, "x")])
    assert not library.uploads.folder.exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.md", "boot.md"),
        ("in\u202evoice\0.PDF", "invoice.pdf"),
        ("<script>alert(1)</script>.md", "script.md"),
        ("CON.txt", "CON_.txt"),
        ("...", "document"),
        ("x" * 500 + ".md", "x" * 100 + ".md"),
        ("Zarb-e-Azb (2017), é.docx", "Zarb-e-Azb (2017), é.docx"),
    ],
)
def test_file_names_never_become_paths(name, expected):
    assert safe_name(name) == expected
