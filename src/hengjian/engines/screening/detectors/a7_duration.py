"""A7 – a test was finished in less time than its method physically needs (SUP-14.3)."""

from __future__ import annotations

from hengjian.engines.screening.detector import DAY, Detector, Need, Step

SHARE_OF_MINIMUM = 0.98
FAR_BELOW = 0.5
PRELIMINARY = "初步|预报告|中期|阶段性"

# Least hours by item and method; where the method is not told on either side, by item and product standard.
BY_METHOD = """
SELECT item_code, method_no, min(min_hours) AS min_hours FROM standard_items
WHERE min_hours > 0 AND method_no IS NOT NULL GROUP BY item_code, method_no
"""

BY_STANDARD = """
SELECT item_code, standard_no, min(min_hours) AS min_hours, count(method_no) AS with_method
FROM standard_items WHERE min_hours > 0 GROUP BY item_code, standard_no
"""

# The reports that are final, with the unit of the items' own times and that of times taken from the report.
FINAL = f"""
SELECT r.report_id, r.standard_no, r.started_at, r.finished_at,
       greatest(coalesce(c.results__started_at, {DAY}), coalesce(c.results__finished_at, {DAY})) AS own_unit_s,
       greatest(coalesce(c.reports__started_at, {DAY}), coalesce(c.reports__finished_at, {DAY}),
                coalesce(c.results__started_at, 1), coalesce(c.results__finished_at, 1)) AS lent_unit_s
FROM reports r LEFT JOIN clock c ON c.institution_id = r.institution_id
WHERE NOT regexp_matches(coalesce(r.remarks, ''), '{PRELIMINARY}')
"""


def _readings(among: str = "") -> str:
    """The results whose least time is known, with their own times or the report's; `among` bounds the reports."""
    return f"""
SELECT * FROM (
    SELECT x.report_id, x.item_code, coalesce(x.method_no, '') AS method_no,
           coalesce(x.started_at, r.started_at) AS started_at, coalesce(x.finished_at, r.finished_at) AS finished_at,
           CASE WHEN x.started_at IS NOT NULL AND x.finished_at IS NOT NULL THEN 1 ELSE 0 END AS own_times,
           CASE WHEN x.method_no IS NOT NULL THEN m.min_hours ELSE coalesce(s.min_hours, 0) END AS min_hours,
           r.own_unit_s, r.lent_unit_s
    FROM results x
    JOIN final r ON r.report_id = x.report_id
    {among}
    LEFT JOIN by_method m ON m.item_code = x.item_code AND m.method_no = x.method_no
    LEFT JOIN by_standard s ON s.item_code = x.item_code AND s.standard_no = r.standard_no
    WHERE NOT coalesce(x.subcontracted, false) AND coalesce(m.min_hours, s.min_hours) IS NOT NULL
) AS known WHERE min_hours > 0"""


# Reports none of whose readings is short or starts at midnight, all timed in one way, need no closer look.
OUTLINES = f"""
SELECT report_id, max(min_hours) * 3600 AS longest_s,
       max(CASE WHEN own_times = 1 THEN own_unit_s ELSE lent_unit_s END) AS unit_s,
       min(own_times) < max(own_times)
           OR max(CASE WHEN CAST(hj_epoch(started_at) AS BIGINT) % {DAY} <> 0
                            AND hj_epoch(finished_at) - hj_epoch(started_at) >= min_hours * 3600 * {SHARE_OF_MINIMUM}
                       THEN 0 ELSE 1 END) = 1 AS doubtful
FROM ({_readings()}) AS readings
GROUP BY report_id
"""

