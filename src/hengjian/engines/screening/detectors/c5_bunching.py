"""C5 – the same values turn up far more often than their neighbours (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
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

UNITS_AT_ONCE = 4096

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
UNIT = ("institution_id", "item_code", "method_no", "unit")

MEASURED = """coalesce(x.replicate, 0) = 0 AND x.value > 0 AND x.value < 1e12 AND NOT coalesce(x.subcontracted, false)
  AND (x.detection_limit IS NULL OR x.value > x.detection_limit)"""
"""Non-detects and fillings at or below the detection limit are left out."""

# From here on a number stands for an institution's item by one method in one unit: four texts less in millions of rows.
UNITS = f"""
SELECT institution_id, item_code, method_no, unit, item_name,
       row_number() OVER (ORDER BY institution_id, item_code, method_no, unit) AS unit_no
FROM (
    SELECT x.institution_id, x.item_code, coalesce(x.method_no, '') AS method_no, coalesce(x.unit, '') AS unit,
           max(x.item_name) AS item_name
    FROM results x WHERE {MEASURED}
    GROUP BY x.institution_id, x.item_code, coalesce(x.method_no, ''), coalesce(x.unit, '')
    HAVING count(*) >= {LEAST_VALUES}
) AS often
"""

SAMPLES = """
SELECT r.report_id, r.issued_at, hj_fingerprint(coalesce(r.sample_id, r.report_id)) AS sample
FROM reports r WHERE r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
"""

VALUES = f"""
SELECT u.unit_no, x.value, s.sample, x.report_id, s.issued_at
FROM results x JOIN samples s ON s.report_id = x.report_id
JOIN units u ON u.institution_id = x.institution_id AND u.item_code = x.item_code
    AND u.method_no = coalesce(x.method_no, '') AND u.unit = coalesce(x.unit, '')
