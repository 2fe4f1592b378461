"""B5 – an instrument's own counter and clock contradict the records (SUP-15.2)."""

from __future__ import annotations

from hengjian.engines.screening.detector import DAY, MINUTE, Detector, Need, Step

JUMP_S = 300
"""A clock set right by less than five minutes is no time travel."""

LEAST_RUNS = 20
MOST_DESCENTS = 0.05
"""Where the counter falls more often than this, it is no running number of the instrument."""

MOST_OF_HEADERS = 0.9
OFFSET_DAYS = 1.5

RUNS = """
SELECT w.institution_id, w.report_id, w.item_code, w.header_serial_no AS serial, w.injection_no AS counter,
       w.recorded_at, hj_epoch(w.recorded_at) AS t, coalesce(r.sample_id, w.report_id) AS sample,
       x.instrument_id, i.serial_no AS registered,
       hj_epoch(coalesce(x.started_at, r.started_at)) AS t0,
       greatest(coalesce(k.raw_records__recorded_at, 86400), 1) AS unit_s
FROM raw_records w
JOIN reports r ON r.report_id = w.report_id
LEFT JOIN (SELECT s.report_id, s.item_code, min(s.instrument_id) AS instrument_id, min(s.started_at) AS started_at
           FROM results s SEMI JOIN raw_records o ON o.report_id = s.report_id
           WHERE NOT coalesce(s.subcontracted, false) GROUP BY s.report_id, s.item_code
           HAVING coalesce(min(s.instrument_id) = max(s.instrument_id), true)) AS x
    ON x.report_id = w.report_id AND x.item_code = w.item_code
LEFT JOIN (SELECT institution_id, instrument_id, max(serial_no) AS serial_no
           FROM instruments GROUP BY institution_id, instrument_id) AS i
    ON i.institution_id = w.institution_id AND i.instrument_id = x.instrument_id
LEFT JOIN clock k ON k.institution_id = w.institution_id
WHERE w.recorded_at IS NOT NULL AND coalesce(w.version, 1) = 1 AND r.corrects IS NULL
"""

# One injection gives the values of several items: it is one event of the counter.
INJECTIONS = """
SELECT institution_id, serial, counter, sample, min(t) AS t, min(report_id) AS report_id, min(item_code) AS item_code,
       min(recorded_at) AS recorded_at, max(unit_s) AS unit_s
FROM runs WHERE serial IS NOT NULL AND counter IS NOT NULL
GROUP BY institution_id, serial, counter, sample
"""

# Counters that run on by themselves over time: learned from how rarely they fall from one event to the next.
COUNTERS = f"""
SELECT institution_id, serial FROM (
    SELECT institution_id, serial, counter, lag(counter) OVER (PARTITION BY institution_id, serial
                                                               ORDER BY t, counter, sample) AS before
    FROM injections
) AS o
GROUP BY institution_id, serial
HAVING count(*) >= {LEAST_RUNS} AND count(CASE WHEN counter < before THEN 1 END) <= {MOST_DESCENTS} * count(*)
"""

# A reset divides the life of a counter: it restarts low and all later events belong to the new count.
LIVES = """
SELECT *, sum(reset) OVER (PARTITION BY institution_id, serial ORDER BY t, counter, sample
                           ROWS UNBOUNDED PRECEDING) AS life
FROM (
    SELECT j.*, CASE WHEN j.counter <= 3 AND lag(j.counter) OVER (PARTITION BY j.institution_id, j.serial
                                                        ORDER BY j.t, j.counter, j.sample) > 10
                     THEN 1 ELSE 0 END AS reset
    FROM injections j JOIN counters c ON c.institution_id = j.institution_id AND c.serial = j.serial
) AS m
"""

# By the counter's order the clock must not fall back: the event itself is wrong where both neighbours agree without it.
ORDERED = """
SELECT *, lag(t) OVER o AS t_before, lead(t) OVER o AS t_after, lag(t, 2) OVER o AS t_before2,
       lead(t, 2) OVER o AS t_after2, lag(report_id) OVER o AS report_before, lead(report_id) OVER o AS report_after
FROM lives
WINDOW o AS (PARTITION BY institution_id, serial, life ORDER BY counter, t, sample)
"""

BACKWARD = f"""
SELECT institution_id, report_id, item_code, serial, counter, recorded_at, unit_s,
       CASE WHEN t < t_before - {JUMP_S} AND coalesce(t_after >= t_before - {JUMP_S}, true) THEN t_before - t
            ELSE t - t_after END AS gap_s,
       CASE WHEN t < t_before - {JUMP_S} AND coalesce(t_after >= t_before - {JUMP_S}, true) THEN report_before
            ELSE report_after END AS other_report
FROM ordered
WHERE (t < t_before - {JUMP_S} - 2 * unit_s AND coalesce(t_after >= t_before - {JUMP_S}, true)
       AND coalesce(t_before2 <= t_before + {JUMP_S}, true))
   OR (t > t_after + {JUMP_S} + 2 * unit_s AND coalesce(t_before <= t_after + {JUMP_S}, true)
       AND coalesce(t_after2 >= t_after - {JUMP_S}, true) AND t_before IS NOT NULL)
"""

