"""Text files: encodings, line ends, inferred structure, head lines."""

from __future__ import annotations

import codecs

import pytest

from rag.errors import DamagedError, EmptyError, UnsupportedFormatError
from rag.types import BlockKind

WESTERN = "Le général a présenté l’alliance à Riyad. Elle coûte 30 € par tête, dit-on à Genève."
ARABIC = (
    "أعلن التحالف الإسلامي العسكري لمحاربة الإرهاب عن اجتماع وزراء الدفاع في الرياض، وقال الأمين "
    "العام إن الدول الأعضاء اتفقت على تبادل المعلومات ومكافحة تمويل الجماعات المسلحة."
)
POLISH = (
    "Ministrowie obrony państw koalicji spotkali się w stolicy i uzgodnili wymianę wiadomości o "
    "uzbrojonych grupach, powiedział sekretarz. Źródła mówią też o łączności."
)
TURKISH = (
    "Koalisyonun savunma bakanları başkentte buluştu ve silahlı gruplar hakkında bilgi paylaşmayı "
    "kararlaştırdı; genel sekreter toplantının çok başarılı geçtiğini söyledi."
)
SPANISH = "¿Qué pidió la coalición? Más años, dijo el señor ministro en su última reunión."
RUSSIAN = (
    "Министры обороны стран коалиции встретились в Эр-Рияде и договорились обмениваться "
    "сведениями о вооружённых группах, сообщил генеральный секретарь."
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (WESTERN, "utf-8"),
        (WESTERN, "utf-8-sig"),
        (WESTERN, "utf-16"),
        (WESTERN, "utf-32"),
        (WESTERN, "cp1252"),
        (WESTERN.replace("’", "'").replace("€", "F"), "latin-1"),
        (POLISH, "cp1250"),
        (TURKISH, "cp1254"),
        (SPANISH, "latin-1"),
        (ARABIC, "utf-8"),
        (ARABIC, "cp1256"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
    ],
)
def test_any_encoding_is_read(write, read, text, encoding):
    assert read(write("a.txt", text.encode(encoding))).text == text


ENGLISH = "The ministers of the member states met in Riyadh and spoke of the budget.\n\n"


@pytest.mark.parametrize("repeated", [10, 40, 160])
@pytest.mark.parametrize(
    "sentence",
    [
        "Pakistan’s army chief and François Hollande met.",
        "It cost £30 million, or ½ of it.",
        "© 2017: under § 3 and §§ 12–14, said Željko of São Paulo.",
        "“Élan”, said the protégé—à la carte…",
        "¿Él? ¡Única! El año pasado.",
    ],
)
def test_a_few_accents_in_a_long_english_file_are_western(write, read, sentence, repeated):
    document = read(write("a.txt", (ENGLISH * repeated + sentence).encode("cp1252")))
    assert document.text.endswith(sentence)


@pytest.mark.parametrize(
    ("sentence", "encoding"),
    [
        ("国防大臣らはリヤドで会合し、情報を共有することで合意したと事務総長は述べた。", "cp932"),
        ("国防大臣らはリヤドで会合し、情報を共有することで合意したと事務総長は述べた。", "euc-jp"),
        ("各成员国国防部长在首都会晤，同意交换有关武装组织的情报，秘书长说。", "gb18030"),
        ("국방장관들은 리야드에서 만나 무장단체에 관한 정보를 교환하기로 합의했다.", "cp949"),
        (RUSSIAN, "cp1251"),
        ("Οι υπουργοί άμυνας συναντήθηκαν στο Ριάντ και συμφώνησαν.", "cp1253"),
    ],
)
def test_other_scripts_in_an_english_file_are_not_western(write, read, sentence, encoding):
    text = ENGLISH * 3 + sentence * 3
    assert sentence in read(write("a.txt", text.encode(encoding))).text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_read(write, read, encoding):
    text = "The ministers met in Riyadh and agreed to share what they knew."
    assert read(write("a.txt", text.encode(encoding))).text == text


def test_a_few_broken_bytes_in_utf8_cost_only_themselves(write, read):
    content = (WESTERN * 20).encode() + b" caf\xe9."
    assert read(write("a.txt", content)).text.endswith("caf\N{REPLACEMENT CHARACTER}.")