WHERE {MEASURED}
"""

# One value of one sample counts once, however many reports it is in.
TALLIED = """
SELECT unit_no, value, count(*) AS f FROM (SELECT DISTINCT unit_no, value, sample FROM valued) AS once
GROUP BY unit_no, value
"""

COUNTED = f"""
SELECT t.unit_no, t.value, CAST(t.f AS DOUBLE) AS f FROM tallied t
JOIN (SELECT unit_no FROM tallied GROUP BY unit_no
      HAVING sum(f) >= {LEAST_VALUES} AND count(*) >= {LEAST_CELLS} // 2) AS enough ON enough.unit_no = t.unit_no
ORDER BY t.unit_no, t.value
"""

REPEATED = f"""
SELECT v.unit_no, v.value, v.sample, v.report_id, v.issued_at
FROM valued v JOIN counted c ON c.unit_no = v.unit_no AND c.value = v.value AND c.f >= {LEAST_COUNT}
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


def resolutions(values: Floats, counts: Floats, starts: Integers) -> Floats:
    """Of each unit (its values begin at `starts`) the largest of {1, 2, 5}·10^k of which 99 % are multiples."""
    found = np.minimum.reduceat(values, starts)
    top = np.ceil(np.log10(np.maximum.reduceat(values, starts))).astype(np.int64)
    sizes = np.diff(np.append(starts, len(values)))
    still = np.arange(len(starts))
    for down in range(12):
        for base in (5.0, 2.0, 1.0):
            delta = base * np.array([10.0**power for power in (top[still] - down).tolist()])
            steps = values / np.repeat(delta, sizes)
            near = np.abs(steps - np.round(steps)) < 1e-6 * np.maximum(1.0, steps)
            begins = np.cumsum(sizes) - sizes
            fits = np.add.reduceat(counts * near, begins) >= MULTIPLES * np.add.reduceat(counts, begins)
            if fits.any():
                found[still[fits]] = delta[fits]
                rows = np.repeat(~fits, sizes)
                values, counts, sizes, still = values[rows], counts[rows], sizes[~fits], still[~fits]
            if not len(still):
                return found
    return found


@dataclass(frozen=True, kw_only=True)
class Bunching:
    """Equal pairs of one unit against what its neighbourhood lets expect; `usual` times of each value."""

    pairs: float
    expected: float
    variance: float
    usual: Floats


def bunching(values: Floats, counts: Floats, delta: float) -> Bunching | None:
    """None where steps of `delta` are too coarse: fewer than fifty between the 10th and the 90th per cent."""
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
    kinds, of = np.unique(np.array(items), return_inverse=True)
    centre, tau, peers = np.zeros(len(found)), np.full(len(found), USUAL_TAU), np.zeros(len(found), dtype=np.int64)
    whole = np.ones(len(found), dtype=bool)
    for group in [whole, *(of == kind for kind in range(len(kinds)))]:
        if group.sum() >= LEAST_PEERS:
            beyond = winsorised(ratio[group])
            centre[group] = max(0.0, float(np.median(beyond)))
            tau[group] = max(LEAST_TAU, float(np.std(beyond)) / 0.8)
            peers[group] = group.sum() - 1
    z = (ratio - centre) / np.sqrt(tau**2 + error)
    return np.asarray(special.ndtr(-z), dtype=np.float64), np.exp(ratio - centre), peers


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Units with far too many equal values, with the values that repeat and their reports."""
    counted = tables["counted"]
    values, counts = (np.asarray(counted[name].to_numpy(), dtype=np.float64) for name in ("value", "f"))
    numbers = np.asarray(counted["unit_no"].to_numpy(), dtype=np.int64)
    units, found = _units(numbers, values, counts)
    if not units:
        return HIT_SCHEMA.empty_table()
    named = {row["unit_no"]: row for row in tables["units"].to_pylist()}
    owners = [named[int(numbers[rows.start])] for rows in units]
    p, ratio, peers = tails(found, [row["item_code"] for row in owners])
    q = false_discovery([float(one) for one in p])
    odd: list[tuple[int, float, dict[str, object]]] = []
    for place, (rows, one, owner) in enumerate(zip(units, found, owners, strict=True)):
        sure = p[place] <= LARGEST_P and (q[place] or 0.0) <= LARGEST_Q and ratio[place] >= LEAST_RATIO
        if not sure or one.pairs - one.expected < LEAST_EXCESS:
            continue
        own = {name: owner[name] for name in (*UNIT, "item_name")} | {"subject_id": owner["institution_id"]}
        figures = own | {
            # readings that step by what an instrument counts bunch honestly: equal values alone are a hint
            "level": "S2",
            "slip": False,
            "firm": False,
            "p_value": float(p[place]),
            "pairs": one.pairs,
            "usual_pairs": one.expected,
            "ratio": float(ratio[place]),
            "values": int(counts[rows].sum()),
            "peers": int(peers[place]),
            "tests": len(units),
        }
        for value, more in _odd(values[rows], counts[rows], one):
            odd.append((owner["unit_no"], value, figures | more))
    reports = _reports(tables["repeated"], [(unit, value) for unit, value, _ in odd])
    hits = [
        told | {"report_id": report, "occurred_at": issued}
        for unit, value, told in odd
        for report, issued in reports.get((unit, value), [])
    ]
    return pa.Table.from_pylist(hits, schema=HIT_SCHEMA)


def _odd(values: Floats, counts: Floats, one: Bunching) -> list[tuple[float, dict[str, object]]]:
    """The values that repeat beyond chance, most frequent first."""
    chance = special.pdtrc(counts - 1, one.usual)
    odd = np.flatnonzero((counts >= LEAST_COUNT) & (chance * len(counts) <= VALUE_P))
    return [
        (value, {"value": value, "times": int(counts[which]), "usual_times": float(one.usual[which])})
        for which in odd[np.argsort(-counts[odd], kind="stable")]
        for value in (float(values[which]),)
    ]


def _reports(repeated: pa.Table, wanted: list[tuple[int, float]]) -> dict[tuple[int, float], list[tuple[str, object]]]:
    """By unit and value: the first report of each sample and its latest issue, in the order of the reports."""
    units = pa.array(sorted({unit for unit, _ in wanted}), pa.int64())
    values = pa.array(sorted({value for _, value in wanted}), pa.float64())
    among = pc.and_(pc.is_in(repeated["unit_no"], value_set=units), pc.is_in(repeated["value"], value_set=values))
    once = (
        repeated.filter(among)
        .group_by(["unit_no", "value", "sample"])
        .aggregate([("report_id", "min"), ("issued_at", "max")])
    )
    found: dict[tuple[int, float], list[tuple[str, object]]] = {}
    for row in sorted(once.to_pylist(), key=lambda row: str(row["report_id_min"])):
        found.setdefault((row["unit_no"], row["value"]), []).append((row["report_id_min"], row["issued_at_max"]))
    return found


def _units(numbers: Integers, values: Floats, counts: Floats) -> tuple[list[slice], list[Bunching]]:
    """Rows of each unit (they come sorted) and its bunching, where the values are fine enough."""
    units: list[slice] = []
    found: list[Bunching] = []
    starts = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])) if len(numbers) else np.zeros(0, np.int64)
    ends = np.append(starts, len(numbers))[1:]
    for first in range(0, len(starts), UNITS_AT_ONCE):
        begins, stops = starts[first : first + UNITS_AT_ONCE], ends[first : first + UNITS_AT_ONCE]
        part = slice(int(begins[0]), int(stops[-1]))
        deltas = resolutions(values[part], counts[part], begins - begins[0])
        for begin, end, delta in zip(begins.tolist(), stops.tolist(), deltas.tolist(), strict=True):
            one = bunching(values[begin:end], counts[begin:end], delta)
            if one is not None:
                units.append(slice(begin, end))
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
        Step(name="units", sql=UNITS),
        Step(name="samples", sql=SAMPLES),
        Step(name="valued", sql=VALUES),
        Step(name="tallied", sql=TALLIED),
        Step(name="counted", sql=COUNTED),
        Step(name="repeated", sql=REPEATED),
        Step(
            name="population",
            sql="SELECT u.institution_id, CAST(sum(c.f) AS BIGINT) AS n FROM counted c "
            "JOIN units u ON u.unit_no = c.unit_no GROUP BY u.institution_id",
        ),
    ),
    array=ArrayStep(inputs=("units", "counted", "repeated"), compute=compute),
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
