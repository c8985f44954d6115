"""Telling who says something from whom it is said of."""

from __future__ import annotations

import re

import pytest

from rag.attribution import (
    asks_for_source,
    asks_for_work,
    holds_office,
    is_source,
    is_year_of_source,
    speakers_in,
)


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("For Shah he is its commander-in-chief, for Khan its Military Commander.", "Khan"),
        ("For Shah he is its commander-in-chief, for Khan its Military Commander.", "Shah"),
        ("Shah and his co-authors call him its first commander-in-chief.", "Shah"),
        ("Simbal Khan of Arab News says only that it took place in Riyadh.", "Simbal Khan"),
        ("According to Shafiq (2021), the Iranian view is another.", "Shafiq"),
        ("Simbal Khan, in Arab News, calls Sharif the Military Commander.", "Simbal Khan"),
        ("Observers were quick to call the idea an “Islamic NATO”.", "Observers"),
        ("Kamal (2020) names the other difference.", "Kamal"),
        ("Mary Hunter's new study counts them.", "Mary Hunter"),
        ("It is symbolic, Moghul et al. conclude.", "Moghul"),
        ("Some see a leading power (Mahmood & Javaid, 2021; Khan, 2019).", "Khan"),
        ("Some see a leading power (see Mahmood & Javaid, 2021, p. 4).", "Mahmood & Javaid"),
        ("Shah et al. see in it the old relationship.", "Shah et al"),
        ("Kamal compares it with NATO.", "Kamal"),
    ],
)
def test_a_name_that_only_says_so_is_a_source(sentence, name):
    start = sentence.index(name)
    assert is_source(sentence, start, start + len(name))


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("General Raheel Sharif is Military Commander in the column.", "General Raheel Sharif"),
        ("Khawaja Asif proposed a plan.", "Khawaja Asif"),
        ("Muhammad bin Salman of Saudi Arabia announces an alliance.", "Muhammad bin Salman"),
        ("Asif, a minister, proposed it, and critics say that it is vague.", "Asif"),
        ("It was led by Raheel Sharif for two years.", "Raheel Sharif"),
        ("Genghis Khan's army took the city.", "Genghis Khan"),
        ("Marie Curie found radium (1898).", "Marie Curie"),
        ("It has a commander (Raheel Sharif, since 2017).", "Raheel Sharif"),
        ("It has a commander, a general (Raheel Sharif, 2017).", "Raheel Sharif"),
        ("Marie Curie (1867–1934) discovered radium.", "Marie Curie"),
        ("Alois Weber (born 1867) discovered the comet.", "Alois Weber"),
        ("Raheel Sharif (since 2017) leads it.", "Raheel Sharif"),
    ],
)
def test_a_name_that_does_something_is_none(sentence, name):
    start = sentence.index(name)
    assert not is_source(sentence, start, start + len(name))


@pytest.mark.parametrize(
    ("question", "sentence", "name", "holds"),
    [
        (
            "Who is the bank's chief economist?",
            "John Smith, the bank's chief economist, said it would.",
            "John Smith",
            True,
        ),
        (
            "Who's the chief economist of the bank?",
            "John Smith, chief economist at the central bank, said it would.",
            "John Smith",
            True,
        ),
        (
            "Who is the deputy minister?",
            "Then the deputy minister, Omar Haddad, said talks would go on.",
            "Omar Haddad",
            True,
        ),
        (
            "Who is the deputy minister?",
            "Deputy Minister Omar Haddad said talks would go on.",
            "Deputy Minister Omar Haddad",
            True,
        ),
        (
            "Who was the chairman of the port authority in 2019?",
            "The chairman of the port authority, Nils Aas, warned of delays.",
            "Nils Aas",
            True,
        ),
        (
            "Who is the bank's chief economist?",
            "The chief economist's critic, Ann Bell, said it would not.",
            "Ann Bell",
            False,
        ),
        (
            "Who is the deputy minister?",
            "An adviser to the deputy minister, Omar Haddad, said so.",
            "Omar Haddad",
            False,
        ),
        (
            "Who is the bank's chief economist?",
            "The bank has a new chief economist, John Smith said.",
            "John Smith",
            False,
        ),
        (
            "Who is its military commander?",
            "According to Khan, the military commander, Sharif, stays.",
            "Khan",
            False,
        ),
        (
            "Who is its military commander?",
            "Simbal Khan, in Arab News, calls Sharif the military commander.",
            "Simbal Khan",
            False,
        ),
        (
            "Who is the leader of the Union of the Coast?",
            "Its leader, Omar Haddad, said talks would go on.",
            "Omar Haddad",
            True,
        ),
        (
            "Who is the leader of the Union of the Coast?",
            "Its speaker, Omar Haddad, said talks would go on.",
            "Omar Haddad",
            False,
        ),
        (
            "Who replaced the deputy minister?",
            "The deputy minister, Omar Haddad, said talks would go on.",
            "Omar Haddad",
            False,
        ),
    ],
)
def test_a_source_whose_office_stands_beside_the_name_holds_it(question, sentence, name, holds):
    start = sentence.index(name)
    assert holds_office(sentence, start, start + len(name), question) is holds


