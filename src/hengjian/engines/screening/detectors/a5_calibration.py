"""A5 – instruments out of calibration, not in the register, or not the ones that were calibrated (SUP-14.2)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

GRACE_DAYS = 7
PEERS = 5
USUAL_SHARE = 0.5

OWN = """
SELECT instrument_id, institution_id, max(name) AS name, max(kind) AS kind, max(model) AS model,
       max(upper(replace(serial_no, ' ', ''))) AS serial_no,
       CASE WHEN count(*) = count(in_service_from) THEN min(in_service_from) END AS in_service_from,
       CASE WHEN count(*) = count(in_service_to) THEN max(in_service_to) END AS in_service_to
FROM instruments GROUP BY instrument_id, institution_id
"""

# Days on which an instrument was used, each once: far fewer than results.
USES = """
SELECT x.institution_id, x.instrument_id,
       CAST(coalesce(x.started_at, r.started_at, r.issued_at) AS DATE) AS first_on,
       CAST(coalesce(x.finished_at, r.finished_at, x.started_at, r.started_at, r.issued_at) AS DATE) AS last_on
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE x.instrument_id IS NOT NULL AND NOT coalesce(x.subcontracted, false)
GROUP BY ALL
"""

# The certificate names another serial number than the register: it is not this instrument's, unless one slip away.
MADE_OUT = """
SELECT c.instrument_id, c.calibrated_on, c.valid_to, c.certificate_no, c.provider, coalesce(c.result, 'pass') AS result,
       upper(replace(c.serial_no, ' ', '')) AS stated_serial, o.serial_no, o.institution_id,
       coalesce(upper(replace(c.serial_no, ' ', '')) <> o.serial_no, false)
         AND NOT coalesce(hj_near(upper(replace(c.serial_no, ' ', '')), o.serial_no), false) AS foreign_serial
