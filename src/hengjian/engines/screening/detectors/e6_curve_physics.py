"""E6 – the curves contradict the physics of the car: exhaust does not follow load, wheels and engine do not agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, BatchStep, Detector, Need, Step
from hengjian.engines.screening.driving import FOLLOWED, TACHO, TURNED, reduce_followed, reduce_tacho, reduce_turned
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import share_tail
from hengjian.engines.screening.vehicles import REGISTER, REGISTER_NEED

FOLLOWS = 0.3
"""Exhaust that follows the load at all is correlated at least so far; no peers raise this."""

LOW_QUANTILE = 0.005
LEAST_CURVES = 200
LEAST_TESTS = 50
LEAST_PEERS = 10
TRIMMED = 0.1
OFTEN = 5
OFTEN_SHARE = 0.02
MOSTLY = 0.5
LARGEST_P = 1e-4
LARGEST_Q = 0.05
STRENGTH = 20.0
MOST_OFF = 0.05
"""Who drives longer with the engine off is a hybrid."""

TACHO_S = 10.0
MODEL_TESTS = 30
MODEL_STATIONS = 5
MOST_LINES = 6
LINE_STATIONS = 3
LINES_HOLD = 0.9
LINE_GAP = 0.06
LINE_WIDTH = 0.12
OFF_LINE = 0.10
"""Logarithms of revolutions by speed: gear lines of one model are narrow and apart."""

HIT_SCHEMA = hit_schema(
    texts=("nature", "place", "lane", "method", "report_no", "vin", "model", "told"),
    floats=("r", "least_r", "apart_s", "factor", "ratio", "near_ratio"),
    counts=("lag_s", "low", "tests_of_lane", "tests"),
).append(pa.field("rule", pa.bool_()))

# Tests on a moving cycle; where the load stands still nothing can follow it.
_TESTS = """
FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
JOIN pack_vehicle_methods m ON m.method = v.method AND m.loaded AND NOT m.steady
    AND CAST(r.issued_at AS DATE) >= m.valid_from
    AND (m.valid_to IS NULL OR CAST(r.issued_at AS DATE) <= m.valid_to)
"""
_PASSED = "WHERE r.verdict = 'pass' AND r.corrects IS NULL"
MOVED = f"""
SELECT v.report_id, r.institution_id, r.report_no, r.issued_at, coalesce(v.lane_id, '') AS lane, v.vin, v.method,
       coalesce(c.model, v.model, '') AS model
{_TESTS}
LEFT JOIN register c ON c.vin = v.vin
{_PASSED}
ORDER BY r.institution_id, lane, v.method, v.report_id
"""


def _joined(first: str, others: str, columns: str) -> str:
    """SQL of two channels of one recording side by side."""
    return f"""
SELECT a.report_id, coalesce(a.hz, 1.0) AS hz, {columns}
FROM raw_series a
JOIN (SELECT v.report_id {_TESTS} {_PASSED}) AS t ON t.report_id = a.report_id
JOIN raw_series b ON b.report_id = a.report_id AND b.channel IN ({others})
    AND coalesce(b.replicate, 0) = coalesce(a.replicate, 0) AND coalesce(b.hz, 1.0) = coalesce(a.hz, 1.0)
    AND coalesce(b.role, 'sample') = 'sample' AND b."values" IS NOT NULL
{{more}}
WHERE a.channel = '{first}' AND coalesce(a.role, 'sample') = 'sample' AND a."values" IS NOT NULL
  AND coalesce(a.hz, 1.0) > 0 AND coalesce(a.hz, 1.0) < 1000
"""


FOLLOWING = _joined(
    "co2_pct",
    "'speed_kmh', 'power_kw'",
    'b.channel AS driver, a."values" AS gas, b."values" AS load, f."values" AS flow',
).format(
    more="""
LEFT JOIN raw_series f ON f.report_id = a.report_id AND f.channel = 'flow_ls'
    AND coalesce(f.replicate, 0) = coalesce(a.replicate, 0) AND coalesce(f.role, 'sample') = 'sample'
