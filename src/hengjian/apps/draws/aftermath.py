"""After the draw: a target replaced by coded reason only, a person recused; both by the drawn order, both told."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.draws import bundle
from hengjian.apps.draws.access import hold
from hengjian.apps.draws.models import (
    Draw,
    DrawAssignment,
    DrawInspector,
    DrawSubstitution,
    DrawSubstitutionAsked,
    DrawUnit,
)
from hengjian.apps.draws.pool import coi_plain, inspectors_plain
from hengjian.apps.draws.procedures import RECUSALS, RESULT_KNOWN, SUBSTITUTIONS
from hengjian.apps.draws.selectors import ORIGIN
from hengjian.apps.plans.models import Visit
from hengjian.apps.record.services import append_event
from hengjian.apps.registry.models import Certificate, CertificateStatus, Institution
from hengjian.engines.draws import canon, next_inspector
from hengjian.engines.draws import strata_to_review as engine_review
from hengjian.engines.draws.people import EXPERT
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused
from hengjian.law.drawing import draw_rules

NOTE_LEAST = 4
NOTE_MOST = 400
HEX64 = re.compile(r"[0-9a-f]{64}")


def ask_substitution(
    *,
    pk: int,
    unit_pk: int,
    user: User,
    now: datetime,
    today: date,
    code: str,
    note: str,
    photo_sha256: str = "",
    rows: QuerySet[Draw] | None = None,
) -> DrawSubstitutionAsked:
    """First of two people: state why a target cannot be inspected. Nothing is replaced until another one confirms.

    Raises Refused for a reason that the commitment does not name or the registry does not bear out.
    """
    reason = _reason(code, note, photo_sha256)
    with transaction.atomic():
        draw, actor = hold(
            pk=pk, user=user, code="draw.substitute", on=today, states=RESULT_KNOWN, what="替换", rows=rows
        )
        unit = _target(draw, unit_pk)
        _refuse_unfit(draw, unit, code, on=today)
        draw.substitutions_asked.filter(unit=unit, done_at__isnull=True).update(done_at=now)
        row = DrawSubstitutionAsked.objects.create(
            draw=draw, unit=unit, code=code, note=reason, photo_sha256=photo_sha256, at=now, by=user
        )
        append_event(
            now=now,
            actor=actor,
            verb="draw.ask_substitute",
            thing=draw,
            organ_path=draw.organ_path,
            reason=SUBSTITUTIONS[code],
            after={"stratum": unit.stratum, "asked": row.pk},
        )
    return row


def substitute_unit(
    *, pk: int, unit_pk: int, user: User, now: datetime, today: date, rows: QuerySet[Draw] | None = None
) -> DrawSubstitution:
    """Second of two people: replace the target by the next reserve of its stratum, as another person has asked.

    The original stays in the record with the reason. Raises Refused to the one who asked, and where the stratum has no
    reserve left.
    """
    with transaction.atomic():
        draw, actor = hold(
            pk=pk, user=user, code="draw.substitute", on=today, states=RESULT_KNOWN, what="替换", rows=rows
        )
        unit = _target(draw, unit_pk)
        asked = draw.substitutions_asked.select_for_update().filter(unit=unit, done_at__isnull=True).first()
        if asked is None:
            raise NotFound("没有人提出替换这家机构。替换须一人提出、另一人确认。")
        if asked.by_id == user.pk:
            raise NotAllowed("替换是您提出的，须由另一人确认。")
        _refuse_unfit(draw, unit, asked.code, on=today)
        _refuse_unreviewed(draw, unit, user, on=today)
        taken = _next_reserve(draw, unit)
        unit.substituted = True
        unit.save(update_fields=["substituted"])
        taken.replaces = unit
        taken.save(update_fields=["replaces"])
        asked.done_at = now
        asked.save(update_fields=["done_at"])
        row = DrawSubstitution.objects.create(
            draw=draw,
            original=unit,
            substitute=taken,
            code=asked.code,
            note=asked.note,
            photo_sha256=asked.photo_sha256,
            at=now,
            by=user,
        )
        _hand_over(draw, unit, taken, now=now)
        append_event(
            now=now,
            actor=actor,
            verb="draw.substitute",
            thing=draw,
            organ_path=draw.organ_path,
            reason=SUBSTITUTIONS[asked.code],
            after={"stratum": unit.stratum, "substitution": row.pk, "asked": asked.pk},
        )
        _refresh_changes(draw)
    return row


def _target(draw: Draw, unit_pk: int) -> DrawUnit:
    unit = draw.units.select_for_update(of=("self",)).filter(pk=unit_pk).select_related("institution").first()
    if unit is None or not unit.in_force:
        raise NotFound("这家机构不在本次抽中的名单里，或者已经替换。")
    return unit


def _next_reserve(draw: Draw, unit: DrawUnit) -> DrawUnit:
    reserve = draw.units.filter(stratum=unit.stratum, reserve=True, replaces__isnull=True, substituted=False)
    taken = reserve.select_related("institution").order_by("rank").first()
    if taken is None:
        raise Refused(f"“{unit.stratum}”层没有备选机构可以递补。", where={"stratum": unit.stratum})
    return taken


def _refuse_unfit(draw: Draw, unit: DrawUnit, code: str, *, on: date) -> None:
    """Asked of both people: what the registry says, whether whether the visit has begun."""
    visits = Visit.objects.filter(origin_kind=ORIGIN, origin_id=draw.number, institution_id=unit.institution_id)
    if visits.filter(state__in=("entered", "done")).exists():
        raise IllegalMove(f"{unit.institution.name}已经入企检查，不能替换。发现的情况写入检查记录。")
    if code == "deregistered" and unit.institution.status != "closed":
        raise Refused(
            f"登记中{unit.institution.name}是“{unit.institution.get_status_display()}”，不是注销。"
            "确已注销的，先更新登记再替换。",
            where={"field": "code"},
        )
    if code == "suspended" and not _without_certificate(unit.institution, on):
        raise Refused(
            f"登记中{unit.institution.name}没有已暂停、撤销或者注销的证书。确已暂停、撤销的，先更新登记再替换。",
            where={"field": "code"},
        )


def _without_certificate(institution: Institution, on: date) -> bool:
    """The registry has a certificate suspended, revoked or cancelled on the day, and none that is still valid."""
    history = CertificateStatus.objects.filter(institution=institution, from_on__lte=on)
    history = history.filter(Q(to_on__isnull=True) | Q(to_on__gte=on))
    stopped = set(history.exclude(status="valid").values_list("certificate_no", flat=True))
    held = Certificate.objects.filter(institution=institution)
    ended = held.exclude(status__in=("", "valid")).filter(Q(status_from__isnull=True) | Q(status_from__lte=on))
    stopped |= set(ended.values_list("certificate_no", flat=True))
    valid = held.filter(valid_from__lte=on, valid_to__gte=on).exclude(certificate_no__in=stopped)
    return bool(stopped) and not valid.exists()


def _refuse_unreviewed(draw: Draw, unit: DrawUnit, user: User, *, on: date) -> None:
    """Beyond the share that calls for a review, only the reviewer confirms: the leader of the draw's organ."""
    quota, percent = draw.result["quota"][unit.stratum], draw_rules(on).review_percent
    made = draw.substitutions.filter(original__stratum=unit.stratum).count() + 1
    if made * 100 > quota * percent and may(user, "draw.review_substitution", draw, on=on) is None:
        raise NotAllowed(
            f"“{unit.stratum}”层抽中 {quota} 家，这是第 {made} 家替换，超过 {percent}%，须由局领导审核确认。"
        )


