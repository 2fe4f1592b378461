"""What must hold between the entries of the law data; the first fault raises LawError with its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hengjian.kernel.citation import Reference
from hengjian.law.errors import LawError
from hengjian.law.models import Certain, HolidayYear, Instrument, Period
from hengjian.law.numbering import old_number, reference_of

if TYPE_CHECKING:
    from hengjian.law.loader import Lawbook

SATURDAY = 5
Citing = tuple[str, str, str, Reference, Period | None]


def check(book: Lawbook) -> None:
    """Raise LawError for the first fault in the book; every rule below is one function."""
    for rule in (
        _certainty_has_note,
        _versions_follow_each_other,
        _numbers_agree,
        _references_exist,
        _names_exist,
        _sector_names_exist,
        _amounts_are_ranges,
        _standards_are_dated,
        _extensions_have_units,
        _holidays_lie_in_their_year,
    ):
        rule(book)


def references(book: Lawbook) -> Iterator[Citing]:
    """Every reference in the book: file, entry, key, the reference, and the period in which it is made."""
    for violation in book.violations:
        yield from _citing("violations.yaml", violation.id, "basis", violation.basis)
        for penalty in violation.penalties:
            yield from _citing("violations.yaml", violation.id, "penalties.basis", penalty.basis, penalty)
    for rule in book.sector_rules:
        yield from _citing("sector.yaml", rule.id, "basis", rule.basis, rule)
    for clock in book.clocks:
        yield from _citing("clocks.yaml", clock.id, "basis", clock.basis, clock)
        if clock.counted_by is not None:
            yield from _citing("clocks.yaml", clock.id, "counted_by", [clock.counted_by], clock)
    for checklist in book.checklists:
        for item in checklist.items:
            yield from _citing("checklists.yaml", item.id, "anchors", item.anchors, checklist)
    for threshold in book.thresholds:
        yield from _citing("thresholds.yaml", threshold.id, "basis", threshold.basis, threshold)
    for field in book.fields:
        yield from _citing("fields.yaml", field.code, "key_basis", field.key_basis, field)


def _citing(
    file: str, entry: str, key: str, cited: Iterable[Reference], period: Period | None = None
) -> Iterator[Citing]:
    for reference in cited:
        yield file, entry, key, reference, period


def _certainty_has_note(book: Lawbook) -> None:
    groups: Sequence[tuple[str, Iterable[Certain], Callable[[object], str]]] = (
        ("instruments.yaml", book.instruments, lambda one: getattr(one, "key", "")),
        ("articles.yaml", book.articles, lambda one: getattr(one, "id", "")),
        ("violations.yaml", book.violations, lambda one: getattr(one, "id", "")),
        ("sector.yaml", book.sector_rules, lambda one: getattr(one, "id", "")),
        ("clocks.yaml", book.clocks, lambda one: getattr(one, "id", "")),
        ("checklists.yaml", book.checklists, lambda one: getattr(one, "id", "")),
        ("test_standards.yaml", book.test_standards, lambda one: getattr(one, "standard_no", "")),
        ("thresholds.yaml", book.thresholds, lambda one: getattr(one, "id", "")),
        ("fields.yaml", book.fields, lambda one: getattr(one, "code", "")),
        ("holidays.yaml", book.holiday_years, lambda one: str(getattr(one, "year", ""))),
    )
    for file, entries, name in groups:
        for entry in entries:
            if entry.certainty == "unsure" and entry.note is None:
                raise LawError("an unsure entry needs a note", file=file, entry=name(entry), key="note")


def check_names(book: Lawbook) -> None:
    """Raise LawError when an id stands twice where it may stand once; to be asked before anything else."""
    for file, names in (
        ("instruments.yaml", [one.key for one in book.instruments]),
        ("articles.yaml", [one.id for one in book.articles]),
        ("violations.yaml", [one.id for one in book.violations]),
        ("test_standards.yaml", [one.standard_no for one in book.test_standards]),
        ("checklists.yaml", [item.id for one in book.checklists for item in one.items]),
        ("fields.yaml", [one.code for one in book.fields]),
    ):
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise LawError("the id is used twice", file=file, entry=name)
            seen.add(name)


def _versions_follow_each_other(book: Lawbook) -> None:
    groups: dict[tuple[str, str], list[Period]] = defaultdict(list)
    for instrument in book.instruments:
        groups["instruments.yaml", instrument.key] += instrument.versions
    for article in book.articles:
        groups["articles.yaml", article.id] += article.versions
    for violation in book.violations:
        groups["violations.yaml", violation.id] += violation.penalties
    for file, dated in (
        ("sector.yaml", book.sector_rules),
        ("clocks.yaml", book.clocks),
        ("thresholds.yaml", book.thresholds),
        ("checklists.yaml", book.checklists),
    ):
        for entry in dated:
            groups[file, entry.id].append(entry)
    for (file, name), periods in groups.items():
        _require_apart(file, name, periods)


def _require_apart(file: str, name: str, periods: list[Period]) -> None:
    if not periods:
        raise LawError("no version", file=file, entry=name, key="versions")
    for number, period in enumerate(periods):
        if period.valid_to is not None and period.valid_to < period.valid_from:
            raise LawError("valid_to lies before valid_from", file=file, entry=name, key="valid_to")
        if any(period.meets(other) for other in periods[:number]):
            raise LawError("validity periods overlap", file=file, entry=name, key="valid_from")
    if periods != sorted(periods, key=lambda period: period.valid_from):
        raise LawError("versions are not in order of time", file=file, entry=name, key="valid_from")


def _numbers_agree(book: Lawbook) -> None:
    instruments = {one.key: one for one in book.instruments}
    changes = {one.instrument: one for one in book.renumberings}
    for key in changes:
        if key not in instruments:
            raise LawError(f"no instrument {key}", file="articles.yaml", entry=key, key="instrument")
    for article in book.articles:
        reference = reference_of(article)
        instrument, change = instruments[reference.instrument], changes.get(reference.instrument)
        for version in article.versions:
            expected = reference.article
            if change is not None and version.valid_from < change.valid_from:
                expected = old_number(change, reference.article or 0)
            if version.number != expected:
                raise LawError(
                    f"number {version.number} contradicts the renumbering ({expected})",
                    file="articles.yaml",
                    entry=article.id,
                    key="versions.number",
                )
            _require_within(instrument, article.id, version.number, version)


def _require_within(instrument: Instrument, article_id: str, number: int, version: Period) -> None:
    for text in instrument.versions:
        if text.articles is not None and text.meets(version) and number > text.articles:
            raise LawError(
                f"{instrument.short} has {text.articles} articles in {text.number}",
                file="articles.yaml",
                entry=article_id,
                key="id",
            )


def _references_exist(book: Lawbook) -> None:
    instruments = {one.key: one for one in book.instruments}
    articles = {one.id: one for one in book.articles}
    for instrument in book.instruments:
        if instrument.replaced_by is not None and instrument.replaced_by not in instruments:
            raise LawError(
                f"no instrument {instrument.replaced_by}",
                file="instruments.yaml",
                entry=instrument.key,
                key="replaced_by",
            )
    for file, entry, key, reference, period in references(book):
        if reference.instrument not in instruments:
            raise LawError(f"no instrument {reference.instrument}", file=file, entry=entry, key=key)
        if reference.article_id is not None and reference.article_id not in articles:
            raise LawError(f"no article {reference.article_id}", file=file, entry=entry, key=key)
        if period is not None and not period.meets(instruments[reference.instrument].period):
            raise LawError(f"{reference} was never in force in this period", file=file, entry=entry, key=key)


def _names_exist(book: Lawbook) -> None:
    field_codes = {one.code for one in book.fields}
    violations = {one.id for one in book.violations}
    targets = violations | {one.id for one in book.sector_rules} | {one.id for one in book.articles}
    standards = {one.standard_no for one in book.test_standards}
    for alias in book.aliases:
        _require_known([alias.target], targets, "violations.yaml", alias.alias, "target")
    for standard in book.test_standards:
        name = standard.standard_no
        _require_known(standard.fields, field_codes, "test_standards.yaml", name, "fields")
        if standard.replaced_by is not None:
            _require_known([standard.replaced_by], standards, "test_standards.yaml", name, "replaced_by")
    for threshold in book.thresholds:
        _require_known(threshold.standards, standards, "thresholds.yaml", threshold.id, "standards")
        if not threshold.basis and not threshold.standards:
            raise LawError("neither basis nor standard", file="thresholds.yaml", entry=threshold.id, key="basis")
    for item in (item for checklist in book.checklists for item in checklist.items):
        _require_known(item.fields, field_codes, "checklists.yaml", item.id, "fields")
        _require_known(item.violations, violations, "checklists.yaml", item.id, "violations")
        if not item.anchors and not item.standards:
            raise LawError("neither anchor nor standard", file="checklists.yaml", entry=item.id, key="anchors")


def _sector_names_exist(book: Lawbook) -> None:
    field_codes = {one.code for one in book.fields}
    violations = {one.id for one in book.violations}
    rule_ids = {one.id for one in book.sector_rules}
    for rule in book.sector_rules:
        _require_known(rule.fields, field_codes, "sector.yaml", rule.id, "fields")
        _require_known([rule.follows] if rule.follows else [], rule_ids, "sector.yaml", rule.id, "follows")
        for amount in (*rule.institution, *rule.persons):
            _require_known(amount.violations, violations, "sector.yaml", rule.id, "violations")
            _require_known(amount.conduct, set(rule.conduct), "sector.yaml", rule.id, "amounts.conduct")
        for outcome in rule.consequences:
            _require_known(outcome.conduct, set(rule.conduct), "sector.yaml", rule.id, "consequences.conduct")


def _require_known(names: Iterable[str], known: set[str], file: str, entry: str, key: str) -> None:
    for name in names:
        if name not in known:
            raise LawError(f"{name} does not exist", file=file, entry=entry, key=key)


def _amounts_are_ranges(book: Lawbook) -> None:
    amounts = [("violations.yaml", v.id, a) for v in book.violations for p in v.penalties for a in p.amounts]
    amounts += [("sector.yaml", s.id, a) for s in book.sector_rules for a in (*s.institution, *s.persons)]
    for file, entry, amount in amounts:
        multiple = amount.kind != "fine"
        upper, lower = (amount.max_times, amount.min_times) if multiple else (amount.max_fen, amount.min_fen)
        stray = (amount.max_fen, amount.min_fen) if multiple else (amount.max_times, amount.min_times)
        if upper is None or stray != (None, None):
            raise LawError("a fine is given in fen, a multiple in times", file=file, entry=entry, key=amount.kind)
        if upper <= 0 or (lower is not None and lower > upper):
            raise LawError("the sums are no range", file=file, entry=entry, key=amount.kind)
        if (amount.base_from_fen, amount.base_below_fen) != (None, None) and not (multiple or amount.base):
            raise LawError("a height without the base it is measured on", file=file, entry=entry, key="base")


def _standards_are_dated(book: Lawbook) -> None:
    for standard in book.test_standards:
        if standard.abolished_on is not None and standard.abolished_on <= standard.effective_on:
            raise LawError(
                "abolished before it took effect",
                file="test_standards.yaml",
                entry=standard.standard_no,
                key="abolished_on",
            )
        for item in standard.items:
            if (item.limit_op is None) != (item.limit_low is None and item.limit_high is None):
                raise LawError(
                    f"{item.item_code}: limit and comparison go together",
                    file="test_standards.yaml",
                    entry=standard.standard_no,
                    key="items.limit_op",
                )


def _extensions_have_units(book: Lawbook) -> None:
    for clock in book.clocks:
        if clock.rolls and clock.counted_by is None:
            raise LawError("what moves the end is named", file="clocks.yaml", entry=clock.id, key="counted_by")
        for one in clock.extensions:
            if one.unit is None or (one.length is not None and one.most is not None):
                raise LawError("unit, and length or most", file="clocks.yaml", entry=clock.id, key="extensions")


def _holidays_lie_in_their_year(book: Lawbook) -> None:
    years = [one.year for one in book.holiday_years]
    if years != sorted(set(years)):
        raise LawError("years stand once and in order", file="holidays.yaml", key="year")
    for year in book.holiday_years:
        fault = holiday_fault(year)
        if fault:
            raise LawError(fault, file="holidays.yaml", entry=str(year.year), key="holidays")


def holiday_fault(year: HolidayYear) -> str:
    """What is wrong with a year's notice, or an empty text. Days may reach into the last days of the year before."""
    opens, closes = date(year.year - 1, 12, 20), date(year.year, 12, 31)
    off: set[date] = set()
    for one in year.holidays:
        if one.last < one.first:
            return f"{one.name}: last before first"
        days = {one.first + timedelta(days=n) for n in range((one.last - one.first).days + 1)}
        if off & days:
            return f"{one.name}: overlaps another holiday"
        off |= days
    for day in (*off, *year.makeup_days):
        if not opens <= day <= closes:
            return f"{day} lies outside {year.year}"
    for day in year.makeup_days:
        if day in off or day.weekday() < SATURDAY:
            return f"{day} is no weekend day to be worked"
    return "" if off and year.notices else "no notice or no holiday"
