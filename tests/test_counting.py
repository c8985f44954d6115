"""What is counted in questions and in sentences."""

from __future__ import annotations

import pytest

from rag.changes import later_number
from rag.counting import Counted, counted_number, counts_another, what_is_counted, whole_of_part
from rag.terms import terms

NATIONS = Counted(
    frozenset(terms("countries")), frozenset(terms("states nations members governments"))
)


@pytest.mark.parametrize(
    ("question", "own"),
    [
        ("How many countries joined the coalition?", "countries"),
        ("How many Muslim countries are part of the alliance?", "countries"),
        ("How many member states does the IMCTC have?", "states"),
        ("What is the number of its founding members?", "members"),
        ("How many of the soldiers came home?", "soldiers"),
        ("How many United States troops are in Syria?", "troops"),
        ("How many people live there?", "people"),
        ("How many crises did it survive?", "crises"),
        ("How many of the country's soldiers died?", "soldiers"),
        ("How many overseas troops are there?", "troops"),
        ("How many armed forces personnel serve?", "personnel"),
        ("How many US troops left?", "troops"),
        ("How many other states joined?", "states"),
        ("How big is the bloc, counted in participating countries?", "countries"),
    ],
)
def test_the_first_plural_noun_names_what_is_counted(question, own):
    assert what_is_counted(question).own == frozenset(terms(own))


@pytest.mark.parametrize(
    "question",
    [
        "How much did it cost?",
        "Who leads the alliance?",
        "How large is the border?",
        "How big is the European Union's budget?",
        "How large is the area of the European Union?",
        "What is the size of the coalition's budget?",
        "What is the size of the army?",
    ],
)
def test_other_questions_count_nothing(question):
    assert what_is_counted(question) is None


def test_countries_states_nations_and_members_are_the_same_things():
    assert what_is_counted("How many countries are in it?") == NATIONS
    assert what_is_counted("How many attacks were there?").same == frozenset()
    for word in ("participating", "different", "various"):
        assert what_is_counted(f"How many {word} countries are in it?") == NATIONS
    assert what_is_counted("How many African countries are in it?").narrowed == {"african"}


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("Khan credits it with 41 members at first sight of three regions.", "41"),
        ("It links forty-two Muslim member states.", "forty-two"),
        ("It started with 34 member states.", None),
        ("Of 41 rifles, ten were new.", None),
        ("34 members at the time; 42 members now.", "42"),
        ("The abstract connects December 2015 with forty-two states.", "forty-two"),
        ("At first it had 34 members, and it now has 42 members.", "42"),
        ("Between 40 and 42 member states are in it.", "Between 40 and 42"),
        ("It has some 40 to 42 members.", "40 to 42"),
        ("It has three thousand to five thousand members.", "three thousand to five thousand"),
        ("It has 40–42 members.", "40–42"),
        ("It has 10 000 members.", "10 000"),
        ("It grew from 34 to 42 members.", "42"),
        ("It has 10\u202f000 members.", "10\u202f000"),
        ("In 2015 100 members came.", "100"),
    ],
)
def test_a_count_is_the_last_number_of_the_things_asked_for(sentence, number):
    counted = what_is_counted("How many member states does it have?")
    place = counted_number(sentence, counted, "How many member states does it have?")
    assert (sentence[slice(*place)] if place else None) == number


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("Almost all of the 41 member states face it.", "41"),
        ("The 41-member alliance met in Riyadh.", "41"),
        ("It has 5,000 members in 12 countries.", "12"),
        ("Without those three countries it cannot work.", None),
        ("Two other states stayed away.", None),
        ("One more state must have joined.", None),
        ("It is the alliance of three or more countries.", None),
        ("Two of the member states sent troops.", None),
        ("It sent 5,000 troops.", None),
        ("40 percent of members are poor.", None),
        ("It has 40 staff members.", None),
        ("It owns 40 state-owned companies.", None),
        ("There are 40 United States troops.", None),
        ("It gave 40 minutes for members to agree.", None),
        ("The 2018 member survey was the first.", None),
        ("Some F-16 member aircraft came.", None),
        ("A study found 41 member states.", "41"),
        ("It counts 1.5 million members.", "1.5 million"),
        ("It has two hundred and fifty member states.", "two hundred and fifty"),
    ],
)
def test_a_count_of_the_same_things_counts_and_that_of_a_part_does_not(sentence, number):
    place = counted_number(sentence, NATIONS, "How many countries are in it?")
    assert (sentence[slice(*place)] if place else None) == number