"""
)
TURNING = _joined("speed_kmh", "'rpm'", 'a."values" AS speed, b."values" AS rpm').format(more="")
TACHOMETERS = _joined("rpm", "'obd_rpm'", 'a."values" AS rpm, b."values" AS obd').format(more="")


# One curve a test: of power rather than speed, of the flow of CO2 rather than its share; hybrids are left out.
CURVES = f"""
SELECT t.*, f.driver, f.kind, f.r, f.lag_s FROM moved t
JOIN (SELECT * FROM followed
      QUALIFY row_number() OVER (PARTITION BY report_id ORDER BY driver, kind, r, lag_s) = 1) AS f
  ON f.report_id = t.report_id
LEFT JOIN (SELECT report_id, max(off_share) AS off_share FROM turned GROUP BY report_id) AS e
  ON e.report_id = t.report_id
WHERE coalesce(e.off_share, 0.0) <= {MOST_OFF}
ORDER BY t.institution_id, t.lane, t.report_id
"""

ENGINES = f"""
SELECT t.*, CASE WHEN e.off_share <= {MOST_OFF} THEN e.ratio END AS ratio, o.apart_s, o.factor, o.constant
FROM moved t
LEFT JOIN (SELECT report_id, max(off_share) AS off_share, max(ratio) AS ratio FROM turned GROUP BY report_id) AS e
  ON e.report_id = t.report_id
LEFT JOIN (SELECT report_id, min(apart_s) AS apart_s, max(factor) AS factor,
                  max(CASE WHEN constant THEN 1 ELSE 0 END) AS constant FROM tachometers GROUP BY report_id) AS o
  ON o.report_id = t.report_id
WHERE e.ratio IS NOT NULL OR o.apart_s IS NOT NULL
ORDER BY t.institution_id, t.lane, t.report_id
"""

Columns = Mapping[str, npt.NDArray[Any]]


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Lanes whose exhaust does not follow the load as a statistic; tachometers and gear lines as rules."""
    rows: list[dict[str, Any]] = []
    if tables["curves"].num_rows:
        rows += _decoupled(_columns(tables["curves"]))
    if tables["engines"].num_rows:
        column = _columns(tables["engines"])
        rows += _tachometers(column) + _gear_lines(column)
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _columns(table: pa.Table) -> Columns:
    return {name: np.asarray(table[name].to_numpy(zero_copy_only=False)) for name in table.column_names}


