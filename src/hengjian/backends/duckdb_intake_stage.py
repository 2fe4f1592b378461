"""One loaded sheet (`src`) checked against a mapping: unreadable cells listed, readable rows written as Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import pyarrow.compute as pc

from hengjian.backends.duckdb_intake_cells import Cells
from hengjian.backends.duckdb_intake_fixes import Fix, make_fix
from hengjian.backends.duckdb_intake_readers import Context, read_distinct
from hengjian.backends.duckdb_intake_rules import cast, fast, literal, number, quote
from hengjian.engines.tables.contract import DUCKDB_TYPES, TABLES, Column, Table
from hengjian.engines.tables.mapping import Target

UNIT_ALIKE = "replace(replace(replace({0}, ' ', ''), 'µ', 'μ'), '㎎', 'mg')"


class TargetStage:
    """One table fed by the sheet in `src`; call `check` for every target of a sheet, then `write`."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        number: int,
        target: Target,
        headers: list[str],
        context: Context,
    ) -> None:
        self.connection = connection
        self.table: Table = TABLES[target.table]
        self.view = f"target_{number}"
        self.context = context
        cells = Cells(headers, context.blank)
        self.sources = cells.sources(target)
        self.fixed: dict[str, Fix] = {}
        self.plain: set[str] = set()
        view = cells.view(target, skipping=context.skipping)
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {self.view} AS {view}")

    def missing(self) -> list[str]:
        """Required columns nothing feeds."""
        fed = set(self.sources)
        if "id_no" in fed:
            fed.add("person_key")
        return [name for name in self.table.required if name not in fed]

    def check(self) -> None:
        """Read every cell once; cells that stay unreadable go into `bad`."""
        for column in self._columns():
            self._check_column(column)
        self._check_required()
        if self.table.name == "results":
            self._check_units()

    def _columns(self) -> list[Column]:
        return [self.table.intake_columns[name] for name in self.table.intake_columns if name in self.sources]

    def _check_column(self, column: Column) -> None:
        cell = quote(column.name)
        rule = None if self._always_read(column) else fast(column, cell)
        if column.name == "value_text":
            rule = number(cell)
        unread = f"{cell} IS NOT NULL" + (f" AND ({rule}) IS NULL" if rule else "")
        texts = [
            row[0]
            for row in self.connection.execute(f"SELECT DISTINCT {cell} FROM {self.view} WHERE {unread}").fetchall()
        ]
        if not texts:
            self.plain.add(column.name)
            return
        stand_in = self.sources[column.name].stand_in
        rows = read_distinct(column, sorted(texts), context=self.context, stand_in=stand_in)
        self.fixed[column.name] = make_fix(self.connection, column, rows, name=f"fix_{self.view}_{column.name}")
        refused = rows.filter(pc.is_valid(rows.column("code")))
        if refused.num_rows:
            self.connection.register("refusals", refused)
            self.connection.execute(
                f"INSERT INTO bad SELECT v.rid, v.branch, {literal(self.table.name)}, {literal(column.name)}, "
                f"v.{cell}, f.code, f.sentence, f.repair FROM {self.view} v JOIN refusals f ON v.{cell} = f.text"
            )
            self.connection.unregister("refusals")

    def _always_read(self, column: Column) -> bool:
        return column.intake_only or self.sources[column.name].stand_in

    def _check_required(self) -> None:
        for name in self.table.required:
            if name in self.sources:
                known = f'v.rid NOT IN (SELECT rid FROM bad WHERE "column" = {literal(name)})'
                self._refuse(
                    f"{self._value(name)} IS NULL AND {known}",
                    name,
                    code="blank",
                    sentence="没有填写",
                    repair="补上这一格",
                )

    def _check_units(self) -> None:
        if "value_text" in self.fixed and "unit" in self.sources:
            value_unit, unit = self._part("value_text", "unit"), UNIT_ALIKE.format('v."unit"')
            self._refuse(
                f"{value_unit} <> {unit}",
                "value_text",
                code="value.two_units",
                sentence="结果里的单位与单位栏不同",
                repair="只留报告上的一种",
            )
        if "limit_text" in self.fixed:
            own = self._part("value_text", "unit") if "value_text" in self.fixed else "NULL"
            unit = f"coalesce({own}, {UNIT_ALIKE.format('v.unit')})" if "unit" in self.sources else own
            self._refuse(
                f"{self._part('limit_text', 'unit')} <> {unit}",
                "limit_text",
                code="limit.unit",
                sentence="限值与结果的单位不同，不能比较",
                repair="结果和限值写成同一单位",
            )
        if "value" in self.sources and "value_text" in self.sources:
            stated, read = self._value("value"), self._read_number()
            self._refuse(
                f"abs({stated} - {read}) > 1e-9 * greatest(abs({stated}), abs({read}))",
                "value",
                code="value.differs",
                sentence="数值与结果原文不一致",
                repair="照报告改正其中一个",
            )

    def _refuse(self, condition: str, name: str, *, code: str, sentence: str, repair: str) -> None:
        self.connection.execute(
            f"INSERT INTO bad SELECT v.rid, v.branch, ?, ?, v.{quote(name)}, ?, ?, ? "
            f"FROM {self._joined()} WHERE {condition}",
            [self.table.name, name, code, sentence, repair],
        )

    def _joined(self) -> str:
        return " ".join([f"{self.view} v", *(fix.join for fix in self.fixed.values() if fix.join)])

    def _part(self, name: str, part: str, kind: str = "VARCHAR") -> str:
        """SQL of one part of what the reader made of an odd text; NULL where no text of the column was odd."""
        return self.fixed[name].parts[part] if name in self.fixed else f"CAST(NULL AS {kind})"

    def _value(self, name: str) -> str:
        """SQL of the typed value of a fed column, right for every row not in `bad`."""
        column = self.table.intake_columns[name]
        cell, kind = f"v.{quote(name)}", DUCKDB_TYPES[column.type]
        if name == "value_text":
            return cell
        rule = None if self._always_read(column) else fast(column, cell)
        if rule and name in self.plain:
            rule = cast(column, cell) or rule
        if kind != "VARCHAR":
            options = [*([rule] if rule else []), *([self._part(name, "value")] if name in self.fixed else [])]
        elif name in self.fixed:
            said = [rule] if rule and column.codes else []
            return f"nullif(coalesce({', '.join([*said, self._part(name, 'value'), cell])}), '')"
        else:
            options = [rule] if rule and column.codes else [cell]
        return f"coalesce({', '.join(options)})" if len(options) > 1 else (*options, f"CAST(NULL AS {kind})")[0]

    def _read_number(self) -> str:
        return f"coalesce({number('v.value_text')}, {self._part('value_text', 'value', 'DOUBLE')})"

    def check_keys(self) -> bool:
        """Rows of one key that contradict each other are refused, all of them: nobody here knows which is right.

        Answers whether every key stands once.
        """
        outputs = self.outputs()
        keys = [quote(name) for name in self.table.key if name in outputs]
        own = ", ".join(f"{outputs[name]} AS {quote(name)}" for name in self.table.key if name in outputs)
        readable = "v.rid NOT IN (SELECT rid FROM bad)"
        counted = self.connection.execute(
            f"SELECT count(*), count(DISTINCT hash({', '.join(keys)})) "
            f"FROM (SELECT {own} FROM {self._joined()} WHERE {readable})"
        ).fetchone()
        if counted is None or counted[0] == counted[1]:
            return True
        key, said = ", ".join(keys), "、".join(self.table.columns[name].header for name in self.table.key)
        facts = ", ".join(f"{sql} AS {quote(name)}" for name, sql in outputs.items())
        self.connection.execute(
            f"INSERT INTO bad WITH facts AS (SELECT v.rid, v.branch AS nth, {facts} "
            f"FROM {self._joined()} WHERE {readable}), "
            f"twice AS (SELECT {key} FROM (SELECT DISTINCT * EXCLUDE (rid, nth) FROM facts) "
            f"GROUP BY {key} HAVING count(*) > 1) "
            f"SELECT f.rid, f.nth, ?, ?, concat_ws(' ', {', '.join('f.' + name for name in keys)}), "
            f"'key.contradicting', ?, ? FROM facts f JOIN twice t ON "
            f"{' AND '.join(f'f.{name} IS NOT DISTINCT FROM t.{name}' for name in keys)}",
            [self.table.name, self.table.key[0], f"同一{said}有几行，内容互相矛盾", "只留正确的一行"],
        )
        return False

    def outputs(self) -> dict[str, str]:
        """Contract column → SQL, in the contract's order; only what is fed or follows from what is fed."""
        found = {name: self._value(name) for name in self.table.columns if name in self.sources}
        if self.table.name == "results":
            self._result_outputs(found)
        if "id_no" in self.sources:
            digest = self._part("id_no", "value")
            found["person_key"] = f"coalesce({found['person_key']}, {digest})" if "person_key" in found else digest
        ordered = {name: found[name] for name in self.table.columns if name in found}
        if "limit_text" in self.sources:
            ordered["limit_text"] = 'v."limit_text"'
        return ordered

    def _result_outputs(self, found: dict[str, str]) -> None:
        found["replicate"] = f"coalesce({found['replicate']}, 0)" if "replicate" in found else "CAST(0 AS BIGINT)"
        if "value_text" in self.sources:
            read = self._read_number()
            found["value"] = f"coalesce({found['value']}, {read})" if "value" in found else read
        if "value_text" in self.fixed:
            unit = self._part("value_text", "unit")
            found["unit"] = f"coalesce({found['unit']}, {unit})" if "unit" in found else unit
        if "limit_text" in self.fixed:
            for name, part in (("limit_op", "op"), ("limit_low", "value"), ("limit_high", "high")):
                limit = self._part("limit_text", part)
                found[name] = f"coalesce({found[name]}, {limit})" if name in found else limit

    def write(self, path: Path, *, file: str, sheet: str, first_row: int) -> None:
        """Write the rows of `src` in state 0; order is the sheet's, bytes are reproducible."""
        cells = ", ".join(f"{sql} AS {quote(name)}" for name, sql in self.outputs().items())
        sources = f"{literal(file)} AS source_file, {literal(sheet)} AS source_sheet"
        sorted_again = "ORDER BY v.rid, v.branch" if any(fix.join for fix in self.fixed.values()) else ""
        self.connection.execute(
            f"COPY (SELECT {cells}, {sources}, v.rid + {first_row} AS source_row FROM {self._joined()} "
            f"WHERE v.state = 0 {sorted_again}) "
            f"TO {literal(str(path))} (FORMAT parquet, COMPRESSION snappy, "
            f"ROW_GROUP_SIZE 122880, DICTIONARY_SIZE_LIMIT 10000)"
        )


def _select(columns: Mapping[str, str], where: Iterable[str], *, branch: int = 0) -> str:
    cells = ", ".join(f"{sql} AS {quote(name)}" for name, sql in columns.items())
    return f"SELECT rowid AS rid, state, {branch} AS branch, {cells} FROM src WHERE {' AND '.join(where)}"
