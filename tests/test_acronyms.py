"""What a document's acronyms stand for, and where that helps to find them."""

from __future__ import annotations

import pytest

from rag.acronyms import acronyms_in, acronyms_of
from rag.chunking import chunk_document
from rag.embedding import HashingEmbedder
from rag.settings import ChunkingSettings
from rag.terms import terms
from rag.types import BlockKind
from tests.test_chunking import document_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "The Islamic Military Counter Terrorism Coalition (IMCTC) met.",
            {"IMCTC": "Islamic Military Counter Terrorism Coalition"},
        ),
        ("a major non-NATO ally (MNNA)", {"MNNA": "major non-NATO ally"}),
        (
            "the Organisation of Islamic Cooperation (OIC)",
            {"OIC": "Organisation of Islamic Cooperation"},
        ),
        ("Islamic State of Iraq and Syria (ISIS)", {"ISIS": "Islamic State of Iraq and Syria"}),
        ("printed circuit boards (PCBs) are", {"PCB": "printed circuit boards"}),
        ("the BRI (Belt and Road Initiative) is", {"BRI": "Belt and Road Initiative"}),
        ("the “Muslim NATO” (“MN”) of", {"MN": "Muslim NATO"}),
        ("It was late. Military Coalition (IMCTC)", {}),
        ("He resigned (USA Today, 2019).", {}),
        ("the army (GHQ) in Pindi", {}),
        ("Tehrik-i-Taliban Pakistan (TTP)", {"TTP": "Tehrik-i-Taliban Pakistan"}),
        ("It is so (IS) and a bar (AB).", {}),
        ("The Air\nForce (AF) met.", {"AF": "Air Force"}),
        ("Of the United\n\nNations (UN)", {}),
        ("", {}),
    ],
)
def test_first_letters_of_the_words_before_or_after(text, found):
    assert acronyms_of(text) == found


def test_the_first_spelling_counts():
    text = "Air Force (AF) and Atrial Fibrillation (AF)"
    assert acronyms_of(text) == {"AF": "Air Force"}
    text = "AF (Atrial Fibrillation). The Air Force (AF)"
    assert acronyms_of(text) == {"AF": "Atrial Fibrillation"}


def test_acronyms_in_a_text_are_whole_words_each_once():
    assert acronyms_in("UNICEF gave AID, two PCBs and a PCB; OR&A, NATO-led.") == [
        "UNICEF",
        "AID",
        "PCB",
        "OR&A",
        "NATO",
    ]


def test_passages_that_only_have_the_acronym_are_found_by_its_words_and_embedded_without():
    filler = " ".join(f"Word{n} is here." for n in range(12))
    document = document_of(
        (BlockKind.PARAGRAPH, f"The Shanghai Cooperation Organisation (SCO) met. {filler}", 0),
        (BlockKind.HEADING, "Today", 1),
        (BlockKind.PARAGRAPH, f"The SCO has eight members. {filler}", 0),
        (BlockKind.HEADING, "Others", 1),
        (BlockKind.PARAGRAPH, f"SCOR is a journal. {filler}", 0),
        title="A report",
    )
    count = HashingEmbedder().count_tokens
    spelled, short, other = chunk_document(document, ChunkingSettings(100, 0), count, 256)
    assert spelled.context == other.context == "A report"
    assert short.context == "A report\nSCO: Shanghai Cooperation Organisation"
    assert set(terms("Shanghai Cooperation")) <= set(terms(short.indexed_text))
    assert short.headings == "A report"
    assert short.embedded_text.startswith("A report > Today")
    assert "Shanghai" not in short.embedded_text
