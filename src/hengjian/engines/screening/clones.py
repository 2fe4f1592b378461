"""From pairs of alike recordings to hits: who is related, who belongs to one family, what stands against whom."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from hengjian.engines.screening.detector import Need

DAY = timedelta(days=1)
PRESCRIBED = ("speed_kmh", "ambient_temp_c", "ambient_rh_pct", "ambient_kpa")
"""Channels that follow the prescribed cycle or the surroundings: two honest tests may share them."""

NEEDS = (
    Need(table="raw_series", required=("report_id", "channel", "values"), optional=("role",)),
    Need(
        table="reports",
        required=("report_no", "issued_at"),
        optional=("sample_id", "client_id", "corrects", "retest_of", "purpose"),
    ),
    Need(table="vehicle_tests", optional=("report_id", "vin"), optional_table=True),
)

SERIES = f"""
SELECT s.report_id, s.channel, s."values" AS series
FROM raw_series s
WHERE coalesce(s.role, 'sample') = 'sample' AND s."values" IS NOT NULL
  AND s.channel NOT IN ({", ".join(f"'{name}'" for name in PRESCRIBED)})
"""


def meta_sql(step: str) -> str:
    """What is known of the reports of a step; quality control and proficiency samples are left out."""
    return f"""
SELECT r.report_id, r.institution_id, r.report_no, r.sample_id, r.client_id, r.issued_at, r.corrects, r.retest_of, v.vin
FROM reports r
JOIN (SELECT DISTINCT report_id FROM {step}) AS s ON s.report_id = r.report_id
LEFT JOIN (SELECT report_id, max(vin) AS vin FROM vehicle_tests GROUP BY report_id) AS v ON v.report_id = r.report_id
WHERE coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
"""


def population_sql(step: str) -> str:
    return (
        f"SELECT r.institution_id, count(DISTINCT p.report_id) AS n FROM {step} p "
        "JOIN reports r ON r.report_id = p.report_id GROUP BY r.institution_id"
    )


TEXTS = ("nature", "report_no", "sample", "vin", "other_report", "other_sample", "other_vin", "channel")

LABELS: Mapping[str, str] = {
    "report_id": "报告标识",
    "report_no": "报告编号",
    "occurred_at": "签发时间",
    "nature": "关系",
    "sample": "样品编号",
    "vin": "车辆识别代号",
    "other_report": "雷同的报告",
    "other_sample": "其样品编号",
    "other_vin": "其车辆识别代号",
    "channel": "通道",
    "shared": "雷同的曲线条数",
}
WORDS = {"nature": {"strangers": "互不相干", "related": "同一样品或车辆", "within": "同一份报告之内"}}


def declared(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """A correction or a declared retest of the other."""
    return any(
        one[field] is not None and one[field] == other["report_id"]
        for one, other in ((a, b), (b, a))
        for field in ("corrects", "retest_of")
    )


def _same(a: Mapping[str, Any], b: Mapping[str, Any], field: str) -> bool:
    return a[field] is not None and a[field] == b[field]


def related(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """One sample, one report number at one institution, or one vehicle within a day."""
    number = _same(a, b, "report_no") and a["institution_id"] == b["institution_id"]
    vehicle = _same(a, b, "vin") and abs(a["issued_at"] - b["issued_at"]) < DAY
    return _same(a, b, "sample_id") or number or vehicle


def strangers(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Other samples, and other vehicles or clients: no single wrong link explains it."""
    field = "vin" if a["vin"] is not None and b["vin"] is not None else "client_id"
    both = all(one[name] is not None for one in (a, b) for name in ("sample_id", field))
    return both and a["sample_id"] != b["sample_id"] and a[field] != b[field]


def same_vehicle(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return _same(a, b, "vin")


def subject(head: str) -> str:
    """Name of a family by its smallest report, as `hj_hex(hj_fingerprint(head))`."""
    return format(int(hashlib.md5(head.encode(), usedforsecurity=False).hexdigest()[:15], 16), "x")


def heads_of(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The smallest member of the family of each that is linked (union-find)."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for a, b in links:
        first, second = sorted((root(a), root(b)))
        parent[second] = first
    return {one: root(one) for one in list(parent)}


def family_hits(pairs: Iterable[Mapping[str, Any]], meta: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Hits of both sides of each pair {a, b, level, strength, shared, …evidence}; each report once by its strongest.

    Pairs whose reports are unknown, declared as one test, or the same report are dropped.
    """
    links: dict[bool, list[Mapping[str, Any]]] = {True: [], False: []}
    for pair in pairs:
        a, b = meta.get(pair["a"]), meta.get(pair["b"])
        if a is not None and b is not None and pair["a"] != pair["b"] and not declared(a, b):
            links[related(a, b)].append(pair)
    rows = []
    for kin, members in links.items():
        heads = heads_of((pair["a"], pair["b"]) for pair in members)
        best: dict[str, dict[str, Any]] = {}
        for pair in sorted(members, key=lambda one: (-one["strength"], one["a"], one["b"])):
            for own, other in ((pair["a"], pair["b"]), (pair["b"], pair["a"])):
                best.setdefault(own, _hit(meta[own], meta[other], pair, head=heads[own], kin=kin))
        rows += [best[name] for name in sorted(best)]
    return rows


def _hit(
    own: Mapping[str, Any], other: Mapping[str, Any], pair: Mapping[str, Any], *, head: str, kin: bool
) -> dict[str, Any]:
    evidence = {name: value for name, value in pair.items() if name not in ("a", "b", "level", "strength")}
    return evidence | {
        "institution_id": own["institution_id"],
        "subject_id": subject(head),
        "report_id": own["report_id"],
        "occurred_at": own["issued_at"],
        "level": "S1" if kin else pair["level"],
        "slip": False,
        "firm": not kin and pair["shared"] >= 2 and strangers(own, other),
        "nature": "related" if kin else "strangers",
        "report_no": own["report_no"],
        "sample": own["sample_id"],
        "vin": own["vin"],
        "other_report": other["report_id"],
        "other_sample": other["sample_id"],
        "other_vin": other["vin"],
    }
