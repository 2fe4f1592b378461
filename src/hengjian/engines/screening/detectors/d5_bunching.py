"""D5 – values pile up just inside the limit and are missing just beyond it (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema, of_institutions
from hengjian.engines.screening.limit_edge import AGAINST_OTHERS, AT_EDGE, CELLS, OF_HOUSE, Edges, judged_edges
from hengjian.engines.screening.peers import Floats
from hengjian.engines.screening.rarity import LEAST_PEERS, MOST_FREEDOM, additive_null

LEAST_VALUES, LEAST_LIMITED = 200, 20
BINS = 12
DONUT = 2
BIN_SHARE = 0.02
COARSEST = 0.05
STRIKING_P = 1e-3
LEAST_MISSING = 5.0
LEAST_FARTHER = 10.0
"""Values beyond the limit past the hole: without any there is no hole, only an end."""

WORST_FIT = 4.0
"""Dispersion of the fit above which no smooth density describes the values, so nothing is said."""

ROUNDS = 25
SIDES = np.concatenate([np.arange(-BINS, 0), np.arange(1, BINS + 1)])
"""Bin numbers: −1 is the last bin inside the limit, 1 the first beyond it."""

HIT_SCHEMA = hit_schema(
    texts=("scope", "item_name", "histogram", "value_text"),
    floats=("limit", "expected_inside", "expected_beyond", "missing", "missing_low", "missing_high", "z"),
    counts=("values", "inside", "beyond", "peers", "tests"),
)

# Bins of a fiftieth of the limit in whole steps of the last printed place; positive numbers lie beyond the limit.
LIMITED = f"""
SELECT institution_id, report_id, item_code, item_name, value_text, issued_at, client, lim, step, away,
       CASE WHEN away > 1e-9 THEN CAST(ceil(away / width - 1e-9) AS BIGINT)
            ELSE -1 - CAST(floor(-away / width + 1e-9) AS BIGINT) END AS bin
FROM (
    SELECT measured.*, step * greatest(1.0, floor({BIN_SHARE} * lim / step + 1e-9)) AS width
    FROM (
        SELECT x.institution_id, x.report_id, x.item_code, coalesce(x.item_name, x.item_code) AS item_name,
               x.value_text, r.issued_at, coalesce(r.client_id, x.report_id) AS client,
               CASE WHEN x.limit_op IN ('<=', '<') THEN x.limit_high ELSE x.limit_low END AS lim,
               CASE WHEN x.limit_op IN ('<=', '<') THEN x.value - x.limit_high ELSE x.limit_low - x.value END AS away,
               power(10.0, -(CASE WHEN position('.' IN x.value_text) > 0
                                  THEN length(x.value_text) - position('.' IN x.value_text) ELSE 0 END)) AS step
        FROM results x JOIN reports r ON r.report_id = x.report_id
        WHERE coalesce(x.replicate, 0) = 0 AND x.value IS NOT NULL
          AND ((x.limit_op IN ('<=', '<') AND x.limit_high > 0) OR (x.limit_op IN ('>=', '>') AND x.limit_low > 0))
          AND regexp_matches(x.value_text, '^[0-9]{{1,9}}([.][0-9]{{1,6}})?$')
          AND r.retest_of IS NULL AND r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
    ) AS measured
    WHERE abs(away) <= 1.5 * lim AND step <= {COARSEST} * lim
) AS sized
WHERE width <= {COARSEST} * lim
"""

COUNTED = f"""
SELECT institution_id, item_code, bin, max(item_name) AS item_name, max(issued_at) AS last_at, count(*) AS n
FROM limited WHERE bin BETWEEN -{BINS} AND {BINS}
GROUP BY institution_id, item_code, bin ORDER BY institution_id, item_code, bin
"""


ABSTAINS = f"""
SELECT l.institution_id, concat('限值附近的结果', CAST(l.near AS VARCHAR), '个，少于{LEAST_VALUES}，',
                                '同样项目的其他机构也不足以比较') AS reason
