"""E11 – another vehicle stood in for the one on the report (SUP-15.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.curves import Floats, matrices
from hengjian.engines.screening.detector import ArrayStep, BatchStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.vehicles import REGISTER, REGISTER_NEED

LONGEST_GAP_S = 15 * 60
LEAST_PAIRS = 30
LEAST_REFERENCE = 200
CLOSE_SHARE = 0.01
LAGS = range(2, 7)
"""Vehicles of the same lane and day that did not follow each other: they share the lane's air and adjustment."""

LEAST_CLOSE = 3
LEAST_EXCESS = 4.0
LEAST_FEATURES = 4
PRIOR_PAIRS = 100.0
LARGEST_P = 1e-4
LARGEST_Q = 0.05
CHANNELS = ("co2_pct", "co_pct", "hc_ppm", "no_ppm", "o2_pct", "lambda", "rpm", "oil_temp_c", "flow_ls", "opacity_k")

PRINT_SCHEMA = pa.schema(
    [("report_id", pa.string()), ("channel", pa.string()), ("level", pa.float64()), ("spread", pa.float64())]
)
HIT_SCHEMA = hit_schema(
    texts=("nature", "place", "report_no", "vin", "other_report", "other_vin", "lane", "contradicted", "model"),
    floats=("distance", "close_below", "expected"),
    counts=("contradictions", "close", "pairs", "tests"),
).append(pa.field("rule", pa.bool_()))

# What was measured or entered against the register; the fuel by its kind, figures beyond their tolerance.
CONTRADICTED = """
WITH off AS (
    SELECT v.report_id, r.institution_id, r.report_no, r.issued_at, v.vin, coalesce(v.lane_id, '') AS lane,
           coalesce(v.model, '') AS model,
           CASE WHEN abs(v.wheelbase_mm - c.wheelbase_mm) > greatest(w.absolute, w.percent / 100 * c.wheelbase_mm)
                THEN 1 ELSE 0 END AS wheelbase_off,
           CASE WHEN abs(v.ref_mass_kg - c.ref_mass_kg) > greatest(k.absolute, k.percent / 100 * c.ref_mass_kg)
                THEN 1 ELSE 0 END AS mass_off,
           CASE WHEN v.axles > 0 AND c.axles > 0 AND v.axles <> c.axles THEN 1 ELSE 0 END AS axles_off,
           CASE WHEN f.fuel <> g.fuel THEN 1 ELSE 0 END AS fuel_off
    FROM vehicle_tests v
    JOIN reports r ON r.report_id = v.report_id
    JOIN register c ON c.vin = v.vin
    LEFT JOIN (SELECT word, max(fuel) AS fuel FROM pack_vehicle_fuels GROUP BY word) AS f ON f.word = v.fuel
    LEFT JOIN (SELECT word, max(fuel) AS fuel FROM pack_vehicle_fuels GROUP BY word) AS g ON g.word = c.fuel
    CROSS JOIN (SELECT max(absolute) AS absolute, max(percent) AS percent FROM pack_vehicle_tolerances
                WHERE id = 'wheelbase_mm') AS w
    CROSS JOIN (SELECT max(absolute) AS absolute, max(percent) AS percent FROM pack_vehicle_tolerances
                WHERE id = 'ref_mass_kg') AS k
    WHERE r.corrects IS NULL
)
SELECT *, concat(CASE WHEN wheelbase_off = 1 THEN '轴距 ' ELSE '' END, CASE WHEN mass_off = 1 THEN '质量 ' ELSE '' END,
                 CASE WHEN axles_off = 1 THEN '轴数 ' ELSE '' END, CASE WHEN fuel_off = 1 THEN '燃料 ' ELSE '' END)
           AS contradicted,
       wheelbase_off + mass_off + axles_off + fuel_off AS contradictions
FROM off WHERE wheelbase_off + axles_off + fuel_off >= 1
"""

SERIES = f"""
SELECT s.report_id, s.channel, s."values" AS series FROM raw_series s
WHERE coalesce(s.role, 'sample') = 'sample' AND s."values" IS NOT NULL
  AND s.channel IN ({", ".join(f"'{name}'" for name in CHANNELS)})
"""


