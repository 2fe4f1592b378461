"""Closing a case: an investigator asks on one of the five grounds (form 53), the head answers; nothing may be open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.after_papers import issue_paper
from hengjian.apps.cases.after_procedures import CLOSE, CLOSING_GROUNDS
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case, Closing
from hengjian.apps.cases.moving import move_case, write_step
from hengjian.apps.cases.procedures import CASE
from hengjian.apps.cases.settling import open_matters
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move

CLOSABLE = ("enforcing", "terminated", "withdrawn", "no_penalty", "transferred", "annulled")
GROUND_STATES: Mapping[str, tuple[str, ...]] = {
    "executed": ("enforcing",),
    "court_ended": ("enforcing",),
    "terminated": ("terminated",),
    "no_penalty": ("no_penalty", "withdrawn", "transferred"),
    "other": CLOSABLE,
}


def grounds_of(case: Case) -> dict[str, str]:
    """The grounds that fit the case's state."""
    return {key: label for key, label in CLOSING_GROUNDS.items() if case.state in GROUND_STATES[key]}


@transaction.atomic
def propose_closing(
    *, case: Case, ground: str, summary: str, arisen_on: date | None, user: User, now: datetime, today: date
) -> Closing:
    """Ask the head to close the case; refused while something is open, naming the first of it."""
    row, actor = act_on(
        case=case, user=user, code="case.handle", today=today, what="报请结案", states=CLOSABLE, investigator=True
    )
    one_of(ground, CLOSING_GROUNDS, field="ground", label="结案情形")
    require_ground(row, ground)
    if row.closings.filter(granted__isnull=True).exists():
        raise IllegalMove("已有一份结案报请在等审批。", article=CLOSE)
    made = Closing(
        case=row,
        ground=ground,
        summary=text_of(summary, field="summary", label="执行和结案情况"),
        arisen_on=day_of(
            arisen_on,
            field="arisen_on",
            label="情形出现日期",
            today=today,
            first=row.filed_on,
            first_label="立案日期",
        ),
        proposed_by=user,
        proposed_on=today,
    )
    made.full_clean()
    made.save()
    append_event(
        now=now,
        actor=actor,
        verb="case.propose_closing",
        thing=row,
        organ_path=row.organ_path,
        basis=CLOSE,
        after={"closing": made.pk, "ground": ground, "arisen_on": made.arisen_on},
    )
    label = f"报请结案：{made.get_ground_display()}"
    write_step(case=row, action="propose_closing", label=label, actor=actor, now=now, on=today, user=user)
    return made


def require_ground(case: Case, ground: str, *, state: str = "") -> None:
    """The ground fits the state (where the move has set the next one already: `state`), and nothing is open for it."""
    state = state or case.state
    if state not in GROUND_STATES[ground]:
        raise refused("ground", f"案件现在是“{CASE.states[state]}”，不能以“{CLOSING_GROUNDS[ground]}”结案。", CLOSE)
    found = open_matters(case, ground=ground)
    if found:
        more = f"另有 {len(found) - 1} 项未了结。" if len(found) > 1 else ""
        raise IllegalMove(f"还不能结案：{found[0].sentence}{more}", article=CLOSE)


def waiting_closing(case: Case) -> Closing | None:
    """The request that waits for the head's answer."""
    return case.closings.filter(granted__isnull=True).select_related("proposed_by").first()


@transaction.atomic
def approve_closing(
    *, case: Case, opinion: str, user: User, now: datetime, today: date, seen: int | None = None
) -> Case:
    """The head closes the case on the request that waits; the clocks of the case end."""
    closing = waiting_closing(case)
    said = text_of(opinion, field="opinion", label="审批意见", most=500)
    facts = {"ground": closing.ground if closing else "", "summary": "given" if closing else ""}

    def apply(row: Case, move: Move, actor: Actor) -> None:
        if closing is None:
            raise IllegalMove("还没有办案人员的结案报请，不能结案。", article=CLOSE)
        row.closed_on = today
        closing.granted, closing.opinion, closing.decided_by, closing.decided_on = True, said, user, today
        closing.save()
        timing.stop(row, "PEN-77", on=today, actor=actor, now=now)

    done = move_case(
        case=case,
        action="close",
        user=user,
        now=now,
        today=today,
        facts=facts,
        reason=said,
        apply=apply,
        seen=seen,
    )
    if closing is not None:
        actor = _head(done, user, today)
        paper = issue_paper("PEN-53", done, None, actor=actor, now=now, today=today, about=closing)
        closing.document = paper
        closing.save(update_fields=["document"])
    return done


@transaction.atomic
def refuse_closing(*, case: Case, opinion: str, user: User, now: datetime, today: date) -> Closing:
    """The head sends the request back; another may follow."""
    row, actor = act_on(case=case, user=user, code="case.approve", today=today, what="退回结案报请")
    closing = waiting_closing(row)
    if closing is None:
        raise IllegalMove("没有等待审批的结案报请。", article=CLOSE)
    closing.opinion = text_of(opinion, field="opinion", label="审批意见", most=500)
    closing.granted, closing.decided_by, closing.decided_on = False, user, today
    closing.save()
    append_event(
        now=now,
        actor=actor,
        verb="case.refuse_closing",
        thing=row,
        organ_path=row.organ_path,
        basis=CLOSE,
        after={"closing": closing.pk},
    )
    write_step(case=row, action="refuse_closing", label="退回结案报请", actor=actor, now=now, on=today, user=user)
    return closing


def require_closing(case: Case, attempt: Attempt) -> None:
    """Gate of `close`: a request by an investigator waits, and still nothing is open."""
    closing = waiting_closing(case)
    if closing is None:
        raise IllegalMove("还没有办案人员的结案报请，不能结案。", article=CLOSE)
    if closing.proposed_by_id == attempt.user.pk:
        raise IllegalMove("报请结案的人不能自己审批。", article=CLOSE)
    before = Case.objects.values_list("state", flat=True).get(pk=case.pk)  # the row at hand bears the target already
    require_ground(case, closing.ground, state=before)


def _head(case: Case, user: User, today: date) -> Actor:
    return act_on(case=case, user=user, code="case.approve", today=today, what="结案")[1]


def closing_facts(case: Case) -> dict[str, Any]:
    """The last answered request, for the case page."""
    last = case.closings.filter(granted__isnull=False).order_by("-pk").first()
    return {"waiting": waiting_closing(case), "last": last}
