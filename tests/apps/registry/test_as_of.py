"""What was in force on a day: both ends of every stretch, unions and gaps."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.apps.registry.asof import (
    Span,
    calibrations_on,
    certificate_state,
    certificates_on,
    gaps,
    people_on,
    scope_on,
    signatories_on,
    union,
)
from hengjian.apps.registry.loading import LoadCounts
from hengjian.apps.registry.models import Certificate, CertificateStatus, Institution
from hengjian.apps.registry.services import load_registry_table, update_institution
from tests.apps.factories import NOW, TODAY, Tree, make_actor, make_institution, make_tree, make_user

DAY = timedelta(days=1)
spans = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 60)).map(
        lambda pair: Span(date(2025, 1, 1) + pair[0] * DAY, date(2025, 1, 1) + (pair[0] + pair[1]) * DAY)
    ),
    max_size=8,
)


def days_of(some: list[Span]) -> list[date]:
    return [one.start + n * DAY for one in some for n in range((one.end - one.start).days + 1)]


@given(spans)
def test_union_and_gaps_share_out_every_day_exactly_once(given_spans: list[Span]) -> None:
    start, end = date(2025, 1, 1), date(2026, 1, 1)
    covered = set(days_of(given_spans))
    missing = [
        one.start + n * DAY
        for one in gaps(given_spans, start=start, end=end)
        for n in range((one.end - one.start).days + 1)
    ]
    assert len(missing) == len(set(missing))
    for n in range((end - start).days + 1):
        assert ((start + n * DAY) in covered) != ((start + n * DAY) in set(missing))
    joined = union(given_spans)
    assert all(right.start > left.end + DAY for left, right in pairwise(joined))


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2020, 12, 31), "not_yet"),
        (date(2021, 1, 1), "valid"),
        (date(2024, 2, 29), "valid"),
        (date(2024, 3, 1), "suspended"),
        (date(2024, 4, 30), "suspended"),
        (date(2024, 5, 1), "valid"),
        (date(2026, 12, 31), "valid"),
        (date(2027, 1, 1), "expired"),
    ],
)
def test_a_certificate_is_valid_on_both_end_days_and_not_while_suspended(on: date, state: str) -> None:
    certificate = Certificate(certificate_no="1", valid_from=date(2021, 1, 1), valid_to=date(2026, 12, 31))
    pause = CertificateStatus(certificate_no="1", status="suspended", from_on=date(2024, 3, 1), to_on=date(2024, 4, 30))
    assert certificate_state(certificate, [pause], on).state == state


@pytest.fixture
def tree(db: None) -> Tree:
    return make_tree()


@pytest.fixture
def institution(tree: Tree) -> Institution:
    return make_institution(tree.county)


def load(tree: Tree, table: str, *rows: dict[str, object]) -> LoadCounts:
    actor = make_actor(make_user(tree.county, "registrar"))
    return load_registry_table(table=table, rows=rows, actor=actor, now=NOW, organ=tree.county, source="BS1 sha256")


def certificate(institution: Institution, **values: object) -> dict[str, object]:
    row = {
        "institution_id": institution.uscc,
        "certificate_no": "219905340127",
        "valid_from": date(2021, 3, 15),
        "valid_to": date(2027, 3, 14),
    }
    return row | values


def test_scope_counts_from_approval_to_the_day_before_removal_at_its_site(tree: Tree, institution: Institution) -> None:
    load(tree, "certificates", certificate(institution))
    load(tree, "sites", *({"institution_id": institution.uscc, "site_id": name} for name in ("S1", "S2")))
    load(
        tree,
        "scope",
        {
            "certificate_no": "219905340127",
            "site_id": "S1",
            "item_code": "pb",
            "standard_no": "GB 2762-2022",
            "approved_on": date(2022, 1, 1),
            "removed_on": date(2023, 1, 1),
        },
    )
    first, second = institution.sites.order_by("site_id")
    assert not scope_on(first, date(2021, 12, 31)).exists()
    assert scope_on(first, date(2022, 1, 1)).exists()
    assert scope_on(first, date(2022, 12, 31)).exists()
    assert not scope_on(first, date(2023, 1, 1)).exists()
    assert not scope_on(second, date(2022, 6, 1)).exists()


def test_people_signatories_and_calibrations_are_asked_by_day(tree: Tree, institution: Institution) -> None:
    load(tree, "certificates", certificate(institution))
    code = institution.uscc
    left = {
        "institution_id": code,
        "person_id": "P1",
        "employed_from": date(2022, 1, 1),
        "employed_to": date(2023, 6, 30),
    }
    load(tree, "people", left)
    signing = {"person_id": "P1", "certificate_no": "219905340127", "field": "food", "valid_from": date(2022, 5, 1)}
    load(tree, "signatories", signing)
    load(tree, "instruments", {"institution_id": code, "instrument_id": "I1"})
    first = {"instrument_id": "I1", "calibrated_on": date(2024, 1, 10), "valid_to": date(2025, 1, 9)}
    load(tree, "calibrations", first, first | {"calibrated_on": date(2025, 1, 10), "valid_to": date(2026, 1, 9)})
    assert people_on(institution, date(2023, 6, 30)).count() == 1
    assert people_on(institution, date(2023, 7, 1)).count() == 0
    assert [signatories_on(institution, day).count() for day in (date(2022, 4, 30), date(2022, 5, 1))] == [0, 1]
    state = calibrations_on(institution.instruments.get(), date(2026, 1, 9))
    assert state.covered
    assert state.spans == (Span(date(2024, 1, 10), date(2026, 1, 9)),)
    assert not calibrations_on(institution.instruments.get(), date(2026, 1, 10)).covered


def test_a_failed_calibration_covers_nothing(tree: Tree, institution: Institution) -> None:
    load(tree, "instruments", {"institution_id": institution.uscc, "instrument_id": "I1"})
    row = {"instrument_id": "I1", "calibrated_on": date(2026, 1, 1), "valid_to": date(2027, 1, 1), "result": "fail"}
    load(tree, "calibrations", row)
    assert not calibrations_on(institution.instruments.get(), TODAY).covered


def test_a_changed_value_is_answered_as_it_was_on_the_day(tree: Tree, institution: Institution) -> None:
    load(tree, "certificates", certificate(institution, issuer="旧名称"))
    load(tree, "certificates", certificate(institution, issuer="新名称"))
    assert certificates_on(institution, TODAY)[0].certificate.issuer == "新名称"
    assert certificates_on(institution, TODAY - DAY)[0].certificate.issuer == "旧名称"


def test_a_change_by_hand_keeps_the_old_name_up_to_the_day_before(tree: Tree, institution: Institution) -> None:
    from hengjian.apps.registry.asof import former_values, set_back

    old = institution.name
    update_institution(
        actor=make_actor(make_user(tree.county, "registrar")),
        now=NOW,
        today=TODAY,
        institution_id=institution.pk,
        values={"name": "青石县新名检测有限公司"},
        changed_on=date(2026, 9, 1),
        reason="变更登记通知书",
        demo=True,
    )
    for on, name in ((date(2026, 8, 31), old), (date(2026, 9, 1), "青石县新名检测有限公司")):
        fresh = Institution.objects.get(pk=institution.pk)
        set_back([fresh], former_values(fresh), on)
        assert fresh.name == name
