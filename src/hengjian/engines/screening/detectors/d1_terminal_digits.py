"""D1 – last digits of an institution's values are not distributed as its peers' are (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import WINSOR_KEEPS, Floats, winsorised

LEAST_VALUES = 200
LEAST_GROUP = 30
LEAST_PEERS = 20
LEAST_ITEMS = 3
LEAST_STEPS = 20
LEAST_IQR = 10
FITTING = 0.99
PRIOR = 50.0
"""Expected shares lean on uniform digits as if fifty values had been so."""

LEAST_BINDING = 0.001
STRIKING_P = 1e-4
ITEM_P = 0.05
LEAST_EXCESS = 0.05
"""At least one value in twenty has another last digit than it should."""

DIGITS = tuple(f"d{digit}" for digit in range(10))
DIGIT_P_FREEDOM = 9

HIT_SCHEMA = hit_schema(
    texts=("scope", "item_name", "items_named"),
    floats=("excess", "most_share", "most_usual", "step"),
    counts=("values", "items", "digit", "peers", "tests"),
)

# A number for what steps alike (an institution's item by one method and instrument) and one for what is counted
# together, whichever the instrument: four texts less in millions of rows. One value of each item and report is looked
# at: the reported one, or the first reading where an institution reports none.
TOOLS = """
SELECT institution_id, item_code, method_no, tool, item_name,
       min(first_replicate) OVER (PARTITION BY institution_id, item_code) AS first_replicate,
       row_number() OVER (ORDER BY institution_id, item_code, method_no, tool) AS tool_no,
       dense_rank() OVER (ORDER BY institution_id, item_code, method_no) AS unit_no
FROM (
    SELECT institution_id, item_code, coalesce(method_no, '') AS method_no, coalesce(instrument_id, '') AS tool,
           max(coalesce(item_name, item_code)) AS item_name, min(coalesce(replicate, 0)) AS first_replicate
    FROM results WHERE value > 0
    GROUP BY institution_id, item_code, coalesce(method_no, ''), coalesce(instrument_id, '')
) AS used
"""

UNITS = """
SELECT unit_no, min(institution_id) AS institution_id, min(item_code) AS item_code, min(method_no) AS method_no,
       max(item_name) AS item_name
FROM tools GROUP BY unit_no
"""

# A value as a whole number of its last printed place.
PLACES = """
SELECT t.unit_no, t.tool_no, r.issued_at, r.quarter, x.places,
       CAST(round(x.value * power(10.0, x.places)) AS BIGINT) AS whole
FROM (SELECT report_id, institution_id, item_code, coalesce(method_no, '') AS method_no,
             coalesce(instrument_id, '') AS tool, coalesce(replicate, 0) AS replicate, value,
             CASE WHEN position('.' IN value_text) > 0 THEN length(value_text) - position('.' IN value_text)
                  ELSE 0 END AS places
      FROM results
      WHERE value > 0 AND value < 1e9 AND regexp_matches(value_text, '^[0-9]{1,9}([.][0-9]{1,6})?$')
        AND coalesce(subcontracted, false) = false) AS x
JOIN tools t ON t.institution_id = x.institution_id AND t.item_code = x.item_code
            AND t.method_no = x.method_no AND t.tool = x.tool AND t.first_replicate = x.replicate
JOIN (SELECT report_id, issued_at, CAST(floor((hj_epoch(issued_at) / 86400 + 4383) / 91.3125) AS BIGINT) AS quarter
      FROM reports WHERE corrects IS NULL) AS r ON r.report_id = x.report_id
