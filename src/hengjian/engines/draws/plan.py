"""plan.json of a draw, read strictly: unknown or missing keys, fractions and impossible sizes are refused (§2.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from hengjian.engines.draws.canonical import HEX64, LARGEST_INTEGER, id_fault, refuse, sha256_hex, text_fault

FILE = "plan.json"
OPEN_SALT = bytes(32)
OPEN_SALT_SHA256 = sha256_hex(OPEN_SALT)
DEFAULT_SLOTS = ("lead", "member")
REQUIRED = ("draw_id", "seq", "prev_commit", "method", "salt_sha256", "entropy_spec", "not_before")
BY_TOTAL = ("n", "min_per_stratum")
HASHES = ("rules_sha256", "verifier_sha256", "exclusions_sha256")
OPTIONAL = ("deadline", *HASHES, "caps", "slots")
COMMITTED = ("protocol", "roster_sha256", "inspectors_sha256", "coi_sha256")
LEAST_SOURCES = 2

Method = Literal["equal", "pareto"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The typed content of plan.json; either `n` with `min_per_stratum`, or `quota`."""

    draw_id: str
    seq: int
    prev_commit: str
    method: Method
    salt_sha256: tuple[str, ...]
    custodians: bool
    entropy_spec: tuple[str, ...]
    not_before: datetime
    deadline: datetime | None
    n: int | None
    min_per_stratum: int
    quota: Mapping[str, int] | None
    slots: tuple[str, ...]
    caps: Mapping[str, int]

    @property
    def open_mode(self) -> bool:
        """Open mode: the salt is 32 zero bytes, anybody can compute the draw once the entropy is public."""
        return self.salt_sha256 == (OPEN_SALT_SHA256,)


def read_plan(raw: object, *, file: str = FILE) -> Plan:
    """Check every key of plan.json by itself; what depends on the roster is checked where both are known."""
    if not isinstance(raw, Mapping):
        refuse(f"{file} 应当是一个对象", file=file)
    _check_keys(raw, file)
    not_before = _moment(raw, "not_before", file)
    deadline = _moment(raw, "deadline", file) if "deadline" in raw else None
    if deadline is not None and deadline <= not_before:
        refuse(f"{file} 的 deadline 不在 not_before 之后", file=file, column="deadline", value=raw["deadline"])
    for key in ("prev_commit", *(key for key in HASHES if key in raw)):
        _hash(raw[key], key, file)
    salts, custodians = _salts(raw["salt_sha256"], file)
    return Plan(
        draw_id=_text(raw["draw_id"], "draw_id", file),
        seq=_integer(raw["seq"], "seq", file, least=1),
        prev_commit=raw["prev_commit"],
        method=_method(raw["method"], file),
        salt_sha256=salts,
        custodians=custodians,
        entropy_spec=_entropy_spec(raw["entropy_spec"], file),
        not_before=not_before,
        deadline=deadline,
        n=_integer(raw["n"], "n", file, least=1) if "n" in raw else None,
        min_per_stratum=_integer(raw["min_per_stratum"], "min_per_stratum", file, least=0) if "n" in raw else 0,
        quota=_counts(raw["quota"], "quota", file) if "quota" in raw else None,
        slots=_slots(raw.get("slots", DEFAULT_SLOTS), file),
        caps=_counts(raw.get("caps", {}), "caps", file),
    )


def _check_keys(raw: Mapping[str, Any], file: str) -> None:
    for key in raw:
        if key in COMMITTED:
            refuse(f"{file} 不应当写 {key}：它由程序算出", file=file, column=key)
        if key not in (*REQUIRED, *BY_TOTAL, "quota", *OPTIONAL):
            refuse(f"{file} 有不认识的项“{key}”", file=file, column=str(key))
    for key in REQUIRED:
        if key not in raw:
            refuse(f"{file} 缺少 {key}", file=file, column=key)
    _check_size(raw, file)


