"""The dataset keeps the data contract, the demo range, its numbers, and its bytes."""

import hashlib
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hengjian.citylab.dataset import write_plan
from hengjian.citylab.plan import WEIGHTS, count_institutions, make_plan
from hengjian.citylab.workdays import is_holiday, window_until
from hengjian.engines.tables.contract import ARROW_NAMES, FIELD_CODES, TABLES
from hengjian.engines.tables.identifiers import check_cma, check_uscc
from tests.citylab.conftest import UNTIL, write

WRITTEN = sorted(set(TABLES))


def _digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*"))}


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write(tmp_path / name, reports=1500, fraud_share=0.2, stealth="L2")
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


def test_another_seed_gives_other_reports(tmp_path):
    write(tmp_path / "one", reports=600)
    write(tmp_path / "two", reports=600, seed=8)
    assert _digests(tmp_path / "one")["reports.parquet"] != _digests(tmp_path / "two")["reports.parquet"]


def test_shards_do_not_change_the_number_of_reports(tmp_path, monkeypatch):
    monkeypatch.setattr("hengjian.citylab.dataset.SHARD_REPORTS", 400)
    written = write(tmp_path / "one", reports=2000, fraud_share=0.1)
    assert written.rows["reports"] == 2000
    assert pq.read_metadata(tmp_path / "one" / "reports.parquet").num_rows == 2000


@pytest.mark.parametrize("table", WRITTEN)
def test_every_table_has_the_columns_and_types_of_the_contract(honest, table):
    schema = pq.read_schema(honest.folder / f"{table}.parquet")
    expected = {name: ARROW_NAMES[column.type] for name, column in TABLES[table].columns.items()}
    assert schema.names == list(expected)
    names = {pa.string(): "string", pa.float64(): "double", pa.date32(): "date32", pa.bool_(): "bool"}
    for field in schema:
        kind = "list<double>" if pa.types.is_list(field.type) else names.get(field.type, str(field.type))
        assert kind == expected[field.name], field.name


@pytest.mark.parametrize("table", WRITTEN)
def test_keys_are_unique_and_required_columns_filled(cheating, table):
    keys = ", ".join(TABLES[table].key)
    assert cheating.count(f"SELECT {keys} FROM {table} GROUP BY ALL HAVING count(*) > 1") == 0
    for name in TABLES[table].required:
        assert cheating.count(f"SELECT 1 FROM {table} WHERE {name} IS NULL") == 0, name


def test_codes_lie_in_the_demo_range_and_have_right_check_characters(slipped):
    for code, area in slipped.rows("SELECT institution_id, area_code FROM institutions"):
        assert not check_uscc(code, demo=True)
        assert code[2:8] == area
        assert area.startswith("9901")
    for (number,) in slipped.rows("SELECT certificate_no FROM certificates"):
        assert not check_cma(number, demo=True)
        assert number[2:4] == "99"


def test_codes_with_words_use_only_the_contracts_words(slipped):
    for table in WRITTEN:
        for name, column in TABLES[table].columns.items():
            if not column.codes or column.open_codes or column.type == "list":
                continue
            found = {row[0] for row in slipped.rows(f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL")}
            assert found <= set(column.codes), (table, name)


def test_all_fields_of_the_contract_occur_in_about_their_shares(slipped):
    shares = dict(slipped.rows("SELECT field, count(*) / (SELECT count(*) FROM reports) FROM reports GROUP BY 1"))
    assert set(shares) == set(FIELD_CODES) == set(WEIGHTS)
    assert 0.18 < shares["food"] < 0.24
    assert 0.34 < shares["vehicle"] < 0.41
    assert 0.14 < shares["construction"] < 0.20


@pytest.mark.parametrize(("reports", "institutions"), [(200, 60), (5100, 60), (8500, 100), (10**7, 3000)])
def test_there_is_one_institution_for_85_reports(reports, institutions):
    assert count_institutions(reports) == institutions


@pytest.mark.parametrize("reports", [200, 777, 25_001])
def test_every_report_asked_for_is_planned(reports):
    plan = make_plan(reports=reports, seed=2, fraud_share=0.05, stealth="L1", window=window_until(UNTIL))
    assert plan.duplicates == round(reports * 0.005)
    assert len(plan.institutions) == count_institutions(reports)
    assert all(institution.reports > 0 for institution in plan.institutions)


def test_the_smallest_dataset_can_be_written(tmp_path):
    plan = make_plan(reports=200, seed=5, fraud_share=1.0, stealth="L3", window=window_until(date(2024, 2, 29)))
    assert write_plan(plan, tmp_path / "small").rows["reports"] == 200


def test_reports_are_issued_within_the_twelve_months(slipped):
    first, last = slipped.rows("SELECT min(issued_at), max(issued_at) FROM reports")[0]
    assert first >= datetime(2025, 11, 1)
    assert last < datetime(2026, 11, 1)


def test_files_are_clustered_by_institution(slipped):
    jumps = "SELECT institution_id, lag(institution_id) OVER () AS before FROM reports"
    changes = slipped.count(f"SELECT 1 FROM ({jumps}) WHERE institution_id IS DISTINCT FROM before")
    assert changes == slipped.rows("SELECT count(DISTINCT institution_id) FROM reports")[0][0]


def test_a_leap_year_and_the_closures():
    assert window_until(date(2024, 2, 29)).days == 366
    assert window_until(date(2025, 2, 28)).days == 365
    assert is_holiday(date(2026, 2, 17))
    assert is_holiday(date(2026, 10, 1))
    assert not is_holiday(date(2026, 10, 9))
