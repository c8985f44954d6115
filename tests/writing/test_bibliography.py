"""Sources as BibTeX and CSL-JSON."""

from __future__ import annotations

import json
import re

import pytest

from rag.types import Metadata
from rag.writing.bibliography import authors_of, to_bibtex, to_csl_json
from rag.writing.rows import Source


def source(number: int = 1, document: str = "a.pdf", **metadata: str) -> Source:
    return Source(number, document, "a" * 64, Metadata(**metadata), (), None)


def test_an_entry_has_author_title_date_and_file():
    found = to_bibtex(
        [source(title="On Pacts", author="Ada Quill, Bo Lind", date="2017-12-04", kind="op-ed")]
    )
    assert found == (
        "@misc{quill2017,\n"
        "  author = {{Ada Quill} and {Bo Lind}},\n"
        "  title = {{On Pacts}},\n"
        "  year = {2017},\n"
        "  howpublished = {op-ed},\n"
        f"  note = {{a.pdf, SHA-256 {'a' * 64}}},\n"
        "  month = dec\n"
        "}\n"
    )


def test_special_characters_are_escaped_and_braces_balance():
    title = "100% {of} R&D_#1 costs $5 ~ a\\b ^ } é"
    found = to_bibtex([source(title=title)])
    expected = (
        r"100\% \textbraceleft{}of\textbraceright{} R\&D\_\#1 costs \$5 \textasciitilde{} "
        r"a\textbackslash{}b \textasciicircum{} \textbraceright{} é"
    )
    assert f"title = {{{{{expected}}}}}," in found
    assert found.count("{") == found.count("}")
    assert (
        to_bibtex([source(title="a\x1b\nb")]).count("\n  title = {{a\\textbackslash{}x1b b}}") == 1
    )


def test_keys_are_unique_and_plain():
    sources = [
        source(1, "x.pdf", author="Élodie Müller", date="2017"),
        source(2, "y.pdf", author="Jan Müller", date="2017-01"),
        source(3, "y.pdf", author="Khan, S.", date="2017"),
        source(4, "dir/ä.pdf"),
        source(5, "dir/a.pdf"),
        source(6, "报告"),
    ]
    keys = re.findall(r"@misc\{(.*),", to_bibtex(sources))
    assert keys == ["muller2017", "muller2017b", "khan2017", "apdf", "apdf-b", "source"]
    assert [item["id"] for item in json.loads(to_csl_json(sources))] == keys


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Quill, Dr. Bo Lind", ["Ada Quill", "Dr. Bo Lind"]),
        ("Ada Quill and Bo Lind", ["Ada Quill", "Bo Lind"]),
        ("Khan, S.", ["Khan, S."]),
        ("Reuters", ["Reuters"]),
    ],
)
def test_authors_are_split_where_that_is_certain(line, names):
    assert authors_of(Metadata(author=line)) == names


def test_csl_json_has_types_names_and_dates():
    [item, bare] = json.loads(
        to_csl_json(
            [
                source(title="On Pacts", author="Ada Quill", date="2017-12", kind="web article"),
                source(2, "b c.txt", date="unknown"),
            ]
        )
    )
    assert item == {
        "id": "quill2017",
        "type": "webpage",
        "title": "On Pacts",
        "author": [{"literal": "Ada Quill"}],
        "issued": {"date-parts": [[2017, 12]]},
        "note": f"a.pdf, SHA-256 {'a' * 64}",
    }
    assert bare == {
        "id": "bctxt",
        "type": "document",
        "title": "b c.txt",
        "note": f"b c.txt, SHA-256 {'a' * 64}",
    }
