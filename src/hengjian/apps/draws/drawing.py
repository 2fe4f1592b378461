"""The draw itself and its publication: seed, tickets, sample and teams from what was fixed; then the proof."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.draws import bundle, pool, roster
from hengjian.apps.draws.access import locked, refuse_stale
from hengjian.apps.draws.aftermath import changes_bytes
from hengjian.apps.draws.entropy import engine_entropy
from hengjian.apps.draws.models import Draw, DrawAssignment, DrawInspector, DrawSecret, DrawUnit
from hengjian.apps.draws.moving import move_draw
from hengjian.apps.draws.partners import joint_salt, waiting_custodians
from hengjian.apps.draws.selectors import ORIGIN, in_force
from hengjian.apps.plans.models import Visit
from hengjian.apps.record.services import Actor
from hengjian.engines.draws import DrawResult, InfeasibleDraw, hash_of, reveal, sha256_hex
from hengjian.engines.draws.people import EXPERT
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move

BATCH = 1000


def compute(draw: Draw) -> DrawResult:
    """Run the protocol on the committed files; Refused when one of them is not what was committed.

    Both are compared with the commitment: the files in the folder, and the roster as the database has it.
    """
    files = bundle.files(draw)
    if sha256_hex(roster.roster_bytes(draw)) != draw.commit["roster_sha256"]:
        raise Refused("名录在承诺公布以后被改动过，与承诺中的摘要值不一致，不能抽取。请查明后作废本次抽查。")
    if hash_of(pool.inspectors_plain(draw)) != draw.commit["inspectors_sha256"]:
        raise Refused("检查人员在承诺公布以后被改动过，与承诺中的摘要值不一致，不能抽取。请查明后作废本次抽查。")
    salts: Any = joint_salt(draw)
    if draw.mode == "sealed":
        salts = [bytes.fromhex(one.salt) for one in draw.custodians.all()]
    return reveal(
        draw.commit,
        files["roster.tsv"],
        json.loads(files["inspectors.json"]),
        json.loads(files["coi.json"]),
        salt=salts,
        entropy=engine_entropy(draw.entropy),
    )


def draw_now(
    *, pk: int, user: User, now: datetime, today: date, seen_state: str = "", rows: QuerySet[Draw] | None = None
) -> Draw:
    """Draw, once. Two people pressing at the same moment: the second finds it drawn and is told by whom.

    A sealed draw needs every custodian's salt. When the sample cannot be staffed nothing of it is shown or kept.
    """
    with transaction.atomic():
        draw = locked(pk, rows)
        refuse_stale(draw, seen_state)
        found: DrawResult | None = None
        if draw.state == "entropy_confirmed":
            found = _compute(draw)

        def apply(row: Draw, move: Move, actor: Actor) -> None:
            if found is None:
                return
            made = found.files() | {bundle.EVIDENCE: bundle.evidence_bytes(row)}
            row.files = {**row.files, **bundle.digests(made)}
            row.result_sha256 = row.files["result.json"]
            row.result = {"quota": found.result["quota"]}
            row.sample_size = sum(found.result["quota"].values())
            row.state_at = row.drawn_at = now
            row.drawn_by = user
            bundle.write(row, made)

        done = move_draw(
            "draw",
            pk,
            user=user,
            now=now,
            today=today,
            facts={"result_sha256": sha256_hex(found.files()["result.json"]) if found else ""},
            apply=apply,
        )
        if found is not None:
            _keep(done, found, now=now)
    return done


def _compute(draw: Draw) -> DrawResult:
    waiting = waiting_custodians(draw)
    if waiting:
        raise IllegalMove(f"{'、'.join(waiting)}还没有交盐，不能抽取。盐交齐以后才能计算种子。")
    try:
        return compute(draw)
    except InfeasibleDraw as error:
        slots = error.certificate
        raise Refused(
            f"抽中的机构派不齐检查人员：{slots.demand} 个岗位最多只能承担 {slots.capacity} 个，结果没有显示也没有保存。"
            "按承诺写明的办法处理：作废本次抽查并公开理由，增加检查人员后另列批次。",
            where={"demand": slots.demand, "capacity": slots.capacity},
        ) from error


def _keep(draw: Draw, found: DrawResult, *, now: datetime) -> None:
    DrawSecret.objects.update_or_create(
        draw=draw, defaults={"salt": found.salt.hex(), "seed": found.seed.hex(), "load": dict(found.load)}
    )
    result = found.result
    units = {one.unit_id: one for one in draw.units.all()}
    for stratum, order in result["order"].items():
        quota = result["quota"][stratum]
        for rank, unit_id in enumerate(order, start=1):
            one = units[unit_id]
            one.rank, one.selected, one.reserve = rank, rank <= quota, rank > quota
            one.pi, one.ticket = result["pi"][stratum][unit_id], result["tickets"][stratum][unit_id]
    DrawUnit.objects.bulk_create(
        units.values(),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["draw", "unit_id"],
        update_fields=["rank", "selected", "reserve", "pi", "ticket"],
    )
    chosen = {one.unit_id: one for one in draw.units.filter(selected=True)}
    people = {one.pseudonym: one for one in draw.inspectors.all()}
    DrawAssignment.objects.bulk_create(
        _assignments(draw, result["assignment"], chosen, people, now=now), batch_size=BATCH
    )


def _assignments(
    draw: Draw,
    assignment: Mapping[str, Mapping[str, str]],
    units: Mapping[str, DrawUnit],
    people: Mapping[str, DrawInspector],
    *,
    now: datetime,
) -> list[DrawAssignment]:
    return [
        DrawAssignment(
            draw=draw,
            unit=units[target],
            slot="expert" if slot == EXPERT else slot,
            inspector=people[who],
            user_id=people[who].user_id,
            at=now,
        )
        for target, slots in assignment.items()
        for slot, who in slots.items()
    ]


def publish_draw(
    *, pk: int, user: User, now: datetime, today: date, seen_state: str = "", rows: QuerySet[Draw] | None = None
) -> Draw:
    """Publish: an open draw with its whole proof; a sealed one with the result's hash, to be opened later."""
    with transaction.atomic():
        draw = locked(pk, rows)
        refuse_stale(draw, seen_state)
        sealed = draw.mode == "sealed"
        if draw.state == "drawn":
            check_bundle(draw)

        def apply(row: Draw, move: Move, actor: Actor) -> None:
            row.state_at = now
            row.published_by = user
            if sealed:
                row.announced_at = now
            else:
                _open(row, now=now)

        return move_draw(
            "announce" if sealed else "publish",
            pk,
            user=user,
            now=now,
            today=today,
            apply=apply,
        )


