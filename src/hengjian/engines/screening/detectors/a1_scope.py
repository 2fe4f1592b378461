"""A1 – items reported under the CMA mark that the scope does not hold on the day of issue (ACC-36.2)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

LEAST_REPORTS = 3
TRANSITION_DAYS = 183
LAG_DAYS = 60
FOREVER, NEVER = "DATE '9999-12-31'", "DATE '1900-01-01'"
SAFETY_FIELDS = (
    "food",
    "special_equipment",
    "vehicle",
    "tank",
    "construction",
    "medical_device",
    "ppe",
    "drug",
    "fire",
    "children",
)
"""Fields where one report out of scope is enough; elsewhere fewer than three stay a question."""

HELD = f"""
SELECT c.institution_id, coalesce(s.site_id, '') AS site_id, s.item_code, s.item_name, s.standard_no, s.method_no,
       s.range_low, s.range_high, s.unit, coalesce(s.approved_on, {NEVER}) AS from_on,
       coalesce(s.removed_on, {FOREVER}) AS until_on
FROM scope s
JOIN (SELECT DISTINCT certificate_no, institution_id FROM certificates) AS c ON c.certificate_no = s.certificate_no
"""

# Old and new edition of a standard stand for each other until six months after the new one took effect.
EDITIONS = f"""
SELECT o.standard_no AS old_no, n.standard_no AS new_no,
       CAST(coalesce(n.effective_on, o.abolished_on) + INTERVAL {TRANSITION_DAYS} DAY AS DATE) AS until_on
FROM standards o JOIN standards n ON n.standard_no = upper(replace(o.replaced_by, ' ', ''))
WHERE coalesce(n.effective_on, o.abolished_on) IS NOT NULL
"""

COVERS = f"""
WITH named AS (
    SELECT institution_id, site_id, item_code, standard_no AS basis, from_on, until_on FROM held
    UNION
    SELECT institution_id, site_id, item_code, method_no, from_on, until_on FROM held WHERE method_no IS NOT NULL
)
SELECT * FROM named
UNION
SELECT n.institution_id, n.site_id, n.item_code, e.new_no, n.from_on, least(n.until_on, e.until_on)
FROM named n JOIN editions e ON e.old_no = n.basis
UNION
SELECT n.institution_id, n.site_id, n.item_code, e.old_no, {NEVER}, least(n.until_on, e.until_on)
FROM named n JOIN editions e ON e.new_no = n.basis
"""

COUNTED = """
SELECT report_id, report_no, institution_id, coalesce(site_id, '') AS site_id, coalesce(standard_no, '') AS standard_no,
       field, issued_at, CAST(issued_at AS DATE) AS issued_on
FROM reports r SEMI JOIN held h ON h.institution_id = r.institution_id
WHERE coalesce(cma_mark, true) AND coalesce(purpose, 'client') <> 'qc' AND coalesce(purpose, 'client') <> 'pt'
"""

# What was asked of the scope, each combination once, with the first and last day of issue.
ASKED = """
SELECT r.institution_id, r.site_id, r.standard_no, x.item_code, coalesce(x.method_no, '') AS method_no,
       min(r.issued_on) AS first_on, max(r.issued_on) AS last_on
FROM results x JOIN counted r ON r.report_id = x.report_id
WHERE NOT coalesce(x.subcontracted, false)
GROUP BY r.institution_id, r.site_id, r.standard_no, x.item_code, coalesce(x.method_no, '')
"""

OPEN = """
SELECT a.* FROM asked a
ANTI JOIN covers c ON c.institution_id = a.institution_id AND c.item_code = a.item_code
    AND (c.basis = a.method_no OR c.basis = a.standard_no)
    AND (c.site_id = a.site_id OR c.site_id = '' OR a.site_id = '')
    AND c.from_on <= a.first_on AND c.until_on > a.last_on
WHERE a.method_no <> '' OR a.standard_no <> ''
"""

DOUBTED = """
SELECT r.report_id, r.report_no, r.institution_id, r.site_id, r.standard_no, r.field, r.issued_at, r.issued_on,
       x.item_code, max(x.item_name) AS item_name, o.method_no
