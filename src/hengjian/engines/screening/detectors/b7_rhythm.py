"""B7 – tests begin in a rhythm that people do not have: evenly spaced, at night, at the month's end (SUP-15.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.detector import DAY, MINUTE, SECOND, ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import Floats
from hengjian.engines.screening.rarity import judged_by_group

LEAST_TESTS = 100
LEAST_GAPS = 100
SHORTEST_GAP_S, LONGEST_GAP_S = 60, 4 * 3600
BINS_A_DOUBLING = 2
NIGHT_ENDS = 5
STRIKING_P = 1e-4

NATURES: Mapping[str, tuple[float, str]] = {
    "spacing": (0.2, "S2"),
    "night": (0.05, "S2"),
    "monotone": (0.7, "S1"),
    "month_end": (0.1, "S1"),
    "all_hours": (0.3, "S1"),
}
"""Nature → (how far from the peers it must be, severity)."""

HIT_SCHEMA = hit_schema(texts=("nature", "field"), floats=("own", "usual"), counts=("tests_seen", "peers", "tests"))

# When tests begin, not when reports are released: one start of one person counts once, however many samples it has.
STARTS = f"""
SELECT r.institution_id, coalesce(r.field, '') AS field, coalesce(r.tester_id, '') AS person, r.started_at,
       hj_epoch(r.started_at) AS t, max(r.issued_at) AS issued_at, max(k.reports__started_at) AS unit_s
FROM reports r JOIN clock k ON k.institution_id = r.institution_id
WHERE r.started_at IS NOT NULL AND k.reports__started_at <= {MINUTE} AND r.corrects IS NULL
  AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
GROUP BY r.institution_id, coalesce(r.field, ''), coalesce(r.tester_id, ''), r.started_at
"""

DIAL = f"""
SELECT institution_id, field, count(*) AS n, max(issued_at) AS last_at,
       avg(CAST(CASE WHEN t - floor(t / {DAY}) * {DAY} < {NIGHT_ENDS} * 3600 THEN 1 ELSE 0 END AS DOUBLE)) AS night,
       avg(CAST(CASE WHEN extract(month FROM hj_days(started_at, 2)) <> extract(month FROM started_at)
                     THEN 1 ELSE 0 END AS DOUBLE)) AS month_end,
       avg(cos(2 * pi() * t / {DAY})) AS east, avg(sin(2 * pi() * t / {DAY})) AS north
FROM starts GROUP BY institution_id, field HAVING count(*) >= {LEAST_TESTS}
ORDER BY field, institution_id
"""

GAPS = f"""
SELECT institution_id, field, CAST(round(gap) AS BIGINT) AS gap, count(*) AS n FROM (
    SELECT institution_id, field, unit_s,
           t - lag(t) OVER (PARTITION BY institution_id, field, person ORDER BY t) AS gap
    FROM starts
) AS between_starts
WHERE gap BETWEEN {SHORTEST_GAP_S} AND {LONGEST_GAP_S} AND unit_s = {SECOND}
GROUP BY institution_id, field, CAST(round(gap) AS BIGINT)
"""

BINNED = f"""
SELECT institution_id, field, sum(n) AS n,
       CAST(floor({BINS_A_DOUBLING} * ln(CAST(gap AS DOUBLE)) / ln(2.0)) AS BIGINT) AS bin
FROM gaps
GROUP BY institution_id, field, CAST(floor({BINS_A_DOUBLING} * ln(CAST(gap AS DOUBLE)) / ln(2.0)) AS BIGINT)
"""

# The commonest gap, a second more or less.
NEAR = """
SELECT institution_id, field, max(near) AS most FROM (
    SELECT institution_id, field, gap, sum(n) AS near FROM (
        SELECT institution_id, field, gap, n FROM gaps
        UNION ALL SELECT institution_id, field, gap - 1, n FROM gaps
        UNION ALL SELECT institution_id, field, gap + 1, n FROM gaps
    ) AS shifted GROUP BY institution_id, field, gap
) AS close GROUP BY institution_id, field
"""

# How varied gaps are: entropy in nats over half doublings, and its second moment.
SPACED = f"""
SELECT g.institution_id, g.field, g.n, max(m.most) / CAST(g.n AS DOUBLE) AS spacing,
       sum(-b.n / CAST(g.n AS DOUBLE) * ln(b.n / CAST(g.n AS DOUBLE))) AS entropy,
       sum(b.n / CAST(g.n AS DOUBLE) * ln(b.n / CAST(g.n AS DOUBLE)) * ln(b.n / CAST(g.n AS DOUBLE))) AS spread
FROM (SELECT institution_id, field, CAST(sum(n) AS BIGINT) AS n FROM gaps GROUP BY institution_id, field
      HAVING sum(n) >= {LEAST_GAPS}) AS g
