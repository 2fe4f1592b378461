"""A filled form as a sheet: the same pieces of text, tables and places to sign, whatever they are printed with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hengjian.apps.documents.filling import Filled
from hengjian.law.paper import PLACEHOLDER, Column, Fact, Form, Part, Sign

STOPS = "。！？；：，、）”》.!?;:,)"
ENDS = "。！？；）”.!?;"
UPPER = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")


@dataclass(frozen=True, slots=True)
class Para:
    """One paragraph; `inset` gives the first line its two characters."""

    text: str
    heading: bool = False
    inset: bool = True
    kind: str = "para"


@dataclass(frozen=True, slots=True)
class Cell:
    """A label and what stands beside it; `opinion` leaves room for a hand and ends in a line to sign."""

    label: str
    text: str
    opinion: bool = False
    signed: str = ""
    tall: bool = False

    @property
    def lines(self) -> list[str]:
        """The text by its lines."""
        return self.text.split("\n")


@dataclass(frozen=True, slots=True)
class Grid:
    """Ruled rows of one or two cells."""

    rows: tuple[tuple[Cell, ...], ...]
    kind: str = "grid"


@dataclass(frozen=True, slots=True)
class Lines:
    """“label：value”, one or two in a line."""

    rows: tuple[tuple[Cell, ...], ...]
    kind: str = "lines"


@dataclass(frozen=True, slots=True)
class Table:
    """The entries of a list; widths in per cent."""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class SignLine:
    """A place to sign for `people` hands; `confirmed` says who did so in the system and when."""

    place: str
    blanks: tuple[int, ...]
    names: str
    dated: bool
    confirmed: tuple[str, ...]


Block = Para | Grid | Lines | Table


@dataclass(frozen=True, slots=True)
class Signed:
    """A confirmation in the system, as it is printed."""

    place: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the paper from top to bottom; `mark` is 草稿 on a draft and empty on what is issued."""

    form: str
    layout: str
    organ: str
    title: str
    number: str
    to: str
    blocks: tuple[Block, ...]
    signs: tuple[SignLine, ...]
    seal: bool
    day: str
    copies: str
    mark: str = ""

    @property
    def name(self) -> str:
        """Title and number: what the file and the head of further pages are called."""
        return f"{self.title} {self.number}".strip()


def compose(
    form: Form, filled: Filled, *, number: str, day: date, signed: tuple[Signed, ...] = (), draft: bool = False
) -> Sheet:
    """The sheet of a filled form; pure, the same input gives the same sheet."""
    blocks: list[Block] = []
    for part in form.parts:
        blocks += _part(form, part, filled)
    return Sheet(
        form=form.id,
        layout=form.layout,
        organ=filled["organ.name"],
        title=form.title,
        number=number,
        to=shown(form.fact(form.to), filled.get(form.to)) if form.to else "",
        blocks=tuple(blocks),
        signs=tuple(_sign(form, one, filled, signed) for one in form.signs),
        seal=form.seal,
        day=chinese_day(day),
        copies=_copies(form),
        mark="草稿" if draft else "",
    )


def _copies(form: Form) -> str:
    if form.layout in ("cover", "strip"):
        return ""
    count = "一二三四五六"[len(form.copies) - 1]
    return f"（本文书一式{count}份：{'、'.join(form.copies)}）"


def _part(form: Form, part: Part, filled: Filled) -> list[Block]:
    if part.when is not None and part.when not in filled:
        return []
    if part.kind == "text":
        return _paragraphs(form, part, filled)
    if part.kind == "list":
        return [_table(form.fact(part.key or ""), filled[part.key or ""])] if part.key in filled else []
    cells = [tuple(_cell(form, key, filled) for key in row) for row in part.rows]
    if part.kind == "rows":
        return [Grid(tuple(cells))]
    told = [tuple(cell for cell in row if cell.text) for row in cells]
    return [Lines(tuple(row for row in told if row))] if any(told) else []


def _paragraphs(form: Form, part: Part, filled: Filled) -> list[Block]:
    text = part.text or ""
    told = ""
    at = 0
    for found in PLACEHOLDER.finditer(text):
        fact = form.fact(found.group(1))
        told += text[at : found.start()]
        told += _settled(fact, shown(fact, filled.get(fact.key)), text[found.end() : found.end() + 1])
        at = found.end()
    told += text[at:]
    lines = [line.strip() for line in told.split("\n")]
    return [Para(line, heading=part.heading, inset=form.layout != "strip") for line in lines if line]


