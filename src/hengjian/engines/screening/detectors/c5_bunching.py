"""C5 – the same values turn up far more often than their neighbours (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.peers import winsorised

LEAST_VALUES = 100
LEAST_CELLS = 50
WINDOW = 0.10
LEAST_WINDOW = 5
MULTIPLES = 0.99
LEAST_PEERS = 20
USUAL_TAU = 0.35
LEAST_TAU = 0.15
LARGEST_P = 1e-4
LARGEST_Q = 0.05
LEAST_RATIO = 1.5
LEAST_EXCESS = 15.0
LEAST_COUNT = 4
VALUE_P = 1e-5

Floats = npt.NDArray[np.float64]
UNIT = ("institution_id", "item_code", "method_no", "unit")

# One value of one sample; non-detects, fillings at or below the detection limit and quality control are left out.
VALUES = """
SELECT x.institution_id, x.item_code, coalesce(x.method_no, '') AS method_no, coalesce(x.unit, '') AS unit, x.value,
       max(x.item_name) AS item_name, min(x.report_id) AS report_id, max(r.issued_at) AS issued_at
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE coalesce(x.replicate, 0) = 0 AND x.value > 0 AND x.value < 1e12 AND NOT coalesce(x.subcontracted, false)
  AND r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
  AND (x.detection_limit IS NULL OR x.value > x.detection_limit)
GROUP BY x.institution_id, x.item_code, coalesce(x.method_no, ''), coalesce(x.unit, ''), x.value,
         coalesce(r.sample_id, x.report_id)
"""

COUNTED = f"""
SELECT *, sum(f) OVER (PARTITION BY institution_id, item_code, method_no, unit) AS n,
       count(*) OVER (PARTITION BY institution_id, item_code, method_no, unit) AS kinds
FROM (
    SELECT institution_id, item_code, method_no, unit, value, max(item_name) AS item_name, count(*) AS f
    FROM sampled_values GROUP BY institution_id, item_code, method_no, unit, value
) AS c
QUALIFY sum(f) OVER (PARTITION BY institution_id, item_code, method_no, unit) >= {LEAST_VALUES}
    AND count(*) OVER (PARTITION BY institution_id, item_code, method_no, unit) >= {LEAST_CELLS} // 2
ORDER BY institution_id, item_code, method_no, unit, value
"""

REPEATED = f"""
SELECT v.institution_id, v.item_code, v.method_no, v.unit, v.value, v.report_id, v.issued_at
FROM sampled_values v
JOIN counted c ON c.institution_id = v.institution_id AND c.item_code = v.item_code AND c.method_no = v.method_no
    AND c.unit = v.unit AND c.value = v.value AND c.f >= {LEAST_COUNT}
