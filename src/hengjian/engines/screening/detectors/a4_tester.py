"""A4 – tests by people without a valid qualification, at two institutions at once, gone, or on leave (SUP-08)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

LICENSED_FIELDS = ("special_equipment",)
"""Fields where the law asks every tester for a certificate; elsewhere only a certificate that has run out counts."""
LICENSED = ", ".join(f"'{name}'" for name in LICENSED_FIELDS)
CHANGE_OF_JOB_DAYS = 31
WITHIN_DAYS = 30
FILLED_SHARE = 0.5
SEVERAL = 2
"""Reports of one person who was not there; a single one may be a name entered by mistake."""

DAY = 86_400

# `begun_at` and `until` where both are known; a bare date as end means its whole day.
TIMES = f"""
       CAST(coalesce(r.started_at, r.finished_at, r.issued_at) AS DATE) AS first_on,
       CAST(coalesce(r.finished_at, r.issued_at) AS DATE) AS last_on,
       CASE WHEN r.finished_at >= r.started_at THEN r.started_at END AS begun_at,
       CASE WHEN r.finished_at < r.started_at THEN NULL
            WHEN CAST(hj_epoch(r.finished_at) AS BIGINT) % {DAY} = 0 THEN hj_days(r.finished_at, 1)
            ELSE r.finished_at END AS until
"""

WORK = f"""
SELECT r.report_id, r.report_no, r.institution_id, r.field, r.tester_id AS person_id, r.issued_at, {TIMES}
FROM reports r WHERE r.tester_id IS NOT NULL
UNION
SELECT r.report_id, r.report_no, r.institution_id, r.field, x.tester_id, r.issued_at, {TIMES}
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE x.tester_id IS NOT NULL AND NOT coalesce(x.subcontracted, false)
  AND (r.tester_id IS NULL OR x.tester_id <> r.tester_id)
"""

STAFF = """
SELECT person_id, institution_id, min(name) AS name, min(qualification) AS qualification,
       CASE WHEN count(*) = count(qualified_from) THEN min(qualified_from) END AS qualified_from,
       CASE WHEN count(*) = count(qualified_to) THEN max(qualified_to) END AS qualified_to,
       CASE WHEN count(*) = count(employed_from) THEN min(employed_from) END AS employed_from,
       CASE WHEN count(*) = count(employed_to) THEN max(employed_to) END AS employed_to
FROM people GROUP BY person_id, institution_id
"""

# Houses that hand over qualifications at all; where they do not, a gap says nothing.
RECORDING = f"""
SELECT institution_id FROM staff GROUP BY institution_id
HAVING count(coalesce(qualification, CAST(qualified_to AS VARCHAR))) >= {FILLED_SHARE} * count(*)
"""

# lacking: never had one (only where the law asks for it) · expired / early: out of its dates during the test.
FITNESS = f"""
SELECT w.*, s.name, s.qualification, s.qualified_from, s.qualified_to,
       CASE WHEN s.qualification IS NULL AND s.qualified_from IS NULL AND s.qualified_to IS NULL
            THEN CASE WHEN w.field IN ({LICENSED}) THEN 'lacking' ELSE 'fit' END
            WHEN s.qualified_to < w.last_on THEN 'expired'
            WHEN s.qualified_from > w.first_on THEN 'early' ELSE 'fit' END AS fault,
       coalesce(s.qualified_to + INTERVAL 1 DAY >= w.last_on, true)
         AND coalesce(s.qualified_from - INTERVAL 1 DAY <= w.first_on, true) AS one_day
