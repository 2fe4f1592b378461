"""B1 – one person at two tasks or two places at once (SUP-15.1)."""

from __future__ import annotations

from hengjian.engines.screening.detector import DAY, MINUTE, Detector, Need, Step

LEAST_OVERLAP_S = 120
LONGEST_S = 16 * 3600
SPEED_KMH = 120
LEAST_KM = 5.0
ONE_PLACE_KM = 0.5
SUSPECT_COORDINATE_KM = 50.0
TEAM = 5
HABIT_SHARE = 0.5
HABIT_LEAST = 20
TRAVEL_HORIZON_S = 6 * 3600

ATTENDED_METHODS = """
SELECT item_code, method_no FROM standard_items
WHERE method_no IS NOT NULL GROUP BY item_code, method_no HAVING min(CASE WHEN attended THEN 1 ELSE 0 END) = 1
"""

ATTENDED_STANDARDS = """
SELECT item_code, standard_no FROM standard_items
WHERE method_no IS NULL GROUP BY item_code, standard_no HAVING min(CASE WHEN attended THEN 1 ELSE 0 END) = 1
"""


def _seconds(column: str) -> str:
    return f"CAST(floor(hj_epoch({column})) AS BIGINT)"


def _fine(*columns: str) -> str:
    """The institution records all of these at least to the minute."""
    return " AND ".join(f"coalesce(k.{column}, {DAY}) <= {MINUTE}" for column in columns)


# What everybody samples: the sampler and the team named beside him.
SAMPLERS = """
SELECT report_id, sampler_id AS person_id FROM reports WHERE sampler_id IS NOT NULL
UNION
SELECT report_id, trim(person_id) FROM (
    SELECT report_id, unnest(string_split(sampler_ids, '|')) AS person_id FROM reports WHERE sampler_ids IS NOT NULL
) AS parts
"""

# A whole team on every report of the day is a roster copied down, not presence.
ROSTERS = f"""
SELECT institution_id, CAST(sampled_at AS DATE) AS on_day
FROM reports WHERE sampler_ids IS NOT NULL AND sampled_at IS NOT NULL
GROUP BY institution_id, CAST(sampled_at AS DATE)
HAVING count(*) >= 2 AND min(sampler_ids) = max(sampler_ids)
   AND min(length(sampler_ids) - length(replace(sampler_ids, '|', ''))) >= {TEAM - 1}
"""

EQUIPMENT = """
SELECT x.report_id, min(x.instrument_id) AS instrument_id FROM results x
SEMI JOIN vehicle_tests v ON v.report_id = x.report_id GROUP BY x.report_id
"""