def reduce(batch: pa.RecordBatch) -> pa.Table:
    """Logarithms of level and spread of every curve: what an engine keeps from one test to the next."""
    parts = [PRINT_SCHEMA.empty_table()]
    for rows, matrix in matrices(batch.column("series"), least=20):
        kept = rows[matrix.std(axis=1) > 0]
        some = matrix[matrix.std(axis=1) > 0]
        take = pa.array(kept)
        level, spread = np.log(np.abs(some.mean(axis=1)) + 1e-6), np.log(some.std(axis=1) + 1e-6)
        names = [batch.column(name).take(take) for name in ("report_id", "channel")]
        parts.append(pa.table([*names, pa.array(level), pa.array(spread)], schema=PRINT_SCHEMA))
    return pa.concat_tables(parts)


PRINTS = """
SELECT report_id, channel, avg(level) AS level, avg(spread) AS spread FROM curve_prints
GROUP BY report_id, channel ORDER BY report_id, channel
"""

ORDERED = """
SELECT v.report_id, r.institution_id, r.report_no, r.issued_at, coalesce(v.lane_id, '') AS lane, v.vin,
       coalesce(v.model, '') AS model, coalesce(v.method, '') AS method, hj_epoch(v.started_at) AS t0,
       hj_epoch(coalesce(v.finished_at, v.started_at)) AS t1, CAST(v.started_at AS DATE) AS day
FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
SEMI JOIN curve_prints p ON p.report_id = v.report_id
WHERE v.started_at IS NOT NULL AND v.vin IS NOT NULL AND r.corrects IS NULL
ORDER BY institution_id, lane, t0, report_id
"""

