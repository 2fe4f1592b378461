"""Tracing a drawn report through what was handed in: record, sample, times, instrument, person, signatory, scope.

Each step says found, missing or contradiction in words and with its rows; the officer answers it on site.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.utils import timezone

from hengjian.apps.intake.selectors import organ_report_rows
from hengjian.apps.registry import asof
from hengjian.apps.registry.models import Absence, Institution, Instrument, Person, Signatory
from hengjian.ui.wording import listed

STATES = {"found": "相符", "missing": "缺失", "contradiction": "矛盾"}
ANSWERS = {"ok": "现场相符", "problem": "现场不符", "na": "不适用"}
STEPS: dict[str, str] = {
    "report": "报告",
    "times": "时间先后",
    "raw": "原始记录",
    "sample": "样品",
    "instrument": "仪器",
    "calibration": "检定校准",
    "person": "检测人员",
    "signatory": "授权签字人",
    "scope": "资质与能力",
}
SERIES = ("report_id", "item_code", "channel", "started_at", "instrument_id")
MANY = 6


@dataclass(frozen=True, slots=True)
class Rows:
    """What the lake holds of the drawn reports, by report."""

    reports: dict[str, dict[str, Any]]
    results: dict[str, list[dict[str, Any]]]
    records: dict[str, list[dict[str, Any]]]
    series: dict[str, list[dict[str, Any]]]
    vehicles: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registry holds of the institution."""

    institution: Institution
    instruments: dict[str, Instrument]
    calibrations: dict[str, asof.CalibrationsOn]
    people: dict[str, Person]
    absences: dict[str, list[Absence]]
    signatories: dict[str, list[Signatory]]


Step = dict[str, Any]


def trace(institution: Institution, report_ids: Collection[str], *, on: date) -> dict[str, list[Step]]:
    """The steps of every report, computed once when it is drawn."""
    rows, known = _rows(institution, report_ids, on), _registered(institution, on)
    return {one: _steps(one, rows, known) for one in report_ids}


def _rows(institution: Institution, report_ids: Collection[str], on: date) -> Rows:
    def read(table: str, columns: Sequence[str] | None = None) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        rows = organ_report_rows(
            organ=institution.organ, on=on, report_ids=report_ids, table=table, columns=columns, limit=20_000
        )
        for row in rows:
            found[row["report_id"]].append(row)
        return found

    return Rows(
        reports={report_id: rows[0] for report_id, rows in read("reports").items()},
        results=read("results"),
        records=read("raw_records"),
        series=read("raw_series", SERIES),
        vehicles=read("vehicle_tests"),
    )


def _registered(institution: Institution, on: date) -> Registered:
    calibrations = list(institution.calibrations.all())
    instruments = {one.instrument_id: one for one in institution.instruments.all()}
    absences: dict[str, list[Absence]] = defaultdict(list)
    for absence in institution.absences.all():
        absences[absence.person_id].append(absence)
    signatories: dict[str, list[Signatory]] = defaultdict(list)
    for one in institution.signatories.all():
        signatories[one.person_id].append(one)
    return Registered(
        institution=institution,
        instruments=instruments,
        calibrations={key: asof.calibration_state(one, calibrations, on) for key, one in instruments.items()},
        people={one.person_id: one for one in institution.people.all()},
        absences=absences,
        signatories=signatories,
    )


def _step(key: str, state: str, text: str, rows: Sequence[str] = ()) -> Step:
    return {"key": key, "label": STEPS[key], "state": state, "text": text, "rows": list(rows)}


def _steps(report_id: str, rows: Rows, known: Registered) -> list[Step]:
    report = rows.reports.get(report_id)
    if report is None:
        return [_step("report", "missing", "报告台账里已没有这份报告")]
    results = rows.results.get(report_id, [])
    return [
        _report(report, results),
        _times(report),
        _raw(results, rows.records.get(report_id, []), rows.series.get(report_id, []), report),
        _sample(report, rows.vehicles.get(report_id, [])),
        _instrument(results, rows.records.get(report_id, []), known),
        _calibration(results, report, known),
        _person(results, report, known),
        _signatory(report, known),
        _scope(report, results, known),
    ]


def _report(report: dict[str, Any], results: list[dict[str, Any]]) -> Step:
    issued = _moment(report["issued_at"])
    verdict = {"pass": "合格", "fail": "不合格"}.get(report.get("verdict") or "", "未写结论")
    text = f"{report.get('report_no') or report['report_id']}，{issued}签发，{verdict}，{len(results)} 个结果"
    if not results:
        return _step("report", "missing", f"{text}；没有报送检测结果")
    shown = [
        f"{one.get('item_name') or one['item_code']}　{one.get('value_text') or '—'} {one.get('unit') or ''}".strip()
        for one in results[:MANY]
    ]
    return _step("report", "found", text, shown + _more(results))


