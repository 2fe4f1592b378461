"""A6 – times of a report in an impossible order (SUP-15.5): `sampled ≤ received ≤ started ≤ finished ≤ issued ≤ …`."""

from __future__ import annotations

from hengjian.engines.screening.detector import DAY, Detector, Need, Step

TOLERANCE_S = 120
CLOCK_S = 900
OTHER_CLOCKS = ("uploaded_at", "signed_at")
"""Stamped by other machines than the one that says when work was done: minutes between them are a matter of clocks."""

WORDS = {
    "sampled_at": "抽样时间",
    "sampling_ended_at": "采样结束时间",
    "received_at": "收样时间",
    "started_at": "检测开始时间",
    "finished_at": "检测结束时间",
    "issued_at": "签发时间",
    "signed_at": "签名时间",
    "uploaded_at": "上报时间",
}
PAIRS = (
    ("sampled_at", "sampling_ended_at"),
    ("sampled_at", "received_at"),
    ("sampling_ended_at", "received_at"),
    ("sampled_at", "started_at"),
    ("received_at", "started_at"),
    ("received_at", "finished_at"),
    ("started_at", "finished_at"),
    ("finished_at", "issued_at"),
    ("started_at", "issued_at"),
    ("received_at", "issued_at"),
    ("finished_at", "signed_at"),
    ("issued_at", "uploaded_at"),
)
"""(earlier, later); a report accused by a pair shows it, and only its tightest pairs are told."""

FIELDS = tuple(WORDS)


def _ticks(column: str) -> str:
    """Seconds since 1970 floored to the coarser of the institution's resolution and a date without a time."""
    epoch = f"CAST(floor(hj_epoch(r.{column})) AS BIGINT)"
    return (
        f"{epoch} AS {column}_e, "
        f"CASE WHEN {epoch} % {DAY} = 0 THEN {DAY} ELSE coalesce(c.reports__{column}, {DAY}) END AS {column}_r"
    )


# What one slip of the pen (± 1 day, swapped digits of the day or of the month) can take off or add, in seconds.
def _slip(column: str, which: str) -> str:
    day, month = f"extract(day FROM r.{column})", f"extract(month FROM r.{column})"
    swapped = f"({day} % 10 * 10 + {day} // 10)"
    days = f"CASE WHEN {swapped} BETWEEN 1 AND 31 THEN {swapped} - {day} ELSE 0 END"
    months = f"CASE {month} WHEN 1 THEN 273 WHEN 10 THEN -273 ELSE 0 END"
    one = 1 if which == "greatest" else -1
    return f"{which}({one}, {days}, {months}) * {DAY} AS {column}_{which}"


TIMES = f"""
SELECT r.report_id, r.report_no, r.institution_id, {", ".join(f"r.{field}" for field in FIELDS)},
       coalesce(s.skew_s, 0) AS skew_s,
       {", ".join(_ticks(field) for field in FIELDS)},
       {", ".join(_slip(field, "least") for field in FIELDS)},
       {", ".join(_slip(field, "greatest") for field in FIELDS)}
FROM reports r
LEFT JOIN clock c ON c.institution_id = r.institution_id
LEFT JOIN skew s ON s.institution_id = r.institution_id
"""


def _broken(earlier: str, later: str) -> str:
    """Reports with `earlier` after `later` by more than two minutes and skew (by more than a day at day resolution).

    `by_clock` marks gaps that two honest clocks can make between them; they also remain where a slip has been mended.
    """
    unit = f"greatest({earlier}_r, {later}_r)"
    gap = f"(({earlier}_e // {unit}) * {unit} - ({later}_e // {unit}) * {unit})"
    skew = " + greatest(0, -skew_s)" if later == "uploaded_at" else ""
    allowed = f"CASE WHEN {unit} >= {DAY} THEN {DAY} ELSE {TOLERANCE_S} END{skew}"
    clocks = CLOCK_S if later in OTHER_CLOCKS else 0
    mended = f"greatest({allowed}, {clocks})"
    return f"""
    SELECT report_id, report_no, institution_id, '{earlier}' AS earlier, '{later}' AS later,
           {earlier} AS earlier_at, {later} AS later_at, {gap} AS gap_s,
           {gap} + {earlier}_least <= {mended} AS by_earlier,
           {gap} - {later}_greatest <= {mended} AS by_later,
           {gap} <= {clocks} AS by_clock
    FROM times WHERE {gap} > {allowed}"""


APART = " UNION ALL ".join(_broken(*pair) for pair in PAIRS)

