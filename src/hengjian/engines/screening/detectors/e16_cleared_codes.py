"""E16 – readiness counters copied from another car, or codes cleared just before the test (SUP-15.2)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

LEAST_COUNTERS, LEAST_FEW = 6, 3
"""Counters that are a history by themselves, and those that are where other stations' cars never agree in them."""

LEAST_DISTINCT = 4
MOST_BY_CHANCE = 0.05
"""Pairs of cars of one station, in all stations together, that may agree in few counters by chance."""

LEAST_KM = 50
LEAST_CLEARED = 10
LEAST_TESTS = 50
LEAST_PEERS = 10
CLEARED_SHARE = 0.2
TIMES_PEERS = 5.0

# The counters of a car are its history; noughts and a few equal figures are no history.
VECTORS = f"""
SELECT institution_id, report_id, report_no, issued_at, vin, plate, iupr, tested_at, counters FROM (
    SELECT r.institution_id, v.report_id, r.report_no, r.issued_at, v.vin, v.plate, v.iupr,
           coalesce(v.started_at, r.issued_at) AS tested_at,
           length(v.iupr) - length(replace(v.iupr, '|', '')) + 1 AS counters,
           length(regexp_replace(v.iupr, '[^1-9]', '', 'g')) AS digits
    FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
    WHERE v.iupr IS NOT NULL AND v.vin IS NOT NULL AND r.corrects IS NULL
) AS counted WHERE counters >= {LEAST_FEW} AND digits >= {2 * LEAST_DISTINCT}
"""

HOLDERS = """
SELECT iupr, institution_id, counters, count(DISTINCT vin) AS vehicles, min(report_id) AS first_report
FROM vectors GROUP BY iupr, institution_id, counters
"""

# Few counters may agree by chance: how often they do is seen in cars of different stations, which cannot be copies
# of one another. All pairs of a kind of vector, within stations and between them.
PAIRS = """
SELECT counters, CAST(sum(n) AS DOUBLE) * sum(n) / 2 - CAST(sum(n * n) AS DOUBLE) / 2 AS between_stations,
       CAST(sum(n * (n - 1)) AS DOUBLE) / 2 AS within
FROM (SELECT counters, institution_id, count(DISTINCT vin) AS n FROM vectors GROUP BY counters, institution_id) AS s
GROUP BY counters
"""

AGREEING = """
SELECT counters, sum(CAST(whole * whole - squares AS DOUBLE)) / 2 AS agreeing FROM (
    SELECT counters, iupr, sum(vehicles) AS whole, sum(vehicles * vehicles) AS squares
    FROM holders GROUP BY counters, iupr
) AS v GROUP BY counters
"""

TELLING = f"""
SELECT p.counters, (a.agreeing + 1) / p.between_stations * p.within AS by_chance
FROM pairs p JOIN agreeing a ON a.counters = p.counters
WHERE p.counters >= {LEAST_COUNTERS}
   OR (p.between_stations > 0 AND (a.agreeing + 1) / p.between_stations * p.within <= {MOST_BY_CHANCE})
"""

COPIES = f"""
SELECT h.iupr, CASE WHEN h.counters >= {LEAST_COUNTERS} THEN '' ELSE h.institution_id END AS place,
       CAST(sum(h.vehicles) AS BIGINT) AS vehicles
FROM holders h JOIN telling t ON t.counters = h.counters
GROUP BY h.iupr, CASE WHEN h.counters >= {LEAST_COUNTERS} THEN '' ELSE h.institution_id END
HAVING sum(h.vehicles) > 1
"""

CLEARED = f"""
SELECT r.institution_id, v.report_id, r.report_no, r.issued_at, v.vin, v.dtc_clear_km,
       CASE WHEN v.dtc_clear_km < {LEAST_KM} THEN 1 ELSE 0 END AS fresh
FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
WHERE v.dtc_clear_km >= 0 AND v.vin IS NOT NULL AND r.verdict = 'pass' AND r.corrects IS NULL
"""

OF_STATION = "SELECT institution_id, count(*) AS n, sum(fresh) AS fresh FROM cleared GROUP BY institution_id"

# Against the middle of all others with enough tests; the share itself must be large too.
SUSPECT = f"""
SELECT o.institution_id, o.n, o.fresh, m.usual FROM of_station o
CROSS JOIN (SELECT median(1.0 * fresh / n) AS usual, count(*) AS stations FROM of_station WHERE n >= {LEAST_TESTS}) AS m
WHERE o.n >= {LEAST_TESTS} AND m.stations >= {LEAST_PEERS} AND o.fresh >= {LEAST_CLEARED}
  AND o.fresh >= {CLEARED_SHARE} * o.n AND o.fresh >= {TIMES_PEERS} * m.usual * o.n
"""