def _times(report: dict[str, Any]) -> Step:
    names = (
        ("sampled_at", "采样"),
        ("received_at", "收样"),
        ("started_at", "开始检测"),
        ("finished_at", "检测完成"),
        ("issued_at", "签发"),
    )
    told = [(label, report.get(name)) for name, label in names if report.get(name) is not None]
    rows = [f"{label}　{_moment(at)}" for label, at in told]
    if len(told) < len(names) - 1:
        return _step("times", "missing", "时间没有报送齐", rows)
    wrong = [f"{b}早于{a}" for (a, at), (b, later) in pairwise(told) if later < at]
    if wrong:
        return _step("times", "contradiction", listed(wrong), rows)
    return _step("times", "found", "收样、检测、签发先后相符", rows)


def _raw(
    results: list[dict[str, Any]],
    records: list[dict[str, Any]],
    series: list[dict[str, Any]],
    report: dict[str, Any],
) -> Step:
    items = {one["item_code"]: one.get("item_name") or one["item_code"] for one in results}
    hashes = {(one["item_code"], one["raw_sha256"]) for one in records}
    rows = [f"{items.get(one['item_code'], one['item_code'])}　{_moment(one['recorded_at'])}" for one in records[:MANY]]
    rows += _more(records)
    if series:
        rows.append(f"仪器过程数据 {len(series)} 条")
    issued = report["issued_at"]
    wrong = [
        f"{items[one['item_code']]}的原始记录与报送的摘要值不符"
        for one in results
        if one.get("raw_sha256")
        and any(code == one["item_code"] for code, _ in hashes)
        and (one["item_code"], one["raw_sha256"]) not in hashes
    ]
    wrong += [
        f"{items.get(one['item_code'], one['item_code'])}签发后还改过，没有写理由"
        for one in records
        if one.get("modified_at") and issued and one["modified_at"] > issued and not one.get("change_reason")
    ]
    if wrong:
        return _step("raw", "contradiction", listed(dict.fromkeys(wrong)), rows)
    lacking = [name for code, name in items.items() if code not in {found for found, _ in hashes}]
    if lacking:
        return _step("raw", "missing", f"{listed(lacking[:MANY])}没有报送原始记录，请现场调取", rows)
    return _step("raw", "found", f"{len(items)} 个项目都有原始记录", rows)


def _sample(report: dict[str, Any], vehicles: list[dict[str, Any]]) -> Step:
    if vehicles:
        rows = [f"车架号 {one['vin']}　{_moment(one['started_at'])}" for one in vehicles]
        wrong = [one for one in vehicles if one.get("obd_vin") and one["obd_vin"] != one["vin"]]
        if wrong:
            return _step("sample", "contradiction", f"车载诊断读出的车架号是 {wrong[0]['obd_vin']}", rows)
        return _step("sample", "found", "受检车辆有登记", rows)
    if not report.get("sample_id"):
        return _step("sample", "missing", "没有报送样品编号")
    rows = [f"样品 {report['sample_id']}　{report.get('object') or ''}"]
    rows += [f"批号 {report['lot_no']}"] if report.get("lot_no") else []
    return _step("sample", "found", f"样品 {report['sample_id']}，请核对留样或者处置记录", rows)


def _instrument(results: list[dict[str, Any]], records: list[dict[str, Any]], known: Registered) -> Step:
    used = list(dict.fromkeys(one["instrument_id"] for one in results if one.get("instrument_id")))
    if not used:
        return _step("instrument", "missing", "没有报送所用仪器")
    rows, unknown = [], []
    for one in used:
        row = known.instruments.get(one)
        rows.append(f"{row.name} {row.model}　出厂编号 {row.serial_no}" if row else one)
        unknown += [] if row else [one]
    if unknown:
        return _step("instrument", "contradiction", f"{listed(unknown)}不在设备台账里", rows)
    serials = {known.instruments[one].serial_no for one in used}
    headers = {one["header_serial_no"] for one in records if one.get("header_serial_no")} - serials
    if headers:
        return _step("instrument", "contradiction", f"原始记录里的出厂编号 {listed(sorted(headers))} 与台账不符", rows)
    return _step("instrument", "found", f"{len(used)} 台仪器都在台账里", rows)


