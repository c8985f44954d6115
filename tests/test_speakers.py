"""Questions for somebody's words are answered with these."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.speakers import (
    asked_of_voices,
    author_asked_for,
    authors_named,
    by_speaker,
    speaker_asked_for,
    topic_of,
)
from rag.types import Metadata
from tests.test_near_misses import candidate


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("How does Hokayem describe the coalition?", "hokayem"),
        ("What did Mahmood and Javaid (2021) point out?", "javaid"),
        ("According to Kamal, what does the coalition lack?", "kamal"),
        ("What is Moghul's main criticism of the coalition?", "moghul"),
        ("In the view of Markey, whom does it serve?", "markey"),
        ("What did Defence Minister Khawaja Asif argue?", "asif"),
        ("What did Pakistan's minister Khawaja Asif argue?", "asif"),
        ("How does India view the proposal?", None),
        ("What does Saudi Arabia say?", None),
        ("When did Hokayem join the institute?", None),
        ("Who describes the coalition?", None),
        ("Summarise what was said.", None),
    ],
)
def test_whose_words_are_asked_for(question, speaker):
    assert speaker_asked_for(question) == speaker


def scored(*sentences):
    """Candidates of falling score, each with the words before it."""
    return [
        replace(candidate(sentence, before=before), score=0.9 - 0.1 * number)
        for number, (before, sentence) in enumerate(sentences)
    ]


QUESTION = "How does Hokayem describe the coalition?"
OTHER = ("", "Riedel (2018) describes the coalition as fragile.")
CITED = ("", "The coalition was a mechanism of leadership (Hokayem, 2017).")
SAID = ("", "Hokayem (2017) describes the coalition as an attempt at dominance.")
POINTING = ("Hokayem was sceptical.", "He called the coalition a name without an army.")
NOBODY = ("", "The coalition has its seat in Riyadh.")


def texts(found):
    return [item.text for item in found]


def test_their_own_words_come_before_works_in_brackets_and_others_are_left_out():
    found = by_speaker(scored(OTHER, CITED, SAID, POINTING, NOBODY), QUESTION)
    assert texts(found) == [SAID[1], POINTING[1], CITED[1]]
    assert [round(item.score, 2) for item in found] == [0.7, 0.6, 0.48]


def test_one_who_is_only_mentioned_comes_after_one_who_speaks():
    mentioned = ("", "Hokayem visited the coalition.")
    said = ("", "The coalition, according to Hokayem, is weak.")
    assert texts(by_speaker(scored(mentioned, said), QUESTION)) == [said[1], mentioned[1]]


def test_an_author_speaks_where_the_text_reports_nobody_else():
    own, reported = scored(NOBODY, OTHER)
    document = replace(own.document, metadata=Metadata(author="Emile Hokayem"))
    mine = [replace(item, document=document) for item in (own, reported)]
    assert by_speaker(mine[:1], QUESTION) == mine[:1]
    assert by_speaker([mine[1], own, mine[0]], QUESTION) == [mine[0]]


def test_an_author_of_the_same_surname_is_another_person():
    own, _ = scored(NOBODY, OTHER)
    document = replace(own.document, metadata=Metadata(author="Emile Hokayem"))
    theirs = replace(own, document=replace(document, metadata=Metadata(author="Rita Hokayem")))
    mine = replace(own, document=document)
    asked = "What does Emile Hokayem say about it?"
    assert author_asked_for(asked, "Dr. Emile Hokayem") == {"dr", "emil", "hokayem"}
    assert author_asked_for(asked, "Rita Hokayem") == frozenset()
    assert author_asked_for("Where is Emile Hokayem?", "Emile Hokayem") == frozenset()
    both = "Rita Hokayem and Emile Khan"
    assert author_asked_for(asked, both) == frozenset()
    assert author_asked_for(asked, "Ali Raza, E. Hokayem") == {"e", "hokayem"}
    titled = "How does Professor Hokayem describe it?"
    assert author_asked_for(titled, "Emile Hokayem") == {"emil", "hokayem"}
    assert by_speaker([theirs, mine], asked) == [mine]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What does Khan say about Iran?", "What is said about Iran?"),
        ("How does Simbal Khan describe it?", "How does the author describe it?"),
        ("What does Khan fear?", "What does the author fear?"),
        ("What does Khan say about Imran Khan?", "What is said about Imran Khan?"),
        ("What does Iqbal say about Iran?", "What does Iqbal say about Iran?"),
        ("When did Khan join?", "When did Khan join?"),
    ],
)
def test_a_text_is_asked_what_its_author_says_without_the_name(question, asked):
    own, _ = scored(NOBODY, OTHER)
    document = replace(own.document, metadata=Metadata(author="Dr. Simbal Khan"))
    assert asked_of_voices(question, document, own.span) == asked


def test_authors_are_named_in_questions_about_their_works():
    authors = "Ngozi Okafor, Peter Haldvig"
    both = authors_named("Who paid for Okafor and Haldvig's study?", authors)
    assert both == {"ngozi", "okafor", "peter", "haldvig"}
    assert authors_named("Who paid for Okafor's study?", authors) == {"ngozi", "okafor"}
    assert authors_named("Does N. Okafor's study say so?", authors) == {"ngozi", "okafor"}
    assert authors_named("Who paid for Emeka Okafor's study?", authors) == frozenset()
    assert authors_named("Who paid for Peter's study?", authors) == frozenset()
    assert authors_named("Who paid for Okafor's study?", None) == frozenset()


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What does Khan say about Iran?", "What about Iran?"),
        ("According to Khan, why did it fail?", ", why did it fail?"),
        ("What is Khan's view?", "What is Khan's view?"),
        ("What does India say about Iran?", "What does India say about Iran?"),
        ("When did Khan join?", "When did Khan join?"),
    ],
)
def test_what_somebody_is_asked_about_is_searched_for_without_the_name(question, topic):
    assert topic_of(question) == topic


def test_nothing_changes_where_nobody_is_asked_about_or_says_anything():
    ranked = scored(OTHER, CITED, NOBODY)
    assert by_speaker(ranked, "What is the coalition?") == ranked
    assert by_speaker(ranked, "How does Fair describe the coalition?") == ranked


def test_analysts_are_no_name():
    ranked = scored(("", "Analysts argue that it is weak (Hokayem, 2017; Fair, 2018)."), OTHER)
    assert by_speaker(ranked, QUESTION)[0].score == pytest.approx(0.9 * 0.6)


def test_who_speaks_for_a_body_or_a_state_comes_first_and_others_stay():
    wide = ("", "Moscow rejected the coalition.")
    own = ("", "Kremlin spokesman Ivan Orlov called the coalition a name.")
    union = ("", "The coalition is weak, said Nils Aas, spokesman for the Harbour Union.")
    for question in ("What did the Kremlin say?", "What does Russia think of the coalition?"):
        found = by_speaker(scored(own, wide, union), question)
        assert [round(item.score, 2) for item in found] == [0.9, 0.64, 0.56]
    asked = "What did the Harbour Union say about the coalition?"
    assert texts(by_speaker(scored(own, wide, union), asked)) == [own[1], union[1], wide[1]]
    assert texts(by_speaker(scored(wide, own), "What did Orlov say?")) == [own[1]]
    asked = "What did Tidewater say about the coalition?"
    tidewater = ("", "Tidewater spokeswoman Ida Cole said that it leaks.")
    assert texts(by_speaker(scored(own, tidewater), asked)) == [tidewater[1]]
