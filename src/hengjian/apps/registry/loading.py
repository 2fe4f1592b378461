"""Bulk upsert of contract rows: found again by key, compared, written in chunks; what was before is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.record.services import plain
from hengjian.apps.registry.jurisdiction import OrganMap, owner_for
from hengjian.apps.registry.models import Certificate, FormerValue, Institution, Instrument
from hengjian.apps.registry.names import name_key
from hengjian.apps.registry.selectors import institutions_by_code
from hengjian.apps.registry.tables import PARTS, RegistryTable, field_value

CHUNK = 1_000
LEDGER_FIELDS = (
    "name",
    "kind",
    "fields",
    "area_code",
    "home_province",
    "address",
    "legal_rep",
    "phone",
    "registered_on",
    "status",
)
DERIVED = ("name_key", "outside", "field_count")
Row = Mapping[str, Any]


@dataclass(slots=True)
class LoadCounts:
    """What a load did: rows new, changed, same; rows whose institution is not registered, with some of their codes."""

    new: int = 0
    changed: int = 0
    same: int = 0
    unplaced: int = 0
    unplaced_codes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For the record and for pages."""
        return {name: getattr(self, name) for name in self.__slots__}

    def no_place(self, code: str) -> None:
        """One row more that belongs to nobody known."""
        self.unplaced += 1
        if code not in self.unplaced_codes and len(self.unplaced_codes) < 20:
            self.unplaced_codes.append(code)


@dataclass(frozen=True, slots=True)
class Load:
    """When, from where, for which organ."""

    now: datetime
    today: date
    source: str
    organ: Organ


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows, a thousand at a time."""
    running = iter(rows)
    while part := list(islice(running, CHUNK)):
        yield part


def derive(institution: Institution) -> None:
    """Set what follows from the ledger's columns: name key, outside institution, number of fields."""
    institution.name_key = name_key(institution.name)
    province, home = institution.area_code[:2], institution.home_province[:2]
    institution.outside = bool(home and province and home != province)
    institution.field_count = len(institution.fields)


def keep_former(thing: models.Model, owner_pk: int, name: str, old: Any, load: Load) -> FormerValue:
    """The row that keeps what was in force until the day before the change."""
    return FormerValue(
        institution_id=owner_pk,
        thing_kind=str(thing._meta.model_name),
        thing_id=thing.pk,
        field=name,
        value=plain(old),
        valid_to=load.today - timedelta(days=1),
        recorded_at=load.now,
        source=load.source[:120],
    )