# `task` tells what may be done at one time: one vehicle, one visit, one batch on one instrument.
ACTS = f"""
SELECT r.institution_id, p.person_id, r.report_id, 'sampling' AS kind,
       coalesce(r.client_id, '') || '|' || coalesce(CAST(round(r.sample_lon, 2) AS VARCHAR), '') AS task,
       CAST(NULL AS VARCHAR) AS car,
       {_seconds("r.sampled_at")} AS t0, {_seconds("coalesce(r.sampling_ended_at, r.sampled_at)")} AS t1,
       r.sample_lon AS lon, r.sample_lat AS lat, coalesce(r.sample_gps_m, 50) / 1000.0 AS blur_km,
       greatest(k.reports__sampled_at, coalesce(k.reports__sampling_ended_at, 1)) AS unit_s,
       r.sampling_ended_at IS NULL AS bare, o.on_day IS NOT NULL AS roster
FROM samplers p
JOIN reports r ON r.report_id = p.report_id
JOIN clock k ON k.institution_id = r.institution_id
LEFT JOIN rosters o ON o.institution_id = r.institution_id AND o.on_day = CAST(r.sampled_at AS DATE)
WHERE r.sampled_at IS NOT NULL AND r.corrects IS NULL AND p.person_id <> '' AND {_fine("reports__sampled_at")}
  AND {_seconds("r.sampled_at")} % {DAY} <> 0
  AND (r.sampling_ended_at IS NULL OR ({_fine("reports__sampling_ended_at")}
       AND hj_epoch(r.sampling_ended_at) - hj_epoch(r.sampled_at) BETWEEN 0 AND {LONGEST_S}))
UNION ALL
SELECT v.institution_id, coalesce(v.driver_id, r.tester_id), v.report_id, 'vehicle',
       coalesce(v.vin, v.plate, v.report_id) || '|' || coalesce(v.lane_id, '') || '|' || coalesce(e.instrument_id, ''),
       coalesce(v.vin, v.plate, v.report_id),
       {_seconds("v.started_at")}, {_seconds("v.finished_at")}, s.lon, s.lat, 0.5,
       greatest(k.vehicle_tests__started_at, k.vehicle_tests__finished_at), false, false
FROM vehicle_tests v
LEFT JOIN equipment e ON e.report_id = v.report_id
JOIN reports r ON r.report_id = v.report_id
JOIN clock k ON k.institution_id = v.institution_id
LEFT JOIN sites s ON s.site_id = r.site_id
WHERE coalesce(v.driver_id, r.tester_id) IS NOT NULL AND r.corrects IS NULL
  AND hj_epoch(v.finished_at) - hj_epoch(v.started_at) BETWEEN 1 AND {LONGEST_S}
  AND {_fine("vehicle_tests__started_at", "vehicle_tests__finished_at")}
UNION ALL
SELECT x.institution_id, coalesce(x.tester_id, r.tester_id), min(x.report_id), 'test',
       coalesce(x.instrument_id, x.item_code) || '|' || CAST({_seconds("x.started_at")} AS VARCHAR),
       CAST(NULL AS VARCHAR), {_seconds("x.started_at")}, {_seconds("x.finished_at")}, max(s.lon), max(s.lat), 0.5,
       max(greatest(k.results__started_at, k.results__finished_at)), false, false
FROM results x
JOIN reports r ON r.report_id = x.report_id
JOIN clock k ON k.institution_id = x.institution_id
LEFT JOIN attended_methods m ON m.item_code = x.item_code AND m.method_no = x.method_no
LEFT JOIN attended_standards a ON a.item_code = x.item_code AND a.standard_no = r.standard_no
LEFT JOIN sites s ON s.site_id = r.site_id
ANTI JOIN (SELECT DISTINCT report_id FROM vehicle_tests WHERE started_at IS NOT NULL) AS v ON v.report_id = x.report_id
WHERE (m.item_code IS NOT NULL OR a.item_code IS NOT NULL) AND coalesce(x.tester_id, r.tester_id) IS NOT NULL
  AND NOT coalesce(x.subcontracted, false) AND r.corrects IS NULL
  AND hj_epoch(x.finished_at) - hj_epoch(x.started_at) BETWEEN 1 AND {LONGEST_S}
  AND {_fine("results__started_at", "results__finished_at")}
GROUP BY x.institution_id, coalesce(x.tester_id, r.tester_id), coalesce(x.instrument_id, x.item_code),
         {_seconds("x.started_at")}, {_seconds("x.finished_at")}, coalesce(r.sample_id, x.report_id)
"""

# Whoever never begins before all that he began earlier is over overlaps nowhere: most people.
CROWDED = """
SELECT DISTINCT person_id FROM (
    SELECT person_id, t0, max(t1) OVER (PARTITION BY person_id ORDER BY t0, t1
                                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
    FROM acts WHERE NOT bare
) AS marked
WHERE t0 < busy_until
"""

# Intervals of one person that touch form one stretch; only stretches of several tasks can hold an overlap.
STRETCHES = """
WITH spells AS (
    SELECT a.person_id, a.t0, a.t1, min(a.kind || '|' || a.task) AS low, max(a.kind || '|' || a.task) AS high
    FROM acts a SEMI JOIN crowded c ON c.person_id = a.person_id
    WHERE NOT a.bare GROUP BY a.person_id, a.t0, a.t1
)
SELECT *, sum(CASE WHEN t0 < busy_until THEN 0 ELSE 1 END) OVER (
           PARTITION BY person_id ORDER BY t0, t1 ROWS UNBOUNDED PRECEDING) AS stretch
FROM (
    SELECT *, max(t1) OVER (PARTITION BY person_id ORDER BY t0, t1
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
    FROM spells
) AS marked
"""

MIXED = """
SELECT a.*, s.stretch
FROM stretches s
SEMI JOIN (SELECT person_id, stretch FROM stretches GROUP BY person_id, stretch HAVING min(low) < max(high)) AS m
    ON m.person_id = s.person_id AND m.stretch = s.stretch
JOIN acts a ON a.person_id = s.person_id AND a.t0 = s.t0 AND a.t1 = s.t1 AND NOT a.bare
"""


def _km(a: str, b: str) -> str:
    """Distance in kilometres on a plane good to 1 % within a province."""
    return (
        f"111.2 * sqrt(power({a}.lat - {b}.lat, 2) "
        f"+ power(({a}.lon - {b}.lon) * cos(radians(({a}.lat + {b}.lat) / 2)), 2))"
    )


