"""Judging alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.policies import has_to_avoid, judging_policy
from hengjian.apps.alerts.procedures import ALERT, DISMISSAL_CODES
from hengjian.apps.record.services import Actor, perform
from hengjian.kernel.errors import DomainError, IllegalMove, NotFound, Refused
from hengjian.kernel.transitions import Move, moves_from
from hengjian.ui.wording import zh_datetime

REASON_MAX = 2_000
JUDGING = ("confirm", "dismiss", "propose_dismissal", "approve_dismissal")
"""Moves after which only reports not yet known reopen the matter."""
BULK_ACTIONS = ("request_data",)
"""What may be done to several alerts with one sentence: asking for data decides nothing about anybody."""


def fits(alert: Alert, action: str) -> str:
    """Empty when the severity allows the action, else the sentence why not.

    A weak finding is a data question and accuses nobody; a certain one is not dismissed by one person alone.
    """
    if action == "confirm" and alert.is_question:
        return "这是数据质询，不能确认为线索：一处录入差错就能解释它。请要求机构补充，或者说明情况后排除。"
    if action == "dismiss" and alert.severity == "certain":
        return "这条预警的把握为“确定”，排除须由另一人复核：请提请排除。"
    if action == "propose_dismissal" and alert.severity != "certain":
        return "这条预警可以直接排除，不必提请复核。"
    return ""


def actions_for(alert: Alert, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make on this alert now; what is not here is not shown."""
    if has_to_avoid(user, alert.institution.uscc, on=on):
        return ()
    return tuple(
        move
        for move in moves_from(ALERT, alert.state)
        if not fits(alert, move.action)
        and move.action != "new_reports"
        and may(user, move.permission, alert, on=on)
        and not (move.second_person and alert.judged_by_id == user.pk)
    )


@transaction.atomic
def judge_alert(
    *,
    pk: int,
    action: str,
    user: User,
    on: date,
    now: datetime,
    seen_state: str,
    reason: str = "",
    reason_code: str = "",
    rows: QuerySet[Alert] | None = None,
) -> Alert:
    """Make one person's move on one alert; `rows` are those the person may see, `seen_state` what the page showed.

    Raises NotFound, NotAllowed, IllegalMove (also when somebody else was faster) or Refused with a sentence.
    """
    visible = Alert.objects.all() if rows is None else rows
    alert = visible.select_for_update(of=("self",)).filter(pk=pk).first()
    if alert is None:
        raise NotFound("没有这条预警，或者您无权查看。")
    if seen_state != alert.state:
        raise IllegalMove(_somebody_was_faster(alert))
    unfit = fits(alert, action)
    if unfit:
        raise IllegalMove(unfit)
    if len(reason) > REASON_MAX:
        raise Refused(f"理由最多 {REASON_MAX} 字，现在是 {len(reason)} 字。", where={"field": "reason"})
    if reason_code and reason_code not in DISMISSAL_CODES:
        raise Refused(f"没有“{reason_code[:20]}”这一排除原因，请从列出的原因中选一项。", where={"field": "reason_code"})

    def apply(row: Alert, move: Move, actor: Actor) -> None:
        _write_judgement(row, move, user=user, now=now, reason=reason.strip(), reason_code=reason_code)

    return perform(  # type: ignore[no-any-return]
        procedure=ALERT,
        action=action,
        thing=Alert,
        pk=pk,
        policy=judging_policy(user, on=on),
        now=now,
        facts={"reason": reason.strip(), "reason_code": reason_code},
        reason=reason.strip(),
        apply=apply,
        took_part=lambda row, move: {str(row.judged_by_id)},
    )


def _somebody_was_faster(alert: Alert) -> str:
    state = ALERT.states[alert.state]
    if alert.judged_by is None or alert.judged_at is None:
        return f"本预警刚刚变为“{state}”，您看到的已不是最新情况，请看过再办。"
    return (
        f"{alert.judged_by.name}已于{zh_datetime(alert.judged_at)}把本预警办为“{state}”，"
        "您的研判没有写入。请看过对方的理由再办。"
    )


def _write_judgement(row: Alert, move: Move, *, user: User, now: datetime, reason: str, reason_code: str) -> None:
    row.state_at = row.judged_at = now
    row.judged_by = user
    if move.action in JUDGING:
        row.judged_reports = list(row.report_ids)
    if move.action == "approve_dismissal":
        reason, reason_code = reason or row.reason, row.reason_code
    row.reason, row.reason_code = reason, reason_code if move.target != "open" else ""
    if move.target in ("confirmed", "dismissed"):
        row.verdict = move.target
        row.verdict_code = row.reason_code


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How many alerts moved, and for the others the number and the sentence why not."""

    moved: int
    refused: tuple[tuple[str, str], ...]


def judge_many(
    *, rows: QuerySet[Alert], pks: Sequence[int], action: str, user: User, on: date, now: datetime, reason: str
) -> BulkResult:
    """Make the same move on several alerts, each in its own transaction; only what decides nothing may be done so."""
    if action not in BULK_ACTIONS:
        raise IllegalMove("这一步须逐条办理，不能成批。")
    if not reason.strip():
        raise Refused("请写明要机构补充什么。", where={"field": "reason"})
    moved, refused = 0, []
    for alert in rows.filter(pk__in=pks).order_by("pk"):
        try:
            judge_alert(
                pk=alert.pk, action=action, user=user, on=on, now=now, seen_state=alert.state, reason=reason, rows=rows
            )
            moved += 1
        except DomainError as error:
            refused.append((alert.number, error.sentence))
    return BulkResult(moved, tuple(refused))
