"""Posts in answer spans."""

from __future__ import annotations

import pytest

from rag.posts import Posts, parse_post


@pytest.mark.parametrize(
    ("text", "words", "field"),
    [
        ("the director of operations", "director", "operations"),
        ("the director of the centre", "director", ""),
        ("its first commander-in-chief", "commander chief", ""),
        ("chief executive of the consortium", "chief executive", ""),
        ("the ceo", "chief executive", ""),
        ("second mate, who had been on duty", "second mate", ""),
        ("first mate", "first mate", ""),
        ("the institute's non-resident fellow at the centre", "non resident fellow", ""),
        ("vice-president", "deputy president", ""),
    ],
)
def test_a_post_is_told_by_the_words_of_it_alone(text, words, field):
    assert parse_post(text) == Posts(frozenset(words.split()), frozenset(field.split()))


@pytest.mark.parametrize("text", ["former army chief", "a tireless portuguese", ""])
def test_a_former_post_is_none(text):
    assert parse_post(text) is None


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("first commander-in-chief", "military commander", False),
        ("military commander", "the commander", True),
        ("deputy director", "director", False),
        ("deputy director of research", "the deputy director", True),
        ("head of the agency", "director-general", True),
        ("chief officer", "second mate", False),
        ("military head of the coalition", "military commander", True),
        ("technical director", "executive secretary", False),
        ("director of research", "director of finance", False),
        ("minister of finance", "foreign minister", False),
        ("minister of finance", "finance minister", True),
        ("minister of finance", "the minister", True),
        ("second mate", "first mate", False),
        ("vice-chair", "deputy chair", True),
        ("chairman", "chairwoman of the board", True),
        ("senior adviser", "advisor", True),
        ("commander-in-chief", "commander in chief", True),
        ("secretary-general", "secretary general", True),
        ("ambassador to france", "ambassador", True),
    ],
)
def test_two_wordings_can_be_one_post(left, right, same):
    first, second = parse_post(left), parse_post(right)
    assert first is not None
    assert second is not None
    assert first.agrees(second) is same
    assert second.agrees(first) is same
