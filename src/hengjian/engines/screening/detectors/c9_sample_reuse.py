"""C9 – one sample stands behind several reports that say it was something else (SUP-15.4)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

LEAST_DIGITS_G = 100.0
"""A weight tells samples apart from 100.00 g on: five figures."""

SAMPLES = f"""
SELECT institution_id, report_id, report_no, issued_at, sample_id, nullif(trim(seal_no), '') AS seal_no,
       nullif(trim(lot_no), '') AS lot_no, client_id, trim(object) AS object,
       CASE WHEN sample_weight_g BETWEEN {LEAST_DIGITS_G} AND 1e9
                 AND CAST(round(least(sample_weight_g, 1e9) * 100) AS BIGINT) % 100 <> 0
            THEN CAST(round(least(sample_weight_g, 1e9) * 100) AS BIGINT) END AS weight_cg
FROM reports
WHERE corrects IS NULL AND retest_of IS NULL AND coalesce(purpose, 'client') NOT IN ('qc', 'pt', 'blind', 'retest')
"""

# The one number that should be one sample's, with the first report that bears it.
MARKS = """
SELECT institution_id, 'seal' AS mark, seal_no AS number, report_id FROM samples WHERE seal_no IS NOT NULL
UNION ALL
SELECT institution_id, 'sample', sample_id, report_id FROM samples WHERE sample_id IS NOT NULL
UNION ALL
SELECT institution_id, 'weight', lot_no || '|' || CAST(weight_cg AS VARCHAR), report_id FROM samples
WHERE lot_no IS NOT NULL AND weight_cg IS NOT NULL
"""

SHARED = """
SELECT mark, number, CASE WHEN mark = 'seal' THEN '' ELSE institution_id END AS house, min(report_id) AS head
FROM marks GROUP BY mark, number, CASE WHEN mark = 'seal' THEN '' ELSE institution_id END
HAVING count(*) > 1
"""


def _differ(column: str) -> str:
    return f"CASE WHEN a.{column} <> b.{column} THEN 1 ELSE 0 END"


def _same(column: str) -> str:
    return f"CASE WHEN a.{column} = b.{column} THEN 1 ELSE 0 END"


# Same client and lot: the sample was tested by several standards, or delivered in parts.
LINKED = f"""
SELECT s.mark, s.number, a.institution_id AS institution_a, b.institution_id AS institution_b, a.report_id AS report_a,
       b.report_id AS report_b, a.report_no AS no_a, b.report_no AS no_b, a.issued_at AS issued_a,
       b.issued_at AS issued_b, a.object AS object_a, b.object AS object_b, a.client_id AS client_a,
       b.client_id AS client_b, a.sample_id AS sample_a, b.sample_id AS sample_b,
       {_differ("client_id")} AS other_client, {_differ("object")} AS other_object, {_differ("lot_no")} AS other_lot,
       {_differ("sample_id")} AS other_sample,
       {_same("seal_no")} + {_same("sample_id")} + {_same("weight_cg")} AS shared
FROM shared s
JOIN marks m ON m.mark = s.mark AND m.number = s.number
    AND (s.house = '' OR s.house = m.institution_id) AND m.report_id <> s.head
JOIN samples a ON a.report_id = s.head
JOIN samples b ON b.report_id = m.report_id
"""

CONTRADICTED = """
SELECT * FROM linked
WHERE (mark = 'seal' AND other_sample = 1 AND other_client = 1)
   OR (mark = 'sample' AND other_object + other_client + other_lot >= 2)
   OR (mark = 'weight' AND other_sample = 1 AND other_client = 1)
"""

# One mistyped number joins two samples; a second number in common, or many such pairs, are none.
HITS = """
WITH sides AS (
    SELECT mark, number, institution_b AS institution_id, report_b AS report_id, issued_b AS issued_at,
           no_b AS report_no, object_b AS object, client_b AS client, sample_b AS sample, no_a AS other_no,
           report_a AS other_report, object_a AS other_object, client_a AS other_client, sample_a AS other_sample,
           shared
    FROM contradicted
    UNION ALL
    SELECT mark, number, institution_a, report_a, issued_a, no_a, object_a, client_a, sample_a, no_b, report_b,
           object_b, client_b, sample_b, shared FROM contradicted
)
SELECT institution_id, institution_id AS subject_id, report_id, issued_at AS occurred_at,
       CASE WHEN mark = 'weight' AND shared < 2 THEN 'S3' ELSE 'S4' END AS level,
       shared < 2 AS slip, shared >= 2 AS firm, CAST(NULL AS DOUBLE) AS p_value, mark AS nature, number, report_no,
       object, client, sample, other_no, other_report, other_object, other_client, other_sample
FROM sides
QUALIFY row_number() OVER (PARTITION BY institution_id, report_id, mark ORDER BY shared DESC, other_report) = 1
"""

DETECTOR = Detector(
    id="C9",
    version=1,
    name="sample_reuse",
    title="同一个样品出现在不同委托方、不同产品的报告中",
    meaning="封样号、样品编号或者批号加质量相同的样品，被写成不同委托方、不同产品的样品，其中有的样品可能没有检测或被调换。",
    violation="SUP-15.4",
    cluster="identity",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("report_no", "issued_at", "client_id"),
            optional=(
                "sample_id",
                "seal_no",
                "lot_no",
                "sample_weight_g",
                "object",
                "corrects",
                "retest_of",
                "purpose",
            ),
        ),
    ),
    steps=(
        Step(name="samples", sql=SAMPLES),
        Step(name="marks", sql=MARKS),
        Step(name="shared", sql=SHARED),
        Step(name="linked", sql=LINKED),
        Step(name="contradicted", sql=CONTRADICTED),
        Step(
            name="population",
            sql="SELECT institution_id, count(*) AS n FROM samples WHERE seal_no IS NOT NULL OR sample_id IS NOT NULL "
            "OR (lot_no IS NOT NULL AND weight_cg IS NOT NULL) GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    family=True,
    says="报告 {report_no}（{object}，委托方 {client}）与报告 {other_no}（{other_object}，委托方 {other_client}）"
    "的{nature}相同：{number}",
    words={"nature": {"seal": "封样编号", "sample": "样品编号", "weight": "批号和样品质量"}},
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "相同的标识",
        "number": "号码",
        "object": "产品",
        "client": "委托方",
        "sample": "样品编号",
        "other_no": "另一报告编号",
        "other_report": "另一报告",
        "other_object": "另一报告的产品",
        "other_client": "另一报告的委托方",
        "other_sample": "另一报告的样品编号",
    },
    on_site=(
        "清点留样，核对封样编号、批号、质量和实物是否与两份报告一致",
        "调取收样登记、封样单和抽样单原件",
        "调取收样和检测区域录像，确认收到过几个样品",
    ),
    benign=(
        "同一委托方的同一样品按多个标准检测、复检和更正报告、质控与能力验证样品不计",
        "样品编号相同的，产品、委托方、批号中至少两项不同才提出",
        "质量只用一百克以上且不是整数克的；批号和质量相同但委托方也相同的不计",
        "只有一个号码相同的个别报告按录入差错处理，重复出现或有两个号码相同才作为指控",
    ),
)
