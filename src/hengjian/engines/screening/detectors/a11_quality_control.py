"""A11 – quality control of the batch failed or is missing and the report was issued all the same (SUP-14.3)."""

from __future__ import annotations

from hengjian.engines.screening.detector import DAY, Detector, Need, Step

BATCH_GAP_S = 2 * 3600
"""Runs on one instrument further apart are two batches; control within this distance, or on the day, is theirs."""

LEAST_BATCHES = 3
"""One mistyped control value fails one batch, however many reports it has."""

LEAST_SHARE = 0.05
"""A laboratory three times as rough as the method says fails one batch in two hundred so far by chance."""

TIMES_RSD = 8.0
"""Duplicates: nearly three times the repeatability limit of 2.8 standard deviations."""

FAR_BEYOND = 1.5
"""Batches count against the institution where duplicates differ by twelve standard deviations."""

ABOVE_LOD = 5.0
"""Duplicates nearer the detection limit differ more than the method's repeatability: not judged."""

USUAL_SHARE = 0.5
"""Control is missed only where it is handed over for most batches: elsewhere it was not uploaded."""

# What the methods ask of their control, in per cent (curve: r). Numbers to be verified are marked unsure.
LIMITS = f"""
SELECT upper(replace(standard_no, ' ', '')) AS method_no, CAST(NULL AS VARCHAR) AS item_code,
       CASE WHEN quantity LIKE 'qc_recovery%' THEN 'spike' WHEN quantity = 'qc_ccv_max' THEN 'ccv'
            WHEN quantity = 'qc_curve_r_min' THEN 'curve' ELSE 'duplicate' END AS kind,
       coalesce(max(CASE WHEN quantity IN ('qc_recovery_min', 'qc_curve_r_min') THEN value END), -1e300) AS low,
       coalesce(max(CASE WHEN quantity IN ('qc_recovery_max', 'qc_ccv_max', 'qc_rpd_max') THEN value END), 1e300)
           AS high,
       max(CASE WHEN certainty = 'unsure' THEN 1 ELSE 0 END) AS unsure, valid_from,
       coalesce(valid_to, DATE '9999-12-31') AS valid_to
FROM pack_method_rules
WHERE quantity IN ('qc_recovery_min', 'qc_recovery_max', 'qc_ccv_max', 'qc_curve_r_min', 'qc_rpd_max')
  AND standard_no IS NOT NULL
GROUP BY standard_no, CASE WHEN quantity LIKE 'qc_recovery%' THEN 'spike' WHEN quantity = 'qc_ccv_max' THEN 'ccv'
         WHEN quantity = 'qc_curve_r_min' THEN 'curve' ELSE 'duplicate' END, valid_from, valid_to
UNION ALL
SELECT method_no, item_code, 'duplicate', -1e300, {TIMES_RSD} * max(repeatability_rsd), 0, DATE '1900-01-01',
       DATE '9999-12-31'
FROM standard_items WHERE method_no IS NOT NULL AND repeatability_rsd > 0 AND repeatability_rsd < 100
GROUP BY method_no, item_code
"""

REQUIRED = """
SELECT upper(replace(standard_no, ' ', '')) AS method_no, replace(quantity, 'qc_needs_', '') AS kind, valid_from,
       coalesce(valid_to, DATE '9999-12-31') AS valid_to
FROM pack_method_rules WHERE quantity LIKE 'qc_needs_%' AND value >= 1 AND standard_no IS NOT NULL
"""

# An instrument id that two institutions use tells nobody's control apart.
OWNED = """
SELECT instrument_id, min(institution_id) AS institution_id FROM instruments
WHERE institution_id IS NOT NULL GROUP BY instrument_id HAVING count(DISTINCT institution_id) = 1
"""

# Only what some control may belong to, or what must have one.
RUNS = """
SELECT x.institution_id, x.report_id, x.item_code, x.method_no, x.instrument_id, min(hj_epoch(x.started_at)) AS t,
       max(CASE WHEN coalesce(x.replicate, 0) = 0 THEN x.value END) AS value, max(r.issued_at) AS issued_at,
       max(r.report_no) AS report_no, max(x.detection_limit) AS lod
FROM results x
JOIN reports r ON r.report_id = x.report_id
JOIN owned o ON o.instrument_id = x.instrument_id AND o.institution_id = x.institution_id
LEFT JOIN (SELECT DISTINCT instrument_id, item_code FROM qc) AS q
       ON q.instrument_id = x.instrument_id AND q.item_code = x.item_code
LEFT JOIN (SELECT DISTINCT method_no FROM needed_controls) AS n ON n.method_no = x.method_no
WHERE x.started_at IS NOT NULL AND x.method_no IS NOT NULL AND NOT coalesce(x.subcontracted, false)
  AND (q.item_code IS NOT NULL OR n.method_no IS NOT NULL)
  AND r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
GROUP BY x.institution_id, x.report_id, x.item_code, x.method_no, x.instrument_id
"""

