"""E16 – readiness counters copied from another car, or codes cleared just before the test (SUP-15.2)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

LEAST_COUNTERS = 6
LEAST_DISTINCT = 4
LEAST_KM = 50
LEAST_CLEARED = 10
LEAST_TESTS = 50
LEAST_PEERS = 10
CLEARED_SHARE = 0.2
TIMES_PEERS = 5.0

# The counters of a car are its history; noughts and a few equal figures are no history.
VECTORS = f"""
SELECT institution_id, report_id, report_no, issued_at, vin, iupr, tested_at FROM (
    SELECT r.institution_id, v.report_id, r.report_no, r.issued_at, v.vin, v.iupr,
           coalesce(v.started_at, r.issued_at) AS tested_at,
           length(v.iupr) - length(replace(v.iupr, '|', '')) + 1 AS counters,
           length(regexp_replace(v.iupr, '[^1-9]', '', 'g')) AS digits
    FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
    WHERE v.iupr IS NOT NULL AND v.vin IS NOT NULL AND r.corrects IS NULL
) AS counted WHERE counters >= {LEAST_COUNTERS} AND digits >= {2 * LEAST_DISTINCT}
"""

COPIES = """
SELECT iupr, count(DISTINCT vin) AS vehicles, min(report_id) AS first_report FROM vectors
GROUP BY iupr HAVING count(DISTINCT vin) > 1
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

HITS = """
SELECT v.institution_id, v.institution_id AS subject_id, v.report_id, v.issued_at AS occurred_at, 'S5' AS level,
       false AS slip, c.vehicles >= 3 AS firm, CAST(NULL AS DOUBLE) AS p_value, 'copied' AS nature, v.report_no, v.vin,
       v.iupr, c.vehicles, o.report_no AS other_no, o.vin AS other_vin, CAST(NULL AS DOUBLE) AS dtc_clear_km,
       CAST(NULL AS DOUBLE) AS share, CAST(NULL AS DOUBLE) AS usual_share
FROM vectors v JOIN copies c ON c.iupr = v.iupr
JOIN vectors o ON o.iupr = v.iupr AND o.vin <> v.vin
QUALIFY row_number() OVER (PARTITION BY v.report_id ORDER BY o.report_id) = 1
UNION ALL
SELECT x.institution_id, x.institution_id, x.report_id, x.issued_at, 'S2', false, false, CAST(NULL AS DOUBLE),
       'cleared', x.report_no, x.vin, CAST(NULL AS VARCHAR), CAST(NULL AS BIGINT), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), x.dtc_clear_km, 100.0 * s.fresh / s.n, 100.0 * s.usual
FROM cleared x JOIN suspect s ON s.institution_id = x.institution_id
WHERE x.fresh = 1
"""

DETECTOR = Detector(
    id="E16",
    version=1,
    name="cleared_codes",
    title="不同车辆的OBD监测计数完全相同，或检验前刚清除故障码",
    meaning="监测频率计数是一辆车的使用历史，两辆车不会逐项相同；大量车辆在清除故障码后不久受检，故障来不及再现。",
    violation="SUP-15.2",
    cluster="vehicle",
    kind="identity",
    level="S5",
    subject_kind="institution",
    needs=(
        Need(table="vehicle_tests", required=("report_id", "vin"), optional=("iupr", "dtc_clear_km", "started_at")),
        Need(table="reports", required=("report_no", "issued_at"), optional=("verdict", "corrects")),
    ),
    steps=(
        Step(name="vectors", sql=VECTORS),
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
    words={"nature": {"copied": "监测计数与另一辆车逐项相同", "cleared": "清除故障码后行驶很短即受检"}},
    on_site=(
        "用自带诊断仪重读涉及车辆的监测频率计数",
        "检查诊断仪和软件中有无预存模板或转接装置",
        "了解清码由谁进行，是否在站内或周边维修点完成",
    ),
    benign=(
        "计数少于六项、全为零或数字过少的不比较；同一车辆的重复检验不计",
        "更换蓄电池也会清零，清码里程只在占比两成以上且为同类机构五倍以上时列为疑问",
    ),
)
