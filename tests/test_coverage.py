"""What of a question there is where its best sentence stands, and that sentence read alone."""

import math
from dataclasses import replace

import pytest

from rag.coverage import coverage
from rag.embedding import HashingEmbedder
from rag.evidence import Candidate
from rag.marking import read_alone
from rag.retrieval import search
from rag.settings import EmbeddingSettings, RetrievalSettings, Settings
from rag.store.memory import MemoryStore
from rag.types import Block, BlockKind, Span
from tests.conftest import changes_for, make_document
from tests.test_pipeline import MarkingReader

SETTINGS = Settings(embedding=EmbeddingSettings(model="hashing"))
BUDGET = (
    "The Coast Agency is led by Maria Kask. It has a budget of 46 million euros in 2024. "
    "Riyadh pays no part of it."
)
LAKE = "Fishers of the lake sold perch to the towns around it, year by year."


@pytest.fixture
def snapshot(manifest):
    store = MemoryStore()
    for name, text in (("agency.txt", BUDGET), ("lake.txt", LAKE)):
        document = make_document(name, text, title="The Coast Agency")
        store.apply(list(changes_for(document, SETTINGS, HashingEmbedder())), manifest)
    with store.snapshot() as opened:
        yield opened


def candidate(snapshot, sentence: str) -> Candidate:
    hits = search(snapshot, HashingEmbedder(), sentence, RetrievalSettings(candidates=5), count=5)
    document = snapshot.document("agency.txt")
    hit = next(hit for hit in hits if hit.chunk.document == document.name)
    start = document.text.index(sentence)
    span = Span(start, start + len(sentence))
    block = Block(BlockKind.PARAGRAPH, Span(0, len(document.text)))
    return Candidate(hit, document, block, span, sentence)


@pytest.mark.parametrize(
    ("question", "names", "missing"),
    [
        ("What is the agency's budget?", 1.0, None),
        ("What is Maria Kask's budget in 2024?", 1.0, None),
        ("What is Maria Kask's salary?", 1.0, "salary"),
        ("What is the budget of Saudi Arabia?", 1.0, None),
        ("What is the budget of Peru?", 0.0, None),
        ("Which perch does the agency sell?", 1.0, "perch"),
    ],
)
def test_what_is_missing_near_the_best_sentence(snapshot, question, names, missing):
    best = candidate(snapshot, "It has a budget of 46 million euros in 2024.")
    found = coverage(question, best, snapshot)
    frequencies, chunks = snapshot.document_frequencies([missing or ""])
    weight = math.log(1 + (chunks + 1) / (frequencies[missing or ""] + 1)) / math.log(2 + chunks)
    assert found.names == names
    assert found.missing == pytest.approx(weight if missing else 0.0)


def test_of_two_names_the_rarer_one_counts_more(snapshot):
    best = candidate(snapshot, "It has a budget of 46 million euros in 2024.")
    known = coverage("What does Maria Kask of Lima say?", best, snapshot).names
    unknown = coverage("What does Pedro Diaz of Lima and Maria say?", best, snapshot).names
    assert 0 < unknown < known < 1


class RememberingReader(MarkingReader):
    """Remembers what it was given to read."""

    def read_several(self, tasks):
        [self.task] = tasks
        return super().read_several(tasks)


def test_the_best_sentence_is_read_with_what_stands_before_it(snapshot):
    sentence = "It has a budget of 46 million euros in 2024."
    best = candidate(snapshot, sentence)
    reader = RememberingReader("46 million", 0.7)
    alone = read_alone(replace(best, answerable=0.2), "What is its budget?", reader)
    assert (alone.alone, alone.answerable) == (0.7, 0.2)
    assert reader.task.passages == [BUDGET[: BUDGET.index(sentence) + len(sentence)]]
    [[place]] = reader.task.sentences
    assert reader.task.passages[0][place.start : place.end] == sentence


def test_the_row_of_a_table_is_not_read_alone(snapshot):
    best = candidate(snapshot, "It has a budget of 46 million euros in 2024.")
    row = replace(best, block=Block(BlockKind.TABLE_ROW, best.span))
    assert read_alone(row, "What is its budget?", MarkingReader("46")) is row
