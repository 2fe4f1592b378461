"""A8 – mandatory items are missing from a report that claims the whole standard, or stand there untested (SUP-15.3)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

PEERS_FOR_CUSTOM = 5
CUSTOM_SHARE = 0.5
LARGEST_BARE_SHARE = 0.2
LEAST_ROWS_OF_ITEM = 20

# Only a report that says so covers the whole standard; without the mark a conformity verdict on it is asked about.
CLAIMING = """
SELECT r.report_id, r.report_no, r.institution_id, r.issued_at, r.standard_no, trim(r.object) AS object,
       coalesce(r.claims_full, false) AS claimed
FROM reports r
LEFT JOIN (SELECT DISTINCT corrects FROM reports WHERE corrects IS NOT NULL) AS c ON c.corrects = r.report_id
WHERE r.standard_no IS NOT NULL AND c.corrects IS NULL AND r.retest_of IS NULL
  AND coalesce(r.purpose, 'client') NOT IN ('retest', 'qc', 'pt', 'blind')
  AND (r.claims_full OR (r.claims_full IS NULL AND r.verdict = 'pass'))
"""

# The category must be the standard's own: the same words, or a standard that knows only one list for everything.
REQUIRED = """
SELECT DISTINCT standard_no, coalesce(trim(object), '') AS object, item_code, max(item_name) OVER (
           PARTITION BY standard_no, coalesce(trim(object), ''), item_code) AS item_name
FROM standard_items WHERE mandatory
"""

EXPECTED = """
SELECT standard_no, object, count(*) AS items FROM required GROUP BY standard_no, object
"""

BOUND = """
SELECT c.*, e.items, e.object AS category FROM claiming c
JOIN expected e ON e.standard_no = c.standard_no AND e.object = c.object
UNION ALL
SELECT c.*, e.items, e.object FROM claiming c
JOIN expected e ON e.standard_no = c.standard_no AND e.object = ''
ANTI JOIN expected o ON o.standard_no = c.standard_no AND o.object = c.object
"""

PRESENT = """
SELECT b.report_id, count(DISTINCT x.item_code) AS found
FROM bound b
JOIN results x ON x.report_id = b.report_id
JOIN required q ON q.standard_no = b.standard_no AND q.object = b.category AND q.item_code = x.item_code
WHERE coalesce(x.replicate, 0) = 0
GROUP BY b.report_id
"""

# A report none of whose mandatory items is there was handed over without results, or under another category.
SHORT = """
SELECT b.* FROM bound b JOIN present p ON p.report_id = b.report_id WHERE p.found < b.items
"""

OF_SHORT = """
SELECT DISTINCT x.report_id, x.item_code, trim(x.item_name) AS item_name
FROM results x SEMI JOIN short s USING (report_id)
"""

NAMES = """
SELECT item_code, item_name, '|' || coalesce(synonyms, '') || '|' AS synonyms FROM items
"""

# Missing by code and by name: an item written under another code, its usual or a synonymous name is there.
MISSING = """
SELECT s.report_id, s.institution_id, s.standard_no, s.category, q.item_code, q.item_name
FROM short s
JOIN required q ON q.standard_no = s.standard_no AND q.object = s.category
LEFT JOIN names n ON n.item_code = q.item_code
WHERE NOT EXISTS (
    SELECT 1 FROM of_short x WHERE x.report_id = s.report_id
        AND (x.item_code = q.item_code OR x.item_name = q.item_name OR x.item_name = n.item_name
             OR position('|' || x.item_name || '|' IN n.synonyms) > 0))
"""

# What most institutions leave out is the register's error or a custom to be asked about, not one institution's cut.
CUSTOM = f"""
WITH judged AS (
    SELECT standard_no, category, count(*) AS reports, count(DISTINCT institution_id) AS peers FROM bound
    GROUP BY standard_no, category
)
SELECT m.standard_no, m.category, m.item_code
FROM missing m JOIN judged j ON j.standard_no = m.standard_no AND j.category = m.category
GROUP BY m.standard_no, m.category, m.item_code, j.reports, j.peers
HAVING j.peers >= {PEERS_FOR_CUSTOM} AND count(*) >= {CUSTOM_SHARE} * j.reports
   AND count(DISTINCT m.institution_id) >= {CUSTOM_SHARE} * j.peers
