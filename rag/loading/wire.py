"""A document as JSON between the worker and the process that asked.

JSON rather than pickle: the worker reads files of unknown origin, and unpickling what it sends
would let a broken-into worker run code in the process that it was meant to protect.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from typing import IO, Any

from rag.types import Block, BlockKind, Document, Dropped, Metadata, Page, Span

_LENGTH = struct.Struct(">Q")


def send(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Write one message and flush."""
    body = json.dumps(message).encode("ascii")
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> dict[str, Any] | None:
    """Read one message; None when the other side is gone."""
    header = stream.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(header)
    body = stream.read(length)
    if len(body) < length:
        return None
    message: dict[str, Any] = json.loads(body)
    return message


def document_to_dict(document: Document) -> dict[str, Any]:
    """Return *document* as plain values."""
    return asdict(document)


def document_from_dict(values: dict[str, Any]) -> Document:
    """Return the document that `document_to_dict` turned into *values*."""
    return Document(
        name=values["name"],
        sha256=values["sha256"],
        text=values["text"],
        metadata=Metadata(**values["metadata"]),
        pages=tuple(
            Page(page["number"], page["label"], Span(**page["span"])) for page in values["pages"]
        ),
        blocks=tuple(
            Block(BlockKind(block["kind"]), Span(**block["span"]), block["level"])
            for block in values["blocks"]
        ),
        dropped=tuple(Dropped(**dropped) for dropped in values["dropped"]),
        other_names=tuple(values["other_names"]),
    )
