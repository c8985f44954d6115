"""What a question asks for, told from its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.counting import Counted, what_is_counted
from rag.posts import POST_NOUNS
from rag.types import BlockKind
from rag.units import FAR, Unit, unit_asked_for
from rag.wording.lexicon import is_plural


class Form(StrEnum):
    """What shape an answer has."""

    FACT = "fact"
    """One value: a number, date, name, place or short phrase."""
    LIST = "list"
    """Several values."""
    OPEN = "open"
    """Reasons, manners, comparisons, summaries: a short span would mislead."""


class Expected(StrEnum):
    """What kind of value a fact is."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    POST = "post"
    """What somebody is in a body: its director, second mate."""
    ANY = "any"


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """``allowed`` are the kinds of blocks whose sentences may answer.

    ``counted`` is what "how many …" counts, None for other questions. ``unit`` is that of a number,
    None where any number will do.
    """

    form: Form
    expected: Expected
    allowed: frozenset[BlockKind]
    counted: Counted | None = None
    unit: Unit | None = None


_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW})
_BYLINE = re.compile(
    r"\b(?:authors?|wrote|written|writers?|published|publication|affiliat\w+|e-?mail|address|"
    r"contact|phone|telephone|website|doi|issn|isbn|received|accepted|twitter|corresponding)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\b(?:cit(?:e|es|ed|ation|ations)|references?|bibliograph\w+|doi|sources? (?:does|listed)|"
    r"journal|publisher|isbn|works cited)\b",
    re.IGNORECASE,
)
_WORK = r"(?:articles?|books?|briefs?|chapters?|essays?|papers?|reports?|stud(?:y|ies)|thes[ei]s)"
_DATED_WORK = re.compile(
    rf"\b(?:(?:1[5-9]|20)\d\d (?:[\w'’-]+ ){{0,3}}?{_WORK}|{_WORK} (?:from|of|dated) (?:1[5-9]|20)\d\d)\b",
    re.IGNORECASE,
)
"""A work told by its year is one that a document refers to more often than a document."""
_DEGREE = (
    rf"(?:many|much|long|{FAR}|large|big|old|high|often|cold|deep|distant|expensive|fast|few|heavy|hot|"
    r"low|quickly|short|small|soon|tall|thick|wide|young)(?![\w-])"
)
"""After "how": asks for a number, not for a manner; "how soon" may ask for a date instead."""
_AUXILIARY = r"(?:are|can|could|did|do|does|had|has|have|is|must|shall|should|was|were|will|would)"
_MEASURED = r"depth|distance|flow|height|speed|temperature|width"
_MEASURED_OF = rf"(?=\W*$| (?:at|between|from|in|of|on|to|under|{_AUXILIARY})\b)"
"""After what is measured; "the speed limit" and "population growth" are something else."""
_NUMBER = re.compile(
    rf"\b(?:how (?!(?:often|quickly|soon)\b){_DEGREE}|what (?:number|percentage|share|proportion|fraction)|number of|total|"
    r"count of|size of|length of|(?:at|by) (?:what|which) (?:age|majority|margin|vote)|"
    r"what (?:is|was|were) the (?:(?!of\b)[\w-]+ )?(?:area(?! of (?:expertise|interest|law|research|study)\b)|capacity|"
    rf"headcount|population|(?:casualty|death) toll|turnout|{_MEASURED}){_MEASURED_OF}|"
    rf"what (?:(?!{_AUXILIARY}|of\b)[\w-]+ )?(?:{_MEASURED}){_MEASURED_OF})\b",
    re.IGNORECASE,
)
_ASKED_FIRST = (
    r"(?:^|[,;:]\s)\W*(?:(?:and|but|or|so|then|about|at|by|for|from|in|of|on|since|to|till|until|with|"
    r"exactly|precisely)\s+){0,2}"
)
_ASKED_LATER = r"\b(?:and|or|but|asks?|exactly|find out|known?|say|says|(?:show|tell) (?:me|us)|is it|was it)\s+"


def _asks_for(word: str) -> str:
    """Return a pattern of *word* where it asks: "What breaks when cold?" asks for no time."""
    inside = f"(?-i:{word}|{word.capitalize()})"  # the WHO is not who
    return (
        rf"(?:{_ASKED_FIRST}{word}|{_ASKED_LATER}{inside}|\b{inside}(?=\s+{_AUXILIARY}\b|\W*$))\b"
    )


