"""What the page of a case shows: where it stands, what to do next, what holds it up, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import acts, gates, timing
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.reading import rows_of
from hengjian.apps.cases.selectors import is_investigator
from hengjian.apps.cases.wording import LEGAL_GROUNDS
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.kernel.transitions import Move
from hengjian.ui.parts import Action, Event, NextStep, Step
from hengjian.ui.wording import iso_date, zh_date

TAGS = {
    "proposed": "warn",
    "filing": "warn",
    "refused": "line",
    "suspended": "line",
    "decided": "blue",
    "no_penalty": "ok",
    "closed": "ok",
    "archived": "ok",
    "terminated": "line",
    "withdrawn": "line",
    "transferred": "line",
    "annulled": "bad",
}
"""State → kind of the tag; every other state is under way."""
PRIMARY = (
    "approve_filing",
    "submit_filing",
    "pass_review",
    "approve_notice",
    "open_hearing",
    "report_hearing",
    "arrange_hearing",
    "notify",
    "decide",
    "discuss",
    "send_to_review",
    "conclude",
    "begin_execution",
    "close",
    "archive",
    "resume",
)
"""The moves that bring a case forward, in this order."""
ASIDE = ("open_hearing", "discuss")
"""Moves beside the straight road: what holds them up is told last."""
QUIET = ("terminate", "withdraw_case", "transfer_case", "annul", "reinvestigate", "return_review", "refuse_filing")
ROAD = (
    ("立案", ("proposed", "filing")),
    ("调查取证", ("investigating", "suspended")),
    ("调查终结", ("concluded",)),
    ("审核", ("reviewing", "reviewed")),
    ("处罚告知", ("cleared", "notified")),
    ("陈述申辩、听证", ("hearing", "heard", "post_review", "ready")),
    ("集体讨论", ("collective",)),
    ("处理决定", ("decided", "no_penalty", "transferred", "terminated", "withdrawn", "annulled")),
    ("送达执行", ("enforcing",)),
    ("结案归档", ("closed", "archived", "refused")),
)
TURN = {
    "proposed": "等办案人员报请立案",
    "filing": "等局领导决定是否立案",
    "investigating": "等办案人员调查取证",
    "suspended": "中止调查，等原因消除",
    "concluded": "等办案人员送交审核",
    "reviewing": "等审核人员审核",
    "reviewed": "等局领导批准处罚建议",
    "cleared": "等办案人员告知当事人",
    "notified": "等当事人陈述、申辩的期限",
    "hearing": "等听证",
    "heard": "等办案人员送交法制审核",
    "post_review": "等法制审核",
    "ready": "等集体讨论和决定",
    "collective": "等局领导决定",
    "decided": "等送达",
    "enforcing": "等执行完毕",
    "closed": "等归档",
}
DERIVED = {"register": "act", "suspend": "hot", "terminate": "hot", "annul": "hot", "return_review": "hot"}


@dataclass(frozen=True, slots=True)
class Way:
    """One move that is open: its button, and what stands in its way."""

    move: Move
    url: str
    hint: str
    blocks: list[gates.Block]
    primary: bool = False

    @property
    def free(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.blocks


def ways_of(case: Case, moves: Sequence[Move], user: User, *, now: datetime, today: date) -> list[Way]:
    """The moves that this person may make, those that bring the case forward first, with what is missing."""
    found = []
    for move in moves:
        act = acts.act_of(move.action)
        if act is None:
            continue
        attempt = gates.Attempt(move.action, user, now, today)
        url = reverse("cases:act", args=[case.number, move.action])
        found.append(Way(move, url, act.hint, gates.blocks(case, attempt)))
    found.sort(key=_place)
    first = next((one for one in found if one.free and one.move.action in PRIMARY), None)
    return [Way(one.move, one.url, one.hint, one.blocks, one is first) for one in found]


def _place(way: Way) -> tuple[int, int]:
    action = way.move.action
    rank = PRIMARY.index(action) if action in PRIMARY else len(PRIMARY) + (action in QUIET)
    return (0 if way.free else 1, rank)


def next_step(case: Case, ways: Sequence[Way], clocks: Sequence[Clock]) -> NextStep | None:
    """The band under the head: this person's primary action, or what holds the next one up; None for neither."""
    limit = next((one for one in clocks if one.rule_id == timing.LIMIT and one.state in UNFINISHED), None)
    due = f"办案期限{zh_date(limit.due_on)}届满" if limit is not None and limit.due_on else ""
    url = reverse("clocks:show", args=[limit.pk]) if limit is not None and due else ""
    first = next((one for one in ways if one.primary), None)
    if first is not None:
        action = Action(first.move.label, first.url, kind="primary")
        return NextStep(f"下一步：{first.move.label}", detail=first.hint, action=action, due=due, due_url=url)
    waiting = [one for one in ways if one.blocks and one.move.action in PRIMARY]
    waiting.sort(key=lambda one: one.move.action in ASIDE)
    if not waiting:
        return None
    held = waiting[0]
    return NextStep(f"还不能“{held.move.label}”", detail=held.blocks[0].sentence, due=due, due_url=url)


