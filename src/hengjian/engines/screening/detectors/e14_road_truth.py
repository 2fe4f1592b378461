"""E14 – vehicles that passed here are caught on the road far oftener than those passed elsewhere (SUP-15.1).

An event of the kinds `roadside` and `remote_sensing` is about a vehicle: `place_id` holds its identification number or
plate, `value` is 1 where it was found beyond the limit and 0 where it was in order. Readings in other units say
nothing here, for their limits are not handed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.expectation import STEPS
from hengjian.engines.screening.gamma_poisson import as_many
from hengjian.engines.screening.hits import hit_schema, of_institutions
from hengjian.engines.screening.peers import Floats
from hengjian.engines.screening.rarity import (
    LEAST_CV2,
    LEAST_PEERS,
    additive_null,
    arcsine,
    groups_of,
    lower_tail,
    z_scores,
)

LONGEST_DAYS = 90
LEAST_CASES = 50
LEAST_CAUGHT = 20
LEAST_RATIO = 1.5
LARGE_RATIO = 2.0
LARGEST_P = 1e-3
CAREFUL_CV2 = 0.16
"""Honest stations differ in whom the road catches by up to 40 %; what less (20 %) would not excuse is a hint."""

YEARS_A_BAND = 4
JUDGED_UNITS = ("", "判定", "超标", "不合格")
"""Units in which 1 and 0 are a judgement and not a reading."""

HIT_SCHEMA = hit_schema(
    texts=("nature", "report_no", "vin", "lane"),
    floats=("seen_share", "usual_share", "expected", "ratio"),
    counts=("seen", "caught", "peers", "tests"),
).append(pa.field("caught_at", pa.timestamp("us")))


def _plain(column: str) -> str:
    """SQL of a plate or identification number without spaces and points, in capitals."""
    return f"upper(replace(replace(trim({column}), '·', ''), ' ', ''))"


TESTED = f"""
SELECT v.report_id, r.institution_id, r.report_no, r.issued_at, r.verdict, coalesce(v.lane_id, '') AS lane, v.vin,
       {_plain("v.vin")} AS number, {_plain("v.plate")} AS plate, coalesce(v.started_at, r.issued_at) AS tested_at,
       coalesce(f.fuel, '') AS fuel, coalesce(v.emission_stage, '') AS stage, coalesce(v.method, '') AS method,
       coalesce(CAST(floor((hj_epoch(r.issued_at) - hj_epoch(CAST(v.first_registered_on AS TIMESTAMP)))
                           / (86400 * 365.25 * {YEARS_A_BAND})) AS BIGINT), -1) AS age_band
FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
LEFT JOIN (SELECT word, max(fuel) AS fuel FROM pack_vehicle_fuels GROUP BY word) AS f ON f.word = v.fuel
WHERE coalesce(v.test_kind, 'emission') = 'emission' AND r.corrects IS NULL AND v.vin IS NOT NULL
  AND r.verdict IN ('pass', 'fail')
"""

SIGHTINGS = f"""
SELECT kind, {_plain("place_id")} AS thing, from_at AS seen_at, max(CASE WHEN value >= 1 THEN 1 ELSE 0 END) AS beyond
FROM external_events
WHERE kind IN ('roadside', 'remote_sensing') AND value IN (0, 1) AND from_at IS NOT NULL
  AND coalesce(unit, '') IN ({", ".join(f"'{unit}'" for unit in JUDGED_UNITS)})