FROM results x
JOIN counted r ON r.report_id = x.report_id
JOIN open_questions o ON o.institution_id = r.institution_id AND o.site_id = r.site_id
    AND o.standard_no = r.standard_no AND o.item_code = x.item_code AND o.method_no = coalesce(x.method_no, '')
WHERE NOT coalesce(x.subcontracted, false)
GROUP BY ALL
"""

# How near the scope comes to the item: the best of its rows, by what is missing.
BY_ITEM = f"""
WITH compared AS (
    SELECT d.report_id, d.item_code, d.method_no, d.standard_no, d.issued_on, c.basis, c.from_on, c.until_on,
           c.basis = d.method_no OR c.basis = d.standard_no AS named,
           c.site_id = d.site_id OR c.site_id = '' OR d.site_id = '' AS here,
           c.from_on <= d.issued_on AND c.until_on > d.issued_on AS timely
    FROM doubted d JOIN covers c ON c.institution_id = d.institution_id AND c.item_code = d.item_code
)
SELECT report_id, item_code, method_no,
       max(CASE WHEN named AND here AND timely THEN 1 ELSE 0 END) AS held,
       max(CASE WHEN named AND here AND issued_on >= from_on - INTERVAL 1 DAY AND issued_on <= until_on
                THEN 1 ELSE 0 END) AS one_day,
       max(CASE WHEN named AND here AND issued_on < from_on AND issued_on >= from_on - INTERVAL {LAG_DAYS} DAY
                THEN 1 ELSE 0 END) AS late,
       max(CASE WHEN named AND here THEN 1 ELSE 0 END) AS other_time,
       max(CASE WHEN named AND timely THEN 1 ELSE 0 END) AS other_site,
       max(CASE WHEN here AND timely AND (hj_swapped(basis, method_no) OR hj_swapped(basis, standard_no))
                THEN 1 ELSE 0 END) AS near_basis,
       max(CASE WHEN here AND timely AND regexp_replace(basis, '-[0-9]+$', '') IN
                     (regexp_replace(method_no, '-[0-9]+$', ''), regexp_replace(standard_no, '-[0-9]+$', ''))
                THEN 1 ELSE 0 END) AS other_edition,
       min(CASE WHEN named AND here THEN from_on END) AS approved_on,
       max(CASE WHEN named AND here AND until_on < {FOREVER} THEN until_on END) AS removed_on
FROM compared
GROUP BY report_id, item_code, method_no
"""

# Is the standard or method in the scope at all, and under which item that is one slip or the same name away?
BY_BASIS = """
SELECT d.report_id, d.item_code, d.method_no, 1 AS known,
       max(CASE WHEN h.item_code <> d.item_code AND (hj_swapped(h.item_code, d.item_code) OR h.item_name = d.item_name)
                THEN 1 ELSE 0 END) AS near_item
FROM doubted d
JOIN (SELECT institution_id, item_code, item_name, standard_no AS basis FROM held
      UNION SELECT institution_id, item_code, item_name, method_no FROM held WHERE method_no IS NOT NULL) AS h
    ON h.institution_id = d.institution_id AND (h.basis = d.method_no OR h.basis = d.standard_no)
GROUP BY d.report_id, d.item_code, d.method_no
"""

JUDGED = """
SELECT d.*, coalesce(b.known, 0) AS known, i.approved_on, i.removed_on,
       CASE WHEN i.one_day = 1 OR i.near_basis = 1 OR b.near_item = 1 THEN 'slip'
            WHEN i.late = 1 THEN 'late'
            WHEN i.other_time = 1 THEN 'period'
            WHEN i.other_site = 1 THEN 'site'
            WHEN i.other_edition = 1 THEN 'edition'
            WHEN i.report_id IS NOT NULL THEN 'basis'
            ELSE 'item' END AS nature
