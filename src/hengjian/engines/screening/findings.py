"""The one place where hit rows become findings: keys, severity, score, evidence – by the data contract."""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.clauses import clauses_known
from hengjian.engines.screening.detector import CAP_DB, Detector
from hengjian.engines.screening.hits import FIXED
from hengjian.engines.screening.severity import Facts, Severity, severity_of

Articles = Callable[[str, date], str]
"""(violation id, date of conduct) → the article in force on that date; passed in, engines know no law."""

ROWS_SHOWN = 20
SEPARATOR = "\x1f"
CERTAIN_BONUS_DB = 10.0
WEAK_DB = CAP_DB["S1"]

FINDINGS_SCHEMA = pa.schema(
    [
        ("finding_key", pa.string()),
        ("finding_id", pa.string()),
        ("detector", pa.string()),
        ("version", pa.int64()),
        ("institution_id", pa.string()),
        ("subject_kind", pa.string()),
        ("subject_id", pa.string()),
        ("report_ids", pa.string()),
        ("violation", pa.string()),
        ("article", pa.string()),
        ("article_as_of", pa.date32()),
        ("occurred_on", pa.date32()),
        ("p_value", pa.float64()),
        ("q_value", pa.float64()),
        ("severity", pa.string()),
        ("score", pa.float64()),
        ("evidence", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One row of findings.parquet, and what the scoring reads: cluster, family, decibans a report."""

    finding_key: str
    finding_id: str
    detector: str
    version: int
    institution_id: str
    subject_kind: str
    subject_id: str
    report_ids: tuple[str, ...]
    violation: str
    article: str
    occurred_on: date
    p_value: float | None
    q_value: float | None
    severity: Severity
    score: float
    evidence: str
    cluster: str
    family: bool
    unit_level: bool
    report_db: Mapping[str, float]
    tests: int = 0
    """How many hypotheses the detector tested in all, where only the striking ones are findings."""
    uncounted: str = ""
    """Why it is shown and does not count in the risk; empty where it counts."""
    tier: str = ""
    """How it may be used before anybody has been there (`screening.md` §5.6)."""

    def row(self) -> dict[str, object]:
        """The row by the contract; lists are text separated by `|`."""
        row = {name: getattr(self, name, None) for name in FINDINGS_SCHEMA.names}
        told = {"report_ids": "|".join(self.report_ids), "article_as_of": self.occurred_on}
        if self.tier or self.uncounted:
            marks = {"tier": self.tier or None, "uncounted": self.uncounted or None}
            told["evidence"] = canonical(json.loads(self.evidence) | marks)
        return row | told


def nine_digits(value: float | None) -> float | None:
    """Round to nine significant digits; not-a-number and infinity become null."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.9g}")


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces, nine significant digits, times as `YYYY-MM-DD HH:MM:SS`."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return nine_digits(value)
    return value


def key_of(parts: Iterable[object]) -> str:
    """First 16 hex digits of SHA-256 over the parts joined by 0x1F."""
    text = SEPARATOR.join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sellke_db(p_value: float) -> float:
    """Upper bound of the evidence of a p-value in decibans: 10·log10(1 / (−e·p·ln p)), 0 above 1/e."""
    if p_value >= 1 / math.e:
        return 0.0
    p = max(p_value, 1e-300)
    return 10 * math.log10(1 / (-math.e * p * math.log(p)))


def false_discovery(p_values: Sequence[float | None], *, tests: int = 0) -> list[float | None]:
    """Benjamini–Hochberg q-values over those that are not null, as the least of `tests` that were made."""
    known = [index for index, p in enumerate(p_values) if p is not None]
    result: list[float | None] = [None] * len(p_values)
    if not known:
        return result
    p = np.array([p_values[index] for index in known], dtype=float)
    order = np.argsort(p, kind="stable")
    steps = p[order] * max(tests, len(p)) / np.arange(1, len(p) + 1)
    smallest = np.minimum.accumulate(steps[::-1])[::-1].clip(max=1.0)
    for place, index in enumerate(order):
        result[known[int(index)]] = float(smallest[place])
    return result


def build_findings(
    detector: Detector, hits: pa.Table, *, judged: Mapping[str, int], articles: Articles
) -> list[Finding]:
    """Findings of one detector from its hit table (`hits.py`), sorted by id.

    `judged` is the number of reports of the kind by institution (the `population` step).
    """
    missing = {*FIXED, *detector.key_columns} - set(hits.column_names)
    if missing:
        raise ValueError(f"{detector.id}: hit table lacks {sorted(missing)}")
    # grouped by the key itself: 1 and 1.0, None and "" are one key, so one finding
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in hits.to_pylist():
        groups[key_of(_key_parts(detector, row))].append(row)
    members = [(_key_parts(detector, rows[0]), rows) for _, rows in sorted(groups.items())]
    tests = max((row.get("tests") or 0 for _, rows in members for row in rows), default=0)
    q_values = false_discovery([_least_p(rows) for _, rows in members], tests=tests)
    found = [
        _finding(detector, parts, rows, q_value=q, tests=tests, judged=judged, articles=articles)
        for (parts, rows), q in zip(members, q_values, strict=True)
    ]
    return sorted(found, key=lambda finding: finding.finding_id)


def _key_parts(detector: Detector, row: Mapping[str, Any]) -> tuple[object, ...]:
    own = (row[name] for name in detector.key_columns)
    return (detector.id, row["institution_id"], detector.subject_kind, row["subject_id"], *own)


def _least_p(rows: Sequence[Mapping[str, Any]]) -> float | None:
    return min((row["p_value"] for row in rows if row["p_value"] is not None), default=None)


def _finding(
    detector: Detector,
    parts: tuple[object, ...],
    rows: list[dict[str, Any]],
    *,
    q_value: float | None,
    tests: int,
    judged: Mapping[str, int],
    articles: Articles,
) -> Finding:
    rows = sorted(rows, key=lambda row: (row["slip"], -CAP_DB[row["level"]], str(row["report_id"]), canonical(row)))
    institution, p_value = str(rows[0]["institution_id"]), _least_p(rows)
    reports = tuple(sorted({str(row["report_id"]) for row in rows if row["report_id"] is not None}))
    severity = severity_of(
        Facts(
            level=rows[0]["level"],
            slip=all(row["slip"] for row in rows),
            firm=any(row["firm"] for row in rows),
            hard=detector.kind != "statistical" or all(row.get("rule") for row in rows),
            accused=len(reports),
            judged=judged.get(institution, len(reports)),
            q_value=q_value,
        )
    )
    occurred = _conduct_date(rows)
    by_report = {
        str(row["report_id"]): _decibans(detector, row, severity, p_value)
        for row in reversed(rows)
        if row["report_id"] is not None
    }
    return Finding(
        finding_key=key_of(parts),
        finding_id=key_of((*parts, detector.version)),
        detector=detector.id,
        version=detector.version,
        institution_id=institution,
        subject_kind=detector.subject_kind,
        subject_id=str(rows[0]["subject_id"]),
        report_ids=reports,
        violation=detector.violation,
        article=articles(detector.violation, occurred),
        occurred_on=occurred,
        p_value=nine_digits(p_value),
        q_value=nine_digits(q_value),
        severity=severity,
        score=nine_digits(_decibans(detector, rows[0], severity, p_value)) or 0.0,
        evidence=_evidence(detector, rows, accused=len(reports), judged=judged.get(institution)),
        cluster=detector.cluster,
        family=detector.family,
        unit_level=detector.unit_level,
        report_db=by_report,
        tests=tests,
    )


def _conduct_date(rows: Sequence[Mapping[str, Any]]) -> date:
    """The last day of the conduct: of continued conduct, the law at its end decides."""
    last: datetime = max(row["occurred_at"] for row in rows if row["occurred_at"] is not None)
    return last.date()


def _decibans(detector: Detector, row: Mapping[str, Any], severity: Severity, p_value: float | None) -> float:
    """Evidence of one row, capped by its level; a certain one is one level stronger, a weak one never above S1."""
    cap = CAP_DB[row["level"]]
    if severity == "weak":
        return min(cap, WEAK_DB)
    if p_value is not None and detector.kind == "statistical":
        return min(cap, sellke_db(p_value))
    usual = cap if detector.lr_db is None else min(cap, detector.lr_db)
    return min(CAP_DB["S5"], usual + (CERTAIN_BONUS_DB if severity == "certain" else 0.0))


def _evidence(detector: Detector, rows: Sequence[Mapping[str, Any]], *, accused: int, judged: int | None) -> str:
    hidden = {"institution_id", "slip", "firm", "p_value", "level", "tests", "rule"}
    shown = [{name: value for name, value in row.items() if name not in hidden} for row in rows[:ROWS_SHOWN]]
    sentence = _says(detector, rows[0])
    if accused > 1:
        sentence += f"（共{accused}份报告）"
    names = {name for row in shown for name, value in row.items() if value is not None}
    return canonical(
        {
            "says": sentence,
            "rows": shown,
            "rows_total": len(rows),
            "labels": {name: label for name, label in detector.labels.items() if name in names},
            "accused": accused,
            "judged": judged,
            "unit": detector.unit,
            "excluded": list(detector.benign),
            "slip": all(row["slip"] for row in rows),
        }
    )


def figure(value: float) -> str:
    """A number as people read it: three significant digits, whole from a thousand on, no exponent."""
    if not math.isfinite(value):
        return "—"
    rounded = float(f"{value:.3g}") if abs(value) < 1000 else float(round(value))
    return f"{rounded:.12f}".rstrip("0").rstrip(".")


def _spoken(value: Any) -> Any:
    return figure(value) if isinstance(value, float) else _plain(value)


def _says(detector: Detector, row: Mapping[str, Any]) -> str:
    """The detector's sentence with the first row's values; codes are spoken by `words`, figures by `figure`."""
    spoken = {name: detector.words.get(name, {}).get(str(value), _spoken(value)) for name, value in row.items()}
    unknown = {name for name, value in spoken.items() if value is None}
    said = {name: "—" if name in unknown else value for name, value in spoken.items()}
    return clauses_known(detector.says, unknown).format_map(said)


def findings_table(findings: Iterable[Finding]) -> pa.Table:
    """All findings as one Arrow table by the contract, sorted by id."""
    ordered = sorted(findings, key=lambda finding: finding.finding_id)
    return pa.Table.from_pylist([finding.row() for finding in ordered], schema=FINDINGS_SCHEMA)
