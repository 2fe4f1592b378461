"""Accepted ledgers reach the registry: once, idempotent, in the right organ's reach."""

from __future__ import annotations

from datetime import date

import pytest

from hengjian.apps.record.models import Event
from hengjian.apps.registry.loading import LoadCounts
from hengjian.apps.registry.models import FormerValue, Institution
from hengjian.apps.registry.selectors import class_counts, in_class, in_field, institutions_seen_by
from hengjian.apps.registry.services import load_registry_table, set_risk
from tests.apps.factories import NOW, TODAY, Tree, make_actor, make_institution, make_tree, make_uscc, make_user


@pytest.fixture
def tree(db: None) -> Tree:
    return make_tree()


def load(tree: Tree, table: str, *rows: dict[str, object]) -> LoadCounts:
    actor = make_actor(make_user(tree.city, "registrar"))
    return load_registry_table(table=table, rows=rows, actor=actor, now=NOW, organ=tree.city, source="BS1 sha256:ab")


def row(number: int, **values: object) -> dict[str, object]:
    base = {"institution_id": make_uscc("990121", number), "name": f"检测{number}有限公司", "area_code": "990121"}
    return base | values


def test_a_load_counts_new_changed_and_same_and_is_idempotent(tree: Tree) -> None:
    rows = [row(1, fields="food|vehicle", kind="state"), row(2)]
    assert load(tree, "institutions", *rows).as_dict()["new"] == 2
    again = load(tree, "institutions", *rows)
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    changed = load(tree, "institutions", row(1, name="检测一有限公司"), row(2))
    assert (changed.new, changed.changed, changed.same) == (0, 1, 1)
    assert FormerValue.objects.get().value == "检测1有限公司"


def test_a_load_is_one_event_with_counts_and_source(tree: Tree) -> None:
    load(tree, "institutions", row(1), row(2))
    event = Event.objects.get(verb="registry.load")
    assert event.after["new"] == 2
    assert event.after["source"] == "BS1 sha256:ab"


def test_an_empty_cell_does_not_wipe_out_a_known_value(tree: Tree) -> None:
    load(tree, "institutions", row(1, phone="010-1"))
    assert load(tree, "institutions", row(1, phone=None)).changed == 0
    assert Institution.objects.get().phone == "010-1"


def test_rows_of_unknown_institutions_are_counted_and_named(tree: Tree) -> None:
    counts = load(tree, "sites", {"institution_id": "nobody", "site_id": "S1"})
    assert (counts.new, counts.unplaced, counts.unplaced_codes) == (0, 1, ["nobody"])


def test_the_site_decides_who_owns_and_all_site_organs_see(tree: Tree) -> None:
    load(tree, "institutions", row(1, area_code="990100"))
    code = Institution.objects.get().uscc
    load(tree, "sites", {"institution_id": code, "site_id": "S1", "area_code": "990122"})
    load(tree, "sites", {"institution_id": code, "site_id": "S2", "area_code": "990121001"})
    institution = Institution.objects.get()
    assert institution.organ == tree.other_county
    for organ in (tree.county, tree.other_county, tree.station, tree.city, tree.province):
        seen = institutions_seen_by(make_user(organ, "officer"), on=TODAY)
        assert list(seen) == [institution], organ
    assert institution.jurisdictions.count() == 3


def test_the_four_classes_of_the_base_table(tree: Tree) -> None:
    load(
        tree,
        "institutions",
        row(1, kind="state", fields=["food"]),
        row(2, kind="third_party", fields=["food", "vehicle"]),
        row(3, kind="third_party", home_province="110000", fields=["vehicle"]),
    )
    rows = Institution.objects.all()
    assert class_counts(rows) == {"all": 3, "state": 1, "third_party": 2, "outside": 1, "multi_field": 1}
    assert in_class(rows, "outside").get().name == "检测3有限公司"
    assert in_field(rows, "vehicle").count() == 2


def test_a_text_too_long_for_its_column_is_refused_with_the_column(tree: Tree) -> None:
    from hengjian.kernel.errors import Refused

    with pytest.raises(Refused, match="联系电话"):
        load(tree, "institutions", row(1, phone="1" * 61))
    assert Institution.objects.count() == 0


def test_risk_is_set_once_per_run_and_kept_as_a_reading(tree: Tree) -> None:
    institution = make_institution(tree.county)
    value = {"institution_id": institution.uscc, "risk": 0.93, "band": "red", "prior_db": -13.0, "contributions": []}
    assert set_risk(run="SC1", values=[value, value | {"institution_id": "unknown"}], now=NOW) == 1
    set_risk(run="SC1", values=[value], now=NOW)
    institution.refresh_from_db()
    assert (institution.risk, institution.risk_band, institution.risk_run) == (0.93, "red", "SC1")
    assert institution.risk_readings.count() == 1


def test_a_declaration_may_come_twice_and_stays_one(tree: Tree) -> None:
    institution = make_institution(tree.county)
    one = {"institution_id": institution.uscc, "kind": "staff", "subject_id": "P1", "changed_on": date(2026, 1, 1)}
    assert load(tree, "declarations", one, one).new == 1
    assert load(tree, "declarations", one).same == 1
