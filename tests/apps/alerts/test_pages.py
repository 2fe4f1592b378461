"""Pages of alerts: who sees what, what is shown, what a refused judgement says."""

from __future__ import annotations

import json
import re
import shutil
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.accounts.models import Role
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.packet import BY_ID, packet_of
from hengjian.apps.alerts.presenting import how_sure
from tests.apps.factories import Tree, make_institution, make_tree, make_user
from tests.apps.runs.samples import finding, finished, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _alert(tree: Tree, **changes: Any) -> Alert:
    lab = make_institution(tree.county)
    finished(
        organ=tree.county, user=make_user(tree.county), findings=[finding(lab, reports=["R00001", "R00002"], **changes)]
    )
    return Alert.objects.get(institution=lab)


def _show(alert: Alert) -> str:
    return reverse("alerts:show", args=[alert.number])


def test_one_alert_is_one_evidence_packet(tree: Tree, django_assert_max_num_queries: Any) -> None:
    alert = _alert(tree)
    client = _client(make_user(tree.county))
    with django_assert_max_num_queries(15):
        text = client.get(_show(alert)).content.decode()
    for part in (
        "报告的时间先后不可能成立",
        "不是认定",
        "检测结束晚于签发",
        "先后颠倒",
        "第十五条",
        "（修改前为第十四条）",
        "食品安全法",
        "正常原因",
        "现场查什么",
        "历来准否",
        alert.run.number,
        alert.finding_key,
    ):
        assert part in text, part
    assert text.count("修改前为第十四条") == 1, "the old number stands once"


def test_the_page_of_a_sector_with_another_authority_says_whom_it_goes_to(tree: Tree) -> None:
    alert = _alert(tree)
    Alert.objects.filter(pk=alert.pk).update(field="environment")
    text = _client(make_user(tree.county)).get(_show(alert)).content.decode()
    assert "生态环境" in text and "移送" in text


def test_only_the_moves_open_to_this_person_are_offered(tree: Tree) -> None:
    alert = _alert(tree, severity="certain")

    def offered(user: Any) -> set[str]:
        return set(re.findall(r'name="action" value="(\w+)"', _client(user).get(_show(alert)).content.decode()))

    assert offered(make_user(tree.county)) == {"confirm", "request_data", "propose_dismissal"}
    assert offered(make_user(tree.county, Role.SUPERVISOR)) == set()
    assert offered(make_user(tree.city)) == set()
    for role, wanted in ((Role.LEADER, set()), (Role.LEGAL_REVIEWER, set()), (Role.REGISTRAR, set())):
        assert offered(make_user(tree.county, role)) == wanted


def test_judging_from_the_page_is_recorded_and_shown_in_the_history(tree: Tree) -> None:
    alert = _alert(tree)
    client = _client(make_user(tree.county, name="沈砚秋"))
    url = reverse("alerts:judge", args=[alert.number])
    data = {"action": "dismiss", "reason_code": "clerical", "reason": "原始记录时间正确", "seen_state": "open"}
    assert client.post(url, data).status_code == 302
    text = client.get(_show(alert)).content.decode()
    for part in ("已排除", "沈砚秋", "原始记录时间正确", "机构笔误"):
        assert part in text
    late = client.post(url, data)
    assert late.status_code == 409 and "沈砚秋" in late.content.decode()


def test_a_refused_judgement_says_what_is_missing_and_keeps_what_was_typed(tree: Tree) -> None:
    alert = _alert(tree)
    client, url = _client(make_user(tree.county)), reverse("alerts:judge", args=[alert.number])
    missing = client.post(url, {"action": "dismiss", "reason": "写了很多", "seen_state": "open"})
    text = missing.content.decode()
    assert missing.status_code in (409, 422) and "排除原因" in text and "写了很多" in text
    nothing = client.post(url, {"seen_state": "open"})
    assert nothing.status_code == 422 and "请选一个结论" in nothing.content.decode()
    assert client.post(url, {"action": "reopen", "reason": "x", "seen_state": "open"}).status_code == 409
    assert client.post(url, {"action": "zzz", "seen_state": "open"}).status_code == 409
    reader = _client(make_user(tree.county, Role.SUPERVISOR))
    assert reader.post(url, {"action": "confirm", "reason": "x", "seen_state": "open"}).status_code == 403
    assert Alert.objects.get(pk=alert.pk).state == "open"