CUT = f"""
SELECT *, sum(fresh) OVER (PARTITION BY institution_id, instrument_id, item_code, method_no ORDER BY t, report_id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS batch
FROM (
    SELECT *, CASE WHEN t - lag(t) OVER (PARTITION BY institution_id, instrument_id, item_code, method_no
                                         ORDER BY t, report_id) < {BATCH_GAP_S} THEN 0 ELSE 1 END AS fresh
    FROM sample_runs
) AS gapped
"""

BATCHES = f"""
SELECT institution_id, instrument_id, item_code, method_no, batch, max(issued_at) AS last_at,
       coalesce(max(lod), 0) AS lod,
       least(min(t) - {BATCH_GAP_S}, floor(min(t) / {DAY}) * {DAY}) AS from_s,
       greatest(max(t) + {BATCH_GAP_S}, floor(max(t) / {DAY}) * {DAY} + {DAY}) AS to_s
FROM cut GROUP BY institution_id, instrument_id, item_code, method_no, batch
"""

CONTROLS = """
SELECT q.instrument_id, q.item_code, q.kind, hj_epoch(q.run_at) AS t, q.value, q.expected,
       CASE WHEN q.kind = 'curve' THEN q.r
            WHEN q.kind = 'spike' THEN 100 * q.value / q.expected
            WHEN q.kind = 'ccv' THEN 100 * abs(q.value / q.expected - 1)
            ELSE 200 * abs(q.value - q.expected) / (q.value + q.expected) END AS measure
FROM qc q
WHERE q.run_at IS NOT NULL
  AND ((q.kind = 'curve' AND q.r BETWEEN -1 AND 1)
       OR (q.kind IN ('spike', 'ccv', 'duplicate') AND q.value > 0 AND q.value < 1e12 AND q.expected > 0
           AND q.expected < 1e12))
"""

# Every control of a batch against the limit of its day; the next one that passed, whenever that was.
JUDGED = f"""
SELECT b.institution_id, b.instrument_id, b.item_code, b.method_no, b.batch, l.kind, l.low, l.high, l.unsure, c.t,
       c.value, c.expected, c.measure, CASE WHEN c.measure >= l.low AND c.measure <= l.high THEN 1 ELSE 0 END AS passed
FROM batches b
JOIN control_limits l ON l.method_no = b.method_no AND (l.item_code IS NULL OR l.item_code = b.item_code)
 AND CAST(b.last_at AS DATE) BETWEEN l.valid_from AND l.valid_to
JOIN controls c ON c.instrument_id = b.instrument_id AND c.item_code = b.item_code AND c.kind = l.kind
 AND c.t >= b.from_s AND c.t < b.to_s
WHERE c.kind <> 'duplicate' OR least(c.value, c.expected) >= {ABOVE_LOD} * b.lod
"""


def _slipped() -> str:
    """Whether a decimal point or a unit wrong by a power of ten explains the failure."""
    shifts = [
        f"CASE kind WHEN 'spike' THEN 100 * value * {by} / expected"
        f" WHEN 'ccv' THEN 100 * abs(value * {by} / expected - 1)"
        f" ELSE 200 * abs(value * {by} - expected) / (value * {by} + expected) END BETWEEN low AND high"
        for by in ("0.001", "0.01", "0.1", "10", "100", "1000")
    ]
    return "kind <> 'curve' AND (" + " OR ".join(shifts) + ")"


FAILED = f"""
SELECT *, CASE WHEN {_slipped()} THEN 1 ELSE 0 END AS slipped FROM (
    SELECT *, min(CASE WHEN passed = 1 THEN t END) OVER (
        PARTITION BY institution_id, instrument_id, item_code, method_no, kind, low, high, unsure
        ORDER BY t, measure DESC
        ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS good_at
    FROM judged_controls
) AS followed
WHERE passed = 0
"""