_DATE = re.compile(
    rf"{_asks_for('when')}|\b(?:(?:what|which) (?:year|date|month|day)s?|"
    r"in what year|year of|date of)\b",
    re.IGNORECASE,
)
_DID = r"[a-z]{2,}ed|became|brought|chose|drew|gave|held|led|left|made|put|ran|said|spoke|took|won|wrote"
_ALSO_ADJECTIVES = r"(?:chief|delegate|fellow|general|major|official|principal|representative)\b"
"""Before a noun in the plural they are no posts: "which major cities"."""
_PERSON = re.compile(
    rf"{_asks_for('who')}|\b(?:whom|whose)\b|"
    rf"\b(?:what|which) (?:[a-z-]+ )?(?:(?:{POST_NOUNS}) (?:[a-z]+ly )?(?:{_AUXILIARY}|{_DID})|"
    rf"(?!{_ALSO_ADJECTIVES})(?:{POST_NOUNS}) [a-z]{{2,}}[^s]s)\b|"
    rf"\b(?:what(?:['’]s| is| was| were) the |which )?(?:full )?names? of (?:the|its|his|her|their) "
    rf"(?:(?!(?:that|the|which|who|whose)\b)[\w'’-]+ ){{0,3}}?(?:{POST_NOUNS})\b",
    re.IGNORECASE,
)
_DESCRIBED_PERSON = re.compile(
    r"\W*who\s+(?i:is|was|are|were)\s+(?:[A-Z][\w'’.-]*(?:\s+(?:al|bin|ibn|de|van|von|ul))?\s*)+\W*$",
)
"""A question for a person who is named is for what they are, not for another name."""
_PLACE = re.compile(
    rf"{_asks_for('where')}|\b(?:what|which) (?:city|country|place|capital|town|region)\b",
    re.IGNORECASE,
)
_POST = re.compile(
    r"\b(?:what|which)(?:['’]s)? (?:(?:is|was|were) (?:the |(?:[\w.’'-]+ ){1,5}?(?<=['’]s )|(?:his|her|their) ))?"
    r"(?:(?:current|exact|former|official|present) )?(?:job|office|position(?! (?:of|on|regarding|towards?)\b)|"
    r"post|rank(?!.*\b(?:index|rank(?:ed|ing)|table)\b)|role|title(?! of\b))(?![\w-])(?! (?:building|losses|office|sectors?)\b)",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:why|how come|(?:(?<! to )|(?<=you to ))(?:explain|describe|summari[sz]e|discuss|assess|"
    r"evaluate|outline|compare)|summary|comparison|contrast|differ\w*|versus|vs|implications?|consequences?|reasons?|"
    r"(?<!can )(?<!could )(?<!that )(?<!which )causes?|motiv\w+|arguments?|concerns?|challenges?|"
    r"relationship|view|opinion|thinks?(?![ -]tanks?\b)|"
    r"overview of|tell (?:me|us) (?:all |more |something )?about|(?:you|we) know about|"
    r"what(?:['’]s| is| was) [^,]{0,80}\b(?:attitude|position (?:on|regarding|towards?)|stance)|"
    r"in (?:what|which) order|"
    r"what (?:does|did|do|has|have) .{1,120}\b(?:say|said|wr(?:i|o)te|written|argued?|claim(?:ed)?) (?:about|of|on))\b",
    re.IGNORECASE,
)
_CAUSED_BY = re.compile(
    rf"\W*(?:what|which)\s+(?!{_AUXILIARY}\b)(?:[\w-]+\s+){{1,3}}causes?\s+(?!(?:of|for|{_AUXILIARY})\b)",
    re.IGNORECASE,
)
"""Asks which thing it is that causes another."""
_HOW = re.compile(rf"\bhow\b(?!\s+{_DEGREE}\b)", re.IGNORECASE)
_LIST = re.compile(
    r"\b(?:list|name (?:the|all|some|two|three|four|five)|enumerate|which (?:countries|states|"
    r"groups|members|domains|areas|organi[sz]ations|operations|sources|documents)|"
    r"(?:what|which) (?:are|were) (?:the|its|their|his|her)\b.*s\b)",
    re.IGNORECASE,
)
_WHICH = re.compile(
    rf"\b(?i:what|which)\s+(?:(?!(?:an?|of|the|its|their|his|her|{_AUXILIARY})\b)[\w’'-]+\s+){{0,3}}?"
    rf"(?P<noun>(?!(?:means|species)\b)[\w-]+s)\s+(?:{_AUXILIARY}|[a-z]{{2,}}ed)\b"
)
"""Before a noun in the plural; "Which company gets it?" and "What happens in it?" have a verb there."""
_YES_OR_NO = re.compile(
    r"\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b", re.IGNORECASE
)
_POLITE = re.compile(
    r"\W*(?:(?:can|could|would|will) (?:you|we) (?:please |kindly )?(?:list|tell (?:me|us)|show (?:me|us)|"
    r"give (?:me|us)|name (?:the|all|some)|(?:explain|find out|say|tell)(?= (?:who|what|which|when|where|"
    r"how|why)\b))|"
    r"(?:do (?:you|we)|does any(?:body|one)) (?:happen to )?know|is it known)\b(?! (?:if|that|whether)\b)",
    re.IGNORECASE,
)
"""Begins a request, or asks about knowing what is asked after it."""
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)
_SMALL_TALK = re.compile(
    r"(?:\W*\b(?:hello|hi|hey|greetings|good (?:afternoon|day|evening|morning)|thank you|thanks|thx|"
    r"very much|so much|a lot|bye|goodbye|ok(?:ay)?|sorry|everybody|everyone|there|nice to meet you|"
    r"(?:who|what|how) are you(?: doing)?(?: today)?|how(?: is|['’]s) it going|what(?: is|['’]s) up|"
    r"what(?: is|['’]s) your name|what (?:can|do) you do(?: for me)?|tell me about yourself)\b)+\W*",
    re.IGNORECASE,
)


