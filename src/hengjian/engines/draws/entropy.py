"""Entropy sources and their RFC 3797 string; the hash relation of a drand pulse (§2.2, §2.8)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hengjian.engines.draws.canonical import refuse

FILE = "entropy.json"
ENCODED = re.compile(r"((0|[1-9][0-9]*)\.)+/")
LARGEST_BITS = 1024


@dataclass(frozen=True, slots=True)
class Source:
    """The values one public source gave; unordered values (lottery balls) are sorted before they are written."""

    values: tuple[int, ...]
    unordered: bool


def read_entropy(raw: object, *, expected: int | None = None, file: str = FILE) -> list[Source]:
    """A list of {unordered: bool, values: [int]}; `expected` is the number of sources the commitment names."""
    if not isinstance(raw, list | tuple):
        refuse(f"{file} 应当是来源的列表，每个来源写 unordered 和 values", file=file)
    if expected is not None and len(raw) != expected:
        sentence = f"{file} 有 {len(raw)} 个来源，承诺里写明的是 {expected} 个"
        refuse(sentence, file=file, value=len(raw))
    if not raw:
        refuse(f"{file} 没有一个来源", file=file)
    return [_source(entry, position, file) for position, entry in enumerate(raw, start=1)]


def entropy_string(raw: object) -> str:
    """`3.9.15.18.26.31./7./312345./`: each value followed by a point, each source by a slash."""
    sources = read_entropy(raw)
    return "".join("".join(f"{value}." for value in one.values) + "/" for one in sources)


def string_fault(text: object, expected: int) -> str:
    """What keeps a published entropy string from being one of `expected` sources; empty when nothing does."""
    if not isinstance(text, str):
        return "不是文字"
    parts = re.findall(r"[^/]*/", text)
    if "".join(parts) != text or not all(ENCODED.fullmatch(part) for part in parts):
        return "写法不对，应当像“3.9.15./7./”"
    if len(parts) != expected:
        return f"有 {len(parts)} 个来源，承诺里写明的是 {expected} 个"
    return ""


def drand_randomness(signature: str, *, field: str = "signature") -> str:
    """SHA-256 of a drand signature, which is the pulse's randomness. Only this hash relation is checked.

    The BLS signature itself is not: that needs a pairing library, and none that is maintained is among our
    dependencies. Whoever relies on a pulse fetches it from two relays or checks the signature with a drand client.
    """
    if not isinstance(signature, str) or re.fullmatch(r"([0-9a-f]{96}|[0-9a-f]{192})", signature) is None:
        refuse("drand 签名应当是 96 位或 192 位小写十六进制", file=FILE, column=field, value=str(signature))
    return hashlib.sha256(bytes.fromhex(signature)).hexdigest()


def drand_source(pulse: Mapping[str, Any]) -> dict[str, object]:
    """A pulse {round, signature, randomness} as an entropy source: the round, then the randomness as one integer.

    Refused when the randomness is not the hash of the signature; see `drand_randomness` for what is not checked.
    """
    round_, stated = pulse.get("round"), pulse.get("randomness")
    if isinstance(round_, bool) or not isinstance(round_, int) or round_ < 1:
        refuse("drand 的轮次应当是正整数", file=FILE, column="round", value=str(round_))
    computed = drand_randomness(pulse.get("signature", ""))
    if stated != computed:
        sentence = f"drand 第 {round_} 轮的随机数不是它签名的 SHA-256，来源不可信"
        refuse(sentence, file=FILE, column="randomness", value=str(stated))
    return {"unordered": False, "values": [round_, int(computed, 16)]}


def _source(entry: Any, position: int, file: str) -> Source:
    if not isinstance(entry, Mapping) or set(entry) != {"unordered", "values"}:
        refuse(f"{file} 第 {position} 个来源应当只写 unordered 和 values 两项", file=file, row=position)
    unordered, values = entry["unordered"], entry["values"]
    if not isinstance(unordered, bool):
        sentence = f"{file} 第 {position} 个来源的 unordered 只能是 true 或 false"
        refuse(sentence, file=file, row=position, column="unordered", value=str(unordered))
    if not isinstance(values, list | tuple) or not values:
        refuse(f"{file} 第 {position} 个来源没有数值", file=file, row=position, column="values")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0 or value.bit_length() > LARGEST_BITS:
            sentence = (
                f"{file} 第 {position} 个来源的数值“{str(value)[:80]}”不是非负整数（最多 {LARGEST_BITS} 位二进制）"
            )
            refuse(sentence, file=file, row=position, column="values", value=str(value)[:80])
    return Source(tuple(sorted(values) if unordered else values), unordered)
