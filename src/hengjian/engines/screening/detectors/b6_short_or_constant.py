"""B6 – tests far shorter than anybody else's, or manual work that always takes the same time (SUP-14.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengjian.engines.screening.detector import DAY, MINUTE, ArrayStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.peers import peer_spread, share_tail, spread_tail

FAR_BELOW = 0.6
"""So much of the quickest peers' time, and less, is far too short."""

LEAST_TESTS = 30
LEAST_PEERS = 20
LEAST_SHORT = 3
LEAST_SHARE = 0.01
USUAL_SHARE, USUAL_STRENGTH = 0.002, 100.0
LARGEST_P, LARGEST_Q = 1e-4, 0.05
LARGEST_RATIO = 0.2**2
LEAST_SPREAD = 0.02
"""Where peers' times differ by less than 2 %, a programme runs: regularity says nothing."""

Floats = npt.NDArray[np.float64]

MANUAL = """
SELECT item_code, method_no FROM standard_items WHERE manual AND method_no IS NOT NULL GROUP BY item_code, method_no
"""

# One test = one method of one report; samples done together in one interval are one piece of work.
TESTS = f"""
SELECT r.institution_id, y.method_no, y.t0, y.t1, min(y.report_id) AS report_id, max(y.manual) AS manual,
       max(greatest(k.results__started_at, k.results__finished_at)) AS unit_s, max(r.issued_at) AS issued_at
FROM (
    SELECT x.report_id, x.method_no, hj_epoch(min(x.started_at)) AS t0, hj_epoch(max(x.finished_at)) AS t1,
           max(CASE WHEN m.item_code IS NOT NULL THEN 1 ELSE 0 END) AS manual
    FROM results x
    LEFT JOIN manual_items m ON m.item_code = x.item_code AND m.method_no = x.method_no
    WHERE x.method_no IS NOT NULL AND x.started_at IS NOT NULL AND x.finished_at > x.started_at
      AND hj_epoch(x.finished_at) - hj_epoch(x.started_at) <= 60 * {DAY} AND NOT coalesce(x.subcontracted, false)
    GROUP BY x.report_id, x.method_no
) AS y
JOIN reports r ON r.report_id = y.report_id
JOIN clock k ON k.institution_id = r.institution_id
WHERE r.corrects IS NULL AND greatest(k.results__started_at, k.results__finished_at) <= {MINUTE}
GROUP BY r.institution_id, y.method_no, y.t0, y.t1
"""

# What the quick institutions do at their quickest: the lower tenth of each one's fifth per cent.
QUICK = f"""
SELECT method_no, quantile_disc(quick_s, 0.1) AS quick_s, count(*) AS peers
FROM (SELECT institution_id, method_no, quantile_disc(t1 - t0, 0.05) AS quick_s FROM tests
      GROUP BY institution_id, method_no HAVING count(*) >= 5) AS q
GROUP BY method_no HAVING count(*) >= {LEAST_PEERS}
"""

UNITS = f"""
SELECT t.institution_id, t.method_no, count(*) AS n, max(q.quick_s) AS quick_s, max(q.peers) AS peers,
       sum(CASE WHEN t.t1 - t.t0 + CASE WHEN t.unit_s > 1 THEN t.unit_s ELSE 0 END < {FAR_BELOW} * q.quick_s
                THEN 1 ELSE 0 END) AS short, min(t.manual) AS manual, max(t.unit_s) AS unit_s,
       avg(ln(t.t1 - t.t0)) AS log_mean, var_samp(ln(t.t1 - t.t0)) AS log_var, max(t.issued_at) AS issued_at
FROM tests t JOIN quick q ON q.method_no = t.method_no
GROUP BY t.institution_id, t.method_no HAVING count(*) >= {LEAST_TESTS}
ORDER BY t.method_no, t.institution_id
"""

SHORT = f"""
SELECT t.institution_id, t.method_no, t.report_id, t.issued_at, t.t1 - t.t0 AS seconds
FROM tests t JOIN quick q ON q.method_no = t.method_no
WHERE t.t1 - t.t0 + CASE WHEN t.unit_s > 1 THEN t.unit_s ELSE 0 END < {FAR_BELOW} * q.quick_s
ORDER BY t.institution_id, t.method_no, t.report_id, t.t0
"""

HIT_SCHEMA = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("institution_id", "subject_id", "report_id", "level", "nature", "method_no")
        ),
        ("occurred_at", pa.timestamp("us")),
        ("slip", pa.bool_()),
        ("firm", pa.bool_()),
        *((name, pa.float64()) for name in ("p_value", "minutes", "quick_minutes", "spread", "peer_spread")),
        *((name, pa.int64()) for name in ("short", "compared", "peers", "tests")),
    ]
)


def short_tails(units: list[dict[str, Any]]) -> Floats:
    """P(so many far too short tests) of every unit, against the units of its method."""
    p = np.ones(len(units))
    methods = np.array([unit["method_no"] for unit in units])
    for method in np.unique(methods):
        group = np.flatnonzero(methods == method)
        counts = np.array([units[place]["short"] for place in group], dtype=np.float64)
        sizes = np.array([units[place]["n"] for place in group], dtype=np.float64)
        p[group] = share_tail(counts, sizes, usual=USUAL_SHARE, strength=USUAL_STRENGTH, least=LEAST_PEERS)[0]
    return p


