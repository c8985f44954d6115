"""What a question asks for."""

from __future__ import annotations

import pytest

from rag.questions import Expected, Form, asks_nothing, classify, offers_choice, wants_yes_or_no
from rag.types import BlockKind


@pytest.mark.parametrize(
    ("question", "form", "expected"),
    [
        ("How many member states does the coalition have?", Form.FACT, Expected.NUMBER),
        ("How long is the border?", Form.FACT, Expected.NUMBER),
        ("When was it announced?", Form.FACT, Expected.DATE),
        ("In what year did Pakistan join?", Form.FACT, Expected.DATE),
        ("Who commands the IMCTC?", Form.FACT, Expected.PERSON),
        ("Who is the commander of the IMCTC?", Form.FACT, Expected.PERSON),
        ("Who is Raheel Sharif?", Form.FACT, Expected.ANY),
        ("who was Mohammed bin Salman", Form.FACT, Expected.ANY),
        ("Where is the seat?", Form.FACT, Expected.PLACE),
        ("Tell me about the coalition.", Form.OPEN, Expected.ANY),
        ("What do you know about Iran?", Form.OPEN, Expected.ANY),
        ("Give me an overview of NATO.", Form.OPEN, Expected.ANY),
        ("What was his attitude to it?", Form.OPEN, Expected.ANY),
        ("What is Iran's stance on the coalition?", Form.OPEN, Expected.ANY),
        ("What is Sharif's position in the coalition?", Form.FACT, Expected.POST),
        ("Which country has the toughest stance on drugs?", Form.FACT, Expected.PLACE),
        ("In which year did Iran change its stance?", Form.FACT, Expected.DATE),
        ("Which minister did not know about the deal?", Form.FACT, Expected.PERSON),
        ("Which city hosts the coalition?", Form.FACT, Expected.PLACE),
        ("What is the name of the ship's first captain?", Form.FACT, Expected.PERSON),
        ("name of its director", Form.FACT, Expected.PERSON),
        ("What is the name of the ship that the captain sold?", Form.FACT, Expected.ANY),
        ("By what vote did it pass?", Form.FACT, Expected.NUMBER),
        ("At what age did he resign?", Form.FACT, Expected.NUMBER),
        ("What rank did he hold?", Form.FACT, Expected.POST),
        ("What rank did it get in the 2021 ranking?", Form.FACT, Expected.ANY),
        ("Which model does Asif propose?", Form.FACT, Expected.ANY),
        ("Which countries make up the SCO?", Form.LIST, Expected.ANY),
        ("List the tasks of the centre.", Form.LIST, Expected.ANY),
        ("Name the three motives.", Form.LIST, Expected.ANY),
        ("What are the coalition's domains?", Form.LIST, Expected.ANY),
        ("Why was Iran left out?", Form.OPEN, Expected.ANY),
        ("How does the alliance differ from NATO?", Form.OPEN, Expected.ANY),
        ("Compare the two blocs.", Form.OPEN, Expected.ANY),
        ("Summarise the criticism.", Form.OPEN, Expected.ANY),
        ("How tall was King John?", Form.FACT, Expected.NUMBER),
        ("How often do they meet?", Form.FACT, Expected.ANY),
        ("How is it paid for?", Form.OPEN, Expected.ANY),
        ("At which think tank does she work?", Form.FACT, Expected.ANY),
        ("What do they think?", Form.OPEN, Expected.ANY),
        ("Which chemical that can cause a rash is in it?", Form.FACT, Expected.ANY),
        ("What causes the rash?", Form.OPEN, Expected.ANY),
        ("What does Khan say about Iran?", Form.OPEN, Expected.ANY),
        ("In what order are they built?", Form.OPEN, Expected.ANY),
        ("Which two provinces are worst hit?", Form.LIST, Expected.ANY),
        ("What aims did the report set?", Form.LIST, Expected.ANY),
        ("Which prizes does it give out?", Form.LIST, Expected.ANY),
        ("Which company manufactures the phone?", Form.FACT, Expected.ANY),
        ("Which scholar observes that it is weak?", Form.FACT, Expected.ANY),
        ("What did the ships of war attack?", Form.FACT, Expected.ANY),
        ("Which years were worst?", Form.FACT, Expected.DATE),
        ("What happens in the valley?", Form.FACT, Expected.ANY),
        ("What means of transport is used?", Form.FACT, Expected.ANY),
        ("How heavy-handed was the answer?", Form.OPEN, Expected.ANY),
        ("Which think-tank wrote it?", Form.FACT, Expected.ANY),
        ("What breaks when it freezes?", Form.FACT, Expected.ANY),
        ("What makes boards impractical when many are needed?", Form.FACT, Expected.ANY),
        ("Since when has it been so?", Form.FACT, Expected.DATE),
        ("The pact was signed when?", Form.FACT, Expected.DATE),
        ("What is PIPS and who leads it?", Form.FACT, Expected.PERSON),
        ("What do they call the man who wrote it?", Form.FACT, Expected.ANY),
        ("In 2015, who announced it?", Form.FACT, Expected.PERSON),
        ("By whom was it written?", Form.FACT, Expected.PERSON),
        ("How far is the port from the mine?", Form.FACT, Expected.NUMBER),
        ("How far has the plan been carried out?", Form.OPEN, Expected.ANY),
        ("Can you tell me who the governor of the bank is?", Form.FACT, Expected.PERSON),
        ("Could you tell us when it was built?", Form.FACT, Expected.DATE),
        ("Is it known who built it?", Form.FACT, Expected.PERSON),
        ("What metric was used to evaluate the parser?", Form.FACT, Expected.ANY),
        ("Which term does Khan use to describe the bloc?", Form.FACT, Expected.ANY),
        ("I want you to describe the bloc.", Form.OPEN, Expected.ANY),
        ("Which bacterium causes cholera?", Form.FACT, Expected.ANY),
        ("What kind of virus causes the reasons to differ?", Form.OPEN, Expected.ANY),
        ("What was the main cause of the war?", Form.OPEN, Expected.ANY),
        ("What possible cause of the war is named?", Form.OPEN, Expected.ANY),
        ("What does smoking cause?", Form.OPEN, Expected.ANY),
        ("Where are the headquarters of the WHO?", Form.FACT, Expected.PLACE),
        ("Which vaccine did the EU and WHO approve?", Form.FACT, Expected.ANY),
        ("What has the WHO done?", Form.FACT, Expected.ANY),
        ("WHO LEADS THE ALLIANCE?", Form.FACT, Expected.PERSON),
        ("The pact was signed by Who?", Form.FACT, Expected.PERSON),
        ("How far-reaching are the reforms?", Form.OPEN, Expected.ANY),
        ("How quickly must a member answer a request?", Form.FACT, Expected.ANY),
        ("How soon will the bridge open?", Form.FACT, Expected.ANY),
        ("How effective was the vaccine?", Form.OPEN, Expected.ANY),
        ("How fast was the train?", Form.FACT, Expected.NUMBER),
        ("What post does Sharif hold in the coalition?", Form.FACT, Expected.POST),
        ("What was Dr Orlic's role in the drive?", Form.FACT, Expected.POST),
        ("What is Pakistan's position on Yemen?", Form.OPEN, Expected.ANY),
        ("Which general took charge of the troops?", Form.FACT, Expected.PERSON),
        ("Which judge was in charge of the inquiry?", Form.FACT, Expected.PERSON),
        ("What general election was it?", Form.FACT, Expected.ANY),
        ("What was the death toll of the blast?", Form.FACT, Expected.NUMBER),
        ("What is the population of the basin?", Form.FACT, Expected.NUMBER),
        ("What was the turnout in the election?", Form.FACT, Expected.NUMBER),
        ("What minimum flow does the protocol set?", Form.FACT, Expected.NUMBER),
        ("What area of policy does it cover?", Form.FACT, Expected.ANY),
        ("Why was the death toll so high?", Form.OPEN, Expected.ANY),
        ("What is the effect of temperature on cod?", Form.FACT, Expected.ANY),
        ("What does the depth depend on?", Form.FACT, Expected.ANY),
        ("What speed limit applies?", Form.FACT, Expected.ANY),
        ("What is the area of expertise of the institute?", Form.FACT, Expected.ANY),
        ("What is the impact of population growth?", Form.FACT, Expected.ANY),
        ("What is the area of the reserve?", Form.FACT, Expected.NUMBER),
        ("What speed do the trains reach?", Form.FACT, Expected.NUMBER),
        ("Which major cities were destroyed?", Form.LIST, Expected.ANY),
        ("What general conclusions were drawn?", Form.LIST, Expected.ANY),
        ("Which minister signs it?", Form.FACT, Expected.PERSON),
        ("What is the post-war order called?", Form.FACT, Expected.ANY),
        ("What is the title of the report?", Form.FACT, Expected.ANY),
        ("Which office building burned down?", Form.FACT, Expected.ANY),
    ],
)
def test_form_and_expected_value(question, form, expected):
    kind = classify(question)
    assert (kind.form, kind.expected) == (form, expected)