FROM work w
JOIN staff s ON s.person_id = w.person_id AND s.institution_id = w.institution_id
SEMI JOIN recording k ON k.institution_id = w.institution_id
"""

# A trainee beside a qualified tester is supervised.
ALONE = """
SELECT f.* FROM fitness f
ANTI JOIN (SELECT DISTINCT report_id FROM fitness WHERE fault = 'fit') AS q ON q.report_id = f.report_id
WHERE f.fault <> 'fit'
"""

# The same person is known by number; equal identity digests only confirm, different ones refute.
PAIRS = """
WITH persons AS (
    SELECT s.*, k.person_key, coalesce(s.employed_from, DATE '1900-01-01') AS since,
           coalesce(s.employed_to, DATE '2999-12-31') AS until
    FROM staff s
    JOIN (SELECT person_id, institution_id, min(person_key) AS person_key FROM people
          GROUP BY person_id, institution_id) AS k
        ON k.person_id = s.person_id AND k.institution_id = s.institution_id
), same AS (
    SELECT a.institution_id, a.person_id, b.institution_id AS other_institution, b.person_id AS other_person, a.name,
           greatest(a.since, b.since) AS both_from, least(a.until, b.until) AS both_to
    FROM persons a JOIN persons b ON b.person_id = a.person_id AND b.institution_id <> a.institution_id
    WHERE a.person_key IS NULL OR b.person_key IS NULL OR a.person_key = b.person_key
    UNION
    SELECT a.institution_id, a.person_id, b.institution_id, b.person_id, a.name, greatest(a.since, b.since),
           least(a.until, b.until)
    FROM persons a JOIN persons b ON b.person_key = a.person_key AND b.institution_id <> a.institution_id
)
SELECT s.*, o.name AS other_name FROM same s
JOIN institutions m ON m.institution_id = s.institution_id
JOIN institutions o ON o.institution_id = s.other_institution
WHERE s.both_from + INTERVAL 1 DAY < s.both_to
  AND coalesce(m.legal_rep <> o.legal_rep, true) AND coalesce(m.phone <> o.phone, true)
"""

ACTS = """
SELECT r.institution_id, r.report_id, r.report_no, p.person_id, CAST(r.issued_at AS DATE) AS on_day, r.issued_at,
       r.field
FROM reports r
JOIN (SELECT DISTINCT institution_id, person_id FROM pairs) AS p ON p.institution_id = r.institution_id
    AND (p.person_id = r.tester_id OR p.person_id = r.reviewer_id OR p.person_id = r.signatory_id
         OR p.person_id = r.sampler_id)
UNION
SELECT r.institution_id, r.report_id, r.report_no, x.tester_id, CAST(r.issued_at AS DATE), r.issued_at, r.field
FROM results x JOIN reports r ON r.report_id = x.report_id
SEMI JOIN (SELECT DISTINCT institution_id, person_id FROM pairs) AS p
    ON p.institution_id = r.institution_id AND p.person_id = x.tester_id
WHERE NOT coalesce(x.subcontracted, false)
"""

SPELLS = """
SELECT institution_id, person_id, min(on_day) AS first_on, max(on_day) AS last_on, count(*) AS n
FROM acts GROUP BY institution_id, person_id
"""

# Going to and fro: the spells at both houses overlap. One after the other may be a change of job recorded late.
DOUBLE = f"""
SELECT p.*, a.n AS own_reports, b.n AS other_reports, a.first_on < b.last_on AND b.first_on < a.last_on AS to_and_fro,
       p.both_to - INTERVAL {CHANGE_OF_JOB_DAYS} DAY <= p.both_from AS short
FROM pairs p
JOIN spells a ON a.institution_id = p.institution_id AND a.person_id = p.person_id
JOIN spells b ON b.institution_id = p.other_institution AND b.person_id = p.other_person
"""

CLOSE = f"""
SELECT a.institution_id, a.report_id, a.report_no, a.person_id, a.issued_at, a.field, d.name, d.other_name,
       d.other_institution, d.to_and_fro, d.short, d.own_reports, d.other_reports, min(b.report_id) AS other_report,
       d.both_from, d.both_to
FROM double_work d
JOIN acts a ON a.institution_id = d.institution_id AND a.person_id = d.person_id
JOIN acts b ON b.institution_id = d.other_institution AND b.person_id = d.other_person
    AND b.on_day BETWEEN a.on_day - INTERVAL {WITHIN_DAYS} DAY AND a.on_day + INTERVAL {WITHIN_DAYS} DAY
