"""Proposing weights from judgements, deciding on them, letting them take effect for later runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse, policy_of
from hengjian.apps.calibrations.models import Calibration
from hengjian.apps.calibrations.policies import PROPOSE, VIEW, replacing_policy
from hengjian.apps.calibrations.procedures import CALIBRATION, REVIEW, TEACH, WAITING
from hengjian.apps.calibrations.selectors import judged_in
from hengjian.apps.inspections.random_leg_estimates import fewest_checked
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event, perform
from hengjian.apps.runs.models import LearntWeights
from hengjian.apps.runs.weighing import as_weights, end_force, put_into_force, weights_row
from hengjian.engines.screening.calibration import Learnt, propose
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move

REASON_MOST = 1_000


def propose_calibration(*, organ: Organ, user: User, on: date, now: datetime) -> Calibration:
    """Count the judgements of the organ up to now and keep the weights that follow as a draft.

    NotAllowed without the right; IllegalMove while another one is open; Refused where nothing can be learnt.
    """
    actor = actor_or_refuse(user, PROPOSE, organ, on=on)
    try:
        with transaction.atomic():
            _refuse_second(organ)
            return _draft(organ, user, actor, on=on, now=now)
    except IntegrityError:
        _refuse_second(organ)
        raise


def _refuse_second(organ: Organ) -> None:
    known = Calibration.objects.filter(organ=organ, state__in=WAITING).first()
    if known:
        raise IllegalMove(f"{organ.name}已有{known.get_state_display()}的校准 {known.number}，请先办完或者撤回它。")


def _draft(organ: Organ, user: User, actor: Actor, *, on: date, now: datetime) -> Calibration:
    fewest = fewest_checked(on)
    row_in_force = weights_row(organ, now)
    counted = judged_in(organ, until=now)
    lines = propose(counted, DETECTORS, fewest=fewest, in_force=as_weights(row_in_force).lr_db)
    if not any(one.new_db is not None for one in lines):
        most = max((one.judged for one in lines), default=0)
        raise Refused(f"样本太少：还没有一个检测器有 {fewest} 条研判过的预警（最多的有 {most} 条），算不出新的权重。")
    row = Calibration(
        number=next_number("JZ", now.year),
        organ=organ,
        state_at=now,
        based_on=row_in_force.version if row_in_force else "",
        judged_until=now,
        fewest=fewest,
        lines=[_kept(one) for one in lines],
        proposed_by=user,
        proposed_at=now,
    )
    row.full_clean()
    row.save()
    append_event(
        now=now,
        actor=actor,
        verb="calibration.draft",
        thing=row,
        organ_path=row.organ_path,
        basis=TEACH,
        after={"number": row.number, "lines": len(row.lines), "changed": row.changed},
    )
    return row


def _kept(one: Learnt) -> dict[str, Any]:
    """A line as it is stored: figures as text, so that the record shows what was decided on to the digit."""
    return {
        "detector": one.detector,
        "field": one.field,
        "confirmed": one.confirmed,
        "judged": one.judged,
        "share": f"{one.share:.4f}",
        "low": f"{one.low:.4f}",
        "high": f"{one.high:.4f}",
        "old_db": f"{one.old_db:.1f}",
        "new_db": "" if one.new_db is None else f"{one.new_db:.1f}",
    }


@transaction.atomic
def decide_calibration(
    *, row: Calibration, action: str, reason: str, user: User, on: date, now: datetime
) -> Calibration:
    """One step. Approval needs another person and that nothing else took force since the proposal."""
    said = reason.replace("\x00", "").strip()
    if len(said) > REASON_MOST:
        raise Refused(f"理由最多 {REASON_MOST} 字，现在是 {len(said)} 字。", where={"field": "reason"})
    Organ.objects.select_for_update().get(pk=row.organ_id)

    def apply(held: Calibration, move: Move, actor: Actor) -> None:
        held.state_at, held.reason = now, said or held.reason
        if action in ("approve", "send_back", "stop"):
            held.decided_by, held.decided_at = user, now
        if action == "approve":
            _take_force(held, now=now)
        if action == "stop":
            end_force(organ=held.organ, now=now)

    return perform(  # type: ignore[no-any-return]
        procedure=CALIBRATION,
        action=action,
        thing=Calibration.objects.select_related("organ"),
        pk=row.pk,
        policy=policy_of(user, on=on),
        now=now,
        facts={"reason": said},
        reason=said,
        apply=apply,
        took_part=lambda held, move: {str(held.proposed_by_id)},
    )


def weights_of(row: Calibration) -> list[dict[str, str]]:
    """The weights that the version put into force; none while it never was."""
    found = LearntWeights.objects.filter(version=row.number).first()
    return list(found.values) if found else []


@transaction.atomic
def take_weights(*, row: Calibration, user: User, on: date, now: datetime) -> list[dict[str, str]]:
    """The weights for taking away; on the record. IllegalMove for a version that was never in force."""
    actor = actor_or_refuse(user, VIEW, row, on=on)
    values = weights_of(row)
    if not values:
        raise IllegalMove(f"{row.number} 没有生效过，没有可下载的权重。")
    append_event(
        now=now,
        actor=actor,
        verb="calibration.take_weights",
        thing=row,
        organ_path=row.organ_path,
        after={"number": row.number, "values": len(values)},
    )
    return values


def _take_force(row: Calibration, *, now: datetime) -> None:
    standing = weights_row(row.organ, now)
    if (standing.version if standing else "") != row.based_on:
        raise IllegalMove("拟定以后已有别的版本生效，请退回或者撤回，按现在的版本重新拟定。", article=REVIEW)
    earlier = Calibration.objects.filter(organ=row.organ, state="in_force").first()
    if earlier:

        def ended(held: Calibration, *_: object) -> None:
            held.state_at = now

        perform(
            procedure=CALIBRATION,
            action="supersede",
            thing=Calibration,
            pk=earlier.pk,
            policy=replacing_policy,
            now=now,
            facts={"version": row.number},
            apply=ended,
        )
    put_into_force(organ=row.organ, version=row.number, values=values_of(row, kept=standing_values(row)), now=now)


def standing_values(row: Calibration) -> list[dict[str, str]]:
    """The organ's own weights in force, of which lines without a new weight keep theirs."""
    standing = weights_row(row.organ, row.state_at)
    return list(standing.values) if standing else []


def values_of(row: Calibration, *, kept: list[dict[str, str]]) -> list[dict[str, str]]:
    """What takes force: the new weights, and those in force for what the proposal could not learn anew."""
    merged = {(one["detector"], one["field"]): one["db"] for one in kept}
    merged |= {(one["detector"], one["field"]): one["new_db"] for one in row.lines if one["new_db"]}
    return [{"detector": detector, "field": field, "db": db} for (detector, field), db in sorted(merged.items())]
