"""D2 – first digits of an institution's values differ from its peers' (SUP-15.2); supporting evidence only."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import WINSOR_KEEPS, winsorised
from hengjian.engines.screening.rarity import LEAST_PEERS

LEAST_VALUES = 500
LEAST_DECADES = 3.0
LEAST_ITEM_DECADES = 1.5
LEAST_BINDING = 0.002
FREEDOM = 8
PRIOR = 100.0
STRIKING_P = 1e-4
LEAST_DEVIATION = 0.03
"""Mean absolute deviation of the nine shares."""

DIGITS = tuple(f"d{digit}" for digit in range(1, 10))
HIT_SCHEMA = hit_schema(
    floats=("deviation", "most_share", "most_usual", "decades"), counts=("values", "items", "digit", "peers", "tests")
)

# Reported numbers of all items of an institution together; an item's own peers lead to expect its first digits.
FIRSTS = """
SELECT x.institution_id, x.item_code, x.value, r.issued_at,
       CAST(floor(x.value / power(10.0, floor(log10(x.value) + 1e-12)) + 1e-9) AS BIGINT) AS digit
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE coalesce(x.replicate, 0) = 0 AND x.value > 0 AND x.value < 1e12 AND r.corrects IS NULL
  AND coalesce(x.subcontracted, false) = false AND regexp_matches(x.value_text, '^[0-9]+([.][0-9]+)?$')
"""

COUNTED = f"""
SELECT institution_id, item_code, count(*) AS n, max(issued_at) AS last_at, min(value) AS low, max(value) AS high,
       {", ".join(f"sum(CASE WHEN digit = {digit} THEN 1 ELSE 0 END) AS d{digit}" for digit in range(1, 10))}
FROM firsts GROUP BY institution_id, item_code
"""

# Only pools over three decades and more, of items that range widely by themselves: a narrow one has the digits of its
# product.
WIDE = f"""
SELECT c.* FROM counted c
JOIN (SELECT institution_id FROM counted WHERE log10(high / low) >= {LEAST_ITEM_DECADES} GROUP BY institution_id
      HAVING sum(n) >= {LEAST_VALUES} AND log10(max(high) / min(low)) >= {LEAST_DECADES}) AS w
  ON w.institution_id = c.institution_id
WHERE log10(c.high / c.low) >= {LEAST_ITEM_DECADES}
ORDER BY c.institution_id, c.item_code
"""


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """χ² of the pooled first digits against the peers' of the same items, widened by the peers' own spread."""
    data = tables["wide"]
    owners = np.array(data["institution_id"].to_pylist(), dtype=np.str_)
    names, house = np.unique(owners, return_inverse=True)
    if len(names) < LEAST_PEERS:
        return HIT_SCHEMA.empty_table()
    columns = [data[name].cast(pa.float64()).to_numpy(zero_copy_only=False) for name in DIGITS]
    seen = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
    item = np.unique(np.array(data["item_code"].to_pylist(), dtype=np.str_), return_inverse=True)[1]
    total = seen.sum(axis=1, keepdims=True)
    capped = seen * np.minimum(1.0, LEAST_VALUES / np.maximum(total, 1))
    whole = np.zeros((int(item.max()) + 1, len(DIGITS)))
    np.add.at(whole, item, capped)
    benford = np.log10(1 + 1 / np.arange(1, 10))
    others = whole[item] - capped
    expected = total * (others + PRIOR * benford) / (others.sum(axis=1, keepdims=True) + PRIOR)
    pooled, usual = (np.zeros((len(names), len(DIGITS))) for _ in range(2))
    np.add.at(pooled, house, seen)
    np.add.at(usual, house, expected)
    n = pooled.sum(axis=1)
    ratio = ((pooled - usual) ** 2 / np.maximum(usual, 1e-9)).sum(axis=1) / FREEDOM
    binding = max(LEAST_BINDING, float(np.mean(winsorised((ratio - 1) / (n - 1)))) / WINSOR_KEEPS)
    p = special.fdtrc(FREEDOM, len(names) - 1, ratio / (1 + (n - 1) * binding))
    deviation = np.abs(pooled - usual).mean(axis=1) / n
    rows = data.select(["last_at", "low", "high"]).to_pylist()
    hits = []
    for place in np.flatnonzero((p < STRIKING_P) & (deviation >= LEAST_DEVIATION)):
        mine = [rows[one] for one in np.flatnonzero(house == place)]
        most = int((pooled[place] - usual[place]).argmax())
        span = max(row["high"] for row in mine) / min(row["low"] for row in mine)
        hits.append(
            {"institution_id": str(names[place]), "subject_id": str(names[place]), "level": "S1"}
            | {"occurred_at": max(row["last_at"] for row in mine), "slip": False, "firm": False}
            | {"p_value": float(p[place]), "deviation": 100 * float(deviation[place]), "digit": most + 1}
            | {"most_share": 100 * float(pooled[place, most] / n[place]), "values": int(n[place])}
            | {"most_usual": 100 * float(usual[place, most] / n[place]), "decades": float(np.log10(span))}
            | {"items": len(mine), "peers": len(names) - 1, "tests": len(names)}
        )
    return pa.Table.from_pylist(hits, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D2",
    version=1,
    name="first_digits",
    title="首位数字分布异常",
    meaning="跨越多个数量级的测值，首位数字的分布与同行检测同样项目时不同。证据力很弱，只作参考，从不单独成立。",
    violation="SUP-15.2",
    cluster="digits",
    kind="statistical",
    level="S1",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "value_text"),
            optional=("value", "replicate", "subcontracted"),
        ),
        Need(table="reports", required=("issued_at",), optional=("corrects",)),
    ),
    steps=(
        Step(name="firsts", sql=FIRSTS),
        Step(name="counted", sql=COUNTED),
        Step(name="wide", sql=WIDE),
        Step(
            name="population",
            sql="SELECT institution_id, CAST(sum(n) AS BIGINT) AS n FROM wide GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("wide",), compute=compute),
    min_n=LEAST_VALUES,
    unit="个测值",
    says="{items} 个项目 {values} 个测值中首位为 {digit} 的占 {most_share}%，同行检测同样项目为 {most_usual}%",
    labels={
        "occurred_at": "最近签发时间",
        "values": "测值个数",
        "items": "项目数",
        "digit": "偏多的首位数字",
        "most_share": "其占比（%）",
        "most_usual": "同行占比（%）",
        "deviation": "九个占比的平均偏差（百分点）",
        "decades": "跨越的数量级",
        "peers": "同行机构数",
    },
    on_site=(
        "只用于在多份线索中安排先后，不单独作为检查理由",
        "与末位数字、平行样等其他线索一并核对原始记录",
    ),
    benign=(
        "与同行的首位数字分布比较，不与本福特定律比较；限值、窄范围和送样来源都会改变首位数字",
        "测值不足五百个、不足三个数量级、同行不足二十家的不判断",
    ),
    unit_level=True,
)
