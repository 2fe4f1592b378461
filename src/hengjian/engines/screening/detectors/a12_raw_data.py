"""A12 – raw data are missing, came late or were changed after the report was issued (SUP-14.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengjian.engines.screening.detector import DAY, ArrayStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.peers import share_tail

TOLERANCE_S = 3600
"""Clocks of instrument and office may differ; an hour is forgiven beside their resolution."""

BATCH = 20
"""So many records touched in one hour, of reports of several days, are a migration or a synchronisation."""

LEAST_RESULTS = 20
LEAST_KEPT = 0.5
NEAR_S = 30 * DAY
OUTAGE_INSTITUTIONS = 3
OUTAGE_SHARE = 0.3
LEAST_MISSING = 3
LARGEST_P = 1e-3
LARGEST_Q = 0.05
LEAST_INSTITUTIONS = 20
USUAL_SHARE, USUAL_STRENGTH = 0.01, 100.0
"""Where too few institutions can be compared: one report in a hundred without raw data is usual."""

Floats = npt.NDArray[np.float64]

# Of all records only those that are younger than their report.
TOUCHED = """
SELECT w.institution_id, w.report_id, w.item_code, coalesce(w.replicate, 0) AS replicate, w.recorded_at, w.modified_at,
       coalesce(w.version, 1) AS version, w.change_reason, w.raw_sha256, r.issued_at,
       greatest(coalesce(k.reports__issued_at, 86400), coalesce(k.raw_records__recorded_at, 1),
                coalesce(k.raw_records__modified_at, 1)) AS unit_s
FROM raw_records w
JOIN reports r ON r.report_id = w.report_id
LEFT JOIN clock k ON k.institution_id = w.institution_id
ANTI JOIN (SELECT DISTINCT corrects FROM reports WHERE corrects IS NOT NULL) AS c ON c.corrects = w.report_id
WHERE r.corrects IS NULL AND (w.modified_at > r.issued_at OR w.recorded_at > r.issued_at)
"""


def _batches(column: str) -> str:
    return f"""
SELECT institution_id, floor(hj_epoch({column}) / 3600) AS hour_no FROM touched
WHERE {column} > issued_at
GROUP BY institution_id, floor(hj_epoch({column}) / 3600)
HAVING count(*) >= {BATCH} AND count(DISTINCT CAST(issued_at AS DATE)) >= 5
"""


# A day-resolution date of issue means the whole day.
def _after(column: str) -> str:
    return f"hj_epoch({column}) - hj_epoch(issued_at) - {TOLERANCE_S} - CASE WHEN unit_s > 1 THEN unit_s ELSE 0 END"


EDITS = f"""
SELECT t.*, 'edited' AS what, hj_epoch(t.modified_at) - hj_epoch(t.issued_at) AS late_s
FROM touched t
LEFT JOIN (SELECT w.report_id, w.item_code, coalesce(w.replicate, 0) AS replicate, min(w.raw_sha256) AS low,
                  max(w.raw_sha256) AS high
           FROM raw_records w SEMI JOIN touched t ON t.report_id = w.report_id
           GROUP BY w.report_id, w.item_code, coalesce(w.replicate, 0)) AS v
    ON v.report_id = t.report_id AND v.item_code = t.item_code AND v.replicate = t.replicate
LEFT JOIN (SELECT r.report_id, r.item_code, coalesce(r.replicate, 0) AS replicate, max(r.raw_sha256) AS sha
           FROM results r SEMI JOIN touched t ON t.report_id = r.report_id
           GROUP BY r.report_id, r.item_code, coalesce(r.replicate, 0)) AS x
    ON x.report_id = t.report_id AND x.item_code = t.item_code AND x.replicate = t.replicate
ANTI JOIN moved m ON m.institution_id = t.institution_id AND m.hour_no = floor(hj_epoch(t.modified_at) / 3600)
WHERE {_after("t.modified_at")} > 0 AND (t.version > 1 OR v.low <> v.high OR x.sha <> t.raw_sha256)
  AND trim(coalesce(t.change_reason, '')) = ''
