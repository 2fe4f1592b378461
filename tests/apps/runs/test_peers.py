"""How often a detector speaks at one institution against its field, from the run's own files."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.peers import LEAST_PEERS, Standing, standing_of, write_standings
from tests.apps.factories import Tree, make_tree, make_user
from tests.apps.runs.samples import running

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def _run(tree: Tree, reports: Mapping[str, int], field: str = "food") -> ScreeningRun:
    """A run whose dataset holds so many reports of each institution."""
    run = running(organ=tree.county, user=make_user(tree.county))
    (run.folder / "dataset").mkdir(parents=True)
    rows = [name for name, count in reports.items() for _ in range(count)]
    table = pa.table({"institution_id": rows, "field": [field] * len(rows)})
    pq.write_table(table, run.folder / "dataset" / "reports.parquet")
    return run


def _standing(run: ScreeningRun, institution: str, field: str = "food") -> Standing | None:
    return standing_of(run, detector="A6", field=field, institution_id=institution)


def test_shares_are_counted_among_institutions_of_the_field_with_enough_reports(tree: Tree) -> None:
    run = _run(tree, {"own": 50, **{f"peer{n}": 20 for n in range(6)}, "tiny": 3})
    write_standings(run, {("A6", "food", "own"): 10, ("A6", "food", "peer0"): 8, ("A5", "food", "peer1"): 20})
    found = _standing(run, "own")
    assert found is not None
    assert (found.accused, found.reports, found.share) == (10, 50, 0.2)
    assert found.peers == (0.0, 0.0, 0.0, 0.0, 0.0, 0.4)
    assert (found.clean_peers, found.higher_peers) == (5, 1)


def test_too_few_peers_another_field_and_a_run_without_figures_give_no_comparison(tree: Tree) -> None:
    run = _run(tree, {"own": 50, **{f"peer{n}": 20 for n in range(LEAST_PEERS - 1)}})
    assert _standing(run, "own") is None
    write_standings(run, {("A6", "food", "own"): 1})
    assert _standing(run, "own") is None
    assert _standing(run, "own", "vehicle") is None
    assert _standing(run, "own", "") is None


def test_more_named_reports_than_reports_is_everything(tree: Tree) -> None:
    """A finding may name reports of a partner; the share stays a share."""
    run = _run(tree, {"own": 10, **{f"peer{n}": 20 for n in range(5)}})
    write_standings(run, {("A6", "food", "own"): 12})
    found = _standing(run, "own")
    assert found is not None and found.share == 1.0
