"""F4 – what one agent brings passes here, and fails as usual where the same agent brings it elsewhere (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.expectation import STEPS
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.gamma_poisson import as_few
from hengjian.engines.screening.hits import hit_schema, of_institutions
from hengjian.engines.screening.peers import Floats, winsorised
from hengjian.engines.screening.rarity import LEAST_CV2

LEAST_OF_AGENT = 50
LEAST_AT_STATION = 20
LEAST_ELSEWHERE = 20
LEAST_EXPECTED = 3.0
FLEET_SHARE = 0.5
LEAST_CELLS = 20
USUAL_CV2 = 0.25
"""How honest agents differ in what they bring where too few can be seen (unsure)."""

LEANING = 5.0
MOST_RATIO = 1 / 3
LARGEST_P = 1e-3
LARGEST_Q = 0.05
YEARS_A_BAND = 4

HIT_SCHEMA = hit_schema(
    texts=("nature", "agent", "report_no"),
    floats=("expected", "seen_share", "usual_share", "elsewhere_share", "elsewhere_usual", "flow_ratio", "contrast_p"),
    counts=("brought", "fails", "elsewhere", "elsewhere_fails", "agent_stations", "clients", "tests"),
)

CASES = f"""
SELECT r.institution_id, r.report_id, r.report_no, r.field, coalesce(r.object, '') AS object, r.issued_at,
       coalesce(upper(trim(r.agent_id)), '') AS agent, coalesce(r.client_id, r.report_id) AS client,
       CASE WHEN r.retest_of IS NULL THEN 'first' ELSE 'again' END AS round, coalesce(r.purpose, '') AS purpose,
       coalesce(CAST(floor((hj_epoch(r.issued_at) - v.registered) / (86400 * 365.25 * {YEARS_A_BAND})) AS BIGINT), -1)
           AS age_band,
       CASE WHEN r.verdict = 'fail' THEN 1 ELSE 0 END AS bad
FROM reports r
LEFT JOIN (SELECT report_id, max(hj_epoch(CAST(first_registered_on AS TIMESTAMP))) AS registered
           FROM vehicle_tests GROUP BY report_id) AS v ON v.report_id = r.report_id
WHERE r.verdict IN ('pass', 'fail') AND r.corrects IS NULL
  AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt', 'blind')
"""

JUDGED = """
SELECT institution_id, agent AS unit,
       concat_ws('|', field, object, round, purpose, CAST(age_band AS VARCHAR)) AS fine,
       concat_ws('|', field, object, round) AS mid, field AS coarse,
       count(*) AS n, sum(bad) AS bad, max(issued_at) AS last_at
FROM cases GROUP BY institution_id, agent, field, object, round, purpose, age_band
"""

# Whose vehicles they are: one owner with many is a fleet, not an agent's custom.
CLIENTS = """
SELECT institution_id, agent, count(*) AS clients, max(n) AS of_one_client FROM (
    SELECT institution_id, agent, client, count(*) AS n FROM cases WHERE agent <> ''
    GROUP BY institution_id, agent, client
) AS counted GROUP BY institution_id, agent
"""

CELLS = """
SELECT e.institution_id, e.unit AS agent, e.n, e.bad, e.expected, coalesce(c.clients, 0) AS clients,
       coalesce(c.of_one_client, 0) AS of_one_client
