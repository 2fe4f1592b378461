"""One cell by the type of its column: a typed value, None where the cell is blank, or the reason why not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from hengjian.engines.tables import identifiers
from hengjian.engines.tables.column import Column
from hengjian.engines.tables.dates import Epoch, parse_date, parse_moment
from hengjian.engines.tables.measured import lost_superscript
from hengjian.engines.tables.writing import Refusal, is_blank, narrow, trim_text

Value = str | int | Decimal | bool | date | datetime | list[float]

TRUE_WORDS = frozenset(["true", "1", "是", "y", "yes", "t", "√", "有", "1.0"])
FALSE_WORDS = frozenset(["false", "0", "否", "n", "no", "f", "×", "x", "无", "0.0"])
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+?\d+", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_LARGEST_INT = 2**63 - 1


def parse_cell(
    column: Column, text: str | None, *, demo: bool = False, epoch: Epoch | None = None
) -> Value | Refusal | None:
    """Read `text` as a value of `column`; never raises.

    `demo` admits the demo range of codes; `epoch` is the workbook's date system. `value_text` and `limit_text` have
    their own readers in `measured.py`.
    """
    if text is None or is_blank(text):
        return None
    if column.identifier:
        return _identifier(column, text, demo=demo)
    if column.codes and column.type != "list":
        return _code(column, text)
    if column.type == "date":
        return parse_date(text, epoch=epoch)
    if column.type == "ts":
        return parse_moment(text, epoch=epoch)
    if column.type == "list":
        return parse_list(column, text)
    return _PLAIN_READERS.get(column.type, trim_text)(text)


def parse_number(text: str) -> Decimal | Refusal:
    """A bare number; `12,300` counts as grouped thousands, `1,23` is refused, `5%` is 5 (columns name their unit)."""
    written = narrow(text)
    lost = lost_superscript(written)
    if lost is not None:
        return lost
    if "，" in text or "、" in text:
        return Refusal("number.several", "一格里不止一个数", "一格只写一个数")
    body = written[:-1].rstrip() if written.endswith("%") else written
    if _GROUPED.fullmatch(body):
        body = body.replace(",", "")
    if _PLAIN.fullmatch(body):
        number = Decimal(body)
        return number if abs(number) < Decimal("1e300") else Refusal("number.size", "数太大", "核对数值")
    if re.fullmatch(r"\d+,\d+", body, re.ASCII):
        return Refusal("number.comma", "逗号可能是小数点，也可能是两个数", "小数点写“.”")
    return Refusal("number.form", "不是一个数", "只写数字，单位写到单位栏")


def parse_int(text: str) -> int | Refusal:
    """A whole number (`3`, `3.0`)."""
    number = parse_number(text)
    if isinstance(number, Refusal):
        return number
    if number != number.to_integral_value():
        return Refusal("number.whole", "应为整数", "写成整数")
    if abs(number) > _LARGEST_INT:
        return Refusal("number.size", "数太大", "核对数值")
    return int(number)


def parse_bool(text: str) -> bool | Refusal:
    """Yes or no."""
    word = narrow(text).lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    return Refusal("bool.form", "应为“是”或“否”", "写“是”或“否”")


def parse_id(text: str) -> str | Refusal:
    """An identifier as text: leading zeros stay; a number that a spreadsheet has rounded is refused."""
    written = narrow(text)
    if _SCIENTIFIC.fullmatch(written):
        return Refusal(
            "id.scientific", "编号被表格软件改成了科学计数，末位已丢失", "把单元格设为文本，重新填写完整编号"
        )
    return written


def parse_list(column: Column, text: str) -> str | Refusal:
    """Several words joined by `|`; codes where the column has them."""
    parts = [part.strip() for part in re.split(r"[|,，、;；]", text.strip("[]")) if part.strip()]
    if not column.codes:
        return "|".join(parts)
    taken: list[str] = []
    for part in parts:
        code = _code(column, part)
        if isinstance(code, Refusal):
            return code
        taken.append(code)
    return "|".join(taken)


def parse_numbers(text: str) -> list[float] | Refusal:
    """A JSON array of numbers."""
    try:
        values = json.loads(text)
    except ValueError:
        return Refusal("numlist.form", "不是一列数", "写成 [0.1,0.2,0.3]")
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        return Refusal("numlist.form", "不是一列数", "写成 [0.1,0.2,0.3]")
    return [float(value) for value in values]


def _code(column: Column, text: str) -> str | Refusal:
    word = narrow(text)
    code = column.words.get(word.lower())
    if code is not None:
        return code
    if column.open_codes:
        return word
    allowed = "、".join(column.codes.values())
    return Refusal("code.unknown", f"“{word}”不在{column.header}的取值里", f"可填：{allowed}")


def _identifier(column: Column, text: str, *, demo: bool) -> str | Refusal:
    if column.identifier == "standard":
        return identifiers.normalise_standard(narrow(text))
    check = {"uscc": identifiers.check_uscc, "cma": identifiers.check_cma, "area": identifiers.check_area}[
        column.identifier
    ]
    problems = [problem for problem in check(text, demo=demo) if problem.blocking]
    if problems:
        sentence = "；".join(problem.sentence for problem in problems)
        return Refusal(problems[0].code, f"{column.header}{sentence}", "照证书或登记证填写")
    return identifiers.clean_code(text)


_PLAIN_READERS: dict[str, Callable[[str], Value | Refusal]] = {
    "num": parse_number,
    "int": parse_int,
    "bool": parse_bool,
    "numlist": parse_numbers,
    "id": parse_id,
}
