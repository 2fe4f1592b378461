"""F7 – institutions that are legally apart hold the same raw data, made by one software or supplier (SUP-15.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from hengjian.engines.screening.clones import SERIES, heads_of
from hengjian.engines.screening.detector import ArrayStep, BatchStep, Detector, Need, Step
from hengjian.engines.screening.detectors.c1_raw_series import SCHEMA, reduce
from hengjian.engines.screening.detectors.c4_result_vectors import (
    CHANCE_NATS,
    RARITY,
    SURPRISE_NATS,
    TOKENS,
    VECTORS,
)
from hengjian.engines.screening.hits import hit_schema

LEAST_DIGEST = 32
LEAST_SHARED = 2
EMPTY_FILE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
KINDS = {"series": "过程曲线", "file": "原始文件", "vector": "整套结果"}

HIT_SCHEMA = hit_schema(
    texts=(
        "nature",
        "kinds",
        "report_no",
        "sample",
        "vin",
        "other_institution",
        "other_name",
        "other_report",
        "source",
    ),
    counts=("shared", "institutions"),
)

# Work that was passed on keeps its maker's raw data; quality control and proficiency samples are common to many.
OWN_WORK = """
SELECT r.report_id, r.institution_id FROM reports r
ANTI JOIN (SELECT report_id FROM results WHERE subcontracted) AS s ON s.report_id = r.report_id
WHERE r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt', 'blind')
"""

HELD = f"""
SELECT o.institution_id, t.report_id, t.kind, t.thing
FROM (
    SELECT report_id, 'series' AS kind, concat('series|', channel, '|', CAST(print AS VARCHAR)) AS thing
    FROM prints GROUP BY report_id, channel, print
    UNION ALL
    SELECT report_id, 'file', concat('file|', raw_sha256, '|', CAST(recorded_at AS VARCHAR)) FROM raw_records
    WHERE length(raw_sha256) >= {LEAST_DIGEST} AND lower(raw_sha256) <> '{EMPTY_FILE}' AND recorded_at IS NOT NULL
      AND CAST(hj_epoch(recorded_at) AS BIGINT) % 86400 <> 0
    GROUP BY report_id, raw_sha256, recorded_at
    UNION ALL
    SELECT v.report_id, 'vector', concat('vector|', CAST(v.items AS VARCHAR), '|', CAST(v.print AS VARCHAR))
    FROM vectors v
    CROSS JOIN (SELECT ln(count(*)) * 2 - ln(2.0) AS ln_pairs FROM vectors) AS size
    WHERE round(v.weight, 6) >= least({SURPRISE_NATS}, size.ln_pairs + {CHANCE_NATS})
) AS t
JOIN own_work o ON o.report_id = t.report_id
"""

# All that is known of a report only for the few things that several institutions hold.
OWNED = """
WITH common AS (
    SELECT h.* FROM held h
    SEMI JOIN (SELECT thing FROM held GROUP BY thing HAVING min(institution_id) < max(institution_id)) AS many
      ON many.thing = h.thing
)
SELECT c.kind, c.thing, c.report_id, c.institution_id, r.report_no, r.sample_id, r.issued_at, r.retest_of,
       r.submit_device, v.vin, w.software, w.serial
FROM common c
JOIN reports r ON r.report_id = c.report_id
LEFT JOIN (SELECT t.report_id, max(t.vin) AS vin FROM vehicle_tests t
           SEMI JOIN common c ON c.report_id = t.report_id GROUP BY t.report_id) AS v ON v.report_id = c.report_id
LEFT JOIN (SELECT t.report_id, max(trim(t.software_version)) AS software, max(upper(trim(t.header_serial_no))) AS serial
           FROM raw_records t SEMI JOIN common c ON c.report_id = t.report_id
           GROUP BY t.report_id) AS w ON w.report_id = c.report_id
"""

FIRSTS = """
SELECT o.thing, o.institution_id, o.report_id,
       row_number() OVER (PARTITION BY o.thing ORDER BY o.institution_id) AS place
FROM (SELECT thing, institution_id, min(report_id) AS report_id FROM owned GROUP BY thing, institution_id) AS o
"""

# Everybody beside the first holder of the thing, the first beside the second: links enough to hold a cluster together.
LINKS = """
SELECT a.kind, a.thing, a.institution_id, a.report_id, a.report_no, a.sample_id, a.vin, a.issued_at,
       b.institution_id AS other_institution, i.name AS other_name, b.report_id AS other_report,
       coalesce(a.sample_id = b.sample_id, false) OR coalesce(a.retest_of = b.report_id, false)
           OR coalesce(b.retest_of = a.report_id, false)
           OR coalesce(a.vin = b.vin AND abs(hj_epoch(a.issued_at) - hj_epoch(b.issued_at)) < 86400, false) AS related,
       coalesce(a.serial = b.serial, false) AS same_serial, coalesce(a.software = b.software, false) AS same_software,
       coalesce(a.submit_device = b.submit_device, false) AS same_device
