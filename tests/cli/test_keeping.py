"""The commands index, verify and status."""

from __future__ import annotations

import json

from tests.cli.conftest import BRIDGE, FERRY, QUESTION, json_of, run


def test_index_reads_corpus_into_the_default_index(folder):
    result = run("index")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.startswith(
        "index/default, generation 1: 2 added, 0 changed, 0 removed, 0 unchanged, 0 skipped; "
        "2 passages embedded, 0 reused; "
    )
    assert (folder / "index" / "default" / "catalog.sqlite").is_file()


def test_a_second_run_says_what_changed(indexed):
    (indexed / "corpus" / "market.md").unlink()
    (indexed / "corpus" / "new.txt").write_text("A new text about lamps and oil.\n", "utf-8")
    result = run("index", "--verbose")
    lines = result.stdout.splitlines()
    assert lines[:2] == ["added: new.txt", "removed: market.md"]
    assert lines[2].startswith("Seconds: read 0.")
    assert lines[3].startswith(
        "index/default, generation 2: 1 added, 0 changed, 1 removed, 1 unchanged, 0 skipped; "
        "1 passage embedded, 0 reused; "
    )


def test_skipped_files_are_a_warning_with_the_reason(folder):
    (folder / "corpus" / "empty.txt").write_text("", encoding="utf-8")
    (folder / "corpus" / "what.bin").write_bytes(b"\x00\x01")
    result = run("index")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "warning: 2 files skipped",
        "  empty.txt: empty",
        "  what.bin: unsupported format",
    ]
    assert "2 skipped" in result.stdout
    verbose = run("index", "--verbose", "--quiet")
    assert verbose.stdout == ""
    lines = verbose.stderr.splitlines()
    assert lines[1].startswith("  empty.txt: empty: ")
    assert len(lines[1]) > len("  empty.txt: empty: ")


def test_index_exits_2_when_nothing_can_be_indexed(folder):
    only = folder / "only"
    only.mkdir()
    (only / "empty.txt").write_text("", encoding="utf-8")
    result = run("index", "only")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: Expected at least one readable document, but none of")
    verbose = run("index", "only", "--verbose")
    assert verbose.exit_code == 2
    assert verbose.stderr.startswith("  empty.txt: empty: ")


def test_index_of_a_missing_folder_is_one_error_line(folder):
    result = run("index", "nowhere")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: Expected a file or folder at nowhere, but there is none. Check the path.\n"
    )


def test_other_settings_need_a_rebuild(indexed):
    (indexed / "other.toml").write_text(
        '[embedding]\nmodel = "hashing"\n[chunking]\nmax_tokens = 64\n', encoding="utf-8"
    )
    refused = run("index", "--settings", "other.toml")
    assert refused.exit_code == 2
    assert "rag index --rebuild" in refused.stderr
    assert run("index", "--settings", "other.toml", "--rebuild").exit_code == 0
    assert run("ask", QUESTION).exit_code == 2
    assert run("ask", QUESTION, "--settings", "other.toml").exit_code == 0


def test_unknown_settings_are_an_error(folder):
    (folder / "rag.toml").write_text("[chunking]\nsize = 3\n", encoding="utf-8")
    result = run("index")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: Unknown setting chunking.size in rag.toml")


def test_verify_passes_and_then_fails_by_name(indexed):
    answers = indexed / "answers.json"
    answers.write_text(run("ask", QUESTION, "--json").stdout, encoding="utf-8")
    passed = run("verify", "answers.json")
    assert passed.exit_code == 0
    assert passed.stdout == (
        f"line 1: {QUESTION}\n"
        f"  [1] intact: bridge.md: “{BRIDGE}”\n"
        "passed: 1 answer, 1 citation: 1 intact; 0 failed\n"
    )
    source = indexed / "corpus" / "bridge.md"
    source.write_text(source.read_text("utf-8").replace("1874", "1878"), encoding="utf-8")
    failed = run("verify", "answers.json", "--quiet")
    assert failed.exit_code == 1
    lines = failed.stdout.splitlines()
    assert lines[1] == f"  [1] FAILED: altered: bridge.md: “{BRIDGE}”"
    assert lines[-2] == f"      now: {BRIDGE.replace('1874', '[-1874-] {+1878+}')}"
    assert lines[-1] == "FAILED: 1 answer, 1 citation: 1 altered; 1 failed"
    report = run("verify", "answers.json", "--json")
    assert report.exit_code == 1
    assert json.loads(report.stdout)["outcomes"]["altered"] == 1


def test_verify_names_the_line_of_a_malformed_file(library, tmp_path):
    answers = tmp_path / "answers.jsonl"
    answers.write_text('{"a": 1\n', encoding="utf-8")
    result = run("verify", str(answers))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {answers}, line 1: expected JSON, but: ")


def test_status_lists_documents_and_skipped_files(indexed):
    (indexed / "corpus" / "what.bin").write_bytes(b"\x00\x01")
    run("index")
    status = json_of("status")
    assert status["index"] == {"name": "default", "folder": "index/default", "generation": 2}
    assert status["made_with"]["embedder"] == "hashing@256"
    assert status["passages"] == 2
    assert status["size_bytes"]["total"] > status["size_bytes"]["catalog"] > 0
    bridge, market = status["documents"]
    assert bridge | {"sha256": ""} == {
        "document": "bridge.md",
        "other_names": [],
        "title": "Bridges of Vell",
        "author": "Ada Quill",
        "date": "2017-12-04",
        "kind": "op-ed",
        "pages": None,
        "passages": 1,
        "characters": len(f"{BRIDGE} {FERRY}"),
        "sha256": "",
    }
    assert market["document"] == "market.md"
    (skipped,) = status["skipped"]
    assert (skipped["document"], skipped["reason"]) == ("what.bin", "unsupported format")
    assert "  what.bin: unsupported format\n" in run("status").stdout


def test_status_verbose_shows_what_cleaning_dropped(library):
    dropped = json_of("status", "--verbose")["documents"][0]["dropped"]
    assert "title: Bridges of Vell" in dropped[0]["text"]
    assert "    dropped (" in run("status", "--verbose").stdout
    assert "    dropped (" not in run("status").stdout


def test_status_check_compares_hashes(indexed):
    assert run("status", "--check").stdout.endswith("Every part of the index matches its hash.\n")
    (indexed / "corpus" / "bridge.md").write_text("Other words.\n", encoding="utf-8")
    (indexed / "corpus" / "market.md").unlink()
    assert json_of("status", "--check")["outdated"] == [
        {"document": "bridge.md", "change": "changed"},
        {"document": "market.md", "change": "missing"},
    ]
    changed = run("status", "--check").stdout
    assert "bridge.md: changed since it was indexed; run rag index.\n" in changed
    vectors = next((indexed / "index").rglob("*.vectors.f16"))
    content = bytearray(vectors.read_bytes())
    content[-1] ^= 1
    vectors.write_bytes(content)
    result = run("status", "--check")
    assert result.exit_code == 2
    assert ".vectors.f16 was changed" in result.stderr
