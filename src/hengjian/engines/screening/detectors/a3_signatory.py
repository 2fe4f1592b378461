"""A3 – reports signed by somebody who was not authorised, or was not there to sign (SUP-12)."""

from __future__ import annotations

from hengjian.engines.screening.detector import DAY, Detector, Need, Step

SERIAL_USES = 5
SERIAL_SHARE = 0.9
EMPTY_FILE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

# An authorisation that ends with its certificate is open here: that the certificate ran out is A2's finding.
AUTHORISED = """
SELECT DISTINCT c.institution_id, s.person_id, s.field,
       CASE WHEN s.valid_from > c.valid_from THEN s.valid_from END AS valid_from,
       CASE WHEN s.valid_to < c.valid_to THEN s.valid_to END AS valid_to
FROM signatories s
JOIN (SELECT certificate_no, institution_id, min(valid_from) AS valid_from, max(valid_to) AS valid_to
      FROM certificates GROUP BY certificate_no, institution_id) AS c ON c.certificate_no = s.certificate_no
"""

SIGNED = """
SELECT r.report_id, r.report_no, r.institution_id, r.field, r.signatory_id, r.signatory_text, r.issued_at, r.signed_at,
       coalesce(r.signed_at, r.issued_at) AS at, CAST(coalesce(r.signed_at, r.issued_at) AS DATE) AS signed_on,
       CAST(r.issued_at AS DATE) AS issued_on, r.sign_mode, r.esign_serial, r.signature_sha256, r.corrects
FROM reports r
WHERE r.signatory_id IS NOT NULL AND coalesce(r.cma_mark, true)
  AND coalesce(r.purpose, 'client') <> 'qc' AND coalesce(r.purpose, 'client') <> 'pt'
"""

COUNTED = """
SELECT s.* FROM signed s SEMI JOIN authorised a ON a.institution_id = s.institution_id
"""

# The authorisation may cover the day of signing or the day of issue: the kinder of the two counts.
UNCOVERED = """
SELECT s.* FROM counted s
ANTI JOIN authorised a ON a.institution_id = s.institution_id AND a.person_id = s.signatory_id
    AND coalesce(a.field, s.field) = s.field
    AND ((coalesce(a.valid_from, s.signed_on) <= s.signed_on AND coalesce(a.valid_to, s.signed_on) >= s.signed_on)
      OR (coalesce(a.valid_from, s.issued_on) <= s.issued_on AND coalesce(a.valid_to, s.issued_on) >= s.issued_on))
"""

RIGHTS = """
SELECT u.report_id, count(a.person_id) AS any_right,
       count(CASE WHEN coalesce(a.field, u.field) = u.field THEN a.person_id END) AS in_field,
       count(CASE WHEN coalesce(a.field, u.field) = u.field
                   AND coalesce(a.valid_from, u.signed_on) <= u.signed_on + INTERVAL 1 DAY
                   AND coalesce(a.valid_to, u.signed_on) >= u.signed_on - INTERVAL 1 DAY
                  THEN a.person_id END) AS one_day,
       min(CASE WHEN coalesce(a.field, u.field) = u.field THEN a.valid_from END) AS valid_from,
       max(CASE WHEN coalesce(a.field, u.field) = u.field THEN a.valid_to END) AS valid_to,
       min(a.field) AS right_field
FROM uncovered u
LEFT JOIN authorised a ON a.institution_id = u.institution_id AND a.person_id = u.signatory_id
GROUP BY u.report_id
"""

SWAPPED = """
SELECT DISTINCT u.institution_id, u.signatory_id
FROM (SELECT DISTINCT institution_id, signatory_id FROM uncovered) AS u
JOIN authorised a ON a.institution_id = u.institution_id AND hj_swapped(a.person_id, u.signatory_id)
"""

# The name on the report says the same person as the number: two fields agree that the unauthorised one signed.
NAMES = "SELECT DISTINCT person_id, name FROM people WHERE name IS NOT NULL"

EMPLOYED = """
SELECT person_id, institution_id, min(employed_from) AS employed_from,
       CASE WHEN count(*) = count(employed_to) THEN max(employed_to) END AS employed_to
FROM people GROUP BY person_id, institution_id
"""

LEFT_HOUSE = """
SELECT s.report_id, e.employed_from, e.employed_to,
       s.signed_on <= coalesce(e.employed_to, s.signed_on) + INTERVAL 1 DAY
         AND s.signed_on >= coalesce(e.employed_from, s.signed_on) - INTERVAL 1 DAY AS one_day
FROM counted s JOIN employed e ON e.person_id = s.signatory_id AND e.institution_id = s.institution_id
WHERE (e.employed_to < s.signed_on AND e.employed_to < s.issued_on)
   OR (e.employed_from > s.signed_on AND e.employed_from > s.issued_on)
"""