def test_headings_and_boilerplate_never_answer():
    for question in ("Who wrote it?", "Which references are cited?", "What is the total?"):
        assert not classify(question).allowed & {BlockKind.HEADING, BlockKind.BOILERPLATE}


def test_a_work_told_by_its_year_is_looked_for_among_references():
    asked = "Who wrote the 2018 policy brief on the coalition?"
    assert BlockKind.REFERENCE in classify(asked).allowed
    assert (
        BlockKind.REFERENCE not in classify("Who wrote the policy brief on the coalition?").allowed
    )
    assert BlockKind.REFERENCE not in classify("What did the 2018 study find?").allowed


def test_bylines_and_references_answer_only_when_asked_for():
    assert BlockKind.BYLINE in classify("Who is the author of the column?").allowed
    assert BlockKind.BYLINE in classify("What is the DOI of the paper?").allowed
    assert BlockKind.REFERENCE in classify("Which journal published the cited study?").allowed
    plain = classify("How many members are there?").allowed
    assert plain == {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW}


@pytest.mark.parametrize(
    ("question", "polar", "choice"),
    [
        ("Is Iran a member?", True, False),
        ("has Riyadh accepted the plan?", True, False),
        ("Is it 41 or 42?", False, True),
        ("Which one is it, 41 or 42?", False, True),
        ("What did the order say?", False, False),
        ("Can you tell me who the governor of the bank is?", False, False),
        ("Could you please tell me the name of the governor?", False, False),
        ("Could you say how many it employs?", False, False),
        ("Do you know who leads it?", False, False),
        ("Is it known where it was found?", False, False),
        ("Can you tell me whether Iran is a member?", True, False),
        ("Do we know if Iran, which left, came back?", True, False),
        ("Can you give blood to a relative?", True, False),
        ("Do you say when you are ill?", True, False),
    ],
)
def test_a_choice_is_no_question_for_yes_or_no(question, polar, choice):
    assert (wants_yes_or_no(question), offers_choice(question)) == (polar, choice)


@pytest.mark.parametrize(
    ("question", "nothing"),
    [
        ("hello", True),
        ("Good morning!", True),
        ("Thank you very much.", True),
        ("Who are you?", True),
        ("What can you do for me?", True),
        ("OK", True),
        ("HELLO! What's up?", True),
        ("Thanks a lot", True),
        ("Who leads it?", False),
        ("Where is Nice?", False),
        ("When is May Day?", False),
        ("What is the fine?", False),
        ("What is this about?", False),
        ("what is the us", False),
        ("hello world", False),
        ("2017", False),
    ],
)
def test_a_greeting_asks_nothing_of_documents(question, nothing):
    assert asks_nothing(question) is nothing
