"""E5 – a vehicle passed although the test cycle was not driven, or not long enough (SUP-14.3)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.curves import Floats, matrices
from hengjian.engines.screening.detector import MINUTE, BatchStep, Detector, Need, Step
from hengjian.engines.screening.vehicles import REGISTER, REGISTER_NEED

LANE_SHARE = 0.03
LEAST_OF_LANE = 3
CLOCK_SLACK_S = 1
RECORD_SLACK_S = 2
MOMENT_S = 2
"""Seconds off the prescribed speed that a driver's foot explains; one test in thirty thousand honest ones has them."""

SHIFTS = range(-2, 3)
"""Seconds by which the record may begin before or after the cycle."""

DRIVEN_SCHEMA = pa.schema(
    [
        ("report_id", pa.string()),
        ("from_s", pa.int64()),
        *((name, pa.float64()) for name in ("seconds", "km", "outside_s")),
    ]
)
POWER_SCHEMA = pa.schema([("report_id", pa.string()), ("greatest", pa.float64())])

_TESTS = """
FROM vehicle_tests v
JOIN reports r ON r.report_id = v.report_id
JOIN pack_vehicle_methods m ON m.method = v.method AND CAST(r.issued_at AS DATE) >= m.valid_from
    AND (m.valid_to IS NULL OR CAST(r.issued_at AS DATE) <= m.valid_to)
"""
_PASSED = "WHERE r.verdict = 'pass' AND r.corrects IS NULL"
METHODS = f"""
SELECT v.report_id, r.institution_id, r.report_no, r.issued_at, coalesce(v.lane_id, '') AS lane, v.vin, v.method,
       v.started_at, v.finished_at, hj_epoch(v.finished_at) - hj_epoch(v.started_at) AS clock_s,
       hj_epoch(r.finished_at) - hj_epoch(r.started_at) AS report_clock_s,
       coalesce(c.rated_power_kw, v.rated_power_kw) AS rated_kw,
       m.title, m.min_test_s, m.cycle_s, m.cycle_km, m.cycle_km_tolerance, m.min_power_percent, m.min_readings
{_TESTS}
LEFT JOIN register c ON c.vin = v.vin
{_PASSED}
"""

SPEEDS = f"""
SELECT s.report_id, coalesce(s.hz, 1.0) AS hz, p.from_s, p.to_s, p.speed_kmh, p.tolerance_kmh, s."values" AS series
FROM raw_series s
JOIN (SELECT v.report_id, v.method, m.cycle_s {_TESTS} {_PASSED}) AS m ON m.report_id = s.report_id
LEFT JOIN pack_cycle_plateaus p ON p.method = m.method
WHERE s.channel = 'speed_kmh' AND s."values" IS NOT NULL AND coalesce(s.role, 'sample') = 'sample'
  AND m.cycle_s IS NOT NULL AND coalesce(s.hz, 1.0) > 0
"""

POWERS = f"""
SELECT s.report_id, s."values" AS series FROM raw_series s
JOIN (SELECT v.report_id, m.min_power_percent {_TESTS} {_PASSED}) AS m ON m.report_id = s.report_id
WHERE s.channel = 'power_kw' AND s."values" IS NOT NULL AND m.min_power_percent > 0
"""


def reduce_speed(batch: pa.RecordBatch) -> pa.Table:
    """Length, distance and seconds outside one plateau of every speed curve."""
    plateau = {
        name: batch.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        for name in ("hz", "from_s", "to_s", "speed_kmh", "tolerance_kmh")
    }
    parts = [DRIVEN_SCHEMA.empty_table()]
    for rows, speed in matrices(batch.column("series")):
        hz = plateau["hz"][rows]
        outside = np.array([_outside(curve, plateau, row) for curve, row in zip(speed, rows, strict=True)])
        parts.append(
            pa.table(
                [
                    batch.column("report_id").take(pa.array(rows)),
                    batch.column("from_s").cast(pa.int64()).take(pa.array(rows)),
                    pa.array(speed.shape[1] / hz),
                    pa.array(speed.sum(axis=1) / hz / 3600),
                    pa.array(outside),
                ],
                schema=DRIVEN_SCHEMA,
            )
        )
    return pa.concat_tables(parts)


