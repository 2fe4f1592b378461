"""F5 – institutions that are legally apart share equipment, people or signing keys (ACC-36.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema

LEAST_SERIAL = 6
MOST_HOLDERS = 4
"""A number that more institutions have is a type number or a placeholder, not one thing."""

LEAST_OVERLAP_DAYS = 30
LEVELS = {"serial": "S4", "header": "S4", "esign": "S4", "person": "S3", "device": "S2", "phone": "S2"}
STRONG = ("serial", "header", "esign", "person")

HIT_SCHEMA = hit_schema(
    texts=("nature", "code", "name", "other_institution", "other_name", "other_report", "kinds"),
    counts=("institutions", "days"),
)

# When an instrument was really used at an institution, and the first report it was used for.
USED = """
SELECT x.institution_id, x.instrument_id, CAST(r.issued_at AS DATE) AS day, min(x.report_id) AS report_id
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE x.instrument_id IS NOT NULL AND NOT coalesce(x.subcontracted, false)
GROUP BY x.institution_id, x.instrument_id, CAST(r.issued_at AS DATE)
"""

SERIALS = f"""
SELECT i.institution_id, i.instrument_id,
       concat(upper(trim(i.serial_no)), ' ', coalesce(upper(trim(i.model)), '')) AS code,
       upper(trim(i.serial_no)) AS serial, i.name,
       coalesce(i.in_service_from, u.first_day) AS from_on, coalesce(i.in_service_to, u.last_day) AS to_on
FROM instruments i
LEFT JOIN (SELECT institution_id, instrument_id, min(day) AS first_day, max(day) AS last_day FROM used
           GROUP BY institution_id, instrument_id) AS u
  ON u.institution_id = i.institution_id AND u.instrument_id = i.instrument_id
WHERE length(trim(i.serial_no)) >= {LEAST_SERIAL} AND regexp_matches(i.serial_no, '[1-9]')
"""

SIGNED = """
SELECT institution_id, esign_serial AS code, min(CAST(issued_at AS DATE)) AS from_on,
       max(CAST(issued_at AS DATE)) AS to_on
FROM reports WHERE length(esign_serial) >= 6 GROUP BY institution_id, esign_serial
"""

SENT = """
SELECT institution_id, submit_device AS code, min(CAST(issued_at AS DATE)) AS from_on,
       max(CAST(issued_at AS DATE)) AS to_on
FROM reports WHERE length(submit_device) >= 6 GROUP BY institution_id, submit_device
"""

# Serial numbers in raw files that are another institution's instrument and none of the own.
FOREIGN = """
SELECT h.institution_id, h.serial, h.from_on, h.to_on FROM (
    SELECT w.institution_id, upper(trim(w.header_serial_no)) AS serial, min(CAST(r.issued_at AS DATE)) AS from_on,
           max(CAST(r.issued_at AS DATE)) AS to_on
    FROM raw_records w JOIN reports r ON r.report_id = w.report_id
    WHERE w.header_serial_no IS NOT NULL GROUP BY w.institution_id, upper(trim(w.header_serial_no))
) AS h
LEFT JOIN (SELECT DISTINCT institution_id, serial FROM serials) AS own
       ON own.institution_id = h.institution_id AND own.serial = h.serial
WHERE own.serial IS NULL
"""

HELD = """
SELECT institution_id, 'serial' AS nature, code, max(name) AS name, min(from_on) AS from_on, max(to_on) AS to_on
FROM serials GROUP BY institution_id, code
UNION ALL
SELECT institution_id, 'header', serial, CAST(NULL AS VARCHAR), from_on, to_on FROM alien
UNION ALL
SELECT s.institution_id, 'header', s.serial, max(s.name), min(s.from_on), max(s.to_on) FROM serials s
SEMI JOIN alien f ON f.serial = s.serial GROUP BY s.institution_id, s.serial
UNION ALL
SELECT institution_id, 'person', person_key, CAST(NULL AS VARCHAR), min(employed_from),
       max(coalesce(employed_to, DATE '9999-12-31'))