ORDER BY v.institution_id, v.item_code, v.method_no, v.unit, v.value, v.report_id
"""

HIT_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in (*UNIT, "subject_id", "report_id", "level", "item_name")),
        ("occurred_at", pa.timestamp("us")),
        ("slip", pa.bool_()),
        ("firm", pa.bool_()),
        *((name, pa.float64()) for name in ("p_value", "value", "usual_times", "pairs", "usual_pairs", "ratio")),
        ("times", pa.int64()),
        ("values", pa.int64()),
        ("peers", pa.int64()),
        ("tests", pa.int64()),
    ]
)


def resolution(values: Floats, counts: Floats) -> float:
    """The largest of {1, 2, 5}·10^k of which 99 % of the values are multiples."""
    top = int(np.ceil(np.log10(values.max())))
    for power in range(top, top - 12, -1):
        for base in (5.0, 2.0, 1.0):
            steps = values / (base * 10.0**power)
            near = np.abs(steps - np.round(steps)) < 1e-6 * np.maximum(1.0, steps)
            if counts[near].sum() >= MULTIPLES * counts.sum():
                return base * 10.0**power
    return float(values.min())


@dataclass(frozen=True, kw_only=True)
class Bunching:
    """Equal pairs of one unit against what its neighbourhood lets expect; `usual` times of each value."""

    pairs: float
    expected: float
    variance: float
    usual: Floats


def bunching(values: Floats, counts: Floats) -> Bunching | None:
    """None where the values are too coarse: fewer than fifty possible ones between the 10th and 90th per cent."""
    delta = resolution(values, counts)
    grid = np.round(values / delta).astype(np.int64)
    cumulated = np.concatenate([[0.0], np.cumsum(counts)])
    low, high = np.searchsorted(cumulated[1:] / cumulated[-1], [0.1, 0.9])
    if grid[min(high, len(grid) - 1)] - grid[low] < LEAST_CELLS:
        return None
    width = np.maximum(LEAST_WINDOW, np.round(WINDOW * grid)).astype(np.int64)
    left = np.searchsorted(grid, grid - width, side="left")
    right = np.searchsorted(grid, grid + width, side="right")
    around = cumulated[right] - cumulated[left] - counts
    cells = width + np.minimum(width, grid)
    usual = np.maximum(around, 0.5) / cells
    return Bunching(
        pairs=float((counts * (counts - 1) / 2).sum()),
        expected=float((counts * usual / 2).sum()),
        variance=float((counts * (usual / 2 + usual**2)).sum()),
        usual=usual,
    )


def tails(found: list[Bunching], items: list[str]) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """(p, excess ratio, peers) of every unit: its log ratio against that of the others with the same item."""
    ratio = np.array([np.log((one.pairs + 2) / (one.expected + 2)) for one in found])
    error = np.array([one.variance / (one.expected + 2) ** 2 for one in found])
    names = np.array(items)
    centre, tau, peers = np.zeros(len(found)), np.full(len(found), USUAL_TAU), np.zeros(len(found), dtype=np.int64)
    whole = np.ones(len(found), dtype=bool)
    for group in [whole, *(names == name for name in np.unique(names))]:
        if group.sum() >= LEAST_PEERS:
            beyond = winsorised(ratio[group])
            centre[group] = max(0.0, float(np.median(beyond)))
            tau[group] = max(LEAST_TAU, float(np.std(beyond)) / 0.8)
            peers[group] = group.sum() - 1
    z = (ratio - centre) / np.sqrt(tau**2 + error)
    return np.asarray(special.ndtr(-z), dtype=np.float64), np.exp(ratio - centre), peers


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Units with far too many equal values, with the values that repeat and their reports."""
    data = tables["counted"]
    column = {name: np.asarray(data[name].to_numpy(zero_copy_only=False)) for name in data.column_names}
    units, found = _units(column)
    if not units:
        return HIT_SCHEMA.empty_table()
    p, ratio, peers = tails(found, [str(column["item_code"][rows[0]]) for rows in units])
    q = false_discovery([float(one) for one in p])
    reports: dict[tuple[object, ...], list[tuple[str, object]]] = {}
    for row in tables["repeated"].to_pylist():
        key = (*(row[name] for name in UNIT), row["value"])
        reports.setdefault(key, []).append((row["report_id"], row["issued_at"]))
    hits: list[dict[str, object]] = []
    for place, (rows, one) in enumerate(zip(units, found, strict=True)):
        sure = p[place] <= LARGEST_P and (q[place] or 0.0) <= LARGEST_Q and ratio[place] >= LEAST_RATIO
        if not sure or one.pairs - one.expected < LEAST_EXCESS:
            continue
        counts = column["f"][rows].astype(np.float64)
        chance = special.pdtrc(counts - 1, one.usual)
        odd = np.flatnonzero((counts >= LEAST_COUNT) & (chance * len(rows) <= VALUE_P))
        figures = {
            # readings that step by what an instrument counts bunch honestly: equal values alone are a hint
            "level": "S2",
            "slip": False,
            "firm": False,
            "p_value": float(p[place]),
            "pairs": one.pairs,
            "usual_pairs": one.expected,
            "ratio": float(ratio[place]),
            "values": int(counts.sum()),
            "peers": int(peers[place]),
            "tests": len(units),
        }
        for which in odd[np.argsort(-counts[odd], kind="stable")]:
            row = rows[which]
            own = {name: str(column[name][row]) for name in UNIT}
            more = {"subject_id": own["institution_id"], "item_name": column["item_name"][row]}
            value = {"value": float(column["value"][row]), "times": int(counts[which])}
            usual = {"usual_times": float(one.usual[which])}
            for report, issued in reports.get((*own.values(), float(column["value"][row])), []):
                dated = {"report_id": report, "occurred_at": issued}
                hits.append(own | more | value | usual | dated | figures)
    return pa.Table.from_pylist(hits, schema=HIT_SCHEMA)


