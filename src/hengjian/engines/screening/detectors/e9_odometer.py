"""E9 – the odometer cannot be true (SUP-15.2)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

BACK_KM = 50
MOST_KM_A_DAY = 1500
LEAST_DAYS_EQUAL = 180
LEAST_KM_EQUAL = 1000
LARGEST_GAP = 0.2
LEAST_GAP_KM = 5000
LEAST_OF_STATION = 5
STATION_SHARE = 0.03

READ = """
SELECT r.institution_id, v.report_id, r.report_no, r.issued_at, v.vin, v.odometer_km AS km, v.obd_km,
       hj_epoch(coalesce(v.started_at, r.issued_at)) AS t
FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
WHERE v.vin IS NOT NULL AND v.odometer_km > 0 AND v.odometer_km < 10000000 AND r.corrects IS NULL
"""

CHAIN = """
SELECT x.*, lag(km) OVER w AS before_km, lag(t) OVER w AS before_t, lag(report_id) OVER w AS before_report,
       lead(km) OVER w AS after_km
FROM read x WINDOW w AS (PARTITION BY vin ORDER BY t, report_id)
"""

# A digit changed or two exchanged: with the neighbour's order mended by one such slip nothing is left to explain.
STRANGE = f"""
SELECT *, 'back' AS nature FROM chain
WHERE before_km - km > {BACK_KM} AND (after_km IS NULL OR after_km < before_km)
UNION ALL
SELECT *, 'fast' FROM chain
WHERE km - before_km > {MOST_KM_A_DAY} * greatest(1.0, (t - before_t) / 86400) AND (after_km IS NULL OR after_km >= km)
UNION ALL
SELECT *, 'equal' FROM chain
WHERE km = before_km AND t - before_t >= {LEAST_DAYS_EQUAL} * 86400 AND km >= {LEAST_KM_EQUAL}
UNION ALL
SELECT *, 'gap' FROM chain
WHERE obd_km > 0 AND abs(km - obd_km) > greatest({LEAST_GAP_KM}, {LARGEST_GAP} * obd_km)
"""

HITS = f"""
SELECT s.institution_id, s.institution_id AS subject_id, s.report_id, s.issued_at AS occurred_at,
       CASE WHEN s.n >= {LEAST_OF_STATION} AND s.n >= {STATION_SHARE} * p.n THEN 'S3' ELSE 'S2' END AS level,
       s.slip, false AS firm, CAST(NULL AS DOUBLE) AS p_value, s.nature, s.report_no, s.vin, s.km, s.before_km,
       s.before_report, s.obd_km, round((s.t - s.before_t) / 86400, 1) AS days, s.n AS of_station
FROM (
    SELECT c.*, count(*) OVER (PARTITION BY institution_id, nature) AS n,
           coalesce(nature <> 'equal' AND hj_near(CAST(CAST(km AS BIGINT) AS VARCHAR),
                                                  CAST(CAST(before_km AS BIGINT) AS VARCHAR)), false) AS slip
    FROM strange c
) AS s
JOIN population p ON p.institution_id = s.institution_id
"""

DETECTOR = Detector(
    id="E9",
    version=1,
    name="odometer",
    title="里程表读数不可能",
    meaning="同一辆车的里程倒退、一天跑出上千公里、隔年读数一字不差，或与OBD里程相差很大，读数可能没有看表就填写，"
    "或者检验的不是这辆车。",
    violation="SUP-15.2",
    cluster="vehicle",
    kind="hard",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(table="vehicle_tests", required=("report_id", "vin", "odometer_km"), optional=("obd_km", "started_at")),
        Need(table="reports", required=("report_no", "issued_at"), optional=("corrects",)),
    ),
    steps=(
        Step(name="read", sql=READ),
        Step(name="chain", sql=CHAIN),
        Step(name="strange", sql=STRANGE),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM chain "
            "WHERE before_km IS NOT NULL OR obd_km > 0 GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    unit="份有前次里程或OBD里程可比的报告",
    says="报告 {report_no}：车辆 {vin} 里程 {km} 公里，{nature}"
    "（前次 {before_km} 公里，相隔 {days} 天，OBD {obd_km} 公里）",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "情形",
        "vin": "车辆识别代号",
        "km": "本次里程（公里）",
        "before_km": "前次里程（公里）",
        "before_report": "前次报告",
        "obd_km": "OBD里程（公里）",
        "days": "相隔天数",
        "of_station": "本机构同类份数",
    },
    words={
        "nature": {
            "back": "比前次少",
            "fast": "增加过快",
            "equal": "半年以上没有变化",
            "gap": "与OBD里程相差过大",
        }
    },
    on_site=(
        "查看检验时拍摄的仪表盘照片，与填报里程核对",
        "用诊断仪读取OBD里程",
        "调取该车检验录像，核对是否同一辆车",
    ),
    benign=(
        "只差一位数字或相邻两位颠倒的，作为数据疑问；前后两次能说明是那一次录错的不计",
        "更换过仪表的车辆会出现里程倒退，个别情形只作疑问，占比高的机构才列为疑点",
    ),
)
