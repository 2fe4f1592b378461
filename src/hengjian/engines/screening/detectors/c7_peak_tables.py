"""C7 – the same peaks, in time and in area, stand in the chromatograms of different samples (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from hengjian.engines.screening.clones import LABELS, TEXTS, WORDS, family_hits, meta_sql, population_sql
from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema

LEAST_PEAKS = 4
LEAST_SHARED = 0.8
RARE = 20

HIT_SCHEMA = hit_schema(texts=TEXTS, counts=("shared", "peaks"))

# A peak to 0.001 min and 0.001 of an area unit: an honest second injection differs in both.
TOKENS = """
SELECT DISTINCT k.institution_id, k.report_id, k.item_code,
       hj_fingerprint(k.item_code || '|' || CAST(CAST(round(k.rt_min * 1000) AS BIGINT) AS VARCHAR) || '|'
                      || CAST(CAST(round(k.area * 1000) AS BIGINT) AS VARCHAR)) AS token
FROM peaks k
WHERE k.rt_min > 0 AND k.rt_min < 1e6 AND k.area > 0 AND k.area < 1e12 AND k.item_code IS NOT NULL
"""

TABLES = f"""
SELECT report_id, item_code, count(*) AS n FROM tokens GROUP BY report_id, item_code
HAVING count(*) >= {LEAST_PEAKS}
"""

BEARERS = """
SELECT token, count(*) AS n, min(report_id) AS first_report FROM tokens GROUP BY token HAVING count(*) > 1
"""

# Rare peaks link all that have them, common ones each to the smallest, so a large family stays one.
LINKED = f"""
SELECT s.a, s.b, s.item_code, s.shared FROM (
    SELECT x.report_id AS a, y.report_id AS b, x.item_code, count(*) AS shared
    FROM bearers w
    JOIN tokens x ON x.token = w.token
    JOIN tokens y ON y.token = w.token AND y.report_id > x.report_id AND y.item_code = x.item_code
    WHERE w.n <= {RARE} OR x.report_id = w.first_report
    GROUP BY x.report_id, y.report_id, x.item_code HAVING count(*) >= {LEAST_PEAKS}
) AS s
JOIN tables_of x ON x.report_id = s.a AND x.item_code = s.item_code
JOIN tables_of y ON y.report_id = s.b AND y.item_code = s.item_code
WHERE s.shared >= {LEAST_SHARED} * greatest(x.n, y.n)
ORDER BY s.a, s.b, s.item_code
"""


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Families of reports whose peak tables agree; one wrong file explains one chromatogram, not two."""
    meta = {row["report_id"]: row for row in tables["meta"].to_pylist()}
    pairs: dict[tuple[str, str], dict[str, Any]] = {}
    for row in tables["linked"].to_pylist():
        key = (row["a"], row["b"])
        pair = pairs.setdefault(
            key, {"a": key[0], "b": key[1], "level": "S4", "channel": row["item_code"], "shared": 0, "peaks": 0}
        )
        pair["shared"] += 1
        pair["peaks"] += int(row["shared"])
        pair["strength"] = pair["peaks"]
    return pa.Table.from_pylist(family_hits([pairs[key] for key in sorted(pairs)], meta), schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="C7",
    version=1,
    name="peak_tables",
    title="不同样品的峰表相同",
    meaning="两份不同样品的报告，色谱峰的保留时间和峰面积成组相同，同一样品重复进样也做不到，"
    "至少一份用了别的样品的谱图。",
    violation="SUP-15.2",
    cluster="identity",
    kind="identity",
    level="S4",
    subject_kind="cluster",
    needs=(
        Need(table="peaks", required=("report_id", "rt_min", "area"), optional=("item_code",)),
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=("sample_id", "client_id", "corrects", "retest_of", "purpose"),
        ),
        Need(table="vehicle_tests", optional=("report_id", "vin"), optional_table=True),
    ),
    steps=(
        Step(name="tokens", sql=TOKENS, per_report=True),
        Step(name="tables_of", sql=TABLES),
        Step(name="bearers", sql=BEARERS),
        Step(name="linked", sql=LINKED),
        Step(name="meta", sql=meta_sql("(SELECT a AS report_id FROM linked UNION SELECT b FROM linked) AS ends")),
        Step(name="population", sql=population_sql("tables_of")),
    ),
    array=ArrayStep(inputs=("linked", "meta"), compute=compute),
    key_columns=("nature",),
    unit="份有峰表的报告",
    says="报告 {report_no}（样品 {sample}）与报告 {other_report}（样品 {other_sample}）的峰表有 {peaks} 个峰的"
    "保留时间和峰面积完全相同",
    words=WORDS,
    labels={**LABELS, "channel": "项目编号", "shared": "相同的谱图数", "peaks": "相同峰数"},
    on_site=(
        "从色谱工作站导出两份报告的原始谱图和序列，核对进样序号、采集时间和样品名",
        "查工作站审计日志中谱图的复制、改名和重新积分记录",
        "对留样重新进样比较",
    ),
    benign=(
        "同一原始文件重新处理、同一样品、同一编号的两份报告，仅作疑问列出；申报的复检、更正报告不计",
        "须四个以上、八成以上的峰同时相同；空白、质控、能力验证样品不计",
    ),
    family=True,
)
