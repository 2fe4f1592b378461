"""The extract of the dossier that goes onto the phone with a task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.procedures import ALERT
from hengjian.apps.registry import asof
from hengjian.apps.registry.models import Calibration, Institution, Signatory
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.ui.wording import listed

INSTRUMENTS_MOST = 60
YEAR = timedelta(days=365)
Lines = list[list[str]]


def extract_of(institution: Institution, alerts: Sequence[Alert], *, on: date) -> dict[str, Any]:
    """Sections of (text, smaller text) lines, as of the day."""
    return {
        "facts": _facts(institution),
        "certificates": _certificates(institution, on),
        "sites": [[one.address or one.site_id, one.site_id] for one in institution.sites.all()],
        "people": _people(institution, on),
        "instruments": _instruments(institution, on),
        "alerts": [
            [one.title, listed([one.number, ALERT.states[one.state], one.article or "无条款"])] for one in alerts
        ],
    }


def _facts(institution: Institution) -> Lines:
    fields = [FIELD_CODES.get(one, one) for one in institution.fields]
    return [
        ["统一社会信用代码", institution.uscc],
        ["属性", institution.get_kind_display()],
        ["领域", listed(fields)],
        ["地址", institution.address],
        ["法定代表人", institution.legal_rep],
        ["管辖", institution.organ.name],
        ["风险", institution.get_risk_band_display()],
    ]


def _certificates(institution: Institution, on: date) -> Lines:
    rows = sorted(asof.certificates_on(institution, on), key=lambda one: one.certificate.valid_to, reverse=True)
    return [
        [
            f"{one.certificate.certificate_no}　{one.label}",
            f"{one.certificate.valid_from} 至 {one.certificate.valid_to}",
        ]
        for one in rows
    ]


def _people(institution: Institution, on: date) -> Lines:
    signing: dict[str, list[Signatory]] = defaultdict(list)
    for one in asof.signatories_on(institution, on):
        signing[one.person_id].append(one)
    people = list(asof.people_on(institution, on))
    leading = {one.pk for one in asof.key_people(people)}
    kept = [one for one in people if one.pk in leading or one.person_id in signing]
    return [
        [
            f"{one.name or one.person_id}　{one.role}",
            f"授权签字：{asof.signing_text(signing[one.person_id])}" if one.person_id in signing else "",
        ]
        for one in kept
    ]


def _instruments(institution: Institution, on: date) -> Lines:
    """Those with a gap in the last year's calibration first."""
    rows: dict[str, list[Calibration]] = defaultdict(list)
    for one in institution.calibrations.filter(calibrated_on__lte=on):
        rows[one.instrument_id].append(one)
    used = institution.instruments.filter(asof.in_force("in_service_from", "in_service_to", on))
    states = [asof.calibration_state(one, rows[one.instrument_id], on) for one in used]
    told = [(one, one.gaps(start=on - YEAR, end=on)) for one in states]
    told.sort(key=lambda pair: (not pair[1], pair[0].instrument.instrument_id))
    return [
        [
            f"{state.instrument.name}　{state.instrument.model} {state.instrument.serial_no}".strip(),
            _covered(state, gaps, on),
        ]
        for state, gaps in told[:INSTRUMENTS_MOST]
    ]


def _covered(state: asof.CalibrationsOn, gaps: Iterable[asof.Span], on: date) -> str:
    if not state.rows:
        return "没有报送检定校准"
    without = [f"{span.start} 至 {span.end}" for span in gaps]
    if without:
        return f"近一年无有效检定校准：{listed(without[:3])}"
    last = max(span.end for span in state.spans) if state.spans else on
    return f"检定校准有效至 {last}"
