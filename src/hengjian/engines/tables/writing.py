"""How a cell is written: full-width characters, placeholders, and the reason why a cell is not taken."""

from __future__ import annotations

from dataclasses import dataclass

PLACEHOLDERS = ("", "/", "\\", "-", "--", "—", "——", "–")
"""What people write into a cell to say that nothing belongs there."""

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROW.update({0x3000: 0x20, 0xA0: 0x20, 0x2002: 0x20, 0x2003: 0x20, 0x2009: 0x20, 0x202F: 0x20})
_NARROW.update({0xB5: 0x3BC, 0x2212: 0x2D, 0xFEFF: None, 0x200B: None, 0x200C: None, 0x200D: None})  # type: ignore[dict-item]
_TRIMMED = " \t\r\n\x0b\x0c"
ODD_BLANKS = "\u3000\u00a0\ufeff"
"""Blanks around a text that a plain trim leaves standing."""


@dataclass(frozen=True)
class Refusal:
    """Why a cell cannot be read: a stable `code`, the sentence for the user and what to write instead."""

    code: str
    sentence: str
    repair: str = ""


def narrow(text: str) -> str:
    """Full-width forms made narrow, invisible characters dropped, trimmed; superscripts stay superscripts.

    (Unicode's NFKC would turn `10⁴` into `104`, which is the very damage this module refuses.)
    """
    return text.translate(_NARROW).strip(_TRIMMED)


def trim_text(text: str) -> str:
    """The text without blanks, wide or narrow, at its ends; nothing inside is touched."""
    return text.strip(_TRIMMED + ODD_BLANKS)


def is_blank(text: str | None) -> bool:
    """Does the cell say nothing?"""
    return text is None or narrow(text) in PLACEHOLDERS
