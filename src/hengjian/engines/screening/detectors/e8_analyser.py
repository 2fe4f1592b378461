"""E8 – the analyser drew room air while the engine ran under load, or its zero never moves (SUP-14.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengjian.engines.screening.curves import Floats, matrices
from hengjian.engines.screening.detector import BatchStep, Detector, Need, Step
from hengjian.engines.screening.vehicles import REGISTER, REGISTER_NEED

LOW_CO2 = 2.0
LOW_SHARE = 0.8
AIR_O2 = 18.0
DRIVEN_KMH = 5.0
LOADED_KW = 0.5
RUNNING_RPM = 400.0
LEAST_SECONDS = 10
FRACTION = 100.0
"""Who writes 0.13 for 13 % is a hundredfold off."""

BURNT = (7.0, 16.0)
"""Carbon dioxide of an engine that burns petrol or gas, in per cent."""

LEAST_BLANKS = 30
LEAST_BLANK_DAYS = 5

COUNTED: Mapping[str, Callable[[Floats], npt.NDArray[np.bool_]]] = {
    "co2_pct": lambda values: values < LOW_CO2,
    "o2_pct": lambda values: values >= AIR_O2,
    "speed_kmh": lambda values: values > DRIVEN_KMH,
    "power_kw": lambda values: values > LOADED_KW,
    "rpm": lambda values: values > RUNNING_RPM,
    "obd_rpm": lambda values: values > RUNNING_RPM,
}
"""What is counted in every channel."""

SCHEMA = pa.schema(
    [
        ("report_id", pa.string()),
        ("channel", pa.string()),
        ("points", pa.int64()),
        ("counted", pa.int64()),
        ("middle", pa.float64()),
    ]
)
BLANK_SCHEMA = pa.schema([("report_id", pa.string()), ("instrument", pa.string()), ("residue", pa.float64())])

CURVES = f"""
SELECT s.report_id, s.channel, s."values" AS series FROM raw_series s
WHERE coalesce(s.role, 'sample') = 'sample' AND s."values" IS NOT NULL
  AND s.channel IN ({", ".join(f"'{name}'" for name in COUNTED)})
"""

BLANK_CURVES = """
SELECT s.report_id, s.instrument_id AS instrument, s."values" AS series FROM raw_series s
WHERE s.role = 'blank' AND s.channel = 'hc_ppm' AND s.instrument_id IS NOT NULL AND s."values" IS NOT NULL
"""


def reduce(batch: pa.RecordBatch) -> pa.Table:
    """Length, counted points and median of every curve."""
    parts = [SCHEMA.empty_table()]
    channels = np.array(batch.column("channel").to_pylist(), dtype=np.str_)
    for rows, matrix in matrices(batch.column("series"), least=LEAST_SECONDS):
        for channel, counts in COUNTED.items():
            mine = channels[rows] == channel
            own, some = pa.array(rows[mine]), matrix[mine]
            parts.append(
                pa.table(
                    [
                        batch.column("report_id").take(own),
                        batch.column("channel").take(own),
                        pa.array(np.full(len(some), matrix.shape[1])),
                        pa.array(counts(some).sum(axis=1)),
                        pa.array(np.median(some, axis=1)),
                    ],
                    schema=SCHEMA,
                )
            )
    return pa.concat_tables(parts)


def reduce_blank(batch: pa.RecordBatch) -> pa.Table:
    """What the hydrocarbon channel shows in room air: the median of the curve."""
    parts = [BLANK_SCHEMA.empty_table()]
    for rows, matrix in matrices(batch.column("series"), least=1):
        own = pa.array(rows)
        columns = [batch.column(name).take(own) for name in ("report_id", "instrument")]
        parts.append(pa.table([*columns, pa.array(np.median(matrix, axis=1))], schema=BLANK_SCHEMA))
    return pa.concat_tables(parts)


CHANNELS = """
SELECT report_id, channel, CAST(max(points) AS BIGINT) AS points, CAST(max(counted) AS BIGINT) AS counted,
       max(middle) AS middle