def _grouped(column: Columns, *names: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(group of every row, size of every group)."""
    keys = np.array(["\x1f".join(map(str, one)) for one in zip(*(column[name] for name in names), strict=True)])
    _, place, size = np.unique(keys, return_inverse=True, return_counts=True)
    return place, size


def _row(column: Columns, at: int, **more: Any) -> dict[str, Any]:
    texts = ("institution_id", "report_id", "report_no", "vin", "lane", "method", "model")
    source = {name: None if column[name][at] is None else str(column[name][at]) for name in texts}
    fixed = {"subject_id": source["institution_id"], "occurred_at": column["issued_at"][at], "firm": False}
    return source | fixed | {"slip": False, "rule": True} | more


def _decoupled(column: Columns) -> list[dict[str, Any]]:
    r = column["r"].astype(np.float64)
    group, _ = _grouped(column, "method", "driver", "kind")
    place, size = _grouped(column, "institution_id", "lane", "method", "driver", "kind")
    mean, first = np.bincount(place, weights=r) / size, np.unique(place, return_index=True)[1]
    least, p_values = np.full(len(r), np.nan), np.full(len(size), np.nan)
    for one in np.unique(group):
        mine = group == one
        lanes = np.unique(place[mine])
        least[mine] = _least_r(r[mine], mean[place[mine]], len(lanes), str(column["kind"][np.flatnonzero(mine)[0]]))
    low = r < least
    counts = np.bincount(place, weights=low)
    for one in np.unique(group):
        judged = np.array([lane for lane in np.unique(place[group == one]) if size[lane] >= LEAST_TESTS], dtype=int)
        if len(judged) and np.isfinite(least[first[judged[0]]]):
            p_values[judged] = share_tail(
                counts[judged], 1.0 * size[judged], usual=LOW_QUANTILE, strength=STRENGTH, least=LEAST_PEERS
            )[0]
    units = np.flatnonzero(np.isfinite(p_values))
    rows = []
    for lane, q in zip(units, false_discovery(p_values[units].tolist()), strict=True):
        often = counts[lane] >= OFTEN and counts[lane] >= OFTEN_SHARE * size[lane]
        if not often or p_values[lane] > LARGEST_P or (q or 0.0) > LARGEST_Q:
            continue
        flow = str(column["kind"][first[lane]]) == "flow"
        more: dict[str, Any] = {
            "low": int(counts[lane]),
            "tests_of_lane": int(size[lane]),
            "tests": len(units),
            "rule": False,
        }
        more |= {"p_value": float(p_values[lane]), "nature": "decoupled" if flow else "decoupled_share"}
        more |= {"level": "S4" if flow and counts[lane] >= MOSTLY * size[lane] else "S3"}
        for at in np.flatnonzero(low & (place == lane)):
            own = {"r": float(r[at]), "least_r": float(least[at]), "lag_s": int(column["lag_s"][at])}
            told = f"排气与负荷的相关系数 {r[at]:.2f}，正常不低于 {least[at]:.2f}"
            where = f"{column['lane'][at]} {column['method'][at]}"
            rows.append(_row(column, int(at), place=where, told=told, **own, **more))
    return rows


def _least_r(r: npt.NDArray[np.float64], mean: npt.NDArray[np.float64], lanes: int, kind: str) -> float:
    """The correlation that one honest curve of two hundred does not reach; the tenth of lanes that follow least is
    nobody's norm. Too few peers: a third of what exhaust always does, for a flow; NaN for a share, which need not."""
    usual = r[mean >= np.quantile(np.unique(mean), TRIMMED)]
    if lanes >= LEAST_PEERS and len(usual) >= LEAST_CURVES:
        return min(FOLLOWS, float(np.quantile(usual, LOW_QUANTILE)))
    return FOLLOWS / 3 if kind == "flow" else float("nan")


def _ruled(column: Columns, off: npt.NDArray[np.bool_], judged: npt.NDArray[np.bool_], nature: str) -> Any:
    """(row, often) of everything off: often at a lane is a finding, a single one a question."""
    place, size = _grouped(column, "institution_id", "lane")
    counts, tests = np.bincount(place, weights=off, minlength=len(size)), np.bincount(place, weights=judged)
    for at in np.flatnonzero(off):
        count, of_lane = int(counts[place[at]]), int(tests[place[at]])
        often = count >= OFTEN and count >= OFTEN_SHARE * of_lane
        more = {"nature": nature, "level": "S3" if often else "S2", "low": count, "tests_of_lane": of_lane}
        yield int(at), more | {"place": str(column["lane"][at]) if often else ""}


def _tachometers(column: Columns) -> list[dict[str, Any]]:
    apart, factor = column["apart_s"].astype(np.float64), column["factor"].astype(np.float64)
    known, constant = np.isfinite(apart), column["constant"].astype(np.float64) == 1
    rows = []
    for nature, off in (
        ("tachometer", known & (apart > TACHO_S) & ~constant),
        ("setting", known & (apart > TACHO_S) & constant),
    ):
        for at, more in _ruled(column, off, known, nature):
            more |= {"level": "S1", "slip": True, "place": ""} if nature == "setting" else {}
            told = f"相差超过5%的有 {apart[at]:.0f} 秒，转速表为OBD的 {factor[at]:.2f} 倍"
            rows.append(_row(column, at, told=told, **more, apart_s=float(apart[at]), factor=float(factor[at])))
    return rows


def _gear_lines(column: Columns) -> list[dict[str, Any]]:
    ratio = column["ratio"].astype(np.float64)
    model, _ = _grouped(column, "model")
    near, judged = np.full(len(ratio), np.nan), np.zeros(len(ratio), dtype=bool)
    for one in np.unique(model[np.isfinite(ratio) & (column["model"] != "")]):
        mine = np.flatnonzero((model == one) & np.isfinite(ratio))
        lines = gear_lines(ratio[mine], column["institution_id"][mine].astype(str))
        if len(lines):
            judged[mine] = True
            near[mine] = lines[np.abs(ratio[mine][:, None] - lines[None, :]).argmin(axis=1)]
    off = judged & (np.abs(ratio - near) > OFF_LINE)
    rows = []
    for at, more in _ruled(column, off, judged, "gears"):
        own = {"ratio": float(np.exp(ratio[at])), "near_ratio": float(np.exp(near[at]))}
        told = f"每公里时速 {own['ratio']:.1f} 转，最近的挡位是 {own['near_ratio']:.1f} 转"
        rows.append(_row(column, at, told=told, **more, **own, rule=False))  # the lines are the peers', no law
    return rows


def gear_lines(ratio: npt.NDArray[np.float64], stations: npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
    """Middles of a model's gear lines (ln of revolutions by km/h); none where a belt gearbox leaves no lines."""
    none = np.empty(0)
    if len(ratio) < MODEL_TESTS or len(np.unique(stations)) < MODEL_STATIONS:
        return none
    order = np.argsort(ratio, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(ratio[order]) > LINE_GAP) + 1)
    held = [one for one in parts if len(np.unique(stations[one])) >= LINE_STATIONS]
    narrow = all(np.ptp(ratio[one]) <= LINE_WIDTH for one in held)
    if not narrow or not 1 <= len(held) <= MOST_LINES or sum(map(len, held)) < LINES_HOLD * len(ratio):
        return none
    return np.array([float(np.median(ratio[one])) for one in held])


DETECTOR = Detector(
    id="E6",
    version=1,
    name="curve_physics",
    title="过程曲线违反车辆物理规律",
    meaning="发动机负荷变化，排气应在几秒后跟着变化；挡位固定，转速与车速之比应落在该车型的几条直线上。"
    "曲线与工况脱节，说明曲线可能是合成的，或者取自别的车辆。",
    violation="SUP-15.2",
    cluster="vehicle",
    kind="statistical",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(table="raw_series", required=("report_id", "channel", "values"), optional=("role", "hz", "replicate")),
        Need(table="vehicle_tests", required=("report_id", "method"), optional=("vin", "lane_id", "model")),
        Need(table="reports", required=("report_no", "issued_at", "verdict"), optional=("corrects",)),
        REGISTER_NEED,
    ),
    packs=("pack_vehicle_methods",),
    steps=(
        REGISTER,
        Step(name="moved", sql=MOVED),
        BatchStep(name="followed", sql=FOLLOWING, reduce=reduce_followed, schema=FOLLOWED, per_report=True),
        BatchStep(name="turned", sql=TURNING, reduce=reduce_turned, schema=TURNED, per_report=True),
        BatchStep(name="tachometers", sql=TACHOMETERS, reduce=reduce_tacho, schema=TACHO, per_report=True),
        Step(name="curves", sql=CURVES),
        Step(name="engines", sql=ENGINES),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM (SELECT institution_id, report_id FROM "
            "curves UNION ALL SELECT institution_id, report_id FROM engines) AS judged GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("curves", "engines"), compute=compute),
    key_columns=("nature", "place"),
    unit="份有过程曲线的变工况检验",
    says="检测线 {lane}：{nature}，{tests_of_lane} 份中 {low} 份，如报告 {report_no}：{told}",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "情形",
        "place": "范围",
        "lane": "检测线",
        "method": "检测方法",
        "vin": "车辆识别代号",
        "model": "型号",
        "told": "数值",
        "r": "排气与负荷的相关系数",
        "least_r": "正常曲线的下限",
        "lag_s": "滞后（秒）",
        "apart_s": "转速相差超过5%的秒数",
        "factor": "转速表与OBD转速之比",
        "ratio": "转速与车速之比",
        "near_ratio": "该车型最近的挡位线",
        "low": "同类份数",
        "tests_of_lane": "该检测线可判份数",
    },
    words={
        "nature": {
            "decoupled": "排气流量不随负荷变化",
            "decoupled_share": "二氧化碳不随负荷变化，别处都随负荷变化",
            "tachometer": "转速表与OBD转速不一致",
            "setting": "转速表与OBD转速成固定倍数，像是冲程或缸数设置有误",
            "gears": "转速与车速之比不在该车型的任何挡位上",
        }
    },
    on_site=(
        "从工控机直接导出逐秒数据，与平台收到的曲线逐点比对",
        "调取检测录像，核对车辆、挡位和转速表读数",
        "查检测软件有无曲线模板、模拟数据功能和人工导入记录",
    ),
    benign=(
        "混合动力车行驶中发动机停转，停转超过驾驶时间5%的不判断；无级变速的车型没有挡位线，不判断",
        "只看2至12秒滞后中相关最好的一个；传感器掉零的时段不计，曲线有缺口的不判断",
        "单份不符只作疑问，同一检测线五份以上且占百分之二以上才列为疑点；转速成固定倍数的作为数据疑问",
        "没有流量时只与同行的二氧化碳曲线比较，同行不足十条检测线的不判断",
    ),
)
