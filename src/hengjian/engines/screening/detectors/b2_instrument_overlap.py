"""B2 – one instrument runs more samples at once than it can hold (SUP-15.2)."""

from __future__ import annotations

from hengjian.engines.screening.detector import MINUTE, Detector, Need, Step

LEAST_OVERLAP_S = 60
LONGEST_RUN_S = 60 * 86_400
PEERS_FOR_CAPACITY = 5

# One run = one sample in one interval on one instrument: items and replicates of the sample share it.
RUNS = f"""
SELECT x.institution_id, x.instrument_id, coalesce(r.sample_id, x.report_id) AS sample,
       CAST(floor(hj_epoch(x.started_at)) AS BIGINT) AS t0, CAST(floor(hj_epoch(x.finished_at)) AS BIGINT) AS t1,
       min(x.report_id) AS report_id
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE x.instrument_id IS NOT NULL AND x.started_at IS NOT NULL AND x.finished_at > x.started_at
  AND r.corrects IS NULL AND coalesce(x.subcontracted, false) = false
  AND hj_epoch(x.finished_at) - hj_epoch(x.started_at) <= {LONGEST_RUN_S}
GROUP BY ALL
"""

# Instruments with two runs at once at all; whichever of two equal intervals comes first, the other one sees it.
BUSY = """
SELECT DISTINCT institution_id, instrument_id FROM (
    SELECT institution_id, instrument_id, t0,
           max(t1) OVER (PARTITION BY institution_id, instrument_id ORDER BY t0, t1
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
    FROM runs
) AS marked WHERE t0 < busy_until
"""

EVENTS = """
SELECT institution_id, instrument_id, t0 AS t, 1 AS step FROM runs SEMI JOIN busy USING (institution_id, instrument_id)
UNION ALL
SELECT institution_id, instrument_id, t1, -1 FROM runs SEMI JOIN busy USING (institution_id, instrument_id)
"""

LOAD = """
SELECT institution_id, instrument_id, t, step,
       sum(step) OVER (PARTITION BY institution_id, instrument_id ORDER BY t, step
                       ROWS UNBOUNDED PRECEDING) AS load
FROM events
"""

PEAK = "SELECT institution_id, instrument_id, max(load) AS peak FROM load GROUP BY institution_id, instrument_id"

# A model that usually holds several samples elsewhere holds several here: capacity is learned from other institutions.
MODELS = """
SELECT i.model, count(DISTINCT i.institution_id) AS peers, median(coalesce(p.peak, 1)) AS usual
FROM instruments i
SEMI JOIN runs u ON u.institution_id = i.institution_id AND u.instrument_id = i.instrument_id
LEFT JOIN peak p ON p.institution_id = i.institution_id AND p.instrument_id = i.instrument_id
WHERE i.model IS NOT NULL
GROUP BY i.model
"""

CAPACITY = f"""
SELECT i.institution_id, i.instrument_id, max(i.name) AS instrument_name, max(i.model) AS model,
       max(greatest(coalesce(i.parallel, 1), coalesce(i.channels, 1),
                    CASE WHEN m.peers >= {PEERS_FOR_CAPACITY} THEN CAST(ceil(m.usual) AS BIGINT) ELSE 1 END
       )) AS capacity
FROM instruments i LEFT JOIN models m ON m.model = i.model
GROUP BY i.institution_id, i.instrument_id
"""

# Runs at whose start the instrument was over its capacity …
OVER = """
SELECT DISTINCT l.institution_id, l.instrument_id, l.t, c.capacity, c.instrument_name, c.model
FROM load l JOIN capacity c ON c.institution_id = l.institution_id AND c.instrument_id = l.instrument_id
WHERE l.step = 1 AND l.load > c.capacity
"""

# … and the runs that were under way then, each pair once.
PAIRS = f"""
SELECT a.institution_id, a.instrument_id, o.capacity, o.instrument_name, o.model,
       a.report_id AS report_a, b.report_id AS report_b, a.sample AS sample_a, b.sample AS sample_b,
       a.t0 AS a0, a.t1 AS a1, b.t0 AS b0, b.t1 AS b1, least(a.t1, b.t1) - b.t0 AS overlap_s
FROM over_capacity o
JOIN runs b ON b.institution_id = o.institution_id AND b.instrument_id = o.instrument_id AND b.t0 = o.t
JOIN runs a ON a.institution_id = o.institution_id AND a.instrument_id = o.instrument_id
    AND a.t0 <= b.t0 AND a.t1 > b.t0 AND a.sample <> b.sample
    AND (a.t0 < b.t0 OR a.t1 < b.t1 OR (a.t1 = b.t1 AND a.sample < b.sample))
LEFT JOIN clock k ON k.institution_id = a.institution_id
WHERE least(a.t1, b.t1) - b.t0 >= greatest({LEAST_OVERLAP_S}, 2 * greatest(coalesce(k.results__started_at, 86400),
                                                                         coalesce(k.results__finished_at, 86400)))
"""

# A run that is a day too long because one of its dates is a day off explains its overlaps; so does a swapped number.
SWAPS = """
SELECT DISTINCT p.institution_id, p.instrument_id FROM (SELECT DISTINCT institution_id, instrument_id FROM pairs) AS p
JOIN capacity c ON c.institution_id = p.institution_id AND hj_swapped(p.instrument_id, c.instrument_id)
"""

