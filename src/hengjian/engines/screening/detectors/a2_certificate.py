"""A2 – report under a certificate that was expired, suspended, revoked, unknown or another's (ACC-37)."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step
from hengjian.engines.screening.gate import CMA_GRAMMAR

USED = """
SELECT report_id, report_no, institution_id, certificate_no, issued_at, institution_text,
       CAST(issued_at AS DATE) AS issued_on,
       CAST(coalesce(finished_at, started_at, received_at) AS DATE) AS worked_on
FROM reports
WHERE certificate_no IS NOT NULL AND coalesce(cma_mark, true)
"""

OWNERS = "SELECT DISTINCT certificate_no, institution_id FROM certificates"

KNOWN = "SELECT DISTINCT institution_id FROM certificates"

NUMBERS = "SELECT certificate_no, min(institution_id) AS owner_id FROM certificates GROUP BY certificate_no"

# The number on the report is not one of the institution's own: whose is it, and is it one slip from an own number?
FOREIGN = f"""
WITH odd AS (
    SELECT u.* FROM used u
    JOIN known k ON k.institution_id = u.institution_id
    ANTI JOIN owners o ON o.certificate_no = u.certificate_no AND o.institution_id = u.institution_id
), numbers_used AS (
    SELECT DISTINCT institution_id, certificate_no FROM odd
), slips AS (
    SELECT DISTINCT n.institution_id, n.certificate_no FROM numbers_used n
    JOIN owners o ON o.institution_id = n.institution_id AND hj_near(n.certificate_no, o.certificate_no)
)
SELECT odd.*, n.owner_id, s.certificate_no IS NOT NULL AS near_own,
       regexp_matches(odd.certificate_no, '{CMA_GRAMMAR}') AS readable
FROM odd
LEFT JOIN numbers n ON n.certificate_no = odd.certificate_no
LEFT JOIN slips s ON s.institution_id = odd.institution_id AND s.certificate_no = odd.certificate_no
"""

# Own number, but no period of it covers the day of issue; `other` = another own certificate does.
LAPSED = """
WITH own AS (
    SELECT u.report_id, max(CASE WHEN u.issued_on BETWEEN c.valid_from AND c.valid_to THEN 1 ELSE 0 END) AS covered,
           max(CASE WHEN u.worked_on BETWEEN c.valid_from AND c.valid_to THEN 1 ELSE 0 END) AS work_covered,
           max(c.valid_to) AS valid_to, min(c.valid_from) AS valid_from,
           max(CASE WHEN c.renewal_applied_on <= c.valid_to THEN 1 ELSE 0 END) AS renewing
    FROM used u JOIN certificates c ON c.certificate_no = u.certificate_no AND c.institution_id = u.institution_id
    GROUP BY u.report_id
), outside AS (
    SELECT u.*, o.work_covered, o.valid_from, o.valid_to, o.renewing
    FROM used u JOIN own o ON o.report_id = u.report_id AND o.covered = 0
), others AS (
    SELECT DISTINCT x.report_id FROM outside x
    JOIN certificates c ON c.institution_id = x.institution_id AND c.certificate_no <> x.certificate_no
        AND x.issued_on BETWEEN c.valid_from AND c.valid_to
)
SELECT outside.*, others.report_id IS NOT NULL AS other,
       issued_on <= valid_to + INTERVAL 1 DAY AND issued_on >= valid_from - INTERVAL 1 DAY AS one_day
FROM outside LEFT JOIN others ON others.report_id = outside.report_id
"""

STANDINGS = """
SELECT certificate_no, status, status_from AS from_on, CAST(NULL AS DATE) AS to_on
FROM certificates WHERE status IN ('suspended', 'revoked', 'cancelled') AND status_from IS NOT NULL
UNION
SELECT certificate_no, status, from_on, to_on
FROM certificate_status WHERE status IN ('suspended', 'revoked', 'cancelled')
"""

HALTED = """
SELECT u.report_id, min(s.status) AS status, min(s.from_on) AS from_on, max(s.to_on) AS to_on,
       max(CASE WHEN u.worked_on >= s.from_on THEN 1 ELSE 0 END) AS worked_in,
       min(CASE WHEN u.issued_on > s.from_on + INTERVAL 1 DAY
                 AND (s.to_on IS NULL OR u.issued_on < s.to_on - INTERVAL 1 DAY) THEN 0 ELSE 1 END) AS one_day
