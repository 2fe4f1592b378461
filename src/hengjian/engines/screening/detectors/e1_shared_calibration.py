"""E1 – one OBD calibration identifier on vehicles of different engine families (SUP-15.2)."""

from __future__ import annotations

from math import factorial as factorial_of

from hengjian.engines.screening.detector import Detector, Step
from hengjian.engines.screening.vehicles import BLANKS, REGISTER, SCAN_PACKS, SCANS, scans_needs

WINDOW_DAYS = 90
LEAST_FAMILIES = 3
MANY_FAMILIES = 5
LEAST_STATIONS = 5
"""Fewer stations with identifiers than this teach nothing about which family has which identifier."""

OWNERS = 3
"""So many other stations must have seen the identifier on the family for it to be the family's own."""

OWN_SHARE = 0.05
MOST_FAMILIES_OF_ONE = 6
LEAST_ASTRAY, MOST_ASTRAY = 0.005, 0.02
"""Vehicles of other families that may honestly show an identifier, against those that have it by right."""

CHANCE, MOST_COUNTED = 1e-6, 7
"""Chance allowed to a window of a station; from so many vehicles on the bound is that of so many."""

LEAST_OF_A_FUEL = 3
"""Vehicles of either fuel: one or two may have had their engine changed, or be booked with the wrong fuel."""

CODED = """
SELECT institution_id, report_id, report_no, vin, tested_at, issued_at, fuel, calid, coalesce(cvn, '') AS cvn,
       coalesce(engine_model, model) AS family, CASE WHEN engine_model IS NULL THEN 0 ELSE 1 END AS known,
       CAST(floor(hj_epoch(tested_at) / 86400) AS BIGINT) AS day
FROM scans WHERE calid IS NOT NULL AND coalesce(engine_model, model) IS NOT NULL
"""

# Learned from all stations of the dataset: which identifier is seen on which engine family, and how often.
SEEN = """
SELECT institution_id, calid, cvn, family, max(known) AS known, count(DISTINCT vin) AS n
FROM coded GROUP BY institution_id, calid, cvn, family
"""

REGION = """
SELECT s.calid, s.cvn, s.family, sum(s.n) AS n, count(*) AS stations, max(s.known) AS known, max(f.n) AS of_family
FROM seen s JOIN (SELECT family, sum(n) AS n FROM seen GROUP BY family) AS f ON f.family = s.family
GROUP BY s.calid, s.cvn, s.family
"""

# An identifier that is "usual" on many engine families is no family's own: a device goes round in the whole region.
SPREAD = f"""
SELECT calid, cvn, count(*) AS families FROM region
WHERE known = 1 AND stations > {OWNERS} AND n >= {OWN_SHARE} * of_family GROUP BY calid, cvn
"""

# The map without the station that is judged.
OWN = f"""
SELECT s.institution_id, s.calid, s.cvn, s.family,
       r.stations - 1 >= {OWNERS} AND r.n - s.n >= {OWN_SHARE} * (r.of_family - m.n)
           AND coalesce(p.families, 0) <= {MOST_FAMILIES_OF_ONE} AS own
FROM seen s
JOIN region r ON r.calid = s.calid AND r.cvn = s.cvn AND r.family = s.family
JOIN (SELECT institution_id, family, sum(n) AS n FROM seen GROUP BY institution_id, family) AS m
  ON m.institution_id = s.institution_id AND m.family = s.family
LEFT JOIN spread p ON p.calid = s.calid AND p.cvn = s.cvn
"""

MAIN_FUEL = """
SELECT calid, cvn, fuel FROM (
    SELECT calid, cvn, fuel, count(DISTINCT vin) AS n FROM coded WHERE fuel <> '' GROUP BY calid, cvn, fuel
) AS counted
QUALIFY row_number() OVER (PARTITION BY calid, cvn ORDER BY n DESC, fuel) = 1
"""

# Windows overlap by half, so that none cuts a series in two.
WINDOWED = f"""
SELECT c.*, o.own, 0 AS shift, CAST(floor(c.day / {WINDOW_DAYS}.0) AS BIGINT) AS place
FROM coded c JOIN own o ON o.institution_id = c.institution_id AND o.calid = c.calid AND o.cvn = c.cvn
    AND o.family = c.family
UNION ALL
SELECT c.*, o.own, 1, CAST(floor((c.day + {WINDOW_DAYS // 2}) / {WINDOW_DAYS}.0) AS BIGINT)
FROM coded c JOIN own o ON o.institution_id = c.institution_id AND o.calid = c.calid AND o.cvn = c.cvn
    AND o.family = c.family
"""

