"""D15 – a tester whose whole way of working lies apart from that of all colleagues of the field; for ranking only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.spatial import cKDTree

from hengjian.engines.screening.detector import DAY, MINUTE, ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import Floats
from hengjian.engines.screening.rarity import LEAST_PEERS, additive_null, lower_tail

LEAST_REPORTS = 100
LEAST_CASES = 30
"""Reports that must tell a feature; with fewer it counts as usual."""

NEIGHBOURS = 20
MOST_Z = 8.0
STRIKING_P = 1e-3
LEAST_FACTOR = 1.5
LISTED_SHARE = 0.01
NAMED = 3

PER_REPORT: Mapping[str, str] = {
    "fail": "不合格率",
    "retest": "复检占比",
    "log_duration": "检测用时",
    "odd_hour": "清晨和傍晚后开始的占比",
    "weekend": "周末占比",
    "month_end": "月末两天占比",
    "log_lag": "检测结束至签发的间隔",
    "log_fee": "收费",
    "items": "每份报告项目数",
    "nd": "未检出占比",
    "fives": "末位为0或5的占比",
    "near": "刚好合格（限值九成以上）的占比",
    "log_level": "测值与限值之比",
    "log_spread": "平行样的离散",
}
PER_UNIT: Mapping[str, str] = {
    "log_per_day": "每个工作日的报告数",
    "clients": "委托方的分散程度",
    "unevenness": "检测用时的起伏",
}
FEATURES = {**PER_REPORT, **PER_UNIT}

HIT_SCHEMA = hit_schema(texts=("field", "features"), floats=("distance",), counts=("reports", "peers", "tests"))

VALUES = """
SELECT report_id, avg(CAST(nd AS DOUBLE)) AS nd, avg(CAST(fives AS DOUBLE)) AS fives,
       avg(CAST(near AS DOUBLE)) AS near, avg(log_level) AS log_level,
       CAST(count(*) AS DOUBLE) AS items
FROM (
    SELECT report_id, CASE WHEN value IS NULL THEN 1 ELSE 0 END AS nd,
           CASE WHEN regexp_matches(value_text, '^[0-9]+[.]?[0-9]*[0-9]$')
                THEN CASE WHEN substr(value_text, length(value_text)) IN ('0', '5') THEN 1.0 ELSE 0.0 END END AS fives,
           CASE WHEN value > 0 AND limit_op = '<=' AND limit_high > 0 AND value <= limit_high
                THEN CASE WHEN value > 0.9 * limit_high THEN 1.0 ELSE 0.0 END END AS near,
           CASE WHEN value > 0 AND value < 1e12 AND limit_op = '<=' AND limit_high > 0 AND limit_high < 1e12
                THEN ln(value / limit_high) END AS log_level
    FROM results WHERE coalesce(replicate, 0) = 0 AND NOT coalesce(subcontracted, false)
) AS x GROUP BY report_id
"""

SPREADS = """
SELECT report_id, avg(ln(greatest(spread, 0.0001))) AS log_spread FROM (
    SELECT report_id, item_code, (max(value) - min(value)) / avg(value) AS spread FROM results
    WHERE replicate >= 1 AND value > 0 AND value < 1e12 AND NOT coalesce(subcontracted, false)
    GROUP BY report_id, item_code HAVING count(*) >= 2
) AS s GROUP BY report_id
"""

CASES = f"""
SELECT r.institution_id, r.tester_id AS person, coalesce(r.field, '') AS field, r.report_id, r.client_id, r.issued_at,
       floor(hj_epoch(coalesce(r.started_at, r.issued_at)) / {DAY}) AS day,
       CASE WHEN r.verdict = 'fail' THEN 1.0 WHEN r.verdict = 'pass' THEN 0.0 END AS fail,
       CASE WHEN r.retest_of IS NULL THEN 0.0 ELSE 1.0 END AS retest,
       CASE WHEN greatest(k.reports__started_at, k.reports__finished_at) <= {MINUTE} AND r.finished_at > r.started_at
            THEN ln(hj_epoch(r.finished_at) - hj_epoch(r.started_at)) END AS log_duration,
       CASE WHEN k.reports__started_at <= {MINUTE}
            THEN CASE WHEN extract(hour FROM r.started_at) BETWEEN 8 AND 17 THEN 0.0 ELSE 1.0 END END AS odd_hour,
       CASE WHEN CAST(floor(hj_epoch(r.started_at) / {DAY}) + 3 AS BIGINT) % 7 >= 5 THEN 1.0
            WHEN r.started_at IS NOT NULL THEN 0.0 END AS weekend,
       CASE WHEN extract(month FROM hj_days(r.started_at, 2)) <> extract(month FROM r.started_at) THEN 1.0
            WHEN r.started_at IS NOT NULL THEN 0.0 END AS month_end,
       CASE WHEN r.issued_at > r.finished_at THEN ln(hj_epoch(r.issued_at) - hj_epoch(r.finished_at)) END AS log_lag,
       CASE WHEN r.fee_fen > 0 THEN ln(r.fee_fen) END AS log_fee, v.items, v.nd, v.fives, v.near, v.log_level,
       s.log_spread