"""

# One wrong cell explains it: an alien code one stroke off, or the category of the standard's other list.
SLIPS = """
SELECT m.report_id FROM missing m
JOIN of_short x ON x.report_id = m.report_id AND hj_near(x.item_code, m.item_code)
ANTI JOIN required q ON q.standard_no = m.standard_no AND q.object = m.category AND q.item_code = x.item_code
WHERE m.report_id IN (SELECT report_id FROM missing GROUP BY report_id HAVING count(*) = 1)
UNION
SELECT o.report_id FROM (
    SELECT s.report_id, q.object, count(*) AS found
    FROM short s
    JOIN required q ON q.standard_no = s.standard_no AND q.object <> s.category
    JOIN of_short x ON x.report_id = s.report_id AND x.item_code = q.item_code
    GROUP BY s.report_id, q.object
) AS o
JOIN (SELECT report_id, max(standard_no) AS standard_no FROM short GROUP BY report_id) AS s ON s.report_id = o.report_id
JOIN expected e ON e.standard_no = s.standard_no AND e.object = o.object AND e.items = o.found
JOIN (SELECT report_id, count(*) AS lost FROM missing GROUP BY report_id) AS l ON l.report_id = o.report_id
JOIN present p ON p.report_id = o.report_id
WHERE l.lost >= p.found
"""

# An item with a verdict but no instrument, no person, no raw file and no time, where that item usually carries them.
TRACES = """
SELECT x.institution_id, x.report_id, x.item_code,
       CASE WHEN x.instrument_id IS NULL AND x.tester_id IS NULL AND x.raw_sha256 IS NULL THEN 1 ELSE 0 END AS bare
FROM results x
WHERE coalesce(x.replicate, 0) = 0 AND coalesce(x.subcontracted, false) = false
  AND (x.verdict IS NOT NULL OR x.value_text IS NOT NULL)
"""

USUAL = f"""
WITH own AS (
    SELECT institution_id, item_code, count(*) AS n, sum(bare) AS bare FROM traces GROUP BY institution_id, item_code
), everyone AS (
    SELECT item_code, sum(n) AS n, sum(bare) AS bare FROM own GROUP BY item_code
)
SELECT o.institution_id, o.item_code FROM own o JOIN everyone e ON e.item_code = o.item_code
WHERE o.bare > 0 AND o.bare <= {LARGEST_BARE_SHARE} * o.n AND e.bare <= {LARGEST_BARE_SHARE} * e.n
  AND e.n >= {LEAST_ROWS_OF_ITEM}
"""

BARE = """
SELECT t.report_id, t.institution_id, t.item_code
FROM traces t
JOIN usual u ON u.institution_id = t.institution_id AND u.item_code = t.item_code
SEMI JOIN (SELECT report_id FROM traces WHERE bare = 0) AS r ON r.report_id = t.report_id
WHERE t.bare = 1
"""

# The subject is the institution, the key the standard and category whose list was cut.
HITS = """
WITH cut AS (
    SELECT m.report_id, min(m.item_code) AS item_code, count(*) AS items_missing,
           count(*) = count(c.item_code) AS customary
    FROM missing m
    LEFT JOIN custom c ON c.standard_no = m.standard_no AND c.category = m.category AND c.item_code = m.item_code
    GROUP BY m.report_id
)
SELECT s.institution_id, s.institution_id AS subject_id, s.report_id, s.issued_at AS occurred_at,
       CASE WHEN c.customary OR NOT s.claimed THEN 'S2' ELSE 'S4' END AS level,
       s.report_id IN (SELECT report_id FROM slips) AS slip, false AS firm, CAST(NULL AS DOUBLE) AS p_value,
       CASE WHEN s.report_id IN (SELECT report_id FROM slips) THEN 'slip' WHEN c.customary THEN 'custom'
            WHEN NOT s.claimed THEN 'unmarked' ELSE 'omitted' END AS nature,
       s.standard_no, s.category, s.report_no, c.item_code, m.item_name, c.items_missing, s.items AS items_required
