"""E15 – old diesels come from far away, and pass (SUP-15.2, supporting)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema, of_institutions
from hengjian.engines.screening.peers import Floats, share_tail
from hengjian.engines.screening.rarity import additive_null, arcsine, lower_tail, z_scores

OLD_YEARS = 10
FAR_KM = 50
"""Unsure: screening parameters, no law and no measured figure stands behind them."""

FARTHEST_KM = 3000
"""Beyond this a coordinate is mistyped rather than a lorry driven."""

FAILED_BEFORE_DAYS = 60
LEAST_TESTS = 50
LEAST_DRAWN = 20
LEAST_PEERS = 10
LEAST_OLD = 100
LEAST_OLD_OF_PEER = 10
USUAL_SHARE = 0.02
STRENGTH = 8.0
LEAST_RATIO = 2.0
LARGEST_P = 1e-3
PASS_P = 0.01
KM_A_DEGREE = 111.2
RADIANS = 0.017453292519943295

HIT_SCHEMA = hit_schema(
    texts=("report_no", "vin", "plate"),
    floats=("share", "usual_share", "pass_share", "usual_pass_share", "distance_km", "age_years"),
    counts=("drawn", "judged", "failed_before", "peers", "tests"),
)


def _china(lon: str, lat: str) -> str:
    """SQL: whether a point can lie in China; noughts and swapped axes do not."""
    return f"{lon} BETWEEN 73 AND 136 AND {lat} BETWEEN 3 AND 54"


TESTED = f"""
SELECT r.institution_id, v.report_id, r.report_no, r.issued_at, r.verdict, v.vin, v.plate, f.fuel,
       substr(upper(trim(v.plate)), 1, 2) AS plate_from, coalesce(v.started_at, r.issued_at) AS tested_at,
       (hj_epoch(r.issued_at) - hj_epoch(CAST(v.first_registered_on AS TIMESTAMP))) / (86400 * 365.25) AS age_years,
       CASE WHEN {_china("c.lon", "c.lat")} AND {_china("s.lon", "s.lat")}
            THEN {KM_A_DEGREE} * sqrt((c.lat - s.lat) * (c.lat - s.lat)
                 + (c.lon - s.lon) * (c.lon - s.lon) * cos({RADIANS} * s.lat) * cos({RADIANS} * s.lat)) END
           AS distance_km
FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
JOIN (SELECT word, max(fuel) AS fuel FROM pack_vehicle_fuels GROUP BY word) AS f ON f.word = v.fuel
LEFT JOIN (SELECT client_id, max(lon) AS lon, max(lat) AS lat FROM clients GROUP BY client_id HAVING count(*) = 1) AS c
       ON c.client_id = r.client_id
LEFT JOIN (SELECT institution_id, site_id, max(lon) AS lon, max(lat) AS lat FROM sites
           GROUP BY institution_id, site_id HAVING count(*) = 1) AS s
       ON s.institution_id = r.institution_id AND s.site_id = r.site_id
WHERE coalesce(v.test_kind, 'emission') = 'emission' AND r.verdict IN ('pass', 'fail') AND r.corrects IS NULL
  AND v.first_registered_on IS NOT NULL
"""

# Where most of a station's vehicles are registered is its own place.
OWN_PLATES = """
SELECT institution_id, plate_from FROM (
    SELECT institution_id, plate_from, count(*) AS n FROM tested WHERE plate_from IS NOT NULL
    GROUP BY institution_id, plate_from
) AS counted QUALIFY row_number() OVER (PARTITION BY institution_id ORDER BY n DESC, plate_from) = 1
"""

PLACED = f"""
SELECT t.*, CASE WHEN t.fuel = 'diesel' AND t.age_years >= {OLD_YEARS} THEN 1 ELSE 0 END AS old,
       CASE WHEN t.distance_km <= {FARTHEST_KM} THEN CASE WHEN t.distance_km > {FAR_KM} THEN 1 ELSE 0 END
            WHEN length(t.plate_from) = 2 THEN CASE WHEN t.plate_from <> o.plate_from THEN 1 ELSE 0 END END AS far,
       CASE WHEN t.verdict = 'fail' THEN 1 ELSE 0 END AS failed,
       CASE WHEN lag(verdict) OVER w = 'fail' AND lag(t.institution_id) OVER w <> t.institution_id
                 AND hj_epoch(t.tested_at) - hj_epoch(lag(tested_at) OVER w) <= {FAILED_BEFORE_DAYS} * 86400
            THEN 1 ELSE 0 END AS failed_elsewhere
