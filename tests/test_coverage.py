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
SENTENCE = "It has a budget of 46 million euros in 2024."
BUDGET = (
    f"The inspectorate of the coast is led by Maria Kask. {SENTENCE} Riyadh pays no part of it, "
    "but the COVID wave took 19 of its boats."
)
LAKE = "Fishers of the lake sold perch to the towns around it, says Maria."


@pytest.fixture
def snapshot(manifest):
    store = MemoryStore()
    for name, text in (("agency.txt", BUDGET), ("lake.txt", LAKE)):
        document = make_document(name, text, title="Watching the shore", author="Ann Lee")
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
        ("What is the budget?", 1.0, None),
        ("What is the inspectorate's budget?", 1.0, None),  # named before the sentence
        ("What is the budget for the shore?", 1.0, None),  # in the title
        ("What are the budget's millions?", 1.0, None),
        ("Who heads the inspectorate?", 1.0, None),  # it is led by her
        ("What is the border of the coast?", 1.0, "border"),
        ("What is Maria Kask's salary?", 1.0, "salary"),
        ("Which perch is in the budget?", 1.0, "perch"),
        ("Is the wave in the budget?", 1.0, "wave"),  # after the sentence, in its passage
        ("What is the budget of Saudi Arabia?", 1.0, None),  # Riyadh
        ("What is the budget of Peru?", 0.0, None),
        ("What is the budget of the US?", 0.0, None),
        ("What is the budget of COVID-19?", 1.0, None),  # its parts are there
        ("What is the budget of COVID-20?", 0.0, None),
        ("What does Ann Lee say of the budget?", 1.0, None),  # the author
        ("What does Tom Ray say of the budget?", 0.0, None),
    ],
)
def test_what_is_missing_near_the_best_sentence(snapshot, question, names, missing):
    best = candidate(snapshot, SENTENCE)
    found = coverage(question, best, snapshot)
    frequencies, chunks = snapshot.document_frequencies([missing or ""])
    weight = math.log(1 + (chunks + 1) / (frequencies[missing or ""] + 1)) / math.log(2 + chunks)
    assert found.names == names
    assert found.missing == pytest.approx(weight if missing else 0.0)


def test_of_two_names_the_rarer_one_counts_more(snapshot):
    best = candidate(snapshot, SENTENCE)
    common = coverage("Is Maria in Lima?", best, snapshot).names  # both texts have a Maria
    rare = coverage("Is Kask in Lima?", best, snapshot).names
    assert 0 < common < rare < 0.5


class RememberingReader(MarkingReader):
    """Remembers what it was given to read."""

    def read_several(self, tasks):
        [self.task] = tasks
        return super().read_several(tasks)


def test_the_best_sentence_is_read_with_what_stands_before_it(snapshot):
    best = candidate(snapshot, SENTENCE)
    reader = RememberingReader("46 million", 0.7)
    alone = read_alone(replace(best, answerable=0.2), "What is its budget?", reader)
    assert (alone.alone, alone.answerable) == (0.7, 0.2)
    assert reader.task.passages == [BUDGET[: BUDGET.index(SENTENCE) + len(SENTENCE)]]
    [[place]] = reader.task.sentences
    assert reader.task.passages[0][place.start : place.end] == SENTENCE


def test_the_row_of_a_table_is_not_read_alone(snapshot):
    best = candidate(snapshot, SENTENCE)
    row = replace(best, block=Block(BlockKind.TABLE_ROW, best.span))
    assert read_alone(row, "What is its budget?", MarkingReader("46")) is row
