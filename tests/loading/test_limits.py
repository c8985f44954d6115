"""What the loader does with files, parsers and limits that go wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from rag.errors import LoadError, ParserLimitError, TooLargeError, UnsupportedFormatError
from rag.loading import Loader, load, supported_suffixes
from rag.settings import LoadingSettings

PARSERS = """
import os, time
from rag.loading.plain import read as plain

def hang(content):
    time.sleep(600)

def spin(content):
    while True:
        pass

def swell(content):
    hoard = []
    while True:
        hoard.append(bytearray(50_000_000))

def die(content):
    os._exit(9)

def chatter(content):
    print("noise on standard output", flush=True)
    os.write(1, b"more noise")
    os.write(2, b"and on standard error")
    return plain(content)

def fail(content):
    raise RuntimeError("a surprise")
"""
FORMATS = {
    f".{name}": f"injected_parsers:{name}"
    for name in ("hang", "spin", "swell", "die", "chatter", "fail")
} | {".txt": "rag.loading.plain:read"}


@pytest.fixture
def injected(tmp_path, monkeypatch):
    """Parsers that the worker imports like any other."""
    (tmp_path / "parsers").mkdir()
    (tmp_path / "parsers" / "injected_parsers.py").write_text(PARSERS)
    monkeypatch.syspath_prepend(str(tmp_path / "parsers"))


@pytest.fixture
def small(injected):
    with Loader(LoadingSettings(timeout_s=0.7, memory_megabytes=512), FORMATS) as loader:
        yield loader


@pytest.mark.parametrize("name", ["hang", "spin"])
def test_a_hanging_parser_is_killed_at_the_time_limit(small, write, name):
    started = time.monotonic()
    with pytest.raises(ParserLimitError, match=r"within 0\.7 s"):
        small.load(write(f"a.{name}", "x"), "a")
    assert 0.7 <= time.monotonic() - started < 30


@pytest.mark.skipif(sys.platform != "linux", reason="the memory limit is enforced on Linux")
def test_a_parser_that_eats_memory_is_stopped(injected, write):
    settings = LoadingSettings(timeout_s=60, memory_megabytes=512)
    with Loader(settings, FORMATS) as loader, pytest.raises(ParserLimitError, match="memory"):
        loader.load(write("a.swell", "x"), "a")


def test_a_parser_that_dies_is_a_limit_error(small, write):
    with pytest.raises(ParserLimitError, match="died"):
        small.load(write("a.die", "x"), "a")


def test_an_unexpected_error_is_a_load_error_that_names_it(small, write):
    with pytest.raises(LoadError, match="RuntimeError: a surprise"):
        small.load(write("a.fail", "x"), "a")


def test_the_loader_goes_on_after_every_failure(small, write):
    for name in ("die", "hang", "swell", "fail"):
        with pytest.raises(LoadError):
            small.load(write(f"a.{name}", "x"), "a")
        assert small.load(write("b.txt", "Good text."), "b").text == "Good text."


def test_what_parsers_print_does_not_disturb(small, write, capfd):
    assert small.load(write("a.chatter", "Good text."), "a").text == "Good text."
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_one_worker_reads_many_files(loader, write):
    path = write("a.txt", "Good text.")
    loader.load(path, "a")
    started = time.monotonic()
    for _ in range(20):
        loader.load(path, "a")
    assert time.monotonic() - started < 5


def test_loaders_work_in_parallel(write):
    path = write("a.txt", "Good text.")
    texts = []

    def work():
        with Loader(LoadingSettings()) as one:
            texts.extend(one.load(path, "a").text for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == ["Good text."] * 15


def test_closing_ends_the_worker(write):
    loader = Loader(LoadingSettings())
    loader.load(write("a.txt", "Good text."), "a")
    process = loader._worker._process
    loader.close()
    assert process.poll() is not None


def test_the_worker_imports_nothing_heavy():
    code = (
        "import sys, rag.loading.worker, rag.cleaning, rag.loading.pdf, rag.loading.word, "
        "rag.loading.web, rag.loading.markdown, rag.loading.plain\n"
        "print([m for m in ('torch','faiss','numpy','openvino','gradio') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert found.stdout.strip() == "[]"


def test_a_file_over_the_size_limit_is_too_large(write):
    path = write("a.txt", "x" * 20_000)
    with pytest.raises(TooLargeError, match=r"max_file_megabytes"):
        load(path, "a.txt", LoadingSettings(max_file_megabytes=0.01))


def test_an_unknown_suffix_is_unsupported_and_the_known_ones_are_named(write):
    with pytest.raises(UnsupportedFormatError, match=r"\.docx.*\.pdf"):
        load(write("a.xyz", "x"), "a.xyz", LoadingSettings())


def test_a_missing_file_is_a_load_error(tmp_path):
    with pytest.raises(LoadError, match="No such file"):
        load(tmp_path / "none.txt", "none.txt", LoadingSettings())


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(UnsupportedFormatError, match="regular file"):
        load(tmp_path / "a.txt", "a.txt", LoadingSettings())


def test_suffixes_are_matched_in_any_case(write):
    assert load(write("A.TXT", "Good text."), "A.TXT", LoadingSettings()).text == "Good text."


def test_supported_suffixes_are_sorted_and_complete():
    assert supported_suffixes() == (
        ".docx",
        ".htm",
        ".html",
        ".markdown",
        ".md",
        ".pdf",
        ".text",
        ".txt",
        ".xhtml",
    )


def test_the_hash_is_that_of_the_bytes(write):
    document = load(write("a.txt", "abc"), "folder/a.txt", LoadingSettings())
    assert document.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert document.name == "folder/a.txt"
