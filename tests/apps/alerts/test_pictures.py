"""Pictures of alerts follow the evidence: copied curves, equal results, a day with overlaps, results at the limit."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.alerts.copying import copied_stretch, likeness
from hengjian.apps.alerts.daytime import works_of
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.pictures import pictures_of
from hengjian.apps.runs.models import ScreeningRun
from tests.apps.factories import Tree, make_institution, make_tree, make_user
from tests.apps.runs.samples import finding, finished

WAVE = [round(10 + ((n * 7919) % 101) / 10, 1) for n in range(120)]
OTHER = [round(10 + ((n * 6007 + 13) % 97) / 10, 1) for n in range(120)]


def test_a_whole_copy_a_shifted_piece_and_strangers_are_told_apart() -> None:
    whole = copied_stretch(WAVE, WAVE)
    assert whole is not None and (whole.start, whole.length, whole.shift) == (0, 120, 0)
    piece = copied_stretch(WAVE, OTHER[:30] + WAVE[20:80])
    assert piece is not None and (piece.start, piece.length, piece.shift) == (20, 60, 10)
    assert copied_stretch(WAVE, OTHER) is None


def test_a_plateau_that_both_share_is_no_copy() -> None:
    assert copied_stretch([5.0] * 60 + WAVE[:20], [5.0] * 60 + OTHER[:20]) is None
    assert copied_stretch([], [1.0]) is None


def test_a_scaled_copy_is_called_alike_with_its_factor_and_missing_readings_do_not_matter() -> None:
    found = likeness(WAVE, [value * 0.6 for value in WAVE[:-1]] + [float("nan")])
    assert found is not None and found[0] > 0.999 and found[1] == pytest.approx(0.6)
    assert likeness(WAVE, OTHER) is None and likeness([1.0] * 50, WAVE[:50]) is None


def test_every_pair_of_columns_from_and_to_is_a_stretch_of_work_and_nonsense_is_none() -> None:
    row = {"report_id": "R1", "other_report": "R2", "act_from": "2026-10-14 09:00:00", "act_to": "2026-10-14 10:00:00"}
    row |= {
        "other_from": "2026-10-14 09:30:00",
        "other_to": "2026-10-14 09:40:00",
        "valid_from": "长期",
        "x_from": None,
    }
    assert [(one.report, one.start.minute) for one in works_of(row)] == [("R1", 0), ("R2", 30)]
    assert works_of({"a_from": "2026-10-14 10:00:00", "a_to": "2026-10-14 09:00:00"}) == []


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def _alert(tree: Tree, *, detector: str, row: dict[str, Any], **changes: Any) -> Alert:
    lab = make_institution(tree.county)
    told = {
        "says": "一句话",
        "rows": [row],
        "rows_total": 1,
        "labels": {"report_id": "报告标识"},
        "accused": 2,
        "judged": 9,
    }
    rows = [finding(lab, detector=detector, reports=["R1", "R2"], evidence=json.dumps(told), **changes)]
    finished(organ=tree.county, user=make_user(tree.county), findings=rows)
    return Alert.objects.select_related("last_run", "institution").get(institution=lab)


def _put(run: ScreeningRun, table: str, rows: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows), run.folder / "dataset" / f"{table}.parquet")


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db
def test_copied_curves_are_drawn_over_one_another_with_the_stretch_named(
    tree: Tree, django_assert_max_num_queries: Any
) -> None:
    alert = _alert(tree, detector="C1", row={"report_id": "R1", "other_report": "R2"}, subject_kind="cluster")
    both = [("R1", WAVE), ("R2", OTHER[:30] + WAVE[20:80])]
    _put(alert.last_run, "raw_series", [{"report_id": r, "channel": "co_pct", "hz": 1.0, "values": v} for r, v in both])
    client, url = _client(make_user(tree.county)), reverse("alerts:pictures", args=[alert.number])
    with django_assert_max_num_queries(10):
        text = client.get(url, headers={"hx-request": "true"}).content.decode()
    for part in ("<svg", "60 点相同", "乙已移动 10 点", "数据表", 'role="img"'):
        assert part in text, part
    assert "<html" not in text and "<html" in client.get(url, {"pair": "x9"}).content.decode()
    assert _client(make_user(tree.other_county)).get(url).status_code == 404


@pytest.mark.django_db
def test_a_stretch_at_another_speed_is_marked_and_said_in_words(tree: Tree) -> None:
    row = {"report_id": "R2", "other_report": "R1", "channel": "co2_pct", "first_point": 21, "last_point": 84}
    row |= {"shift": -2, "speed": 0.98, "correlation": 0.912, "usual_correlation": 0.44}
    alert = _alert(tree, detector="C3", row=row, subject_kind="cluster")
    series = {"channel": "co2_pct", "item_code": "co", "replicate": 0, "hz": 1.0}
    _put(
        alert.last_run,
        "raw_series",
        [{"report_id": "R1", "values": WAVE} | series, {"report_id": "R2", "values": OTHER} | series],
    )
    text = _client(make_user(tree.county)).get(reverse("alerts:pictures", args=[alert.number])).content.decode()
    for part in ("第 21 至 84 点把其中一条移动 2 点、快慢调到 0.98 倍后", "相关系数 0.91", "起伏相同的一段"):
        assert part in text, part


@pytest.mark.django_db
def test_equal_results_stand_side_by_side_and_are_marked(tree: Tree) -> None:
    alert = _alert(tree, detector="C4", row={"report_id": "R1", "other_report": "R2"}, subject_kind="cluster")
    values = {"R1": ["1.23", "4.5", "7"], "R2": ["1.23", "4.5", "8"]}
    rows = [
        {"report_id": r, "item_code": f"I{n}", "item_name": f"项目{n}", "value_text": v, "unit": "mg/L"}
        for r, three in values.items()
        for n, v in enumerate(three)
    ]
    _put(alert.last_run, "results", rows)
    shown = pictures_of(alert)
    assert (len(shown.vectors), shown.same) == (3, 2)
    text = _client(make_user(tree.county)).get(reverse("alerts:pictures", args=[alert.number])).content.decode()
    assert text.count("<mark>") == 4 and "3 项中 2 项相同" in text


@pytest.mark.django_db
def test_the_day_shows_what_overlaps_and_what_else_was_done(tree: Tree) -> None:
    def at(hour: int, minute: int) -> datetime:
        return datetime(2026, 10, 14, hour, minute)

    row = {"report_id": "R1", "other_report": "R2", "run_from": str(at(9, 0)), "run_to": str(at(9, 40))}
    row |= {"other_from": str(at(9, 30)), "other_to": str(at(10, 0))}
    alert = _alert(tree, detector="B2", row=row, subject_kind="instrument", subject_id="E1")
    other_day = at(9, 0).replace(day=15)
    rows = [
        {"report_id": "R3", "instrument_id": "E1", "started_at": at(11, 0), "finished_at": at(11, 20)},
        {"report_id": "R4", "instrument_id": "E1", "started_at": other_day, "finished_at": other_day},
        {"report_id": "R5", "instrument_id": "E2", "started_at": at(9, 0), "finished_at": at(9, 10)},
    ]
    _put(alert.last_run, "results", rows)
    (picture,) = pictures_of(alert).pictures
    assert [lane[0] for lane in picture.drawn.rows[-3:]] == ["R1", "R2", "R3"]
    assert 'class="clash"' in picture.drawn.html and "R4" not in picture.drawn.html and "R5" not in picture.drawn.html


@pytest.mark.django_db
def test_results_are_set_against_the_limit_with_what_the_peers_make_one_expect(tree: Tree) -> None:
    alert = _alert(tree, detector="D3", row={"report_id": "R1", "item_code": "I1", "item_name": "铅"})
    mine = {"institution_id": alert.institution.uscc, "field": "food"}
    reports = [{"report_id": f"M{n}", **mine} for n in range(40)]
    _put(alert.last_run, "reports", reports)
    own = [{"report_id": f"M{n}", "item_code": "I1", "value": 0.9 + n / 1000, "limit_high": 1.0} for n in range(40)]
    peers = [{"report_id": f"P{n}", "item_code": "I1", "value": n / 100, "limit_high": 1.0} for n in range(150)]
    _put(alert.last_run, "results", own + peers)
    (picture,) = pictures_of(alert).pictures
    assert "限值" in picture.drawn.html and picture.drawn.head[-1] == "按同行 150 个结果应有"
    _put(alert.last_run, "results", own[:5])
    assert pictures_of(alert).pictures == ()


@pytest.mark.django_db
def test_an_alert_whose_data_are_gone_says_so_and_shows_no_error(tree: Tree) -> None:
    alert = _alert(tree, detector="C1", row={"report_id": "R1", "other_report": "R2"}, subject_kind="cluster")
    page = _client(make_user(tree.county)).get(reverse("alerts:pictures", args=[alert.number]))
    assert page.status_code == 200 and "没有可画的" in page.content.decode()
