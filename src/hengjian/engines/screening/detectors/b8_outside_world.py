"""B8 – the world outside contradicts the sample: plant stopped, no power, not yet produced, no car (SUP-15.1).

`external_events.place_id` is a client (`stop`, `power`) or a site (`gate`); of a gate `value` is the number of
vehicles seen between `from_at` and `to_at`, of a meter the consumption in that time. Weather needs the limit of the
method, for which there is no datum: it is not judged.
"""

from __future__ import annotations

from hengjian.engines.screening.detector import DAY, Detector, Need, Step

LOW_POWER = 0.2
LEAST_READINGS = 10
LONGEST_DAYS = 370
GATE_SHORT = 1.1
LEAST_GATE = 5

VISITS = f"""
SELECT r.institution_id, r.report_id, r.report_no, r.issued_at, r.client_id, r.site_id, r.sampled_at, r.received_at,
       r.produced_on, hj_epoch(r.sampled_at) AS t0,
       CASE WHEN CAST(hj_epoch(r.sampled_at) AS BIGINT) % {DAY} = 0 THEN 1 ELSE 0 END AS whole_day
FROM reports r
WHERE r.sampled_at IS NOT NULL AND r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
"""

# A time of sampling counts when it lies inside the event with two hours to spare; a mere date, when its day does.
_INSIDE = f"""
e.from_at IS NOT NULL AND e.to_at IS NOT NULL AND hj_epoch(e.to_at) - hj_epoch(e.from_at) <= {LONGEST_DAYS * DAY}
  AND v.t0 >= hj_epoch(e.from_at) + CASE WHEN v.whole_day = 1 THEN 0 ELSE least(7200, {{spare}}) END
  AND v.t0 + CASE WHEN v.whole_day = 1 THEN {DAY} ELSE least(7200, {{spare}}) END <= hj_epoch(e.to_at)
"""

STOPPED = f"""
SELECT v.report_id, min(e.from_at) AS from_at, max(e.to_at) AS to_at, min(e.source) AS source,
       min(least(v.t0 - hj_epoch(e.from_at), hj_epoch(e.to_at) - v.t0)) AS margin_s
FROM visits v JOIN external_events e ON e.place_id = v.client_id AND e.kind = 'stop'
WHERE {_INSIDE.format(spare="7200")}
GROUP BY v.report_id
"""

# Consumption in an hour, against what is usual for the same meter and the same length of reading.
METERS = f"""
SELECT place_id, coalesce(source, '') AS source, coalesce(unit, '') AS unit,
       round((hj_epoch(to_at) - hj_epoch(from_at)) / 3600) AS hours, median(value) AS usual, count(*) AS readings
FROM external_events
WHERE kind = 'power' AND value >= 0 AND value < 1e15 AND to_at > from_at
  AND hj_epoch(to_at) - hj_epoch(from_at) <= 7 * {DAY}
GROUP BY place_id, coalesce(source, ''), coalesce(unit, ''), round((hj_epoch(to_at) - hj_epoch(from_at)) / 3600)
"""

# The highest of the readings that cover the sampling: one meter that runs is enough.
POWERED = f"""
SELECT v.report_id, max(e.value / m.usual) AS share, max(m.usual) AS usual, max(e.value) AS used, max(e.unit) AS unit,
       min(e.from_at) AS from_at, max(e.to_at) AS to_at, min(e.source) AS source,
       min(least(v.t0 - hj_epoch(e.from_at), hj_epoch(e.to_at) - v.t0)) AS margin_s
FROM visits v JOIN external_events e ON e.place_id = v.client_id AND e.kind = 'power'
JOIN meters m ON m.place_id = e.place_id AND m.source = coalesce(e.source, '') AND m.unit = coalesce(e.unit, '')
    AND m.hours = round((hj_epoch(e.to_at) - hj_epoch(e.from_at)) / 3600)
WHERE m.readings >= {LEAST_READINGS} AND m.usual > 0 AND e.value >= 0 AND e.value < 1e15
  AND hj_epoch(e.to_at) - hj_epoch(e.from_at) <= 7 * {DAY} AND {_INSIDE.format(spare="0")}
GROUP BY v.report_id
"""

