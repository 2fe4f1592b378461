"""The chain of custody: hand-overs are added, never changed; where the chain breaks, the break is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.entering import one_of, refused, text_of
from hengjian.apps.cases.evidence_moving import UNFINISHED, next_ordinal, note_new
from hengjian.apps.cases.evidence_procedures import ELECTRONIC, PURPOSES, SEALS
from hengjian.apps.cases.models import CustodyStep, Evidence
from hengjian.ui.wording import zh_datetime

SEALED = ("sealed", "intact", "broken", "opened")


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain of a piece of evidence does not close: before which hand-over, and why."""

    ordinal: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Handover:
    """One hand-over as the check reads it."""

    ordinal: int
    at: datetime
    giver: str
    taker: str
    seal_state: str
    seal_no: str


def breaks_of(takers: Sequence[str], steps: Sequence[Handover]) -> list[Break]:
    """Every place where the chain does not close; `takers` are the names of those who took the evidence.

    The first giver is one of them; every further giver is the last taker; time does not run backwards; a seal found
    intact bears the number put on last; a broken seal is a break.
    """
    found: list[Break] = []
    holders, seal, last = tuple(takers), "", None
    for step in steps:
        said = _reasons(step, holders, seal, last)
        found += [Break(step.ordinal, f"第 {step.ordinal} 次交接：{one}") for one in said]
        holders, last = (step.taker,), step.at
        seal = {"sealed": step.seal_no, "opened": "", "none": ""}.get(step.seal_state, seal)
    return found


def _reasons(step: Handover, holders: tuple[str, ...], seal: str, last: datetime | None) -> list[str]:
    said = []
    if holders and step.giver not in holders:
        said.append(f"移交人是{step.giver}，而此前保管人是{'、'.join(holders)}，中间没有交接记录。")
    if last is not None and step.at < last:
        said.append(f"交接时间{zh_datetime(step.at)}早于上一次交接{zh_datetime(last)}。")
    if step.seal_state == "broken":
        said.append(f"封条 {step.seal_no or '（无编号）'} 已破损。")
    if seal and step.seal_state == "none":
        said.append(f"此前封条 {seal} 没有启封记录，交接时已没有封条。")
    if seal and step.seal_state in ("intact", "opened", "broken") and step.seal_no != seal:
        said.append(f"封条编号是 {step.seal_no}，而此前加封的是 {seal}。")
    if not seal and step.seal_state == "intact":
        said.append(f"没有加封 {step.seal_no} 的记录。")
    return said


def chain_breaks(evidence: Evidence, steps: Sequence[CustodyStep]) -> list[Break]:
    """The breaks of a piece of evidence as it is recorded."""
    names = [one.name for one in (evidence.officer_one, evidence.officer_two) if one is not None]
    rows = [Handover(one.ordinal, one.at, one.giver, one.taker, one.seal_state, one.seal_no) for one in steps]
    return breaks_of(names, rows)


@transaction.atomic
def hand_over(
    *,
    evidence: Evidence,
    user: User,
    now: datetime,
    today: date,
    at: datetime | None,
    giver: str,
    taker: str,
    purpose: str,
    place: str,
    seal_state: str,
    seal_no: str = "",
    note: str = "",
) -> CustodyStep:
    """Add one hand-over; one that does not fit the chain is taken only with a note that says why."""
    case, actor = act_on(
        case=evidence.case, user=user, code="evidence.take", today=today, what="登记证据交接", states=UNFINISHED
    )
    row = Evidence.objects.select_related("officer_one", "officer_two").get(pk=evidence.pk)
    step = CustodyStep(
        case=case,
        evidence=row,
        ordinal=next_ordinal(row.custody.all()),
        at=_moment(at, row, now),
        giver=text_of(giver, field="giver", label="移交人", most=120),
        taker=text_of(taker, field="taker", label="接收人", most=120),
        purpose=one_of(purpose, PURPOSES, field="purpose", label="事由"),
        place=text_of(place, field="place", label="存放地点", most=200),
        seal_state=one_of(seal_state, SEALS, field="seal_state", label="封条情况"),
        seal_no=text_of(seal_no, field="seal_no", label="封条编号", most=60, required=seal_state in SEALED),
        note=text_of(note, field="note", label="说明", most=300, required=False),
        by=user,
        recorded_at=now,
    )
    if step.giver == step.taker:
        raise refused("taker", "移交人和接收人不能是同一人。", ELECTRONIC)
    found = [one for one in chain_breaks(row, [*row.custody.all(), step]) if one.ordinal == step.ordinal]
    if found and not step.note:
        raise refused("note", f"{found[0].sentence}请核对；情况属实的，在说明里写明原因再登记。", ELECTRONIC)
    step.full_clean()
    step.save()
    note_new(
        thing=step,
        verb="evidence.hand_over",
        label=f"证据交接：{row.number}",
        user=user,
        actor=actor,
        now=now,
        today=today,
    )
    return step


def _moment(at: datetime | None, row: Evidence, now: datetime) -> datetime:
    if at is None:
        raise refused("at", "请填写交接时间。")
    if at > now:
        raise refused("at", f"交接时间{zh_datetime(at)}还没有到，不能预先登记。")
    if timezone.localdate(at) < row.obtained_on:
        raise refused("at", f"交接时间{zh_datetime(at)}早于证据的取得日期。")
    return at
