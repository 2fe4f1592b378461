"""A14 – reports that another entity seems to have made: lending, attachment, subcontracting (ACC-37)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

LEAST_REPORTS = 30
LEAST_SIGNS = 3
"""Reports with one sign before it counts as a second, independent one."""

LEAST_SERIAL = 6
MOST_HOLDERS = 4
"""A device that more institutions send from belongs to somebody who serves them all."""

HOME_REPORTS = 10
SCOPE_LAG_DAYS = 60
FAR_ABOVE = 2.0
LEAST_PEERS = 20
LEAST_EQUIPPED = 0.3

REPORTED = """
SELECT r.institution_id, r.report_id, r.report_no, r.issued_at, r.submit_device, r.tester_id, r.field,
       CAST(r.issued_at AS DATE) AS on_day, coalesce(s.subcontracted, 0) AS subcontracted
FROM reports r
LEFT JOIN (SELECT report_id, max(CASE WHEN subcontracted THEN 1 ELSE 0 END) AS subcontracted FROM results
           GROUP BY report_id) AS s ON s.report_id = r.report_id
WHERE r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
"""

SENT = """
SELECT submit_device, institution_id, count(*) AS n FROM reported WHERE length(submit_device) >= 4
GROUP BY submit_device, institution_id
"""

# A device is at home where most of its reports come from.
DEVICES = f"""
SELECT s.submit_device, s.institution_id, s.n, w.houses FROM sent s
JOIN (SELECT submit_device, count(*) AS houses FROM sent GROUP BY submit_device
      HAVING count(*) BETWEEN 2 AND {MOST_HOLDERS}) AS w ON w.submit_device = s.submit_device
QUALIFY row_number() OVER (PARTITION BY s.submit_device ORDER BY s.n DESC, s.institution_id) = 1
    AND s.n >= {HOME_REPORTS}
"""

EMPLOYED = """
SELECT person_id, institution_id, min(coalesce(employed_from, DATE '1900-01-01')) AS from_on,
       max(coalesce(employed_to, DATE '9999-12-31')) AS to_on
FROM people WHERE person_id IS NOT NULL AND institution_id IS NOT NULL GROUP BY person_id, institution_id
"""

# Instruments by number: only between registers that have no number in common, so that "E1" accuses nobody.
OWN_NUMBERS = """
SELECT instrument_id, institution_id, upper(trim(max(serial_no))) AS serial FROM instruments
WHERE instrument_id IS NOT NULL AND institution_id IS NOT NULL GROUP BY instrument_id, institution_id
"""

ALIKE_REGISTERS = """
SELECT DISTINCT a.institution_id, b.institution_id AS other FROM own_numbers a
JOIN own_numbers b ON b.instrument_id = a.instrument_id AND b.institution_id <> a.institution_id
"""

USED = """
SELECT DISTINCT x.institution_id, x.report_id, x.instrument_id FROM results x
WHERE x.instrument_id IS NOT NULL AND NOT coalesce(x.subcontracted, false)
"""

SERIALS = f"""
SELECT DISTINCT institution_id, serial FROM own_numbers
WHERE length(serial) >= {LEAST_SERIAL} AND regexp_matches(serial, '[1-9]')
"""

SIGNS = """
SELECT r.institution_id, r.report_id, 'device' AS sign, r.submit_device AS code, d.institution_id AS other
FROM reported r JOIN devices d ON d.submit_device = r.submit_device AND d.institution_id <> r.institution_id
UNION ALL
SELECT r.institution_id, r.report_id, 'tester', r.tester_id, e.institution_id
FROM reported r
JOIN employed e ON e.person_id = r.tester_id AND e.institution_id <> r.institution_id
 AND r.on_day BETWEEN e.from_on AND e.to_on
