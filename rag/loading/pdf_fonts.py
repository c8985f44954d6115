"""How wide text is in the fonts of a PDF file."""

from __future__ import annotations

from typing import Any

_NARROW = frozenset("ijlt.,:;'|!()[]fr ‘’I-/")
_WIDE = frozenset("mwMW—@%")


class FontWidths:
    """Measures text, remembering the fonts of one document.

    pypdf reads widths for itself but has no public way to ask for them. Its font class is used
    where it is found; without it widths are estimated by classes of letters, which is right within
    a tenth for ordinary text and costs a table cell now and then.
    """

    def __init__(self) -> None:
        # The font dictionary is kept with its widths, so that its id is not given away again.
        self._fonts: dict[int, tuple[Any, Any]] = {}

    def of(self, text: str, font: Any) -> float:
        """Return the width of *text* in font sizes."""
        known = self._fonts.get(id(font))
        if known is None:
            known = self._fonts[id(font)] = (font, _font(font))
        measure = known[1]
        if measure is None:
            return estimated_width(text)
        try:
            width = float(measure(text)) / 1000
        except (TypeError, ValueError, ArithmeticError):
            return estimated_width(text)
        return width if width > 0 else estimated_width(text)


def estimated_width(text: str) -> float:
    """Return a typical width of *text* in font sizes."""
    width = 0.0
    for character in text:
        if character in _NARROW:
            width += 0.29
        elif character in _WIDE:
            width += 0.85
        elif character.isupper():
            width += 0.68
        elif character > "\u2e7f":
            width += 1.0
        else:
            width += 0.52
    return width


def _font(resource: Any) -> Any:
    try:
        from pypdf.generic._font import Font

        return Font.from_font_resource(resource).get_text_width
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - private, and fonts of broken files raise anything
        return None