FROM expected e LEFT JOIN clients_of_agents c ON c.institution_id = e.institution_id AND c.agent = e.unit
ORDER BY e.institution_id, e.unit
"""

BROUGHT = """
SELECT c.institution_id, c.agent, c.report_id, c.report_no, c.issued_at FROM cases c
WHERE c.agent <> '' AND c.bad = 0
ORDER BY c.institution_id, c.agent, c.report_id
"""

Columns = Mapping[str, npt.NDArray[Any]]


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Agent × station against the peers, the station's other clients, and the same agent's clients elsewhere."""
    cells = tables["cells"]
    struck = _struck(cells) if cells.num_rows else {}
    rows = [
        _row(row, struck[row["institution_id"], row["agent"]])
        for row in of_institutions(tables["brought"], {one for one, _ in struck})
        if (row["institution_id"], row["agent"]) in struck
    ]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _struck(cells: pa.Table) -> dict[tuple[str, str], dict[str, Any]]:
    column: Columns = {name: np.asarray(cells[name].to_numpy(zero_copy_only=False)) for name in cells.column_names}
    n, bad, expected = (column[name].astype(np.float64) for name in ("n", "bad", "expected"))
    station = np.unique(column["institution_id"].astype(str), return_inverse=True)[1]
    agent, agent_of = np.unique(column["agent"].astype(str), return_inverse=True)
    brought = column["agent"] != ""
    # how lenient the station is with its other clients: an agent gains nothing by what everybody gets
    rest_bad = np.bincount(station, weights=bad)[station] - bad
    rest_expected = np.bincount(station, weights=expected)[station] - expected
    usual = expected * (rest_bad + LEANING) / (rest_expected + LEANING)
    mean = np.minimum(expected, usual)
    fleet = column["of_one_client"].astype(np.float64) > FLEET_SHARE * n
    shape = 1 / dispersion(bad[brought & ~fleet], usual[brought & ~fleet])
    fewer = as_few(bad, np.maximum(mean, 1e-9), shape)
    sums = {"n": n, "bad": bad, "usual": usual}
    away = {name: np.bincount(agent_of, weights=one)[agent_of] - one for name, one in sums.items()}
    contrast = contrast_tail(bad, mean, away["bad"], away["usual"])
    total = n + away["n"]
    judged = brought & ~fleet & (n >= LEAST_AT_STATION) & (total >= LEAST_OF_AGENT) & (expected >= LEAST_EXPECTED)
    units = np.flatnonzero(judged)
    many = float(n[brought].sum())
    found = {}
    for at, q in zip(units, false_discovery(fewer[units].tolist()), strict=True):
        if fewer[at] > LARGEST_P or (q or 0.0) > LARGEST_Q or bad[at] > MOST_RATIO * mean[at]:
            continue
        routed = away["n"][at] >= LEAST_ELSEWHERE and contrast[at] <= LARGEST_P
        of_station = float(n[brought & (station == station[at])].sum())
        found[str(column["institution_id"][at]), str(agent[agent_of[at]])] = {
            "nature": "routed" if routed else "agent",
            "level": "S3" if routed else "S2",
            "p_value": float(max(fewer[at], contrast[at])) if routed else float(fewer[at]),
            "contrast_p": float(contrast[at]),
            "expected": float(mean[at]),
            "seen_share": 100 * float(bad[at] / n[at]),
            "usual_share": 100 * float(mean[at] / n[at]),
            "elsewhere_share": 100 * float(away["bad"][at] / max(away["n"][at], 1.0)),
            "elsewhere_usual": 100 * float(away["usual"][at] / max(away["n"][at], 1.0)),
            "flow_ratio": float(n[at] * many / (total[at] * of_station)),
            "brought": int(n[at]),
            "fails": int(bad[at]),
            "elsewhere": int(away["n"][at]),
            "elsewhere_fails": int(away["bad"][at]),
            "agent_stations": int((agent_of == agent_of[at]).sum()),
            "clients": int(column["clients"][at]),
            "tests": len(units),
        }
    return found


def dispersion(bad: Floats, usual: Floats) -> float:
    """Squared coefficient of variation of honest agents' failure rates beyond chance, never below a fifth squared."""
    some = usual >= 1.0
    if some.sum() < LEAST_CELLS:
        return USUAL_CV2
    ratio, chance = bad[some] / usual[some], 1 / usual[some]
    return max(LEAST_CV2, float(np.mean(winsorised((ratio - np.median(ratio)) ** 2 - chance))))


