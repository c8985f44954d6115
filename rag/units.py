"""In what a number has to be given to answer: an amount of money, a part of a whole."""

from __future__ import annotations

import re
from enum import StrEnum

from rag.quantities import WRITTEN_NUMBER


class Unit(StrEnum):
    """In what a number has to be given to answer."""

    MONEY = "money"
    SHARE = "share"
    EXTENT = "extent"
    """A length, a distance or a time."""


FAR = (
    r"far(?=\W*$| (?:above|apart|away|back|behind|below|down|from|inland|off|out|under|up|"
    r"(?:north|south|east|west)\w*)\b|(?:(?! on\b).)* from\b|"
    r".*\b(?:fly|jump|march|roam|sail|shoot|swim|throw|travel|walk)\b)(?!-)"
)
"""After "how": asks for a distance. "How far has it carried out the plan?" asks to what extent."""
_ASKED = {
    Unit.MONEY: re.compile(
        r"\b(?:how much (?:money|(?:did|do|does|has|have|is|was|will) .*\b(?:cost|spen[dt]|pa(?:y|id)|"
        r"earn|donated?|invest(?:ed)?))|wh(?:at|ich) (?:did|does|do|will) .*\bcosts?(?=\W*$| (?:altogether|at|in (?:all|total)|on|overall|per)\b)|"
        r"how (?:costly|expensive)|"
        r"(?:total|annual|yearly|estimated|construction|building|development) costs?|"
        r"what(?: is| was|['’]s) the cost of (?:an?|the)|"
        r"(?:what|which|how (?:large|big|high|much)) .*\b(?-i:budget|gdp|GDP|price|revenues?|salary|worth)|"
        r"how (?:large|big|high|much) .*\b(?:bounty|debt|fee|fine|loan|ransom|reward)\b(?!-))\b",
        re.IGNORECASE,
    ),
    Unit.SHARE: re.compile(
        r"\b(?:(?:what|which) (?:share|percentage|per ?cent|portion|proportion|fraction)|"
        r"how many per ?cent)\b",
        re.IGNORECASE,
    ),
    Unit.EXTENT: re.compile(rf"\bhow (?:{FAR}|long\b(?!-))", re.IGNORECASE),
}
_OF_NO_NUMBER = re.compile(
    r"\W*(?:why|who|whom|whose|when|where|"
    rf"how(?!\s+(?:many|much|large|big|costly|expensive|high|long|{FAR})(?![\w-])))\b",
    re.IGNORECASE,
)
_GIVEN = {
    Unit.MONEY: re.compile(
        r"[$€£¥₹¢₽₩₺₪₫]|\b(?:[mb]illions?|trillions?|[mb]n|lakhs?|crores?|dollars?|euros?|pounds?|rupees?|"
        r"riyals?|rials?|dirhams?|yen|yuan|renminbi|won|francs?|lira|cents?|pence|penn(?:y|ies)|shillings?|"
        r"pesos?|crowns?|marks?|kron(?:a|e|er|or)|roubles?|rubles?|dinars?|naira|ringgit|rupiah|taka|baht|"
        r"shekels?|rand|zloty|thalers?|guineas?|(?:aed|cad|chf|eur|gbp|inr|jpy|pkr|rmb|rs|sar|usd)\d*|gdp|"
        r"free|nothing|double[ds]?|half|quarters?|thirds?|times|per[ -]?cent)\b|%",
        re.IGNORECASE,
    ),
    Unit.SHARE: re.compile(
        r"%|\b(?:per[ -]?cent|pct|percentage|half|thirds?|quarters?|fourths?|fifths?|sixths?|sevenths?|"
        r"eighths?|ninths?|tenths?|hundredths?|majority|minority|most|one in|out of|all|none)\b|\d\s*/\s*\d|"
        rf"\b{WRITTEN_NUMBER} (?:in|of)(?: the| every)? {WRITTEN_NUMBER}\b",
        re.IGNORECASE,
    ),
    Unit.EXTENT: re.compile(
        r"(?:\b|\d)(?:[ck]?m|mm|kilo\w+|miles?|met(?:er|re)s?|yards?|feet|foot|ft|inch(?:es)?|blocks?|"
        r"light-years?|pages?|words|lines|seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|"
        r"century|centuries|millenni(?:um|a)|semesters?|generations?|ever|always|still|since|until|till|from|"
        r"hrs?|secs?|mins?|"
        r"indefinite(?:ly)?|permanently|for life|overnight)\b|\b[12]\d{3}s?\b|"
        r"\d(?:[\s-]?(?:h|[mnµμ]s|[nµμ]m)|\ss)\b|"  # a lone "s" or "h" is no second or hour
        rf"\b{WRITTEN_NUMBER}[ -](?:\w+[ -])?(?:bits?|bytes?|characters|letters|terms?)\b",
        re.IGNORECASE,
    ),
}


def unit_asked_for(question: str) -> Unit | None:
    """Return in what the number asked for is given; "Why did the total cost rise?" asks for none."""
    if _OF_NO_NUMBER.match(question):
        return None
    return next((unit for unit, asks in _ASKED.items() if asks.search(question)), None)


def has_unit(text: str, unit: Unit) -> bool:
    """Whether a number's surroundings give it in *unit*; the defence's share of a GDP is money."""
    return _GIVEN[unit].search(text) is not None
