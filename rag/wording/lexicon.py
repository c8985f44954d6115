"""Word lists, and the forms of verbs."""

from __future__ import annotations

import re
from typing import Final

_REGULAR = """
accept accuse achieve acquire act add address admit adopt advise affect agree aim allow announce
answer appear appoint approve argue arrest arrive ask assemble assess attack attend authorise avoid
back ban base belong block border call cancel cause celebrate change claim close coin collapse
command comment commission commit compare complete conclude confirm conquer consist contain
contribute control convert cooperate cover create criticise debate decide declare decline defeat
defend define demand deny deploy depend describe design destroy detect develop die differ disappear
discover discuss dissolve earn elect emerge employ enable end enforce enter erupt establish estimate
evolve exist expand expect explain explore export express face fail favour finance finish form found
fund gain govern grant happen head help hope host import improve include increase inspire intend
introduce invade invent invest invite issue join judge kill lack land last launch lower list live
locate maintain manage measure mediate mention merge move name need negotiate object observe occur
offer open operate oppose order organise own participate pass plan play point predict prefer prepare
present prevent produce promise promote propose protect prove provide publish punish purchase qualify
raise rank ratify reach react receive recognise recommend record reduce refer refuse regard reject
rejoin relate release rely remain remove replace reply report represent request require resign respond
restore result retire return reveal rule serve settle share show sign start state station stay stop
suffer suggest supply support surrender suspect suspend tax train transfer travel treat turn
unite urge use visit vote want warn welcome work worry
""".split()
_IRREGULAR = """
be was been, bear bore borne, become became become, begin began begun, bring brought brought, build built built,
buy bought bought, catch caught caught, choose chose chosen, come came come, cost cost cost,
cut cut cut,
deal dealt dealt, do did done, draw drew drawn, drive drove driven, fall fell fallen,
feel felt felt, fight fought fought, find found found, fly flew flown, get got got, give gave given,
go went gone, grow grew grown, have had had, hear heard heard, hold held held, keep kept kept,
know knew known, lead led led, leave left left, let let let, lie lay lain, lose lost lost,
make made made, mean meant meant, meet met met, pay paid paid, put put put, read read read,
rise rose risen, run ran run, say said said, see saw seen, seek sought sought, sell sold sold,
send sent sent, set set set, sing sang sung, spend spent spent, spread spread spread,
stand stood stood, strike struck struck, take took taken, teach taught taught, tell told told, think thought thought,
understand understood understood, withdraw withdrew withdrawn, win won won, write wrote written
"""
_DOUBLING = frozenset(
    """admit ban begin cancel commit control cut get let occur plan prefer put refer run set stop
    transfer travel win""".split()
)


def _ending(base: str, ending: str) -> str:
    """Return *base* with "ed" or "ing"."""
    if base.endswith("e") and (ending == "ed" or not base.endswith(("ee", "be"))):
        return base[:-1] + ending
    if ending == "ed" and re.search(r"[^aeiou]y$", base):
        return base[:-1] + "ied"
    if base in _DOUBLING:
        return base + base[-1] + ending
    return base + ending


def _third(base: str) -> str:
    if re.search(r"[^aeiou]y$", base):
        return base[:-1] + "ies"
    return base + ("es" if re.search(r"(?:s|x|z|ch|sh|o)$", base) else "s")


PAST: Final[dict[str, str]] = {base: _ending(base, "ed") for base in _REGULAR}
PARTICIPLE: Final[dict[str, str]] = dict(PAST)
for _entry in _IRREGULAR.split(","):
    _base, PAST[_base], PARTICIPLE[_base] = _entry.split()
THIRD: Final[dict[str, str]] = {base: _third(base) for base in PAST} | {"have": "has", "be": "is"}
BASE: Final[dict[str, str]] = {
    form: base for forms in (PARTICIPLE, PAST, THIRD) for base, form in forms.items()
} | {base: base for base in PAST}
"""Every listed form of a verb and its infinitive; an infinitive is its own."""


def gerund(base: str) -> str:
    """Return the form in "ing": "join" → "joining"."""
    return base[:-2] + "ying" if base.endswith("ie") else _ending(base, "ing")


GERUNDS: Final[frozenset[str]] = frozenset(gerund(base) for base in PAST)