FROM (SELECT institution_id, count(CASE WHEN bin BETWEEN -{BINS} AND {BINS} THEN 1 END) AS near
      FROM limited GROUP BY institution_id) AS l
LEFT JOIN (SELECT DISTINCT institution_id FROM against_others) AS o ON o.institution_id = l.institution_id
WHERE l.near < {LEAST_VALUES} AND o.institution_id IS NULL
"""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What a smooth density leads to expect in the donut; `z` is positive where values moved inside."""

    inside: float
    beyond: float
    expected_inside: float
    expected_beyond: float
    error: float
    z: float


def fit(counts: Floats) -> Fit | None:
    """Poisson log-quadratic over the bins outside the donut (iterated least squares); None where it does not settle."""
    place = np.where(SIDES > 0, SIDES - 0.5, SIDES + 0.5) / BINS
    design = np.stack([np.ones(len(place)), place, place**2], axis=1)
    fitted = np.abs(SIDES) > DONUT
    x, y = design[fitted], counts[fitted]
    if y.sum() < 1 or np.count_nonzero(y) < 4:
        return None
    beta = np.array([np.log(y.mean()), 0.0, 0.0])
    covariance = np.eye(3)
    for _ in range(ROUNDS):
        mean = np.exp(np.clip(x @ beta, -30, 30))
        weighted = x * mean[:, None]
        try:
            covariance = np.linalg.inv(x.T @ weighted + 1e-9 * np.eye(3))
        except np.linalg.LinAlgError:
            return None
        step = covariance @ (x.T @ (y - mean))
        beta = beta + np.clip(step, -3, 3)
        if float(np.abs(step).max()) < 1e-8:
            break
    else:
        return None
    mean = np.exp(np.clip(x @ beta, -30, 30))
    phi = max(1.0, float(((y - mean) ** 2 / np.maximum(mean, 0.5)).sum() / (len(y) - 3)))
    if phi > WORST_FIT:
        return None
    hole = design[~fitted]
    expected = np.exp(np.clip(hole @ beta, -30, 30))
    sign = np.where(SIDES[~fitted] < 0, 1.0, -1.0)
    slope = (sign * expected) @ hole
    variance = phi * (float(expected.sum()) + float(slope @ covariance @ slope))
    inner, outer = sign > 0, sign < 0
    seen = counts[~fitted]
    excess = float((sign * (seen - expected)).sum())
    return Fit(
        inside=float(seen[inner].sum()),
        beyond=float(seen[outer].sum()),
        expected_inside=float(expected[inner].sum()),
        expected_beyond=float(expected[outer].sum()),
        error=float(np.sqrt(variance)),
        z=excess / float(np.sqrt(variance)),
    )


@dataclass(frozen=True, kw_only=True)
class _Unit:
    """An institution's item, or all its items: counts of the 24 bins."""

    institution: str
    scope: str
    item_name: str
    counts: Floats
    last_at: datetime | None


def _units(table: pa.Table) -> list[_Unit]:
    """Institution × item, and all items of an institution, with enough values near the limit and beyond the hole."""
    if not table.num_rows:
        return []
    column = {name: np.asarray(table[name].to_numpy(zero_copy_only=False)) for name in table.column_names}
    house, item = column["institution_id"], column["item_code"]
    new_house = np.append(True, house[1:] != house[:-1])
    new_item = new_house | np.append(True, item[1:] != item[:-1])
    starts, houses = np.flatnonzero(new_item), np.flatnonzero(new_house[new_item])
    counts = np.zeros((len(starts), len(SIDES)))
    bins = column["bin"].astype(np.int64)
    np.add.at(counts, (np.cumsum(new_item) - 1, np.where(bins < 0, bins + BINS, bins + BINS - 1)), column["n"])
    last = np.fmax.reduceat(column["last_at"].astype("datetime64[us]"), starts)
    units = [
        _unit(house[start], item[start], column["item_name"][start], counts[place], last[place])
        for place, start in ((int(place), int(starts[place])) for place in np.flatnonzero(_enough(counts)))
    ]
    whole, latest = np.add.reduceat(counts, houses), np.fmax.reduceat(last, houses)
    several = np.diff(np.append(houses, len(starts))) > 1
    units += [
        _unit(house[starts[houses[place]]], "all", "全部有限值的项目", whole[place], latest[place])
        for place in np.flatnonzero(_enough(whole) & several)
    ]
    return sorted(units, key=lambda unit: (unit.institution, unit.scope))


