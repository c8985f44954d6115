"""Who wrote a web page, when: meta elements, JSON-LD, time elements.

trafilatura's own metadata guesses dates to the day where a page names a year only; a citation
must not say more than its source, so the page is asked directly.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from rag.types import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_TITLES = ("citation_title", "dc.title", "dcterms.title", "og:title", "twitter:title")
_AUTHORS = ("citation_author", "dc.creator", "dcterms.creator", "author", "article:author")
_DATES = (
    "citation_publication_date",
    "citation_date",
    "article:published_time",
    "datepublished",
    "dc.date",
    "dcterms.date",
    "dcterms.issued",
    "dc.date.issued",
    "pubdate",
    "publish-date",
    "publishdate",
    "date",
)
_KINDS = ("kind", "genre", "article:section", "dc.type", "dcterms.type", "section", "og:type")
_SITE_SUFFIX = re.compile(r"\s+[|»·–—-]\s+[^|»·–—]{2,40}$")


def declared_metadata(tree: HtmlElement) -> Metadata:
    """Return what the page declares, unparsed: cleaning judges it."""
    named = _named(tree)
    linked = list(_json_ld(tree))
    return Metadata(
        title=_first(named, _TITLES) or _from_json(linked, "headline") or _title(tree),
        author=_authors(tree, named, linked),
        date=_first(named, _DATES) or _from_json(linked, "datePublished") or _time(tree),
        kind=_kind(named, linked),
    )


def _named(tree: HtmlElement) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        key = meta.get("name") or meta.get("property") or meta.get("itemprop")
        value = " ".join((meta.get("content") or "").split())
        if key and value:
            named.setdefault(key.lower(), []).append(value)
    return named


def _first(named: dict[str, list[str]], keys: tuple[str, ...]) -> str | None:
    return next((named[key][0] for key in keys if key in named), None)


def _title(tree: HtmlElement) -> str | None:
    headings = [" ".join(heading.text_content().split()) for heading in tree.iter("h1")]
    if len(headings) == 1 and headings[0]:
        return headings[0]
    title = " ".join((tree.findtext(".//title") or "").split())
    return _SITE_SUFFIX.sub("", title) or None


def _authors(
    tree: HtmlElement, named: dict[str, list[str]], linked: list[dict[str, Any]]
) -> str | None:
    for key in _AUTHORS:
        names = [name for name in named.get(key, []) if "://" not in name]
        if names:
            return ", ".join(dict.fromkeys(names))
    for item in linked:
        names = list(_names(item.get("author")))
        if names:
            return ", ".join(dict.fromkeys(names))
    for xpath in ("//*[@rel='author']", "//*[@itemprop='author']", "//*[@class='author']"):
        names = [" ".join(element.text_content().split()) for element in tree.xpath(xpath)]
        if names and names[0]:
            return names[0]
    return None


def _names(author: Any) -> Iterator[str]:
    if isinstance(author, str) and "://" not in author:
        yield author
    elif isinstance(author, dict):
        yield from _names(author.get("name"))
    elif isinstance(author, list):
        for one in author:
            yield from _names(one)


def _json_ld(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """The JSON-LD objects that describe a work, at any depth of ``@graph``."""
    for script in tree.iter("script"):
        if script.get("type", "").lower() != "application/ld+json":
            continue
        try:
            waiting = [json.loads(script.text or "")]
        except (ValueError, RecursionError):
            continue
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting.extend(item)
            elif isinstance(item, dict):
                graph = item.get("@graph")
                waiting.extend(graph if isinstance(graph, list) else [])
                if "headline" in item or "datePublished" in item:
                    yield item


def _from_json(linked: list[dict[str, Any]], key: str) -> str | None:
    return next((item[key] for item in linked if isinstance(item.get(key), str)), None)


def _time(tree: HtmlElement) -> str | None:
    """The first time element with a machine-readable date, comments left aside."""
    for element in tree.iter("time"):
        around = " ".join(
            f"{parent.get('class', '')} {parent.get('id', '')}"
            for parent in element.iterancestors()
        )
        value = element.get("datetime") or " ".join(element.text_content().split())
        if value and "comment" not in around.lower():
            return str(value)
    return None


def _kind(named: dict[str, list[str]], linked: list[dict[str, Any]]) -> str | None:
    """All that may tell the kind, the most telling first; cleaning looks for known words."""
    found = [value for key in _KINDS for value in named.get(key, [])]
    if "citation_journal_title" in named:
        found.insert(0, "paper")
    for item in linked:
        declared = (item.get("@type"), item.get("genre"))
        found += [value for value in declared if isinstance(value, str)]
    return "; ".join(found) or None
