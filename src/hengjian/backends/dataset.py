"""Opens a dataset folder by the data contract: finds the files of a table and reads them as typed columns."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from hengjian.backends.engine import TableSummary
from hengjian.backends.spreadsheet import read_sheet
from hengjian.engines.tables.contract import DUCKDB_TYPES, REQUIRED_TABLES, TABLES, Column
from hengjian.kernel.errors import Refused

SUFFIXES = (".parquet", ".csv", ".xlsx")
CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class TableFiles:
    """The parts of one table, all of one kind (`.parquet`, `.csv` or `.xlsx`), sorted by name."""

    table: str
    kind: str
    files: tuple[Path, ...]


def find_tables(folder: Path) -> dict[str, TableFiles]:
    """The contract's tables in a folder. Refused where the folder or a required table is missing."""
    if not folder.is_dir():
        raise Refused(f"数据集文件夹不存在：{folder}", where={"file": str(folder)})
    found = {}
    for name in TABLES:
        files = _parts(folder, name)
        if files:
            kinds = sorted({file.suffix.lower() for file in files})
            if len(kinds) > 1:
                raise Refused(f"表 {name} 同时有 {'、'.join(kinds)} 文件，请只保留一种", where={"table": name})
            found[name] = TableFiles(table=name, kind=kinds[0], files=tuple(files))
    missing = [name for name in REQUIRED_TABLES if name not in found]
    if missing:
        words = "、".join(f"{name}（{TABLES[name].header}）" for name in missing)
        raise Refused(f"数据集 {folder} 缺少必需的表：{words}", where={"file": str(folder)})
    return found


def _parts(folder: Path, name: str) -> list[Path]:
    files = [folder / f"{name}{suffix}" for suffix in SUFFIXES if (folder / f"{name}{suffix}").is_file()]
    if (folder / name).is_dir():
        files += [file for file in sorted((folder / name).iterdir()) if file.suffix.lower() in SUFFIXES]
    return files


def digest(files: Sequence[Path]) -> str:
    """SHA-256 over the parts in order."""
    total = hashlib.sha256()
    for file in files:
        with file.open("rb") as source:
            while chunk := source.read(CHUNK):
                total.update(chunk)
    return total.hexdigest()


class DatasetReader:
    """Reads tables of one dataset into a DuckDB connection; `close` removes its transcoded copies."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.tables = find_tables(folder)
        self.connection = connection
        self.scratch = Path(tempfile.mkdtemp(prefix="hengjian-"))
        self.stored: dict[str, dict[str, str]] = {}

    def close(self) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)

    def headers(self, table: str) -> dict[str, str]:
        """Contract column → header in the files; the first part decides, later parts are joined by name."""
        found: dict[str, str] = {}
        for header in self._raw_headers(table):
            column = recognise(table, header)
            if column and column not in found:
                found[column] = header
        missing = [name for name in TABLES[table].required if name not in found]
        if missing:
            words = "、".join(f"{name}（{TABLES[table].columns[name].header}）" for name in missing)
            raise Refused(f"表 {table} 缺少必需的列：{words}", where={"table": table})
        return found

    def _raw_headers(self, table: str) -> list[str]:
        return list(self._stored(table))

    def _stored(self, table: str) -> dict[str, str]:
        """Header → type it is stored as, in the files' order."""
        if table not in self.stored:
            described = self.connection.execute(f"DESCRIBE SELECT * FROM {self.source(table)}").fetchall()
            self.stored[table] = {str(row[0]): str(row[1]) for row in described}
        return self.stored[table]

    def source(self, table: str) -> str:
        """A FROM clause over all parts of a table."""
        parts = self.tables[table]
        try:
            return self._source(parts)
        except (duckdb.Error, pa.ArrowInvalid, OSError) as error:
            raise Refused(f"表 {table} 的文件读不出来：{parts.files[0].name}", where={"table": table}) from error

    def _source(self, parts: TableFiles) -> str:
        if parts.kind == ".parquet":
            for file in parts.files:
                pq.read_schema(file)
            return f"read_parquet({_names(parts.files)}, union_by_name = true)"
        if parts.kind == ".xlsx":
            name = f"sheet_{parts.table}"
            if not self._known(name):
                self.connection.register(name, read_sheet(parts.files))
            return name
        files = [self._utf8(parts.table, number, file) for number, file in enumerate(parts.files)]
        return (
            f"read_csv({_names(files)}, all_varchar = true, header = true, union_by_name = true, delim = ',', "
            "quote = '\"', escape = '\"', null_padding = true, strict_mode = false, max_line_size = 16777216)"
        )

    def _known(self, name: str) -> bool:
        sql = "SELECT count(*) FROM duckdb_views() WHERE view_name = ?"
        return bool(self.connection.execute(sql, [name]).fetchall()[0][0])

    def _utf8(self, table: str, number: int, file: Path) -> Path:
        """The file itself if it is UTF-8, else a transcoded copy (GB18030). Refused if it is neither."""
        copy = self.scratch / f"{table}-{number}.csv"
        if copy.exists():
            return copy
        if _decodes(file, "utf-8"):
            return file
        try:
            with (
                file.open(encoding="gb18030", newline="") as source,
                copy.open("w", encoding="utf-8", newline="") as to,
            ):
                shutil.copyfileobj(source, to, CHUNK)
        except UnicodeDecodeError as error:
            copy.unlink(missing_ok=True)
            sentence = f"{file.name} 既不是 UTF-8 也不是 GB18030 编码，无法读取"
            raise Refused(sentence, where={"file": file.name}) from error
        return copy

    def summary(self, table: str) -> TableSummary:
        """Files, rows, hash and headers of one table."""
        parts, headers = self.tables[table], self.headers(table)
        rows = self.connection.execute(f"SELECT count(*) FROM {self.source(table)}").fetchall()[0][0]
        unknown = [header for header in self._raw_headers(table) if recognise(table, header) is None]
        return TableSummary(
            table=table,
            files=tuple(file.name for file in parts.files),
            rows=int(rows),
            sha256=digest(parts.files),
            columns=tuple(headers),
            unknown=tuple(unknown),
        )

    def select(self, table: str, columns: Sequence[str], *, only: str | None = None) -> str:
        """A SELECT of these contract columns, typed; one that the files lack comes as NULL of its type.

        `only` names a table of `report_id`: other reports' rows are left out before anything is typed.
        """
        headers, stored = self.headers(table), self._stored(table)
        parts = []
        for name in columns:
            column = TABLES[table].columns[name]
            if name in headers:
                parts.append(f'{typed(column, _quoted(headers[name]), stored[headers[name]])} AS "{name}"')
            else:
                parts.append(f'CAST(NULL AS {DUCKDB_TYPES[column.type]}) AS "{name}"')
        source = self.source(table)
        if only is not None:
            key = typed(TABLES[table].columns["report_id"], "s." + _quoted(headers["report_id"]))
            source = f"(SELECT s.* FROM {source} AS s SEMI JOIN {only} AS w ON w.report_id = {key})"
        return f"SELECT {', '.join(parts)} FROM {source}"

    def bad_cells(self, table: str, columns: Sequence[str]) -> dict[str, int]:
        """Filled cells that are not of their column's type, by column; parquet columns of the type have none."""
        if self.tables[table].kind == ".parquet":
            return {}
        headers = self.headers(table)
        checked = [name for name in columns if name in headers and TABLES[table].columns[name].type not in TEXTS]
        if not checked:
            return {}
        counts = []
        for name in checked:
            header = _quoted(headers[name])
            filled = f"nullif(trim(CAST({header} AS VARCHAR)), '') IS NOT NULL"
            counts.append(
                f"count(CASE WHEN {filled} AND {typed(TABLES[table].columns[name], header)} IS NULL THEN 1 END)"
            )
        row = self.connection.execute(f"SELECT {', '.join(counts)} FROM {self.source(table)}").fetchall()[0]
        return {name: int(count) for name, count in zip(checked, row, strict=True) if count}


