"""C3 – stretches of a raw series stand in other reports too, shifted, spliced or run faster (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
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
from hengjian.engines.screening.detectors import c2_scaled_series as shaped
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.series import NOMINAL, Floats, Integers, quantised
from hengjian.engines.screening.warped import warped_pairs

GRAM = 12
LEAST_MOVES = 9
KEPT_OF = 8
RARE = 20
LEAST_SHARED = 4
LEAST_BESIDE_COMMON = 8
"""Aligned stretches needed where they are no longer rare."""

SPREAD_OF = 4.0
"""Steps of a stretch must differ among themselves: at least four kinds."""

SCHEMA = pa.schema(
    [
        ("report_id", pa.string()),
        ("channel", pa.string()),
        ("gram", pa.int64()),
        ("place", pa.int64()),
        ("grams", pa.int64()),
    ]
)
HIT_SCHEMA = hit_schema(
    texts=(*TEXTS, "likeness"),
    floats=("correlation", "usual_correlation", "speed"),
    counts=("shared", "stretches", "shift", "first_point", "last_point"),
)

_ODD = np.uint64(0x9E3779B97F4A7C15)
_OTHER = np.uint64(0xBF58476D1CE4E5B9)


def _mixed(words: np.ndarray[Any, np.dtype[np.uint64]]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    words = (words ^ (words >> np.uint64(30))) * _OTHER
    return words ^ (words >> np.uint64(27))


def grams(values: Floats, lengths: Integers, nominal: Floats) -> tuple[Integers, Integers, Integers]:
    """(series, hash, place) of the kept stretches of twelve steps: every eighth hash, idle and monotone ones left out.

    A stretch is its differences in units of the resolution, so it is the same at another level.
    """
    filled = np.flatnonzero(lengths > 0)
    if len(filled) == 0 or len(values) <= GRAM:
        empty = np.zeros(0, np.int64)
        return empty, empty, empty
    row = np.repeat(np.arange(len(filled)), lengths[filled])
    steps = np.diff(quantised(values, row, lengths[filled], nominal[filled]))
    inner = row[1:] == row[:-1]
    count = len(steps) - GRAM + 1
    if count < 1:
        empty = np.zeros(0, np.int64)
        return empty, empty, empty
    words = _mixed(steps.astype(np.uint64) * _ODD + np.uint64(1))
    total, power = np.zeros(count, np.uint64), np.uint64(1)
    for offset in range(GRAM):
        total += words[offset : offset + count] * power
        power = np.uint64((int(power) * int(_ODD)) & 0xFFFFFFFFFFFFFFFF)
    hashes = _mixed(total)
    kept = _whole(inner, count) & (_running(steps != 0, count) >= LEAST_MOVES) & (hashes % np.uint64(KEPT_OF) == 0)
    chosen = np.flatnonzero(kept)
    window = np.sort(steps[chosen[:, None] + np.arange(GRAM)], axis=1)
    varied = 1 + (np.diff(window, axis=1) != 0).sum(axis=1) >= SPREAD_OF
    chosen = chosen[varied]
    starts = np.cumsum(lengths[filled]) - lengths[filled]
    return filled[row[chosen]], hashes[chosen].view(np.int64), chosen - starts[row[chosen]]


def _running(flags: np.ndarray[Any, np.dtype[np.bool_]], count: int) -> Integers:
    sums = np.concatenate([[0], np.cumsum(flags)])
    return np.asarray(sums[GRAM : GRAM + count] - sums[:count], dtype=np.int64)


def _whole(inner: np.ndarray[Any, np.dtype[np.bool_]], count: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Stretches that lie within one series."""
    return np.asarray(_running(inner, count) == GRAM)


