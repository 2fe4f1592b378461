"""Numbers of the ledger: parts add up to the whole, and each number is the number of rows behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hengjian.apps.rectifications import counts
from hengjian.apps.rectifications.listing import ledger_spec, standing_counts
from hengjian.apps.rectifications.models import Rectification
from hengjian.apps.rectifications.overdue import STANDINGS, standing_of
from hengjian.apps.rectifications.procedures import RECTIFICATION
from tests.apps.factories import TODAY, make_tree
from tests.apps.rectifications.samples import World, make_world

ITEM = st.tuples(
    st.sampled_from(list(RECTIFICATION.states)),
    st.none() | st.integers(-20, 20),
    st.sampled_from(["food", "vehicle", ""]),
    st.sampled_from(["CK-A", "CK-B", ""]),
    st.booleans(),
)


class Undo(Exception):
    """Rolls one example back."""


@pytest.fixture
def world(db: None) -> World:
    return make_world(make_tree())


@given(st.lists(ITEM, min_size=1, max_size=6))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_number_is_the_number_of_the_rows_it_opens_to(world: World, drawn: list[tuple]) -> None:
    try:
        with transaction.atomic():
            _check(world, drawn)
            raise Undo
    except Undo:
        pass


def _check(world: World, drawn: list[tuple]) -> None:
    for state, days, field, kind, late in drawn:
        item = world.item(handling="follow_up", limit_on=None)
        limit = None if days is None else TODAY + timedelta(days=days)
        values = {"state": state, "limit": limit, "field": field, "problem_type": kind, "answered_late": late}
        Rectification.objects.filter(pk=item.pk).update(**values)
    rows = Rectification.objects.all()
    wanted = dict.fromkeys(STANDINGS, 0)
    for item in rows:
        wanted[standing_of(item.state, item.limit, TODAY)] += 1
    for grouping in counts.GROUPINGS:
        lines = counts.count_by(rows, grouping, today=TODAY)
        assert counts.whole(lines).standings == wanted
        assert counts.whole(lines).total == len(drawn)
        for line in lines:
            for key, n in line.standings.items():
                assert _opened(grouping, line.key, key) == n, (grouping, line.key, key)
            assert _opened(grouping, line.key, "all") == line.total
    found = standing_counts(rows, TODAY)
    assert {key: found[key] for key in STANDINGS} == wanted
    types, fields, matrix = counts.cross(rows)
    shown = sum(1 for _, _, field, _, _ in drawn if field)
    assert sum(map(sum, matrix)) == shown
    assert (len(matrix), len(matrix[0]) if matrix and fields else 0) == (len(types), len(fields) if matrix else 0)


def _opened(grouping: str, key: str, state: str) -> int:
    query = QueryDict(mutable=True)
    query.update({"state": state} | ({grouping: key} if key else {}))
    spec = ledger_spec(TODAY)
    rows = Rectification.objects.all()
    if not key:
        rows = rows.filter(**{counts.GROUPINGS[grouping][0]: ""})
    organs = [(str(pk), "") for pk in Rectification.objects.values_list("organ_id", flat=True)]
    listing = spec.open(query, path="/", rows=rows, choices={"organ": organs})
    assert listing.errors == []
    return listing.total


def test_withdrawn_problems_do_not_count_in_the_share(world: World) -> None:
    world.in_state("struck_off")
    world.in_state("withdrawn")
    world.item()
    line = counts.whole(counts.count_by(Rectification.objects.all(), "organ", today=TODAY))
    assert (line.total, line.counted, line.struck_share) == (3, 2, 0.5)
