"""D3 – replicates of one institution agree better than its peers' do (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hengjian.engines.screening.closeness import (
    LEAST_PEERS,
    LEAST_SETS,
    Sets,
    Verdict,
    closeness,
    judge,
    judge_by_peers,
    judge_by_standard,
)
from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.peers import Floats

LEAST_RESOLUTION = 2.0
FITTING = 0.95
LEAST_READINGS = 20
LEAST_RATIO = 0.5
LEAST_EXCESS, LEAST_EXCESS_IN_ALL = 3.0, 2.0
LEAST_IN_ALL = 40
"""Sets of all items together from which an institution is judged as a whole."""

LARGEST_P = 1e-4
LARGEST_P_ALONE = 1e-5
"""Without peers, against the standard alone."""

LARGEST_Q = 0.05
IN_ALL = {"item_code": "all", "item_name": "全部项目", "method_no": ""}
ITEM_COLUMNS = ("item_code", "method_no")

HIT_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("institution_id", "subject_id", "report_id", "level")),
        *((name, pa.string()) for name in ("item_code", "item_name", "method_no")),
        ("occurred_at", pa.timestamp("us")),
        ("slip", pa.bool_()),
        ("firm", pa.bool_()),
        *((name, pa.float64()) for name in ("p_value", "rsd_percent", "peer_rsd_percent", "ratio")),
        *((name, pa.float64()) for name in ("close_share", "usual_sets", "peer_close_share")),
        *((name, pa.int64()) for name in ("close_sets", "sets", "peers", "tests")),
    ]
)

# One set = the readings of one item in one report. delta = 10^-decimals as printed, the finest that the set shows.
SETS = """
SELECT x.institution_id, x.report_id, x.item_code, coalesce(x.method_no, '') AS method_no,
       coalesce(max(x.item_name), x.item_code) AS item_name, coalesce(max(i.model), '') AS model,
       coalesce(max(x.instrument_id), '') AS tool, coalesce(max(x.unit), '') AS unit, count(*) AS n,
       avg(x.value) AS mean, var_samp(x.value) AS variance, min(r.issued_at) AS issued_at,
       power(10.0, -max(CASE WHEN position('.' IN x.value_text) > 0
                             THEN length(x.value_text) - position('.' IN x.value_text) ELSE 0 END)) AS delta
FROM results x JOIN reports r ON r.report_id = x.report_id
LEFT JOIN (SELECT instrument_id, max(model) AS model FROM instruments GROUP BY instrument_id) AS i
       ON i.instrument_id = x.instrument_id
WHERE x.replicate >= 1 AND x.value > 0 AND regexp_matches(x.value_text, '^[0-9]+([.][0-9]+)?$')
  AND r.corrects IS NULL
GROUP BY x.institution_id, x.report_id, x.item_code, x.method_no
HAVING count(*) >= 2
"""

# Readings as whole numbers of the finest place that the institution prints for the item.
READINGS = """
SELECT x.institution_id, x.item_code, coalesce(x.method_no, '') AS method_no,
       coalesce(x.instrument_id, '') AS tool, x.value,
       CASE WHEN position('.' IN x.value_text) > 0 THEN length(x.value_text) - position('.' IN x.value_text)
            ELSE 0 END AS places
FROM results x
WHERE x.replicate >= 1 AND x.value > 0 AND x.value < 1e9
  AND regexp_matches(x.value_text, '^[0-9]{1,9}([.][0-9]{1,6})?$')
"""

WHOLES = """
SELECT r.institution_id, r.item_code, r.method_no, r.tool, f.places,
       CAST(round(r.value * power(10.0, f.places)) AS BIGINT) AS whole
FROM readings r
JOIN (SELECT institution_id, item_code, method_no, max(places) AS places FROM readings
      GROUP BY institution_id, item_code, method_no) AS f
  ON f.institution_id = r.institution_id AND f.item_code = r.item_code AND f.method_no = r.method_no