# One number of a running counter, two samples …
DOUBLED = f"""
SELECT a.institution_id, a.report_id, a.item_code, a.serial, a.counter, a.recorded_at, a.unit_s, a.sample,
       abs(b.t - a.t) AS gap_s, b.report_id AS other_report, b.sample AS other_sample
FROM lives a JOIN lives b ON b.institution_id = a.institution_id AND b.serial = a.serial AND b.life = a.life
    AND b.counter = a.counter AND b.sample <> a.sample
WHERE abs(b.t - a.t) > {JUMP_S} + 2 * a.unit_s
"""

# … and two files.
TWICE = """
WITH files AS (
    SELECT w.institution_id, w.header_serial_no AS serial, w.injection_no AS counter,
           coalesce(r.sample_id, w.report_id) AS sample, min(w.raw_sha256) AS sha
    FROM raw_records w
    SEMI JOIN doubled d ON d.institution_id = w.institution_id AND d.serial = w.header_serial_no
        AND d.counter = w.injection_no
    JOIN reports r ON r.report_id = w.report_id
    WHERE w.recorded_at IS NOT NULL AND coalesce(w.version, 1) = 1 AND r.corrects IS NULL
    GROUP BY w.institution_id, w.header_serial_no, w.injection_no, coalesce(r.sample_id, w.report_id)
)
SELECT d.institution_id, d.report_id, d.item_code, d.serial, d.counter, d.recorded_at, d.unit_s, d.gap_s, d.other_report
FROM doubled d
JOIN files a ON a.institution_id = d.institution_id AND a.serial = d.serial AND a.counter = d.counter
    AND a.sample = d.sample
JOIN files b ON b.institution_id = d.institution_id AND b.serial = d.serial AND b.counter = d.counter
    AND b.sample = d.other_sample
WHERE coalesce(a.sha <> b.sha, true)
"""

# What most headers of an instrument say is a matter of its card in the register, not of the single record.
HEADERS = """
SELECT institution_id, instrument_id, serial, registered, count(*) AS n,
       sum(count(*)) OVER (PARTITION BY institution_id, instrument_id) AS whole
FROM runs WHERE serial IS NOT NULL AND registered IS NOT NULL
GROUP BY institution_id, instrument_id, serial, registered
"""

KNOWN_SERIALS = """
SELECT DISTINCT serial_no FROM instruments WHERE serial_no IS NOT NULL
"""

FOREIGN = f"""
SELECT u.institution_id, u.report_id, u.item_code, u.serial, u.counter, u.recorded_at, u.unit_s, u.instrument_id,
       u.registered, s.serial_no IS NOT NULL AS known, hj_near(u.serial, u.registered) AS near,
       h.n >= {MOST_OF_HEADERS} * h.whole AND h.n >= 3 AS card
FROM runs u
JOIN headers h ON h.institution_id = u.institution_id AND h.instrument_id = u.instrument_id AND h.serial = u.serial
    AND h.registered = u.registered
LEFT JOIN known_serials s ON s.serial_no = u.serial
ANTI JOIN (SELECT DISTINCT instrument_id, serial_no FROM calibrations WHERE serial_no IS NOT NULL) AS c
    ON c.instrument_id = u.instrument_id AND c.serial_no = u.serial
WHERE u.serial <> u.registered
"""

# Recorded before the test began; a clock that is always off by as much is learned and taken away.
OFFSETS = """
SELECT institution_id, coalesce(serial, '') AS serial, median(t - t0) AS usual FROM runs WHERE t0 IS NOT NULL
GROUP BY institution_id, coalesce(serial, '')
"""

EARLY = """
SELECT u.institution_id, u.report_id, u.item_code, u.serial, u.counter, u.recorded_at, u.unit_s, u.t0 - u.t AS gap_s
FROM runs u JOIN offsets f ON f.institution_id = u.institution_id AND f.serial = coalesce(u.serial, '')
LEFT JOIN clock k ON k.institution_id = u.institution_id
WHERE u.t0 - u.t > greatest(0, -f.usual) + 3600
      + 2 * greatest(u.unit_s, coalesce(k.results__started_at, 86400))
"""