# Changed engines and wrong entries bring an identifier to other families: as often as is seen at other stations.
BY_STATION = """
SELECT s.institution_id, s.calid, s.cvn, sum(CASE WHEN o.own THEN s.n ELSE 0 END) AS own_n,
       sum(CASE WHEN o.own THEN 0 ELSE s.n END) AS foreign_n
FROM seen s
JOIN own o ON o.institution_id = s.institution_id AND o.calid = s.calid AND o.cvn = s.cvn AND o.family = s.family
GROUP BY s.institution_id, s.calid, s.cvn
"""

ASTRAY = f"""
SELECT b.institution_id, b.calid, b.cvn,
       greatest({LEAST_ASTRAY} * t.own_n, least(t.foreign_n - b.foreign_n, {MOST_ASTRAY} * t.own_n)) / w.whole AS share
FROM by_station b
JOIN (SELECT calid, cvn, sum(own_n) AS own_n, sum(foreign_n) AS foreign_n FROM by_station GROUP BY calid, cvn) AS t
  ON t.calid = b.calid AND t.cvn = b.cvn
CROSS JOIN (SELECT sum(n) AS whole FROM seen) AS w
"""

WORKLOAD = """
SELECT institution_id, shift, place, count(DISTINCT vin) AS vehicles FROM windowed GROUP BY institution_id, shift, place
"""


def _beyond_chance(count: str) -> str:
    """Poisson: so many vehicles do not come by changed engines and wrong entries; λ^k/k! bounds the tail."""
    factorial = " ".join(f"WHEN {k} THEN {factorial_of(k)}" for k in range(1, MOST_COUNTED))
    return (
        f"power(g.by_chance, least({count}, {MOST_COUNTED})) <= {CHANCE} * "
        f"(CASE {count} WHEN 0 THEN 1 {factorial} ELSE {factorial_of(MOST_COUNTED)} END)"
    )


GROUPED = f"""
SELECT g.*, families >= {LEAST_FAMILIES} AND {_beyond_chance("families")} AS by_family,
       petrol >= {LEAST_OF_A_FUEL} AND diesel >= {LEAST_OF_A_FUEL}
           AND (families = 0 OR {_beyond_chance("least(petrol, diesel)")}) AS by_fuel
FROM (
    SELECT w.institution_id, w.calid, w.cvn, w.shift, w.place,
           count(DISTINCT CASE WHEN NOT w.own THEN w.family END) AS families,
           count(DISTINCT CASE WHEN w.fuel = 'petrol' THEN w.vin END) AS petrol,
           count(DISTINCT CASE WHEN w.fuel = 'diesel' THEN w.vin END) AS diesel,
           max(c.share) * max(l.vehicles) AS by_chance
    FROM windowed w
    JOIN astray c ON c.institution_id = w.institution_id AND c.calid = w.calid AND c.cvn = w.cvn
    JOIN workload l ON l.institution_id = w.institution_id AND l.shift = w.shift AND l.place = w.place
    GROUP BY w.institution_id, w.calid, w.cvn, w.shift, w.place
) AS g
"""

STATIONS = "SELECT count(DISTINCT institution_id) AS stations FROM coded"

# Of a small region only what physics forbids is judged: one calibration in petrol and in diesel engines.
ABSTAINS = f"""
SELECT c.institution_id, concat('有OBD标识的机构仅', CAST(max(s.stations) AS VARCHAR), '家，',
                                '学不到标识与发动机系族的对应；只查了汽油车与柴油车共用标识，未见') AS reason
FROM coded c CROSS JOIN stations s
LEFT JOIN (SELECT DISTINCT institution_id FROM grouped WHERE by_fuel) AS f ON f.institution_id = c.institution_id
WHERE s.stations < {LEAST_STATIONS} AND f.institution_id IS NULL
GROUP BY c.institution_id
"""

