"""The evidence packet: what an alert's evidence says, as values that the page can show for any detector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from hengjian.apps.alerts.models import Alert
from hengjian.apps.runs.outcome import REPORT_COLUMNS
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.screening.detector import Detector
from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.ui import figures, wording

BY_ID = {detector.id: detector for detector in DETECTORS}
NONE = "—"
REPORTS_SHOWN = 50
LEAST_DRAWN = 3

CODES: Mapping[str, Mapping[str, str]] = {
    "right_field": FIELD_CODES,
    **{
        name: TABLES[table].columns[name].codes
        for table, names in (("reports", ("field", "purpose", "sign_mode", "verdict")), ("raw_series", ("channel",)))
        for name in names
    },
}
"""The contract's codes in Chinese, for columns that a detector passes on as they are."""
AT_ODDS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "A1": (("item_name", "basis", "nature"), "不在能力附表内"),
    "A2": (("certificate_no", "fault", "valid_to"), "与证书状态矛盾"),
    "A3": (("signatory_id", "fault"), "与授权矛盾"),
    "A4": (("tester_id", "person_id", "fault"), "与资格或任职矛盾"),
    "A5": (("instrument_id", "serial_no", "fault", "valid_to"), "与检定校准矛盾"),
    "A6": (("earlier_at", "later_at", "gap_hours"), "先后颠倒"),
    "A7": (("hours", "percent"), "短于最短时长"),
    "A8": (("item_code", "missing", "missing_items"), "应有而没有"),
    "A10": (("reported", "recomputed", "mean"), "应相等而不等"),
    "B1": (("act_from", "act_to", "other_from", "other_to", "overlap_minutes"), "不应重叠"),
    "B2": (("run_from", "run_to", "other_from", "other_to", "overlap_minutes"), "不应重叠"),
    "C1": (("points", "length", "shared"), "不应相同"),
    "C4": (("shared",), "不应相同"),
    "D3": (("rsd_percent", "ratio", "close_share"), "比同行过于一致"),
}
"""Columns in which a detector's rows contradict, and the words beside them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row; `odd` marks that it takes part in the contradiction."""

    label: str
    shown: str
    odd: bool
    numeric: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One line of two records side by side; `mark` says how they stand to each other."""

    label: str
    one: str
    other: str
    mark: str
    odd: bool


@dataclass(frozen=True, slots=True)
class Packet:
    """Everything that the alert page shows of the evidence, in Chinese."""

    says: str
    meaning: str
    common: tuple[Cell, ...]
    heads: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]
    rows_total: int
    odd_words: str
    sides: tuple[Side, ...]
    figure: figures.Drawn | None
    peers: tuple[tuple[str, str, str], ...]
    excluded: tuple[str, ...]
    on_site: tuple[str, ...]
    accused: int
    judged: int | None
    unit: str
    slip: bool
    retired: bool
    numbers: Mapping[str, str]


def packet_of(alert: Alert) -> Packet:
    """Read an alert's evidence; a retired or changed detector is shown by what the evidence itself carries."""
    evidence, detector = alert.evidence, BY_ID.get(alert.detector)
    rows = [_numbered(row, evidence.get("numbers", {})) for row in evidence.get("rows", ()) if isinstance(row, dict)]
    labels = _labels(evidence, detector, rows)
    odd, words = _at_odds(alert.detector, detector, labels)
    common = _common(rows, labels, odd)
    varying = {name: label for name, label in labels.items() if name not in common}
    marked = list(varying)[1:]  # the first column heads the row and is not underlined
    return Packet(
        says=str(evidence.get("says", alert.title)),
        meaning=detector.meaning if detector else "",
        common=tuple(_cell(rows[0], name, labels[name], detector, odd, rows) for name in common),
        heads=tuple((label, _is_numeric(rows, name)) for name, label in varying.items()),
        rows=tuple(
            tuple(_cell(row, name, label, detector, odd, rows) for name, label in varying.items()) for row in rows
        ),
        rows_total=int(evidence.get("rows_total", len(rows))),
        odd_words=words if any(name in odd and row.get(name) is not None for name in marked for row in rows) else "",
        sides=_sides(rows, labels, detector, odd, words),
        figure=_figure(rows, labels),
        peers=_peers(rows, labels),
        excluded=tuple(map(str, evidence.get("excluded", ()))),
        on_site=detector.on_site if detector else (),
        accused=int(evidence.get("accused", alert.n_reports)),
        judged=evidence.get("judged"),
        unit=str(evidence.get("unit", "报告")),
        slip=bool(evidence.get("slip")),
        retired=detector is None,
        numbers=evidence.get("numbers", {}),
    )


def _numbered(row: Mapping[str, Any], numbers: Mapping[str, str]) -> dict[str, Any]:
    """The row with its reports by the numbers printed on them; two reports under one number keep their keys beside."""
    named = {name: str(row[name]) for name in REPORT_COLUMNS if row.get(name)}
    shown = {name: numbers.get(key, key) for name, key in named.items()}
    if len(set(shown.values())) < len(set(named.values())):
        shown = {name: f"{number}（{named[name]}）" for name, number in shown.items()}
    return {**row, **shown}


