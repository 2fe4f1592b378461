"""C4 – whole sets of results agree in samples that have nothing to do with each other (SUP-15.2)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

LEAST_ITEMS = 5
LEAST_SHARED = 0.8
RARE = 20
SURPRISE_NATS = 60.0
SUCCESSION_S = 6 * 3600
CHANCE_NATS = 7.0
"""−ln of the number of such pairs to be expected by chance: 7 nats = one in a thousand data sets."""

# A reported, quantitative value at full resolution; zeros and texts like ND carry no information.
TOKENS = """
SELECT x.report_id, x.item_code,
       hj_fingerprint(x.item_code || '|' || coalesce(x.method_no, '') || '|' || x.value_text) AS token
FROM results x
WHERE coalesce(x.replicate, 0) = 0 AND x.value IS NOT NULL AND x.value <> 0 AND x.value_text IS NOT NULL
  AND regexp_matches(x.value_text, '^[+-]?[0-9]') AND coalesce(x.subcontracted, false) = false
"""

# One row a value, with how many reports hold it and how little that is among all values of its item.
RARITY = """
SELECT token, df, ln(sum(df) OVER (PARTITION BY item_code) / CAST(df AS DOUBLE)) AS idf
FROM (SELECT token, item_code, count(*) AS df FROM tokens GROUP BY token, item_code) AS counted
"""

# Whole vectors, for beyond the cap of rare values: a family of many members has no rare value left.
VECTORS = f"""
SELECT t.report_id, count(*) AS items, sum(t.token) AS print, sum(c.idf) AS weight
FROM tokens t JOIN rarity c ON c.token = t.token
GROUP BY t.report_id HAVING count(*) >= {LEAST_ITEMS}
"""

# Rare values only: a value that many reports have says nothing, and its list would be long.
RARE_VALUES = f"""
SELECT t.report_id, t.token, c.idf, v.items
FROM tokens t
JOIN rarity c ON c.token = t.token
JOIN vectors v ON v.report_id = t.report_id
WHERE c.df BETWEEN 2 AND {RARE}
"""


def _enough(shared: str, items: str) -> str:
    return f"{shared} >= {LEAST_ITEMS - 1} AND {shared} >= {LEAST_SHARED} * {items}"


# Reports that can share enough with any other: each of their rare values as often as a report holds it at most.
SHARED = f"""
SELECT r.* FROM rare_values r
SEMI JOIN (
    SELECT report_id FROM (
        SELECT report_id, items, times, max(times) OVER (PARTITION BY token) AS most
        FROM (SELECT report_id, items, token, count(*) AS times FROM rare_values
              GROUP BY report_id, items, token) AS held
    ) AS bounded
    GROUP BY report_id, items HAVING {_enough("sum(times * most)", "items")}
) AS able ON able.report_id = r.report_id
"""

FAMILIES = """
SELECT print, items, count(*) AS members, min(report_id) AS first_report FROM vectors
GROUP BY print, items HAVING count(*) > 1
"""

NEAR = f"""
SELECT a.report_id AS report_a, b.report_id AS report_b, count(*) AS shared, min(a.items) AS items_a,
       min(b.items) AS items_b, sum(a.idf) AS surprise
FROM shared a JOIN shared b ON b.token = a.token AND b.report_id > a.report_id
GROUP BY a.report_id, b.report_id
HAVING {_enough("count(*)", "greatest(min(a.items), min(b.items))")}
"""

EXACT = """
SELECT f.first_report AS report_a, v.report_id AS report_b, f.items AS shared, f.items AS items_a, f.items AS items_b,
       v.weight AS surprise
FROM families f
JOIN vectors v ON v.print = f.print AND v.items = f.items AND v.report_id <> f.first_report
"""

MATCHES = """
SELECT report_a, report_b, max(shared) AS shared, max(items_a) AS items_a, max(items_b) AS items_b,
       round(max(surprise), 6) AS surprise
FROM (SELECT * FROM near_matches UNION ALL SELECT * FROM exact_matches) AS both_kinds
GROUP BY report_a, report_b
"""

# Expected number of such pairs by chance: all pairs times exp(−surprise). Related reports are explained, not accused.
PAIRS = f"""
WITH size AS (SELECT ln(count(*)) * 2 - ln(2.0) AS ln_pairs FROM vectors)
SELECT m.*, a.institution_id AS institution_a, b.institution_id AS institution_b,
       a.report_no AS no_a, b.report_no AS no_b, a.sample_id AS sample_a, b.sample_id AS sample_b,
       a.client_id AS client_a, b.client_id AS client_b, a.issued_at AS issued_a, b.issued_at AS issued_b,
       m.surprise >= least({SURPRISE_NATS}, size.ln_pairs + {CHANCE_NATS}) AS surprising,
       coalesce(a.sample_id = b.sample_id, false) AS same_sample,
       coalesce(a.lot_no = b.lot_no AND a.client_id = b.client_id, false) AS same_lot,
       coalesce(a.client_id = b.client_id AND m.surprise < {SURPRISE_NATS}
                AND abs(hj_epoch(a.issued_at) - hj_epoch(b.issued_at)) <= {SUCCESSION_S}, false) AS succession,
       a.report_no = b.report_no AND a.institution_id = b.institution_id AS same_number,
       coalesce(a.client_id <> b.client_id, false) AS other_client,
       coalesce(a.sample_id <> b.sample_id, false) AS other_sample