UNION ALL
SELECT t.*, 'late', hj_epoch(t.recorded_at) - hj_epoch(t.issued_at)
FROM touched t
ANTI JOIN synchronised m ON m.institution_id = t.institution_id AND m.hour_no = floor(hj_epoch(t.recorded_at) / 3600)
WHERE {_after("t.recorded_at")} > 0 AND t.version = 1
"""

CHANGED = f"""
SELECT e.institution_id, e.institution_id AS subject_id, e.report_id, e.issued_at AS occurred_at,
       CASE WHEN e.what = 'late' OR coalesce(r.verdict, 'pass') = 'pass' THEN 'S4' ELSE 'S3' END AS level,
       e.late_s <= {DAY} + {TOLERANCE_S} AS slip, e.late_s > {DAY} + {TOLERANCE_S}
           AND coalesce(hj_epoch(CASE WHEN e.what = 'late' THEN e.recorded_at ELSE e.modified_at END)
                        - hj_epoch(r.uploaded_at) > {TOLERANCE_S} + e.unit_s, false) AS firm,
       CAST(NULL AS DOUBLE) AS p_value, e.what || CASE WHEN e.late_s <= {DAY} + {TOLERANCE_S} THEN '_slip' ELSE '' END
           AS nature, r.report_no, e.item_code, e.recorded_at, e.modified_at, e.version,
       round(e.late_s / 3600.0, 1) AS hours_late,
       CAST(NULL AS BIGINT) AS missing, CAST(NULL AS BIGINT) AS compared, CAST(NULL AS DOUBLE) AS usual_share
FROM edits e JOIN reports r ON r.report_id = e.report_id
QUALIFY row_number() OVER (PARTITION BY e.report_id, e.what
                           ORDER BY e.late_s DESC, e.item_code, e.replicate, e.version) = 1
"""

# A result keeps its raw data by naming them, or by a record of its report and item.
MEASURED = """
SELECT r.institution_id, x.report_id, x.item_code, x.instrument_id,
       coalesce(x.finished_at, r.finished_at, r.issued_at) AS ended_at,
       CASE WHEN x.raw_sha256 IS NOT NULL OR w.report_id IS NOT NULL THEN 1 ELSE 0 END AS kept
FROM results x
JOIN reports r ON r.report_id = x.report_id
LEFT JOIN (
    SELECT DISTINCT s.report_id, s.item_code FROM raw_records s
    SEMI JOIN (SELECT report_id FROM results WHERE raw_sha256 IS NULL AND coalesce(replicate, 0) = 0) AS bare
        ON bare.report_id = s.report_id
) AS w ON w.report_id = CASE WHEN x.raw_sha256 IS NULL THEN x.report_id END AND w.item_code = x.item_code
WHERE coalesce(x.replicate, 0) = 0 AND x.instrument_id IS NOT NULL AND NOT coalesce(x.subcontracted, false)
  AND r.corrects IS NULL AND coalesce(x.finished_at, r.finished_at, r.issued_at) IS NOT NULL
"""

# Instruments whose raw data are usually handed over …
HABIT = f"""
SELECT institution_id, instrument_id FROM measured GROUP BY institution_id, instrument_id
HAVING count(*) >= {LEAST_RESULTS} AND sum(kept) >= {LEAST_KEPT} * count(*)
"""

# … looked at where they were not, in spans as long as what counts as near, so that both neighbouring spans suffice.
GAPS = f"""
SELECT DISTINCT m.institution_id, m.instrument_id, floor(hj_epoch(m.ended_at) / {NEAR_S}) + s.step AS span
FROM measured m
JOIN habit h ON h.institution_id = m.institution_id AND h.instrument_id = m.instrument_id
CROSS JOIN (SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1) AS s
WHERE m.kept = 0
"""

# … and were, shortly before and shortly after: neither paper records nor a change of software.
LOST = f"""
SELECT institution_id, instrument_id, report_id, item_code, ended_at,
       coalesce(hj_epoch(ended_at) - hj_epoch(kept_before) <= {NEAR_S}, false)
           AND coalesce(hj_epoch(kept_after) - hj_epoch(ended_at) <= {NEAR_S}, false) AS flanked
