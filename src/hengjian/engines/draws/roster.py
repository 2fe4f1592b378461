"""The roster of a draw: one unit a row, canonical bytes; every fault is refused with its row, column and value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hengjian.engines.draws.canonical import id_fault, read_text, refuse, text_fault

FILE = "roster.tsv"
COLUMNS = ("id", "stratum", "weight")
HEADER = "\t".join(COLUMNS)
WEIGHT = re.compile(r"[1-9][0-9]*")
LARGEST_WEIGHT = 10**12


@dataclass(frozen=True, slots=True)
class Unit:
    """One institution (or report) that may be drawn; `weight` is a positive integer."""

    id: str
    stratum: str
    weight: int


def parse_roster(data: bytes, *, file: str = FILE) -> list[Unit]:
    """The units in the order of the file; bytes are UTF-8, NFC, LF, TAB, fixed header, no BOM (§2.2)."""
    lines = _lines(data, file)
    units: list[Unit] = []
    seen: dict[str, tuple[int, str]] = {}
    strata: set[str] = set()
    for row, line in enumerate(lines[1:], start=2):
        unit = _unit(line, row, file, strata)
        if unit.id in seen:
            _refuse_double(unit, row, seen[unit.id], file)
        seen[unit.id] = (row, unit.stratum)
        units.append(unit)
    if not units:
        refuse(f"{file} 只有表头，没有一家机构", file=file, row=1)
    return units


def write_roster(units: Iterable[Unit]) -> bytes:
    """Rows sorted by the UTF-8 bytes of (stratum, id); the units are checked as if they had been read."""
    ordered = sorted(units, key=lambda unit: (unit.stratum.encode(), unit.id.encode()))
    rows = [HEADER, *(f"{unit.id}\t{unit.stratum}\t{unit.weight}" for unit in ordered)]
    data = ("\n".join(rows) + "\n").encode()
    parse_roster(data)
    return data


def by_stratum(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    """The units of each stratum, strata sorted by UTF-8 bytes."""
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.stratum, []).append(unit)
    return {name: groups[name] for name in sorted(groups, key=str.encode)}


def _lines(data: bytes, file: str) -> list[str]:
    text = read_text(data, file=file)
    if "\r" in text:
        row = text[: text.index("\r")].count("\n") + 1
        refuse(f"{file} 第 {row} 行用了回车符（CR），换行只能用 LF", file=file, row=row)
    if not text.endswith("\n"):
        row = text.count("\n") + 1
        refuse(f"{file} 最后一行（第 {row} 行）没有换行符，文件可能不完整", file=file, row=row)
    lines = text[:-1].split("\n")
    if lines[0] != HEADER:
        shown = lines[0][:80]
        refuse(f"{file} 第 1 行必须是“id、stratum、weight”三列表头，现在是“{shown}”", file=file, row=1, value=shown)
    return lines


def _unit(line: str, row: int, file: str, strata: set[str]) -> Unit:
    parts = line.split("\t")
    if not line:
        refuse(f"{file} 第 {row} 行是空行", file=file, row=row)
    if len(parts) != len(COLUMNS):
        refuse(f"{file} 第 {row} 行应有 3 列，现在有 {len(parts)} 列", file=file, row=row, value=line[:80])
    id_, stratum, weight = parts
    if fault := id_fault(id_):
        refuse(f"{file} 第 {row} 行 id 列“{id_}”{fault}", file=file, row=row, column="id", value=id_)
    if stratum not in strata:
        if fault := text_fault(stratum):
            sentence = f"{file} 第 {row} 行 stratum 列“{stratum}”{fault}"
            refuse(sentence, file=file, row=row, column="stratum", value=stratum)
        strata.add(stratum)
    if WEIGHT.fullmatch(weight) is None or len(weight) > 13 or int(weight) > LARGEST_WEIGHT:
        refuse(
            f"{file} 第 {row} 行 weight 列“{weight[:40]}”{_weight_fault(weight)}",
            file=file,
            row=row,
            column="weight",
            value=weight,
        )
    return Unit(id_, stratum, int(weight))


def _weight_fault(weight: str) -> str:
    if weight and not weight.strip("0"):
        return "：权重为零；不参加抽取的应当写明理由剔除出名录"
    if re.fullmatch(r"-[0-9.]+", weight):
        return "：权重不能是负数"
    if re.fullmatch(r"[0-9]*\.[0-9]*", weight):
        return "：权重不能是小数"
    if re.fullmatch(r"0[0-9]+", weight):
        return "：权重前面不能有多余的零"
    if re.fullmatch(r"[0-9]+", weight):
        return "：权重不能超过一万亿"
    return "：权重必须是半角的正整数"


def _refuse_double(unit: Unit, row: int, earlier: tuple[int, str], file: str) -> None:
    first, stratum = earlier
    if stratum == unit.stratum:
        sentence = f"{file} 第 {row} 行 id 列“{unit.id}”重复，第 {first} 行已经有它"
        refuse(sentence, file=file, row=row, column="id", value=unit.id)
    sentence = (
        f"{file} 第 {row} 行“{unit.id}”列在“{unit.stratum}”层，第 {first} 行又把它列在“{stratum}”层；一家只能在一层"
    )
    refuse(sentence, file=file, row=row, column="stratum", value=unit.id)
