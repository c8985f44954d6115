"""Settings, frozen, one group a stage.

They come from the defaults below, then ``rag.toml`` (tables named after the groups), then
environment variables ``RAG_<GROUP>_<KEY>``; the later wins. An unknown key is an error.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS_FILE = Path("rag.toml")


@dataclass(frozen=True, slots=True)
class LoadingSettings:
    """Limits for reading one source file, each enforced in a child process."""

    max_file_megabytes: float = 200.0
    """Larger files are skipped."""
    timeout_s: float = 120.0
    """Wall-clock seconds that parsing one file may take."""
    memory_megabytes: int = 4096
    """Address space of the parsing process."""


@dataclass(frozen=True, slots=True)
class ChunkingSettings:
    """How documents are cut into passages."""

    max_tokens: int = 200
    """Word pieces of a chunk with its context; the embedding model reads at most 256."""
    overlap_sentences: int = 1
    """Sentences that a chunk repeats from the one before it in the same section."""


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """Which model turns text into vectors, and on what."""

    model: str = "all-MiniLM-L6-v2"
    """A bundled name, a folder, or any name that sentence-transformers knows."""
    backend: str = "auto"
    """"openvino", "sentence-transformers", or "auto": OpenVINO where the model allows it."""


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """How passages are searched and fused."""

    candidates: int = 50
    """Passages taken from the dense and from the lexical search each."""
    dense_weight: float = 0.55
    """Share of passages' and sentences' vectors in the fused score; 0 is words only, 1 vectors only."""
    near_duplicate: float = 0.9
    """Passages whose terms overlap at least this much (Jaccard, 0..1) are shown once."""


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """The reader that marks answer spans."""

    reader: str = "footnote"
    """"footnote" (bundled), "none", or a name or path of a question-answering model."""
    passages: int = 8
    """How many of the best passages are read."""


@dataclass(frozen=True, slots=True)
class AnsweringSettings:
    """How an answer is put together."""

    passages: int = 10
    """How many passages an answer lists and takes sentences from."""
    max_sentences: int = 5
    """The most sentences of an answer."""
    threshold: float = 0.45
    """An answer is given when its confidence (0..1) reaches this."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings."""

    loading: LoadingSettings = field(default_factory=LoadingSettings)
    chunking: ChunkingSettings = field(default_factory=ChunkingSettings)
    embedding: EmbeddingSettings = field(default_factory=EmbeddingSettings)
    retrieval: RetrievalSettings = field(default_factory=RetrievalSettings)
    reading: ReadingSettings = field(default_factory=ReadingSettings)
    answering: AnsweringSettings = field(default_factory=AnsweringSettings)

    def sha256(self) -> str:
        """Return the SHA-256 of all settings, in hexadecimal."""
        return hashlib.sha256(_canonical_json(to_dict(self))).hexdigest()


def to_dict(settings: Any) -> dict[str, Any]:
    """Return a settings object or group as plain nested dictionaries."""
    return {
        item.name: to_dict(value)
        if hasattr(value := getattr(settings, item.name), "__dataclass_fields__")
        else value
        for item in fields(settings)
    }


def load_settings(
    path: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings in force.

    Args:
        path: A TOML file; None means ``rag.toml`` in the working directory if there is one.
        environment: Variables to read ``RAG_<GROUP>_<KEY>`` from; None means the process's own.

    Raises:
        SettingsError: a key is unknown, a value has the wrong type or is out of range, or *path*
            was given and cannot be read.
    """
    settings = Settings()
    if path is not None or SETTINGS_FILE.is_file():
        settings = _merged(settings, _read_toml(path or SETTINGS_FILE), str(path or SETTINGS_FILE))
    environment = os.environ if environment is None else environment
    for key in sorted(environment):
        group_and_name = _split_variable(key)
        if group_and_name is not None:
            group, name = group_and_name
            settings = _merged(settings, {group: {name: environment[key]}}, f"variable {key}")
    _check_ranges(settings)
    return settings


def _canonical_json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"Expected a readable TOML file of settings at {path}, but: {error}."
        raise SettingsError(message) from error


def _split_variable(key: str) -> tuple[str, str] | None:
    """Split ``RAG_CHUNKING_MAX_TOKENS`` into its group and key; None for foreign variables."""
    parts = key.split("_", 2)
    groups = {item.name for item in fields(Settings)}
    if len(parts) == 3 and parts[0] == "RAG" and parts[1].lower() in groups:  # noqa: PLR2004
        return parts[1].lower(), parts[2].lower()
    return None


def _merged(settings: Settings, values: Mapping[str, Any], source: str) -> Settings:
    for group_name, group_values in values.items():
        known_groups = [item.name for item in fields(settings)]
        if group_name not in known_groups or not isinstance(group_values, dict):
            message = (
                f"Unknown settings group {group_name!r} in {source}; "
                f"expected one of {', '.join(known_groups)}, each a table."
            )
            raise SettingsError(message)
        group = getattr(settings, group_name)
        known = {item.name for item in fields(group)}
        for name, value in group_values.items():
            if name not in known:
                message = (
                    f"Unknown setting {group_name}.{name} in {source}; "
                    f"expected one of {', '.join(sorted(known))}."
                )
                raise SettingsError(message)
            converted = _converted(value, getattr(group, name), f"{group_name}.{name} in {source}")
            group = replace(group, **{name: converted})
        settings = replace(settings, **{group_name: group})
    return settings


def _converted(value: Any, default: Any, where: str) -> Any:
    """Return *value* as the type of *default*; text is parsed, other types must fit."""
    wanted = type(default)
    try:
        if isinstance(value, bool) or (wanted is str and not isinstance(value, str)):
            raise TypeError  # noqa: TRY301
        if wanted is int and isinstance(value, float) and not value.is_integer():
            raise ValueError  # noqa: TRY301
        return wanted(value)
    except (TypeError, ValueError) as error:
        message = f"Expected {wanted.__name__} for {where}, but got {value!r}."
        raise SettingsError(message) from error


def _check_ranges(settings: Settings) -> None:
    ranges: dict[str, tuple[float, float]] = {
        "loading.max_file_megabytes": (0.001, 1e6),
        "loading.timeout_s": (0.1, 86_400),
        "loading.memory_megabytes": (256, 1e6),
        "chunking.max_tokens": (32, 8192),
        "chunking.overlap_sentences": (0, 10),
        "retrieval.candidates": (1, 1000),
        "retrieval.dense_weight": (0, 1),
        "retrieval.near_duplicate": (0.1, 1.01),
        "reading.passages": (1, 100),
        "answering.passages": (1, 100),
        "answering.max_sentences": (1, 50),
        "answering.threshold": (0, 1),
    }
    for key, (low, high) in ranges.items():
        group, name = key.split(".")
        value = getattr(getattr(settings, group), name)
        if not low <= value <= high:
            message = f"Expected {key} between {low:g} and {high:g}, but got {value!r}."
            raise SettingsError(message)
    backends = ("auto", "openvino", "sentence-transformers")
    if settings.embedding.backend not in backends:
        message = (
            f"Expected embedding.backend to be one of {', '.join(backends)}, "
            f"but got {settings.embedding.backend!r}."
        )
        raise SettingsError(message)