def _settled(fact: Fact, value: str, following: str) -> str:
    """The value with the full stop it needs before what follows, and without one where the wording has its own."""
    if following and following in STOPS:
        return value.rstrip("。")
    if fact.kind == "long" and value and value[-1] not in ENDS:
        return value + "。"
    return value


def _cell(form: Form, key: str, filled: Filled) -> Cell:
    fact = form.fact(key)
    value = filled.get(key)
    if fact.kind == "opinion":
        said = value or {}
        signed = "　".join(one for one in (said.get("by", ""), shown_day(said.get("on", ""))) if one)
        return Cell(fact.label, said.get("text", ""), opinion=True, signed=signed, tall=True)
    if fact.kind == "mark" and value is None:
        return Cell(fact.label, "□ 是　□ 否")
    return Cell(fact.label, shown(fact, value), tall=fact.kind == "long")


def _table(fact: Fact, rows: list[dict[str, Any]]) -> Table:
    return Table(
        tuple(column.label for column in fact.columns),
        tuple(column.width for column in fact.columns),
        tuple(tuple(shown(column, row.get(column.key)) for column in fact.columns) for row in rows),
    )


def _sign(form: Form, sign: Sign, filled: Filled, signed: tuple[Signed, ...]) -> SignLine:
    names = shown(form.fact(sign.names), filled.get(sign.names)) if sign.names else ""
    confirmed = tuple(
        f"{one.name}于{chinese_day(one.at.date())}{one.at:%H时%M分}在系统中确认"
        for one in signed
        if one.place == sign.place
    )
    return SignLine(sign.place, tuple(range(sign.people)), names, sign.dated, confirmed)


def shown(fact: Fact | Column, value: Any) -> str:
    """A value in the words of an official document; empty where there is none."""
    if value is None:
        return ""
    if fact.kind == "date":
        return shown_day(value)
    if fact.kind == "moment":
        return _shown_moment(value)
    if fact.kind == "money" and isinstance(value, int):
        return money(value)
    if fact.kind == "people":
        return "、".join(
            one["name"] + (f"（执法证号：{one['enforcement_no']}）" if one.get("enforcement_no") else "")
            for one in value
        )
    if fact.kind == "mark":
        return "☑ 是　□ 否" if value else "□ 是　☑ 否"
    return str(value)


def shown_day(value: str) -> str:
    """2026年3月1日 for an ISO day; empty for nothing."""
    return chinese_day(date.fromisoformat(value)) if value else ""


def _shown_moment(value: str) -> str:
    moment = datetime.fromisoformat(value)
    return chinese_day(moment.date()) + (f"{moment.hour}时{moment.minute:02d}分" if "T" in value else "")


def chinese_day(day: date) -> str:
    """The day as official documents write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def money(fen: int) -> str:
    """12000000 → 人民币120,000.00元（壹拾贰万元整）."""
    return f"人民币{fen // 100:,}.{fen % 100:02d}元（{capital_money(fen)}）"


def capital_money(fen: int) -> str:
    """A sum in the capital numerals that receipts and decisions carry."""
    yuan, rest = divmod(fen, 100)
    text = ""
    groups = ("", "万", "亿", "万亿")
    for place in range(len(groups) - 1, -1, -1):
        part = yuan // 10_000**place % 10_000
        if part:
            written = _four(part)
            gap = text and (part < 1000 or not yuan // 10_000 ** (place + 1) % 10)
            text += ("零" if gap else "") + written + groups[place]
    text = re.sub("零+", "零", text).rstrip("零")
    jiao, cent = divmod(rest, 10)
    small = (UPPER[jiao] + "角" if jiao else ("零" if cent and text else "")) + (UPPER[cent] + "分" if cent else "")
    whole = f"{text}元" if text else ("" if small else "零元")
    return whole + (small or "整") if cent or not small else whole + small + "整"


def _four(number: int) -> str:
    text = ""
    gap = False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + UPPER[digit] + PLACES[place]
            gap = False
        else:
            gap = True
    return text
