"""The penal provisions as the penalty engine takes them: dated, cited, with the numbers that a choice compares with.

`choice_for` and `illegal_gain_of` are what apps call; the engine itself (engines.penalties) knows no law data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction

from hengjian.engines.penalties import Choice, Cited, Conduct, Consequence, Limits, Provision, Sum, choose
from hengjian.engines.penalties.conduct import PartyKind
from hengjian.engines.penalties.gains import Gain, Receipts, illegal_gain
from hengjian.kernel.citation import Reference, parse_reference
from hengjian.kernel.errors import NotFound
from hengjian.law import models
from hengjian.law.amending import kept
from hengjian.law.catalogue import OWN_AUTHORITY, cite
from hengjian.law.deadlines import clock_on
from hengjian.law.loader import lawbook
from hengjian.law.wording import amount_text

NAMED = (
    "SUP-02", "SUP-14", "PEN-17", "PEN-19", "PEN-50", "PEN-52", "PEN-60", "HEAR-05", "APL-27", "APL-28", "APL-29",
    "APL-32", "APL-33", "APL-34", "APL-36", "APL-37", "APL-38", "TRF-11", "CL-229", "CL-285", "CL-286", "CRI-10",
    "PRO", "OPI", "GAIN-03", "PUB-02", "PUB-13", "PUB-14", "PUB-15", "LIST-02", "LIST-07", "LIST-12", "LIST-22",
)  # fmt: skip
"""Articles and instruments that the reasoning names."""
PROCEDURAL = frozenset({"APL"})
"""Cited among the bases of a penalty for the choice of law, but not the penal provision itself."""


def choice_for(conduct: Conduct, *, on: date) -> Choice:
    """The law for a conduct, decided on `on`; see engines.penalties.choose."""
    return choose(conduct, provisions(), on=on, limits=limits_on(on))


def illegal_gain_of(receipts: Receipts, *, on: date) -> Gain:
    """What is illegal gain and what of it is confiscated, as of a day."""
    return illegal_gain(receipts, limits_on(on))


@kept
def provisions() -> tuple[Provision, ...]:
    """Every penal provision in every version: the catalogue first, then the sector laws."""
    book = lawbook()
    general = (made for one in book.violations for made in _of_violation(one))
    sector = (made for one in book.sector_rules for made in _of_rule(one, book.sector_rules))
    return (*general, *sector)


@kept
def limits_on(on: date) -> Limits:
    """The numbers of a day; where the first recorded text is later than the day, that text."""
    special = any(one.id == "CR-E10" and one.holds_on(on) for one in lawbook().thresholds)
    return Limits(
        hearing_institution=_number("HEAR-05", "legal_person_fen", on),
        hearing_person=_number("HEAR-05", "natural_person_fen", on),
        limitation_years=_years("APL-36", on),
        limitation_years_health=_years("APL-36.health", on),
        minor_institution=_number("PUB-13", "entity_fen", on),
        minor_person=_number("PUB-13", "person_fen", on),
        serious_vehicles=_number("SP-08c", "vehicles", on),
        serious_repeat_years=_number("SP-08c", "repeat_years", on),
        crime_gain=_number("CR-P", "gain_fen", on),
        crime_loss=_number("CR-P", "loss_fen", on),
        crime_gain_environment=_number("CR-E10" if special else "CR-P", "gain_fen", on),
        crime_rule_environment="CR-E10" if special else "CR-P",
        crime_penalties=_number("CR-E10", "penalties", on),
        articles={name: citation(parse_reference(name), on) for name in NAMED},
    )


def citation(reference: Reference, on: date) -> str:
    """The citation as of a day; where no text of that day is recorded, that of the first text."""
    return cite(reference, _covered(reference, on)).citation.text


def _covered(reference: Reference, on: date) -> date:
    instrument = lawbook().instrument(reference.instrument)
    if instrument is None:
        raise NotFound(f"条文库中没有“{reference.instrument}”。")
    if any(one.holds_on(on) for one in instrument.versions):
        return on
    earlier = [one for one in instrument.versions if one.valid_from <= on]
    return earlier[-1].valid_to or on if earlier else instrument.versions[0].valid_from


def _number(threshold_id: str, name: str, on: date) -> int:
    versions = [one for one in lawbook().thresholds if one.id == threshold_id]
    if not versions:
        raise NotFound(f"规则库里没有数值“{threshold_id}”。")
    found = next((one for one in versions if one.holds_on(on)), versions[0] if on < versions[0].valid_from else None)
    return int((found or versions[-1]).value(name))


def _years(clock_id: str, on: date) -> int:
    first = next(one for one in lawbook().clocks if one.id == clock_id)
    return clock_on(clock_id, max(on, first.valid_from)).length


def _of_violation(violation: models.Violation) -> Iterator[Provision]:
    for penalty in violation.penalties:
        basis = tuple(one for one in penalty.basis if one.instrument not in PROCEDURAL)
        for first, last in _spans(penalty, basis):
            yield Provision(
                id=f"{violation.id}@{first:%Y-%m-%d}",
                line=violation.id,
                title=violation.title,
                source="general",
                kinds=(violation.kind, *violation.also),
                violation_ids=(violation.id,),
                valid_from=first,
                valid_to=last,
                articles=_cited(basis, first),
                breach=_cited(violation.basis, first),
                authority=OWN_AUTHORITY,
                residual=penalty.residual,
                two_step=penalty.two_step,
                measures=penalty.measures,
                sums=tuple(_sum(one, "institution") for one in penalty.amounts),
                certainty=violation.certainty,
                note=violation.note or "",
            )


def _of_rule(rule: models.SectorRule, rules: Sequence[models.SectorRule]) -> Iterator[Provision]:
    sums = (*(_sum(one, "institution") for one in rule.institution), *(_sum(one, "person") for one in rule.persons))
    for first, last in _spans(rule, rule.basis):
        yield Provision(
            id=f"{rule.id}@{first:%Y-%m-%d}",
            line=_root(rule, rules),
            title=rule.title,
            source="sector",
            kinds=rule.conduct,
            fields=rule.fields,
            valid_from=first,
            valid_to=last,
            articles=_cited(rule.basis, first),
            authority=rule.authority,
            transfer=rule.transfer,
            two_step_kinds=rule.two_step_for,
            measures=rule.measures,
            sums=sums,
            consequences=tuple(_consequence(one) for one in rule.consequences),
            test_kind=rule.test_kind or "",
            area_prefix=rule.area_prefix or "",
            needs_trait=rule.trait or "",
            condition="" if rule.trait else rule.when or "",
            by_accreditor=rule.by_accreditor,
            certainty=rule.certainty,
            note=rule.note or "",
        )


def _root(rule: models.SectorRule, rules: Sequence[models.SectorRule]) -> str:
    """The id of the oldest rule that this one took the place of, step by step."""
    name, seen = rule.id, {rule.id}
    follows = rule.follows
    while follows is not None and follows not in seen:
        name = follows
        seen.add(name)
        follows = next((one.follows for one in rules if one.id == name), None)
    return name


def _spans(period: models.Period, basis: Sequence[Reference]) -> list[tuple[date, date | None]]:
    """The period cut wherever an article of the basis changes its version, so that each piece is cited rightly."""
    cuts = {period.valid_from}
    for reference in basis:
        cuts |= {one for one in _changes(reference) if period.valid_from < one and period.holds_on(one)}
    starts = sorted(cuts)
    ends: list[date | None] = [one - timedelta(days=1) for one in starts[1:]]
    return list(zip(starts, [*ends, period.valid_to], strict=True))


def _changes(reference: Reference) -> Iterable[date]:
    book = lawbook()
    article = book.article(reference.article_id) if reference.article_id else None
    instrument = book.instrument(reference.instrument)
    versions = article.versions if article else instrument.versions if instrument else ()
    return [one.valid_from for one in versions]


def _cited(basis: Iterable[Reference], on: date) -> tuple[Cited, ...]:
    made = []
    for reference in basis:
        instrument = lawbook().instrument(reference.instrument)
        if instrument is None:
            continue
        version = next((one for one in instrument.versions if one.holds_on(on)), None)
        if version is None:
            continue
        found = cite(reference, on)
        made.append(
            Cited(
                id=reference.article_id or reference.instrument,
                text=found.citation.text,
                instrument=reference.instrument,
                version=version.number,
                valid_from=version.valid_from,
                valid_to=version.valid_to,
            )
        )
    return tuple(made)


def _sum(amount: models.Amount, party: PartyKind) -> Sum:
    low, high = (Fraction(one) if one is not None else Fraction(0) for one in (amount.min_times, amount.max_times))
    return Sum(
        party=party,
        kind=amount.kind,
        low=amount.min_fen or 0,
        high=amount.max_fen or 0,
        low_times=(low.numerator, low.denominator),
        high_times=(high.numerator, high.denominator),
        kinds=amount.conduct,
        violation_ids=amount.violations,
        base=amount.base or "",
        base_from=amount.base_from_fen,
        base_below=amount.base_below_fen,
        base_floor=amount.base_floor_fen,
        grade=amount.grade or "",
        words=amount_text(amount),
    )


def _consequence(one: models.Consequence) -> Consequence:
    return Consequence(
        action=one.action,
        words=one.words,
        by=one.by,
        grade=one.grade or "",
        kinds=one.conduct,
        mandatory=one.mandatory,
        years=one.years,
        lifelong=one.lifelong,
    )