# One test = one item of one report, from the first reading's start to the last one's end.
TIMED = f"""
SELECT report_id, item_code, method_no, started_at, finished_at, own_times, min_hours,
       hj_epoch(finished_at) - hj_epoch(started_at) AS span_s,
       CASE WHEN CAST(hj_epoch(started_at) AS BIGINT) % {DAY} = 0
                 AND CAST(hj_epoch(finished_at) AS BIGINT) % {DAY} = 0 THEN {DAY}
            WHEN own_times = 1 THEN own_unit_s ELSE lent_unit_s END AS unit_s
FROM (
    SELECT report_id, item_code, method_no, min(started_at) AS started_at, max(finished_at) AS finished_at,
           min(own_times) AS own_times, max(min_hours) AS min_hours, max(own_unit_s) AS own_unit_s,
           max(lent_unit_s) AS lent_unit_s
    FROM ({_readings("SEMI JOIN (SELECT report_id FROM outlines WHERE doubtful) AS o ON o.report_id = x.report_id")})
         AS readings
    GROUP BY report_id, item_code, method_no
) AS tests
WHERE finished_at >= started_at
"""

POPULATION = """
SELECT r.institution_id, count(*) AS n
FROM reports r
SEMI JOIN (
    SELECT report_id FROM outlines WHERE NOT doubtful AND unit_s < longest_s
    UNION ALL
    SELECT report_id FROM timed WHERE unit_s < min_hours * 3600
) AS t ON t.report_id = r.report_id
GROUP BY r.institution_id
"""

# `before`: since when the sample was there. The report's own start and end count where they are not mere copies of
# the item's. A bare date means the whole day.
SHORT = f"""
SELECT t.*, r.institution_id, r.report_no, r.issued_at, t.min_hours * 3600 * {SHARE_OF_MINIMUM} AS least_s,
       hj_epoch(t.started_at) AS t0, hj_epoch(t.finished_at) AS t1,
       extract(day FROM t.started_at) AS d0, extract(day FROM t.finished_at) AS d1,
       hj_epoch(coalesce(r.received_at, r.sampled_at)) AS before,
       hj_epoch(r.issued_at) + CASE WHEN CAST(hj_epoch(r.issued_at) AS BIGINT) % {DAY} = 0 THEN {DAY}
                                    ELSE 0 END AS issued,
       CASE WHEN t.own_times = 1 AND r.finished_at > t.finished_at
            THEN hj_epoch(r.finished_at) + CASE WHEN CAST(hj_epoch(r.finished_at) AS BIGINT) % {DAY} = 0 THEN {DAY}
                                                ELSE 0 END END AS report_end,
       CASE WHEN t.own_times = 1 AND r.started_at < t.started_at THEN hj_epoch(r.started_at) END AS report_start
FROM timed t JOIN reports r ON r.report_id = t.report_id
WHERE t.span_s + CASE WHEN t.unit_s > 1 THEN t.unit_s ELSE 0 END < t.min_hours * 3600 * {SHARE_OF_MINIMUM}
"""

# One date a day off, or with its two digits exchanged, would give the method its time and still lie in between.
MENDED = f"""
SELECT *,
       greatest(CASE WHEN report_start IS NULL AND earlier <= t0 AND (before IS NULL OR earlier >= before)
                     THEN t1 - earlier ELSE 0 END,
                CASE WHEN report_start IS NULL AND (before IS NULL OR t0 - {DAY} >= before) THEN span_s + {DAY}
                     ELSE 0 END,
                CASE WHEN report_start IS NOT NULL AND report_start <= t0 - {DAY} THEN span_s + {DAY} ELSE 0 END,
                CASE WHEN after IS NULL OR t1 + {DAY} <= after THEN span_s + {DAY} ELSE 0 END,
                CASE WHEN later >= t1 AND (after IS NULL OR later <= after) THEN later - t0 ELSE 0 END
       ) + unit_s >= least_s AS slip,
       before IS NOT NULL AND issued - before + unit_s < least_s AND issued >= before AS firm
FROM (
    SELECT *, least(issued, report_end) AS after, t0 + (d0 % 10 * 10 + d0 // 10 - d0) * {DAY} AS earlier,
           t1 + CASE WHEN d1 % 10 * 10 + d1 // 10 <= 31 THEN (d1 % 10 * 10 + d1 // 10 - d1) * {DAY} ELSE 0 END AS later
    FROM short
) AS s
"""