FAILING_BATCHES = f"""
SELECT institution_id, kind, sum(bad) AS batches FROM (
    SELECT j.institution_id, j.kind, j.instrument_id, j.item_code, j.method_no, j.batch,
           max(CASE WHEN f.t IS NULL OR (f.kind = 'duplicate' AND f.measure < {FAR_BEYOND} * f.high)
                    THEN 0 ELSE 1 END) AS bad
    FROM judged_controls j
    LEFT JOIN failed f ON f.institution_id = j.institution_id AND f.kind = j.kind
     AND f.instrument_id = j.instrument_id AND f.item_code = j.item_code AND f.method_no = j.method_no
     AND f.batch = j.batch AND f.slipped = 0 AND f.unsure = 0
    WHERE j.unsure = 0
    GROUP BY j.institution_id, j.kind, j.instrument_id, j.item_code, j.method_no, j.batch
) AS each GROUP BY institution_id, kind
HAVING sum(bad) >= {LEAST_BATCHES} AND sum(bad) >= {LEAST_SHARE} * count(*)
"""

BLANKS = """
SELECT b.institution_id, b.instrument_id, b.item_code, b.method_no, b.batch, min(q.value) AS blank
FROM batches b
JOIN qc q ON q.instrument_id = b.instrument_id AND q.item_code = b.item_code AND q.kind = 'blank'
 AND hj_epoch(q.run_at) >= b.from_s AND hj_epoch(q.run_at) < b.to_s AND q.value > 0 AND q.value < 1e12
GROUP BY b.institution_id, b.instrument_id, b.item_code, b.method_no, b.batch
"""

COVERED = """
SELECT b.institution_id, b.instrument_id, b.item_code, b.method_no, b.batch, n.kind,
       max(CASE WHEN q.kind IS NULL THEN 0 ELSE 1 END) AS present
FROM batches b
JOIN needed_controls n ON n.method_no = b.method_no AND CAST(b.last_at AS DATE) BETWEEN n.valid_from AND n.valid_to
LEFT JOIN qc q ON q.instrument_id = b.instrument_id AND q.item_code = b.item_code AND q.kind = n.kind
 AND hj_epoch(q.run_at) >= b.from_s AND hj_epoch(q.run_at) < b.to_s
GROUP BY b.institution_id, b.instrument_id, b.item_code, b.method_no, b.batch, n.kind
"""

USUAL = f"""
SELECT institution_id, kind FROM covered GROUP BY institution_id, kind
HAVING sum(present) >= {USUAL_SHARE} * count(*) AND sum(present) > 0
"""

_SAME_BATCH = " AND ".join(
    f"f.{name} = u.{name}" for name in ("institution_id", "instrument_id", "item_code", "method_no", "batch")
)

HITS = f"""
WITH found AS (
    SELECT u.institution_id, u.report_id, u.issued_at, u.report_no, u.item_code, u.method_no, u.instrument_id,
           CASE WHEN f.slipped = 1 THEN 'slip' WHEN f.unsure = 1 THEN 'unverified' ELSE 'failed' END AS nature, f.kind,
           CASE WHEN f.unsure = 1 OR (f.slipped = 0 AND n.batches IS NULL)
                THEN 'S2' ELSE 'S3' END AS level, f.slipped = 1 AS slip, f.measure,
           CASE WHEN f.measure < f.low THEN f.low ELSE f.high END AS bound, u.value, f.t
    FROM failed f JOIN cut u ON {_SAME_BATCH}
    LEFT JOIN failing_batches n ON n.institution_id = f.institution_id AND n.kind = f.kind
    WHERE f.good_at IS NULL OR f.good_at > hj_epoch(u.issued_at)
    UNION ALL
    SELECT u.institution_id, u.report_id, u.issued_at, u.report_no, u.item_code, u.method_no, u.instrument_id, 'blank',
           'blank', 'S2', false, f.blank, u.value, u.value, u.t
    FROM blanks f JOIN cut u ON {_SAME_BATCH} WHERE u.value > 0 AND f.blank >= u.value
    UNION ALL
    SELECT u.institution_id, u.report_id, u.issued_at, u.report_no, u.item_code, u.method_no, u.instrument_id,
           'missing', f.kind, 'S2', false, CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE), u.value, u.t
    FROM covered f JOIN usual_controls s ON s.institution_id = f.institution_id AND s.kind = f.kind
    JOIN cut u ON {_SAME_BATCH} WHERE f.present = 0
)
SELECT institution_id, institution_id AS subject_id, report_id, issued_at AS occurred_at, level, slip, false AS firm,
       CAST(NULL AS DOUBLE) AS p_value, nature, kind, report_no, item_code, method_no, instrument_id, measure, bound,
       value
FROM found
QUALIFY row_number() OVER (PARTITION BY institution_id, nature, kind, report_id
                           ORDER BY level DESC, item_code, method_no, instrument_id, t, measure, bound) = 1
"""

