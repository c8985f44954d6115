"""Whose words a sentence reports: "Khan" in "for Khan its commander" says so, and commands nothing.

Texts about opinions name their sources in every second sentence. A name that stands there as the
source of what is said is no answer to who did it, unless the question asks who says so; nor is the
year of a source ("Byman's 2019 study") when it happened, unless the question asks for the source.
"""

from __future__ import annotations

import re

from rag.names import states_in
from rag.terms import STOP_WORDS, fold, query_terms, terms, without_possessive
from rag.wording.lexicon import is_plural

REPORTS = (
    "argue|assert|believe|call|caution|claim|comment|complain|conclude|contend|count|credit|"
    "criticise|criticize|describe|doubt|emphasise|emphasize|estimate|judge|maintain|mention|note|"
    "observe|quote|reckon|remark|report|state|stress|suggest|warn"
)
_SAID = (
    rf"(?:{REPORTS})(?:s|e?d)?|compares?|regards?|says?|said|speaks? of|spoke of|thinks?|thought|writes?|wrote|"
    "points? out|pointed out"
)
_WORKS = "account|article|book|column|count|essay|estimate|figure|opinion|paper|report|study|view"
_BEFORE = re.compile(
    r"(?:\b(?:according to|in the (?:words|view|opinion|eyes) of|(?:cited|quoted|reported) by|"
    r"quoting|citing)|(?:^|[,;]\s)for)\s+(?:(?:general|gen\.|dr\.?|prof\.?|mr\.?|mrs?\.?)\s+)?$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"['’]s?\s(?:\w+\s)?(?:{_WORKS})s?\b|\s+et al\b|"
    r"\s*\((?!(?:born|died|reigned|ruled|since|from|until|till) )(?:\w+,? )?\d{4}(?!\s?[–-]\s?\d{4})|"
    r"(?:\s+and (?:his|her|their|other) (?:co-?authors?|colleagues|others))?"
    r"(?:\s*[\[(][^\])]*[\])])?,?(?:\s+of (?:the )?[A-Z]\w+(?:\s[A-Z]\w+)*)?"
    r"(?:,\s[^,.;:]{1,60},)?(?:\s+(?:is|are|was|were)\s\w+\sto)?"
    rf"\s+(?:\w+ly\s+|also\s+|later\s+)?(?:{_SAID})\b"
)
_WHO_IS = re.compile(r"\W*who(?:['’]s| is| was| are| were) (?P<office>.+)", re.IGNORECASE)
_APPOSITION = re.compile(r",\s(?P<office>[^,.;:]{1,60}),")
_ITS = re.compile(r"\s*(?:its|their)\b", re.IGNORECASE)
"""Of a body that was named before: "Its leader, Ann Bell, said"."""
_AFTER_HEAD = re.compile(r"\b(?:at|for|from|in|of|on|to|under|with)\b|[,.;:?]")
"""Where what comes before the head of a noun phrase, and the head itself, is over."""
_ET_AL = re.compile(r"\bet al\b")
_SURNAME = r"(?:[A-ZÀ-Þ]\. ?)*[A-ZÀ-Þ][\w'’-]+"
_AUTHORS = rf"{_SURNAME}(?:(?:, {_SURNAME})*,? (?:&|and) {_SURNAME}| et al\.?)?"
_WORK_OF = rf"{_AUTHORS}, (?:19|20)\d\d[a-z]?(?:, pp?\. ?[\d–-]+)?"
_CITED = re.compile(rf"\((?:see |cf\. |e\.g\.,? )?{_WORK_OF}(?:; {_WORK_OF})*\)")
"""Works in brackets: (Rizvi, 2020; Abbas, 2019, p. 4)."""
_NARRATED = re.compile(rf"(?P<names>{_AUTHORS}) [\[(](?:19|20)\d\d[a-z]?[\])]")
"""Works in the sentence itself: Mahmood and Javaid (2021)."""
_WORK_NAMED = re.compile(rf"{_NARRATED.pattern}|{_CITED.pattern}")
_SPEAKS = (
    rf"(?:(?:has|have|had) )?(?:{_SAID}|acknowledged?s?|adds|added|admits?|admitted|concede[sd]?|"
    "announce[sd]? that|asks|asked|explain(?:s|ed)?|insist(?:s|ed)?|puts? it(?! in)|recall(?:s|ed)?|repl(?:y|ies|ied)|tells?|told)"
)
"""What one does whose words follow, and few others do to anything but words."""
_WITH_OFFICE = (
    r"(?:(?: (?:of|at|from|for|with) (?:the )?(?:[a-z-]+ ){0,4}[A-Z][\w-]+(?: (?:(?:and|for|in|of) (?:the )?)?[A-Z][\w-]+)*)?"
    r"(?:, (?:(?:[A-Z][\w’'-]*['’]s )?[a-z][^,.;:\"“”]{1,80}|[A-Z]{2,4}),)?)"
)
"""Between a name and its verb: "of the consultancy Acme", ", the bank's economist,"."""
_SPEAKER = re.compile(
    rf"(?:\b(?i:according to) (?P<source>(?:{_SURNAME} ?)+)|"
    rf"(?P<names>(?:{_SURNAME} )*{_SURNAME})(?P<office>{_WITH_OFFICE}),? "
    rf"(?:\w+ly |also |later |today |once |then )?(?:{_SPEAKS})\b)"
)
_INVERTED = re.compile(
    rf"(?:[,?!.…]['’]?[\"”’] (?:{_SPEAKS})|, (?:says|said|adds|added|argues|warns)) "
    r"(?P<phrase>(?:[^.;:\"“”()]|(?<=\b[A-Z])\.|(?<=\b(?:Dr|Mr|Ms))\.|(?<=\b(?:Mrs|Gen|Hon))\.|"
    r"(?<=\bProf)\.)*)"
)
"""The one who speaks after the words: '"…," says the minister, Ann Bell, who …'."""
_BODY = rf"(?:{_SURNAME} )*{_SURNAME}"
_SPEAKS_FOR = re.compile(
    rf"(?P<before>{_BODY})(?:['’]s?)? (?:[a-z]+ ){{0,2}}spokes(?:man|woman|person)\b|"
    rf"\bspokes(?:man|woman|person) (?:for|of|at) (?:the |its )?(?:[a-z]+ ){{0,3}}(?P<after>{_BODY})"
)
_MEMBER_OF = re.compile(rf" (?:of|at|from|for|with) (?:the )?(?:[a-z-]+ ){{0,4}}(?P<body>{_BODY})")
_RUN = re.compile(rf"(?:{_SURNAME}(?: (?:al|bin|de|van|von|der))* )*{_SURNAME}")
_TITLE = re.compile(r"\b(?:Dr|Prof|Mrs?|Ms|Gen|Hon)\. ")
_INSIDE = re.compile(r"(?:^|\s)(?:the|an?|of|at|in|from|for|to)\s$", re.IGNORECASE)
_NOBODY = frozenset({"everybody", "everyone", "nobody", "somebody", "someone"})
_NOUN_NEXT = re.compile(r"(?:['’]s?)? (?!(?:of|at|from|for|in|on|with|and|who)\b)[a-z]")
_MARK = re.compile(r"\[\d+(?:\s?[,–-]\s?\d+)*\]")
"""The numbers of works in a list: [4], [2, 5–7]."""
_YEAR = re.compile(r"(?:19|20)\d\d[a-z]?")
_NAMED = re.compile(r"[A-ZÀ-Þ][\w'’-]+(?P<more> et al\.?| and (?:his|her|their) \w+(?:-\w+)?)? \($")
_SAYS_NEXT = re.compile(rf"\),? (?:\w+ly |also |later )?(?:{_SAID})\b")
_OWNED = re.compile(r"(?:['’]s?|\b(?:a|an|the|his|her|their)) $", re.IGNORECASE)
_WORK_NEXT = re.compile(r"\s(?:\w+\s)?(?:article|book|essay|paper|report|study)\b")
_ASKS = re.compile(
    rf"\b(?:(?:who|which \w+)\s+(?:\w+ly\s+|also\s+|else\s+)?(?:{_SAID})|according|authors?|"
    r"analysts?|critics?|columnists?|writers?|scholars?|sources?|experts?|researchers?|observers?|"
    r"opinions?|views?|words?|by whom|speaks? for|spoke for|spokes\w+)\b",
    re.IGNORECASE,
)
_ASKS_WORK = re.compile(
    rf"\b(?:{_WORKS}|publish\w*|publication|writes?|written|wrote)s?\b", re.IGNORECASE
)


def is_source(sentence: str, start: int, end: int) -> bool:
    """Whether the name at *start* to *end* of a sentence is that of the one who says it."""
    return is_cited(sentence, start, end) or bool(
        _ET_AL.search(sentence[start:end])
        or _BEFORE.search(sentence[:start])
        or _AFTER.match(sentence[end:])
    )


def holds_office(sentence: str, start: int, end: int, question: str) -> bool:
    """Whether the name at *start* to *end* has beside it the office for whose holder is asked.

    "Who is the bank's economist?" is answered by "John Smith, the bank's economist, said" and by
    "The bank's economist, John Smith, said", but not by "The economist's critic, Ann Bell, said".
    """
    asked = _WHO_IS.match(question)
    if not asked or _BEFORE.search(sentence[:start]):
        return False
    wanted = set(query_terms(asked["office"]))
    after = _APPOSITION.match(sentence[end:])
    return any(
        _head(office) == _head(asked["office"])
        and (_ITS.match(office) or 2 * len(wanted & set(terms(office))) > len(wanted))
        for office in (_office_before(sentence, start, end), after["office"] if after else "")
    )


def _office_before(sentence: str, start: int, end: int) -> str:
    """Return the words of the clause before a name, with those in it that precede two last ones."""
    before, titles = sentence[:start].rstrip(), " ".join(sentence[start:end].split()[:-2])
    if before.endswith(",") and not titles:
        before = before[:-1] if sentence.startswith(",", end) else ""
    return f"{re.split('[,.;:]', before)[-1]} {titles}"


def _head(phrase: str) -> list[str]:
    """Return the terms of the last word of a noun phrase before its "of …"."""
    words = _AFTER_HEAD.split(phrase, maxsplit=1)[0].split()
    return terms(words[-1]) if words and not words[-1].endswith(("'s", "’s")) else []


def is_year_of_source(sentence: str, start: int, end: int) -> bool:
    """Whether what stands at *start* to *end* of a sentence says when its source was written."""
    if is_cited(sentence, start, end):
        return True
    if not _YEAR.fullmatch(sentence[start:end]):
        return False
    before, after = sentence[:start], sentence[end:]
    named = _NAMED.search(before) if after.startswith(")") else None
    bracketed = named and (named["more"] or _SAYS_NEXT.match(after))
    owned = _OWNED.search(before) and _WORK_NEXT.match(after)
    return bool(bracketed or owned)


def speakers_in(sentence: str) -> set[str]:
    """Return the surnames, folded, of those whose words a sentence says it reports.

    With the last word of the body for which one of them speaks: "Acme spokesman", "of Acme".
    """
    found, bodies = [], _bodies_in(sentence)
    for match in _SPEAKER.finditer(sentence):
        name = (match["source"] or match["names"]).strip()
        if not (match["office"] and _INSIDE.search(sentence[: match.start()])):
            found.append(name)
            member = _MEMBER_OF.match(match["office"] or "")
            bodies += [member["body"]] if member else []
    found += [_person_in(match["phrase"]) for match in _INVERTED.finditer(sentence)]
    found = [name for name in found if not states_in(name) and not _is_ordinary(name)]
    found += [match["names"] for match in _NARRATED.finditer(sentence)]
    return {
        surname for names in (*found, *(bodies if found else ())) for surname in surnames(names)
    }


def _bodies_in(sentence: str) -> list[str]:
    """Return the names of the bodies whose spokesmen a sentence mentions."""
    return [match["before"] or match["after"] for match in _SPEAKS_FOR.finditer(sentence)]


def _person_in(phrase: str) -> str:
    """Return the name of the one whom a noun phrase is about, nothing if it names nobody.

    "Ann Bell of Acme", "Acme analyst Ann Bell" and "the head of Acme, Ann Bell, a lawyer" are Ann
    Bell.
    """
    for part in _TITLE.sub("", phrase).split(", "):
        for run in _RUN.finditer(part):
            inside = _INSIDE.search(part[: run.start()]) or _NOUN_NEXT.match(part[run.end() :])
            if not inside:
                return run[0]
    return ""


def authors_cited(sentence: str) -> set[str]:
    """Return the surnames, folded, of those whose works a sentence names in brackets."""
    works = (work for found in _CITED.finditer(sentence) for work in found[0].split(";"))
    return {surname for work in works for surname in surnames(work.partition(", ")[0])}


def surnames(names: str) -> set[str]:
    """Return the last words of "Khan", "Gen. Raheel Sharif" or "Mahmood and Javaid", folded."""
    people = re.split(r",? (?:and|&) |, | et al", names)
    last = (re.findall(r"[^\W\d_][\w'’-]*", person)[-1:] for person in people)
    return {without_possessive(fold(word)) for words in last for word in words}


def _is_ordinary(name: str) -> bool:
    """Whether a capital only begins a sentence: "Analysts argue", "He says"."""
    word = fold(name)
    return " " not in word and (
        word in STOP_WORDS or word in _NOBODY or is_plural(word) or bool(_ASKS.fullmatch(word))
    )


def is_cited(sentence: str, start: int, end: int) -> bool:
    """Whether a part of a sentence stands in brackets that name works, and not a place and year."""
    if any(found.start() <= start and end <= found.end() for found in _MARK.finditer(sentence)):
        return True
    return any(
        found.start() < start and end < found.end()
        for found in _CITED.finditer(sentence)
        if not states_in(found[0].split(",")[0])
    )


def without_cited_years(text: str, question: str) -> str:
    """Return a text without the years of the works that it cites, but for authors asked about."""
    asked = set(terms(question))

    def put(found: re.Match[str]) -> str:
        names = found["names"] or " and ".join(authors_cited(found[0]))
        is_place = states_in(found[0])  # "(Riyadh, 2017)"
        return found[0] if is_place or not asked.isdisjoint(terms(names)) else names

    return _WORK_NAMED.sub(put, text)


def asks_for_source(question: str) -> bool:
    """Whether a question asks who says, thinks or writes something."""
    return bool(_ASKS.search(question))


def asks_for_work(question: str) -> bool:
    """Whether a question asks for something written, which has a year of its own."""
    return bool(_ASKS_WORK.search(question))
