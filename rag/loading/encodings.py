"""From bytes to text: the encoding is declared by a mark, proven, or guessed."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from rag.errors import DamagedError, UnsupportedFormatError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FOREIGN_SIGNATURES = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or an Office file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "a compressed file"),
    (b"{\\rtf", "an RTF file"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b\x00"))
_WESTERN = frozenset(
    [
        "cp1250",
        "cp1252",
        "cp1254",
        "cp1257",
        "cp1258",
        "latin_1",
        "iso8859_2",
        "iso8859_3",
        "iso8859_4",
        "iso8859_9",
        "iso8859_10",
        "iso8859_13",
        "iso8859_14",
        "iso8859_15",
        "iso8859_16",
        "cp437",
        "cp850",
        "cp852",
        "cp858",
        "cp775",
        "cp865",
        "cp860",
        "cp861",
        "cp863",
        "mac_roman",
        "mac_latin2",
        "mac_iceland",
        "mac_turkish",
        "hp_roman8",
        "cp1140",
        "cp037",
        "cp500",
        "cp1026",
        "cp273",
    ]
)
"""Encodings of Latin letters, which a guess from few accents confuses with one another."""
_SAMPLE_BYTES = 200_000
"""The guess reads this much: more changes no guess and costs seconds."""
_FEW_CONTROLS = 0.003
_FEW_ERRORS = 0.01
_FOREIGN_IN_WESTERN = re.compile(
    r"[^\W\d_][\xa1-\xb4\xb6-\xbf\xd7\xf7][^\W\d_]|\s[³¹¯ª¦±µ¶][^\W\d_]|[ðþÐÞ]"
)
"""What Polish or Turkish text has when it is read as Windows-1252: signs inside of words."""
_ACCENTED = "À-ÖØ-öø-ÿŠšŽžŒœŸ"
_SIGN = "¡-ª¬-º¼-¿×÷ƒ‚„†‡ˆ‰‹›˜"
_FOREIGN_SCRIPT = re.compile(
    f"[{_ACCENTED}]{{3}}|(?<![A-Za-z])[{_ACCENTED}]{{2}}(?![A-Za-z])|[{_ACCENTED}][{_SIGN}]"
    f"|(?!§§|[¡¿][{_ACCENTED}][a-z])[{_SIGN}][{_SIGN}{_ACCENTED}]|[ƒ‚]\\S|[\x80-\x9f]"
)
"""What other scripts have, and no western text, when they are read as Windows-1252.

Whole words of accented letters, signs next to them or to one another, bytes without a meaning.
"""


def decode(content: bytes, declared: str | None = None) -> str:
    """Return *content* as text.

    Args:
        content: The bytes of a text file.
        declared: The encoding that the file claims, tried after marks and UTF-8.

    Raises:
        UnsupportedFormatError: it is a file of another format under a wrong suffix.
        DamagedError: it is no text in any encoding.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace")
    for signature, what in _FOREIGN_SIGNATURES:
        if content.startswith(signature):
            message = f"Expected text, but the file is {what}; give it the right suffix."
            raise UnsupportedFormatError(message)
    wide = _wide_encoding(content)
    if wide is not None:
        return content.decode(wide, errors="replace")
    content = content.replace(b"\0", b"")
    _refuse_binary(content)
    return _utf8(content) or _declared(content, declared) or _guessed(content)


def _wide_encoding(content: bytes) -> str | None:
    """UTF-16 without a mark: Western text in it has a null in every other byte."""
    sample = content[:4000]
    sample = sample[: len(sample) // 2 * 2]
    if len(sample) < 4:  # noqa: PLR2004 - two characters
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _refuse_binary(content: bytes) -> None:
    sample = content[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > _FEW_CONTROLS * len(sample) + 2:
        message = (
            f"Expected text, but {controls} of the first {len(sample)} bytes are control codes; "
            "the file is damaged or not a text file."
        )
        raise DamagedError(message)


def _utf8(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("utf-8", errors="replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    wide = sum(character > "\x7f" for character in text) - broken
    # A few broken bytes in a file that is otherwise plainly UTF-8: a cut or a flipped byte.
    if wide > 4 * broken and broken <= _FEW_ERRORS * len(text):
        return text
    return None


def _declared(content: bytes, declared: str | None) -> str | None:
    if declared is None:
        return None
    try:
        # What pages call latin-1 is Windows-1252; browsers read it so.
        name = codecs.lookup(declared).name
        return content.decode("cp1252" if name == "iso8859-1" else name)
    except (LookupError, UnicodeError):
        return None


def _guessed(content: bytes) -> str:
    western = _western(content)
    native = not _FOREIGN_IN_WESTERN.search(western)
    if native and not _FOREIGN_SCRIPT.search(western):
        return western  # charset_normalizer makes Chinese or Japanese of a few accents
    best = from_bytes(content[:_SAMPLE_BYTES]).best()
    name = best.encoding if best is not None else ""
    if not name or (native and name in _WESTERN):
        return western
    return content.decode(name, errors="replace")


def _western(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")
