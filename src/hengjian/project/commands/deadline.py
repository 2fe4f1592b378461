"""`hengjian deadline RULE --from DATE|TS`: when a statutory period ends, step by step; needs no database."""

from __future__ import annotations

import argparse
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hengjian.engines.deadlines import Calendar, Deadline, Pause
    from hengjian.law.models import Clock

NAME = "deadline"
HELP = "推算法定时限：届满日、是否暂定、每一步的依据"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", nargs="?", metavar="RULE", help="时限编号，例如 PEN-18、PEN-33.report；--list 列出全部")
    parser.add_argument("--from", dest="start", metavar="DATE|TS", help="起算日，或者时刻（按小时计算的时限）")
    parser.add_argument(
        "--pause", action="append", default=[], metavar="FROM/TO", help="暂停的首日和末日，两日都不计入；可以写多次"
    )
    parser.add_argument(
        "--extend",
        action="append",
        nargs="?",
        const="",
        default=[],
        metavar="DAYS",
        help="延长一次；第几次就用规则的第几次延长，只有法律没有定长度的才写天数",
    )
    parser.add_argument("--holidays", type=Path, metavar="FILE", help="另加的放假通知，格式同 law/holidays.yaml")
    parser.add_argument("--list", action="store_true", help="列出全部时限")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Exit 0 with the result; what cannot be derived becomes a sentence and exit 2."""
    from hengjian.kernel.errors import Refused

    if args.list:
        _print_list(as_json=args.json)
        return 0
    if not args.rule:
        raise Refused(
            "请写时限编号，例如 hengjian deadline PEN-18 --from 2026-11-02；hengjian deadline --list 列出全部。"
        )
    if args.start is None:
        raise Refused(f"请用 --from 写起算日，例如 hengjian deadline {args.rule} --from 2026-11-02。")
    found = _derive(args)
    print(json.dumps(_as_json(found), ensure_ascii=False) if args.json else _as_text(found))
    return 0


def _derive(args: argparse.Namespace) -> Deadline:
    from hengjian.engines.deadlines import SHANGHAI, derive
    from hengjian.law.deadlines import rule_on

    start = _start(args.start)
    day = start.astimezone(SHANGHAI).date() if isinstance(start, datetime) else start
    rule = rule_on(_known_id(args.rule), day, earliest_for_older=True)
    return derive(
        rule,
        start=start,
        calendar=_calendar(args.holidays),
        pauses=[_pause(one) for one in args.pause],
        extensions=[_days(one) for one in args.extend],
    )


def _known_id(typed: str) -> str:
    from hengjian.kernel.errors import NotFound
    from hengjian.law.loader import lawbook

    ids = {one.id.casefold(): one.id for one in lawbook().clocks}
    found = ids.get(typed.strip().casefold())
    if found is None:
        raise NotFound(f"没有“{typed}”这一时限；hengjian deadline --list 列出全部编号。")
    return found


def _start(text: str) -> date | datetime:
    from hengjian.engines.deadlines import SHANGHAI
    from hengjian.kernel.errors import Refused

    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
        if MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    except ValueError:
        pass
    raise Refused(f"“{text}”不是日期或者时刻，请写成 2026-11-02 或者 2026-11-02T09:30 的样子。")


def _day(text: str, whole: str) -> date:
    from hengjian.kernel.errors import Refused

    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(f"暂停“{whole}”写得不对，请写成 2026-11-10/2026-11-14 的样子，首日和末日都不计入期限。")


def _pause(text: str) -> Pause:
    from hengjian.engines.deadlines import Pause

    first, _, last = text.partition("/")
    return Pause(_day(first, text), _day(last, text))


def _days(text: str) -> int | None:
    from hengjian.kernel.errors import Refused

    if text == "":
        return None
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII):
        raise Refused(f"延长的天数“{text}”不是正整数。")
    return int(text)


def _calendar(extra: Path | None) -> Calendar:
    from hengjian.law.deadlines import calendar_of, published_calendar
    from hengjian.law.holidays import read_holiday_file
    from hengjian.law.loader import lawbook

    if extra is None:
        return published_calendar()
    return calendar_of([*lawbook().holiday_years, *read_holiday_file(extra)])


def _iso(value: date | datetime | None) -> str | None:
    if isinstance(value, datetime) and not value.microsecond:
        return value.isoformat(timespec="seconds")
    return value.isoformat() if value else None


def _as_json(found: Deadline) -> dict[str, object]:
    return {"due": _iso(found.due), "provisional": found.provisional, "steps": list(found.steps)}


def _as_text(found: Deadline) -> str:
    from hengjian.engines.deadlines.wording import day_text, moment_text

    due = found.due
    written = moment_text(due) if isinstance(due, datetime) else day_text(due) if due else "—"
    lines = [f"届满日：{written}{'（暂定）' if found.provisional else ''}"]
    lines += [f"{number}. {step}" for number, step in enumerate(found.steps, start=1)]
    alarms = "，".join(f"{one.percent}% {_iso(one.at)}" for one in found.alarms)
    return "\n".join([*lines, f"提醒：{alarms}"])


def _print_list(*, as_json: bool) -> None:
    from hengjian.law.loader import lawbook
    from hengjian.law.wording import length_text

    clocks = sorted(lawbook().clocks, key=lambda one: one.id.partition(".")[0])
    if as_json:
        print(json.dumps([_entry(one) for one in clocks], ensure_ascii=False))
        return
    for one in clocks:
        ended = f"（至 {one.valid_to}）" if one.valid_to else ""
        unsure = "（待核）" if one.certainty == "unsure" else ""
        print(f"{one.id:<20}{one.title}　自{one.trigger}起{length_text(one)}{ended}{unsure}")


def _entry(one: Clock) -> dict[str, object]:
    from hengjian.law.wording import length_text

    return {
        "id": one.id,
        "title": one.title,
        "trigger": one.trigger,
        "length": one.length,
        "unit": one.unit,
        "sense": one.sense,
        "text": length_text(one),
        "basis": [str(reference) for reference in one.basis],
        "extensions": [{"by": e.by, "length": e.length, "most": e.most, "unit": e.unit} for e in one.extensions],
        "pauses": list(one.pauses),
        "valid_from": one.valid_from.isoformat(),
        "valid_to": one.valid_to.isoformat() if one.valid_to else None,
        "certainty": one.certainty,
        "note": one.note,
    }