WHERE a.on_day BETWEEN d.both_from AND d.both_to
GROUP BY ALL
"""

# Gone: the employment ended before the test began. Away: leave covers all of the test (a bare date means its day).
# Whoever else is named as tester of the report and was there may have done it.
ABSENT = """
WITH gone AS (
    SELECT w.report_id, w.person_id, w.institution_id, 'gone' AS nature,
           w.first_on <= s.employed_to + INTERVAL 1 DAY AS one_day, s.employed_from AS from_on, s.employed_to AS to_on
    FROM work w JOIN staff s ON s.person_id = w.person_id AND s.institution_id = w.institution_id
    WHERE s.employed_to < w.first_on
), away AS (
    SELECT w.report_id, w.person_id, w.institution_id, 'away' AS nature,
           NOT (min(a.from_at) < hj_days(min(w.begun_at), -1) AND max(a.to_at) > hj_days(max(w.until), 1)) AS one_day,
           CAST(min(a.from_at) AS DATE) AS from_on, CAST(max(a.to_at) AS DATE) AS to_on
    FROM work w
    JOIN absences a ON a.person_id = w.person_id AND a.institution_id = w.institution_id AND a.kind = 'leave'
        AND a.from_at < w.begun_at AND a.to_at > w.until
    GROUP BY w.report_id, w.person_id, w.institution_id
), missing AS (
    SELECT * FROM gone
    UNION ALL
    SELECT a.* FROM away a ANTI JOIN gone g ON g.report_id = a.report_id AND g.person_id = a.person_id
), present AS (
    SELECT DISTINCT w.report_id FROM work w
    ANTI JOIN missing m ON m.report_id = w.report_id AND m.person_id = w.person_id
)
SELECT w.report_id, w.report_no, w.institution_id, w.field, w.person_id, w.issued_at, w.first_on, w.last_on, s.name,
       s.qualification, m.nature, m.one_day, m.from_on, m.to_on,
       sum(CASE WHEN m.one_day THEN 0 ELSE 1 END) OVER (PARTITION BY w.institution_id, w.person_id) AS n
FROM missing m
JOIN work w ON w.report_id = m.report_id AND w.person_id = m.person_id
JOIN staff s ON s.person_id = w.person_id AND s.institution_id = w.institution_id
ANTI JOIN present p ON p.report_id = m.report_id
"""

HITS = f"""
SELECT institution_id, person_id AS subject_id, report_id, issued_at AS occurred_at,
       CASE WHEN fault <> 'lacking' AND one_day THEN 'S1' WHEN field IN ({LICENSED}) THEN 'S4' ELSE 'S3' END AS level,
       fault <> 'lacking' AND one_day AS slip, false AS firm, CAST(NULL AS DOUBLE) AS p_value,
       CASE WHEN fault <> 'lacking' AND one_day THEN 'slip' ELSE fault END AS nature, report_no, name, field,
       qualification, qualified_from AS from_on, qualified_to AS to_on, first_on AS worked_from, last_on AS worked_to,
       CAST(NULL AS VARCHAR) AS other_institution, CAST(NULL AS VARCHAR) AS other_name,
       CAST(NULL AS VARCHAR) AS other_report
FROM alone
UNION ALL
SELECT institution_id, person_id, report_id, issued_at,
       CASE WHEN NOT to_and_fro OR short THEN 'S2'
            WHEN field IN ({LICENSED}) THEN 'S4' ELSE 'S3' END,
       false, to_and_fro AND NOT short AND own_reports >= 2 AND other_reports >= 2, CAST(NULL AS DOUBLE),
       CASE WHEN to_and_fro AND NOT short THEN 'double' ELSE 'moving' END, report_no, name, field,
       CAST(NULL AS VARCHAR), nullif(both_from, DATE '1900-01-01'), nullif(both_to, DATE '2999-12-31'),
       CAST(issued_at AS DATE), CAST(issued_at AS DATE), other_institution, other_name, other_report
FROM close_reports
UNION ALL
SELECT institution_id, person_id, report_id, issued_at,
       CASE WHEN one_day THEN 'S1' WHEN n < {SEVERAL} THEN 'S2' ELSE 'S3' END, one_day, false, CAST(NULL AS DOUBLE),
       CASE WHEN one_day THEN nature || '_slip' ELSE nature END, report_no, name, field, qualification, from_on, to_on,
       first_on, last_on, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