FROM doubted d
LEFT JOIN by_item i ON i.report_id = d.report_id AND i.item_code = d.item_code AND i.method_no = d.method_no
LEFT JOIN by_basis b ON b.report_id = d.report_id AND b.item_code = d.item_code AND b.method_no = d.method_no
WHERE coalesce(i.held, 0) = 0
"""

# A report of which nothing is in scope is one contradiction, not one for each item.
WHOLE = """
SELECT j.report_id, count(DISTINCT j.method_no) >= 2 AS firm
FROM judged j
JOIN (SELECT x.report_id, count(DISTINCT x.item_code || '|' || coalesce(x.method_no, '')) AS items
      FROM results x SEMI JOIN judged k ON k.report_id = x.report_id
      WHERE NOT coalesce(x.subcontracted, false) GROUP BY x.report_id) AS t ON t.report_id = j.report_id
WHERE j.nature IN ('item', 'basis')
GROUP BY j.report_id, t.items
HAVING count(*) = t.items AND count(*) >= 2
"""

RANGES = f"""
SELECT institution_id, item_code, lower(unit) AS unit, min(coalesce(range_low, -1e300)) AS range_low,
       max(coalesce(range_high, 1e300)) AS range_high
FROM held WHERE unit IS NOT NULL AND until_on = {FOREVER}
GROUP BY institution_id, item_code, lower(unit)
HAVING min(coalesce(range_low, -1e300)) > -1e300 OR max(coalesce(range_high, 1e300)) < 1e300
"""

BEYOND = """
SELECT r.report_id, r.report_no, r.institution_id, r.site_id, r.standard_no, r.field, r.issued_at, x.item_code,
       x.item_name, coalesce(x.method_no, '') AS method_no, x.value, g.range_low, g.range_high,
       x.value * 10 BETWEEN g.range_low AND g.range_high OR x.value / 10 BETWEEN g.range_low AND g.range_high
         OR x.value * 1000 BETWEEN g.range_low AND g.range_high
         OR x.value / 1000 BETWEEN g.range_low AND g.range_high AS slip
FROM results x
JOIN ranges g ON g.institution_id = x.institution_id AND g.item_code = x.item_code AND g.unit = lower(x.unit)
JOIN counted r ON r.report_id = x.report_id
WHERE coalesce(x.replicate, 0) = 0 AND NOT coalesce(x.subcontracted, false)
  AND (x.value > g.range_high OR (x.value < g.range_low AND x.value > coalesce(x.detection_limit, x.value - 1)))
"""

# One wrong cell of the scope explains every report of the item at once: never more than a question (S1).
HITS = f"""
WITH listed AS (
    SELECT j.institution_id, j.report_id, j.report_no, j.issued_at, j.field,
           CASE WHEN w.report_id IS NOT NULL THEN 'whole' ELSE j.nature END AS nature,
           CASE WHEN w.report_id IS NOT NULL THEN '' ELSE j.item_code END AS item_code,
           CASE WHEN w.report_id IS NOT NULL THEN '整份报告' ELSE coalesce(j.item_name, j.item_code) END AS item_name,
           CASE WHEN w.report_id IS NOT NULL OR j.method_no = '' THEN j.standard_no ELSE j.method_no END AS basis,
           j.site_id, j.nature = 'slip' AS slip,
           coalesce(w.firm, j.nature = 'item' AND j.known = 0) AS firm,
           j.approved_on, j.removed_on, CAST(NULL AS DOUBLE) AS value, CAST(NULL AS DOUBLE) AS range_low,
           CAST(NULL AS DOUBLE) AS range_high
    FROM judged j LEFT JOIN whole w ON w.report_id = j.report_id
    UNION
    SELECT institution_id, report_id, report_no, issued_at, field, 'range', item_code, coalesce(item_name, item_code),
           CASE WHEN method_no = '' THEN standard_no ELSE method_no END, site_id, slip, false, CAST(NULL AS DATE),
           CAST(NULL AS DATE), value, CASE WHEN range_low > -1e300 THEN range_low END,
           CASE WHEN range_high < 1e300 THEN range_high END
    FROM beyond
)
SELECT institution_id, institution_id AS subject_id, report_id, issued_at AS occurred_at,
       CASE WHEN nature = 'slip' THEN 'S1' WHEN nature IN ('late', 'edition') THEN 'S2'
            WHEN firm OR field IN ({", ".join(f"'{name}'" for name in SAFETY_FIELDS)})
              OR count(*) OVER (PARTITION BY institution_id, nature, item_code, basis) >= {LEAST_REPORTS} THEN 'S4'
            ELSE 'S2' END AS level,
       slip, firm, CAST(NULL AS DOUBLE) AS p_value, nature, item_code, basis, report_no, item_name, site_id,
       approved_on, removed_on, value, range_low, range_high