TEXTS = ("id", "text", "list")
SAME: dict[str, tuple[str, ...]] = {
    "int": ("BIGINT", "INTEGER", "SMALLINT", "TINYINT"),
    "num": ("DOUBLE",),
    "bool": ("BOOLEAN",),
    "date": ("DATE",),
    "ts": ("TIMESTAMP",),
    "numlist": ("DOUBLE[]",),
}
"""Storage types that need no reading of text."""


def recognise(table: str, header: str) -> str | None:
    """Contract column of a header: its English name or its Chinese header, spaces and BOM aside."""
    clean = header.strip().lstrip("\ufeff").strip()
    for name, column in TABLES[table].columns.items():
        if clean == name or clean.lower() == name or clean == column.header:
            return name
    return None


def typed(column: Column, expression: str, stored: str = "") -> str:
    """SQL that turns a cell of whatever storage type into the column's type, NULL where it is not one.

    A cell `stored` as that very type is taken as it is.
    """
    kind = column.type
    if stored in SAME.get(kind, ()) and not column.codes:
        return expression if stored == DUCKDB_TYPES[kind] else f"CAST({expression} AS {DUCKDB_TYPES[kind]})"
    text = f"nullif(trim({expression if stored == 'VARCHAR' else f'CAST({expression} AS VARCHAR)'}), '')"
    if kind == "numlist":
        return f"try_cast({expression} AS DOUBLE[])"
    if kind == "list":
        listed = f"replace(replace(replace(trim({text}, '[]'), ', ', '|'), '''', ''), '\"', '')"
        return f"CASE WHEN {text} LIKE '[%]' THEN nullif({listed}, '') ELSE {text} END"
    if kind == "num":
        return f"try_cast({expression} AS DOUBLE)" if not column.codes else text
    if kind == "int":
        return f"try_cast(try_cast({text} AS DOUBLE) AS BIGINT)"
    if kind == "bool":
        return (
            f"CASE WHEN lower({text}) IN ('true', 't', '1', '1.0', '是', 'yes') THEN true "
            f"WHEN lower({text}) IN ('false', 'f', '0', '0.0', '否', 'no') THEN false END"
        )
    if kind == "date":
        return f"try_cast(try_cast({text} AS TIMESTAMP) AS DATE)"
    if kind == "ts":
        return f"coalesce(try_cast({expression} AS TIMESTAMP), try_cast({text} AS TIMESTAMP))"
    if column.identifier == "standard":
        return f"upper(replace(replace({text}, ' ', ''), '　', ''))"
    return _coded(column, text)


def _coded(column: Column, text: str) -> str:
    """Chinese words of a coded column become its codes; any other word stays as it is."""
    words = {word: code for word, code in column.words.items() if word != code}
    if not words:
        return text
    cases = " ".join(f"WHEN {_literal(word)} THEN {_literal(code)}" for word, code in sorted(words.items()))
    return f"CASE lower({text}) {cases} ELSE {text} END"


def _decodes(file: Path, encoding: str) -> bool:
    try:
        with file.open(encoding=encoding) as source:
            while source.read(CHUNK):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _names(files: Sequence[Path]) -> str:
    return "[" + ", ".join(_literal(str(file)) for file in files) + "]"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