def _reason(code: str, note: str, photo_sha256: str) -> str:
    if code not in SUBSTITUTIONS:
        raise Refused(
            f"替换只限事先写明的情形：{'、'.join(SUBSTITUTIONS.values())}。“不愿意”“联系不上”不是替换的理由。",
            where={"field": "code"},
        )
    if len(note.strip()) < NOTE_LEAST:
        raise Refused(f"请写明“{SUBSTITUTIONS[code]}”的证据，至少 {NOTE_LEAST} 个字。", where={"field": "note"})
    if code == "closed_on_site" and not HEX64.fullmatch(photo_sha256):
        raise Refused("“现场关闭”须有现场照片。", where={"field": "photo"})
    return note.strip()[:NOTE_MOST]


def _hand_over(draw: Draw, unit: DrawUnit, taken: DrawUnit, *, now: datetime) -> None:
    """The team of the original goes to the substitute; whoever may not is replaced by the next of the order."""
    for row in unit.assignments.filter(current=True).select_related("inspector"):
        if row.inspector is None:
            continue
        # of the same stratum, so only a tie to the new target can stand against the person
        fits = not row.inspector.conflicts.filter(unit_id=taken.unit_id).exists()
        row.current = False
        row.save(update_fields=["current"])
        who = row.inspector if fits else next_candidate(draw, taken, row.slot)
        DrawAssignment.objects.create(
            draw=draw, unit=taken, slot=row.slot, user_id=who.user_id, inspector=who, drawn=False, at=now
        )


