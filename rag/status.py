"""What an index holds, gathered from its store."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.store.opening import missing

if TYPE_CHECKING:
    from rag.store import Manifest, SourceFile, Store
    from rag.types import Document


@dataclass(frozen=True, slots=True)
class DocumentStatus:
    """An indexed document and how many passages it has."""

    document: Document
    passages: int

    def to_dict(self, *, dropped: bool = False) -> dict[str, Any]:
        """Return the document as JSON; *dropped* adds what cleaning left out of it."""
        document = self.document
        content: dict[str, Any] = {
            "document": document.name,
            "other_names": list(document.other_names),
            **asdict(document.metadata),
            "pages": len(document.pages) or None,
            "passages": self.passages,
            "characters": len(document.text),
            "sha256": document.sha256,
        }
        if dropped:
            content["dropped"] = [asdict(item) for item in document.dropped]
        return content


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """An index: documents in order of names, skipped files, bytes by part.

    ``outdated`` maps file names to "changed" or "missing" and is only filled by a check.
    ``methods`` says in words how it searches: ``dense`` and ``lexical``.
    """

    folder: str
    name: str
    generation: int
    made_with: Manifest
    documents: tuple[DocumentStatus, ...]
    skipped: tuple[SourceFile, ...]
    size_bytes: dict[str, int]
    outdated: dict[str, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)

    @property
    def passages(self) -> int:
        """How many passages there are in all."""
        return sum(document.passages for document in self.documents)

    def to_dict(self, *, dropped: bool = False) -> dict[str, Any]:
        """Return the status as JSON; *dropped* adds what cleaning left out, file by file."""
        return {
            "index": {"name": self.name, "folder": self.folder, "generation": self.generation},
            "made_with": asdict(self.made_with),
            "size_bytes": {**self.size_bytes, "total": sum(self.size_bytes.values())},
            "methods": self.methods,
            "passages": self.passages,
            "documents": [document.to_dict(dropped=dropped) for document in self.documents],
            "skipped": [
                {"document": file.name, "reason": file.reason, "message": file.message}
                for file in self.skipped
            ],
            "outdated": [
                {"document": name, "change": change} for name, change in self.outdated.items()
            ],
        }


def read_status(store: Store, address: str, *, check: bool = False) -> IndexStatus:
    """Return what the index at *address* holds.

    Args:
        store: The index.
        address: Where it is, for the report.
        check: Read everything, compare it with the recorded hashes, and hash the source files.

    Raises:
        IndexMissingError: there is no index.
        IndexDamagedError: a part of it is missing or changed.
    """
    made_with = store.manifest()
    if made_with is None:
        raise missing(address)
    if check:
        store.check()
    with store.snapshot() as snapshot:
        passages = snapshot.chunk_counts()
        documents = tuple(
            DocumentStatus(snapshot.document(name), passages[name]) for name in snapshot.catalog()
        )
        generation = snapshot.generation
    files = store.files()
    return IndexStatus(
        folder=address,
        name=store.name,
        generation=generation,
        made_with=made_with,
        documents=documents,
        skipped=tuple(file for file in files if file.reason is not None),
        size_bytes=store.size_bytes(),
        methods=store.methods(),
        outdated=_outdated(files) if check else {},
    )


def _outdated(files: list[SourceFile]) -> dict[str, str]:
    from rag.models import file_sha256

    outdated = {}
    for file in files:
        try:
            if file_sha256(Path(file.path)) != file.sha256:
                outdated[file.name] = "changed"
        except OSError:
            if file.reason is None:
                outdated[file.name] = "missing"
    return outdated
