"""Reading files: `load` one, several with a `Loader`, or many on all cores with `load_each`.

Every file is parsed and cleaned in a child process with a time limit and a memory limit, so that
a hanging or exploding parser costs one file and not the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.loading.formats import supported_suffixes
from rag.loading.pool import load_each
from rag.loading.process import Loader

if TYPE_CHECKING:
    from pathlib import Path

    from rag.settings import LoadingSettings
    from rag.types import Document

__all__ = ["Loader", "load", "load_each", "supported_suffixes"]


def load(path: Path, name: str, settings: LoadingSettings) -> Document:
    """Read and clean one file; for many files `load_each` is faster.

    Args:
        path: Where the file is.
        name: The name that the document gets: its path relative to the indexed folder.
        settings: The limits for one file.

    Raises:
        LoadError: the file cannot be read; the subclass tells why.
    """
    with Loader(settings) as loader:
        return loader.load(path, name)
