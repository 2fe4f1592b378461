"""Field packs of the law data as the tables that detectors read (`engines.screening.packs`)."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from hengjian.engines.screening.packs import PACK_TABLES
from hengjian.law.field_packs import Relation, packs_by_field
from hengjian.law.packing import Packs, field_packs

SPREAD = {"selling_terms": ("terms", "term"), "ordinary_subjects": ("words", "word")}
"""Sections whose entries hold a list: one row a word."""


def pack_tables(packs: Packs | None = None) -> dict[str, pa.Table]:
    """Every pack table, by name; exact decimals become doubles."""
    source = shared_sections() | field_packs() if packs is None else packs
    return {
        name: pa.Table.from_pylist(_rows(name.removeprefix("pack_"), source), schema=schema)
        for name, schema in PACK_TABLES.items()
    }


def shared_sections() -> dict[str, tuple[Any, ...]]:
    """Relations, their words by role (`left`, `right`), and method rules with a number, of all fields' packs."""
    packs = packs_by_field()
    words = {one.id: one.words for pack in packs for one in pack.item_words}
    relations = tuple(one for pack in packs for one in pack.relations)
    roles = [(one.id, role, item) for one in relations for role, items in _sides(one) for item in items]
    return {
        "relations": relations,
        "relation_words": tuple(
            SimpleNamespace(relation=relation, role=role, item=item, word=word)
            for relation, role, item in roles
            for word in words[item]
        ),
        "method_rules": tuple(one for pack in packs for one in pack.method_rules if one.value is not None),
    }


def _sides(one: Relation) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("left", one.left), ("right", (one.right,) if one.right else ())


def _rows(section: str, packs: Packs) -> list[dict[str, Any]]:
    rows = []
    many, one = SPREAD.get(section, ("", ""))
    for entry in packs.get(section, ()):
        row = {key: float(value) if isinstance(value, Decimal) else value for key, value in vars(entry).items()}
        rows += [row | {one: word} for word in row[many]] if many else [row]
    return rows
