"""E2 – the scanner reads another vehicle's identification number, or none where it is always read (SUP-15.4)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Step
from hengjian.engines.screening.vehicles import BLANKS, REGISTER, SCAN_PACKS, SCANS, repaired, scans_needs

WHOLE = 17
PEER_TESTS = 20
PEER_STATIONS = 5
ALWAYS_READ = 0.95
LEAST_MISSING = 10
MISSING_SHARE = 0.2

READ = f"""
SELECT s.*, {repaired("s.vin")} AS own, {repaired("s.obd_vin")} AS told FROM scans s WHERE s.obd_vin IS NOT NULL
"""

# A part of the own number is a broken reading, not another vehicle.
DIFFERENT = """
SELECT r.*, hj_near(r.told, r.own) AS near FROM read r
WHERE r.told <> r.own AND position(r.told IN r.own) = 0 AND position(r.own IN r.told) = 0
"""

# The controller of another car: several stations read the same other number on this vehicle.
REPLACED = """
SELECT own, told FROM different WHERE NOT near GROUP BY own, told HAVING count(DISTINCT institution_id) > 1
"""

SHARED = """
SELECT told, count(DISTINCT own) AS vehicles FROM different WHERE NOT near GROUP BY told HAVING count(DISTINCT own) > 1
"""

DONORS = """
SELECT d.told FROM (SELECT DISTINCT told FROM different WHERE NOT near) AS d
SEMI JOIN (SELECT DISTINCT own FROM read) AS r ON r.own = d.told
"""

# What is read elsewhere on vehicles of the same model and year, without the station that is judged.
KINDS = """
SELECT institution_id, model, registered_year, count(*) AS tests, count(obd_vin) AS filled FROM scans
WHERE model IS NOT NULL AND registered_year IS NOT NULL GROUP BY institution_id, model, registered_year
"""

EXPECTED = f"""
SELECT k.institution_id, k.model, k.registered_year FROM kinds k
JOIN (SELECT model, registered_year, sum(tests) AS tests, sum(filled) AS filled, count(*) AS stations
      FROM kinds GROUP BY model, registered_year) AS a ON a.model = k.model AND a.registered_year = k.registered_year
WHERE a.tests - k.tests >= {PEER_TESTS} AND a.stations - 1 >= {PEER_STATIONS}
  AND a.filled - k.filled >= {ALWAYS_READ} * (a.tests - k.tests)
"""

ABSENT = f"""
SELECT s.* FROM scans s
JOIN expected e ON e.institution_id = s.institution_id AND e.model = s.model
    AND e.registered_year = s.registered_year
WHERE s.obd_vin IS NULL
QUALIFY count(*) OVER (PARTITION BY s.institution_id) >= {LEAST_MISSING}
"""

TOO_OFTEN = f"""
SELECT a.institution_id FROM (SELECT institution_id, count(*) AS n FROM absent GROUP BY institution_id) AS a
JOIN (SELECT s.institution_id, count(*) AS n FROM scans s
      JOIN expected e ON e.institution_id = s.institution_id AND e.model = s.model
          AND e.registered_year = s.registered_year
      GROUP BY s.institution_id) AS j ON j.institution_id = a.institution_id
WHERE a.n >= {MISSING_SHARE} * j.n
"""

HITS = f"""
SELECT d.institution_id, d.institution_id AS subject_id, d.report_id, d.issued_at AS occurred_at,
       CASE WHEN p.own IS NOT NULL THEN 'S1' WHEN d.near OR length(d.told) <> {WHOLE} THEN 'S2'
            WHEN o.told IS NOT NULL OR s.told IS NOT NULL THEN 'S5' ELSE 'S4' END AS level,
       d.near AS slip, p.own IS NULL AND NOT d.near AND length(d.told) = {WHOLE}
           AND (o.told IS NOT NULL OR s.told IS NOT NULL) AS firm, CAST(NULL AS DOUBLE) AS p_value,
       CASE WHEN p.own IS NOT NULL THEN 'replaced' WHEN d.near THEN 'slip'
            WHEN s.told IS NOT NULL THEN 'shared' WHEN o.told IS NOT NULL THEN 'donor' ELSE 'other' END AS nature,
       d.report_no, d.vin, d.plate, d.obd_vin, d.model, d.tested_at, coalesce(s.vehicles, 1) AS vehicles
FROM different d
LEFT JOIN replaced p ON p.own = d.own AND p.told = d.told
LEFT JOIN shared s ON s.told = d.told
LEFT JOIN donors o ON o.told = d.told
UNION ALL
SELECT a.institution_id, a.institution_id, a.report_id, a.issued_at, 'S2', false, false, CAST(NULL AS DOUBLE),
       'missing', a.report_no, a.vin, a.plate, CAST(NULL AS VARCHAR), a.model, a.tested_at, CAST(NULL AS BIGINT)
FROM absent a SEMI JOIN too_often t ON t.institution_id = a.institution_id
"""

DETECTOR = Detector(
    id="E2",
    version=1,
    name="obd_vin",
    title="OBD读出的车辆识别代号不是被检车辆的",
    meaning="诊断接口读出的车辆识别代号与报告上的车辆不同，或者同一代号出现在几辆车上，"
    "说明接受检验的不是这辆车，或者OBD数据是借来的。",
    violation="SUP-15.4",
    cluster="vehicle",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=scans_needs("obd_vin"),
    packs=SCAN_PACKS,
    steps=(
        REGISTER,
        BLANKS,
        SCANS,
        Step(name="read", sql=READ),
        Step(name="different", sql=DIFFERENT),
        Step(name="replaced", sql=REPLACED),
        Step(name="shared", sql=SHARED),
        Step(name="donors", sql=DONORS),
        Step(name="kinds", sql=KINDS),
        Step(name="expected", sql=EXPECTED),
        Step(name="absent", sql=ABSENT),
        Step(name="too_often", sql=TOO_OFTEN),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM scans GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    unit="份排放检验报告",
    says="报告 {report_no}：被检车辆 {vin}，OBD读出 {obd_vin}（{nature}）",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "vin": "车辆识别代号",
        "plate": "号牌号码",
        "obd_vin": "OBD读出的识别代号",
        "model": "型号",
        "tested_at": "检验时间",
        "vehicles": "读出同一代号的车辆数",
        "nature": "情形",
    },
    words={
        "nature": {
            "shared": "同一代号出现在几辆车上",
            "donor": "是另一辆被检车辆的代号",
            "other": "是另一代号",
            "replaced": "几家机构都这样读出，可能换过控制器",
            "slip": "差一个字符，可能录错",
            "missing": "同型号同年份车辆在别处都能读出，这里读不出",
        }
    },
    on_site=(
        "调取外观检查和检测线录像，核对号牌、车身铭牌与诊断接头所插车辆",
        "用自带诊断仪重读涉及车辆的识别代号",
        "导出诊断仪原始报文和软件日志，核对读取时间",
    ),
    benign=(
        "字母O、Q、I与数字0、1的混写已还原；读出一部分的不计，位数不足的只作疑问",
        "只差一个字符或相邻两位颠倒的，作为数据疑问",
        "几家机构在同一车辆上读出同一其他代号的，可能更换过控制器，只作疑问",
        "读不出本身只作疑问，且须同型号同年份车辆在五家以上其他机构几乎都能读出",
    ),
)
