"""Ranking figures by hand, and against ir-measures on random rankings."""

from __future__ import annotations

import math
import random

import ir_measures
import pytest
from ir_measures import RR, R, Success, nDCG

from rag.evaluation import ranking
from rag.evaluation.locating import Located
from rag.types import Chunk, Document, Span


def sets(*groups):
    return [frozenset(group) for group in groups]


RANKING = sets([], [0], [0], [1, 2], [])


def test_hits_and_recall_by_hand():
    assert [ranking.hit(RANKING, k) for k in (1, 2, 5)] == [0, 1, 1]
    assert [ranking.all_hit(RANKING, 3, k) for k in (3, 4)] == [0, 1]
    assert [ranking.recall(RANKING, 3, k) for k in (1, 2, 3, 4)] == [0, 1 / 3, 1 / 3, 1]
    assert ranking.recall(RANKING, 4, 5) == 3 / 4


def test_reciprocal_rank_by_hand():
    assert ranking.reciprocal_rank(RANKING) == 1 / 2
    assert ranking.reciprocal_rank(sets([], [])) == 0
    assert ranking.reciprocal_rank([]) == 0


def test_ndcg_by_hand():
    gained = 1 / math.log2(3) + 1 / math.log2(5) + 1 / math.log2(6)
    best = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ranking.ndcg(RANKING, 3, 10) == pytest.approx(gained / best)
    assert ranking.ndcg(sets([0]), 1, 10) == 1
    assert ranking.ndcg(sets([0, 1]), 2, 10) == 1
    assert ranking.ndcg(sets([], []), 2, 10) == 0


def test_a_passage_with_the_same_evidence_again_is_no_gain():
    assert ranking.novel_gains(RANKING) == [0, 1, 0, 1, 1, 0]


def random_rankings(seed):
    """Rankings in which each passage answers to at most one group, as ir-measures sees them."""
    generator = random.Random(seed)
    for _ in range(40):
        groups = generator.randint(1, 4)
        places = generator.sample(range(12), groups)
        yield (
            [frozenset({places.index(place)} if place in places else ()) for place in range(12)],
            groups,
        )


@pytest.mark.parametrize("k", [1, 3, 5, 10])
def test_figures_are_those_of_ir_measures(k):
    for found, groups in random_rankings(k):
        run, qrels = {}, {f"group{number}": 1 for number in range(groups)}
        for place, group in enumerate(found):
            name = f"group{next(iter(group))}" if group else f"other{place}"
            run[name] = float(-place)
        measured = ir_measures.calc_aggregate(
            [nDCG @ k, R @ k, RR, Success @ k], {"q": qrels}, {"q": run}
        )
        assert ranking.ndcg(found, groups, k) == pytest.approx(measured[nDCG @ k])
        assert ranking.recall(found, groups, k) == pytest.approx(measured[R @ k])
        assert ranking.hit(found, k) == measured[Success @ k]
        assert ranking.reciprocal_rank(found) == pytest.approx(measured[RR])


DOCUMENT = Document("a.txt", "0", "x" * 100)


def covered(start, end, *, document="a.txt", coverage=0.5):
    chunk = Chunk(1, document, Span(start, end), "x" * (end - start))
    evidence = [Located(DOCUMENT, (Span(40, 60),)), Located(DOCUMENT, (Span(0, 10), Span(90, 100)))]
    return ranking.groups_covered(chunk, evidence, [[0], [1]], coverage)


def test_a_passage_must_cover_half_of_a_piece_of_evidence():
    assert covered(50, 80) == {0}
    assert covered(51, 80) == set()
    assert covered(0, 100) == {0, 1}


def test_any_occurrence_of_the_evidence_counts():
    assert covered(85, 100) == {1}
    assert covered(0, 8) == {1}


def test_the_share_to_cover_is_a_choice():
    assert covered(41, 61, coverage=1.0) == set()
    assert covered(40, 60, coverage=1.0) == {0}


def test_another_document_is_no_evidence():
    assert covered(0, 100, document="b.txt") == set()


def test_any_piece_of_a_group_will_do():
    evidence = [Located(DOCUMENT, (Span(0, 10),)), Located(DOCUMENT, (Span(50, 60),))]
    chunk = Chunk(1, "a.txt", Span(45, 70), "x" * 25)
    assert ranking.groups_covered(chunk, evidence, [[0, 1]]) == {0}
