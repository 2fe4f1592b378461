"""E4 – the exhaust was sampled diluted: CO + CO2 far below what an engine gives (SUP-14.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.curves import Floats, matrices, over_dispersion
from hengjian.engines.screening.detector import ArrayStep, BatchStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.vehicles import REGISTER, REGISTER_NEED

LEAST_INVALID = 5
INVALID_SHARE = 0.02
LEAST_TESTS = {"lane": 50, "month": 20}
LEAST_PEERS = 10
USUAL_FACTOR = 1.35
"""Honest sampling may give this much less than the undiluted sum; no peers, however diluted, lower the norm further."""

LEAST_FACTOR = 1.2
LEAST_TAU = 0.06
OUTLYING = 6.0
LEAST_OUTLYING = 3
USUAL_OUTLYING = 0.01
"""Share of honest exhaust pipes that leak so much, at least."""

AIR_OXYGEN, MOST_USUAL_OXYGEN = 20.9, 2.0
AGREEING = 0.1
"""ln of the ratio of two dilutions, one told by the carbon lost and one by the oxygen gained, that are the same."""

LARGEST_P = 1e-4
LARGEST_Q = 0.05

GAS_SCHEMA = pa.schema(
    [
        ("report_id", pa.string()),
        ("channel", pa.string()),
        ("points", pa.int64()),
        *((name, pa.float64()) for name in ("mean", "middle", "greatest")),
    ]
)
HIT_SCHEMA = hit_schema(
    texts=("nature", "place", "lane", "method", "month", "report_no", "vin"),
    floats=("mean_sum", "oxygen", "least_sum", "usual_sum", "dilution"),
    counts=("low", "tests_of_lane", "tests"),
).append(pa.field("rule", pa.bool_()))

GASES = """
SELECT s.report_id, s.channel, s."values" AS series FROM raw_series s
WHERE coalesce(s.role, 'sample') = 'sample' AND s.channel IN ('co_pct', 'co2_pct', 'o2_pct') AND s."values" IS NOT NULL
"""


def reduce(batch: pa.RecordBatch) -> pa.Table:
    """Mean, median and greatest value of every curve."""
    parts = [GAS_SCHEMA.empty_table()]
    for rows, matrix in matrices(batch.column("series"), least=10):
        take = pa.array(rows)
        parts.append(
            pa.table(
                [
                    batch.column("report_id").take(take),
                    batch.column("channel").take(take),
                    pa.array(np.full(len(rows), matrix.shape[1])),
                    pa.array(matrix.mean(axis=1)),
                    pa.array(np.median(matrix, axis=1)),
                    pa.array(matrix.max(axis=1)),
                ],
                schema=GAS_SCHEMA,
            )
        )
    return pa.concat_tables(parts)


# The mean of the sum is the sum of the means; median of CO2 plus the greatest CO bounds the median of the sum.
TESTS = """
SELECT r.institution_id, v.report_id, r.report_no, v.vin, r.issued_at, coalesce(r.verdict, 'pass') AS verdict,
       coalesce(v.lane_id, '') AS lane, v.method, f.fuel, f.full_sum, m.co_co2_min AS least_sum,
       co.mean + co2.mean AS mean_sum, o2.mean AS oxygen,
       CASE WHEN m.steady THEN co2.middle + co.greatest ELSE co.mean + co2.mean END AS bound,
       strftime(coalesce(v.started_at, r.issued_at), '%Y-%m') AS month
FROM vehicle_tests v
JOIN reports r ON r.report_id = v.report_id
JOIN (SELECT report_id, avg(mean) AS mean, max(greatest) AS greatest FROM gases WHERE channel = 'co_pct'
      GROUP BY report_id) AS co ON co.report_id = v.report_id
JOIN (SELECT report_id, avg(mean) AS mean, avg(middle) AS middle FROM gases WHERE channel = 'co2_pct'
      GROUP BY report_id) AS co2 ON co2.report_id = v.report_id
LEFT JOIN (SELECT report_id, avg(mean) AS mean FROM gases WHERE channel = 'o2_pct' GROUP BY report_id) AS o2
       ON o2.report_id = v.report_id
