"""What is put to the choice of law: the conduct as it was found, and the numbers of the law that it is held against.

All sums are whole fen, None while they are not known. Days include both ends. Nothing here knows today's date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

PartyKind = Literal["institution", "person"]
Effect = Literal["", "wrong", "not_reproducible"]
Level = Literal["samr", "province", "city", "county", "station"]


@dataclass(frozen=True, kw_only=True)
class Conduct:
    """One contravention of one party. Several `violation_ids` are several readings of the same act (APL-29).

    `violation_ids` are ids of the violation catalogue (SUP-15.1); `kinds` adds conduct that only a sector law names
    (cheating_device, not_displayed). `field` is a code of law/fields.yaml. `occurred_to` None: one day, or
    `still_going_on`. `continuing` False: separate acts, which may not be judged as one across a change of the law.
    `effect` is what an untrue report (SUP-14) must have led to. `units` counts vehicles, samples or reports.
    `ordered_before` and `recheck_failed` are the two steps of SUP-26, ACC-35, SHR-41. `traits` are facts that a sector
    law asks for (agricultural_sample). `earlier_penalties` are days of decisions against the same party for the same.
    """

    violation_ids: tuple[str, ...] = ()
    field: str = "other"
    occurred_from: date | None = None
    occurred_to: date | None = None
    kinds: tuple[str, ...] = ()
    test_kind: str = ""
    effect: Effect = ""
    area_code: str = ""
    party_kind: PartyKind = "institution"
    fee: int | None = None
    gain: int | None = None
    value: int | None = None
    income: int | None = None
    loss: int | None = None
    units: int | None = None
    traits: frozenset[str] = frozenset()
    continuing: bool = True
    still_going_on: bool = False
    ordered_before: bool = False
    recheck_failed: bool = False
    serious: bool | None = None
    intent: bool | None = None
    crime: bool = False
    system_tampering: bool = False
    harm_to_health: bool = False
    discovered_on: date | None = None
    earlier_penalties: tuple[date, ...] = ()
    fined_by_other: bool = False

    @property
    def last_day(self) -> date | None:
        """The day on which the conduct ended; None while no day is known or it still goes on."""
        return None if self.still_going_on else self.occurred_to or self.occurred_from


@dataclass(frozen=True, kw_only=True)
class Cited:
    """One article as it must be cited for a day: id (SUP-27), Chinese text, and the version it stands in."""

    id: str
    text: str
    instrument: str
    version: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class Sum:
    """One sum that a provision sets for a kind of party: fen of a fine, or times of a base.

    `kinds` and `violation_ids` narrow it to some conduct (empty: all); `base_from`/`base_below` to a height of the
    base in fen; `grade` to serious or ordinary cases. `base_floor` is what a smaller base counts as.
    """

    party: PartyKind = "institution"
    kind: Literal["fine", "fee_multiple", "gain_multiple", "value_multiple", "income_multiple"] = "fine"
    low: int = 0
    high: int = 0
    low_times: tuple[int, int] = (0, 1)
    high_times: tuple[int, int] = (0, 1)
    kinds: tuple[str, ...] = ()
    violation_ids: tuple[str, ...] = ()
    base: Literal["", "fee", "gain", "value", "income"] = ""
    base_from: int | None = None
    base_below: int | None = None
    base_floor: int | None = None
    grade: Literal["", "ordinary", "serious"] = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What happens to the licence, or to persons, beside the fine.

    `action` is an id of the competence table (revoke, suspend, bar, ban); `by` tells whether the accrediting
    authority decides it. `years` is the length of a ban or bar. `mandatory` leaves no choice.
    """

    action: Literal["revoke", "suspend", "close", "bar", "ban"]
    words: str
    by: Literal["decider", "accreditor"] = "accreditor"
    grade: Literal["", "ordinary", "serious", "crime"] = ""
    kinds: tuple[str, ...] = ()
    mandatory: bool = False
    years: int | None = None
    lifelong: bool = False


@dataclass(frozen=True, kw_only=True)
class Provision:
    """One penal provision in one version: whom it reaches, for what, in which days, with what.

    `source` general is the catalogue of violations, sector a law that goes before it. `transfer` (the ▲ rows): another
    authority punishes and this organ hands over. `residual`: only where no other law sets a penalty. `line` is equal
    for the versions that follow each other. `fields` empty: every field. `by_accreditor`: only the authority that
    granted the qualification punishes.
    """

    id: str
    line: str
    title: str
    source: Literal["general", "sector"]
    kinds: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    articles: tuple[Cited, ...]
    breach: tuple[Cited, ...] = ()
    violation_ids: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    authority: str = "市场监督管理部门"
    transfer: bool = False
    residual: bool = False
    two_step: bool = False
    two_step_kinds: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    test_kind: str = ""
    area_prefix: str = ""
    needs_trait: str = ""
    condition: str = ""
    by_accreditor: bool = False
    certainty: str = "found"
    note: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the version is in force on that day, both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def substance(self) -> tuple[object, ...]:
        """What the version does; equal for versions that only bear other numbers."""
        return (self.sums, self.measures, self.consequences, self.two_step, self.two_step_kinds, self.transfer)

    def is_two_step_for(self, kinds: frozenset[str]) -> bool:
        """Whether an order and a failed re-check must come before any fine for conduct of these kinds."""
        return self.two_step or bool(kinds & set(self.two_step_kinds))


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Numbers of the law of the day that the choice compares with; sums in fen, lengths in years."""

    hearing_institution: int
    hearing_person: int
    limitation_years: int
    limitation_years_health: int
    minor_institution: int
    minor_person: int
    serious_vehicles: int
    serious_repeat_years: int
    crime_gain: int
    crime_loss: int
    crime_gain_environment: int
    crime_penalties: int
    crime_rule_environment: str = "CR-E10"
    articles: dict[str, str] = field(default_factory=dict)
    """Id of an article → how it is cited on the day: APL-37 → 《中华人民共和国行政处罚法》第三十七条."""

    def cite(self, article_id: str) -> str:
        """The citation of an article that the reasoning names."""
        return self.articles[article_id]
