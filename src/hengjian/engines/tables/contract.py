"""The data contract: every table with its columns, headers, types, keys and codes."""

from __future__ import annotations

from hengjian.engines.tables.column import Column, Table, Type
from hengjian.engines.tables.contract_evidence import TABLES_OF_EVIDENCE
from hengjian.engines.tables.contract_registry import TABLES_OF_REGISTRY
from hengjian.engines.tables.contract_reports import TABLES_OF_REPORTS
from hengjian.engines.tables.fields import FIELD_CODES

__all__ = ["ARROW_NAMES", "DUCKDB_TYPES", "FIELD_CODES", "REQUIRED_TABLES", "TABLES", "Column", "Table", "Type"]

TABLES: dict[str, Table] = {
    table.name: table for table in (*TABLES_OF_REGISTRY, *TABLES_OF_REPORTS, *TABLES_OF_EVIDENCE)
}
"""Every table of the contract by name."""

REQUIRED_TABLES = ("institutions", "reports")
"""Without these two there is nothing to screen."""

DUCKDB_TYPES: dict[Type, str] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "list": "VARCHAR",
    "int": "BIGINT",
    "num": "DOUBLE",
    "bool": "BOOLEAN",
    "date": "DATE",
    "ts": "TIMESTAMP",
    "numlist": "DOUBLE[]",
}
"""Storage type of each contract type in DuckDB; `list` stays text separated by `|`."""

ARROW_NAMES: dict[Type, str] = {
    "id": "string",
    "text": "string",
    "list": "string",
    "int": "int64",
    "num": "double",
    "bool": "bool",
    "date": "date32",
    "ts": "timestamp[us]",
    "numlist": "list<double>",
}
"""The same in Arrow's spelling."""