FROM owned a
JOIN firsts m ON m.thing = a.thing AND m.institution_id = a.institution_id
JOIN firsts f ON f.thing = a.thing AND f.place = CASE WHEN m.place = 1 THEN 2 ELSE 1 END
JOIN owned b ON b.thing = f.thing AND b.report_id = f.report_id
JOIN institutions i ON i.institution_id = b.institution_id
WHERE a.issued_at IS NOT NULL
ORDER BY a.institution_id, a.report_id, a.kind, b.institution_id, b.report_id
"""


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Clusters of institutions by what they hold in common; one row a report and relation."""
    links = tables["links"].to_pylist()
    rows: list[dict[str, Any]] = []
    for related in (False, True):
        mine = [link for link in links if link["related"] == related]
        clusters = clusters_of((link["institution_id"], link["other_institution"]) for link in mine)
        by_report: dict[tuple[str, str], list[dict[str, Any]]] = {}
        things: dict[str, set[str]] = {}
        for link in mine:
            by_report.setdefault((link["institution_id"], link["report_id"]), []).append(link)
            things.setdefault(link["institution_id"], set()).add(link["thing"])
        for institution, report in sorted(by_report):
            of_report = by_report[institution, report]
            shared = len(things[institution])
            rows.append(_row(of_report, clusters[institution], shared=shared, related=related))
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def clusters_of(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, int]]:
    """Institution → (name of its cluster by the smallest member, how many hang together)."""
    heads = heads_of(pairs)
    sizes: dict[str, int] = {}
    for head in heads.values():
        sizes[head] = sizes.get(head, 0) + 1
    return {one: (hashlib.sha256(head.encode()).hexdigest()[:15], sizes[head]) for one, head in heads.items()}


def _row(links: list[dict[str, Any]], cluster: tuple[str, int], *, shared: int, related: bool) -> dict[str, Any]:
    """A single thing in common may be one file put to the wrong report; several are no slip."""
    first = links[0]
    kinds = sorted({link["kind"] for link in links})
    several = shared >= LEAST_SHARED
    nature, level = ("copies", "S5") if several else ("single", "S3")
    if related:
        nature, level = "related", "S1"
    device = any(link["same_serial"] or link["same_device"] for link in links)
    return {
        "institution_id": first["institution_id"],
        "subject_id": cluster[0],
        "report_id": first["report_id"],
        "occurred_at": first["issued_at"],
        "level": level,
        "slip": nature == "single" and kinds != ["vector"],
        "firm": nature == "copies" and (device or len(kinds) > 1),
        "nature": nature,
        "kinds": "、".join(KINDS[one] for one in kinds),
        "report_no": first["report_no"],
        "sample": first["sample_id"],
        "vin": first["vin"],
        "other_institution": first["other_institution"],
        "other_name": first["other_name"],
        "other_report": first["other_report"],
        "source": _source(links, device=device),
        "shared": shared,
        "institutions": cluster[1],
    }


def _source(links: list[dict[str, Any]], *, device: bool) -> str:
    """Where to look for the common maker."""
    if device:
        return "同一台设备或上报设备"
    return "同一种检测软件" if any(link["same_software"] for link in links) else "不明"


DETECTOR = Detector(
    id="F7",
    version=1,
    name="provenance",
    title="几家机构的原始数据出自同一来源",
    meaning="法律上各自独立的机构，不同样品的原始曲线、原始文件或者整套结果完全相同，数据可能由同一软件商预置，或者由同一人提供。",
    violation="SUP-15.2",
    cluster="network",
    kind="identity",
    level="S5",
    subject_kind="cluster",
    needs=(
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=("sample_id", "corrects", "retest_of", "purpose", "submit_device"),
        ),
        Need(table="institutions", required=("institution_id", "name")),
        Need(table="raw_series", optional=("report_id", "channel", "values", "role"), optional_table=True),
        Need(
            table="raw_records",
            optional=("report_id", "raw_sha256", "recorded_at", "software_version", "header_serial_no"),
            optional_table=True,
        ),
        Need(
            table="results",
            optional=("report_id", "item_code", "value_text", "value", "replicate", "method_no", "subcontracted"),
            optional_table=True,
        ),
        Need(table="vehicle_tests", optional=("report_id", "vin"), optional_table=True),
    ),
    steps=(
        Step(name="own_work", sql=OWN_WORK),
        BatchStep(name="prints", sql=SERIES, reduce=reduce, schema=SCHEMA, per_report=True),
        Step(name="tokens", sql=TOKENS, per_report=True),
        Step(name="rarity", sql=RARITY),
        Step(name="vectors", sql=VECTORS),
        Step(name="held", sql=HELD),
        Step(name="owned", sql=OWNED),
        Step(name="firsts", sql=FIRSTS),
        Step(name="links", sql=LINKS),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM held GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("links",), compute=compute),
    key_columns=("nature",),
    unit="份有原始曲线、原始文件或成套结果的报告",
    says="报告 {report_no} 的{kinds}与{other_name}的报告 {other_report} 完全相同；"
    "本机构与他家共有 {shared} 份相同数据，相连机构 {institutions} 家；共同来源：{source}",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "情形",
        "kinds": "相同的数据",
        "sample": "样品编号",
        "vin": "车辆识别代号",
        "other_institution": "另一机构",
        "other_name": "另一机构名称",
        "other_report": "另一机构的报告",
        "source": "共同来源",
        "shared": "与他家相同的数据份数",
        "institutions": "相连机构数",
    },
    words={"nature": {"copies": "多份数据相同", "single": "仅一份数据相同", "related": "同一样品、车辆或者申报的复检"}},
    on_site=(
        "同一时间分头到各机构，封存检测软件、接口程序和数据库，比对文件摘要和版本",
        "查软件商、设备商的售后人员和远程维护记录，查同一软件的其他用户",
        "从设备工作站直接导出原始文件，核对采集时间、文件头和操作日志",
    ),
    benign=(
        "有分包项目的报告不计；质控、能力验证和盲样不计；校准、空白曲线不比较",
        "同一样品、同一车辆一天之内、申报的复检，仅作疑问列出",
        "只有一份曲线或文件相同的，可能是文件挂错报告，作为数据疑问",
        "平直或信息量不足的曲线、常见数值凑成的结果不比较；同一原始文件须摘要和采集时刻都相同",
    ),
    unit_level=True,
)
