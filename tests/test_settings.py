"""Settings."""

from __future__ import annotations

import pytest

from rag.errors import SettingsError
from rag.settings import ChunkingSettings, Settings, load_settings


def write(tmp_path, text):
    path = tmp_path / "rag.toml"
    path.write_text(text)
    return path


def test_defaults_hold_without_file_or_variables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_settings(environment={}) == Settings()


def test_variables_win_over_the_file(tmp_path):
    path = write(tmp_path, "[chunking]\nmax_tokens = 100\noverlap_sentences = 2\n")
    settings = load_settings(path, {"RAG_CHUNKING_MAX_TOKENS": "150", "PATH": "/bin"})
    assert settings.chunking == ChunkingSettings(max_tokens=150, overlap_sentences=2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[chunking]\nmax_token = 1", "Unknown setting chunking.max_token .* max_tokens"),
        ("[chunk]\nmax_tokens = 1", "Unknown settings group 'chunk'"),
        ("chunking = 3", "Unknown settings group 'chunking'"),
        ("[chunking]\nmax_tokens = 'many'", "Expected int for chunking.max_tokens"),
        ("[chunking]\nmax_tokens = 100.5", "Expected int for chunking.max_tokens"),
        ("[chunking]\nmax_tokens = true", "Expected int"),
        ("[embedding]\nmodel = 3", "Expected str for embedding.model"),
        ("[retrieval]\ndense_weight = 1.5", "between 0 and 1"),
        ("[embedding]\nbackend = 'cuda'", "one of auto, openvino, sentence-transformers"),
        ("[chunking", "readable TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, message):
    with pytest.raises(SettingsError, match=message):
        load_settings(write(tmp_path, text), {})


def test_an_unknown_variable_of_a_group_is_an_error():
    with pytest.raises(SettingsError, match="answering.treshold"):
        load_settings(environment={"RAG_ANSWERING_TRESHOLD": "0.3"})


def test_a_file_that_was_named_must_exist(tmp_path):
    with pytest.raises(SettingsError, match="nowhere.toml"):
        load_settings(tmp_path / "nowhere.toml", {})


def test_the_hash_changes_with_any_setting():
    assert Settings().sha256() == Settings().sha256()
    assert Settings().sha256() != Settings(chunking=ChunkingSettings(max_tokens=199)).sha256()
