"""Field packs that share one shape: standards, mandatory items, words for items, relations of results, method rules.

One file a field in `packs/`; vehicles and the network have shapes of their own (`packing.py`). Screening reads them as
tables; where a pack has no datum the detector abstains.
"""

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
from hengjian.law.models import Certain, Period, TestStandard
from hengjian.law.schema import parse_yaml, read_section

FOLDER = "packs"
FILES = (
    "food.yaml",
    "environment.yaml",
    "special_equipment.yaml",
    "construction.yaml",
    "building_material.yaml",
    "medical.yaml",
    "carbon.yaml",
    "product.yaml",
)


@dataclass(frozen=True, kw_only=True)
class PackStandard(Certain, Period):
    """A standard that testing of the field rests on: product limits, a method, or a rule of inspection."""

    id: str
    standard_no: str
    use: Literal["product", "method", "rule"]


@dataclass(frozen=True, kw_only=True)
class MandatoryItem(Certain, Period):
    """An item that a whole test of an object by a standard has to hold; `item` is an item code of the standard."""

    id: str
    standard_no: str
    object: str
    item: str


@dataclass(frozen=True, kw_only=True)
class ItemWords(Certain, Period):
    """How an item is written in reports."""

    id: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Relation(Certain, Period):
    """A relation between results of one sample in one unit.

    `not_above`: the sum of `left` is not above `right`. `sums_to`: `left` adds up to `total` within `tolerance`.
    `ratio_between`: left divided by right lies between `low` and `high` (a soft rule).
    """

    id: str
    title: str
    kind: Literal["not_above", "sums_to", "ratio_between"]
    left: tuple[str, ...]
    why: str
    right: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    total: Decimal | None = None
    tolerance: Decimal | None = None
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class MethodRule(Certain, Period):
    """What a method asks beside its limits; `value` None: the number is not recorded, nothing is judged by it."""

    id: str
    title: str
    quantity: str
    why: str
    value: Decimal | None = None
    unit: str | None = None
    standard_no: str | None = None


SECTIONS: Mapping[str, type[Any]] = {
    "pack_standards": PackStandard,
    "mandatory_items": MandatoryItem,
    "item_words": ItemWords,
    "relations": Relation,
    "method_rules": MethodRule,
}
HEAD = ("field", "further_fields")


@dataclass(frozen=True, kw_only=True)
class FieldPack:
    """One field's pack as read; `fields` are the field codes that it serves."""

    file: str
    fields: tuple[str, ...]
    pack_standards: tuple[PackStandard, ...]
    mandatory_items: tuple[MandatoryItem, ...]
    item_words: tuple[ItemWords, ...]
    relations: tuple[Relation, ...]
    method_rules: tuple[MethodRule, ...]


@cache
def packs_by_field() -> tuple[FieldPack, ...]:
    """The packs of this program, read once per process."""
    return load_field_packs(files("hengjian.law").joinpath(FOLDER))


def load_field_packs(folder: Traversable) -> tuple[FieldPack, ...]:
    """Read and check all files; LawError names file, entry and key of the first fault."""
    packs = tuple(_read(folder, name) for name in FILES)
    book = lawbook()
    codes = {one.code for one in book.fields}
    standards = {one.standard_no: one for one in book.test_standards}
    words = {one.id: pack.file for pack in packs for one in pack.item_words}
    if len(words) != sum(len(pack.item_words) for pack in packs):
        raise LawError("an item has its words twice", file=FOLDER, key="item_words")
    for pack in packs:
        unknown = [code for code in pack.fields if code not in codes]
        if unknown:
            raise LawError(f"no field {unknown[0]}", file=pack.file, key="field")
        _check(pack, standards, words)
    return packs


def _read(folder: Traversable, name: str) -> FieldPack:
    path = folder.joinpath(name)
    if not path.is_file():
        raise LawError("the file is missing", file=name)
    raw = parse_yaml(path.read_text(encoding="utf-8"), name)
    unknown = [str(key) for key in raw if key not in SECTIONS and key not in HEAD]
    missing = [key for key in ("field", *SECTIONS) if key not in raw]
    if unknown or missing:
        raise LawError("unknown section" if unknown else "missing section", file=name, key=(unknown or missing)[0])
    sections = {section: read_section(kind, raw[section], name, section) for section, kind in SECTIONS.items()}
    return FieldPack(file=name, fields=(str(raw["field"]), *map(str, raw.get("further_fields", ()))), **sections)


def _check(pack: FieldPack, standards: Mapping[str, TestStandard], words: Mapping[str, str]) -> None:
    for section in SECTIONS:
        entries = getattr(pack, section)
        for one in entries:
            _check_entry(one, pack.file, standards)
        for first, second in combinations(entries, 2):
            if first.id == second.id and first.meets(second):
                raise LawError("validity periods overlap", file=pack.file, entry=second.id, key="valid_from")
    for item in pack.mandatory_items:
        if item.item not in {one.item_code for one in standards[item.standard_no].items}:
            raise LawError(f"the standard has no item {item.item}", file=pack.file, entry=item.id, key="item")
    for relation in pack.relations:
        _check_relation(relation, pack.file, words)


def _check_entry(one: Any, file: str, standards: Mapping[str, TestStandard]) -> None:
    if one.certainty == "unsure" and one.note is None:
        raise LawError("an unsure entry needs a note", file=file, entry=one.id, key="note")
    if one.valid_to is not None and one.valid_to < one.valid_from:
        raise LawError("ends before it begins", file=file, entry=one.id, key="valid_to")
    cited = getattr(one, "standard_no", None)
    if cited is None:
        return
    if cited not in standards:
        raise LawError(f"no standard {cited}", file=file, entry=one.id, key="standard_no")
    if one.valid_from < standards[cited].effective_on:
        raise LawError(f"begins before {cited}", file=file, entry=one.id, key="valid_from")


def _check_relation(one: Relation, file: str, words: Mapping[str, str]) -> None:
    def fault(complaint: str, key: str) -> LawError:
        return LawError(complaint, file=file, entry=one.id, key=key)

    unknown = [item for item in (*one.left, *([one.right] if one.right else [])) if item not in words]
    if unknown:
        raise fault(f"no words for {unknown[0]}", "left")
    if (one.kind == "sums_to") != (one.right is None):
        raise fault("a sum has no right side, every other relation has one", "right")
    if one.kind == "sums_to" and (one.total is None or one.tolerance is None):
        raise fault("a sum needs total and tolerance", "total")
    if one.kind == "ratio_between" and (one.low is None or one.high is None or one.low >= one.high):
        raise fault("a ratio needs low below high", "low")