def reduce(batch: pa.RecordBatch) -> pa.Table:
    """Kept stretches of the series of one batch."""
    lists = batch.column("series")
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    values = lists.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    nominal = np.array([NOMINAL.get(channel, 0.0) for channel in batch.column("channel").to_pylist()])
    series, hashes, place = grams(values, lengths, nominal)
    size = np.bincount(series, minlength=len(lengths))[series] if len(series) else series
    owner = pa.array(series)
    columns = [batch.column("report_id").take(owner), batch.column("channel").take(owner)]
    return pa.table([*columns, pa.array(hashes), pa.array(place), pa.array(size)], schema=SCHEMA)


# Rare stretches link all their bearers; those with more bearers link each to the smallest, so no family is lost.
BEARERS = """
SELECT channel, gram, count(*) AS n, min(report_id) AS first_report, min(place) AS first_place FROM stretches
GROUP BY channel, gram HAVING count(*) > 1
"""

# Shared stretches count only where they lie at one and the same shift.
PAIRS = f"""
SELECT a, b, channel, shift, count(*) AS stretches, min(place) AS first_place, max(place) AS last_place,
       min(least(grams_a, grams_b)) AS grams
FROM (
    SELECT x.report_id AS a, y.report_id AS b, x.channel, y.place - x.place AS shift, x.place, x.grams AS grams_a,
           y.grams AS grams_b, w.n
    FROM bearers w
    JOIN stretches x ON x.channel = w.channel AND x.gram = w.gram
    JOIN stretches y ON y.channel = w.channel AND y.gram = w.gram
    WHERE (x.report_id < y.report_id OR (x.report_id = y.report_id AND x.place < y.place))
      AND (w.n <= {RARE} OR x.report_id = w.first_report)
) AS met
GROUP BY a, b, channel, shift
HAVING count(*) >= {LEAST_BESIDE_COMMON} OR (count(*) >= {LEAST_SHARED} AND max(n) <= {RARE})
ORDER BY a, b, channel, shift
"""


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Families of reports that share stretches, and stretches that one report has twice."""
    run = _run_otherwise(tables["shapes"], tables["of_shapes"])
    ends = pa.array(sorted({pair[side] for pair in run for side in ("a", "b")}), pa.string())
    named = tables["of_shapes"].filter(pc.is_in(tables["of_shapes"]["report_id"], ends))
    meta = {row["report_id"]: row for row in (*named.to_pylist(), *tables["meta"].to_pylist())}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    within: dict[str, dict[str, Any]] = {}
    for row in tables["linked"].to_pylist():
        whole = row["shift"] == 0 and row["stretches"] >= row["grams"]
        if row["a"] == row["b"]:
            best = within.get(row["a"])
            if abs(row["shift"]) >= GRAM and (best is None or row["stretches"] > best["stretches"]):
                within[row["a"]] = row
        elif not whole:
            found.setdefault((row["a"], row["b"]), []).append(row)
    pairs = [_pair(key, rows) for key, rows in sorted(found.items())]
    pairs += [
        one for one in run if (one["a"], one["b"]) not in found and not same_vehicle(meta[one["a"]], meta[one["b"]])
    ]
    rows = family_hits(pairs, meta)
    rows += [_inner(meta[name], row) for name, row in sorted(within.items()) if name in meta]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _run_otherwise(shapes: pa.Table, meta: pa.Table) -> list[dict[str, Any]]:
    """Pairs of reports that are alike in a stretch over all channels once one of them runs a little faster."""
    house = dict(zip(*(meta[name].to_pylist() for name in ("report_id", "institution_id")), strict=True))
    return [
        {
            "a": one.a,
            "b": one.b,
            "level": "S4",
            "strength": one.correlation,
            "likeness": "run" if one.speed != 1 or one.shift else "shape",
            "channel": one.channel,
            "shared": one.channels,
            "shift": one.shift,
            "speed": one.speed,
            "first_point": one.first_point,
            "last_point": one.last_point,
            "correlation": one.correlation,
            "usual_correlation": one.usual,
        }
        for one in warped_pairs(shapes, house)
    ]


def _pair(key: tuple[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
    best = max(rows, key=lambda row: (row["stretches"], row["channel"]))
    return {
        "a": key[0],
        "b": key[1],
        "level": "S4",
        "strength": sum(row["stretches"] for row in rows),
        "shared": len({row["channel"] for row in rows}),
    } | _stretch(best)


def _stretch(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "channel": row["channel"],
        "likeness": "equal",
        "stretches": row["stretches"],
        "shift": row["shift"],
        "first_point": row["first_place"],
        "last_point": row["last_place"] + GRAM,
    }


def _inner(own: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The same stretch twice in one recording; the finding is the report's own."""
    return _stretch(row) | {
        "institution_id": own["institution_id"],
        "subject_id": own["report_id"],
        "report_id": own["report_id"],
        "occurred_at": own["issued_at"],
        "level": "S3",
        "slip": False,
        "firm": False,
        "nature": "within",
        "report_no": own["report_no"],
        "sample": own["sample_id"],
        "vin": own["vin"],
        "other_report": own["report_id"],
        "shared": 1,
    }


