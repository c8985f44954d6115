"""Follow-up questions."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from rag.conversation import standalone
from rag.types import Answer, Citation, IndexStamp, Metadata, Sentence, Span, Status, Turn
from rag.wording.kinds import names

CONVERSATIONS = [
    json.loads(line)
    for line in (Path(__file__).parent / "follow_ups.jsonl").read_text("utf-8").splitlines()
]
"""Conversations of our own. ``expected`` are the good wordings of the last question, the question
itself if it needs nothing; ``contains`` and ``lacks`` what another wording must and must not say.
The rules were written with the development half before them, the test half unseen."""


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


def rewritten(conversation: dict) -> str:
    history = [
        turn(item["question"], item.get("short_answer"), item.get("text", ""), item.get("author"))
        for item in conversation["history"]
    ]
    return standalone(conversation["question"], history)


def normalised(text: str) -> str:
    text = re.sub(r"^(?:and|but|so|then|now|also)\b", "", text.casefold().replace("’", "'"))
    return " ".join(re.sub(r"[^\w\s']|\b(?:an?|the)\b", " ", text).split())


def is_exact(conversation: dict, got: str) -> bool:
    return normalised(got) in {normalised(wording) for wording in conversation["expected"]}


def is_right(conversation: dict, got: str) -> bool:
    """Whether the right things are named and no wrong ones, however it is worded."""
    if is_exact(conversation, got) or conversation["question"] in conversation["expected"]:
        return is_exact(conversation, got)
    said = normalised(got)
    return all(normalised(part) in said for part in conversation.get("contains", ())) and not any(
        normalised(part) in said
        for part in [*conversation.get("lacks", ()), conversation["question"]]
    )


def share(split: str, measure) -> float:
    conversations = [item for item in CONVERSATIONS if item["split"] == split]
    return sum(measure(item, rewritten(item)) for item in conversations) / len(conversations)


@pytest.mark.parametrize(
    ("split", "exact", "right"), [("development", 0.98, 0.98), ("test", 0.93, 0.94)]
)
def test_follow_ups_are_completed_as_a_reader_would(split, exact, right):
    assert share(split, is_exact) >= exact
    assert share(split, is_right) >= right


def test_the_conversations_are_split_in_halves_and_many_need_nothing():
    assert len(CONVERSATIONS) == 202
    assert sum(item["split"] == "test" for item in CONVERSATIONS) == 100
    assert sum(item["question"] in item["expected"] for item in CONVERSATIONS) == 55


@pytest.mark.parametrize(
    "conversation",
    [item for item in CONVERSATIONS if item["question"] in item["expected"]],
    ids=lambda conversation: conversation["question"],
)
def test_a_question_that_needs_nothing_is_not_touched(conversation):
    assert rewritten(conversation) == conversation["question"]


ANNOUNCED = turn("When was the Islamic Military Counter Terrorism Coalition announced?", "2015")
OFFICE = turn("Who is Raheel Sharif?", "the first commander-in-chief of the IMCTC")
COMMANDS = turn("Who commands the IMCTC?", "Raheel Sharif")
JOINED = turn("When did Pakistan join the IMCTC?", "January 2016")
MEMBERS = turn("How many members does the coalition have?", "41")
SEAT = turn("Where are the headquarters of the alliance?", "Riyadh")
BASED = turn("Where is the IMCTC based?", "Riyadh")
UNION = turn("How large was the union in 1990?")
WROTE = turn("Who wrote the column about Islamabad's hopes?", "Dr. Simbal Khan")
UNNAMED = turn("Who wrote the column about Islamabad's hopes?")
BORDER = turn("How long was the border in 2015?")
DIRECTS = turn("Who is the executive director of the Sanober Institute?", "Dr. Qamar Cheema")
SOLDIERS = turn("How many soldiers has Pakistan committed to the coalition?", "5,000")
OPERATIONS = turn("Which two operations did Pakistan fight?", "Zarb-e-Azb and Radd-ul-Fasaad")
SENT = turn("When did Pakistan send soldiers to Somalia?", "1992")
THREE = turn("Which three courses are open to Pakistan?", "the study and the essay")
COMPARED = turn("Who compared the coalition with NATO?", "Moghul")
FOUNDERS = turn("Which countries joined the EU in 1973?", "Denmark, Ireland and the UK")
ROLE = turn("What is the role of the WHO?")
JOBLESS = turn("What was unemployment in Germany in 2019?", "3.2 %")
GROWTH = turn("What was growth in May 2019 in Germany?")
ARTICLE = turn("What does Article 5 of the treaty provide?")
FELL = turn("When did the bridge collapse?", "14 August 2018")
ISAF = turn("When did the ISAF mission end?", "2014")


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        ([], "Why?", "Why?"),
        ([JOINED], "Why?", "Why did Pakistan join the IMCTC?"),
        ([JOINED], "and why", "Why did Pakistan join the IMCTC?"),
        ([MEMBERS], "since when?", "Since when does the coalition have 41 members?"),
        ([COMMANDS], "Since when?", "Since when does Raheel Sharif command the IMCTC?"),
        ([JOINED], "What about Iran?", "When did Iran join the IMCTC?"),
        ([JOINED], "The same for Iran?", "When did Iran join the IMCTC?"),
        ([JOINED], "How many members does it have?", "How many members does the IMCTC have?"),
        (
            [JOINED],
            "How many members does it now have?",
            "How many members does the IMCTC now have?",
        ),
        ([JOINED], "When was it announced?", "When was the IMCTC announced?"),
        ([JOINED], "Where is it based?", "Where is the IMCTC based?"),
        ([JOINED], "When was it attacked?", "When was Pakistan attacked?"),
        ([JOINED], "What headquarters has it got?", "What headquarters has the IMCTC got?"),
        ([JOINED], "What population does it have?", "What population does Pakistan have?"),
        ([JOINED], "And Iran?", "When did Iran join the IMCTC?"),
        ([JOINED], "And the SCO?", "When did Pakistan join the SCO?"),
        ([JOINED], "And when did Iran join?", "When did Iran join the IMCTC?"),
        ([MEMBERS], "And NATO?", "How many members does NATO have?"),
        ([BORDER], "And in 2017?", "How long was the border in 2017?"),
        (
            [ANNOUNCED],
            "And when did Pakistan join it?",
            "When did Pakistan join the Islamic Military Counter Terrorism Coalition?",
        ),
        (
            [COMMANDS],
            "What did he say about its objective?",
            "What did Raheel Sharif say about the IMCTC's objective?",
        ),
        (
            [WROTE],
            "For how long has she worked in her field?",
            "For how long has Dr. Simbal Khan worked in her field?",
        ),
        ([MEMBERS], "Who leads it?", "Who leads the coalition?"),
        ([SEAT], "Who works there?", "Who works in Riyadh?"),
        ([COMMANDS, JOINED], "When did he take over?", "When did Raheel Sharif take over?"),
        ([DIRECTS], "And its chairman?", "Who is the chairman of the Sanober Institute?"),
        ([COMPARED], "What was absent, in his eyes?", "What was absent, in Moghul's eyes?"),
        (
            [MEMBERS],
            "How many of those are in Africa?",
            "How many of the members of the coalition are in Africa?",
        ),
        (
            [SOLDIERS],
            "Who reports this figure?",
            "Who reports the number of soldiers that Pakistan has committed to the coalition?",
        ),
        ([JOINED], "Who said so?", "Who said that Pakistan joined the IMCTC in January 2016?"),
        ([COMMANDS], "Is that official?", "Is it official that Raheel Sharif commands the IMCTC?"),
        ([OPERATIONS], "When did the second one begin?", "When did Radd-ul-Fasaad begin?"),
        (
            [ISAF],
            "Who took over responsibility then?",
            "Who took over responsibility when the ISAF mission ended?",
        ),
        (
            [SENT],
            "How many soldiers did it lose there?",
            "How many soldiers did Pakistan lose in Somalia?",
        ),
        ([SENT, SEAT], "How many people work there?", "How many people work in Riyadh?"),
        ([MEMBERS], "And later?", "How many members does the coalition have later?"),
        (
            [THREE],
            "What is the second one?",
            "What is the second of the three courses that are open to Pakistan?",
        ),
        ([MEMBERS], "Thanks. Who leads it?", "Who leads the coalition?"),
        ([MEMBERS], "Thank you very much! Who leads it?", "Who leads the coalition?"),
        ([MEMBERS], "OK: and NATO?", "How many members does NATO have?"),
        ([JOINED], "Great. Why?", "Why did Pakistan join the IMCTC?"),
        ([ROLE], "How about the IMF?", "What is the role of the IMF?"),
        ([ROLE], "Who leads it?", "Who leads the WHO?"),
        ([turn("What is the role of the IMF?")], "And the WHO?", "What is the role of the WHO?"),
        ([JOBLESS], "And in France?", "What was unemployment in France in 2019?"),
        ([JOBLESS], "And in 2020?", "What was unemployment in Germany in 2020?"),
        ([JOBLESS], "And in early 2020?", "What was unemployment in Germany in early 2020?"),
        ([JOBLESS], "And in March?", "What was unemployment in Germany in March?"),
        ([BORDER], "And in Iran?", "How long was the border in 2015 in Iran?"),
        ([GROWTH], "And in France?", "What was growth in May 2019 in France?"),
        ([GROWTH], "And in June 2020?", "What was growth in June 2020 in Germany?"),
        ([GROWTH], "And in early June?", "What was growth in early June in Germany?"),
        (
            [turn("When was the letter signed by Theresa May?")],
            "And by Boris Johnson?",
            "When was the letter signed by Boris Johnson?",
        ),
        (
            [turn("How many people lived in Rome in the 19th century?")],
            "And in Milan?",
            "How many people lived in Milan in the 19th century?",
        ),
        ([ARTICLE], "And Article 6?", "What does Article 6 of the treaty provide?"),
        ([ARTICLE], "What about Article 42.7?", "What does Article 42.7 of the treaty provide?"),
        ([ARTICLE], "Who wrote it?", "Who wrote Article 5 of the treaty?"),
        (
            [turn("How many seats has the Boeing 747?")],
            "And the Airbus A380?",
            "How many seats has the Airbus A380?",
        ),
        (
            [turn("Who won the World Cup 2018?")],
            "And the World Cup 2022?",
            "Who won the World Cup 2022?",
        ),
        ([turn("Who won Euro 2016?")], "And Euro 2020?", "Who won Euro 2020?"),
        (
            [turn("What does Resolution 2249 of the Council say?")],
            "And Resolution 1373?",
            "What does Resolution 1373 of the Council say?",
        ),
        ([FELL], "Why did it happen?", "Why did the bridge collapse?"),
        ([FELL], "And where did it occur?", "Where did the bridge collapse?"),
        ([FELL], "Did it happen at night?", "Did the bridge collapsing happen at night?"),
        (
            [turn("Who won the World Cup in Berlin?", "Italy")],
            "When did it happen?",
            "When did Italy win the World Cup in Berlin?",
        ),
        (
            [turn("When did the accident close the road?")],
            "Why did it happen?",
            "Why did the accident happen?",
        ),
        ([turn("When was the war?", "1999")], "Why did it happen?", "Why did the war happen?"),
        (
            [turn("What caused the explosion?", "gas")],
            "When did it happen?",
            "When did the explosion happen?",
        ),
        ([FOUNDERS], "When did the first begin?", "When did Denmark begin?"),
        (
            [FOUNDERS],
            "Who led the first of them?",
            "Who led the first of the countries that joined the EU in 1973?",
        ),
        ([COMMANDS], "Tell me more", "Tell me more about Raheel Sharif"),
        ([JOINED], "Tell me more", "Tell me more about when Pakistan joined the IMCTC"),
        ([OFFICE], "How many members does it have?", "How many members does the IMCTC have?"),
        ([OFFICE], "When was he appointed?", "When was Raheel Sharif appointed?"),
        ([SOLDIERS, BASED], "Why did it join?", "Why did Pakistan join the IMCTC?"),
        ([JOINED, BASED], "Will it leave?", "Will Pakistan leave the IMCTC?"),
        ([BASED], "Why did it join?", "Why did the IMCTC join?"),
        ([MEMBERS], "Why did it join?", "Why did the coalition join?"),
        ([SENT, UNION], "Why did it join the strike?", "Why did the union join the strike?"),
    ],
)
def test_a_follow_up_becomes_self_contained(history, question, expected):
    assert standalone(question, history) == expected


@pytest.mark.parametrize(
    ("history", "question"),
    [
        ([COMMANDS], "When did Iran say that it would join?"),
        ([COMMANDS], "It is said that Oman hesitated; who said it?"),
        ([COMMANDS], "Is it true that the coalition has its seat in Riyadh?"),
        ([COMMANDS], "What is inflation?"),
        ([WROTE], "Which scientist gave her name to a unit?"),
        ([MEMBERS], "And when did the Soviet Union collapse?"),
        ([SEAT], "Is there a treaty between Iran and Iraq?"),
        ([MEMBERS], "How old is he?"),
        ([JOINED], "IMCTC command structure"),
        ([JOINED], "Thanks. What is inflation?"),
        ([BORDER], "When did the last one begin?"),
        ([FOUNDERS], "When did the first of the oil shocks begin?"),
        ([FOUNDERS], "What was the first in a series of oil shocks?"),
    ],
)
def test_in_doubt_a_question_is_left_as_it_is(history, question):
    assert standalone(question, history) == question


def test_an_acronym_that_is_spelled_like_a_common_word_is_a_name():
    assert names("What does the WHO tell its IT board?") == ["WHO", "IT"]
    assert names("Did A. Smith ask Why it failed?") == ["Smith"]
    assert names("WHO leads it?") == []
    assert names("WHAT IS THE ROLE OF IRAN?") == ["ROLE OF IRAN"]


def test_a_number_belongs_to_the_name_that_it_follows():
    assert names("Does Article 5 or World War 2 matter?") == ["Article 5", "World War 2"]
    assert names("Did Iran 5,000 or Iraq 20 times or Oman in 1990?") == ["Iran", "Iraq", "Oman"]
    assert names("Who won Euro 2016?") == ["Euro"]
    assert names("What is Article 5 of the Treaty of Rome?") == ["Article 5", "Treaty of Rome"]


def test_gold_questions_after_one_another_stay_as_they_are():
    gold = Path(__file__).parents[1] / "eval" / "gold"
    rows = [
        json.loads(line)
        for name in ("corpus.jsonl", "seeds.jsonl")
        for line in (gold / name).read_text("utf-8").splitlines()
    ]
    whole = [row for row in rows if not row.get("history")]
    changed = [
        (earlier["question"], row["question"], got)
        for earlier, row in pairwise(whole)
        if (got := standalone(row["question"], [turn(earlier["question"])])) != row["question"]
    ]
    assert len(whole) > 200
    assert len(changed) <= 0.01 * len(whole), changed


def test_an_answer_that_cannot_be_a_person_does_not_become_one():
    wrong = turn("Who proposed the pact?", "observers, quick to call it a pact")
    assert standalone("When did he resign?", [wrong]) == (
        "When did the one who proposed the pact resign?"
    )
    assert standalone("When did he do so?", [wrong]) == (
        "When did the one who proposed the pact do so?"
    )
    assert standalone("What was absent, in his eyes?", [wrong]) == (
        "What was absent, in the eyes of the one who proposed the pact?"
    )
    assert standalone("When was she born?", [UNNAMED]) == (
        "When was the one who wrote the column about Islamabad's hopes born?"
    )


def test_the_author_quoted_can_be_meant():
    told = turn("How does the author judge the pact?", None, "It is a show.", author="H. Moghul")
    assert standalone("What does he say about Iran?", [told]) == (
        "What does H. Moghul say about Iran?"
    )


@pytest.mark.parametrize(
    "question",
    ["?", "it", "And?", "of them", "Why why why?", "their’s it’s", "the second one", "x" * 2000],
)
def test_odd_questions_do_no_harm(question):
    for history in ([COMMANDS], [turn("?", "?")], [turn("of of of", "of")], [turn("Iran")]):
        assert standalone(question, history).strip()
