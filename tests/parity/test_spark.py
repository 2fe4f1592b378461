"""Spark finds what DuckDB finds: every detector of the catalogue, row for row, on a real cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import RunSummary, run_screening
from hengjian.backends.spark_engine import SparkEngine
from hengjian.citylab.dataset import write_dataset
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.kernel.errors import Refused
from tests.parity import spark_cluster

UNTIL, TODAY = date(2026, 10, 31), date(2026, 11, 1)
REPORTS, SEED = 10_000, 5
QUICK_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": QUICK_JVM,
    "spark.executor.extraJavaOptions": QUICK_JVM,
    "spark.executor.memory": "900m",
    "spark.locality.wait": "0s",
    "spark.ui.enabled": "false",
}
"""Compiling queries to machine code costs more than so few rows save."""

pytestmark = pytest.mark.spark

Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with spark_cluster.running(tmp_path_factory.mktemp("cluster")) as address:
        yield address


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world") / "data"
    write_dataset(folder=folder, reports=REPORTS, seed=SEED, fraud_share=0.4, stealth="L1", until=UNTIL)
    return folder


@pytest.fixture(scope="session")
def outs(cluster: str, world: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The output folders of DuckDB and of Spark."""
    duckdb, spark = tmp_path_factory.mktemp("duckdb"), tmp_path_factory.mktemp("spark")
    screen(world, duckdb)
    screen(world, spark, open_engine=lambda: SparkEngine(str(world), master=cluster, conf=SMALL))
    return duckdb, spark


def screen(data: Path, out: Path, **more: Any) -> RunSummary:
    return run_screening(data, out, today=TODAY, articles=article_in_force, **more)


def runs(out: Path) -> dict[str, tuple[str, str, int]]:
    listed = json.loads((out / "run.json").read_text(encoding="utf-8"))["detectors"]
    return {one["id"]: (one["state"], one["reason"], one["findings"]) for one in listed}


def findings(out: Path, detector: str) -> Rows:
    return [row for row in pq.read_table(out / "findings.parquet").to_pylist() if row["detector"] == detector]


@pytest.mark.parametrize("detector", [one.id for one in DETECTORS])
def test_a_detector_finds_the_same_on_spark(outs: tuple[Path, Path], detector: str) -> None:
    here, there = outs
    assert runs(there)[detector] == runs(here)[detector]
    assert findings(there, detector) == findings(here, detector)


def test_institutions_are_the_same_to_the_byte(outs: tuple[Path, Path]) -> None:
    here, there = outs
    for name in ("findings.parquet", "institutions.parquet"):
        assert (there / name).read_bytes() == (here / name).read_bytes(), name
    assert json.loads((there / "run.json").read_text(encoding="utf-8"))["engine"].startswith("spark ")


def test_the_world_of_this_test_has_something_to_find(outs: tuple[Path, Path]) -> None:
    assert sum(count > 0 for _, _, count in runs(outs[0]).values()) >= 10


def test_an_absent_cluster_and_other_files_are_refused(world: Path, tmp_path: Path) -> None:
    (tmp_path / "institutions.csv").write_text("institution_id,name\nI1,甲\n", encoding="utf-8")
    (tmp_path / "reports.parquet").write_bytes((world / "reports.parquet").read_bytes())
    with pytest.raises(Refused, match="Parquet"):
        SparkEngine(str(tmp_path), master="local[1]", conf=SMALL)
