"""A dataset by the data contract as Spark sees it: Parquet files in a folder or under an s3a, hdfs or file address."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf
from pyspark.sql import types as st

from hengjian.backends.dataset import DatasetReader, TableFiles, digest, find_tables, recognise
from hengjian.backends.engine import TableSummary
from hengjian.engines.tables.contract import REQUIRED_TABLES, TABLES
from hengjian.kernel.errors import Refused

STORED: dict[type[st.DataType], str] = {
    st.StringType: "VARCHAR",
    st.LongType: "BIGINT",
    st.IntegerType: "INTEGER",
    st.ShortType: "SMALLINT",
    st.ByteType: "TINYINT",
    st.DoubleType: "DOUBLE",
    st.FloatType: "FLOAT",
    st.BooleanType: "BOOLEAN",
    st.DateType: "DATE",
    st.TimestampNTZType: "TIMESTAMP",
}
"""Spark's types in the contract's spelling of storage types."""

CHINA = "Asia/Shanghai"


class SparkReader(DatasetReader):
    """Reads the same folder as DuckDB does, Parquet only. Refused: absent folder or tables, other kinds of file."""

    def __init__(self, address: str, session: SparkSession) -> None:
        self.session = session
        self.local = "://" not in address
        self.tables = find_tables(Path(address)) if self.local else _listed(address, session)
        self.stored: dict[str, dict[str, str]] = {}
        other = sorted(name for name, parts in self.tables.items() if parts.kind != ".parquet")
        if other:
            raise Refused(f"Spark 只读 Parquet 文件，请先转换：{'、'.join(other)}", where={"table": other[0]})

    def close(self) -> None:
        """Nothing was copied."""

    def source(self, table: str) -> str:
        self._stored(table)
        return f"raw_{table}"

    def _stored(self, table: str) -> dict[str, str]:
        if table not in self.stored:
            frame = self._frame(table)
            for field in frame.schema.fields:
                if isinstance(field.dataType, st.TimestampType):
                    there = sf.from_utc_timestamp(sf.col(f"`{field.name}`"), CHINA).cast("timestamp_ntz")
                    frame = frame.withColumn(field.name, there)
            frame.createOrReplaceTempView(f"raw_{table}")
            self.stored[table] = {field.name: _stored_type(field.dataType) for field in frame.schema.fields}
        return self.stored[table]

    def _frame(self, table: str) -> Any:
        parts = self.tables[table]
        paths = [str(file.resolve() if self.local else _address(file)) for file in parts.files]
        try:
            return self.session.read.option("mergeSchema", len(paths) > 1).parquet(*paths)
        except Exception as error:
            raise Refused(f"表 {table} 的文件读不出来：{parts.files[0].name}", where={"table": table}) from error

    def summary(self, table: str) -> TableSummary:
        parts, headers = self.tables[table], self.headers(table)
        return TableSummary(
            table=table,
            files=tuple(file.name for file in parts.files),
            rows=self._rows(table),
            sha256=digest(parts.files) if self.local else _listing_digest(parts, self.session),
            columns=tuple(headers),
            unknown=tuple(header for header in self._stored(table) if recognise(table, header) is None),
        )

    def _rows(self, table: str) -> int:
        if self.local:
            return sum(pq.read_metadata(file).num_rows for file in self.tables[table].files)
        return self.session.table(self.source(table)).count()

    def bad_cells(self, table: str, columns: Sequence[str]) -> dict[str, int]:
        """None: Parquet columns are of their type."""
        return {}


def _stored_type(kind: st.DataType) -> str:
    if isinstance(kind, st.ArrayType):
        return f"{_stored_type(kind.elementType)}[]"
    return STORED.get(type(kind), "OTHER")


def _address(file: Path) -> str:
    """`PurePosixPath` folds the two slashes of an address into one."""
    scheme, rest = str(file).split(":/", 1)
    return f"{scheme}://{rest}"


def _listed(address: str, session: SparkSession) -> dict[str, TableFiles]:
    """The contract's tables under an address, through Hadoop's file systems."""
    found: dict[str, TableFiles] = {}
    top = _names_in(address, session)
    if top is None:
        raise Refused(f"数据集不存在：{address}", where={"file": address})
    for name in TABLES:
        files = [f"{address}/{name}.parquet"] if f"{name}.parquet" in top else []
        if name in top:
            inside = _names_in(f"{address}/{name}", session) or []
            files += [f"{address}/{name}/{one}" for one in sorted(inside) if one.endswith(".parquet")]
        if files:
            found[name] = TableFiles(table=name, kind=".parquet", files=tuple(Path(one) for one in files))
    missing = [name for name in REQUIRED_TABLES if name not in found]
    if missing:
        words = "、".join(f"{name}（{TABLES[name].header}）" for name in missing)
        raise Refused(f"数据集 {address} 缺少必需的表：{words}", where={"file": address})
    return found


def _hadoop(address: str, session: SparkSession) -> tuple[Any, Any]:
    java: Any = session._jvm
    path = java.org.apache.hadoop.fs.Path(address)
    return path.getFileSystem(session._jsc.hadoopConfiguration()), path  # type: ignore[attr-defined]


def _names_in(address: str, session: SparkSession) -> list[str] | None:
    files, path = _hadoop(address, session)
    return [PurePosixPath(str(one.getPath())).name for one in files.listStatus(path)] if files.exists(path) else None


def _listing_digest(parts: TableFiles, session: SparkSession) -> str:
    """SHA-256 over names, lengths and times of change: what is far away is not read through twice."""
    total = hashlib.sha256()
    for file in parts.files:
        files, path = _hadoop(_address(file), session)
        status = files.getFileStatus(path)
        total.update(f"{file.name}|{status.getLen()}|{status.getModificationTime()}\n".encode())
    return f"listing:{total.hexdigest()}"