FROM calibrations c JOIN own o ON o.instrument_id = c.instrument_id
WHERE c.valid_to >= c.calibrated_on
"""

# Union of the good intervals, each with a week's grace, as islands.
ISLANDS = f"""
SELECT institution_id, instrument_id, min(calibrated_on) AS from_on, max(grace_to) AS to_on
FROM (
    SELECT *, sum(CASE WHEN calibrated_on <= covered_to + INTERVAL 1 DAY THEN 0 ELSE 1 END) OVER (
               PARTITION BY institution_id, instrument_id ORDER BY calibrated_on, grace_to
               ROWS UNBOUNDED PRECEDING) AS island
    FROM (
        SELECT *, max(grace_to) OVER (PARTITION BY institution_id, instrument_id ORDER BY calibrated_on, grace_to
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_to
        FROM (SELECT institution_id, instrument_id, calibrated_on,
                     CAST(valid_to + INTERVAL {GRACE_DAYS} DAY AS DATE) AS grace_to
              FROM made_out WHERE result <> 'fail' AND NOT foreign_serial) AS good
    ) AS ordered
) AS numbered
GROUP BY institution_id, instrument_id, island
"""

# A kind of instrument that most other houses do not calibrate is auxiliary.
KINDS = f"""
SELECT kind FROM (
    SELECT o.institution_id, coalesce(o.kind, o.name) AS kind,
           max(CASE WHEN c.instrument_id IS NOT NULL THEN 1 ELSE 0 END) AS calibrated
    FROM own o
    LEFT JOIN (SELECT DISTINCT instrument_id FROM calibrations) AS c ON c.instrument_id = o.instrument_id
    GROUP BY o.institution_id, coalesce(o.kind, o.name)
) AS houses
WHERE kind IS NOT NULL
GROUP BY kind
HAVING count(*) >= {PEERS} AND sum(calibrated) >= {USUAL_SHARE} * count(*)
"""

CALIBRATING = "SELECT DISTINCT institution_id FROM made_out"

REGISTERING = "SELECT DISTINCT institution_id FROM own"

LAPSES = f"""
WITH bare AS (
    SELECT u.* FROM uses u
    SEMI JOIN calibrating k ON k.institution_id = u.institution_id
    ANTI JOIN islands i ON i.institution_id = u.institution_id AND i.instrument_id = u.instrument_id
        AND i.from_on <= u.first_on AND i.to_on >= u.last_on
), near AS (
    SELECT b.institution_id, b.instrument_id, b.first_on, b.last_on,
           max(CASE WHEN i.from_on - INTERVAL 1 DAY <= b.first_on AND i.to_on + INTERVAL 1 DAY >= b.last_on
                    THEN 1 ELSE 0 END) AS one_day,
           max(CASE WHEN i.to_on < b.last_on THEN i.to_on END) AS last_valid,
           min(CASE WHEN i.from_on > b.first_on THEN i.from_on END) AS next_from, count(i.from_on) AS islands
    FROM bare b LEFT JOIN islands i ON i.institution_id = b.institution_id AND i.instrument_id = b.instrument_id
    GROUP BY b.institution_id, b.instrument_id, b.first_on, b.last_on
), claimed AS (
    SELECT b.institution_id, b.instrument_id, b.first_on, b.last_on,
           max(CASE WHEN m.foreign_serial THEN 1 ELSE 0 END) AS foreign_serial,
           max(CASE WHEN m.result = 'fail' THEN 1 ELSE 0 END) AS failed,
           min(CASE WHEN m.foreign_serial THEN m.stated_serial END) AS stated_serial,
           min(m.certificate_no) AS certificate_no
    FROM bare b JOIN made_out m ON m.institution_id = b.institution_id AND m.instrument_id = b.instrument_id
        AND m.calibrated_on <= b.first_on AND m.valid_to >= b.first_on
    GROUP BY b.institution_id, b.instrument_id, b.first_on, b.last_on
)
SELECT n.institution_id, n.instrument_id, n.first_on, n.last_on, o.name, o.model, o.serial_no, c.stated_serial,
       c.certificate_no, CAST(n.last_valid - INTERVAL {GRACE_DAYS} DAY AS DATE) AS last_valid, n.next_from,
       n.one_day = 1 AS slip,
       CASE WHEN n.one_day = 1 THEN 'slip' WHEN c.failed = 1 THEN 'failed' WHEN c.foreign_serial = 1 THEN 'serial'
            WHEN n.islands > 0 THEN 'lapsed' ELSE 'never' END AS nature
FROM near n
JOIN own o ON o.institution_id = n.institution_id AND o.instrument_id = n.instrument_id
LEFT JOIN claimed c ON c.institution_id = n.institution_id AND c.instrument_id = n.instrument_id
    AND c.first_on = n.first_on AND c.last_on = n.last_on
LEFT JOIN kinds k ON k.kind = coalesce(o.kind, o.name)
WHERE n.islands > 0 OR c.failed = 1 OR c.foreign_serial = 1 OR k.kind IS NOT NULL
"""

UNKNOWN = """
WITH strange AS (
    SELECT DISTINCT u.institution_id, u.instrument_id FROM uses u
    SEMI JOIN registering k ON k.institution_id = u.institution_id
    ANTI JOIN own o ON o.institution_id = u.institution_id AND o.instrument_id = u.instrument_id
)
SELECT s.institution_id, s.instrument_id,
       max(CASE WHEN o.instrument_id IS NOT NULL THEN 1 ELSE 0 END) = 1 AS slip,
       max(CASE WHEN e.instrument_id IS NOT NULL AND coalesce(m.legal_rep = h.legal_rep, false) THEN 1 ELSE 0 END) = 1
         AS same_group,
       min(e.institution_id) AS owner_id
FROM strange s
LEFT JOIN own o ON o.institution_id = s.institution_id AND hj_swapped(o.instrument_id, s.instrument_id)
LEFT JOIN own e ON e.instrument_id = s.instrument_id AND e.institution_id <> s.institution_id
LEFT JOIN institutions m ON m.institution_id = s.institution_id
LEFT JOIN institutions h ON h.institution_id = e.institution_id
GROUP BY s.institution_id, s.instrument_id
"""

RETIRED = """
SELECT u.institution_id, u.instrument_id, u.first_on, u.last_on, o.name, o.model, o.serial_no, o.in_service_from,
       o.in_service_to,
       coalesce(u.last_on <= o.in_service_to + INTERVAL 1 DAY, true)
         AND coalesce(u.first_on >= o.in_service_from - INTERVAL 1 DAY, true) AS slip
FROM uses u JOIN own o ON o.institution_id = u.institution_id AND o.instrument_id = u.instrument_id
WHERE u.last_on > o.in_service_to OR u.first_on < o.in_service_from
"""

# One calibration certificate made out for instruments with different serial numbers.
REUSED = """
SELECT m.institution_id, m.instrument_id, m.certificate_no, m.calibrated_on, m.valid_to, m.serial_no
FROM made_out m
JOIN (SELECT certificate_no, coalesce(provider, '') AS provider, max(stated_serial) AS one, min(stated_serial) AS other
      FROM made_out WHERE certificate_no IS NOT NULL AND stated_serial IS NOT NULL
      GROUP BY certificate_no, coalesce(provider, '')
      HAVING count(DISTINCT stated_serial) > 1 AND count(DISTINCT instrument_id) > 1) AS t
    ON t.certificate_no = m.certificate_no AND t.provider = coalesce(m.provider, '')
WHERE NOT hj_near(t.one, t.other)
"""

# The raw file names another serial number than the register gives the instrument of the result.
# Grouped before the register is asked, so no plan sets every file of an institution against every instrument of it.
HEADERS = """
SELECT u.institution_id, u.instrument_id, u.report_id, o.name, o.model, o.serial_no, min(u.header) AS header
FROM (SELECT w.institution_id, x.instrument_id, w.report_id, w.header
      FROM (SELECT institution_id, report_id, raw_sha256, upper(replace(header_serial_no, ' ', '')) AS header
            FROM raw_records WHERE header_serial_no IS NOT NULL AND raw_sha256 IS NOT NULL) AS w
      JOIN (SELECT report_id, instrument_id, raw_sha256 FROM results
            WHERE raw_sha256 IS NOT NULL AND NOT coalesce(subcontracted, false)) AS x
          ON x.report_id = w.report_id AND x.raw_sha256 = w.raw_sha256
      GROUP BY w.institution_id, x.instrument_id, w.report_id, w.header) AS u
JOIN own o ON o.institution_id = u.institution_id AND o.instrument_id = u.instrument_id
WHERE o.serial_no IS NOT NULL AND u.header <> o.serial_no AND NOT hj_near(u.header, o.serial_no)
GROUP BY u.institution_id, u.instrument_id, u.report_id, o.name, o.model, o.serial_no
"""

# A register date one day off explains every report of that day at once: never more than a question (S1).
ACCUSED = """
WITH dated AS (
    SELECT institution_id, instrument_id, first_on, last_on, nature, slip,
           CASE WHEN slip THEN 'S1' ELSE 'S3' END AS level, name, model, serial_no, stated_serial,
           certificate_no, last_valid AS from_on, next_from AS to_on, CAST(NULL AS VARCHAR) AS owner_id
    FROM lapses
    UNION ALL
    SELECT institution_id, instrument_id, first_on, last_on, CASE WHEN slip THEN 'service_slip' ELSE 'service' END,
           slip, CASE WHEN slip THEN 'S1' ELSE 'S3' END, name, model, serial_no, CAST(NULL AS VARCHAR),
           CAST(NULL AS VARCHAR), in_service_from, in_service_to, CAST(NULL AS VARCHAR)
    FROM retired
    UNION ALL
    SELECT u.institution_id, u.instrument_id, u.first_on, u.last_on, CASE WHEN k.slip THEN 'unknown_slip' ELSE 'unknown'
           END, k.slip, CASE WHEN k.same_group THEN 'S2' ELSE 'S4' END, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
           CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS DATE),
           k.owner_id
    FROM uses u JOIN unknown_instruments k ON k.institution_id = u.institution_id AND k.instrument_id = u.instrument_id
    UNION ALL
    SELECT u.institution_id, u.instrument_id, u.first_on, u.last_on, 'reused', false, 'S3', CAST(NULL AS VARCHAR),
           CAST(NULL AS VARCHAR), m.serial_no, CAST(NULL AS VARCHAR), m.certificate_no, m.calibrated_on, m.valid_to,
           CAST(NULL AS VARCHAR)
    FROM uses u JOIN reused m ON m.institution_id = u.institution_id AND m.instrument_id = u.instrument_id
        AND u.first_on BETWEEN m.calibrated_on AND m.valid_to
)
SELECT d.*, x.report_id
FROM dated d
JOIN (
    SELECT x.institution_id, x.instrument_id, x.report_id,
           CAST(coalesce(x.started_at, r.started_at, r.issued_at) AS DATE) AS first_on,
           CAST(coalesce(x.finished_at, r.finished_at, x.started_at, r.started_at, r.issued_at) AS DATE) AS last_on
    FROM results x JOIN reports r ON r.report_id = x.report_id
    SEMI JOIN dated t ON t.institution_id = x.institution_id AND t.instrument_id = x.instrument_id
    WHERE NOT coalesce(x.subcontracted, false)
    GROUP BY ALL
) AS x ON x.institution_id = d.institution_id AND x.instrument_id = d.instrument_id
    AND x.first_on = d.first_on AND x.last_on = d.last_on