SEMI JOIN (SELECT DISTINCT institution_id FROM employed) AS known ON known.institution_id = r.institution_id
ANTI JOIN employed mine ON mine.person_id = r.tester_id AND mine.institution_id = r.institution_id
WHERE r.subcontracted = 0
UNION ALL
SELECT u.institution_id, u.report_id, 'instrument', u.instrument_id, o.institution_id
FROM used u
JOIN own_numbers o ON o.instrument_id = u.instrument_id AND o.institution_id <> u.institution_id
SEMI JOIN (SELECT DISTINCT institution_id FROM own_numbers) AS known ON known.institution_id = u.institution_id
ANTI JOIN own_numbers mine ON mine.instrument_id = u.instrument_id AND mine.institution_id = u.institution_id
ANTI JOIN alike_registers k ON k.institution_id = u.institution_id AND k.other = o.institution_id
UNION ALL
SELECT w.institution_id, w.report_id, 'header', w.serial, o.institution_id
FROM (SELECT DISTINCT institution_id, report_id, upper(trim(header_serial_no)) AS serial FROM raw_records) AS w
JOIN serials o ON o.serial = w.serial AND o.institution_id <> w.institution_id
JOIN reported r ON r.report_id = w.report_id AND r.subcontracted = 0
SEMI JOIN (SELECT DISTINCT institution_id FROM serials) AS known ON known.institution_id = w.institution_id
ANTI JOIN serials mine ON mine.serial = w.serial AND mine.institution_id = w.institution_id
"""

# What the institution declared as its own change is open, and what several others have points to nobody.
OPEN = """
SELECT s.institution_id, s.report_id, s.sign, s.code, min(s.other) AS other
FROM signs s
ANTI JOIN declarations d ON d.institution_id = s.institution_id AND d.subject_id = s.code
GROUP BY s.institution_id, s.report_id, s.sign, s.code HAVING count(DISTINCT s.other) = 1
"""

TIES = f"""
SELECT institution_id, other, sum(CASE WHEN n >= {LEAST_SIGNS} THEN 1 ELSE 0 END) AS kinds
FROM (SELECT institution_id, other, sign, count(DISTINCT report_id) AS n FROM open_signs
      GROUP BY institution_id, other, sign) AS each
GROUP BY institution_id, other
"""

# Subcontracted to somebody of the data set whose scope is known and does not hold the item.
SUBLABS = f"""
SELECT x.institution_id, x.report_id, min(x.subcontractor_id) AS other, min(x.item_code) AS code
FROM results x
JOIN reported r ON r.report_id = x.report_id
SEMI JOIN (SELECT DISTINCT c.institution_id FROM certificates c
           JOIN scope s ON s.certificate_no = c.certificate_no) AS known ON known.institution_id = x.subcontractor_id
LEFT JOIN (SELECT c.institution_id, s.item_code, min(s.approved_on) AS approved_on, max(coalesce(s.removed_on,
                  DATE '9999-12-31')) AS removed_on
           FROM scope s JOIN certificates c ON c.certificate_no = s.certificate_no
           GROUP BY c.institution_id, s.item_code) AS held
       ON held.institution_id = x.subcontractor_id AND held.item_code = x.item_code
WHERE x.subcontracted AND x.subcontractor_id IS NOT NULL AND x.subcontractor_id <> x.institution_id
  AND (held.item_code IS NULL OR r.on_day > held.removed_on
       OR hj_epoch(CAST(held.approved_on AS TIMESTAMP)) > hj_epoch(r.issued_at) + {SCOPE_LAG_DAYS} * 86400)
GROUP BY x.institution_id, x.report_id
"""

HOURS = """
SELECT r.institution_id, sum(m.hours) AS needed,
       (max(hj_epoch(r.issued_at)) - min(hj_epoch(r.issued_at))) / 3600 AS span
FROM reported r
JOIN results x ON x.report_id = r.report_id AND coalesce(x.replicate, 0) = 0 AND NOT coalesce(x.subcontracted, false)
JOIN (SELECT item_code, method_no, min(min_hours) AS hours FROM standard_items WHERE min_hours > 0
      GROUP BY item_code, method_no) AS m ON m.item_code = x.item_code AND m.method_no = x.method_no
