"""E3 – between a failed test and the passed retest the vehicle's OBD identity changed (SUP-15.4)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Step
from hengjian.engines.screening.vehicles import BLANKS, REGISTER, SCAN_PACKS, SCANS, scans_needs

LONGEST_DAYS = 60

# Tests of one vehicle in order, each with the one before it.
CHAIN = """
SELECT s.*, lag(report_id) OVER w AS first_report, lag(report_no) OVER w AS first_no,
       lag(institution_id) OVER w AS first_institution, lag(verdict) OVER w AS first_verdict,
       lag(tested_at) OVER w AS first_at, lag(calid) OVER w AS first_calid, lag(cvn) OVER w AS first_cvn,
       lag(obd_protocol) OVER w AS first_protocol, lag(obd_ecu_count) OVER w AS first_ecus
FROM scans s WHERE calid IS NOT NULL OR cvn IS NOT NULL
WINDOW w AS (PARTITION BY vin ORDER BY tested_at, report_id)
"""

RETESTS = f"""
SELECT c.*, coalesce(calid <> first_calid, false) AS calid_changed, coalesce(cvn <> first_cvn, false) AS cvn_changed,
       coalesce(obd_protocol <> first_protocol, false) OR coalesce(obd_ecu_count <> first_ecus, false) AS more_changed
FROM chain c
WHERE first_verdict = 'fail' AND verdict = 'pass'
  AND hj_epoch(tested_at) - hj_epoch(first_at) <= {LONGEST_DAYS} * 86400
  AND (coalesce(calid, first_calid) IS NOT NULL)
"""

# A new program of the maker changes the check number and is recorded as a repair; another identifier is another engine.
HITS = """
SELECT institution_id, institution_id AS subject_id, report_id, issued_at AS occurred_at,
       CASE WHEN repair_no IS NOT NULL THEN 'S2' WHEN slip THEN 'S4' WHEN calid_changed THEN 'S5'
            WHEN more_changed THEN 'S4' ELSE 'S3' END AS level,
       slip, repair_no IS NULL AND calid_changed AND cvn_changed AND NOT slip AS firm,
       CAST(NULL AS DOUBLE) AS p_value,
       CASE WHEN repair_no IS NOT NULL THEN 'repaired' WHEN slip THEN 'slip' WHEN calid_changed THEN 'calid'
            ELSE 'cvn' END AS nature,
       report_no, vin, tested_at, calid, cvn, first_no, first_report, first_institution, first_at, first_calid,
       first_cvn, repair_no
FROM (
    SELECT r.*, calid_changed AND NOT cvn_changed AND hj_near(calid, first_calid) AS slip FROM retests r
    WHERE calid_changed OR cvn_changed
) AS changed
"""

DETECTOR = Detector(
    id="E3",
    version=1,
    name="changed_calibration",
    title="初检不合格、复检合格之间车辆的OBD标识变了",
    meaning="同一辆车初检不合格，短期内复检合格，两次读出的标定标识却不同：复检时接受检验的可能是另一辆车，或接了OBD作弊器。",
    violation="SUP-15.4",
    cluster="vehicle",
    kind="hard",
    level="S5",
    subject_kind="institution",
    needs=scans_needs("obd_calid"),
    packs=SCAN_PACKS,
    steps=(
        REGISTER,
        BLANKS,
        SCANS,
        Step(name="chain", sql=CHAIN),
        Step(name="retests", sql=RETESTS),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM retests GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    unit="份不合格后复检合格的报告",
    says="车辆 {vin}：初检 {first_no} 不合格时CAL ID为 {first_calid}（CVN {first_cvn}），"
    "复检 {report_no} 合格时为 {calid}（CVN {cvn}）",
    labels={
        "report_id": "报告标识",
        "report_no": "复检报告编号",
        "occurred_at": "签发时间",
        "vin": "车辆识别代号",
        "tested_at": "复检时间",
        "calid": "复检CAL ID",
        "cvn": "复检CVN",
        "first_no": "初检报告编号",
        "first_report": "初检报告标识",
        "first_institution": "初检机构",
        "first_at": "初检时间",
        "first_calid": "初检CAL ID",
        "first_cvn": "初检CVN",
        "repair_no": "维修单号",
        "nature": "情形",
    },
    words={
        "nature": {"calid": "标定标识变了", "cvn": "仅校验码变了", "slip": "差一个字符", "repaired": "其间有维修记录"}
    },
    on_site=(
        "调取初检和复检两次的录像，核对是否同一辆车、诊断接头插在哪里",
        "用自带诊断仪重读该车CAL ID和CVN，看与哪一次相同",
        "核对两次检验之间的维修记录和维修企业",
    ),
    benign=(
        "其间有维修单号的，可能在维修时升级过控制器软件，只作疑问",
        "读不到标识的一次不参与比较；就绪状态等会正常变化的内容不比较",
        "只差一个字符且校验码相同的，作为数据疑问",
        "仅校验码变化的按较低等级列出",
    ),
)
