"""Follow-up questions."""

from __future__ import annotations

import pytest

from rag.conversation import standalone
from rag.types import Answer, Citation, IndexStamp, Metadata, Sentence, Span, Status, Turn


def turn(
    question: str, short: str | None = None, text: str = "", author: str | None = None
) -> Turn:
    citation = Citation(1, "a.txt", Metadata(author=author), None, Span(0, 1), "q", "0", 1.0)
    answer = Answer(
        question=question,
        standalone_question=question,
        status=Status.ANSWERED,
        sentences=(Sentence(text or "A sentence.", (1,)),),
        citations=(citation,),
        passages=(),
        confidence=1.0,
        index=IndexStamp("i", 1, "0"),
        short_answer=short,
    )
    return Turn(question, answer)


ANNOUNCED = turn("When was the Islamic Military Counter Terrorism Coalition announced?", "2015")
COMMANDS = turn("Who commands the IMCTC?", "Raheel Sharif")
JOINED = turn("When did Pakistan join the IMCTC?", "January 2016")
MEMBERS = turn("How many members does the coalition have?", "41")
SEAT = turn("Where are the headquarters of the alliance?", "Riyadh")
WROTE = turn("Who wrote the column about Islamabad's hopes?", "Dr. Simbal Khan")
BORDER = turn("How long was the border in 2015?")


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        ([], "Why?", "Why?"),
        ([JOINED], "Why?", "Why did Pakistan join the IMCTC?"),
        ([JOINED], "and why", "Why did Pakistan join the IMCTC?"),
        ([MEMBERS], "since when?", "Since when does the coalition have?"),
        ([JOINED], "What about Iran?", "When did Iran join the IMCTC?"),
        ([JOINED], "And Iran?", "When did Iran join the IMCTC?"),
        ([MEMBERS], "And NATO?", "How many members does NATO have?"),
        ([BORDER], "And in 2017?", "How long was the border in 2017?"),
        (
            [ANNOUNCED],
            "And when did Pakistan join it?",
            "When did Pakistan join Islamic Military Counter Terrorism Coalition?",
        ),
        (
            [COMMANDS],
            "What did he say about its objective?",
            "What did Raheel Sharif say about IMCTC's objective?",
        ),
        (
            [WROTE],
            "For how long has she worked in her field?",
            "For how long has Dr. Simbal Khan worked in her field?",
        ),
        ([MEMBERS], "Who leads it?", "Who leads the coalition?"),
        ([SEAT], "Who works there?", "Who works in Riyadh?"),
        ([COMMANDS, JOINED], "When did he take over?", "When did Raheel Sharif take over?"),
    ],
)
def test_a_follow_up_becomes_self_contained(history, question, expected):
    assert standalone(question, history) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How many countries did Global Firepower rank in 2021?",
        "What is the population of Karachi?",
        "Is there a treaty between Iran and Iraq?",
        "List the member states of the Shanghai Cooperation Organisation",
    ],
)
def test_a_change_of_topic_carries_nothing_over(question):
    assert standalone(question, [COMMANDS, MEMBERS]) == question
