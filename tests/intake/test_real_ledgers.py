"""Real ledgers with the ready-made mappings: nothing is guessed into them."""

import json

import pytest

from hengjian.engines.tables.mapping import mapping_from_json, mapping_to_json
from tests.intake.conftest import reasons, staged_rows
from tests.paths import REPO, SHARED

MAPPINGS = REPO / "src" / "hengjian" / "engines" / "tables" / "mappings"


def read(dry_run, file: str, mapping: str, *, demo: bool = True):
    path = SHARED / "data" / file
    if not path.exists():
        pytest.skip("the shared data are absent")
    return dry_run(path, mapping=mapping_from_json(json.loads((MAPPINGS / mapping).read_text("utf-8"))), demo=demo)


def test_the_food_ledger_keeps_every_lost_superscript_out(dry_run) -> None:
    preview = read(dry_run, "food_cn/cqn_unqualified_2019_with_header.csv", "food-unqualified-2019.json")
    assert preview.rows == 193 == preview.accepted + preview.quarantined + preview.refused
    lost = {row for row, codes in reasons(preview).items() if "superscript" in codes}
    assert lost == {4, 19, 22, 24, 86}
    results = staged_rows(preview, "results")
    assert results and not lost & {row["source_row"] for row in results}
    assert not any("×10" in row["value_text"] for row in results)
    assert {row["verdict"] for row in results} == {"fail"}
    assert preview.quarantined == 5 and all(row.by == 1 for row in preview.moved_rows)


def test_the_food_ledger_names_institutions_only_and_is_refused_outside_a_demonstration(dry_run) -> None:
    preview = read(dry_run, "food_cn/cqn_unqualified_2019_with_header.csv", "food-unqualified-2019.json", demo=False)
    assert preview.accepted == 0 and "uscc.name_only" in preview.reasons


def test_emission_tests_become_reports_and_one_result_a_pollutant(dry_run) -> None:
    preview = read(dry_run, "vehicle/epa_18tstcar.csv", "vehicle-emission-tests-2018.json")
    assert preview.rows == 1839 and preview.accepted == 1832
    results = staged_rows(preview, "results")
    assert {row["item_code"] for row in results} <= {"thc", "co", "co2", "nox", "pm", "ch4", "n2o"}
    first = [row for row in results if row["source_row"] == 2]
    assert {row["item_code"]: row["value"] for row in first} == {
        "thc": 0.0269,
        "co": 0.5,
        "co2": 511.93,
        "nox": 0.009,
        "ch4": 0.0066,
    }
    assert len({row["report_id"] for row in staged_rows(preview, "reports")}) == preview.tables["reports"].rows


def test_station_hours_become_results_and_missing_readings_stay_missing(dry_run) -> None:
    preview = read(dry_run, "air_env/PRSA_Data_Dingling.csv", "air-station-hours.json")
    assert (preview.rows, preview.accepted) == (35064, 35064)
    results = staged_rows(preview, "results")
    assert all(row["value"] is not None for row in results)
    assert len(results) == preview.tables["results"].rows < 6 * 35064


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.json")), ids=lambda path: path.stem)
def test_every_documented_mapping_is_valid_and_says_what_it_is(path) -> None:
    raw = json.loads(path.read_text("utf-8"))
    mapping = mapping_from_json(raw)
    assert mapping.note and mapping_from_json(mapping_to_json(mapping)) == mapping
