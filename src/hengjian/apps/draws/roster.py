"""Building the roster: whom the registry has in scope, who is left out and why, and the counts that must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.draws.models import Draw, DrawExclusion, DrawUnit
from hengjian.apps.draws.procedures import BY_HAND, EXCLUSIONS, RESULT_KNOWN
from hengjian.apps.draws.scope import Placed, place, population
from hengjian.apps.plans.guard import ask_many
from hengjian.apps.plans.scope import weights
from hengjian.apps.record.services import Actor, append_event
from hengjian.apps.registry.models import Institution
from hengjian.engines.draws.canonical import sha256_hex
from hengjian.engines.draws.roster import Unit, write_roster
from hengjian.kernel.errors import IllegalMove, Refused

BATCH = 1000
NOTE_LEAST = 4
NAMED_MOST = 3


@dataclass(frozen=True, slots=True)
class Left:
    """Why an institution is left out without anybody having said so: registry, guard, earlier batch."""

    code: str
    note: str


def weights_on(day: date) -> dict[str, Any]:
    """The published weight table of a day as the draw keeps it."""
    tables = weights(day)
    return {
        table.scale: {
            "id": table.id,
            "title": table.title,
            "table": {one.code: one.weight for one in table.weights},
            "otherwise": table.otherwise,
        }
        for table in (tables.by_rating, tables.by_band)
    }


def fill_roster(draw: Draw, *, actor: Actor, now: datetime, on: date) -> dict[str, dict[str, int]]:
    """Write the draw's units and automatic exclusions anew from the registry; exclusions by hand stay.

    Inside the caller's transaction, the draw's row being locked. Answers the counts by stratum.
    """
    refuse_leak(draw)
    draw.weights = weights_on(on)
    placed = place(draw, population(draw), on=on)
    by_hand = {one.institution_id: one for one in draw.exclusions.filter(by_hand=True)}
    out = _left_out(draw, [one.institution for one in placed if one.institution.pk not in by_hand], on=on)
    draw.units.all().delete()
    draw.exclusions.filter(by_hand=False).delete()
    _drop_strangers(draw, by_hand, placed)
    units, left = [], []
    for one in placed:
        reason = out.get(one.institution.pk)
        if reason is not None:
            left.append(_exclusion(draw, one, reason, now=now))
        elif one.institution.pk not in by_hand:
            units.append(_unit(draw, one))
    DrawUnit.objects.bulk_create(units, batch_size=BATCH)
    DrawExclusion.objects.bulk_create(left, batch_size=BATCH)
    draw.roster_size = len(units)
    draw.population = counts_by_stratum(draw, placed)
    draw.save(update_fields=["weights", "roster_size", "population"])
    append_event(
        now=now,
        actor=actor,
        verb="draw.roster",
        thing=draw,
        organ_path=draw.organ_path,
        after={"roster": len(units), "excluded": dict(Counter(one.code for one in left)), "by_hand": len(by_hand)},
    )
    return dict(draw.population)


def refuse_leak(draw: Draw) -> None:
    """A roster that leaves out what a sealed batch has drawn would tell its sample: first that one is opened."""
    sealed = Draw.objects.filter(lineage=draw.lineage, mode="sealed", state__in=("drawn", "announced"))
    other = sealed.exclude(pk=draw.pk).first()
    if other is not None:
        raise IllegalMove(
            f"第 {other.batch} 批（{other.number}）的密封名单还没有公开，现在编制名录会泄露它抽中了谁。"
            "等它公开证明以后再编制。"
        )


def _drop_strangers(draw: Draw, by_hand: dict[int, DrawExclusion], placed: Sequence[Placed]) -> None:
    # somebody excluded by hand who has meanwhile left the registry's scope is no longer to be excluded
    known = {one.institution.pk: one for one in placed}
    gone = [pk for pk in by_hand if pk not in known]
    draw.exclusions.filter(institution_id__in=gone).delete()
    for pk in gone:
        del by_hand[pk]
    for pk, row in by_hand.items():
        if row.stratum != known[pk].stratum:
            row.stratum = known[pk].stratum
            row.save(update_fields=["stratum"])


def _left_out(draw: Draw, institutions: Sequence[Institution], *, on: date) -> dict[int, Left]:
    found: dict[int, Left] = {}
    active = []
    for one in institutions:
        if one.status == "closed":
            found[one.pk] = Left("deregistered", "登记状态为注销")
        else:
            active.append(one)
    earlier = _drawn_before(draw)
    # whoever reads the exclusions (the public, in an open draw) must not learn of a secret visit to come: it counts for
    # nothing here, and the guard is asked again with it when the task is made
    answers = ask_many(institutions=active, organ=draw.organ, day=draw.planned_from, on=on, secret_too=False)
    for one in active:
        answer = answers[one.pk]
        if one.pk in earlier:
            found[one.pk] = Left("already_drawn", f"已由 {earlier[one.pk]} 抽中")
        elif answer.code == "cap":
            found[one.pk] = Left("burden_cap", f"{draw.planned_from.year}年计入上限的检查已达上限 {answer.cap} 次")
        elif answer.code == "gap" and (answer.earliest is None or answer.earliest > draw.planned_to):
            found[one.pk] = Left("burden_gap", "与另一次检查的间隔不足，计划期内不能再安排")
    return found


def _drawn_before(draw: Draw) -> dict[int, str]:
    """Institutions that another batch of the same item has drawn: id → number of that draw."""
    rows = DrawUnit.objects.filter(draw__lineage=draw.lineage, draw__state__in=RESULT_KNOWN, substituted=False).exclude(
        draw=draw
    )
    rows = rows.filter(selected=True) | rows.filter(replaces__isnull=False)
    return dict(rows.values_list("institution_id", "draw__number"))


def _unit(draw: Draw, one: Placed) -> DrawUnit:
    return DrawUnit(
        draw=draw,
        institution=one.institution,
        unit_id=one.institution.uscc,
        stratum=one.stratum,
        field=one.field,
        band=one.institution.risk_band,
        weight=one.weight,
    )


def _exclusion(draw: Draw, one: Placed, left: Left, *, now: datetime) -> DrawExclusion:
    return DrawExclusion(
        draw=draw,
        institution=one.institution,
        unit_id=one.institution.uscc,
        stratum=one.stratum,
        code=left.code,
        note=left.note,
        at=now,
    )


def counts_by_stratum(draw: Draw, placed: Iterable[Placed]) -> dict[str, dict[str, int]]:
    """Stratum → how many the registry has, the roster has, and are excluded."""
    registry = Counter(one.stratum for one in placed)
    roster = Counter(draw.units.values_list("stratum", flat=True))
    excluded = Counter(draw.exclusions.values_list("stratum", flat=True))
    names = sorted({*registry, *roster, *excluded}, key=str.encode)
    return {name: {"registry": registry[name], "roster": roster[name], "excluded": excluded[name]} for name in names}


def reconcile(draw: Draw, *, on: date) -> dict[str, dict[str, int]]:
    """The counts by stratum as the registry has them now; Refused when roster plus exclusions is something else."""
    placed = place(draw, population(draw), on=on)
    now_there = {one.institution.pk: one for one in placed}
    in_roster = dict(draw.units.values_list("institution_id", "stratum"))
    listed = in_roster | dict(draw.exclusions.values_list("institution_id", "stratum"))
    came = [one.institution.name for pk, one in now_there.items() if pk not in listed]
    moved = [one.institution.name for pk, one in now_there.items() if pk in listed and listed[pk] != one.stratum]
    closed = [
        one.institution.name for pk, one in now_there.items() if one.institution.status == "closed" and pk in in_roster
    ]
    gone = Institution.objects.filter(pk__in=[pk for pk in listed if pk not in now_there]).values_list(
        "name", flat=True
    )
    parts = [
        f"{label} {len(names)} 家（{'、'.join(list(names)[:NAMED_MOST])}{'等' if len(names) > NAMED_MOST else ''}）"
        for label, names in (("新登记", came), ("换了分层", moved), ("已注销", closed), ("已不在册", list(gone)))
        if names
    ]
    if parts:
        raise Refused(f"名录编制以后登记信息有变化：{'；'.join(parts)}。请重新编制名录再冻结。")
    return counts_by_stratum(draw, placed)


def roster_bytes(draw: Draw) -> bytes:
    """The roster as committed: canonical bytes of the draw's units."""
    rows = draw.units.values_list("unit_id", "stratum", "weight")
    return write_roster(Unit(*row) for row in rows)