FROM used u
JOIN owners o ON o.certificate_no = u.certificate_no AND o.institution_id = u.institution_id
JOIN standings s ON s.certificate_no = u.certificate_no
    AND u.issued_on >= s.from_on AND (s.to_on IS NULL OR u.issued_on <= s.to_on)
GROUP BY u.report_id
"""

HITS = """
SELECT institution_id, institution_id AS subject_id, report_id, issued_at AS occurred_at,
       CASE WHEN NOT readable THEN 'S1' ELSE 'S5' END AS level, near_own AS slip,
       owner_id IS NOT NULL AND NOT near_own AS firm, CAST(NULL AS DOUBLE) AS p_value,
       certificate_no,
       CASE WHEN NOT readable THEN 'unreadable' WHEN owner_id IS NULL THEN 'unknown' ELSE 'foreign' END AS fault,
       report_no, owner_id, institution_text,
       CAST(NULL AS DATE) AS valid_from, CAST(NULL AS DATE) AS valid_to
FROM "foreign_numbers"
UNION ALL
SELECT institution_id, institution_id, report_id, issued_at,
       CASE WHEN renewing = 1 OR other THEN 'S2' ELSE 'S4' END, one_day,
       NOT one_day AND work_covered = 0 AND worked_on IS NOT NULL, CAST(NULL AS DOUBLE),
       certificate_no, CASE WHEN issued_on < valid_from THEN 'early' ELSE 'expired' END,
       report_no, CAST(NULL AS VARCHAR), institution_text, valid_from, valid_to
FROM lapsed
UNION ALL
SELECT u.institution_id, u.institution_id, u.report_id, u.issued_at, 'S4', h.one_day = 1,
       h.one_day = 0 AND h.worked_in = 1, CAST(NULL AS DOUBLE),
       u.certificate_no, h.status, u.report_no, CAST(NULL AS VARCHAR), u.institution_text, h.from_on, h.to_on
FROM halted h JOIN used u ON u.report_id = h.report_id
"""

DETECTOR = Detector(
    id="A2",
    version=1,
    name="certificate",
    title="报告使用的资质认定证书在签发日不可用",
    meaning="签发报告的当天，报告上的资质认定证书已过期、未生效、被暂停、撤销或注销，或者证书编号不存在、属于别的机构。",
    violation="ACC-37",
    cluster="paperwork",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("certificate_no", "issued_at"),
            optional=("report_no", "cma_mark", "institution_text", "received_at", "started_at", "finished_at"),
        ),
        Need(
            table="certificates",
            required=("certificate_no", "institution_id", "valid_from", "valid_to"),
            optional=("status", "status_from", "renewal_applied_on"),
        ),
        Need(
            table="certificate_status",
            required=("certificate_no", "status", "from_on"),
            optional=("to_on",),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="used", sql=USED),
        Step(name="owners", sql=OWNERS),
        Step(name="known", sql=KNOWN),
        Step(name="numbers", sql=NUMBERS),
        Step(name="foreign_numbers", sql=FOREIGN),
        Step(name="lapsed", sql=LAPSED),
        Step(name="standings", sql=STANDINGS),
        Step(name="halted", sql=HALTED),
        Step(
            name="population",
            sql="SELECT u.institution_id, count(*) AS n FROM used u "
            "JOIN known k ON k.institution_id = u.institution_id GROUP BY u.institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("certificate_no", "fault"),
    says="报告 {report_no} 于 {occurred_at} 签发，所用证书 {certificate_no} {fault}",
    words={
        "fault": {
            "unreadable": "编号不合编码规则",
            "unknown": "在证书库中查不到",
            "foreign": "属于其他机构",
            "early": "当时尚未生效",
            "expired": "当时已过有效期",
            "suspended": "当时处于暂停状态",
            "revoked": "当时已被撤销",
            "cancelled": "当时已被注销",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "certificate_no": "证书编号",
        "fault": "问题",
        "owner_id": "证书所属机构",
        "institution_text": "报告所载机构名称",
        "valid_from": "有效期起／状态起",
        "valid_to": "有效期止／状态止",
    },
    on_site=(
        "调取证书正副本、变更与延续审批文书",
        "抽取该期间报告原件，核对所盖CMA标志与证书编号",
        "调取报告编号登记簿和用章登记，确认签发时间",
    ),
    benign=(
        "有效期届满前已申请延续的，仅作疑问列出",
        "同一机构另有证书覆盖签发日的，仅作疑问列出",
        "编号与本机构证书只差一个字符或相邻两字颠倒的，视为录入差错",
        "与有效期相差一天以内的，视为日期录入差错",
        "未使用CMA标志的报告不计",
    ),
)
