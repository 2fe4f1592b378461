"""D4 – the middle reading of triplicates lies in the middle, or is the mean, too often (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import Floats
from hengjian.engines.screening.rarity import arcsine, judged_by_group

LEAST_TRIPLES = 60
LEAST_SPAN = 2
MIDDLE = (0.4, 0.6)
SIMULATED = 100_000
STRIKING_P = 1e-4
GRID = np.array([0.4, 0.55, 0.75, 1.0, 1.4, 2.0, 3.0, 4.5, 7.0, 11.0, 20.0, 60.0])
"""Spread of the readings in units of their resolution; beyond the last the shares no longer change."""

LEAST_EXCESS = 0.12
HONEST_SPREAD = 0.1
"""Without peers an honest house's share may differ by about five in a hundred (on the arcsine scale)."""

SIGNS = ("middle", "mean")
HIT_SCHEMA = hit_schema(
    texts=("item_code", "item_name", "method_no", "sign"),
    floats=("share", "usual_share"),
    counts=("triples", "peers", "tests"),
)

# Readings as whole numbers of the last printed place of the finest of the three.
READINGS = """
SELECT x.institution_id, x.report_id, x.item_code, coalesce(x.method_no, '') AS method_no,
       coalesce(x.item_name, x.item_code) AS item_name, x.replicate, x.value, r.issued_at,
       CASE WHEN position('.' IN x.value_text) > 0 THEN length(x.value_text) - position('.' IN x.value_text)
            ELSE 0 END AS places
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE x.replicate >= 1 AND x.value > 0 AND x.value < 1e9
  AND regexp_matches(x.value_text, '^[0-9]{1,9}([.][0-9]{1,6})?$') AND r.corrects IS NULL
"""

TRIPLES = """
SELECT institution_id, report_id, item_code, method_no, max(item_name) AS item_name, max(issued_at) AS issued_at,
       round(min(value) * power(10.0, max(places))) AS low, round(max(value) * power(10.0, max(places))) AS high,
       round(sum(value) * power(10.0, max(places))) AS total
FROM readings GROUP BY institution_id, report_id, item_code, method_no HAVING count(*) = 3
ORDER BY institution_id, item_code, method_no, report_id
"""


def signs_of(low: Floats, middle: Floats, high: Floats) -> tuple[Floats, Floats]:
    """(middle reading in the middle fifth, mean of the three among them) of whole-number triples."""
    place = (middle - low) / np.maximum(high - low, 1)
    mean = np.rint((low + middle + high) / 3)
    inside = (place >= MIDDLE[0] - 1e-9) & (place <= MIDDLE[1] + 1e-9)
    return inside.astype(np.float64), (mean == middle).astype(np.float64)


@cache
def by_chance() -> tuple[Floats, Floats]:
    """Shares of the two signs at each spread of the grid, among triples at least two units wide; fixed seed."""
    chance = np.random.Generator(np.random.Philox(4))
    shares = []
    for spread in GRID:
        triple = np.sort(np.rint(spread * chance.standard_normal((SIMULATED, 3)) + chance.random((SIMULATED, 1))))
        wide = triple[triple[:, 2] - triple[:, 0] >= LEAST_SPAN]
        shares.append([sign.mean() for sign in signs_of(*wide.T)])
    table = np.array(shares)
    return table[:, 0], table[:, 1]


