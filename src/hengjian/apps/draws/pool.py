"""The pool of inspectors on the planned days: who may go, who may lead where, whom they must avoid, under which name.

An empty list of fields in a posting means general duties (综合): all fields. Both ends of the planned days have to lie
in the posting, and the enforcement certificate has to be valid on the last of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q

from hengjian.apps.accounts.models import Avoidance, Level, Organ, Posting, Role, User
from hengjian.apps.draws.models import Draw, DrawConflict, DrawInspector
from hengjian.apps.draws.rotation import last_inspectors
from hengjian.apps.draws.scope import fields_of_stratum
from hengjian.apps.registry.selectors import institutions_by_code
from hengjian.engines.draws.canonical import sha256_hex
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.kernel.errors import Refused
from hengjian.law.drawing import DrawRules, draw_rules

FIELD_ROLES = (Role.OFFICER, Role.SECTION_CHIEF, Role.LEADER)
OFFICERS = (Role.OFFICER,)
HEADS = (Role.SECTION_CHIEF, Role.LEADER)


@dataclass(slots=True)
class Member:
    """A person of the pool before the pseudonym: organ, fields (empty: all), whether fit to lead."""

    user: User
    organ: Organ
    lead: bool
    expert: bool = False
    fields: set[str] = field(default_factory=set)
    all_fields: bool = False

    @property
    def fields_text(self) -> str:
        """The fields in words."""
        return "、".join(FIELD_CODES.get(code, code) for code in sorted(self.fields))

    def strata(self, names: Iterable[str]) -> list[str]:
        """The strata in which the person may lead (an expert: advise)."""
        return [name for name in names if self.all_fields or fields_of_stratum(name) in self.fields]


@dataclass(slots=True)
class Pool:
    """Who takes part, and who does not, with the sentence why."""

    members: dict[int, Member] = field(default_factory=dict)
    left_out: list[dict[str, str]] = field(default_factory=list)


def organs_of(draw: Draw) -> list[Organ]:
    """The organs whose people are in the pool: by the draw's kind of team; partners only once they have agreed."""
    partners = [one.organ for one in draw.partners.select_related("organ") if one.agreed_at]
    heads = {"own": [draw.organ], "joint": [draw.organ, *partners], "exchange": partners}[draw.team]
    below = Organ.objects.filter(parent__in=heads, level__in=[Level.STATION, Level.TEAM])
    return [*heads, *below]


def gather(draw: Draw, *, on: date) -> Pool:
    """Everybody whose role sends them out, sorted into those who may and those who may not."""
    rules = draw_rules(on)
    organs = organs_of(draw)
    rows = Posting.objects.filter(organ__in=organs, role__in=FIELD_ROLES).select_related("user", "organ")
    rows = rows.filter(valid_from__lte=draw.planned_to).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    pool = Pool()
    faults: dict[int, dict[str, str]] = {}
    for posting in rows.order_by("user_id", "pk"):
        fault = unfit(posting, draw)
        if fault:
            if posting.role in OFFICERS or posting.enforcement_no:
                faults.setdefault(posting.user_id, {"name": posting.user.name, "code": fault[0], "why": fault[1]})
            continue
        _add(pool, posting, draw, rules)
    if draw.experts_wanted:
        _add_experts(pool, draw, on=on)
    pool.left_out = [fault for pk, fault in faults.items() if pk not in pool.members]
    return pool


def unfit(posting: Posting, draw: Draw) -> tuple[str, str] | None:
    """The code and the sentence why this posting does not put its person into the pool; None when it does."""
    name, first, last = posting.user.name, draw.planned_from, draw.planned_to
    if not posting.user.is_active:
        return "suspended", f"{name}已停用登录，不列入抽取。"
    if posting.valid_from > first or (posting.valid_to and posting.valid_to < last):
        span = f"{posting.valid_from:%Y-%m-%d} 至 {posting.valid_to:%Y-%m-%d}" if posting.valid_to else "尚未开始"
        return "posting", f"{name}的任职（{span}）不覆盖计划检查的 {first:%Y-%m-%d} 至 {last:%Y-%m-%d}，不列入抽取。"
    if not posting.enforcement_no or posting.enforcement_valid_to is None:
        return "no_certificate", f"{name}没有登记有效的执法证，不列入抽取。"
    if posting.enforcement_valid_to < last:
        return (
            "certificate",
            f"{name}的执法证（{posting.enforcement_no}）有效期至 {posting.enforcement_valid_to:%Y-%m-%d}，"
            f"计划检查到 {last:%Y-%m-%d}，届时证件已失效，不列入抽取。",
        )
    return None


def _add(pool: Pool, posting: Posting, draw: Draw, rules: DrawRules) -> None:
    seasoned = posting.valid_from <= _years_before(draw.planned_from, rules.lead_years)
    lead = posting.role in HEADS or seasoned
    member = pool.members.get(posting.user_id)
    if member is None:
        member = pool.members[posting.user_id] = Member(posting.user, posting.organ, lead)
    member.lead = member.lead or lead
    member.fields |= set(posting.fields)
    member.all_fields = member.all_fields or not posting.fields


