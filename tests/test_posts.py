"""Posts in answer spans."""

from __future__ import annotations

import pytest

from rag.posts import Posts, parse_post


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the director of operations", {"director"}),
        ("its first commander-in-chief", {"commander-in-chief"}),
        ("chief executive of the consortium", {"chief", "executive"}),
        ("second mate, who had been on duty", {"second", "mate"}),
        ("a non-resident fellow at the centre", {"non-resident", "fellow"}),
        ("former army chief", None),
        ("a tireless portuguese", None),
        ("", None),
    ],
)
def test_a_post_is_told_by_the_words_of_it_alone(text, words):
    assert parse_post(text) == (None if words is None else Posts(frozenset(words)))


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("first commander-in-chief", "military commander", False),
        ("military commander", "the commander", True),
        ("deputy director", "director", False),
        ("deputy director of research", "the deputy director", True),
        ("head of the agency", "director-general", True),
        ("chief officer", "second mate", False),
        ("technical director", "executive secretary", False),
    ],
)
def test_two_wordings_can_be_one_post(left, right, same):
    first, second = parse_post(left), parse_post(right)
    assert first is not None
    assert second is not None
    assert first.agrees(second) is same
    assert second.agrees(first) is same
