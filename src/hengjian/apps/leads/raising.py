"""What a lead may be made from: apps above register their kind (an alert, a finding, an overdue problem).

raising.register(Kind("alert", "预警", fetch)) – `fetch` gives one thing as a `Source` or None where the person may not
see it; it raises Refused where the thing cannot become a lead (an alert not confirmed).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import may
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.policies import has_to_avoid
from hengjian.apps.leads.selectors import lead_of, leads_seen_by
from hengjian.apps.leads.services import register_lead
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Source:
    """One thing from which a lead can be made, as its app describes it; `id` is how the lead remembers it."""

    kind: str
    id: str
    label: str
    url: str
    title: str
    text: str
    organ: Organ
    institution: Institution
    channel: str
    fields: tuple[str, ...] = ()
    subject: str = ""
    report_numbers: tuple[str, ...] = ()
    occurred_on: date | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of things from which leads are made."""

    kind: str
    label: str
    fetch: Callable[[Any, date, str], Source | None]


_KINDS: dict[str, Kind] = {}
SUBJECTS_OF = {
    "false_report": "false_report",
    "inaccurate_report": "inaccurate_report",
    "unaccredited": "unaccredited",
    "out_of_scope": "out_of_scope",
    "conditions": "conditions",
    "certificate_misuse": "certificate_misuse",
}
"""The subject of a lead by the kind of the violation; other kinds are matters of management."""


def register(kind: Kind) -> None:
    """Offer a kind; called from `AppConfig.ready()`."""
    _KINDS[kind.kind] = kind


def source(kind: str, ref: str, *, user: Any, on: date) -> Source:
    """The thing behind a link; NotFound where there is none that the person may see."""
    known = _KINDS.get(kind)
    found = known.fetch(user, on, ref) if known is not None and "\0" not in ref else None
    if found is None:
        raise NotFound("没有这项来源，或者您无权查看。")
    return found


@transaction.atomic
def raise_lead(*, found: Source, title: str, text: str, user: User, now: datetime) -> Lead:
    """Register the lead of this thing; a second one is refused naming the first."""
    today = timezone.localdate(now)
    actor = actor_or_refuse(user, "lead.register", found.organ, on=today)
    if has_to_avoid(user, found.institution.uscc, on=today):
        raise NotAllowed("您与该机构有回避关系，不能登记它的线索。")
    return register_lead(
        organ=found.organ,
        channel=found.channel,
        title=title,
        text=text,
        actor=actor,
        now=now,
        today=today,
        institution=found.institution,
        respondent_name=found.institution.name,
        fields=found.fields,
        subject=found.subject,
        report_numbers=found.report_numbers,
        occurred_on=found.occurred_on,
        origin_kind=found.kind,
        origin_id=found.id,
        origin_label=found.label,
        origin_url=found.url,
        user=user,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """For the page of the thing: its lead as far as the person may see it, or whether one may be made."""

    lead: Lead | None
    may_raise: bool


def standing(kind: str, ref: str, organ: Organ, *, user: Any, on: date) -> Standing:
    """What the page of a thing shows: a link to its lead, a button, or nothing."""
    found = lead_of(kind, ref)
    if found is not None:
        seen = leads_seen_by(user, on=on).filter(pk=found.pk).exists()
        return Standing(found if seen else None, False)
    return Standing(None, may(user, "lead.register", organ, on=on) is not None)
