"""What something is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rag.acronyms import spelled_out
from rag.definitions import definitions_first, thing_asked_for
from rag.embedding import HashingEmbedder
from rag.indexing import update_index
from rag.retrieval import search
from rag.settings import Settings
from rag.store.memory import MemoryStore
from rag.types import Block, BlockKind, Span
from tests.conftest import make_document
from tests.test_near_misses import candidate


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("What is the IMCTC?", "IMCTC"),
        ("what's CPEC", "CPEC"),
        ("What does “SCO” stand for?", "SCO"),
        ("Define white-box testing.", "white-box testing"),
        ("What are blue helmets?", "blue helmets"),
        ("What do the letters MNNA mean?", "MNNA"),
        ("What does the acronym SCO stand for?", "SCO"),
        ("Tell me about the IMCTC", "IMCTC"),
        ("Give me a short overview of CPEC.", "CPEC"),
        ("Could you tell me something about NATO?", "NATO"),
        ("What do we know about Iran?", "Iran"),
        ("Tell me about how it began", None),
        ("What is the capital of Peru?", None),
        ("What is Pakistan's role?", None),
        ("What is it that he wants?", None),
        ("Who is Raheel Sharif?", None),
        ("What does Khan say?", None),
    ],
)
def test_only_a_thing_is_asked_for(question, thing):
    assert thing_asked_for(question) == thing


SAID = "Critics say that the IMCTC is weak."
SPELLED = "He wrote of the Military Coalition for Total Calm (IMCTC) and its Men (MCTC)."
ACRONYM = "The Islamic Military Counter Terrorism Coalition (IMCTC) met."
BOTH = (
    "The Islamic Military Counter Terrorism Coalition (IMCTC), announced in 2015, is an alliance."
)


def scored(*sentences):
    return [
        replace(candidate(sentence), score=0.6 - 0.1 * number, answerable=0.3)
        for number, sentence in enumerate(sentences)
    ]


@pytest.mark.parametrize("question", ["What is the IMCTC?", "what is the imctc"])
def test_sentences_that_spell_out_and_say_what_it_is_come_first(question):
    ranked = definitions_first(scored(SAID, SPELLED, ACRONYM, BOTH), question)
    assert [item.text for item in ranked] == [BOTH, ACRONYM, SAID, SPELLED]
    best = ranked[0]
    assert best.document.slice(best.answer) == "Islamic Military Counter Terrorism Coalition"
    assert (best.answerable, best.fits) == (0.9, True)
    assert best.score == pytest.approx(0.6 + 0.9 * 0.4)
    assert ranked[2].answerable == 0.3


def test_a_word_that_the_text_has_in_small_letters_is_no_acronym():
    used = scored("The National Aid Plan (NAP) was made.", "A nap is short.")
    assert spelled_out("nap", used[0].text) == "National Aid Plan"
    assert spelled_out("nap", f"{used[0].text} He took a nap.") == ""
    assert spelled_out("NAP", f"{used[0].text} He took a nap.") == "National Aid Plan"
    assert spelled_out("it", "Information Technology (IT) grows.") == ""


def test_an_entry_of_a_glossary_comes_first_and_a_dateline_does_not():
    entries = (
        "CPEC. A corridor.",
        "MNNA. Major non-NATO ally, a status.",
        "SCO. A body of states.",
    )
    text = "\n\n".join((*entries, "TTP. An armed group."))
    blocks = [
        Block(BlockKind.PARAGRAPH, Span(match.start(), match.end()))
        for match in re.finditer(r".+", text)
    ]
    glossary = replace(make_document("glossary.txt", text), blocks=tuple(blocks))
    said, entry = scored("Pakistan got a status of MNNA in 2004.", entries[1])
    for document, block, first in (
        (glossary, blocks[1], entry.text),
        (entry.document, entry.block, said.text),
    ):
        item = replace(entry, document=document, block=block, span=block.span, answer=block.span)
        assert definitions_first([said, item], "What does MNNA mean?")[0].text == first


def test_what_a_thing_without_an_acronym_is():
    is_one = "A treaty is an agreement between states."
    ranked = definitions_first(scored("A treaty was signed.", is_one), "What is a treaty?")
    assert [item.text for item in ranked] == [is_one, "A treaty was signed."]
    other = scored("A treaty was signed.", is_one)
    assert definitions_first(other, "Who signed the treaty?") == other


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("Ten towns met under the Lima Pact, a league of ports that was founded in 1990.", True),
        ("It is a part of the Lima Pact (LP), one of the oldest leagues.", True),
        ("He left the Lima Pact, a day after it was signed.", False),
        ("He left the Lima Pact, a few days after it was signed.", False),
        ("He left the Lima Pact, the League and the Union.", False),
        ("He left the Lima Pact, a move that was praised.", False),
        ("The league of ports, often referred to as the “Lima Pact”, met.", True),
        ('His plan, quickly labelled "Lima Pact", was late.', True),
        ("Ministers called the Lima Pact’s office.", False),
    ],
)
def test_an_apposition_or_a_byname_says_what_a_thing_is(sentence, says):
    ranked = definitions_first(
        scored("He praised the Lima Pact.", sentence), "What is the Lima Pact?"
    )
    assert (ranked[0].text == sentence) is says


def test_a_passage_that_spells_the_acronym_out_is_among_those_found(tmp_path):
    parts = [
        f"# Part {n}\n\nThe SCO did this and that in {n}. It was good for all." for n in range(9)
    ]
    first = (
        "# Start\n\nIn the old days the Shanghai Cooperation Organisation (SCO) was set up by five."
    )
    tails = [" ".join(f"Word{n}x{k} followed in turn." for k in range(16)) for n in range(10)]
    texts = [f"{part} {tail}" for part, tail in zip([first, *parts], tails, strict=True)]
    (tmp_path / "a.md").write_text("\n\n".join(texts))
    settings, embedder, store = Settings(), HashingEmbedder(), MemoryStore()
    update_index(store, [tmp_path], settings, embedder)
    with store.snapshot() as snapshot:
        for count in (2, 4):
            found = search(snapshot, embedder, "What is the SCO?", settings.retrieval, count=count)
            assert len(found) == count
            assert sum("Organisation (SCO)" in hit.chunk.text for hit in found) == 1
        plain = search(snapshot, embedder, "What did the SCO do?", settings.retrieval, count=2)
        assert not any("Organisation (SCO)" in hit.chunk.text for hit in plain)