# Vehicles tested at a site between two counts of its gate, and the reports of them. A gate that counted nobody at all
# is more likely to have been off: one source alone that says nothing is a question about the data.
GATES = """
SELECT e.place_id, e.from_at, e.to_at, max(e.value) AS seen, min(e.source) AS source
FROM external_events e
WHERE e.kind = 'gate' AND e.value >= 0 AND e.value < 1e9 AND e.to_at > e.from_at
GROUP BY e.place_id, e.from_at, e.to_at
"""

PASSED = """
SELECT g.place_id, g.from_at, g.to_at, g.seen, g.source, r.report_id, coalesce(t.vin, t.plate, t.report_id) AS car
FROM gates g
JOIN reports r ON r.site_id = g.place_id
JOIN vehicle_tests t ON t.report_id = r.report_id AND t.started_at >= g.from_at AND t.finished_at <= g.to_at
WHERE r.corrects IS NULL
"""

# The vehicles between two counts, each once.
MISSED = f"""
SELECT place_id, from_at, to_at, seen, source, count(DISTINCT car) AS tested FROM passed
GROUP BY place_id, from_at, to_at, seen, source
HAVING count(DISTINCT car) > {GATE_SHORT} * seen + {LEAST_GATE}
"""

HITS = f"""
SELECT v.institution_id, v.institution_id AS subject_id, v.report_id, v.sampled_at AS occurred_at,
       CASE WHEN p.share < {LOW_POWER} THEN 'S4' ELSE 'S2' END AS level,
       least(coalesce(s.margin_s, 1e18), coalesce(p.margin_s, 1e18)) < {DAY} AND p.share IS NULL AS slip,
       s.report_id IS NOT NULL AND p.share < {LOW_POWER} AS firm, CAST(NULL AS DOUBLE) AS p_value,
       CASE WHEN p.share < {LOW_POWER} AND s.report_id IS NOT NULL THEN 'stopped'
            WHEN p.share < {LOW_POWER} THEN 'no_power' ELSE 'stop_only' END AS nature,
       v.report_no, v.sampled_at, v.produced_on, coalesce(s.from_at, p.from_at) AS event_from,
       coalesce(s.to_at, p.to_at) AS event_to, coalesce(s.source, p.source) AS source, p.used, p.usual, p.unit,
       CAST(NULL AS DOUBLE) AS seen, CAST(NULL AS BIGINT) AS tested
FROM visits v
LEFT JOIN stopped s ON s.report_id = v.report_id
LEFT JOIN powered p ON p.report_id = v.report_id
WHERE (s.report_id IS NOT NULL AND coalesce(p.share, 0) < {LOW_POWER}) OR p.share < {LOW_POWER}
UNION ALL
SELECT institution_id, institution_id, report_id, sampled_at, 'S4',
       hj_epoch(CAST(produced_on AS TIMESTAMP)) - t0 <= {DAY}
           OR extract(day FROM produced_on) % 10 * 10 + extract(day FROM produced_on) // 10
              <= extract(day FROM sampled_at)
              AND extract(month FROM produced_on) = extract(month FROM sampled_at)
              AND extract(year FROM produced_on) = extract(year FROM sampled_at)
           OR (extract(year FROM produced_on) > extract(year FROM sampled_at)
               AND hj_epoch(CAST(produced_on AS TIMESTAMP)) - t0 <= 366 * {DAY}),
       false, CAST(NULL AS DOUBLE), 'not_produced', report_no, sampled_at, produced_on, CAST(NULL AS TIMESTAMP),
       CAST(NULL AS TIMESTAMP), CAST(NULL AS VARCHAR), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE),
       CAST(NULL AS VARCHAR), CAST(NULL AS DOUBLE), CAST(NULL AS BIGINT)
FROM visits WHERE hj_epoch(CAST(produced_on AS TIMESTAMP)) > t0
UNION ALL
SELECT r.institution_id, r.institution_id, r.report_id, r.issued_at, CASE WHEN m.seen > 0 THEN 'S4' ELSE 'S2' END,
       false, false, CAST(NULL AS DOUBLE), CASE WHEN m.seen > 0 THEN 'no_car' ELSE 'gate_silent' END,
       r.report_no, CAST(NULL AS TIMESTAMP), CAST(NULL AS DATE), m.from_at, m.to_at, m.source, CAST(NULL AS DOUBLE),
       CAST(NULL AS DOUBLE), CAST(NULL AS VARCHAR), m.seen, m.tested
FROM missed m
JOIN passed p ON p.place_id = m.place_id AND p.from_at = m.from_at AND p.to_at = m.to_at
JOIN reports r ON r.report_id = p.report_id
"""

