"""What an index holds, as text and as JSON; the command ``rag status`` is tested with the others."""

from __future__ import annotations

from rag.presentation import status_to_text
from rag.status import DocumentStatus, IndexStatus
from rag.store import Manifest, SourceFile
from rag.types import Document, Dropped, Metadata, Page, Span

ESSAY = Metadata("On Alliances", "M. Hunter", "2017-12", "op-ed")
SHA256 = "a" * 64


def test_status_lists_documents_skipped_and_dropped():
    document = Document(
        "a.pdf",
        SHA256,
        "text",
        ESSAY,
        pages=(Page(1, "i", Span(0, 2)), Page(2, "1", Span(2, 4))),
        dropped=(Dropped("running header", "On Alliances", 1), Dropped("cookie notice", "OK?")),
        other_names=("copy.pdf",),
    )
    status = IndexStatus(
        folder="index/x",
        name="x",
        generation=4,
        made_with=Manifest("hashing@256", 256, "{}", 1),
        documents=(DocumentStatus(document, 12),),
        skipped=(SourceFile("b.bin", "/b.bin", SHA256, 5, "unsupported format", "No reader."),),
        size_bytes={"catalog": 1_200_000, "vectors": 300_000},
        outdated={"a.pdf": "changed"},
    )
    brief = (
        "Index index/x, generation 4\n"
        "1 document, 12 passages, 1 file skipped\n"
        "1.5 MB on disk: catalog 1.2 MB, vectors 0.3 MB\n"
        "Made with hashing@256, format 1\n"
        "Chunking {}\n"
        "\n"
        "Documents\n"
        '  "On Alliances", M. Hunter, opinion, 2017-12, a.pdf: 2 pages, 12 passages\n'
        "    the same file: copy.pdf\n"
        "\n"
        "Skipped\n"
        "  b.bin: unsupported format\n"
        "\n"
        "a.pdf: changed since it was indexed; run rag index.\n"
    )
    assert status_to_text(status) == brief
    dropped = (
        "    dropped (p. 1 (i), running header): On Alliances\n    dropped (cookie notice): OK?\n"
    )
    verbose = brief.replace("copy.pdf\n", f"copy.pdf\n{dropped}").replace(
        "unsupported format\n", "unsupported format\n    No reader.\n"
    )
    assert status_to_text(status, verbose=True) == verbose