# One car whose number was mistyped is no other car.
HITS = f"""
SELECT v.institution_id, v.institution_id AS subject_id, v.report_id, v.issued_at AS occurred_at,
       CASE WHEN v.counters >= {LEAST_COUNTERS} THEN 'S5' ELSE 'S4' END AS level,
       hj_near(v.vin, o.vin) OR coalesce(v.plate = o.plate, false) AS slip,
       c.vehicles >= 3 AND NOT (hj_near(v.vin, o.vin) OR coalesce(v.plate = o.plate, false)) AS firm,
       CAST(NULL AS DOUBLE) AS p_value,
       CASE WHEN hj_near(v.vin, o.vin) OR coalesce(v.plate = o.plate, false) THEN 'mistyped' ELSE 'copied' END
           AS nature, v.report_no, v.vin,
       v.iupr, c.vehicles, o.report_no AS other_no, o.vin AS other_vin, CAST(NULL AS DOUBLE) AS dtc_clear_km,
       CAST(NULL AS DOUBLE) AS share, CAST(NULL AS DOUBLE) AS usual_share
FROM vectors v
JOIN copies c ON c.iupr = v.iupr AND (c.place = '' OR c.place = v.institution_id)
JOIN vectors o ON o.iupr = v.iupr AND o.vin <> v.vin AND (c.place = '' OR c.place = o.institution_id)
QUALIFY row_number() OVER (
    PARTITION BY v.report_id
    ORDER BY CASE WHEN hj_near(v.vin, o.vin) OR coalesce(v.plate = o.plate, false) THEN 1 ELSE 0 END, o.report_id) = 1
UNION ALL
SELECT x.institution_id, x.institution_id, x.report_id, x.issued_at, 'S2', false, false, CAST(NULL AS DOUBLE),
       'cleared', x.report_no, x.vin, CAST(NULL AS VARCHAR), CAST(NULL AS BIGINT), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), x.dtc_clear_km, 100.0 * s.fresh / s.n, 100.0 * s.usual
FROM cleared x JOIN suspect s ON s.institution_id = x.institution_id
WHERE x.fresh = 1
"""

DETECTOR = Detector(
    id="E16",
    version=2,
    name="cleared_codes",
    title="不同车辆的OBD监测计数完全相同，或检验前刚清除故障码",
    meaning="监测频率计数是一辆车的使用历史，两辆车不会逐项相同；大量车辆在清除故障码后不久受检，故障来不及再现。",
    violation="SUP-15.2",
    cluster="vehicle",
    kind="identity",
    level="S5",
    subject_kind="institution",
    needs=(
        Need(
            table="vehicle_tests",
            required=("report_id", "vin"),
            optional=("plate", "iupr", "dtc_clear_km", "started_at"),
        ),
        Need(table="reports", required=("report_no", "issued_at"), optional=("verdict", "corrects")),
    ),
    steps=(
        Step(name="vectors", sql=VECTORS),
        Step(name="holders", sql=HOLDERS),
        Step(name="pairs", sql=PAIRS),
        Step(name="agreeing", sql=AGREEING),
        Step(name="telling", sql=TELLING),
        Step(name="copies", sql=COPIES),
        Step(name="cleared", sql=CLEARED),
        Step(name="of_station", sql=OF_STATION),
        Step(name="suspect", sql=SUSPECT),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n "
            "FROM (SELECT institution_id, report_id FROM vectors "
            "UNION ALL SELECT institution_id, report_id FROM cleared) AS judged GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    unit="份有监测计数或清码里程的报告",
    says="报告 {report_no}：车辆 {vin}，{nature}（相同的另一辆 {other_vin}，清码后里程 {dtc_clear_km} 公里）",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "情形",
        "vin": "车辆识别代号",
        "iupr": "监测频率计数",
        "vehicles": "计数相同的车辆数",
        "other_no": "另一报告编号",
        "other_vin": "另一车辆",
        "dtc_clear_km": "清码后里程（公里）",
        "share": "本机构占比（%）",
        "usual_share": "同类机构占比（%）",
    },
    words={
        "nature": {
            "copied": "监测计数与另一辆车逐项相同",
            "mistyped": "监测计数相同，车辆识别代号只差一个字符或者号牌相同",
            "cleared": "清除故障码后行驶很短即受检",
        }
    },
    on_site=(
        "用自带诊断仪重读涉及车辆的监测频率计数",
        "检查诊断仪和软件中有无预存模板或转接装置",
        "了解清码由谁进行，是否在站内或周边维修点完成",
    ),
    benign=(
        "全为零或数字过少的不比较；三至五项的，只在不同机构的车辆从不偶然相同的数据里、在同一机构之内比较",
        "同一车辆的重复检验不计；识别代号只差一个字符或者号牌相同的，可能是同一辆车，只作疑问",
        "更换蓄电池也会清零，清码里程只在占比两成以上且为同类机构五倍以上时列为疑问",
    ),
)