GROUP BY kind, {_plain("place_id")}, from_at
"""

# A sighting speaks of the last test before it; a failed one is followed by a repair and says nothing.
LINKED = f"""
SELECT * FROM (
    SELECT t.report_id, t.verdict, s.kind, s.seen_at, s.beyond FROM sightings s
    JOIN tested t ON t.number = s.thing AND t.tested_at <= s.seen_at
        AND hj_epoch(s.seen_at) - hj_epoch(t.tested_at) <= {LONGEST_DAYS} * 86400
    QUALIFY row_number() OVER (PARTITION BY s.kind, s.thing, s.seen_at ORDER BY t.tested_at DESC, t.report_id) = 1
    UNION ALL
    SELECT t.report_id, t.verdict, s.kind, s.seen_at, s.beyond FROM sightings s
    JOIN tested t ON t.plate = s.thing AND t.number <> s.thing AND t.tested_at <= s.seen_at
        AND hj_epoch(s.seen_at) - hj_epoch(t.tested_at) <= {LONGEST_DAYS} * 86400
    QUALIFY row_number() OVER (PARTITION BY s.kind, s.thing, s.seen_at ORDER BY t.tested_at DESC, t.report_id) = 1
) AS last_tests WHERE verdict = 'pass'
"""

BY_REPORT = """
SELECT report_id, kind, max(beyond) AS bad, min(CASE WHEN beyond = 1 THEN seen_at END) AS caught_at
FROM linked GROUP BY report_id, kind
"""

# Who hands over only what was caught: all that passed in the time of the sightings were on the road.
SCOPES = """
SELECT kind, min(seen_at) AS first_at, max(seen_at) AS last_at, min(beyond) AS least FROM sightings GROUP BY kind
"""

CASES = f"""
SELECT t.*, c.kind, coalesce(b.bad, 0) AS bad, b.caught_at
FROM tested t
CROSS JOIN scopes c
LEFT JOIN by_report b ON b.report_id = t.report_id AND b.kind = c.kind
WHERE t.verdict = 'pass'
  AND (b.bad IS NOT NULL
       OR (c.least = 1 AND t.tested_at <= c.last_at AND t.tested_at >= hj_days(c.first_at, -{LONGEST_DAYS})))
"""

JUDGED = """
SELECT institution_id, kind AS unit, concat_ws('|', kind, fuel, CAST(age_band AS VARCHAR), stage, method) AS fine,
       concat_ws('|', kind, fuel, CAST(age_band AS VARCHAR)) AS mid, kind AS coarse,
       count(*) AS n, sum(bad) AS bad, max(issued_at) AS last_at
FROM cases GROUP BY institution_id, kind, fuel, age_band, stage, method
"""

CAUGHT = """
SELECT institution_id, report_id, report_no, vin, lane, kind, issued_at, caught_at FROM cases WHERE bad = 1
ORDER BY institution_id, kind, report_id
"""


def more_than_expected(
    n: Floats, bad: Floats, share: Floats, errors: Floats, peers: Floats, *, least_cv2: float
) -> Floats:
    """P(an honest unit has as many): the larger of the over-dispersed arcsine tail and the gamma-Poisson tail."""
    values = arcsine(bad / n) - arcsine(share)
    null = additive_null(values[peers > 0], errors[peers > 0])
    usual = np.clip(np.sin(np.clip((arcsine(share) + null.centre) / 2, 0.0, np.pi / 2)) ** 2, 1e-9, 1 - 1e-9)
    shape = 1 / np.maximum(least_cv2, (null.tau * null.widening) ** 2 * (1 - usual) / usual)
    mean = np.maximum(usual * n, 1e-9)
    counted = as_many(bad, mean, shape)
    return np.asarray(np.maximum(lower_tail(-z_scores(values, errors, null), null), counted), dtype=np.float64)


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Stations whose passed vehicles are caught oftener than the peers' of the same fuel, age and stage."""
    data = tables["expected"].sort_by([("institution_id", "ascending"), ("unit", "ascending")])
    column = {
        name: np.asarray(data[name].to_numpy(zero_copy_only=False), dtype=np.float64)
        for name in ("n", "bad", "expected", "variance", "sick")
    }
    enough = (column["n"] >= LEAST_CASES) & (column["variance"] > 0)
    groups = [
        one for one in groups_of(data["unit"].to_pylist(), enough) if (column["sick"][one] == 0).sum() >= LEAST_PEERS
    ]
    units, tests = data.to_pylist(), sum(map(len, groups))
    struck: dict[tuple[str, str], dict[str, Any]] = {}
    for group in groups:
        n, bad = column["n"][group], column["bad"][group]
        share = np.clip(column["expected"][group] / n, 1e-9, 1 - 1e-9)
        errors = np.sqrt(column["variance"][group] / (n * share * (1 - share)) / n)
        fit = 1.0 * (column["sick"][group] == 0)
        careful, hint = (
            more_than_expected(n, bad, share, errors, fit, least_cv2=one) for one in (CAREFUL_CV2, LEAST_CV2)
        )
        p = np.where(careful < LARGEST_P, careful, hint)
        ratio = bad / np.maximum(column["expected"][group], 1e-9)
        for at in np.flatnonzero((p < LARGEST_P) & (bad >= LEAST_CAUGHT) & (ratio >= LEAST_RATIO)):
            unit = units[group[at]]
            struck[unit["institution_id"], unit["unit"]] = {
                "level": ("S4" if ratio[at] >= LARGE_RATIO else "S3") if careful[at] < LARGEST_P else "S2",
                "p_value": float(p[at]),
                "seen_share": 100 * float(bad[at] / n[at]),
                "usual_share": 100 * float(share[at]),
                "expected": float(column["expected"][group][at]),
                "ratio": float(ratio[at]),
                "seen": int(n[at]),
                "caught": int(bad[at]),
                "peers": int(fit.sum()) - 1,
                "tests": tests,
            }
    rows = [
        _row(row, struck[row["institution_id"], row["kind"]])
        for row in of_institutions(tables["caught"], {one for one, _ in struck})
        if (row["institution_id"], row["kind"]) in struck
    ]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _row(row: Mapping[str, Any], unit: Mapping[str, Any]) -> dict[str, Any]:
    names = ("institution_id", "report_id", "report_no", "vin", "lane", "caught_at")
    fixed = {"subject_id": row["institution_id"], "occurred_at": row["issued_at"], "nature": row["kind"]}
    return {name: row[name] for name in names} | fixed | {"slip": False, "firm": False} | dict(unit)