FROM (
    SELECT m.*,
           max(CASE WHEN kept = 1 THEN ended_at END) OVER (
               PARTITION BY m.institution_id, m.instrument_id ORDER BY ended_at, report_id, item_code
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS kept_before,
           min(CASE WHEN kept = 1 THEN ended_at END) OVER (
               PARTITION BY m.institution_id, m.instrument_id ORDER BY ended_at, report_id, item_code
               ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS kept_after
    FROM measured m
    SEMI JOIN gaps g ON g.institution_id = m.institution_id AND g.instrument_id = m.instrument_id
        AND g.span = floor(hj_epoch(m.ended_at) / {NEAR_S})
) AS seen
WHERE kept = 0
"""

# Hours in which a good part of an area's institutions at work lost data: the network. Three among hundreds are chance.
OUTAGES = f"""
WITH dark AS (
    SELECT substr(coalesce(i.area_code, ''), 1, 6) AS area, floor(hj_epoch(l.ended_at) / 3600) AS hour_no,
           count(DISTINCT l.institution_id) AS losers
    FROM lost l JOIN institutions i ON i.institution_id = l.institution_id
    WHERE l.flanked
    GROUP BY substr(coalesce(i.area_code, ''), 1, 6), floor(hj_epoch(l.ended_at) / 3600)
    HAVING count(DISTINCT l.institution_id) >= {OUTAGE_INSTITUTIONS}
)
SELECT d.area, d.hour_no
FROM dark d
JOIN measured m ON floor(hj_epoch(m.ended_at) / 3600) = d.hour_no
JOIN habit h ON h.institution_id = m.institution_id AND h.instrument_id = m.instrument_id
JOIN institutions i ON i.institution_id = m.institution_id AND substr(coalesce(i.area_code, ''), 1, 6) = d.area
GROUP BY d.area, d.hour_no, d.losers
HAVING d.losers >= {OUTAGE_SHARE} * count(DISTINCT m.institution_id)
"""

COMPARED = """
SELECT m.institution_id, m.report_id, max(m.kept) AS kept
FROM measured m SEMI JOIN habit h ON h.institution_id = m.institution_id AND h.instrument_id = m.instrument_id
GROUP BY m.institution_id, m.report_id
"""

LACKING = """
SELECT c.institution_id, c.report_id, r.report_no, r.issued_at, min(l.item_code) AS item_code
FROM compared c
JOIN lost l ON l.report_id = c.report_id
JOIN reports r ON r.report_id = c.report_id
JOIN institutions i ON i.institution_id = c.institution_id
LEFT JOIN outages o ON o.area = substr(coalesce(i.area_code, ''), 1, 6)
    AND o.hour_no = floor(hj_epoch(l.ended_at) / 3600)
WHERE c.kept = 0
GROUP BY c.institution_id, c.report_id, r.report_no, r.issued_at
HAVING min(CASE WHEN l.flanked THEN 1 ELSE 0 END) = 1 AND count(o.hour_no) = 0
ORDER BY c.report_id
"""

RATES = """
SELECT c.institution_id, count(*) AS n, count(l.report_id) AS missing
FROM compared c LEFT JOIN lacking l ON l.report_id = c.report_id
GROUP BY c.institution_id ORDER BY c.institution_id
"""

POPULATION = """
SELECT r.institution_id, count(*) AS n
FROM reports r
SEMI JOIN (
    SELECT w.report_id FROM raw_records w
    ANTI JOIN (SELECT corrects FROM reports WHERE corrects IS NOT NULL) AS c ON c.corrects = w.report_id
    UNION ALL
    SELECT report_id FROM compared
) AS j ON j.report_id = r.report_id
WHERE r.corrects IS NULL GROUP BY r.institution_id
"""


def missing_tail(missing: Floats, sizes: Floats) -> tuple[Floats, float]:
    """(P(an honest institution lacks as many), the usual share)."""
    return share_tail(missing, sizes, usual=USUAL_SHARE, strength=USUAL_STRENGTH, least=LEAST_INSTITUTIONS)


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Changed and late records as they are; reports without raw data at institutions that lack far too many."""
    changed, rates = tables["changed"], tables["rates"].to_pylist()
    names = [row["institution_id"] for row in rates]
    missing = np.array([row["missing"] for row in rates], dtype=np.float64)
    sizes = np.array([row["n"] for row in rates], dtype=np.float64)
    tails, mean = missing_tail(missing, sizes) if rates else (np.zeros(0), USUAL_SHARE)
    q_values = false_discovery([float(p) for p in tails])
    judged = {
        name: (float(tails[place]), q_values[place] or 0.0, int(missing[place]), int(sizes[place]))
        for place, name in enumerate(names)
    }
    rows = [
        _hit(row, *judged[row["institution_id"]], mean)
        for row in tables["lacking"].to_pylist()
        if judged[row["institution_id"]][0] <= LARGEST_Q
    ]
    if not rows:
        return changed
    return pa.concat_tables([changed, pa.Table.from_pylist(rows, schema=changed.schema)])


def _hit(row: Mapping[str, Any], p: float, q: float, missing: int, compared: int, mean: float) -> dict[str, object]:
    sure = missing >= LEAST_MISSING and p <= LARGEST_P and q <= LARGEST_Q
    return {
        "institution_id": row["institution_id"],
        "subject_id": row["institution_id"],
        "report_id": row["report_id"],
        "occurred_at": row["issued_at"],
        "level": "S3" if sure else "S2",
        "slip": False,
        "firm": False,
        "p_value": p,
        "nature": "absent",
        "report_no": row["report_no"],
        "item_code": row["item_code"],
        "missing": missing,
        "compared": compared,
        "usual_share": mean,
    }


DETECTOR = Detector(
    id="A12",
    version=2,
    name="raw_data",
    title="原始数据缺失、晚于签发生成或签发后被修改",
    meaning="报告签发之后原始记录才生成或者又被改过，或者同一台设备前后都有原始数据、偏偏这些报告没有。",
    violation="SUP-14.4",
    cluster="time",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code"),
            optional=("replicate", "instrument_id", "raw_sha256", "finished_at", "subcontracted"),
        ),
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=("uploaded_at", "finished_at", "verdict", "corrects"),
        ),
        Need(table="institutions", required=("institution_id",), optional=("area_code",)),
        Need(
            table="raw_records",
            optional=(
                "report_id",
                "item_code",
                "replicate",
                "raw_sha256",
                "recorded_at",
                "modified_at",
                "version",
                "change_reason",
            ),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="touched", sql=TOUCHED),
        Step(name="moved", sql=_batches("modified_at")),
        Step(name="synchronised", sql=_batches("recorded_at")),
        Step(name="edits", sql=EDITS),
        Step(name="changed", sql=CHANGED),
        Step(name="measured", sql=MEASURED),
        Step(name="habit", sql=HABIT),
        Step(name="gaps", sql=GAPS),
        Step(name="lost", sql=LOST),
        Step(name="outages", sql=OUTAGES),
        Step(name="compared", sql=COMPARED),
        Step(name="lacking", sql=LACKING),
        Step(name="rates", sql=RATES),
        Step(name="population", sql=POPULATION),
    ),
    array=ArrayStep(inputs=("changed", "lacking", "rates"), compute=compute),
    key_columns=("nature",),
    says="报告 {report_no}（项目 {item_code}）：{nature}；原始记录时间 {recorded_at}，修改时间 {modified_at}，"
    "签发 {occurred_at}，晚 {hours_late} 小时；缺原始数据的报告 {missing} 份，可比 {compared} 份",
    words={
        "nature": {
            "edited": "签发后修改了原始记录且没有写明原因",
            "edited_slip": "原始记录修改晚于签发，日期差一天即可解释",
            "late": "原始记录在签发之后才生成",
            "late_slip": "原始记录晚于签发，日期差一天即可解释",
            "absent": "同一设备前后的检测都有原始数据，这份报告没有",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "item_code": "项目编号",
        "recorded_at": "原始记录时间",
        "modified_at": "修改时间",
        "version": "版本",
        "hours_late": "晚于签发的小时数",
        "missing": "缺原始数据的报告数",
        "compared": "可比报告数",
        "usual_share": "通常缺失比例",
        "nature": "性质",
    },
    on_site=(
        "从设备工作站和LIMS直接导出原始文件、版本历史和审计日志，与报告逐份核对",
        "对缺原始数据的报告，要求当场从设备中找出对应文件",
        "询问修改人，调取修改审批记录",
    ),
    benign=(
        "写明更正原因、已发更正报告的修改不计；同一小时内大批迁移、同步不计",
        "两处时钟相差一小时以内、只差一天的，不作为指控",
        "从不提交原始数据的设备、更换系统前后的时段不判断",
        "同一地区三家以上、且占当时在检机构三成以上的机构同一小时都缺数据的，视为网络故障",
        "偶尔缺失的，与其他机构通常的缺失比例比较后才提出",
    ),
)