# Two samplings of one visit, two items of one sample, one vehicle on one line and instrument are one task.
OVERLAPS = f"""
SELECT a.person_id, a.institution_id AS institution_a, b.institution_id AS institution_b, a.report_id AS report_a,
       b.report_id AS report_b, a.kind AS kind_a, b.kind AS kind_b, a.t0 AS a0, a.t1 AS a1, b.t0 AS b0, b.t1 AS b1,
       least(a.t1, b.t1) - b.t0 AS overlap_s, {_km("a", "b")} AS km, a.roster AND b.roster AS roster,
       CAST(NULL AS DOUBLE) AS kmh, false AS far_slip, coalesce(a.car = b.car, false) AS same_car
FROM mixed a
JOIN mixed b
    ON b.person_id = a.person_id AND b.stretch = a.stretch AND b.report_id <> a.report_id
    AND (a.t0 < b.t0 OR (a.t0 = b.t0 AND a.report_id < b.report_id)) AND b.t0 < a.t1
LEFT JOIN (SELECT report_id, sample_id FROM reports WHERE sample_id IS NOT NULL) AS ra ON ra.report_id = a.report_id
LEFT JOIN (SELECT report_id, sample_id FROM reports WHERE sample_id IS NOT NULL) AS rb ON rb.report_id = b.report_id
WHERE least(a.t1, b.t1) - b.t0 >= greatest({LEAST_OVERLAP_S}, 2 * a.unit_s, 2 * b.unit_s)
  AND NOT (a.kind = b.kind AND a.task = b.task)
  AND (coalesce(ra.sample_id <> rb.sample_id, true) OR (a.kind = 'vehicle' AND b.kind = 'vehicle'))
  AND NOT (a.kind = 'sampling' AND b.kind = 'sampling'
           AND coalesce({_km("a", "b")} - a.blur_km - b.blur_km < {ONE_PLACE_KM}, a.task = b.task))
"""

# From one place to the next faster than a car: consecutive stays, kindest reading of every figure.
JOURNEYS = f"""
WITH placed AS (
    SELECT person_id, institution_id, report_id, kind, t0, t1, lon, lat, blur_km, unit_s, bare, roster,
           lead(report_id) OVER w AS next_report, lead(institution_id) OVER w AS next_institution,
           lead(kind) OVER w AS next_kind, lead(t0) OVER w AS next_t0, lead(t1) OVER w AS next_t1,
           lead(lon) OVER w AS next_lon, lead(lat) OVER w AS next_lat, lead(blur_km) OVER w AS next_blur,
           lead(unit_s) OVER w AS next_unit, lead(bare) OVER w AS next_bare, lead(roster) OVER w AS next_roster
    FROM acts AS a
    SEMI JOIN (
        SELECT person_id FROM acts GROUP BY person_id HAVING min(lon) < max(lon) OR min(lat) < max(lat)
    ) AS moving ON moving.person_id = a.person_id
    WHERE lon IS NOT NULL AND lat IS NOT NULL
    WINDOW w AS (PARTITION BY person_id ORDER BY t0, t1, report_id, kind, task)
), measured AS (
    SELECT *, 111.2 * abs(lat - next_lat) AS north_km,
           111.2 * abs(lon - next_lon) * cos(radians((lat + next_lat) / 2)) AS east_km,
           greatest(next_t0 - t1, 0) + {LEAST_OVERLAP_S} + unit_s + next_unit AS gap_s
    FROM placed WHERE next_report <> report_id AND next_t0 >= t1 AND next_t0 - t1 <= {TRAVEL_HORIZON_S}
)
SELECT person_id, institution_id AS institution_a, next_institution AS institution_b, report_id AS report_a,
       next_report AS report_b, kind AS kind_a, next_kind AS kind_b, t0 AS a0, t1 AS a1, next_t0 AS b0, next_t1 AS b1,
       CAST(0 AS BIGINT) AS overlap_s, sqrt(north_km * north_km + east_km * east_km) AS km,
       roster AND next_roster AS roster,
       sqrt(north_km * north_km + east_km * east_km) / (gap_s / 3600.0) AS kmh,
       bare OR next_bare OR (greatest(north_km, east_km) >= {SUSPECT_COORDINATE_KM}
         AND least(north_km, east_km) <= {SPEED_KMH} * gap_s / 3600.0) AS far_slip,
       false AS same_car
FROM measured
WHERE sqrt(north_km * north_km + east_km * east_km) - blur_km - next_blur
      > greatest({LEAST_KM}, {SPEED_KMH} * gap_s / 3600.0)
"""

