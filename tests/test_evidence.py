"""How near a question each sentence is, and what a reader may mark in it as the answer."""

from __future__ import annotations

import pytest

from rag.evidence import Candidate, candidate_sentences, with_overlap, with_similarity
from rag.marking import with_readings
from rag.questions import classify
from rag.reading import PassageReading, SentenceReading
from rag.types import Block, BlockKind, Chunk, Hit, Reading, Scores, Span
from tests.conftest import make_document
from tests.test_chunking import document_of

TEXT = "Riyadh is the seat. Troops guard the border. Oil is sold. Wheat grows."
PASSAGE = Span(20, 57)
"""The second and the third sentence."""


def similarity(start, end, sentences):
    document = make_document("a.txt", TEXT)
    chunk = Chunk(1, "a.txt", PASSAGE, document.slice(PASSAGE))
    hit = Hit(1, chunk, Scores(dense=0.3), sentences=sentences)
    span = Span(start, end)
    block = Block(BlockKind.PARAGRAPH, Span(0, len(TEXT)))
    candidate = Candidate(hit, document, block, span, document.slice(span))
    [found] = with_similarity([candidate])
    return found.similarity


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("Troops guard the border.", 0.7),
        ("Oil is sold.", 0.2),
        ("Troops guard the border. Oil is sold.", 0.7),
        ("Oil is sold. Wheat grows.", 0.2),
    ],
)
def test_a_quote_is_as_near_as_the_nearest_sentence_it_shares(quote, expected):
    start = TEXT.index(quote)
    assert similarity(start, start + len(quote), (0.7, 0.2)) == expected


def test_a_passage_that_has_only_its_own_vector_lends_it():
    assert similarity(45, 57, (0.4,)) == 0.4
    assert similarity(45, 57, ()) == 0.0


class MarkingReader:
    """Marks the same words in every passage, as a reader may."""

    fingerprint = "marking"

    def __init__(self, marked):
        self.marked = marked

    def read_several(self, tasks):
        [(_, [passage], _)] = tasks
        start = passage.index(self.marked)
        end = start + len(self.marked)
        best = Reading(start, end, self.marked, 4.0, 0.9)
        return [[PassageReading(best, (SentenceReading(Span(start, end), 0.9),))]]


@pytest.mark.parametrize(
    ("marked", "answer"),
    [
        ("2019", None),
        ("34", "42"),
        ("3,000 to", "3,000 to 5,000"),
        ("37", "40"),
        ("23", "23.5 million"),
    ],
)
def test_a_count_is_never_the_year_of_a_cited_work(marked, answer):
    text = {
        "2019": "Some call it a coalition of Sunni states alone (Abbas, 2019).",
        "34": "It was initially composed of 34 states, later expanding to 42.",
        "23": "It has 23.5 million by now.",
        "37": "It grew from 37 to 40 states.",
        "3,000 to": "It has 3,000 to 5,000 by now.",
    }[marked]
    document, span = make_document("a.txt", text), Span(0, len(text))
    hit = Hit(1, Chunk(1, "a.txt", span, text), Scores(dense=0.3))
    candidate = Candidate(hit, document, Block(BlockKind.PARAGRAPH, span), span, text)
    question = "How many states are in it?"
    reader = MarkingReader(marked)
    [read], [scored] = with_readings([candidate], [hit], question, classify(question), reader, 1)
    assert (document.slice(read.answer) if read.answer else None) == answer
    assert read.fits is (answer is not None)
    assert (read.answerable, scored.scores.answerable) == (0.9, 0.9)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("Its constitution differs from the one of Brazil.", False),
        ("The club could look like a back door into one.", False),
        ("It has become one of the largest in the world.", False),
        ("Of the senators, one sits for life.", True),
        ("There were three, and now there is one.", True),
        ("Their number fell from three to one.", True),
        ("It has a senate of one.", True),
    ],
)
def test_who_or_what_is_meant_by_one_is_no_number(text, fits):
    document, span = make_document("a.txt", text), Span(0, len(text))
    hit = Hit(1, Chunk(1, "a.txt", span, text), Scores(dense=0.3))
    candidate = Candidate(hit, document, Block(BlockKind.PARAGRAPH, span), span, text)
    question = "How many senators are there?"
    reader = MarkingReader("one")
    [read], _ = with_readings([candidate], [hit], question, classify(question), reader, 1)
    assert read.fits is fits


