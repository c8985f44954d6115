"""Who may log in: a file with one ``name:salt:hash`` a line, hashed with scrypt."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from rag.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHORTEST = 10
_COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
_NOBODY = ("00" * 16, "00" * 32)


def checker(path: Path) -> Callable[[str, str], bool]:
    """Return a function that tells whether a name and password are in the file at *path*.

    Raises:
        InputError: the file cannot be read, or holds no user or anything else.
    """
    users: dict[str, tuple[str, str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"Expected a password file at {path}, but: {error}. Make it with --add-user."
        raise InputError(message) from error
    for number, line in enumerate(lines, start=1):
        parts = line.strip().split(":")
        if not line.strip():
            continue
        if len(parts) != 3 or not all(parts):  # noqa: PLR2004 - name, salt, hash
            message = f"Expected name:salt:hash in {path}, line {number}. Use --add-user."
            raise InputError(message)
        users[parts[0]] = (parts[1], parts[2])
    if not users:
        message = f"Expected at least one user in {path}. Add one with --add-user."
        raise InputError(message)

    def check(name: str, password: str) -> bool:
        salt, expected = users.get(name, _NOBODY)  # unknown names take as long as known ones
        return hmac.compare_digest(_hash(password, salt), expected) and name in users

    return check


def add_user(path: Path, name: str, password: str) -> None:
    """Add a user to the file at *path*, or give one another password.

    Raises:
        InputError: the name has a colon or is empty, or the password is too short.
    """
    if not name or ":" in name or name != name.strip() or "\n" in name:
        message = f"Expected a name without colons and spaces around it, but got {name!r}."
        raise InputError(message)
    if len(password) < SHORTEST:
        message = f"Expected a password of at least {SHORTEST} characters."
        raise InputError(message)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    salt = secrets.token_hex(16)
    kept = [line for line in lines if line.strip() and line.split(":")[0] != name]
    path.touch(mode=0o600)
    path.write_text("\n".join([*kept, f"{name}:{salt}:{_hash(password, salt)}", ""]), "utf-8")


def _hash(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), **_COST).hex()
