from __future__ import annotations

import pytest

from rag.evaluation import disagreement
from rag.types import Answer, Disagreement, IndexStamp, Position, Sentence, Status

POSITIONS = [["41", "forty-one"], ["42", "forty-two"]]


def answer(*sentences, values=()):
    differing = Disagreement("members", tuple(Position(value, (1,)) for value in values))
    return Answer(
        "q",
        "q",
        Status.ANSWERED,
        tuple(Sentence(text, (1,)) for text in sentences),
        (),
        (),
        0.5,
        IndexStamp("i", 1, "0"),
        disagreements=(differing,) if values else (),
    )


@pytest.mark.parametrize(
    ("given", "flagged", "shown"),
    [
        (answer("It has 41 members.", values=("41", "42")), 1, 1),
        (answer("It has 41 members.", values=("forty-one members", "42 states")), 1, 1),
        (answer("It has 41 members. It has 42 members."), 0, 1),
        (answer("It has 41 members."), 0, 0),
        (answer("It has 41.", values=("41", "41 states")), 0, 0),
        (answer("It has 41.", values=("41 or 42", "43")), 0, 0),
        (answer(), 0, 0),
    ],
)
def test_a_conflict_is_flagged_or_shown(given, flagged, shown):
    assert disagreement.flagged(given, POSITIONS) == flagged
    assert disagreement.shown(given, POSITIONS) == shown


def test_positions_are_counted_once_each():
    given = answer("41, forty-one and 42.", values=("34", "42"))
    assert disagreement.positions_in_text(given, POSITIONS) == 2
    assert disagreement.positions_flagged(given, POSITIONS) == 1


def test_figures_have_digits_in_every_position():
    assert disagreement.is_about_values(POSITIONS)
    assert not disagreement.is_about_values([["41"], ["many"]])