Columns = Mapping[str, npt.NDArray[Any]]


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Contradictions to the register as a rule; lanes where a car is too like the one before it as a statistic."""
    rows = [_contradiction(row) for row in tables["contradicted"].to_pylist()]
    data = tables["ordered"]
    if data.num_rows >= LEAST_PAIRS:
        column = {name: np.asarray(data[name].to_numpy(zero_copy_only=False)) for name in data.column_names}
        rows += _donors(column, _features(column, tables["prints"]))
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _contradiction(row: Mapping[str, Any]) -> dict[str, Any]:
    """Two contradictions no single wrong entry explains, one is a question."""
    several = row["contradictions"] >= 2
    names = ("institution_id", "report_id", "report_no", "vin", "lane", "model", "contradictions")
    return {name: row[name] for name in names} | {
        "subject_id": row["institution_id"],
        "occurred_at": row["issued_at"],
        "level": "S5" if several else "S2",
        "slip": False,
        "firm": several,
        "nature": "register" if several else "field",
        "place": "",
        "contradicted": row["contradicted"].strip(),
        "rule": True,
    }


def _features(column: Columns, prints: pa.Table) -> Floats:
    """Tests × features in units of what vehicles of the method differ; missing ones are not a number."""
    place = {report: at for at, report in enumerate(column["report_id"])}
    at = np.array([place.get(report, -1) for report in prints["report_id"].to_pylist()], dtype=np.int64)
    channel = np.array([CHANNELS.index(name) for name in prints["channel"].to_pylist()], dtype=np.int64)
    matrix = np.full((len(place), 2 * len(CHANNELS)), np.nan)
    known = at >= 0
    matrix[at[known], channel[known]] = prints["level"].to_numpy()[known]
    matrix[at[known], len(CHANNELS) + channel[known]] = prints["spread"].to_numpy()[known]
    for method in np.unique(column["method"].astype(str)):
        mine = column["method"].astype(str) == method
        for feature in range(matrix.shape[1]):
            values = matrix[mine, feature]
            whole = values[np.isfinite(values)]
            width = 1.4826 * float(np.median(np.abs(whole - np.median(whole)))) if len(whole) >= LEAST_PAIRS else 0.0
            matrix[mine, feature] = values / width if width > 0 else np.nan
    return matrix


def _pairs(column: Columns, features: Floats, lag: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """(second of each pair, distance) of tests of different vehicles `lag` places apart on one lane and day."""
    second = np.arange(lag, len(features))
    first = second - lag
    same = np.ones(len(second), dtype=bool)
    for name in ("institution_id", "lane", "day", "method"):
        same &= column[name][first] == column[name][second]
    same &= column["vin"][first] != column["vin"][second]
    second = second[same]
    apart = features[second] - features[second - lag]
    count = np.isfinite(apart).sum(axis=1)
    total = np.nansum(apart**2, axis=1)
    distance = np.sqrt(total / np.maximum(count, 1))
    enough = count >= LEAST_FEATURES
    return second[enough], distance[enough]


def _donors(column: Columns, features: Floats) -> list[dict[str, Any]]:
    """Lanes with more close neighbours in time than vehicles of the same lane and day have otherwise."""
    others = [(lag, *_pairs(column, features, lag)) for lag in LAGS]
    apart = np.concatenate([distance for _, _, distance in others])
    alike = np.concatenate([column["model"][at] == column["model"][at - lag] for lag, at, _ in others])
    at, near = _pairs(column, features, 1)
    at_soon = column["t0"][at] - column["t1"][at - 1] < LONGEST_GAP_S
    at, near = at[at_soon], near[at_soon]
    if len(apart) < LEAST_REFERENCE or len(at) < LEAST_PAIRS:
        return []
    limits = {kind: _limit(apart[alike == kind]) for kind in (False, True)}
    limit = np.where(column["model"][at] == column["model"][at - 1], limits[True], limits[False])
    reference = [(place[0], limits[bool(same)]) for place, same in zip(_of(others), alike, strict=True)]
    own_limit = np.array([one for _, one in reference])
    judged = np.isfinite(limit)
    lanes = np.array([f"{i}\x1f{la}" for i, la in zip(column["institution_id"], column["lane"], strict=True)])
    other_lane = lanes[np.array([place for place, _ in reference], dtype=np.int64)]
    return _lanes(
        column,
        lanes,
        pairs=(at[judged], near[judged], limit[judged]),
        reference=(other_lane[np.isfinite(own_limit)], (apart < own_limit)[np.isfinite(own_limit)]),
    )


def _of(others: list[tuple[int, npt.NDArray[np.int64], Floats]]) -> npt.NDArray[np.int64]:
    return np.concatenate([at for _, at, _ in others])[:, None]


def _limit(distances: Floats) -> float:
    """The distance that only 1 % of unrelated pairs lie below; not a number where too few tell it."""
    return float(np.quantile(distances, CLOSE_SHARE)) if len(distances) >= LEAST_REFERENCE else float("nan")


def _lanes(
    column: Columns,
    lanes: npt.NDArray[np.str_],
    *,
    pairs: tuple[npt.NDArray[np.int64], Floats, Floats],
    reference: tuple[npt.NDArray[np.str_], npt.NDArray[np.bool_]],
) -> list[dict[str, Any]]:
    at, near, limit = pairs
    other_lane, other_close = reference
    judged, p_values = [], []
    for lane in np.unique(lanes[at]):
        mine = np.flatnonzero(lanes[at] == lane)
        if len(mine) < LEAST_PAIRS:
            continue
        own = other_close[other_lane == lane]
        chance = (float(own.sum()) + PRIOR_PAIRS * CLOSE_SHARE) / (len(own) + PRIOR_PAIRS)
        chance = max(chance, CLOSE_SHARE)
        close = mine[near[mine] < limit[mine]]
        judged.append((lane, mine, close, chance))
        p_values.append(float(special.bdtrc(len(close) - 1, len(mine), chance)) if len(close) else 1.0)
    rows = []
    for (_, mine, close, chance), p, q in zip(judged, p_values, false_discovery(p_values), strict=True):
        expected = chance * len(mine)
        if p > LARGEST_P or (q or 0.0) > LARGEST_Q or len(close) < max(LEAST_CLOSE, LEAST_EXCESS * expected):
            continue
        more = {"p_value": p, "close": len(close), "pairs": len(mine), "expected": expected, "tests": len(judged)}
        rows += [_donor(column, int(at[one]), float(near[one]), float(limit[one])) | more for one in close]
    return rows


def _donor(column: Columns, at: int, distance: float, limit: float) -> dict[str, Any]:
    return {
        name: str(column[name][at]) for name in ("institution_id", "report_id", "report_no", "vin", "lane", "model")
    } | {
        "subject_id": str(column["institution_id"][at]),
        "occurred_at": column["issued_at"][at],
        "level": "S3",
        "slip": False,
        "firm": False,
        "nature": "donor",
        "place": str(column["lane"][at]),
        "other_report": str(column["report_id"][at - 1]),
        "other_vin": str(column["vin"][at - 1]),
        "distance": distance,
        "close_below": limit,
        "contradicted": "与前一辆车的发动机特征几乎相同",
        "rule": False,
    }


DETECTOR = Detector(
    id="E11",
    version=1,
    name="substitution",
    title="接受检验的不是报告上的车辆",
    meaning="检验时的轴距、质量、轴数、燃料与登记不符，或者相邻两辆车的尾气特征像同一台发动机，可能用合格的车替检。",
    violation="SUP-15.4",
    cluster="vehicle",
    kind="statistical",
    level="S5",
    subject_kind="institution",
    anchor="absolute",
    needs=(
        Need(
            table="vehicle_tests",
            required=("report_id", "vin"),
            optional=(
                "model",
                "lane_id",
                "method",
                "fuel",
                "wheelbase_mm",
                "ref_mass_kg",
                "axles",
                "started_at",
                "finished_at",
            ),
        ),
        Need(table="reports", required=("report_no", "issued_at"), optional=("corrects",)),
        REGISTER_NEED,
        Need(table="raw_series", optional=("report_id", "channel", "values", "role"), optional_table=True),
    ),
    packs=("pack_vehicle_fuels", "pack_vehicle_tolerances"),
    steps=(
        REGISTER,
        Step(name="contradicted", sql=CONTRADICTED),
        BatchStep(name="curve_prints", sql=SERIES, reduce=reduce, schema=PRINT_SCHEMA, per_report=True),
        Step(name="prints", sql=PRINTS),
        Step(name="ordered", sql=ORDERED),
        Step(
            name="population",
            sql="""
