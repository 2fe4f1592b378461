"""The sections of a dossier as values for page and paper; each is a small function of what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may, visible
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.procedures import ALERT, WAITING
from hengjian.apps.dossiers import reading
from hengjian.apps.dossiers.inspected import Inspected, inspected
from hengjian.apps.dossiers.penalised import Penalised, penalised
from hengjian.apps.dossiers.reading import Parts, ScopeSheet
from hengjian.apps.dossiers.rectified import Rectified, rectified
from hengjian.apps.intake.procedures import SUBMISSION
from hengjian.apps.intake.selectors import InForce, dataset_files, lake_rows, submissions_seen_by
from hengjian.apps.record.models import Event as Recorded
from hengjian.apps.record.wording import verb_label
from hengjian.apps.registry import asof
from hengjian.apps.registry.lists import field_names
from hengjian.apps.registry.models import (
    Certificate,
    CertificateStatus,
    Declaration,
    FormerValue,
    Institution,
    InstitutionAlias,
    Instrument,
    Person,
    Signatory,
    Site,
)
from hengjian.apps.registry.strips import calibration_strip
from hengjian.apps.runs.presenting import risk_picture
from hengjian.ui.figures import Drawn
from hengjian.ui.parts import Action, Event, NextStep
from hengjian.ui.wording import day, iso_date, listed, num

SHOWN_SCOPE = 10
SHOWN_INSTRUMENTS = 10
SHOWN_ALERTS = 10
SHOWN_EVENTS = 25
READ_LIMIT = 100_000
MONTHS = 12


@dataclass(frozen=True)
class Dossier:
    """One institution as of a day for one person; None sections are those the person has no right to."""

    institution: Institution
    on: date
    today: date
    facts: list[tuple[str, str, str]]
    certificates: list[asof.CertificateOn]
    statuses: list[CertificateStatus]
    scope: ScopeSheet
    sites: list[Site]
    leading: list[tuple[Person, str]]
    people: int
    instruments: list[asof.CalibrationsOn]
    instrument_count: int
    strip: Drawn | None
    months: list[tuple[str, int]]
    alerts: list[Alert] | None
    alert_count: int
    submissions: list[Any] | None
    inspected: Inspected | None
    rectified: Rectified | None
    penalised: Penalised
    declarations: list[tuple[Declaration, str]]
    risk: Any
    timeline: list[Event]
    event_count: int
    next_step: NextStep | None

    @property
    def alert_rows(self) -> list[tuple[Alert, str, str, str]]:
        """Alerts with their state in words, the kind of its tag and the reason; a later judgement was not there yet."""
        kinds = {"open": "warn", "dismissal_proposed": "warn", "data_requested": "blue", "confirmed": "bad"}
        rows = []
        for one in self.alerts or ():
            later = one.judged_at is not None and local_day(one.judged_at) > self.on
            state = ALERT.initial if later else one.state
            rows.append((one, ALERT.states[state], kinds.get(state, ""), "" if later else one.reason))
        return rows

    @property
    def submission_rows(self) -> list[tuple[Any, str]]:
        """Submissions with their state in words."""
        return [(one, SUBMISSION.states[one.state]) for one in self.submissions or ()]

    @property
    def report_total(self) -> int:
        """Reports issued in the months shown."""
        return sum(count for _, count in self.months)


def open_dossier(user: User, institution: Institution, *, on: date, today: date, whole: bool = False) -> Dossier:
    """Read the dossier; `whole` leaves nothing out (for paper)."""
    former = asof.former_values(institution)
    parts = reading.read_parts(institution, former, on=on)
    asof.set_back([institution], former, on)
    history = parts.of(CertificateStatus)
    certificates = [asof.certificate_state(one, history, on) for one in parts.of(Certificate)]
    certificates.sort(key=lambda one: one.certificate.valid_to, reverse=True)
    scope = reading.read_scope(institution, certificates, on=on, limit=None if whole else SHOWN_SCOPE)
    people = reading.employed(parts.of(Person), on)
    signing = reading.authorised(parts.of(Signatory), on)
    states = reading.calibration_states(parts, reading.in_service(parts.of(Instrument), on), on)
    shown = states if whole else states[:SHOWN_INSTRUMENTS]
    months = reports_by_month(institution, parts, on=on)
    alerts = alerts_of(user, institution, on=on, today=today)
    submissions = submissions_of(user, institution, on=on, today=today)
    checks = inspected(user, institution, on=on, today=today, whole=whole)
    punished = penalised(parts, on=on, whole=whole)
    extra = (*(checks.events if checks else ()), *punished.events)
    timeline = timeline_of(user, institution, parts, former, alerts, submissions, extra, on=on, today=today)
    return Dossier(
        institution=institution,
        on=on,
        today=today,
        facts=facts_of(institution, certificates, parts, people, signing, months, on=on),
        certificates=certificates,
        statuses=history,
        scope=scope,
        sites=parts.of(Site),
        leading=leading_people(people, signing),
        people=len(people),
        instruments=shown,
        instrument_count=len(states),
        strip=calibration_strip(shown, start=on - timedelta(days=365), on=on),
        months=months,
        alerts=alerts if alerts is None or whole else alerts[:SHOWN_ALERTS],
        alert_count=len(alerts or ()),
        submissions=submissions,
        inspected=checks,
        rectified=rectified(user, institution, on=on, today=today, whole=whole),
        penalised=punished,
        declarations=_declared(parts, on),
        risk=risk_of(user, institution, on=on, today=today),
        timeline=timeline if whole else timeline[:SHOWN_EVENTS],
        event_count=len(timeline),
        next_step=next_step_for(user, institution, alerts, on=on, today=today),
    )


def _declared(parts: Parts, on: date) -> list[tuple[Declaration, str]]:
    """Declarations up to the day, newest first, each with whom or what it is about."""
    rows = [one for one in parts.of(Declaration) if (one.declared_on or one.changed_on or on) <= on]
    rows.sort(key=lambda one: one.declared_on or one.changed_on or on, reverse=True)
    names = _names(parts)
    return [(one, names.get(one.subject_id, one.subject_id)) for one in rows]


def _names(parts: Parts) -> dict[str, str]:
    """Name by number of people and instruments: declarations carry the number alone."""
    people = {one.person_id: one.name for one in parts.of(Person) if one.name}
    return {**people, **{one.instrument_id: one.name for one in parts.of(Instrument) if one.name}}


def leading_people(people: list[Person], signing: dict[str, list[Signatory]]) -> list[tuple[Person, str]]:
    """Key people, then other signatories, each with the fields they may sign."""
    leading = asof.key_people(people)
    leading += [one for one in people if one.person_id in signing and one not in leading]
    return [(one, asof.signing_text(signing.get(one.person_id, []))) for one in leading]


def facts_of(
    institution: Institution,
    certificates: list[asof.CertificateOn],
    parts: Parts,
    people: list[Person],
    signing: dict[str, list[Signatory]],
    months: list[tuple[str, int]],
    *,
    on: date,
) -> list[tuple[str, str, str]]:
    """The strip under the head: term, value, small note."""
    valid = [one.certificate for one in certificates if one.is_valid]
    shown = valid[0] if valid else certificates[0].certificate if certificates else None
    certificate = shown.certificate_no if shown else "没有登记"
    note = f"{shown.issuer or '发证机关未填'} · {shown.valid_from} 至 {shown.valid_to}" if shown else ""
    sites = parts.of(Site)
    places = listed(one.address or one.site_id for one in sites[:2]) if sites else institution.address or "—"
    return [
        ("资质认定证书", certificate, note),
        ("场所", places, f"共 {len(sites)} 处" if len(sites) > 1 else ""),
        ("法定代表人", institution.legal_rep or "—", ""),
        ("领域", field_names(institution.fields), "外省机构" if institution.outside else ""),
        (f"近 {MONTHS} 个月报告", f"{num(sum(count for _, count in months))} 份", "按已收下的报告台账计"),
        ("人员", f"{len(people)} 人", f"授权签字人 {len(signing)} 人"),
        ("成立日期", iso_date(institution.registered_on), ""),
        ("状态", institution.get_status_display(), f"截至 {iso_date(on)}"),
    ]


def reports_by_month(institution: Institution, parts: Parts, *, on: date) -> list[tuple[str, int]]:
    """Reports issued in the twelve months up to the day, from the accepted ledgers, oldest month first."""
    codes = [institution.uscc, *(one.value for one in parts.of(InstitutionAlias) if one.kind == "code")]
    files = tuple(dataset_files(institution.organ, on).get("reports", ()))
    counted = dict(_months_in(files, tuple(codes), on)) if files else {}
    names = []
    year, month = on.year, on.month
    for _ in range(MONTHS):
        names.append(f"{year}-{month:02d}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return [(name, counted.get(name, 0)) for name in reversed(names)]


@lru_cache(maxsize=512)
def _months_in(files: tuple[InForce, ...], codes: tuple[str, ...], on: date) -> tuple[tuple[str, int], ...]:
    # files of the lake never change, so what was counted in them stays counted
    rows = lake_rows(files, "reports", column="institution_id", values=codes, columns=["issued_at"], limit=READ_LIMIT)
    days = (row["issued_at"] for row in rows if row["issued_at"] is not None)
    return tuple(Counter(f"{day:%Y-%m}" for day in days if day.date() <= on).items())


def alerts_of(user: User, institution: Institution, *, on: date, today: date) -> list[Alert] | None:
    """Alerts first seen by the day, newest first; None without the right."""
    if may(user, "alert.view", on=today) is None:
        return None
    rows = visible(user, "alert.view", Alert.objects.filter(institution=institution), on=today)
    rows = rows.filter(first_seen__date__lte=on).defer("evidence", "report_ids", "judged_reports")
    return list(rows.order_by("-first_seen", "-pk"))


def alert_url(alert: Alert) -> str:
    """The alert's page."""
    return reverse("alerts:show", args=[alert.number])