def test_another_organs_alert_is_not_there_and_institutions_see_nothing(tree: Tree) -> None:
    alert = _alert(tree)
    stranger = _client(make_user(tree.other_county))
    assert stranger.get(_show(alert)).status_code == 404
    assert stranger.get(reverse("alerts:records", args=[alert.number])).status_code == 404
    assert stranger.get(reverse("alerts:by_key", args=[alert.finding_key])).status_code == 404
    assert stranger.post(reverse("alerts:judge", args=[alert.number]), {"action": "confirm"}).status_code == 404
    lab = make_user(tree.county, Role.INSTITUTION_USER, institution_id=alert.institution.uscc)
    for user in (lab, make_user(tree.county, Role.EXPERT), make_user(tree.county, Role.SYSADMIN)):
        for url in (reverse("alerts:queue"), reverse("alerts:questions"), _show(alert), reverse("alerts:precision")):
            assert _client(user).get(url).status_code == 403
    assert stranger.get(reverse("alerts:queue")).context["listing"].total == 0


def test_the_queue_ranks_by_risk_filters_and_keeps_questions_apart(
    tree: Tree, django_assert_max_num_queries: Any
) -> None:
    strong, weak = _alert(tree), _alert(tree, severity="weak")
    client = _client(make_user(tree.county))
    with django_assert_max_num_queries(15):
        page = client.get(reverse("alerts:queue"))
    assert [row.pk for row in page.context["listing"].shown] == [strong.pk]
    with django_assert_max_num_queries(15):
        asked = client.get(reverse("alerts:questions"))
    assert [row.pk for row in asked.context["listing"].shown] == [weak.pk]
    for query, total in (
        ({"state": "dismissed"}, 0),
        ({"state": "all", "detector": "A6", "field": "food", "severity": "strong"}, 1),
        ({"q": strong.institution.uscc[:6], "area": str(tree.county.pk)}, 1),
        ({"q": strong.number}, 1),
        ({"detector": "A2"}, 0),
    ):
        assert client.get(reverse("alerts:queue"), query).context["listing"].total == total, query
    assert client.get(reverse("alerts:queue"), {"format": "xlsx"}).status_code == 200
    assert client.get(reverse("alerts:queue"), {"area": "x", "state": "y", "page": "-1"}).status_code == 200


def test_a_data_question_accuses_nobody_on_its_page(tree: Tree) -> None:
    text = _client(make_user(tree.county)).get(_show(_alert(tree, severity="weak"))).content.decode()
    assert "数据质询" in text and 'value="confirm"' not in text


def test_asking_many_for_data_says_how_many_moved(tree: Tree) -> None:
    alerts = [_alert(tree) for _ in range(2)]
    client, url = _client(make_user(tree.county)), reverse("alerts:ask_many")
    assert client.post(url, {"reason": "x"}, follow=True).content.decode().count("没有选中") == 1
    data = {"selected": [one.pk for one in alerts], "reason": "请交原始记录"}
    assert "2 条已要求机构补充" in client.post(url, data, follow=True).content.decode()
    assert "没有办" in client.post(url, data, follow=True).content.decode()
    assert _client(make_user(tree.county, Role.SUPERVISOR)).post(url, data).status_code == 403


def test_the_accused_reports_stand_side_by_side_as_they_were_screened(tree: Tree) -> None:
    alert = _alert(tree)
    dataset = alert.last_run.folder / "dataset"
    rows = [report(alert.institution, 1), report(alert.institution, 2)]
    pq.write_table(pa.Table.from_pylist(rows), dataset / "reports.parquet")
    results = [{"report_id": f"R0000{n}", "item_code": "Pb", "item_name": "铅", "value_text": "0.12"} for n in (1, 2)]
    pq.write_table(pa.Table.from_pylist(results), dataset / "results.parquet")
    Alert.objects.filter(pk=alert.pk).update(subject_kind="cluster")
    url, client = reverse("alerts:records", args=[alert.number]), _client(make_user(tree.county))
    text = client.get(url, headers={"HX-Request": "true"}).content.decode()
    for part in ("QS-2026-00001", "QS-2026-00002", "铅", "不应相同", "0.12"):
        assert part in text, part
    assert "<html" not in text and "<html" in client.get(url).content.decode()
    shutil.rmtree(dataset)
    assert "已不在运行目录里" in client.get(url).content.decode()


