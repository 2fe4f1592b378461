"""Field packs: numbers and words that screening reads; dated, cited, the unsure ones marked, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import combinations
from typing import Any, Literal

from hengjian.law.errors import LawError
from hengjian.law.loader import lawbook
from hengjian.law.models import Certain, Period
from hengjian.law.schema import parse_yaml, read_section

FOLDER = "packs"
Fuel = Literal["petrol", "diesel", "gas"]


@dataclass(frozen=True, kw_only=True)
class VehicleMethod(Certain, Period):
    """A vehicle test method: what it needs at least; seconds, kilometres, per cent. None: not known."""

    id: str
    method: str
    title: str
    standard_no: str
    fuel: Fuel
    loaded: bool
    steady: bool
    min_test_s: int | None = None
    cycle_s: int | None = None
    cycle_km: Decimal | None = None
    cycle_km_tolerance: Decimal | None = None
    co_co2_min: Decimal | None = None
    min_power_percent: Decimal | None = None
    min_readings: int | None = None


@dataclass(frozen=True, kw_only=True)
class CyclePlateau(Certain, Period):
    """A stretch of constant speed in a prescribed cycle; `allowed_s` seconds may lie outside the tolerance."""

    id: str
    method: str
    from_s: int
    to_s: int
    speed_kmh: Decimal
    tolerance_kmh: Decimal
    allowed_s: int
    standard_no: str


@dataclass(frozen=True, kw_only=True)
class VehicleFuel(Certain, Period):
    """A fuel word and its kind; `full_sum` is CO + CO2 of undiluted exhaust in per cent."""

    id: str
    word: str
    fuel: Fuel
    full_sum: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class VehicleTolerance(Certain, Period):
    """By how much the parameter `id` may differ: the larger of per cent and absolute."""

    id: str
    percent: Decimal
    absolute: Decimal
    unit: str
    standard_no: str


@dataclass(frozen=True, kw_only=True)
class ObdBlank(Certain, Period):
    """What a scanner writes for nothing, in capitals."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class SellingTerms(Certain, Period):
    """Words of listings: an offer adds its weight once, lawful wording takes it off, a negation takes a term back."""

    id: str
    kind: Literal["offer", "negation", "lawful"]
    terms: tuple[str, ...]
    weight: int


@dataclass(frozen=True, kw_only=True)
class OrdinarySubject(Certain, Period):
    """Subjects of photographs that honestly look alike in many reports."""

    id: str
    words: tuple[str, ...]


SECTIONS: Mapping[str, Mapping[str, type[Any]]] = {
    "vehicle.yaml": {
        "vehicle_methods": VehicleMethod,
        "cycle_plateaus": CyclePlateau,
        "vehicle_fuels": VehicleFuel,
        "vehicle_tolerances": VehicleTolerance,
        "obd_blanks": ObdBlank,
    },
    "network.yaml": {"selling_terms": SellingTerms, "ordinary_subjects": OrdinarySubject},
}

Packs = Mapping[str, tuple[Any, ...]]
"""Section → its entries."""


@cache
def field_packs() -> Packs:
    """The field packs of this program, read once per process."""
    return load_packs(files("hengjian.law").joinpath(FOLDER))


def load_packs(folder: Traversable) -> Packs:
    """Read and check the files of SECTIONS; LawError names file, entry and key of the first fault."""
    packs: dict[str, tuple[Any, ...]] = {}
    standards = {one.standard_no for one in lawbook().test_standards}
    for name, kinds in SECTIONS.items():
        path = folder.joinpath(name)
        if not path.is_file():
            raise LawError("the file is missing", file=name)
        raw = parse_yaml(path.read_text(encoding="utf-8"), name)
        unknown = [str(key) for key in raw if key not in kinds]
        if unknown:
            raise LawError("unknown section", file=name, key=unknown[0])
        for section, kind in kinds.items():
            if section not in raw:
                raise LawError("missing section", file=name, key=section)
            packs[section] = read_section(kind, raw[section], name, section)
            _check(packs[section], name, standards)
    return packs


def _check(entries: tuple[Any, ...], file: str, standards: set[str]) -> None:
    for one in entries:
        if one.certainty == "unsure" and one.note is None:
            raise LawError("an unsure entry needs a note", file=file, entry=one.id, key="note")
        cited = getattr(one, "standard_no", None)
        if cited is not None and cited not in standards:
            raise LawError(f"no standard {cited}", file=file, entry=one.id, key="standard_no")
        for name, value in vars(one).items():
            if isinstance(value, int | Decimal) and not isinstance(value, bool) and value < 0:
                raise LawError("a number below zero", file=file, entry=one.id, key=name)
        if one.valid_to is not None and one.valid_to < one.valid_from:
            raise LawError("ends before it begins", file=file, entry=one.id, key="valid_to")
    for first, second in combinations(entries, 2):
        if first.id == second.id and first.meets(second):
            raise LawError("validity periods overlap", file=file, entry=second.id, key="valid_from")
