"""Reading draws within a person's reach, what is public, and where one institution stands in a draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.rights import visible
from hengjian.apps.draws.models import Draw, DrawUnit
from hengjian.apps.draws.procedures import ACTIVE, DRAW, TASKABLE
from hengjian.apps.plans.models import PlanItem, Visit
from hengjian.apps.plans.selectors import items_open_for_draw

ORIGIN = "draw"
"""The origin kind under which the ledger of visits and the inspections name a draw; the id is the draw's number."""


def draws_seen_by(user: Any, *, on: date) -> QuerySet[Draw]:
    """Draws of the person's part of the tree, and those shared with it (joint draws, keepers of salts)."""
    rows = Draw.objects.select_related("organ", "item__plan__organ", "created_by")
    return visible(user, "draw.view", rows, on=on)


def in_force(rows: QuerySet[DrawUnit]) -> QuerySet[DrawUnit]:
    """Only units that are to be inspected: drawn or come in from the reserve, not substituted."""
    return rows.filter(Q(selected=True) | Q(replaces__isnull=False), substituted=False)


def targets_without_task(organ: Organ) -> QuerySet[DrawUnit]:
    """Targets of the organ's announced or published draws for which the ledger has no visit yet.

    A cancelled visit leaves the target open again. A visit names the draw by its number as origin.
    """
    visits = Visit.objects.filter(
        origin_kind=ORIGIN, origin_id=OuterRef("draw__number"), institution_id=OuterRef("institution_id")
    ).exclude(state="cancelled")
    rows = in_force(DrawUnit.objects.filter(draw__organ=organ, draw__state__in=TASKABLE))
    rows = rows.annotate(has_visit=Exists(visits)).filter(has_visit=False)
    return rows.select_related("draw__item__plan", "institution").order_by("draw_id", "ticket")


def team_of(unit: DrawUnit) -> dict[str, Any]:
    """Slot → user of the people who go to the target now: lead, member, and expert where one was asked for."""
    rows = unit.assignments.filter(current=True).select_related("user")
    return {row.slot: row.user for row in rows}


def published_draws() -> QuerySet[Draw]:
    """Draws whose whole proof is public, newest first."""
    return (
        Draw.objects.filter(published_at__isnull=False, state="published")
        .select_related("organ", "item__plan")
        .order_by("-published_at")
    )


def public_draws() -> QuerySet[Draw]:
    """Draws with a public commitment, whatever became of them: void ones too, in the order of the organ's chain."""
    return Draw.objects.exclude(commit_sha256="").select_related("organ", "item__plan").order_by("-committed_at")


def public_facts(draw: Draw) -> dict[str, Any]:
    """What anybody may know of a draw now; numbers, times and hashes, nothing of a sealed sample."""
    facts: dict[str, Any] = {
        "number": draw.number,
        "title": draw.title,
        "organ": draw.organ.name,
        "item": draw.item.number,
        "batch": draw.batch,
        "state": draw.state,
        "state_text": DRAW.states[draw.state],
        "mode": draw.mode,
        "method": draw.method,
        "seq": draw.seq,
        "prev_commit": draw.prev_commit,
        "commit_sha256": draw.commit_sha256,
        "committed_at": draw.committed_at,
        "not_before": draw.not_before,
        "deadline": draw.deadline,
        "roster_size": draw.roster_size,
        "population": draw.population,
        "entropy": draw.entropy,
        "entropy_text": draw.entropy_text,
        "drawn_at": draw.drawn_at,
        "result_sha256": draw.result_sha256 if draw.state in TASKABLE else "",
        "announced_at": draw.announced_at,
        "published_at": draw.published_at,
        "open_by": draw.open_by,
        "void_reason": draw.void_reason,
        "voided_at": draw.voided_at,
    }
    if draw.published_at is not None:
        facts |= {"seed": draw.seed, "salt": draw.salt, "sample_size": draw.sample_size}
    return facts


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one institution stands in a draw: in, excluded or outside; the rest only once it may be known."""

    place: str
    sentence: str
    unit: DrawUnit | None = None
    pi: Fraction | None = None
    quota: int = 0
    size: int = 0
    code: str = ""

    @property
    def share(self) -> float | None:
        """The probability as a number."""
        return float(self.pi) if self.pi is not None else None


def standing_of(draw: Draw, code: str, *, open_book: bool) -> Standing:
    """Was this institution in the roster, with which probability, which ticket, which rank?

    `open_book`: the asker may see the sample (it is published, or the right is held). Otherwise only whether it is in
    the roster is told, and in a sealed draw not even why it is not.
    """
    uscc = code.strip().upper()
    unit = draw.units.filter(unit_id=uscc).select_related("institution", "replaces__institution").first()
    if unit is None:
        return _absent(draw, uscc, open_book=open_book)
    counts = draw.population.get(unit.stratum, {})
    size, quota = counts.get("roster", 0), draw.result.get("quota", {}).get(unit.stratum, 0)
    if not open_book or not unit.ticket:
        return Standing(
            "in", f"在名录中，“{unit.stratum}”层，这一层 {size} 家。", unit if open_book else None, size=size
        )
    pi = Fraction(unit.pi)
    return Standing("in", _told(draw, unit, quota=quota, size=size), unit, pi, quota, size)


def _absent(draw: Draw, uscc: str, *, open_book: bool) -> Standing:
    left = draw.exclusions.filter(unit_id=uscc).first()
    if left is None or not open_book:
        return Standing("outside", f"名录中没有代码为“{uscc[:18]}”的机构。")
    return Standing("excluded", f"事前剔除：{left.get_code_display()}。", code=left.code)


def _told(draw: Draw, unit: DrawUnit, *, quota: int, size: int) -> str:
    head = f"“{unit.stratum}”层 {size} 家抽 {quota} 家，按签号排第 {unit.rank}，"
    if unit.selected:
        return head + ("抽中，后来按事由替换。" if unit.substituted else "抽中。")
    if unit.replaces is not None:
        return head + f"原为备选，递补 {unit.replaces.institution.name}。"
    return head + f"没有抽中，是第 {(unit.rank or 0) - quota} 备选。"


def open_items(organ: Organ, *, year: int) -> list[tuple[PlanItem, list[int]]]:
    """Items of the organ's plan that are drawn, each with the batches not yet taken."""
    items = list(items_open_for_draw(organ, year))
    taken: dict[str, set[int]] = {}
    rows = Draw.objects.filter(lineage__in=[one.lineage for one in items], holds_batch=True)
    for lineage, batch in rows.values_list("lineage", "batch"):
        taken.setdefault(lineage, set()).add(batch)
    found = []
    for one in items:
        free = [batch for batch in range(1, one.batches + 1) if batch not in taken.get(one.lineage, set())]
        if free:
            found.append((one, free))
    return found


def waiting_for(user: Any, *, on: date) -> QuerySet[Draw]:
    """Draws of the person's reach in which somebody still has something to do."""
    return draws_seen_by(user, on=on).filter(state__in=ACTIVE)


def chain_of(organ: Organ) -> QuerySet[Draw]:
    """All commitments of an organ in their order: each names the hash of the one before."""
    return Draw.objects.filter(organ=organ, seq__isnull=False).order_by("seq")
