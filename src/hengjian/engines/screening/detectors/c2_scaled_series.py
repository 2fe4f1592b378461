"""C2 – a raw series is another's, scaled or with noise added (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hengjian.engines.screening.clones import (
    LABELS,
    NEEDS,
    SERIES,
    TEXTS,
    WORDS,
    family_hits,
    meta_sql,
    population_sql,
    same_vehicle,
)
from hengjian.engines.screening.detector import ArrayStep, BatchStep, Detector, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.series import NOMINAL, Floats, Integers, fingerprints

DRIVEN = ("rpm", "obd_rpm", "power_kw", "torque_nm")
"""Channels that follow the driver's foot: two tests driven the same moment too late are alike in them."""

OWN_SERIES = f"{SERIES.rstrip()}\n  AND s.channel NOT IN ({', '.join(repr(name) for name in DRIVEN)})\n"

LEAST_BITS = 64.0
LEAST_POINTS = 60
LEAST_CURVES = 50
LEAST_CORRELATION = 0.9
SAME_VEHICLE = 0.995

FLOOR = 0.02
MOST_MISSING = 0.05
ALL_PAIRS = 4000
BLOCK = 1000
BANDS = 16
MOST_IN_BUCKET = 200
CHANCE = 1e-4
"""Expected number of honest pairs as alike, in the whole group of curves."""

SAMPLED_PAIRS = 20_000
USUAL_QUANTILE, USUAL_Z = 0.999, 3.0902

USUAL_SHARE, MOST_TIMES = 0.9, 3.0
"""Differences beyond three times the 90th percentile (5σ of normal ones) count as that much."""

Single = npt.NDArray[np.float32]

SCHEMA = pa.schema(
    [
        ("report_id", pa.string()),
        ("channel", pa.string()),
        ("points", pa.int64()),
        ("print", pa.int64()),
        ("sketch", pa.binary()),
    ]
)
HIT_SCHEMA = hit_schema(
    texts=TEXTS, floats=("correlation", "usual_correlation", "scale"), counts=("shared", "points", "curves")
)


def shape_of(values: Floats) -> tuple[npt.NDArray[np.float16], float] | None:
    """(differences of the logarithm, median): a factor falls out, the floor of 2 % of the median tames small values."""
    known = np.isfinite(values)
    if known.mean() < 1 - MOST_MISSING:
        return None
    middle = float(np.median(values[known]))
    level = float(np.median(np.abs(values[known])))
    if level <= 0:
        return None
    logs = np.log(np.maximum(np.where(known, values, middle), 0.0) + FLOOR * level)
    return np.diff(logs).astype(np.float16), middle


def shapes_of(matrix: Floats) -> list[bytes | None]:
    """Sketches of series of one length without gaps: what `shape_of` gives, as bytes (first the median)."""
    middle, level = np.median(matrix, axis=1), np.median(np.abs(matrix), axis=1)
    logs = np.log(np.maximum(matrix, 0.0) + FLOOR * np.where(level > 0, level, 1.0)[:, None])
    changes = np.diff(logs, axis=1).astype(np.float16)
    sketch = np.concatenate([middle[:, None].view(np.uint8), changes.view(np.uint8)], axis=1)
    return [row.tobytes() if carries else None for row, carries in zip(sketch, level > 0, strict=True)]


def _sketch(values: Floats) -> bytes | None:
    shape = shape_of(values)
    return None if shape is None else np.float64(shape[1]).tobytes() + shape[0].tobytes()


def reduce(batch: pa.RecordBatch) -> pa.Table:
    """Shape of every series of one batch that carries enough information to accuse anybody."""
    lists = batch.column("series")
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    values = lists.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    nominal = np.array([NOMINAL.get(channel, 0.0) for channel in batch.column("channel").to_pylist()])
    prints, bits = fingerprints(values, lengths, nominal)
    begins = np.cumsum(lengths) - lengths
    enough = (bits >= LEAST_BITS) & (lengths >= LEAST_POINTS)
    shapes: dict[int, bytes | None] = {}
    for length in np.unique(lengths[enough]):
        rows = np.flatnonzero(enough & (lengths == length))
        matrix = values[begins[rows][:, None] + np.arange(length)]
        whole = np.isfinite(matrix).all(axis=1)
        shapes |= zip(rows[whole].tolist(), shapes_of(matrix[whole]), strict=True)
        shapes |= zip(rows[~whole].tolist(), map(_sketch, matrix[~whole]), strict=True)
    chosen = [row for row, shape in sorted(shapes.items()) if shape is not None]
    sketches = [shapes[row] for row in chosen]
    kept = pa.array(chosen, pa.int64())
    columns = [batch.column("report_id").take(kept), batch.column("channel").take(kept)]
    columns += [pa.array(lengths).take(kept), pa.array(prints).take(kept), pa.array(sketches, pa.binary())]
    return pa.table(columns, schema=SCHEMA)


SHAPES = BatchStep(name="shapes", sql=OWN_SERIES, reduce=reduce, schema=SCHEMA, per_report=True)