def _check_size(raw: Mapping[str, Any], file: str) -> None:
    for key in BY_TOTAL:
        if "quota" in raw and key in raw:
            refuse(f"{file} 写了 quota 就不能再写 {key}，两种写法只能选一种", file=file, column=key)
        if "quota" not in raw and key not in raw:
            refuse(f"{file} 缺少 {key}：要么写 n 和 min_per_stratum，要么写 quota", file=file, column=key)


def _integer(value: object, key: str, file: str, *, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        refuse(f"{file} 的 {key} 必须是整数，现在是“{value}”", file=file, column=key, value=str(value))
    if not least <= value <= LARGEST_INTEGER:
        sentence = f"{file} 的 {key} 不能小于 {least}，也不能大到超过 {LARGEST_INTEGER}，现在是 {value}"
        refuse(sentence, file=file, column=key, value=value)
    return value


def _text(value: object, key: str, file: str) -> str:
    if fault := text_fault(value):
        refuse(f"{file} 的 {key}“{value}”{fault}", file=file, column=key, value=str(value))
    return str(value)


def _hash(value: object, key: str, file: str) -> str:
    if not isinstance(value, str) or HEX64.fullmatch(value) is None:
        refuse(f"{file} 的 {key} 必须是 64 位小写十六进制摘要值", file=file, column=key, value=str(value))
    return value


def _method(value: object, file: str) -> Method:
    if value == "equal":
        return "equal"
    if value == "pareto":
        return "pareto"
    sentence = f"{file} 的 method 只能是 equal（等概率）或 pareto（按权重），现在是“{value}”"
    refuse(sentence, file=file, column="method", value=str(value))


def _moment(raw: Mapping[str, Any], key: str, file: str) -> datetime:
    value = raw[key]
    sentence = f"{file} 的 {key} 必须写成带时区的时刻，例如 2026-01-05T21:30:00+08:00，现在是“{value}”"
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        refuse(sentence, file=file, column=key, value=str(value))
    if moment.tzinfo is None:
        refuse(sentence, file=file, column=key, value=str(value))
    return moment


def _salts(value: object, file: str) -> tuple[tuple[str, ...], bool]:
    if not isinstance(value, list | tuple):
        return (_hash(value, "salt_sha256", file),), False
    hashes = tuple(_hash(part, "salt_sha256", file) for part in value)
    if len(hashes) < 2:
        refuse(
            f"{file} 的 salt_sha256 写成列表时至少要有两位保管人；只有一位请直接写摘要值",
            file=file,
            column="salt_sha256",
        )
    if len(set(hashes)) < len(hashes):
        refuse(f"{file} 的 salt_sha256 有两位保管人的摘要值相同", file=file, column="salt_sha256")
    if OPEN_SALT_SHA256 in hashes:
        refuse(f"{file} 的 salt_sha256 有一位保管人的盐是全零，等于没有盐", file=file, column="salt_sha256")
    return hashes, True


def _entropy_spec(value: object, file: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        refuse(f"{file} 的 entropy_spec 应当是来源名称的列表", file=file, column="entropy_spec")
    if len(value) < LEAST_SOURCES:
        sentence = f"{file} 的 entropy_spec 至少要有两个公开来源，现在有 {len(value)} 个"
        refuse(sentence, file=file, column="entropy_spec", value=len(value))
    return tuple(_text(part, "entropy_spec", file) for part in value)


def _slots(value: object, file: str) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        refuse(f"{file} 的 slots 应当是岗位名称的列表", file=file, column="slots")
    for slot in value:
        if fault := id_fault(slot):
            refuse(f"{file} 的 slots 里“{slot}”{fault}", file=file, column="slots", value=str(slot))
    if len(set(value)) < len(value):
        refuse(f"{file} 的 slots 里有重名的岗位", file=file, column="slots")
    return tuple(value)


def _counts(value: object, key: str, file: str) -> dict[str, int]:
    if not isinstance(value, Mapping):
        refuse(f"{file} 的 {key} 应当是“名称：整数”的对象", file=file, column=key)
    return {_text(name, key, file): _integer(count, f"{key}.{name}", file, least=0) for name, count in value.items()}