def submissions_of(user: User, institution: Institution, *, on: date, today: date) -> list[Any] | None:
    """The last submissions that the institution handed in; None without the right."""
    if may(user, "intake.view", on=today) is None:
        return None
    rows = submissions_seen_by(user, today).filter(institution_uscc=institution.uscc, received_at__date__lte=on)
    return list(rows.order_by("-received_at")[:10])


def risk_of(user: User, institution: Institution, *, on: date, today: date) -> Any:
    """The waterfall of the risk in force on the day; None where none was given or without the right."""
    if may(user, "alert.view", on=today) is None:
        return None
    if on != today:
        reading_ = asof.risk_on(institution, on)
        if reading_ is None:
            institution.risk = None
            return None
        institution.risk, institution.risk_band = reading_.risk, reading_.band
        institution.risk_run, institution.risk_at, institution.risk_detail = reading_.run, reading_.at, reading_.detail
    return risk_picture(institution)


def timeline_of(
    user: User,
    institution: Institution,
    parts: Parts,
    former: list[FormerValue],
    alerts: list[Alert] | None,
    submissions: list[Any] | None,
    extra: Iterable[Event] = (),
    *,
    on: date,
    today: date,
) -> list[Event]:
    """What happened up to the day, newest first."""
    found = [*_of_certificates(parts), *_of_changes(institution, former), *_of_declarations(parts), *extra]
    for alert in alerts or ():
        found.append(Event(local_day(alert.first_seen), f"预警：{alert.title}", "hot", alert.number, alert_url(alert)))
        if alert.judged_at:
            text = f"预警 {alert.number} 研判：{ALERT.states[alert.state]}"
            found.append(Event(local_day(alert.judged_at), text, "act", "", alert_url(alert)))
    for one in submissions or ():
        text = f"报送 {one.file_name}：{SUBMISSION.states[one.state]}"
        found.append(Event(local_day(one.received_at), text, "", one.number, reverse("intake:show", args=[one.number])))
    if may(user, "record.view", on=today):
        found += _of_record(institution)
    return sorted((one for one in found if _day(one) <= on), key=_day, reverse=True)