GROUP BY r.institution_id
"""

STAFF = """
SELECT r.institution_id, f.field, r.n, r.last_at, p.people, r.n / CAST(p.people AS DOUBLE) AS load
FROM (SELECT institution_id, count(*) AS n, max(issued_at) AS last_at FROM reported GROUP BY institution_id) AS r
JOIN (SELECT institution_id, count(DISTINCT person_id) AS people FROM employed GROUP BY institution_id) AS p
  ON p.institution_id = r.institution_id
JOIN (SELECT institution_id, field FROM (SELECT institution_id, coalesce(field, '') AS field, count(*) AS n
                                         FROM reported GROUP BY institution_id, coalesce(field, '')) AS c
      QUALIFY row_number() OVER (PARTITION BY institution_id ORDER BY n DESC, field) = 1) AS f
  ON f.institution_id = r.institution_id
"""

OVERLOADED = f"""
SELECT s.institution_id, s.last_at, s.load, g.usual, h.needed, i.places * h.span AS available
FROM staff s
JOIN (SELECT field, quantile_disc(load, 0.995) AS extreme, quantile_disc(load, 0.9) AS usual FROM staff
      GROUP BY field HAVING count(*) >= {LEAST_PEERS}) AS g ON g.field = s.field
JOIN hours h ON h.institution_id = s.institution_id
JOIN (SELECT institution_id, CAST(sum(greatest(coalesce(parallel, 1), coalesce(channels, 1), 1)) AS DOUBLE) AS places
      FROM instruments GROUP BY institution_id) AS i ON i.institution_id = s.institution_id
WHERE s.n >= {LEAST_REPORTS} AND s.load >= g.extreme AND s.load > {FAR_ABOVE} * g.usual AND h.span > 0
  AND i.places * h.span < {LEAST_EQUIPPED} * h.needed
"""

HITS = """
WITH found AS (
    SELECT s.institution_id, s.report_id, s.sign AS nature, s.code, s.other,
           CASE WHEN coalesce(a.legal_rep = b.legal_rep, false) THEN 'S1'
                WHEN s.sign = 'device' AND t.kinds < 2 THEN 'S2' ELSE 'S4' END AS level,
           t.kinds < 2 AS slip, t.kinds >= 2 AND NOT coalesce(a.legal_rep = b.legal_rep, false) AS firm,
           b.name AS other_name, t.kinds
    FROM open_signs s
    JOIN ties t ON t.institution_id = s.institution_id AND t.other = s.other
    JOIN institutions a ON a.institution_id = s.institution_id
    JOIN institutions b ON b.institution_id = s.other
    UNION ALL
    SELECT s.institution_id, s.report_id, 'sublab', s.code, s.other, 'S2', false, false, b.name, 1
    FROM sublabs s JOIN institutions b ON b.institution_id = s.other
)
SELECT f.institution_id, f.institution_id AS subject_id, f.report_id, r.issued_at AS occurred_at, f.level, f.slip,
       f.firm,
       CAST(NULL AS DOUBLE) AS p_value, f.nature, f.other AS other_institution, f.other_name, f.code, r.report_no,
       CAST(f.kinds AS BIGINT) AS kinds, CAST(NULL AS DOUBLE) AS load, CAST(NULL AS DOUBLE) AS usual_load,
       CAST(NULL AS DOUBLE) AS needed_hours, CAST(NULL AS DOUBLE) AS available_hours
FROM found f JOIN reported r ON r.report_id = f.report_id
QUALIFY row_number() OVER (PARTITION BY f.institution_id, f.nature, f.other, f.report_id ORDER BY f.code) = 1
UNION ALL
SELECT institution_id, institution_id, CAST(NULL AS VARCHAR), last_at, 'S2', false, false, CAST(NULL AS DOUBLE),
       'capacity', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
       CAST(1 AS BIGINT), load, usual, needed, available
