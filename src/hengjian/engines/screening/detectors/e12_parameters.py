"""E12 – vehicle parameters were entered so that the test becomes easier (SUP-15.3)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step
from hengjian.engines.screening.vehicles import REGISTER, REGISTER_NEED

FAR_BELOW = 0.7
PEER_TESTS = 20
PEER_STATIONS = 5
MODE_SHARE = 0.8
VARIANT_STATIONS = 3
VARIANT_SHARE = 0.02

ENTERED = """
WITH tests AS (
    SELECT v.report_id, r.institution_id, r.report_no, r.issued_at, v.vin, v.model, v.engine_model, v.method,
           v.driver_id, coalesce(r.verdict, '') AS verdict, v.rated_power_kw, v.ref_mass_kg,
           c.rated_power_kw AS register_kw, c.ref_mass_kg AS register_kg
    FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id LEFT JOIN register c ON c.vin = v.vin
    WHERE coalesce(v.test_kind, 'emission') = 'emission' AND r.corrects IS NULL
)
SELECT report_id, institution_id, report_no, issued_at, vin, model, engine_model, method, driver_id, verdict,
       'rated_power_kw' AS parameter, rated_power_kw AS entered, register_kw AS registered
FROM tests WHERE rated_power_kw > 0
UNION ALL
SELECT report_id, institution_id, report_no, issued_at, vin, model, engine_model, method, driver_id, verdict,
       'ref_mass_kg', ref_mass_kg, register_kg
FROM tests WHERE ref_mass_kg > 0
"""

# What others enter for the same model and engine, without the station that is judged.
VALUES = """
SELECT institution_id, parameter, model, engine_model, entered, count(*) AS n FROM entered
WHERE model IS NOT NULL AND engine_model IS NOT NULL
GROUP BY institution_id, parameter, model, engine_model, entered
"""

ALL_VALUES = """
SELECT parameter, model, engine_model, entered, sum(n) AS n, count(*) AS stations FROM entries
GROUP BY parameter, model, engine_model, entered
"""

OTHERS = """
SELECT k.institution_id, a.parameter, a.model, a.engine_model, a.entered, a.n - coalesce(o.n, 0) AS n,
       a.stations - CASE WHEN o.n IS NULL THEN 0 ELSE 1 END AS stations, t.n - k.n AS total,
       t.stations - 1 AS all_stations
FROM all_entries a
JOIN (SELECT parameter, model, engine_model, sum(n) AS n, count(DISTINCT institution_id) AS stations FROM entries
      GROUP BY parameter, model, engine_model) AS t
  ON t.parameter = a.parameter AND t.model = a.model AND t.engine_model = a.engine_model
JOIN (SELECT institution_id, parameter, model, engine_model, sum(n) AS n FROM entries
      GROUP BY institution_id, parameter, model, engine_model) AS k
  ON k.parameter = a.parameter AND k.model = a.model AND k.engine_model = a.engine_model
LEFT JOIN entries o ON o.institution_id = k.institution_id AND o.parameter = a.parameter AND o.model = a.model
    AND o.engine_model = a.engine_model AND o.entered = a.entered
"""

MODES = f"""
SELECT institution_id, parameter, model, engine_model, entered AS usual FROM others
WHERE total >= {PEER_TESTS} AND all_stations >= {PEER_STATIONS} AND n >= {MODE_SHARE} * total
"""

VARIANTS = f"""
SELECT institution_id, parameter, model, engine_model, entered FROM others
WHERE stations >= {VARIANT_STATIONS} AND n >= {VARIANT_SHARE} * total
"""

# The register decides where it knows the vehicle; otherwise what the same model has everywhere else.
COMPARED = """
SELECT e.*, m.usual, coalesce(e.registered, m.usual) AS reference,
       e.registered IS NOT NULL AND m.usual IS NOT NULL
           AND abs(e.registered - m.usual) <= greatest(t.absolute, t.percent / 100 * e.registered) AS agreed,
       greatest(t.absolute, t.percent / 100 * coalesce(e.registered, m.usual)) AS tolerance
FROM entered e
JOIN (SELECT id, max(percent) AS percent, max(absolute) AS absolute FROM pack_vehicle_tolerances GROUP BY id) AS t
  ON t.id = e.parameter
