"""D3 – replicates of one institution agree better than its peers' do (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.peers import peer_z

LEAST_SETS = 10
LEAST_PEERS = 5
LEAST_RESOLUTION = 2.0
TOO_CLOSE = 0.05
LEAST_RATIO = 0.5
LARGEST_P = 1e-3

# One set = the readings of one item in one report. delta = 10^-decimals as printed, the finest that the set shows.
SETS = """
SELECT x.institution_id, x.report_id, x.item_code, coalesce(x.method_no, '') AS method_no, count(*) AS n,
       avg(x.value) AS mean, var_samp(x.value) AS variance, min(r.issued_at) AS issued_at,
       power(10.0, -max(CASE WHEN position('.' IN x.value_text) > 0
                             THEN length(x.value_text) - position('.' IN x.value_text) ELSE 0 END)) AS delta
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE x.replicate >= 1 AND x.value > 0 AND regexp_matches(x.value_text, '^[0-9]+([.][0-9]+)?$')
  AND r.corrects IS NULL
GROUP BY x.institution_id, x.report_id, x.item_code, x.method_no
HAVING count(*) >= 2
"""

# Concentration bands of a factor of two within item and method: precision depends on level.
BANDED = """
SELECT *, item_code || '|' || method_no || '|' || CAST(CAST(floor(log2(mean)) AS BIGINT) AS VARCHAR) AS band,
       variance / (mean * mean) AS rsd2, delta / mean AS rel_delta
FROM sets
"""

OF_INSTITUTION = """
SELECT band, institution_id, sum(rsd2 * (n - 1)) / sum(n - 1) AS rsd2 FROM banded GROUP BY band, institution_id
"""

# The peers' usual squared RSD: the median over institutions, so that no single one sets the norm.
OF_PEERS = f"""
SELECT band, median(rsd2) AS rsd2, count(*) AS peers FROM of_institution GROUP BY band HAVING count(*) >= {LEAST_PEERS}
"""

USABLE = f"""
SELECT b.institution_id, b.report_id, b.item_code, b.method_no, b.n, b.mean, b.issued_at, b.delta,
       b.rsd2 AS rsd2, p.rsd2 + b.rel_delta * b.rel_delta / 12 AS expected, p.peers
FROM banded b JOIN of_peers p ON p.band = b.band
WHERE p.rsd2 >= {LEAST_RESOLUTION**2} * b.rel_delta * b.rel_delta
ORDER BY b.institution_id, b.item_code, b.method_no, b.report_id
"""


def _empty() -> pa.Table:
    names = ("institution_id", "subject_id", "report_id", "level", "item_code", "method_no")
    fields = [pa.field(name, pa.string()) for name in names]
    fields += [pa.field("occurred_at", pa.timestamp("us")), pa.field("slip", pa.bool_()), pa.field("firm", pa.bool_())]
    figures = ("p_value", "rsd_percent", "peer_rsd_percent", "ratio", "close_share", "peer_close_share")
    fields += [pa.field(name, pa.float64()) for name in figures]
    return pa.schema([*fields, pa.field("sets", pa.int64()), pa.field("peers", pa.int64())]).empty_table()


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Two looks at every institution × item: all its spreads pooled, and how many sets are far too close.

    Both are compared with the other institutions of the item with over-dispersion; the smaller p is doubled.
    """
    data = tables["usable"]
    if data.num_rows == 0:
        return _empty()
    column = {name: np.asarray(data[name].to_numpy(zero_copy_only=False)) for name in data.column_names}
    freedom = column["n"].astype(np.float64) - 1
    ratio = column["rsd2"] / column["expected"]
    close = special.gammainc(freedom / 2, freedom * ratio / 2) < TOO_CLOSE
    units, index = _units(data)
    size = np.bincount(index)
    dof = np.bincount(index, weights=freedom).astype(np.float64)
    pooled = np.bincount(index, weights=freedom * ratio).astype(np.float64) / dof
    near = np.bincount(index, weights=close.astype(np.float64)).astype(np.float64)
    p_values = _p_values([str(unit).split("\x1f")[0] for unit in units], size=size, dof=dof, pooled=pooled, near=near)
    shares = _peer_shares([str(unit).split("\x1f")[0] for unit in units], size=size, near=near)
    accused = [
        int(unit)
        for unit in np.flatnonzero((size >= LEAST_SETS) & (p_values < LARGEST_P))
        if pooled[unit] <= LEAST_RATIO**2 or near[unit] >= 3 * shares[unit] * size[unit]
    ]
    rows = []
    near_rows = np.flatnonzero(close)
    for unit in accused:
        for row in near_rows[index[near_rows] == unit]:
            rows.append(
                {
                    "institution_id": column["institution_id"][row],
                    "subject_id": column["institution_id"][row],
                    "report_id": column["report_id"][row],
                    "occurred_at": data["issued_at"][int(row)].as_py(),
                    "level": "S3",
                    "slip": False,
                    "firm": False,
                    "p_value": float(p_values[unit]),
                    "item_code": column["item_code"][row],
                    "method_no": column["method_no"][row],
                    "rsd_percent": float(100 * np.sqrt(column["rsd2"][row])),
                    "peer_rsd_percent": float(100 * np.sqrt(column["expected"][row])),
                    "ratio": float(np.sqrt(pooled[unit])),
                    "close_share": float(near[unit] / size[unit]),
                    "peer_close_share": float(shares[unit]),
                    "sets": int(size[unit]),
                    "peers": int(column["peers"][row]),
                }
            )
    return pa.Table.from_pylist(rows, schema=_empty().schema)


