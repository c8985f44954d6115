"""From a question to an answer, with a reader that marks what the test says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from threading import Barrier

import pytest

from rag.checks import MAX_QUESTION_CHARACTERS
from rag.embedding import HashingEmbedder, OpenVinoEmbedder, open_embedder
from rag.errors import InputError
from rag.pipeline import Pipeline
from rag.reading import FootnoteReader, PassageReading, SentenceReading, open_reader
from rag.settings import AnsweringSettings, EmbeddingSettings, ReadingSettings, Settings
from rag.store import Filters
from rag.store.memory import MemoryStore
from rag.types import Block, BlockKind, Document, Metadata, Reading, Span, Status, Turn
from tests.conftest import changes_for, make_document

COLUMN = (
    "The coalition of Muslim states met in Riyadh. The coalition has 41 members at present. "
    "Critics say that its mandate is unclear."
)
PAPER = (
    "Saudi Arabia announced the coalition in December 2015. At first it had 34 members, and the "
    "coalition now has 42 members. Pakistan joined in January 2016."
)
REPORT = "As of the summit, the coalition has forty-two members in three continents."


class MarkingReader:
    """Marks what a pattern matches, with the probability given for it."""

    def __init__(self, pattern: str, probability: float = 0.95) -> None:
        self.pattern, self.probability = re.compile(pattern), probability

    def read(self, question, passages):
        return [item.best for item in self.read_sentences(question, passages, [[]] * len(passages))]

    def read_sentences(self, question, passages, sentences):
        return [self._read(text, own) for text, own in zip(passages, sentences, strict=True)]

    def read_several(self, tasks):
        return [self.read_sentences(*task) for task in tasks]

    def _read(self, passage, sentences):
        readings = []
        for span in sentences:
            found = list(self.pattern.finditer(passage, span.start, span.end))
            place = Span(*found[-1].span()) if found else Span(span.start, span.start)
            readings.append(SentenceReading(place, self.probability if found else 0.01))
        found = self.pattern.search(passage)
        place = found.span() if found else (0, 0)
        best = Reading(*place, passage[slice(*place)], 1.0, self.probability if found else 0.01)
        return PassageReading(best, tuple(readings))


@pytest.fixture
def settings():
    return Settings(
        embedding=EmbeddingSettings(model="hashing"),
        reading=ReadingSettings(reader="none"),
        answering=AnsweringSettings(threshold=0.3),
    )


def pipeline_of(settings, manifest, *documents, reader=None):
    embedder, store = HashingEmbedder(), MemoryStore()
    changes = [change for doc in documents for change in changes_for(doc, settings, embedder)]
    store.apply(changes, manifest)
    return Pipeline(store, embedder, settings, reader)


@pytest.fixture
def library():
    return [
        make_document("column.txt", COLUMN, author="S. Khan", kind="op-ed"),
        make_document("paper.txt", PAPER, title="A paper", kind="paper"),
        make_document("report.txt", REPORT, kind="report"),
    ]


def test_every_quote_is_its_document_at_its_span(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library, reader=MarkingReader(r"4\d|forty-two"))
    for question in ("How many members?", "Why is the mandate unclear?", "What about Riyadh?"):
        answer = pipeline.ask(question)
        for citation in answer.citations:
            document = pipeline.document(citation.document)
            assert document.text[citation.span.start : citation.span.end] == citation.quote
            assert citation.sha256 == document.sha256
        numbers = [citation.number for citation in answer.citations]
        assert numbers == list(range(1, len(numbers) + 1))
        assert all(sentence.citations for sentence in answer.sentences)
        used = {number for sentence in answer.sentences for number in sentence.citations}
        assert used == set(numbers)


def test_different_numbers_are_shown_side_by_side_and_equal_ones_once(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library, reader=MarkingReader(r"4\d|forty-two"))
    answer = pipeline.ask("How many members does the coalition have?")
    [disagreement] = answer.disagreements
    by_value = {position.value: position.citations for position in disagreement.positions}
    sources = {
        value: {answer.citations[number - 1].document for number in numbers}
        for value, numbers in by_value.items()
    }
    assert len(sources) == 2
    assert sources["41"] == {"column.txt"}
    assert answer.text.startswith("Sources differ: ")


def test_a_doubtful_sentence_that_counts_what_is_asked_for_is_a_position(settings, manifest):
    class DoubtfulReader(MarkingReader):
        def _read(self, passage, sentences):
            self.probability = 0.95 if "forty-two" in passage else 0.2
            return super()._read(passage, sentences)

    column = make_document("column.txt", "Her column of last month gave it 41 members in all.")
    report = make_document("report.txt", REPORT)
    reader = DoubtfulReader(r"41|forty-two")
    pipeline = pipeline_of(settings, manifest, column, report, reader=reader)
    [shown] = pipeline.ask("How many members does the coalition have?").disagreements
    assert {position.value for position in shown.positions} == {"forty-two", "41"}
    assert pipeline.ask("What number did the coalition reach?").disagreements == ()


@pytest.mark.parametrize(
    ("column", "question", "values"),
    [
        ("It was the 41-member group's first day.", "How many countries joined it?", ["42", "41"]),
        ("It was the 41-member group's first day.", "How many joined it?", []),
        ("It was the 12-member group's first day.", "How many countries joined it?", []),
        ("All five members came.", "How many countries joined it?", []),
        ("It was the 41-member group's first day.", "How many Arab countries joined it?", []),
        ("It was the 41-member group's first day.", "How many countries joined ECOWAS?", []),
        ("ECOWAS, a 41-member group, met.", "How many countries joined ECOWAS?", ["42", "41"]),
        ("It was the 41-member group's first day.", "How many states joined initially?", []),
    ],
)
def test_a_count_near_the_answer_needs_no_reader_to_be_a_position(
    settings, manifest, column, question, values
):
    class SureOfOne(MarkingReader):
        def _read(self, passage, sentences):
            self.probability = 0.95 if "42" in passage else 0.02
            return super()._read(passage, sentences)

    documents = [
        make_document("column.txt", f"{column} The minister was there in person."),
        make_document("paper.txt", "Altogether 42 states joined it. Their number has grown."),
    ]
    pipeline = pipeline_of(settings, manifest, *documents, reader=SureOfOne(r"\d\d|five"))
    shown = pipeline.ask(question).disagreements
    assert [position.value for item in shown for position in item.positions] == values


@pytest.mark.parametrize(
    ("first", "values"), [("ECOWAS met again.", ["42", "41"]), ("The league met again.", [])]
)
def test_a_document_that_begins_with_the_thing_asked_about_counts_it(
    settings, manifest, first, values
):
    class SureOfOne(MarkingReader):
        def _read(self, passage, sentences):
            self.probability = 0.95 if "42" in passage else 0.02
            return super()._read(passage, sentences)

    speeches = "The ministers spoke for hours about roads, ports, fish and the price of rice. " * 30
    column = make_document("column.txt", f"{first}\n\n{speeches}\n\nThe 41-member group went home.")
    paper = make_document(
        "paper.txt", "Altogether 42 states joined ECOWAS. Their number has grown."
    )
    reader = SureOfOne(r"\d\d")
    pipeline = pipeline_of(settings, manifest, column, paper, reader=reader)
    answer = pipeline.ask("How many countries joined ECOWAS?")
    assert any("41" in hit.chunk.text and "met" not in hit.chunk.text for hit in answer.passages)
    shown = [position.value for item in answer.disagreements for position in item.positions]
    assert shown == values


def test_a_question_in_a_document_answers_nothing(settings, manifest):
    texts = {
        "a.txt": "Why did Pakistan join the coalition? This paper asks why Pakistan joined it.",
        "b.txt": "Pakistan joined the coalition for the sake of its ties with Riyadh.",
    }
    documents = [make_document(name, text) for name, text in texts.items()]
    reader = MarkingReader(r"Pakistan join\w*")
    pipeline = pipeline_of(settings, manifest, *documents, reader=reader)
    answer = pipeline.ask("Why did Pakistan join the coalition?")
    assert [citation.document for citation in answer.citations] == ["b.txt"]


def test_a_span_that_only_repeats_the_question_is_no_short_answer(settings, manifest):
    text = "Iran is the absence that every writer mentions; it never joined the coalition."
    pipeline = pipeline_of(
        settings, manifest, make_document("a.txt", text), reader=MarkingReader("Iran")
    )
    assert pipeline.ask("Which coalition did Iran join?").short_answer is None
    assert pipeline.ask("Did Qatar or Iran stay out of the coalition?").short_answer == "Iran"


def test_a_person_whom_the_question_names_is_not_the_one_asked_for(settings, manifest):
    text = "General Raheel Sharif had the command of the coalition for six years."
    pipeline = pipeline_of(
        settings, manifest, make_document("a.txt", text), reader=MarkingReader("General.* Sharif")
    )
    asked_for, named = (
        pipeline.ask(question)
        for question in ("Who had the command?", "Who had the command after Raheel Sharif?")
    )
    assert asked_for.short_answer == "General Raheel Sharif"
    assert named.short_answer is None
    assert named.confidence < asked_for.confidence


def test_no_span_answers_yes_or_no(settings, manifest):
    text = "Turkey is a member of the coalition since 2015, the column of last month says."
    pipeline = pipeline_of(
        settings, manifest, make_document("a.txt", text), reader=MarkingReader("a member")
    )
    answer = pipeline.ask("Is Turkey in the coalition?")
    assert (answer.short_answer, answer.citations[0].quote) == (None, text)
    assert pipeline.ask("What is Turkey in the coalition?").short_answer == "a member"


def test_an_aim_of_a_study_answers_only_a_question_for_aims(settings, manifest):
    text = "Research Objectives\n\nTo analyse why Pakistan joined the coalition of states."
    paragraphs = [
        Block(BlockKind.HEADING, Span(0, 19), 1),
        Block(BlockKind.LIST_ITEM, Span(21, 76)),
    ]
    study = replace(make_document("study.txt", text), blocks=tuple(paragraphs))
    reader = MarkingReader(r"Pakistan joined")
    pipeline = pipeline_of(settings, manifest, study, reader=reader)
    assert pipeline.ask("Why did Pakistan join the coalition?").citations == ()
    assert pipeline.ask("What is the purpose of the coalition of states?").citations == ()
    [cited] = pipeline.ask("Which objective concerns why Pakistan joined?").citations
    assert cited.quote == text[21:76]
    [cited] = pipeline.ask("What is the evaluation's aim as to why Pakistan joined?").citations
    assert cited.quote == text[21:76]


def test_words_that_no_document_has_count_against_an_answer(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library, reader=MarkingReader(r"41"))
    known = pipeline.ask("How many members does the coalition of Riyadh have?")
    state = pipeline.ask("How many members does the Saudi coalition have?")
    unknown = pipeline.ask("How many members does the Peruvian coalition have?")
    doubt = 1 - unknown.confidence
    assert doubt > 1.5 * (1 - known.confidence)
    assert doubt > 1.5 * (1 - state.confidence)


def test_sources_that_agree_are_no_disagreement(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library[1:], reader=MarkingReader(r"42|forty-two"))
    answer = pipeline.ask("How many members does the coalition have?")
    assert answer.disagreements == ()
    assert answer.short_answer in {"42", "forty-two"}
    assert len(answer.sentences) <= 2


def test_open_questions_have_no_short_answer(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library, reader=MarkingReader(r"mandate"))
    answer = pipeline.ask("Why do critics complain about the coalition?")
    assert answer.status is Status.ANSWERED
    assert answer.short_answer is None


def test_both_models_are_opened_at_once_ahead_of_the_first_question(monkeypatch):
    together = Barrier(3, timeout=20)  # the two openings and this test
    for kind in (OpenVinoEmbedder, FootnoteReader):
        monkeypatch.setattr(kind, "open", lambda _: together.wait())
    embedder, reader = open_embedder(EmbeddingSettings()), open_reader()
    Pipeline(MemoryStore(), embedder, Settings(), reader).open_ahead()
    together.wait()
    assert not together.broken


@pytest.mark.parametrize(
    ("marked", "question", "expected"),
    [
        ("Khawaja", "Who proposed a pact?", "Khawaja Asif"),
        ("Minister", "Who is Khawaja Asif?", "Minister"),  # another name, which was asked about
        ("pact", "What did Asif propose?", "pact"),
        ("Asif", "Who proposed a pact?", "Asif"),
    ],
)
def test_a_short_answer_holds_the_whole_name(settings, manifest, marked, question, expected):
    text = "Minister Khawaja Asif proposed a pact Turkey may join."
    document = make_document("news.txt", text)
    pipeline = pipeline_of(settings, manifest, document, reader=MarkingReader(rf"\b{marked}\b"))
    assert pipeline.ask(question).short_answer == expected


@pytest.mark.parametrize(
    ("marked", "question", "expected"),
    [
        (r"2,150", "How many stores did the chain open?", "2,150"),
        (r"2,150 .* 310", "How many stores did the chain open?", None),
        (r"Stores opened .* 2,150", "How many stores did the chain open?", "2,150"),
        (r"Stores opened", "What does the row say?", "Stores opened"),
    ],
)
def test_of_a_tables_row_one_number_is_the_short_answer_or_none(
    settings, manifest, marked, question, expected
):
    row = "Stores opened by the chain | 2,150 | 310"
    blocks = (Block(BlockKind.TABLE_ROW, Span(0, len(row))),)
    document = Document("table.txt", "0" * 64, row, Metadata(), blocks=blocks)
    pipeline = pipeline_of(settings, manifest, document, reader=MarkingReader(marked))
    assert pipeline.ask(question).short_answer == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many stores did the chain open in 2024?", "310"),
        ("How many stores did the chain close in 2024?", "12"),
        ("What were the stores opened of the chain in 2024?", "310"),
        ("How many stores did the chain open in 2025?", None),
        ("How many lorries did the chain buy in 2024?", None),
    ],
)
def test_a_row_and_a_head_that_the_question_names_answer_whatever_the_reader_thinks(
    settings, manifest, question, expected
):
    rows = ["Of the chain | 2023 | 2024", "Stores opened | 2,150 | 310", "Stores closed | 9 | 12"]
    starts = [sum(len(row) + 1 for row in rows[:index]) for index in range(len(rows))]
    spans = [Span(start, start + len(row)) for start, row in zip(starts, rows, strict=True)]
    blocks = tuple(Block(BlockKind.TABLE_ROW, span) for span in spans)
    document = Document("table.txt", "0" * 64, "\n".join(rows), Metadata(), blocks=blocks)
    pipeline = pipeline_of(settings, manifest, document, reader=MarkingReader("zzz"))
    answer = pipeline.ask(question)
    assert answer.short_answer == expected
    assert (answer.status is Status.ANSWERED) is (expected is not None)


def test_below_the_threshold_nothing_is_quoted(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library, reader=MarkingReader("zzz"))
    answer = pipeline.ask("How many members does the coalition have?")
    assert answer.status is Status.NOT_FOUND
    assert (answer.sentences, answer.citations, answer.text) == ((), (), "")
    assert answer.short_answer is None
    assert answer.passages
    assert {hit.scores.answerable for hit in answer.passages} == {0.01}


def test_a_greeting_is_not_answered(settings, manifest):
    document = make_document("a.txt", "Hello, said the envoy of Peru to the members.")
    pipeline = pipeline_of(settings, manifest, document, reader=MarkingReader("Hello"))
    assert pipeline.ask("What did the envoy of Peru say to the members?").citations
    answer = pipeline.ask("Hello!")
    assert (answer.status, answer.confidence) == (Status.NOT_FOUND, 0.0)
    assert [hit.chunk.document for hit in answer.passages] == ["a.txt"]


def test_headings_and_references_are_not_quoted(settings, manifest):
    texts = [
        (BlockKind.HEADING, "How many members does the coalition have?"),
        (BlockKind.PARAGRAPH, "The coalition has 41 members at present."),
        (BlockKind.REFERENCE, "Khan, S. (2017). The coalition has 41 members. Arab News."),
    ]
    text, blocks = "", []
    for kind, content in texts:
        text += "\n\n" if text else ""
        blocks.append(Block(kind, Span(len(text), len(text) + len(content)), 0))
        text += content
    document = Document("a.txt", "0" * 64, text, Metadata(), blocks=tuple(blocks))
    pipeline = pipeline_of(settings, manifest, document, reader=MarkingReader("members"))
    answer = pipeline.ask("How many members does the coalition have?")
    assert [sentence.text for sentence in answer.sentences] == [texts[1][1]]


def test_a_list_is_quoted_with_the_sentence_that_announces_it(settings, manifest):
    parts = [
        (BlockKind.PARAGRAPH, "The centre opened in 2016. The centre had three tasks:"),
        (BlockKind.LIST_ITEM, "training the officers of member states"),
        (BlockKind.LIST_ITEM, "sharing what the services know"),
        (BlockKind.LIST_ITEM, "cutting off the money of armed groups"),
        (BlockKind.PARAGRAPH, "Nothing else was planned."),
    ]
    text, blocks = "", []
    for kind, content in parts:
        text += "\n\n" if text else ""
        blocks.append(Block(kind, Span(len(text), len(text) + len(content)), 0))
        text += content
    document = Document("a.txt", "1" * 64, text, Metadata(), blocks=tuple(blocks))
    pipeline = pipeline_of(settings, manifest, document, reader=MarkingReader("three tasks"))
    answer = pipeline.ask("What tasks did the centre have?")
    assert (
        answer.sentences[0].text == text[text.index("The centre had") : text.index("\n\nNothing")]
    )
    assert "sharing what the services know" not in [item.text for item in answer.sentences]


def test_repeats_in_other_documents_become_further_citations(settings, manifest):
    same = "The coalition has 41 members at present, as the columnist says."
    documents = [make_document(f"{n}.txt", f"{same} Text {n} goes on with word{n}.") for n in "ab"]
    pipeline = pipeline_of(settings, manifest, *documents, reader=MarkingReader("41"))
    answer = pipeline.ask("How many members does the coalition have?")
    assert answer.sentences[0].citations == (1, 2)
    assert {citation.document for citation in answer.citations[:2]} == {"a.txt", "b.txt"}
    assert [citation.quote for citation in answer.citations[:2]] == [same, same]


def test_without_a_reader_sentences_come_by_similarity(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library)
    answer = pipeline.ask("Saudi Arabia announced the coalition in December 2015")
    assert answer.status is Status.ANSWERED
    assert answer.sentences[0].text.startswith("Saudi Arabia announced")
    assert answer.short_answer is None
    assert "read" not in answer.timings_ms


def test_the_same_question_gives_the_same_bytes(settings, manifest, library):
    reader = MarkingReader(r"4\d")
    first = pipeline_of(settings, manifest, *library, reader=reader)
    second = pipeline_of(settings, manifest, *reversed(library), reader=reader)

    def bytes_of(pipeline):
        content = pipeline.ask("How many members does the coalition have?").to_dict()
        del content["timings_ms"]
        return json.dumps(content)

    assert bytes_of(first) == bytes_of(first) == bytes_of(second)


def test_the_json_has_the_agreed_keys(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library, reader=MarkingReader(r"4\d"))
    content = pipeline.ask("How many members does the coalition have?").to_dict()
    assert set(content) == {
        "id", "question", "standalone_question", "status", "short_answer", "text", "sentences",
        "citations", "disagreements", "confidence", "passages", "index", "timings_ms",
    }  # fmt: skip
    assert set(content["citations"][0]) >= {
        "n", "document", "title", "author", "date", "kind", "page", "page_label", "start", "end",
        "quote", "sha256", "score",
    }  # fmt: skip
    assert set(content["passages"][0]) >= {
        "rank", "document", "page", "start", "end", "text", "scores",
    }  # fmt: skip
    assert set(content["timings_ms"]) == {"embed", "search", "read", "assemble", "total"}
    json.dumps(content)


def test_filters_and_history_reach_the_answer(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library, reader=MarkingReader(r"41|42|2016"))
    answer = pipeline.ask("How many members has it?", filters=Filters(kind="op-ed"))
    assert {hit.chunk.document for hit in answer.passages} == {"column.txt"}
    first = pipeline.ask("When did Pakistan join the coalition?")
    follow_up = pipeline.ask("Why?", history=[Turn("When did Pakistan join the coalition?", first)])
    assert follow_up.standalone_question == "Why did Pakistan join the coalition?"
    assert follow_up.question == "Why?"


@pytest.mark.parametrize("question", ["", "  ", "?!…", "\0", "x" * (MAX_QUESTION_CHARACTERS + 1)])
def test_what_is_no_question_is_refused(settings, manifest, library, question):
    pipeline = pipeline_of(settings, manifest, *library)
    with pytest.raises(InputError, match="Expected a question"):
        pipeline.ask(question)


def test_fewer_than_one_passage_is_refused(settings, manifest, library):
    with pytest.raises(InputError, match="at least 1"):
        pipeline_of(settings, manifest, *library).search("riyadh", k=0)


def test_half_a_character_is_replaced(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library)
    answer = pipeline.ask("Where did the coalition \ud800 meet?\n")
    assert answer.question == "Where did the coalition \ufffd meet?\n"
    assert answer.standalone_question == "Where did the coalition \ufffd meet?"
    json.dumps(answer.to_dict(), ensure_ascii=False).encode()


def test_what_is_no_question_or_turn_is_refused(settings, manifest, library):
    pipeline = pipeline_of(settings, manifest, *library)
    with pytest.raises(InputError, match="question as text, but got NoneType"):
        pipeline.ask(None)
    with pytest.raises(InputError, match=r"rag.Turn\(question, answer\)"):
        pipeline.ask("Why?", history=[("When did Pakistan join?", "2016")])