# Away: on leave; on a journey or in training only where a signature by hand is claimed. A bare date means all of it.
AWAY = f"""
SELECT s.report_id, min(a.kind) AS kind, min(a.from_at) AS from_at, max(a.to_at) AS to_at,
       max(CASE WHEN hj_days(s.at, -1) > a.from_at AND hj_days(s.until, 1) < a.to_at THEN 0 ELSE 1 END) AS one_day
FROM (
    SELECT c.*, CASE WHEN CAST(hj_epoch(c.at) AS BIGINT) % {DAY} = 0 THEN hj_days(c.at, 1) ELSE c.at END AS until
    FROM counted c
) AS s
JOIN absences a ON a.person_id = s.signatory_id AND a.institution_id = s.institution_id
    AND a.from_at < s.at AND a.to_at > s.until
WHERE (a.kind = 'leave' OR s.sign_mode = 'wet')
  AND (s.sign_mode = 'wet' OR s.signed_at IS NOT NULL)
GROUP BY s.report_id
"""

SERIALS = f"""
SELECT esign_serial, min(CASE WHEN best = 1 THEN signatory_id END) AS owner_id
FROM (
    SELECT esign_serial, signatory_id, n, sum(n) OVER (PARTITION BY esign_serial) AS total,
           row_number() OVER (PARTITION BY esign_serial ORDER BY n DESC, signatory_id) AS best
    FROM (SELECT esign_serial, signatory_id, count(*) AS n FROM signed
          WHERE esign_serial IS NOT NULL AND coalesce(sign_mode, 'esign') = 'esign'
          GROUP BY esign_serial, signatory_id) AS uses
) AS ranked
GROUP BY esign_serial
HAVING count(*) > 1 AND max(total) >= {SERIAL_USES} AND max(n) >= {SERIAL_SHARE} * max(total)
"""

FOREIGN_SERIAL = """
SELECT s.report_id, o.owner_id, hj_swapped(o.owner_id, s.signatory_id) AS slip
FROM counted s JOIN serials o ON o.esign_serial = s.esign_serial AND o.owner_id <> s.signatory_id
WHERE coalesce(s.sign_mode, 'esign') = 'esign'
"""

# Two signatures by hand are never the same bytes. A picture that many houses share is a blank.
PICTURES = f"""
SELECT institution_id, signature_sha256, count(*) AS uses, min(report_id) AS first_report
FROM counted
WHERE sign_mode = 'wet' AND signature_sha256 IS NOT NULL AND signature_sha256 <> '{EMPTY_FILE}' AND corrects IS NULL
GROUP BY institution_id, signature_sha256
HAVING count(*) > 1
"""

BLANKS = """
SELECT signature_sha256 FROM pictures GROUP BY signature_sha256 HAVING count(DISTINCT institution_id) > 2
"""

HITS = """
WITH facts AS (
    SELECT u.report_id,
           CASE WHEN r.one_day > 0 OR (w.signatory_id IS NOT NULL AND n.name IS NULL) THEN 'slip'
                WHEN r.any_right = 0 THEN 'none'
                WHEN r.in_field = 0 THEN 'field' ELSE 'period' END AS nature,
           CASE WHEN r.one_day > 0 THEN 'S1' ELSE 'S4' END AS level,
           r.one_day > 0 OR (w.signatory_id IS NOT NULL AND n.name IS NULL) AS slip,
           n.name IS NOT NULL AS firm,
           r.valid_from AS from_on, r.valid_to AS to_on, r.right_field, CAST(NULL AS VARCHAR) AS other
    FROM uncovered u
    JOIN rights r ON r.report_id = u.report_id
    LEFT JOIN swapped w ON w.institution_id = u.institution_id AND w.signatory_id = u.signatory_id
    LEFT JOIN names n ON n.person_id = u.signatory_id AND n.name = u.signatory_text
    UNION ALL
    SELECT report_id, CASE WHEN one_day THEN 'left_slip' ELSE 'left' END, CASE WHEN one_day THEN 'S1' ELSE 'S4' END,
           one_day, false, employed_from,
           employed_to, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
    FROM left_house
    UNION ALL
    SELECT report_id, CASE WHEN one_day = 1 THEN 'away_slip' ELSE 'away' END, 'S4', one_day = 1, false,
           CAST(from_at AS DATE), CAST(to_at AS DATE), CAST(NULL AS VARCHAR), kind
    FROM away
    UNION ALL
    SELECT report_id, 'serial', 'S4', slip, false, CAST(NULL AS DATE), CAST(NULL AS DATE), CAST(NULL AS VARCHAR),
           owner_id
    FROM foreign_serial
    UNION ALL
    SELECT c.report_id, 'picture', 'S4', false, false, CAST(NULL AS DATE), CAST(NULL AS DATE), CAST(NULL AS VARCHAR),
           CASE WHEN p.first_report <> c.report_id THEN p.first_report END
    FROM pictures p
    ANTI JOIN blanks b ON b.signature_sha256 = p.signature_sha256
    JOIN counted c ON c.institution_id = p.institution_id AND c.signature_sha256 = p.signature_sha256
        AND c.sign_mode = 'wet' AND c.corrects IS NULL
)
SELECT s.institution_id, s.signatory_id AS subject_id, s.report_id, s.at AS occurred_at, f.level, f.slip,
       f.firm AND NOT f.slip AS firm, CAST(NULL AS DOUBLE) AS p_value, f.nature, s.report_no, s.field,
       s.signatory_text, s.signed_at, s.issued_at, s.sign_mode, f.from_on, f.to_on, f.right_field, f.other
FROM facts f JOIN counted s ON s.report_id = f.report_id
"""

