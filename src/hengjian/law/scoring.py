"""Published policy weights of screening (priority, tiers of use, sick peer groups), as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from hengjian.kernel.errors import NotFound
from hengjian.law.errors import LawError
from hengjian.law.models import Certain, Period
from hengjian.law.schema import parse_yaml, read_section

FILE = "screening_policy.yaml"
SECTION = "screening_policies"


@dataclass(frozen=True, kw_only=True)
class Harm:
    """How much a false report of a field weighs, and why."""

    field: str
    weight: Decimal
    why: str


@dataclass(frozen=True, kw_only=True)
class FieldPrior:
    """The share of false reports expected in a field."""

    field: str
    share: Decimal


@dataclass(frozen=True, kw_only=True)
class SmallWeight:
    """What a weak finding of a detector, or its silence, is worth in decibans."""

    detector: str
    db: Decimal


@dataclass(frozen=True, kw_only=True)
class UseTier:
    """What may be done with a finding of a severity; `joint` is certain and by a detector of the joint list."""

    tier: Literal["T1", "T2", "T3", "T4"]
    severity: Literal["weak", "strong", "certain", "joint"]
    title: str
    use: str


@dataclass(frozen=True, kw_only=True)
class ScreeningPolicy(Certain, Period):
    """One published table; the meaning of the values stands with `engines.screening.policy.ScoringPolicy`."""

    id: str
    title: str
    report_prior: Decimal
    report_priors: tuple[FieldPrior, ...]
    harm: tuple[Harm, ...]
    volume_exponent: Decimal
    recent_days: int
    recent_factor: Decimal
    tiers: tuple[UseTier, ...]
    joint: tuple[str, ...]
    sick_share: Decimal
    sick_least: int
    hints: tuple[SmallWeight, ...]
    hints_cap_db: Decimal
    silences: tuple[SmallWeight, ...]
    silence_floor_db: Decimal


def screening_policy(on: date) -> ScreeningPolicy:
    """The table in force on a day; NotFound when there was none."""
    for one in screening_policies():
        if one.holds_on(on):
            return one
    raise NotFound(f"{on:%Y年%m月%d日}没有公布筛查政策权重表。")


def tier_named(tier: str) -> UseTier | None:
    """The words of a tier in the newest table; None for an unknown one."""
    return next((one for one in screening_policies()[-1].tiers if one.tier == tier), None)


@cache
def screening_policies() -> tuple[ScreeningPolicy, ...]:
    """All tables of this program, read once per process."""
    return load_policies(files("hengjian.law"))


def load_policies(folder: Traversable) -> tuple[ScreeningPolicy, ...]:
    """Read and check the file; LawError names entry and key of the first fault."""
    path = folder.joinpath(FILE)
    if not path.is_file():
        raise LawError("the file is missing", file=FILE)
    raw = parse_yaml(path.read_text(encoding="utf-8"), FILE)
    if list(raw) != [SECTION]:
        raise LawError("one section is expected", file=FILE, key=SECTION)
    tables = read_section(ScreeningPolicy, raw[SECTION], FILE, SECTION)
    for number, table in enumerate(tables):
        _check(table, tables[:number])
    return tables


def _check(table: ScreeningPolicy, earlier: tuple[ScreeningPolicy, ...]) -> None:
    def fault(complaint: str, key: str) -> LawError:
        return LawError(complaint, file=FILE, entry=table.id, key=key)

    if table.certainty == "unsure" and table.note is None:
        raise fault("an unsure entry needs a note", "note")
    shares = (table.report_prior, table.recent_factor, table.sick_share, *(one.share for one in table.report_priors))
    if any(not 0 < share <= 1 for share in shares):
        raise fault("a share lies above 0 and not above 1", "report_prior")
    if any(one.weight <= 0 for one in table.harm) or len({one.field for one in table.harm}) != len(table.harm):
        raise fault("a weight is above zero and a field stands once", "harm")
    if {one.severity for one in table.tiers} != {"weak", "strong", "certain", "joint"} or len(table.tiers) != 4:
        raise fault("each severity has one tier", "tiers")
    if any(not 0 < one.db <= 3 for one in table.hints) or not 0 <= table.hints_cap_db <= 6:
        raise fault("a hint is worth more than 0 and at most 3 decibans, all at most 6", "hints")
    if any(not -3 <= one.db < 0 for one in table.silences) or not -6 <= table.silence_floor_db <= 0:
        raise fault("silence is worth less than 0 and at least -3 decibans, all at least -6", "silences")
    if any(len({one.detector for one in known}) != len(known) for known in (table.hints, table.silences)):
        raise fault("a detector stands once", "hints")
    if any(one.meets(table) for one in earlier):
        raise fault("validity periods overlap", "valid_from")
