"""Many files at a time: their order, what fails among them, and stopping early."""

from __future__ import annotations

import time

import psutil
import pytest

from rag.errors import LoadError, UnsupportedFormatError
from rag.loading import Loader, load_each
from rag.settings import LoadingSettings
from rag.types import Document


@pytest.fixture
def files(write):
    names = [f"{number}.txt" for number in range(40)]
    return [(write(name, f"This is the text of {name}."), name) for name in names]


def test_documents_come_in_the_order_of_the_files(files):
    documents = list(load_each(files, LoadingSettings(), workers=3))
    assert [document.text for document in documents] == [
        f"This is the text of {name}." for _, name in files
    ]


def test_a_file_that_cannot_be_read_is_its_error_among_the_others(files, write):
    files[5] = (write("5.xyz", "x"), "5.xyz")
    found = list(load_each(files, LoadingSettings(), workers=2))
    assert isinstance(found[5], UnsupportedFormatError)
    assert sum(isinstance(item, Document) for item in found) == 39


def test_no_files_give_nothing():
    assert list(load_each([], LoadingSettings())) == []


def test_closing_early_ends_the_workers_even_while_they_read(files, write):
    slow = write("slow.txt", "A sentence that goes on and on. " * 300_000)
    before = {child.pid for child in psutil.Process().children()}
    loading = load_each([*files[:3], *[(slow, "slow.txt")] * 8], LoadingSettings(), workers=2)
    assert isinstance(next(loading), Document)
    started = time.monotonic()
    loading.close()
    assert time.monotonic() - started < 30
    assert {child.pid for child in psutil.Process().children()} <= before


def test_a_stopped_loader_says_so(files):
    loader = Loader(LoadingSettings())
    loader.load(*files[0])
    loader.stop()
    with pytest.raises(LoadError, match="stopped"):
        loader.load(*files[1])
