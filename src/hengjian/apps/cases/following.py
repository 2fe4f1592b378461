"""The step from a lead, a finding or a rectification to a case: the standing case, or registering one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.procedures import FINISHED
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.leads.following import FollowUp
from hengjian.apps.leads.models import Lead

OPEN_LEAD = ("registered", "verifying")
OVER = (*FINISHED, "withdrawn")


@dataclass(frozen=True, slots=True)
class Way:
    """A link to the case of an origin, or to registering one."""

    label: str
    url: str
    running: bool


def way_of(kind: str, ref: str, organ: Organ, *, user: User, on: date) -> Way | None:
    """The unfinished case of this origin, if the person sees it; else registering one, if the person may."""
    standing = Case.objects.filter(origin_kind=kind, origin_id=ref).exclude(state__in=OVER).first()
    if standing is not None:
        if not cases_seen_by(user, on).filter(pk=standing.pk).exists():
            return None
        url = reverse("cases:show", args=[standing.number])
        return Way(f"案件 {standing.number}：{standing.get_state_display()}", url, running=True)
    if may(user, "case.register", organ, on=on) is None:
        return None
    return Way("登记案件", f"{reverse('cases:register')}?{urlencode({'from': kind, 'ref': ref})}", running=False)


def after_lead(lead: Lead, user: User, on: date) -> FollowUp | None:
    """The step of a lead that is verified here, or whose case stands."""
    way = way_of("lead", lead.number, lead.organ, user=user, on=on)
    if way is None or (not way.running and lead.state not in OPEN_LEAD):
        return None
    return FollowUp(way.label, way.url, running=way.running)
