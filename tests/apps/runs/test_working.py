"""From the lake to findings: what a run screens, how it ends, what survives a dead worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from hengjian.apps.accounts.models import Organ, Role
from hengjian.apps.alerts.models import Alert
from hengjian.apps.record.models import Event
from hengjian.apps.registry.models import InstitutionAlias, Site
from hengjian.apps.runs import services, worker
from hengjian.apps.runs.lock import at_work
from hengjian.apps.runs.models import ScreeningRun
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from tests.apps.factories import NOW, TODAY, Tree, make_institution, make_tree, make_user
from tests.apps.runs.samples import backwards, put_into_lake, report, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def _start(capture: Any, **changes: Any) -> ScreeningRun:
    with capture(execute=True):
        run = services.start_run(**{"today": TODAY, "on": TODAY, "now": NOW} | changes)
    run.refresh_from_db()
    return run


def test_a_run_turns_a_ledger_into_alerts_and_puts_the_risk_into_force(
    tree: Tree, django_capture_on_commit_callbacks: Any
) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    rows = [report(lab, n) for n in range(60)] + [backwards(lab, n) for n in range(60, 66)]
    put_into_lake(organ=tree.county, user=analyst, table="reports", rows=rows)
    run = _start(django_capture_on_commit_callbacks, organ=tree.county, user=analyst)
    assert run.state == "finished", run.message
    alert = Alert.objects.get(detector="A6")
    assert alert.institution == lab and alert.organ == tree.county and alert.field == "food"
    assert set(alert.report_ids) == {f"R{n:05d}" for n in range(60, 66)}
    lab.refresh_from_db()
    assert lab.risk_run == run.number and lab.risk is not None
    assert run.counts["reports"] == 66 and run.heat["food"]["A6"] == 1
    assert Event.objects.filter(verb="screening_run.finish", thing_id=str(run.pk)).exists()
    states = {one["id"]: one["state"] for one in run.detectors}
    assert states["A6"] == "ran" and "skipped" in states.values()


def test_rows_of_other_organs_and_superseded_rows_are_not_screened(
    tree: Tree, django_capture_on_commit_callbacks: Any
) -> None:
    analyst, lab, foreign = make_user(tree.county), make_institution(tree.county), make_institution(tree.other_county)
    InstitutionAlias.objects.create(institution=lab, kind="code", value="OLDCODE")
    put_into_lake(
        organ=tree.city,
        user=analyst,
        table="reports",
        rows=[backwards(lab, 1), report(lab, 2), report(foreign, 3), report("OLDCODE", 4), report("NOBODY", 5)],
    )
    results = [{"report_id": f"R{n:05d}", "item_code": "Pb", "value_text": str(n)} for n in (1, 2, 3, 4, 5)]
    put_into_lake(organ=tree.city, user=analyst, table="results", rows=results)
    put_into_lake(
        organ=tree.city,
        user=analyst,
        table="reports",
        rows=[report(lab, 1)],
        replaces=put_into_lake(organ=tree.city, user=analyst, table="reports", rows=[report(lab, 1)]).path,
    )
    run = _start(django_capture_on_commit_callbacks, organ=tree.county, user=analyst)
    assert run.state == "finished", run.message
    reports = pq.read_table(run.folder / "dataset" / "reports").to_pylist()
    assert {row["institution_id"] for row in reports} == {lab.uscc}
    assert {row["report_id"] for row in reports} == {"R00001", "R00002", "R00004"}
    kept = pq.read_table(run.folder / "dataset" / "results")["report_id"].to_pylist()
    assert sorted(kept) == ["R00001", "R00002", "R00004"]
    assert not Alert.objects.filter(detector="A6").exists(), "the corrected row is the one that counts"


def test_a_ledger_that_is_all_ours_is_linked_and_not_copied(
    tree: Tree, django_capture_on_commit_callbacks: Any
) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    Site.objects.create(institution=lab, site_id="A", row_key="k", area_code="990121", lon=1.5)
    file = put_into_lake(organ=tree.county, user=analyst, table="reports", rows=[report(lab, 1)])
    run = _start(django_capture_on_commit_callbacks, organ=tree.county, user=analyst)
    linked = run.folder / "dataset" / "reports" / "part-0.parquet"
    lake = run.folder.parent.parent / "lake" / file.path
    assert linked.stat().st_ino == lake.stat().st_ino
    site = pq.read_table(run.folder / "dataset" / "sites.parquet").to_pylist()[0]
    assert (site["site_id"], site["institution_id"], site["lon"], site["address"]) == ("A", lab.uscc, 1.5, None)
    institution = pq.read_table(run.folder / "dataset" / "institutions.parquet").to_pylist()[0]
    assert institution["fields"] == "food" and institution["institution_id"] == lab.uscc


def test_without_reports_the_run_fails_with_a_sentence(tree: Tree, django_capture_on_commit_callbacks: Any) -> None:
    run = _start(django_capture_on_commit_callbacks, organ=tree.county, user=make_user(tree.county))
    assert run.state == "failed" and "还没有收下任何检验检测报告数据" in run.message


def test_a_technical_failure_says_its_kind_and_quotes_no_data(
    tree: Tree, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    put_into_lake(organ=tree.county, user=analyst, table="reports", rows=[report(lab, 1)])

    def breaks(*args: Any, **named: Any) -> None:
        raise duckdb.ConversionException("could not convert 张三 to INT")

    monkeypatch.setattr(worker, "run_screening", breaks)
    run = _start(django_capture_on_commit_callbacks, organ=tree.county, user=analyst)
    assert run.state == "failed" and "ConversionException" in run.message and "张三" not in run.message
    monkeypatch.undo()
    with django_capture_on_commit_callbacks(execute=True):
        services.restart_run(pk=run.pk, user=analyst, on=TODAY, now=NOW)
    run.refresh_from_db()
    assert run.state == "finished" and run.attempt == 2


def test_a_run_asked_to_stop_stops_at_the_next_step_and_writes_nothing(
    tree: Tree, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    put_into_lake(organ=tree.county, user=analyst, table="reports", rows=[backwards(lab, n) for n in range(9)])
    monkeypatch.setattr(worker, "LEAST_SECONDS", 0)
    whole = worker.build_dataset

    def asked_meanwhile(*, run: ScreeningRun, **named: Any) -> Any:
        services.cancel_run(pk=run.pk, user=analyst, on=TODAY, now=NOW)
        return whole(run=run, **named)

    monkeypatch.setattr(worker, "build_dataset", asked_meanwhile)
    run = _start(django_capture_on_commit_callbacks, organ=tree.county, user=analyst)
    assert run.state == "cancelled" and not Alert.objects.exists()


def test_a_run_cancelled_in_the_queue_is_not_begun(tree: Tree) -> None:
    analyst = make_user(tree.county)
    run = services.start_run(organ=tree.county, user=analyst, today=TODAY, on=TODAY, now=NOW)
    services.cancel_run(pk=run.pk, user=analyst, on=TODAY, now=NOW)
    worker.work_on(run.pk)
    run.refresh_from_db()
    assert run.state == "cancelled" and run.begun_at is None


def test_a_second_start_for_the_organ_says_who_started_the_first(tree: Tree) -> None:
    first, second = make_user(tree.county, name="柏舟"), make_user(tree.county, Role.SECTION_CHIEF)
    run = services.start_run(organ=tree.county, user=first, today=TODAY, on=TODAY, now=NOW)
    with pytest.raises(IllegalMove, match="同一机关同一时间只能有一次筛查") as refused:
        services.start_run(organ=tree.county, user=second, today=TODAY, on=TODAY, now=NOW)
    assert "柏舟" in refused.value.sentence and run.number in refused.value.sentence
    other = services.start_run(organ=tree.city, user=make_user(tree.city), today=TODAY, on=TODAY, now=NOW)
    assert other.number != run.number


def test_two_starts_at_the_very_same_moment_end_in_one_run_and_a_sentence(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst = make_user(tree.county)
    asked: list[Organ] = []
    ask = services._refuse_second

    def sees_nothing_yet(organ: Organ) -> None:
        asked.append(organ)
        if len(asked) > 2:  # the third question is the one after the database has refused
            ask(organ)

    monkeypatch.setattr(services, "_refuse_second", sees_nothing_yet)
    services.start_run(organ=tree.county, user=analyst, today=TODAY, on=TODAY, now=NOW)
    with pytest.raises(IllegalMove, match="同一机关同一时间只能有一次筛查"):
        services.start_run(organ=tree.county, user=analyst, today=TODAY, on=TODAY, now=NOW)
    assert ScreeningRun.objects.count() == 1


def test_a_dead_workers_run_is_interrupted_and_can_be_started_again(tree: Tree) -> None:
    analyst = make_user(tree.county)
    run = running(organ=tree.county, user=analyst)
    with at_work(run):
        assert not services.interrupted(run)
        with pytest.raises(IllegalMove):
            services.start_run(organ=tree.county, user=analyst, today=TODAY, on=TODAY, now=NOW)
    assert services.interrupted(run)
    services.restart_run(pk=run.pk, user=analyst, on=TODAY, now=NOW)
    run.refresh_from_db()
    assert run.state == "queued" and run.attempt == 2
    assert Event.objects.filter(verb="screening_run.interrupt", thing_id=str(run.pk)).exists()


def test_a_run_held_by_another_worker_is_left_alone(tree: Tree) -> None:
    run = services.start_run(organ=tree.county, user=make_user(tree.county), today=TODAY, on=TODAY, now=NOW)
    with at_work(run):
        worker.work_on(run.pk)
    run.refresh_from_db()
    assert run.state == "queued"


def test_only_analysts_and_chiefs_start_and_only_for_their_own_organ(tree: Tree) -> None:
    for role in set(Role) - {Role.ANALYST, Role.SECTION_CHIEF, Role.INSTITUTION_USER}:
        with pytest.raises(NotAllowed):
            services.start_run(organ=tree.county, user=make_user(tree.county, role), today=TODAY, on=TODAY, now=NOW)
    with pytest.raises(NotAllowed):
        services.start_run(organ=tree.county, user=make_user(tree.city), today=TODAY, on=TODAY, now=NOW)


def test_a_day_to_come_is_refused(tree: Tree) -> None:
    with pytest.raises(Refused, match="不能晚于今天"):
        services.start_run(
            organ=tree.county, user=make_user(tree.county), today=TODAY + timedelta(days=1), on=TODAY, now=NOW
        )
