"""E7 – one lane measures every vehicle by the same factor lower than other stations did (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.curves import Floats, over_dispersion
from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.hits import hit_schema

LONGEST_DAYS = 400
LEAST_VEHICLES = 30
LEAST_FACTOR = 1.25
LEAST_PEERS = 10
LEAST_TAU = 0.08
ITEM_TAU = 0.08
LARGEST_P = 1e-4
LARGEST_Q = 0.05
SAME_FACTOR_P = 0.01
MEDIAN_LOSS = 1.2533 * 1.4826
"""Standard error of a median, in median absolute deviations, times the root of n."""

HIT_SCHEMA = hit_schema(
    texts=("nature", "place", "lane", "report_no", "vin", "other_report", "common"),
    floats=("factor", "of_lane", "least_factor", "most_factor"),
    counts=("vehicles", "items", "tests"),
)

READ = """
SELECT r.institution_id, coalesce(v.lane_id, '') AS lane, v.vin, v.method, x.item_code, r.report_id, r.report_no,
       r.issued_at, coalesce(r.verdict, '') AS verdict, max(ln(x.value)) AS level,
       max(hj_epoch(coalesce(v.started_at, r.issued_at))) AS t
FROM results x JOIN reports r ON r.report_id = x.report_id JOIN vehicle_tests v ON v.report_id = x.report_id
WHERE coalesce(x.replicate, 0) = 0 AND x.value > 0 AND x.value < 1e9 AND coalesce(x.limit_op, '<=') IN ('<=', '<')
  AND v.vin IS NOT NULL AND v.method IS NOT NULL AND coalesce(v.test_kind, 'emission') = 'emission'
  AND r.corrects IS NULL
GROUP BY r.institution_id, lane, v.vin, v.method, x.item_code, r.report_id, r.report_no, r.issued_at, r.verdict
"""

# Each test with the nearest one of the same vehicle elsewhere; a failed one is likely to be followed by a repair.
LINKS = f"""
SELECT a.institution_id, a.lane, a.vin, a.method, a.item_code, a.report_id, a.report_no, a.issued_at,
       b.report_id AS other_report, a.level - b.level AS delta, (a.t - b.t) / (365.25 * 86400) AS years
FROM read a
JOIN read b ON b.vin = a.vin AND b.method = a.method AND b.item_code = a.item_code
    AND b.institution_id <> a.institution_id AND abs(b.t - a.t) <= {LONGEST_DAYS} * 86400
WHERE a.verdict <> 'fail' AND b.verdict <> 'fail'
QUALIFY row_number() OVER (PARTITION BY a.report_id, a.item_code ORDER BY abs(b.t - a.t), b.report_id) = 1
ORDER BY a.institution_id, a.lane, a.report_id, a.item_code
"""

Columns = Mapping[str, npt.NDArray[Any]]


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Whole lanes and their quarters against the factor 1, with what lanes honestly differ."""
    data = tables["links"]
    column = {name: np.asarray(data[name].to_numpy(zero_copy_only=False)) for name in data.column_names}
    rows: list[dict[str, Any]] = []
    if data.num_rows:
        beyond = _without_ageing(column)
        quarter = column["issued_at"].astype("datetime64[M]").astype(np.int64) // 3
        for nature in ("lane", "quarter"):
            rows += _judged(column, beyond, nature, quarter)
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _without_ageing(column: Columns) -> Floats:
    """Differences freed of the yearly drift of the item, which is the same for all lanes."""
    delta, years = column["delta"].astype(np.float64), column["years"].astype(np.float64)
    items = np.array([f"{m}\x1f{i}" for m, i in zip(column["method"], column["item_code"], strict=True)])
    for one in np.unique(items):
        mine = items == one
        bound = np.quantile(np.abs(delta[mine]), 0.9)
        drift = np.clip(delta[mine], -bound, bound) @ years[mine] / max(float(years[mine] @ years[mine]), 1.0)
        delta[mine] -= drift * years[mine]
    return delta


def _median(values: Floats) -> tuple[float, float]:
    """Median and its variance."""
    middle = float(np.median(values))
    width = float(np.median(np.abs(values - middle)))
    return middle, max((MEDIAN_LOSS * width) ** 2 / len(values), 1e-6)


