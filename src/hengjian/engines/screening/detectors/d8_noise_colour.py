"""D8 – recorded noise has another colour than instruments of the kind give: too white, too smooth (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengjian.engines.screening.clones import PRESCRIBED
from hengjian.engines.screening.curves import matrices
from hengjian.engines.screening.detector import ArrayStep, BatchStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.rarity import judged_by_group

LEAST_POINTS = 100
LEAST_SERIES = 10
LEAST_MOVING = 0.3
"""Share of points that must differ from the one before: a resting signal has no colour."""

LEAST_CONTROLS = 100
STRIKING_P = 1e-4
AGREEING = 2

FEATURES: Mapping[str, float] = {"lag1": 0.2, "runs": 0.15, "disorder": 0.05, "slope": 0.5}
"""Feature, growing from smooth to white noise → least difference from the peers that is no small matter."""

Floats = npt.NDArray[np.float64]

SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("report_id", "channel", "instrument_id")),
        *((name, pa.float64()) for name in FEATURES),
    ]
)
HIT_SCHEMA = hit_schema(
    texts=("nature", "channel", "method", "model", "firmware", "features"),
    floats=("own", "usual"),
    counts=("series", "peers", "tests"),
)

SERIES = f"""
SELECT s.report_id, s.channel, s.instrument_id, s."values" AS series FROM raw_series s
WHERE coalesce(s.role, 'sample') = 'sample' AND s."values" IS NOT NULL
  AND s.channel NOT IN ({", ".join(f"'{name}'" for name in PRESCRIBED)})
"""


def colours(matrix: Floats) -> tuple[npt.NDArray[np.bool_], dict[str, Floats]]:
    """(rows that move enough, features of those rows): each grows from smooth to white."""
    steps = np.diff(matrix, axis=1)
    spread = steps.std(axis=1)
    moving = ((steps != 0).mean(axis=1) >= LEAST_MOVING) & (spread > 1e-9 * np.abs(matrix).max(axis=1))
    matrix, steps = matrix[moving], steps[moving]
    if len(matrix) == 0:
        return moving, {name: np.zeros(0) for name in FEATURES}
    steps = steps - steps.mean(axis=1, keepdims=True)
    lag1 = -(steps[:, 1:] * steps[:, :-1]).sum(axis=1) / (steps**2).sum(axis=1)
    return moving, {"lag1": lag1, "runs": _runs(steps), "disorder": _disorder(matrix), "slope": _slope(matrix)}


def _runs(steps: Floats) -> Floats:
    """Wald and Wolfowitz: runs above and below the median against the number expected of independent steps."""
    above = steps > np.median(steps, axis=1, keepdims=True)
    up = above.sum(axis=1).astype(np.float64)
    down = above.shape[1] - up
    made = 1 + (above[:, 1:] != above[:, :-1]).sum(axis=1)
    return np.asarray(made / (1 + 2 * up * down / np.maximum(up + down, 1)), dtype=np.float64)


def _disorder(matrix: Floats) -> Floats:
    """Permutation entropy of three neighbours, 1 = all six orders equally often; ties by place."""
    a, b, c = matrix[:, :-2], matrix[:, 1:-1], matrix[:, 2:]
    order = 4 * (a <= b) + 2 * (b <= c) + (a <= c)
    share = np.stack([(order == code).mean(axis=1) for code in range(8)], axis=1)
    return np.asarray(-(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=1) / np.log(6.0), dtype=np.float64)


def _slope(matrix: Floats) -> Floats:
    """Slope of ln power over ln frequency in the upper three quarters of the spectrum: 0 white, −2 a random walk."""
    centred = matrix - matrix.mean(axis=1, keepdims=True)
    power = np.abs(np.fft.rfft(centred * np.hanning(matrix.shape[1]), axis=1)) ** 2
    first = max(2, power.shape[1] // 4)
    x = np.log(np.arange(first, power.shape[1], dtype=np.float64))
    y = np.log(np.maximum(power[:, first:], 1e-12 * power.max(axis=1, keepdims=True) + 1e-300))
    x = x - x.mean()
    return np.asarray((y * x).sum(axis=1) / (x**2).sum(), dtype=np.float64)


def reduce(batch: pa.RecordBatch) -> pa.Table:
    """The colours of every series of a hundred points and more that is no flat line."""
    parts = [SCHEMA.empty_table()]
    for rows, matrix in matrices(batch.column("series"), least=LEAST_POINTS):
        moving, found = colours(matrix)
        take = pa.array(rows[moving])
        names = [batch.column(name).take(take).cast(pa.string()) for name in ("report_id", "channel", "instrument_id")]
        parts.append(pa.table([*names, *(pa.array(found[name]) for name in FEATURES)], schema=SCHEMA))
    return pa.concat_tables(parts)


MODELS = """
SELECT institution_id, instrument_id, max(model) AS model FROM instruments
WHERE instrument_id IS NOT NULL GROUP BY institution_id, instrument_id
"""

UNITS = f"""
SELECT r.institution_id, c.channel, coalesce(v.method, r.standard_no, '') AS method, coalesce(m.model, '') AS model,
       coalesce(w.firmware, '') AS firmware, count(*) AS n, max(r.issued_at) AS last_at,
       {", ".join(f"avg(c.{name}) AS {name}, var_samp(c.{name}) AS {name}_var" for name in FEATURES)}
