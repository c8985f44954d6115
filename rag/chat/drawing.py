"""Templates and assets. Whatever comes from a document or a file name is made harmless here."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from rag.chat.labels import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable

_PACKAGE = files("rag.chat")
_DANGEROUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control codes, the null byte among them
    "\u2028-\u202e\u2066-\u2069"  # reorder the text around them, or break its line
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # no characters at all; they break encoding
)


def harmless(text: str) -> str:
    r"""Return *text* with control and reordering characters spelled out.

    >>> harmless("user\u202efdp.exe")
    'user\\u202efdp.exe'
    """
    return _DANGEROUS.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def drawn(template: str, **values: Any) -> str:
    """Return a template of this package filled with *values*, all of them escaped."""
    return _environment().get_template(template).render(**values).strip()


@cache
def asset(name: str) -> str:
    """Return the text of a style sheet or script of this package."""
    return (_PACKAGE / "assets" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(LABELS)
    return environment


def _template(name: str) -> tuple[str, str, Callable[[], bool]]:
    return (_PACKAGE / "templates" / name).read_text(encoding="utf-8"), name, lambda: True


def _finalized(value: Any) -> Any:
    """Make what a template prints harmless; escaping comes after this."""
    if value is None:
        return ""
    if isinstance(value, Markup):
        return value
    return harmless(str(value))