def _at_odds(number: str, detector: Detector | None, labels: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """The columns that contradict and the words beside them; a detector not listed is marked by its own key columns."""
    names, words = AT_ODDS.get(number, ((), ""))
    found = tuple(name for name in names if name in labels)
    if found:
        return found, words
    return tuple(name for name in (detector.key_columns if detector else ()) if name in labels), "矛盾所在"


def _labels(
    evidence: Mapping[str, Any], detector: Detector | None, rows: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Column → Chinese name, in the detector's order; columns without a name are not for people."""
    stored = {str(name): str(label) for name, label in evidence.get("labels", {}).items()}
    order = [name for name in (detector.labels if detector else ()) if name in stored]
    order += [name for name in stored if name not in order]
    there = {name for row in rows for name in row}
    for key, number in (("report_id", "report_no"), ("other_report", "other_no")):
        if {key, number} <= there and all(row.get(key) == row.get(number) for row in rows):
            there.remove(key)
    labels = {name: stored[name] for name in order if name in there}
    if "report_id" in labels and evidence.get("numbers"):
        labels["report_id"] = TABLES["reports"].columns["report_no"].header
    return labels


def _common(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str], odd: Sequence[str]) -> tuple[str, ...]:
    """Columns that say the same in every row (of at least two) and take no part in the contradiction."""
    if len(rows) < 2:
        return ()
    return tuple(name for name in labels if name not in odd and len({str(row.get(name)) for row in rows}) == 1)


def _say(value: Any, name: str, detector: Detector | None) -> str:
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return wording.num(f"{value:.4g}" if isinstance(value, float) and abs(value) < 1e6 else value)
    if isinstance(value, list):
        return "、".join(str(one) for one in value[:20]) + ("…" if len(value) > 20 else "")
    words = detector.words.get(name, {}) if detector else {}
    return words.get(str(value)) or CODES.get(name, {}).get(str(value), str(value))


def _is_numeric(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    values = [row[name] for row in rows if row.get(name) is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _cell(
    row: Mapping[str, Any],
    name: str,
    label: str,
    detector: Detector | None,
    odd: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> Cell:
    shown = _say(row.get(name), name, detector)
    return Cell(label, shown, name in odd and shown != NONE, _is_numeric(rows, name))


def _partner(name: str, names: Mapping[str, str]) -> str:
    """The column of this record that answers to an `other_…` column; empty where there is none."""
    stem = name.removeprefix("other_")
    bare = stem.removesuffix("_id")
    tried = (stem, f"{stem}_id", f"run_{stem}", f"act_{stem}", bare, f"{stem}_no", f"{bare}_at")
    return next((one for one in tried if one in names and one != name), "")


def _sides(
    rows: Sequence[Mapping[str, Any]],
    labels: Mapping[str, str],
    detector: Detector | None,
    odd: Sequence[str],
    words: str,
) -> tuple[Side, ...]:
    """The first row as two records side by side, where it names another record."""
    if not rows:
        return ()
    row, made = rows[0], []
    for name in labels:
        left = _partner(name, labels) if name.startswith("other_") else ""
        if not left:
            continue
        one, other = _say(row.get(left), left, detector), _say(row.get(name), name, detector)
        strange = left in odd or name in odd
        made.append(Side(labels[left], one, other, words if strange else "相同" if one == other else "不同", strange))
    return tuple(made)


def _peers(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """(what, this institution, its peers) for every figure that the evidence gives for both."""
    if not rows:
        return ()
    row = rows[0]
    return tuple(
        (labels[name], _say(row.get(name), name, None), _say(row.get(f"peer_{name}"), name, None))
        for name in labels
        if f"peer_{name}" in labels and row.get(name) is not None and row.get(f"peer_{name}") is not None
    )


def _figure(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> figures.Drawn | None:
    """Overlapping stretches as a day bar, two series as curves, own figures over the peers'; None without these."""
    if not rows:
        return None
    return _overlap(rows[0]) or _curves(rows[0]) or _against_peers(rows, labels)


def _against_peers(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> figures.Drawn | None:
    """The first figure that changes from row to row and has its peers' (or the least allowed) beside it, row by row."""
    for name, (prefix, whose) in product(labels, (("peer_", "同行"), ("min_", "方法所需"))):
        own = [row.get(name) for row in rows]
        others = [row.get(f"{prefix}{name}") for row in rows]
        both = [one for one in (*own, *others) if isinstance(one, int | float) and not isinstance(one, bool)]
        if len(rows) >= LEAST_DRAWN and len(both) == 2 * len(rows) and len(set(own)) > 1:
            series = [figures.Series("本机构", own), figures.Series(whose, others)]
            return figures.curves([figures.Channel(labels[name], "", series)], x_label="证据行", x_start=1)
    return None


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _overlap(row: Mapping[str, Any]) -> figures.Drawn | None:
    ends = [_moment(row.get(name)) for name in ("run_from", "run_to", "other_from", "other_to")]
    if any(end is None for end in ends):
        return None
    one_from, one_to, other_from, other_to = (end for end in ends if end is not None)
    first = str(row.get("report_id") or row.get("sample") or "甲")
    second = str(row.get("other_report") or row.get("other_sample") or "乙")
    whose = str(row.get("instrument_name") or row.get("person_name") or row.get("subject_id") or "同一对象")
    intervals = [
        figures.Interval(one_from, one_to, first, "strong"),
        figures.Interval(other_from, other_to, second),
    ]
    start = min(one_from, other_from).replace(minute=0, second=0)
    end = max(one_to, other_to).replace(minute=0, second=0) + timedelta(hours=1)
    if end - start > timedelta(days=2):
        return figures.validity_strip([figures.Lane(whose, intervals)], start=start.date(), end=end.date())
    return figures.day_bar([figures.Lane(whose, intervals)], start=start, end=end)


def _curves(row: Mapping[str, Any]) -> figures.Drawn | None:
    one, other = row.get("values"), row.get("other_values")
    if not (isinstance(one, list) and isinstance(other, list) and one and other):
        return None
    series = [
        figures.Series(str(row.get("report_id", "甲")), one),
        figures.Series(str(row.get("other_report", "乙")), other),
    ]
    return figures.curves([figures.Channel(str(row.get("channel", "")), "", series)], x_label="点")
