"""Cleaning: characters, running text, structure, roles, metadata, on raw documents."""

from __future__ import annotations

import pytest

from rag.cleaning import clean
from rag.cleaning.characters import clean_line
from rag.cleaning.lines import Vocabulary, joined
from rag.errors import EmptyError
from rag.loading.plain import read as read_plain
from rag.loading.raw import RawBlock, RawDocument, RawPage
from rag.types import BlockKind, Metadata

LONG = (
    "The coalition was announced in December 2015, and its ministers met for the first time two "
    "years later in Riyadh, where they agreed on four tasks and on a joint centre."
)


def cleaned(text: str):
    return clean(read_plain(text.encode()), "a.txt", "0" * 64)


def kinds(text: str) -> list[tuple[BlockKind, str]]:
    document = cleaned(text)
    return [(block.kind, document.slice(block.span)) for block in document.blocks]


def kind_of(line: str) -> BlockKind:
    """The kind of a line that stands between paragraphs of prose."""
    found = [kind for kind, text in kinds(f"A Title\n\n{LONG}\n\n{line}\n\n{LONG}") if text == line]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ofﬁce and ﬂag", "office and flag"),
        ("an area of 10² metres", "an area of 10² metres"),
        ("Rizwan Khan¹, Ali²", "Rizwan Khan¹, Ali²"),
        ("cafe\N{COMBINING ACUTE ACCENT}", "café"),
        ("  two   spaces\N{NO-BREAK SPACE}and\N{THIN SPACE}a tab\t", "two spaces and a tab"),
        ("co\N{SOFT HYPHEN}operate", "cooperate"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}evil\N{POP DIRECTIONAL FORMATTING}\0\x07", "evil"),
        ("\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}word", "word"),
        ("“quotes” ‘stay’ 'as' \"they\" are – and dashes — too", None),
        ("👩\N{ZERO WIDTH JOINER}👧 می\N{ZERO WIDTH NON-JOINER}خواهم", None),
        ("ﻟﻠﺴﻼم", "للسلام"),
        ("½ and ™ and Ⅳ", None),
    ],
)
def test_characters_get_one_form_and_keep_their_meaning(line, expected):
    assert clean_line(line) == (line if expected is None else expected)


@pytest.mark.parametrize(
    ("lines", "elsewhere", "expected"),
    [
        (("called counter-", "terrorism"), "counter-terrorism", "called counter-terrorism"),
        (("more infor-", "mation"), "", "more information"),
        (("more infor-", "mation"), "information", "more information"),
        (
            ("a multi-", "lateral pact"),
            "multi-lateral multilateral multilateral",
            "a multilateral pact",
        ),
        (("the defence-", "industry talks"), "defence and industry", "the defence-industry talks"),
        (("a fixed member-", "ship"), "a member of the ship", "a fixed membership"),
        (("the Anglo-", "Saxon view"), "", "the Anglo-Saxon view"),
        (("short-", "and long-term aims"), "", "short- and long-term aims"),
        (("from 2015-", "2017"), "", "from 2015-2017"),
        (("the end –", "or so"), "", "the end – or so"),
        (("infor\N{SOFT HYPHEN}", "mation"), "", "information"),
        (("state-of-the-", "art arms"), "", "state-of-the-art arms"),
    ],
)
def test_hyphenated_line_ends(lines, elsewhere, expected):
    vocabulary = Vocabulary.of([*lines, elsewhere])
    assert joined(lines, vocabulary) == expected


@pytest.mark.parametrize(
    "line",
    [
        "By Jane Doe",
        "Email: jane.doe@example.org",
        "DOI: 10.1000/182",
        "Received: 2 May 2024; Accepted: 5 June 2024",
        "https://doi.org/10.1000/182",
        "Dr. Jane Doe",
        "Keywords: alliance, NATO, Pakistan",
    ],
)
def test_bylines_are_told_from_prose(line):
    assert kind_of(line) is BlockKind.BYLINE


@pytest.mark.parametrize(
    "line",
    [
        "© 2017 The Gulf Post",
        "All rights reserved.",
        "Share this: Facebook Twitter",
        "Subscribe to our newsletter",
        "Also read: What the ministers want",
        "Leave a Comment",
        "Disclaimer: Views expressed by writers in this section are their own.",
        "Introduction ........................ 3",
        "Photo: Jane Doe / Gulf Post",
    ],
)
def test_boilerplate_is_told_from_prose(line):
    assert kind_of(line) is BlockKind.BOILERPLATE


