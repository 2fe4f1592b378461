"""How an institution's values lie: against the limit with the expected curve, and among its field in a funnel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hengjian.apps.alerts.models import Alert
from hengjian.apps.runs.peers import shares_of
from hengjian.apps.runs.reading import rows_where
from hengjian.engines.screening.funnels import INNER_Z, OUTER_Z, dispersion_of
from hengjian.ui import figures

Floats = npt.NDArray[np.float64]
LEAST_VALUES, LEAST_PEERS = 30, 100
BINS = 30
WIDEST = 2.0
"""Ratios to the limit beyond this are left out of the picture; they are far from the decision."""
SIZES = 25
LEAST_NAMED = 5
"""Where fewer institutions have any, their shares say nothing about how institutions differ."""
VALUE_COLUMNS = ("report_id", "value", "limit_op", "limit_low", "limit_high", "replicate")


def values_of(alert: Alert, row: Mapping[str, Any]) -> figures.Drawn | None:
    """The institution's results of the item that the evidence names, against limit and peers; None where it cannot."""
    item = row.get("item_code")
    if not item:
        return None
    owned = rows_where(
        alert.last_run, "reports", column="institution_id", value=alert.institution.uscc, columns=["report_id"]
    )
    found = rows_where(alert.last_run, "results", column="item_code", value=str(item), columns=VALUE_COLUMNS)
    if owned is None or found is None or "value" not in found.column_names:
        return None
    ours = pc.is_in(found["report_id"], value_set=owned["report_id"].combine_chunks())
    name = str(row.get("item_name") or item)
    mine, others = _ratios(found.filter(ours)), _ratios(found.filter(pc.invert(ours)))
    if len(mine) >= LEAST_VALUES:
        return _against_limit(name, mine, others)
    own, peers = _plain(found.filter(ours)), _plain(found.filter(pc.invert(ours)))
    if len(own) < LEAST_VALUES or len(peers) < LEAST_PEERS:
        return None
    low, high = (float(one) for one in np.quantile(np.concatenate([own, peers]), [0.005, 0.995]))
    edges = np.linspace(low, high, BINS + 1)
    return _histogram(own, peers, edges, x_label=f"{name}：结果") if high > low else None


def _plain(rows: pa.Table) -> Floats:
    values = np.asarray(rows["value"].to_numpy(zero_copy_only=False), dtype=np.float64)
    return values[np.isfinite(values)]


def _ratios(rows: pa.Table) -> Floats:
    """Results as parts of their upper limit, where there is one above zero."""
    if "limit_high" not in rows.column_names:
        return np.zeros(0)
    value = np.asarray(rows["value"].to_numpy(zero_copy_only=False), dtype=np.float64)
    limit = np.asarray(rows["limit_high"].to_numpy(zero_copy_only=False), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = value / limit
    return ratio[np.isfinite(ratio) & (limit > 0) & (ratio >= 0) & (ratio <= WIDEST)]


def _against_limit(name: str, mine: Floats, others: Floats) -> figures.Drawn | None:
    """Bars end at the limit, so that what lies just inside and just outside stands apart."""
    low = max(0.0, float(np.quantile(mine, 0.005)))
    width = max((min(WIDEST, max(1.2, float(mine.max()))) - low) / BINS, 0.005)
    below = int(np.ceil((1 - low) / width))
    above = max(4, int(np.ceil((min(WIDEST, max(1.2, float(mine.max()))) - 1) / width)))
    edges = 1 + width * np.arange(-max(below, 4), above + 1)
    return _histogram(mine, others, edges, x_label=f"{name}：结果与限值之比", limit=1.0)


def _histogram(
    mine: Floats, others: Floats, edges: Floats, *, x_label: str, limit: float | None = None
) -> figures.Drawn:
    counts = np.histogram(mine, edges)[0]
    expected: list[float] = []
    if len(others) >= LEAST_PEERS:
        usual = np.histogram(others, edges)[0].astype(np.float64)
        expected = (_smooth(usual) * counts.sum() / max(usual.sum(), 1.0)).tolist()
    return figures.histogram(
        [round(float(one), 6) for one in edges],
        [int(one) for one in counts],
        x_label=x_label,
        limit=limit,
        limit_label="限值" if limit is not None else "",
        expected=expected,
        expected_label=f"按同行 {len(others):,} 个结果应有",
        counted="本机构",
    )


def _smooth(counts: Floats) -> Floats:
    """A running mean of three: what is expected is not jagged."""
    padded = np.concatenate([counts[:1], counts, counts[-1:]])
    return np.convolve(padded, [0.25, 0.5, 0.25], mode="valid")


def counts_of(row: Mapping[str, Any], labels: Mapping[str, str]) -> figures.Drawn | None:
    """Lists `counts` and `expected` (and `edges`) that the evidence itself carries, drawn as they are."""
    counts, expected, edges = (row.get(name) for name in ("counts", "expected", "edges"))
    if not isinstance(counts, list) or not counts:
        return None
    if not isinstance(edges, list) or len(edges) != len(counts) + 1:
        edges = list(range(len(counts) + 1))
    if not isinstance(expected, list) or len(expected) != len(counts):
        expected = []
    x_label = labels.get("counts", "分布")
    return figures.histogram(edges, counts, x_label=x_label, expected=expected, expected_label="应有")


def funnel_of(alert: Alert, *, verdicts: bool) -> figures.Drawn | None:
    """The institution among its field by size; peers are not named: a superior's run holds others' institutions."""
    found = shares_of(alert.last_run, detector=alert.detector, field=alert.field, verdicts=verdicts)
    if found is None or sum(count > 0 for _, _, count in found.rows) < LEAST_NAMED:
        return None
    usual = dispersion_of([count for _, _, count in found.rows], [size for _, size, _ in found.rows])
    own = alert.institution.uscc
    if usual is None or all(one != own for one, _, _ in found.rows):
        return None
    units = [
        figures.Unit("本机构" if one == own else f"同领域机构（{size:,} 份）", size, count / size, own=one == own)
        for one, size, count in found.rows
        if size > 0
    ]
    sizes = np.geomspace(min(unit.size for unit in units), max(unit.size for unit in units) + 1, SIZES).tolist()
    bands = [[figures.Band(size, *usual.limits(size, z)) for size in sizes] for z in (INNER_Z, OUTER_Z)]
    return figures.funnel(
        units,
        centre=usual.centre,
        inner=bands[0],
        outer=bands[1],
        x_label="有结论的报告数" if verdicts else "报告数",
        y_label=found.what,
    )
