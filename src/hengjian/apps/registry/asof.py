"""What an institution was on a day: identity, certificates, scope, people, signatories, calibrations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from hengjian.apps.registry.models import (
    Calibration,
    Certificate,
    CertificateStatus,
    FormerValue,
    Institution,
    Instrument,
    Person,
    RiskReading,
    ScopeItem,
    Signatory,
    Site,
)
from hengjian.engines.tables.fields import FIELD_CODES

KEY_ROLES = ("法定代表人", "最高管理者", "总经理", "主任", "所长", "技术负责人", "质量负责人", "授权签字人")


def in_force(start: str, end: str, on: date) -> Q:
    """Both days included; an open start or end bounds nothing."""
    begun = Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": on})
    return begun & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": on}))


def values_on(thing: Any, former: Iterable[FormerValue], on: date) -> dict[str, Any]:
    """The thing's fields as they were on the day: the earliest former value that still held counts."""
    found: dict[str, FormerValue] = {}
    kind = thing._meta.model_name
    for old in former:
        if old.thing_kind != kind or old.thing_id != thing.pk or old.valid_to < on:
            continue
        if old.field not in found or old.valid_to < found[old.field].valid_to:
            found[old.field] = old
    fields = {f.name: f for f in thing._meta.concrete_fields}
    return {name: fields[name].to_python(old.value) for name, old in found.items() if name in fields}


def set_back(things: Iterable[Any], former: Sequence[FormerValue], on: date) -> None:
    """Give each (unsaved from here on) row the values it had on the day."""
    by_thing: dict[tuple[str, int], list[FormerValue]] = {}
    for old in former:
        by_thing.setdefault((old.thing_kind, old.thing_id), []).append(old)
    for thing in things:
        for name, value in values_on(thing, by_thing.get((thing._meta.model_name, thing.pk), ()), on).items():
            setattr(thing, name, value)


def former_values(institution: Institution) -> list[FormerValue]:
    """Everything about the institution that was once different."""
    return list(FormerValue.objects.filter(institution=institution))


@dataclass(frozen=True, slots=True)
class CertificateOn:
    """A certificate as it stood on a day. state: valid, suspended, revoked, cancelled, expired, not_yet."""

    certificate: Certificate
    state: str
    since: date | None

    LABELS = {
        "valid": "有效",
        "suspended": "暂停",
        "revoked": "撤销",
        "cancelled": "注销",
        "expired": "已过期",
        "not_yet": "尚未生效",
    }

    @property
    def label(self) -> str:
        """The state in words."""
        return self.LABELS[self.state]

    @property
    def is_valid(self) -> bool:
        """May reports be issued under it on that day?"""
        return self.state == "valid"


def certificate_state(certificate: Certificate, history: Iterable[CertificateStatus], on: date) -> CertificateOn:
    """A status from the history counts where one covers the day, else the certificate's own from `status_from` on."""
    stretches = [
        one
        for one in history
        if one.certificate_no == certificate.certificate_no
        and one.from_on <= on
        and (one.to_on is None or one.to_on >= on)
    ]
    if stretches:
        newest = max(stretches, key=lambda one: one.from_on)
        status, since = newest.status, newest.from_on
    elif certificate.status and (certificate.status_from is None or certificate.status_from <= on):
        status, since = certificate.status, certificate.status_from
    else:
        status, since = "valid", None
    if status in ("", "valid"):
        if on < certificate.valid_from:
            return CertificateOn(certificate, "not_yet", certificate.valid_from)
        if on > certificate.valid_to:
            return CertificateOn(certificate, "expired", certificate.valid_to + timedelta(days=1))
        return CertificateOn(certificate, "valid", since or certificate.valid_from)
    return CertificateOn(certificate, status, since)


def certificates_on(institution: Institution, on: date) -> list[CertificateOn]:
    """All certificates known of the institution with their state on the day."""
    history = list(institution.certificate_statuses.all())
    certificates = list(institution.certificates.all())
    set_back(certificates, former_values(institution), on)
    return [certificate_state(one, history, on) for one in certificates]