"""

# What the values really step by – 1, 2 or 5 units of a place: 99 % are multiples of it. By instrument and quarter,
# by instrument where the quarter has too few.
STEP = "CASE " + " ".join(
    f"WHEN sum(CASE WHEN whole % {step} = 0 THEN 1 ELSE 0 END) >= {FITTING} * count(*) THEN {step}"
    for step in (100, 50, 20, 10, 5, 2)
)

STEPS_OF = f"""
SELECT tool_no, places, {STEP} ELSE 1 END AS step
FROM places GROUP BY tool_no, places HAVING count(*) >= {LEAST_GROUP}
"""

STEPS_OF_QUARTER = f"""
SELECT tool_no, places, quarter, {STEP} ELSE 1 END AS step
FROM places GROUP BY tool_no, places, quarter HAVING count(*) >= {LEAST_GROUP}
"""

DIGITS_OF = f"""
SELECT unit_no, places, step, issued_at, CAST(floor(whole / CAST(step AS DOUBLE)) AS BIGINT) AS steps
FROM (
    SELECT p.unit_no, p.places, p.issued_at, p.whole, coalesce(q.step, s.step) AS step
    FROM places p
    JOIN steps_of s ON s.tool_no = p.tool_no AND s.places = p.places
    LEFT JOIN steps_of_quarter q ON q.tool_no = p.tool_no AND q.places = p.places AND q.quarter = p.quarter
) AS stepped
WHERE whole % step = 0 AND whole >= {LEAST_STEPS} * step
"""

COUNTED = f"""
SELECT u.institution_id, u.item_code, u.method_no, u.item_name, c.*
FROM (
    SELECT unit_no, places, step, max(issued_at) AS last_at, count(*) AS n,
           {", ".join(f"sum(CASE WHEN steps % 10 = {digit} THEN 1 ELSE 0 END) AS d{digit}" for digit in range(10))}
    FROM digits_of GROUP BY unit_no, places, step
    HAVING quantile_disc(steps, 0.75) - quantile_disc(steps, 0.25) >= {LEAST_IQR}
) AS c
JOIN units u ON u.unit_no = c.unit_no
ORDER BY c.unit_no, c.places, c.step
"""


class _Counts:
    """Rows of `counted` as arrays: digit counts, and what peers at the same item, method and step lead to expect."""

    def __init__(self, table: pa.Table) -> None:
        self.rows = table.select(
            ["institution_id", "item_code", "method_no", "places", "step", "item_name", "last_at"]
        ).to_pylist()
        columns = [np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=np.float64) for name in DIGITS]
        self.seen = np.stack(columns, axis=1) if self.rows else np.zeros((0, 10))
        keys = [tuple(row[name] for name in ("item_code", "method_no", "places", "step")) for row in self.rows]
        number = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        group = np.array([number[key] for key in keys], dtype=np.int64)
        # nobody weighs more than twice the least that is judged, so that no giant sets the norm
        total = self.seen.sum(axis=1, keepdims=True)
        capped = self.seen * np.minimum(1.0, 2 * LEAST_VALUES / np.maximum(total, 1))
        whole = np.zeros((len(number), 10))
        np.add.at(whole, group, capped)
        others = whole[group] - capped
        share = (others + PRIOR / 10) / (others.sum(axis=1, keepdims=True) + PRIOR)
        self.expected = share * total


def binding(chi2: Floats, n: Floats) -> float:
    """ρ of the Dirichlet-multinomial: χ²/9 = 1 + (n − 1)·ρ on the average of the (winsorised) honest peers."""
    beyond = (chi2 / DIGIT_P_FREEDOM - 1) / (n - 1)
    return max(LEAST_BINDING, float(np.mean(winsorised(beyond))) / WINSOR_KEEPS)


def tail(seen: Floats, expected: Floats, rho: float, peers: int) -> Floats:
    """P(an honest institution's digits differ as much), by rows."""
    n = seen.sum(axis=1)
    chi2 = ((seen - expected) ** 2 / np.maximum(expected, 1e-9)).sum(axis=1)
    ratio = chi2 / DIGIT_P_FREEDOM / (1 + (n - 1) * rho)
    return np.asarray(special.fdtrc(DIGIT_P_FREEDOM, max(peers - 1, 1), ratio), dtype=np.float64)


def _pooled(counts: _Counts) -> tuple[list[list[int]], Floats, Floats]:
    """Rows of each institution, with the sums of seen and expected."""
    members: dict[str, list[int]] = {}
    for place, row in enumerate(counts.rows):
        members.setdefault(row["institution_id"], []).append(place)
    groups = [members[name] for name in sorted(members)]
    seen = np.array([counts.seen[group].sum(axis=0) for group in groups]).reshape(-1, 10)
    expected = np.array([counts.expected[group].sum(axis=0) for group in groups]).reshape(-1, 10)
    return groups, seen, expected


def _judge(seen: Floats, expected: Floats) -> tuple[Floats, float, int]:
    """(p by row, ρ, units judged); p is NaN where not judged."""
    n = seen.sum(axis=1)
    enough = n >= LEAST_VALUES
    p = np.full(len(n), np.nan)
    if np.count_nonzero(enough) < LEAST_PEERS:
        return p, LEAST_BINDING, 0
    chi2 = ((seen - expected) ** 2 / np.maximum(expected, 1e-9)).sum(axis=1)
    rho = binding(chi2[enough], n[enough])
    units = int(np.count_nonzero(enough))
    p[enough] = tail(seen[enough], expected[enough], rho, units)
    return p, rho, units


def _hit(row: Mapping[str, Any], seen: Floats, expected: Floats, p: float) -> dict[str, Any]:
    n = float(seen.sum())
    most = int((seen - expected).argmax())
    return {
        "institution_id": row["institution_id"],
        "subject_id": row["institution_id"],
        "occurred_at": row["last_at"],
        "slip": False,
        "firm": False,
        "p_value": p,
        "excess": 100 * float(np.abs(seen - expected).sum()) / 2 / n,
        "digit": most,
        "most_share": 100 * float(seen[most]) / n,
        "most_usual": 100 * float(expected[most]) / n,
        "values": int(n),
    }


def _large(seen: Floats, expected: Floats) -> bool:
    return float(np.abs(seen - expected).sum()) / 2 >= LEAST_EXCESS * float(seen.sum())


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Each institution × item, and each institution over all its items, against the peers' digits."""
    counts = _Counts(tables["counted"])
    single, rho, units = _judge(counts.seen, counts.expected)
    groups, seen, expected = _pooled(counts)
    pooled, _, houses = _judge(seen, expected)
    tests, rows = units + houses, []
    for place in np.flatnonzero(single < STRIKING_P):
        if _large(counts.seen[place], counts.expected[place]):
            row = counts.rows[place]
            hit = _hit(row, counts.seen[place], counts.expected[place], float(single[place]))
            scope = f"{row['item_code']}|{row['method_no']}"
            extra = {"scope": scope, "item_name": row["item_name"], "items": 1, "peers": units - 1, "level": "S2"}
            rows.append(hit | extra | {"step": row["step"] * 10.0 ** -row["places"], "tests": tests})
    for place in np.flatnonzero(pooled < STRIKING_P):
        group = groups[place]
        each = tail(counts.seen[group], counts.expected[group], rho, max(houses, 2))
        odd = sorted({counts.rows[one]["item_name"] for one, p in zip(group, each, strict=True) if p < ITEM_P})
        if _large(seen[place], expected[place]):
            row = counts.rows[group[0]] | {"last_at": max(counts.rows[one]["last_at"] for one in group)}
            hit = _hit(row, seen[place], expected[place], float(pooled[place]))
            level = "S3" if len(odd) >= LEAST_ITEMS else "S2"
            extra = {"scope": "all", "item_name": "全部项目", "items": len(group), "peers": houses - 1, "level": level}
            rows.append(hit | extra | {"items_named": "、".join(odd) or None, "tests": tests})
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D1",
    version=1,
    name="terminal_digits",
    title="末位数字分布异常",
    meaning="真实测值的末位数字分布由仪器分辨力和修约决定，各机构相近；编造的数字往往偏爱或回避某些末位数字。只作佐证。",
    violation="SUP-15.2",
    cluster="digits",
    kind="statistical",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "value_text"),
            optional=("value", "replicate", "method_no", "item_name", "instrument_id", "subcontracted"),
        ),
        Need(table="reports", required=("issued_at",), optional=("corrects",)),
    ),
    steps=(
        Step(name="tools", sql=TOOLS),
        Step(name="units", sql=UNITS),
        Step(name="places", sql=PLACES),
        Step(name="steps_of", sql=STEPS_OF),
        Step(name="steps_of_quarter", sql=STEPS_OF_QUARTER),
        Step(name="digits_of", sql=DIGITS_OF),
        Step(name="counted", sql=COUNTED),
        Step(
            name="population",
            sql="SELECT institution_id, CAST(sum(n) AS BIGINT) AS n FROM counted GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("counted",), compute=compute),
    key_columns=("scope",),
    min_n=LEAST_VALUES,
    unit="个测值",
    says="{item_name}：{values} 个测值中末位为 {digit} 的占 {most_share}%，同行为 {most_usual}%；"
    "约 {excess}% 的测值末位数字与同行分布不符",
    labels={
        "scope": "比较范围",
        "item_name": "项目",
        "items_named": "各自也不符的项目",
        "occurred_at": "最近签发时间",
        "values": "测值个数",
        "items": "项目数",
        "digit": "偏多的末位数字",
        "most_share": "其占比（%）",
        "most_usual": "同行占比（%）",
        "excess": "与同行分布不符的比例（%）",
        "step": "实际分辨力",
        "peers": "同行单元数",
    },
    on_site=(
        "抽取末位数字异常集中的报告，与仪器原始输出逐一核对",
        "核对读数、修约和单位换算的作业规定",
    ),
    benign=(
        "先按机构、项目、设备、季度估计实际分辨力，只在相同分辨力下与同行比较，不与均匀分布比较",
        "小于分辨力二十倍的值、变化范围太窄的项目不用；单位换算和仪器步进会影响末位数字",
        "机构之间的正常差异已计入；测值不足二百个、同行不足二十家的不判断",
    ),
    unit_level=True,
)
