"""Field packs: strict, cited, the unsure ones marked, handed to screening as tables."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from hengjian.backends.packs import pack_tables, shared_sections
from hengjian.engines.screening.packs import PACK_TABLES
from hengjian.law.errors import LawError
from hengjian.law.packing import FOLDER, SECTIONS, field_packs, load_packs

SOURCE = Path(str(files("hengjian.law").joinpath(FOLDER)))


def test_every_section_becomes_a_table_with_rows() -> None:
    sections = {section for kinds in SECTIONS.values() for section in kinds} | set(shared_sections())
    tables = pack_tables()
    assert {name.removeprefix("pack_") for name in tables} == sections
    for name, table in tables.items():
        assert table.schema == PACK_TABLES[name] and table.num_rows


def test_relations_come_with_the_words_of_both_sides() -> None:
    words = pack_tables()["pack_relation_words"].to_pylist()
    mine = {(row["role"], row["word"]) for row in words if row["relation"] == "env.bod_cod"}
    assert ("left", "五日生化需氧量") in mine and ("right", "化学需氧量") in mine
    assert {row["role"] for row in words if row["relation"] == "co2.proximate"} == {"left"}


def test_numbers_are_those_written_and_lists_are_spread() -> None:
    tables = pack_tables()
    methods = {row["method"]: row for row in tables["pack_vehicle_methods"].to_pylist()}
    assert methods["vmas"]["cycle_km"] == 1.013 and methods["lugdown"]["min_test_s"] is None
    terms = {row["term"]: row for row in tables["pack_selling_terms"].to_pylist()}
    assert (terms["免寄样"]["kind"], terms["免寄样"]["weight"]) == ("offer", 4)


def test_unsure_entries_say_what_is_open() -> None:
    entries = [one for section in field_packs().values() for one in section]
    assert any(one.certainty == "unsure" for one in entries)
    assert all(one.note for one in entries if one.certainty == "unsure")


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "complaint"),
    [
        ("vehicle.yaml", "    steady: true\n", "    steddy: true\n", "steddy", "unknown key"),
        ("vehicle.yaml", '    cycle_km: "1.013"\n', "    cycle_km: 1.013\n", "cycle_km", "quoted text"),
        ("vehicle.yaml", "standard_no: GB 18285-2018", "standard_no: GB 18285-1918", "standard_no", "no standard"),
        ("vehicle.yaml", "min_test_s: 25\n", "min_test_s: -25\n", "min_test_s", "below zero"),
        ("vehicle.yaml", "id: vmas\n", "id: asm\n", "valid_from", "overlap"),
        ("vehicle.yaml", "obd_blanks:\n", "obd_voids:\n", "obd_voids", "unknown section"),
        ("network.yaml", "kind: offer", "kind: offers", "kind", "not one of"),
        ("network.yaml", ', note: "词表待补"', "", "note", "needs a note"),
    ],
)
def test_a_spoiled_file_is_refused_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, key: str, complaint: str
) -> None:
    for name in SECTIONS:
        shutil.copy(SOURCE / name, tmp_path / name)
    text = (SOURCE / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LawError) as refused:
        load_packs(tmp_path)
    assert complaint in str(refused.value) and key in str(refused.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LawError):
        load_packs(tmp_path)
