"""Whose words a sentence is that names nobody, or somebody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.evidence import with_overlap
from rag.speakers import asked_of_voices, by_speaker, speaker_terms, terms_of_voices
from rag.types import Metadata, Span
from rag.voices import is_said_by, question_before
from tests.test_evidence import OneDocument
from tests.test_near_misses import candidate

INTERVIEW = """A talk with Ann Bell, who has run the harbour since 2019.

Nils Aas: What went well last year?

Ann Bell: The cranes did. They never stopped.

NA: Would you sell the lighthouse?

AB: A lighthouse is no shop. We keep it.

It costs us little.

NA: And the old ferry?

AB: The ferry goes. Mayor Ida Cole says that it is rust.

Read more in the next issue."""


def said(before, sentence, speaker):
    item = candidate(sentence, before=before)
    return is_said_by(item.document, item.span, item.text, speaker)


@pytest.mark.parametrize(
    ("before", "sentence", "speaker", "expected"),
    [
        ("Hokayem was sceptical.", "He calls it a name.", "hokayem", True),
        (
            "Ivo Cass slept, says Ann Bell. The mayor, Ida Cole, denies it.",
            "She has a plan.",
            "bell",
            False,
        ),
        (
            "Ivo Cass slept, says Ann Bell. The mayor, Ida Cole, denies it.",
            "She has a plan.",
            "cole",
            True,
        ),
        (
            "Ann Bell asked. Ida Cole smiled at the Red Cross.",
            "She called it a trap.",
            "bell",
            False,
        ),
        (
            "Ida Cole smiled. The Red Cross and Saudi Arabia came.",
            "She called it a trap.",
            "cole",
            True,
        ),
        ("Mr. Cole doubts it.", "She called it a trap.", "cole", False),
        ("Mr. Cole doubts it.", "He called it a trap.", "cole", True),
        ("Ida Cole stopped the ferry.", "“It was rust,” she recalls.", "cole", True),
        ("Ida Cole stopped the ferry.", "“It was rust,” she recalls.", "bell", False),
        ("“It was rust,” says Ida Cole.", "“We had no choice.”", "cole", True),
        ("“It was rust,” says Ida Cole.", "“We had no choice.”", "bell", False),
        ("Ida Cole stopped it. “It was rust,” she says.", "“We had no choice.”", "cole", True),
        ("Ida Cole stopped the ferry.", "The ferry was old.", "cole", None),
    ],
)
def test_a_pronoun_is_for_the_one_named_last(before, sentence, speaker, expected):
    assert said(before, sentence, speaker) is expected


def in_interview(sentence, text=INTERVIEW, metadata=None):
    item = candidate(text)
    document = replace(item.document, metadata=metadata or Metadata())
    span = Span(text.index(sentence), text.index(sentence) + len(sentence))
    return replace(item, document=document, span=span, text=sentence, score=0.5)


def spoken(item, speaker):
    return is_said_by(item.document, item.span, item.text, speaker)


@pytest.mark.parametrize(
    ("sentence", "bell", "aas"),
    [
        ("They never stopped.", True, False),
        ("We keep it.", True, False),
        ("It costs us little.", True, False),
        ("NA: Would you sell the lighthouse?", False, True),
        ("Mayor Ida Cole says that it is rust.", False, False),
        ("Read more in the next issue.", None, None),
    ],
)
def test_an_interview_has_turns_of_names_and_initials(sentence, bell, aas):
    item = in_interview(sentence)
    assert (spoken(item, "bell"), spoken(item, "aas")) == (bell, aas)


def test_turns_are_marked_by_surnames_spaced_initials_and_letters_too():
    surnames = INTERVIEW.replace("AB:", "Bell:").replace("NA:", "Aas:")
    assert spoken(in_interview("We keep it.", surnames), "bell") is True
    spaced = INTERVIEW.replace("AB:", "A. B.:")
    assert spoken(in_interview("We keep it.", spaced), "bell") is True
    letters = INTERVIEW.replace("AB:", "A:").replace("NA:", "Q:")
    by_aas = Metadata(author="Nils Aas")
    assert spoken(in_interview("We keep it.", letters), "bell") is True
    asks = in_interview("Q: Would you sell the lighthouse?", letters, by_aas)
    assert (spoken(asks, "aas"), spoken(asks, "bell")) == (True, False)
    unknown = INTERVIEW.replace("AB:", "XY:")
    assert spoken(in_interview("We keep it.", unknown), "bell") is None


def test_a_note_or_a_contact_is_no_turn():
    text = "Ann Bell runs it.\n\nNote: It is old.\n\nContact: Ida Cole.\n\nNote: It leaks."
    assert spoken(in_interview("It leaks.", text), "bell") is None


def test_an_interviewee_answers_and_the_passage_is_asked_without_the_name():
    question = "What does Ann Bell say about the lighthouse?"
    kept, mayor = in_interview("We keep it."), in_interview("Mayor Ida Cole says that it is rust.")
    assert by_speaker([mayor, kept], question) == [kept]
    assert (
        asked_of_voices(question, kept.document, kept.span) == "What is said about the lighthouse?"
    )
    of_cole = "What does Ida Cole say about the lighthouse?"
    assert asked_of_voices(of_cole, kept.document, kept.span) == of_cole
    assert {"ann", "bell", "lighthous"} <= speaker_terms(question, kept)
    assert speaker_terms("How old is the lighthouse?", kept) == frozenset()
    assert speaker_terms(question, mayor) == frozenset()
    document, start = kept.document, kept.span.start
    assert terms_of_voices(question, document, Span(start, start + 5)) == {"ann", "bell"}
    end = len(document.text)
    assert terms_of_voices(question, document, Span(end - 8, end)) == frozenset()


UNLABELLED = """Cranes and lighthouses
Harbour Magazine, 12 November 2016

Ann Bell, 51, has run the harbour since 2019. She spoke to Nils Aas.

What went well last year?

The cranes did. They never stopped.

Would you sell the lighthouse?

A lighthouse is no shop. We keep it.

It costs us little."""


def test_an_interview_may_have_its_questions_as_paragraphs_and_no_labels():
    kept = in_interview("We keep it.", UNLABELLED)
    assert (spoken(kept, "bell"), spoken(kept, "aas")) == (True, False)
    assert spoken(in_interview("Would you sell the lighthouse?", UNLABELLED), "bell") is None
    question = "What does Ann Bell say about the lighthouse?"
    assert (
        asked_of_voices(question, kept.document, kept.span) == "What is said about the lighthouse?"
    )
    assert question_before(kept.document, kept.span.start) == "Would you sell the lighthouse?"
    guest = UNLABELLED.replace("Ann Bell, 51,", "Interview: Ann Bell, mayor, who").replace(
        "She", "He"
    )
    assert spoken(in_interview("We keep it.", guest), "bell") is True


def test_questions_that_an_explainer_answers_are_nobodys():
    explained = UNLABELLED.replace("She spoke to Nils Aas.", "She talks little.")
    assert spoken(in_interview("We keep it.", explained), "bell") is None


def test_what_was_asked_before_is_answered_by_the_turn():
    kept, led = in_interview("We keep it."), in_interview("They never stopped.")
    assert question_before(kept.document, kept.span.start) == "Would you sell the lighthouse?"
    assert question_before(kept.document, 3) == ""
    assert question_before(led.document, led.span.start) == "What went well last year?"
    question = "What does Ann Bell say about the lighthouse?"
    [answer, other] = with_overlap([kept, led], question, OneDocument(kept.document))
    assert (answer.overlap, other.overlap) == pytest.approx((0.75, 0.5))