# Items of one method are usually one run: the shortest of them is told. Slips of the pen do not ask for the method, so
# they are counted together over all methods.
HITS = f"""
WITH names AS (
    SELECT x.report_id, x.item_code, coalesce(x.method_no, '') AS method_no, max(x.item_name) AS item_name
    FROM results x SEMI JOIN mended d ON d.report_id = x.report_id
    WHERE NOT coalesce(x.subcontracted, false)
    GROUP BY x.report_id, x.item_code, coalesce(x.method_no, '')
), named AS (
    SELECT d.*, n.item_name FROM mended d
    JOIN names n ON n.report_id = d.report_id AND n.item_code = d.item_code AND n.method_no = d.method_no
)
SELECT institution_id, institution_id AS subject_id, report_id, finished_at AS occurred_at,
       CASE WHEN unit_s = 1 AND span_s < {FAR_BELOW} * min_hours * 3600 THEN 'S5' ELSE 'S4' END AS level,
       slip AND NOT firm AS slip, firm, CAST(NULL AS DOUBLE) AS p_value, item_code, method_no,
       CASE WHEN slip AND NOT firm THEN 'slip' ELSE 'short' END AS nature,
       CASE WHEN slip AND NOT firm THEN '' ELSE method_no END AS basis,
       report_no, coalesce(item_name, item_code) AS item_name, started_at, finished_at, issued_at,
       round(span_s / 3600.0, 2) AS hours, min_hours, round(span_s / 36.0 / min_hours, 1) AS percent
FROM named
QUALIFY row_number() OVER (PARTITION BY report_id, method_no ORDER BY firm DESC, slip, percent, item_code) = 1
"""

DETECTOR = Detector(
    id="A7",
    version=1,
    name="duration",
    title="检测用时短于方法所需的最短时间",
    meaning="从检测开始到结束的时间不够完成该方法规定的培养、养护、消解等过程，检测可能没有按方法做完，或者没有做。",
    violation="SUP-14.3",
    cluster="time",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code"),
            optional=("item_name", "method_no", "started_at", "finished_at", "subcontracted"),
        ),
        Need(
            table="reports",
            required=("issued_at",),
            optional=(
                "report_no",
                "standard_no",
                "sampled_at",
                "received_at",
                "started_at",
                "finished_at",
                "remarks",
            ),
        ),
        Need(
            table="standard_items",
            required=("standard_no", "item_code", "min_hours"),
            optional=("method_no",),
        ),
    ),
    steps=(
        Step(name="by_method", sql=BY_METHOD),
        Step(name="by_standard", sql=BY_STANDARD),
        Step(name="final", sql=FINAL),
        Step(name="outlines", sql=OUTLINES),
        Step(name="timed", sql=TIMED),
        Step(name="short", sql=SHORT),
        Step(name="mended", sql=MENDED),
        Step(name="population", sql=POPULATION),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("basis", "nature"),
    says="报告 {report_no} 的 {item_name}：{started_at} 至 {finished_at}，用时 {hours} 小时，"
    "方法至少需要 {min_hours} 小时（仅为其 {percent}%）",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "item_code": "项目编号",
        "item_name": "项目",
        "method_no": "检测方法",
        "started_at": "检测开始",
        "finished_at": "检测结束",
        "issued_at": "签发时间",
        "hours": "实际小时数",
        "min_hours": "方法所需最短小时数",
        "percent": "占最短时间的百分比",
        "nature": "性质",
    },
    words={"nature": {"slip": "可由一处日期录入差错解释", "short": "用时不足"}},
    on_site=(
        "调取培养箱、养护室、气候箱等设备的运行与温度记录，核对该样品的放入和取出时间",
        "调取原始记录和样品流转单，核对开始与结束时间",
        "核对实际使用的方法，是否为经批准的快速方法",
    ),
    benign=(
        "只与同一方法的最短时间比较，使用其他方法（如快速方法）的不判断",
        "留有百分之二的余量，并加上一个时间记录单位（分或天）",
        "分包项目、注明初步或阶段性结果的报告不计",
        "开始或结束日期错一天、日期两位颠倒即可解释，且与收样、签发时间不矛盾的，作为数据疑问",
        "结束早于开始的，由时间先后的检查处理",
    ),
)