UNION ALL
SELECT h.institution_id, h.instrument_id, CAST(r.issued_at AS DATE), CAST(r.issued_at AS DATE), 'header', false, 'S4',
       h.name, h.model, h.serial_no, h.header, CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS DATE),
       CAST(NULL AS VARCHAR), h.report_id
FROM headers h JOIN reports r ON r.report_id = h.report_id
"""

HITS = """
SELECT a.institution_id, a.instrument_id AS subject_id, a.report_id, CAST(a.last_on AS TIMESTAMP) AS occurred_at,
       a.level, a.slip, false AS firm, CAST(NULL AS DOUBLE) AS p_value, a.nature, r.report_no, a.first_on AS used_from,
       a.last_on AS used_to, a.name AS instrument_name, a.model, a.serial_no, a.stated_serial, a.certificate_no,
       a.from_on, a.to_on, a.owner_id
FROM accused a JOIN reports r ON r.report_id = a.report_id
QUALIFY row_number() OVER (PARTITION BY a.institution_id, a.instrument_id, a.report_id, a.nature
                           ORDER BY a.slip, a.last_on DESC, a.first_on, a.certificate_no) = 1
"""

DETECTOR = Detector(
    id="A5",
    version=1,
    name="calibration",
    title="使用的仪器设备不在检定校准有效期内或来历不明",
    meaning="检测当天，所用设备没有有效的检定校准，或者不在设备台账内、已停用，或者校准证书、原始文件上的出厂编号不是这台设备的。",
    violation="SUP-14.2",
    cluster="paperwork",
    kind="hard",
    level="S3",
    subject_kind="instrument",
    needs=(
        Need(
            table="results",
            required=("report_id", "instrument_id"),
            optional=("started_at", "finished_at", "raw_sha256", "subcontracted"),
        ),
        Need(table="reports", required=("issued_at",), optional=("report_no", "started_at", "finished_at")),
        Need(
            table="instruments",
            required=("instrument_id", "institution_id"),
            optional=("name", "kind", "model", "serial_no", "in_service_from", "in_service_to"),
        ),
        Need(
            table="calibrations",
            required=("instrument_id", "calibrated_on", "valid_to"),
            optional=("certificate_no", "provider", "serial_no", "result"),
        ),
        Need(table="institutions", required=("institution_id",), optional=("legal_rep",)),
        Need(
            table="raw_records",
            required=("report_id", "raw_sha256", "header_serial_no"),
            optional=("item_code",),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="own", sql=OWN),
        Step(name="uses", sql=USES),
        Step(name="made_out", sql=MADE_OUT),
        Step(name="islands", sql=ISLANDS),
        Step(name="kinds", sql=KINDS),
        Step(name="calibrating", sql=CALIBRATING),
        Step(name="registering", sql=REGISTERING),
        Step(name="lapses", sql=LAPSES),
        Step(name="unknown_instruments", sql=UNKNOWN),
        Step(name="retired", sql=RETIRED),
        Step(name="reused", sql=REUSED),
        Step(name="headers", sql=HEADERS),
        Step(name="accused", sql=ACCUSED),
        Step(
            name="population",
            sql="SELECT r.institution_id, count(*) AS n FROM reports r "
            "SEMI JOIN registering k ON k.institution_id = r.institution_id "
            "SEMI JOIN (SELECT report_id FROM results WHERE instrument_id IS NOT NULL "
            "AND NOT coalesce(subcontracted, false)) AS x ON x.report_id = r.report_id GROUP BY r.institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    says="报告 {report_no} 于 {used_from} 至 {used_to} 使用设备 {subject_id}（{instrument_name}），{nature}",
    words={
        "nature": {
            "slip": "与校准有效期只差一天",
            "lapsed": "当时不在检定校准有效期内",
            "never": "没有任何检定校准记录，而同类设备普遍检定校准",
            "failed": "当时最近一次检定校准结论为不合格",
            "serial": "校准证书所载出厂编号不是这台设备的",
            "service": "当时尚未启用或已停用",
            "service_slip": "与启用停用日期只差一天",
            "unknown": "该编号不在本机构设备台账内",
            "unknown_slip": "该编号与台账内设备只差相邻两位颠倒",
            "reused": "其校准证书编号同时用于出厂编号不同的设备",
            "header": "原始文件头的出厂编号与台账不符",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "subject_id": "设备编号",
        "occurred_at": "使用日期",
        "instrument_name": "设备名称",
        "model": "型号",
        "nature": "问题",
        "used_from": "使用起",
        "used_to": "使用止",
        "serial_no": "台账出厂编号",
        "stated_serial": "证书或原始文件所载编号",
        "certificate_no": "校准证书号",
        "from_on": "上次有效期止／起用",
        "to_on": "下次校准／停用",
        "owner_id": "登记该设备的机构",
    },
    on_site=(
        "调取检定校准证书原件，向出具证书的机构核实编号、出厂编号和日期",
        "核对设备铭牌、状态标识与台账，现场开机查看出厂编号",
        "调取设备使用记录和期间核查记录，确认检测当天用的是哪台设备",
    ),
    benign=(
        "多张校准证书的有效期合并计算，到期后留七天上传宽限",
        "多数同行不检定的辅助设备不计；没有任何校准记录的机构不判断是否过期",
        "分包项目不计；日期只差一天、编号相邻两位颠倒、出厂编号只差一个字符的，作为录入疑问或不计",
        "登记在同一法定代表人的另一机构名下的设备，仅作疑问",
        "结论为限用的校准视为有效",
    ),
)
