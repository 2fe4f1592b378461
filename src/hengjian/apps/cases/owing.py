"""What is still owed on a day: the remainder of each sum, what lateness adds, and how that is derived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hengjian.apps.cases.models.executed import Remedy
from hengjian.apps.cases.models.owed import Deferral, Obligation, Payment
from hengjian.engines.payments import Due, Halt, LateFine, Paid, late_fine
from hengjian.law.catalogue import article_as_of, threshold
from hengjian.ui.wording import fen, zh_date

RULE = "PEN-75"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Left:
    """Fen: what is unpaid of the fine and of the confiscation, and what has been paid of both together."""

    fine: int
    confiscated: int
    paid: int
    late_paid: int

    @property
    def principal(self) -> int:
        """What is unpaid of the decision's own sums."""
        return self.fine + self.confiscated


@dataclass(frozen=True, slots=True)
class Standing:
    """An obligation on a day: what is left, what lateness has added and what of that is left, the sentences."""

    left: Left
    late_fen: int
    late_left_fen: int
    capped: bool
    steps: tuple[str, ...]
    next_due: date | None

    @property
    def whole(self) -> int:
        """Everything that would settle it on that day."""
        return self.left.principal + self.late_left_fen


def left_of(row: Obligation) -> Left:
    """What is unpaid by the entries so far; a payment that was reversed counts for nothing."""
    sums = {"fine": 0, "confiscated": 0, "late": 0}
    for payment in row.payments.all():
        sums[payment.purpose] += payment.amount_fen
    fine = max(0, row.fine_fen - sums["fine"])
    taken = max(0, row.confiscated_fen - sums["confiscated"])
    return Left(fine, taken, sums["fine"] + sums["confiscated"], sums["late"])


def standing_of(row: Obligation, *, on: date, remedies: Sequence[Remedy] | None = None) -> Standing:
    """The obligation at the end of the day `on`; `remedies` of its case where the caller has read them already."""
    left = left_of(row)
    late = late_of(row, on=on, remedies=remedies)
    rest = max(0, late.amount_fen - row.late_waived_fen - left.late_paid)
    steps = late.steps
    if row.late_waived_fen:
        steps = (*steps, f"经批准减免加处罚款 {fen(row.late_waived_fen)}。")
    if left.late_paid:
        steps = (*steps, f"已缴加处罚款 {fen(left.late_paid)}。")
    return Standing(left, late.amount_fen, rest, late.capped, steps, _next_due(row, left, on))


def late_of(row: Obligation, *, on: date, remedies: Sequence[Remedy] | None = None) -> LateFine:
    """The further fine up to the end of a day, with its derivation.

    A granted deferral gives the unpaid fine new days from the day it was granted; what had run up before stays. Days
    of a pending review or lawsuit do not count. The rate is that of the rulebook on the day the fine fell due.
    """
    until = min(on, row.ended_on) if row.ended_on else on
    paid, halts = _paid(row), halts_of(row, remedies)
    granted = granted_deferral(row)
    first: LateFine | None = None
    dues: Sequence[Due] = [Due(row.due_on, row.fine_fen)]
    if granted is not None and granted.decided_on is not None:
        turn = granted.decided_on
        first = _late(row, dues, paid, halts, min(until, turn - DAY)) if turn > row.due_on else None
        plan = plan_of(granted)
        covered = row.fine_fen - sum(one.amount_fen for one in plan)
        dues = [Due(turn, max(0, covered)), *plan]
    second = _late(row, dues, paid, halts, until)
    article = article_as_of(RULE, row.due_on).text
    head = f"依据{article}，自{zh_date(row.due_on)}的次日起计算；按尚未缴纳的罚款计，没收的违法所得不计。"
    if first is None or not first.days:
        return LateFine(second.amount_fen, second.days, second.capped, (head, *second.steps))
    whole = first.amount_fen + second.amount_fen
    amount = min(whole, row.fine_fen)
    note = f"批准延期、分期以前已计 {fen(first.amount_fen)}，批准以后按新的期限计算。"
    steps = (head, *first.steps, note, *second.steps, f"两段合计 {fen(amount)}。")
    return LateFine(amount, first.days + second.days, whole >= row.fine_fen > 0, steps)


def granted_deferral(row: Obligation) -> Deferral | None:
    """The deferral or plan of instalments in force, the last one granted."""
    found = [one for one in row.deferrals.all() if one.granted]
    return found[-1] if found else None


def plan_of(deferral: Deferral) -> list[Due]:
    """The plan as dues."""
    return [Due(date.fromisoformat(one["on"]), int(one["amount_fen"])) for one in deferral.plan]


def _paid(row: Obligation) -> list[Paid]:
    """Payments of the fine on their days; one that was reversed is left out with its reversal."""
    entries: list[Payment] = [one for one in row.payments.all() if one.purpose == "fine"]
    reversed_ = {one.reverses_id for one in entries if one.reverses_id}
    return [Paid(one.on, one.amount_fen) for one in entries if one.amount_fen > 0 and one.pk not in reversed_]


def _late(row: Obligation, dues: Sequence[Due], paid: Sequence[Paid], halts: Sequence[Halt], until: date) -> LateFine:
    percent = Decimal(threshold(RULE, row.due_on).value("daily_percent"))
    return late_fine(fine_fen=row.fine_fen, dues=dues, paid=paid, halts=halts, daily_percent=percent, until=until)


def halts_of(row: Obligation, remedies: Sequence[Remedy] | None = None) -> list[Halt]:
    """The days of review and litigation against the decision, from acceptance to the day before the result came."""
    if row.decision_id is None:
        return []
    known = Remedy.objects.filter(decision_id=row.decision_id) if remedies is None else remedies
    reason = f"期间，{article_as_of('APL-73', row.due_on).text}"
    return [
        Halt(one.accepted_on, one.ended_on - DAY if one.ended_on else None, f"{one.get_kind_display()}{reason}")
        for one in known
        if one.decision_id == row.decision_id
    ]


def _next_due(row: Obligation, left: Left, on: date) -> date | None:
    """The day that is due next, or was due first of what is unpaid."""
    if not left.principal:
        return None
    granted = granted_deferral(row)
    if granted is None:
        return row.due_on
    settled = row.fine_fen - left.fine - (row.fine_fen - sum(one.amount_fen for one in plan_of(granted)))
    for one in plan_of(granted):
        settled -= one.amount_fen
        if settled < 0:
            return one.on
    return row.due_on
