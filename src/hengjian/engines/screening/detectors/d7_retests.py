"""D7 – what failed passes on the second attempt far oftener, or drops far deeper, than at the peers (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.expectation import STEPS
from hengjian.engines.screening.gamma_poisson import as_many
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.rarity import LARGE_EFFECT, LEAST_PEERS, STRIKING_P, rare_units

LEAST_FAILS = 30
LONGEST_DAYS = 60
QUICK_S = 1800
LEAST_QUICK = 200
LEAST_DROPS = 3
DROP_SHARE = 0.01
TRIMMED = 0.1
DROP_SHAPE = 4.0
"""Honest stations' shares of deep drops vary like a gamma variable with CV 0.5."""

HIT_SCHEMA = hit_schema(
    texts=("nature",),
    floats=("expected", "seen_share", "usual_share", "shrunken", "drop_percent", "usual_drop_percent"),
    counts=("retests", "fails_again", "streak", "drops", "quick", "peers", "tests"),
)

# The next test of what failed: a declared retest, or the same vehicle's next test of the kind at the same place.
LINKS = f"""
SELECT first_id, min(second_id) AS second_id FROM (
    SELECT r.retest_of AS first_id, r.report_id AS second_id FROM reports r WHERE r.retest_of IS NOT NULL
    UNION ALL
    SELECT report_id AS first_id, next_id AS second_id FROM (
        SELECT report_id, started_at,
               lead(report_id) OVER (PARTITION BY vin, kind ORDER BY started_at, report_id) AS next_id,
               lead(started_at) OVER (PARTITION BY vin, kind ORDER BY started_at, report_id) AS next_at
        FROM (SELECT report_id, max(vin) AS vin, coalesce(max(test_kind), '') AS kind, min(started_at) AS started_at
              FROM vehicle_tests WHERE vin IS NOT NULL AND started_at IS NOT NULL GROUP BY report_id) AS one
    ) AS chained
    WHERE next_id IS NOT NULL AND hj_epoch(next_at) - hj_epoch(started_at) <= {LONGEST_DAYS * 86400}
) AS both_ways
GROUP BY first_id
"""

# How far the worst item was beyond its limit (1 = at the limit), in the first test and in the second.
BEYOND = """
SELECT x.report_id, x.item_code,
       max(CASE WHEN x.limit_op IN ('<=', '<') AND x.limit_high > 0 THEN x.value / x.limit_high
                WHEN x.limit_op IN ('>=', '>') AND x.limit_low > 0 AND x.value > 0 THEN x.limit_low / x.value END)
           AS ratio
FROM results x WHERE coalesce(x.replicate, 0) = 0 AND x.value < 1e300 GROUP BY x.report_id, x.item_code
"""

REPAIRS = "SELECT report_id, max(repair_no) AS repair_no FROM vehicle_tests GROUP BY report_id"

CASES = f"""
SELECT a.institution_id, a.report_id AS first_id, b.report_id AS second_id, a.field, coalesce(a.object, '') AS object,
       CASE WHEN b.verdict = 'fail' THEN 1 ELSE 0 END AS bad, b.issued_at, p.repair_no,
       hj_epoch(coalesce(b.started_at, b.issued_at)) - hj_epoch(coalesce(a.finished_at, a.issued_at)) AS gap_s
FROM links l
JOIN reports a ON a.report_id = l.first_id
JOIN reports b ON b.report_id = l.second_id AND b.institution_id = a.institution_id
LEFT JOIN repairs p ON p.report_id = l.second_id
WHERE a.verdict = 'fail' AND b.verdict IN ('pass', 'fail') AND a.corrects IS NULL AND b.corrects IS NULL
  AND hj_epoch(coalesce(b.started_at, b.issued_at)) - hj_epoch(coalesce(a.finished_at, a.issued_at))
      BETWEEN 0 AND {LONGEST_DAYS * 86400}
"""

WORST = """
SELECT c.first_id, f.item_code, f.ratio FROM cases c JOIN beyond f ON f.report_id = c.first_id
WHERE f.ratio IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY c.first_id ORDER BY f.ratio DESC, f.item_code) = 1
"""

