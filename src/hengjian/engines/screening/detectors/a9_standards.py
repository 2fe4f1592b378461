"""A9 – judged by a withdrawn standard or by a limit that the standard does not have (SUP-14.3)."""

from __future__ import annotations

from hengjian.engines.screening.detector import DAY, Detector, Need, Step

GRACE_DAYS = 180
"""Standards change over slowly: half a year after the withdrawal nothing is said."""

SAME = 1e-9


def _plain(column: str) -> str:
    return f"replace(upper({column}), ' ', '')"


KNOWN = f"""
SELECT {_plain("standard_no")} AS no, max(standard_no) AS standard_no, max(abolished_on) AS abolished_on,
       max({_plain("replaced_by")}) AS successor, max(replaced_by) AS replaced_by,
       count(DISTINCT abolished_on) AS dates, count(*) AS listed, count(abolished_on) AS ended
FROM standards WHERE standard_no IS NOT NULL GROUP BY {_plain("standard_no")}
"""

DATED = f"""
SELECT r.institution_id, r.report_id, {_plain("r.standard_no")} AS no, r.issued_at, r.produced_on, r.verdict,
       trim(r.object) AS object, coalesce(r.started_at, r.received_at, r.issued_at) AS tested_at
FROM reports r WHERE r.corrects IS NULL
"""

METHODS = f"""
SELECT m.method_no, k.no, k.dates = 1 AND k.listed = k.ended AS ended
FROM (SELECT DISTINCT method_no FROM results WHERE method_no IS NOT NULL) AS m
JOIN known k ON k.no = {_plain("m.method_no")}
"""

# Both the start and the issue lie well after the withdrawal; goods made before it may be judged by the old standard.
WITHDRAWN = f"""
SELECT d.institution_id, d.report_id, d.issued_at, u.role, u.item_name, k.no, k.standard_no AS used_no, k.abolished_on,
       k.successor, k.replaced_by
FROM (
    SELECT report_id, no, 'basis' AS role, CAST(NULL AS VARCHAR) AS item_name FROM dated
    UNION ALL
    SELECT x.report_id, m.no, 'method', min(coalesce(x.item_name, x.item_code))
    FROM results x JOIN methods m ON m.method_no = x.method_no
    WHERE m.ended AND NOT coalesce(x.subcontracted, false)
    GROUP BY x.report_id, m.no
) AS u
JOIN known k ON k.no = u.no AND k.dates = 1 AND k.listed = k.ended
JOIN dated d ON d.report_id = u.report_id
WHERE hj_epoch(d.tested_at) - hj_epoch(CAST(k.abolished_on AS TIMESTAMP)) > {GRACE_DAYS * DAY}
  AND hj_epoch(d.issued_at) - hj_epoch(CAST(k.abolished_on AS TIMESTAMP)) > {GRACE_DAYS * DAY}
  AND (d.produced_on IS NULL OR d.produced_on >= k.abolished_on OR u.role = 'method')
"""

# The limit of a standard for an item and a category, where the table has one and only one.
LIMITS = f"""
SELECT {_plain("standard_no")} AS no, coalesce(trim(object), '') AS object, item_code, max(limit_op) AS op,
       max(limit_low) AS low, max(limit_high) AS high, max(unit) AS unit, max(coalesce(rounding, 0)) AS rounding
FROM standard_items WHERE limit_op IS NOT NULL AND (limit_low IS NOT NULL OR limit_high IS NOT NULL)
GROUP BY {_plain("standard_no")}, coalesce(trim(object), ''), item_code
HAVING count(DISTINCT limit_op) = 1 AND count(DISTINCT coalesce(limit_low, -1e300)) = 1
   AND count(DISTINCT coalesce(limit_high, 1e300)) = 1 AND count(DISTINCT coalesce(unit, '')) = 1
"""


def _meets(standards: str) -> str:
    """Values with a limit of their own beside the limit that one of `standards` (report_id, no) sets."""
    return f"""
FROM results x
JOIN dated d ON d.report_id = x.report_id
JOIN {standards} s ON s.report_id = x.report_id
JOIN limits l ON l.no = s.no AND l.item_code = x.item_code AND (l.object = d.object OR l.object = '')
WHERE coalesce(x.replicate, 0) = 0 AND x.value IS NOT NULL AND abs(x.value) < 1e300 AND x.limit_op IS NOT NULL
  AND (x.limit_low IS NOT NULL OR x.limit_high IS NOT NULL) AND NOT coalesce(x.subcontracted, false)
  AND coalesce(l.unit, '') = coalesce(x.unit, l.unit, '')
"""