@pytest.mark.parametrize(
    ("sentence", "speakers"),
    [
        ("“It is late,” says Ann Bell, who runs the harbour.", {"bell"}),
        ('"Is it late?" asked the minister, Ann Bell.', {"bell"}),
        ("“Never,” warns Dr. A. B. Bell of the Harbour Union.", {"bell"}),
        ('"Never," said Harbour Union spokesman Nils Aas.', {"aas", "union"}),
        ("Nils Aas, spokesman for the Harbour Union, insists that it floats.", {"aas", "union"}),
        ("The Harbour Union spokesman left.", set()),
        ('"Never," said the head of the Harbour Union, Nils Aas.', {"aas"}),
        ("It will take a week, said Marlin, the firm that owns the quay.", {"marlin"}),
        ("Prof. Ann Bell, the harbour's chief engineer, says that it leaks.", {"bell"}),
        ("The mayor, Nils Aas, MP, insists that it does not.", {"aas"}),
        (
            "Economist Ann Bell of the consultancy Tidewater said that it leaks.",
            {"bell", "tidewater"},
        ),
        ("Ann Bell from the aid group Sailors in Need has called it a trap.", {"bell", "sailors"}),
        ("Nils Aas concedes that it leaks.", {"aas"}),
        ("As Nils Aas puts it, a boat is a hole in the water.", {"aas"}),
        ("Nils Aas told the council that it leaks.", {"aas"}),
        ("Moreover, Cass (2019) notes that it leaks.", {"cass"}),
        ("Bell put it in the title of a book.", set()),
        ("Nobody complained.", set()),
        ("The lawyer of Marlin, a shipping firm, said no.", set()),
        ("“Never,” said the clerk.", set()),
        ("Nils Aas was asked to go.", set()),
    ],
)
def test_who_says_so_is_known_by_the_verb_before_or_after_the_name(sentence, speakers):
    assert speakers_in(sentence) == speakers


def test_questions_for_who_says_so_are_known():
    asked = ("Who reports this figure?", "Who thinks it is symbolic?", "Which author counts 41?")
    asked += ("Who speaks for the ministry?", "Which spokeswoman does the bank have?")
    assert all(asks_for_source(question) for question in asked)
    asked = ("Who was the first commander?", "Who proposed the pact?", "Who founded it?")
    asked += ("Who leads the member states?", "Who took part in the count?")
    assert not any(asks_for_source(question) for question in asked)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Byman’s 2019 study reads its founding as an answer.", True),
        ("Kamal (2020) argues the other way.", True),
        ("Shah and his co-authors (2025) count them.", True),
        ("It is symbolic (Rizvi, 2020; Abbas, 2019).", True),
        ("A 2018 report by the institute counts them.", True),
        ("It was announced on 15 December 2015 in Riyadh.", False),
        ("The first summit (2015) was in Riyadh.", False),
        ("They signed the Baghdad Pact (1955) and the Treaty of Lausanne (1923).", False),
        ("It sent troops to Yemen (2015).", False),
        ("He went home (December 2015).", False),
        ("They met at a summit (Riyadh, 2017).", False),
        ("It began with Operation Decisive Storm (2015).", False),
        ("The 2017 column of troops was the largest.", False),
        ("Sharif took over in 2017, a report says.", False),
        ("The 2016 exercise was the largest.", False),
    ],
)
def test_the_year_of_a_source_is_not_when_it_happened(sentence, expected):
    start = re.search(r"(?:19|20)\d\d", sentence).start()
    assert is_year_of_source(sentence, start, start + 4) is expected


@pytest.mark.parametrize(
    ("sentence", "marked"),
    [
        ("It is indispensable (Fair, 2018).", "Fair, 2018"),
        ("It is symbolic (Rizvi, 2020; Abbas, 2019).", "2020; Abbas, 2019"),
        ("Simbal Khan [4] calls it the first.", "4"),
        ("Others agree [2, 5–7].", "5–7"),
    ],
)
def test_the_mark_of_a_work_is_no_number_of_anything(sentence, marked):
    start = sentence.index(marked)
    assert is_year_of_source(sentence, start, start + len(marked))


def test_a_question_for_something_written_wants_its_year():
    assert asks_for_work("When was Byman's study published?")
    assert asks_for_work("In which year did the report appear?")
    assert not asks_for_work("When was the coalition founded?")