MARGINS = f"""
SELECT c.*, w.item_code, w.ratio, 1 - s.ratio / w.ratio AS sunk,
       c.gap_s <= {QUICK_S} AND c.repair_no IS NULL AND w.ratio > 1 AND s.ratio IS NOT NULL AS is_quick,
       CASE WHEN w.ratio IS NULL THEN 'unknown' WHEN w.ratio <= 1.1 THEN 'near' WHEN w.ratio <= 1.3 THEN 'mid'
            WHEN w.ratio <= 2 THEN 'far' ELSE 'very far' END AS margin,
       CASE WHEN c.gap_s <= {QUICK_S} THEN 'minutes' WHEN c.gap_s <= 86400 THEN 'day'
            WHEN c.gap_s <= 604800 THEN 'week' ELSE 'later' END AS gap,
       CASE WHEN c.repair_no IS NULL THEN 'none' ELSE 'repaired' END AS repair
FROM cases c
LEFT JOIN worst w ON w.first_id = c.first_id
LEFT JOIN beyond s ON s.report_id = c.second_id AND s.item_code = w.item_code
"""

JUDGED = """
SELECT institution_id, field AS unit, concat_ws('|', field, object, margin, gap, repair) AS fine,
       concat_ws('|', field, object, margin) AS mid, field AS coarse,
       count(*) AS n, sum(bad) AS bad, max(issued_at) AS last_at
FROM margins GROUP BY institution_id, field, object, margin, gap, repair
"""

QUICK = """
SELECT institution_id, first_id, object, sunk, issued_at FROM margins WHERE is_quick ORDER BY institution_id, first_id
"""

# The longest run of failures that all passed at the next attempt.
STREAKS = """
SELECT institution_id, CAST(max(long) AS BIGINT) AS streak FROM (
    SELECT institution_id, run, sum(1 - bad) AS long FROM (
        SELECT institution_id, bad,
               sum(bad) OVER (PARTITION BY institution_id ORDER BY issued_at, first_id
                              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
        FROM margins
    ) AS numbered GROUP BY institution_id, run
) AS runs GROUP BY institution_id
"""


def _base(institution: str, at: object, nature: str, tests: int) -> dict[str, Any]:
    return {
        "institution_id": institution,
        "subject_id": institution,
        "occurred_at": at,
        "slip": False,
        "firm": False,
        "nature": nature,
        "tests": tests,
    }