@pytest.mark.parametrize(
    "line",
    [
        "In 2015, 2016 and 2017 it had 34, 39 and 41 members.",
        "They left.",
        "“We are ready,” the general said.",
        "By the end of 2017 the talks had failed again.",
        "Readers of the treaty will find the references to terrorism in Article 2.",
        "The University of Lahore asked its institute for a report on the pact.",
        "Dates matter: the pact was signed on 4 December 2017.",
        "Contents of the treaty were not made public until the following year.",
        "Share prices fell by a tenth when the news of the pact came out.",
        "Copyright law was not among the subjects that the ministers discussed.",
        "The author is a fellow at the Centre for Army Leadership.",
        "— Jane Doe is a political analyst. Her work is about borders.",
    ],
)
def test_ordinary_prose_stays_a_paragraph(line):
    assert kind_of(line) is BlockKind.PARAGRAPH


def test_entries_after_a_reference_heading_are_references_until_the_next_heading():
    text = (
        f"A Title\n\n{LONG}\n\nReferences\n\nAbbas, H. (2019). A dilemma.\n\nShort Title Here\n\n"
        f"Appendix A: Members\n\n{LONG}\n"
    )
    assert [kind for kind, _ in kinds(text)] == [
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.HEADING,
        BlockKind.REFERENCE,
        BlockKind.REFERENCE,
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
    ]


EVENTS = [
    ("15 December 2015", "Pakistan is surprised by the news."),
    ("January 2016", "Pakistan joins. It sends no troops."),
    ("2017", "The general takes over the command."),
]
TERMS = [
    ("NATO", "The North Atlantic Treaty Organisation."),
    ("OIC", "A body for diplomacy."),
    ("Muhammad bin Salman", "The crown prince of Saudi Arabia."),
]


@pytest.mark.parametrize("entries", [EVENTS, TERMS])
@pytest.mark.parametrize("between", ["\n\n", "\n", "\n   "])
@pytest.mark.parametrize("prose", [LONG, f"{LONG} {LONG}"], ids=["wrapped", "unwrapped"])
def test_a_date_or_headword_in_its_own_line_is_one_block_with_its_text(entries, between, prose):
    body = "\n\n".join(f"{label}{between}{text}" for label, text in entries)
    found = kinds(f"A List of Things\n\n{prose}\n\n{body}\n\n{prose}")
    expected = [(BlockKind.PARAGRAPH, f"{label} {text}") for label, text in entries]
    assert found[2:-1] == expected


def test_headings_of_sections_and_a_date_under_the_title_stand_apart():
    sections = "\n\n".join(f"{name}\n\n{LONG} {LONG}" for name in ("Aims", "Means", "Ends"))
    found = kinds(f"A Pact\n\n4 December 2017\n\n{LONG}\n\n{sections}")
    assert [text for _, text in found[1:7:2]] == ["4 December 2017", "Aims", "Means"]
    assert found[3][0] is BlockKind.HEADING


def test_a_title_printed_twice_is_kept_once_and_recorded():
    document = cleaned(f"The Price of a Pact\n\nThe Price of a Pact\n\n{LONG}")
    assert document.text.count("The Price of a Pact") == 1
    assert [entry.reason for entry in document.dropped] == ["repeated title"]


def test_names_under_the_title_are_the_authors():
    document = cleaned(
        f"The Price of a Pact\n\nRizwan Ali Shah¹, Dr. Sapna Mumtaz²\n\n1. University of the "
        f"Punjab, Lahore. Email: r@example.org\n\nAbstract\n\n{LONG}\n\nKeywords: pact, price\n\n"
        f"References\n\nAbbas, H. (2019). A dilemma."
    )
    assert document.metadata == Metadata(
        title="The Price of a Pact", author="Rizwan Ali Shah, Dr. Sapna Mumtaz", kind="paper"
    )