JOIN binned b ON b.institution_id = g.institution_id AND b.field = g.field
JOIN near_gaps m ON m.institution_id = g.institution_id AND m.field = g.field
GROUP BY g.institution_id, g.field, g.n
ORDER BY g.field, g.institution_id
"""


def _share_error(n: Floats) -> Floats:
    return np.asarray(1 / np.sqrt(n), dtype=np.float64)


def _angle(share: Floats) -> Floats:
    return np.asarray(2 * np.arcsin(np.sqrt(np.clip(share, 0.0, 1.0))), dtype=np.float64)


def _unangle(angle: Floats) -> Floats:
    return np.asarray(np.sin(np.clip(angle, 0, np.pi) / 2) ** 2, dtype=np.float64)


def _statistics(
    dial: list[dict[str, Any]], gaps: list[dict[str, Any]]
) -> list[tuple[str, Any, Floats, Floats, Floats]]:
    """(nature, units, own figure, its value so that low is odd, sampling error) of everything looked at."""
    found: list[tuple[str, Any, Floats, Floats, Floats]] = []
    if dial:
        n = np.array([row["n"] for row in dial], dtype=np.float64)
        for nature in ("night", "month_end"):
            share = np.array([row[nature] for row in dial], dtype=np.float64)
            found.append((nature, dial, share, -_angle(share), _share_error(n)))
        length = np.hypot([row["east"] for row in dial], [row["north"] for row in dial])
        found.append(("all_hours", dial, length, length, np.maximum(1 - length**2, 0.05) / np.sqrt(2 * n)))
    if gaps:
        n = np.array([row["n"] for row in gaps], dtype=np.float64)
        share = np.array([row["spacing"] for row in gaps], dtype=np.float64)
        found.append(("spacing", gaps, share, -_angle(share), _share_error(n)))
        entropy = np.array([row["entropy"] for row in gaps], dtype=np.float64)
        spread = np.array([row["spread"] for row in gaps], dtype=np.float64) - entropy**2
        found.append(("monotone", gaps, entropy, entropy, np.sqrt(np.maximum(spread, 0.05) / n)))
    return found


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Each figure of each institution and field against those of twenty peers in the field."""
    dial = tables["dial"].to_pylist()
    last = {(row["institution_id"], row["field"]): row["last_at"] for row in dial}
    gaps = [row for row in tables["spaced"].to_pylist() if (row["institution_id"], row["field"]) in last]
    hits: list[dict[str, Any]] = []
    tested = 0
    for nature, units, own, values, errors in _statistics(dial, gaps):
        fields = [unit["field"] for unit in units]
        p, centre, peers = judged_by_group(values, errors, fields, np.full(len(units), True))
        counted = {field: fields.count(field) for field in set(fields)}
        p[[counted[field] - 1 != peers[place] for place, field in enumerate(fields)]] = np.nan
        tested += int(np.count_nonzero(~np.isnan(p)))
        usual = _unangle(-centre) if nature in ("night", "month_end", "spacing") else centre
        least, level = NATURES[nature]
        for place in np.flatnonzero((p < STRIKING_P) & (np.abs(own - usual) >= least)):
            unit = units[place]
            hits.append(
                {"institution_id": unit["institution_id"], "subject_id": unit["institution_id"], "level": level}
                | {"occurred_at": last[unit["institution_id"], unit["field"]], "slip": False, "firm": False}
                | {"p_value": float(p[place]), "nature": nature, "field": unit["field"], "own": float(own[place])}
                | {"usual": float(usual[place]), "tests_seen": int(unit["n"]), "peers": int(peers[place])}
            )
    return pa.Table.from_pylist([hit | {"tests": tested} for hit in hits], schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="B7",
    version=1,
    name="rhythm",
    title="检测开始的节奏不像人工操作",
    meaning="检测开始的时间间隔几乎相等、集中在深夜或者月底，与同领域机构明显不同，时间可能是批量编写的。只作佐证。",
    violation="SUP-15.1",
    cluster="time",
    kind="statistical",
    level="S2",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("started_at", "issued_at"),
            optional=("field", "tester_id", "corrects", "purpose"),
        ),
    ),
    resolution={"reports.started_at": MINUTE},
    steps=(
        Step(name="starts", sql=STARTS),
        Step(name="dial", sql=DIAL),
        Step(name="gaps", sql=GAPS),
        Step(name="binned", sql=BINNED),
        Step(name="near_gaps", sql=NEAR),
        Step(name="spaced", sql=SPACED),
        Step(name="population", sql="SELECT institution_id, max(n) AS n FROM dial GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("dial", "spaced"), compute=compute),
    key_columns=("nature", "field"),
    min_n=LEAST_TESTS,
    unit="次检测",
    says="{tests_seen} 次检测：{nature}，本机构为 {own}，{peers} 家同领域机构通常为 {usual}",
    words={
        "nature": {
            "spacing": "相邻两次间隔相同（±1秒）的占比过高",
            "night": "零点至五点开始的占比过高",
            "monotone": "间隔的种类（熵）过少",
            "month_end": "月末两天开始的占比过高",
            "all_hours": "昼夜不分（时刻集中度过低）",
        }
    },
    labels={
        "nature": "节奏",
        "field": "领域",
        "occurred_at": "最近签发时间",
        "own": "本机构",
        "usual": "同行通常",
        "tests_seen": "次数",
        "peers": "同行机构数",
    },
    on_site=(
        "核对设备运行日志和检测区域录像中的实际开始时间",
        "查系统中起止时间由谁、在何时录入，是否批量生成",
        "核对夜间、月底的排班和加班记录",
    ),
    benign=(
        "比较的是检测开始时间，不是批量签发的时间；同一人同一时刻开始的多个样品算一次",
        "只与同一领域二十家以上机构比较，并计入机构之间的正常差异；不足一百次的不判断",
        "时间只精确到天的不判断，只精确到分钟的不看间隔；昼夜连续运行、月底集中送样须核实后再用",
    ),
    unit_level=True,
)