FROM overloaded
"""

POPULATION = """
SELECT r.institution_id, count(*) AS n FROM reported r
LEFT JOIN (SELECT DISTINCT report_id FROM used) AS u ON u.report_id = r.report_id
WHERE r.submit_device IS NOT NULL OR r.tester_id IS NOT NULL OR u.report_id IS NOT NULL GROUP BY r.institution_id
"""

SIGN_WORDS = {
    "device": "由另一机构的上报设备上报",
    "tester": "主检人只在另一机构从业",
    "instrument": "所用设备只登记在另一机构",
    "header": "原始文件中的设备编号是另一机构的设备",
    "sublab": "分包给能力附表中没有该项目的机构",
    "capacity": "人均报告远多于同行，登记的设备也不够用",
}

DETECTOR = Detector(
    id="A14",
    version=1,
    name="lending",
    title="报告像是由另一机构完成的",
    meaning="以本机构名义出具的报告，由另一机构的设备、人员或者上报终端完成，可能是出借资质、挂靠或者违规转包。",
    violation="ACC-37",
    cluster="network",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(table="institutions", required=("institution_id", "name"), optional=("legal_rep",)),
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=("submit_device", "tester_id", "field", "corrects", "purpose"),
        ),
        Need(
            table="results",
            optional=(
                "report_id",
                "item_code",
                "method_no",
                "replicate",
                "instrument_id",
                "subcontracted",
                "subcontractor_id",
            ),
            optional_table=True,
        ),
        Need(
            table="people",
            optional=("person_id", "institution_id", "employed_from", "employed_to"),
            optional_table=True,
        ),
        Need(
            table="instruments",
            optional=("instrument_id", "institution_id", "serial_no", "parallel", "channels"),
            optional_table=True,
        ),
        Need(table="raw_records", optional=("report_id", "header_serial_no"), optional_table=True),
        Need(table="declarations", optional=("institution_id", "subject_id"), optional_table=True),
        Need(table="certificates", optional=("certificate_no", "institution_id"), optional_table=True),
        Need(
            table="scope",
            optional=("certificate_no", "item_code", "approved_on", "removed_on"),
            optional_table=True,
        ),
        Need(table="standard_items", optional=("item_code", "method_no", "min_hours"), optional_table=True),
    ),
    steps=(
        Step(name="reported", sql=REPORTED),
        Step(name="sent", sql=SENT),
        Step(name="devices", sql=DEVICES),
        Step(name="employed", sql=EMPLOYED),
        Step(name="own_numbers", sql=OWN_NUMBERS),
        Step(name="alike_registers", sql=ALIKE_REGISTERS),
        Step(name="used", sql=USED),
        Step(name="serials", sql=SERIALS),
        Step(name="signs", sql=SIGNS),
        Step(name="open_signs", sql=OPEN),
        Step(name="ties", sql=TIES),
        Step(name="sublabs", sql=SUBLABS),
        Step(name="hours", sql=HOURS),
        Step(name="staff", sql=STAFF),
        Step(name="overloaded", sql=OVERLOADED),
        Step(name="population", sql=POPULATION),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature", "other_institution"),
    min_n=LEAST_REPORTS,
    says="报告 {report_no}：{nature}（{other_name}，{code}）；与该机构之间的不同迹象 {kinds} 种",
    words={"nature": SIGN_WORDS},
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "迹象",
        "other_institution": "另一机构",
        "other_name": "另一机构名称",
        "code": "设备、人员或者项目编号",
        "kinds": "不同迹象种数",
        "load": "人均报告数",
        "usual_load": "同行人均报告数",
        "needed_hours": "方法所需设备小时数",
        "available_hours": "登记设备可用小时数",
    },
    on_site=(
        "到登记场所核对设备、人员是否在场，查设备使用记录、考勤和社保",
        "查委托合同、收费凭证和收款账户，确认谁收样、谁收费",
        "查系统登录日志中的账号、地址和终端",
    ),
    benign=(
        "申报过的设备、人员变更不计；注明分包的结果不算使用他人设备",
        "法定代表人相同的视为公开的关联机构，只作疑问；只有上报设备相同的，只作疑问",
        "四家以上共用的上报设备视为代办服务商；设备编号有重复的两家之间不按编号比较",
        "只有一种迹象的个别报告按录入差错处理；不足三十份报告的机构不判断",
        "分包机构的能力附表晚六十天内补录的不计；人均报告和设备不足只作疑问",
    ),
)
