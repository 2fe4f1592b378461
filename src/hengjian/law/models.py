"""What an entry of the dated law data is made of; every entry is a frozen value, money in fen, both days included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from hengjian.kernel.citation import Reference

Certainty = Literal["found", "known", "unsure"]
ConductKind = Literal[
    "inaccurate_report", "false_report", "two_employers", "subcontract", "report_form", "retention", "unaccredited",
    "change_not_filed", "conditions", "out_of_scope", "certificate_misuse", "cheating_device",
    "not_displayed", "danger_not_reported", "banned_staff", "not_by_standard", "forged_seal",
]  # fmt: skip
Grade = Literal["ordinary", "serious", "crime"]
TestKind = Literal["emission", "safety", "performance"]
Unit = Literal["working_days", "days", "hours", "months", "years"]


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days on which an entry holds; `valid_to` is the last such day, None while it is in force."""

    valid_from: date
    valid_to: date | None = None

    def holds_on(self, on: date) -> bool:
        """Whether `on` lies in the period, both days included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def meets(self, other: Period) -> bool:
        """Whether the two periods share a day."""
        starts_before_end = other.valid_to is None or self.valid_from <= other.valid_to
        return starts_before_end and (self.valid_to is None or other.valid_from <= self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Certain:
    """How sure an entry is: text read (`found`), well known (`known`), to be verified (`unsure`, with note)."""

    certainty: Certainty
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class InstrumentVersion(Period):
    """One version in force; `articles` is its number of articles where known."""

    number: str
    change: str
    articles: int | None = None


@dataclass(frozen=True, kw_only=True)
class Instrument(Certain):
    """A legal text: `key` is its short name in references, `title` the full Chinese name."""

    key: str
    title: str
    short: str
    kind: Literal["law", "regulation", "rule", "normative", "local", "interpretation"]
    issuer: str
    versions: tuple[InstrumentVersion, ...]
    replaced_by: str | None = None

    @property
    def period(self) -> Period:
        """From the first day of the first version to the last day of the last."""
        return Period(valid_from=self.versions[0].valid_from, valid_to=self.versions[-1].valid_to)


@dataclass(frozen=True, kw_only=True)
class Renumbering:
    """From `valid_from` on, articles with old numbers `first_old`…`last_old` bear the number plus `shift`."""

    instrument: str
    valid_from: date
    first_old: int
    last_old: int
    shift: int


@dataclass(frozen=True, kw_only=True)
class ArticleVersion(Period):
    """What an article said in a period, in our own words, and the number it bore."""

    number: int
    summary: str


@dataclass(frozen=True, kw_only=True)
class Article(Certain):
    """An article through its versions; `id` (SUP-15) carries the number in force now, references use it always."""

    id: str
    heading: str
    summary: str
    versions: tuple[ArticleVersion, ...] = ()

    def version_on(self, on: date) -> ArticleVersion | None:
        """The version in force on that day, None where there was none."""
        return next((version for version in self.versions if version.holds_on(on)), None)


@dataclass(frozen=True, kw_only=True)
class Amount:
    """One sum: a fine between two sums, or a multiple of a fee, gain, value or income; `when` is its condition.

    The rest says the same condition for a program: for which conduct or violations, for ordinary or serious cases,
    for which height of a base in fen (from, below); a smaller base than `base_floor_fen` counts as that.
    """

    kind: Literal["fine", "fee_multiple", "gain_multiple", "value_multiple", "income_multiple"]
    min_fen: int | None = None
    max_fen: int | None = None
    min_times: Decimal | None = None
    max_times: Decimal | None = None
    when: str | None = None
    conduct: tuple[ConductKind, ...] = ()
    violations: tuple[str, ...] = ()
    grade: Literal["ordinary", "serious"] | None = None
    base: Literal["fee", "gain", "value", "income"] | None = None
    base_from_fen: int | None = None
    base_below_fen: int | None = None
    base_floor_fen: int | None = None


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What a sector law does to the licence (revoke, suspend, close, bar from applying) or to persons (ban).

    `by` tells whether the accrediting authority decides it; `years` is the length of a ban or bar.
    """

    action: Literal["revoke", "suspend", "close", "bar", "ban"]
    words: str
    by: Literal["decider", "accreditor"] = "accreditor"
    grade: Grade | None = None
    conduct: tuple[ConductKind, ...] = ()
    mandatory: bool = False
    years: int | None = None
    lifelong: bool = False


@dataclass(frozen=True, kw_only=True)
class Penalty(Period):
    """What a breach costs in a period; `two_step` means an order to correct must have failed before any fine."""

    basis: tuple[Reference, ...]
    measures: tuple[str, ...]
    amounts: tuple[Amount, ...] = ()
    two_step: bool = False
    residual: bool = False


@dataclass(frozen=True, kw_only=True)
class Violation(Certain):
    """One entry of the violation catalogue; `effect` tells what must also be proved, `proof` what to collect.

    `also` are narrower kinds of conduct that the entry is at the same time, where some law names them.
    """

    id: str
    title: str
    kind: ConductKind
    situation: str
    basis: tuple[Reference, ...]
    penalties: tuple[Penalty, ...]
    effect: str | None = None
    proof: str | None = None
    also: tuple[ConductKind, ...] = ()

    def penalty_on(self, on: date) -> Penalty | None:
        """The penalty in force on the day of conduct."""
        return next((penalty for penalty in self.penalties if penalty.holds_on(on)), None)