JUDGED = """
SELECT p.*, s.instrument_id IS NOT NULL
         OR (a1 - a0 >= 86400 AND (a1 - 86400 <= b0 OR a0 + 86400 >= b1))
         OR (b1 - b0 >= 86400 AND (b0 + 86400 >= a1 OR b1 - 86400 <= a0)) AS slip
FROM pairs p LEFT JOIN swaps s ON s.institution_id = p.institution_id AND s.instrument_id = p.instrument_id
"""

HITS = """
WITH sides AS (
    SELECT j.*, report_b AS report_id, report_a AS other_report, sample_b AS sample, sample_a AS other_sample,
           b0 AS t0, b1 AS t1, a0 AS other_t0, a1 AS other_t1 FROM judged j
    UNION ALL
    SELECT j.*, report_a, report_b, sample_a, sample_b, a0, a1, b0, b1 FROM judged j
), worst AS (
    SELECT * FROM sides
    QUALIFY row_number() OVER (PARTITION BY institution_id, instrument_id, report_id
                               ORDER BY slip, overlap_s DESC, other_report, t0) = 1
)
SELECT w.institution_id, w.instrument_id AS subject_id, w.report_id, r.occurred_at,
       CASE WHEN w.capacity = 1 AND coalesce(k.results__started_at, 86400) = 1 THEN 'S5' ELSE 'S4' END AS level,
       w.slip, false AS firm, CAST(NULL AS DOUBLE) AS p_value,
       CASE WHEN w.slip THEN 'slip' ELSE 'overlap' END AS nature,
       w.instrument_name, w.model, w.capacity, w.sample, w.other_report, w.other_sample,
       make_timestamp(w.t0 * 1000000) AS run_from, make_timestamp(w.t1 * 1000000) AS run_to,
       make_timestamp(w.other_t0 * 1000000) AS other_from, make_timestamp(w.other_t1 * 1000000) AS other_to,
       round(w.overlap_s / 60.0, 1) AS overlap_minutes
FROM worst w
JOIN (SELECT report_id, issued_at AS occurred_at FROM reports) AS r ON r.report_id = w.report_id
LEFT JOIN clock k ON k.institution_id = w.institution_id
"""

DETECTOR = Detector(
    id="B2",
    version=1,
    name="instrument_overlap",
    title="同一台设备同一时间检测了超出其能力的样品",
    meaning="一台设备同一时刻被记录在检测多个样品，超过它能同时检测的数量，其中部分检测可能没有做过。",
    violation="SUP-15.2",
    cluster="time",
    kind="hard",
    level="S5",
    subject_kind="instrument",
    needs=(
        Need(
            table="results",
            required=("report_id", "instrument_id", "started_at", "finished_at"),
            optional=("subcontracted",),
        ),
        Need(table="reports", required=("issued_at",), optional=("sample_id", "corrects")),
        Need(
            table="instruments",
            required=("instrument_id", "institution_id", "parallel"),
            optional=("name", "model", "channels"),
        ),
    ),
    resolution={"results.started_at": MINUTE, "results.finished_at": MINUTE},
    steps=(
        Step(name="runs", sql=RUNS),
        Step(name="busy", sql=BUSY),
        Step(name="events", sql=EVENTS),
        Step(name="load", sql=LOAD),
        Step(name="peak", sql=PEAK),
        Step(name="models", sql=MODELS),
        Step(name="capacity", sql=CAPACITY),
        Step(name="over_capacity", sql=OVER),
        Step(name="pairs", sql=PAIRS),
        Step(name="swaps", sql=SWAPS),
        Step(name="judged", sql=JUDGED),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM runs GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    says="设备 {subject_id}（{instrument_name}，可同时检测 {capacity} 个样品）：报告 {report_id} 的样品 {sample} "
    "在 {run_from} 至 {run_to} 检测，与报告 {other_report} 的样品 {other_sample} 重叠 {overlap_minutes} 分钟",
    labels={
        "report_id": "报告标识",
        "subject_id": "设备编号",
        "instrument_name": "设备名称",
        "model": "型号",
        "capacity": "可同时检测样品数",
        "sample": "样品",
        "run_from": "检测起",
        "run_to": "检测止",
        "other_report": "重叠的报告",
        "other_sample": "重叠的样品",
        "other_from": "其检测起",
        "other_to": "其检测止",
        "overlap_minutes": "重叠分钟数",
    },
    on_site=(
        "导出设备工作站的运行序列和日志，与两份报告的原始记录逐条核对",
        "核对设备台账：通道数、可同时检测数、同型号备用机",
        "查看检测区域同一时段的监控录像",
    ),
    benign=(
        "同一样品的多个项目、平行样不计为重叠",
        "多通道或可并行设备按台账数量放宽；同型号设备在其他机构普遍并行的，按其通常数量放宽",
        "重叠短于一分钟或两个时间单位的不计",
        "设备编号相邻两位颠倒、一处日期差一天即可解释的，作为数据疑问",
        "更正报告、分包项目、重复上传不计",
    ),
)