def test_figures_of_peers_are_drawn_and_listed(tree: Tree) -> None:
    alert = _alert(tree, detector="D3")
    rows = [{"report_id": f"R{n}", "rsd_percent": 0.1 * n, "peer_rsd_percent": 2.5} for n in range(5)]
    labels = {"report_id": "报告标识", "rsd_percent": "本组离散", "peer_rsd_percent": "同行离散"}
    Alert.objects.filter(pk=alert.pk).update(evidence={"rows": rows, "labels": labels})
    text = _client(make_user(tree.county)).get(_show(alert)).content.decode()
    assert "同行怎样" in text and "<svg" in text and "本组离散" in text


def test_overlapping_runs_are_drawn_and_set_side_by_side(tree: Tree) -> None:
    alert = _alert(tree, detector="B2")
    row = {"report_id": "R1", "other_report": "R2", "run_from": "2026-09-20 09:00:00", "run_to": "2026-09-20 10:00:00"}
    row |= {"other_from": "2026-09-20 09:30:00", "other_to": "2026-09-20 10:30:00"}
    labels = {"report_id": "报告标识", "other_report": "重叠的报告", "run_from": "起", "run_to": "止"}
    labels |= {"other_from": "其起", "other_to": "其止"}
    Alert.objects.filter(pk=alert.pk).update(evidence={"rows": [row], "labels": labels})
    alert.refresh_from_db()
    packet = packet_of(alert)
    assert [(side.label, side.odd) for side in packet.sides] == [("报告标识", False), ("起", True), ("止", True)]
    assert packet.figure is not None and "不应重叠" in {side.mark for side in packet.sides}


@pytest.mark.parametrize("detector", sorted(BY_ID))
def test_the_evidence_of_every_detector_is_shown_in_chinese(tree: Tree, detector: str) -> None:
    known = BY_ID[detector]
    row: dict[str, Any] = dict.fromkeys(known.labels, "2026-09-20 09:00:00") | {
        name: next(iter(words)) for name, words in known.words.items()
    }
    row |= {"report_id": "R1", "other_report": "R2", "subject_id": "X<b>"}
    evidence = {"says": "一句话", "rows": [row], "rows_total": 3, "labels": dict(known.labels), "excluded": ["甲"]}
    alert = _alert(tree, detector=detector)
    Alert.objects.filter(pk=alert.pk).update(evidence=evidence)
    alert.refresh_from_db()
    packet = packet_of(alert)
    assert [label for label, _ in packet.heads] == [known.labels[name] for name in known.labels if name in row]
    for words in known.words.values():
        assert not any(cell.shown in words for cell in packet.rows[0]), "codes are spoken"
    answer = _client(make_user(tree.county)).get(_show(alert))
    assert answer.status_code == 200 and "X<b>" not in answer.content.decode()


def test_two_jobs_of_one_person_stand_side_by_side_with_their_times_and_no_number_twice(tree: Tree) -> None:
    alert = _alert(tree, detector="B1")
    row = {"report_no": "甲1", "report_id": "甲1", "other_report": "甲2", "other_no": "甲2"}
    row |= {"act_from": "2026-03-02 10:27:32", "act_to": "2026-03-02 10:40:02"}
    row |= {"other_from": "2026-03-02 10:27:32", "other_to": "2026-03-02 10:43:14"}
    labels = dict(BY_ID["B1"].labels) | {"other_no": "冲突的报告编号"}
    Alert.objects.filter(pk=alert.pk).update(evidence={"says": "一句话", "rows": [row, row], "labels": labels})
    alert.refresh_from_db()
    packet = packet_of(alert)
    assert [(side.label, side.odd) for side in packet.sides if side.odd] == [("起", True), ("止", True)]
    assert "冲突的报告" not in {cell.label for cell in (*packet.common, *packet.rows[0])}


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"severity": "strong"}, "+"), ({"severity": "weak"}, "至多"), ({"evidence": {"uncounted": "甲"}}, "不计入风险")],
)
def test_what_a_finding_adds_to_the_risk_is_not_overstated(tree: Tree, changed: dict[str, Any], said: str) -> None:
    alert = _alert(tree)
    Alert.objects.filter(pk=alert.pk).update(**changed)
    alert.refresh_from_db()
    facts = {what: value for what, value, _ in how_sure(alert, packet_of(alert), None)}
    assert facts["贡献"].startswith(said)


