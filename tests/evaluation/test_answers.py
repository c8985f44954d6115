from __future__ import annotations

import pytest

from rag.evaluation import answers


def test_normalisation_is_that_of_squad():
    assert answers.normalised("The  Islamic-NATO, an (idea)!") == "islamicnato idea"
    assert answers.normalised("“Raheel’s” – post…") == "raheels post"


@pytest.mark.parametrize(
    ("answer", "gold", "exact", "f1"),
    [
        ("the 42", ["42"], 1, 1),
        ("Gen. Raheel Sharif", ["Raheel Sharif"], 0, 2 * 2 / (3 + 2)),
        ("in May 2024", ["January 2016", "May 2024"], 0, 0.8),
        ("Iran", ["Iraq"], 0, 0),
        (None, ["Iran"], 0, 0),
        ("a a b", ["b b"], 0, 2 / 3),
    ],
)
def test_exact_match_and_f1_by_hand(answer, gold, exact, f1):
    assert answers.exact_match(answer, gold) == exact
    assert answers.token_f1(answer, gold) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("answer", "gold", "right"),
    [
        ("41 members", ["41"], 1),
        ("141", ["41"], 0),
        ("Raheel Sharif", ["Gen. Raheel Sharif"], 1),
        ("Sharif", ["Gen. Raheel Sharif"], 0),
        ("1000 kilometres", ["1,000 kilometres"], 1),
        ("500 kilometres", ["1,000 kilometres"], 0),
        ("3,000 to 5,000 troops", ["3,000 to 5,000"], 1),
        ("façade", ["facade"], 1),
        ("", ["41"], 0),
        (None, ["41"], 0),
        ("forty-two", ["forty two"], 1),
        ("41 " + "word " * 12, ["41"], 0),
    ],
)
def test_a_short_answer_is_right_when_it_gives_the_value(answer, gold, right):
    assert answers.short_answer_right(answer, gold) == right


def test_text_contains_whole_words_only():
    assert answers.contains("There were 42 of them.", ["42"])
    assert not answers.contains("In 1942 it began.", ["42"])
    assert answers.contains("It was the “Muslim NATO”.", ["Muslim NATO"])
    assert answers.contains("Zarb-e-Azb began", ["zarb-e-azb"])
    assert answers.contains("the U.S. army", ["US"])
    assert not answers.contains("Anything", ["the"])
    assert not answers.contains("", ["42"])


def test_the_share_of_items_contained():
    assert answers.share_contained("Russia and China", ["Russia", "India", "China"]) == 2 / 3


def test_words_are_counted_as_read():
    assert answers.word_count("One two-three, four.") == 3