"""

# What an instrument really steps by may be coarser than what is printed: nearly all readings are multiples of it.
MULTIPLES = "CASE " + " ".join(
    f"WHEN sum(CASE WHEN whole % {step} = 0 THEN 1 ELSE 0 END) >= {FITTING} * count(*) THEN {step}.0"
    for step in (100, 50, 20, 10, 5, 2)
)
GRID = f"""
SELECT institution_id, item_code, method_no, tool, ({MULTIPLES} ELSE 1.0 END) * power(10.0, -max(places)) AS step
FROM wholes GROUP BY institution_id, item_code, method_no, tool HAVING count(*) >= {LEAST_READINGS}
"""

# Concentration bands of a factor of two within item and method: precision depends on level.
BANDED = """
SELECT s.institution_id, s.report_id, s.item_code, s.method_no, s.item_name, s.model, s.unit, s.n, s.mean, s.variance,
       s.issued_at, CAST(floor(log2(s.mean)) AS BIGINT) AS band, s.variance / (s.mean * s.mean) AS rsd2,
       greatest(s.delta, coalesce(g.step, 0.0)) / s.mean AS rel_delta
FROM sets s
LEFT JOIN grid g ON g.institution_id = s.institution_id AND g.item_code = s.item_code AND g.method_no = s.method_no
                AND g.tool = s.tool
"""

OF_INSTITUTION = """
SELECT item_code, method_no, band, institution_id, sum(n - 1) AS freedom,
       greatest(0.0, sum((rsd2 - rel_delta * rel_delta / 12) * (n - 1)) / sum(n - 1)) AS rsd2
FROM banded GROUP BY item_code, method_no, band, institution_id
"""

# The peers' usual squared RSD: the median over institutions (freed of the median's own bias), so that no single one
# sets the norm.
OF_PEERS = f"""
SELECT item_code, method_no, band, median(rsd2 / power(1 - 2.0 / (9 * freedom), 3)) AS rsd2
FROM of_institution GROUP BY item_code, method_no, band HAVING count(*) >= {LEAST_PEERS}
"""

OF_STANDARD = """
SELECT item_code, coalesce(method_no, '') AS method_no, power(min(repeatability_rsd) / 100, 2) AS rsd2
FROM standard_items WHERE repeatability_rsd > 0 GROUP BY item_code, coalesce(method_no, '')
"""

# Mass fraction for Horwitz; units that are none give none.
FRACTION = """CASE replace(replace(unit, 'μ', 'u'), 'µ', 'u') WHEN 'g/100g' THEN 0.01 WHEN 'g/kg' THEN 0.001
     WHEN 'mg/kg' THEN 0.000001 WHEN 'mg/L' THEN 0.000001 WHEN 'ug/kg' THEN 0.000000001 WHEN 'ug/L' THEN 0.000000001
     END * mean"""

USABLE = f"""
SELECT * FROM (
    SELECT b.institution_id, b.report_id, b.item_code, b.method_no, b.item_name, b.model, b.n, b.issued_at,
           b.rel_delta, b.rsd2, p.rsd2 AS of_peers,
           coalesce(s.rsd2, power(0.67 * 0.02 * power({FRACTION}, -0.1505), 2)) AS of_standard
    FROM banded b
    LEFT JOIN of_peers p ON p.item_code = b.item_code AND p.method_no = b.method_no AND p.band = b.band
    LEFT JOIN of_standard s ON s.item_code = b.item_code AND s.method_no = b.method_no
) AS known
WHERE coalesce(of_peers, of_standard) >= {LEAST_RESOLUTION**2} * rel_delta * rel_delta
ORDER BY institution_id, item_code, method_no, report_id
"""


def _joined(data: pa.Table, names: tuple[str, ...]) -> pa.DictionaryArray:
    return pc.binary_join_element_wise(*(data[name] for name in names), "\x1f").combine_chunks().dictionary_encode()


def _units(data: pa.Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The unit of each row, numbered in the order of the (sorted) rows, and the first row of each unit."""
    unit = _joined(data, ("institution_id", *ITEM_COLUMNS)).indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return unit, np.unique(unit, return_index=True)[1].astype(np.int64)


