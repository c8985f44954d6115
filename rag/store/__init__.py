"""Where an index lives: one small protocol and what fulfils it."""

from rag.store.protocol import (
    AddDocument,
    Change,
    Filters,
    Manifest,
    RemoveFile,
    Scored,
    SetFile,
    Snapshot,
    SourceFile,
    Store,
)

__all__ = [
    "AddDocument",
    "Change",
    "Filters",
    "Manifest",
    "RemoveFile",
    "Scored",
    "SetFile",
    "Snapshot",
    "SourceFile",
    "Store",
]