def scope_on(
    site: Site | None, on: date, *, institution: Institution | None = None, items: QuerySet[ScopeItem] | None = None
) -> QuerySet[ScopeItem]:
    """Scope rows in force on the day: approved by then, not removed before or on it.

    Of one site (rows without a site count for every site), or with `site=None` of the whole institution. The removal
    day itself is out of scope. Whether the certificate was valid is `certificates_on`.
    """
    if items is None:
        owner = site.institution if site is not None else institution
        items = ScopeItem.objects.filter(institution=owner)
    if site is not None:
        items = items.filter(site_id__in=["", site.site_id])
    approved = Q(approved_on__isnull=True) | Q(approved_on__lte=on)
    return items.filter(approved & (Q(removed_on__isnull=True) | Q(removed_on__gt=on)))


def under_valid(items: QuerySet[ScopeItem], certificates: Iterable[CertificateOn]) -> QuerySet[ScopeItem]:
    """Leaves out rows of certificates that are known and were not valid on the day."""
    states: dict[str, bool] = {}
    for one in certificates:
        number = one.certificate.certificate_no
        states[number] = states.get(number, False) or one.is_valid
    return items.exclude(certificate_no__in=[number for number, valid in states.items() if not valid])


def signatories_on(institution: Institution, on: date) -> QuerySet[Signatory]:
    """Authorisations to sign in force on the day."""
    return institution.signatories.filter(in_force("valid_from", "valid_to", on))


def people_on(institution: Institution, on: date) -> QuerySet[Person]:
    """People employed on the day."""
    return institution.people.filter(in_force("employed_from", "employed_to", on))


def key_people(people: Iterable[Person]) -> list[Person]:
    """Those with a leading or signing post, in the order of `KEY_ROLES`."""
    ranked = [(rank, one) for one in people for rank in [_rank(one.role)] if rank < len(KEY_ROLES)]
    return [one for _, one in sorted(ranked, key=lambda pair: (pair[0], pair[1].person_id))]


def signing_text(rows: Iterable[Signatory]) -> str:
    """Fields of authorisation in words, with the last day where there is one."""
    words = []
    for one in rows:
        name = FIELD_CODES.get(one.field, one.field)
        words.append(f"{name}（至 {one.valid_to}）" if one.valid_to else name)
    return "、".join(words)


def _rank(role: str) -> int:
    return next((place for place, word in enumerate(KEY_ROLES) if word in role), len(KEY_ROLES))


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both included."""

    start: date
    end: date


def union(spans: Iterable[Span]) -> list[Span]:
    """Spans joined where they overlap or follow on the next day."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if joined and span.start <= joined[-1].end + timedelta(days=1):
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def gaps(covered: Sequence[Span], *, start: date, end: date) -> list[Span]:
    """What of start…end the spans do not cover."""
    found, since = [], start
    for span in union(covered):
        if span.start > end:
            break
        if span.start > since:
            found.append(Span(since, min(end, span.start - timedelta(days=1))))
        since = max(since, span.end + timedelta(days=1))
    if since <= end:
        found.append(Span(since, end))
    return found


@dataclass(frozen=True, slots=True)
class CalibrationsOn:
    """An instrument's calibrations: valid spans joined, days of calibration, and whether the day is covered."""

    instrument: Instrument
    rows: tuple[Calibration, ...]
    spans: tuple[Span, ...]
    covered: bool

    def gaps(self, *, start: date, end: date) -> list[Span]:
        """Days in service without a valid calibration within start…end."""
        first = max(start, self.instrument.in_service_from or start)
        last = min(end, self.instrument.in_service_to or end)
        return gaps(self.spans, start=first, end=last) if first <= last else []


def calibration_state(instrument: Instrument, rows: Iterable[Calibration], on: date) -> CalibrationsOn:
    """From calibrations already read; a failed one covers nothing."""
    mine = tuple(one for one in rows if one.instrument_id == instrument.instrument_id)
    good = [one for one in mine if one.result != "fail" and one.valid_to >= one.calibrated_on]
    spans = tuple(union(Span(one.calibrated_on, one.valid_to) for one in good))
    return CalibrationsOn(instrument, mine, spans, any(span.start <= on <= span.end for span in spans))


def calibrations_on(instrument: Instrument, on: date) -> CalibrationsOn:
    """The instrument's calibrations with the union of their intervals, and whether the day is covered."""
    rows = Calibration.objects.filter(
        institution_id=instrument.institution_id, instrument_id=instrument.instrument_id, calibrated_on__lte=on
    )
    return calibration_state(instrument, rows, on)


def risk_on(institution: Institution, on: date) -> RiskReading | None:
    """The last reading up to the end of the day (Asia/Shanghai)."""
    return institution.risk_readings.filter(at__date__lte=on).first()