DETECTOR = Detector(
    id="E14",
    version=1,
    name="road_truth",
    title="在本机构合格的车辆上路后屡被查出超标",
    meaning="车辆在这里检验合格后九十天内，被路检或者遥感查出超标的比例远高于在其他机构合格的同类车辆，合格结论可能不真实。",
    violation="SUP-15.1",
    cluster="outcome",
    kind="statistical",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(table="external_events", required=("kind", "place_id", "from_at", "value"), optional=("unit",)),
        Need(
            table="vehicle_tests",
            required=("report_id", "vin"),
            optional=(
                "plate",
                "fuel",
                "emission_stage",
                "method",
                "lane_id",
                "started_at",
                "first_registered_on",
                "test_kind",
            ),
        ),
        Need(table="reports", required=("report_no", "issued_at", "verdict"), optional=("corrects", "field")),
    ),
    packs=("pack_vehicle_fuels",),
    steps=(
        Step(name="tested", sql=TESTED),
        Step(name="sightings", sql=SIGHTINGS),
        Step(name="linked", sql=LINKED),
        Step(name="by_report", sql=BY_REPORT),
        Step(name="scopes", sql=SCOPES),
        Step(name="cases", sql=CASES),
        Step(name="judged", sql=JUDGED),
        *STEPS,
        Step(name="caught", sql=CAUGHT),
        Step(
            name="abstains",
            sql="SELECT i.institution_id, '没有与受检车辆对应的路检、遥感判定' AS reason FROM institutions i "
            "CROSS JOIN (SELECT count(*) AS n FROM by_report) AS b WHERE b.n = 0",
        ),
        Step(name="population", sql="SELECT institution_id, max(n) AS n FROM expected GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("expected", "caught"), compute=compute),
    key_columns=("nature",),
    min_n=LEAST_CASES,
    unit="份合格后九十天内有路上证据可比的报告",
    says="合格后九十天内，{seen} 辆中 {caught} 辆（{seen_share}%）被{nature}查出超标，"
    "按同类车辆在 {peers} 家同行的水平应约 {expected} 辆（{usual_share}%）；如报告 {report_no}，车辆 {vin}",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "路上证据",
        "vin": "车辆识别代号",
        "lane": "检测线",
        "caught_at": "查出超标时间",
        "seen": "可比车辆数",
        "caught": "查出超标数",
        "expected": "按同行应有数",
        "seen_share": "超标占比（%）",
        "usual_share": "按同行应有占比（%）",
        "ratio": "倍数",
        "peers": "同行机构数",
    },
    words={"nature": {"roadside": "路检", "remote_sensing": "遥感"}},
    on_site=(
        "调取涉及车辆的检验过程数据和录像，核对是否本车、是否按规程检验",
        "通知涉及车辆复检，与原报告数值比对",
        "核对路检、遥感的原始记录、设备校准和判定依据",
    ),
    benign=(
        "按燃料、车龄、排放阶段和检验方法与同行逐格比较，并计入机构之间的正常差异；同行不足二十家的不判断",
        "遥感单次读数有误差，各机构的车辆一样受影响；只看同类证据之间的差别",
        "检验后车辆可能损坏或被改动：只看九十天内，以查获前最近一次检验为准；该次判不合格的不计",
        "查出不足二十辆或者不到应有数一倍半的不列；没有给出是否超标的读数不用",
    ),
    unit_level=True,
)