def _judged(column: Columns, beyond: Floats, nature: str, quarter: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    part = quarter if nature == "quarter" else np.zeros_like(quarter)
    names = [f"{i}\x1f{la}\x1f{q}" for i, la, q in zip(column["institution_id"], column["lane"], part, strict=True)]
    _, place = np.unique(np.array(names), return_inverse=True)
    units, middles, variances = [], [], []
    for one in range(int(place.max()) + 1):
        mine = np.flatnonzero(place == one)
        vehicles = np.unique(column["vin"][mine].astype(str), return_inverse=True)[1]
        if vehicles.max() + 1 >= LEAST_VEHICLES:
            each = np.bincount(vehicles, weights=beyond[mine]) / np.bincount(vehicles)
            middle, variance = _median(each)
            units.append((mine, len(each)))
            middles.append(middle)
            variances.append(variance)
    if not units:
        return []
    middle_of, variance_of = np.array(middles), np.array(variances)
    tau2 = over_dispersion(middle_of, variance_of)[1] if len(units) >= LEAST_PEERS else 0.0
    spread = np.sqrt(variance_of + max(tau2, LEAST_TAU**2))
    p_values = special.ndtr(middle_of / spread)
    rows = []
    for (mine, vehicles_of), p, q, middle in zip(
        units, p_values, false_discovery(p_values.tolist()), middles, strict=True
    ):
        if p <= LARGEST_P and (q or 0.0) <= LARGEST_Q and middle <= -np.log(LEAST_FACTOR):
            more = {"p_value": float(p), "vehicles": vehicles_of, "of_lane": float(np.exp(middle)), "tests": len(units)}
            rows += _rows(column, beyond, mine, nature, more)
    return rows


def _rows(
    column: Columns, beyond: Floats, mine: npt.NDArray[np.int64], nature: str, more: dict[str, Any]
) -> list[dict[str, Any]]:
    """Reports of the lane that lie that much lower; the same factor in all pollutants speaks for a device."""
    by_item = []
    for item in np.unique(column["item_code"][mine].astype(str)):
        values = beyond[mine][column["item_code"][mine].astype(str) == item]
        if len(values) >= LEAST_VEHICLES:
            by_item.append(_median(values))
    factors = np.array([one for one, _ in by_item] or [0.0])
    weights = 1 / (np.array([two for _, two in by_item] or [1.0]) + ITEM_TAU**2)
    mean = float(factors @ weights / weights.sum())
    chance = float(special.chdtrc(max(len(factors) - 1, 1), float(((factors - mean) ** 2) @ weights)))
    common = len(factors) >= 2 and chance > SAME_FACTOR_P and bool((factors < -np.log(LEAST_FACTOR) / 2).all())
    stamp = str(column["issued_at"][mine].astype("datetime64[M]").min()) if nature == "quarter" else ""
    rows = []
    for report in np.unique(column["report_id"][mine].astype(str)):
        own = mine[column["report_id"][mine].astype(str) == report]
        lower = float(beyond[own].mean())
        if lower > -np.log(LEAST_FACTOR):
            continue
        at = own[0]
        texts = ("institution_id", "lane", "report_id", "report_no", "vin", "other_report")
        rows.append(
            {name: str(column[name][at]) for name in texts}
            | {"subject_id": str(column["institution_id"][at]), "occurred_at": column["issued_at"][at]}
            | {"level": "S4" if common else "S3", "slip": False, "firm": False, "nature": nature}
            | {"place": f"{column['lane'][at]} {stamp}".strip(), "common": "yes" if common else "no"}
            | {"factor": float(np.exp(lower)), "items": len(by_item)}
            | {"least_factor": float(np.exp(factors.min())), "most_factor": float(np.exp(factors.max()))}
            | more
        )
    return rows


DETECTOR = Detector(
    id="E7",
    version=1,
    name="scaling",
    title="同一批车在这条检测线上的排放读数成比例偏低",
    meaning="同一辆车在其他机构也检过，这条线测得的各项污染物却按几乎相同的比例偏低，可能装了作弊板或软件按系数缩小读数。",
    violation="SUP-15.2",
    cluster="vehicle",
    kind="statistical",
    level="S4",
    subject_kind="institution",
    anchor="absolute",
    needs=(
        Need(table="results", required=("report_id", "item_code", "value"), optional=("replicate", "limit_op")),
        Need(
            table="vehicle_tests",
            required=("report_id", "vin", "method"),
            optional=("lane_id", "started_at", "test_kind"),
        ),
        Need(table="reports", required=("report_no", "issued_at"), optional=("verdict", "corrects")),
    ),
    steps=(
        Step(name="read", sql=READ, per_report=True),
        Step(name="links", sql=LINKS),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT vin) AS n FROM links GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("links",), compute=compute),
    key_columns=("nature", "place"),
    min_n=LEAST_VEHICLES,
    unit="辆在其他机构也检过的车",
    says="检测线 {place}：{vehicles} 辆在其他机构也检过的车，读数中位数仅为在别处的 {of_lane} 倍，"
    "各项目 {least_factor} 至 {most_factor} 倍",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "范围",
        "place": "检测线及起始月份",
        "lane": "检测线",
        "vin": "车辆识别代号",
        "other_report": "在其他机构的报告",
        "factor": "本份与其他机构之比",
        "of_lane": "检测线的比例（中位数）",
        "least_factor": "各项目最低比例",
        "most_factor": "各项目最高比例",
        "common": "各项目比例是否一致",
        "vehicles": "可比车辆数",
        "items": "可比项目数",
    },
    words={"nature": {"lane": "整条检测线", "quarter": "一个季度"}, "common": {"yes": "一致", "no": "不一致"}},
    on_site=(
        "从探头端通入高、中、低浓度标准气体，与分析仪原始示值和软件存储值逐一比对",
        "拆检分析仪信号板、工控机接口，查找加装的电路板和换挡开关",
        "比对检测软件与备案版本的文件摘要，查找系数文件",
    ),
    benign=(
        "同一辆车两次检验相隔不超过十三个月，按项目扣除了车辆老化的平均影响",
        "任一次判不合格的不比较，其后可能修过车",
        "检测线之间的正常差异已计入；少于三十辆可比车辆的检测线不判断",
        "各项目比例不一致的降一级，可能是某一台分析仪未校准",
    ),
)
