"""A follow-up question rewritten: which kind it is, and what is put in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.wording.context import Context, context_of
from rag.wording.ellipsis import completed, substituted
from rag.wording.kinds import is_event
from rag.wording.phrasing import (
    asked_again,
    gerund_phrase,
    indirect,
    number_asked,
    statement,
    verb_phrase,
)
from rag.wording.pronouns import resolved
from rag.wording.references import demonstratives_replaced, picked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Turn
    from rag.wording.clauses import Clause

_LEAD = re.compile(
    r"^\W*(?:(?:and|but|so|then|also|ok(?:ay)?|well|now|yes|no|right|thanks?(?: you)?)\b[\s,]*)+",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"^\W*(?:ok(?:ay)?|well|yes|no|right|great|thanks|thank you)(?: (?:a lot|very much|so much))?"
    r"\s*[.!:;–—-]+\s+(?=[^\W\d])",
    re.IGNORECASE,
)
"""What is said before the question, as a sentence of its own: "Thanks. When …", not "No. 10"."""
_REQUEST = re.compile(r"(?:Tell|List|Name|Give|Explain|Describe|Summari[sz]e|Compare|Discuss)\b")
_BARE = re.compile(
    r"^\W*(?:and\s+|but\s+)?(?P<head>why(?:\s+not)?|when|where|how|who|since when|until when|how long|"
    r"for how long|how often|how much|how many|for how much|by whom|with whom|to whom|for whom|what for|"
    r"in (?:which|what) (?:year|month|city|country)|which ones?)"
    r"(?:\s+(?:so|exactly|then|precisely)|(?<=why|hen|ere)\s+(?:was|is|did) (?:that|this)"
    r"(?:\s+(?:so|happen|the case))?)?\W*$",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"^\W*(?:and\s+|but\s+)?(?P<head>why|when|where|how)\s+did\s+it\s+(?:happen|occur)\W*$",
    re.IGNORECASE,
)
_HAPPENS = re.compile(r"\bit(?=\s+(?:\w+ly\s+)?(?:happen|occur)(?:s|ed|red)?\b)", re.IGNORECASE)
_MORE = re.compile(
    r"^\W*(?:and\s+)?(?:(?:can|could|would) you\s+)?(?P<request>(?:please\s+)?(?:tell me more|say more|"
    r"explain(?: that| this| further| more)?|elaborate|go on|more(?: details?| information)?|"
    r"(?:any )?(?:more|further) (?:details?|information)|(?:any|some)thing (?:else|more)|what else))"
    r"(?:\s+(?:about|on)\s+(?:that|this))?(?:\s+please)?\W*$",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"^(?P<lead>.*\b(?:sa(?:y|ys|id)|claim\w*|report\w*|th(?:ink|inks|ought)|believ\w+|confirm\w*|"
    r"den(?:y|ies|ied)|argu\w+|stat(?:e|es|ed)|writ(?:e|es)|wrote|mention\w*|announc\w+|suggest\w*))"
    r"\s+(?:so|that|this)\W*$",
    re.IGNORECASE,
)
_JUDGED = re.compile(
    r"^\W*(?:and\s+|but\s+)?(?P<be>is|was)\s+(?:that|this|it)\s+(?:(?:really|actually|still)\s+)?"
    r"(?P<judgement>official|true|right|correct|certain|confirmed|proven)\W*$",
    re.IGNORECASE,
)
_DO_SO = re.compile(r"\b(?:do|done)\s+(?:so|this|that)\b(?=\W*$)", re.IGNORECASE)
_FIGURE = re.compile(
    r"\b(?:this|that)\s+(?:figure|number|total|estimate|amount|sum|count)\b", re.IGNORECASE
)
_EVENT = re.compile(
    r"\b(?P<verb>see|view|judge|assess|react to|respond to|think (?:about|of)|feel about|justify|"
    r"defend|criticise|criticize|oppose|support|welcome|do about|make of)\s+(?:that|this|so)\b(?=\W*$)",
    re.IGNORECASE,
)
_THAT = re.compile(r"(?<=\s)(?:that|this)(?=\W*$)", re.IGNORECASE)
_MEANT = re.compile(
    r"^\W*(?:and\s+|but\s+)?what\s+(?P<do>does|did|would)\s+(?:that|this)\s+mean\b(?P<rest>.*?)\W*$",
    re.IGNORECASE,
)
_THEN = re.compile(r"\b(?:then|at that time|at the time)(?=\W*$)", re.IGNORECASE)


def rewritten(question: str, history: Sequence[Turn]) -> str:
    """Return *question* made self-contained, see `rag.conversation.standalone`.

    Args:
        question: What was just asked.
        history: The earlier turns, the oldest first, at least one.
    """
    context = context_of(history)
    asked = _COURTESY.sub("", question)
    text = _spelled_out(asked, context)
    return question if text == asked else _finished(text)


def _spelled_out(question: str, context: Context) -> str:
    """Return a question with what it leaves out, the question itself where that is nothing."""
    for completely in (
        _with_other_head(question, context),
        _happened(question, context),
        _more_of_the_same(question, context),
        substituted(question, context),
    ):
        if completely is not None:
            return completely
    text = demonstratives_replaced(question, context)
    text = _proposition(text, context)
    text = picked(text, context)
    text = resolved(text, question, context.mentions)
    return completed(text, context)


def _finished(text: str) -> str:
    """Return a rewritten question without the words that tied it to the one before."""
    text = _LEAD.sub("", text.strip())
    text = text[:1].upper() + text[1:].rstrip(" ?.")
    return text if _REQUEST.match(text) else f"{text}?"


def _with_other_head(question: str, context: Context) -> str | None:
    """Ask the question before again with another head: "When did X join?" and "why?"."""
    match = _BARE.match(question)
    if match is None:
        return None
    head = " ".join(match["head"].split())
    clause = context.clause
    if clause is None:
        return f"{head} ({context.before.rstrip(' ?.')})"
    if head.casefold().startswith("which one") and clause.noun:
        parts = (clause.noun, clause.auxiliary, clause.subject, clause.verb, clause.rest)
        return " ".join(part for part in ("which", *parts) if part)
    if head.casefold() == "why not":
        again = _why_not(clause)
    else:
        again = asked_again(clause, head, context.answer)
    return again or f"{head} ({context.before.rstrip(' ?.')})"


def _why_not(clause: Clause) -> str | None:
    if not clause.auxiliary or clause.head not in {"", "why", "when", "where"}:
        return None
    irregular = {"can": "can't", "will": "won't", "shall": "shan't", "may": "may not"}
    auxiliary = irregular.get(clause.auxiliary, f"{clause.auxiliary}n't")
    return " ".join(f"why {auxiliary} {clause.subject} {clause.verb} {clause.rest}".split())


def _happened(question: str, context: Context) -> str | None:
    """Ask the question before again: "When did the bridge fall?" and "Why did it happen?"."""
    match = _HAPPENED.match(question)
    clause = context.clause
    if match is None or clause is None or clause.is_definition or _speaks_of_event(context):
        return None
    return asked_again(clause, match["head"], context.answer)


def _speaks_of_event(context: Context) -> bool:
    """Whether the topic itself is what "it" in "it happened" means."""
    return context.topic is not None and is_event(context.topic)


def _more_of_the_same(question: str, context: Context) -> str | None:
    match = _MORE.match(question)
    if match is None:
        return None
    person = context.answering_person
    topic = person or (indirect(context.clause) if context.clause else None) or context.topic
    if topic is None:
        return None
    request = match["request"]
    if request.casefold().startswith("what else"):
        return f"What else is said about {topic}"
    return f"Tell me more about {topic}"


def _proposition(question: str, context: Context) -> str:
    """Spell out what "so", "that", "this figure" and "then" say, if the question before says it."""
    clause, answer = context.clause, context.answer
    if clause is None:
        return question
    whole = _said(question, clause, context) or _judged(question, clause, context)
    if whole is not None:
        return whole
    topic = context.topic if clause.is_definition else None
    unanswered = clause.head == "who" and answer is None  # "the one who did it" says it already
    for pattern, spelled in (
        (_DO_SO, None if unanswered else verb_phrase(clause)),
        (_FIGURE, number_asked(clause)),
        (_HAPPENS, None if _speaks_of_event(context) else gerund_phrase(clause, answer)),
        (_EVENT, topic or gerund_phrase(clause, answer)),
        (_THAT, topic),
        (_THEN, indirect(clause) if clause.head == "when" else None),
    ):
        match = pattern.search(question)
        if match and spelled:
            kept = f"{match['verb']} " if "verb" in pattern.groupindex else ""
            return f"{question[: match.start()]}{kept}{spelled}{question[match.end() :]}"
    return question


def _said(question: str, clause: Clause, context: Context) -> str | None:
    """Spell out "Who said so?": who said that what was answered is so."""
    match = _SAID.match(question)
    if match is None:
        return None
    if clause.head == "what" and clause.base_verb in {"say", "think", "write", "argue"}:
        return f"{match['lead']} this {clause.rest}"
    he = re.search(r"\b(?:he|she|they)\b", match["lead"])
    said = statement(clause, he.group() if he and context.answering_person else context.answer)
    return f"{match['lead']} that {said}" if said else None


def _judged(question: str, clause: Clause, context: Context) -> str | None:
    """Spell out "Is that true?" and "What does that mean?" with what was answered."""
    if match := _JUDGED.match(question):
        said = statement(clause, context.answer)
        return f"{match['be']} it {match['judgement']} that {said}?" if said else None
    if match := _MEANT.match(question):
        happened = gerund_phrase(clause, context.answer) or context.topic
        return f"What {match['do']} {happened} mean{match['rest']}" if happened else None
    return None