def test_a_biography_at_the_tail_names_the_author_and_a_disclaimer_the_kind():
    document = cleaned(
        f"The Price of a Pact\n\n4 December 2017\n\n{LONG}\n\n— Dr. Jane Doe is an analyst.\n\n"
        "Disclaimer: Views expressed by writers in this section are their own."
    )
    assert document.metadata == Metadata(
        "The Price of a Pact", "Dr. Jane Doe", "2017-12-04", "op-ed"
    )


def test_a_byline_with_a_date_gives_both():
    document = cleaned(f"The Price of a Pact\n\nBy Jane Doe | 4 December 2017\n\n{LONG}\n\n{LONG}")
    assert document.metadata.author == "Jane Doe"
    assert document.metadata.date == "2017-12-04"


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Jane Doe, The Gulf Post, 2 May 2025", "Jane Doe"),
        ("By Jane Doe, Harbour Affairs Quarterly, 2 May 2025", "Jane Doe"),
        ("By Jane Doe and Dr. Ali Khan, Lake Institute, May 2025", "Jane Doe and Dr. Ali Khan"),
        (
            "By Jane Doe, Ali Khan and Omar Said, Paris, May 2025",
            "Jane Doe, Ali Khan and Omar Said",
        ),
        ("By Dr. Jane Doe", "Dr. Jane Doe"),
        ("By J. K. de la Tour | Le Monde", "J. K. de la Tour"),
    ],
)
def test_the_author_is_the_persons_of_the_byline_alone(line, author):
    metadata = cleaned(f"The Price of a Pact\n\n{line}\n\n{LONG}\n\n{LONG}").metadata
    assert (metadata.title, metadata.author) == ("The Price of a Pact", author)


@pytest.mark.parametrize(
    ("head", "title", "author"),
    [
        ("What is a pact worth?\n\nBy Dr. Jane Doe", "What is a pact worth?", "Dr. Jane Doe"),
        (
            "POLICY BRIEF 3/2024\nForum for Harbours\n\nWho needs a pact?\n\nDr. Jane Doe\nMay 2024",
            "Who needs a pact?",
            "Dr. Jane Doe",
        ),
        ("MINISTRY OF PORTS\nPRESS RELEASE\n2 May 2024\n\nPORTS REOPEN", "PORTS REOPEN", None),
        ("PRESS RELEASE\n\nMINISTRY OF PORTS\n\nPORTS REOPEN", "PORTS REOPEN", None),
        ("MINISTRY OF PORTS\nPRESS RELEASE\n2 May 2024", "MINISTRY OF PORTS", None),
        ("MINISTRY OF PORTS\n\nPORTS REOPEN", "MINISTRY OF PORTS", None),
        (
            "ABC-17 / PORTS\n\nPorts reopen after a year\n\nBy Jane Doe",
            "Ports reopen after a year",
            "Jane Doe",
        ),
        (
            (
                "The Daily Harbour\n\nHome | World | Sea | Log in\n\nSEA\n\nTall Reef, one year on: six days"
                "\n\nBy Jane Doe | Published 4 May 2023, 06:30 | Updated 5 May 2023 | 6 minutes to read"
            ),
            "Tall Reef, one year on: six days",
            "Jane Doe",
        ),
        (
            (
                "Journal of Harbours, vol. 12, no. 3 (2023), pp. 201-219\n\nCARRYING THE NET: HARBOURS AND THE"
                " LIMITS OF WHAT A PACT CAN DO FOR THEM ALL\n\nJane Doe, University of Turin\n"
                "Ali Khan, Lake School of Government\n\nAbstract"
            ),
            "CARRYING THE NET: HARBOURS AND THE LIMITS OF WHAT A PACT CAN DO FOR THEM ALL",
            "Jane Doe, Ali Khan",
        ),
        ("1. Introduction", None, None),
    ],
)
def test_the_title_is_the_headline(head, title, author):
    metadata = cleaned(f"{head}\n\n{LONG} {LONG}\n\n{LONG}\n\nWhat next?\n\n{LONG}").metadata
    assert (metadata.title, metadata.author) == (title, author)