PAIRS = "SELECT * FROM crossings UNION ALL SELECT * FROM journeys"

# A number that is a colleague's with two characters exchanged, where that colleague worked on the same day.
SWAPS = f"""
SELECT DISTINCT p.person_id, p.report_a, p.report_b
FROM pairs p
JOIN (SELECT DISTINCT institution_id, person_id, t0 // {DAY} AS on_day FROM acts) AS c
    ON c.institution_id = p.institution_b AND c.on_day = p.b0 // {DAY} AND hj_swapped(c.person_id, p.person_id)
"""

# Houses where overlaps within one place are the rule write down batches, not presence.
HABITS = f"""
SELECT n.institution_id FROM (SELECT institution_id, count(DISTINCT report_id) AS n FROM acts
                              WHERE kind = 'test' GROUP BY institution_id) AS n
JOIN (SELECT institution_a, count(DISTINCT report_b) AS hit FROM crossings
      WHERE kind_a = 'test' AND kind_b = 'test' AND institution_a = institution_b GROUP BY institution_a) AS o
    ON o.institution_a = n.institution_id
WHERE n.n >= {HABIT_LEAST} AND o.hit >= {HABIT_SHARE} * n.n
"""

HITS = """
WITH judged AS (
    SELECT p.*, p.far_slip OR w.report_a IS NOT NULL AS slip,
           h.institution_id IS NOT NULL AND p.kind_a = 'test' AND p.kind_b = 'test' AS habit
    FROM pairs p
    LEFT JOIN swaps w ON w.person_id = p.person_id AND w.report_a = p.report_a AND w.report_b = p.report_b
    LEFT JOIN habits h ON h.institution_id = p.institution_a
), sides AS (
    SELECT *, institution_b AS institution_id, report_b AS report_id, kind_b AS kind, b0 AS t0, b1 AS t1,
           institution_a AS other_institution, report_a AS other_report, kind_a AS other_kind, a0 AS other_t0,
           a1 AS other_t1 FROM judged
    UNION ALL
    SELECT *, institution_a, report_a, kind_a, a0, a1, institution_b, report_b, kind_b, b0, b1 FROM judged
), worst AS (
    SELECT *, CASE WHEN roster OR habit THEN 'roster' WHEN kmh IS NOT NULL THEN 'travel'
                   WHEN same_car THEN 'car' ELSE 'overlap' END
              || CASE WHEN slip THEN '_slip' ELSE '' END AS nature
    FROM sides
), told AS (
    SELECT * FROM worst
    QUALIFY row_number() OVER (PARTITION BY institution_id, person_id, report_id, nature
                               ORDER BY overlap_s DESC, kmh DESC, other_report, t0) = 1
)
SELECT t.institution_id, t.person_id AS subject_id, t.report_id, make_timestamp(t.t0 * 1000000) AS occurred_at,
       CASE WHEN t.roster OR t.habit THEN 'S1' WHEN NOT t.same_car THEN 'S4'
            WHEN t.t0 = t.other_t0 AND t.t1 = t.other_t1 THEN 'S2' ELSE 'S3' END AS level, t.slip, false AS firm,
       CAST(NULL AS DOUBLE) AS p_value, t.nature, r.report_no, t.kind, make_timestamp(t.t0 * 1000000) AS act_from,
       make_timestamp(t.t1 * 1000000) AS act_to, t.other_report, t.other_kind,
       make_timestamp(t.other_t0 * 1000000) AS other_from, make_timestamp(t.other_t1 * 1000000) AS other_to,
       CASE WHEN t.other_institution <> t.institution_id THEN t.other_institution END AS other_institution,
       CASE WHEN t.kmh IS NULL THEN round(t.overlap_s / 60.0, 1) END AS overlap_minutes, round(t.km, 1) AS km,
       round(t.kmh, 0) AS kmh
FROM told t JOIN reports r ON r.report_id = t.report_id
"""

