"""E10 – one driver or account drives on two lanes at once (SUP-15.2)."""

from __future__ import annotations

from hengjian.engines.screening.detector import MINUTE, Detector, Need, Step

LEAST_OVERLAP_S = 60
LONGEST_TEST_S = 4 * 3600

RUNS = f"""
SELECT r.institution_id, v.driver_id, v.lane_id, v.report_id, r.report_no, r.issued_at, v.vin, v.started_at,
       v.finished_at, hj_epoch(v.started_at) AS t0, hj_epoch(v.finished_at) AS t1
FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
WHERE v.driver_id IS NOT NULL AND v.lane_id IS NOT NULL AND v.finished_at > v.started_at AND r.corrects IS NULL
  AND hj_epoch(v.finished_at) - hj_epoch(v.started_at) <= {LONGEST_TEST_S}
"""

# Each run with the driver's latest-ending run on another lane before it: lanes are few, so runs are numbered by lane.
PAIRS = f"""
SELECT b.institution_id, b.driver_id, a.report_id AS report_a, b.report_id AS report_b, a.report_no AS no_a,
       b.report_no AS no_b, a.lane_id AS lane_a, b.lane_id AS lane_b, a.vin AS vin_a, b.vin AS vin_b,
       a.issued_at AS issued_a, b.issued_at AS issued_b, a.started_at AS from_a, a.finished_at AS to_a,
       b.started_at AS from_b, b.finished_at AS to_b, least(a.t1, b.t1) - b.t0 AS overlap_s
FROM busy b
JOIN busy a ON a.institution_id = b.institution_id AND a.driver_id = b.driver_id AND a.lane_id <> b.lane_id
    AND a.hour IN (b.hour, b.hour - 1) AND (a.t0 < b.t0 OR (a.t0 = b.t0 AND a.report_id < b.report_id)) AND a.t1 > b.t0
    AND coalesce(a.vin <> b.vin, true)
LEFT JOIN clock k ON k.institution_id = b.institution_id
WHERE least(a.t1, b.t1) - b.t0 > greatest({LEAST_OVERLAP_S}, 2 * coalesce(k.vehicle_tests__started_at, 86400))
"""

# Only drivers with two runs at once at all, in blocks of the longest test, so that pairs stay few.
BUSY = f"""
SELECT m.*, CAST(floor(t0 / {LONGEST_TEST_S}) AS BIGINT) AS hour FROM (
    SELECT r.*, max(t1) OVER w AS before_t1, lead(t0) OVER (PARTITION BY institution_id, driver_id ORDER BY t0, t1)
           AS next_t0,
           max(CASE WHEN t0 < prior_t1 THEN 1 ELSE 0 END) OVER (PARTITION BY institution_id, driver_id) AS crowded
    FROM (SELECT x.*, max(t1) OVER (PARTITION BY institution_id, driver_id ORDER BY t0, t1
                                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS prior_t1 FROM runs x) AS r
    WINDOW w AS (PARTITION BY institution_id, driver_id ORDER BY t0, t1
                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) AS m WHERE crowded = 1 AND (t0 < before_t1 OR t1 > next_t0)
"""

HITS = """
WITH sides AS (
    SELECT institution_id, driver_id, report_b AS report_id, no_b AS report_no, lane_b AS lane, vin_b AS vin,
           issued_b AS issued_at, from_b AS from_at, to_b AS to_at, no_a AS other_no, lane_a AS other_lane,
           from_a AS other_from, to_a AS other_to, overlap_s
    FROM pairs
    UNION ALL
    SELECT institution_id, driver_id, report_a, no_a, lane_a, vin_a, issued_a, from_a, to_a, no_b, lane_b, from_b, to_b,
           overlap_s
    FROM pairs
)
SELECT institution_id, driver_id AS subject_id, report_id, issued_at AS occurred_at, 'S4' AS level, false AS slip,
       false AS firm, CAST(NULL AS DOUBLE) AS p_value, report_no, lane, vin, from_at, to_at, other_no, other_lane,
       other_from, other_to, round(overlap_s / 60.0, 1) AS overlap_minutes
FROM sides
QUALIFY row_number() OVER (PARTITION BY driver_id, report_id ORDER BY overlap_s DESC, other_no) = 1
"""

DETECTOR = Detector(
    id="E10",
    version=1,
    name="driver_lanes",
    title="同一引车员同时在两条检测线上检车",
    meaning="一个引车员或账号同一时刻在两条检测线上引车，其中一辆可能没有真正检测，或者账号由别人使用。",
    violation="SUP-15.2",
    cluster="time",
    kind="hard",
    level="S4",
    subject_kind="person",
    needs=(
        Need(
            table="vehicle_tests",
            required=("report_id", "driver_id", "lane_id", "started_at", "finished_at"),
            optional=("vin",),
        ),
        Need(table="reports", required=("report_no", "issued_at"), optional=("corrects",)),
    ),
    resolution={"vehicle_tests.started_at": MINUTE, "vehicle_tests.finished_at": MINUTE},
    steps=(
        Step(name="runs", sql=RUNS),
        Step(name="busy", sql=BUSY),
        Step(name="pairs", sql=PAIRS),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM runs GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    unit="份有引车员和起止时间的报告",
    says="引车员 {subject_id}：报告 {report_no} 在检测线 {lane}（{from_at} 至 {to_at}），"
    "与检测线 {other_lane} 的报告 {other_no} 重叠 {overlap_minutes} 分钟",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "subject_id": "引车员",
        "lane": "检测线",
        "vin": "车辆识别代号",
        "from_at": "检验起",
        "to_at": "检验止",
        "other_no": "重叠的报告编号",
        "other_lane": "另一检测线",
        "other_from": "其检验起",
        "other_to": "其检验止",
        "overlap_minutes": "重叠分钟数",
    },
    on_site=(
        "调取两条检测线同一时段的录像，核对引车员",
        "查检测软件登录日志、人脸或指纹记录",
        "核对排班和当日出勤",
    ),
    benign=(
        "重叠不超过一分钟或两个时间单位的不计；同一辆车在两条线上的不计",
        "单份检验超过四小时的视为时间未正常结束，不参与比较",
        "更正报告不计",
    ),
)