FROM counted_curves GROUP BY report_id, channel HAVING count(*) = 1
"""


def _channel(name: str, alias: str) -> str:
    return (
        f"LEFT JOIN channels {alias} ON {alias}.report_id = v.report_id AND {alias}.channel = '{name}' "
        f"AND {alias}.points = g.points"
    )


# At least so many of the n seconds: driven + running − n were driven with the engine on, low + those − n of them low.
TESTS = f"""
SELECT x.*, x.low + x.surely_loaded - x.points AS surely_low, x.rich + x.surely_loaded - x.points AS surely_air
FROM (
    SELECT r.institution_id, v.report_id, r.report_no, v.vin, r.issued_at, coalesce(v.lane_id, '') AS lane, v.method,
           g.points, g.counted AS low, g.middle AS co2, o.counted AS rich, o.middle AS o2,
           CASE WHEN n.points IS NULL THEN 0 ELSE 1 END AS running_known,
           coalesce(s.counted, w.counted, CASE WHEN m.steady THEN g.points END)
               + coalesce(n.counted - g.points, 0) AS surely_loaded
    FROM vehicle_tests v
    JOIN reports r ON r.report_id = v.report_id
    JOIN channels g ON g.report_id = v.report_id AND g.channel = 'co2_pct'
    {_channel("o2_pct", "o")}
    {_channel("speed_kmh", "s")}
    {_channel("power_kw", "w")}
    LEFT JOIN (SELECT report_id, points, max(counted) AS counted FROM channels WHERE channel IN ('rpm', 'obd_rpm')
               GROUP BY report_id, points) AS n ON n.report_id = v.report_id AND n.points = g.points
    LEFT JOIN register c ON c.vin = v.vin
    JOIN (SELECT word FROM pack_vehicle_fuels WHERE full_sum > 0 GROUP BY word) AS f
         ON f.word = coalesce(c.fuel, v.fuel)
    JOIN pack_vehicle_methods m ON m.method = v.method AND m.loaded AND CAST(r.issued_at AS DATE) >= m.valid_from
        AND (m.valid_to IS NULL OR CAST(r.issued_at AS DATE) <= m.valid_to)
    WHERE r.verdict = 'pass' AND r.corrects IS NULL
) AS x
WHERE x.surely_loaded >= {LEAST_SECONDS}
"""

# A fraction written for a percentage; an analyser whose oxygen cell does see exhaust; an engine that may have been off.
FLAGGED = f"""
SELECT t.*, CASE WHEN t.co2 > 0 AND {FRACTION} * t.co2 BETWEEN {BURNT[0]} AND {BURNT[1]} THEN 'unit'
                 WHEN t.rich IS NOT NULL AND t.surely_air <= {LOW_SHARE} * t.surely_loaded THEN 'analyser'
                 WHEN t.running_known = 0 THEN 'engine'
                 ELSE 'probe' END AS nature
FROM air_tests t WHERE t.surely_low > {LOW_SHARE} * t.surely_loaded
"""

LANES = "SELECT institution_id, lane, count(*) AS n FROM air_tests GROUP BY institution_id, lane"

RESIDUES = f"""
SELECT r.institution_id, b.instrument, max(b.residue) AS residue, count(DISTINCT b.report_id) AS blanks,
       count(DISTINCT CAST(r.issued_at AS DATE)) AS days, max(r.issued_at) AS last_at, min(b.residue) AS least
FROM blanks b JOIN reports r ON r.report_id = b.report_id
GROUP BY r.institution_id, b.instrument HAVING count(DISTINCT b.report_id) >= {LEAST_BLANKS}
"""

HITS = f"""
SELECT f.institution_id, f.institution_id AS subject_id, f.report_id, f.issued_at AS occurred_at,
       CASE WHEN f.nature = 'probe' THEN 'S3' WHEN f.nature = 'unit' THEN 'S1' ELSE 'S2' END AS level,
       f.nature = 'unit' AS slip, false AS firm, CAST(NULL AS DOUBLE) AS p_value, f.nature, '' AS place,
       f.report_no, f.vin, f.lane, f.method, f.co2, f.o2, 100.0 * f.surely_low / f.surely_loaded AS low_share,
       f.of_lane, l.n AS tests_of_lane, CAST(NULL AS DOUBLE) AS residue, CAST(NULL AS BIGINT) AS blanks