FROM colours c
JOIN reports r ON r.report_id = c.report_id
LEFT JOIN models m ON m.institution_id = r.institution_id AND m.instrument_id = c.instrument_id
LEFT JOIN (SELECT report_id, max(method) AS method FROM vehicle_tests GROUP BY report_id) AS v
  ON v.report_id = c.report_id
LEFT JOIN (SELECT report_id, max(software_version) AS firmware FROM raw_records GROUP BY report_id) AS w
  ON w.report_id = c.report_id
WHERE r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
GROUP BY r.institution_id, c.channel, coalesce(v.method, r.standard_no, ''), coalesce(m.model, ''),
         coalesce(w.firmware, '')
HAVING count(*) >= {LEAST_SERIES}
ORDER BY r.institution_id, c.channel, method, model, firmware
"""

# Control samples drift from one to the next: neighbours are alike. One after another on one instrument.
DRIFTS = f"""
SELECT institution_id, item_code, kind, count(*) AS n, max(run_at) AS last_at,
       (avg(x * before) - avg(x) * avg(before)) / sqrt(var_pop(x) * var_pop(before)) AS likeness
FROM (
    SELECT o.institution_id, q.item_code, q.kind, q.run_at, q.value / q.expected AS x,
           lag(q.value / q.expected) OVER (PARTITION BY o.institution_id, q.instrument_id, q.item_code, q.kind
                                           ORDER BY q.run_at, q.batch_id) AS before
    FROM qc q
    JOIN (SELECT DISTINCT institution_id, instrument_id FROM models) AS o ON o.instrument_id = q.instrument_id
    WHERE q.kind IN ('spike', 'ccv') AND q.expected > 0 AND q.value > 0 AND q.value < 1e12 AND q.run_at IS NOT NULL
) AS followed
WHERE before IS NOT NULL
GROUP BY institution_id, item_code, kind
HAVING count(*) >= {LEAST_CONTROLS} AND var_pop(x) > 1e-12 AND var_pop(before) > 1e-12
ORDER BY institution_id, item_code, kind
"""


def _tails(values: Floats, errors: Floats, names: list[str]) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int64]]:
    """(p of so low, p of so high, centre, peers) where twenty units bear the same name; NaN elsewhere."""
    enough = np.full(len(values), True)
    low, centre, peers = judged_by_group(values, errors, names, enough)
    high, _, _ = judged_by_group(-values, errors, names, enough)
    counted = {name: names.count(name) for name in set(names)}
    alone = np.array([counted[name] - 1 != peers[place] for place, name in enumerate(names)], dtype=bool)
    low[alone], high[alone] = np.nan, np.nan
    return low, high, centre, peers


def _compared(units: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    """For every unit: {nature: (p, features that agree, own, usual, peers)}; empty where nobody can be compared."""
    n = np.array([unit["n"] for unit in units], dtype=np.float64)
    found: list[dict[str, Any]] = [{} for _ in units]
    for feature, least in FEATURES.items():
        values = np.array([unit[feature] for unit in units], dtype=np.float64)
        spread = np.array([unit[f"{feature}_var"] or 0.0 for unit in units], dtype=np.float64)
        low, high, centre, peers = _tails(values, np.sqrt(np.maximum(spread, (least / 4) ** 2) / n), names)
        for nature, p, side in (("smooth", low, -1.0), ("white", high, 1.0)):
            for place in np.flatnonzero(~np.isnan(p)):
                striking = p[place] < STRIKING_P and side * (values[place] - centre[place]) >= least
                told = found[place].setdefault(nature, {"p": 1.0, "features": [], "peers": int(peers[place])})
                if striking:
                    told["features"].append(feature)
                    if p[place] < told["p"]:
                        told |= {"p": float(p[place]), "own": float(values[place]), "usual": float(centre[place])}
    return found


def judge(units: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """(hits, units judged): by model and firmware where twenty have them, else by channel and method, then a hint."""
    if not units:
        return [], 0
    kinds = [f"{unit['channel']}|{unit['method']}" for unit in units]
    models = [f"{kind}|{unit['model']}|{unit['firmware']}" for kind, unit in zip(kinds, units, strict=True)]
    named = [bool(unit["model"]) and bool(unit["firmware"]) for unit in units]
    narrow, wide = _compared(units, models), _compared(units, kinds)
    hits = []
    for unit, sure, close, broad in zip(units, named, narrow, wide, strict=True):
        own = sure and bool(close)
        for nature, told in sorted((close if own else broad).items()):
            if len(told["features"]) >= AGREEING:
                p = min(1.0, told["p"] * len(FEATURES) * 2)
                hits.append(
                    {name: unit[name] for name in ("institution_id", "channel", "method", "model", "firmware")}
                    | {"nature": nature, "p_value": p, "level": "S3" if own else "S2", "series": int(unit["n"])}
                    | {"features": "、".join(_FEATURES[one] for one in told["features"]), "own": told["own"]}
                    | {"usual": told["usual"], "peers": told["peers"], "occurred_at": unit["last_at"]}
                )
    return hits, sum(bool(one) for one in wide)


def judge_drifts(units: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """Control samples that know nothing of their neighbours where everybody else's do."""
    if not units:
        return [], 0
    values = np.array([unit["likeness"] for unit in units], dtype=np.float64)
    errors = 1 / np.sqrt(np.array([unit["n"] for unit in units], dtype=np.float64))
    low, _, centre, peers = _tails(values, errors, [f"{unit['item_code']}|{unit['kind']}" for unit in units])
    hits = []
    for place in np.flatnonzero((low < STRIKING_P) & (centre - values >= FEATURES["lag1"])):
        unit = units[place]
        hits.append(
            {"institution_id": unit["institution_id"], "channel": "qc", "method": unit["item_code"], "level": "S2"}
            | {"model": "", "firmware": "", "nature": "white", "p_value": float(low[place]), "series": int(unit["n"])}
            | {"features": _FEATURES["lag1"], "own": float(values[place]), "usual": float(centre[place])}
            | {"peers": int(peers[place]), "occurred_at": unit["last_at"]}
        )
    return hits, int(np.count_nonzero(~np.isnan(low)))


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Curves and control samples, each against the peers' colours."""
    curves, judged = judge(tables["units"].to_pylist())
    drifts, followed = judge_drifts(tables["drifts"].to_pylist())
    rows = [
        hit | {"subject_id": hit["institution_id"], "slip": False, "firm": False, "tests": judged + followed}
        for hit in (*curves, *drifts)
    ]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