def _enough(counts: Floats) -> npt.NDArray[np.bool_]:
    many = counts.sum(axis=1) >= LEAST_VALUES
    return np.asarray(many & (counts[:, SIDES > DONUT].sum(axis=1) >= LEAST_FARTHER), dtype=bool)


def _unit(institution: object, scope: object, item_name: object, counts: Floats, last_at: np.datetime64) -> _Unit:
    return _Unit(
        institution=str(institution),
        scope=str(scope),
        item_name=str(item_name),
        counts=counts,
        last_at=last_at.astype("datetime64[us]").item(),
    )


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Every unit with 200 values near the limit; a smooth density is the null, peers' spread of z widens it."""
    found = []
    for unit in _units(tables["counted"]):
        fitted = fit(unit.counts)
        if fitted is not None:
            found.append((unit, fitted))
    edges = judged_edges(tables["against_others"])
    rows, tests = _at_edge(edges, tables["at_edge"]), len(found) + len(edges.p)
    if not found:
        return pa.Table.from_pylist([row | {"tests": tests} for row in rows], schema=HIT_SCHEMA)
    z = np.array([fitted.z for _, fitted in found])
    # centre 0: where most of a region moves its values, the region is no norm
    tau, peers = 0.0, 0
    if len(z) >= LEAST_PEERS:
        null = additive_null(z, np.ones(len(z)), centre=0.0)
        tau, peers = null.tau, len(z) - 1
    freedom = min(len(z) - 1, MOST_FREEDOM) if peers else MOST_FREEDOM
    for (unit, fitted), score in zip(found, z, strict=True):
        p = float(special.stdtr(freedom, -score / np.sqrt(1 + tau**2)))
        missing = fitted.expected_beyond - fitted.beyond
        if p < STRIKING_P and missing >= max(LEAST_MISSING, _half(fitted)):
            rows.append(_hit(unit, fitted) | {"p_value": p, "peers": peers})
    return pa.Table.from_pylist([row | {"tests": tests} for row in rows], schema=HIT_SCHEMA)


def _at_edge(edges: Edges, results: pa.Table) -> list[dict[str, Any]]:
    """The results just inside their limits of institutions that have far too many clients there."""
    place = {str(edges.institutions[one]): int(one) for one in edges.striking()}
    rows = []
    for row in of_institutions(results, place):
        one = place[row["institution_id"]]
        expected = float(edges.expected[one])
        rows.append(
            {name: row[name] for name in ("institution_id", "report_id", "item_name", "value_text")}
            | {"subject_id": row["institution_id"], "occurred_at": row["issued_at"], "limit": row["lim"]}
            | {"level": "S3", "slip": False, "firm": False, "scope": "edge", "p_value": float(edges.p[one])}
            | {"values": int(edges.looked_at[one]), "inside": int(edges.edge[one]), "expected_inside": expected}
            | {"missing": float(edges.edge[one]) - expected, "peers": len(edges.p) - 1}
        )
    return rows


def _half(fitted: Fit) -> float:
    """Half the 95 % interval of the missing number."""
    return float(1.96 * fitted.error / np.sqrt(2))