FROM absent
"""

DETECTOR = Detector(
    id="A4",
    version=2,
    name="tester",
    title="检测人员无有效资格、同时在两家机构从业或检测时不在岗",
    meaning="做检测的人当时没有有效的资格证，或者同一个人在同一时期为两家机构出具报告，或者当时已经离职、正在休假。",
    violation="SUP-08",
    cluster="paperwork",
    kind="hard",
    level="S3",
    subject_kind="person",
    needs=(
        Need(
            table="reports",
            required=("issued_at", "tester_id", "field"),
            optional=("report_no", "reviewer_id", "signatory_id", "sampler_id", "started_at", "finished_at"),
        ),
        Need(
            table="people",
            required=("person_id", "institution_id"),
            optional=(
                "name",
                "qualification",
                "qualified_from",
                "qualified_to",
                "employed_from",
                "employed_to",
                "person_key",
            ),
        ),
        Need(table="institutions", required=("institution_id",), optional=("name", "legal_rep", "phone")),
        Need(
            table="results",
            required=("report_id",),
            optional=("tester_id", "subcontracted"),
            optional_table=True,
        ),
        Need(
            table="absences",
            required=("person_id", "institution_id", "kind", "from_at", "to_at"),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="work", sql=WORK),
        Step(name="staff", sql=STAFF),
        Step(name="recording", sql=RECORDING),
        Step(name="fitness", sql=FITNESS),
        Step(name="alone", sql=ALONE),
        Step(name="pairs", sql=PAIRS),
        Step(name="acts", sql=ACTS),
        Step(name="spells", sql=SPELLS),
        Step(name="double_work", sql=DOUBLE),
        Step(name="close_reports", sql=CLOSE),
        Step(name="absent", sql=ABSENT),
        Step(
            name="population",
            sql="SELECT w.institution_id, count(DISTINCT w.report_id) AS n FROM work w "
            "SEMI JOIN staff s ON s.institution_id = w.institution_id GROUP BY w.institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    says="报告 {report_no} 于 {occurred_at} 签发：{name}（{subject_id}）{nature}",
    words={
        "nature": {
            "lacking": "没有资格证，而本领域的检验人员须持证",
            "expired": "的资格证在检测时已过期",
            "early": "的资格证在检测时尚未生效",
            "slip": "的资格证期限与检测日期只差一天",
            "double": "同一时期还为另一家机构工作",
            "moving": "先后为两家机构工作，在职期重叠，可能是调动登记滞后",
            "gone": "在检测开始前已经离职",
            "gone_slip": "的离职日期与检测日期只差一天",
            "away": "在整个检测期间休假",
            "away_slip": "的休假与检测时间相接，可能是登记出入",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "subject_id": "人员编号",
        "name": "姓名",
        "field": "领域",
        "nature": "问题",
        "qualification": "资格证类别",
        "from_on": "资格、在职或休假起",
        "to_on": "资格、在职或休假止",
        "worked_from": "检测起",
        "worked_to": "检测止",
        "other_institution": "另一家机构",
        "other_name": "另一家机构名称",
        "other_report": "在另一家机构的报告",
    },
    on_site=(
        "查验人员资格证原件和发证机关的公示信息",
        "调取劳动合同、社会保险和个人所得税缴纳记录",
        "调取考勤、门禁和休假审批记录，核对检测当天谁在岗",
        "调取两家机构同期原始记录上的签名，询问本人",
    ),
    benign=(
        "同一报告另有持有效资格的检测人的，视为带教，不计",
        "资格期限与检测日期只差一天的，作为录入疑问",
        "按人员编号和身份摘要认人，不按姓名；摘要不同的不算同一人",
        "法定代表人或电话相同的机构视为同一主体的分支，不计",
        "两处报告没有交错、或在职重叠不足一个月的，可能是调动登记滞后，仅作疑问",
        "离职或休假的人只有一份报告的，可能是录入时选错了姓名，仅作疑问；同一报告另有在岗检测人的不计",
        "不上报资格信息的机构不判断资格；非持证领域只看已过期的证",
    ),
)
