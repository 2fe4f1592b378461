"""Leads in any state, and the people who handle them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hengjian.apps.accounts.models import Organ, Role, User
from hengjian.apps.leads.joining import put_in_series
from hengjian.apps.leads.models import Lead, Likeness, OutsideBody
from hengjian.apps.leads.selectors import leads_seen_by
from hengjian.apps.leads.services import register_lead
from hengjian.apps.leads.triaging import settle_triage
from hengjian.apps.leads.verifying import begin_verification
from tests.apps.factories import NOW, TODAY, Tree, make_actor, make_user

TEXT = "该机构上月出具的检测报告没有检测过程，原始记录与报告对不上，怀疑未检先出。"


@dataclass(frozen=True)
class People:
    """Everybody a lead needs in one organ."""

    officer: User
    chief: User
    leader: User
    analyst: User


def make_people(organ: Organ) -> People:
    return People(
        officer=make_user(organ, Role.OFFICER, name="甲一"),
        chief=make_user(organ, Role.SECTION_CHIEF, name="丁四"),
        leader=make_user(organ, Role.LEADER, name="戊五"),
        analyst=make_user(organ, Role.ANALYST, name="己六"),
    )


def make_lead(organ: Organ, by: User, **values: Any) -> Lead:
    """One registered lead about conduct in the organ's own area, unless told otherwise."""
    given: dict[str, Any] = {
        "channel": "letter", "title": "反映检测机构未检先出", "text": TEXT, "area_code": organ.area_code[:6],
        "fields": ["product"], "subject": "false_report", "respondent_name": "远衡检测有限公司",
    } | values  # fmt: skip
    return register_lead(organ=organ, actor=make_actor(by), now=NOW, today=TODAY, user=by, **given)


def rows_of(user: User) -> Any:
    return leads_seen_by(user, on=TODAY)


def keys(user: User, lead: Lead) -> dict[str, Any]:
    """What every move is given."""
    return {"rows": rows_of(user), "pk": lead.pk, "user": user, "now": NOW}


def triaged(lead: Lead, by: User, **values: Any) -> Lead:
    """The lead with its own organ competent."""
    given: dict[str, Any] = {
        "outcome": "own", "subject": lead.subject, "fields": lead.fields, "area_code": lead.area_code,
    } | values  # fmt: skip
    return settle_triage(**keys(by, lead), **given)


def verifying(lead: Lead, people: People) -> Lead:
    """The lead while it is verified."""
    triaged(lead, people.chief)
    return begin_verification(**keys(people.chief, lead), responsible=people.officer)


def lead_things(tree: Tree, owner: User) -> dict[str, Any]:
    """What the table of URLs needs: a lead in a series with a likeness, and an organ outside."""
    lead = make_lead(tree.county, owner, report_numbers=["BG-1"])
    other = make_lead(tree.county, owner, report_numbers=["BG-1"])
    series = put_in_series(leads=[lead, other], user=owner, now=NOW, reason="同一单位")
    likeness = Likeness.objects.filter(lead=other, other=lead).first() or Likeness.objects.create(
        lead=other,
        other=lead,
        kind="duplicate",
        sure="0.900",
        reasons=[{"text": "报告编号相同", "db": "+14.0"}],
        found_at=NOW,
    )
    body = OutsideBody.objects.create(name="青石县农业农村局", department="agriculture", organ=tree.county)
    return {
        "lead": lead.number, "lead_series": series.number, "lead_action": "triage", "likeness": likeness.pk,
        "outside_body": body.pk,
    }  # fmt: skip
