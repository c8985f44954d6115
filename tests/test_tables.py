"""The cell of a table's row that a question asks for."""

import pytest

from rag.tables import cell_asked_for, head_over
from rag.types import Block, BlockKind, Document, Metadata, Span

TABLE = ["Item | 2020/21 | 2021/22", "Schools taking part | 3,860 | 4,415", "Cooks | | 10,750"]
YEARS = ["Year | Cables cut | Average repair time (days)", "2022 | 7 | 27", "2023 | 6 | 19"]


def document_of(*lines: str) -> Document:
    blocks, start = [], 0
    for line in lines:
        kind = BlockKind.TABLE_ROW if "|" in line else BlockKind.PARAGRAPH
        blocks.append(Block(kind, Span(start, start + len(line))))
        start += len(line) + 1
    return Document("a.md", "0" * 64, "\n".join(lines), Metadata(), blocks=tuple(blocks))


def cell_of(lines: list[str], row: int, question: str) -> tuple[str, float] | None:
    document = document_of(*lines)
    cell = cell_asked_for(document, document.blocks[row], question)
    return (document.slice(cell.span), round(cell.named, 2)) if cell else None


@pytest.mark.parametrize(
    ("row", "question", "cell"),
    [
        (1, "How many schools took part in 2021/22?", ("4,415", 1.0)),
        (1, "How many schools took part in 2020/21?", ("3,860", 1.0)),
        (1, "How many schools took part in 2020?", ("3,860", 0.5)),
        (1, "How many cooks were there in 2021/22?", ("4,415", 0.0)),
        (1, "How many schools took part?", None),
        (1, "How many schools took part in 2022?", None),
        (2, "How many cooks were there in 2020/21?", None),
        (2, "How many cooks were there in 2021/22?", ("10,750", 1.0)),
        (0, "What is the item of 2021/22?", None),
    ],
)
def test_the_head_that_a_question_names_tells_the_cell(row, question, cell):
    assert cell_of(TABLE, row, question) == cell


@pytest.mark.parametrize(
    ("row", "question", "cell"),
    [
        (2, "What was the average repair time in 2023?", ("19", 1.0)),
        (1, "What was the average repair time in 2023?", ("27", 0.0)),
        (2, "What was the average repair cost in 2023?", ("19", 0.67)),
        (2, "How many cables were repaired in 2023?", None),
        (2, "How many cables were cut in 2019?", ("6", 0.0)),
    ],
)
def test_a_row_is_named_by_its_label_and_no_other(row, question, cell):
    assert cell_of(YEARS, row, question) == cell


def test_a_head_without_its_corner_is_matched_from_the_right():
    assert cell_of(["Norway | Sweden", "Members | 12 | 15"], 1, "Members of Sweden?") == ("15", 1.0)


def test_a_head_of_another_shape_tells_nothing():
    lines = ["Table 1 | 2020 | 2021 | Change", "Schools | 3,860 | 4,415"]
    assert cell_of(lines, 1, "How many schools in 2021?") is None


def test_rows_after_a_paragraph_are_another_table():
    lines = ["Item | 2020 | 2021", "Then came the war.", "Item | 1980 | 1981", "Schools | 5 | 6"]
    assert cell_of(lines, 3, "How many schools in 1981?") == ("6", 1.0)
    document = document_of(*lines)
    assert [head_over(document, document.blocks[row]) for row in (2, 3)] == ["", lines[2]]


def test_a_row_of_a_long_table_is_found_by_the_number_in_its_label():
    rows = [f"District {number} north | {number + 1} | {number + 2}" for number in range(600)]
    lines = ["District | 2020 exports | 2021 exports", *rows]
    question = "What were the exports of district 51 north in 2021?"
    assert cell_of(lines, 1 + 51, question) == ("53", 1.0)
    assert cell_of(lines, 1 + 510, question) == ("512", 0.0)
