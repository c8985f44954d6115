"""Markdown files: structure without markup, front matter."""

from __future__ import annotations

from rag.types import BlockKind, Metadata

PAGE = """---
title: "Let Islamabad Mediate"
author: A. Writer
date: 2026-03-16
kind: op-ed
---

# Let Islamabad Mediate

By A. Writer

Pakistan has **good relations** with [both sides](https://example.org/a?b=c "title"), and `code`
too.[^1] It should *use* them.

## What it could do

- Invite both
  ministers.
- Host talks
    1. in Islamabad
    2. or in Lahore

| Party | Wish |
|-------|------|
| Iran  | an end to **sanctions** |
| Saudi Arabia | quiet |

```
first line
second line
```

> A quote <b>with</b> tags &amp; entities.

[^1]: Relations, 2019, p. 4.
"""


def test_structure_is_kept_and_markup_is_not(write, read):
    document = read(write("a.md", PAGE))
    assert [(block.kind, block.level, document.slice(block.span)) for block in document.blocks] == [
        (BlockKind.HEADING, 1, "Let Islamabad Mediate"),
        (BlockKind.BYLINE, 0, "By A. Writer"),
        (
            BlockKind.PARAGRAPH,
            0,
            "Pakistan has good relations with both sides, and code too. It should use them.",
        ),
        (BlockKind.HEADING, 2, "What it could do"),
        (BlockKind.LIST_ITEM, 0, "Invite both ministers."),
        (BlockKind.LIST_ITEM, 0, "Host talks"),
        (BlockKind.LIST_ITEM, 0, "in Islamabad"),
        (BlockKind.LIST_ITEM, 0, "or in Lahore"),
        (BlockKind.TABLE_ROW, 0, "Party | Wish"),
        (BlockKind.TABLE_ROW, 0, "Iran | an end to sanctions"),
        (BlockKind.TABLE_ROW, 0, "Saudi Arabia | quiet"),
        (BlockKind.PARAGRAPH, 0, "first line second line"),
        (BlockKind.PARAGRAPH, 0, "A quote with tags & entities."),
        (BlockKind.REFERENCE, 0, "Relations, 2019, p. 4."),
    ]


def test_front_matter_is_metadata(write, read):
    document = read(write("a.md", PAGE))
    assert document.metadata == Metadata(
        "Let Islamabad Mediate", "A. Writer", "2026-03-16", "op-ed"
    )
    assert [entry.reason for entry in document.dropped] == ["front matter"]


def test_a_rule_at_the_top_is_no_front_matter(write, read):
    document = read(write("a.md", "---\n\nThe text begins here.\n\n---\n\nAnd goes on."))
    assert document.text == "The text begins here.\n\nAnd goes on."


def test_without_metadata_nothing_is_invented(write, read):
    assert read(write("a.md", "The text has no title and no author.")).metadata == Metadata()


def test_authors_in_a_list_are_joined(write, read):
    text = "---\ntitle: Two Hands\nauthor:\n  - A. Writer\n  - B. Reader\n---\n\nText stands here."
    assert read(write("a.md", text)).metadata.author == "A. Writer, B. Reader"


def test_a_raised_number_is_no_part_of_the_number_before(write, read):
    text = (
        'It has 41<sup>2</sup> states and paid 5 dollars<SUP class="a">[13](#n1)</SUP> on the '
        "1<sup>st</sup>.<sup>3,4</sup> It ended<sup>[5]</sup>, 3</sup> or `6<sup>7</sup>`.[^1]\n\n"
        '<p>Of 10<sup><a href="#n">8</a></sup> men, the 2<sup>nd</sup>.</p>\n\n'
        "[^1]: Khan, 10<sup>2</sup>.\n"
    )
    assert read(write("a.md", text)).text == (
        "It has 41² states and paid 5 dollars¹³ on the 1st.³,⁴ It ended[5], 3 or `6<sup>7</sup>`."
        "\n\nOf 10⁸ men, the 2 nd .\n\nKhan, 10²."
    ).replace("`", "")


def test_a_byline_ends_with_its_line(write, read, texts):
    lines = "By Jane Doe\nThe Gulf Post, 2 May 2025\nOpinion"
    document = read(write("a.md", f"# A Pact of Straw\n\n{lines}\n\nThe text\nstands here.\n"))
    assert document.metadata == Metadata("A Pact of Straw", "Jane Doe", "2025-05-02", "op-ed")
    assert texts(document, BlockKind.BYLINE) == lines.split("\n")
    assert texts(document, BlockKind.PARAGRAPH) == ["The text stands here."]
