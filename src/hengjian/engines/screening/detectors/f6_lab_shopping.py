"""F6 – what failed elsewhere comes here and passes within days (SUP-15.2, supporting)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.curves import Floats
from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.hits import hit_schema

LONGEST_DAYS = 15
LEAST_ARRIVALS = 10
LEAST_STATIONS = 10
LEAST_TESTS = 30
LEAST_RATIO = 3.0
LEAST_TAU = 0.4
"""Honest bodies differ in how many dissatisfied clients they get: ln rate ~ N(0, 0.4²) at least."""

TRIMMED = 0.1
"""Bodies with the most arrivals for their size do not make the norm."""

LARGEST_P = 1e-4
LARGEST_Q = 0.05
PASS_P = 0.01
NODES = np.linspace(-4, 4, 81)
WEIGHTS = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()

HIT_SCHEMA = hit_schema(
    texts=("nature", "report_no", "thing", "other_institution", "other_report", "source"),
    floats=("expected", "ratio", "pass_share", "usual_pass_share", "pass_p"),
    counts=("arrivals", "bodies", "tests"),
)

# One thing = a vehicle and its kind of test, or a lot of a product of one client; samples have numbers of their own.
TESTS = """
SELECT r.report_id, r.report_no, r.institution_id, r.verdict, r.issued_at, hj_epoch(r.issued_at) AS t,
       CASE WHEN v.vin IS NOT NULL THEN concat('车辆 ', v.vin, ' ', v.test_kind)
            ELSE concat('批号 ', r.client_id, ' ', r.object, ' ', r.lot_no) END AS thing,
       CASE WHEN v.vin IS NOT NULL THEN 'vehicle' ELSE r.field END AS kind, v.repair_no
FROM reports r
LEFT JOIN (SELECT report_id, max(vin) AS vin, max(coalesce(test_kind, 'emission')) AS test_kind,
                  max(repair_no) AS repair_no FROM vehicle_tests GROUP BY report_id) AS v ON v.report_id = r.report_id
WHERE r.verdict IN ('pass', 'fail') AND r.corrects IS NULL AND r.issued_at IS NOT NULL
  AND coalesce(r.purpose, 'client') NOT IN ('retest', 'supervision', 'pt', 'blind', 'qc')
  AND (v.vin IS NOT NULL OR (r.client_id IS NOT NULL AND r.object IS NOT NULL AND length(r.lot_no) >= 4))
"""

CHAINS = """
SELECT t.*, lag(institution_id) OVER w AS other_institution, lag(report_id) OVER w AS other_report,
       lag(verdict) OVER w AS other_verdict, lag(t) OVER w AS other_t
FROM chain_tests t WINDOW w AS (PARTITION BY thing ORDER BY t, report_id)
"""

ARRIVALS = f"""
SELECT * FROM chains
WHERE other_verdict = 'fail' AND other_institution <> institution_id AND t - other_t <= {LONGEST_DAYS} * 86400
  AND repair_no IS NULL
ORDER BY institution_id, kind, report_id
"""

VOLUMES = """
SELECT institution_id, kind, count(*) AS n, count(CASE WHEN verdict = 'fail' THEN 1 END) AS failed,
       max(issued_at) AS last_at
FROM chain_tests GROUP BY institution_id, kind ORDER BY kind, institution_id
"""

Columns = Mapping[str, npt.NDArray[Any]]


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """By kind: who gets more of what failed elsewhere than its share of all tests, and passes it."""
    volumes, arrivals = tables["volumes"].to_pylist(), tables["arrivals"].to_pylist()
    rows: list[dict[str, Any]] = []
    for kind in sorted({row["kind"] for row in volumes}):
        bodies = [row for row in volumes if row["kind"] == kind and row["n"] >= LEAST_TESTS]
        came: dict[str, list[dict[str, Any]]] = {}
        for row in arrivals:
            if row["kind"] == kind:
                came.setdefault(row["institution_id"], []).append(row)
        if len(bodies) >= LEAST_STATIONS:
            rows += _kind(bodies, came)
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _kind(bodies: list[dict[str, Any]], came: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    names = [row["institution_id"] for row in bodies]
    counts = np.array([len(came.get(name, [])) for name in names], dtype=np.float64)
    passed = np.array([sum(row["verdict"] == "pass" for row in came.get(name, [])) for name in names], dtype=np.float64)
    expected = expected_arrivals(
        counts,
        volume=np.array([row["n"] for row in bodies], dtype=np.float64) - counts,
        failed=np.array([row["failed"] for row in bodies], dtype=np.float64),
    )
    p_values = excess(counts, expected)
    rows = []
    for at, q in enumerate(false_discovery(p_values.tolist())):
        strange = p_values[at] <= LARGEST_P and (q or 0.0) <= LARGEST_Q
        if not strange or counts[at] < LEAST_ARRIVALS or counts[at] < LEAST_RATIO * expected[at]:
            continue
        others = max(float(counts.sum() - counts[at]), 1.0)
        usual = (float(passed.sum() - passed[at]) + 1) / (others + 2)
        pass_p = float(special.bdtrc(passed[at] - 1, int(counts[at]), usual)) if passed[at] > 0 else 1.0
        facts = {"p_value": float(p_values[at]), "arrivals": int(counts[at]), "expected": float(expected[at])}
        facts |= {"ratio": float(counts[at] / max(expected[at], 0.01)), "pass_share": 100 * passed[at] / counts[at]}
        facts |= {"usual_pass_share": 100 * usual, "pass_p": pass_p, "bodies": len(bodies), "tests": len(bodies)}
        level = "S3" if pass_p <= PASS_P else "S2"
        rows += [_row(row, level) | facts for row in came[names[at]] if row["verdict"] == "pass"]
    return rows


def expected_arrivals(counts: Floats, *, volume: Floats, failed: Floats) -> Floats:
    """What each body would get if what fails elsewhere went to the others by their size; one's own failures cannot."""
    share = volume[None, :] / np.maximum(volume.sum() - volume[:, None], 1.0)
    np.fill_diagonal(share, 0.0)
    flow = np.maximum(failed @ share, 1e-9)
    ratio = counts / flow
    usual = ratio <= np.quantile(ratio, 1 - TRIMMED)
    return np.asarray(flow * (counts[usual].sum() + 1) / (flow[usual].sum() + 1e-9), dtype=np.float64)