class _Curves:
    """Curves of one channel and length: unit vectors freed of the peers' course, owners, fingerprints, levels."""

    def __init__(self, table: pa.Table) -> None:
        ordered = table.sort_by([("report_id", "ascending"), ("print", "ascending")])
        self.owners = ordered["report_id"].to_pylist()
        self.prints = np.asarray(ordered["print"].to_numpy(), dtype=np.int64)
        sketches = ordered["sketch"].to_pylist()
        raw = np.frombuffer(b"".join(sketches), dtype=np.uint8).reshape(len(sketches), -1)
        self.levels = raw[:, :8].copy().view(np.float64)[:, 0]
        shapes = raw[:, 8:].copy().view(np.float16).astype(np.float32)
        common = np.median(shapes, axis=0) if len(shapes) <= ALL_PAIRS else shapes.mean(axis=0)
        shapes -= common
        shapes -= shapes.mean(axis=1, keepdims=True)
        _free_of(shapes, common - common.mean())
        _tame(shapes)
        length = np.linalg.norm(shapes, axis=1, keepdims=True)
        self.units: Single = (shapes / np.maximum(length, 1e-9)).astype(np.float32)

    def __len__(self) -> int:
        return len(self.owners)


def _free_of(shapes: Single, common: Single) -> None:
    """Take the peers' own course out of every row, however strongly the row has it.

    Diluted exhaust, a leak or a slow analyser flatten or stretch that course in every car alike; that is no copy.
    """
    length = float(np.linalg.norm(common))
    if length > 0:
        direction = (common / length).astype(np.float32)
        shapes -= np.outer(shapes @ direction, direction)


def _tame(shapes: Single) -> None:
    """Hold single jumps to a few times the usual differences: two curves are alike in their course, not in one step.

    A seam, a gear change or a switched range stands at one place in honest curves as well.
    """
    usual = np.quantile(np.abs(shapes), USUAL_SHARE, axis=1, keepdims=True).astype(np.float32)
    most = np.where(usual > 0, MOST_TIMES * usual, np.inf).astype(np.float32)
    np.clip(shapes, -most, most, out=shapes)
    shapes -= shapes.mean(axis=1, keepdims=True)