FROM people WHERE person_key IS NOT NULL AND employed_from IS NOT NULL GROUP BY institution_id, person_key
UNION ALL
SELECT institution_id, 'esign', code, CAST(NULL AS VARCHAR), from_on, to_on FROM signed
UNION ALL
SELECT institution_id, 'device', code, CAST(NULL AS VARCHAR), from_on, to_on FROM sent
UNION ALL
SELECT institution_id, 'phone', phone, CAST(NULL AS VARCHAR), DATE '2000-01-01', DATE '9999-12-31' FROM institutions
WHERE length(phone) >= 7
"""

RARE = f"""
SELECT nature, code FROM held GROUP BY nature, code
HAVING count(DISTINCT institution_id) BETWEEN 2 AND {MOST_HOLDERS}
"""

# An instrument that was sold or moved is at one place first and at the other one later.
SHARED = f"""
SELECT a.institution_id, b.institution_id AS other_institution, a.nature, a.code, coalesce(a.name, b.name) AS name,
       greatest(a.from_on, b.from_on) AS from_on, least(a.to_on, b.to_on) AS to_on,
       CAST((hj_epoch(CAST(least(a.to_on, b.to_on) AS TIMESTAMP))
             - hj_epoch(CAST(greatest(a.from_on, b.from_on) AS TIMESTAMP))) / 86400 AS BIGINT) AS days
FROM held a SEMI JOIN rare r ON r.nature = a.nature AND r.code = a.code
JOIN held b ON b.nature = a.nature AND b.code = a.code AND b.institution_id <> a.institution_id
WHERE hj_epoch(CAST(least(a.to_on, b.to_on) AS TIMESTAMP))
      - hj_epoch(CAST(greatest(a.from_on, b.from_on) AS TIMESTAMP)) >= {LEAST_OVERLAP_DAYS} * 86400
"""

# The same instrument in use at both on one day.
SAME_DAY = """
SELECT s.institution_id, s.other_institution, s.code, min(u.report_id) AS report_id, min(w.report_id) AS other_report,
       min(u.day) AS day
FROM shared s
JOIN serials a ON a.institution_id = s.institution_id AND a.code = s.code
JOIN serials b ON b.institution_id = s.other_institution AND b.code = s.code
JOIN used u ON u.institution_id = a.institution_id AND u.instrument_id = a.instrument_id
JOIN used w ON w.institution_id = b.institution_id AND w.instrument_id = b.instrument_id AND w.day = u.day
WHERE s.nature = 'serial'
GROUP BY s.institution_id, s.other_institution, s.code
"""

LINKS = """
SELECT s.*, d.report_id, d.other_report, d.day, i.name AS own_name, j.name AS other_name, l.last_at,
       coalesce(i.legal_rep = j.legal_rep, false) AS declared
FROM shared s
LEFT JOIN same_day d ON d.institution_id = s.institution_id AND d.other_institution = s.other_institution
    AND d.code = s.code AND s.nature = 'serial'
JOIN institutions i ON i.institution_id = s.institution_id
JOIN institutions j ON j.institution_id = s.other_institution
JOIN (SELECT institution_id, max(issued_at) AS last_at FROM reports GROUP BY institution_id) AS l
  ON l.institution_id = s.institution_id