def excess(counts: Floats, expected: Floats) -> Floats:
    """P(at least as many arrivals): Poisson, averaged over how honest bodies differ (τ from all but the largest)."""
    squares = (counts - expected) ** 2 / expected
    phi = float(np.mean(np.minimum(squares, np.quantile(squares, 1 - TRIMMED))))
    tau = float(np.sqrt(max(LEAST_TAU**2, (phi - 1) / float(np.median(expected)))))
    rates = expected[:, None] * np.exp(tau * NODES)[None, :]
    tails = np.where(counts[:, None] > 0, special.gammainc(np.maximum(counts, 1.0)[:, None], rates), 1.0)
    return np.asarray(tails @ WEIGHTS, dtype=np.float64)


def _row(row: Mapping[str, Any], level: str) -> dict[str, Any]:
    names = ("institution_id", "report_id", "report_no", "thing", "other_institution", "other_report")
    return {name: row[name] for name in names} | {
        "subject_id": row["institution_id"],
        "occurred_at": row["issued_at"],
        "level": level,
        "slip": False,
        "firm": False,
        "nature": row["kind"],
        "source": row["other_institution"],
    }


DETECTOR = Detector(
    id="F6",
    version=1,
    name="lab_shopping",
    title="在别处不合格的样品大量转来本机构即合格",
    meaning="同一辆车或同一批产品在其他机构不合格，十五天内转到这里便合格，数量远超按规模应有的，可能有人专门往这里送。",
    violation="SUP-15.2",
    cluster="network",
    kind="statistical",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("report_no", "field", "issued_at", "verdict"),
            optional=("client_id", "object", "lot_no", "purpose", "corrects"),
        ),
        Need(table="vehicle_tests", optional=("report_id", "vin", "test_kind", "repair_no"), optional_table=True),
    ),
    steps=(
        Step(name="chain_tests", sql=TESTS),
        Step(name="chains", sql=CHAINS),
        Step(name="arrivals", sql=ARRIVALS),
        Step(name="volumes", sql=VOLUMES),
        Step(
            name="abstains",
            sql=f"""
SELECT institution_id, '同类机构少于{LEAST_STATIONS}家，看不出流向' AS reason FROM volumes
GROUP BY institution_id
HAVING max(CASE WHEN kind IN (SELECT kind FROM volumes WHERE n >= {LEAST_TESTS}
                              GROUP BY kind HAVING count(*) >= {LEAST_STATIONS}) THEN 1 ELSE 0 END) = 0
""",
        ),
        Step(name="population", sql="SELECT institution_id, sum(n) AS n FROM volumes GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("volumes", "arrivals"), compute=compute),
    key_columns=("nature",),
    min_n=LEAST_TESTS,
    unit="份可追踪车辆或批次的报告",
    says="十五天内从其他机构不合格后转来 {arrivals} 件，按规模应有约 {expected} 件；合格率 {pass_share}%，"
    "转往其他机构的为 {usual_pass_share}%；如报告 {report_no}（{thing}）",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "类别",
        "thing": "车辆或批次",
        "other_institution": "此前不合格的机构",
        "other_report": "此前不合格的报告",
        "source": "来自",
        "arrivals": "转来件数",
        "expected": "按规模应有件数",
        "ratio": "倍数",
        "pass_share": "转来件合格率（%）",
        "usual_pass_share": "转往其他机构的合格率（%）",
        "pass_p": "合格率偏高的概率",
        "bodies": "同类机构数",
    },
    on_site=(
        "抽取转来后合格的车辆或批次，找原车、留样复检",
        "核对委托人、代办人和付款人，查是否同一中介送来",
        "调取转来样品的收样、检测录像和原始数据",
    ),
    benign=(
        "复检机构按规定承接的复检、监督抽检、能力验证不计；有维修单号的车辆不计",
        "各机构按规模应得的份额、以及机构之间正常的差异已计入；不足十件的不报",
        "转来件合格率不比转往别处的高时，只作疑问",
        "样品编号各家自编，不用来追踪",
    ),
)