def contrast_tail(bad: Floats, mean: Floats, away_bad: Floats, away_mean: Floats) -> Floats:
    """P(as few of the agent's failures fall here): what the agent brings is the same everywhere, so it cancels."""
    share = mean / np.maximum(mean + away_mean, 1e-9)
    return np.asarray(special.bdtr(bad, (bad + away_bad).astype(np.int64), np.clip(share, 0.0, 1.0)), dtype=np.float64)


def _row(row: Mapping[str, Any], cell: Mapping[str, Any]) -> dict[str, Any]:
    names = ("institution_id", "report_id", "report_no", "agent")
    fixed = {"subject_id": row["institution_id"], "occurred_at": row["issued_at"], "slip": False, "firm": False}
    return {name: row[name] for name in names} | fixed | dict(cell)


DETECTOR = Detector(
    id="F4",
    version=1,
    name="agents",
    title="某代办人送来的在本机构几乎都合格",
    meaning="同一代办人送来的车辆或样品，在别处照常有不合格的，送到这里却几乎都合格，且明显少于本机构其他客户，"
    "代办人与机构之间可能有勾连。",
    violation="SUP-15.2",
    cluster="network",
    kind="statistical",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("report_no", "field", "verdict", "issued_at"),
            optional=("agent_id", "client_id", "object", "retest_of", "corrects", "purpose"),
        ),
        Need(table="vehicle_tests", optional=("report_id", "first_registered_on"), optional_table=True),
    ),
    steps=(
        Step(name="cases", sql=CASES),
        Step(name="judged", sql=JUDGED),
        *STEPS,
        Step(name="clients_of_agents", sql=CLIENTS),
        Step(name="cells", sql=CELLS),
        Step(name="brought", sql=BROUGHT),
        Step(
            name="abstains",
            sql="SELECT i.institution_id, '没有代办人信息' AS reason FROM institutions i "
            "ANTI JOIN (SELECT institution_id FROM clients_of_agents) AS c ON c.institution_id = i.institution_id",
        ),
        Step(
            name="population",
            sql="SELECT institution_id, CAST(max(n) AS BIGINT) AS n FROM cells WHERE agent <> '' "
            "GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("cells", "brought"), compute=compute),
    key_columns=("nature", "agent"),
    min_n=LEAST_AT_STATION,
    unit="份同一代办人送来的报告",
    says="{nature}：代办人 {agent} 送来 {brought} 份，不合格 {fails} 份（{seen_share}%），应约 {expected} 份；"
    "其送往别处的 {elsewhere} 份不合格 {elsewhere_fails} 份（{elsewhere_share}%）",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "情形",
        "agent": "代办人代码",
        "brought": "送来份数",
        "fails": "不合格份数",
        "expected": "应有不合格份数",
        "seen_share": "不合格率（%）",
        "usual_share": "应有不合格率（%）",
        "elsewhere": "送往别处份数",
        "elsewhere_fails": "别处不合格份数",
        "elsewhere_share": "别处不合格率（%）",
        "elsewhere_usual": "别处应有不合格率（%）",
        "contrast_p": "两处差别出于偶然的概率",
        "flow_ratio": "送来数与按双方规模应有数之比",
        "agent_stations": "该代办人送检的机构数",
        "clients": "涉及委托方数",
    },
    words={"nature": {"routed": "送到这里才合格", "agent": "该代办人送来的几乎都合格"}},
    on_site=(
        "抽取该代办人送来的合格报告，调取录像、过程数据和原始记录",
        "查付款、转账和返点记录，查代办人与检验人员、线长的联系",
        "询问车主或委托方：检验时是否在场、付了多少钱、是否被告知“包过”",
    ),
    benign=(
        "一个委托方占一半以上的是车队或者固定客户，不判断；代办人不足五十份、送到本机构不足二十份的不判断",
        "按产品、初检复检、车龄与同行逐格比较，并与本机构其他客户比较，取较严者；代办人之间的正常差异已计入",
        "代办人送检前先修好车的，在别处也会合格：与其送往别处的比较，别处同样合格的只作疑问",
        "没有已查实的案件可供关系传播；本项只说一个代办人和一家机构之间的差别",
    ),
    unit_level=True,
)