@pytest.mark.parametrize(
    ("marked", "fits"),
    [
        ("former Chief of Staff", False),
        ("Ali Khan", True),
        ("The king", True),
    ],
)
def test_a_title_of_the_person_asked_about_is_nobody_else(marked, fits):
    text = (
        "The king praised former Chief of Staff, General Raheel Sharif, and Ali Khan, Raheel Sharif’s "
        "successor, the man at his side."
    )
    document, span = make_document("a.txt", text), Span(0, len(text))
    hit = Hit(1, Chunk(1, "a.txt", span, text), Scores(dense=0.3))
    candidate = Candidate(hit, document, Block(BlockKind.PARAGRAPH, span), span, text)
    question = "Who replaced Raheel Sharif?"
    reader = MarkingReader(marked)
    [read], _ = with_readings([candidate], [hit], question, classify(question), reader, 1)
    assert read.fits is fits


class OneDocument:
    """An index of one document in which every term is equally rare."""

    def __init__(self, document):
        self._document = document

    def document(self, name):
        assert name == self._document.name
        return self._document

    def document_frequencies(self, terms):
        return dict.fromkeys(terms, 1), 10


HEADED = document_of(
    (BlockKind.HEADING, "Why Pakistan joined the coalition", 2),
    (BlockKind.PARAGRAPH, "Some say so. The study sees two motives.", 0),
    (BlockKind.LIST_ITEM, "Standing among its neighbours.", 0),
    (BlockKind.LIST_ITEM, "Money from the Gulf, for a long time.", 0),
    (BlockKind.PARAGRAPH, "Two reports agree. Three questions stay:", 0),
    (BlockKind.LIST_ITEM, "Who commands the men?", 0),
    (BlockKind.LIST_ITEM, "Who pays them all?", 0),
)


def sentences_for(question, document=HEADED):
    span = Span(0, len(document.text))
    hit = Hit(1, Chunk(1, "a.txt", span, document.text), Scores())
    found = candidate_sentences(OneDocument(document), [hit], classify(question), question)
    return with_overlap(found, question, OneDocument(document))


def test_a_sentence_is_under_its_heading():
    found = {item.text: item.overlap for item in sentences_for("Why did Pakistan join?")}
    assert found["Money from the Gulf, for a long time."] == 1.0
    plain = document_of((BlockKind.PARAGRAPH, "Money from the Gulf.", 0))
    [alone] = sentences_for("Why did Pakistan join?", plain)
    assert alone.overlap == 0.0


def test_only_a_sentence_with_the_acronym_has_the_words_that_it_stands_for():
    document = document_of((BlockKind.PARAGRAPH, "The SCO has a seat here. SCOR met there.", 0))
    context = "A report\nSCO: Shanghai Cooperation Organisation"
    span = Span(0, len(document.text))
    hit = Hit(1, Chunk(1, "a.txt", span, document.text, context), Scores())
    question = "Where is the organisation for cooperation?"
    index = OneDocument(document)
    found = candidate_sentences(index, [hit], classify(question), question)
    first, second = with_overlap(found, question, index)
    assert (first.overlap, second.overlap) == (1.0, 0.0)


def test_a_sentence_that_counts_its_list_is_quoted_with_it():
    whole = (
        "The study sees two motives.\n\nStanding among its neighbours.\n\n"
        "Money from the Gulf, for a long time."
    )
    questions = "Three questions stay:\n\nWho commands the men?\n\nWho pays them all?"
    texts = [item.text for item in sentences_for("Which motives are there?")]
    assert texts[:2] == ["Some say so.", whole]
    assert questions in texts
    other = document_of(
        (BlockKind.PARAGRAPH, "Exports rose by 2 percent. It trained for two years.", 0),
        (BlockKind.LIST_ITEM, "It trained two brigades.", 0),
        (BlockKind.LIST_ITEM, "It sold all of them.", 0),
    )
    texts = [item.text for item in sentences_for("Which motives are there?", other)]
    assert texts == [
        "Exports rose by 2 percent.",
        "It trained for two years.",
        "It trained two brigades.",
        "It sold all of them.",
    ]
    texts = [item.text for item in sentences_for("Where does it stand?")]
    assert texts[:2] == ["Some say so.", "The study sees two motives."]
    assert questions in texts


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Who is the bank's chief economist?", "John Smith"), ("Who lowered inflation?", None)],
)
def test_a_source_is_the_answer_where_it_holds_the_office_asked_for(question, answer):
    text = "John Smith, the bank's chief economist, said inflation would fall."
    document, span = make_document("a.txt", text), Span(0, len(text))
    hit = Hit(1, Chunk(1, "a.txt", span, text), Scores(dense=0.3))
    candidate = Candidate(hit, document, Block(BlockKind.PARAGRAPH, span), span, text)
    reader = MarkingReader("John Smith")
    [read], _ = with_readings([candidate], [hit], question, classify(question), reader, 1)
    assert (document.slice(read.answer) if read.answer else None) == answer
