"""D3 – replicates of one institution agree better than its peers' do (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.peers import Floats, count_tail, peer_spread, precisions, spread_tail

LEAST_SETS = 10
LEAST_PEERS = 20
LEAST_RESOLUTION = 2.0
TOO_CLOSE = 0.05
FITTING = 0.95
LEAST_READINGS = 20
LEAST_RATIO = 0.5
LEAST_EXCESS = 3.0
LARGEST_P = 1e-4
LARGEST_P_ALONE = 1e-5
"""Without peers, against the standard alone."""

LARGEST_Q = 0.05
STANDARD_TAU = 1.0
"""Against a standard's repeatability alone a laboratory may honestly be several times better: ln k² ~ N(0, 1)."""

SMOOTH_BEYOND = 1e4
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


@dataclass(frozen=True)
class _Sets:
    """Usable sets as arrays; `unit` numbers institution × item × method among `count`."""

    rsd2: Floats
    expected: Floats
    freedom: Floats
    weight: Floats
    unit: npt.NDArray[np.int64]
    count: int

    def total(self, weights: Floats | None = None) -> Floats:
        """Sums by unit."""
        return np.bincount(self.unit, weights=weights, minlength=self.count).astype(np.float64)


class _Verdict:
    """By unit: p, close sets and how many were to be expected, spread against it, number of peers (0: a standard)."""

    def __init__(self, count: int) -> None:
        self.p, self.ratio, self.near, self.share = (np.ones(count) for _ in range(4))
        self.size = np.zeros(count, dtype=np.int64)
        self.peers = np.zeros(count, dtype=np.int64)

    @property
    def judged(self) -> npt.NDArray[np.bool_]:
        return self.size > 0


def closeness(rsd2: Floats, expected: Floats, freedom: Floats, rel_delta: Floats) -> Floats:
    """How surely a set is among the 5 % closest, 0–1: readings are freed of their rounding by noise of its variance.

    Without that, coarse figures would be equal by rounding far oftener than in 5 % of the sets. The noise is taken in
    its mean (noncentral χ²), so nothing is drawn by lot.
    """
    step = np.maximum(rel_delta**2 / 12, 1e-300)
    bound = special.chdtri(freedom, 1 - TOO_CLOSE) * (expected + step)
    seen = freedom * rsd2
    smooth = (bound / step < SMOOTH_BEYOND) & (seen < 4 * bound)
    weight = (seen <= bound).astype(np.float64)
    weight[smooth] = special.chndtr((bound / step)[smooth], freedom[smooth], (seen / step)[smooth])
    return np.asarray(np.nan_to_num(weight), dtype=np.float64)


def _chances(sets: _Sets, units: npt.NDArray[np.int64], tau: float) -> Floats:
    """Units × nodes: the chance of a set to be close at a laboratory of precision k²."""
    squares, _ = precisions(tau)
    result = np.zeros((len(units), len(squares)))
    for freedom in np.unique(sets.freedom):
        share = sets.total((sets.freedom == freedom).astype(np.float64))[units] / sets.total()[units]
        close = special.gammainc(freedom / 2, special.chdtri(freedom, 1 - TOO_CLOSE) / (2 * squares))
        result += share[:, None] * close[None, :]
    return result


def _judge(sets: _Sets, units: npt.NDArray[np.int64], verdict: _Verdict, *, against: npt.NDArray[np.int64]) -> None:
    """Pooled spread and number of close sets of `units`, against a peer group (none: the standard); smaller p doubled.

    Peers who are close more often than 5 % raise what is expected of everybody.
    """
    size, near = sets.total(), sets.total(sets.weight)
    dof = np.maximum(sets.total(sets.freedom), 1)
    pooled = sets.total(sets.freedom * sets.rsd2 / sets.expected) / dof
    centre, tau, share = 1.0, STANDARD_TAU, TOO_CLOSE
    if len(against):
        centre, tau = peer_spread(pooled[against], dof[against])
        seen = near[against] / size[against]
        usual = np.minimum(size[against], np.median(size[against]))
        share = max(share, float(np.average(np.minimum(seen, np.quantile(seen, 0.9)), weights=usual)))
    spread = spread_tail(pooled[units], dof[units], centre=centre, tau=tau)
    chance = _chances(sets, units, tau) * (share / TOO_CLOSE)
    ratio = np.maximum(pooled[units] / centre, 1e-12)
    count = count_tail(near[units], size[units], chance=chance, ratios=ratio, freedom=dof[units], tau=tau)
    verdict.p[units] = np.minimum(1.0, 2 * np.minimum(spread, count))
    verdict.ratio[units] = ratio
    verdict.near[units], verdict.share[units] = near[units], share
    verdict.size[units] = size[units].astype(np.int64)
    verdict.peers[units] = max(0, len(against) - 1)