FROM reports r
JOIN clock k ON k.institution_id = r.institution_id
LEFT JOIN report_values v ON v.report_id = r.report_id
LEFT JOIN report_spreads s ON s.report_id = r.report_id
WHERE r.tester_id IS NOT NULL AND r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
"""

# Averages of exact decimals are rounded differently from engine to engine.
DOUBLES = f"""
SELECT institution_id, person, field, client_id, issued_at, day,
       {", ".join(f"CAST({name} AS DOUBLE) AS {name}" for name in PER_REPORT)}
FROM cases
"""

UNITS = f"""
SELECT institution_id, person, field, count(*) AS n, max(issued_at) AS last_at, count(DISTINCT day) AS days,
       count(DISTINCT client_id) AS houses, count(client_id) AS named,
       {", ".join(f"avg({one}) AS {one}, var_samp({one}) AS {one}_var, count({one}) AS {one}_n" for one in PER_REPORT)}
FROM doubles GROUP BY institution_id, person, field HAVING count(*) >= {LEAST_REPORTS}
ORDER BY field, institution_id, person
"""


def features_of(units: list[dict[str, Any]]) -> dict[str, tuple[Floats, Floats]]:
    """Feature → (values, sampling errors) of the units; not a number where too little is known."""
    found: dict[str, tuple[Floats, Floats]] = {}
    for name in PER_REPORT:
        count = np.array([unit[f"{name}_n"] for unit in units], dtype=np.float64)
        value = np.array([np.nan if unit[name] is None else unit[name] for unit in units], dtype=np.float64)
        spread = np.array([unit[f"{name}_var"] or 0.0 for unit in units], dtype=np.float64)
        known = (count >= LEAST_CASES) & np.isfinite(value) & np.isfinite(spread)
        # an outcome that never occurs still has an error: as if half a case had occurred
        least = 0.25 / np.maximum(count, 1)
        found[name] = (np.where(known, value, np.nan), np.sqrt(np.maximum(spread, least) / np.maximum(count, 1)))
    n, days, houses, named, spread, timed = (
        np.array([unit[name] or 0.0 for unit in units], dtype=np.float64)
        for name in ("n", "days", "houses", "named", "log_duration_var", "log_duration_n")
    )
    found["log_per_day"] = (np.log(n / np.maximum(days, 1)), 1 / np.sqrt(np.maximum(days, 1)))
    share = np.where(named >= LEAST_CASES, houses / np.maximum(named, 1), np.nan)
    found["clients"] = (share, np.sqrt(np.maximum(share * (1 - share), 0.01) / np.maximum(named, 1)))
    uneven = np.where(timed >= LEAST_CASES, np.log(np.maximum(spread, 1e-6)), np.nan)
    found["unevenness"] = (uneven, np.sqrt(2 / np.maximum(timed - 1, 1)))
    return found


def scaled(values: Floats, errors: Floats) -> Floats | None:
    """Shrunken differences from the peers' centre in robust units, 0 where unknown; None where all are alike."""
    known = np.isfinite(values)
    if np.count_nonzero(known) < LEAST_PEERS:
        return None
    null = additive_null(values[known], errors[known])
    beyond = values[known] - null.centre
    beyond *= null.tau**2 / np.maximum(null.tau**2 + errors[known] ** 2, 1e-300)
    unit = 1.4826 * float(np.median(np.abs(beyond)))
    if unit <= 1e-9:
        return None
    z = np.zeros(len(values))
    z[known] = np.clip(beyond / unit, -MOST_Z, MOST_Z)
    return z


def outlying(points: Floats) -> Floats:
    """Local outlier factor (Breunig and others 2000): how much sparser it is around a point than around its peers."""
    count = min(NEIGHBOURS, len(points) - 1)
    # neighbours at equal distance are taken by place; who is whose own neighbour is left out
    distance, near = cKDTree(points).query(points, k=count + 1)
    own = near == np.arange(len(points))[:, None]
    own[~own.any(axis=1), -1] = True
    distance, near = distance[~own].reshape(len(points), count), near[~own].reshape(len(points), count)
    reach = np.maximum(distance[:, -1][near], distance)
    density = 1 / np.maximum(reach.mean(axis=1), 1e-9)
    return np.asarray(density[near].mean(axis=1) / density, dtype=np.float64)