def _day(event: Event) -> date:
    return local_day(event.when)


def local_day(moment: date) -> date:
    """The day of a moment in the platform's zone, or the day itself."""
    return day(moment) or date.min


def _of_certificates(parts: Parts) -> Iterable[Event]:
    for one in parts.of(Certificate):
        yield Event(one.valid_from, f"证书 {one.certificate_no} 生效", "good", one.issuer)
        yield Event(one.valid_to + timedelta(days=1), f"证书 {one.certificate_no} 有效期届满", "hot")
    for one in parts.of(CertificateStatus):
        kind = "" if one.status == "valid" else "hot"
        yield Event(one.from_on, f"证书 {one.certificate_no}：{one.get_status_display()}", kind)


def _of_changes(institution: Institution, former: list[FormerValue]) -> Iterable[Event]:
    labels = {f.name: str(f.verbose_name) for f in Institution._meta.concrete_fields}
    for one in former:
        if one.thing_kind == "institution":
            text = f"{labels.get(one.field, one.field)}变更"
            note = "" if one.field == "phone" else f"原为 {one.value or '空'}"
            yield Event(one.valid_to + timedelta(days=1), text, "act", note)


def _of_declarations(parts: Parts) -> Iterable[Event]:
    names = _names(parts)
    for one in parts.of(Declaration):
        if when := one.declared_on or one.changed_on:
            yield Event(
                when, f"申报变更：{one.get_kind_display() or '未写类别'}", "", names.get(one.subject_id, one.subject_id)
            )


def _of_record(institution: Institution) -> Iterable[Event]:
    rows = Recorded.objects.filter(thing_kind="registry.institution", thing_id=str(institution.pk))
    for one in rows.order_by("-sequence")[:100]:
        note = f"{one.actor_name}　事件 #{one.sequence}"
        note += f"　{one.reason}" if one.reason else ""
        yield Event(local_day(one.at), verb_label(one.verb), "act", note)


def next_step_for(
    user: User, institution: Institution, alerts: list[Alert] | None, *, on: date, today: date
) -> NextStep | None:
    """What this person may do now: judge the gravest waiting alert; nothing when looking at another day."""
    waiting = [one for one in alerts or () if one.state in WAITING]
    if on != today or not waiting:
        return None
    order = {"certain": 0, "strong": 1, "weak": 2}
    first = min(waiting, key=lambda one: (order.get(one.severity, 3), -one.score))
    right = "alert.review" if first.state == "dismissal_proposed" else "alert.judge"
    if may(user, right, first, on=today) is None:
        return None
    detail = f"{first.get_severity_display()} · 首次发现 {iso_date(first.first_seen)} · 涉及 {first.n_reports} 份报告"
    verb = "复核" if right == "alert.review" else "研判"
    return NextStep(
        text=f"{verb} {len(waiting)} 条预警：{first.title}",
        detail=detail,
        action=Action(f"看证据并{verb}", alert_url(first), kind="primary"),
    )
