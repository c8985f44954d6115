"""Web pages: the article without what surrounds it."""

from __future__ import annotations

import re

import pytest

from rag.errors import DamagedError, EmptyError, LoadError
from rag.types import BlockKind

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Coalition opens centre | The Gulf Post</title>
{meta}</head><body>
<header><a href="/">The Gulf Post</a></header>
<nav><ul><li><a href="/">Home</a></li><li><a href="/n">News</a></li></ul></nav>
<div id="cookie-banner" class="cookie-notice"><p>We use cookies to improve your visit.</p>
<button>Accept all</button></div>
<main><article><h1>Coalition opens centre</h1>
<p>The coalition opened its headquarters in Riyadh on Monday, a spokesman for the group said in a
statement that was sent to reporters in the evening.</p>
<h2>Members</h2>
<p>Three states supply most of the troops that the group says it needs for its first tasks:</p>
<ul><li>Pakistan sends <b>trainers</b>.</li><li>Turkey sends observers.</li></ul>
<table><tr><th>Country</th><th>Share</th></tr><tr><td>Saudi Arabia</td><td>80 %</td></tr></table>
<p>The ministers will meet again next year, and they expect to publish a list of members then.</p>
</article></main>
<div class="share-bar">Share this: Facebook Twitter</div>
<section id="comments"><h3>Leave a comment</h3><form><label>Your name</label><input name="n">
<textarea></textarea><button>Post comment</button></form></section>
<footer>Copyright 2017 The Gulf Post</footer></body></html>
"""
OUTSIDE = ("Home", "cookies", "Accept all", "Share this", "Leave a comment", "Copyright")


def page(meta: str = "") -> str:
    return PAGE.replace("{meta}", meta)


def test_only_the_article_is_kept(write, read):
    document = read(write("a.html", page()))
    for phrase in OUTSIDE:
        assert phrase not in document.text
    assert document.text.startswith("Coalition opens centre\n\nThe coalition opened its")


@pytest.mark.parametrize("frame", ["", "<div>", '<div class="wide"><div>'])
def test_a_page_without_a_frame_keeps_headings_and_lists(write, read, texts, frame):
    inner = page().replace("<main><article>", frame).replace("</article></main>", "</div>" * 2)
    document = read(write("a.html", inner))
    framed = read(write("b.html", page()))
    assert document.text == framed.text
    assert texts(document, BlockKind.HEADING) == ["Coalition opens centre", "Members"]
    assert "Pakistan sends trainers." in texts(document, BlockKind.LIST_ITEM)


def test_a_page_without_a_frame_keeps_nothing_from_outside_the_text(write, read, texts):
    aside = '<h3>Elsewhere</h3><ul><li><a href="/a">Rain stops play in Lahore</a></li></ul>'
    inner = re.sub(r"</?(?:main|article)>", "", page()).replace("<footer>", f"{aside}<footer>")
    document = read(write("a.html", inner))
    assert texts(document, BlockKind.HEADING) == ["Coalition opens centre", "Members"]
    for phrase in (*OUTSIDE, "Rain stops play"):
        assert phrase not in document.text


def test_what_is_left_out_is_recorded(write, read):
    document = read(write("a.html", page()))
    recorded = " ".join(entry.text for entry in document.dropped)
    for phrase in OUTSIDE:
        assert phrase in recorded
    assert all(len(entry.text) <= 200 for entry in document.dropped)


def test_headings_lists_and_tables_are_blocks(write, read, texts):
    document = read(write("a.html", page()))
    assert texts(document, BlockKind.HEADING) == ["Coalition opens centre", "Members"]
    assert texts(document, BlockKind.LIST_ITEM) == [
        "Pakistan sends trainers.",
        "Turkey sends observers.",
    ]
    assert texts(document, BlockKind.TABLE_ROW) == ["Country | Share", "Saudi Arabia | 80 %"]


def test_meta_elements_give_the_metadata(write, read):
    meta = (
        '<meta name="author" content="Jane Doe">'
        '<meta property="article:published_time" content="2017-11-27T10:00:00Z">'
        '<meta property="article:section" content="Opinion">'
    )
    metadata = read(write("a.html", page(meta))).metadata
    assert metadata.title == "Coalition opens centre"
    assert metadata.author == "Jane Doe"
    assert metadata.date == "2017-11-27"
    assert metadata.kind == "op-ed"


def test_json_ld_gives_the_metadata(write, read):
    meta = (
        '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": '
        '"Coalition opens centre", "datePublished": "2017-11", "author": [{"name": "Jane Doe"}, '
        '{"name": "Ali Khan"}]}]}</script>'
    )
    metadata = read(write("a.html", page(meta))).metadata
    assert metadata.author == "Jane Doe, Ali Khan"
    assert metadata.date == "2017-11"
    assert metadata.kind == "web article"


def test_a_bare_page_is_a_web_article_without_author_and_date(write, read):
    metadata = read(write("a.html", page())).metadata
    assert (metadata.author, metadata.date, metadata.kind) == (None, None, "web article")


@pytest.mark.parametrize("charset", ["windows-1256", "utf-8"])
def test_the_declared_charset_is_used(write, read, charset):
    text = "أعلن التحالف الإسلامي العسكري عن اجتماع وزراء الدفاع في الرياض في نوفمبر 2017."
    content = f'<html><head><meta charset="{charset}"></head><body><p>{text}</p></body></html>'
    assert read(write("a.html", content.encode(charset))).text == text


@pytest.mark.parametrize("content", ["", " \n", "<html><body></body></html>"])
def test_a_page_without_text_is_empty(write, read, content):
    with pytest.raises(EmptyError):
        read(write("a.html", content))


def test_a_page_without_markup_is_damaged(write, read):
    with pytest.raises(DamagedError, match="no markup"):
        read(write("a.html", "just words"))


def test_absurd_nesting_ends_in_a_load_error(write, read):
    with pytest.raises(LoadError):
        read(write("a.html", "<div>" * 20_000 + "text" + "</div>" * 20_000))


def test_a_term_and_its_definition_are_one_item(write, read, texts):
    terms = "<dl><dt>NATO</dt><dd>An alliance.</dd><dt>OIC</dt><dd>A body for talks.</dd></dl>"
    page = PAGE.format(meta="").replace("<h2>Members</h2>", terms)
    items = texts(read(write("a.html", page)), BlockKind.LIST_ITEM)
    assert items[:2] == ["NATO An alliance.", "OIC A body for talks."]


def test_a_raised_number_is_no_part_of_the_number_before(write, read, texts):
    marked = (
        "<p>It counted 41<sup>2</sup> member states and paid 500 million dollars<sup>"
        '<a href="#n1">13</a></sup> on the 1<sup>st</sup> of May 2017.<sup>3, 4</sup> It asked for '
        'more<sup class="reference"><a href="#n5"><span>[</span>5<span>]</span></a></sup>.</p>'
    )
    document = read(write("a.html", PAGE.format(meta="").replace("<h2>Members</h2>", marked)))
    assert texts(document, BlockKind.PARAGRAPH)[1] == (
        "It counted 41² member states and paid 500 million dollars¹³ on the 1st of May 2017.³, ⁴ "
        "It asked for more[5]."
    )
    assert "41" not in " ".join(entry.text for entry in document.dropped)


def test_raised_numbers_in_headings_and_cells_are_apart(write, read, texts):
    page = (
        PAGE.format(meta="")
        .replace("80 %", "80<sup>1</sup>")
        .replace("Members<", "Ten<sup>2</sup><")
    )
    document = read(write("a.html", page))
    assert "Ten²" in texts(document, BlockKind.HEADING)
    assert "Saudi Arabia | 80¹" in texts(document, BlockKind.TABLE_ROW)


def test_an_empty_cell_keeps_its_place(write, read, texts):
    rows = (
        "<tr><th></th><th>2019</th><th>2020</th></tr><tr><td>Qatar</td><td> </td><td>300</td></tr>"
        "<tr><td>Chad</td><td>7</td><td>&nbsp;</td></tr><tr><td colspan=3>Middle East</td></tr>"
        "<tr><td rowspan=2>Oman</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr>"
        "<tr><td colspan=2>Iran, Iraq</td><td>5</td></tr><tr><td></td><td></td><td></td></tr>"
    )
    table = f"<table><caption>Troops</caption>{rows}</table>"
    page = PAGE.format(meta="").replace("<h2>Members</h2>", table)
    assert texts(read(write("a.html", page)), BlockKind.TABLE_ROW)[:-2] == [
        "Troops",
        "| 2019 | 2020",
        "Qatar | | 300",
        "Chad | 7 |",
        "Middle East",
        "Oman | 1 | 2",
        "| 3 | 4",
        "Iran, Iraq | | 5",
    ]


def test_columns_that_only_space_others_apart_are_no_cells(write, read, texts):
    table = (
        "<table><tr><td colspan=2>Sales</td><td></td><td colspan=2>2022</td></tr>"
        "<tr><td colspan=2>Phones</td><td>&nbsp;</td><td>40</td><td> </td></tr></table>"
    )
    page = PAGE.format(meta="").replace("<h2>Members</h2>", table)
    rows = texts(read(write("a.html", page)), BlockKind.TABLE_ROW)
    assert rows[:2] == ["Sales | 2022", "Phones | 40"]


def test_a_byline_ends_with_its_line(write, read, texts):
    line = "<p>By Jane Doe<br>The Gulf Post, 2 May 2025<br/>Opinion</p>"
    document = read(
        write("a.html", page().replace("Coalition opens centre</h1>", f"A Pact</h1>{line}"))
    )
    assert document.metadata.author == "Jane Doe"
    assert document.metadata.date == "2025-05-02"
    assert texts(document, BlockKind.BYLINE) == [
        "By Jane Doe",
        "The Gulf Post, 2 May 2025",
        "Opinion",
    ]
