"""D6 – an institution fails far fewer samples than its peers do of the same kind (SUP-15.1)."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.expectation import POPULATION_OF_EXPECTED, STEPS
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.rarity import hint_of, rare_units

LEAST_FAILS = 10
LEAST_REPORTS = 30
YEARS_A_BAND = 4

HIT_SCHEMA = hit_schema(
    texts=("field",),
    floats=("expected", "seen_share", "usual_share", "shrunken"),
    counts=("reports", "fails", "peers", "tests"),
)

# What a failure depends on beside the institution: product, standard, first test or retest, trade, age of a vehicle.
CASES = f"""
SELECT r.institution_id, r.field, coalesce(r.object, '') AS object, coalesce(r.standard_no, '') AS standard_no,
       CASE WHEN r.retest_of IS NULL THEN 'first' ELSE 'again' END AS round, coalesce(r.purpose, '') AS purpose,
       coalesce(c.sector, '') AS sector,
       coalesce(CAST(floor((hj_epoch(r.issued_at) - v.registered) / (86400 * 365.25 * {YEARS_A_BAND})) AS BIGINT), -1)
           AS age_band,
       CASE WHEN r.verdict = 'fail' THEN 1 ELSE 0 END AS bad, r.issued_at
FROM reports r
LEFT JOIN (SELECT client_id, max(sector) AS sector FROM clients GROUP BY client_id) AS c ON c.client_id = r.client_id
LEFT JOIN (SELECT report_id, max(hj_epoch(CAST(first_registered_on AS TIMESTAMP))) AS registered
           FROM vehicle_tests GROUP BY report_id) AS v ON v.report_id = r.report_id
WHERE r.verdict IN ('pass', 'fail') AND r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
"""

JUDGED = """
SELECT institution_id, field AS unit,
       concat_ws('|', field, object, round, standard_no, purpose, sector, CAST(age_band AS VARCHAR)) AS fine,
       concat_ws('|', field, object, round) AS mid, field AS coarse,
       count(*) AS n, sum(bad) AS bad, max(issued_at) AS last_at
FROM cases GROUP BY institution_id, field, object, round, standard_no, purpose, sector, age_band
"""


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Institution × field against the peers' rates in the cells of its own samples."""
    # honest specialists and pre-inspected goods pass as well as bought reports do: a pass rate alone is a hint
    rows = [
        hint_of(unit) | {"field": unit["unit"], "reports": int(unit["n"]), "fails": int(unit["bad"])}
        for unit in rare_units(tables["expected"], least_cases=LEAST_REPORTS, least_expected=LEAST_FAILS)
    ]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D6",
    version=1,
    name="pass_rate",
    title="合格率明显高于同行",
    meaning="按样品种类、标准、初检复检、委托方行业、车龄等逐格与同行比较后，不合格的仍远少于应有的数目，"
    "可能有不合格的样品未经检测或者被放行。",
    violation="SUP-15.1",
    cluster="outcome",
    kind="statistical",
    level="S2",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("field", "verdict", "issued_at"),
            optional=("object", "standard_no", "retest_of", "corrects", "purpose", "client_id"),
        ),
        Need(table="clients", optional=("client_id", "sector"), optional_table=True),
        Need(table="vehicle_tests", optional=("report_id", "first_registered_on"), optional_table=True),
    ),
    steps=(
        Step(name="cases", sql=CASES),
        Step(name="judged", sql=JUDGED),
        *STEPS,
        Step(name="population", sql=POPULATION_OF_EXPECTED),
    ),
    array=ArrayStep(inputs=("expected",), compute=compute),
    key_columns=("field",),
    min_n=LEAST_FAILS,
    unit="份按同行水平应不合格的报告",
    says="{reports} 份报告中不合格 {fails} 份（{seen_share}%），按 {peers} 家同行对同类样品的比率应约有 {expected} 份"
    "（{usual_share}%）",
    labels={
        "field": "领域",
        "occurred_at": "最近签发时间",
        "reports": "报告份数",
        "fails": "不合格份数",
        "expected": "按同行应不合格份数",
        "seen_share": "不合格率（%）",
        "usual_share": "按同行应有的不合格率（%）",
        "shrunken": "与同行之差（收缩后的对数优势）",
        "peers": "同行机构数",
    },
    on_site=(
        "按高风险样品抽取合格报告，调取原始记录、曲线和影像，逐份核对",
        "对留样或者近期受检车辆组织盲样复检、复测",
        "查不合格结果的更改记录和重复进样、重复检测记录",
    ),
    benign=(
        "已按样品种类、标准、初检复检、检验类别、委托方行业、车龄逐格标准化",
        "已计入机构之间的正常差异（过度离散），同行不足二十家的不判断",
        "预检后送样的委托方、专做优质产品的机构合格率本来就高，须先核对样品来源",
        "同一地区多数机构都放行时，同行比较看不出来，应看时间、物理和盲样方面的检查",
    ),
    unit_level=True,
)