AUXILIARIES = frozenset(
    """is are was were do does did has have had can could will would shall should may might
    must""".split()
)
BE = frozenset("is are was were".split())
PREPOSITIONS = frozenset(
    """about above across after against along among around as at before behind below beneath
    beside besides by despite during for from in inside into like near of off on onto outside over
    per since through throughout to toward towards under until upon via with within without
    according""".split()
)
DETERMINERS = frozenset(
    "a an the this that these those its his her their our my your any some each every no".split()
)
PERSON_NOUNS = frozenset(
    """admiral adviser ambassador analyst architect artist author boss brother captain ceo chair
    chairman chairperson chairwoman chancellor chief columnist commander commissioner composer
    daughter deputy director discoverer emperor engineer envoy executive expert father founder
    general governor head husband inventor journalist judge king lawyer leader man minister mother
    officer owner person philosopher physicist poet pope politician president prince princess
    professor queen researcher ruler scholar scientist secretary senator sister soldier
    son speaker spokesman spokesperson spokeswoman sultan wife winner woman writer""".split()
)
ORGANISATION_NOUNS = frozenset(
    """academy agency alliance army assembly association authority bank bloc board body bureau
    centre center charity church club coalition college commission committee community company
    confederation conference congress consortium corporation council court department empire
    federation firm force foundation front fund government group institute institution league
    ministry mission movement network news office organisation organization parliament party
    partnership post society service state team times tribunal union university""".split()
)
PLACE_NOUNS = frozenset(
    """bay border canal capital city coast country desert headquarters island islands lake mountain
    ocean peninsula place port province region river sea seat site strait town valley village
    venue""".split()
)
THING_NOUNS = frozenset(
    """accord act agreement article book boson building charter code column constitution convention
    declaration deal exchange film formula glacier index initiative journal law model paper peace pact
    plan prize programme program project protocol report review revolution satellite statement
    study summit system telescope treaty vaccine wall war""".split()
)
EVENT_NOUNS = frozenset(
    """accident assassination attack battle bombing ceremony collapse conference congress coup crash
    crisis disaster earthquake election eruption event explosion famine fire flood game genocide
    incident invasion killing massacre match meeting mission murder operation outbreak pandemic
    protest raid rebellion referendum revolt revolution riot siege storm strike summit trial uprising
    war""".split()
)
"""What happens, where other things only have something happen to them."""
ATTRIBUTES = frozenset(
    """advantage aim area argument benefit budget cause characteristic consequence contribution cost
    criticism definition difference disadvantage effect feature finding function gdp goal
    headquarters history implication importance meaning member name number objective origin part
    population price profit purpose reason result revenue risk role seat share significance size
    source subsidiary symptom task theme turnover type use value""".split()
)
"""What something has: who asks on with "it" means the thing itself."""
COUNTRIES = frozenset(
    (
        "afghanistan albania algeria angola argentina armenia australia austria azerbaijan bahrain "
        "bangladesh belarus belgium benin bolivia bosnia botswana brazil britain brunei bulgaria "
        "cambodia cameroon canada chad chile china colombia congo croatia cuba cyprus denmark "
        "djibouti ecuador egypt england eritrea estonia ethiopia europe africa asia finland france "
        "gabon gambia georgia germany ghana greece guinea haiti honduras hungary iceland india "
        "indonesia iran iraq ireland israel italy jamaica japan jordan kazakhstan kenya kosovo kuwait "
        "kyrgyzstan laos latvia lebanon lesotho liberia libya lithuania luxembourg madagascar malawi "
        "malaysia maldives mali malta mauritania mauritius mexico moldova mongolia montenegro morocco "
        "mozambique myanmar namibia nepal netherlands nicaragua niger nigeria norway oman pakistan "
        "palestine panama paraguay peru philippines poland portugal qatar romania russia rwanda "
        "scotland senegal serbia singapore slovakia slovenia somalia spain sudan suriname sweden "
        "switzerland syria taiwan tajikistan tanzania thailand togo tunisia turkey türkiye "
        "turkmenistan uganda ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe "
        "us usa uk uae prussia washington"
    ).split()
) | frozenset(
    {
        "saudi arabia", "united states", "united kingdom", "united arab emirates", "south africa",
        "south korea", "north korea", "new zealand", "sri lanka", "costa rica", "el salvador",
        "soviet union", "burkina faso", "sierra leone", "ivory coast", "czech republic",
    }
)  # fmt: skip
"""Countries and continents as questions name them, in lower case and without "the"."""
TITLES = frozenset(
    """adm admiral ambassador brig brigadier capt captain col colonel dr gen general justice king
    lady lord lt maj major minister mr mrs ms pope president prince princess prof professor queen
    sen senator sheikh shah sir sultan""".split()
)
MALE = frozenset("he him his himself mr sir king prince lord sheikh sultan pope father".split())
FEMALE = frozenset("she her hers herself mrs ms lady queen princess miss mother".split())
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
PLURALS = frozenset(
    "people men women children troops police media data personnel staff servicemen".split()
)


def is_plural(noun: str) -> bool:
    """Whether the last word of *noun* is in the plural."""
    last = noun.rsplit(maxsplit=1)[-1].casefold() if noun.split() else ""
    if last in PLURALS:
        return True
    singular = ("ss", "us", "is", "ics", "news", "series", "headquarters", "s’", "'s", "’s")
    return last.endswith("s") and not last.endswith(singular) and len(last) > len("gas")
