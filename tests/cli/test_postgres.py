"""The commands on an index in PostgreSQL: the same answers as on one in a folder."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.cli.conftest import QUESTION, environment, json_of, run

SECRET = "hush-4711"  # noqa: S105 - of nobody
FERRY_QUESTION = "What carried passengers across the river?"


@pytest.fixture
def both(library, postgres_address):
    """The same documents in a folder and in PostgreSQL, as options of the commands."""
    assert run("index", "--index", postgres_address).exit_code == 0
    return ("--index", "index/default"), ("--index", postgres_address)


def comparable(answer):
    """An answer without timings, the index's own name and the last digits of scores."""
    kept = {key: value for key, value in answer.items() if key not in {"timings_ms", "index"}}
    return json.loads(json.dumps(kept), parse_float=lambda digits: round(float(digits), 3))


def test_answers_and_passages_are_those_of_a_folder(both):
    for question in (QUESTION, FERRY_QUESTION, "Who owns the moon?"):
        folder, database = (
            json.loads(run("ask", question, *index, "--json").stdout) for index in both
        )
        assert comparable(folder) == comparable(database)
        folder, database = (json_of("search", question, *index, "-k", "3") for index in both)
        assert [comparable(hit) for hit in folder] == [comparable(hit) for hit in database]
    filtered = [json_of("search", QUESTION, *index, "--kind", "report") for index in both]
    assert {hit["document"] for hits in filtered for hit in hits} == {"market.md"}


def test_batch_verify_and_status_work_on_an_address(both, tmp_path):
    (tmp_path / "questions.txt").write_text(f"{QUESTION}\n{FERRY_QUESTION}\n", "utf-8")
    _, index = both
    answers = tmp_path / "answers.jsonl"
    result = run("batch", str(tmp_path / "questions.txt"), "-o", str(answers), *index)
    assert result.exit_code == 0, result.stderr
    assert run("verify", str(answers), *index).exit_code == 0
    status = json_of("status", *index, "--check")
    assert (status["passages"], status["index"]["generation"]) == (2, 1)
    assert status["methods"] == {
        "dense": "every vector in half",
        "lexical": "BM25 from the store's own postings",
    }
    assert min(status["size_bytes"][part] for part in ("catalog", "vectors", "lexical")) > 0
    assert "Search, lexical: BM25 from the store's own postings" in run("status", *index).stdout


def test_a_second_run_changes_nothing_and_a_rebuild_makes_all_anew(both):
    _, index = both
    again = run("index", *index)
    assert "generation 1: 0 added, 0 changed, 0 removed, 2 unchanged" in again.stdout
    assert "generation 2: 2 added" in run("index", "--rebuild", *index).stdout


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://user:{SECRET}@127.0.0.1/db",
        f"postgresql://user:a/{SECRET}@127.0.0.1/db",
        f"postgresql://user:a?{SECRET}@127.0.0.1/db",
        f"postgresql://user:a@{SECRET}@127.0.0.1/db",
        f"postgresql://127.0.0.1/db?password={SECRET}",
        f"postgres://127.0.0.1/db?schema=a&SSLPASSWORD={SECRET}",
        f"postgresql://127.0.0.1/db?scram_client_key={SECRET}",
    ],
)
def test_a_password_in_an_address_is_refused_without_repeating_it(folder, address):
    for command in (("status",), ("index",), ("ask", QUESTION)):
        result = run(*command, "--index", address)
        assert result.exit_code == 2
        assert "PGPASSWORD" in result.stderr
        assert SECRET not in result.stdout + result.stderr


def test_a_password_of_the_environment_is_never_shown(both, tmp_path, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", SECRET)
    _, (option, address) = both
    wrong = address.replace("postgres@", "nobody_known@")
    closed = "postgresql://nobody@127.0.0.1:9/db"
    shown = [
        run(*command, option, where)
        for where in (address, wrong, closed)
        for command in (("status", "--json"), ("ask", QUESTION, "--json"), ("index", "--verbose"))
    ]
    assert [result.exit_code for result in shown] == [0, 0, 0] + [2] * 6
    for result in shown:
        assert SECRET not in result.stdout + result.stderr
    assert "nobody_known" in shown[3].stderr


def test_an_index_that_is_not_there_is_told(folder, postgres, postgres_address):
    # One in the schema where pgvector itself lies, which every session looks into.
    assert run("index", "--index", postgres.address("public")).exit_code == 0
    result = run("ask", QUESTION, "--index", postgres_address)
    assert result.exit_code == 2
    assert "Run rag index first" in result.stderr
    assert "schema=" in run("status", "--index", "mysql://localhost/db").stderr


def test_without_the_extra_the_error_says_how_to_install_it(folder):
    code = "import sys; sys.modules['psycopg'] = None; from rag.cli import main; main()"
    command = [sys.executable, "-c", code, "status", "--index", "postgresql://127.0.0.1/db"]
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=environment())
    assert result.returncode == 2
    assert "pip install 'footnote-rag[postgresql]'" in result.stderr


def test_roles_may_do_what_they_are_for_and_no_more(library, postgres, postgres_address):
    import psycopg
    from psycopg import errors

    schema = postgres_address.split("schema=")[1]
    names = [f"{schema}_reader", f"{schema}_writer"]
    made = run("store", "init", postgres_address, "--reader", names[0], "--writer", names[1])
    assert made.exit_code == 0, made.stderr
    assert f"{names[0]} may read." in made.stdout
    reader, writer = (("--index", postgres.address(schema, user=name)) for name in names)
    assert run("index", *writer).exit_code == 0
    assert json_of("status", *reader)["passages"] == 2
    assert run("ask", QUESTION, *reader).exit_code == 0
    refused = run("index", "--rebuild", *reader)
    assert refused.exit_code == 2
    assert "permission denied" in refused.stderr
    assert json_of("status", *reader)["index"]["generation"] == 1
    for user, statement in (
        (names[0], f"TRUNCATE {schema}.chunks"),
        (names[1], f"DROP TABLE {schema}.chunks"),
        (names[1], f"CREATE TABLE {schema}.more (n integer)"),
        (names[1], f"ALTER TABLE {schema}.state DROP COLUMN terms"),
    ):
        with (
            psycopg.connect(postgres.address("", user=user)) as connection,
            pytest.raises(errors.InsufficientPrivilege),
        ):
            connection.execute(statement)
    again = json_of("store", "init", postgres_address, "--reader", names[0])
    assert again["roles_made"] == []


def test_a_copy_there_and_back_is_the_same(both, tmp_path):
    (_, folder), (_, database) = both
    there = json_of("copy", folder, f"{database}_copy")
    assert (there["documents_copied"], there["passages_copied"]) == (2, 2)
    back = json_of("copy", f"{database}_copy", str(tmp_path / "back"))
    assert back["sha256"] == there["sha256"]
    again = json_of("copy", folder, f"{database}_copy")
    assert (again["documents_copied"], again["sha256"]) == (0, there["sha256"])
    shown = run("copy", folder, f"{database}_copy").stdout
    assert "2 documents and 2 passages are the same in both" in shown
    answers = [
        comparable(json_of("ask", QUESTION, "--index", index))
        for index in (folder, str(tmp_path / "back"), f"{database}_copy")
    ]
    assert answers[0] == answers[1] == answers[2]
