from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.errors import InputError
from rag.evaluation import evaluate
from rag.evaluation.report import problems, report_html, write_report
from rag.evaluation.run import evaluation_of

HOSTILE = "<script>alert(1)</script> & \" ' </title> $about ${x} https://evil.example/x.js"


class Page(HTMLParser):
    """What a browser would load or run."""

    def __init__(self):
        super().__init__()
        self.scripts = 0
        self.loads = []
        self.rows = 0
        self.plots = 0

    def handle_starttag(self, tag, attributes):
        self.scripts += tag == "script"
        self.rows += tag == "tr"
        self.plots += tag == "svg"
        self.loads += [
            value
            for name, value in attributes
            if name in {"src", "href", "srcset", "data", "action", "xlink:href"}
            and not (value or "").startswith("#")
        ]


@pytest.fixture
def run(pipeline, gold):
    return evaluate(pipeline, gold)


@pytest.fixture
def hostile(run):
    records = tuple(
        replace(
            record,
            question=HOSTILE,
            standalone_question=HOSTILE + "?",
            short_answer=HOSTILE,
            sentences=(HOSTILE,),
            cited=(HOSTILE,),
            disagreements=(HOSTILE,),
            gold_answers=(HOSTILE,),
            missing=(HOSTILE,),
            identifier=HOSTILE,
            kind=HOSTILE,
        )
        for record in run.records
    )
    return evaluation_of(records, run.made_with)


def parsed(html):
    page = Page()
    page.feed(html)
    return page


def test_a_report_holds_figures_plots_and_questions(run):
    html = report_html(run)
    page = parsed(html)
    assert page.plots == 3
    assert page.rows > len(run.records) + 20
    for record in run.records:
        assert record.identifier in html
    assert "recall@5" in html


def test_a_report_loads_nothing(run):
    html = report_html(run)
    assert parsed(html).loads == []
    assert not re.search(r"https?://|url\((?!#)|@import", html)
    assert "default-src 'none'" in html


def test_hostile_text_is_escaped(hostile):
    page = parsed(report_html(hostile))
    assert page.scripts == 1
    assert page.loads == []
    assert "<script>alert" not in report_html(hostile)
    assert "&lt;script&gt;alert" in report_html(hostile)


def test_the_same_run_gives_the_same_page(run):
    assert report_html(run) == report_html(run)


def test_problems_are_named(run):
    first = run.records[0]
    assert problems(replace(first, refused=True)) == ["refused, but it is answerable"]
    wrong = replace(first, short_answer="Oslo")
    assert problems(replace(wrong, scores={"short_answer_right": 0.0})) == ["short answer wrong"]
    nothing = next(record for record in run.records if not record.answerable)
    assert problems(replace(nothing, refused=False)) == ["answered, but nothing answers it"]
    assert problems(replace(nothing, refused=True)) == []


def test_a_report_without_answerable_questions_is_drawn(run):
    records = tuple(record for record in run.records if not record.answerable)
    assert "<svg" in report_html(evaluation_of(records, run.made_with))


def test_a_report_is_written(run, tmp_path):
    write_report(run, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(InputError, match="write a report"):
        write_report(run, tmp_path / "missing" / "report.html")
