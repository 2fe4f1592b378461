"""Handing a lead on inside the tree: report up, assign down, transfer, receive, return, dispute, designate."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.selectors import JURISDICTION, in_force
from hengjian.apps.leads import timing
from hengjian.apps.leads.codes import INSIDE
from hengjian.apps.leads.models import Handing, Lead
from hengjian.apps.leads.moving import check_text, move_lead, refused
from hengjian.apps.leads.procedures import LEAD, ONWARD
from hengjian.apps.leads.triaging import bureau_of
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move


def organs_for(kind: str, lead: Lead, *, on: date) -> QuerySet[Organ]:
    """The organs to which this lead may go that way on that day."""
    own = bureau_of(lead.organ)
    rows = in_force(Organ.objects.exclude(pk=own.pk), on=on)
    above = [int(pk) for pk in own.path.strip("/").split("/")]
    if kind == "escalate":
        return rows.filter(pk__in=above)
    if kind == "hand_down":
        return rows.filter(path__startswith=own.path)
    others = rows.filter(level__in=JURISDICTION).exclude(pk__in=above)
    return others if kind == "designate" else others.exclude(path__startswith=own.path)


def common_superior(one: Organ, other: Organ) -> Organ | None:
    """The lowest organ above both (PEN-13)."""
    left, right = one.path.strip("/").split("/"), other.path.strip("/").split("/")
    shared = [a for a, b in zip(left, right, strict=False) if a == b]
    shared = [pk for pk in shared if int(pk) not in (one.pk, other.pk)]
    return Organ.objects.filter(pk=int(shared[-1])).first() if shared else None


def send_lead(
    *,
    rows: QuerySet[Lead],
    pk: int,
    user: User,
    now: datetime,
    kind: str,
    to: Organ | None,
    reason: str,
    seen: str | None = None,
) -> Lead:
    """Report up, assign down or transfer within the tree; the lead stays with its organ until receipt is given."""
    if kind not in INSIDE:
        raise ValueError(f"no way {kind!r} inside the tree")
    today = timezone.localdate(now)
    said = check_text(reason, field="reason", label="理由")

    def check(lead: Lead) -> None:
        _require_target(kind, lead, to, today)
        if kind == "pass_on":
            _require_first_pass(lead)

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.heading_to = to

    with transaction.atomic():
        facts = {"to": to.name if to else "", "reason": said}
        lead, actor = move_lead(
            kind, rows=rows, pk=pk, user=user, now=now, facts=facts, apply=apply, check=check, seen=seen
        )
        timing.stop(lead, timing.DISPUTE, actor=actor, now=now)
        _settle_open(lead, kinds=("dispute",), state="settled")
        _note(lead, kind, to=to, reason=said, user=user, now=now)
    return lead


def _require_target(kind: str, lead: Lead, to: Organ | None, today: date) -> None:
    if to is not None and not organs_for(kind, lead, on=today).filter(pk=to.pk).exists():
        words = {"escalate": "不是上级机关", "hand_down": "不是下级机关"}.get(kind, "不能接收移送")
        raise refused("to", f"{to.name}{words}，或者已经撤销，不能办理。")


def _require_first_pass(lead: Lead) -> None:
    """Who received a transfer may not transfer on; a difference goes to the common superior."""
    if lead.handings.filter(kind="pass_on", to_organ=lead.organ, state="received").exists():
        raise IllegalMove(
            "本机关是受移送的机关，对管辖有异议应当报请共同的上一级指定管辖，不得再自行移送。", article=ONWARD
        )


def _note(lead: Lead, kind: str, *, user: User, now: datetime, reason: str, **more: Any) -> Handing:
    basis = next(move.basis for move in LEAD.moves if move.action in (kind, f"report_{kind}"))
    return Handing.objects.create(
        lead=lead, kind=kind, from_organ=more.pop("from_organ", lead.organ), reason=reason, basis=basis[:200],
        sent_by=user, sent_at=now, to_organ=more.pop("to", None), **more,
    )  # fmt: skip


def _settle_open(lead: Lead, *, kinds: tuple[str, ...], state: str, **values: Any) -> None:
    rows = lead.handings.filter(kind__in=kinds, state="sent")
    rows.update(state=state, **values)


@transaction.atomic
def receive_lead(*, rows: QuerySet[Lead], pk: int, user: User, now: datetime, seen: str | None = None) -> Lead:
    """Acknowledge receipt: from now on the lead is this organ's, and its clock starts anew today."""
    today = timezone.localdate(now)

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.handed_by, row.organ, row.heading_to = row.organ, row.heading_to, None
        row.responsible = None
        row.outcome = row.rule = row.special_law = row.department = ""

    lead, actor = move_lead("receive", rows=rows, pk=pk, user=user, now=now, apply=apply, seen=seen)
    # the receipt's number is the handing's own: who sent it finds it there
    for handing in lead.handings.filter(kind__in=INSIDE, state="sent"):
        handing.state, handing.received_by, handing.received_on = "received", user.name, today
        handing.receipt_no = f"{lead.number}-{handing.pk}"
        handing.save()
    timing.stop_all(lead, actor=actor, now=now, met=False)
    timing.start(lead, timing.CHECK, on=today, actor=actor, now=now)
    return lead