DETECTOR = Detector(
    id="C3",
    version=2,
    name="spliced_series",
    title="原始曲线有成段相同的数据",
    meaning="两份不同样品或车辆的报告，原始曲线有成段相同的变化，错开时间、快慢略加改动或者拼接而来，"
    "或者一条曲线内部整段重复，至少一段不是当次检测所得。",
    violation="SUP-15.2",
    cluster="identity",
    kind="identity",
    level="S4",
    subject_kind="cluster",
    needs=NEEDS,
    steps=(
        BatchStep(name="stretches", sql=SERIES, reduce=reduce, schema=SCHEMA, per_report=True),
        Step(name="bearers", sql=BEARERS),
        Step(name="linked", sql=PAIRS),
        Step(name="meta", sql=meta_sql("(SELECT a AS report_id FROM linked UNION SELECT b FROM linked) AS ends")),
        shaped.SHAPES,
        Step(name="of_shapes", sql=meta_sql("shapes")),
        Step(name="population", sql=population_sql("stretches")),
    ),
    array=ArrayStep(inputs=("linked", "meta", "shapes", "of_shapes"), compute=compute),
    key_columns=("nature",),
    unit="份有过程数据的报告",
    says="报告 {report_no}（样品 {sample}）的原始曲线第 {first_point}–{last_point} 点与报告 {other_report}"
    "（样品 {other_sample}）{likeness}，错开 {shift} 点，"
    "各通道起伏的相关系数 {correlation}，互不相干的曲线之间通常不超过 {usual_correlation}；{nature}",
    words=dict(WORDS)
    | {"likeness": {"equal": "逐点相同", "run": "错开或者改变快慢后几乎相同", "shape": "起伏几乎相同"}},
    labels={
        **LABELS,
        "likeness": "如何相同",
        "correlation": "起伏的相关系数",
        "usual_correlation": "互不相干曲线的第99百分位",
        "speed": "快慢之比",
        "stretches": "相同片段数",
        "shift": "错开点数",
        "first_point": "相同段起点",
        "last_point": "相同段止点",
    },
    on_site=(
        "从设备工作站直接导出两份报告的原始文件，核对文件头的设备编号、采集时间和进样序号",
        "调取检测现场和检测线录像，确认各做过一次检测",
        "查工作站和LIMS日志中原始文件的复制、编辑和导入记录",
    ),
    benign=(
        "平直、变化单调的片段不用；车速、环境条件等按规程或环境决定的通道不判",
        "只计在同一错位上同时相同的多个片段；常见片段须更多处相同",
        "改变快慢后的相像，先扣除同类曲线共有的走势以及早晚、快慢的差别，各通道一起比较，界限由同一机构互不相干的曲线确定；"
        "同一机构同类曲线不足三十条的不作此项比较",
        "空白、校准、质控数据，申报的复检、更正报告和能力验证样品不计；整条相同的由曲线雷同检查处理",
        "同一样品、同一编号、同一车辆同日两份报告的，仅作疑问列出",
    ),
    family=True,
)
