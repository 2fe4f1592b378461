"""B3 – more was done in a day than the line, the instrument or the person can do (SUP-15.1)."""

from __future__ import annotations

from hengjian.engines.screening.detector import DAY, SECOND, Detector, Need, Step

OPEN_DAYS = 3
OVER, FAR_OVER = 1.1, 1.5
WORKING_S = 16 * 3600
"""Nobody works longer attended hours in a day than this, overtime included."""

PEER_SITES = 20
PEER_STARTS = 200
LEAST_GAP_S = 60

# One vehicle on one line counts once a day for every kind of test; day resolution is enough.
LANES = """
SELECT v.institution_id, r.site_id, v.lane_id, CAST(v.started_at AS DATE) AS on_day,
       coalesce(v.vin, v.plate, v.report_id)
           || '|' || coalesce(v.test_kind, '') || '|' || CAST(coalesce(v.attempt, 1) AS VARCHAR) AS job,
       coalesce(v.test_kind, '') || '|' || coalesce(v.method, '') AS class, min(hj_epoch(v.started_at)) AS t0,
       min(v.report_id) AS report_id
FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
WHERE v.lane_id IS NOT NULL AND v.started_at IS NOT NULL AND r.corrects IS NULL
GROUP BY ALL
"""

# How soon after the last vehicle the next one starts on a line, elsewhere: what the quick lines do at their quickest.
GAPS = f"""
SELECT l.class, l.institution_id, l.t0 - l.before AS gap_s
FROM (
    SELECT class, institution_id, on_day, t0, lag(t0) OVER (PARTITION BY institution_id, lane_id ORDER BY t0, report_id)
               AS before, lag(class) OVER (PARTITION BY institution_id, lane_id ORDER BY t0, report_id) AS class_before
    FROM lane_jobs
) AS l JOIN clock k ON k.institution_id = l.institution_id
WHERE k.vehicle_tests__started_at = {SECOND} AND l.class = l.class_before
  AND l.t0 - l.before BETWEEN {LEAST_GAP_S} AND 7200
"""

CYCLES = f"""
SELECT class, quantile_disc(quick_s, 0.1) AS cycle_s, count(*) AS sites
FROM (SELECT class, institution_id, quantile_disc(gap_s, 0.05) AS quick_s, count(*) AS starts FROM lane_gaps
      GROUP BY class, institution_id) AS q
GROUP BY class HAVING count(*) >= {PEER_SITES} AND sum(starts) >= {PEER_STARTS}
"""

LANE_LOAD = """
SELECT l.institution_id, 'lane' AS kind, l.lane_id AS unit_id, l.on_day, count(*) AS jobs, sum(c.cycle_s) AS needed_s,
       least(coalesce(max(s.open_hours), 24), 24) * 3600.0 AS open_s
FROM lane_jobs l JOIN lane_cycles c ON c.class = l.class LEFT JOIN sites s ON s.site_id = l.site_id
GROUP BY l.institution_id, l.lane_id, l.on_day
"""

# Instruments whose shortest cycle is in the register may run day and night, all places filled.
RUNS = """
SELECT x.institution_id, x.instrument_id, CAST(x.started_at AS DATE) AS on_day,
       coalesce(r.sample_id, x.report_id) AS sample, min(x.report_id) AS report_id
FROM results x
JOIN reports r ON r.report_id = x.report_id
SEMI JOIN (SELECT institution_id, instrument_id FROM instruments WHERE min_cycle_s > 0) AS i
    ON i.institution_id = x.institution_id AND i.instrument_id = x.instrument_id
WHERE x.started_at IS NOT NULL AND NOT coalesce(x.subcontracted, false)
  AND r.corrects IS NULL
GROUP BY ALL
"""

INSTRUMENT_LOAD = f"""
SELECT u.institution_id, 'instrument' AS kind, u.instrument_id AS unit_id, u.on_day, count(*) AS jobs,
       count(*) * max(i.min_cycle_s) / max(i.places) AS needed_s, {DAY}.0 AS open_s
FROM runs u
JOIN (SELECT institution_id, instrument_id, min(min_cycle_s) AS min_cycle_s,
             max(greatest(coalesce(parallel, 1), coalesce(channels, 1), 1)) AS places
      FROM instruments WHERE min_cycle_s > 0 AND min_cycle_s < {DAY} GROUP BY institution_id, instrument_id) AS i
    ON i.institution_id = u.institution_id AND i.instrument_id = u.instrument_id
GROUP BY u.institution_id, u.instrument_id, u.on_day
"""

ATTENDED = """
SELECT item_code, method_no, max(CASE WHEN min_hours > 0 AND min_hours < 12 THEN min_hours END) * 3600 AS least_s
FROM standard_items WHERE attended AND method_no IS NOT NULL GROUP BY item_code, method_no
"""

# What a person must be present at: runs as written down, several samples in one interval being one piece of work.
HANDS = f"""
SELECT x.institution_id, coalesce(x.tester_id, r.tester_id) AS person, CAST(x.started_at AS DATE) AS on_day,
       hj_epoch(x.started_at) AS t0, hj_epoch(x.finished_at) AS t1, min(x.report_id) AS report_id
FROM results x
JOIN reports r ON r.report_id = x.report_id
JOIN attended_methods a ON a.item_code = x.item_code AND a.method_no = x.method_no
JOIN clock k ON k.institution_id = x.institution_id
WHERE coalesce(x.tester_id, r.tester_id) IS NOT NULL AND NOT coalesce(x.subcontracted, false) AND r.corrects IS NULL
  AND coalesce(k.results__started_at, {DAY}) < {DAY} AND coalesce(k.results__finished_at, {DAY}) < {DAY}
  AND hj_epoch(x.finished_at) - hj_epoch(x.started_at) BETWEEN 1 AND 12 * 3600
GROUP BY ALL
"""

