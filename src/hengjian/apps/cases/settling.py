"""Whether a case has been carried out: what is still open, and the clock for closing it once nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hengjian.apps.cases import timing
from hengjian.apps.cases.after_procedures import CLOSE, OWING
from hengjian.apps.cases.models import Case, CourtApplication, Decision, Obligation, RefundOrder, Remedy, Service
from hengjian.apps.cases.models.holds import Hold
from hengjian.apps.record.services import Actor

CLOSING = "PEN-77"
HELD = ("urgent", "held", "extended")


@dataclass(frozen=True, slots=True)
class Open:
    """One thing that stands in the way of closing: a sentence, its article, the page where it is done."""

    sentence: str
    article: str
    url: str = ""


def open_matters(case: Case, *, ground: str = "executed") -> list[Open]:
    """What has to be done before the case can be closed on that ground; empty where nothing is open."""
    found: list[Open] = []
    if ground in ("executed", "court_ended"):
        for decision in Decision.objects.filter(case=case, annulled_on__isnull=True, served_on__isnull=True):
            found.append(Open(f"对{_whom(decision)}的决定书还没有送达。", CLOSE))
        for row in Obligation.objects.filter(case=case, state__in=OWING).select_related("case", "party"):
            ended = CourtApplication.objects.filter(obligation=row, state="terminated").exists()
            if not (ground == "court_ended" and ended):
                found.append(Open(f"{_payer(row)}的罚没款还没有了结（{row.get_state_display()}）。", CLOSE))
    if (
        ground == "court_ended"
        and not CourtApplication.objects.filter(obligation__case=case, state="terminated").exists()
    ):
        found.append(Open("没有人民法院终结执行的裁定，不能以“人民法院裁定终结执行”结案。", CLOSE))
    for service in Service.objects.filter(case=case, state__in=("prepared", "under_way", "announced", "failed")):
        found.append(Open(f"《{service.document.title}》的送达还没有完成（{service.get_state_display()}）。", CLOSE))
    for remedy in Remedy.objects.filter(case=case, state="pending"):
        found.append(Open(f"{remedy.get_kind_display()}还没有结果。", CLOSE))
    for refund in RefundOrder.objects.filter(case=case, done_on__isnull=True):
        found.append(Open(f"责令退款（期限 {refund.due_on.isoformat()}）还没有登记完成情况。", CLOSE))
    for hold in Hold.objects.filter(case=case, state__in=HELD):
        found.append(Open(f"{hold.get_kind_display()}（{hold.PREFIX}{hold.ordinal}）还没有处理或者解除。", CLOSE))
    return found


def check_executed(case: Case, *, actor: Actor, now: datetime, today: date) -> None:
    """Start the fifteen working days for closing once the decision has been carried out in everything."""
    case.refresh_from_db()
    if case.state == "enforcing" and not open_matters(case):
        timing.start(case, CLOSING, on=today, actor=actor, now=now)


def _whom(decision: Decision) -> str:
    party = decision.party
    return party.name if party.kind == "institution" else f"当事人{party.order}"


def _payer(row: Obligation) -> str:
    if row.party is None or row.party.kind == "institution":
        return row.payer
    return f"当事人{row.party.order}"