@transaction.atomic
def give_back(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, action: str, reason: str, seen: str | None = None
) -> Lead:
    """`decline` by the receiver of a report, or `recall` by the sender before receipt: it stays with the sender."""
    said = check_text(reason, field="reason", label="理由")

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.heading_to = None

    facts = {"reason": said}
    lead, _ = move_lead(action, rows=rows, pk=pk, user=user, now=now, facts=facts, apply=apply, seen=seen)
    state = "declined" if action == "decline" else "recalled"
    _settle_open(lead, kinds=INSIDE, state=state, feedback=said, feedback_on=timezone.localdate(now))
    return lead


@transaction.atomic
def dispute_lead(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, to: Organ | None, reason: str, seen: str | None = None
) -> Lead:
    """Say that jurisdiction is disputed with another organ: talks, and after seven working days the superior."""
    today = timezone.localdate(now)
    said = check_text(reason, field="reason", label="理由")

    def check(lead: Lead) -> None:
        _require_target("pass_on", lead, to, today)
        if to is not None and common_superior(bureau_of(lead.organ), to) is None:
            raise refused("to", f"本机关与{to.name}没有共同的上级机关。")

    facts = {"to": to.name if to else "", "reason": said}
    lead, actor = move_lead("dispute", rows=rows, pk=pk, user=user, now=now, facts=facts, check=check, seen=seen)
    superior = common_superior(bureau_of(lead.organ), to) if to else None
    _note(lead, "dispute", to=to, superior=superior, reason=said, user=user, now=now)
    timing.start(lead, timing.DISPUTE, on=today, actor=actor, now=now)
    return lead


@transaction.atomic
def settle_dispute(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, reason: str, seen: str | None = None
) -> Lead:
    """The talks ended: this organ is competent."""
    said = check_text(reason, field="reason", label="理由")
    lead, actor = move_lead("settle", rows=rows, pk=pk, user=user, now=now, facts={"reason": said}, seen=seen)
    timing.stop(lead, timing.DISPUTE, actor=actor, now=now)
    _settle_open(lead, kinds=("dispute",), state="settled", feedback=said, feedback_on=timezone.localdate(now))
    return lead


@transaction.atomic
def report_dispute(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, reason: str, seen: str | None = None
) -> Lead:
    """Ask the common superior to designate; also by the receiver of a transfer who objects (it may not pass it on)."""
    said = check_text(reason, field="reason", label="理由")
    today = timezone.localdate(now)
    current = rows.filter(pk=pk).select_related("organ__parent", "heading_to").first()
    other = _opponent(current) if current is not None else None
    superior = common_superior(bureau_of(current.organ), other) if current is not None and other is not None else None

    def check(lead: Lead) -> None:
        if superior is None:
            raise IllegalMove("争议双方没有共同的上级机关，不能报请指定管辖。")

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.heading_to = superior

    lead, actor = move_lead(
        "report_dispute",
        rows=rows,
        pk=pk,
        user=user,
        now=now,
        facts={"reason": said},
        apply=apply,
        check=check,
        seen=seen,
    )
    timing.stop(lead, timing.DISPUTE, actor=actor, now=now)
    _settle_open(lead, kinds=("dispute", *INSIDE), state="settled")
    _note(lead, "designate", to=other, superior=superior, reason=said, user=user, now=now)
    timing.start(lead, timing.DESIGNATE, on=today, actor=actor, now=now, organ=superior)
    return lead


def _opponent(lead: Lead) -> Organ | None:
    if lead.state == "passed":
        return lead.heading_to
    found = lead.handings.filter(kind="dispute", state="sent").select_related("to_organ").first()
    return found.to_organ if found else None


@transaction.atomic
def designate_organ(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, to: Organ | None, reason: str, seen: str | None = None
) -> Lead:
    """The common superior names the organ (PEN-16); that organ's clock starts today."""
    today = timezone.localdate(now)
    said = check_text(reason, field="reason", label="理由")

    def check(lead: Lead) -> None:
        below = in_force(Organ.objects.filter(path__startswith=lead.heading_to.path), on=today)  # type: ignore[union-attr]
        if to is not None and not below.filter(pk=to.pk, level__in=JURISDICTION).exists():
            raise refused("to", f"{to.name}不在{lead.heading_to}的辖区内，或者已经撤销，不能指定。")

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.handed_by = row.organ if to and to.pk != row.organ_id else row.heading_to
        row.organ, row.heading_to = to, None
        row.responsible = None
        row.outcome = row.rule = row.special_law = row.department = ""

    facts = {"to": to.name if to else "", "reason": said}
    lead, actor = move_lead(
        "designate", rows=rows, pk=pk, user=user, now=now, facts=facts, apply=apply, check=check, seen=seen
    )
    _settle_open(lead, kinds=("designate",), state="settled", feedback=said, feedback_on=today)
    timing.stop(lead, timing.DESIGNATE, actor=actor, now=now)
    timing.stop(lead, timing.CHECK, actor=actor, now=now, met=False)
    timing.start(lead, timing.CHECK, on=today, actor=actor, now=now)
    return lead
