"""B4 – the position of a sampling is that of another place (SUP-15.1). How fast people travel is B1's question."""

from __future__ import annotations

from hengjian.engines.screening.detector import Detector, Need, Step

AWAY_KM = 1.0
"""So far from the client's known place, beyond the accuracy of the position, is another place."""

FAR_KM = 5.0
AT_LAB_KM = 0.1
WORST_GPS_M = 1000.0
MANY_CLIENTS = 5


def _km(a: str, b: str) -> str:
    """Distance in kilometres on a plane good to 1 % within a province."""
    return (
        f"111.2 * sqrt(power({a}.lat - {b}.lat, 2) "
        f"+ power(({a}.lon - {b}.lon) * cos(radians(({a}.lat + {b}.lat) / 2)), 2))"
    )


def _real(lon: str, lat: str) -> str:
    return f"{lon} BETWEEN -180 AND 180 AND {lat} BETWEEN -90 AND 90 AND abs({lon}) + abs({lat}) > 0.01"


# `fine`: both figures go beyond four decimals (11 m), so that two equal ones are no coincidence of rounding.
PLACED = f"""
SELECT r.institution_id, r.report_id, r.report_no, r.issued_at, r.sampled_at, r.client_id, r.sample_lon AS lon,
       r.sample_lat AS lat, coalesce(r.sample_gps_m, 50) / 1000.0 AS blur_km, CAST(r.sampled_at AS DATE) AS on_day,
       CAST(round(r.sample_lon * 1000000) AS BIGINT) AS lon_u, CAST(round(r.sample_lat * 1000000) AS BIGINT) AS lat_u,
       CAST(round(r.sample_lon * 1000000) AS BIGINT) % 100 <> 0
           AND CAST(round(r.sample_lat * 1000000) AS BIGINT) % 100 <> 0 AS fine
FROM reports r
WHERE {_real("r.sample_lon", "r.sample_lat")} AND r.sampled_at IS NOT NULL AND r.client_id IS NOT NULL
  AND r.corrects IS NULL AND coalesce(r.sample_gps_m, 50) <= {WORST_GPS_M}
  AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt') AND (r.sampler_id IS NOT NULL OR r.sampler_ids IS NOT NULL)
"""

HOMES = f"""
SELECT client_id, min(lon) AS lon, min(lat) AS lat FROM clients WHERE {_real("lon", "lat")}
GROUP BY client_id HAVING count(*) = 1
"""

# One position to the last figure, for several clients on several days: every new fix of a receiver differs.
POINTS = """
SELECT institution_id, lon_u, lat_u, count(DISTINCT client_id) AS clients, count(DISTINCT on_day) AS days,
       count(*) AS samplings
FROM placed WHERE fine GROUP BY institution_id, lon_u, lat_u
HAVING count(DISTINCT client_id) > 1 AND count(DISTINCT on_day) > 1
"""

MEASURED = f"""
SELECT p.*, h.client_id IS NOT NULL AS known, {_km("p", "h")} - p.blur_km AS away_km, q.clients, q.days, q.samplings
FROM placed p
LEFT JOIN homes h ON h.client_id = p.client_id
LEFT JOIN points q ON q.institution_id = p.institution_id AND q.lon_u = p.lon_u AND q.lat_u = p.lat_u
"""

AT_LAB = f"""
SELECT m.report_id, min({_km("m", "s")}) AS lab_km
FROM measured m
JOIN (SELECT institution_id, lon, lat FROM sites WHERE {_real("lon", "lat")}) AS s
    ON s.institution_id = m.institution_id
WHERE {_km("m", "s")} <= {AT_LAB_KM} AND m.away_km > {AWAY_KM}
GROUP BY m.report_id
"""

# Figures exchanged or one of them mistyped: the other one still fits the client's place.
HITS = f"""
SELECT m.institution_id, m.institution_id AS subject_id, m.report_id, m.sampled_at AS occurred_at,
       CASE WHEN m.clients > 1 AND m.away_km > {AWAY_KM} THEN 'S4' WHEN l.report_id IS NOT NULL THEN 'S3'
            ELSE 'S2' END AS level,
       coalesce(m.clients, 1) = 1 AND l.report_id IS NULL AS slip, false AS firm, CAST(NULL AS DOUBLE) AS p_value,
       CASE WHEN m.clients > 1 AND m.away_km > {AWAY_KM} THEN 'copied' WHEN l.report_id IS NOT NULL THEN 'at_lab'
            WHEN m.clients >= {MANY_CLIENTS} AND NOT m.known THEN 'one_point' ELSE 'far' END AS nature,
       m.report_no, m.client_id, m.lon, m.lat, round(m.away_km, 2) AS away_km, m.clients, m.days, m.samplings,
       round(l.lab_km, 3) AS lab_km
FROM measured m LEFT JOIN at_lab l ON l.report_id = m.report_id
WHERE (m.clients > 1 AND m.away_km > {AWAY_KM}) OR l.report_id IS NOT NULL OR m.away_km > {FAR_KM}
   OR (m.clients >= {MANY_CLIENTS} AND m.days >= 3 AND NOT m.known)
"""

DETECTOR = Detector(
    id="B4",
    version=1,
    name="sampling_place",
    title="采样位置不在被采样单位",
    meaning="采样定位与另一家单位的完全相同，或者就在检测机构自己的场所，而被采样单位在别处：可能没有到现场采样。",
    violation="SUP-15.1",
    cluster="time",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("report_no", "client_id", "sampled_at", "sample_lon", "sample_lat"),
            optional=("issued_at", "sampler_id", "sampler_ids", "sample_gps_m", "corrects", "purpose"),
        ),
        Need(table="clients", optional=("client_id", "lon", "lat"), optional_table=True),
        Need(table="sites", optional=("institution_id", "lon", "lat"), optional_table=True),
    ),
    steps=(
        Step(name="placed", sql=PLACED),
        Step(name="homes", sql=HOMES),
        Step(name="points", sql=POINTS),
        Step(name="measured", sql=MEASURED),
        Step(name="at_lab", sql=AT_LAB),
        Step(
            name="population",
            sql="SELECT institution_id, count(*) AS n FROM placed GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("nature",),
    says="报告 {report_no}（委托方 {client_id}）：{nature}；采样位置 {lon}，{lat}，距委托方 {away_km} 公里，"
    "距检测机构 {lab_km} 公里，同一位置 {clients} 家委托方、{days} 天",
    words={
        "nature": {
            "copied": "采样定位与其他委托方的完全相同",
            "at_lab": "采样定位就在检测机构场所",
            "one_point": "多家委托方多日的采样定位完全相同",
            "far": "采样定位远离委托方所在地",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "nature": "性质",
        "occurred_at": "采样时间",
        "client_id": "委托方代码",
        "lon": "采样经度",
        "lat": "采样纬度",
        "away_km": "距委托方公里数",
        "lab_km": "距检测机构公里数",
        "clients": "同一位置的委托方数",
        "days": "同一位置的天数",
        "samplings": "同一位置的采样次数",
    },
    on_site=(
        "调取采样终端的轨迹和采样影像的原始文件，核对时间和位置",
        "向被采样单位核实是否有人到场，查门卫登记和监控",
        "核对采样车辆的行驶轨迹和加油、通行记录",
    ),
    benign=(
        "经纬度不足五位小数、定位精度差于一千米的，不作相同位置的比较",
        "同一委托方的固定点位、同一天同一地点的多家单位（如市场、园区）不计",
        "已扣除定位误差；不知道委托方所在地的，只作数据疑问",
        "只是离委托方所在地较远的（如另有厂区），只作数据疑问",
    ),
)
