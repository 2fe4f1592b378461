"""D12 – good where it knows it is being tested, bad where it does not: announced and blind rounds (SUP-15.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.rarity import LEAST_PEERS, additive_null, lower_tail, z_scores

LEAST_BLIND = 5
LEAST_ANNOUNCED = 5
MOST_Z = 6.0
"""A score beyond counts as this much: one gross error of a unit is no habit."""

LEAST_SCORE = 0.3
"""Scores are taken to vary by at least this much: perfect announced rounds do not make ordinary blind ones bad."""

MOST_SPREAD = 0.7
"""Honest institutions' ln of the ratio varies by no more than this (blind samples up to four times as hard): where
many peers fail their blind samples, the peers' spread must not excuse the next one."""

FAILED_Z = 3.0
LEAST_FAILED = 2
STRIKING_P = 1e-3
LEAST_GAP = 3.0

HIT_SCHEMA = hit_schema(
    floats=("blind_rms", "announced_rms", "gap", "usual_gap"),
    counts=("blind", "announced", "blind_failed", "announced_failed", "peers", "tests"),
)

# z by GB/T 28043, once for round and item.
SCORES = f"""
SELECT institution_id, round_id, item_code, max(CASE WHEN blind THEN 1 ELSE 0 END) AS is_blind,
       least({MOST_Z}, max(abs(value - assigned) / sigma_pt)) AS z
FROM rounds
WHERE blind IS NOT NULL AND sigma_pt > 0 AND value < 1e300 AND assigned < 1e300
GROUP BY institution_id, round_id, item_code
"""

UNITS = f"""
SELECT u.*, r.last_at FROM (
    SELECT institution_id, CAST(sum(is_blind) AS BIGINT) AS blind, CAST(sum(1 - is_blind) AS BIGINT) AS announced,
           sum(is_blind * z * z) AS blind_squares, sum((1 - is_blind) * z * z) AS announced_squares,
           CAST(sum(CASE WHEN is_blind = 1 AND z >= {FAILED_Z} THEN 1 ELSE 0 END) AS BIGINT) AS blind_failed,
           CAST(sum(CASE WHEN is_blind = 0 AND z >= {FAILED_Z} THEN 1 ELSE 0 END) AS BIGINT) AS announced_failed
    FROM scores GROUP BY institution_id
) AS u
JOIN (SELECT institution_id, max(issued_at) AS last_at FROM reports GROUP BY institution_id) AS r
  ON r.institution_id = u.institution_id
WHERE u.blind >= {LEAST_BLIND} AND u.announced >= {LEAST_ANNOUNCED} AND r.last_at IS NOT NULL
ORDER BY u.institution_id
"""


def gap_of(row: Mapping[str, Any]) -> tuple[float, float, float]:
    """(ln of blind against announced mean square, its error, p by Fisher's F alone)."""
    floor = LEAST_SCORE**2
    blind = max(floor, row["blind_squares"] / row["blind"])
    announced = max(floor, row["announced_squares"] / row["announced"])
    p = float(special.fdtrc(row["blind"], row["announced"], blind / announced))
    return float(np.log(blind / announced)), float(np.sqrt(2 / row["blind"] + 2 / row["announced"])), p


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Fisher's F of each institution; where twenty can be compared, their over-dispersed spread as well."""
    rows = tables["units"].to_pylist()
    if not rows:
        return HIT_SCHEMA.empty_table()
    gaps, errors, alone = (np.array(one) for one in zip(*(gap_of(row) for row in rows), strict=True))
    p, centre, peers = alone, 0.0, 0
    if len(rows) >= LEAST_PEERS:
        null = additive_null(-gaps, errors)
        null = replace(null, tau=min(null.tau, MOST_SPREAD), widening=1.0)
        centre, peers = -null.centre, null.peers - 1
        p = np.maximum(alone, lower_tail(z_scores(-gaps, errors, null), null))
    hits = []
    for place in np.flatnonzero((p < STRIKING_P) & (gaps - max(0.0, centre) >= np.log(LEAST_GAP))):
        row = rows[place]
        if row["blind_failed"] >= LEAST_FAILED:
            hits.append(
                {"institution_id": row["institution_id"], "subject_id": row["institution_id"], "level": "S4"}
                | {"occurred_at": row["last_at"], "slip": False, "firm": False, "p_value": float(p[place])}
                | {name: row[name] for name in ("blind", "announced", "blind_failed", "announced_failed")}
                | {"blind_rms": float(np.sqrt(row["blind_squares"] / row["blind"]))}
                | {"announced_rms": float(np.sqrt(row["announced_squares"] / row["announced"]))}
                | {"gap": float(np.exp(gaps[place] / 2)), "usual_gap": float(np.exp(centre / 2))}
                | {"peers": peers, "tests": len(rows)}
            )
    return pa.Table.from_pylist(hits, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D12",
    version=2,
    name="blind_gap",
    title="盲样考核明显差于事先知情的能力验证",
    meaning="知道是考核时结果很好，不知情的盲样却多次不满意：平日的做法与考核时不同，日常报告可能没有认真检测。",
    violation="SUP-15.1",
    cluster="outcome",
    kind="statistical",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="rounds",
            required=("round_id", "institution_id", "value", "assigned", "sigma_pt", "blind"),
            optional=("item_code",),
        ),
        Need(table="reports", required=("issued_at",)),
    ),
    steps=(
        Step(name="scores", sql=SCORES),
        Step(name="units", sql=UNITS),
        Step(
            name="population",
            sql="SELECT institution_id, CAST(sum(is_blind) AS BIGINT) AS n FROM scores GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("units",), compute=compute),
    min_n=LEAST_BLIND,
    unit="次盲样考核",
    says="盲样 {blind} 次中不满意 {blind_failed} 次（均方根 z 为 {blind_rms}），"
    "知情考核 {announced} 次中不满意 {announced_failed} 次（均方根 z 为 {announced_rms}）",
    labels={
        "occurred_at": "最近报告签发时间",
        "blind": "盲样次数",
        "announced": "知情考核次数",
        "blind_failed": "盲样不满意次数",
        "announced_failed": "知情考核不满意次数",
        "blind_rms": "盲样均方根z",
        "announced_rms": "知情考核均方根z",
        "gap": "两者之比",
        "usual_gap": "各机构通常之比",
        "peers": "同行机构数（0表示不与同行比较）",
    },
    on_site=(
        "调取盲样的原始记录、谱图和前处理记录，确认是否实际检测",
        "再次投放盲样，并对同期日常样品的留样复测",
        "比较盲样与知情考核时的人员、设备和平行次数",
    ),
    benign=(
        "盲样基质或者浓度与知情考核不同会使结果变差：须核对样品",
        "单次粗大误差按 |z|=6 计；盲样不满意不足两次的不列",
        "盲样、知情考核各不足五次的不判断；有二十家以上机构的，还须明显差于各机构通常的差距",
    ),
    unit_level=True,
)
