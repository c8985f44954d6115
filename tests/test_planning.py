"""What an update reads again: files that failed before, and those whose suffix changed."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import docx
import pytest

from rag import planning
from rag.embedding import HashingEmbedder
from rag.errors import InputError
from rag.indexing import update_index
from rag.loading import process
from rag.settings import LoadingSettings
from rag.store.embedded import EmbeddedStore
from rag.store.memory import MemoryStore
from tests.conftest import write_files

PAGE = "<html><body><p>Riyadh is the seat of the coalition &amp; its council.</p></body></html>"
READ = "Riyadh is the seat of the coalition & its council."


def update(store, folder, settings, **options):
    return update_index(store, [folder], settings, HashingEmbedder(), **options)


def texts(store):
    with store.snapshot() as snapshot:
        return {
            (name, *snapshot.document(name).other_names): snapshot.document(name).text
            for name in snapshot.catalog()
        }


def skipped(report):
    return {file.name: file.reason for file in report.skipped}


@pytest.fixture
def folder(tmp_path):
    return write_files(tmp_path / "library", {"kept.txt": "Parliament voted to stay neutral."})


@pytest.fixture
def store(tmp_path):
    return EmbeddedStore(tmp_path / "index")


def test_a_copy_that_nothing_reads_hides_no_file_that_can_be_read(store, folder, settings):
    write_files(folder, {"report.bak": "Riyadh is the seat.", "report.txt": "Riyadh is the seat."})
    report = update(store, folder, settings)
    assert skipped(report) == {"report.bak": "unsupported format"}
    assert texts(store)[("report.txt",)] == "Riyadh is the seat."
    assert not update(store, folder, settings).published
    (folder / "report.bak").unlink()
    report = update(store, folder, settings)
    assert (report.removed, report.skipped) == (["report.bak"], [])
    assert ("report.txt",) in texts(store)


def test_a_file_under_the_wrong_suffix_hides_no_copy_under_the_right_one(store, folder, settings):
    write_files(folder, {"memo.docx": "Riyadh is the seat.", "memo.txt": "Riyadh is the seat."})
    report = update(store, folder, settings)
    assert skipped(report) == {"memo.docx": "damaged"}
    assert ("memo.txt",) in texts(store)
    write_files(folder, {"zebra.docx": "Riyadh is the seat."})
    assert skipped(update(store, folder, settings)) == {
        "memo.docx": "damaged",
        "zebra.docx": "damaged",
    }
    (folder / "memo.txt").unlink()
    update(store, folder, settings)
    assert list(texts(store)) == [("kept.txt",)]


def test_a_limit_that_was_raised_is_tried_again(store, folder, settings):
    write_files(folder, {"large.txt": "Riyadh is the seat of the coalition. " * 100})
    small = replace(settings, loading=LoadingSettings(max_file_megabytes=0.001))
    assert skipped(update(store, folder, small)) == {"large.txt": "too large"}
    again = update(store, folder, small)
    assert (again.published, again.unchanged) == (False, 2)
    larger = replace(settings, loading=LoadingSettings(max_file_megabytes=0.002))
    assert "at most 0.002 MB" in update(store, folder, larger).skipped[0].message
    report = update(store, folder, settings)
    assert (report.changed, report.skipped) == (["large.txt"], [])
    assert ("large.txt",) in texts(store)


def test_a_parser_at_its_limits_is_tried_again_under_others_only(
    store, folder, settings, monkeypatch
):
    write_files(folder, {"slow.txt": "Riyadh is the seat of the coalition."})
    ask, asked = process._Worker.ask, []

    def slow(worker, request, timeout_s):
        asked.append(request["name"])
        if request["name"] == "slow.txt" and timeout_s < 100:
            raise TimeoutError
        return ask(worker, request, timeout_s)

    monkeypatch.setattr(process._Worker, "ask", slow)
    short = replace(settings, loading=replace(settings.loading, timeout_s=50))
    report = update(store, folder, short)
    assert skipped(report) == {"slow.txt": "parser limit"}
    assert "Tried with loading.timeout_s = 50 and" in report.skipped[0].message
    asked.clear()
    assert not update(store, folder, short).published
    assert asked == []
    longer = replace(settings, loading=replace(settings.loading, timeout_s=60))
    assert update(store, folder, longer).changed == ["slow.txt"]
    assert asked == ["slow.txt", "slow.txt"]
    report = update(store, folder, settings)
    assert (report.changed, report.skipped) == (["slow.txt"], [])
    assert ("slow.txt",) in texts(store)


def test_failures_that_stay_the_same_change_nothing(store, folder, settings):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "film.xyz").write_bytes(b"\0\1\2")
    update(store, folder, settings)
    before = store.files()
    report = update(store, folder, settings)
    assert (report.generation, report.published, report.unchanged) == (1, False, 4)
    assert store.files() == before
    assert list(skipped(report)) == ["broken.pdf", "empty.txt", "film.xyz"]


def test_a_new_suffix_is_read_by_its_reader(store, folder, settings):
    write_files(folder, {"page.txt": PAGE})
    update(store, folder, settings)
    assert "<p>" in texts(store)[("page.txt",)]
    (folder / "page.txt").rename(folder / "page.html")
    report = update(store, folder, settings)
    assert (report.added, report.removed) == (["page.html"], ["page.txt"])
    assert texts(store)[("page.html",)] == READ
    store.check()
    assert not update(store, folder, settings).published
    (folder / "page.html").rename(folder / "page.docx")
    assert skipped(update(store, folder, settings)) == {"page.docx": "damaged"}
    assert list(texts(store)) == [("kept.txt",)]


def test_same_bytes_under_two_suffixes_are_one_document_of_the_first(store, folder, settings):
    write_files(folder, {"page.txt": PAGE})
    update(store, folder, settings)
    write_files(folder, {"page.html": PAGE, "a/page.html": PAGE})
    report = update(store, folder, settings)
    assert (report.added, report.changed) == (["a/page.html", "page.html"], [])
    assert texts(store)[("a/page.html", "page.html", "page.txt")] == READ
    assert not update(store, folder, settings).published
    for name in ("a/page.html", "page.html"):
        (folder / name).unlink()
    report = update(store, folder, settings)
    assert report.changed == ["page.txt"]
    assert "<p>" in texts(store)[("page.txt",)]


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_updates_ends_like_a_fresh_index(tmp_path, settings, seed):
    rng = random.Random(seed)
    folder = write_files(tmp_path / "library", {"kept.txt": "It stays."})
    store = MemoryStore()
    contents = [PAGE, "Plain words about Riyadh.", ""]
    names = [f"{stem}{suffix}" for stem in "amz" for suffix in (".txt", ".html", ".docx", ".bak")]
    for _ in range(6):
        for name in rng.sample(names, 4):
            if rng.random() < 0.4:
                (folder / name).unlink(missing_ok=True)
            else:
                (folder / name).write_text(rng.choice(contents))
        report, fresh = update(store, folder, settings), MemoryStore()
        expected = update(fresh, folder, settings)
        assert texts(store) == texts(fresh)
        assert skipped(report) == skipped(expected)
        assert not update(store, folder, settings).published


def test_word_files_renamed_are_not_read_again(store, folder, settings):
    document = docx.Document()
    document.add_paragraph("Riyadh is the seat of the coalition.")
    document.save(folder / "memo.docx")
    update(store, folder, settings)
    (folder / "memo.docx").rename(folder / "note.docx")
    report = update(store, folder, settings)
    assert (report.passages_embedded, report.seconds["chunk"]) == (0, 0.0)
    assert texts(store)[("note.docx",)] == "Riyadh is the seat of the coalition."


def denied(monkeypatch, path):
    """Nobody may list *path*, not even root, as whom tests may run."""
    scandir = os.scandir

    def refusing(folder):
        if str(folder) == str(path):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refusing)


def test_files_below_a_folder_that_cannot_be_listed_stay(store, folder, settings, monkeypatch):
    write_files(folder, {"closed/deep/a.txt": "Iran was left out.", "closedness.txt": "Open."})
    (folder / "closed" / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    update(store, folder, settings)
    with monkeypatch.context() as patch:
        denied(patch, folder / "closed")
        (folder / "closedness.txt").unlink()
        report = update(store, folder, settings)
        assert (report.added, report.removed) == (["closed"], ["closedness.txt"])
        assert skipped(report) == {"closed": "unreadable", "closed/broken.pdf": "damaged"}
        assert report.skipped[0].message == (
            f"Expected to look at {folder}/closed, but: Permission denied. What the index has of "
            "it stays; make it readable and run rag index again."
        )
        assert list(texts(store)) == [("closed/deep/a.txt",), ("kept.txt",)]
        assert not update(store, folder, settings).published
        with pytest.raises(InputError, match=r"closed/deep/a\.txt \(of 1\) cannot be looked at"):
            update(store, folder, settings, rebuild=True)
        assert list(texts(store)) == [("closed/deep/a.txt",), ("kept.txt",)]
    report = update(store, folder, settings)
    assert (report.removed, skipped(report)) == (["closed"], {"closed/broken.pdf": "damaged"})


def test_a_folder_that_cannot_be_listed_costs_a_first_index_only_itself(
    store, folder, settings, monkeypatch
):
    (folder / "lost+found").mkdir()
    denied(monkeypatch, folder / "lost+found")
    for rebuild in (False, True):
        report = update(store, folder, settings, rebuild=rebuild)
        assert skipped(report) == {"lost+found": "unreadable"}
        assert list(texts(store)) == [("kept.txt",)]


def test_a_root_that_cannot_be_listed_ends_the_update(store, folder, settings, monkeypatch):
    update(store, folder, settings)
    denied(monkeypatch, folder)
    with pytest.raises(InputError, match=f"can be read at {folder}, but: Permission denied"):
        update(store, folder, settings)
    assert list(texts(store)) == [("kept.txt",)]


def test_a_file_that_cannot_be_opened_now_keeps_its_document(store, folder, settings, monkeypatch):
    write_files(folder, {"a.txt": "Iran was left out."})
    update(store, folder, settings)

    def refuse(path):
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    real = planning.file_sha256
    with monkeypatch.context() as patch:
        patch.setattr(planning, "file_sha256", refuse)
        report = update(store, folder, settings)
    assert (report.published, skipped(report)) == (False, {"a.txt": "unreadable"})
    assert ("a.txt",) in texts(store)


def test_links_that_lead_to_no_file_are_listed(store, folder, settings, tmp_path):
    other = write_files(tmp_path / "other", {"b.txt": "Iran was left out."})
    (folder / "good.txt").symlink_to(other / "b.txt")
    (folder / "linked").symlink_to(other)
    (folder / "gone.txt").symlink_to(other / "nowhere.txt")
    (folder / ".hidden").symlink_to(other / "nowhere.txt")
    report = update(store, folder, settings)
    assert list(texts(store)) == [("good.txt",), ("kept.txt",)]
    assert skipped(report) == {"gone.txt": "broken link", "linked": "link to a folder"}
    assert [file.message for file in report.skipped] == [
        (
            f"Expected a file, but it is a link to {other}/nowhere.txt, and there is none. "
            "Put the file back or delete the link."
        ),
        (
            f"Expected a file or folder, but it is a link to the folder {other}; "
            "links to folders are not followed. Name that folder to rag index as well."
        ),
    ]
    assert not update(store, folder, settings).published
    (other / "nowhere.txt").write_text("Here it is.")
    assert update(store, folder, settings).changed == ["gone.txt"]
    assert texts(store)[("gone.txt",)] == "Here it is."