POPULATION = f"""
SELECT institution_id, count(DISTINCT report_id) AS n FROM (
    SELECT u.institution_id, u.report_id FROM judged_controls f JOIN cut u ON {_SAME_BATCH}
    UNION ALL
    SELECT u.institution_id, u.report_id FROM blanks f JOIN cut u ON {_SAME_BATCH}
    UNION ALL
    SELECT u.institution_id, u.report_id FROM covered f
    JOIN usual_controls s ON s.institution_id = f.institution_id AND s.kind = f.kind JOIN cut u ON {_SAME_BATCH}
) AS looked GROUP BY institution_id
"""

KINDS = {"blank": "空白", "duplicate": "平行样", "spike": "加标回收", "ccv": "校准核查", "curve": "校准曲线"}

DETECTOR = Detector(
    id="A11",
    version=1,
    name="quality_control",
    title="质控不合格或者缺失，仍出具报告",
    meaning="同一批样品的平行、加标回收、校准核查或者校准曲线超出方法要求，没有重做就出具报告，或者应做的质控没有做。",
    violation="SUP-14.3",
    cluster="paperwork",
    kind="hard",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="qc",
            required=("instrument_id", "item_code", "kind", "run_at"),
            optional=("value", "expected", "r"),
        ),
        Need(table="instruments", required=("instrument_id", "institution_id")),
        Need(
            table="results",
            required=("report_id", "item_code", "method_no", "instrument_id", "started_at"),
            optional=("replicate", "value", "detection_limit", "subcontracted"),
        ),
        Need(table="reports", required=("report_no", "issued_at"), optional=("corrects", "purpose")),
        Need(table="standard_items", optional=("item_code", "method_no", "repeatability_rsd"), optional_table=True),
    ),
    packs=("pack_method_rules",),
    steps=(
        Step(name="control_limits", sql=LIMITS),
        Step(name="needed_controls", sql=REQUIRED),
        Step(name="owned", sql=OWNED),
        Step(name="sample_runs", sql=RUNS),
        Step(name="cut", sql=CUT),
        Step(name="batches", sql=BATCHES),
        Step(name="controls", sql=CONTROLS),
        Step(name="judged_controls", sql=JUDGED),
        Step(name="failed", sql=FAILED),
        Step(name="failing_batches", sql=FAILING_BATCHES),
        Step(name="blanks", sql=BLANKS),
        Step(name="covered", sql=COVERED),
        Step(name="usual_controls", sql=USUAL),
        Step(name="population", sql=POPULATION),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature", "kind"),
    unit="份有质控记录的报告",
    says="报告 {report_no} 项目 {item_code}（{method_no}）：{kind}{nature}，结果 {measure}，要求 {bound}",
    words={
        "kind": KINDS,
        "nature": {
            "failed": "超出要求，未见重做合格",
            "unverified": "超出待核的方法要求，未见重做合格",
            "slip": "超出要求，可能是小数点或者单位录错",
            "blank": "不低于样品测定值",
            "missing": "缺失",
        },
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "性质",
        "kind": "质控种类",
        "item_code": "项目编号",
        "method_no": "检测方法",
        "instrument_id": "设备编号",
        "measure": "质控结果（%；曲线为r；空白为测得值）",
        "bound": "要求",
        "value": "样品测定值",
    },
    on_site=(
        "调取该批次的进样序列和全部质控原始记录，确认质控是否做过、是否重做",
        "查质控不合格后的处置记录和复测记录",
        "对照方法标准核对质控的种类、频次和限值",
    ),
    benign=(
        "批次按同一设备、同一项目、相隔不足两小时划分，当天的质控都算；签发前同类质控重做合格的不计",
        "小数点、单位录错能解释的，单独列为数据疑问；少于三个批次、不足百分之五的批次不合格的，只作数据疑问",
        "平行样差值超过重复性限近三倍才算，五倍检出限以下的平行样不判断",
        "方法要求尚未核实（领域包中标为待核）的，只作数据疑问；没有方法要求的不判断",
        "多数批次都没有上报该类质控的机构，不认定缺失",
    ),
)
