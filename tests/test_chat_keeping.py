"""Conversations, feedback and passwords on disk."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

import docx
import pytest

from rag.chat.conversations import CANNOT_FIND, Conversations
from rag.chat.exporting import exported
from rag.chat.feedback import CANDIDATES_FILE, FEEDBACK_FILE, Feedback, Verdict
from rag.chat.judging import quoted_text
from rag.chat.passwords import add_user, checker
from rag.chat.records import answer_from_dict
from rag.chat.serving import check_reach, check_tools
from rag.chat.turns import Exchange
from rag.errors import InputError
from rag.evaluation.drafts import from_verdict
from rag.evaluation.gold import read_gold
from rag.types import (
    Answer,
    Chunk,
    Citation,
    Disagreement,
    Hit,
    IndexStamp,
    Metadata,
    Page,
    Position,
    Scores,
    Sentence,
    Span,
    Status,
)

QUOTE = "The office stands on Quay Street."
ANSWER = Answer(
    question="Where is the office?",
    standalone_question="Where is the harbour office?",
    status=Status.ANSWERED,
    sentences=(Sentence(QUOTE, (1,)),),
    citations=(
        Citation(
            1,
            "harbour.pdf",
            Metadata("The harbour", "Ada Lindqvist", "2021-03-04", "op-ed"),
            Page(3, "iii", Span(0, 0)),
            Span(10, 10 + len(QUOTE)),
            QUOTE,
            "0" * 64,
            0.9,
            ("copy.pdf",),
        ),
    ),
    passages=(
        Hit(
            1,
            Chunk(0, "harbour.pdf", Span(0, 90), "A passage."),
            Scores(0.5, 2.0, 0.9, 0.8),
            Page(3, "iii", Span(0, 0)),
        ),
    ),
    confidence=0.9,
    index=IndexStamp("default", 4, "ab" * 32),
    short_answer="Quay Street",
    disagreements=(Disagreement("street", (Position("Quay", (1,)), Position("Bay", (1,)))),),
    timings_ms={"total": 12.5},
)
REFUSED = replace(
    ANSWER, status=Status.NOT_FOUND, sentences=(), citations=(), short_answer=None, disagreements=()
)


def answered_anew(answer):
    """Yield the answer as it comes out each time that its question is asked."""
    for count in range(100):
        yield Exchange(answer.question, replace(answer, timings_ms={"total": 12.5 + count}))


@pytest.fixture
def conversations(tmp_path):
    kept = Conversations(tmp_path / "kept" / "conversations.sqlite")
    yield kept
    kept.close()


def test_an_answer_comes_back_from_its_json_as_it_was():
    assert answer_from_dict(json.loads(json.dumps(ANSWER.to_dict()))) == ANSWER


def test_a_conversation_is_found_again_after_a_restart(tmp_path):
    first = Conversations(tmp_path / "c.sqlite")
    exchange = Exchange("Where is the office?", ANSWER, within=("harbour.pdf",), threshold=0.4)
    identifier = first.keep(None, "ada", exchange)
    first.keep(identifier, "ada", Exchange("?!", error="Type a question in words."))
    first.close()
    second = Conversations(tmp_path / "c.sqlite")
    assert second.exchanges(identifier, "ada") == (
        exchange,
        Exchange("?!", error="Type a question in words."),
    )
    assert [(item.title, item.turns) for item in second.listed("ada")] == [
        ("Where is the office?", 2)
    ]
    second.close()


def test_pages_that_go_on_with_one_conversation_keep_all_their_answers(conversations):
    first = Exchange("Where is the office?", ANSWER)
    identifier = conversations.keep(None, "ada", first)
    further = [Exchange(f"Who sings song {number}?", REFUSED) for number in range(20)]
    with ThreadPoolExecutor(4) as pages:
        kept = list(pages.map(lambda item: conversations.keep(identifier, "ada", item), further))
    assert kept == [identifier] * 20
    last = Exchange("Who sings?", REFUSED)
    conversations.keep(identifier, "ada", last)
    exchanges = conversations.exchanges(identifier, "ada")
    assert (exchanges[0], exchanges[-1]) == (first, last)
    assert sorted(exchanges[1:-1], key=further.index) == further
    assert [item.turns for item in conversations.listed("ada")] == [22]


def test_a_file_of_the_version_before_is_read_on(tmp_path):
    path = tmp_path / "c.sqlite"
    kept = Conversations(path)
    identifier = kept.keep(None, "", Exchange("Where?", ANSWER, threshold=0.4))
    kept.close()
    with sqlite3.connect(path) as database:
        database.executescript("ALTER TABLE exchanges DROP COLUMN threshold; PRAGMA user_version=1")
    database.close()
    kept = Conversations(path)
    assert kept.exchanges(identifier, "") == (Exchange("Where?", ANSWER),)
    kept.close()


def test_a_file_that_is_no_such_database_is_named(tmp_path):
    (tmp_path / "c.sqlite").write_text("not a database at all, " * 100)
    with pytest.raises(InputError, match=r"c\.sqlite.*Move the file elsewhere"):
        Conversations(tmp_path / "c.sqlite")


def test_nobody_sees_or_changes_what_belongs_to_somebody_else(conversations):
    identifier = conversations.keep(None, "ada", Exchange("Mine?", ANSWER))
    assert conversations.listed("otto") == []
    for call in (
        lambda: conversations.exchanges(identifier, "otto"),
        lambda: conversations.rename(identifier, "otto", "Yours"),
        lambda: conversations.delete(identifier, "otto"),
        lambda: conversations.title(identifier, "otto"),
    ):
        with pytest.raises(InputError, match=CANNOT_FIND):
            call()
    assert conversations.keep(identifier, "otto", Exchange("Other?")) != identifier


def test_words_are_searched_in_titles_questions_and_answers(conversations):
    office = conversations.keep(None, "", Exchange("Where is the office?", ANSWER))
    other = conversations.keep(None, "", Exchange("100% of what?", REFUSED))

    def found(words):
        return {item.identifier for item in conversations.listed("", words)}

    assert found("quay street") == {office}
    assert found("100%") == {other}
    assert found("short_answer") == found("_") == set()
    assert found("office 100%") == set()
    conversations.rename(other, "", "Shares")
    assert found("shares") == {other}


def test_a_deleted_conversation_is_gone(conversations):
    identifier = conversations.keep(None, "", Exchange("Mine?", ANSWER))
    conversations.delete(identifier, "")
    assert conversations.listed("") == []
    with pytest.raises(InputError, match=CANNOT_FIND):
        conversations.exchanges(identifier, "")


def test_exports_hold_the_full_citations():
    exchanges = [
        Exchange("Where is the office?", ANSWER, within=("harbour.pdf",)),
        Exchange("?!", error="Type a question in words."),
        Exchange("Who sings?", REFUSED),
    ]
    kept = exported("Harbour / notes", exchanges, "json")
    assert kept.name == "Harbour - notes.json"
    first, second = json.loads(kept.content)
    assert first == {
        "conversation": "Harbour / notes",
        "within": ["harbour.pdf"],
        **ANSWER.to_dict(),
    }
    assert second["status"] == "not_found"
    text = exported("Harbour notes", exchanges, "markdown").content.decode()
    assert f"{QUOTE}[^1-1]" in text
    assert (
        '[^1-1]: "The harbour", Ada Lindqvist, opinion, 2021-03-04, harbour.pdf, p. 3 (iii)' in text
    )
    assert "Type a question in words." in text
    with pytest.raises(InputError, match="markdown, docx, json"):
        exported("Harbour notes", exchanges, "exe")


def test_a_conversation_becomes_a_word_file_with_its_quotes(tmp_path):
    kept = exported("Harbour notes", [Exchange("Where is the office?", ANSWER)], "docx")
    assert kept.name == "Harbour notes.docx"
    (tmp_path / kept.name).write_bytes(kept.content)
    paragraphs = [item.text for item in docx.Document(str(tmp_path / kept.name)).paragraphs]
    assert paragraphs[0] == "Harbour notes"
    assert any(QUOTE in paragraph for paragraph in paragraphs)


def test_verdicts_become_gold_questions_that_the_evaluation_reads(tmp_path):
    feedback = Feedback(tmp_path)
    asked, refused = answered_anew(ANSWER), answered_anew(REFUSED)
    feedback.keep([], next(asked), Verdict(right=True, note="Good."))
    feedback.keep([], next(refused), Verdict(right=True))
    feedback.keep([], next(refused), Verdict(right=False, passage=("song.txt", "Otto sings.")))
    feedback.keep([], next(asked), Verdict(right=False, note="Not at all."))
    feedback.keep([next(refused)], next(asked), Verdict(right=True))
    gold = read_gold(tmp_path / CANDIDATES_FILE)
    assert [(item.kind.value, [e.quote for e in item.evidence]) for item in gold.questions] == [
        ("fact", [QUOTE]),
        ("unanswerable: near miss", []),
        ("fact", ["Otto sings."]),
        ("follow-up", [QUOTE]),
    ]
    assert len((tmp_path / "feedback.jsonl").read_text().splitlines()) == 5


def test_the_last_verdict_on_an_answer_counts(tmp_path, conversations):
    feedback = Feedback(tmp_path)
    exchange, other = islice(answered_anew(ANSWER), 2)
    identifier = conversations.keep(None, "", exchange)

    def candidates():
        gold = read_gold(tmp_path / CANDIDATES_FILE)
        return [[evidence.quote for evidence in item.evidence] for item in gold.questions]

    feedback.keep([], exchange, Verdict(right=True))
    feedback.keep([], other, Verdict(right=True, note="A line\u2028break."))
    assert candidates() == [[QUOTE], [QUOTE]]
    (reopened,) = conversations.exchanges(identifier, "")
    marked = Verdict(right=False, passage=("song.txt", "Otto sings."))
    feedback.keep([], reopened, marked)
    assert candidates() == [[QUOTE], ["Otto sings."]]
    feedback.keep([], exchange, Verdict(right=False))
    assert candidates() == [[QUOTE]]
    feedback.keep([], other, Verdict(right=False))
    assert not (tmp_path / CANDIDATES_FILE).exists()
    feedback.keep([], exchange, Verdict(right=True))
    assert candidates() == [[QUOTE]]
    assert len((tmp_path / FEEDBACK_FILE).read_text().split("\n")) == 6 + 1


def test_candidates_that_a_person_wrote_stay_as_they_are(tmp_path):
    own = b'{"id": "mine",  "question": "Who sings?", "kind": "fact", "answers": ["Otto"]}'
    (tmp_path / CANDIDATES_FILE).write_bytes(own)
    feedback = Feedback(tmp_path)
    feedback.keep([], Exchange("Where is it?", ANSWER), Verdict(right=True))
    feedback.keep([], Exchange("Where is it?", ANSWER), Verdict(right=True, note="Yes."))
    first, second = (tmp_path / CANDIDATES_FILE).read_bytes().splitlines()
    assert first == own
    assert json.loads(second)["note"] == "Yes."
    feedback.keep([], Exchange("Where is it?", ANSWER), Verdict(right=False))
    assert (tmp_path / CANDIDATES_FILE).read_bytes() == own + b"\n"


def test_a_right_refusal_within_chosen_documents_is_no_gold_question(tmp_path):
    feedback = Feedback(tmp_path)
    within = ("harbour.pdf",)
    feedback.keep([], Exchange("Who sings?", REFUSED, within=within), Verdict(right=True))
    assert not (tmp_path / CANDIDATES_FILE).exists()
    (line,) = (tmp_path / FEEDBACK_FILE).read_text().splitlines()
    assert json.loads(line)["within"] == ["harbour.pdf"]
    assert from_verdict(json.loads(line)) is None
    feedback.keep([], Exchange("Where is it?", ANSWER, within=within), Verdict(right=True))
    (question,) = read_gold(tmp_path / CANDIDATES_FILE).questions
    assert [item.quote for item in question.evidence] == [QUOTE]


def test_marked_words_are_found_in_the_document_whatever_the_spaces():
    text = "One two\nthree  four."
    assert quoted_text(text, " two three four ") == "two\nthree  four"
    for wrong in ("two four", "", "x" * 5000):
        with pytest.raises(InputError, match="Mark some words"):
            quoted_text(text, wrong)


def test_passwords_are_kept_hashed_and_checked(tmp_path):
    path = tmp_path / "users"
    add_user(path, "ada", "correct horse")
    add_user(path, "otto", "battery staple")
    add_user(path, "ada", "another horse")
    assert "horse" not in path.read_text()
    check = checker(path)
    assert check("ada", "another horse")
    assert check("otto", "battery staple")
    assert not check("ada", "correct horse")
    assert not check("eve", "")


@pytest.mark.parametrize("text", ["", "ada\n", "ada:1:2:3\n"])
def test_a_password_file_without_users_is_refused(tmp_path, text):
    (tmp_path / "users").write_text(text)
    with pytest.raises(InputError, match="--add-user"):
        checker(tmp_path / "users")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org", ""])  # noqa: S104
def test_other_machines_need_a_password(host, tmp_path):
    with pytest.raises(InputError, match="--auth"):
        check_reach(host, None)
    check_reach(host, tmp_path)


def test_tools_for_assistants_are_not_offered_where_they_could_not_log_in(tmp_path):
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    check_tools(None)
    with pytest.raises(InputError, match="--mcp or --auth"):
        check_tools(tmp_path / "users")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_needs_none(host):
    check_reach(host, None)
