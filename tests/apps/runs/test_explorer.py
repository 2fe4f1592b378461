"""The findings explorer: filters, order, pages, export with its event; progress detector by detector."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.accounts.models import Role
from hengjian.apps.record.models import Event
from hengjian.apps.runs import presenting
from hengjian.apps.runs.explorer import finding_rows
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.worker import Progress
from hengjian.backends.detecting import DetectorRun
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


def _run(tree: Tree) -> ScreeningRun:
    one, other = (
        make_institution(tree.county, name="甲检测公司"),
        make_institution(tree.other_county, name="乙检测公司"),
    )
    rows = [
        finding(one, reports=["R1"], score=20.0, severity="certain"),
        finding(one, detector="C4", reports=["R2", "R3"], score=13.0, key="x"),
        finding(other, detector="D3", reports=["R4"], score=5.5, severity="weak"),
        finding(other, detector="A2", reports=["R5"], score=5.5, severity="weak", occurred_on=None),
    ]
    return finished(organ=tree.city, user=make_user(tree.city), findings=rows)


def _total(client: Client, run: ScreeningRun, **query: Any) -> int:
    page = client.get(reverse("runs:findings", args=[run.number]), query)
    assert page.status_code == 200
    return page.context["listing"].total  # type: ignore[no-any-return]


def test_every_filter_narrows_and_nonsense_is_told_in_a_sentence(
    tree: Tree, django_assert_max_num_queries: Any
) -> None:
    run, client = _run(tree), _client(make_user(tree.city))
    with django_assert_max_num_queries(15):
        assert _total(client, run) == 4
    county = str(tree.county.pk)
    narrowed = {
        "detector": ("D3", 1),
        "severity": ("weak", 2),
        "cluster": ("digits", 1),
        "kind": ("hard", 2),
        "area": (county, 2),
        "q": ("乙检", 2),
        "field": ("food", 4),
        "score_from": ("13", 2),
        "day_to": ("2026-09-19", 0),
    }
    for name, (value, total) in narrowed.items():
        assert _total(client, run, **{name: value}) == total, name
    assert _total(client, run, severity="weak", q="甲检") == 0
    nonsense = client.get(reverse("runs:findings", args=[run.number]), {"kind": "x", "score_from": "y", "sort": "z"})
    assert nonsense.status_code == 200 and len(nonsense.context["listing"].errors) == 3


def test_rows_are_sorted_and_cut_without_reading_all(tree: Tree) -> None:
    rows = finding_rows(_run(tree))
    assert [row["score"] for row in rows.ordered(("score",), descending=True)[0:2]] == [20.0, 13.0]
    by_day = rows.ordered(("occurred_on",), descending=False)
    assert by_day[3:9][0]["occurred_on"] is None and len(list(by_day)) == 4
    assert {row["kind"] for row in rows} == {"hard", "identity", "statistical"}


def test_the_export_has_the_pages_rows_and_is_on_the_record_and_only_for_those_who_may(tree: Tree) -> None:
    run = _run(tree)
    url = reverse("runs:findings", args=[run.number])
    answer = _client(make_user(tree.city)).get(url, {"severity": "weak", "format": "xlsx"})
    assert answer["Content-Type"].endswith("sheet")
    event = Event.objects.latest("pk")
    assert "筛查发现" in str(event.after) and "weak" in str(event.after)
    page = _client(make_user(tree.city, Role.OFFICER)).get(url, {"format": "xlsx"})
    assert page["Content-Type"].startswith("text/html") and "format=xlsx" not in page.content.decode()
    assert _client(make_user(tree.other_county)).get(url).status_code == 404


def test_the_newest_findings_open_from_the_menu(tree: Tree) -> None:
    client, url = _client(make_user(tree.city)), reverse("runs:latest_findings")
    assert client.get(url).url == reverse("runs:list")
    run = _run(tree)
    assert client.get(url, {"kind": "hard"}).url == reverse("runs:findings", args=[run.number]) + "?kind=hard"


def test_while_a_run_works_each_detector_tells_whether_it_is_done(tree: Tree) -> None:
    user = make_user(tree.county)
    run = running(organ=tree.county, user=user)
    report = Progress(run).detectors(10, 100, ["A6", "C4", "D3"])
    report(1, 5, "A6 报告的时间先后")
    run.refresh_from_db()
    assert [line.label for line in presenting.live_lines(run)] == ["运行", "等待", "等待"]
    part = _client(user).get(reverse("runs:progress", args=[run.number])).content.decode()
    assert "hx-swap-oob" in part and "C4" in part
    address = reverse("runs:progress", args=[run.number])
    ScreeningRun.objects.filter(pk=run.pk).update(state="queued")
    answers = [_client(user).get(address, {"shown": state}) for state in ("queued", "running")]
    assert ["HX-Refresh" in one for one in answers] == [False, True], "heading and tag say the state too"
    page = _client(user).get(reverse("runs:show", args=[run.number])).content.decode()
    assert 'id="live"' in page and "检测器进度" in page


def test_a_detector_that_has_ended_keeps_its_seconds(tree: Tree) -> None:
    progress = Progress(running(organ=tree.county, user=make_user(tree.county)))
    report = progress.detectors(10, 100, ["A6", "C4"])
    for done, step in enumerate(("读取数据", "A6 一", "C4 二")):
        report(done, 4, step)
    assert [one["state"] for one in progress._detectors] == ["running", "running"], "side by side"
    for name in ("C4", "A6"):
        progress.ended(DetectorRun(id=name, version=1, state="ran", reason="", findings=0, seconds=1.25))
    report(3, 4, "计算风险")
    assert [one["state"] for one in progress._detectors] == ["done", "done"]
    assert all(one["seconds"] is not None for one in progress._detectors)
