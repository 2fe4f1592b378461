"""A dataset folder through the whole screening."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import RunSummary, ScreeningCancelled, run_screening
from hengjian.engines.screening.detector import ArrayStep, Detector, Step
from hengjian.engines.screening.detectors import a6_time_order
from hengjian.engines.tables.contract import TABLES
from hengjian.kernel.errors import Refused
from tests.engines.screening.small_city import SmallCity, institution

TODAY = date(2026, 11, 1)


def screen(folder: Path, out: Path, **more: Any) -> RunSummary:
    return run_screening(folder, out, today=TODAY, articles=article_in_force, **more)


def findings(out: Path, detector: str) -> list[dict[str, Any]]:
    return [row for row in pq.read_table(out / "findings.parquet").to_pylist() if row["detector"] == detector]


def run(city: SmallCity, folder: Path, detector: str) -> list[dict[str, Any]]:
    screen(city.write(folder / "data"), folder / "out")
    return findings(folder / "out", detector)


def test_an_honest_city_has_no_findings_and_every_institution_a_row(tmp_path: Path) -> None:
    summary = screen(SmallCity().write(tmp_path / "data"), tmp_path / "out")
    assert summary.findings == 0
    states = {one.id: one.state for one in summary.detectors}
    assert set(states.values()) <= {"ran", "skipped", "abstained"}
    assert {states[one] for one in ("A2", "A6", "A10", "B2", "C4")} == {"ran"}
    assert states["D3"] == "abstained", "ten institutions are too few peers"
    rows = pq.read_table(tmp_path / "out" / "institutions.parquet").to_pylist()
    assert len(rows) == 10 and {row["band"] for row in rows} == {"green"}


def test_issue_long_before_the_end_is_certain_when_repeated(tmp_path: Path) -> None:
    city = SmallCity()
    for row in city.reports(1)[5:9]:
        row["issued_at"] = row["finished_at"] - timedelta(hours=60)
    found = [row for row in run(city, tmp_path, "A6") if row["severity"] == "certain"]
    assert len(found) == 1
    assert found[0]["institution_id"] == institution(1)
    assert "第十五条第二款第（五）项" in found[0]["article"]


def test_a_date_one_day_off_is_a_question_not_an_accusation(tmp_path: Path) -> None:
    city = SmallCity()
    city.reports(2)[3]["received_at"] -= timedelta(days=1)
    found = run(city, tmp_path, "A6")
    assert [row["severity"] for row in found] == ["weak"]


def test_day_resolution_does_not_accuse_of_the_same_day(tmp_path: Path) -> None:
    city = SmallCity()
    for row in city.tables["reports"]:
        for name in ("sampled_at", "received_at", "started_at", "finished_at", "issued_at"):
            row[name] = row[name].replace(hour=0, minute=0, second=0)
        row["issued_at"] = row["finished_at"]
    assert run(city, tmp_path, "A6") == []


def test_a_date_one_day_off_and_clocks_minutes_apart_are_a_question(tmp_path: Path) -> None:
    city = SmallCity()
    for row in city.tables["reports"]:
        row["uploaded_at"] = row["issued_at"] + timedelta(minutes=40, seconds=7)
    slipped, backdated = city.reports(2)[3], city.reports(3)[3]
    slipped["uploaded_at"] = slipped["issued_at"] - timedelta(days=1, minutes=3)
    backdated["uploaded_at"] = backdated["issued_at"] - timedelta(days=1, minutes=30)
    severities = {row["institution_id"]: row["severity"] for row in run(city, tmp_path, "A6")}
    assert severities == {institution(2): "weak", institution(3): "strong"}


def test_an_expired_certificate_is_certain_with_the_reports_after_it(tmp_path: Path) -> None:
    city = SmallCity()
    city.tables["certificates"][6]["valid_to"] = date(2026, 4, 1)
    (found,) = run(city, tmp_path, "A2")
    late = [row["report_id"] for row in city.reports(6) if row["issued_at"].date() > date(2026, 4, 1)]
    assert found["severity"] == "certain" and found["report_ids"].split("|") == late


def test_a_renewal_under_way_is_only_a_question(tmp_path: Path) -> None:
    city = SmallCity()
    city.tables["certificates"][6] |= {"valid_to": date(2026, 4, 1), "renewal_applied_on": date(2026, 2, 1)}
    assert {row["severity"] for row in run(city, tmp_path, "A2")} == {"weak"}


def test_a_number_with_two_neighbours_swapped_is_a_slip(tmp_path: Path) -> None:
    city = SmallCity()
    row = city.reports(3)[0]
    number = row["certificate_no"]
    row["certificate_no"] = number[:-2] + number[-1] + number[-2]
    assert [row["severity"] for row in run(city, tmp_path, "A2")] == ["weak"]


def test_another_institutions_number_is_certain(tmp_path: Path) -> None:
    city = SmallCity()
    city.tables["certificates"][8]["certificate_no"] = "240412345678"
    for row in city.reports(8):
        row["certificate_no"] = "240412345678"
    city.reports(3)[0]["certificate_no"] = "240412345678"
    (found,) = run(city, tmp_path, "A2")
    assert (found["severity"], found["institution_id"]) == ("certain", institution(3))


def overlap(city: SmallCity, number: int = 4) -> None:
    first, second = city.reports(number)[4:6]
    begin, end = (city.results(first["report_id"])[0][name] for name in ("started_at", "finished_at"))
    for row in city.results(second["report_id"]):
        row["started_at"], row["finished_at"] = begin + timedelta(minutes=20), end + timedelta(minutes=20)


def test_two_samples_at_once_on_one_channel_are_strong(tmp_path: Path) -> None:
    city = SmallCity()
    overlap(city)
    (found,) = run(city, tmp_path, "B2")
    assert (found["severity"], found["subject_id"]) == ("strong", "E4")
    assert found["report_ids"] == "R040004|R040005"


def test_capacity_for_two_samples_is_not_exceeded_by_two(tmp_path: Path) -> None:
    city = SmallCity()
    overlap(city)
    city.tables["instruments"][4]["parallel"] = 2
    assert run(city, tmp_path, "B2") == []


def test_overlap_abstains_at_day_resolution(tmp_path: Path) -> None:
    city = SmallCity()
    for row in city.tables["results"]:
        row["started_at"] = row["started_at"].replace(hour=0, minute=0, second=0)
        row["finished_at"] = row["started_at"] + timedelta(days=1)
    summary = screen(city.write(tmp_path / "data"), tmp_path / "out", only=["B2"])
    assert summary.detectors[0].state == "abstained" and "天" in summary.detectors[0].reason
    abstained = pq.read_table(tmp_path / "out" / "institutions.parquet")["abstained"].to_pylist()
    assert all(text.startswith("B2:") for text in abstained)


def clone(city: SmallCity, source: str, target: str) -> None:
    for old, new in zip(city.results(source), city.results(target), strict=True):
        new["value"], new["value_text"] = old["value"], old["value_text"]


def test_equal_vectors_of_strangers_are_certain(tmp_path: Path) -> None:
    city = SmallCity()
    clone(city, "R030004", "R030005")
    (found,) = run(city, tmp_path, "C4")
    assert found["severity"] == "certain" and found["report_ids"] == "R030004|R030005"


def test_equal_vectors_of_one_sample_are_to_be_explained(tmp_path: Path) -> None:
    city = SmallCity()
    clone(city, "R030004", "R030005")
    city.reports(3)[5]["sample_id"] = city.reports(3)[4]["sample_id"]
    assert [row["severity"] for row in run(city, tmp_path, "C4")] == ["weak"]


def test_a_duplicate_upload_is_no_clone(tmp_path: Path) -> None:
    city = SmallCity()
    old = city.reports(3)[4]
    city.tables["reports"].append(old | {"report_id": "R03COPY"})
    city.tables["results"] += [row | {"report_id": "R03COPY"} for row in city.results(old["report_id"])]
    summary = screen(city.write(tmp_path / "data"), tmp_path / "out")
    assert summary.findings == 0
    assert {"table": "reports", "remark": "duplicate_upload", "rows": 1} in summary.remarks


def test_replicates_far_closer_than_the_peers_are_strong(tmp_path: Path) -> None:
    city = SmallCity(institutions=22)
    for report in city.reports(5):
        base = {row["item_code"]: row["value"] for row in city.results(report["report_id"], replicate=0)}
        for row in city.results(report["report_id"]):
            if row["replicate"]:
                row["value"] = round(base[row["item_code"]] * (1 + 0.002 * city.chance.normal()), 3)
                row["value_text"] = f"{row['value']:.3f}"
    found = run(city, tmp_path, "D3")
    assert {(row["institution_id"], row["severity"]) for row in found} == {(institution(5), "strong")}
    assert all(row["q_value"] <= 0.05 for row in found)


def test_few_peers_and_no_known_precision_leave_replicates_unjudged(tmp_path: Path) -> None:
    city = SmallCity()
    for row in city.tables["results"]:
        row["value"], row["value_text"] = 20.001, "20.001"
    screen(city.write(tmp_path / "data"), tmp_path / "out", only=["D3"])
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert [one["state"] for one in record["detectors"]] == ["abstained"]


def test_the_sentence_of_a_finding_has_figures_for_people(tmp_path: Path) -> None:
    city = SmallCity(institutions=22)
    for row in city.tables["results"]:
        if row["replicate"] and row["report_id"].startswith("R05"):
            row["value"] = round(20 + 0.04 * float(city.chance.normal()), 3)
            row["value_text"] = f"{row['value']:.3f}"
    says = {json.loads(row["evidence"])["says"] for row in run(city, tmp_path, "D3")}
    assert says
    for sentence in says:
        for number in re.findall(r"\d+\.\d+", sentence):
            assert len(number.replace(".", "").lstrip("0")) <= 3, sentence


def test_minutes_between_two_clocks_are_no_accusation(tmp_path: Path) -> None:
    """Uploads stamped five minutes slow at one institution, ten at another with a few quick uploads only."""
    city = SmallCity()
    for row in city.tables["reports"]:
        row["uploaded_at"] = row["issued_at"] + timedelta(hours=3, seconds=7)
    for place, row in enumerate(city.reports(1)):
        row["uploaded_at"] = row["issued_at"] + timedelta(minutes=-5 if place % 2 else 300)
    for row in city.reports(2)[:6]:
        row["uploaded_at"] = row["issued_at"] - timedelta(minutes=10)
    found = run(city, tmp_path, "A6")
    assert {row["severity"] for row in found} <= {"weak"}
    assert institution(1) not in {row["institution_id"] for row in found}, "its clock shows in all its quick uploads"


def test_an_upload_hours_before_the_issue_is_no_matter_of_clocks(tmp_path: Path) -> None:
    city = SmallCity()
    for row in city.tables["reports"]:
        row["uploaded_at"] = row["issued_at"] + timedelta(minutes=40, seconds=7)
    for row in city.reports(1)[:6]:
        row["uploaded_at"] = row["issued_at"] - timedelta(days=4, hours=5)
    found = run(city, tmp_path, "A6")
    assert {row["institution_id"] for row in found} == {institution(1)}
    certain = [row for row in found if row["severity"] == "certain"]
    assert len(certain) == 1 and "相差 4 天" in json.loads(certain[0]["evidence"])["says"]


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    city = SmallCity()
    overlap(city)
    clone(city, "R030004", "R030005")
    folder = city.write(tmp_path / "data")
    for out in ("one", "two"):
        screen(folder, tmp_path / out)
    for name in ("findings.parquet", "institutions.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_chinese_headers_in_gb18030_give_the_same_findings(tmp_path: Path) -> None:
    city = SmallCity()
    overlap(city)
    folder = city.write(tmp_path / "data")
    spoken = tmp_path / "spoken"
    spoken.mkdir()
    for path in folder.glob("*.parquet"):
        table = pq.read_table(path)
        columns = TABLES[path.stem].columns
        table = table.rename_columns([columns[name].header for name in table.column_names])
        pacsv.write_csv(table, spoken / f"{path.stem}.csv")
        text = (spoken / f"{path.stem}.csv").read_text(encoding="utf-8")
        (spoken / f"{path.stem}.csv").write_text(text, encoding="gb18030")
    screen(folder, tmp_path / "one")
    screen(spoken, tmp_path / "two")
    for name in ("findings.parquet", "institutions.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_broken_detector_fails_alone(tmp_path: Path) -> None:
    from dataclasses import replace

    broken = replace(a6_time_order.DETECTOR, id="A99", steps=(Step(name="hits", sql="SELECT nothing FROM nowhere"),))
    beyond = replace(broken, id="A98", steps=(), array=ArrayStep(inputs=(), compute=lambda _: [][0]))
    detectors: tuple[Detector, ...] = (beyond, broken, a6_time_order.DETECTOR)
    summary = screen(SmallCity().write(tmp_path / "data"), tmp_path / "out", detectors=detectors)
    assert [one.state for one in summary.detectors] == ["failed", "failed", "ran"]
    assert summary.detectors[0].reason.startswith("IndexError")


def test_a_detector_without_its_table_is_skipped_and_said_so(tmp_path: Path) -> None:
    city = SmallCity()
    city.tables["instruments"] = []
    summary = screen(city.write(tmp_path / "data"), tmp_path / "out", only=["B2"])
    assert (summary.detectors[0].state, summary.detectors[0].reason) == ("skipped", "缺少表 instruments")
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["detectors"][0]["state"] == "skipped"


def test_a_cancelled_run_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ScreeningCancelled):
        screen(SmallCity().write(tmp_path / "data"), tmp_path / "out", cancelled=lambda: True)
    assert not (tmp_path / "out").exists()


def test_a_missing_folder_table_or_column_is_refused_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="不存在"):
        screen(tmp_path / "absent", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(Refused, match="缺少必需的表"):
        screen(tmp_path / "empty", tmp_path / "out")
    city = SmallCity()
    for row in city.tables["reports"]:
        del row["issued_at"]
    with pytest.raises(Refused, match="issued_at"):
        screen(city.write(tmp_path / "data"), tmp_path / "out")
    (tmp_path / "data" / "reports.parquet").write_bytes(b"not parquet")
    with pytest.raises(Refused, match="读不出来"):
        screen(tmp_path / "data", tmp_path / "out")


def test_an_unknown_detector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Z9"):
        screen(tmp_path, tmp_path / "out", only=["Z9"])


def test_good_blind_samples_and_checks_without_findings_are_itemised(tmp_path: Path) -> None:
    city = SmallCity()
    city.tables["rounds"] = [
        {"round_id": f"N{number}", "institution_id": institution(number), "item_code": "I1", "value": value}
        | {"assigned": 10.0, "sigma_pt": 1.0, "blind": True}
        for number, value in ((1, 10.4), (2, 14.0))
    ]
    screen(city.write(tmp_path / "data"), tmp_path / "out")
    rows = {row["institution_id"]: row for row in pq.read_table(tmp_path / "out" / "institutions.parquet").to_pylist()}
    good, failed, other = (json.loads(rows[institution(number)]["exonerating"]) for number in (1, 2, 3))
    assert [one["what"][:6] for one in good if "均无疑点" not in one["what"]] == ["盲样考核 1"]
    assert all(one["decibans"] < 0 and "均无疑点" in one["what"] for one in failed + other) and len(other) == 1
    assert rows[institution(1)]["risk"] < rows[institution(3)]["risk"]