def open_draw(
    *, pk: int, user: User, now: datetime, today: date, seen_state: str = "", rows: QuerySet[Draw] | None = None
) -> Draw:
    """Open a sealed draw after its checks: salts, seed, tickets and sample become public."""
    with transaction.atomic():
        draw = locked(pk, rows)
        refuse_stale(draw, seen_state)
        if draw.state == "announced":
            if today <= draw.planned_to:
                raise IllegalMove(
                    f"计划检查到 {draw.planned_to:%Y-%m-%d}，检查结束以前公开会泄露未检查的机构。"
                    f"最迟 {draw.open_by:%Y-%m-%d} 公开。"
                )
            if draw.open_by is None or today < draw.open_by:
                _refuse_unvisited(draw)
            check_bundle(draw)

        def apply(row: Draw, move: Move, actor: Actor) -> None:
            row.state_at = now
            row.published_by = user
            _open(row, now=now)

        return move_draw(
            "open",
            pk,
            user=user,
            now=now,
            today=today,
            apply=apply,
        )


def _refuse_unvisited(draw: Draw) -> None:
    """Before the last day for it, a sealed draw stays shut while a target is still to be visited."""
    visits = Visit.objects.filter(origin_kind=ORIGIN, origin_id=draw.number, institution_id=OuterRef("institution_id"))
    settled = visits.filter(state__in=("done", "cancelled")).exclude(institution_id__in=_under_way(draw))
    waiting = in_force(draw.units.all()).filter(~Exists(settled)).count()
    if waiting:
        raise IllegalMove(
            f"还有 {waiting} 家抽中机构没有检查完，也没有取消检查，现在公开会泄露未检查的机构。"
            + (f"检查完以后，或者到最迟公开日 {draw.open_by:%Y-%m-%d} 再公开。" if draw.open_by else "")
        )


def _under_way(draw: Draw) -> QuerySet[Visit, int]:
    rows = Visit.objects.filter(origin_kind=ORIGIN, origin_id=draw.number, state__in=("reserved", "entered"))
    return rows.values_list("institution_id", flat=True)


def _open(row: Draw, *, now: datetime) -> None:
    row.published_at = now
    row.salt, row.seed = row.secret.salt, row.secret.seed
    changes = {bundle.CHANGES: changes_bytes(row)}
    row.files = {**row.files, **bundle.digests(changes)}
    bundle.write(row, changes)


def check_bundle(draw: Draw) -> None:
    """Draw again from the folder's files and compare: nothing is published that does not verify."""
    files = bundle.files(draw)
    found = compute(draw)
    for name, data in found.files().items():
        if files.get(name) != data:
            raise Refused(f"重新计算的 {name} 与证明包中的不一致，不能公开。请查明原因。", where={"file": name})