ORDER BY s.institution_id, s.nature, s.code, s.other_institution
"""


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """One row an institution, shared thing and partner; institutions hang together by what is strong."""
    links = tables["links"].to_pylist()
    names = sorted({row["institution_id"] for row in links} | {row["other_institution"] for row in links})
    cluster = _clusters(links, {name: place for place, name in enumerate(names)})
    kinds: dict[tuple[str, str], set[str]] = {}
    for row in links:
        if row["nature"] in STRONG:
            kinds.setdefault((row["institution_id"], row["other_institution"]), set()).add(row["nature"])
    rows = [_row(row, cluster, kinds.get((row["institution_id"], row["other_institution"]), set())) for row in links]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _clusters(links: list[dict[str, Any]], place: Mapping[str, int]) -> dict[str, tuple[str, int]]:
    """Institution → (name of its cluster, how many hang together)."""
    if not place:
        return {}
    strong = [row for row in links if row["nature"] in STRONG and not row["declared"]] or links
    first = np.array([place[row["institution_id"]] for row in strong])
    second = np.array([place[row["other_institution"]] for row in strong])
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(len(place), len(place)))
    label = connected_components(graph, directed=False)[1]
    names = sorted(place, key=lambda one: place[one])
    found = {}
    for name in names:
        mates = [one for one in names if label[place[one]] == label[place[name]]]
        found[name] = (hashlib.sha256(mates[0].encode()).hexdigest()[:15], len(mates))
    return found


def _row(link: Mapping[str, Any], cluster: Mapping[str, tuple[str, int]], kinds: set[str]) -> dict[str, Any]:
    same_day = link["report_id"] is not None
    level = "S5" if same_day else LEVELS[link["nature"]]
    if link["declared"]:
        level = "S1"
    subject, size = cluster[link["institution_id"]]
    names = ("institution_id", "other_institution", "other_name", "nature", "code", "name", "report_id")
    return {name: link[name] for name in names} | {
        "subject_id": subject,
        "other_report": link["other_report"],
        "occurred_at": link["last_at"],
        "level": level,
        "slip": False,
        "firm": not link["declared"] and len(kinds) >= 2 and link["nature"] in kinds,
        "kinds": "、".join(_KINDS[one] for one in sorted(kinds)),
        "institutions": size,
        "days": link["days"],
    }


_KINDS = {
    "serial": "设备出厂编号",
    "header": "原始文件中的设备编号",
    "esign": "电子签名证书",
    "person": "人员",
    "device": "上报设备",
    "phone": "联系电话",
}

DETECTOR = Detector(
    id="F5",
    version=1,
    name="shared_means",
    title="几家机构共用同一套设备、人员或签名",
    meaning="法律上各自独立的机构登记或使用同一台设备、同一批人员或同一个电子签名，可能是挂靠、借证，或者并不具备检测条件。",
    violation="ACC-36.1",
    cluster="network",
    kind="hard",
    level="S4",
    subject_kind="cluster",
    needs=(
        Need(table="institutions", required=("institution_id", "name"), optional=("phone", "legal_rep")),
        Need(table="reports", required=("issued_at",), optional=("esign_serial", "submit_device")),
        Need(
            table="instruments",
            optional=(
                "instrument_id",
                "institution_id",
                "name",
                "model",
                "serial_no",
                "in_service_from",
                "in_service_to",
            ),
            optional_table=True,
        ),
        Need(table="results", optional=("report_id", "instrument_id", "subcontracted"), optional_table=True),
        Need(
            table="people",
            optional=("person_id", "institution_id", "person_key", "employed_from", "employed_to"),
            optional_table=True,
        ),
        Need(table="raw_records", optional=("report_id", "header_serial_no"), optional_table=True),
    ),
    steps=(
        Step(name="used", sql=USED),
        Step(name="serials", sql=SERIALS),
        Step(name="signed", sql=SIGNED),
        Step(name="sent", sql=SENT),
        Step(name="alien", sql=FOREIGN),
        Step(name="held", sql=HELD),
        Step(name="rare", sql=RARE),
        Step(name="shared", sql=SHARED),
        Step(name="same_day", sql=SAME_DAY),
        Step(name="links", sql=LINKS),
        Step(
            name="population",
            sql="SELECT institution_id, count(*) AS n FROM held WHERE nature <> 'phone' GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("links",), compute=compute),
    key_columns=("nature",),
    unit="项设备、人员和签名",
    says="与{other_name}共用{nature} {code}，同时在用 {days} 天；"
    "两家之间共用的还有：{kinds}；相连机构共 {institutions} 家",
    labels={
        "report_id": "当日报告",
        "occurred_at": "最近签发时间",
        "nature": "共用的",
        "code": "编号",
        "name": "名称",
        "other_institution": "另一机构",
        "other_name": "另一机构名称",
        "other_report": "另一机构当日报告",
        "kinds": "两家共用的种类",
        "institutions": "相连机构数",
        "days": "同时在用天数",
    },
    words={"nature": _KINDS},
    on_site=(
        "同一天分头到两家机构，核对该设备实物和铭牌在哪里",
        "查劳动合同、社保和考勤，确认涉及人员在哪家工作",
        "查电子签名证书的申领人、保管人和使用日志",
    ),
    benign=(
        "设备先后转让、人员先后跳槽的，时间不重叠或重叠不足三十天不计",
        "四家以上都有的编号视为型号或占位字样；编号过短、全为零的不计",
        "法定代表人相同的视为公开的关联机构，只作疑问；电话和上报设备相同只作疑问",
        "租赁的设备须有合同，可在核查时出示",
    ),
    unit_level=True,
)