Numbers = npt.NDArray[np.float64]


def _units(data: pa.Table) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Sorted labels `item|method␟institution` and the place of each row's label among them."""
    named = pc.binary_join_element_wise(data["item_code"], data["method_no"], "|")
    encoded = pc.binary_join_element_wise(named, data["institution_id"], "\x1f").combine_chunks().dictionary_encode()
    labels = encoded.dictionary.to_pylist()
    order = np.array(sorted(range(len(labels)), key=labels.__getitem__))
    place = np.empty(len(labels), dtype=np.int64)
    place[order] = np.arange(len(labels))
    return [labels[one] for one in order], place[encoded.indices.to_numpy(zero_copy_only=False)]


def _p_values(
    items: list[str], *, size: npt.NDArray[np.int64], dof: Numbers, pooled: Numbers, near: Numbers
) -> Numbers:
    """Lower tail of the pooled spread and upper tail of the close share, doubled minimum, per institution × item."""
    result = np.ones(len(items))
    names = np.array(items)
    for item in np.unique(names):
        mine = np.flatnonzero((names == item) & (size >= LEAST_SETS))
        if len(mine) < LEAST_PEERS:
            continue
        spread = peer_z(np.log(np.maximum(pooled[mine], 1e-9)), np.sqrt(2 / dof[mine]))
        angle = 2 * np.arcsin(np.sqrt((near[mine] + 0.375) / (size[mine] + 0.75)))
        share = peer_z(angle, 1 / np.sqrt(size[mine] + 0.5))
        smaller = np.minimum(special.ndtr(spread), special.ndtr(-share))
        result[mine] = np.minimum(1.0, 2 * smaller)
    return result


def _peer_shares(items: list[str], *, size: npt.NDArray[np.int64], near: Numbers) -> Numbers:
    """Median share of close sets among the institutions of the same item."""
    names, shares = np.array(items), near / size
    result = np.zeros(len(items))
    for item in np.unique(names):
        mine = np.flatnonzero((names == item) & (size >= LEAST_SETS))
        if len(mine):
            result[names == item] = float(np.median(shares[mine]))
    return result


DETECTOR = Detector(
    id="D3",
    version=1,
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
            optional=("method_no",),
        ),
        Need(table="reports", required=("issued_at",), optional=("corrects",)),
    ),
    steps=(
        Step(name="sets", sql=SETS),
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
    says="项目 {item_code}：{sets} 组平行样中过近的占 {close_share}，同行中位数为 {peer_close_share}；"
    "总体离散为同行的 {ratio} 倍",
    labels={
        "report_id": "报告标识",
        "occurred_at": "签发时间",
        "item_code": "项目编号",
        "method_no": "检测方法",
        "rsd_percent": "本组相对标准差（%）",
        "peer_rsd_percent": "同行相对标准差（%）",
        "ratio": "总体离散与同行之比",
        "close_share": "过近的组所占比例",
        "peer_close_share": "同行该比例中位数",
        "sets": "平行样组数",
        "peers": "同行机构数",
    },
    on_site=(
        "调取平行样的原始记录和仪器数据，确认是两次独立制样测定而非同一读数重复记录",
        "现场盲样平行复测，比较离散程度",
        "核对平行样的称量、定容等前处理记录",
    ),
    benign=(
        "与同项目、同方法、同浓度段的其他机构比较，并计入机构间的正常差异",
        "读数分辨力不足以看出差异的数据不用",
        "同行少于五家、本机构少于十组的不判断",
    ),
    unit_level=True,
)