def _outside(curve: Floats, plateau: dict[str, Floats], row: int) -> float:
    """Seconds outside the tolerance of a plateau, its first and last second not counted, best shift taken."""
    if np.isnan(plateau["from_s"][row]):
        return 0.0
    hz = plateau["hz"][row]
    counts = []
    for shift in SHIFTS:
        first = max(0, int((plateau["from_s"][row] + 1 + shift) * hz))
        part = curve[first : max(first, int((plateau["to_s"][row] - 1 + shift) * hz))]
        far = np.abs(part - plateau["speed_kmh"][row]) > plateau["tolerance_kmh"][row]
        counts.append(float(np.count_nonzero(far)) / float(hz))
    return min(counts)


def reduce_power(batch: pa.RecordBatch) -> pa.Table:
    """Greatest wheel power of every curve."""
    parts = [POWER_SCHEMA.empty_table()]
    for rows, power in matrices(batch.column("series")):
        ids = batch.column("report_id").take(pa.array(rows))
        parts.append(pa.table([ids, pa.array(power.max(axis=1))], schema=POWER_SCHEMA))
    return pa.concat_tables(parts)


READINGS = """
SELECT x.report_id, max(x.n) AS readings FROM (
    SELECT report_id, item_code, count(*) AS n FROM results WHERE replicate >= 1 GROUP BY report_id, item_code
) AS x GROUP BY x.report_id
"""

OF_REPORT = """
SELECT d.report_id, max(d.seconds) AS seconds, max(d.km) AS km,
       max(d.outside_s - coalesce(p.allowed_s, 0)) AS beyond_s
FROM driven d JOIN methods m ON m.report_id = d.report_id
LEFT JOIN pack_cycle_plateaus p ON p.method = m.method AND p.from_s = d.from_s
GROUP BY d.report_id
"""

# One row a test and reason; the clock's reason is a slip unless a second clock or the record says the same.
REASONS = f"""
WITH measured AS (
    SELECT m.*, o.seconds, o.km, o.beyond_s, p.greatest, x.readings,
           CASE WHEN CAST(hj_epoch(m.started_at) AS BIGINT) % {MINUTE} = 0
                     AND CAST(hj_epoch(m.finished_at) AS BIGINT) % {MINUTE} = 0
                THEN {MINUTE} ELSE {CLOCK_SLACK_S} END AS unit_s
    FROM methods m
    LEFT JOIN of_report o ON o.report_id = m.report_id
    LEFT JOIN (SELECT report_id, max(greatest) AS greatest FROM powers GROUP BY report_id) AS p
           ON p.report_id = m.report_id
    LEFT JOIN readings x ON x.report_id = m.report_id
)
SELECT *, 'clock' AS nature, clock_s AS found, CAST(min_test_s AS DOUBLE) AS asked,
       NOT coalesce(seconds + {RECORD_SLACK_S} < min_test_s, false)
           AND NOT coalesce(report_clock_s >= 0 AND report_clock_s + 2 * unit_s < min_test_s, false) AS slip,
       coalesce(seconds + {RECORD_SLACK_S} < min_test_s, false) AS firm
FROM measured WHERE clock_s >= 0 AND clock_s + unit_s < min_test_s
UNION ALL
SELECT *, 'record', seconds, CAST(cycle_s AS DOUBLE), false, false FROM measured
WHERE seconds + {RECORD_SLACK_S} < cycle_s
UNION ALL
SELECT *, 'distance', km, cycle_km, false, false FROM measured
WHERE seconds + {RECORD_SLACK_S} >= cycle_s AND abs(km - cycle_km) > cycle_km_tolerance
UNION ALL
SELECT *, 'speed', beyond_s, 0.0, false, false FROM measured
WHERE seconds + {RECORD_SLACK_S} >= cycle_s AND beyond_s > 0
UNION ALL
SELECT *, 'power', greatest, min_power_percent * rated_kw / 100, false, false FROM measured
WHERE greatest > 0 AND greatest < min_power_percent * rated_kw / 100
UNION ALL
SELECT *, 'readings', CAST(readings AS DOUBLE), CAST(min_readings AS DOUBLE), false, false FROM measured
WHERE readings < min_readings
"""

LANES = "SELECT institution_id, lane, method, count(*) AS n FROM methods GROUP BY institution_id, lane, method"