@pytest.mark.parametrize(
    ("sentence", "number", "another"),
    [
        ("It sent 5,000 operational troops.", "5,000", True),
        ("It took 12 years.", "12", True),
        ("It lies 40 kilometres off.", "40", True),
        ("It has 41 members.", "41", False),
        ("It grew to 42.", "42", False),
        ("It has 42 so far.", "42", False),
        ("Members came back, all 42 of them.", "42", False),
        ("Members came back, 12 of them by sea.", "12", True),
        ("It grew to 42 last year.", "42", False),
        ("Without those three countries it cannot work.", "three", True),
    ],
)
def test_a_number_of_another_sort_or_of_a_part_is_told(sentence, number, another):
    start = sentence.index(number)
    assert counts_another(sentence, start, start + len(number), NATIONS) is another


def test_a_least_number_is_no_count():
    assert counts_another("An alliance is of three or more countries.", 18, 23, NATIONS)


def test_the_dead_are_people_too():
    people = what_is_counted("How many people died?")
    sentence = "It had 80,000 casualties."
    start = sentence.index("80,000")
    assert not counts_another(sentence, start, start + 6, people)


@pytest.mark.parametrize(
    ("question", "sentence", "number"),
    [
        ("How many people live there?", "It serves 54 million inhabitants.", "54 million"),
        ("How many inhabitants has it?", "It is home to 61 million people.", "61 million"),
        ("How many kids got the jab?", "It reached 412,000 children.", "412,000"),
    ],
)
def test_people_are_counted_by_any_of_their_names(question, sentence, number):
    place = counted_number(sentence, what_is_counted(question), question)
    assert sentence[slice(*place)] == number


@pytest.mark.parametrize(
    ("question", "sentence", "number"),
    [
        ("How many staff does it employ?", "The office employs 37 people.", "37"),
        ("How many staff does it employ?", "It has a staff of about 37, most in Lima.", "37"),
        ("How many employees has it?", "It has 37 members of staff.", "37"),
        ("How many employees has it?", "Its workforce is nearly 1.2 million.", "1.2 million"),
        ("How many workers has it?", "Its staff of 37 has 90 desks.", "37"),
        ("How many members has it?", "It has a membership of 37.", "37"),
        ("How many inhabitants has it?", "It has a population of 54 million.", "54 million"),
        ("How many ships has it?", "It has a staff of 37.", None),
        ("How many staff does it employ?", "It pays its staff of 37 years.", None),
        ("How many staff does it employ?", "Its staff is responsible for 37.", None),
        ("How many of the staff left?", "It has a staff of 37.", None),
        ("How many staff does it employ?", "Initially it had a staff of 37.", None),
    ],
)
def test_a_group_is_counted_without_the_noun_of_the_question(question, sentence, number):
    place = counted_number(sentence, what_is_counted(question), question)
    assert (sentence[slice(*place)] if place else None) == number


def test_people_are_no_houses():
    homes = what_is_counted("How many homes were lost?")
    assert counts_another("The blast killed 138 people.", 17, 20, homes)
    assert not counts_another("It left 138 dwellings unfit to live in.", 8, 11, homes)


def test_a_part_counts_where_the_question_asks_for_one():
    question = "How many of the members are in Africa?"
    counted, sentence = what_is_counted(question), "Twelve of the members are there."
    assert counted.part
    assert counted_number(sentence, counted, question) == (0, 6)
    assert not counts_another(sentence, 0, 6, counted)


def test_nouns_of_no_known_sort_are_never_of_another():
    inhabitants = what_is_counted("How many inhabitants has it?")
    assert not counts_another("The city has 50,000 people.", 13, 19, inhabitants)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "grew from 1 " * 2000,
        "start now " * 2000,
        "1," * 5000,
        "1 000 " * 2000,
        "one hundred and " * 800,
        "staff of about " * 2000,
    ],
)
def test_long_texts_do_not_hold_it_up(text):
    assert later_number(text, "How many?") is None
    assert counted_number(text, NATIONS, "How many?") is None


@pytest.mark.parametrize(
    ("sentence", "question", "whole"),
    [
        ("Nine dead, including two who died in hospital.", "How many people died?", "Nine"),
        ("It has 41 members, of whom 12 are in Africa.", "How many members has it?", "41"),
        ("Nine dead, including two who died in hospital.", "How many died in hospital?", None),
        ("Nine died, and two were hurt.", "How many people were there?", None),
        ("Many died, including two children.", "How many people died?", None),
    ],
)
def test_a_part_is_told_from_the_whole(sentence, question, whole):
    part = "12" if "12" in sentence else "two"
    start = sentence.index(part)
    found = whole_of_part(sentence, start, start + len(part), question)
    assert (sentence[slice(*found)] if found else None) == whole