LEFT JOIN register c ON c.vin = v.vin
JOIN (SELECT word, max(fuel) AS fuel, max(full_sum) AS full_sum FROM pack_vehicle_fuels WHERE full_sum > 0
      GROUP BY word) AS f ON f.word = coalesce(c.fuel, v.fuel)
LEFT JOIN pack_vehicle_methods m ON m.method = v.method AND CAST(r.issued_at AS DATE) >= m.valid_from
    AND (m.valid_to IS NULL OR CAST(r.issued_at AS DATE) <= m.valid_to)
WHERE r.corrects IS NULL
ORDER BY r.institution_id, lane, v.method, f.fuel, v.report_id
"""

Columns = Mapping[str, npt.NDArray[Any]]


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Rule: passed although the sum was below what makes a test invalid. Statistic: lanes and months of lanes."""
    data = tables["judged_tests"]
    column = {name: np.asarray(data[name].to_numpy(zero_copy_only=False)) for name in data.column_names}
    rows: list[dict[str, Any]] = []
    if data.num_rows:
        rows += _invalid(column)
        for nature in LEAST_TESTS:
            rows += _diluted(column, nature)
        rows += _some(column)
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _places(column: Columns, nature: str) -> npt.NDArray[np.str_]:
    names = ["institution_id", "lane"] if nature == "invalid" else ["institution_id", "lane", "method", "fuel"]
    names += ["month"] if nature == "month" else []
    return np.array(["\x1f".join(map(str, one)) for one in zip(*(column[name] for name in names), strict=True)])


def _row(column: Columns, at: int, **more: Any) -> dict[str, Any]:
    texts = ("institution_id", "report_id", "report_no", "vin", "lane", "method")
    source = {name: None if column[name][at] is None else str(column[name][at]) for name in texts}
    mean_sum = float(column["mean_sum"][at])
    oxygen = float(np.asarray(column["oxygen"][at], dtype=np.float64))
    return (
        source
        | {
            "subject_id": source["institution_id"],
            "occurred_at": column["issued_at"][at],
            "slip": False,
            "firm": False,
            "mean_sum": mean_sum,
            "oxygen": None if np.isnan(oxygen) else oxygen,
            "dilution": float(column["full_sum"][at]) / max(mean_sum, 0.01),
            "rule": False,
            "month": "",
        }
        | more
    )


def _invalid(column: Columns) -> list[dict[str, Any]]:
    """Passed tests that the standard calls invalid; several at one lane weigh more than a leaking exhaust pipe."""
    least = column["least_sum"].astype(np.float64)
    bound = np.minimum(column["bound"].astype(np.float64), column["mean_sum"].astype(np.float64))
    low = (bound < least) & (column["verdict"] == "pass")
    rows = []
    _, place, size = np.unique(_places(column, "invalid"), return_inverse=True, return_counts=True)
    lows = np.bincount(place[low], minlength=len(size))
    for at in np.flatnonzero(low):
        count, tests = int(lows[place[at]]), int(size[place[at]])
        often = count >= LEAST_INVALID and count >= INVALID_SHARE * tests
        more = {"low": count, "tests_of_lane": tests, "least_sum": float(least[at]), "rule": True}
        level = "S4" if often else "S2"
        rows.append(_row(column, int(at), nature="invalid", place="often" if often else "single", level=level, **more))
    return rows


def _diluted(column: Columns, nature: str) -> list[dict[str, Any]]:
    """Lanes whose mean is far below the others' of the same method and fuel, and below what physics leaves room for."""
    names, place, size = np.unique(_places(column, nature), return_inverse=True, return_counts=True)
    logs = np.log(np.maximum(column["mean_sum"].astype(np.float64), 0.01))
    mean = np.bincount(place, weights=logs) / size
    variance = np.maximum(np.bincount(place, weights=(logs - mean[place]) ** 2), 1e-6) / np.maximum(size - 1, 1) / size
    first = np.unique(place, return_index=True)[1]
    kind = np.array([f"{column['method'][at]}\x1f{column['fuel'][at]}" for at in first])
    p_values, centres = np.ones(len(names)), np.full(len(names), np.nan)
    judged = size >= LEAST_TESTS[nature]
    for one in np.unique(kind[judged]):
        mine = np.flatnonzero(judged & (kind == one))
        floor = float(np.log(column["full_sum"][first[mine[0]]] / USUAL_FACTOR))
        centre, tau2 = over_dispersion(mean[mine], variance[mine]) if len(mine) >= LEAST_PEERS else (floor, 0.0)
        centres[mine] = max(centre, floor)
        spread = np.sqrt(variance[mine] + max(tau2, LEAST_TAU**2))
        p_values[mine] = special.ndtr((mean[mine] - centres[mine]) / spread)
    units = np.flatnonzero(judged)
    return _accused(column, nature, place, units=units, p_values=p_values, mean=mean, centres=centres)


