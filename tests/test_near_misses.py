"""Sentences that say nearly what is asked answer nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.evidence import Candidate
from rag.near_misses import without_near_misses
from rag.questions import classify
from rag.types import Block, BlockKind, Chunk, Hit, Metadata, Scores, Span
from tests.conftest import make_document

BORDER = "Pakistan shares a nearly 1,000-kilometre border with Iran."


def candidate(sentence, answer=None, *, before="", name="a.txt"):
    """The *sentence* after the words *before* in a document that is one passage."""
    text = f"{before} {sentence}" if before else sentence
    document = make_document(name, text)
    whole, start = Span(0, len(text)), len(text) - len(sentence)
    hit = Hit(1, Chunk(1, name, whole, text), Scores())
    marked = None
    if answer is not None:
        first = text.index(answer, start)
        marked = Span(first, first + len(answer))
    return Candidate(
        hit,
        document,
        Block(BlockKind.PARAGRAPH, whole),
        Span(start, len(text)),
        sentence,
        answer=marked,
    )


def is_kept(question, *arguments, **options):
    item = candidate(*arguments, **options)
    return without_near_misses([item], question, classify(question)) == [item]


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("How long is the border between Pakistan and Afghanistan?", BORDER, "1,000-kilometre"),
        ("How many troops has Turkey promised?", "Pakistan promised 5,000 troops.", "5,000"),
        ("When did Finland join NATO?", "Sweden joined NATO in 2024.", "2024"),
        (
            "Is Iran a member?",
            "It is a link between Saudi Arabia and other members.",
            "Saudi Arabia and other members",
        ),
    ],
)
def test_what_is_said_of_another_state_is_left_out(question, sentence, answer):
    assert not is_kept(question, sentence, answer)


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("How long is the border between Pakistan and Iran?", BORDER, "1,000-kilometre"),
        ("How long is Islamabad's border with Tehran?", BORDER, "1,000-kilometre"),
        ("How many troops has Turkey promised?", "The government promised 5,000 troops.", "5,000"),
        ("Which ally did Turkey name first?", "The first to be named was Pakistan.", "Pakistan"),
        (
            "Which countries besides Pakistan are members?",
            "Members are Russia and China.",
            "Russia",
        ),
        ("Compare how India and China would react.", "China would stay neutral.", "neutral"),
        ("Which country does Turkey fear?", "It was Russia that they feared in Ankara.", "Russia"),
    ],
)
def test_what_is_said_of_the_state_or_answers_with_one_is_kept(question, sentence, answer):
    assert is_kept(question, sentence, answer)


def test_a_sentence_that_points_back_is_about_the_state_before_it():
    question, sentence = "How many troops did Turkey promise?", "It gave 300 more than Qatar."
    assert not is_kept(question, sentence, "300")
    assert is_kept(question, sentence, "300", before="Turkey promised much.")


def test_a_realm_within_a_sentence_is_the_state_before_it():
    question = "How many soldiers did Pakistan send to Saudi Arabia?"
    sentence = "Pakistan sent 1,000 soldiers to the kingdom to guard the Yemeni border."
    assert is_kept(question, sentence, "1,000", before="Saudi Arabia asked for help.")
    assert not is_kept(question, sentence, "1,000", before="Jordan asked for help.")
    government = "Pakistan told the government of Yemen of 1,000 soldiers."
    assert not is_kept(question, government, "1,000", before="Saudi Arabia asked for help.")


def test_what_is_said_of_another_year_is_left_out():
    question = "Which rank did the index give the army in 2021?"
    assert not is_kept(question, "The index put the army in tenth place in 2018.", "tenth")
    assert not is_kept(question, "The index put the army in tenth place.", "tenth")
    assert is_kept(question, "The index put the army in tenth place.", "tenth", before="2021.")
    assert is_kept(question, "The index put the army tenth.", "tenth", name="ranks-2021.txt")
    assert is_kept("What has changed since 2021?", "The army is in tenth place.", "tenth")


@pytest.mark.parametrize(
    ("question", "sentence", "kept"),
    [
        ("What happened in 2017?", "The bloc grew in answer to raids (Holm, 2017).", False),
        ("What happened in 2017?", "Holm (2017) holds that raids made the bloc grow.", False),
        ("What happened in 2017?", "The bloc grew in May 2017 (Holm, 2019).", True),
        ("What happened in 2017?", "Ministers met once (Riyadh, 2017).", True),
        ("What did Holm argue in 2017?", "Holm (2017) holds that raids made it grow.", True),
        ("Which study appeared in 2017?", "Holm (2017) holds that raids made it grow.", True),
    ],
)
def test_the_year_of_a_cited_work_is_not_when_it_happened(question, sentence, kept):
    assert is_kept(question, sentence, sentence.split()[1]) is kept


def test_the_year_can_be_that_of_the_document():
    item = candidate("The index put the army in tenth place.", "tenth")
    dated = replace(item, document=replace(item.document, metadata=Metadata(date="2021-04")))
    question = "Which rank did the army have in 2021?"
    assert without_near_misses([item, dated], question, classify(question)) == [dated]


def test_who_wants_to_do_it_does_not_do_it():
    sentence = "Pakistan is keen to lead the alliance."
    assert not is_kept("Who leads the alliance?", sentence, "Pakistan")
    assert not is_kept("Who leads the alliance?", "Pakistan hoped to lead it.", "Pakistan")
    assert is_kept("Who wants to lead the alliance?", sentence, "Pakistan")
    assert is_kept("Who leads the alliance?", "Pakistan leads the alliance.", "Pakistan")
    minister = "Pakistan won when the minister, Ali, sought to deepen ties with Pakistan."
    assert is_kept("Who was minister when Pakistan won?", minister, "Ali")


def test_a_sentence_without_a_number_says_of_nothing_how_long_it_is():
    question = "How long is the border?"
    assert not is_kept(question, "They share a large porous border.", "large porous")
    assert is_kept(question, "They share forty miles of it.", "forty miles")
    assert not is_kept(question, "There were 80,000 casualties.", "80,000")
    assert is_kept("How long has it been so?", "It has been so since spring.", "spring")
    assert is_kept("How many members left?", "Several members left.", "Several")
    battery = "The battery of the recorder lasts 12 h on a full charge."
    assert is_kept("How long does the battery of the recorder last?", battery, "12 h")
    done = "The ministry has implemented nearly all of the recommendations."
    assert is_kept("How far has the ministry implemented the recommendations?", done, "nearly all")
    assert not is_kept(question, "The s-shaped border has h-beams at 5 posts.", "5 posts")
