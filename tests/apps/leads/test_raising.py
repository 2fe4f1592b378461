"""Leads made from alerts, findings and overdue problems, and visits made from leads; links both ways."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from hengjian.apps.inspections import origins
from hengjian.apps.leads.models import Lead
from hengjian.kernel.errors import NotFound, Refused
from tests.apps.factories import TODAY, Tree, make_institution, make_tree, make_user
from tests.apps.leads.samples import make_lead, make_people, verifying
from tests.apps.leads.test_pages import signed_in, text
from tests.apps.rectifications.samples import ledger_things
from tests.apps.runs.samples import finding, finished

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(settings: Any, tmp_path: Any) -> Tree:
    settings.LAKE_ROOT, settings.RUNS_ROOT, settings.UPLOADS_ROOT = tmp_path / "l", tmp_path / "r", tmp_path / "u"
    return make_tree()


def _alert(tree: Tree, user: Any, state: str = "confirmed") -> Any:
    lab = make_institution(tree.county)
    finished(organ=tree.county, user=user, findings=[finding(lab, reports=["R00001"])])
    alert = lab.alerts.get()
    alert.state = state
    alert.save()
    return alert


def test_a_confirmed_alert_becomes_one_lead_with_links_both_ways(tree: Tree):
    people = make_people(tree.county)
    alert = _alert(tree, people.officer)
    client = signed_in(people.officer)
    page = reverse("alerts:show", args=[alert.number])
    url = reverse("leads:raise", args=["alert", alert.number])
    assert url in text(client.get(page))
    client.post(url, {"title": "报告无检测过程", "text": "预警确认"})
    lead = Lead.objects.get()
    assert (lead.channel, lead.institution, lead.report_numbers) == ("alert", alert.institution, ["QS-R00001"])
    assert reverse("leads:show", args=[lead.number]) in text(client.get(page))
    assert page in text(client.get(reverse("leads:show", args=[lead.number])))
    again = client.post(url, {"title": "报告无检测过程", "text": "预警确认"})
    assert again.status_code == 422 and f"它已经登记为线索 {lead.number}，不重复登记。" in text(again)


def test_an_alert_not_confirmed_is_no_lead(tree: Tree):
    people = make_people(tree.county)
    alert = _alert(tree, people.officer, "open")
    answer = signed_in(people.officer).get(reverse("leads:raise", args=["alert", alert.number]))
    assert answer.status_code == 422 and "确认以后才能转为线索" in text(answer)


def test_a_strangers_alert_is_not_there(tree: Tree):
    people, there = make_people(tree.county), make_people(tree.other_county)
    alert = _alert(tree, people.officer)
    url = reverse("leads:raise", args=["alert", alert.number])
    assert signed_in(there.officer).get(url).status_code == 404
    assert signed_in(people.officer).get(reverse("leads:raise", args=["ghost", "1"])).status_code == 404


def test_an_overdue_problem_and_its_finding_become_leads(tree: Tree):
    from hengjian.apps.inspections.models import Finding
    from hengjian.apps.rectifications.models import Rectification

    people = make_people(tree.county)
    lab = make_institution(tree.county)
    things = ledger_things(tree, lab)
    item = Rectification.objects.get(number=things["item"])
    item.state, item.limit = "open", TODAY - timedelta(days=400)
    item.save()
    client = signed_in(people.officer)
    url = reverse("leads:raise", args=["rectification", item.number])
    assert url in text(client.get(reverse("rectifications:show", args=[item.number])))
    client.post(url, {"title": "逾期未整改", "text": "没有改"})
    lead = Lead.objects.get()
    assert lead.channel == "rectification" and lead.origin_id == item.number
    found = Finding.objects.get(pk=item.finding_id)
    page = reverse("inspections:finding", args=[found.inspection.number, found.number])
    overseer = signed_in(people.chief)  # the officer did not go: another pair went
    assert client.get(page).status_code == 404
    assert reverse("leads:raise", args=["inspection", found.number]) in text(overseer.get(page))
    overseer.post(reverse("leads:raise", args=["inspection", found.number]), {"title": "问题", "text": "现场发现"})
    assert Lead.objects.filter(channel="inspection").count() == 1


def test_a_lead_being_verified_brings_a_visit_with_the_exception_of_its_channel(tree: Tree):
    people = make_people(tree.county)
    lab = make_institution(tree.county)
    for channel, code in (("letter", "tip"), ("transfer", "transfer"), ("superior", "superior_order")):
        lead = verifying(make_lead(tree.county, people.officer, channel=channel, institution=lab), people)
        visit = origins.source("lead", lead.number, user=people.chief, on=TODAY)
        assert (visit.exception_code, visit.visit_kind, visit.institution) == (code, code, lab)
        assert lead.text not in visit.exception_note
        assert visit in origins._ORIGINS["lead"].open_for(people.chief, TODAY)
    page = text(signed_in(people.chief).get(reverse("leads:show", args=[lead.number])))
    assert f"{reverse('inspections:create')}?kind=lead&amp;id={lead.number}" in page
    assert signed_in(people.chief).get(f"{reverse('inspections:create')}?kind=lead&id={lead.number}").status_code == 200


def test_no_visit_from_a_lead_that_has_ended_or_is_a_strangers(tree: Tree):
    people, there = make_people(tree.county), make_people(tree.other_county)
    lab = make_institution(tree.county)
    lead = make_lead(tree.county, people.officer, institution=lab)
    with pytest.raises(NotFound):
        origins.source("lead", lead.number, user=there.chief, on=TODAY)
    Lead.objects.filter(pk=lead.pk).update(state="answered")
    with pytest.raises(Refused, match="不能据以检查"):
        origins.source("lead", lead.number, user=people.chief, on=TODAY)
    assert make_user(tree.county)