def _mixed_with_air(carbon_lost: Floats, oxygen: Floats) -> npt.NDArray[np.bool_]:
    """Tests whose missing carbon and surplus oxygen tell the same share of air: no mixture an engine burns does."""
    known = oxygen[~np.isnan(oxygen)]
    usual = min(MOST_USUAL_OXYGEN, float(np.median(known))) if len(known) else MOST_USUAL_OXYGEN
    gained = AIR_OXYGEN / (AIR_OXYGEN - np.clip(oxygen - usual, 0.0, AIR_OXYGEN - 1))
    both = (carbon_lost >= LEAST_FACTOR) & (gained >= LEAST_FACTOR)
    return np.asarray(both & (np.abs(np.log(carbon_lost / gained)) <= AGREEING), dtype=bool)


def _some(column: Columns) -> list[dict[str, Any]]:
    """Lanes with several tests far below all others of the method: windows of time too short for a mean."""
    _, place, size = np.unique(_places(column, "lane"), return_inverse=True, return_counts=True)
    sums = column["mean_sum"].astype(np.float64)
    far, usual = np.zeros(len(sums), dtype=bool), np.zeros(len(sums))
    oxygen = column["oxygen"].astype(np.float64)
    chance = np.full(len(sums), USUAL_OUTLYING)
    kind = np.array([f"{m}\x1f{f}" for m, f in zip(column["method"], column["fuel"], strict=True)])
    for one in np.unique(kind):
        mine = np.flatnonzero(kind == one)
        middle = float(np.median(sums[mine]))
        width = 1.4826 * float(np.median(np.abs(sums[mine] - middle)))
        usual[mine] = max(middle, float(column["full_sum"][mine[0]]) / USUAL_FACTOR)
        far[mine] = (sums[mine] < usual[mine] / USUAL_FACTOR) & (sums[mine] < usual[mine] - OUTLYING * width)
        far[mine] |= _mixed_with_air(usual[mine] / np.maximum(sums[mine], 0.01), oxygen[mine])
        shares = (np.bincount(place[mine], weights=far[mine]) / np.maximum(np.bincount(place[mine]), 1))[place[mine]]
        chance[mine] = max(USUAL_OUTLYING, float(np.median(shares)))
    counts = np.bincount(place, weights=far).astype(np.int64)
    first = np.unique(place, return_index=True)[1]
    p_values = np.where(counts > 0, special.bdtrc(counts - 1.0, size, chance[first]), 1.0)
    rows = []
    for unit, q in enumerate(false_discovery(p_values.tolist())):
        if counts[unit] < LEAST_OUTLYING or p_values[unit] > LARGEST_P or (q or 0.0) > LARGEST_Q:
            continue
        more: dict[str, Any] = {
            "p_value": float(p_values[unit]),
            "usual_sum": float(usual[first[unit]]),
            "low": int(counts[unit]),
        }
        more |= {"tests_of_lane": int(size[unit]), "tests": len(size), "level": "S3"}
        key = f"{column['lane'][first[unit]]} {column['method'][first[unit]]}"
        rows += [
            _row(column, int(at), nature="some", place=key, **more) for at in np.flatnonzero(far & (place == unit))
        ]
    return rows