def deep_drops(quick: pa.Table) -> list[dict[str, Any]]:
    """Institutions with too many drops beyond the peers' 99th percentile within half an hour and without repair."""
    objects = np.array(quick["object"].to_pylist(), dtype=np.str_)
    owners = np.array(quick["institution_id"].to_pylist(), dtype=np.str_)
    sunk = np.asarray(quick["sunk"].to_numpy(zero_copy_only=False), dtype=np.float64)
    usual = np.full(len(sunk), np.nan)
    for name in np.unique(objects):
        mine = np.flatnonzero(objects == name)
        houses, place = np.unique(owners[mine], return_inverse=True)
        if len(mine) < LEAST_QUICK or len(houses) < LEAST_PEERS:
            continue
        # every house counts alike up to thirty tests and the tenth that drops deepest not at all: they set no norm
        size = np.bincount(place)
        mean = np.bincount(place, weights=sunk[mine]) / size
        weight = np.where(mean <= np.quantile(mean, 1 - TRIMMED), np.minimum(1.0, LEAST_FAILS / size), 0.0)[place]
        order = np.argsort(sunk[mine], kind="stable")
        reached = np.cumsum(weight[order]) / weight.sum()
        usual[mine] = sunk[mine][order][np.searchsorted(reached, 1 - DROP_SHARE)]
    known = np.isfinite(usual)
    judged = np.unique(owners[known])
    found = []
    for house in judged:
        mine = np.flatnonzero((owners == house) & known)
        deep = mine[sunk[mine] > usual[mine]]
        usually = 2 * DROP_SHARE * len(mine)
        p = float(as_many(len(deep), usually, DROP_SHAPE))
        if len(mine) >= LEAST_FAILS and len(deep) >= LEAST_DROPS and p < STRIKING_P:
            for row in quick.take(pa.array(deep)).to_pylist():
                found.append(
                    _base(str(house), row["issued_at"], "drop", len(judged))
                    | {"report_id": row["first_id"], "level": "S3", "p_value": p, "drops": len(deep)}
                    | {"quick": len(mine), "drop_percent": 100 * row["sunk"], "peers": len(judged) - 1}
                    | {"usual_drop_percent": 100 * float(usual[deep].max()), "expected": usually}
                )
    return found


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Second failures against the peers' at the same margin and delay, and drops that no repair explains."""
    drops = deep_drops(tables["quick"])
    dropping = {row["institution_id"] for row in drops}
    streaks = {row["institution_id"]: int(row["streak"]) for row in tables["streaks"].to_pylist()}
    rows = []
    for unit in rare_units(tables["expected"], least_cases=LEAST_FAILS, least_expected=1.0):
        house = unit["institution_id"]
        strong = house in dropping and unit["shrunken"] < -LARGE_EFFECT
        rows.append(
            _base(house, unit["last_at"], "pass", unit["tests"])
            | {"level": "S4" if strong else "S3", "p_value": unit["p_value"], "retests": int(unit["n"])}
            | {"fails_again": int(unit["bad"]), "expected": unit["expected"], "seen_share": 100 * unit["seen_share"]}
            | {"usual_share": 100 * unit["usual_share"], "shrunken": unit["shrunken"], "peers": unit["peers"]}
            | {"streak": streaks.get(house)}
        )
    tests = max((row["tests"] for row in (*rows, *drops)), default=0)
    return pa.Table.from_pylist([row | {"tests": 2 * tests} for row in (*rows, *drops)], schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D7",
    version=1,
    name="retests",
    title="不合格后复检通过异常",
    meaning="首检不合格的，短时间内复检几乎全部通过，或者测值在没有维修记录的情况下骤降，明显超过同行在同样超标程度、"
    "同样间隔下的水平，复检数据可能是凑出来的。",
    violation="SUP-15.2",
    cluster="outcome",
    kind="statistical",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("field", "verdict", "issued_at"),
            optional=("object", "retest_of", "corrects", "started_at", "finished_at"),
        ),
        Need(
            table="results",
            optional=("report_id", "item_code", "replicate", "value", "limit_op", "limit_low", "limit_high"),
            optional_table=True,
        ),
        Need(
            table="vehicle_tests",
            optional=("report_id", "vin", "test_kind", "started_at", "repair_no"),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="links", sql=LINKS),
        Step(name="beyond", sql=BEYOND),
        Step(name="repairs", sql=REPAIRS),
        Step(name="cases", sql=CASES),
        Step(name="worst", sql=WORST),
        Step(name="margins", sql=MARGINS),
        Step(name="judged", sql=JUDGED),
        *STEPS,
        Step(name="quick", sql=QUICK),
        Step(name="streaks", sql=STREAKS),
        Step(name="population", sql="SELECT institution_id, count(*) AS n FROM margins GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("expected", "quick", "streaks"), compute=compute),
    key_columns=("nature",),
    min_n=LEAST_FAILS,
    unit="次不合格后的复检",
    says="{nature}：复检 {retests} 次，再次不合格 {fails_again} 次；测值骤降 {drops} 次；"
    "按 {peers} 家同行在相同条件下的水平应约有 {expected} 次",
    words={"nature": {"pass": "不合格后几乎都复检通过", "drop": "未经维修而测值骤降"}},
    labels={
        "nature": "异常种类",
        "report_id": "首检报告标识",
        "occurred_at": "复检签发时间",
        "retests": "复检次数",
        "fails_again": "再次不合格次数",
        "expected": "按同行应有次数",
        "seen_share": "再次不合格率（%）",
        "usual_share": "按同行应有的再次不合格率（%）",
        "shrunken": "与同行之差（收缩后的对数优势）",
        "streak": "连续复检通过的最长次数",
        "drops": "骤降次数",
        "quick": "半小时内未经维修的复检次数",
        "drop_percent": "测值降幅（%）",
        "usual_drop_percent": "同行降幅的第99百分位（%）",
        "peers": "同行机构数",
    },
    on_site=(
        "调取首检和复检的过程数据与录像，核对是否同一样品或同一车辆、是否确有维修或重新制样",
        "核对维修记录、车辆进出场记录和两次检测之间的操作日志",
        "对近期首检不合格、复检通过的样品或车辆抽取复测",
    ),
    benign=(
        "按超标程度、间隔长短、有无维修记录与同行逐格比较，并计入机构之间的正常差异",
        "冷车预热、汽车维修后复检会使测值下降：有维修记录的不计骤降",
        "复检不足三十次、同行不足二十家的不判断",
    ),
    unit_level=True,
)