DETECTOR = Detector(
    id="A3",
    version=1,
    name="signatory",
    title="报告由无权或不在岗的人签发",
    meaning="签发报告的人在签发日不是该领域的授权签字人，或者当时已离职、正在休假，或者签名不是本人的，签名可能是冒用的。",
    violation="SUP-12",
    cluster="paperwork",
    kind="hard",
    level="S4",
    subject_kind="person",
    needs=(
        Need(
            table="reports",
            required=("issued_at", "signatory_id", "field"),
            optional=(
                "report_no",
                "cma_mark",
                "purpose",
                "signatory_text",
                "signed_at",
                "sign_mode",
                "esign_serial",
                "signature_sha256",
                "corrects",
            ),
        ),
        Need(
            table="signatories",
            required=("person_id", "certificate_no"),
            optional=("field", "valid_from", "valid_to"),
        ),
        Need(table="certificates", required=("certificate_no", "institution_id", "valid_from", "valid_to")),
        Need(
            table="people",
            required=("person_id", "institution_id"),
            optional=("name", "employed_from", "employed_to"),
            optional_table=True,
        ),
        Need(
            table="absences",
            required=("person_id", "institution_id", "from_at", "to_at"),
            optional=("kind",),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="authorised", sql=AUTHORISED),
        Step(name="signed", sql=SIGNED),
        Step(name="counted", sql=COUNTED),
        Step(name="uncovered", sql=UNCOVERED),
        Step(name="rights", sql=RIGHTS),
        Step(name="swapped", sql=SWAPPED),
        Step(name="names", sql=NAMES),
        Step(name="employed", sql=EMPLOYED),
        Step(name="left_house", sql=LEFT_HOUSE),
        Step(name="away", sql=AWAY),
        Step(name="serials", sql=SERIALS),
        Step(name="foreign_serial", sql=FOREIGN_SERIAL),
        Step(name="pictures", sql=PICTURES),
        Step(name="blanks", sql=BLANKS),
        Step(name="population", sql="SELECT institution_id, count(*) AS n FROM counted GROUP BY institution_id"),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    says="报告 {report_no} 于 {occurred_at} 由 {signatory_text}（{subject_id}）签发，{nature}",
    words={
        "nature": {
            "slip": "与授权名单不符，但只差一处录入",
            "none": "该人不在授权签字人名单内",
            "field": "该人的授权不含本领域",
            "period": "该人的授权当时尚未生效或已到期",
            "left": "该人当时不在职",
            "left_slip": "与在职日期只差一天",
            "away": "该人当时有缺勤记录",
            "away_slip": "该人当时有缺勤记录，但日期错一天即可解释",
            "serial": "所用电子签名证书一向为他人使用",
            "picture": "所称手写签名与其他报告的图像逐字节相同",
        },
        "other": {"leave": "请假", "travel": "出差", "training": "培训"},
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "行为时间",
        "subject_id": "签字人编号",
        "signatory_text": "签字人姓名",
        "field": "报告领域",
        "right_field": "其授权领域",
        "nature": "问题",
        "signed_at": "签名时间",
        "issued_at": "签发时间",
        "sign_mode": "签名方式",
        "from_on": "授权／在职／缺勤起",
        "to_on": "授权／在职／缺勤止",
        "other": "缺勤类别、证书使用人或同图报告",
    },
    on_site=(
        "调取授权签字人批准文书和机构的授权文件，核对领域与期限",
        "调取报告原件，询问署名人是否本人签署，必要时做笔迹鉴定",
        "调取电子签名平台日志、考勤和出差记录",
    ),
    benign=(
        "授权与证书同时到期的，由证书检查处理",
        "机构任何一张证书上的授权都算；签名日或签发日有一天在授权期内即可",
        "未使用CMA标志的报告、质控和能力验证不计；没有授权签字人名单的机构不判断",
        "授权或在职日期只差一天，或人员编号相邻两位颠倒而姓名对不上的，作为录入疑问",
        "电子签名可在外出时签署，出差和培训只用于手写签名；只有签发日期的电子签名不与休假比较",
        "签名图像相同只用于声明为手写的签名，更正报告和各机构共有的空白图像不计",
    ),
)
