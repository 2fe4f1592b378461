"""Pages of runs and of the risk ranking."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.accounts.models import Role
from hengjian.apps.record.models import Event
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.presenting import risk_text
from hengjian.engines.tables.contract import TABLES
from tests.apps.factories import Tree, make_institution, make_tree, make_user
from tests.apps.runs.samples import finding, finished, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_finished_runs_page_tells_detectors_counts_inputs_and_offers_the_files(
    tree: Tree, django_assert_max_num_queries: Any
) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    run = finished(organ=tree.county, user=analyst, findings=[finding(lab, reports=["R1", "R2"])])
    client = _client(analyst)
    with django_assert_max_num_queries(15):
        page = client.get(reverse("runs:show", args=[run.number]))
    text = page.content.decode()
    assert page.status_code == 200
    states = "完成 1 个，失败 1 个，弃权 1 个，跳过 1 个"
    for part in (states, "平行样不足", "缺少表 certificates", "findings.parquet", "食品", TABLES["reports"].header):
        assert part in text, part


def test_the_files_go_to_those_who_may_and_each_download_is_on_the_record(tree: Tree) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    run = finished(organ=tree.county, user=analyst, findings=[finding(lab, reports=["R1"])])
    url = reverse("runs:download", args=[run.number, "findings.parquet"])
    answer = _client(analyst).post(url)
    assert b"".join(answer.streaming_content)[:4] == b"PAR1"
    assert Event.objects.filter(verb="screening_run.download", thing_id=str(run.pk)).count() == 1
    assert _client(make_user(tree.county, Role.OFFICER)).post(url).status_code == 403
    assert _client(make_user(tree.other_county)).post(url).status_code == 404
    assert _client(analyst).post(reverse("runs:download", args=[run.number, "settings.py"])).status_code == 404


def test_a_run_of_another_organ_is_not_there(tree: Tree) -> None:
    run = running(organ=tree.county, user=make_user(tree.county))
    stranger = _client(make_user(tree.other_county))
    for name in ("show", "progress", "findings"):
        assert stranger.get(reverse(f"runs:{name}", args=[run.number])).status_code == 404
    for name in ("cancel", "restart"):
        assert stranger.post(reverse(f"runs:{name}", args=[run.number])).status_code == 404
    assert _client(make_user(tree.city)).get(reverse("runs:show", args=[run.number])).status_code == 200


def test_institution_users_and_experts_see_nothing_of_runs(tree: Tree) -> None:
    lab = make_institution(tree.county)
    for user in (
        make_user(tree.county, Role.INSTITUTION_USER, institution_id=lab.uscc),
        make_user(tree.county, Role.EXPERT),
    ):
        for url in (reverse("runs:list"), reverse("runs:rank"), reverse("runs:start")):
            assert _client(user).get(url).status_code == 403


def test_a_running_run_shows_progress_and_a_dead_one_offers_to_start_again(tree: Tree) -> None:
    analyst = make_user(tree.county)
    run = running(organ=tree.county, user=analyst)
    text = _client(analyst).get(reverse("runs:show", args=[run.number])).content.decode()
    assert "中断" in text and reverse("runs:restart", args=[run.number]) in text
    reader = _client(make_user(tree.county, Role.SUPERVISOR))
    assert (
        reverse("runs:restart", args=[run.number])
        not in reader.get(reverse("runs:show", args=[run.number])).content.decode()
    )
    part = _client(analyst).get(reverse("runs:progress", args=[run.number]))
    assert part["HX-Refresh"] == "true"


def test_starting_from_the_page_queues_a_run_and_a_second_start_says_why_not(tree: Tree) -> None:
    client = _client(make_user(tree.county))
    url = reverse("runs:start")
    assert client.get(url).status_code == 200
    data = {"organ_id": str(tree.county.pk), "today": "2026-11-01"}
    assert client.post(url, data).status_code == 302
    run = ScreeningRun.objects.get()
    again = client.post(url, data)
    assert again.status_code == 422 and run.number in again.content.decode()
    assert client.post(url, {**data, "today": "明天"}).status_code == 422
    assert client.post(url, {**data, "organ_id": str(tree.city.pk)}).status_code == 422
    assert client.post(reverse("runs:cancel", args=[run.number])).status_code == 302
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert client.post(reverse("runs:cancel", args=[run.number])).status_code == 409


def test_the_findings_of_a_run_are_listed_filtered_and_lead_to_their_alerts(tree: Tree) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    rows = [finding(lab, reports=["R1"]), finding(lab, detector="A2", reports=["R9"], severity="weak")]
    run = finished(organ=tree.county, user=analyst, findings=rows)
    client, url = _client(analyst), reverse("runs:findings", args=[run.number])
    assert lab.name in client.get(url).content.decode()
    only = client.get(url, {"severity": "weak"})
    assert only.context["listing"].total == 1
    found = client.get(reverse("alerts:by_key", args=[rows[0]["finding_key"]]))
    assert found.status_code == 302
    assert client.get(url, {"format": "xlsx"}).status_code == 200
    assert client.get(url, {"field": "none", "detector": "Z9", "page": "x"}).status_code == 200


def test_the_ranking_puts_the_highest_risk_first_and_explains_it(
    tree: Tree, django_assert_max_num_queries: Any
) -> None:
    analyst = make_user(tree.county)
    low, high = (make_institution(tree.county, name=name) for name in ("甲检测有限公司", "乙检测有限公司"))
    run = finished(organ=tree.county, user=analyst, findings=[finding(high, reports=["R1"])])
    client = _client(analyst)
    with django_assert_max_num_queries(15):
        page = client.get(reverse("runs:rank"))
    assert [row.pk for row in page.context["listing"].shown] == [high.pk, low.pk]
    with django_assert_max_num_queries(15):
        text = client.get(reverse("runs:explain", args=[high.uscc])).content.decode()
    for part in ("时间矛盾", "去掉", "平行样不足", "盲样合格", run.number):
        assert part in text, part
    assert _client(make_user(tree.other_county)).get(reverse("runs:explain", args=[high.uscc])).status_code == 404


def test_equal_risks_are_ranked_by_the_priority_of_the_screening_and_none_is_written_as_one(tree: Tree) -> None:
    analyst = make_user(tree.county)
    first, second = (make_institution(tree.county, name=name) for name in ("甲检测有限公司", "乙检测有限公司"))
    for lab, priority in ((first, 2.5), (second, 11.0)):
        lab.risk, lab.risk_band, lab.risk_detail = 0.999999, "red", {"standing": {"priority": priority}}
        lab.save()
    page = _client(analyst).get(reverse("runs:rank"))
    assert [row.pk for row in page.context["listing"].shown] == [second.pk, first.pk]
    assert "&gt;0.99" in page.content.decode() and "1.00" not in page.content.decode()


def test_a_finding_about_a_whole_institution_has_the_field_that_its_evidence_gives(tree: Tree) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    whole = finding(lab, reports=[], evidence=json.dumps({"rows": [{"field": "vehicle"}]}))
    odd = finding(lab, reports=[], detector="D14", evidence=json.dumps({"rows": [{"field": "没有的领域"}]}))
    run = finished(organ=tree.county, user=analyst, findings=[whole, odd])
    assert set(run.heat) == {"vehicle", ""}


def test_an_address_that_only_takes_a_form_says_so_when_opened(tree: Tree) -> None:
    analyst = make_user(tree.county)
    run = finished(organ=tree.county, user=analyst, findings=[])
    answer = _client(analyst).get(reverse("runs:download", args=[run.number, "findings.parquet"]))
    assert (answer.status_code, answer["Allow"]) == (405, "POST") and "不能直接打开" in answer.content.decode()


def test_no_risk_is_called_certain() -> None:
    assert [risk_text(one) for one in (0.9999, 0.93, 0.052, 0.0001)] == ["大于 0.99", "0.93", "0.05", "小于 0.01"]