def _named(data: pa.Table, rows: npt.NDArray[np.int64], names: tuple[str, ...]) -> npt.NDArray[np.str_]:
    """Names of the peer group of the units whose first rows are given."""
    return np.array(_joined(data.take(rows), names).to_pylist(), dtype=np.str_)


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Two looks at every institution × item: all its spreads pooled, and how many sets are far too close.

    The same two looks at all items of an institution together find what is spread thinly over many items.
    """
    data = tables["usable"]
    column = {name: np.asarray(data[name].to_numpy(zero_copy_only=False)) for name in data.column_names}
    unit, first = _units(data)
    house = np.unique(column["institution_id"].astype(str), return_inverse=True)[1].astype(np.int64)
    verdict, whole = Verdict(len(first)), Verdict(int(house.max(initial=-1)) + 1)
    weights, of_whole = np.zeros(len(unit)), np.zeros(len(unit))
    item, model = _named(data, first, ITEM_COLUMNS), _named(data, first, (*ITEM_COLUMNS, "model"))
    norms = {name: column[name].astype(np.float64) for name in ("of_peers", "of_standard")}
    for name, norm in norms.items():
        rows = np.flatnonzero(~np.isnan(norm) & ~verdict.judged[unit])
        freedom = column["n"][rows].astype(np.float64) - 1
        expected = norm[rows] + column["rel_delta"][rows] ** 2 / 12
        rsd2 = column["rsd2"][rows]
        weight = closeness(rsd2, expected, freedom, column["rel_delta"][rows])
        sets = Sets(rsd2=rsd2, expected=expected, freedom=freedom, weight=weight, unit=unit[rows], count=len(first))
        weights[rows] = weight
        if name == "of_peers":
            of_whole[rows] = weight
            judge_by_peers(sets, [model, item], verdict)
            _judge_in_all(replace(sets, unit=house[rows], count=len(whole.p)), whole)
        else:
            judge_by_standard(sets, verdict)
    column["rsd_expected"] = np.where(np.isnan(norms["of_peers"]), norms["of_standard"], norms["of_peers"])
    looks = (unit, verdict, weights, LEAST_EXCESS), (house, whole, of_whole, LEAST_EXCESS_IN_ALL)
    return _hits(column, looks)


def _judge_in_all(sets: Sets, verdict: Verdict) -> None:
    """Institutions as wholes against each other."""
    group = np.flatnonzero(sets.total() >= LEAST_IN_ALL)
    if len(group) >= LEAST_PEERS:
        judge(sets, group, verdict, against=group)


def _accused(verdict: Verdict, least_excess: float) -> npt.NDArray[np.int64]:
    """Units that survive false discovery over everything judged, and whose effect is large."""
    judged = np.flatnonzero(verdict.judged)
    q_values = np.ones(len(verdict.p))
    q_values[judged] = [q if q is not None else 1.0 for q in false_discovery([float(verdict.p[one]) for one in judged])]
    excess = verdict.near >= least_excess * verdict.share * verdict.size
    large = (verdict.ratio <= LEAST_RATIO**2) | excess
    sure = verdict.p < np.where(verdict.peers > 0, LARGEST_P, LARGEST_P_ALONE)
    return np.flatnonzero((q_values <= LARGEST_Q) & sure & large)


Look = tuple[npt.NDArray[np.int64], Verdict, Floats, float]


def _hits(column: Mapping[str, npt.NDArray[np.generic]], looks: tuple[Look, Look]) -> pa.Table:
    """The close sets of the accused units, all their sets where none is close by itself.

    An institution is named as a whole only where none of its items is.
    """
    rows: list[dict[str, object]] = []
    named: set[str] = set()
    tests = sum(int(verdict.judged.sum()) for _, verdict, *_ in looks)
    for in_all, (unit, verdict, weights, least_excess) in enumerate(looks):
        for one in _accused(verdict, least_excess):
            mine = np.flatnonzero(unit == one)
            if in_all and str(column["institution_id"][mine[0]]) in named:
                continue
            named.add(str(column["institution_id"][mine[0]]))
            close = mine[weights[mine] > 0.5]
            for row in close if len(close) else mine:
                source = {name: values[row] for name, values in column.items()}
                rows.append(_hit(source, one, verdict) | {"tests": tests} | (IN_ALL if in_all else {}))
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _hit(source: Mapping[str, Any], unit: np.int64, verdict: Verdict) -> dict[str, object]:
    size, near = int(verdict.size[unit]), float(verdict.near[unit])
    texts = ("institution_id", "report_id", "item_code", "item_name", "method_no")
    return {name: str(source[name]) for name in texts} | {
        "subject_id": str(source["institution_id"]),
        "occurred_at": source["issued_at"],
        "level": "S3",
        "slip": False,
        "firm": False,
        "p_value": float(verdict.p[unit]),
        "rsd_percent": 100 * float(np.sqrt(source["rsd2"])),
        "peer_rsd_percent": 100 * float(np.sqrt(source["rsd_expected"])),
        "ratio": float(np.sqrt(verdict.ratio[unit])),
        "close_sets": round(near),
        "close_share": near / size,
        "usual_sets": float(verdict.share[unit]) * size,
        "peer_close_share": float(verdict.share[unit]),
        "sets": size,
        "peers": int(verdict.peers[unit]),
    }


DETECTOR = Detector(
    id="D3",
    version=4,
    name="replicates",
    title="平行样结果过于一致",
    meaning="同一项目的平行测定之间的差异明显小于同行用同一方法能做到的水平，平行数据可能是凑出来的。",
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
        Need(table="standard_items", optional=("item_code", "method_no", "repeatability_rsd"), optional_table=True),
    ),
    steps=(
        Step(name="sets", sql=SETS, per_report=True),
        Step(name="readings", sql=READINGS),
        Step(name="wholes", sql=WHOLES),
        Step(name="grid", sql=GRID),
        Step(name="banded", sql=BANDED),
        Step(name="of_institution", sql=OF_INSTITUTION),
        Step(name="of_peers", sql=OF_PEERS),
        Step(name="of_standard", sql=OF_STANDARD),
        Step(name="usable", sql=USABLE),
        Step(name="population", sql="SELECT institution_id, count(*) AS n FROM usable GROUP BY institution_id"),
    ),
    array=ArrayStep(inputs=("usable",), compute=compute),
    key_columns=("item_code", "method_no"),
    min_n=LEAST_SETS,
    unit="组平行样",
    says="{item_name}：{sets} 组平行样中过近的 {close_sets} 组，通常应有约 {usual_sets} 组；"
    "平行样之间的总体离散为通常的 {ratio} 倍",
    labels={
        "report_id": "报告标识",
        "occurred_at": "签发时间",
        "item_code": "项目编号",
        "item_name": "项目名称",
        "method_no": "检测方法",
        "rsd_percent": "本组相对标准差（%）",
        "peer_rsd_percent": "同行或标准的相对标准差（%）",
        "ratio": "总体离散与通常之比",
        "close_sets": "过近的组数",
        "close_share": "过近的组所占比例",
        "usual_sets": "通常应有的过近组数",
        "peer_close_share": "通常比例",
        "sets": "平行样组数",
        "peers": "同行机构数（0表示以标准的重复性为准）",
    },
    on_site=(
        "调取平行样的原始记录和仪器数据，确认是两次独立制样测定而非同一读数重复记录",
        "现场盲样平行复测，比较离散程度",
        "核对平行样的称量、定容等前处理记录",
    ),
    benign=(
        "与同项目、同方法、同浓度段、同型号设备的其他机构比较，并计入机构之间精密度的正常差异",
        "分散在各项目里的，把全部项目合起来与其他机构比较，至少四十组",
        "读数分辨力不足以看出差异的数据不用，修约造成的相等已扣除",
        "同行少于二十家的只与标准的重复性（或Horwitz公式）比较，放宽数倍；两者都没有、或本机构少于十组的不判断",
    ),
    unit_level=True,
)