def judge(units: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outliers among the testers of one field: at most one in a hundred, at least one, by distance."""
    columns = {name: scaled(*pair) for name, pair in features_of(units).items()}
    known = {name: column for name, column in columns.items() if column is not None}
    if len(known) < NAMED:
        return []
    points: Floats = np.round(np.stack(list(known.values()), axis=1), 9).astype(np.float64)
    factor = outlying(points)
    logs = np.log(factor)
    spread = 1.4826 * float(np.median(np.abs(logs - np.median(logs))))
    if spread <= 1e-9:
        return []
    null = additive_null(logs, np.full(len(logs), spread / 10))
    p = lower_tail((null.centre - logs) / max(spread, null.tau), null)
    odd = np.flatnonzero((p < STRIKING_P) & (factor >= LEAST_FACTOR))
    kept = sorted(odd, key=lambda place: (-factor[place], place))[: max(1, int(LISTED_SHARE * len(units)))]
    return [_hit(units[place], points[place], list(known), float(factor[place]), float(p[place])) for place in kept]


def _hit(unit: Mapping[str, Any], point: Floats, names: list[str], factor: float, p: float) -> dict[str, Any]:
    order: npt.NDArray[np.int64] = np.argsort(-np.abs(point), kind="stable")[:NAMED]
    told = "、".join(f"{FEATURES[names[at]]}{'偏高' if point[at] > 0 else '偏低'}" for at in order)
    return {
        "institution_id": unit["institution_id"],
        "subject_id": unit["person"],
        "occurred_at": unit["last_at"],
        "level": "S1",
        "slip": False,
        "firm": False,
        "p_value": p,
        "field": unit["field"],
        "features": told,
        "distance": factor,
        "reports": int(unit["n"]),
    }


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Each field's testers among themselves."""
    fields: dict[str, list[dict[str, Any]]] = {}
    for unit in tables["units"].to_pylist():
        fields.setdefault(unit["field"], []).append(unit)
    groups = [units for _, units in sorted(fields.items()) if len(units) > LEAST_PEERS]
    tests = sum(len(units) for units in groups)
    rows = [hit | {"peers": len(units) - 1, "tests": tests} for units in groups for hit in judge(units)]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D15",
    version=1,
    name="odd_testers",
    title="检测人员的整体做法与同领域人员明显不同",
    meaning="把合格率、用时、时刻、测值分布等多项特征放在一起看，该检测人员与同领域其他人员相距很远。只用于排序，不能说明任何具体问题。",
    violation="SUP-15.1",
    cluster="digits",
    kind="statistical",
    level="S1",
    subject_kind="person",
    needs=(
        Need(
            table="reports",
            required=("issued_at", "tester_id"),
            optional=(
                "field",
                "client_id",
                "started_at",
                "finished_at",
                "verdict",
                "retest_of",
                "fee_fen",
                "corrects",
                "purpose",
            ),
        ),
        Need(
            table="results",
            optional=(
                "report_id",
                "item_code",
                "replicate",
                "value_text",
                "value",
                "limit_op",
                "limit_high",
                "subcontracted",
            ),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="report_values", sql=VALUES),
        Step(name="report_spreads", sql=SPREADS),
        Step(name="cases", sql=CASES),
        Step(name="doubles", sql=DOUBLES),
        Step(name="units", sql=UNITS),
        Step(name="population", sql="SELECT institution_id, max(n) AS n FROM units GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("units",), compute=compute),
    key_columns=("field",),
    min_n=LEAST_REPORTS,
    unit="份同一检测人员的报告",
    says="{field}领域检测人员 {subject_id} 的 {reports} 份报告与 {peers} 名同领域人员相距很远"
    "（局部离群因子 {distance}）：{features}",
    labels={
        "field": "领域",
        "features": "最突出的三项特征",
        "distance": "局部离群因子（1为寻常）",
        "reports": "报告数",
        "peers": "比较人数",
        "occurred_at": "最近签发时间",
    },
    on_site=(
        "先看最突出的三项特征各自的检查结果，再决定是否抽查该人员的报告",
        "随机抽取该人员的报告，核对原始记录和录像",
    ),
    benign=(
        "分工不同（只做某类样品、夜班、专门做复检）就会不同：不作为线索，只用于排序",
        "各项特征已按样本量向同行收缩；每个领域最多列出百分之一的人员",
        "不足一百份报告的人员、不足二十名同领域人员可比的不判断",
    ),
    unit_level=True,
)
