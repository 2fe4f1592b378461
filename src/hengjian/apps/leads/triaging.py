"""Triage of a lead: what the rules propose on its facts, and what a person settles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Level, Organ, User
from hengjian.apps.accounts.selectors import organ_for_area
from hengjian.apps.leads.codes import COMPLEXITY, OUTCOMES, SUBJECTS, TRAITS
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.moving import check_text, move_lead, on_day, refused
from hengjian.apps.record.services import Actor
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move
from hengjian.law.triaging import Facts, RuleSet, Territory, Triaged, triage, triage_rules

OWN_LEVELS = (Level.STATION, Level.TEAM)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rules say of one lead, the facts it rests on, and the organ that it would go to (None: outside)."""

    found: Triaged
    facts: Facts
    target: Organ | None


class Areas:
    """Which organ an area belongs to, asked once for each area."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.known: dict[str, Organ | None] = {}

    def organ(self, code: str) -> Organ | None:
        """The bureau of the area, or None where no organ has it."""
        key = code[:6]
        if key not in self.known:
            self.known[key] = organ_for_area(code, on=self.on) if key else None
        return self.known[key]


def bureau_of(organ: Organ) -> Organ:
    """The bureau in whose name a station or team acts (PEN-09)."""
    return organ.parent if organ.level in OWN_LEVELS and organ.parent is not None else organ


def facts_of(lead: Lead, rules: RuleSet, areas: Areas) -> Facts:
    """The facts of a lead for triage; what is missing is guessed from the text, and each guess is a doubt."""
    doubts = []
    text = f"{lead.title}\n{lead.text}"
    subject, fields, traits = lead.subject, tuple(lead.fields), tuple(lead.traits)
    if not subject:
        subject = rules.guess("subject", text) or "other"
        doubts.append("subject_guessed")
    if not fields:
        guessed = rules.guess("field", text)
        fields = (guessed,) if guessed else ()
        doubts.append("field_guessed")
    if len(fields) > 1:
        # an institution of several fields: the text says which of them it is about
        guessed = rules.guess("field", text)
        if guessed in fields:
            fields = (guessed,)
            doubts.append("field_guessed")
    if not traits:
        guessed = rules.guess("trait", text)
        traits = (guessed,) if guessed else ()
    if lead.occurred_on is None:
        doubts.append("day_unknown")
    area = lead.area_code
    if lead.institution is not None and (not area or area == lead.institution.area_code):
        area = lead.institution.area_code
        doubts.append("area_registered")
    return Facts(
        fields=fields,
        subject=subject,
        conduct_on=lead.occurred_on or lead.received_on,
        territory=_territory(bureau_of(lead.organ), areas.organ(area) if area else None),
        complexity=lead.complexity,  # type: ignore[arg-type]
        level=bureau_of(lead.organ).level,
        area_code=area,
        traits=traits,
        doubts=tuple(doubts),
    )


def _territory(own: Organ, there: Organ | None) -> Territory:
    if there is None:
        return "unknown"
    if there.pk == own.pk:
        return "here"
    if there.path.startswith(own.path):
        return "below"
    # an area given only by its city or province says nothing against a county in it
    return "unknown" if own.path.startswith(there.path) else "elsewhere"


def propose(lead: Lead, *, on: date, rules: RuleSet | None = None, areas: Areas | None = None) -> Proposal:
    """What the rules (the installed ones, or others to try) say of this lead on a day."""
    book, known = rules or triage_rules(), areas or Areas(on)
    facts = facts_of(lead, book, known)
    found = triage(facts, book, on=on)
    there = known.organ(facts.area_code) if facts.area_code else None
    own = bureau_of(lead.organ)
    target = {"own": own, "superior": own.parent, "below": there, "other_organ": there}.get(found.outcome)
    return Proposal(found, facts, target)


@transaction.atomic
def settle_triage(
    *,
    rows: QuerySet[Lead],
    pk: int,
    user: User,
    now: datetime,
    outcome: str,
    subject: str,
    fields: Sequence[str],
    traits: Sequence[str] = (),
    complexity: str = "ordinary",
    area_code: str = "",
    occurred_on: date | None = None,
    reason: str = "",
    seen: str | None = None,
) -> Lead:
    """A person settles where the lead goes, after putting its facts right; the rules are asked with those facts.

    Going another way than the rules needs a reason. Where the law gives the punishment to another authority
    there is no other way: Refused with the article.
    """
    today = timezone.localdate(now)
    said = check_text(reason, field="reason", label="理由")
    values = _facts_given(subject, fields, traits, complexity, area_code, occurred_on, today)
    current = rows.filter(pk=pk).select_related("organ__parent", "institution").first()
    proposal = None
    if current is not None:
        _put(current, values)
        proposal = propose(current, on=today)
        said = said or (proposal.found.reason if outcome == proposal.found.outcome else "")

    def check(lead: Lead) -> None:
        assert proposal is not None  # noqa: S101 - the lead was just found
        require_lawful(outcome, proposal.found)
        if outcome != proposal.found.outcome and not said:
            name = OUTCOMES[proposal.found.outcome]
            raise refused("reason", f"规则的建议是“{name}”，选别的去向须写明理由。")

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        _put(row, values)
        found = proposal.found if proposal else None
        if found is None:
            return
        row.outcome, row.rule, row.triaged_by, row.triaged_at = outcome, found.rule, user, now
        row.special_law, row.department, row.level = found.special_law, found.department, bureau_of(row.organ).level
        row.triage = as_json(found, followed=outcome == found.outcome)

    lead, _ = move_lead(
        "triage",
        rows=rows,
        pk=pk,
        user=user,
        now=now,
        facts={"outcome": outcome if outcome in OUTCOMES else "", "reason": said or "—"},
        apply=apply,
        check=check,
        seen=seen,
    )
    return lead


def require_lawful(outcome: str, found: Triaged) -> None:
    """Refuse any way but the transfer where a special law names another authority."""
    if found.must_transfer and outcome != "other_department":
        article = found.articles[-1] if found.articles else None
        raise IllegalMove(
            f"{found.authority}对这类行为有处罚权，本机关应当移送，不能自行核查处罚（{found.special_law}）。",
            article=article,
        )


def require_ours(lead: Lead) -> None:
    """Refuse to go on with a lead whose triage says that another authority is competent, or that has none yet."""
    if not lead.outcome:
        raise IllegalMove(f"{lead.number} 还没有研判。先研判去向，再开始核查。")
    if lead.special_law:
        authority = str(lead.triage.get("authority", "")) or "其他部门"
        articles = lead.triage.get("articles") or [None]
        raise IllegalMove(
            f"{authority}对这类行为有处罚权，本机关应当移送，不能自行核查处罚（{lead.special_law}）。",
            article=articles[-1],
        )
    if lead.outcome == "other_department":
        raise IllegalMove("研判的去向是移送其他部门，不能由本机关核查；去向有变的，请重新研判。")


def as_json(found: Triaged, *, followed: bool) -> dict[str, Any]:
    """What the lead keeps of the proposal: enough to show later what was known and said."""
    return {
        "rule": found.rule,
        "title": found.title,
        "proposed": found.outcome,
        "reason": found.reason,
        "articles": list(found.articles),
        "sure": str(found.sure),
        "steps": list(found.steps),
        "authority": found.authority,
        "followed": followed,
    }


def _facts_given(
    subject: str,
    fields: Sequence[str],
    traits: Sequence[str],
    complexity: str,
    area_code: str,
    occurred_on: date | None,
    today: date,
) -> dict[str, Any]:
    for field, value, known in (
        ("subject", [subject] if subject else [], SUBJECTS),
        ("fields", fields, FIELD_CODES),
        ("traits", traits, TRAITS),
        ("complexity", [complexity], COMPLEXITY),
    ):
        unknown = next((one for one in value if one not in known), None)
        if unknown is not None:
            raise refused(field, f"没有“{str(unknown)[:20]}”这一项，请从列出的里选。")
    plain = area_code.strip()
    if plain and not (plain.isascii() and plain.isdigit() and len(plain) in (6, 9, 12)):
        raise refused("area_code", f"行政区划代码应为 6、9 或 12 位数字，填的是“{plain[:20]}”。")
    if occurred_on is not None:
        on_day(occurred_on, field="occurred_on", label="行为日", today=today)
    return {
        "subject": subject,
        "fields": list(fields),
        "traits": list(traits),
        "complexity": complexity,
        "area_code": plain,
        "occurred_on": occurred_on,
    }


def _put(lead: Lead, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(lead, name, value)
