"""Canonical JSON, strict reading and hashes of SRD-1 (spec statistics.md §2.8); standard library only."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from hengjian.kernel.errors import Refused

HEX64 = re.compile(r"[0-9a-f]{64}")
ID = re.compile(r"[0-9A-Za-z._-]+")
LONGEST_ID = 64
LONGEST_TEXT = 200
LONGEST_NUMBER = 400
LARGEST_INTEGER = 2**53 - 1  # the largest that every JSON reader keeps exactly
BOM = b"\xef\xbb\xbf"


def refuse(sentence: str, *, file: str, row: int | None = None, column: str = "", value: object = None) -> NoReturn:
    """Raise Refused with the place; `row` is the line of the file, the header being line 1."""
    where: dict[str, object] = {"file": file}
    if row is not None:
        where["row"] = row
    if column:
        where["column"] = column
    if value is not None:
        where["value"] = value
    raise Refused(sentence, where=where)


def canon(thing: object) -> bytes:
    """UTF-8, keys sorted by code point, no spaces, no ASCII escapes; integers, strings, lists and objects only."""
    _only_plain(thing, "内容")
    text = json.dumps(thing, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused("内容含有不成对的代理字符，不能写成 UTF-8") from error


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hash_of(thing: object) -> str:
    """SHA-256 of the canonical JSON, lower-case hex."""
    return sha256_hex(canon(thing))


def _only_plain(thing: object, place: str) -> None:
    if isinstance(thing, str) or (isinstance(thing, int) and not isinstance(thing, bool)):
        return
    if isinstance(thing, list | tuple):
        for position, part in enumerate(thing, start=1):
            _only_plain(part, f"{place} 的第 {position} 项")
        return
    if isinstance(thing, Mapping) and all(isinstance(key, str) for key in thing):
        for key, part in thing.items():
            _only_plain(part, f"{place}.{key}")
        return
    raise Refused(f"{place}只能是整数、文字、列表或对象，现在是 {thing!r}", where={"value": repr(thing)})


def _no_doubles(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            raise ValueError(f"“{key}”出现了两次")
        read[key] = value
    return read


def _no_fraction(text: str) -> NoReturn:
    raise ValueError(f"“{text}”不是整数，小数和科学记数都不接受")


def _whole_number(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"有一个 {len(text)} 位的整数，太长")
    return int(text)


def read_text(data: bytes, *, file: str) -> str:
    """UTF-8 without a byte-order mark."""
    if data.startswith(BOM):
        refuse(f"{file} 开头有字节顺序标记（BOM），请另存为不带 BOM 的 UTF-8", file=file, row=1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        refuse(f"{file} 第 {row} 行不是 UTF-8 编码", file=file, row=row)


def read_json(data: bytes, *, file: str, booleans: bool = False) -> Any:
    """Strict JSON: no floats, no null, no key twice; booleans only where the format has them (entropy)."""
    text = read_text(data, file=file)
    try:
        thing = json.loads(
            text,
            object_pairs_hook=_no_doubles,
            parse_int=_whole_number,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
        )
    except json.JSONDecodeError as error:
        refuse(f"{file} 第 {error.lineno} 行第 {error.colno} 个字符处不是正确的 JSON", file=file, row=error.lineno)
    except ValueError as error:
        refuse(f"{file}：{error}", file=file)
    except RecursionError:
        refuse(f"{file} 嵌套太深，不是这里要的内容", file=file)
    if not booleans:
        try:
            _only_plain(thing, file + " ")
        except RecursionError:
            refuse(f"{file} 嵌套太深，不是这里要的内容", file=file)
    return thing


def text_fault(value: object) -> str:
    """What keeps a name from being NFC text without control characters; empty when nothing does."""
    if not isinstance(value, str):
        return "不是文字"
    if not value:
        return "是空的"
    if len(value) > LONGEST_TEXT:
        return f"超过 {LONGEST_TEXT} 个字符"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        return "含有控制字符"
    if not unicodedata.is_normalized("NFC", value):
        return "不是 NFC 规范形式（可能是拆开书写的字符）"
    return ""


def id_fault(value: object) -> str:
    """What keeps a value from being an id; empty when nothing does."""
    if not isinstance(value, str):
        return "不是文字"
    if not value:
        return "是空的"
    if len(value) > LONGEST_ID:
        return f"超过 {LONGEST_ID} 个字符"
    if ID.fullmatch(value) is None:
        return "只能用半角数字、英文字母、点、下划线和连字符"
    return ""
