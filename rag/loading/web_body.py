"""The main text of a web page through trafilatura, with its headings and lists."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree
from trafilatura import bare_extraction, baseline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import html as lxml_html

_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_LISTS = ("ul", "ol", "dl")


def main_body(tree: lxml_html.HtmlElement) -> etree._Element:
    """Return the main text in trafilatura's elements; *tree* stays as it is.

    Where a page has no element that frames its main text (``main``, ``article`` …), trafilatura
    collects paragraphs and tables alone. Such a page is read again with its body as the frame.
    """
    body = _extracted(tree)
    kept = _key(body)
    if any(_key(element) not in kept for element in _belonging(tree, kept)):
        framed = _extracted(_framed(deepcopy(tree)))
        return framed if len(_key(framed)) > len(kept) else body
    return body


def _extracted(tree: lxml_html.HtmlElement) -> etree._Element:
    extracted = bare_extraction(
        deepcopy(tree), with_metadata=False, include_comments=False, include_images=False
    )
    body = getattr(extracted, "body", None)
    if body is None or not "".join(body.itertext()).strip():
        return baseline(tree)[0]
    return body


def _belonging(tree: lxml_html.HtmlElement, kept: str) -> Iterator[etree._Element]:
    """Yield the headings right above kept text, and the lists right below it."""
    for element in tree.iter(*_HEADINGS, *_LISTS):
        beside = element.getnext() if element.tag in _HEADINGS else element.getprevious()
        if beside is not None and _key(beside) and _key(beside) in kept:
            yield element


def _framed(tree: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    """Put all that the body of a page holds into one ``main``."""
    body = tree.find("body")
    if body is not None:
        frame = etree.Element("main")
        frame.text, body.text = body.text, None
        frame.extend(list(body))
        body.append(frame)
    return tree


def _key(element: etree._Element) -> str:
    """Text without spaces, so that line breaks make no difference."""
    return "".join("".join(element.itertext()).split())
