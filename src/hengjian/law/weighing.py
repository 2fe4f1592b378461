"""Published integer weights by rating and by risk band, as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from hengjian.kernel.citation import Reference
from hengjian.kernel.errors import NotFound
from hengjian.law.errors import LawError
from hengjian.law.loader import lawbook
from hengjian.law.models import Certain, Period
from hengjian.law.schema import parse_yaml, read_section

FILE = "supervision_weights.yaml"
SECTION = "supervision_weights"
Scale = Literal["rating", "risk_band"]


@dataclass(frozen=True, kw_only=True)
class Weight:
    """The weight of one grade."""

    code: str
    label: str
    weight: int


@dataclass(frozen=True, kw_only=True)
class WeightTable(Certain, Period):
    """Weights > 0 of the grades of one scale; `otherwise` is that of an institution without a grade."""

    id: str
    title: str
    rule: str
    scale: Scale
    basis: tuple[Reference, ...]
    weights: tuple[Weight, ...]
    otherwise: int

    def of(self, code: str) -> int:
        """The weight of a grade; an unknown or empty grade weighs `otherwise`."""
        return next((one.weight for one in self.weights if one.code == code), self.otherwise)


def weight_table(scale: Scale, on: date) -> WeightTable:
    """The table of that scale in force on a day; NotFound when there was none."""
    for one in weight_tables():
        if one.scale == scale and one.holds_on(on):
            return one
    raise NotFound(f"{on:%Y年%m月%d日}没有公布抽取权重表。")


@cache
def weight_tables() -> tuple[WeightTable, ...]:
    """All tables of this program, read once per process."""
    return load_weights(files("hengjian.law"))


def load_weights(folder: Traversable) -> tuple[WeightTable, ...]:
    """Read and check the file; LawError names entry and key of the first fault."""
    path = folder.joinpath(FILE)
    if not path.is_file():
        raise LawError("the file is missing", file=FILE)
    raw = parse_yaml(path.read_text(encoding="utf-8"), FILE)
    unknown = [str(key) for key in raw if key != SECTION]
    if unknown:
        raise LawError("unknown section", file=FILE, key=unknown[0])
    if SECTION not in raw:
        raise LawError("missing section", file=FILE, key=SECTION)
    tables = read_section(WeightTable, raw[SECTION], FILE, SECTION)
    for number, table in enumerate(tables):
        _check(table, tables[:number])
    return tables


def _check(table: WeightTable, earlier: tuple[WeightTable, ...]) -> None:
    def fault(complaint: str, key: str) -> LawError:
        return LawError(complaint, file=FILE, entry=table.id, key=key)

    if table.certainty == "unsure" and table.note is None:
        raise fault("an unsure entry needs a note", "note")
    if any(one.weight < 1 for one in table.weights) or table.otherwise < 1:
        raise fault("a weight is a whole number above zero", "weights")
    if len({one.code for one in table.weights}) != len(table.weights):
        raise fault("a grade stands twice", "weights")
    if any(one.scale == table.scale and one.meets(table) for one in earlier):
        raise fault("validity periods overlap", "valid_from")
    book = lawbook()
    for reference in table.basis:
        known = book.article(reference.article_id) if reference.article_id else book.instrument(reference.instrument)
        if known is None:
            raise fault(f"no article {reference}", "basis")