HITS = f"""
WITH found AS (
    SELECT institution_id, report_id, item_code, serial, counter, recorded_at, 'backward' AS nature, 'S5' AS level,
           gap_s BETWEEN {DAY} * 0.5 AND {DAY} * {OFFSET_DAYS} AS slip, gap_s, other_report,
           CAST(NULL AS VARCHAR) AS instrument_id, CAST(NULL AS VARCHAR) AS registered
    FROM backward
    UNION ALL
    SELECT institution_id, report_id, item_code, serial, counter, recorded_at, 'twice', 'S5', false, gap_s,
           other_report, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR) FROM twice
    UNION ALL
    SELECT institution_id, report_id, item_code, serial, counter, recorded_at,
           CASE WHEN card THEN 'card' WHEN known THEN 'other_instrument' ELSE 'unknown_serial' END,
           CASE WHEN card THEN 'S2' ELSE 'S4' END, near, CAST(NULL AS DOUBLE), CAST(NULL AS VARCHAR), instrument_id,
           registered FROM foreign_headers
    UNION ALL
    SELECT institution_id, report_id, item_code, serial, counter, recorded_at, 'early', 'S4',
           gap_s <= {DAY} * {OFFSET_DAYS}, gap_s, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
    FROM early
)
SELECT f.institution_id, f.institution_id AS subject_id, f.report_id, r.issued_at AS occurred_at, f.level, f.slip,
       false AS firm, CAST(NULL AS DOUBLE) AS p_value, f.nature, r.report_no, f.item_code, f.serial, f.counter,
       f.recorded_at, round(f.gap_s / 3600.0, 2) AS gap_hours, f.other_report, f.instrument_id, f.registered
FROM found f JOIN reports r ON r.report_id = f.report_id
QUALIFY row_number() OVER (PARTITION BY f.report_id, f.nature ORDER BY f.slip, f.gap_s DESC, f.item_code, f.counter) = 1
"""

DETECTOR = Detector(
    id="B5",
    version=1,
    name="instrument_clock",
    title="仪器的时钟、流水号与记录矛盾",
    meaning="按仪器自己的进样序号，时间倒退或同一序号用了两次，原始文件来自另一台仪器，或者在检测开始之前就已生成。",
    violation="SUP-15.2",
    cluster="time",
    kind="hard",
    level="S5",
    subject_kind="institution",
    needs=(
        Need(
            table="raw_records",
            required=("report_id", "item_code", "recorded_at"),
            optional=("header_serial_no", "injection_no", "raw_sha256", "version"),
        ),
        Need(table="reports", required=("report_no", "issued_at"), optional=("sample_id", "started_at", "corrects")),
        Need(
            table="results",
            optional=("report_id", "item_code", "instrument_id", "started_at", "subcontracted"),
            optional_table=True,
        ),
        Need(
            table="instruments",
            optional=("instrument_id", "institution_id", "serial_no"),
            optional_table=True,
        ),
        Need(table="calibrations", optional=("instrument_id", "serial_no"), optional_table=True),
    ),
    resolution={"raw_records.recorded_at": MINUTE},
    steps=(
        Step(name="runs", sql=RUNS),
        Step(name="injections", sql=INJECTIONS),
        Step(name="counters", sql=COUNTERS),
        Step(name="lives", sql=LIVES),
        Step(name="ordered", sql=ORDERED),
        Step(name="backward", sql=BACKWARD),
        Step(name="doubled", sql=DOUBLED),
        Step(name="twice", sql=TWICE),
        Step(name="headers", sql=HEADERS),
        Step(name="known_serials", sql=KNOWN_SERIALS),
        Step(name="foreign_headers", sql=FOREIGN),
        Step(name="offsets", sql=OFFSETS),
        Step(name="early", sql=EARLY),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM runs GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    says="报告 {report_no}（项目 {item_code}）：{nature}；仪器 {serial}，台账编号 {registered}，序号 {counter}，"
    "记录时间 {recorded_at}，相差 {gap_hours} 小时，相关报告 {other_report}",
    words={
        "nature": {
            "backward": "按进样序号，仪器时间倒退",
            "twice": "同一进样序号用于两个样品",
            "card": "台账的出厂编号与仪器文件一贯不符",
            "other_instrument": "原始文件来自另一台仪器",
            "unknown_serial": "原始文件的仪器编号不在台账中",
            "early": "原始文件在检测开始之前生成",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "nature": "性质",
        "item_code": "项目编号",
        "serial": "文件头设备编号",
        "registered": "台账出厂编号",
        "instrument_id": "设备编号",
        "counter": "进样序号",
        "recorded_at": "记录时间",
        "gap_hours": "相差小时数",
        "other_report": "相关报告",
    },
    on_site=(
        "导出仪器工作站的完整运行序列和系统日志，查系统时间修改记录",
        "核对原始文件头的仪器编号、进样序号与仪器铭牌",
        "核对维修、换件、重装软件的记录",
    ),
    benign=(
        "时钟校正不足五分钟、序号从头开始的（维修、换柱、重装软件）不计",
        "序号经常回落的仪器，不当作流水号使用",
        "同一进样的多个项目、平行样不计",
        "检定校准证书所载的编号也视为该设备的编号；某台设备的文件一贯为另一编号的，按台账差错处理",
        "仪器时钟一贯偏差的先扣除；差一天、编号差一个字符的，按录入差错处理",
    ),
)