def _calibration(results: list[dict[str, Any]], report: dict[str, Any], known: Registered) -> Step:
    days: dict[str, set[date]] = defaultdict(set)
    for one in results:
        if one.get("instrument_id") in known.instruments and (at := one.get("started_at") or report.get("started_at")):
            days[one["instrument_id"]].add(at.date())
    if not days:
        return _step("calibration", "missing", "没有可以核对的仪器使用日")
    rows, without, unknown = [], [], []
    for one, used in days.items():
        state = known.calibrations[one]
        name = known.instruments[one].name or one
        rows += [f"{name}　{span.start} 至 {span.end}" for span in state.spans[-2:]]
        if not state.rows:
            unknown.append(name)
            continue
        bare = sorted(day for day in used if not any(span.start <= day <= span.end for span in state.spans))
        without += [f"{name}在 {day} 没有有效的检定校准" for day in bare]
    if without:
        return _step("calibration", "contradiction", listed(without), rows)
    if unknown:
        return _step("calibration", "missing", f"{listed(unknown)}没有报送检定校准", rows)
    return _step("calibration", "found", "检定校准覆盖使用日", rows)


def _person(results: list[dict[str, Any]], report: dict[str, Any], known: Registered) -> Step:
    testers: dict[str, datetime | None] = {}
    for one in [*results, report]:
        if one.get("tester_id"):
            testers.setdefault(one["tester_id"], one.get("started_at") or report.get("started_at"))
    if not testers:
        return _step("person", "missing", "没有报送检测人员")
    rows, wrong = [], []
    for person_id, at in testers.items():
        row = known.people.get(person_id)
        rows.append(f"{row.name or person_id}　{row.role}" if row else person_id)
        wrong += _person_fault(person_id, row, at, known)
    state = "contradiction" if wrong else "found"
    return _step("person", state, listed(wrong) if wrong else "检测人员当日在职在岗", rows)


def _person_fault(person_id: str, row: Person | None, at: datetime | None, known: Registered) -> list[str]:
    if row is None:
        return [f"{person_id} 不在人员名册里"]
    if at is None:
        return []
    name, day = row.name or person_id, at.date()
    if not _within(row.employed_from, row.employed_to, day):
        return [f"{name}在 {day} 不在职"]
    moment = timezone.make_aware(at) if timezone.is_naive(at) else at
    away = [one for one in known.absences.get(person_id, []) if one.from_at <= moment <= one.to_at]
    return [f"{name}在 {_moment(at)} {away[0].get_kind_display()}不在岗"] if away else []


def _signatory(report: dict[str, Any], known: Registered) -> Step:
    signer, issued = report.get("signatory_id"), report.get("issued_at")
    if not signer or issued is None:
        return _step("signatory", "missing", "没有报送签字人或者签发时间")
    row = known.people.get(signer)
    name = row.name if row and row.name else signer
    held = known.signatories.get(signer, [])
    rows = [f"{asof.signing_text([one])}　{one.valid_from or '—'} 至 {one.valid_to or '—'}" for one in held]
    if not held:
        return _step("signatory", "contradiction", f"{name}没有授权签字人登记", rows)
    day = issued.date()
    valid = [one for one in held if _within(one.valid_from, one.valid_to, day)]
    if not valid:
        return _step("signatory", "contradiction", f"{name}的授权在 {day} 无效", rows)
    if report.get("field") and all(one.field != report["field"] for one in valid):
        return _step("signatory", "contradiction", f"{name}的授权领域不含本报告的领域", rows)
    return _step("signatory", "found", f"{name}在签发日有授权", rows)


def _scope(report: dict[str, Any], results: list[dict[str, Any]], known: Registered) -> Step:
    issued = report.get("issued_at")
    if issued is None:
        return _step("scope", "missing", "没有报送签发时间")
    day = issued.date()
    certificates = asof.certificates_on(known.institution, day)
    named = [one for one in certificates if one.certificate.certificate_no == report.get("certificate_no")]
    rows = [f"证书 {one.certificate.certificate_no}　{one.label}" for one in named]
    if report.get("certificate_no") and not named:
        return _step("scope", "contradiction", f"证书 {report['certificate_no']} 不是该机构登记的证书", rows)
    if named and not any(one.is_valid for one in named):
        return _step("scope", "contradiction", f"证书在 {day} {named[0].label}", rows)
    items = asof.under_valid(asof.scope_on(None, day, institution=known.institution), certificates)
    codes = set(items.values_list("item_code", flat=True))
    if not codes:
        return _step("scope", "missing", "没有登记能力附表", rows)
    own = [one for one in results if not one.get("subcontracted")]
    names = {one["item_code"]: one.get("item_name") or one["item_code"] for one in own}
    outside = [name for code, name in names.items() if code not in codes]
    if outside:
        text = f"{listed(outside[:MANY])}不在 {day} 有效的能力附表里"
        return _step("scope", "contradiction", text, rows)
    return _step("scope", "found", "项目都在签发日的能力附表里", rows)


def _within(start: date | None, end: date | None, day: date) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else "—"


def _more(rows: Sequence[Any]) -> list[str]:
    return [f"另有 {len(rows) - MANY} 条"] if len(rows) > MANY else []