def _add_experts(pool: Pool, draw: Draw, *, on: date) -> None:
    above = [int(part) for part in draw.organ.path.split("/") if part]
    rows = Posting.objects.filter(role=Role.EXPERT, organ_id__in=above, user__is_active=True)
    rows = rows.filter(valid_from__lte=draw.planned_from)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=draw.planned_to)).select_related("user", "organ")
    for posting in rows.order_by("user_id", "pk"):
        if posting.user_id in pool.members and not pool.members[posting.user_id].expert:
            continue
        member = pool.members.setdefault(posting.user_id, Member(posting.user, posting.organ, lead=False, expert=True))
        member.fields |= set(posting.fields)
        member.all_fields = member.all_fields or not posting.fields


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def pseudonym_of(draw: Draw, user: User) -> str:
    """A name that nobody outside can trace to the person: salted hash, the salt stays here."""
    return "P" + sha256_hex(f"{draw.id_salt}\x1f{user.pk}".encode())[:15]


def fill_pool(draw: Draw, *, on: date) -> Pool:
    """Write the draw's people and their ties anew; inside the caller's transaction."""
    pool = gather(draw, on=on)
    draw.inspectors.all().delete()
    strata = sorted(set(draw.units.values_list("stratum", flat=True)), key=str.encode)
    made = {}
    for pk, member in pool.members.items():
        made[pk] = DrawInspector.objects.create(
            draw=draw,
            user=member.user,
            organ=member.organ,
            pseudonym=pseudonym_of(draw, member.user),
            lead=member.lead and not member.expert,
            expert=member.expert,
            domains=member.strata(strata),
            cap=draw.cap,
        )
    DrawConflict.objects.bulk_create(
        DrawConflict(draw=draw, inspector=made[user], institution_id=institution, unit_id=unit_id, code=code)
        for user, institution, unit_id, code in ties(draw, made, on=on)
    )
    draw.left_out = pool.left_out
    draw.save(update_fields=["left_out"])
    return pool


def ties(draw: Draw, members: Mapping[int, object], *, on: date) -> list[tuple[int, int, str, str]]:
    """(user id, institution id, unit id, code) of every tie between pool and roster: recusals, then rotation."""
    units = dict(draw.units.values_list("institution_id", "unit_id"))
    found: dict[tuple[int, int], str] = {}
    rows = Avoidance.objects.filter(user_id__in=list(members), valid_from__lte=draw.planned_to)
    years = draw_rules(on).employed_years
    kept = [row for row in rows.order_by("pk") if _still_holds(row, draw.planned_from, years)]
    named = institutions_by_code({row.institution_id for row in kept})
    for row in kept:
        institution = named.get(row.institution_id)
        if institution is not None and institution.pk in units:
            found.setdefault((row.user_id, institution.pk), row.kind)
    for institution_pk, users in last_inspectors(list(units), before=draw.planned_from).items():
        for user in users:
            if user in members:
                found.setdefault((user, institution_pk), "last_visit")
    return [(user, pk, units[pk], code) for (user, pk), code in sorted(found.items())]


def _still_holds(row: Avoidance, day: date, employed_years: int) -> bool:
    if row.valid_to is None or row.valid_to >= day:
        return True
    # a former employee keeps away for some years after the employment
    return row.kind == "employed" and row.valid_to > _years_before(day, employed_years) - timedelta(days=1)


def inspectors_plain(draw: Draw) -> dict[str, dict[str, object]]:
    """What `inspectors.json` holds: pseudonym → strata, whether fit to lead, and who is an expert."""
    made: dict[str, dict[str, object]] = {}
    for one in draw.inspectors.all():
        made[one.pseudonym] = {"domains": sorted(one.domains, key=str.encode), "lead": int(one.lead)}
        if one.expert:
            made[one.pseudonym]["expert"] = 1
    return made


def coi_plain(draw: Draw) -> list[list[str]]:
    """What `coi.json` holds: sorted pairs of pseudonym and target."""
    return sorted(
        [pseudonym, unit] for pseudonym, unit in draw.conflicts.values_list("inspector__pseudonym", "unit_id")
    )


def refuse_changed_pool(draw: Draw, *, on: date) -> None:
    """Before the commitment: the people and ties as they are now must be those of the frozen roster."""
    pool = gather(draw, on=on)
    frozen = {one.user_id: one for one in draw.inspectors.select_related("user")}
    gone = [one.user.name for pk, one in frozen.items() if pk not in pool.members]
    came = [one.user.name for pk, one in pool.members.items() if pk not in frozen]
    tied = {(user, unit) for user, _, unit, _ in ties(draw, pool.members, on=on)}
    known = set(draw.conflicts.values_list("inspector__user_id", "unit_id"))
    parts = []
    why = {one["name"]: one["why"] for one in pool.left_out}
    parts += [why.get(name, f"{name}已不在检查人员库。") for name in gone]
    parts += [f"{name}已列入检查人员库。" for name in came]
    if tied != known and not (gone or came):
        parts.append("登记的回避或者上次检查人员有变化。")
    if parts:
        raise Refused(f"冻结以后检查人员有变化：{''.join(parts)}请退回名录，重新冻结。")