def limit_of(curves: _Curves) -> tuple[float, float]:
    """(least correlation that accuses, usual 99.9th percentile): honest pairs' spread, widened to all their pairs.

    Neighbours in the order of reports (one lane, one day) and pairs half the set apart stand for the honest.
    """
    count = len(curves)
    first = np.arange(count)[:SAMPLED_PAIRS]
    z = []
    for step in sorted({1, 2, max(3, count // 2), max(4, count // 3)}):
        other = (first + step) % count
        r = np.einsum("ij,ij->i", curves.units[first], curves.units[other])
        apart = (curves.prints[first] != curves.prints[other]) & (r < LEAST_CORRELATION)
        z.append(np.arctanh(np.clip(r[apart], -0.9999, 0.9999)))
    seen = np.concatenate(z)
    if len(seen) < LEAST_CURVES:
        return 1.1, 1.0
    middle, high = float(np.median(seen)), float(np.quantile(seen, USUAL_QUANTILE))
    scale = max((high - middle) / USUAL_Z, 1 / np.sqrt(curves.units.shape[1]))
    needed = middle + scale * _normal_quantile(CHANCE / (count * (count - 1) / 2))
    return max(LEAST_CORRELATION, float(np.tanh(needed))), float(np.tanh(high))


def _normal_quantile(tail: float) -> float:
    """z with this upper tail; the usual asymptotic series is exact enough for such small ones."""
    t = float(np.sqrt(-2 * np.log(tail)))
    return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t**3)


def close_pairs(units: Single, least: float) -> Iterator[tuple[int, int]]:
    """Pairs with correlation from `least` on: all pairs of a small set, banded sign-random-projections of a large."""
    if len(units) <= ALL_PAIRS:
        for begin in range(0, len(units), BLOCK):
            alike = units[begin : begin + BLOCK] @ units.T
            for row, column in zip(*np.nonzero(alike >= least), strict=True):
                if begin + int(row) < int(column):
                    yield begin + int(row), int(column)
        return
    for first, second in candidates(units):
        r = np.einsum("ij,ij->i", units[first], units[second])
        for place in np.flatnonzero(r >= least):
            yield int(first[place]), int(second[place])


def candidates(units: Single) -> Iterator[tuple[Integers, Integers]]:
    """Neighbours in the sorted words of each band; log2(8·N/0.03) bits a band, a bucket's members meet its first 200.

    Directions come from a generator with a fixed seed: the same data give the same candidates.
    """
    bits = min(62, int(np.ceil(np.log2(8 * len(units) / 0.03))))
    chance = np.random.Generator(np.random.Philox(20_250_501))
    for _ in range(BANDS):
        directions = chance.standard_normal((units.shape[1], bits)).astype(np.float32)
        signs = (units @ directions) > 0
        words = signs.astype(np.int64) @ (np.int64(1) << np.arange(bits, dtype=np.int64))
        order = np.argsort(words, kind="stable").astype(np.int64)
        ranked = words[order]
        begins = np.flatnonzero(np.diff(ranked, prepend=ranked[0] - 1))
        place = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
        for back in range(1, min(int(place.max()), MOST_IN_BUCKET) + 1):
            here = np.flatnonzero(place >= back)
            yield np.minimum(order[here - back], order[here]), np.maximum(order[here - back], order[here])
        far = np.flatnonzero(place > MOST_IN_BUCKET)
        if len(far):
            head = order[far - place[far]]
            yield np.minimum(head, order[far]), np.maximum(head, order[far])


def _groups(table: pa.Table) -> Iterator[tuple[str, _Curves]]:
    kinds = table.group_by(["channel", "points"]).aggregate([("report_id", "count")])
    for kind in kinds.sort_by([("channel", "ascending"), ("points", "ascending")]).to_pylist():
        if kind["report_id_count"] >= LEAST_CURVES:
            mine = pc.and_(pc.equal(table["channel"], kind["channel"]), pc.equal(table["points"], kind["points"]))
            yield kind["channel"], _Curves(table.filter(mine))


def alike(table: pa.Table) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Channels in which two reports' curves are alike, by pair; curves that are equal outright belong to C1."""
    found: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for channel, curves in _groups(table):
        least, usual = limit_of(curves)
        if least >= 1:
            continue
        for first, second in close_pairs(curves.units, least):
            if curves.owners[first] == curves.owners[second] or curves.prints[first] == curves.prints[second]:
                continue
            pair = (curves.owners[first], curves.owners[second])
            level = curves.levels[first]
            row = {
                "channel": channel,
                "correlation": float(curves.units[first] @ curves.units[second]),
                "usual_correlation": usual,
                "scale": float(curves.levels[second] / level) if level else None,
                "points": curves.units.shape[1] + 1,
                "curves": len(curves),
            }
            best = found.setdefault(pair, {}).get(channel)
            if best is None or row["correlation"] > best["correlation"]:
                found[pair][channel] = row
    return {pair: list(channels.values()) for pair, channels in found.items()}


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Families of reports whose curves have one shape."""
    found = alike(tables["shapes"])
    named = pa.array(sorted({report for pair in found for report in pair}), pa.string())
    met = tables["meta"].filter(pc.is_in(tables["meta"]["report_id"], named))
    meta = {row["report_id"]: row for row in met.to_pylist()}
    pairs = []
    for (a, b), rows in sorted(found.items()):
        best = max(rows, key=lambda row: (row["correlation"], row["channel"]))
        known = a in meta and b in meta
        if known and same_vehicle(meta[a], meta[b]) and best["correlation"] < SAME_VEHICLE:
            continue
        pairs.append({"a": a, "b": b, "level": "S4", "strength": best["correlation"], "shared": len(rows)} | best)
    return pa.Table.from_pylist(family_hits(pairs, meta), schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="C2",
    version=2,
    name="scaled_series",
    title="原始曲线缩放或加噪后雷同",
    meaning="两份不同样品或车辆的报告，原始曲线的起伏几乎逐点一致，只差一个倍数或者少量噪声，"
    "其中至少一条是由另一条改出来的。",
    violation="SUP-15.2",
    cluster="identity",
    kind="identity",
    level="S4",
    subject_kind="cluster",
    needs=NEEDS,
    steps=(
        SHAPES,
        Step(name="meta", sql=meta_sql("shapes")),
        Step(name="population", sql=population_sql("shapes")),
    ),
    array=ArrayStep(inputs=("shapes", "meta"), compute=compute),
    key_columns=("nature",),
    unit="份有过程数据的报告",
    says="报告 {report_no}（样品 {sample}）与报告 {other_report}（样品 {other_sample}）的原始曲线起伏相关系数 "
    "{correlation}，互不相干的曲线之间通常不超过 {usual_correlation}；雷同曲线 {shared} 条",
    words=WORDS,
    labels={
        **LABELS,
        "correlation": "起伏的相关系数",
        "usual_correlation": "互不相干曲线的第99.9百分位",
        "scale": "幅度之比",
        "points": "数据点数",
        "curves": "比较的曲线条数",
    },
    on_site=(
        "从设备工作站直接导出两份报告的原始文件，核对文件头的设备编号、采集时间和进样序号",
        "调取检测现场和检测线录像，确认两个样品或两辆车各做过一次检测",
        "检查设备与LIMS之间有无改写数据的软件，核对软件版本和摘要",
    ),
    benign=(
        "先扣除同类曲线共有的走势（同一工况），只比较各自的起伏；界限由互不相干曲线之间的实际相关确定",
        "转速、功率跟着司机的油门走，同样晚踩一步就会相像，不用来比较",
        "个别点的突跳（换挡、换量程、拼接处）不计，须整条曲线的起伏一致",
        "共有走势被整体压平或放大（排气稀释、管路漏气、分析仪响应慢）不算雷同",
        "平直或信息量不足64比特、少于60点的曲线不判；同类曲线不足50条的不判断",
        "空白、校准、质控数据，申报的复检、更正报告和能力验证样品不计；同一车辆的复检本就相近，须几乎完全一致才列",
        "完全相同的曲线由曲线雷同检查处理",
    ),
    family=True,
)