def exclusions_bytes(draw: Draw) -> bytes:
    """The list of exclusions with code and hash of the evidence note, salted: notes may speak of open cases."""
    lines = ["id\tstratum\tcode\tevidence_sha256"]
    rows = draw.exclusions.values_list("unit_id", "stratum", "code", "note")
    for unit_id, stratum, code, note in sorted(rows, key=lambda row: (row[1].encode(), row[0].encode())):
        evidence = sha256_hex(f"{draw.id_salt}\x1f{unit_id}\x1f{note}".encode())
        lines.append(f"{unit_id}\t{stratum}\t{code}\t{evidence}")
    return ("\n".join(lines) + "\n").encode()


def exclude_by_hand(draw: Draw, *, uscc: str, code: str, note: str, user: User, actor: Actor, now: datetime) -> None:
    """Leave one institution of the roster out for a coded reason with a note of the evidence."""
    if code not in BY_HAND:
        raise Refused(
            f"“{EXCLUSIONS.get(code, code[:20])}”由系统按登记和入企台账判断，不能人工填写。", where={"field": "code"}
        )
    if len(note.strip()) < NOTE_LEAST:
        raise Refused(
            f"请写明“{EXCLUSIONS[code]}”的依据，例如文号、日期、证明材料，至少 {NOTE_LEAST} 个字。",
            where={"field": "note"},
        )
    unit = draw.units.filter(unit_id=uscc.strip().upper()).select_related("institution").first()
    if unit is None:
        raise Refused(f"名录中没有代码为“{uscc.strip()[:18]}”的机构。", where={"field": "uscc", "value": uscc})
    with transaction.atomic():
        DrawExclusion.objects.create(
            draw=draw,
            institution=unit.institution,
            unit_id=unit.unit_id,
            stratum=unit.stratum,
            code=code,
            note=note.strip()[:400],
            by_hand=True,
            at=now,
            by=user,
        )
        unit.delete()
        _recount(draw, unit.stratum, change=-1)
        append_event(
            now=now,
            actor=actor,
            verb="draw.exclude",
            thing=draw,
            organ_path=draw.organ_path,
            reason=note.strip(),
            after={"unit": unit.unit_id, "code": code},
        )


def include_again(draw: Draw, *, exclusion_pk: int, actor: Actor, now: datetime, on: date) -> None:
    """Take back an exclusion made by hand: the institution returns to the roster."""
    row = draw.exclusions.filter(pk=exclusion_pk, by_hand=True).select_related("institution__organ").first()
    if row is None:
        raise Refused("没有这条人工剔除，或者它是系统判断的，不能撤回。")
    with transaction.atomic():
        placed = place(draw, [row.institution], on=on)
        _unit(draw, placed[0]).save()
        row.delete()
        _recount(draw, placed[0].stratum, change=1)
        append_event(
            now=now,
            actor=actor,
            verb="draw.include",
            thing=draw,
            organ_path=draw.organ_path,
            before={"unit": row.unit_id, "code": row.code, "note": row.note},
        )


def _recount(draw: Draw, stratum: str, *, change: int) -> None:
    counts = dict(draw.population)
    mine = dict(counts.get(stratum, {"registry": 0, "roster": 0, "excluded": 0}))
    mine["roster"] += change
    mine["excluded"] -= change
    counts[stratum] = mine
    draw.population = counts
    draw.roster_size += change
    draw.save(update_fields=["population", "roster_size"])
