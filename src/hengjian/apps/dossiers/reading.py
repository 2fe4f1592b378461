"""Everything that belongs to one institution as of a day, read in few queries.

The part tables are narrow and many: one UNION brings them in one round trip, as unsaved rows of their models.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import CharField, Count, DateField, F, Model, QuerySet, Value, Window
from django.db.models.functions import Cast

from hengjian.apps.publications.models import Publication
from hengjian.apps.publications.procedures import PUBLIC
from hengjian.apps.registry import asof
from hengjian.apps.registry.models import (
    Calibration,
    Certificate,
    CertificateStatus,
    Declaration,
    FormerValue,
    Institution,
    InstitutionAlias,
    Instrument,
    Person,
    ScopeItem,
    Signatory,
    Site,
)

# model: the fields that go into the seven columns (three texts, two days, a text, a day)
COLUMNS: dict[type[Model], tuple[str, ...]] = {
    Site: ("site_id", "address", "area_code", "", "", "", ""),
    Certificate: ("certificate_no", "issuer", "", "valid_from", "valid_to", "status", "status_from"),
    CertificateStatus: ("certificate_no", "status", "", "from_on", "to_on", "", ""),
    Person: ("person_id", "role", "qualification", "employed_from", "employed_to", "name", "qualified_to"),
    Signatory: ("person_id", "field", "certificate_no", "valid_from", "valid_to", "", ""),
    Instrument: ("instrument_id", "name", "model", "in_service_from", "in_service_to", "serial_no", ""),
    Calibration: ("instrument_id", "result", "certificate_no", "calibrated_on", "valid_to", "", ""),
    Declaration: ("kind", "subject_id", "", "changed_on", "declared_on", "", ""),
    InstitutionAlias: ("kind", "value", "", "", "", "", ""),
    Publication: ("number", "doc_number", "content", "published_on", "stop_on", "violation", "decided_on"),
}
TYPES = ("text", "text", "text", "day", "day", "text", "day")


ANYBODY = -1
"""Stands for the institution in the statement that is prepared once."""


def _narrow(model: type[Model]) -> QuerySet[Any]:
    rows: Any = model._default_manager.filter(institution_id=ANYBODY).order_by()
    if model is InstitutionAlias:
        rows = rows.filter(withdrawn_at=None)
    if model is Publication:
        rows = rows.filter(state__in=PUBLIC)
    made: dict[str, Any] = {"c_model": Value(model._meta.model_name, output_field=CharField())}
    for place, (name, kind) in enumerate(zip(COLUMNS[model], TYPES, strict=True)):
        output: Any = CharField() if kind == "text" else DateField()
        value = F(name) if name else Cast(Value("" if kind == "text" else None), output)
        made[f"c{place}"] = Cast(value, output) if name and kind == "text" else value
    return rows.annotate(**made).values_list("pk", "c_model", *(f"c{place}" for place in range(len(TYPES))))


@dataclass
class Parts:
    """The parts of one institution by model, set back to the day where the registry knows former values."""

    rows: dict[type[Model], list[Any]] = field(default_factory=lambda: defaultdict(list))

    def of(self, model: type[Model]) -> list[Any]:
        """Rows of one model."""
        return self.rows[model]


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """The union of all narrow part tables as SQL with parameters: ten query sets cost more to build than to run."""
    queries = [_narrow(model) for model in COLUMNS]
    sql, params = queries[0].union(*queries[1:], all=True).query.sql_with_params()
    return sql, tuple(params)


def read_parts(institution: Institution, former: list[FormerValue], *, on: date) -> Parts:
    """All narrow part tables of the institution in one query."""
    models = {str(model._meta.model_name): model for model in COLUMNS}
    parts = Parts()
    sql, params = _statement()
    with connection.cursor() as cursor:
        cursor.execute(sql, [institution.pk if value == ANYBODY else value for value in params])
        found = cursor.fetchall()
    for pk, name, *values in found:
        model = models[name]
        typed = [_day(value) if kind == "day" else value for value, kind in zip(values, TYPES, strict=True)]
        named = {column: value for column, value in zip(COLUMNS[model], typed, strict=True) if column}
        parts.rows[model].append(model(pk=pk, institution=institution, **named))
    for rows in parts.rows.values():
        asof.set_back(rows, former, on)
        rows.sort(key=lambda row: row.pk)
    return parts


def _day(value: Any) -> date | None:
    """A day as either database gives it: SQLite knows no type for the columns of a union."""
    return date.fromisoformat(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class ScopeSheet:
    """Scope rows in force on the day: the first of them and how many there are."""

    rows: list[ScopeItem]
    total: int


def read_scope(
    institution: Institution, certificates: Iterable[asof.CertificateOn], *, on: date, limit: int | None
) -> ScopeSheet:
    """Rows in force under certificates that were valid on the day, and their number, in one query."""
    items = asof.under_valid(ScopeItem.objects.filter(institution=institution), certificates)
    rows: Any = asof.scope_on(None, on, items=items).annotate(total=Window(Count("pk")))
    found = list(rows[:limit] if limit else rows)
    return ScopeSheet(found, found[0].total if found else 0)


def in_service(instruments: Iterable[Instrument], on: date) -> list[Instrument]:
    """Instruments not taken out of service by the day."""
    kept = [
        one
        for one in instruments
        if (one.in_service_from is None or one.in_service_from <= on)
        and (one.in_service_to is None or one.in_service_to >= on)
    ]
    return sorted(kept, key=lambda one: one.instrument_id)


def employed(people: Iterable[Person], on: date) -> list[Person]:
    """People employed on the day."""
    return [
        one
        for one in people
        if (one.employed_from is None or one.employed_from <= on) and (one.employed_to is None or one.employed_to >= on)
    ]


def authorised(signatories: Iterable[Signatory], on: date) -> dict[str, list[Signatory]]:
    """Person → authorisations to sign in force on the day."""
    found: dict[str, list[Signatory]] = defaultdict(list)
    for one in signatories:
        begun = one.valid_from is None or one.valid_from <= on
        if begun and (one.valid_to is None or one.valid_to >= on):
            found[one.person_id].append(one)
    return found


def calibration_states(parts: Parts, instruments: list[Instrument], on: date) -> list[asof.CalibrationsOn]:
    """Each instrument with its calibrations up to the day; those with gaps in the last year first."""
    rows: dict[str, list[Calibration]] = defaultdict(list)
    for one in parts.of(Calibration):
        if one.calibrated_on <= on:
            rows[one.instrument_id].append(one)
    states = [asof.calibration_state(one, rows[one.instrument_id], on) for one in instruments]
    year = on - timedelta(days=365)
    return sorted(states, key=lambda state: (not state.gaps(start=year, end=on), state.instrument.instrument_id))
