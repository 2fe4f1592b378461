"""Field packs: dated, cited, unsure ones explained; every fault is named."""

from __future__ import annotations

import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from hengjian.law.errors import LawError
from hengjian.law.field_packs import FILES, SECTIONS, load_field_packs, packs_by_field
from hengjian.law.scoring import load_policies, screening_policy, tier_named

ITEM = "item_words:\n  - {id: lead, words: [铅], valid_from: 2000-01-01, certainty: known}\n"
PACK = "field: food\npack_standards: []\nmandatory_items: []\nitem_words: []\nrelations: []\nmethod_rules: []\n"


def tail(year: int, certainty: str) -> str:
    return f"valid_from: {year}-01-01, certainty: {certainty}}}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).write_text(PACK, encoding="utf-8")
    return tmp_path


def put(folder: Path, section: str, entry: str, *, also: str = "") -> None:
    text = PACK.replace(f"{section}: []\n", f"{section}:\n  - {entry}\n")
    if also:
        text = text.replace("item_words: []\n", also)
    (folder / "food.yaml").write_text(text, encoding="utf-8")


def test_the_packs_of_the_program_load_and_serve_their_fields() -> None:
    packs = packs_by_field()
    served = {field for pack in packs for field in pack.fields}
    assert {"food", "environment", "special_equipment", "construction", "building_material", "medical_device", "ppe",
            "carbon", "product"} <= served  # fmt: skip
    assert all(one.note for pack in packs for name in SECTIONS for one in getattr(pack, name) if not _sure(one))


def _sure(one: object) -> bool:
    return getattr(one, "certainty", "") != "unsure"


def test_the_relations_of_the_spec_are_there() -> None:
    by_id = {one.id: one for pack in packs_by_field() for one in pack.relations}
    bod = by_id["env.bod_cod"]
    assert (bod.kind, bod.left, bod.right) == ("not_above", ("bod5",), "cod_cr")
    assert {"env.ammonia_tn", "env.pm25_pm10", "env.pm10_tsp", "con.yield_tensile", "co2.proximate"} <= set(by_id)


def test_a_number_that_is_not_recorded_stays_empty() -> None:
    rules = {one.id: one for pack in packs_by_field() for one in pack.method_rules}
    assert rules["se.hydro_hold"].value is None and rules["se.hydro_hold"].note


@pytest.mark.parametrize(
    ("section", "entry", "key"),
    [
        ("pack_standards", "{id: x, standard_no: GB 1-1900, use: product, " + tail(2020, "known"), "standard_no"),
        ("pack_standards", "{id: x, standard_no: GB 2762-2022, use: product, " + tail(2020, "known"), "valid_from"),
        ("pack_standards", "{id: x, standard_no: GB 2762-2022, use: product, " + tail(2024, "unsure"), "note"),
        ("mandatory_items", "{id: x, standard_no: GB 2762-2022, object: 米, item: au, " + tail(2024, "known"), "item"),
        ("method_rules", "{id: x, title: t, quantity: q, why: w, value: 3, " + tail(2024, "known"), "value"),
    ],
)  # fmt: skip
def test_a_fault_names_its_entry_and_key(folder: Path, section: str, entry: str, key: str) -> None:
    put(folder, section, entry)
    with pytest.raises(LawError) as caught:
        load_field_packs(folder)
    assert (caught.value.file, caught.value.entry, caught.value.key) == ("food.yaml", "x", key)


def test_a_relation_between_unnamed_items_is_refused(folder: Path) -> None:
    put(folder, "relations", "{id: r, title: t, kind: not_above, left: [lead], right: gold, why: w, "
        "valid_from: 2000-01-01, certainty: known}", also=ITEM)  # fmt: skip
    with pytest.raises(LawError, match="gold"):
        load_field_packs(folder)


def test_a_missing_pack_and_an_unknown_section_are_refused(folder: Path) -> None:
    (folder / "carbon.yaml").unlink()
    with pytest.raises(LawError, match="missing"):
        load_field_packs(folder)
    (folder / "carbon.yaml").write_text(PACK + "extra: []\n", encoding="utf-8")
    with pytest.raises(LawError, match="unknown section"):
        load_field_packs(folder)


def test_policy_weights_are_versioned_and_say_what_they_are() -> None:
    policy = screening_policy(date(2026, 11, 1))
    assert policy.id == "SCP-2026-2" and policy.certainty == "unsure" and policy.note
    tier = tier_named("T4")
    assert tier is not None and "公安" in tier.use
    assert tier_named("T9") is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('{detector: A1, db: "3"}', '{detector: A1, db: "7"}', "a hint is worth"),
        ('{detector: A4, db: "3"}', '{detector: A1, db: "3"}', "stands once"),
        ('silence_floor_db: "-4"', 'silence_floor_db: "4"', "silence is worth"),
    ],
)
def test_hints_stay_small_and_silence_never_accuses(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    source = Path(str(files("hengjian.law").joinpath("screening_policy.yaml"))).read_text(encoding="utf-8")
    assert old in source
    (tmp_path / "screening_policy.yaml").write_text(source.replace(old, new), encoding="utf-8")
    with pytest.raises(LawError, match=complaint):
        load_policies(tmp_path)


def test_policy_weights_below_zero_are_refused(tmp_path: Path) -> None:
    source = Path(str(files("hengjian.law").joinpath("screening_policy.yaml")))
    shutil.copy(source, tmp_path)
    target = tmp_path / "screening_policy.yaml"
    target.write_text(target.read_text(encoding="utf-8").replace('"1.5"', '"-1"'), encoding="utf-8")
    with pytest.raises(LawError, match="above zero"):
        load_policies(tmp_path)