SERVED_NEXT = {
    "notified": ("下一步：制作告知书并送达", "五个工作日从送达的次日起算，没有送达不起算"),
    "decided": ("下一步：制作决定书并送达", "决定后七个工作日内送达，送达时书面告知将向社会公示"),
}


def to_serve(case: Case, user: User, *, today: date) -> NextStep | None:
    """What an investigator does while no move is open to them: the paper that the party has not got yet."""
    if case.state not in SERVED_NEXT or not is_investigator(case, user, today):
        return None
    if case.state == "notified" and all(one.served_on for one in rows_of(case, "notices")):
        return None
    title, detail = SERVED_NEXT[case.state]
    return NextStep(title, detail=detail, action=Action("去制作、送达", "#party_papers", kind="primary"))


def steps_of(case: Case) -> list[Step]:
    """The road of the ordinary procedure, as far as the case has come."""
    place = next(index for index, (_, states) in enumerate(ROAD) if case.state in states)
    notes = {
        0: iso_date(case.filed_on) if case.filed_on else "",
        2: iso_date(case.concluded_on) if case.concluded_on else "",
        7: iso_date(case.decided_on) if case.decided_on else "",
    }
    over = case.state in ("archived", "refused")
    return [
        Step(
            label,
            "done" if index < place or over else "now" if index == place else "",
            notes.get(index, ""),
        )
        for index, (label, _) in enumerate(ROAD)
    ]


def facts_of(case: Case) -> list[tuple[str, Any]]:
    """What is known of the case in pairs."""
    pairs: list[tuple[str, Any]] = [
        ("办案机关", case.organ.name),
        ("案件来源", case.get_source_code_display()),
        ("收到材料", iso_date(case.source_on)),
        ("登记", f"{iso_date(case.registered_at.date())}　{case.registered_by.name}"),
    ]
    if case.filed_on:
        pairs.append(("立案", f"{iso_date(case.filed_on)}　{case.approved_by.name if case.approved_by else ''}"))
    if case.legal_ground:
        pairs.append(("法制审核", LEGAL_GROUNDS[case.legal_ground]))
    if case.major:
        pairs.append(("集体讨论", "情节复杂或者拟给予较重的行政处罚"))
    if case.decided_on:
        pairs.append(("决定", f"{iso_date(case.decided_on)}　{case.decided_by.name if case.decided_by else ''}"))
    return pairs


def history_of(case: Case) -> list[Event]:
    """The timeline, newest first."""
    return [
        Event(
            when=step.on,
            text=f"{step.label}　{step.by_name}",
            kind=DERIVED.get(step.action, "act" if step.target and step.target != step.source else ""),
            note=step.note,
            url=step.url,
        )
        for step in reversed(rows_of(case, "steps"))
    ]