def constant_tails(units: list[dict[str, Any]]) -> tuple[Floats, Floats, Floats]:
    """(P(times as equal), variance ratio, usual spread) of every unit of manual work with enough peers; P = 1 else."""
    p, ratio, usual = np.ones(len(units)), np.ones(len(units)), np.zeros(len(units))
    methods = np.array([unit["method_no"] for unit in units])
    for method in np.unique(methods):
        group = np.flatnonzero((methods == method) & np.array([unit["manual"] == 1 for unit in units]))
        if len(group) < LEAST_PEERS:
            continue
        mine = [units[place] for place in group]
        reading = np.array([(one["unit_s"] / np.exp(one["log_mean"])) ** 2 / 12 for one in mine])
        spread = np.array([max(float(one["log_var"] or 0.0), 0.0) for one in mine]) + reading
        freedom = np.array([one["n"] - 1 for one in mine], dtype=np.float64)
        centre, tau = peer_spread(spread, freedom)
        if np.sqrt(centre) < LEAST_SPREAD:
            continue
        p[group] = spread_tail(spread, freedom, centre=centre, tau=tau)
        ratio[group], usual[group] = spread / centre, np.sqrt(centre)
    return p, ratio, usual


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Units with too many short tests, with these; units whose manual work always takes as long."""
    units, short = tables["units"].to_pylist(), tables["short_tests"].to_pylist()
    few, (even, ratio, usual) = short_tails(units), constant_tails(units)
    q = false_discovery([float(one) for one in np.concatenate([few, even])])
    by_unit: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in short:
        by_unit.setdefault((row["institution_id"], row["method_no"]), []).append(row)
    hits = []
    for place, unit in enumerate(units):
        common = _common(unit, tests=2 * len(units))
        enough = unit["short"] >= max(LEAST_SHORT, LEAST_SHARE * unit["n"])
        if enough and few[place] <= LARGEST_P and (q[place] or 0.0) <= LARGEST_Q:
            for row in by_unit[unit["institution_id"], unit["method_no"]]:
                own = {"report_id": row["report_id"], "occurred_at": row["issued_at"], "nature": "short"}
                hits.append(common | own | {"p_value": float(few[place]), "minutes": row["seconds"] / 60})
        alike = ratio[place] <= LARGEST_RATIO and even[place] <= LARGEST_P
        if alike and (q[len(units) + place] or 0.0) <= LARGEST_Q:
            own = {"p_value": float(even[place]), "nature": "constant", "spread": float(np.sqrt(ratio[place]))}
            typical = {"minutes": float(np.exp(unit["log_mean"])) / 60, "peer_spread": float(usual[place])}
            hits.append(common | own | typical)
    return pa.Table.from_pylist(hits, schema=HIT_SCHEMA)


def _common(unit: Mapping[str, Any], *, tests: int) -> dict[str, object]:
    return {
        "institution_id": unit["institution_id"],
        "subject_id": unit["institution_id"],
        "method_no": unit["method_no"],
        "occurred_at": unit["issued_at"],
        "level": "S3",
        "slip": False,
        "firm": False,
        "quick_minutes": unit["quick_s"] / 60,
        "short": int(unit["short"]),
        "compared": int(unit["n"]),
        "peers": int(unit["peers"]) - 1,
        "tests": tests,
    }


DETECTOR = Detector(
    id="B6",
    version=1,
    name="short_or_constant",
    title="检测用时远短于同行或者过于整齐",
    meaning="用同一方法的检测，用时远短于最快的同行，或者手工操作每次用时几乎相同，检测可能没有按方法做或时间是编写的。",
    violation="SUP-14.3",
    cluster="capacity",
    kind="statistical",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "method_no", "started_at", "finished_at"),
            optional=("subcontracted",),
        ),
        Need(table="reports", required=("issued_at",), optional=("corrects",)),
        Need(table="standard_items", optional=("item_code", "method_no", "manual"), optional_table=True),
    ),
    resolution={"results.started_at": MINUTE, "results.finished_at": MINUTE},
    steps=(
        Step(name="manual_items", sql=MANUAL),
        Step(name="tests", sql=TESTS),
        Step(name="quick", sql=QUICK),
        Step(name="units", sql=UNITS),
        Step(name="short_tests", sql=SHORT),
        Step(name="population", sql="SELECT institution_id, sum(n) AS n FROM units GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("units", "short_tests"), compute=compute),
    key_columns=("method_no", "nature"),
    min_n=LEAST_TESTS,
    unit="次检测",
    unit_level=True,
    says="{method_no}：{nature}；用时 {minutes} 分钟，最快的同行约 {quick_minutes} 分钟，"
    "{compared} 次中过短 {short} 次，离散为同行的 {spread} 倍",
    words={"nature": {"short": "用时远短于同行", "constant": "手工操作用时过于一致"}},
    labels={
        "report_id": "报告标识",
        "occurred_at": "签发时间",
        "nature": "性质",
        "method_no": "检测方法",
        "minutes": "用时（分钟）",
        "quick_minutes": "最快同行用时（分钟）",
        "short": "过短次数",
        "compared": "可比次数",
        "spread": "离散与同行之比",
        "peer_spread": "同行的离散",
        "peers": "同行机构数",
    },
    on_site=(
        "调取检测区域录像，测量同一方法实际所需时间",
        "核对设备运行记录与报告所写的起止时间",
        "询问检测人员起止时间如何记录，是否由系统自动填写",
    ),
    benign=(
        "只与同一方法、二十家以上机构比较，快慢以各机构最快的百分之五中偏快的一成为准，短于其六成才算",
        "同一时段处理的多个样品算一次，时间记录单位已加上",
        "机构之间快慢、整齐程度的正常差异已计入；仪器程序控制、同行用时本来就一致的方法不看整齐程度",
        "三次以下、不足百分之一的不计；时间只到天的不判断",
    ),
)
