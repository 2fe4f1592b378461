"""Field packs of the law data as the tables that detectors read (`engines.screening.packs`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

from hengjian.engines.screening.packs import PACK_TABLES
from hengjian.law.packing import Packs, field_packs

SPREAD = {"selling_terms": ("terms", "term"), "ordinary_subjects": ("words", "word")}
"""Sections whose entries hold a list: one row a word."""


def pack_tables(packs: Packs | None = None) -> dict[str, pa.Table]:
    """Every pack table, by name; exact decimals become doubles."""
    source = field_packs() if packs is None else packs
    return {
        name: pa.Table.from_pylist(_rows(name.removeprefix("pack_"), source), schema=schema)
        for name, schema in PACK_TABLES.items()
    }


def _rows(section: str, packs: Packs) -> list[dict[str, Any]]:
    rows = []
    many, one = SPREAD.get(section, ("", ""))
    for entry in packs.get(section, ()):
        row = {key: float(value) if isinstance(value, Decimal) else value for key, value in vars(entry).items()}
        rows += [row | {one: word} for word in row[many]] if many else [row]
    return rows