FROM listed
"""

DETECTOR = Detector(
    id="A1",
    version=1,
    name="scope",
    title="报告的项目不在资质认定能力范围内",
    meaning="加盖CMA标志的报告里，有的项目、方法、场所或量值在签发日不在该机构资质认定能力附表内，属于超范围出具数据。",
    violation="ACC-36.2",
    cluster="paperwork",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("issued_at",),
            optional=("report_no", "site_id", "standard_no", "field", "cma_mark", "purpose"),
        ),
        Need(
            table="results",
            required=("report_id", "item_code"),
            optional=("item_name", "method_no", "replicate", "value", "unit", "detection_limit", "subcontracted"),
        ),
        Need(
            table="scope",
            required=("certificate_no", "item_code", "standard_no"),
            optional=(
                "site_id",
                "item_name",
                "method_no",
                "range_low",
                "range_high",
                "unit",
                "approved_on",
                "removed_on",
            ),
        ),
        Need(table="certificates", required=("certificate_no", "institution_id")),
        Need(
            table="standards",
            required=("standard_no",),
            optional=("effective_on", "abolished_on", "replaced_by"),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="held", sql=HELD),
        Step(name="editions", sql=EDITIONS),
        Step(name="covers", sql=COVERS),
        Step(name="counted", sql=COUNTED),
        Step(name="asked", sql=ASKED),
        Step(name="open_questions", sql=OPEN),
        Step(name="doubted", sql=DOUBTED),
        Step(name="by_item", sql=BY_ITEM),
        Step(name="by_basis", sql=BY_BASIS),
        Step(name="judged", sql=JUDGED),
        Step(name="whole", sql=WHOLE),
        Step(name="ranges", sql=RANGES),
        Step(name="beyond", sql=BEYOND),
        Step(name="population", sql="SELECT institution_id, count(*) AS n FROM counted GROUP BY institution_id"),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature", "item_code", "basis"),
    says="报告 {report_no} 于 {occurred_at} 签发，{item_name}（{basis}）{nature}",
    words={
        "nature": {
            "slip": "不在能力附表内，但与附表只差一处录入",
            "late": "在签发后六十天内才获批准",
            "period": "在签发日尚未批准或已取消",
            "site": "只在其他场所获批准",
            "edition": "只以另一年号的标准获批准",
            "basis": "的方法标准未获批准",
            "item": "不在能力附表内",
            "whole": "所有项目都不在能力附表内",
            "range": "的结果超出批准的能力范围",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "问题",
        "item_code": "项目编号",
        "item_name": "项目",
        "basis": "方法或判定标准",
        "site_id": "场所",
        "approved_on": "批准日期",
        "removed_on": "取消日期",
        "value": "结果",
        "range_low": "能力范围下限",
        "range_high": "能力范围上限",
    },
    on_site=(
        "调取签发日有效的证书附表和批准变更文书，逐项核对项目、标准、场所和限制范围",
        "调取报告原件，核对CMA标志是否覆盖该项目，是否注明不在范围内或分包",
        "查该项目的设备、人员和方法验证记录，了解是否具备能力",
    ),
    benign=(
        "分包项目、未使用CMA标志的报告、质控和能力验证样品不计",
        "机构的任何一张证书、以产品标准或方法标准批准的，都算在范围内",
        "新旧标准更替后六个月内视为可用；只差年号而更替日期不明的，仅作疑问",
        "签发后六十天内获批准的，可能是附表上传滞后，仅作疑问",
        "项目或标准编号相邻两位颠倒、同名项目另有编号、日期只差一天、量值差十倍百倍的，作为录入疑问",
        "非安全重点领域少于三份报告的，仅作疑问",
        "没有能力附表的机构不判断",
    ),
)
