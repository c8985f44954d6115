"""A question put together again: as another question, a statement or a noun phrase.

Everything returned begins in lower case, unless with a name, and ends without a mark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.wording.clauses import COUNTS, DO, SUBJECT_HEADS
from rag.wording.lexicon import (
    AUXILIARIES,
    BE,
    PARTICIPLE,
    PAST,
    PREPOSITIONS,
    gerund,
    is_plural,
)

if TYPE_CHECKING:
    from rag.wording.clauses import Clause

_BARE_NUMBER = re.compile(
    r"(?:[a-z]+ )?\d[\d.,\s]*(?:hundred|thousand|million|billion|trillion)?$", re.IGNORECASE
)


def asked_again(clause: Clause, head: str, answer: str | None) -> str | None:
    """Ask the same with another head: "When did Iran join?" and "why" give "why did Iran join".

    What was asked for is filled in from *answer*, a thing without an answer by its noun. None
    where that cannot be said.
    """
    if clause.head and clause.is_definition:
        if answer is None or clause.head.startswith("how "):
            return None
        return _joined(head, clause.auxiliary, *_defined(clause, answer))
    if clause.head and not clause.subject:
        return _subject_asked_again(clause, head, answer)
    filler = _object(clause, answer)
    if filler is None and _asks_for_object(clause):
        return None
    return _joined(head, clause.auxiliary, clause.subject, clause.verb, filler, clause.rest)


def _subject_asked_again(clause: Clause, head: str, answer: str | None) -> str | None:
    """Ask again what had its head as the subject: "Who built it?" gives "when did Ann build it"."""
    past = clause.verb == PAST.get(clause.base_verb)
    first, *others = clause.verb.split()
    if answer and clause.head == "who" and clause.base_verb in PAST:
        do = "did" if past else "do" if " and " in answer else "does"
        return _joined(head, do, answer, clause.base_verb, clause.rest)
    if past and clause.head == "who" and clause.rest:
        return _joined(head, "was", clause.rest, PARTICIPLE[clause.base_verb])
    if first in AUXILIARIES and clause.noun:
        noun = clause.noun if clause.head in COUNTS else f"the {clause.noun}"
        return _joined(head, first, noun, *others, clause.rest)
    return None


def _defined(clause: Clause, answer: str) -> tuple[str, str]:
    """Return subject and complement of a definition: who is the chief, the chief's seat is where."""
    if clause.head == "who":
        return answer, clause.subject
    return clause.subject, _placed(answer) if clause.head == "where" else answer


def statement(clause: Clause, answer: str | None) -> str | None:
    """Say what was asked as a statement, with *answer* in its place where it fits.

    None where nothing is stated without the answer: "Who commands the army?".
    """
    if clause.is_definition:
        if answer is None:
            return None
        first, last = _defined(clause, answer)
        return _joined(first, clause.auxiliary, last)
    if not clause.subject:
        if clause.head in COUNTS and answer:
            return _joined(_counted(clause, answer), clause.verb, clause.rest)
        return _joined(answer, clause.verb, clause.rest) if answer else None
    adverb = ""
    if answer and clause.head == "when":
        adverb = _dated(answer)
    elif answer and clause.head == "where":
        adverb = _placed(answer)
    elif answer and clause.lead:
        adverb = f"{clause.lead.casefold()} {answer}"
    if (filler := _object(clause, answer)) is None and _asks_for_object(clause):
        return None
    return _joined(clause.subject, _finite(clause), filler, clause.rest, adverb)


def gerund_phrase(clause: Clause, answer: str | None) -> str | None:
    """Name what happens: "Why did Iran join the UN?" gives "Iran joining the UN"."""
    if clause.is_definition or not clause.subject:
        return None
    if (filler := _object(clause, answer)) is None and _asks_for_object(clause):
        return None
    verb = f"being {clause.verb}" if clause.auxiliary in BE else gerund(clause.base_verb)
    return _joined(clause.subject, verb.strip(), filler, clause.rest)


def indirect(clause: Clause) -> str | None:
    """Return the question as part of a sentence: "when Iran joined the UN"."""
    if not clause.head or clause.is_definition:
        return None
    return _joined(
        clause.lead, clause.head, clause.noun, clause.subject, _finite(clause), clause.rest
    )


def verb_phrase(clause: Clause) -> str | None:
    """Return what is done, in the infinitive: "propose a pact"."""
    if clause.base_verb not in PAST:
        return None
    return _joined(clause.base_verb, clause.rest)


def asked_things(clause: Clause) -> str | None:
    """Return the things asked about: "Which states did join?" gives "the states that joined"."""
    if clause.is_definition and clause.head in {"what", "who", "which"}:
        return clause.subject if is_plural(_head_words(clause.subject)) else None
    if not clause.noun or clause.head not in SUBJECT_HEADS:
        return None
    if clause.subject and clause.verb == "have" and clause.auxiliary in DO:
        return _joined(f"the {clause.noun} of", clause.subject, clause.rest)
    if clause.rest == "there":
        return f"the {clause.noun}"
    return _joined(f"the {clause.noun} that", clause.subject, _finite(clause), clause.rest)


def number_asked(clause: Clause) -> str | None:
    """Return the quantity asked for: "the number of soldiers that Pakistan sent"."""
    things = asked_things(clause) if clause.head in COUNTS else None
    if things is None:
        return None
    measure = "number" if clause.head == "how many" else "amount"
    return f"the {measure} of {things.removeprefix('the ')}"


def _finite(clause: Clause) -> str:
    """Return the verb as a statement has it."""
    if clause.auxiliary in DO:
        forms = DO[clause.auxiliary]
        unlisted = {"did": f"did {clause.verb}", "does": f"{clause.verb}s"}
        return forms.get(clause.verb) or unlisted.get(clause.auxiliary, clause.verb)
    return f"{clause.auxiliary} {clause.verb}".strip()


def _object(clause: Clause, answer: str | None) -> str | None:
    """Return what fills the place of the thing asked for, None where nothing is missing there."""
    if clause.lead or clause.head not in SUBJECT_HEADS | {"whom"}:
        return None
    if clause.head in COUNTS:
        return _counted(clause, answer) if answer else clause.noun or None
    return answer or (f"the {clause.noun}" if clause.noun else None)


def _asks_for_object(clause: Clause) -> bool:
    """Whether something is missing in the clause unless the answer fills it."""
    return clause.head in {"what", "which", "who", "whom"} and not clause.lead


def _counted(clause: Clause, answer: str) -> str:
    bare = _BARE_NUMBER.match(answer.strip())
    return f"{answer} {clause.noun}".strip() if bare else answer


def _dated(answer: str) -> str:
    if re.match(
        r"(?:in|on|at|since|by|from|after|before|during|until|between)\b", answer, re.IGNORECASE
    ):
        return answer
    day = re.search(r"\b\d{1,2}(?:st|nd|rd|th)?\s+[A-Z]|[A-Z][a-z]+\.?\s+\d{1,2}\b(?!\d)", answer)
    return f"{'on' if day else 'in'} {answer}"


def _placed(answer: str) -> str:
    first = answer.split(maxsplit=1)[0].casefold()
    return answer if first in PREPOSITIONS else f"in {answer}"


def _head_words(phrase: str) -> str:
    """Return a noun phrase up to its first preposition: "the goals" of "the goals of the UN"."""
    words = phrase.split()
    end = next((i for i, word in enumerate(words) if word in PREPOSITIONS), len(words))
    return " ".join(words[:end])


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)