# What clocks explain accuses nobody and does not count as a second contradiction.
BROKEN = "SELECT * FROM apart WHERE NOT by_clock"

# A single field explains a report when it takes part in every contradiction and its slip mends each of them.
BLAME = """
SELECT report_id, field, count(*) AS n, min(mends) AS mends FROM (
    SELECT report_id, earlier AS field, CASE WHEN by_earlier THEN 1 ELSE 0 END AS mends FROM broken
    UNION ALL
    SELECT report_id, later, CASE WHEN by_later THEN 1 ELSE 0 END FROM broken
) AS parts GROUP BY report_id, field
"""

VERDICT = """
SELECT b.report_id, max(CASE WHEN p.n = b.total THEN 1 ELSE 0 END) AS one_field,
       max(CASE WHEN p.n = b.total THEN p.mends ELSE 0 END) AS slip
FROM (SELECT report_id, count(*) AS total FROM broken GROUP BY report_id) AS b
JOIN blame p ON p.report_id = b.report_id
GROUP BY b.report_id
"""

GAP = """CASE WHEN gap_s < 5400 THEN CAST(CAST(round(gap_s / 60.0) AS BIGINT) AS VARCHAR) || ' 分钟'
     WHEN gap_s < 172800 THEN CAST(CAST(round(gap_s / 3600.0) AS BIGINT) AS VARCHAR) || ' 小时'
     ELSE CAST(CAST(round(gap_s / 86400.0) AS BIGINT) AS VARCHAR) || ' 天' END"""

# Of several contradictions of one report the one with the widest gap is told.
HITS = f"""
SELECT institution_id, institution_id AS subject_id, report_id, later_at AS occurred_at, level, slip, firm,
       CAST(NULL AS DOUBLE) AS p_value, earlier || '>' || later AS contradiction, nature,
       report_no, earlier, earlier_at, later, later_at, round(gap_s / 3600.0, 2) AS gap_hours, {GAP} AS gap
FROM (
    SELECT b.*, 'S4' AS level, v.slip = 1 AS slip, v.one_field = 0 AS firm,
           CASE WHEN v.slip = 1 THEN 'slip' ELSE 'order' END AS nature
    FROM broken b JOIN verdict v ON v.report_id = b.report_id
    UNION ALL
    SELECT a.*, 'S2' AS level, TRUE AS slip, FALSE AS firm, 'clock' AS nature
    FROM apart a ANTI JOIN broken b ON b.report_id = a.report_id
) AS told
QUALIFY row_number() OVER (PARTITION BY report_id ORDER BY gap_s DESC, earlier, later) = 1
"""

DETECTOR = Detector(
    id="A6",
    version=3,
    name="time_order",
    title="报告的时间先后不可能成立",
    meaning="同一份报告里，后面的环节早于前面的环节（例如检测尚未结束就已签发），签发时间或检测时间可能是编造的。",
    violation="SUP-15.5",
    cluster="time",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("issued_at",),
            optional=("report_no", *(field for field in FIELDS if field != "issued_at")),
        ),
    ),
    steps=(
        Step(name="times", sql=TIMES),
        Step(name="apart", sql=APART),
        Step(name="broken", sql=BROKEN),
        Step(name="blame", sql=BLAME),
        Step(name="verdict", sql=VERDICT),
        Step(
            name="population",
            sql="SELECT institution_id, count(*) AS n FROM reports "
            "WHERE coalesce(finished_at, started_at, received_at, sampled_at, uploaded_at, signed_at) IS NOT NULL "
            "GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("contradiction", "nature"),
    says="报告 {report_no}：{earlier} {earlier_at} 晚于 {later} {later_at}，相差 {gap}",
    words={"earlier": WORDS, "later": WORDS},
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "earlier": "应在前的环节",
        "earlier_at": "应在前环节的时间",
        "later": "应在后的环节",
        "later_at": "应在后环节的时间",
        "gap_hours": "颠倒的小时数",
        "gap": "颠倒多久",
    },
    on_site=(
        "调取样品流转单、原始记录和仪器运行日志，核对各环节真实时间",
        "查电子报告文件的生成时间和电子签名时间",
        "查LIMS审计日志中对时间字段的修改记录",
    ),
    benign=(
        "时间只记到天的，相差一天以内不计；记到分、秒的，两分钟以内不计",
        "机构上报时钟的系统偏差已扣除；与上报、签名时间相差十五分钟以内的，按时钟不准处理，只作数据疑问",
        "一处日期错一天、日或月两位颠倒即可解释的，作为数据疑问退回核实",
    ),
)