@dataclass(frozen=True, kw_only=True)
class Alias:
    """Another name of a violation, a sector rule or an article; one alias may have several targets."""

    alias: str
    target: str
    when: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, on: date) -> bool:
        """Whether the alias means this target for conduct on that day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, kw_only=True)
class SectorRule(Certain, Period):
    """A sector law that goes before the residual clause; `transfer` means another authority punishes.

    `follows` names the rule of the earlier law that this one took the place of; `trait` is a fact that must be given;
    `two_step_for` is conduct that may be fined only after a failed order; `by_accreditor`: only the authority that
    granted the qualification punishes.
    """

    id: str
    title: str
    fields: tuple[str, ...]
    conduct: tuple[ConductKind, ...]
    basis: tuple[Reference, ...]
    authority: str
    transfer: bool
    measures: tuple[str, ...] = ()
    institution: tuple[Amount, ...] = ()
    persons: tuple[Amount, ...] = ()
    licence: str | None = None
    ban: str | None = None
    test_kind: TestKind | None = None
    area_prefix: str | None = None
    when: str | None = None
    consequences: tuple[Consequence, ...] = ()
    two_step_for: tuple[ConductKind, ...] = ()
    trait: str | None = None
    follows: str | None = None
    by_accreditor: bool = False


@dataclass(frozen=True, kw_only=True)
class Extension:
    """A longer period and who may grant it; without `length` the law leaves it open, up to `most` where it says so."""

    by: str
    length: int | None = None
    unit: Unit | None = None
    most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Clock(Certain, Period):
    """A statutory period: from `trigger`, `length` of `unit`; `sense` tells limit, minimum, or time before an event.

    `counted_by` is the article on how periods are counted; where it moves an end on a holiday, `rolls` is set.
    `extensions` stand in the order in which they may be granted.
    """

    id: str
    title: str
    rule: str
    trigger: str
    length: int
    unit: Unit
    basis: tuple[Reference, ...]
    sense: Literal["within", "at_least", "before", "after"] = "within"
    counted_by: Reference | None = None
    rolls: bool = False
    extensions: tuple[Extension, ...] = ()
    pauses: tuple[str, ...] = ()
    overdue: str | None = None


@dataclass(frozen=True, kw_only=True)
class HolidayNotice:
    """One notice of the State Council's general office."""

    number: str
    published_on: date


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """Days off under one name, both ends included, weekends among them."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class HolidayYear(Certain):
    """The holidays of one year as finally in force, and the weekend days worked instead."""

    year: int
    notices: tuple[HolidayNotice, ...]
    holidays: tuple[Holiday, ...]
    makeup_days: tuple[date, ...]

    @property
    def published_on(self) -> date:
        """The day of the first notice: from then on the year is known."""
        return min(one.published_on for one in self.notices)


@dataclass(frozen=True, kw_only=True)
class CheckItem:
    """One point to check on site; no `fields` means every field."""

    id: str
    text: str
    how: str
    anchors: tuple[Reference, ...] = ()
    standards: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Checklist(Certain, Period):
    """A group of check items, A to L."""

    id: str
    title: str
    items: tuple[CheckItem, ...]


@dataclass(frozen=True, kw_only=True)
class StandardItem:
    """What a test standard asks for one item; times in hours, limits and rounding exact."""

    item_code: str
    name: str
    object: str | None = None
    mandatory: bool = True
    method_no: str | None = None
    limit_op: Literal["<=", "<", ">=", ">", "range"] | None = None
    limit_low: Decimal | None = None
    limit_high: Decimal | None = None
    unit: str | None = None
    min_hours: Decimal | None = None
    attended: bool = False
    manual: bool = False
    min_replicates: int | None = None
    rounding: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class TestStandard(Certain):
    """A test standard; in force from `effective_on`, up to the day before `abolished_on`."""

    __test__ = False

    standard_no: str
    title: str
    fields: tuple[str, ...]
    effective_on: date
    abolished_on: date | None = None
    replaced_by: str | None = None
    items: tuple[StandardItem, ...] = ()

    def holds_on(self, on: date) -> bool:
        """Whether the standard is in force on that day."""
        return self.effective_on <= on and (self.abolished_on is None or on < self.abolished_on)


@dataclass(frozen=True, kw_only=True)
class ThresholdValue:
    """One number of a threshold, named; `op` says how a measured value is held against it."""

    name: str
    label: str
    value: Decimal
    unit: str
    op: Literal["<=", "<", ">=", ">", "="]


@dataclass(frozen=True, kw_only=True)
class Threshold(Certain, Period):
    """Numbers that screening, draws and cases compare with, each with its source."""

    id: str
    title: str
    rule: str
    values: tuple[ThresholdValue, ...]
    basis: tuple[Reference, ...] = ()
    standards: tuple[str, ...] = ()

    def value(self, name: str) -> Decimal:
        """The number of that name; KeyError when the threshold has none."""
        for entry in self.values:
            if entry.name == name:
                return entry.value
        raise KeyError(name)


@dataclass(frozen=True, kw_only=True)
class Field(Certain, Period):
    """A field code of the data contract; `is_key` with its basis where a notice names it a key field."""

    code: str
    title: str
    is_key: bool = False
    key_basis: tuple[Reference, ...] = ()