def wants_yes_or_no(question: str) -> bool:
    """Whether yes or no answers *question*.

    "Is it 41 or 42?" wants one of the two, and "Can you tell me who leads it?" a name.
    """
    asked = _YES_OR_NO.match(question) is not None and not _POLITE.match(question)
    return asked and not offers_choice(question)


def offers_choice(question: str) -> bool:
    """Whether *question* names the answers to choose from."""
    return _CHOICE.search(question) is not None


def asks_nothing(question: str) -> bool:
    """Whether *question* is a greeting, a thank-you or about who answers: "Hello! Who are you?"."""
    return _SMALL_TALK.fullmatch(question) is not None


def classify(question: str) -> QuestionKind:
    """Return what *question* asks for.

    A question for a number, date, person or place is for a fact even if it also says "reason"
    or "view"; otherwise such words make it open.
    """
    allowed = set(_PROSE)
    asks_for_byline = _BYLINE.search(question) is not None
    if asks_for_byline:
        allowed.add(BlockKind.BYLINE)
    if _REFERENCE.search(question) or (asks_for_byline and _DATED_WORK.search(question)):
        allowed.add(BlockKind.REFERENCE)
    unit = unit_asked_for(question)
    expected = Expected.NUMBER if unit else _expected(question)
    if expected is Expected.NUMBER or re.match(r"\W*(?:who|when|where)\b", question, re.IGNORECASE):
        form = Form.FACT
    elif (
        expected is not Expected.DATE
        and _asks_for_several(question)
        and not re.search(r"\bwhy\b", question, re.IGNORECASE)
    ):
        form = Form.LIST
    elif _OPEN.search(_CAUSED_BY.sub("", question)) or _HOW.search(question):
        form = Form.OPEN
    else:
        form = Form.FACT
    return QuestionKind(form, expected, frozenset(allowed), what_is_counted(question), unit)


def _asks_for_several(question: str) -> bool:
    """Whether a question asks for a list: "which" or "what" before a noun in the plural."""
    asked = _WHICH.search(question)
    several = asked is not None and is_plural(asked["noun"]) and asked["noun"].islower()
    return several or _LIST.search(question) is not None


def _expected(question: str) -> Expected:
    if _DESCRIBED_PERSON.match(question[:1].lower() + question[1:]):
        return Expected.ANY
    for pattern, expected in (
        (_NUMBER, Expected.NUMBER),
        (_DATE, Expected.DATE),
        (_PERSON, Expected.PERSON),
        (_PLACE, Expected.PLACE),
        (_POST, Expected.POST),
    ):
        if pattern.search(question):
            return expected
    return Expected.ANY
