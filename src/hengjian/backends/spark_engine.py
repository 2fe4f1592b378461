"""The screening engine on a Spark cluster: the same plan, translated; rows stay on the workers until they are hits."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyspark
from py4j.protocol import Py4JJavaError
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from hengjian.backends.spark_dataset import SparkReader
from hengjian.backends.spark_dialect import translate
from hengjian.engines.screening.detector import BatchStep
from hengjian.kernel.errors import DomainError, Refused

BATCH_ROWS = 4096

ALWAYS = {
    "spark.sql.ansi.enabled": "true",  # an overflow fails the detector, it never wraps silently
    "spark.sql.session.timeZone": "UTC",  # the contract's times carry no zone
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS),
    "spark.sql.caseSensitive": "false",
}
DEFAULTS = {
    "spark.app.name": "hengjian",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.maxResultSize": "2g",
    "spark.sql.adaptive.enabled": "true",
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
}
"""What a customer's `--spark-conf` may override."""


def open_session(master: str, conf: Mapping[str, str]) -> SparkSession:
    """A session of its own on the cluster. Refused where the cluster does not answer."""
    quiet = logging.getLogger("SQLQueryContextLogger")  # it prints whole plans of a failed detector to the console
    quiet.disabled = True
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = DEFAULTS | dict(conf) | ALWAYS
    if urlsplit(master).hostname in ("127.0.0.1", "localhost"):
        settings = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"} | settings
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise Refused(f"连不上 Spark 集群 {master}：{str(error).splitlines()[0][:200]}") from error
    session.sparkContext.setLogLevel("OFF")
    return session


class StepFailed(Exception):
    """A step broke inside the JVM; the message is that of the innermost cause."""


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except Py4JJavaError as error:
        cause = error.java_exception
        while cause.getCause() is not None:
            cause = cause.getCause()
        raise StepFailed(str(cause.toString())) from error


class SparkEngine:
    """An engine over the dataset at `address` (a folder all workers see, or s3a://…) on the cluster `master`.

    A step's rows are kept by the workers, in memory and on their disks, until the detector is done.
    """

    name = f"spark {pyspark.__version__}"
    hands = 1

    def __init__(
        self, address: str, *, master: str, conf: Mapping[str, str] | None = None, session: SparkSession | None = None
    ) -> None:
        self._owned = session is None
        self.session = session or open_session(master, conf or {})
        self._orders: dict[str, str] = {}
        self._made: dict[str, DataFrame] = {}
        try:
            self.reader = SparkReader(address, self.session)
        except DomainError:
            self._end()
            raise

    def make(self, name: str, sql: str, *, view: bool = False) -> None:
        query = translate(sql)
        self._orders[name] = query.order
        self._name(name, self.session.sql(query.sql), keep=not view)

    def _name(self, name: str, frame: DataFrame, *, keep: bool) -> None:
        """Have the workers keep the rows of a table once they are first read; its plan ends there for later readers."""
        self._made[name] = _kept(frame) if keep else frame
        self._made[name].createOrReplaceTempView(name)

    def put(self, name: str, table: pa.Table) -> None:
        self._name(name, self.session.createDataFrame(table), keep=False)

    def rename(self, old: str, new: str) -> None:
        self._name(new, self._made.pop(old), keep=False)
        self.session.catalog.dropTempView(old)
        if old in self._orders:
            self._orders[new] = self._orders.pop(old)

    def arrow(self, sql: str) -> pa.Table:
        query = translate(sql)
        order = query.order or (self._orders.get(query.tables[0], "") if len(query.tables) == 1 else "")
        with _plainly():
            return self.session.sql(f"{query.sql} {order}").toArrow()

    def reduce(self, step: BatchStep) -> None:
        rows = self.session.sql(translate(step.sql).sql)
        frame = rows.mapInArrow(_over_batches(step.reduce, step.schema), from_arrow_schema(step.schema))
        self._name(step.name, frame, keep=True)

    def drop(self, names: Sequence[str]) -> None:
        for name in names:
            frame = self._made.pop(name, None)
            if frame is not None:
                frame.unpersist()
                self.session.catalog.dropTempView(name)
            self._orders.pop(name, None)

    def siblings(self) -> list[SparkEngine]:
        return []

    def close(self) -> None:
        self.drop(list(self._made))
        self.reader.close()
        self._end()

    def _end(self) -> None:
        if self._owned:
            self.session.stop()


def _kept(frame: DataFrame) -> DataFrame:
    try:
        return frame.localCheckpoint(eager=False)
    except Py4JJavaError:
        # Spark 4.3 loses its statistics over some unions and then cannot end the plan here: kept with its plan instead;
        # what is really wrong with the step shows when it is read
        return frame.persist(StorageLevel.MEMORY_AND_DISK)


def _over_batches(reduce: Callable[[pa.RecordBatch], pa.Table], schema: pa.Schema) -> Callable[..., Any]:
    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from reduce(batch).cast(schema).to_batches()

    return run
