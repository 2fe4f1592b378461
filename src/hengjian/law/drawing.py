"""Dated house rules of a draw: gaps, entropy, custodians, opening, recusal years, load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from hengjian.kernel.citation import Reference
from hengjian.kernel.errors import NotFound
from hengjian.law.errors import LawError
from hengjian.law.models import Certain, Period
from hengjian.law.schema import parse_yaml, read_section

RULES_FILE = "draw_rules.yaml"


@dataclass(frozen=True, kw_only=True)
class DrawRules(Certain, Period):
    """The numbers that a draw of a day obeys. Hours, days, years, per cent and counts as their names say."""

    id: str
    title: str
    basis: tuple[Reference, ...]
    basis_text: str
    gap_hours: int
    entropy_bits: int
    entropy_sources: int
    custodians: int
    opening_days: int
    review_percent: int
    employed_years: int
    lead_years: int
    cap_slack: int

    def numbers(self) -> dict[str, int]:
        """The numbers alone, by name, for the published rules of a draw."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.type == "int"}


LEAST: Mapping[str, int] = {
    "gap_hours": 2, "entropy_bits": 64, "entropy_sources": 2, "custodians": 2, "opening_days": 1, "review_percent": 1,
    "employed_years": 3, "lead_years": 0, "cap_slack": 0,
}  # fmt: skip
"""What the protocol itself asks for at least; the rules of a place may be stricter, never laxer."""


def load_rules(folder: Traversable) -> tuple[DrawRules, ...]:
    """Read and check the rules; LawError names the first fault."""
    path = folder.joinpath(RULES_FILE)
    if not path.is_file():
        raise LawError("the file is missing", file=RULES_FILE)
    raw: Mapping[str, Any] = parse_yaml(path.read_text(encoding="utf-8"), RULES_FILE)
    unknown = [str(key) for key in raw if key != "draw_rules"]
    if unknown:
        raise LawError("unknown section", file=RULES_FILE, key=unknown[0])
    if "draw_rules" not in raw:
        raise LawError("missing section", file=RULES_FILE, key="draw_rules")
    rows = read_section(DrawRules, raw["draw_rules"], RULES_FILE, "draw_rules")
    for place, one in enumerate(rows):
        for name, least in LEAST.items():
            if getattr(one, name) < least:
                raise LawError(f"below {least}, what the protocol asks for", file=RULES_FILE, entry=one.id, key=name)
        if any(other.id == one.id and other.meets(one) for other in rows[:place]):
            raise LawError("the rules stand twice for one day", file=RULES_FILE, entry=one.id)
    return rows


@cache
def _rules() -> tuple[DrawRules, ...]:
    return load_rules(files("hengjian.law"))


def draw_rules(on: date) -> DrawRules:
    """The rules in force on a day; NotFound where none are."""
    for one in _rules():
        if one.holds_on(on):
            return one
    raise NotFound("这一天没有生效的随机抽取规程。")
