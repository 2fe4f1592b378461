"""Whether a ground of refusal or of ending may be used: by the version of its day and by what the record holds."""

from __future__ import annotations

from datetime import date

from hengjian.apps.complaints.models import Complaint
from hengjian.apps.complaints.timing import MEDIATION, running
from hengjian.kernel.errors import Refused
from hengjian.law.complaining import Ground, ending_grounds, refusal_grounds
from hengjian.ui.wording import zh_date

YEARS = 3


def refusal_of(complaint: Complaint, ground_id: str, *, today: date) -> Ground:
    """The ground of refusal, of the version in force when the complaint was received; Refused where it does not fit."""
    found = next((one for one in refusal_grounds(complaint.received_on) if one.id == ground_id), None)
    if found is None:
        raise _refused("请选一种不予受理的情形。")
    _require(complaint, found, today)
    return found


def ending_of(complaint: Complaint, ground_id: str, *, today: date) -> Ground:
    """The ground on which a mediation ends, of the version in force when it was accepted."""
    day = complaint.accepted_on or complaint.received_on
    found = next((one for one in ending_grounds(day) if one.id == ground_id), None)
    if found is None:
        raise _refused("请选一种终止调解的情形。")
    _require(complaint, found, today)
    return found


def _require(complaint: Complaint, ground: Ground, today: date) -> None:
    check = CHECKS.get(ground.needs)
    sentence = check(complaint, today) if check else ""
    if sentence:
        raise _refused(sentence, article=ground.cited(complaint.received_on))


def _three_years(complaint: Complaint, today: date) -> str:
    known = complaint.known_on
    if known is None:
        return "没有登记投诉人知道权益受损的日期，不能以超过三年为由不予受理。"
    limit = _years_after(known, YEARS)
    if complaint.received_on <= limit:
        received = zh_date(complaint.received_on)
        return f"投诉人{zh_date(known)}知道权益受损，三年到{zh_date(limit)}；{received}收到时没有超过。"
    return ""


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _asked_for_material(complaint: Complaint, today: date) -> str:
    if complaint.supplement_limit is None:
        return "还没有通知投诉人限期提供材料，不能以没有提供材料为由不予受理。"
    if complaint.state == "supplementing" and today <= complaint.supplement_limit:
        return f"补正期限到{zh_date(complaint.supplement_limit)}，还没有届满。"
    return ""


def _mediation_record(complaint: Complaint, today: date) -> str:
    there = complaint.entries.filter(kind="record").exists()
    return "" if there else "还没有调解记录：请先登记组织调解的经过。"


def _limit_passed(complaint: Complaint, today: date) -> str:
    clock = running(complaint).filter(rule_id=MEDIATION).first()
    if clock is None or clock.due_on is None:
        return "调解期限正在暂停或者没有起算，不能以期限届满为由终止。"
    if today <= clock.due_on:
        return f"调解期限到{zh_date(clock.due_on)}，还没有届满。"
    return ""


CHECKS = {
    "three_years": _three_years,
    "asked_for_material": _asked_for_material,
    "mediation_record": _mediation_record,
    "limit_passed": _limit_passed,
}


def _refused(sentence: str, *, article: str | None = None) -> Refused:
    return Refused(sentence, where={"field": "ground"}, article=article)
