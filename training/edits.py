"""Edit questions by rule: other wordings, and near misses that the paragraph cannot answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corpus import STOP, content_words

if TYPE_CHECKING:
    import random

_MONTHS = "January February March April May June July August September October November December"
_PAIRS = (
    "first last|before after|largest smallest|most least|north south|east west|northern southern|"
    "eastern western|highest lowest|increase decrease|increased decreased|start end|began ended|"
    "begin end|male female|older younger|oldest youngest|upper lower|early late|earliest latest|"
    "won lost|win lose|old new|born died|import export|imports exports|more fewer|more less|"
    "minimum maximum|best worst|positive negative|inside outside|above below|longest shortest|"
    "long short|rise fall|support oppose|supported opposed|accepted rejected|public private|"
    "internal external|domestic foreign|men women|buy sell|bought sold|major minor|same different|"
    "left right|summer winter|urban rural|gained lost|common rare|strong weak|former current|"
    "ancient modern|allowed banned|legal illegal|with without|always never|success failure|"
    "husband wife|father mother|son daughter|brother sister|second third|first second|greater lesser|"
    "larger smaller|higher lower|hot cold|day night|open closed|opened closed|joined left"
)
_ANTONYM: dict[str, list[str]] = {}
for _pair in _PAIRS.split("|"):
    _one, _two = _pair.split()
    _ANTONYM.setdefault(_one, []).append(_two)
    _ANTONYM.setdefault(_two, []).append(_one)

_NAME = re.compile(
    r"\b[A-Z][\w\u2019'-]*[a-z0-9](?:(?: (?:of|the|de|von|and) |[ -])(?=[A-Z])[A-Z][\w\u2019'-]*)*|\b[A-Z]{2,}\b"
)
_TYPES = {
    "year": re.compile(r"\b1\d{3}\b|\b20\d\d\b"),
    "month": re.compile(r"\b(?:" + "|".join(_MONTHS.split()) + r")\b"),
    "number": re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,]\d)"),
    "ordinal": re.compile(r"\b\d{1,2}(?:st|nd|rd|th)\b"),
}
_NOT_NAMES = frozenset(
    [
        "The",
        "A",
        "An",
        "In",
        "On",
        "At",
        "By",
        "For",
        "From",
        "With",
        "And",
        "But",
        "Or",
        "As",
        "It",
        "Its",
        "He",
        "She",
        "They",
        "His",
        "Her",
        "Their",
        "This",
        "That",
        "These",
        "Those",
        "What",
        "When",
        "Where",
        "Which",
        "Who",
        "Whom",
        "Whose",
        "Why",
        "How",
        "Is",
        "Are",
        "Was",
        "Were",
        "Do",
        "Does",
        "Did",
        "Can",
        "Could",
        "Has",
        "Have",
        "Had",
        "Will",
        "Would",
        "If",
        "To",
        "Of",
        "After",
        "Before",
        "During",
        "While",
        "Since",
        "Although",
        "However",
        "There",
        "Some",
        "Many",
        "Most",
        "Other",
        "Another",
        "Also",
        "According",
        "Despite",
        "Under",
        "Until",
        "Because",
        "Both",
        "Each",
        "One",
        "Two",
        "Three",
        "Name",
        "During",
        "Through",
        "Such",
        "Not",
        "No",
        "All",
        "Several",
        "Within",
    ],
)
_NEGATED = {
    "did": "didn't",
    "does": "doesn't",
    "do": "don't",
    "is": "isn't",
    "are": "aren't",
    "was": "wasn't",
    "were": "weren't",
    "can": "can't",
    "could": "couldn't",
    "has": "hasn't",
    "have": "haven't",
    "had": "hadn't",
    "will": "won't",
    "would": "wouldn't",
}


def entities(text: str) -> list[tuple[str, str]]:
    """Return (kind, surface form) of the names, years, months, numbers and ordinals in a text."""
    found = [(kind, m.group()) for kind, rule in _TYPES.items() for m in rule.finditer(text)]
    for match in _NAME.finditer(text):
        words = match.group().split()
        while words and words[0] in _NOT_NAMES:
            words = words[1:]
        name = " ".join(words)
        if len(name) > 1 and name not in _MONTHS.split() and words[-1][0].isupper():
            found.append(("name" if len(words) > 1 else "word", name))
    return found


def _holds(text: str, part: str) -> bool:
    return re.search(r"(?<!\w)" + re.escape(part) + r"(?!\w)", text, re.IGNORECASE) is not None


def swap_entity(
    question: str,
    passage: str,
    sentence: str,
    pools: tuple[dict[str, list[str]], dict[str, list[str]]],
    rng: random.Random,
) -> str | None:
    """Swap one entity of the question for another of its kind, so that no answer remains.

    pools are the entities of the passage and of the whole article by kind. The entity taken out
    must stand in the passage, since otherwise nothing there contradicts the new question. The one
    put in must not stand in the answer's sentence, and mostly not in the passage either.
    """
    own = [(k, e) for k, e in entities(question) if _holds(passage, e)]
    rng.shuffle(own)
    for kind, old in own:
        near = rng.random() < 0.3 and _holds(sentence, old)  # noqa: PLR2004
        kinds = ["name", "word"] if kind in {"name", "word"} else [kind]
        pool = [e for k in kinds for e in pools[0 if near else 1].get(k, [])]
        rng.shuffle(pool)
        for new in pool[:12]:
            known = content_words(old) & content_words(new)
            if known or _holds(question, new) or _holds(sentence, new):
                continue
            if near or not _holds(passage, new):
                literal = new.replace("\\", r"\\")
                return re.sub(r"(?<!\w)" + re.escape(old) + r"(?!\w)", literal, question)
    return None


def swap_opposite(question: str, passage: str, rng: random.Random) -> str | None:
    """Swap a word of the question for its opposite, if the passage lacks that opposite."""
    words = re.findall(r"\w+|\W+", question)
    places = [i for i, w in enumerate(words) if w in _ANTONYM]
    rng.shuffle(places)
    for place in places:
        new = rng.choice(_ANTONYM[words[place]])
        if not _holds(passage, new):
            words[place] = new
            return "".join(words)
    return None


def negate(question: str) -> str | None:
    """Negate the first auxiliary verb of a question."""
    words = question.split(" ")
    for place, word in enumerate(words[:6]):
        if word.lower() in _NEGATED:
            new = _NEGATED[word.lower()]
            words[place] = new.capitalize() if word[0].isupper() else new
            return " ".join(words)
    return None


def reword(question: str, rng: random.Random) -> str:
    """Return the question, or for a small share another style of asking it."""
    draw = rng.random()
    bare = question.rstrip(" ?.")
    if draw < 0.04:  # noqa: PLR2004
        return bare.lower()
    if draw < 0.07:  # noqa: PLR2004
        words = [w for w in bare.split(" ") if w.lower() not in STOP - {"name", "year"}]
        return " ".join(words).lower() if len(words) > 1 else bare
    if draw < 0.10 and bare[:1].isupper():  # noqa: PLR2004
        lead = rng.choice(
            ("Tell me", "Please tell me", "Can you tell me", "I want to know", "Find")
        )
        return f"{lead} {bare[0].lower()}{bare[1:]}" + rng.choice((".", "", "?"))
    return question