def test_null_bytes_are_removed(write, read):
    assert read(write("a.txt", b"The min\0isters met\0 in Riyadh.")).text == (
        "The ministers met in Riyadh."
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_make_no_difference(write, read, end):
    text = end.join(["The Pact", "", "It was signed in Riyadh in 2017.", ""])
    document = read(write("a.txt", text))
    assert document.text == "The Pact\n\nIt was signed in Riyadh in 2017."


def test_hard_wrapped_paragraphs_are_joined(write, read):
    text = (
        "The coalition was announced in December 2015 and has\n"
        "its headquarters in Riyadh. It was described as the\n"
        "first of its kind by the minis-\nters who met there.\n\n"
        "A second paragraph follows after a blank line, and it\nends here.\n"
    )
    document = read(write("a.txt", text))
    assert [document.slice(block.span) for block in document.blocks] == [
        (
            "The coalition was announced in December 2015 and has its headquarters in Riyadh. It "
            "was described as the first of its kind by the ministers who met there."
        ),
        "A second paragraph follows after a blank line, and it ends here.",
    ]


def test_headings_and_lists_are_inferred(write, read):
    text = (
        "The Coalition at Ten\n\n1. Introduction\n\nThe coalition was announced in 2015 by the "
        "crown prince, who was then defence minister.\n\nMembers:\n\n- Pakistan joined in 2016.\n"
        "- Turkey joined at once.\n\nA closing paragraph ends with a full stop.\n"
    )
    document = read(write("a.txt", text))
    found = [(block.kind, block.level, document.slice(block.span)) for block in document.blocks]
    assert [(kind, level) for kind, level, _ in found] == [
        (BlockKind.HEADING, 1),
        (BlockKind.HEADING, 2),
        (BlockKind.PARAGRAPH, 0),
        (BlockKind.HEADING, 2),
        (BlockKind.LIST_ITEM, 0),
        (BlockKind.LIST_ITEM, 0),
        (BlockKind.PARAGRAPH, 0),
    ]
    assert found[4][2] == "Pakistan joined in 2016."
    assert "Pakistan joined in 2016.\nTurkey joined at once.\n\nA closing" in document.text


def test_head_lines_become_metadata_and_no_text(write, read):
    text = (
        "Title: The Price of a Pact\nAuthor: A. Writer\nDate: 4 December 2017\nKind: op-ed\n\n"
        "The pact has a price, and it is paid in troops.\n"
    )
    document = read(write("a.txt", text))
    assert document.metadata.title == "The Price of a Pact"
    assert document.metadata.author == "A. Writer"
    assert document.metadata.date == "2017-12-04"
    assert document.metadata.kind == "op-ed"
    assert document.text == "The pact has a price, and it is paid in troops."
    assert {entry.reason for entry in document.dropped} == {"metadata line"}


def test_form_feeds_part_pages_for_running_headers_only(write, read):
    pages = [
        f"QUARTERLY BULLETIN\n\nText number {n} is about the coalition and {word}.\n\n{n}\n"
        for n, word in enumerate(("troops", "money", "law", "trade"), 1)
    ]
    document = read(write("a.txt", "\f".join(pages)))
    assert "BULLETIN" not in document.text
    assert document.pages == ()


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n ", codecs.BOM_UTF8, b"\0\0\0\0"])
def test_nothing_to_read_is_empty(write, read, content):
    with pytest.raises(EmptyError):
        read(write("a.txt", content))


def test_binary_junk_is_damaged(write, read):
    with pytest.raises(DamagedError, match="control codes"):
        read(write("a.txt", bytes(range(1, 256)) * 20))


def test_another_format_under_a_text_suffix_is_named(write, read):
    with pytest.raises(UnsupportedFormatError, match="a PDF file"):
        read(write("a.txt", b"%PDF-1.7 and so on"))


def test_columns_of_spaces_are_rows(write, read, texts):
    text = "Country      Troops\nPakistan     5,000\nTurkey       1,200\n"
    rows = texts(read(write("a.txt", text)), BlockKind.TABLE_ROW)
    assert rows == ["Country | Troops", "Pakistan | 5,000", "Turkey | 1,200"]