def recuse_inspector(
    *,
    pk: int,
    assignment_pk: int,
    user: User,
    now: datetime,
    today: date,
    code: str,
    note: str,
    rows: QuerySet[Draw] | None = None,
) -> DrawAssignment:
    """A person who turns out to be tied to the target steps back; the next candidate of the same order steps in."""
    if code not in RECUSALS or code == "last_visit":
        raise Refused("请从列出的回避事由中选一项。", where={"field": "code"})
    if len(note.strip()) < NOTE_LEAST:
        raise Refused(f"请写明回避的情况，至少 {NOTE_LEAST} 个字。", where={"field": "note"})
    with transaction.atomic():
        draw, actor = hold(
            pk=pk, user=user, code="draw.substitute", on=today, states=RESULT_KNOWN, what="办理回避", rows=rows
        )
        row = draw.assignments.select_for_update(of=("self",)).filter(pk=assignment_pk, current=True).first()
        if row is None or row.inspector is None:
            raise NotFound("没有这一派组，或者已经递补。")
        row.current = False
        row.recusal_code, row.recusal_note = code, note.strip()[:NOTE_MOST]
        row.save(update_fields=["current", "recusal_code", "recusal_note"])
        who = next_candidate(draw, row.unit, row.slot)
        fresh = DrawAssignment.objects.create(
            draw=draw, unit=row.unit, slot=row.slot, user_id=who.user_id, inspector=who, drawn=False, at=now
        )
        append_event(
            now=now,
            actor=actor,
            verb="draw.recuse",
            thing=draw,
            organ_path=draw.organ_path,
            reason=RECUSALS[code],
            after={"slot": row.slot, "assignment": fresh.pk},
        )
        _refresh_changes(draw)
    return fresh


def next_candidate(draw: Draw, unit: DrawUnit, slot: str) -> DrawInspector:
    """The first of the protocol's order who may take the slot now; Refused when nobody may."""
    recused = unit.assignments.exclude(recusal_code="").values_list("inspector__pseudonym", flat=True)
    try:
        found = next_inspector(
            draw.commit,
            inspectors_plain(draw),
            coi_plain(draw),
            seed=bytes.fromhex(draw.secret.seed),
            assignment={unit.unit_id: {}} | current_assignment(draw),
            stratum=unit.stratum,
            target=unit.unit_id,
            slot=EXPERT if slot == "expert" else slot,
            recused=set(recused),
        )
    except Refused as error:
        raise Refused(
            f"{unit.institution.name}的{dict(DrawAssignment.SLOTS)[slot]}没有可以递补的人：其余人员不符合领域、证件要求，"
            "或者有回避、已到每人上限。请按承诺写明的办法处理。"
        ) from error
    return draw.inspectors.get(pseudonym=found)


def current_assignment(draw: Draw) -> dict[str, dict[str, str]]:
    """Target → slot → pseudonym, as it stands after recusals and substitutions."""
    found: dict[str, dict[str, str]] = {}
    rows = draw.assignments.filter(current=True, inspector__isnull=False)
    for unit_id, slot, who in rows.values_list("unit__unit_id", "slot", "inspector__pseudonym"):
        found.setdefault(unit_id, {})[EXPERT if slot == "expert" else slot] = who
    return found


def strata_to_review(draw: Draw) -> list[tuple[str, int, int]]:
    """(stratum, substitutions, quota) where more than the allowed share was substituted: somebody looks into it."""
    counts = Counter(draw.substitutions.values_list("original__stratum", flat=True))
    flagged = engine_review(draw.result, counts) if counts else []
    return [(name, counts[name], draw.result["quota"][name]) for name in flagged]


def changes_bytes(draw: Draw) -> bytes:
    """`changes.json`: substitutions and recusals after the draw, by code; people by pseudonym, notes by hash."""
    substitutions = [
        {
            "at": timezone.localtime(one.at).isoformat(timespec="seconds"),
            "stratum": one.original.stratum,
            "original": one.original.unit_id,
            "substitute": one.substitute.unit_id,
            "code": one.code,
            "photo_sha256": one.photo_sha256,
        }
        for one in draw.substitutions.select_related("original", "substitute")
    ]
    recusals = [
        {
            "target": one.unit.unit_id,
            "slot": one.slot,
            "inspector": one.inspector.pseudonym if one.inspector else "",
            "code": one.recusal_code,
        }
        for one in draw.assignments.exclude(recusal_code="").select_related("unit", "inspector").order_by("pk")
    ]
    fresh = [
        {"target": one.unit.unit_id, "slot": one.slot, "inspector": one.inspector.pseudonym if one.inspector else ""}
        for one in draw.assignments.filter(drawn=False).select_related("unit", "inspector").order_by("pk")
    ]
    return canon({"substitutions": substitutions, "recusals": recusals, "assigned": fresh})


def _refresh_changes(draw: Draw) -> None:
    if draw.published_at is None:
        return
    made = {bundle.CHANGES: changes_bytes(draw)}
    draw.files = {**draw.files, **bundle.digests(made)}
    draw.save(update_fields=["files"])
    bundle.write(draw, made)
