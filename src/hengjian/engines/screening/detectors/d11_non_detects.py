"""D11 – an institution finds far less often anything at all than its peers do (SUP-15.1)."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.expectation import POPULATION_OF_EXPECTED, STEPS
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.rarity import hint_of, rare_units

LEAST_RESULTS = 50
LEAST_DETECTS = 10
COARSE_LOD = 2.0

HIT_SCHEMA = hit_schema(
    texts=("item_code", "item_name", "method_no"),
    floats=("expected", "seen_share", "usual_share", "shrunken"),
    counts=("results", "detects", "peers", "tests"),
)

# A non-detect is a result without a number: ND, 未检出, <0.05. Reported values alike in all that matters are one row.
CASES = """
SELECT x.institution_id, x.item_code, coalesce(x.method_no, '') AS method_no, coalesce(r.object, '') AS object,
       coalesce(r.purpose, '') AS purpose,
       coalesce(x.detection_limit, CASE WHEN regexp_matches(x.value_text, '^<[0-9]+([.][0-9]+)?$')
                                        THEN CAST(substr(x.value_text, 2) AS DOUBLE) END) AS lod,
       count(*) AS n, count(x.value) AS bad, max(r.issued_at) AS last_at,
       max(coalesce(x.item_name, x.item_code)) AS item_name
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE coalesce(x.replicate, 0) = 0 AND r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
  AND coalesce(x.subcontracted, false) = false
  AND (x.value IS NOT NULL OR x.value_text LIKE '<%'
       OR upper(x.value_text) IN ('ND', 'N.D.', 'N.D', '未检出', '未检测出'))
GROUP BY x.institution_id, x.item_code, coalesce(x.method_no, ''), coalesce(r.object, ''), coalesce(r.purpose, ''),
         coalesce(x.detection_limit, CASE WHEN regexp_matches(x.value_text, '^<[0-9]+([.][0-9]+)?$')
                                          THEN CAST(substr(x.value_text, 2) AS DOUBLE) END)
"""

LIMITS = """
SELECT institution_id, item_code, method_no, lod, n, sum(n) OVER (
           PARTITION BY institution_id, item_code, method_no ORDER BY lod
           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS up_to,
       sum(n) OVER (PARTITION BY institution_id, item_code, method_no) AS whole
FROM (SELECT institution_id, item_code, method_no, lod, sum(n) AS n FROM cases WHERE lod IS NOT NULL
      GROUP BY institution_id, item_code, method_no, lod) AS each
"""

# The median limit. Who detects only from twice the usual limit on has a reason for more non-detects: not compared.
OWN_LOD = """
SELECT c.institution_id, c.item_code, c.method_no, max(m.lod) AS lod, CAST(sum(c.n - c.bad) AS BIGINT) AS nd
FROM cases c
LEFT JOIN (SELECT institution_id, item_code, method_no, avg(lod) AS lod FROM limits
           WHERE 2 * (up_to - n) <= whole AND 2 * up_to >= whole
           GROUP BY institution_id, item_code, method_no) AS m
  ON m.institution_id = c.institution_id AND m.item_code = c.item_code AND m.method_no = c.method_no
GROUP BY c.institution_id, c.item_code, c.method_no
"""

USUAL_LOD = """
SELECT item_code, method_no, median(lod) AS lod, sum(nd) AS nd FROM own_lod GROUP BY item_code, method_no
"""

JUDGED = f"""
SELECT c.institution_id, concat_ws('|', c.item_code, c.method_no) AS unit,
       concat_ws('|', c.item_code, c.method_no, c.object, c.purpose) AS fine,
       concat_ws('|', c.item_code, c.method_no) AS mid, c.item_code AS coarse,
       CAST(sum(c.n) AS BIGINT) AS n, CAST(sum(c.bad) AS BIGINT) AS bad, max(c.last_at) AS last_at
FROM cases c
JOIN own_lod o ON o.institution_id = c.institution_id AND o.item_code = c.item_code AND o.method_no = c.method_no
JOIN usual_lod u ON u.item_code = c.item_code AND u.method_no = c.method_no
WHERE u.nd > 0 AND coalesce(o.lod <= {COARSE_LOD} * u.lod, true)
GROUP BY c.institution_id, c.item_code, c.method_no, c.object, c.purpose
"""

NAMES = """
SELECT concat_ws('|', item_code, method_no) AS unit, max(item_code) AS item_code, max(method_no) AS method_no,
       max(item_name) AS item_name
FROM cases GROUP BY concat_ws('|', item_code, method_no)
"""


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Institution × item × method: how many detects there are, and how many there should be."""
    names = {row["unit"]: row for row in tables["names"].to_pylist()}
    # clean goods are found clean: a share of non-detects alone is a hint
    rows = [
        hint_of(unit)
        | {name: names[unit["unit"]][name] for name in ("item_code", "item_name", "method_no")}
        | {"results": int(unit["n"]), "detects": int(unit["bad"])}
        for unit in rare_units(tables["expected"], least_cases=LEAST_RESULTS, least_expected=LEAST_DETECTS)
    ]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D11",
    version=1,
    name="non_detects",
    title="未检出明显多于同行",
    meaning="同一项目、同一方法、同类样品，同行常能检出，该机构几乎总是未检出，可能没有检测或者漏报检出值。",
    violation="SUP-15.1",
    cluster="outcome",
    kind="statistical",
    level="S2",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "value_text"),
            optional=("value", "replicate", "method_no", "item_name", "detection_limit", "subcontracted"),
        ),
        Need(table="reports", required=("issued_at",), optional=("object", "purpose", "corrects")),
    ),
    steps=(
        Step(name="cases", sql=CASES),
        Step(name="limits", sql=LIMITS),
        Step(name="own_lod", sql=OWN_LOD),
        Step(name="usual_lod", sql=USUAL_LOD),
        Step(name="judged", sql=JUDGED),
        *STEPS,
        Step(name="names", sql=NAMES),
        Step(name="population", sql=POPULATION_OF_EXPECTED),
    ),
    array=ArrayStep(inputs=("expected", "names"), compute=compute),
    key_columns=("item_code", "method_no"),
    min_n=LEAST_DETECTS,
    unit="项按同行水平应检出的结果",
    says="{item_name}：{results} 个结果中检出 {detects} 个，按 {peers} 家同行对同类样品的检出率应约有 {expected} 个",
    labels={
        "item_code": "项目编号",
        "item_name": "项目名称",
        "method_no": "检测方法",
        "occurred_at": "最近签发时间",
        "results": "结果个数",
        "detects": "检出个数",
        "expected": "按同行应检出个数",
        "seen_share": "检出率（%）",
        "usual_share": "按同行应有的检出率（%）",
        "shrunken": "与同行之差（收缩后的对数优势）",
        "peers": "同行机构数",
    },
    on_site=(
        "调取未检出样品的谱图和积分记录，核对目标峰位置有无响应",
        "核对空白、加标回收和检出限验证记录",
        "用已知浓度的盲样考核该项目",
    ),
    benign=(
        "已按样品种类、检验类别与同行逐格比较，并计入机构之间的正常差异",
        "检出限高于同行两倍以上的不比较",
        "同行不足二十家、结果不足五十个的不判断",
    ),
    unit_level=True,
)