FROM (SELECT *, count(*) OVER (PARTITION BY institution_id, lane, nature) AS of_lane FROM flagged) AS f
JOIN lanes l ON l.institution_id = f.institution_id AND l.lane = f.lane
UNION ALL
SELECT institution_id, institution_id, CAST(NULL AS VARCHAR), last_at, 'S2', false, false, CAST(NULL AS DOUBLE),
       'zero', instrument, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
       CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
       residue, blanks
FROM residues WHERE days >= {LEAST_BLANK_DAYS} AND residue > 0 AND residue = least
"""

POPULATION = """
SELECT institution_id, CAST(sum(n) AS BIGINT) AS n FROM (
    SELECT institution_id, count(DISTINCT report_id) AS n FROM air_tests GROUP BY institution_id
    UNION ALL
    SELECT institution_id, blanks AS n FROM residues
) AS judged GROUP BY institution_id
"""

DETECTOR = Detector(
    id="E8",
    version=1,
    name="analyser",
    title="加载运转时分析仪抽到的是空气，或者零点从不变化",
    meaning="发动机带负荷运转时排气中二氧化碳应有百分之十几，记录却接近环境空气，说明取样探头没有插入排气管；"
    "零点残留数十次分毫不差，说明没有真正做零点和残留检查。",
    violation="SUP-14.3",
    cluster="vehicle",
    kind="hard",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(table="raw_series", required=("report_id", "channel", "values"), optional=("role", "instrument_id")),
        Need(table="vehicle_tests", required=("report_id", "method", "fuel"), optional=("vin", "lane_id")),
        Need(table="reports", required=("report_no", "issued_at", "verdict"), optional=("corrects",)),
        REGISTER_NEED,
    ),
    packs=("pack_vehicle_fuels", "pack_vehicle_methods"),
    steps=(
        REGISTER,
        BatchStep(name="counted_curves", sql=CURVES, reduce=reduce, schema=SCHEMA, per_report=True),
        BatchStep(name="blanks", sql=BLANK_CURVES, reduce=reduce_blank, schema=BLANK_SCHEMA, per_report=True),
        Step(name="channels", sql=CHANNELS),
        Step(name="air_tests", sql=TESTS),
        Step(name="flagged", sql=FLAGGED),
        Step(name="lanes", sql=LANES),
        Step(name="residues", sql=RESIDUES),
        Step(name="population", sql=POPULATION),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature", "place"),
    unit="份有二氧化碳曲线的加载检验和零点记录",
    says="{nature}：报告 {report_no} 加载时段至少 {low_share}% 的时间二氧化碳低于2%（中位数 {co2}%，氧 {o2}%）；"
    "检测线 {lane} 同类 {of_lane} 份；零点残留 {residue}（{blanks} 次）",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "情形",
        "place": "设备编号",
        "vin": "车辆识别代号",
        "lane": "检测线",
        "method": "检测方法",
        "co2": "二氧化碳中位数（%）",
        "o2": "氧中位数（%）",
        "low_share": "加载时段二氧化碳过低的时间占比（%）",
        "of_lane": "该检测线同类份数",
        "tests_of_lane": "该检测线可判份数",
        "residue": "碳氢残留（ppm）",
        "blanks": "零点记录次数",
    },
    words={
        "nature": {
            "probe": "加载运转时抽到的是空气",
            "analyser": "二氧化碳过低而氧正常，分析仪可能有故障",
            "engine": "二氧化碳过低，没有转速可证明发动机在运转",
            "unit": "二氧化碳数值像是按小数而非百分数填写",
            "zero": "零点残留值每次都分毫不差",
        }
    },
    on_site=(
        "调取涉及时段的检测线录像，核对取样探头是否插入排气管及插入深度",
        "检查取样管路有无脱落、三通和旁通，当场做泄漏检查和零点、残留检查",
        "从工控机导出逐秒原始数据和分析仪自检日志",
    ),
    benign=(
        "混合动力和自动启停车辆发动机停转时不排气：只计发动机转速高于400转/分的时段，没有转速的只作疑问",
        "氧传感器显示为正常排气的，可能是二氧化碳通道故障，只作疑问；按小数填写的作为数据疑问",
        "柴油车、没有理论值的燃料和不加载的方法不判断；判不合格的检验不计",
        "零点残留恒为零可能是分析仪自动调零，不计；恒为同一非零值只作疑问",
    ),
)
