"""C1 – the same raw series stands behind different samples or vehicles (SUP-15.2)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.clones import SERIES
from hengjian.engines.screening.detector import BatchStep, Detector, Need, Step
from hengjian.engines.screening.series import NOMINAL, fingerprints

LEAST_BITS = 64.0
SCHEMA = pa.schema(
    [
        ("report_id", pa.string()),
        ("channel", pa.string()),
        ("print", pa.int64()),
        ("bits", pa.float64()),
        ("length", pa.int64()),
    ]
)


def reduce(batch: pa.RecordBatch) -> pa.Table:
    """Fingerprints of the series of one batch that carry enough information to accuse anybody."""
    lists = batch.column("series")
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    values = lists.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    channels = batch.column("channel").to_pylist()
    nominal = np.array([NOMINAL.get(channel, 0.0) for channel in channels])
    prints, bits = fingerprints(values, lengths, nominal)
    kept = pa.array(np.flatnonzero(bits >= LEAST_BITS))
    columns = [batch.column("report_id"), batch.column("channel"), pa.array(prints), pa.array(bits), pa.array(lengths)]
    return pa.table([column.take(kept) for column in columns], schema=SCHEMA)


# A family is held together by its smallest report: later copies join the same finding.
COPIES = """
SELECT channel, print, min(report_id) AS first_report FROM prints
GROUP BY channel, print HAVING count(DISTINCT report_id) > 1
"""

MATCHES = """
SELECT c.first_report AS report_a, p.report_id AS report_b, count(*) AS shared, max(p.bits) AS bits,
       max(p.length) AS points, min(p.channel) AS channel
FROM copies c JOIN prints p ON p.channel = c.channel AND p.print = c.print AND p.report_id <> c.first_report
GROUP BY c.first_report, p.report_id
"""

VEHICLES = "SELECT report_id, max(vin) AS vin FROM vehicle_tests GROUP BY report_id"

# Declared retests, corrections, quality control and proficiency tests may share a recording; one sample is asked about.
PAIRS = """
SELECT m.*, a.institution_id AS institution_a, b.institution_id AS institution_b,
       a.report_no AS no_a, b.report_no AS no_b, a.sample_id AS sample_a, b.sample_id AS sample_b,
       a.issued_at AS issued_a, b.issued_at AS issued_b, va.vin AS vin_a, vb.vin AS vin_b,
       coalesce(a.sample_id = b.sample_id, false)
           OR (a.report_no = b.report_no AND a.institution_id = b.institution_id)
           OR coalesce(va.vin = vb.vin AND abs(hj_epoch(a.issued_at) - hj_epoch(b.issued_at)) < 86400, false)
           AS related,
       coalesce(a.sample_id <> b.sample_id, false) AS other_sample,
       coalesce(va.vin <> vb.vin, a.client_id <> b.client_id, false) AS stranger
FROM matches m
JOIN reports a ON a.report_id = m.report_a
JOIN reports b ON b.report_id = m.report_b
LEFT JOIN vehicle va ON va.report_id = m.report_a
LEFT JOIN vehicle vb ON vb.report_id = m.report_b
WHERE coalesce(a.corrects <> b.report_id, true) AND coalesce(b.corrects <> a.report_id, true)
  AND coalesce(a.retest_of <> b.report_id, true) AND coalesce(b.retest_of <> a.report_id, true)
  AND coalesce(a.purpose, 'client') NOT IN ('qc', 'pt') AND coalesce(b.purpose, 'client') NOT IN ('qc', 'pt')
"""

# One wrong file can bring one series to the wrong report; two series of strangers no single wrong link explains.
HITS = """
WITH linked AS (
    SELECT *, min(report_a) OVER (PARTITION BY report_b) AS head, shared >= 2 AND other_sample AND stranger AS sure
    FROM pairs
), sides AS (
    SELECT head, institution_a AS institution_id, report_a AS report_id, no_a AS report_no, sample_a AS sample,
           vin_a AS vin, issued_a AS issued_at, report_b AS other_report, sample_b AS other_sample, vin_b AS other_vin,
           shared, channel, points, bits, related, sure
    FROM linked
    UNION ALL
    SELECT head, institution_b, report_b, no_b, sample_b, vin_b, issued_b, report_a, sample_a, vin_a,
           shared, channel, points, bits, related, sure
    FROM linked
)
SELECT institution_id, hj_hex(hj_fingerprint(head)) AS subject_id, report_id, issued_at AS occurred_at,
       CASE WHEN related THEN 'S1' ELSE 'S5' END AS level, false AS slip, sure AND NOT related AS firm,
       CAST(NULL AS DOUBLE) AS p_value, CASE WHEN related THEN 'related' ELSE 'strangers' END AS nature,
       report_no, sample, vin, other_report, other_sample, other_vin, shared, channel, points,
       CAST(floor(bits) AS BIGINT) AS bits
FROM sides
QUALIFY row_number() OVER (PARTITION BY head, report_id, related ORDER BY shared DESC, bits DESC, other_report) = 1
"""

DETECTOR = Detector(
    id="C1",
    version=1,
    name="raw_series",
    title="不同样品的原始曲线完全相同",
    meaning="两份以上不同样品或车辆的报告，背后是同一条原始谱图或过程曲线，其中至少一份没有自己的检测数据。",
    violation="SUP-15.2",
    cluster="identity",
    kind="identity",
    level="S5",
    subject_kind="cluster",
    needs=(
        Need(table="raw_series", required=("report_id", "channel", "values"), optional=("role",)),
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=("sample_id", "client_id", "corrects", "retest_of", "purpose"),
        ),
        Need(table="vehicle_tests", optional=("report_id", "vin"), optional_table=True),
    ),
    steps=(
        BatchStep(name="prints", sql=SERIES, reduce=reduce, schema=SCHEMA, per_report=True),
        Step(name="copies", sql=COPIES),
        Step(name="matches", sql=MATCHES),
        Step(name="vehicle", sql=VEHICLES),
        Step(name="pairs", sql=PAIRS),
        Step(
            name="population",
            sql="SELECT r.institution_id, count(DISTINCT p.report_id) AS n "
            "FROM prints p JOIN reports r ON r.report_id = p.report_id GROUP BY r.institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    unit="份有过程数据的报告",
    says="报告 {report_no}（样品 {sample}）与报告 {other_report}（样品 {other_sample}）"
    "的原始曲线有 {shared} 条完全相同",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "sample": "样品编号",
        "vin": "车辆识别代号",
        "other_report": "相同曲线的报告",
        "other_sample": "其样品编号",
        "other_vin": "其车辆识别代号",
        "shared": "相同曲线条数",
        "channel": "通道",
        "points": "数据点数",
        "bits": "信息量（比特）",
    },
    on_site=(
        "从设备工作站直接导出两份报告的原始文件，核对文件头的设备编号、采集时间和进样序号",
        "调取检测现场和检测线录像，确认两个样品或两辆车各做过一次检测",
        "查工作站和LIMS日志中原始文件的复制、改名和导入记录",
    ),
    benign=(
        "平直或信息量不足64比特的曲线不判；车速、环境条件等按规程或环境决定的通道不判",
        "空白、校准、质控数据，申报的复检、更正报告和能力验证样品不计",
        "同一样品、同一编号、同一车辆同日两份报告的，仅作疑问列出",
        "比较前已按仪器分辨力取整，去掉首尾平直段和重复采样",
    ),
    family=True,
)