HITS = f"""
SELECT w.institution_id, w.institution_id AS subject_id, w.report_id, w.issued_at AS occurred_at,
       CASE WHEN g.by_fuel OR g.families >= {MANY_FAMILIES} THEN 'S5' ELSE 'S4' END AS level,
       false AS slip, g.by_fuel OR g.families >= {MANY_FAMILIES} AS firm, CAST(NULL AS DOUBLE) AS p_value,
       w.calid, w.cvn, w.report_no, w.vin, w.family, w.tested_at, greatest(g.families, 1) AS families,
       CASE WHEN g.by_fuel THEN 'fuel' ELSE 'family' END AS nature, s.stations
FROM windowed w
JOIN grouped g ON g.institution_id = w.institution_id AND g.calid = w.calid AND g.cvn = w.cvn AND g.shift = w.shift
    AND g.place = w.place
CROSS JOIN stations s
LEFT JOIN main_fuel f ON f.calid = w.calid AND f.cvn = w.cvn
WHERE (g.by_family AND s.stations >= {LEAST_STATIONS} AND NOT w.own)
   OR (g.by_fuel AND (NOT w.own OR w.fuel <> f.fuel))
QUALIFY row_number() OVER (PARTITION BY w.report_id, w.calid, w.cvn
                           ORDER BY g.by_fuel DESC, g.families DESC, w.shift) = 1
"""

DETECTOR = Detector(
    id="E1",
    version=2,
    name="shared_calibration",
    title="不同发动机系族的车辆出现相同的OBD标定标识",
    meaning="CAL ID和CVN由发动机控制器的软件决定，不同系族的车不会相同。同一对标识反复出现在不同系族的车上，"
    "说明读到的不是车辆本身，可能接了OBD作弊器或由软件填写。",
    violation="SUP-15.2",
    cluster="vehicle",
    kind="identity",
    level="S5",
    subject_kind="institution",
    anchor="absolute",
    needs=scans_needs("obd_calid"),
    packs=SCAN_PACKS,
    steps=(
        REGISTER,
        BLANKS,
        SCANS,
        Step(name="coded", sql=CODED),
        Step(name="seen", sql=SEEN),
        Step(name="region", sql=REGION),
        Step(name="spread", sql=SPREAD),
        Step(name="own", sql=OWN),
        Step(name="main_fuel", sql=MAIN_FUEL),
        Step(name="windowed", sql=WINDOWED),
        Step(name="by_station", sql=BY_STATION),
        Step(name="astray", sql=ASTRAY),
        Step(name="workload", sql=WORKLOAD),
        Step(name="grouped", sql=GROUPED),
        Step(name="stations", sql=STATIONS),
        Step(name="abstains", sql=ABSTAINS),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM coded GROUP BY institution_id",
        ),
        Step(name="hits", sql=HITS),
    ),
    key_columns=("calid", "cvn"),
    min_n=LEAST_FAMILIES,
    unit="份有标定标识的报告",
    says="标定标识 {calid}（CVN {cvn}）在九十天内出现在 {families} 个本不使用它的发动机系族上，如报告 {report_no}："
    "车辆 {vin}，系族 {family}",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "calid": "标定标识CAL ID",
        "cvn": "标定校验码CVN",
        "vin": "车辆识别代号",
        "family": "发动机系族",
        "tested_at": "检验时间",
        "families": "不应使用该标识的系族数",
        "nature": "依据",
        "stations": "对应关系取自的机构数",
    },
    words={"nature": {"fuel": "汽油车与柴油车共用", "family": "跨发动机系族"}},
    on_site=(
        "在检测线上用自带的诊断仪对同型号车辆重读CAL ID和CVN，与上传值比对",
        "检查OBD诊断仪、接线和检测软件，查找转接装置和可写入的模板数据",
        "调取涉及车辆检验时段的车间录像，核对诊断接头是否插在被检车上",
    ),
    benign=(
        "同一系族共用标识是正常的：系族与标识的对应关系由全部机构的数据学得，不含被判断的机构",
        "三家以上其他机构在同一系族上也见过的标识不计；召回升级出现的新标识因此不计",
        "读不到时填写的空值、占位字样不计",
        "更换过发动机、系族录错的车辆按其他机构的情况估计（千分之五至百分之二），标识越常见、机构车辆越多，要求的系族数越多",
        "车型录错只影响个别报告，不足三个系族不报",
    ),
)