FROM tested t LEFT JOIN own_plates o ON o.institution_id = t.institution_id
WINDOW w AS (PARTITION BY t.vin ORDER BY t.tested_at, t.report_id)
"""

STATIONS = """
SELECT institution_id, count(*) AS n, sum(old * far) AS drawn, sum(old * far * (1 - failed)) AS drawn_passed,
       sum(old) AS old_tests, sum(old * (1 - failed)) AS old_passed, sum(old * far * failed_elsewhere) AS failed_before
FROM placed WHERE far IS NOT NULL GROUP BY institution_id ORDER BY institution_id
"""

DRAWN = """
SELECT * FROM placed WHERE old = 1 AND far = 1 AND failed = 0 ORDER BY institution_id, report_id
"""


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Stations that draw old diesels from far and pass them oftener than the peers pass old diesels: both, or none."""
    stations = [row for row in tables["of_stations"].to_pylist() if row["n"] >= LEAST_TESTS]
    if len(stations) < LEAST_PEERS:
        return HIT_SCHEMA.empty_table()
    column = {name: np.array([float(row[name]) for row in stations]) for name in stations[0] if name[:4] != "inst"}
    drawing, usual = share_tail(column["drawn"], column["n"], usual=USUAL_SHARE, strength=STRENGTH, least=LEAST_PEERS)
    passing, usual_pass = passing_tail(column)
    p = np.maximum(drawing, passing)
    share = column["drawn"] / column["n"]
    many = (column["drawn"] >= LEAST_DRAWN) & (share >= LEAST_RATIO * usual)
    struck = {
        stations[at]["institution_id"]: {
            "p_value": float(p[at]),
            "share": 100 * float(share[at]),
            "usual_share": 100 * usual,
            "pass_share": 100 * float(column["drawn_passed"][at] / column["drawn"][at]),
            "usual_pass_share": 100 * float(usual_pass[at]),
            "drawn": int(column["drawn"][at]),
            "judged": int(column["n"][at]),
            "failed_before": int(column["failed_before"][at]),
            "peers": len(stations) - 1,
            "tests": len(stations),
        }
        for at in np.flatnonzero(many & (drawing <= LARGEST_P) & (passing <= PASS_P))
    }
    rows = [
        _row(row, struck[row["institution_id"]])
        for row in of_institutions(tables["drawn"], struck)
        if row["institution_id"] in struck
    ]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def passing_tail(column: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """(P(an honest station passes as many of its far old diesels), the others' share of old diesels that pass)."""
    tests, passed, drawn = column["old_tests"], column["old_passed"], column["drawn"]
    usual = (passed.sum() - passed + 0.5) / (tests.sum() - tests + 1)
    p = np.ones(len(tests))
    for at in np.flatnonzero(drawn > 0):
        peers = (tests >= LEAST_OLD_OF_PEER) & (np.arange(len(tests)) != at)
        if peers.sum() < LEAST_PEERS:
            continue
        null = additive_null(arcsine(passed[peers] / tests[peers]), 1 / np.sqrt(tests[peers]))
        own = arcsine(column["drawn_passed"][at : at + 1] / drawn[at])
        p[at] = float(lower_tail(-z_scores(own, 1 / np.sqrt(drawn[at : at + 1]), null), null)[0])
    return p, usual


def _row(row: Mapping[str, Any], station: Mapping[str, Any]) -> dict[str, Any]:
    names = ("institution_id", "report_id", "report_no", "vin", "plate", "distance_km", "age_years")
    fixed = {"subject_id": row["institution_id"], "occurred_at": row["issued_at"], "level": "S2"}
    return {name: row[name] for name in names} | fixed | {"slip": False, "firm": False} | dict(station)


DETECTOR = Detector(
    id="E15",
    version=1,
    name="attraction",
    title="外地老旧柴油车舍近求远来检且合格率高",
    meaning="十年以上的柴油车大量从五十公里以外来检，合格率还高于同行对同类车辆的水平，可能有“包过”的名声，宜优先查看录像。",
    violation="SUP-15.2",
    cluster="outcome",
    kind="statistical",
    level="S2",
    subject_kind="institution",
    needs=(
        Need(
            table="vehicle_tests",
            required=("report_id", "fuel", "first_registered_on"),
            optional=("vin", "plate", "started_at", "test_kind"),
        ),
        Need(
            table="reports",
            required=("report_no", "issued_at", "verdict"),
            optional=("client_id", "site_id", "corrects"),
        ),
        Need(table="clients", optional=("client_id", "lon", "lat"), optional_table=True),
        Need(table="sites", optional=("site_id", "institution_id", "lon", "lat"), optional_table=True),
    ),
    packs=("pack_vehicle_fuels",),
    steps=(
        Step(name="tested", sql=TESTED),
        Step(name="own_plates", sql=OWN_PLATES),
        Step(name="placed", sql=PLACED),
        Step(name="of_stations", sql=STATIONS),
        Step(name="drawn", sql=DRAWN),
        Step(
            name="abstains",
            sql=f"""
SELECT t.institution_id, '既没有委托方和场所的坐标，也没有号牌，看不出车辆从哪里来' AS reason
FROM (SELECT DISTINCT institution_id FROM tested) AS t
ANTI JOIN of_stations o ON o.institution_id = t.institution_id
UNION ALL
SELECT o.institution_id, '同类机构少于{LEAST_PEERS}家，或者老旧柴油车太少，无从比较' AS reason FROM of_stations o
CROSS JOIN (SELECT count(*) AS stations, sum(old_tests) AS old_tests FROM of_stations WHERE n >= {LEAST_TESTS}) AS a
WHERE a.stations < {LEAST_PEERS} OR a.old_tests < {LEAST_OLD}
""",
        ),
        Step(name="population", sql="SELECT institution_id, n FROM of_stations"),
    ),
    array=ArrayStep(inputs=("of_stations", "drawn"), compute=compute),
    min_n=LEAST_TESTS,
    unit="份知道车辆来处的报告",
    says="{judged} 份中 {drawn} 份（{share}%）为外地来的十年以上柴油车，同行为 {usual_share}%；其合格率 {pass_share}%，"
    "同行对老旧柴油车为 {usual_pass_share}%；其中 {failed_before} 份此前在别处不合格",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "vin": "车辆识别代号",
        "plate": "号牌号码",
        "distance_km": "委托方到场所的距离（公里）",
        "age_years": "车龄（年）",
        "drawn": "外地老旧柴油车份数",
        "judged": "可判份数",
        "share": "占比（%）",
        "usual_share": "同行占比（%）",
        "pass_share": "其合格率（%）",
        "usual_pass_share": "同行老旧柴油车合格率（%）",
        "failed_before": "此前在别处不合格份数",
        "peers": "同行机构数",
    },
    on_site=(
        "调取外地老旧柴油车的检验录像和过程数据，核对车辆、方法和转速、功率",
        "了解车主为何舍近求远，查付款人、代办人和收费",
        "抽取近期合格的外地老旧柴油车复检",
    ),
    benign=(
        "占比高而合格率不高于同行的不列：靠近物流园、港口或者当地唯一有重型车检测线的机构属于这种情形",
        "有坐标的按距离，没有坐标的按号牌归属；坐标不在境内或者距离超过三千公里的视为填写有误，改看号牌",
        "机构之间占比和合格率的正常差异已计入；十年、五十公里是筛查参数，没有依据，待核；本项只作线索",
    ),
    unit_level=True,
)
