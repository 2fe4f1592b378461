"""D9 – an institution's samples differ far less among themselves than its peers' samples do (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import Floats
from hengjian.engines.screening.rarity import judged_by_group

LEAST_SAMPLES = 100
LEAST_CLIENTS = 5
STRIKING_P = 1e-4
LARGEST_RATIO = 0.25
"""A quarter of the usual variance, half the usual spread: less is no small matter."""

HIT_SCHEMA = hit_schema(
    texts=("item_code", "item_name", "method_no", "object"),
    floats=("ratio", "own_spread", "usual_spread"),
    counts=("samples", "clients", "peers", "tests"),
)

# Log values, so that the spread is relative; one product, one item, one method; many clients.
SPREADS = f"""
SELECT x.institution_id, x.item_code, coalesce(x.method_no, '') AS method_no, coalesce(r.object, '') AS object,
       coalesce(max(x.item_name), x.item_code) AS item_name, count(*) AS n, count(DISTINCT r.client_id) AS clients,
       var_samp(ln(x.value)) AS variance, max(r.issued_at) AS last_at
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE coalesce(x.replicate, 0) = 0 AND x.value > 0 AND x.value < 1e12 AND r.corrects IS NULL AND r.retest_of IS NULL
  AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt') AND coalesce(x.subcontracted, false) = false
GROUP BY x.institution_id, x.item_code, coalesce(x.method_no, ''), coalesce(r.object, '')
HAVING count(*) >= {LEAST_SAMPLES} AND var_samp(ln(x.value)) > 0
   AND (count(r.client_id) = 0 OR count(DISTINCT r.client_id) >= {LEAST_CLIENTS})
ORDER BY x.institution_id, x.item_code, coalesce(x.method_no, ''), coalesce(r.object, '')
"""


def error_of_log_variance(samples: Floats) -> Floats:
    """Sampling error of ln s² of normal values; what heavier tails add the peers' own spread shows."""
    return np.asarray(np.sqrt(2 / (samples - 1)), dtype=np.float64)


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """ln variance of each institution × item × product against those of the peers, lower tail."""
    units = tables["spreads"].to_pylist()
    if not units:
        return HIT_SCHEMA.empty_table()
    logs = np.log(np.array([unit["variance"] for unit in units], dtype=np.float64))
    errors = error_of_log_variance(np.array([unit["n"] for unit in units], dtype=np.float64))
    names = [f"{unit['item_code']}|{unit['method_no']}|{unit['object']}" for unit in units]
    p, centre, peers = judged_by_group(logs, errors, names, np.full(len(units), True))
    # products without twenty peers of their own are not thrown together: their spreads have nothing in common
    counted = {name: names.count(name) for name in set(names)}
    alone = np.array([counted[name] - 1 != peers[place] for place, name in enumerate(names)])
    p[alone] = np.nan
    tests = int(np.count_nonzero(~np.isnan(p)))
    rows = []
    for place in np.flatnonzero(p < STRIKING_P):
        unit, ratio = units[place], float(np.exp(logs[place] - centre[place]))
        if ratio <= LARGEST_RATIO:
            names_kept = ("institution_id", "item_code", "item_name", "method_no", "object")
            rows.append(
                {name: unit[name] for name in names_kept}
                | {"subject_id": unit["institution_id"], "occurred_at": unit["last_at"], "level": "S2"}
                | {"slip": False, "firm": False, "p_value": float(p[place]), "ratio": ratio, "samples": int(unit["n"])}
                | {"own_spread": 100 * float(np.sqrt(unit["variance"])), "clients": int(unit["clients"])}
                | {"usual_spread": 100 * float(np.exp(centre[place] / 2)), "peers": int(peers[place]), "tests": tests}
            )
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D9",
    version=1,
    name="compressed_variance",
    title="不同样品的结果过于整齐",
    meaning="不同委托方的样品，同一项目的结果彼此相差远小于同行所测的同类样品，结果可能是照着惯常数值编的。只作佐证。",
    violation="SUP-15.2",
    cluster="digits",
    kind="statistical",
    level="S2",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code"),
            optional=("value", "replicate", "method_no", "item_name", "subcontracted"),
        ),
        Need(
            table="reports",
            required=("issued_at",),
            optional=("object", "client_id", "purpose", "corrects", "retest_of"),
        ),
    ),
    steps=(
        Step(name="spreads", sql=SPREADS),
        Step(name="population", sql="SELECT institution_id, max(n) AS n FROM spreads GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("spreads",), compute=compute),
    key_columns=("item_code", "method_no", "object"),
    min_n=LEAST_SAMPLES,
    unit="个样品",
    says="{object} {item_name}：{samples} 个样品的相对离散为 {own_spread}%，"
    "{peers} 家同行所测同类样品通常为 {usual_spread}%",
    labels={
        "item_code": "项目编号",
        "item_name": "项目名称",
        "method_no": "检测方法",
        "object": "样品类别",
        "occurred_at": "最近签发时间",
        "samples": "样品数",
        "clients": "委托方数",
        "own_spread": "样品间相对离散（%）",
        "usual_spread": "同行通常的相对离散（%）",
        "ratio": "方差之比",
        "peers": "同行机构数",
    },
    on_site=(
        "抽取结果最接近平均值的报告，调取原始记录核对",
        "对留样组织复测，比较样品之间的差异",
    ),
    benign=(
        "同一供方、受控工艺的产品本来就整齐：委托方少于五家的不判断，应核对样品来源",
        "只与同一产品、同一项目、同一方法的二十家以上同行比较，并计入机构之间的正常差异；不足一百个样品的不判断",
    ),
    unit_level=True,
)