def _hit(unit: _Unit, fitted: Fit) -> dict[str, Any]:
    missing = fitted.expected_beyond - fitted.beyond
    half = _half(fitted)
    return {
        "institution_id": unit.institution,
        "subject_id": unit.institution,
        "occurred_at": unit.last_at,
        "level": "S3",
        "slip": False,
        "firm": False,
        "scope": unit.scope,
        "item_name": unit.item_name,
        "histogram": " ".join(str(int(count)) for count in unit.counts),
        "values": int(unit.counts.sum()),
        "inside": int(fitted.inside),
        "beyond": int(fitted.beyond),
        "expected_inside": fitted.expected_inside,
        "expected_beyond": fitted.expected_beyond,
        "missing": missing,
        "missing_low": max(0.0, missing - half),
        "missing_high": missing + half,
        "z": fitted.z,
    }


DETECTOR = Detector(
    id="D5",
    version=2,
    name="bunching",
    title="限值附近结果异常堆积",
    meaning="略低于限值的结果比应有的多得多，刚超过限值的却缺了一块或者没有相应增加：超标结果可能被改到限值以内。",
    violation="SUP-15.2",
    cluster="outcome",
    kind="statistical",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "value_text", "limit_op"),
            optional=("value", "replicate", "item_name", "limit_low", "limit_high"),
        ),
        Need(table="reports", required=("issued_at",), optional=("client_id", "retest_of", "corrects", "purpose")),
    ),
    steps=(
        Step(name="limited", sql=LIMITED),
        Step(name="counted", sql=COUNTED),
        Step(name="cells", sql=CELLS),
        Step(name="of_house", sql=OF_HOUSE),
        Step(name="against_others", sql=AGAINST_OTHERS),
        Step(name="at_edge", sql=AT_EDGE),
        Step(name="population", sql="SELECT institution_id, count(*) AS n FROM limited GROUP BY institution_id"),
        Step(name="abstains", sql=ABSTAINS),
    ),
    array=ArrayStep(inputs=("counted", "against_others", "at_edge"), compute=compute),
    key_columns=("scope",),
    min_n=LEAST_LIMITED,
    unit="个有限值的结果",
    says="{item_name}（{scope}）：刚在限值以内的 {inside} 个，应约有 {expected_inside} 个；"
    "刚超过限值的 {beyond} 个，应约有 {expected_beyond} 个；估计约 {missing} 个超标结果被改成合格",
    words={"scope": {"edge": "全部项目，每个委托方每项计一次，与其他机构比较", "all": "合并"}},
    labels={
        "report_id": "报告标识",
        "scope": "比较范围",
        "item_name": "项目",
        "value_text": "结果",
        "limit": "限值",
        "occurred_at": "签发时间",
        "values": "比较的结果个数",
        "inside": "限值以内紧邻的个数",
        "expected_inside": "以内应有个数",
        "beyond": "刚超限值的个数",
        "expected_beyond": "超限应有个数",
        "missing": "缺少的超标结果（估计）",
        "missing_low": "估计下限（95%）",
        "missing_high": "估计上限（95%）",
        "z": "偏离程度（标准误）",
        "histogram": "由内到外24格的个数",
        "peers": "同行单元数",
    },
    on_site=(
        "对紧靠限值的合格结果逐份调取仪器原始数据和计算过程，查重复进样、删改和重新积分",
        "对留样中紧靠限值的样品组织复测",
        "查结果录入和修改日志中由不合格改为合格的记录",
    ),
    benign=(
        "不作限值两侧各半的比较：在限值两侧拟合平滑分布，只看紧邻限值的缺口",
        "按限值对齐、按分辨力分格；分辨力粗于限值5%的不用；复检结果不计",
        "委托方按限值控制工艺也会使结果靠近限值：应与同一委托方在其他机构的结果比较",
        "限值附近的结果不足二百个的不拟合；只与其他机构比较同样项目紧靠限值的委托方有多少，一个委托方一个项目只计一次，"
        "靠近限值的结果本来就多的机构按比例放宽，二十家以上机构测过的项目才比较",
    ),
    unit_level=True,
)
