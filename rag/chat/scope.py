"""What the questions of a page are asked with: some documents or all, and the settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rag.chat.choices import chosen, differing
from rag.chat.drawing import drawn
from rag.settings import Settings  # noqa: TC001 - Gradio copies the state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rag.chat.engine import Engine


@dataclass(frozen=True, slots=True)
class Scope:
    """``within`` are names of the only documents to look in; empty means all."""

    settings: Settings
    within: tuple[str, ...] = ()

    def limited_to(self, names: Iterable[str], engine: Engine) -> Scope:
        """Return the scope with those of *names* that are documents of *engine*."""
        known = engine.catalog()
        return replace(self, within=tuple(name for name in dict.fromkeys(names) if name in known))

    def with_choices(self, given: Mapping[str, Any]) -> Scope:
        """Return the scope with settings as *given* by the keys of `rag.chat.choices`."""
        return replace(self, settings=chosen(self.settings, given))

    def drawn(self, default: Settings) -> str:
        """Return the line above the question that tells what is not as usual."""
        return drawn(
            "scope.html",
            within=self.within,
            differing=differing(self.settings, default),
        )
