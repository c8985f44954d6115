"""Footnote: answers from your documents, every sentence quoted and cited.

    >>> import rag
    >>> pipeline = rag.open_pipeline("index/default")
    >>> answer = pipeline.ask("Where are the coalition's headquarters?")
    >>> print(answer.text)

Importing this package loads nothing heavy: names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.errors import RagError
    from rag.pipeline import Pipeline, open_pipeline
    from rag.reading import Reader, open_reader
    from rag.settings import Settings, load_settings
    from rag.types import Answer, Citation, Document, Hit, Reading, Turn

__all__ = [
    "Answer",
    "Citation",
    "Document",
    "Hit",
    "Pipeline",
    "RagError",
    "Reader",
    "Reading",
    "Settings",
    "Turn",
    "load_settings",
    "open_pipeline",
    "open_reader",
]
__version__ = "0.1.0"

_MODULES = {
    "Pipeline": "rag.pipeline",
    "RagError": "rag.errors",
    "Reader": "rag.reading",
    "Settings": "rag.settings",
    "load_settings": "rag.settings",
    "open_pipeline": "rag.pipeline",
    "open_reader": "rag.reading",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_MODULES.get(name, "rag.types")), name)