POPULATION = """
SELECT institution_id, count(DISTINCT report_id) AS n
FROM (
    SELECT v.institution_id, v.report_id FROM visits v
    SEMI JOIN (SELECT place_id FROM external_events WHERE kind IN ('stop', 'power')) AS e ON e.place_id = v.client_id
    UNION ALL
    SELECT institution_id, report_id FROM visits WHERE produced_on IS NOT NULL
    UNION ALL
    SELECT r.institution_id, p.report_id FROM passed p JOIN reports r ON r.report_id = p.report_id
) AS j GROUP BY institution_id
"""

DETECTOR = Detector(
    id="B8",
    version=2,
    name="outside_world",
    title="外部事实与采样、检测不符",
    meaning="采样时企业已停产或几乎不用电，样品在生产日期之前就已采集，或者车辆数多于进站口看到的数量：采样或检测可能没有发生。",
    violation="SUP-15.1",
    cluster="time",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=(
                "client_id",
                "site_id",
                "sampled_at",
                "received_at",
                "produced_on",
                "corrects",
                "purpose",
            ),
        ),
        Need(
            table="external_events",
            optional=("kind", "place_id", "from_at", "to_at", "value", "unit", "source"),
            optional_table=True,
        ),
        Need(
            table="vehicle_tests",
            optional=("report_id", "vin", "plate", "started_at", "finished_at"),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="visits", sql=VISITS),
        Step(name="stopped", sql=STOPPED),
        Step(name="meters", sql=METERS),
        Step(name="powered", sql=POWERED),
        Step(name="gates", sql=GATES),
        Step(name="passed", sql=PASSED),
        Step(name="missed", sql=MISSED),
        Step(name="population", sql=POPULATION),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    says="报告 {report_no}：{nature}（采样 {sampled_at}，生产日期 {produced_on}；外部记录 {event_from} 至 {event_to}，"
    "用电 {used}，平常 {usual} {unit}；进站 {seen} 辆，检测 {tested} 辆）",
    words={
        "nature": {
            "stopped": "采样时企业停产，用电不到平常的两成",
            "no_power": "采样时企业用电不到平常的两成",
            "stop_only": "采样时间在停产期内，尚无第二个来源佐证",
            "not_produced": "采样早于生产日期",
            "no_car": "这段时间检测的车辆多于进站口看到的车辆",
            "gate_silent": "这段时间进站口一辆车也没有记录，卡口可能停机",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "nature": "性质",
        "sampled_at": "采样时间",
        "produced_on": "生产日期",
        "event_from": "外部记录起",
        "event_to": "外部记录止",
        "source": "外部记录来源",
        "used": "采样时段用电",
        "usual": "平常用电",
        "unit": "单位",
        "seen": "进站车辆数",
        "tested": "检测车辆数",
    },
    on_site=(
        "向供电、停产申报、卡口等数据的来源单位核实记录和对应范围",
        "调取采样影像、车辆轨迹和企业门卫登记，确认是否到过现场",
        "核对样品流转单、生产记录和留样",
    ),
    benign=(
        "只有停产记录、没有用电佐证的，只作数据疑问",
        "多块电表中只要一块正常即不提出；不足十个读数的电表不用",
        "采样时间须在停产期内至少两小时；进站车辆允许一成加五辆的漏看",
        "进站口整段时间记录为零的，可能是卡口停机，只作数据疑问",
        "生产日期只差一天、日期两位颠倒、跨年写错年份的，按录入差错处理",
        "降雨、大风因缺少方法限值数据，不判断",
    ),
)