@pytest.mark.parametrize(
    ("head", "foot", "date"),
    [
        (f"TURIN, Feb 3, 2024 (Alpine News) - {LONG}", "", "2024-02-03"),
        (f"NEW DELHI, 3 February 2024 — {LONG}", "", "2024-02-03"),
        (f"Kept by the harbour library, last updated on 3 May 2024.\n\n{LONG}", "", "2024-05-03"),
        (f"Harbour Office. Version of May 2024.\n\n{LONG}", "", "2024-05"),
        (f"Last updated on 3 May 2024\n\n{LONG}", "", "2024-05-03"),
        (LONG, "Last updated on 3 May 2024", "2024-05-03"),
        (f"TURIN, Italy, Feb 3, 2024 (Alpine News) - {LONG}", "", "2024-02-03"),
        (f"TURIN, Italy (Alpine News) - {LONG}", "", None),
        (f"OIC, founded on 3 May 2024 - some say earlier - is small. {LONG}", "", None),
        (f"The pact, signed on 3 May 2024, was published on paper.\n\n{LONG}", "", None),
        (f"The list was last updated on 3 May 2024 by the two sides.\n\n{LONG}", "", None),
    ],
)
def test_a_dateline_or_a_line_that_says_so_gives_the_date(head, foot, date):
    text = f"The Price of a Pact\n\n{head}\n\n{LONG} {LONG}\n\n{foot}"
    assert cleaned(text).metadata.date == date


def test_dates_in_the_prose_are_no_date_of_publication():
    assert cleaned(f"The Price of a Pact\n\n{LONG}").metadata.date is None


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (Metadata(title="Microsoft Word - a.doc", author="user"), Metadata()),
        (Metadata(title="untitled", author="admin"), Metadata()),
        (Metadata(title="final_v2.pdf", author="https://example.org"), Metadata()),
        (Metadata(title="0000320193-22-000070"), Metadata()),
        (Metadata(date="created 2019-03-04"), Metadata(date="2019-03-04")),
        (Metadata(date="2017; created 2019-03-04"), Metadata(date="2017")),
        (Metadata(kind="Opinion; article"), Metadata(kind="op-ed")),
        (Metadata(kind="policy report"), Metadata(kind="report")),
        (Metadata(kind="something else"), Metadata()),
        (Metadata(kind="Saudi Vision 2030"), Metadata()),
        (Metadata("", "", "created 2019-03-04", "Vision 2030"), Metadata(date="2019-03-04")),
        (Metadata("", "", "created 2019-03-04", "of 25 May 2018"), Metadata(date="2018-05-25")),
        (Metadata("", "", "2017", "report; 25 May 2018"), Metadata(date="2017", kind="report")),
        (Metadata(author="Doe, Jane; Khan, Ali"), Metadata(author="Doe, Jane, Khan, Ali")),
    ],
)
def test_declared_metadata_counts_unless_it_is_junk(declared, expected):
    page = RawPage(1, (RawBlock((LONG,), BlockKind.PARAGRAPH),))
    document = clean(RawDocument((page,), marked=True, declared=declared), "a", "0" * 64)
    assert document.metadata == expected


def test_paragraphs_cut_by_a_blank_line_are_joined():
    first = LONG.removesuffix(" a joint centre.")
    texts = [text for _, text in kinds(f"A Title\n\n{first}\n\neconomic matters.\n\n{LONG}")]
    assert texts == ["A Title", f"{first} economic matters.", LONG]


def test_a_word_cut_by_a_page_break_is_whole_and_the_break_lies_in_it():
    pages = tuple(
        RawPage(number, (RawBlock((line,)),))
        for number, line in enumerate(("The ministers want infor-", "mation about the plan."), 1)
    )
    document = clean(RawDocument(pages, paginated=True, wrapped=True), "a", "0" * 64)
    assert document.text == "The ministers want information about the plan."
    assert document.slice(document.pages[1].span) == "mation about the plan."


def test_declared_labels_win_over_printed_numbers():
    pages = tuple(
        RawPage(n, (RawBlock((f"{LONG} {n}.",)), RawBlock((str(n + 6),))), label=f"A-{n}")
        for n in range(1, 4)
    )
    document = clean(RawDocument(pages, paginated=True, wrapped=True), "a", "0" * 64)
    assert [page.label for page in document.pages] == ["A-1", "A-2", "A-3"]
    assert [entry.reason for entry in document.dropped] == ["page number"] * 3


def test_a_document_without_text_is_empty():
    with pytest.raises(EmptyError, match=r"a\.txt"):
        clean(RawDocument((RawPage(1, ()),)), "a.txt", "0" * 64)