def _wider(standards: str) -> str:
    """Where the own limit lets more through than the standard's; `fails` where the value is outside the standard's."""
    above = "x.value > l.high + l.rounding / 2 OR (l.op = '<' AND x.value >= l.high)"
    below = "x.value < l.low - l.rounding / 2 OR (l.op = '>' AND x.value <= l.low)"
    return f"""
SELECT s.report_id, x.item_code, coalesce(x.item_name, x.item_code) AS item_name, x.value, x.unit,
       x.limit_low AS own_low, x.limit_high AS own_high, l.low, l.high, s.no,
       coalesce({above}, false) OR coalesce({below}, false) AS fails,
       coalesce(NOT (x.value > x.limit_high), true) AND coalesce(NOT (x.value < x.limit_low), true)
           AND coalesce(x.verdict, d.verdict, 'none') = 'pass' AS passed,
       CASE WHEN coalesce(x.limit_high / nullif(l.high, 0), x.limit_low / nullif(l.low, 0)) > 0
            THEN log10(coalesce(x.limit_high / nullif(l.high, 0), x.limit_low / nullif(l.low, 0))) END AS power
{_meets(standards)}
  AND (coalesce(x.limit_high > l.high + {SAME} * abs(l.high), l.high IS NOT NULL AND x.limit_high IS NULL, false)
       OR coalesce(x.limit_low < l.low - {SAME} * abs(l.low), l.low IS NOT NULL AND x.limit_low IS NULL, false))
"""


WIDER = _wider("(SELECT report_id, no FROM dated)")

SUCCESSORS = "(SELECT report_id, successor AS no FROM outdated WHERE role = 'basis' AND successor IS NOT NULL)"

FLIPPED = f"""
SELECT report_id, max(item_name) AS item_name, max(value) AS value, max(unit) AS unit, max(own_low) AS own_low,
       max(own_high) AS own_high, max(low) AS low, max(high) AS high
FROM ({_wider(SUCCESSORS)}) AS j
WHERE passed AND fails
GROUP BY report_id
"""

# The category of the same standard that does have the limit used.
BORROWED = f"""
SELECT c.report_id, c.item_code, min(l.object) AS other_object
FROM wider c
JOIN limits l ON l.no = c.no AND l.item_code = c.item_code AND l.object <> ''
    AND (abs(l.high - c.own_high) <= {SAME} * abs(l.high) OR abs(l.low - c.own_low) <= {SAME} * abs(l.low))
GROUP BY c.report_id, c.item_code
"""

HITS = """
SELECT w.institution_id, w.institution_id AS subject_id, w.report_id, w.issued_at AS occurred_at,
       CASE WHEN f.report_id IS NOT NULL AND w.role = 'basis' THEN 'S4' ELSE 'S2' END AS level,
       false AS slip, false AS firm, CAST(NULL AS DOUBLE) AS p_value,
       CASE WHEN f.report_id IS NOT NULL AND w.role = 'basis' THEN 'withdrawn_flip' ELSE 'withdrawn' END AS nature,
       w.used_no AS standard_no, r.report_no, coalesce(f.item_name, w.item_name) AS item_name, f.value, f.unit,
       f.own_low, f.own_high, f.low, f.high, w.abolished_on, w.replaced_by, CAST(NULL AS VARCHAR) AS other_object
FROM outdated w
JOIN reports r ON r.report_id = w.report_id
LEFT JOIN flipped f ON f.report_id = w.report_id
QUALIFY row_number() OVER (PARTITION BY w.report_id, w.no ORDER BY w.role, w.item_name) = 1
UNION ALL
SELECT r.institution_id, r.institution_id, r.report_id, r.issued_at,
       CASE WHEN c.passed AND c.fails THEN 'S4' ELSE 'S2' END,
       coalesce(abs(c.power - round(c.power)) < 1e-6 AND abs(c.power) > 0.5, false), false, CAST(NULL AS DOUBLE),
       CASE WHEN c.passed AND c.fails THEN 'limit_flip' ELSE 'limit' END
           || CASE WHEN coalesce(abs(c.power - round(c.power)) < 1e-6 AND abs(c.power) > 0.5, false)
                   THEN '_slip' ELSE '' END,
       r.standard_no, r.report_no, c.item_name, c.value, c.unit, c.own_low, c.own_high, c.low, c.high,
       CAST(NULL AS DATE), CAST(NULL AS VARCHAR), b.other_object
FROM wider c
JOIN reports r ON r.report_id = c.report_id
LEFT JOIN borrowed b ON b.report_id = c.report_id AND b.item_code = c.item_code
"""

