"""How long a publication stays: from the tier and the day of publication by the clock engine, with every step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.models import Ban, Decision
from hengjian.apps.cases.serving_effects import months_after
from hengjian.apps.clocks.calendars import current_calendar
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import start_clock, stop_clock
from hengjian.apps.publications.composing import tier_of
from hengjian.apps.publications.models import Publication
from hengjian.apps.record.services import Actor
from hengjian.engines.deadlines import derive
from hengjian.engines.penalties.publicity import PublicationTier
from hengjian.law.deadlines import rule_on
from hengjian.ui.wording import zh_date

LISTED = {"penalty": ("PUB-09", "PUB-10"), "listing": ("LIST-14", "LIST-14.push")}
AT_HOME = {"penalty": "PUB-10.publish", "listing": "LIST-14.publish"}
UNDO, REQUESTED = "PUB-11", "REP-16"
TIER_RULES = {"minor": ("", "PUB-13"), "general": ("PUB-15", "PUB-15.stop"), "serious": ("PUB-14", "PUB-14.stop")}
LISTING_RULES = ("LIST-16", "LIST-21")


@dataclass(frozen=True, slots=True)
class Period:
    """`apply_from` is the first day of an application, `stop_on` the last public day (None: for life)."""

    apply_from: date | None
    stop_on: date | None
    steps: tuple[str, ...]
    clocks: tuple[str, ...]


def tier_for(row: Publication) -> PublicationTier:
    """The tier by the decision and by what the handler ticked."""
    return tier_of(row.decision, key_product=row.key_product, closure=row.closure)


def period_of(row: Publication, start: date) -> Period:
    """The period that begins with a publication on `start`, derived rule by rule."""
    tier = tier_for(row)
    first, last = LISTING_RULES if row.kind == "listing" else TIER_RULES[tier.id]
    early = first if (row.kind == "listing" or tier.early_stop) else ""
    steps = [f"{one}（{tier.article}）" for one in tier.steps] if row.kind == "penalty" else []
    apply_from = None
    if early:
        apply_from, said = _derived(early, start)
        steps += said
    stop_on, said = _derived(last, start)
    steps += said
    until, life = ban_until(row.decision, start)
    if life:
        steps.append("限制从业为终身，公示期与限制从业期限一致，不定末日。")
        return Period(apply_from, None, tuple(steps), tuple(filter(None, (early,))))
    if until is not None and stop_on is not None and until > stop_on and tier.id == "serious":
        steps.append(f"限制从业至{zh_date(until)}，长于三年，公示至限制从业期满。")
        stop_on = until
    return Period(apply_from, stop_on, tuple(steps), tuple(filter(None, (early, last))))


def ban_until(decision: Decision, start: date) -> tuple[date | None, bool]:
    """The last day of the ban of a decision, and whether it is for life; before service counted from `start`."""
    if decision.ban_for_life:
        return None, True
    ban = Ban.objects.filter(decision=decision).order_by("-pk").first()
    if ban is not None:
        return ban.to_on, ban.to_on is None
    return (months_after(start, decision.ban_months) if decision.ban_months else None), False


def _derived(rule_id: str, start: date) -> tuple[date | None, list[str]]:
    rule = rule_on(rule_id, start, earliest_for_older=True)
    found = derive(rule, start=start, calendar=current_calendar())
    due = found.due.date() if isinstance(found.due, datetime) else found.due
    return due, [f"{rule.title}：", *found.steps]


def deciding_rule(row: Publication) -> str:
    """The clock that runs from the decision: publish here, or push to the home province."""
    here, away = LISTED[row.kind]
    return away if row.away else here


def start(row: Publication, rule_id: str, *, on: date, actor: Actor, now: datetime, who: User | None = None) -> None:
    """Start one of the clocks of a publication."""
    start_clock(
        rule_id=rule_id,
        thing=row,
        organ=row.organ,
        start=on,
        label=f"{row.number} {row.case.number} {row.get_kind_display()}",
        actor=actor,
        now=now,
        url=reverse("publications:show", args=[row.number]),
        responsible=who,
    )


def running(row: Publication) -> list[Clock]:
    """Clocks that still run."""
    rows = Clock.objects.filter(thing_kind=row._meta.label_lower, thing_id=str(row.pk), state__in=UNFINISHED)
    return list(rows.order_by("pk"))


def stop(row: Publication, *rules: str, on: date, actor: Actor, now: datetime, met: bool = True) -> None:
    """Stop the named clocks, or all, where they run."""
    for clock in running(row):
        if not rules or clock.rule_id in rules:
            last = max(on, clock.started_on)
            outcome = "met" if met else "stopped"
            stop_clock(thing=row, rule_id=clock.rule_id, on=last, actor=actor, now=now, outcome=outcome)