def _units(column: Mapping[str, npt.NDArray[np.generic]]) -> tuple[list[npt.NDArray[np.int64]], list[Bunching]]:
    """Rows of each unit (they come sorted) and its bunching, where the values are fine enough."""
    total = len(column["f"])
    if not total:
        return [], []
    changes = np.zeros(total, dtype=bool)
    changes[0] = True
    for name in UNIT:
        changes[1:] |= column[name][1:] != column[name][:-1]
    starts = np.append(np.flatnonzero(changes), total)
    units, found = [], []
    for begin, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        one = bunching(column["value"][begin:end].astype(np.float64), column["f"][begin:end].astype(np.float64))
        if one is not None:
            units.append(np.arange(begin, end, dtype=np.int64))
            found.append(one)
    return units, found


DETECTOR = Detector(
    id="C5",
    version=1,
    name="bunching",
    title="同一数值反复出现",
    meaning="某个项目的若干具体数值出现的次数远多于相邻数值，也远多于同行的同类情形，结果可能是照抄或编写的。",
    violation="SUP-15.2",
    cluster="digits",
    kind="statistical",
    level="S2",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "value"),
            optional=("item_name", "method_no", "unit", "replicate", "detection_limit", "subcontracted"),
        ),
        Need(table="reports", required=("issued_at",), optional=("sample_id", "corrects", "purpose")),
    ),
    steps=(
        Step(name="sampled_values", sql=VALUES),
        Step(name="counted", sql=COUNTED),
        Step(name="repeated", sql=REPEATED),
        Step(
            name="population",
            sql="SELECT institution_id, sum(f) AS n FROM counted GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("counted", "repeated"), compute=compute),
    key_columns=("item_code", "method_no"),
    min_n=LEAST_VALUES,
    unit="个数值",
    unit_level=True,
    says="{item_name}：{values} 个数值中，{value} 出现 {times} 次（按相邻数值约 {usual_times} 次）；"
    "相等的数值对 {pairs} 对，通常约 {usual_pairs} 对，扣除同行水平后为 {ratio} 倍",
    labels={
        "report_id": "报告标识",
        "occurred_at": "签发时间",
        "item_code": "项目编号",
        "item_name": "项目",
        "method_no": "检测方法",
        "unit": "单位",
        "value": "反复出现的数值",
        "times": "出现次数",
        "usual_times": "按相邻数值的通常次数",
        "pairs": "相等的数值对",
        "usual_pairs": "通常的数值对",
        "ratio": "与通常之比",
        "values": "数值个数",
        "peers": "同行机构数",
    },
    on_site=(
        "调取这些报告的原始记录、仪器数据和计算过程，逐份核对数值从何而来",
        "对留样盲样复测，比较数值",
        "询问主检人，核对是否使用模板或复制上一份结果",
    ),
    benign=(
        "先估计该机构该项目的读数分辨力，可取的数值不足五十个的不判断",
        "未检出、等于或低于检出限的填充值，质控和能力验证样品，同一样品的重复报告不计",
        "与同项目其他机构的扎堆程度比较，标称值产品造成的普遍扎堆已扣除",
        "只以该数值左右一成范围内的数值密度为准，不要求末位数字均匀",
    ),
)