# Who uses a listed standard can be judged; the others by their methods, or by limits of a standard that is not listed.
UNLISTED = "SELECT d.report_id, d.no FROM dated d ANTI JOIN known k ON k.no = d.no"

POPULATION = f"""
SELECT d.institution_id, count(*) AS n
FROM dated d
SEMI JOIN (
    SELECT u.report_id FROM dated u SEMI JOIN known k ON k.no = u.no
    UNION ALL
    SELECT x.report_id FROM results x
    SEMI JOIN unlisted u ON u.report_id = x.report_id
    SEMI JOIN methods m ON m.method_no = x.method_no
    WHERE NOT coalesce(x.subcontracted, false)
    UNION ALL
    SELECT s.report_id {_meets("unlisted")}
) AS j ON j.report_id = d.report_id
GROUP BY d.institution_id
"""

DETECTOR = Detector(
    id="A9",
    version=1,
    name="standards",
    title="依据已废止的标准或比标准更宽的限值判定",
    meaning="报告用已经废止的标准，或者用标准中没有的、更宽的限值作判定；按正确的标准和限值，合格可能变为不合格。",
    violation="SUP-14.3",
    cluster="paperwork",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("issued_at", "standard_no"),
            optional=("report_no", "object", "started_at", "received_at", "produced_on", "verdict", "corrects"),
        ),
        Need(
            table="results",
            required=("report_id", "item_code"),
            optional=(
                "item_name",
                "method_no",
                "replicate",
                "value",
                "unit",
                "limit_op",
                "limit_low",
                "limit_high",
                "verdict",
                "subcontracted",
            ),
            optional_table=True,
        ),
        Need(
            table="standards",
            required=("standard_no",),
            optional=("abolished_on", "replaced_by"),
            optional_table=True,
        ),
        Need(
            table="standard_items",
            required=("standard_no", "item_code"),
            optional=("object", "limit_op", "limit_low", "limit_high", "unit", "rounding"),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="known", sql=KNOWN),
        Step(name="dated", sql=DATED),
        Step(name="methods", sql=METHODS),
        Step(name="outdated", sql=WITHDRAWN),
        Step(name="limits", sql=LIMITS),
        Step(name="wider", sql=WIDER),
        Step(name="flipped", sql=FLIPPED),
        Step(name="borrowed", sql=BORROWED),
        Step(name="unlisted", sql=UNLISTED),
        Step(name="population", sql=POPULATION),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("standard_no", "nature"),
    says="报告 {report_no} 依据 {standard_no}：{nature}（项目 {item_name}，结果 {value} {unit}，"
    "所用限值 {own_low}～{own_high}，应为 {low}～{high}；废止日期 {abolished_on}）",
    words={
        "nature": {
            "withdrawn": "该标准当时已经废止",
            "withdrawn_flip": "该标准当时已经废止，按代替它的标准应判不合格",
            "limit": "所用限值比标准规定的宽",
            "limit_flip": "所用限值比标准规定的宽，按标准应判不合格",
            "limit_slip": "所用限值与标准差整十倍，可能是录入差错",
            "limit_flip_slip": "所用限值与标准差整十倍，按标准应判不合格",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "standard_no": "所用标准",
        "item_name": "项目",
        "value": "结果",
        "unit": "单位",
        "own_low": "所用下限",
        "own_high": "所用上限",
        "low": "标准下限",
        "high": "标准上限",
        "abolished_on": "标准废止日期",
        "replaced_by": "代替标准",
        "other_object": "有此限值的其他产品类别",
        "nature": "性质",
    },
    on_site=(
        "调取委托合同和检测方案，核对约定的判定依据、产品类别和限值",
        "核对机构现行有效标准清单和标准查新记录",
        "按正确限值重新判定同期同类报告，查明改变结论的报告数量",
    ),
    benign=(
        "标准废止后半年之内、废止之前生产的产品，不判断",
        "比标准更严的限值（合同、内控要求）不计",
        "只与同一标准、同一产品类别、同一单位且唯一的限值比较；没有这一数据的不判断",
        "限值更宽但不改变结论的，只作数据疑问；限值相差整十倍的，单独一份按录入差错处理",
        "分包项目、更正报告不计",
    ),
)
