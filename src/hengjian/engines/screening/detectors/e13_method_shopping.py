"""E13 – cars that are tested under load everywhere else are tested here without (SUP-14.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.hits import hit_schema

LOADED_SHARE = 0.95
PEER_TESTS = 20
PEER_STATIONS = 5
LEAST_TESTS = 8
LEAST_EASY = 4
EASY_SHARE = 0.2
MOSTLY = 0.5
TAU = 0.7
"""Honest stations differ in how many all-wheel and unswitchable cars they get: ln rate ~ N(0, 0.7²)."""

LEAST_RATE = 0.01
LARGEST_P = 1e-4
LARGEST_Q = 0.05
NODES = np.linspace(-5, 5, 101)
WEIGHTS = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()

HIT_SCHEMA = hit_schema(
    texts=("report_no", "vin", "model", "method", "drive"),
    floats=("share", "usual_share", "model_loaded_share"),
    counts=("easy", "judged", "tests"),
)

METHODS = """
SELECT r.institution_id, v.report_id, r.report_no, r.issued_at, v.vin, v.model, v.method, v.drive,
       coalesce(v.drive, '') || '|' || coalesce(v.fuel, '') AS build,
       CASE WHEN m.loaded THEN 1 ELSE 0 END AS loaded
FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
JOIN pack_vehicle_methods m ON m.method = v.method AND CAST(r.issued_at AS DATE) >= m.valid_from
    AND (m.valid_to IS NULL OR CAST(r.issued_at AS DATE) <= m.valid_to)
WHERE v.model IS NOT NULL AND coalesce(v.test_kind, 'emission') = 'emission' AND r.corrects IS NULL
"""

# A model comes with two and with four driven wheels: the four-wheel-drive ones often may not go on the rollers.
MODELS = (
    "SELECT institution_id, model, build, count(*) AS n, sum(loaded) AS loaded FROM by_method "
    "GROUP BY institution_id, model, build"
)

# Models that others test under load, without the station that is judged.
EXPECTED = f"""
SELECT m.institution_id, m.model, m.build, 1.0 * (a.loaded - m.loaded) / (a.n - m.n) AS loaded_share
FROM models m
JOIN (SELECT model, build, sum(n) AS n, sum(loaded) AS loaded, count(*) AS stations FROM models
      GROUP BY model, build) AS a ON a.model = m.model AND a.build = m.build
WHERE a.n - m.n >= {PEER_TESTS} AND a.stations - 1 >= {PEER_STATIONS}
  AND a.loaded - m.loaded >= {LOADED_SHARE} * (a.n - m.n)
"""

JUDGED = """
SELECT t.*, e.loaded_share FROM by_method t
JOIN expected e ON e.institution_id = t.institution_id AND e.model = t.model AND e.build = t.build
"""

OF_STATION = f"""
SELECT institution_id, count(*) AS n, sum(1 - loaded) AS easy, 1 - avg(loaded_share) AS usual
FROM judged_tests GROUP BY institution_id HAVING count(*) >= {LEAST_TESTS} ORDER BY institution_id
"""

EASY = """
SELECT j.* FROM judged_tests j JOIN of_station o ON o.institution_id = j.institution_id WHERE j.loaded = 0
ORDER BY j.institution_id, j.report_id
"""


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Stations with far more unloaded tests of such cars than the others' share."""
    stations = tables["of_station"].to_pylist()
    p_values = [tail(int(one["easy"]), int(one["n"]), float(one["usual"])) for one in stations]
    accused: dict[str, dict[str, Any]] = {}
    for one, p, q in zip(stations, p_values, false_discovery(p_values), strict=True):
        large = one["easy"] >= LEAST_EASY and one["easy"] >= EASY_SHARE * one["n"]
        if large and p <= LARGEST_P and (q or 0.0) <= LARGEST_Q:
            accused[one["institution_id"]] = one | {"p": p}
    rows = [
        _row(row, accused[row["institution_id"]], len(stations))
        for row in tables["easy"].to_pylist()
        if row["institution_id"] in accused
    ]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def tail(easy: int, tests: int, usual: float) -> float:
    """P(at least so many unloaded tests), averaged over how honest stations differ."""
    if easy < 1:
        return 1.0
    rates = np.clip(max(usual, LEAST_RATE) * np.exp(TAU * NODES), 0.0, 0.99)
    return float(special.bdtrc(easy - 1, tests, rates) @ WEIGHTS)


def _row(row: Mapping[str, Any], station: Mapping[str, Any], tests: int) -> dict[str, Any]:
    names = ("institution_id", "report_id", "report_no", "vin", "model", "method", "drive")
    share = float(station["easy"]) / station["n"]
    return {name: row[name] for name in names} | {
        "subject_id": row["institution_id"],
        "occurred_at": row["issued_at"],
        "level": "S4" if share >= MOSTLY else "S3",
        "slip": False,
        "firm": False,
        "p_value": station["p"],
        "share": 100 * share,
        "usual_share": 100 * float(station["usual"]),
        "model_loaded_share": 100 * float(row["loaded_share"]),
        "easy": int(station["easy"]),
        "judged": int(station["n"]),
        "tests": tests,
    }


DETECTOR = Detector(
    id="E13",
    version=2,
    name="method_shopping",
    title="能做工况法的车辆改用了宽松的方法",
    meaning="同型号的车在其他机构几乎都用加载的工况法检验，这里却大量改用怠速或自由加速，高排放的车更容易通过。",
    violation="SUP-14.3",
    cluster="vehicle",
    kind="statistical",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="vehicle_tests",
            required=("report_id", "model", "method"),
            optional=("vin", "drive", "fuel", "test_kind"),
        ),
        Need(table="reports", required=("report_no", "issued_at"), optional=("corrects",)),
    ),
    packs=("pack_vehicle_methods",),
    steps=(
        Step(name="by_method", sql=METHODS),
        Step(name="models", sql=MODELS),
        Step(name="expected", sql=EXPECTED),
        Step(name="judged_tests", sql=JUDGED),
        Step(name="of_station", sql=OF_STATION),
        Step(name="easy", sql=EASY),
        Step(name="population", sql="SELECT institution_id, count(*) AS n FROM judged_tests GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("of_station", "easy"), compute=compute),
    min_n=LEAST_TESTS,
    unit="份同型号在别处都用工况法的报告",
    says="同型号车辆在其他机构只有 {usual_share}% 不用工况法，这里 {judged} 份中有 {easy} 份（{share}%），"
    "如报告 {report_no}：{model} 用{method}",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "vin": "车辆识别代号",
        "model": "型号",
        "method": "所用方法",
        "drive": "驱动形式",
        "easy": "不用工况法的份数",
        "judged": "可比份数",
        "share": "占比（%）",
        "usual_share": "其他机构占比（%）",
        "model_loaded_share": "该型号在别处用工况法的占比（%）",
    },
    words={"method": {"two_idle": "双怠速法", "free_accel": "自由加速法"}},
    on_site=(
        "抽查涉及车辆的驱动形式和电子稳定系统，确认能否上底盘测功机",
        "核对不适用工况法的理由记录和审批",
        "对仍在有效期内的涉及车辆按工况法复检",
    ),
    benign=(
        "只看其他五家以上机构九成五以上用工况法的同型号、同驱动形式和燃料的车，四驱等不能上线的车因此不计",
        "机构之间车辆构成的差异已计入；少于四份或占比不到两成的不报",
        "全区域都放宽方法时看不出来，须与其他地区的数据一起筛查",
    ),
    unit_level=True,
)
