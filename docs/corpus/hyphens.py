"""Where long words of the manuscripts may be broken at the end of a line."""

from __future__ import annotations

import re

SOFT_HYPHEN = "\u00ad"
_BREAKS = """
ac-cord-ing ad-van-tages ad-vice ad-vis-ers Af-ghan-istan agree-ment al-li-ance al-li-ances
am-bi-tion an-nounced an-nounce-ment ap-point-ment ar-range-ment ar-range-ments as-sur-ances
bi-lat-eral cam-paign cam-paigns ca-pac-ity coa-li-tion col-lec-tive com-mand com-mander
com-mit-ment com-mit-ments com-par-ison com-pares con-clu-sion con-se-quences coun-ter coun-tries
coun-try cred-ib-il-ity crit-ics cul-ture de-cided de-fence de-scribed dif-fer-ent diplo-macy
dip-lo-matic dom-in-ated eco-nomic ef-fect-ive-ness equip-ment ex-per-i-ence ex-plains
ex-trem-ism fron-tier gov-ern-ment gov-ern-ments head-quar-ters im-port-ant in-flu-ence
in-form-a-tion in-stru-ment in-sur-gents in-tel-li-gence in-ter-na-tional in-vest-ment
iso-la-tion lead-er-ship me-di-ation mem-ber-ship mem-bers mil-it-ary mis-trust
multi-lat-er-al-ism neigh-bour neigh-bours neut-ral-ity ob-serv-ers op-er-a-tion op-er-a-tions
op-er-a-tional op-pos-i-tion or-gan-isa-tion Pak-i-stan par-lia-ment part-ner part-ners
part-ner-ship peace-keep-ing pos-sibly pro-posal pro-posed rank-ing rec-om-mends re-gional
re-la-tions re-port-ed rep-u-ta-tion sec-tarian se-cur-ity sol-diers states-man sup-port
tech-no-logy ter-ror-ism ter-ror-ists to-gether under-took un-pre-ced-en-ted wide-spread
"""
_POINTS = {
    word.replace("-", "").lower(): [len(part) for part in word.split("-")]
    for word in _BREAKS.split()
}
_WORD = re.compile(r"[A-Za-z]+")


def soften(text: str) -> str:
    """Put soft hyphens into the words of the list, in whatever case they are written."""
    return _WORD.sub(lambda match: _soften_word(match.group()), text)


def _soften_word(word: str) -> str:
    """Cut one word at its break points; a word that is not listed stays whole."""
    parts: list[str] = []
    start = 0
    for length in _POINTS.get(word.lower(), [len(word)]):
        parts.append(word[start : start + length])
        start += length
    return SOFT_HYPHEN.join(parts)
