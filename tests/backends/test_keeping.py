"""A day's screening with what the last run kept gives the files of a full run, byte for byte."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from hengjian.backends.articles import article_in_force
from hengjian.backends.keeping import Keeper
from hengjian.backends.runner import RunSummary, run_screening
from hengjian.citylab.dataset import write_dataset
from hengjian.engines.tables.contract import TABLES

TODAY, SINCE = date(2026, 11, 1), date(2026, 10, 20)
REPORTS = 3_000


def screen(data: Path, out: Path, **more: Any) -> RunSummary:
    return run_screening(data, out, today=TODAY, articles=article_in_force, **more)


def daily(data: Path, folder: Path, name: str, since: date = SINCE) -> RunSummary:
    return screen(data, folder / name, keeper=Keeper(folder / "kept", since=since))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world") / "data"
    write_dataset(folder=folder, reports=REPORTS, seed=5, fraud_share=0.4, stealth="L1", until=date(2026, 10, 31))
    return folder


@pytest.fixture(scope="module")
def full(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("full")
    screen(world, out)
    return out


def earlier(world: Path, folder: Path, before: date) -> Path:
    """The world as it was before that day: later reports and all their rows taken out."""
    reports = pq.read_table(world / "reports.parquet")
    came = pc.coalesce(reports["uploaded_at"], reports["issued_at"])
    kept = reports.filter(pc.less(came, pa.scalar(before, pa.date32()).cast(came.type)))["report_id"]
    folder.mkdir()
    for path in world.glob("*.parquet"):
        table = pq.read_table(path)
        if path.stem in TABLES and "report_id" in TABLES[path.stem].columns and path.stem != "labels":
            table = table.filter(pc.or_kleene(pc.is_in(table["report_id"], kept), pc.is_null(table["report_id"])))
        pq.write_table(table, folder / path.name)
    return folder


def same_files(one: Path, other: Path) -> bool:
    names = ("findings.parquet", "institutions.parquet")
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


def test_new_reports_on_kept_ones_give_the_files_of_a_full_run(world: Path, full: Path, tmp_path: Path) -> None:
    first = daily(earlier(world, tmp_path / "before", SINCE), tmp_path, "first")
    assert first.reuse and first.reuse.kept == 0
    second = daily(world, tmp_path, "second")
    assert second.reuse and second.reuse.fresh < REPORTS / 4 < second.reuse.kept
    assert second.reuse.steps and not second.reuse.missed
    assert same_files(tmp_path / "second", full)
    assert json.loads((tmp_path / "second" / "run.json").read_text(encoding="utf-8"))["reuse"]["kept"] > 0


def test_a_changed_old_report_is_computed_anew(world: Path, full: Path, tmp_path: Path) -> None:
    daily(world, tmp_path, "first")
    changed = earlier(world, tmp_path / "changed", date(2027, 1, 1))
    results = pq.read_table(changed / "results.parquet")
    values = [
        value * 1.5 if place < 40 and value else value for place, value in enumerate(results["value"].to_pylist())
    ]
    place = results.schema.get_field_index("value")
    pq.write_table(results.set_column(place, "value", pa.array(values, pa.float64())), changed / "results.parquet")
    screen(changed, tmp_path / "whole")
    summary = daily(changed, tmp_path, "again", since=date(2027, 1, 1))
    assert summary.reuse and 0 < summary.reuse.fresh < 100
    assert same_files(tmp_path / "again", tmp_path / "whole") and not same_files(tmp_path / "again", full)


def test_reports_taken_back_are_forgotten(world: Path, tmp_path: Path) -> None:
    daily(world, tmp_path, "first")
    before = earlier(world, tmp_path / "before", SINCE)
    screen(before, tmp_path / "whole")
    daily(before, tmp_path, "again")
    assert same_files(tmp_path / "again", tmp_path / "whole")


def test_a_changed_register_makes_its_steps_anew(world: Path, tmp_path: Path) -> None:
    daily(world, tmp_path, "first")
    changed = earlier(world, tmp_path / "changed", date(2027, 1, 1))
    instruments = pq.read_table(changed / "instruments.parquet")
    models = pa.array(["同一型号"] * instruments.num_rows)
    place = instruments.schema.get_field_index("model")
    pq.write_table(instruments.set_column(place, "model", models), changed / "instruments.parquet")
    screen(changed, tmp_path / "whole")
    summary = daily(changed, tmp_path, "again")
    assert summary.reuse and "D3.sets" in summary.reuse.missed and {"C4.tokens", "F7.tokens"} & set(summary.reuse.steps)
    assert same_files(tmp_path / "again", tmp_path / "whole")


def test_a_spoilt_folder_keeps_nothing_and_harms_nothing(world: Path, full: Path, tmp_path: Path) -> None:
    daily(world, tmp_path, "first")
    (tmp_path / "kept" / "kept.json").write_text("{", encoding="utf-8")
    summary = daily(world, tmp_path, "again")
    assert summary.reuse and summary.reuse.kept == 0
    assert same_files(tmp_path / "again", full)
