"""What a phone sends, read strictly: every wrong thing is a sentence, nothing reaches the database unchecked."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hengjian.apps.inspections.phone.models import PhoneEntry
from hengjian.kernel.errors import Refused

ENTRIES_MOST = 50
NUMBER_MOST = 1_000_000_000
YEARS = range(2000, 2101)
KINDS = frozenset(key for key, _ in PhoneEntry.KINDS)


@dataclass(frozen=True, slots=True)
class Sent:
    """One entry as the phone sent it; times aware, `sent_at` by the phone's clock at the moment of sending."""

    uuid: str
    task: str
    kind: str
    author: int
    payload: dict[str, Any]
    base_version: int | None
    made_at: datetime
    sent_at: datetime


def read_json(body: bytes) -> dict[str, Any]:
    """The JSON object of a request; Refused with a sentence otherwise."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
        json.dumps(found, ensure_ascii=False).encode("utf-8")  # a lone surrogate no database takes
    except (ValueError, RecursionError) as error:
        raise Refused("手机传来的内容不是完整的 JSON，没有收下；内容仍在手机上，请重传。") from error
    if not isinstance(found, dict):
        raise Refused("手机传来的内容格式不对，没有收下；内容仍在手机上。")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(name)


def read_batch(body: bytes) -> tuple[datetime, list[Any]]:
    """(sent_at, raw entries) of one sync."""
    found = read_json(body)
    entries = found.get("entries")
    if not isinstance(entries, list) or len(entries) > ENTRIES_MOST:
        raise Refused(f"一次最多传 {ENTRIES_MOST} 条，请更新手机上的页面再传。")
    return moment_of(found.get("sent_at"), "传送时间"), entries


def uuid_of(raw: Any) -> str:
    """The entry's number, empty where there is none to answer to."""
    try:
        return str(uuid.UUID(raw["uuid"]))
    except (TypeError, KeyError, ValueError, AttributeError):
        return ""


def read_entry(raw: Any, *, sent_at: datetime) -> Sent:
    """One entry; Refused with the sentence what is wrong with it."""
    number = uuid_of(raw)
    if not number:
        raise Refused("这一条没有离线编号，没有收下。")
    kind, task, author, payload = raw.get("kind"), raw.get("task"), raw.get("author"), raw.get("payload")
    if not isinstance(kind, str) or kind not in KINDS:
        raise Refused("不认识这一类内容，请更新手机上的页面再传。")
    if not isinstance(task, str) or not 0 < len(task) <= 20 or "\0" in task:
        raise Refused("这一条没有写明检查编号。")
    if not isinstance(author, int) or isinstance(author, bool):
        raise Refused("这一条没有写明填写人。")
    if not isinstance(payload, dict):
        raise Refused("这一条的内容格式不对。")
    base = raw.get("base_version")
    if base is not None and (not isinstance(base, int) or isinstance(base, bool) or not 0 <= base < 2**31):
        raise Refused("这一条的版本号不对。")
    made_at = moment_of(raw.get("made_at"), "填写时间")
    return Sent(number, task, kind, author, _without_nul(payload), base, made_at, sent_at)


def moment_of(value: Any, name: str) -> datetime:
    """An aware moment in a year that a calendar of ours knows; Refused otherwise."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Refused(f"{name}“{str(value)[:40]}”不是时间，没有收下。") from error
    if found.tzinfo is None or found.year not in YEARS:
        raise Refused(f"{name}“{str(value)[:40]}”不对：须带时区，年份在 2000 至 2100 之间。请校准手机时钟。")
    return found


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {str(key).replace("\0", ""): _without_nul(one) for key, one in value.items()}
    return [_without_nul(one) for one in value] if isinstance(value, list) else value


def text_in(payload: dict[str, Any], name: str) -> str:
    """A text of the payload; absent is empty."""
    value = payload.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(f"“{name}”应当是文字。", where={"field": name})
    return value


def flag_in(payload: dict[str, Any], name: str) -> bool:
    """A yes or no of the payload."""
    return payload.get(name) is True


def number_in(payload: dict[str, Any], name: str) -> float | None:
    """A finite number of the payload, or None."""
    value = payload.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= NUMBER_MOST:
        raise Refused(f"“{name}”应当是数。", where={"field": name})
    return float(value)


def day_in(payload: dict[str, Any], name: str, words: str) -> date | None:
    """A day of the payload, or None."""
    value = text_in(payload, name)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Refused(f"{words}“{value[:20]}”不是日期，应如 2026-03-05。", where={"field": name}) from error
