"""Which function reads which type of file; the function is imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from rag.errors import UnsupportedFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rag.loading.raw import RawDocument

FORMATS: dict[str, str] = {
    ".docx": "rag.loading.word:read",
    ".htm": "rag.loading.web:read",
    ".html": "rag.loading.web:read",
    ".markdown": "rag.loading.markdown:read",
    ".md": "rag.loading.markdown:read",
    ".pdf": "rag.loading.pdf:read",
    ".text": "rag.loading.plain:read",
    ".txt": "rag.loading.plain:read",
    ".xhtml": "rag.loading.web:read",
}
"""Suffix, in lower case, to "module:function"."""


class Reader(Protocol):
    """Reads the bytes of one file; raises a `LoadError` for what it cannot read."""

    def __call__(self, content: bytes) -> RawDocument:
        """Return what the file holds."""
        ...


def supported_suffixes() -> tuple[str, ...]:
    """Return the suffixes that can be read, in lower case with their dot, sorted."""
    return tuple(sorted(FORMATS))


def reader_for(path: Path, formats: Mapping[str, str]) -> str:
    """Return the "module:function" that reads *path*, judged by its suffix.

    Raises:
        UnsupportedFormatError: there is none.
    """
    reader = formats.get(path.suffix.lower())
    if reader is None:
        message = (
            f"Expected a file ending in {', '.join(sorted(formats))}, but got {path.name!r}; "
            "convert it to one of these."
        )
        raise UnsupportedFormatError(message)
    return reader


def import_reader(reader: str) -> Reader:
    """Import the function that "module:function" names."""
    module, _, function = reader.partition(":")
    return cast("Reader", getattr(import_module(module), function))