def units_of(data: pa.Table) -> list[dict[str, Any]]:
    """Institution × item × method with enough triples: count, and for each sign how many and how many by chance."""
    names = ("institution_id", "item_code", "method_no")
    low, high, total = (
        np.asarray(data[name].to_numpy(zero_copy_only=False), dtype=np.float64) for name in ("low", "high", "total")
    )
    middle = total - low - high
    text = data.select([*names, "item_name", "issued_at"]).to_pylist()
    members: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(text):
        members.setdefault(tuple(row[name] for name in names), []).append(place)
    found = []
    for key, rows in members.items():
        mean = total[rows] / 3
        squares = (low[rows] - mean) ** 2 + (middle[rows] - mean) ** 2 + (high[rows] - mean) ** 2
        spread = mean * np.sqrt(max(0.0, float(np.median(squares / 2 / mean**2))) / np.log(2))
        wide = high[rows] - low[rows] >= LEAST_SPAN
        if np.count_nonzero(wide) < LEAST_TRIPLES:
            continue
        seen = signs_of(low[rows][wide], middle[rows][wide], high[rows][wide])
        usual = [np.interp(np.log(np.maximum(spread[wide], 0.1)), np.log(GRID), table) for table in by_chance()]
        last = max(text[one]["issued_at"] for one in rows)
        unit = dict(zip(names, key, strict=True)) | {"item_name": text[rows[0]]["item_name"], "occurred_at": last}
        found.append(unit | {"n": int(wide.sum()), "seen": seen, "usual": usual})
    return found


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Each sign of each unit against chance at the unit's own resolution, and the peers' spread about it."""
    units = units_of(tables["triples"])
    if not units:
        return HIT_SCHEMA.empty_table()
    n = np.array([unit["n"] for unit in units], dtype=np.float64)
    items = [f"{unit['item_code']}|{unit['method_no']}" for unit in units]
    rows = []
    for number, sign in enumerate(SIGNS):
        share = np.array([unit["seen"][number].mean() for unit in units])
        usual = np.array([unit["usual"][number].mean() for unit in units])
        more = arcsine(share) - arcsine(usual)
        by_peers, _, peers = judged_by_group(-more, 1 / np.sqrt(n), items, np.full(len(units), True))
        by_itself = special.stdtr(30, -more / np.sqrt(1 / n + HONEST_SPREAD**2))
        p = np.where(np.isnan(by_peers), by_itself, np.fmax(by_peers, by_itself))
        for place in np.flatnonzero((p < STRIKING_P) & (share - usual >= LEAST_EXCESS)):
            names = ("institution_id", "item_code", "item_name", "method_no", "occurred_at")
            rows.append(
                {name: units[place][name] for name in names}
                | {"subject_id": units[place]["institution_id"], "level": "S3", "slip": False, "firm": False}
                | {"p_value": float(p[place]), "sign": sign, "triples": int(n[place]), "peers": int(peers[place])}
                | {"share": 100 * float(share[place]), "usual_share": 100 * float(usual[place])}
                | {"tests": len(SIGNS) * len(units)}
            )
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D4",
    version=1,
    name="triplicates",
    title="三次平行的中间值过于居中",
    meaning="真实的三次平行测定，中间值落在另两个值正中附近的只有约四分之一；"
    "凭想象编的三个数往往先定平均值，再对称地加减。",
    violation="SUP-15.2",
    cluster="digits",
    kind="statistical",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "replicate", "value_text"),
            optional=("value", "method_no", "item_name"),
        ),
        Need(table="reports", required=("issued_at",), optional=("corrects",)),
    ),
    steps=(
        Step(name="readings", sql=READINGS),
        Step(name="triples", sql=TRIPLES),
        Step(
            name="population",
            sql="SELECT institution_id, max(n) AS n FROM (SELECT institution_id, item_code, method_no, count(*) AS n "
            "FROM triples GROUP BY institution_id, item_code, method_no) AS sized GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("triples",), compute=compute),
    key_columns=("item_code", "method_no", "sign"),
    min_n=LEAST_TRIPLES,
    unit="组三次平行",
    says="{item_name}：{triples} 组三次平行中，{sign}的占 {share}%，按其分辨力和离散应约为 {usual_share}%",
    words={"sign": {"middle": "中间值居于正中附近", "mean": "平均值恰为其中一个读数"}},
    labels={
        "item_code": "项目编号",
        "item_name": "项目名称",
        "method_no": "检测方法",
        "sign": "特征",
        "occurred_at": "最近签发时间",
        "triples": "三次平行组数",
        "share": "占比（%）",
        "usual_share": "应有占比（%）",
        "peers": "同行机构数（0表示只与模拟比较）",
    },
    on_site=(
        "调取三次平行的仪器原始输出，确认是三次独立测定",
        "现场盲样平行复测",
    ),
    benign=(
        "应有占比按该机构读数的分辨力和离散模拟得出；极差不足两个分辨单位的不用",
        "读数排序、剔除离群值的作业规定会改变中间值的分布，须先核对",
        "三次平行不足六十组的不判断；有二十家以上同行的，还须明显高于同行",
    ),
    unit_level=True,
)