PERSON_LOAD = f"""
SELECT institution_id, 'person' AS kind, person AS unit_id, on_day, count(*) AS jobs, sum(t1 - t0) AS needed_s,
       {WORKING_S}.0 AS open_s
FROM hands GROUP BY institution_id, person, on_day
"""

OVERLOADED = f"""
SELECT * FROM (
    SELECT *, needed_s / open_s AS load, count(*) OVER (PARTITION BY institution_id, kind, unit_id) AS days
    FROM (SELECT * FROM lane_load UNION ALL SELECT * FROM instrument_load UNION ALL SELECT * FROM person_load) AS a
    WHERE open_s > 0 AND needed_s > {OVER} * open_s
) AS o WHERE days >= {OPEN_DAYS} OR load >= {FAR_OVER}
"""

HITS = """
WITH jobs AS (
    SELECT institution_id, 'lane' AS kind, lane_id AS unit_id, on_day, report_id FROM lane_jobs
    UNION ALL
    SELECT institution_id, 'instrument', instrument_id, on_day, report_id FROM runs
    UNION ALL
    SELECT institution_id, 'person', person, on_day, report_id FROM hands
)
SELECT o.institution_id, o.institution_id AS subject_id, j.report_id, r.issued_at AS occurred_at, 'S4' AS level,
       false AS slip, false AS firm, CAST(NULL AS DOUBLE) AS p_value, o.kind AS nature, o.unit_id, o.on_day,
       o.jobs AS jobs, round(o.needed_s / 3600.0, 1) AS hours_needed, round(o.open_s / 3600.0, 1) AS hours_open,
       round(o.load, 2) AS load, o.days
FROM overloaded o
JOIN jobs j ON j.institution_id = o.institution_id AND j.kind = o.kind AND j.unit_id = o.unit_id AND j.on_day = o.on_day
JOIN reports r ON r.report_id = j.report_id
QUALIFY row_number() OVER (PARTITION BY o.institution_id, o.kind, o.unit_id, j.report_id
                           ORDER BY o.load DESC, o.on_day) = 1
"""

POPULATION = """
SELECT institution_id, count(DISTINCT report_id) AS n FROM (
    SELECT l.institution_id, l.report_id FROM lane_jobs l SEMI JOIN lane_cycles c ON c.class = l.class
    UNION ALL
    SELECT institution_id, report_id FROM runs
    UNION ALL
    SELECT institution_id, report_id FROM hands
) AS j GROUP BY institution_id
"""

DETECTOR = Detector(
    id="B3",
    version=1,
    name="throughput",
    title="一天的检测量超过检测线、设备或人员的能力",
    meaning="按最快的节拍连续不停地做，开放时间内也做不完记录的检测量，其中部分检测可能没有做过。",
    violation="SUP-15.1",
    cluster="capacity",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(table="reports", required=("issued_at",), optional=("site_id", "sample_id", "tester_id", "corrects")),
        Need(
            table="results",
            optional=(
                "report_id",
                "item_code",
                "method_no",
                "instrument_id",
                "tester_id",
                "started_at",
                "finished_at",
                "subcontracted",
            ),
            optional_table=True,
        ),
        Need(
            table="vehicle_tests",
            optional=("report_id", "vin", "plate", "lane_id", "method", "test_kind", "attempt", "started_at"),
            optional_table=True,
        ),
        Need(table="sites", optional=("site_id", "open_hours"), optional_table=True),
        Need(
            table="instruments",
            optional=("instrument_id", "institution_id", "min_cycle_s", "parallel", "channels"),
            optional_table=True,
        ),
        Need(
            table="standard_items",
            optional=("item_code", "method_no", "attended", "min_hours"),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="lane_jobs", sql=LANES),
        Step(name="lane_gaps", sql=GAPS),
        Step(name="lane_cycles", sql=CYCLES),
        Step(name="lane_load", sql=LANE_LOAD),
        Step(name="runs", sql=RUNS),
        Step(name="instrument_load", sql=INSTRUMENT_LOAD),
        Step(name="attended_methods", sql=ATTENDED),
        Step(name="hands", sql=HANDS),
        Step(name="person_load", sql=PERSON_LOAD),
        Step(name="overloaded", sql=OVERLOADED),
        Step(name="population", sql=POPULATION),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature", "unit_id"),
    family=True,
    says="{nature} {unit_id} 在 {on_day} 做了 {jobs} 次检测，最少需要 {hours_needed} 小时，"
    "可用 {hours_open} 小时（负荷 {load} 倍，共 {days} 天超负荷）",
    words={"nature": {"lane": "检测线", "instrument": "设备", "person": "检测人员"}},
    labels={
        "report_id": "报告标识",
        "nature": "对象",
        "unit_id": "编号",
        "on_day": "日期",
        "jobs": "检测次数",
        "hours_needed": "最少需要小时数",
        "hours_open": "可用小时数",
        "load": "负荷倍数",
        "days": "超负荷天数",
    },
    on_site=(
        "调取当天检测线、实验室的录像和门禁记录，清点实际检测数量",
        "导出设备运行日志，核对当天实际运行次数",
        "核对当天在岗人员、排班和加班记录",
    ),
    benign=(
        "节拍取二十家以上机构各自最快的相邻两车间隔中偏快的一成，已含流水作业；不足二十家不判断检测线",
        "设备按全天二十四小时、所有工位装满计算，没有最短循环时间的不判断",
        "同一时段处理的多个样品算一次工作；人员按一天十六小时计算",
        "只超一成以内的不计，须有三天以上，或一天超过一点五倍",
    ),
)