FROM short s
JOIN cut c ON c.report_id = s.report_id
JOIN missing m ON m.report_id = c.report_id AND m.item_code = c.item_code
UNION ALL
SELECT r.institution_id, r.institution_id, r.report_id, r.issued_at, 'S4', false, false, CAST(NULL AS DOUBLE),
       'untested', coalesce(r.standard_no, ''), coalesce(trim(r.object), ''), r.report_no, b.item_code, n.item_name,
       b.items, CAST(NULL AS BIGINT)
FROM (SELECT report_id, min(item_code) AS item_code, count(*) AS items FROM bare GROUP BY report_id) AS b
JOIN reports r ON r.report_id = b.report_id
LEFT JOIN (SELECT item_code, min(item_name) AS item_name FROM standard_items GROUP BY item_code) AS n
    ON n.item_code = b.item_code
WHERE r.retest_of IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
"""

DETECTOR = Detector(
    id="A8",
    version=1,
    name="omitted_items",
    title="声称全项检验的报告缺少必检项目",
    meaning="报告声称按整个标准检验，却没有标准规定的必检项目的结果，或该项目有结论而没有任何检测痕迹，属于减少、遗漏项目。",
    violation="SUP-15.3",
    cluster="paperwork",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("report_no", "issued_at", "standard_no"),
            optional=("object", "claims_full", "verdict", "purpose", "retest_of", "corrects"),
        ),
        Need(
            table="results",
            required=("report_id", "item_code"),
            optional=(
                "item_name",
                "replicate",
                "value_text",
                "verdict",
                "instrument_id",
                "tester_id",
                "raw_sha256",
                "subcontracted",
            ),
        ),
        Need(
            table="standard_items", required=("standard_no", "item_code", "mandatory"), optional=("object", "item_name")
        ),
        Need(table="items", optional=("item_code", "item_name", "synonyms"), optional_table=True),
    ),
    steps=(
        Step(name="claiming", sql=CLAIMING),
        Step(name="required", sql=REQUIRED),
        Step(name="expected", sql=EXPECTED),
        Step(name="bound", sql=BOUND),
        Step(name="present", sql=PRESENT),
        Step(name="short", sql=SHORT),
        Step(name="of_short", sql=OF_SHORT),
        Step(name="names", sql=NAMES),
        Step(name="missing", sql=MISSING),
        Step(name="custom", sql=CUSTOM),
        Step(name="slips", sql=SLIPS),
        Step(name="traces", sql=TRACES),
        Step(name="usual", sql=USUAL),
        Step(name="bare", sql=BARE),
        Step(
            name="population",
            sql="SELECT b.institution_id, count(*) AS n FROM bound b SEMI JOIN present p ON p.report_id = b.report_id "
            "GROUP BY b.institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("standard_no", "category", "nature"),
    unit="份声称全项检验的报告",
    says="报告 {report_no}（{standard_no}，{category}）：{nature}，"
    "如 {item_name}（{item_code}），共 {items_missing} 项",
    words={
        "nature": {
            "omitted": "缺少必检项目",
            "untested": "项目有结论而无设备、人员和原始记录",
            "slip": "缺少必检项目，可能是项目编号或类别填错",
            "custom": "缺少多数机构都不做的必检项目",
            "unmarked": "判定合格而未注明是否全项，缺少必检项目",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "情形",
        "standard_no": "判定依据",
        "category": "产品类别",
        "item_code": "项目编号",
        "item_name": "项目名称",
        "items_missing": "涉及项数",
        "items_required": "必检项数",
    },
    on_site=(
        "调取委托合同和检验方案，核对约定的检验项目",
        "查所缺项目的原始记录、试剂耗材领用和设备使用记录",
        "核对样品量是否够做全部项目",
    ),
    benign=(
        "只判注明全项检验的报告；未注明的仅作疑问",
        "产品类别须与标准所列完全一致；同一项目用别的编号、名称或同义名的视为已做；分包项目视为已做",
        "复检、质控、能力验证、已被更正的报告不计",
        "多数机构都未做的项目，可能是标准项目表有误，仅作疑问",
        "编号错一字、类别选错一格即可解释的，作为数据疑问",
    ),
)
