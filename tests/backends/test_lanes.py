"""Detectors side by side: the same files as one after another, one failure stops what must stop, nothing else."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hengjian.backends.articles import article_in_force
from hengjian.backends.connection import half_of_memory_mb
from hengjian.backends.duckdb_engine import DuckDBEngine
from hengjian.backends.lanes import together
from hengjian.backends.runner import run_screening
from hengjian.backends.sharing import signatures
from hengjian.backends.standing import in_phases
from hengjian.citylab.dataset import write_dataset
from hengjian.engines.screening.catalogue import DETECTORS

TODAY = date(2026, 11, 1)
FILES = ("findings.parquet", "institutions.parquet", "priorities.parquet")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lanes") / "data"
    write_dataset(folder=folder, reports=2000, seed=17, fraud_share=0.2, stealth="L1", until=date(2026, 10, 31))
    return folder


def screen(folder: Path, out: Path, **more: Any) -> list[bytes]:
    run_screening(folder, out, today=TODAY, articles=article_in_force, **more)
    return [(out / name).read_bytes() for name in FILES]


def test_detectors_that_share_a_step_are_together_and_nobody_is_lost_or_twice() -> None:
    phases = in_phases(DETECTORS)
    parts = together(phases)
    listed = [one.id for part in parts for phase in part for one in phase]
    assert sorted(listed) == sorted(one.id for one in DETECTORS)
    by_part = [
        {sign for number, phase in enumerate(part) for one in phase for sign in signatures(one, phase=number).values()}
        for part in parts
    ]
    assert sum(map(len, by_part)) == len(set().union(*by_part)), "a step is in two parts"
    assert len(parts) > 20


def test_all_at_once_one_at_a_time_and_one_after_another_give_the_same_files(tmp_path: Path, city: Path) -> None:
    engine = DuckDBEngine(city, memory_mb=half_of_memory_mb(), threads=2)
    try:
        assert len(engine.siblings()) == 2, "a small dataset has room for two"
    finally:
        engine.close()
    single = screen(city, tmp_path / "single", threads=1)
    assert screen(city, tmp_path / "beside", threads=2) == single

    class Crowded(DuckDBEngine):
        def siblings(self) -> list[DuckDBEngine]:
            return []

    def crowded() -> DuckDBEngine:
        return Crowded(city, memory_mb=half_of_memory_mb(), threads=2)

    assert screen(city, tmp_path / "crowded", open_engine=crowded) == single


def test_who_listens_may_stop_it_and_no_thread_is_left(tmp_path: Path, city: Path) -> None:
    heard: list[str] = []

    def progress(done: int, total: int, label: str) -> None:
        assert threading.current_thread() is threading.main_thread(), "a page's database belongs to one thread"
        heard.append(label)
        if done == 3:
            raise RuntimeError("stop")

    before = threading.active_count()
    with pytest.raises(RuntimeError, match="stop"):
        screen(city, tmp_path / "out", progress=progress, threads=2)
    assert threading.active_count() == before
    assert len(heard) == 4 and not (tmp_path / "out").exists()