LEFT JOIN modes m ON m.institution_id = e.institution_id AND m.parameter = e.parameter AND m.model = e.model
    AND m.engine_model = e.engine_model
WHERE coalesce(e.registered, m.usual) > 0
"""

HITS = f"""
SELECT institution_id, institution_id AS subject_id, report_id, issued_at AS occurred_at,
       CASE WHEN ratio > 1 THEN 'S1'
            WHEN parameter = 'rated_power_kw' AND method = 'lugdown' AND ratio < {FAR_BELOW} THEN 'S5'
            ELSE 'S4' END AS level,
       slip, agreed AND ratio < 1 AND NOT slip AS firm, CAST(NULL AS DOUBLE) AS p_value, parameter,
       CASE WHEN ratio > 1 THEN 'harder' WHEN slip THEN 'slip' ELSE 'easier' END AS nature,
       report_no, vin, model, engine_model, method, driver_id, verdict, entered, registered, usual, reference,
       round(100 * ratio, 1) AS percent
FROM (
    SELECT c.*, c.entered / c.reference AS ratio,
           hj_near(CAST(CAST(round(c.entered) AS BIGINT) AS VARCHAR),
                   CAST(CAST(round(c.reference) AS BIGINT) AS VARCHAR))
               OR abs(c.entered / c.reference - 0.1) < 0.002 OR abs(c.entered / c.reference - 0.01) < 0.0002
               AS slip
    FROM compared c
    LEFT JOIN variants v ON v.institution_id = c.institution_id AND v.parameter = c.parameter AND v.model = c.model
        AND v.engine_model = c.engine_model AND v.entered = c.entered
    WHERE abs(c.entered - c.reference) > c.tolerance AND (v.entered IS NULL OR c.registered IS NOT NULL)
) AS off
"""

DETECTOR = Detector(
    id="E12",
    version=1,
    name="parameters",
    title="车辆参数被改低，检验变得容易通过",
    meaning="报告中的额定功率或基准质量明显低于登记值或同型号车辆的数值，加载和判定随之放宽，不合格的车也能合格。",
    violation="SUP-15.3",
    cluster="vehicle",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="vehicle_tests",
            required=("report_id", "vin"),
            optional=("model", "engine_model", "method", "driver_id", "rated_power_kw", "ref_mass_kg", "test_kind"),
        ),
        Need(table="reports", required=("report_no", "issued_at"), optional=("verdict", "corrects")),
        REGISTER_NEED,
    ),
    packs=("pack_vehicle_tolerances",),
    steps=(
        REGISTER,
        Step(name="entered", sql=ENTERED),
        Step(name="entries", sql=VALUES),
        Step(name="all_entries", sql=ALL_VALUES),
        Step(name="others", sql=OTHERS),
        Step(name="modes", sql=MODES),
        Step(name="variants", sql=VARIANTS),
        Step(name="compared", sql=COMPARED),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM compared GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("parameter", "nature"),
    unit="份有登记值或同型号数值可比的报告",
    says="报告 {report_no}：车辆 {vin}（{model}）的{parameter}填为 {entered}，应为 {reference}，仅为其 {percent}%",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "parameter": "参数",
        "nature": "情形",
        "vin": "车辆识别代号",
        "model": "型号",
        "engine_model": "发动机型号",
        "method": "检测方法",
        "driver_id": "引车员",
        "verdict": "结论",
        "entered": "填报值",
        "registered": "登记值",
        "usual": "其他机构同型号的值",
        "reference": "应为",
        "percent": "填报值占比（%）",
    },
    words={
        "parameter": {"rated_power_kw": "额定功率", "ref_mass_kg": "基准质量"},
        "nature": {"easier": "有利于通过", "harder": "不利于通过", "slip": "可能录错一位"},
    },
    on_site=(
        "核对车辆铭牌、行驶证和随车清单上的额定功率与质量",
        "导出检测软件的参数录入和修改日志，查明由谁、何时改写",
        "按正确参数重新判定已上传的过程数据",
    ),
    benign=(
        "偏差在允差内的不计；不利于通过的偏差只作疑问",
        "登记中没有的车辆，只与五家以上其他机构八成以上一致的数值比较；其他机构也常用的另一数值视为同型号的不同配置",
        "差一位数字、相邻两位颠倒或差十倍的，作为数据疑问",
        "登记有几条记录的车辆不比较",
    ),
)
