"""The one place that knows both worlds: registry rows of the database → Parquet tables of the data contract."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db.models import Model, QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Organ
from hengjian.apps.registry import models as registry
from hengjian.engines.tables.column import Table, Type
from hengjian.engines.tables.contract import TABLES

ARROW: dict[Type, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "list": pa.string(),
    "int": pa.int64(),
    "num": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "ts": pa.timestamp("us"),
    "numlist": pa.list_(pa.float64()),
}
BATCH = 20_000

PARTS: dict[str, type[Model]] = {
    "certificates": registry.Certificate,
    "certificate_status": registry.CertificateStatus,
    "scope": registry.ScopeItem,
    "sites": registry.Site,
    "people": registry.Person,
    "absences": registry.Absence,
    "signatories": registry.Signatory,
    "instruments": registry.Instrument,
    "calibrations": registry.Calibration,
    "declarations": registry.Declaration,
}
"""Contract tables that the registry holds beside `institutions`."""

REGISTRY_TABLES = ("institutions", *PARTS)


def institutions_of(organ: Organ) -> QuerySet[registry.Institution]:
    """The institutions that a run of this organ screens: its own and those of the organs below, without merged ones."""
    return registry.Institution.objects.filter(organ__path__startswith=organ.path, merged_into=None)


def code_map(institutions: QuerySet[registry.Institution]) -> dict[str, str]:
    """Every code under which an institution of the run may appear in evidence → its code in force."""
    codes = {uscc: uscc for uscc in institutions.values_list("uscc", flat=True)}
    aliases = registry.InstitutionAlias.objects.filter(
        kind="code", withdrawn_at=None, institution__in=institutions
    ).values_list("value", "institution__uscc")
    merged = registry.Institution.objects.filter(merged_into__in=institutions).values_list("uscc", "merged_into__uscc")
    for old, new in (*aliases, *merged):
        codes.setdefault(old, new)
    return codes


def export_registry(*, organ: Organ, folder: Path) -> dict[str, int]:
    """Write the registry tables of the organ's institutions into `folder`; answers rows by table.

    A table without rows is left out: a detector that needs it is then skipped and says so.
    """
    institutions = institutions_of(organ)
    written = {"institutions": _write(TABLES["institutions"], institutions.order_by("uscc"), folder)}
    for name, model in PARTS.items():
        rows = model._default_manager.filter(institution__in=institutions).order_by("institution__uscc", "pk")
        count = _write(TABLES[name], rows, folder)
        if count:
            written[name] = count
    return written


def _write(table: Table, rows: QuerySet[Any], folder: Path) -> int:
    fields = {name: _source(table.name, name, rows.model) for name in table.columns}
    known = {name: source for name, source in fields.items() if source}
    schema = pa.schema([(name, ARROW[table.columns[name].type]) for name in known])
    values = rows.values_list(*known.values()).iterator(chunk_size=BATCH)
    count, writer = 0, None
    for batch in _batches(values):
        columns = list(zip(*batch, strict=True))
        arrays = [
            pa.array([_plain(value) for value in column], field.type)
            for column, field in zip(columns, schema, strict=True)
        ]
        writer = writer or pq.ParquetWriter(folder / f"{table.name}.parquet", schema)
        writer.write_table(pa.table(arrays, schema=schema))
        count += len(batch)
    if writer:
        writer.close()
    return count


def _source(table: str, column: str, model: type[Model]) -> str:
    """The lookup behind a contract column; empty where the registry keeps no such field."""
    if column == "institution_id":
        return "uscc" if table == "institutions" else "institution__uscc"
    return column if column in _field_names(model) else ""


def _field_names(model: type[Model]) -> Collection[str]:
    return {field.name for field in model._meta.concrete_fields}


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _plain(value: Any) -> Any:
    """A value as the contract writes it: lists joined by `|`, moments in Asia/Shanghai without zone, empty → null."""
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, list):
        return "|".join(map(str, value)) or None
    return None if value == "" else value
