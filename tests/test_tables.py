"""The cell of a table's row under the head that a question names."""

import pytest

from rag.tables import cell_asked_for
from rag.types import Block, BlockKind, Document, Metadata, Span

TABLE = ["Item | 2020/21 | 2021/22", "Schools taking part | 3,860 | 4,415", "Cooks | | 10,750"]


def document_of(*lines: str) -> Document:
    blocks, start = [], 0
    for line in lines:
        kind = BlockKind.TABLE_ROW if "|" in line else BlockKind.PARAGRAPH
        blocks.append(Block(kind, Span(start, start + len(line))))
        start += len(line) + 1
    return Document("a.md", "0" * 64, "\n".join(lines), Metadata(), blocks=tuple(blocks))


def cell_of(lines: list[str], row: int, marked: str, question: str) -> str | None:
    document = document_of(*lines)
    block = document.blocks[row]
    start = document.text.index(marked, block.span.start)
    cell = cell_asked_for(document, block, Span(start, start + len(marked)), question)
    return document.slice(cell) if cell else None


@pytest.mark.parametrize(
    ("row", "marked", "question", "cell"),
    [
        (1, "3,860", "How many schools took part in 2021/22?", "4,415"),
        (1, "4,415", "How many schools took part in 2020/21?", "3,860"),
        (1, "3,860 | 4,415", "How many schools took part in 2021/22?", "4,415"),
        (1, "part | 3,860", "How many schools took part in 2020?", "3,860"),
        (1, "4,415", "How many schools took part in 2021/22?", None),
        (1, "3,860", "How many schools took part?", None),
        (1, "3,860", "How many schools took part in 2022?", None),
        (1, "Schools taking part", "Who took part in 2021/22?", None),
        (2, "10,750", "How many cooks were there in 2020/21?", None),
        (2, "| 10,750", "How many cooks were there in 2021/22?", "10,750"),
        (0, "2020/21", "What is the item of 2021/22?", None),
    ],
)
def test_the_head_that_a_question_names_tells_the_cell(row, marked, question, cell):
    assert cell_of(TABLE, row, marked, question) == cell


def test_a_head_without_its_corner_is_matched_from_the_right():
    lines = ["Norway | Sweden", "Members | 12 | 15"]
    assert cell_of(lines, 1, "12", "How many members has Sweden?") == "15"


def test_a_head_of_another_shape_tells_nothing():
    lines = ["Table 1 | 2020 | 2021 | Change", "Schools | 3,860 | 4,415"]
    assert cell_of(lines, 1, "3,860", "How many schools in 2021?") is None


def test_rows_after_a_paragraph_are_another_table():
    lines = ["Item | 2020 | 2021", "Then came the war.", "Item | 1980 | 1981", "Schools | 5 | 6"]
    assert cell_of(lines, 3, "5", "How many schools in 1981?") == "6"