def test_a_finding_without_reports_does_not_speak_of_their_share(tree: Tree) -> None:
    alert = _alert(tree, detector="D6")
    evidence = {
        "says": "一句话",
        "rows": [{"field": "vehicle", "fails": 0}],
        "labels": {"field": "领域", "fails": "份数"},
    }
    Alert.objects.filter(pk=alert.pk).update(report_ids=[], n_reports=0, evidence=evidence)
    text = _client(make_user(tree.county)).get(_show(alert)).content.decode()
    assert "0 份报告" not in text and "0.0%" not in text
    assert "的值有下划线" not in text, "the only column at odds heads the row"
    records = _client(make_user(tree.county)).get(reverse("alerts:records", args=[alert.number])).content.decode()
    assert "机构的整体" in records
    assert "不在运行目录" not in records


def test_evidence_of_a_retired_detector_is_still_shown(tree: Tree) -> None:
    alert = _alert(tree, detector="Z9")
    assert packet_of(alert).retired
    answer = _client(make_user(tree.county)).get(_show(alert))
    assert answer.status_code == 200 and "已停用" in answer.content.decode()


def test_empty_and_odd_evidence_breaks_nothing(tree: Tree) -> None:
    alert, client = _alert(tree), _client(make_user(tree.county))
    for evidence in ({}, {"rows": []}, {"rows": ["x"], "labels": {}}, {"rows": [{"a": None}], "labels": {"a": "甲"}}):
        Alert.objects.filter(pk=alert.pk).update(evidence=evidence, violation="", report_ids=[])
        assert client.get(_show(alert)).status_code == 200


def test_the_precision_page_shows_counts_with_their_interval(tree: Tree) -> None:
    alert, analyst = _alert(tree), make_user(tree.county)
    data = {"action": "confirm", "reason": "属实", "seen_state": "open"}
    _client(analyst).post(reverse("alerts:judge", args=[alert.number]), data)
    text = _client(analyst).get(reverse("alerts:precision")).content.decode()
    assert "A6" in text and "–" in text
    assert "还没有预警" in _client(make_user(tree.other_county)).get(reverse("alerts:precision")).content.decode()


def test_reports_are_named_by_the_number_printed_on_them(tree: Tree) -> None:
    lab = make_institution(tree.county)
    evidence = {
        "says": "报告 R00001 的样品与报告 R00002 重叠",
        "labels": {"report_id": "报告标识", "other_report": "重叠的报告"},
        "rows": [{"report_id": "R00001", "other_report": "R00002"}],
    }
    found = finding(lab, detector="B2", reports=["R00001", "R00002"], evidence=json.dumps(evidence))
    printed = {"R00001": "QS-2026-00001", "R00002": "QS-2026-00002"}
    finished(organ=tree.county, user=make_user(tree.county), findings=[found], numbers=printed)
    packet = packet_of(Alert.objects.get())
    assert packet.says == "报告 QS-2026-00001 的样品与报告 QS-2026-00002 重叠"
    assert packet.heads == (("报告编号", False), ("重叠的报告", False))
    assert [cell.shown for cell in packet.rows[0]] == ["QS-2026-00001", "QS-2026-00002"]


def test_two_reports_under_one_number_keep_their_keys_beside(tree: Tree) -> None:
    alert = _alert(tree)
    alert.evidence = {
        "labels": {"report_id": "报告标识", "other_report": "重叠的报告"},
        "rows": [{"report_id": "R00001", "other_report": "R00002"}],
        "numbers": {"R00001": "QS-1", "R00002": "QS-1"},
    }
    assert [cell.shown for cell in packet_of(alert).rows[0]] == ["QS-1（R00001）", "QS-1（R00002）"]


def test_codes_of_the_contract_are_words_in_the_evidence(tree: Tree) -> None:
    alert = _alert(tree)
    alert.evidence = {
        "labels": {"report_id": "报告标识", "field": "领域", "sign_mode": "签名方式"},
        "rows": [{"report_id": "R00001", "field": "food", "sign_mode": "esign"}],
    }
    assert [cell.shown for cell in packet_of(alert).rows[0]] == ["R00001", "食品", "电子签名"]
