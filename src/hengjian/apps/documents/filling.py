"""From what the record knows to what a form prints: only the form's own facts, checked, in one canonical JSON.

Nothing else of a context is kept: a document stores no personal data that it does not print.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils import timezone

from hengjian.kernel.errors import Refused
from hengjian.law.paper import Fact, Form

TEXT_MAX = 60_000
ROWS_MAX = 500
Filled = dict[str, Any]


def fill(form: Form, context: Mapping[str, Any], *, on: date) -> Filled:
    """The form's facts by key, as plain JSON values; Refused naming every mandatory fact that is missing."""
    filled: Filled = {}
    for fact in form.facts:
        value = _value(fact, _at(context, fact.key), form)
        if value is not None:
            filled[fact.key] = value
    organ = _at(context, "organ.name")
    if not organ:
        raise Refused(f"制作《{form.title}》须写明机关名称。", where={"field": "organ.name"})
    filled["organ.name"] = str(organ)
    missing = [form.fact(key).label for key in form.needs if key not in filled]
    if missing:
        raise Refused(
            f"《{form.title}》缺少{'、'.join(missing)}，不能制作（{form.basis_text(on)}）；请先在事项中补齐再制作。",
            where={"field": next(key for key in form.needs if key not in filled), "form": form.id},
            article=form.basis_text(on),
        )
    _enough_people(form, filled, on)
    return filled


def known(form: Form, context: Mapping[str, Any]) -> Filled:
    """What a context has for a form, without asking whether it is complete; what is not readable is left out."""
    found: Filled = {}
    for fact in form.facts:
        try:
            value = _value(fact, _at(context, fact.key), form)
        except Refused:
            continue
        if value is not None:
            found[fact.key] = value
    return found


def canonical(filled: Filled) -> str:
    """The one spelling of filled facts: sorted keys, no blanks, Chinese as it is."""
    return json.dumps(filled, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of the canonical text."""
    return sha256(text.encode()).hexdigest()


def _enough_people(form: Form, filled: Filled, on: date) -> None:
    for sign in form.signs:
        named = filled.get(sign.names or "")
        if isinstance(named, list) and len(named) < sign.people:
            label = form.fact(sign.names or "").label
            raise Refused(
                f"《{form.title}》的{label}须不少于 {sign.people} 人，现有 {len(named)} 人。",
                where={"field": sign.names, "form": form.id},
                article=form.basis_text(on),
            )


def _at(context: Mapping[str, Any], key: str) -> Any:
    found: Any = context
    for step in key.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def _value(fact: Fact, given: Any, form: Form) -> Any:
    if given is None or given in ("", [], (), {}):
        return None
    try:
        if fact.kind == "list":
            return _rows(fact, given)
        if fact.kind == "people":
            return _people(given)
        if fact.kind == "opinion":
            return _opinion(given)
        return _scalar(fact.kind, given)
    except (TypeError, ValueError) as wrong:
        raise Refused(
            f"《{form.title}》的“{fact.label}”填的不对：{wrong}。", where={"field": fact.key, "form": form.id}
        ) from wrong


def _rows(fact: Fact, given: Any) -> list[dict[str, Any]] | None:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise TypeError("应当是一份清单")
    if len(given) > ROWS_MAX:
        raise ValueError(f"清单最多 {ROWS_MAX} 行，现有 {len(given)} 行")
    rows = []
    for one in given:
        if not isinstance(one, Mapping):
            raise TypeError("清单的每一行应当是各列的内容")
        row = {column.key: _scalar(column.kind, one.get(column.key)) for column in fact.columns}
        rows.append({key: value for key, value in row.items() if value is not None})
    return [row for row in rows if row] or None


def _people(given: Any) -> list[dict[str, str]]:
    many = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    people = []
    for one in many:
        who = one if isinstance(one, Mapping) else {"name": one}
        name = str(who.get("name") or "").strip()
        if not name:
            raise ValueError("有一名人员没有姓名")
        number = str(who.get("enforcement_no") or "").strip()
        people.append({"name": name} | ({"enforcement_no": number} if number else {}))
    return people


def _opinion(given: Any) -> dict[str, str]:
    said = given if isinstance(given, Mapping) else {"text": given}
    kept = {key: _scalar("text", said.get(key)) for key in ("text", "by")}
    kept["on"] = _scalar("date", said.get("on"))
    return {key: value for key, value in kept.items() if value is not None}


def _scalar(kind: str, given: Any) -> Any:
    if given is None or given == "":
        return None
    if kind == "date":
        return _day(given).isoformat()
    if kind == "moment":
        return _moment(given)
    if kind == "mark":
        return bool(given)
    if kind == "money" and isinstance(given, int | Decimal) and not isinstance(given, bool):
        if given < 0 or given != int(given):
            raise ValueError("金额以分计，是不小于零的整数")
        return int(given)
    return _text(given)


def _text(given: Any) -> str | None:
    if isinstance(given, bool):
        return "是" if given else "否"
    if isinstance(given, date):
        return _day(given).isoformat()
    if isinstance(given, Sequence) and not isinstance(given, str):
        given = "、".join(str(one) for one in given)
    if isinstance(given, Mapping):
        raise TypeError("应当是文字")
    text = str(given).replace("\r\n", "\n").replace("\r", "\n").strip()
    text = "".join(one for one in text if one == "\n" or one == "\t" or ord(one) >= 32)
    if len(text) > TEXT_MAX:
        raise ValueError(f"最多 {TEXT_MAX} 字，现有 {len(text)} 字")
    return text or None


def _day(given: Any) -> date:
    if isinstance(given, datetime):
        return timezone.localdate(given) if timezone.is_aware(given) else given.date()
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given)[:10])
    except ValueError:
        raise ValueError(f"“{str(given)[:30]}”不是日期") from None


def _moment(given: Any) -> str:
    if isinstance(given, datetime):
        local = timezone.localtime(given) if timezone.is_aware(given) else given
        return local.strftime("%Y-%m-%dT%H:%M")
    if isinstance(given, date):
        return given.isoformat()
    try:
        moment = datetime.fromisoformat(str(given))
    except ValueError:
        raise ValueError(f"“{str(given)[:30]}”不是时间") from None
    return _moment(moment) if "T" in str(given) or " " in str(given) else moment.date().isoformat()
