"""Citations of legal texts and their Chinese rendering; imports only the standard library.

Two spellings are read. A rule id as the catalogue uses it, `SUP-15.2` (instrument, number, optional letter,
optional item); and a reference as the dated data use it, `SUP-15§2(2)` (article, paragraph, item) or `NC` (a whole
instrument).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

DIGITS = "零一二三四五六七八九"
PLACES = ("", "十", "百", "千")
LARGEST = 9999

RULE_ID = re.compile(r"(?P<instrument>[A-Z][A-Z0-9]*)-(?P<number>\d{1,4})(?P<letter>[a-z])?(?:\.(?P<item>\d{1,2}))?")
REFERENCE = re.compile(
    r"(?P<instrument>[A-Z][A-Z0-9]*)"
    r"(?:-(?P<article>\d{1,4})(?:\+(?P<inserted>\d))?(?:§(?P<paragraph>\d{1,2}))?(?:\((?P<item>\d{1,2})\))?)?"
)


def chinese_number(number: int) -> str:
    """`15` → 十五, `105` → 一百零五, `1230` → 一千二百三十; 0 to 9999, otherwise ValueError."""
    if not 0 <= number <= LARGEST:
        raise ValueError(f"no Chinese numeral for {number}: only 0 to {LARGEST}")
    if number == 0:
        return DIGITS[0]
    written = ""
    pending_zero = False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            written += (DIGITS[0] if pending_zero else "") + DIGITS[digit] + PLACES[place]
            pending_zero = False
        elif written:
            pending_zero = True
    return written[1:] if 10 <= number < 20 else written


def parse_chinese_number(text: str) -> int:
    """The inverse of `chinese_number`; ValueError for anything that is not written that way."""
    total = 0
    digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS.index(character)
        elif character in PLACES[1:]:
            total += (digit or 1) * int(10 ** PLACES.index(character))
            digit = 0
        else:
            raise ValueError(f"not a Chinese numeral: {text}")
    total += digit
    if not text or not 0 <= total <= LARGEST or chinese_number(total) != text:
        raise ValueError(f"not a Chinese numeral: {text}")
    return total


@dataclass(frozen=True, slots=True)
class Citation:
    """One place in one version of an instrument.

    `inserted` is the 之一 of an inserted article; `version` the number of the version in force (令第101号),
    `valid_from` the day on which that version came into force.
    """

    instrument: str
    title: str
    article: int | None = None
    paragraph: int | None = None
    item: int | None = None
    inserted: int | None = None
    version: str | None = None
    valid_from: date | None = None

    @property
    def place(self) -> str:
        """第十五条第二款第（二）项, or an empty text for the whole instrument."""
        if self.article is None:
            return ""
        written = f"第{chinese_number(self.article)}条"
        if self.inserted is not None:
            written += f"之{chinese_number(self.inserted)}"
        if self.paragraph is not None:
            written += f"第{chinese_number(self.paragraph)}款"
        if self.item is not None:
            written += f"第（{chinese_number(self.item)}）项"
        return written

    @property
    def text(self) -> str:
        """《检验检测机构监督管理办法》第十五条第二款第（二）项."""
        return f"《{self.title}》{self.place}"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class RuleId:
    """`SUP-15.2`: instrument SUP, number 15, item 2; `SP-08b` carries the letter b."""

    instrument: str
    number: int
    letter: str | None = None
    item: int | None = None

    def __str__(self) -> str:
        return f"{self.instrument}-{self.number:02d}{self.letter or ''}" + (f".{self.item}" if self.item else "")


@dataclass(frozen=True, slots=True)
class Reference:
    """`SUP-15§2(2)`, `CL-286+1` (第二百八十六条之一), `NC`: a place in an instrument, free of version and date."""

    instrument: str
    article: int | None = None
    paragraph: int | None = None
    item: int | None = None
    inserted: int | None = None

    @property
    def article_id(self) -> str | None:
        """The id of the article in the dated data, `SUP-15`; None for a whole instrument."""
        if self.article is None:
            return None
        return f"{self.instrument}-{self.article:02d}" + (f"+{self.inserted}" if self.inserted else "")

    def __str__(self) -> str:
        place = self.article_id or self.instrument
        place += f"§{self.paragraph}" if self.paragraph else ""
        return place + (f"({self.item})" if self.item else "")


def parse_rule_id(text: str) -> RuleId:
    """Read `SUP-15.2`; ValueError when the text is not such an id."""
    match = RULE_ID.fullmatch(text)
    if match is None:
        raise ValueError(f"not a rule id: {text}")
    item = match["item"]
    return RuleId(match["instrument"], int(match["number"]), match["letter"], int(item) if item else None)


def parse_reference(text: str) -> Reference:
    """Read `SUP-15§2(2)`; ValueError when the text is not such a reference."""
    match = REFERENCE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a reference: {text}")
    article, paragraph, item, inserted = (
        int(match[name]) if match[name] else None for name in ("article", "paragraph", "item", "inserted")
    )
    return Reference(match["instrument"], article, paragraph, item, inserted)
