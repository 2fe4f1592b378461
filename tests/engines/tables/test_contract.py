"""The contract in code says what the written contract says."""

import re

import pytest

from hengjian.engines.tables.contract import ARROW_NAMES, DUCKDB_TYPES, FIELD_CODES, TABLES
from tests.paths import SHARED

SPEC = SHARED / "spec" / "data-contract.md"


@pytest.fixture(scope="module")
def spec() -> str:
    if not SPEC.exists():
        pytest.skip("the shared specification is absent")
    return SPEC.read_text(encoding="utf-8")


def test_every_column_name_stands_in_the_written_contract(spec: str) -> None:
    words = set(re.findall(r"[A-Za-z][A-Za-z0-9_]*", spec))
    assert {column for table in TABLES.values() for column in table.columns} <= words


def test_every_table_and_bold_column_of_the_written_contract_is_there(spec: str) -> None:
    for name in ("institutions", "reports", "certificates"):
        section = spec.split(f"## {name} ")[1].split("\n## ")[0].split("certificate_status")[0]
        rows = [line for line in section.splitlines() if line.startswith("|")][2:]
        bold = {found for row in rows for found in re.findall(r"\*\*(\w+)\*\*", row.split("|")[1])}
        assert set(TABLES[name].required) == bold


def test_chinese_headers_of_the_written_contract_are_the_first_headers(spec: str) -> None:
    section = spec.split("## reports ")[1].split("\n## ")[0]
    for row in (line for line in section.splitlines() if line.startswith("|") and "---" not in line):
        names = [name.strip(" *") for name in row.split("|")[1].split(",")]
        headers = [header.strip() for header in row.split("|")[2].split(",")]
        if names == ["column"]:
            continue
        for name, header in zip(names, headers, strict=True):
            assert TABLES["reports"].columns[name].header == header


def test_the_field_codes_are_those_of_the_contract(spec: str) -> None:
    section = spec.split("## Field codes")[1].split("\n## ")[0]
    assert dict(re.findall(r"`(\w+)` (\S+)", section)) == FIELD_CODES


def test_key_columns_are_columns_and_every_type_has_a_storage() -> None:
    for table in TABLES.values():
        assert table.key and set(table.key) <= set(table.columns)
        assert {column.type for column in table.all_columns} <= set(DUCKDB_TYPES) & set(ARROW_NAMES)


def test_the_identity_card_number_is_read_and_never_kept() -> None:
    assert "id_no" in TABLES["people"].intake_columns
    assert "id_no" not in TABLES["people"].columns