_FEATURES = {"lag1": "相邻变化的相关", "runs": "游程数", "disorder": "排列熵", "slope": "频谱斜率"}

DETECTOR = Detector(
    id="D8",
    version=1,
    name="noise_colour",
    title="原始曲线的起伏不像该类仪器",
    meaning="真实仪器的读数有漂移，前后相关；该机构的曲线要么像随机数一样互不相关，要么平滑得像插值，可能是生成的数据。",
    violation="SUP-15.2",
    cluster="digits",
    kind="statistical",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(table="raw_series", required=("report_id", "channel", "values"), optional=("role", "instrument_id")),
        Need(table="reports", required=("issued_at",), optional=("standard_no", "corrects", "purpose")),
        Need(table="instruments", optional=("instrument_id", "institution_id", "model"), optional_table=True),
        Need(table="raw_records", optional=("report_id", "software_version"), optional_table=True),
        Need(table="vehicle_tests", optional=("report_id", "method"), optional_table=True),
        Need(
            table="qc",
            optional=("batch_id", "instrument_id", "item_code", "kind", "value", "expected", "run_at"),
            optional_table=True,
        ),
    ),
    steps=(
        BatchStep(name="colours", sql=SERIES, reduce=reduce, schema=SCHEMA, per_report=True),
        Step(name="models", sql=MODELS),
        Step(name="units", sql=UNITS),
        Step(name="drifts", sql=DRIFTS),
        Step(
            name="population",
            sql="SELECT institution_id, CAST(sum(n) AS BIGINT) AS n FROM (SELECT institution_id, n FROM units "
            "UNION ALL SELECT institution_id, n FROM drifts) AS both_kinds GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("units", "drifts"), compute=compute),
    key_columns=("nature", "channel", "method"),
    min_n=LEAST_SERIES,
    unit="条曲线或者次质控",
    says="{channel}（{method}）{series} 条：{nature}，{features}与 {peers} 家同行不同（本机构 {own}，同行 {usual}）",
    words={"nature": {"white": "起伏互不相关", "smooth": "过于平滑"}, "channel": {"qc": "质控样"}},
    labels={
        "nature": "异常种类",
        "channel": "通道",
        "method": "方法或者项目",
        "model": "仪器型号",
        "firmware": "软件版本",
        "features": "不同之处",
        "own": "本机构（差别最大的一项）",
        "usual": "同行",
        "series": "曲线条数或者质控次数",
        "peers": "同行单元数",
        "occurred_at": "最近签发时间",
    },
    on_site=(
        "从仪器工作站直接导出原始文件，与上报的曲线逐点比较",
        "核对仪器软件版本、滤波设置和采样频率",
        "现场做一次检测，比较曲线的起伏",
    ),
    benign=(
        "滤波、平均因型号和软件版本而不同：只有与同型号、同版本的二十家以上机构比较的才作为线索，否则只作疑问",
        "四项特征中至少两项向同一方向显著偏离才提出；平直的曲线、按规程变化的通道不看",
        "少于一百点的曲线、不足十条的不判断；机构之间的正常差异已计入",
    ),
    unit_level=True,
)
