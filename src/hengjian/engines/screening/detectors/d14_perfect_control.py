"""D14 – control results too good to be measured (SUP-15.2); supporting evidence only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import Floats
from hengjian.engines.screening.rarity import judged_by_group

LEAST_RUNS = 30
PERFECT_R = 0.9999
PERFECT_RECOVERY = 0.01

STRIKING_P = 1e-4
LARGEST_RATIO = 0.25
LEAST_EXCESS = 0.3

HIT_SCHEMA = hit_schema(
    texts=("item_code", "kind", "sign"), floats=("share", "usual_share", "ratio"), counts=("runs", "peers", "tests")
)

# Recovery of control samples with a known value, by institution and item; correlation of calibration curves.
RUNS = """
SELECT i.institution_id, coalesce(q.item_code, '') AS item_code, q.kind, q.value / q.expected AS recovery, q.r, q.run_at
FROM qc q JOIN instruments i ON i.instrument_id = q.instrument_id
WHERE (q.kind IN ('spike', 'ccv') AND q.expected > 0 AND q.value > 0 AND q.value < 1e12)
   OR (q.kind = 'curve' AND q.r BETWEEN -1 AND 1)
"""

UNITS = f"""
SELECT institution_id, item_code, kind, count(*) AS n, max(run_at) AS last_at,
       sum(CASE WHEN kind = 'curve' THEN CASE WHEN abs(r) >= {PERFECT_R} THEN 1 ELSE 0 END
                WHEN abs(recovery - 1) <= {PERFECT_RECOVERY} THEN 1 ELSE 0 END) AS perfect,
       var_samp(CASE WHEN kind <> 'curve' THEN ln(recovery) END) AS variance
FROM runs WHERE run_at IS NOT NULL GROUP BY institution_id, item_code, kind HAVING count(*) >= {LEAST_RUNS}
ORDER BY institution_id, item_code, kind
"""


def _floats(table: pa.Table, name: str) -> Floats:
    return np.asarray(table[name].cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Share of perfect runs above, and spread of recoveries below, what the peers of item and kind show."""
    units = tables["units"].sort_by(
        [("institution_id", "ascending"), ("item_code", "ascending"), ("kind", "ascending")]
    )
    if units.num_rows == 0:
        return HIT_SCHEMA.empty_table()
    rows = units.to_pylist()
    names = [f"{row['item_code']}|{row['kind']}" for row in rows]
    n, perfect, variance = (_floats(units, name) for name in ("n", "perfect", "variance"))
    angle = 2 * np.arcsin(np.sqrt(perfect / n))
    more, usual, peers = judged_by_group(-angle, 1 / np.sqrt(n), names, np.full(len(rows), True))
    spread_known = variance > 0
    logs = np.log(np.where(spread_known, variance, 1.0))
    less, centre, others = judged_by_group(logs, np.sqrt(2 / (n - 1)), names, spread_known)
    own_group = np.array([names.count(name) > count for name, count in zip(names, peers, strict=True)])
    tests = int(np.count_nonzero(~np.isnan(more)) + np.count_nonzero(~np.isnan(less)))
    hits = []
    for place, row in enumerate(rows):
        share, common = float(perfect[place] / n[place]), float(np.sin(np.clip(-usual[place] / 2, 0, np.pi / 2)) ** 2)
        if own_group[place] and more[place] < STRIKING_P and share - common >= LEAST_EXCESS:
            hits.append(
                _hit(row, "perfect", float(more[place]), int(peers[place]), tests)
                | {"share": 100 * share, "usual_share": 100 * common}
            )
        ratio = float(np.exp(logs[place] - centre[place])) if spread_known[place] else 1.0
        if own_group[place] and less[place] < STRIKING_P and ratio <= LARGEST_RATIO:
            hits.append(
                _hit(row, "narrow", float(less[place]), int(others[place]), tests) | {"ratio": float(np.sqrt(ratio))}
            )
    return pa.Table.from_pylist(hits, schema=HIT_SCHEMA)


def _hit(row: Mapping[str, Any], sign: str, p: float, peers: int, tests: int) -> dict[str, Any]:
    return {
        "institution_id": row["institution_id"],
        "subject_id": row["institution_id"],
        "occurred_at": row["last_at"],
        "level": "S2",
        "slip": False,
        "firm": False,
        "p_value": p,
        "item_code": row["item_code"],
        "kind": row["kind"],
        "sign": sign,
        "runs": int(row["n"]),
        "peers": peers,
        "tests": tests,
    }


DETECTOR = Detector(
    id="D14",
    version=1,
    name="perfect_control",
    title="质控结果过于完美",
    meaning="校准曲线几乎都是满分，加标回收和核查标准几乎都正好，起伏远小于同行用同一项目能做到的水平，"
    "质控数据可能经过挑选或者编造。只作佐证。",
    violation="SUP-15.2",
    cluster="digits",
    kind="statistical",
    level="S2",
    subject_kind="institution",
    needs=(
        Need(
            table="qc", required=("instrument_id", "kind", "run_at"), optional=("item_code", "value", "expected", "r")
        ),
        Need(table="instruments", required=("instrument_id", "institution_id")),
    ),
    steps=(
        Step(name="runs", sql=RUNS),
        Step(name="units", sql=UNITS),
        Step(name="population", sql="SELECT institution_id, max(n) AS n FROM units GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("units",), compute=compute),
    key_columns=("item_code", "kind", "sign"),
    min_n=LEAST_RUNS,
    unit="次质控",
    says="{item_code} {kind} {runs} 次，{sign}：完美的占 {share}%（同行 {usual_share}%），起伏为同行的 {ratio} 倍",
    words={
        "kind": {"spike": "加标回收", "ccv": "校准核查", "curve": "校准曲线"},
        "sign": {"perfect": "几乎都完美", "narrow": "起伏过小"},
    },
    labels={
        "item_code": "项目编号",
        "kind": "质控种类",
        "sign": "异常种类",
        "occurred_at": "最近质控时间",
        "runs": "质控次数",
        "share": "完美的占比（%）",
        "usual_share": "同行占比（%）",
        "ratio": "起伏与同行之比",
        "peers": "同行机构数",
    },
    on_site=(
        "调取质控样的仪器原始序列，查有无删除、重做后只留好结果的记录",
        "现场用已知浓度的质控样核查",
    ),
    benign=(
        "只与同一项目、同一种质控的二十家以上同行比较，并计入机构之间的正常差异",
        "剔除失控批次后重做是允许的，须有记录；质控不足三十次的不判断",
    ),
    unit_level=True,
)