HITS = f"""
SELECT x.institution_id, x.institution_id AS subject_id, x.report_id, x.issued_at AS occurred_at,
       CASE WHEN x.of_lane >= {LEAST_OF_LANE} AND x.of_lane >= {LANE_SHARE} * l.n THEN 'S4'
            WHEN x.nature = 'speed' AND x.found <= {MOMENT_S} THEN 'S2' ELSE 'S3' END AS level,
       x.slip, x.firm, CAST(NULL AS DOUBLE) AS p_value, x.nature, CASE WHEN x.slip THEN 'slip' ELSE '' END AS doubt,
       x.report_no, x.vin, x.lane, x.method, x.title AS method_title, x.found, x.asked, x.started_at, x.finished_at,
       x.of_lane, l.n AS tests_of_lane
FROM (SELECT r.*, count(*) OVER (PARTITION BY institution_id, lane, method, nature) AS of_lane FROM reasons r) AS x
JOIN lanes l ON l.institution_id = x.institution_id AND l.lane = x.lane AND l.method = x.method
"""

DETECTOR = Detector(
    id="E5",
    version=2,
    name="cycle",
    title="工况没有按规程做完仍判合格",
    meaning="检验用时、过程记录的长度、行驶里程、车速或功率达不到方法要求，按规程检验无效，报告却判为合格。",
    violation="SUP-14.3",
    cluster="vehicle",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="vehicle_tests",
            required=("report_id", "method", "started_at", "finished_at"),
            optional=("vin", "lane_id", "rated_power_kw"),
        ),
        Need(
            table="reports",
            required=("report_no", "issued_at", "verdict"),
            optional=("corrects", "started_at", "finished_at"),
        ),
        Need(table="raw_series", optional=("report_id", "channel", "values", "hz", "role"), optional_table=True),
        Need(table="results", optional=("report_id", "item_code", "replicate"), optional_table=True),
        REGISTER_NEED,
    ),
    packs=("pack_vehicle_methods", "pack_cycle_plateaus"),
    resolution={"vehicle_tests.started_at": MINUTE, "vehicle_tests.finished_at": MINUTE},
    steps=(
        REGISTER,
        Step(name="methods", sql=METHODS),
        BatchStep(name="driven", sql=SPEEDS, reduce=reduce_speed, schema=DRIVEN_SCHEMA, per_report=True),
        BatchStep(name="powers", sql=POWERS, reduce=reduce_power, schema=POWER_SCHEMA, per_report=True),
        Step(name="readings", sql=READINGS, per_report=True),
        Step(name="of_report", sql=OF_REPORT),
        Step(name="reasons", sql=REASONS),
        Step(name="lanes", sql=LANES),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM methods GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature", "method", "doubt"),
    unit="份按工况法判合格的报告",
    says="报告 {report_no}（{method_title}）判合格，{nature}：实际 {found}，要求 {asked}；"
    "检测线 {lane} 同类 {of_lane} 份",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "不符合之处",
        "doubt": "疑问",
        "vin": "车辆识别代号",
        "lane": "检测线",
        "method": "方法代码",
        "method_title": "检测方法",
        "found": "实际",
        "asked": "要求",
        "started_at": "检验开始",
        "finished_at": "检验结束",
        "of_lane": "该检测线同类份数",
        "tests_of_lane": "该检测线合格份数",
    },
    words={
        "nature": {
            "clock": "检验用时不足（秒）",
            "record": "过程记录长度不足一个循环（秒）",
            "distance": "行驶里程偏差超过允差（公里）",
            "speed": "等速段车速超差的时间超过允许（秒）",
            "power": "最大轮边功率不足（千瓦）",
            "readings": "测量次数不足（次）",
        },
        "doubt": {"slip": "只有一处时间可据", "": ""},
    },
    on_site=(
        "从工控机直接导出逐秒数据，核对车速、里程、功率和有效性判定",
        "检查检测软件的无效判定和自动终止功能是否被关闭或改写",
        "调取对应时段的检测线录像，计量实际检验时长",
    ),
    benign=(
        "起止时间按其精度放宽；只有一处时间短、没有第二处时间或过程记录佐证的，作为数据疑问",
        "车速按标准允差并各去掉首尾一秒，允许记录起点前后错开两秒",
        "方法没有数据的项目不判断；判不合格或无效的检验不计",
    ),
)