DETECTOR = Detector(
    id="B1",
    version=1,
    name="person_overlap",
    title="同一个人同一时间在做两项工作或身处两地",
    meaning="同一个人同一时刻被记录在两处采样、检验两辆车或做两项须在场的检测，或者两地之间来不及赶到，其中至少一项可能没有做。",
    violation="SUP-15.1",
    cluster="time",
    kind="hard",
    level="S4",
    subject_kind="person",
    needs=(
        Need(
            table="reports",
            required=("issued_at",),
            optional=(
                "report_no",
                "site_id",
                "client_id",
                "sample_id",
                "standard_no",
                "sampled_at",
                "sampling_ended_at",
                "sample_lon",
                "sample_lat",
                "sample_gps_m",
                "sampler_id",
                "sampler_ids",
                "tester_id",
                "corrects",
            ),
        ),
        Need(
            table="results",
            required=("report_id", "item_code"),
            optional=("method_no", "tester_id", "instrument_id", "started_at", "finished_at", "subcontracted"),
            optional_table=True,
        ),
        Need(
            table="standard_items",
            required=("item_code", "attended"),
            optional=("standard_no", "method_no"),
            optional_table=True,
        ),
        Need(
            table="vehicle_tests",
            required=("report_id", "started_at", "finished_at"),
            optional=("driver_id", "vin", "plate", "lane_id"),
            optional_table=True,
        ),
        Need(table="sites", required=("site_id",), optional=("lon", "lat"), optional_table=True),
    ),
    steps=(
        Step(name="attended_methods", sql=ATTENDED_METHODS),
        Step(name="attended_standards", sql=ATTENDED_STANDARDS),
        Step(name="samplers", sql=SAMPLERS),
        Step(name="rosters", sql=ROSTERS),
        Step(name="equipment", sql=EQUIPMENT),
        Step(name="acts", sql=ACTS),
        Step(name="crowded", sql=CROWDED),
        Step(name="stretches", sql=STRETCHES),
        Step(name="mixed", sql=MIXED),
        Step(name="crossings", sql=OVERLAPS),
        Step(name="journeys", sql=JOURNEYS),
        Step(name="pairs", sql=PAIRS),
        Step(name="swaps", sql=SWAPS),
        Step(name="habits", sql=HABITS),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM acts GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    says="{subject_id} 在 {act_from} 至 {act_to} {kind}（报告 {report_no}），"
    "又在 {other_from} 至 {other_to} {other_kind}（报告 {other_report}）：{nature}",
    words={
        "kind": {"sampling": "采样", "vehicle": "检验车辆", "test": "检测"},
        "other_kind": {"sampling": "采样", "vehicle": "检验车辆", "test": "检测"},
        "nature": {
            "overlap": "两项工作时间重叠",
            "travel": "两地之间来不及赶到",
            "car": "同一辆车同时在两台设备上检验",
            "car_slip": "同一辆车同时在两台设备上检验，但人员编号颠倒两位即可解释",
            "roster": "整队名单照抄或成批登记造成的重叠",
            "overlap_slip": "时间重叠，但人员编号颠倒两位即可解释",
            "travel_slip": "来不及赶到，但一处时间、坐标或编号差错即可解释",
            "roster_slip": "整队名单照抄或成批登记造成的重叠",
        },
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "subject_id": "人员编号",
        "occurred_at": "时间",
        "nature": "问题",
        "kind": "工作",
        "act_from": "起",
        "act_to": "止",
        "other_report": "冲突的报告",
        "other_kind": "其工作",
        "other_from": "其起",
        "other_to": "其止",
        "other_institution": "其机构",
        "overlap_minutes": "重叠分钟数",
        "km": "两地距离（公里）",
        "kmh": "所需车速（公里／小时）",
    },
    on_site=(
        "调取两项工作的原始记录、签名和现场影像，核对是否本人",
        "调取考勤、派车、门禁和手机定位等行踪记录",
        "分别询问当事人和同行人员，核对采样点位照片的时间与位置",
    ),
    benign=(
        "只看采样、机动车检验和须在场的检测；无人值守的仪器运行不计，未标明是否须在场的不判断",
        "同一样品、同一车辆在同一检测线同一设备上、同一委托方同一地点的采样、同一设备同一批次视为一项工作",
        "同一车辆两次检验起止完全相同的，可能登记的是整个过程，仅作疑问",
        "时间只记到天的不判断；重叠短于两分钟或两个时间单位的不计",
        "路程按直线距离减去定位误差、车速一百二十公里计，并加上时间单位的余量",
        "只有单个采样时刻、单个坐标可疑、人员编号颠倒两位即可解释的，作为数据疑问",
        "五人以上名单整日照抄、全机构普遍成批登记的，只作记录规范疑问",
        "更正报告、分包项目、重复上传不计",
    ),
)