def apply_values(thing: models.Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set what differs; answers with the old values. An empty cell never wipes out a known value."""
    old: dict[str, Any] = {}
    for name, value in values.items():
        before = getattr(thing, name)
        if before != value and value not in (None, "", []):
            old[name] = before
            setattr(thing, name, value)
    return old


def load_institutions(rows: Iterable[Row], *, load: Load) -> LoadCounts:
    """Upsert institutions by code; a row of a merged entry updates that entry, not the survivor."""
    counts, organs = LoadCounts(), OrganMap(on=load.today)
    fields = {name: Institution._meta.get_field(name) for name in LEDGER_FIELDS}
    for part in chunks(rows):
        wanted = {str(row["institution_id"]).strip(): row for row in part}
        known = {one.uscc: one for one in Institution.objects.select_for_update().filter(uscc__in=wanted)}
        new, changed, former = [], [], []
        for uscc, row in wanted.items():
            values = {name: field_value(fields[name], row[name]) for name in LEDGER_FIELDS if name in row}
            if uscc not in known:
                new.append(_new_institution(uscc, values, organs, load))
                continue
            old = apply_values(known[uscc], values)
            counts.same += not old
            if old:
                derive(known[uscc])
                changed.append(known[uscc])
                former += [keep_former(known[uscc], known[uscc].pk, name, value, load) for name, value in old.items()]
        Institution.objects.bulk_create(new, batch_size=CHUNK)
        Institution.objects.bulk_update(changed, [*LEDGER_FIELDS, *DERIVED], batch_size=200)
        FormerValue.objects.bulk_create(former, batch_size=CHUNK)
        counts.same += len(part) - len(wanted)
        counts.new += len(new)
        counts.changed += len(changed)
    return counts


def _new_institution(uscc: str, values: dict[str, Any], organs: OrganMap, load: Load) -> Institution:
    if len(uscc) > 18:
        field_value(Institution._meta.get_field("uscc"), uscc)
    kept = {name: value for name, value in values.items() if value is not None}
    if not kept.get("status"):
        kept["status"] = "active"
    one = Institution(uscc=uscc, created_at=load.now, organ=load.organ, **kept)
    one.organ = owner_for(organs, area_code=one.area_code, sites=(), fallback=load.organ)
    derive(one)
    return one


def load_parts(table: str, rows: Iterable[Row], *, load: Load) -> tuple[LoadCounts, set[int]]:
    """Upsert the rows of one part table; answers with counts and the institutions touched."""
    spec, counts, touched = PARTS[table], LoadCounts(), set()
    for part in chunks(rows):
        placed = _place(spec, part, load.organ, counts)
        owners = {pk for pk, _ in placed}
        list(Institution.objects.select_for_update().filter(pk__in=owners).order_by("pk").values_list("pk"))
        touched |= owners
        _upsert(spec, placed, load, counts)
    return counts, touched


def _place(spec: RegistryTable, part: Sequence[Row], organ: Organ, counts: LoadCounts) -> list[tuple[int, Row]]:
    codes = {str(row.get(spec.owner) or "").strip() for row in part}
    owners = _owners(spec.owner, codes, organ)
    placed = []
    for row in part:
        code = str(row.get(spec.owner) or "").strip()
        if code in owners:
            placed.append((owners[code], row))
        else:
            counts.no_place(code)
    return placed


def _owners(column: str, codes: set[str], organ: Organ) -> dict[str, int]:
    """Code → institution. A number that several institutions carry belongs to the one of the loading organ's tree."""
    if column == "institution_id":
        return {code: one.pk for code, one in institutions_by_code(codes).items()}
    model = Certificate if column == "certificate_no" else Instrument
    rows = model.objects.filter(**{f"{column}__in": codes}).order_by("-pk")
    found: dict[str, int] = {}
    mine: dict[str, int] = {}
    for code, owner, path in rows.values_list(column, "institution_id", "institution__organ__path"):
        found[code] = owner
        if path.startswith(organ.path):
            mine[code] = owner
    return found | mine


def _upsert(spec: RegistryTable, placed: Sequence[tuple[int, Row]], load: Load, counts: LoadCounts) -> None:
    wanted: dict[str, tuple[int, dict[str, Any]]] = {}
    for owner, row in placed:
        values = {name: field_value(column, row[name]) for name, column in spec.fields.items() if name in row}
        wanted[spec.row_key(owner, values)] = (owner, values)
    counts.same += len(placed) - len(wanted)
    known = {one.row_key: one for one in spec.model.objects.filter(row_key__in=wanted)}
    new, changed, former, seen = [], [], [], Counter[str]()
    for key, (owner, values) in wanted.items():
        if key not in known:
            given = {name: value for name, value in values.items() if value is not None}
            new.append(spec.model(row_key=key, institution_id=owner, **given))
            continue
        old = apply_values(known[key], values)
        seen.update(old)
        counts.same += not old
        if old:
            changed.append(known[key])
            former += [keep_former(known[key], owner, name, value, load) for name, value in old.items()]
    spec.model.objects.bulk_create(new, batch_size=CHUNK)
    if changed:
        spec.model.objects.bulk_update(changed, list(seen), batch_size=200)
    FormerValue.objects.bulk_create(former, batch_size=CHUNK)
    counts.new += len(new)
    counts.changed += len(changed)
