"""D16 – standard deviations of an institution's sets are more alike than chance or its peers allow (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.detectors.d3_replicates import (
    BANDED,
    GRID,
    OF_INSTITUTION,
    OF_PEERS,
    READINGS,
    SETS,
    WHOLES,
)
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.rarity import judged_by_group
from hengjian.engines.screening.spreads import as_alike_by_chance, spread_of_spreads

LEAST_SETS = 20
LEAST_RESOLUTION = 3.0
STRIKING_P = 1e-4
LARGEST_RATIO = 0.5
"""Half the usual variance of ln s²: less is no small matter."""

HIT_SCHEMA = hit_schema(
    texts=("item_code", "item_name", "method_no"),
    floats=("ratio", "usual_ratio", "least_rsd", "most_rsd", "p_chance", "p_peers"),
    counts=("sets", "peers", "tests"),
)

# Precision depends on the level: each set against its concentration band, where peers show what is usual there.
USABLE = """
SELECT b.institution_id, b.item_code, b.method_no, b.item_name, b.issued_at, b.n - 1.0 AS freedom, b.rsd2,
       b.rel_delta, coalesce(p.rsd2, 1.0) AS of_peers
FROM banded b
LEFT JOIN of_peers p ON p.item_code = b.item_code AND p.method_no = b.method_no AND p.band = b.band AND p.rsd2 > 0
ORDER BY b.institution_id, b.item_code, b.method_no, b.report_id
"""


def units_of(data: pa.Table) -> list[dict[str, Any]]:
    """Institution × item × method with enough sets whose spread the resolution can show; rows come in that order."""
    names = ("institution_id", "item_code", "method_no")
    if not data.num_rows:
        return []
    keys = [np.asarray(data[name].combine_chunks().dictionary_encode(null_encoding="encode").indices) for name in names]
    edges = np.flatnonzero(np.any([np.diff(key) != 0 for key in keys], axis=0)) + 1
    bounds = np.concatenate([[0], edges, [data.num_rows]])
    slices = [slice(int(a), int(b)) for a, b in pairwise(bounds) if b - a >= LEAST_SETS]
    column = {
        name: np.asarray(data[name].to_numpy(zero_copy_only=False), dtype=np.float64)
        for name in ("freedom", "rsd2", "rel_delta", "of_peers")
    }
    found = []
    for rows in slices:
        rsd2, delta = column["rsd2"][rows], column["rel_delta"][rows]
        if np.median(rsd2) < (LEAST_RESOLUTION * np.median(delta)) ** 2:
            continue
        # a set without any spread counts as spread by rounding
        variances = np.maximum(rsd2, delta**2 / 12) / column["of_peers"][rows]
        ratio, error, freedom = spread_of_spreads(variances, column["freedom"][rows])
        found.append(
            {name: data[name][rows.start].as_py() for name in (*names, "item_name")}
            | {"sets": len(rsd2), "ratio": max(ratio, 1e-9), "error": error, "freedom": freedom}
            | {"occurred_at": pc.max(data["issued_at"][rows]).as_py()}
            | {"least_rsd": 100 * float(np.sqrt(rsd2.min())), "most_rsd": 100 * float(np.sqrt(rsd2.max()))}
        )
    return found


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Chance alone, and the peers of the item; the smaller p doubled."""
    units = units_of(tables["usable"])
    if not units:
        return HIT_SCHEMA.empty_table()
    ratios = np.array([unit["ratio"] for unit in units])
    errors = np.array([unit["error"] for unit in units])
    items = [f"{unit['item_code']}|{unit['method_no']}" for unit in units]
    of_peers, centre, peers = judged_by_group(np.log(ratios), errors, items, np.full(len(units), True))
    rows = []
    for place, unit in enumerate(units):
        chance = as_alike_by_chance(unit["ratio"], unit["freedom"])
        usual = float(np.exp(centre[place])) if peers[place] else 1.0
        p = min(1.0, 2 * float(np.nanmin([chance, of_peers[place]])))
        if p < STRIKING_P and unit["ratio"] <= LARGEST_RATIO * max(usual, 1.0):
            shown = {name: value for name, value in unit.items() if name in HIT_SCHEMA.names}
            rows.append(
                shown
                | {"subject_id": unit["institution_id"], "level": "S3", "slip": False, "firm": False, "p_value": p}
                | {"usual_ratio": usual, "p_chance": chance, "peers": int(peers[place]), "tests": len(units)}
                | {"p_peers": None if np.isnan(of_peers[place]) else float(of_peers[place])}
            )
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D16",
    version=1,
    name="alike_spreads",
    title="各组标准差彼此过于接近",
    meaning="真实测定的标准差本身会随机起伏；各组平行样的标准差几乎一样大，超过偶然和同行所能解释的程度，"
    "是凭想象编造数据的常见特征。",
    violation="SUP-15.2",
    cluster="digits",
    kind="statistical",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "replicate", "value_text", "value"),
            optional=("method_no", "item_name", "unit", "instrument_id"),
        ),
        Need(table="reports", required=("issued_at",), optional=("corrects",)),
        Need(table="instruments", optional=("instrument_id", "model"), optional_table=True),
    ),
    steps=(
        Step(name="sets", sql=SETS, per_report=True),
        Step(name="readings", sql=READINGS),
        Step(name="wholes", sql=WHOLES),
        Step(name="grid", sql=GRID),
        Step(name="banded", sql=BANDED),
        Step(name="of_institution", sql=OF_INSTITUTION),
        Step(name="of_peers", sql=OF_PEERS),
        Step(name="usable", sql=USABLE),
        Step(name="population", sql="SELECT institution_id, count(*) AS n FROM usable GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("usable",), compute=compute),
    key_columns=("item_code", "method_no"),
    min_n=LEAST_SETS,
    unit="组平行样",
    says="{item_name}：{sets} 组平行样的相对标准差在 {least_rsd}%–{most_rsd}% 之间，"
    "彼此的差异只有偶然起伏的 {ratio} 倍，通常为 {usual_ratio} 倍",
    labels={
        "item_code": "项目编号",
        "item_name": "项目名称",
        "method_no": "检测方法",
        "occurred_at": "最近签发时间",
        "sets": "平行样组数",
        "ratio": "标准差的差异与偶然起伏之比",
        "usual_ratio": "同行通常之比",
        "least_rsd": "最小相对标准差（%）",
        "most_rsd": "最大相对标准差（%）",
        "p_chance": "仅由偶然所致的概率",
        "p_peers": "与同行相比的概率",
        "peers": "同行机构数（0表示只与偶然起伏比较）",
    },
    on_site=(
        "调取平行样的仪器原始输出，与报告的读数逐组核对",
        "现场盲样平行复测，比较标准差的起伏",
    ),
    benign=(
        "同一真实离散下，标准差按卡方分布起伏；比这还接近的，不需要同行也可判断",
        "已按浓度段扣除离散随浓度的变化；分辨力看不出离散的数据不用",
        "平行样不足二十组的不判断；控制图剔除过的数据会使标准差接近，须核对剔除记录",
    ),
    unit_level=True,
)