SELECT institution_id, count(DISTINCT report_id) AS n FROM (
    SELECT r.institution_id, v.report_id FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
    SEMI JOIN register c ON c.vin = v.vin
    UNION ALL
    SELECT institution_id, report_id FROM ordered
) AS judged GROUP BY institution_id
""",
        ),
    ),
    array=ArrayStep(inputs=("contradicted", "prints", "ordered"), compute=compute),
    key_columns=("nature", "place"),
    unit="份可与登记或前后车辆比较的报告",
    says="报告 {report_no}：车辆 {vin}（{model}），{contradicted}，{nature}",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "情形",
        "place": "检测线",
        "lane": "所在检测线",
        "vin": "车辆识别代号",
        "model": "型号",
        "contradicted": "不符之处",
        "contradictions": "不符项数",
        "other_report": "前一份报告",
        "other_vin": "前一辆车",
        "distance": "特征距离",
        "close_below": "极近的界限",
        "close": "极近的对数",
        "pairs": "相邻对数",
        "expected": "通常对数",
    },
    words={
        "nature": {
            "register": "两项以上与登记不符",
            "field": "仅一项不符，可能录错",
            "donor": "同一检测线上这样的相邻车辆明显多于通常",
        }
    },
    on_site=(
        "调取外观检查、称重和检测线录像，核对号牌、颜色、车型和车身铭牌",
        "对涉及车辆复检外廓尺寸、轴荷和OBD",
        "查进出站记录和收费记录，确认涉及车辆当日到站",
    ),
    benign=(
        "尺寸和质量按允差比较；只有一项不符的，作为数据疑问",
        "同一辆车的复检不算相邻车辆；相邻车辆只与同一检测线同一天不相邻的车辆比较，环境和仪器漂移的影响已扣除",
        "同型号车辆只与同型号比较，车队集中送检不会被误认",
        "相邻车辆少于三十对的检测线不判断替检，只查与登记的矛盾",
    ),
)