FROM matches m
CROSS JOIN size
JOIN reports a ON a.report_id = m.report_a
JOIN reports b ON b.report_id = m.report_b
WHERE coalesce(a.corrects <> b.report_id, true) AND coalesce(b.corrects <> a.report_id, true)
  AND coalesce(a.retest_of <> b.report_id, true) AND coalesce(b.retest_of <> a.report_id, true)
  AND coalesce(a.purpose, 'client') <> 'qc' AND coalesce(b.purpose, 'client') <> 'qc'
  AND coalesce(a.purpose, 'client') <> 'pt' AND coalesce(b.purpose, 'client') <> 'pt'
"""

POPULATION = """
SELECT r.institution_id, count(*) AS n FROM vectors v JOIN reports r ON r.report_id = v.report_id
GROUP BY r.institution_id
"""

# The finding's subject is the family: its smallest member stands for it, so later members join the same key.
HITS = """
WITH linked AS (
    SELECT *, min(report_a) OVER (PARTITION BY report_b) AS head FROM pairs WHERE surprising OR same_sample
), sides AS (
    SELECT head, institution_a AS institution_id, report_a AS report_id, no_a AS report_no, sample_a AS sample,
           client_a AS client, issued_a AS issued_at, report_b AS other_report, sample_b AS other_sample,
           client_b AS other_client_id, shared, items_a AS items, surprise,
           same_sample OR same_lot OR succession OR same_number OR NOT other_sample AS related,
           other_client AND other_sample AS firm
    FROM linked
    UNION ALL
    SELECT head, institution_b, report_b, no_b, sample_b, client_b, issued_b, report_a, sample_a, client_a,
           shared, items_b, surprise, same_sample OR same_lot OR succession OR same_number OR NOT other_sample,
           other_client AND other_sample
    FROM linked
)
SELECT institution_id, hj_hex(hj_fingerprint(head)) AS subject_id, report_id, issued_at AS occurred_at,
       CASE WHEN related THEN 'S1' ELSE 'S4' END AS level, false AS slip, firm AND NOT related AS firm,
       CAST(NULL AS DOUBLE) AS p_value, CASE WHEN related THEN 'related' ELSE 'strangers' END AS nature,
       report_no, sample, client, other_report, other_sample, other_client_id, shared, items,
       round(surprise, 1) AS surprise
FROM sides
QUALIFY row_number() OVER (PARTITION BY head, report_id, related ORDER BY surprise DESC, other_report) = 1
"""

DETECTOR = Detector(
    id="C4",
    version=2,
    name="result_vectors",
    title="不同样品的整套检测结果雷同",
    meaning="两份以上互不相干的样品，五项以上定量结果逐位相同，偶然发生的机会极小，可能是复制的数据。",
    violation="SUP-15.2",
    cluster="identity",
    kind="identity",
    level="S4",
    subject_kind="cluster",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "value_text", "value"),
            optional=("replicate", "method_no", "subcontracted"),
        ),
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=("sample_id", "client_id", "lot_no", "corrects", "retest_of", "purpose"),
        ),
    ),
    steps=(
        Step(name="tokens", sql=TOKENS, per_report=True),
        Step(name="rarity", sql=RARITY),
        Step(name="vectors", sql=VECTORS),
        Step(name="rare_values", sql=RARE_VALUES),
        Step(name="shared", sql=SHARED),
        Step(name="families", sql=FAMILIES),
        Step(name="near_matches", sql=NEAR),
        Step(name="exact_matches", sql=EXACT),
        Step(name="matches", sql=MATCHES),
        Step(name="pairs", sql=PAIRS),
        Step(name="population", sql=POPULATION),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    says="报告 {report_no} 与报告 {other_report} 的 {items} 项定量结果中有 {shared} 项逐位相同",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "sample": "样品编号",
        "client": "委托方",
        "other_report": "雷同的报告",
        "other_sample": "其样品编号",
        "other_client_id": "其委托方",
        "shared": "相同项数",
        "items": "定量项数",
        "surprise": "稀有程度（奈特）",
    },
    on_site=(
        "调取两份报告的原始记录、仪器谱图和电子文件，核对是否各有一次真实检测",
        "核对样品接收、留样和流转记录，确认是两个样品",
        "查LIMS中结果录入的时间、账号和复制粘贴痕迹",
    ),
    benign=(
        "同一样品、同一委托方同批号、更正或复检报告，仅作疑问列出",
        "同一委托方六小时内先后测得的，前后数值本就相近，除非相同得极不寻常，仅作疑问列出",
        "未检出、零值和常见数值不计分；按同项目全部报告中该数值的稀有程度计算",
        "重复上传视为一份；质控与能力验证样品不计",
    ),
    family=True,
)