def judge_by_peers(sets: _Sets, levels: list[npt.NDArray[np.str_]], verdict: _Verdict) -> None:
    """Every unit with ten sets against the narrowest level (names of groups by unit) that has twenty such units."""
    enough = sets.total() >= LEAST_SETS
    for names in levels:
        for name in np.unique(names[enough & ~verdict.judged]):
            group = np.flatnonzero((names == name) & enough)
            if len(group) >= LEAST_PEERS:
                _judge(sets, group[~verdict.judged[group]], verdict, against=group)


def judge_by_standard(sets: _Sets, verdict: _Verdict) -> None:
    """Those without enough peers against the repeatability of the standard or Horwitz, with much leeway."""
    units = np.flatnonzero((sets.total() >= LEAST_SETS) & ~verdict.judged)
    _judge(sets, units, verdict, against=units[:0])


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
    """Two looks at every institution × item: all its spreads pooled, and how many sets are far too close."""
    data = tables["usable"]
    column = {name: np.asarray(data[name].to_numpy(zero_copy_only=False)) for name in data.column_names}
    unit, first = _units(data)
    verdict, weights = _Verdict(len(first)), np.zeros(len(unit))
    item, model = _named(data, first, ITEM_COLUMNS), _named(data, first, (*ITEM_COLUMNS, "model"))
    norms = {name: column[name].astype(np.float64) for name in ("of_peers", "of_standard")}
    for name, norm in norms.items():
        rows = np.flatnonzero(~np.isnan(norm) & ~verdict.judged[unit])
        freedom = column["n"][rows].astype(np.float64) - 1
        expected = norm[rows] + column["rel_delta"][rows] ** 2 / 12
        rsd2 = column["rsd2"][rows]
        weight = closeness(rsd2, expected, freedom, column["rel_delta"][rows])
        sets = _Sets(rsd2=rsd2, expected=expected, freedom=freedom, weight=weight, unit=unit[rows], count=len(first))
        if name == "of_peers":
            judge_by_peers(sets, [model, item], verdict)
        else:
            judge_by_standard(sets, verdict)
        weights[rows] = np.where(verdict.judged[unit[rows]], weight, 0.0)
    column["rsd_expected"] = np.where(np.isnan(norms["of_peers"]), norms["of_standard"], norms["of_peers"])
    return _hits(column, unit, weights, verdict)


def _accused(verdict: _Verdict) -> npt.NDArray[np.int64]:
    """Units that survive false discovery over everything judged, and whose effect is large."""
    judged = np.flatnonzero(verdict.judged)
    q_values = np.ones(len(verdict.p))
    q_values[judged] = [q if q is not None else 1.0 for q in false_discovery([float(verdict.p[one]) for one in judged])]
    excess = verdict.near >= LEAST_EXCESS * verdict.share * verdict.size
    large = (verdict.ratio <= LEAST_RATIO**2) | excess
    sure = verdict.p < np.where(verdict.peers > 0, LARGEST_P, LARGEST_P_ALONE)
    return np.flatnonzero((q_values <= LARGEST_Q) & sure & large)


def _hits(
    column: Mapping[str, npt.NDArray[np.generic]], unit: npt.NDArray[np.int64], weights: Floats, verdict: _Verdict
) -> pa.Table:
    """The close sets of the accused units, all their sets where none is close by itself."""
    rows = []
    tests = int(verdict.judged.sum())
    for one in _accused(verdict):
        mine = np.flatnonzero(unit == one)
        close = mine[weights[mine] > 0.5]
        for row in close if len(close) else mine:
            source = {name: values[row] for name, values in column.items()}
            rows.append(_hit(source, one, verdict) | {"tests": tests})
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _hit(source: Mapping[str, Any], unit: np.int64, verdict: _Verdict) -> dict[str, object]:
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
    version=3,
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
        "读数分辨力不足以看出差异的数据不用，修约造成的相等已扣除",
        "同行少于二十家的只与标准的重复性（或Horwitz公式）比较，放宽数倍；两者都没有、或本机构少于十组的不判断",
    ),
    unit_level=True,
)