def _accused(
    column: Columns,
    nature: str,
    place: npt.NDArray[np.int64],
    *,
    units: npt.NDArray[np.int64],
    p_values: Floats,
    mean: Floats,
    centres: Floats,
) -> list[dict[str, Any]]:
    q_values = false_discovery([float(p_values[one]) for one in units])
    rows = []
    for one, q in zip(units, q_values, strict=True):
        if (q or 0.0) > LARGEST_Q or p_values[one] > LARGEST_P or mean[one] > centres[one] - np.log(LEAST_FACTOR):
            continue
        mine = np.flatnonzero(place == one)
        usual = float(np.exp(centres[one]))
        low = mine[column["mean_sum"][mine].astype(np.float64) < usual / LEAST_FACTOR]
        key = f"{column['lane'][mine[0]]} {column['method'][mine[0]]}"
        month = str(column["month"][mine[0]]) if nature == "month" else ""
        counts = {"low": len(low), "tests_of_lane": len(mine), "tests": len(units)}
        more = {"p_value": float(p_values[one]), "usual_sum": usual, "level": "S4", "month": month, **counts}
        rows += [_row(column, int(at), nature=nature, place=f"{key} {month}".strip(), **more) for at in low]
    return rows


DETECTOR = Detector(
    id="E4",
    version=2,
    name="dilution",
    title="排气被稀释取样",
    meaning="发动机排出的一氧化碳与二氧化碳浓度之和有物理上的常数，明显偏低说明取样管漏气、探头没插到位或掺了空气，"
    "污染物读数随之按比例变小。",
    violation="SUP-14.3",
    cluster="vehicle",
    kind="statistical",
    level="S4",
    subject_kind="institution",
    anchor="absolute",
    needs=(
        Need(table="raw_series", required=("report_id", "channel", "values"), optional=("role",)),
        Need(
            table="vehicle_tests", required=("report_id", "method", "fuel"), optional=("vin", "lane_id", "started_at")
        ),
        Need(table="reports", required=("report_no", "issued_at"), optional=("verdict", "corrects")),
        REGISTER_NEED,
    ),
    packs=("pack_vehicle_fuels", "pack_vehicle_methods"),
    steps=(
        REGISTER,
        BatchStep(name="gases", sql=GASES, reduce=reduce, schema=GAS_SCHEMA, per_report=True),
        Step(name="judged_tests", sql=TESTS),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM judged_tests GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("judged_tests",), compute=compute),
    key_columns=("nature", "place"),
    unit="份有尾气过程数据的报告",
    says="检测线 {lane} {month} 共 {tests_of_lane} 份检验中 {low} 份CO与CO₂之和偏低，"
    "如报告 {report_no} 平均仅 {mean_sum}%，相当于稀释 {dilution} 倍",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "依据",
        "place": "范围",
        "lane": "检测线",
        "method": "检测方法",
        "month": "月份",
        "vin": "车辆识别代号",
        "mean_sum": "CO与CO₂之和（%）",
        "oxygen": "平均氧含量（%）",
        "least_sum": "有效检验的最低值（%）",
        "usual_sum": "应有水平（%）",
        "dilution": "稀释倍数",
        "low": "偏低份数",
        "tests_of_lane": "该检测线份数",
    },
    words={
        "nature": {
            "invalid": "低于有效检验的最低值仍判合格",
            "lane": "整条检测线偏低",
            "month": "该月检测线偏低",
            "some": "数份远低于其他检测线",
        },
        "method": {"asm": "稳态工况", "vmas": "简易瞬态工况", "two_idle": "双怠速", "transient": "瞬态工况"},
    },
    on_site=(
        "检查取样探头、管路、接头和过滤器有无开孔、松脱、加装三通，做泄漏检查",
        "用标准气体从探头端通入，核对分析仪示值与仪器端通入时是否一致",
        "调取偏低时段的录像，核对探头插入深度",
    ),
    benign=(
        "碳少了多少与氧多了多少须指向同一稀释倍数，才把稀释不到1.35倍的也算上；浓混合气、稀混合气都不会这样",
        "单份偏低可能是排气管漏气或二次空气喷射，只作疑问；同一检测线五份以上且占百分之二以上才列为疑点",
        "各检测线之间的正常差异已计入；按方法和燃料分别比较",
        "应有水平不低于燃料完全燃烧的理论值除以1.35，全区域都稀释也不会把标准拉低",
        "柴油车和没有理论值的燃料不判断",
    ),
)
