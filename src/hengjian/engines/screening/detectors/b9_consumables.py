"""B9 – far more tests than the purchased consumables allow, or far below everybody's price (supports SUP-15.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import Floats
from hengjian.engines.screening.rarity import LEAST_PEERS, judged_by_group

MONTHS = 12
"""Sums of a year: what was in stock before or is left over weighs little."""

LEAST_REPORTS = 30
CELL_REPORTS, CELL_HOUSES = 20, 5
LUMPY = 0.1
BY_TIMES = 1.0
"""Variance of ln of a year's purchases that says nothing: boxes are bought whole, ahead, and a few times a year."""

AGREEING = 2
"""Kinds that must run short together: one alone may be bought or booked elsewhere."""

LEAST_KINDS = 3
LEAST_TESTERS = 5
ROUNDS = 80
"""Steps towards what each product takes of each kind; the answer no longer moves in its third digit."""

STRIKING_P = 1e-3
LEAST_FACTOR = 3.0
CHEAP = 0.5
BOUGHT_BY = 0.9

HIT_SCHEMA = hit_schema(
    texts=("nature", "kind", "unit", "field"),
    floats=("quantity", "own", "usual", "factor"),
    counts=("reports", "peers", "tests"),
)

MONTH_OF = "extract(year FROM {0}) * 12 + extract(month FROM {0})"

# 2026-03, 2026/03, 202603 or a date: the number of the month; electricity of the institution's own sites likewise.
BOUGHT = f"""
SELECT institution_id, kind, coalesce(unit, '') AS unit, CAST(substr(digits, 1, 4) AS BIGINT) * 12
       + CAST(substr(digits, 5, 2) AS BIGINT) AS month, quantity
FROM (SELECT *, replace(replace(replace(trim(month), '-', ''), '/', ''), '.', '') AS digits FROM purchases) AS p
WHERE regexp_matches(digits, '^(19|20)[0-9]{{2}}(0[1-9]|1[0-2])') AND kind IS NOT NULL AND quantity > 0
  AND quantity < 1e12
UNION ALL
SELECT s.institution_id, 'electricity', coalesce(e.unit, ''), CAST({MONTH_OF.format("e.from_at")} AS BIGINT), e.value
FROM external_events e JOIN sites s ON s.site_id = e.place_id
WHERE e.kind = 'power' AND e.value > 0 AND e.value < 1e12 AND e.from_at IS NOT NULL
"""

SPANS = f"""
SELECT institution_id, max(month) AS last_month FROM bought GROUP BY institution_id
HAVING max(month) - min(month) >= {MONTHS - 1}
"""

TOTALS = f"""
SELECT b.institution_id, b.kind, b.unit, sum(b.quantity) AS quantity, count(*) AS times
FROM bought b JOIN spans s ON s.institution_id = b.institution_id AND b.month > s.last_month - {MONTHS}
GROUP BY b.institution_id, b.kind, b.unit
"""

# What was tested: corrections and what others tested for the institution used up nothing of its own.
TESTED = f"""
SELECT r.institution_id, r.report_id, coalesce(r.field, '') AS field, coalesce(r.object, '') AS object,
       coalesce(r.standard_no, '') AS standard_no, r.fee_fen, r.issued_at,
       substr(coalesce(i.area_code, ''), 1, 2) AS province,
       CAST({MONTH_OF.format("r.issued_at")} AS BIGINT) AS month
FROM reports r
JOIN institutions i ON i.institution_id = r.institution_id
ANTI JOIN (SELECT DISTINCT report_id FROM results WHERE subcontracted) AS out ON out.report_id = r.report_id
WHERE r.corrects IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt') AND r.issued_at IS NOT NULL
"""

WORK = f"""
SELECT t.institution_id, count(*) AS n, max(t.issued_at) AS last_at
FROM tested t JOIN spans s ON s.institution_id = t.institution_id
 AND t.month > s.last_month - {MONTHS} AND t.month <= s.last_month
GROUP BY t.institution_id HAVING count(*) >= {LEAST_REPORTS}
"""

# How many reports of each product: what a report takes differs by product.
MIX = f"""
SELECT t.institution_id, t.object, count(*) AS n
FROM tested t JOIN spans s ON s.institution_id = t.institution_id
 AND t.month > s.last_month - {MONTHS} AND t.month <= s.last_month
GROUP BY t.institution_id, t.object ORDER BY t.institution_id, t.object
"""

MAIN_FIELD = """
SELECT institution_id, field
FROM (SELECT institution_id, field, count(*) AS n FROM tested GROUP BY institution_id, field) AS c
QUALIFY row_number() OVER (PARTITION BY institution_id ORDER BY n DESC, field) = 1
"""

USE = """
SELECT w.institution_id, f.field, w.n, w.last_at, t.kind, t.unit, t.quantity, t.times
FROM work w
JOIN main_field f ON f.institution_id = w.institution_id
JOIN totals t ON t.institution_id = w.institution_id
ORDER BY f.field, t.kind, t.unit, w.institution_id
"""

CELLS = f"""
SELECT province, field, object, standard_no, quantile_disc(fee_fen, 0.5) AS usual FROM tested WHERE fee_fen > 0
GROUP BY province, field, object, standard_no
HAVING count(*) >= {CELL_REPORTS} AND count(DISTINCT institution_id) >= {CELL_HOUSES}
"""

PRICES = f"""
SELECT t.institution_id, t.field, count(*) AS n, max(t.issued_at) AS last_at, avg(ln(t.fee_fen / c.usual)) AS level,
       var_samp(ln(t.fee_fen / c.usual)) AS variance
FROM tested t
JOIN cells c ON c.province = t.province AND c.field = t.field AND c.object = t.object AND c.standard_no = t.standard_no
WHERE t.fee_fen > 0
GROUP BY t.institution_id, t.field HAVING count(*) >= {LEAST_REPORTS}
ORDER BY t.field, t.institution_id
"""


def _hit(case: Mapping[str, Any], nature: str, level: str, **more: object) -> dict[str, Any]:
    return {
        "institution_id": case["institution_id"],
        "subject_id": case["institution_id"],
        "occurred_at": case["last_at"],
        "level": level,
        "slip": False,
        "firm": False,
        "nature": nature,
        "kind": "",
        "field": case["field"],
        "reports": int(case["n"]),
    } | more


def needed(quantity: Floats, reports: Floats) -> Floats:
    """What institutions would take if each product took the same everywhere: reports is institutions × products.

    Products' shares are fitted by the relative error of each institution (Itakura and Saito), none below zero.
    """
    take = np.full(reports.shape[1], quantity.sum() / max(reports.sum(), 1.0))
    for _ in range(ROUNDS):
        sums = np.maximum(reports @ take, 1e-300)
        take *= np.sqrt((reports.T @ (quantity / sums**2)) / np.maximum(reports.T @ (1 / sums), 1e-300))
    need: Floats = np.maximum(reports @ take, 1e-300)
    return need


def _products(houses: list[str], mix: Mapping[str, Mapping[str, int]]) -> Floats:
    """Reports by product; products that few of these institutions test are one."""
    testers = Counter(one for house in houses for one in mix.get(house, {}))
    common = sorted(one for one, count in testers.items() if count >= LEAST_TESTERS)
    place = {one: k for k, one in enumerate(common)}
    made = np.zeros((len(houses), len(common) + 1))
    for row, house in enumerate(houses):
        for one, count in mix.get(house, {}).items():
            made[row, place.get(one, len(common))] += count
    return made[:, made.any(axis=0)]


def together(units: list[dict[str, Any]], mix: Mapping[str, Mapping[str, int]]) -> tuple[list[dict[str, Any]], int]:
    """(institutions short of all their goods together, how many were judged): ln of need to purchase, on the mean.

    Stocks and purchases elsewhere differ from kind to kind and cancel; tests that were not done take nothing of any.
    """
    groups: dict[tuple[str, str, str], list[int]] = {}
    for place, unit in enumerate(units):
        if unit["kind"] != "electricity":
            groups.setdefault((unit["field"], unit["kind"], unit["unit"]), []).append(place)
    gaps: dict[str, list[tuple[float, float]]] = {}
    for _, places in sorted(groups.items()):
        if len(places) <= LEAST_PEERS:
            continue
        houses = [units[place]["institution_id"] for place in places]
        bought = np.array([units[place]["quantity"] for place in places], dtype=np.float64)
        gap = np.log(needed(bought, _products(houses, mix)) / bought)
        times = float(np.median([units[place]["times"] for place in places]))
        for house, one in zip(houses, gap - np.median(gap), strict=True):
            gaps.setdefault(house, []).append((float(one), LUMPY + BY_TIMES / times))
    heads = {unit["institution_id"]: unit for unit in units}
    judged = sorted(house for house, kinds in gaps.items() if len(kinds) >= LEAST_KINDS)
    if not judged:
        return [], 0
    mean = np.array([np.mean([gap for gap, _ in gaps[house]]) for house in judged])
    error = np.sqrt([sum(error for _, error in gaps[house]) / len(gaps[house]) ** 2 for house in judged])
    p, centre, peers = judged_by_group(
        -mean, error, [heads[house]["field"] for house in judged], np.full(len(mean), True)
    )
    hits = []
    for found in np.flatnonzero((p < STRIKING_P) & (mean + centre >= np.log(LEAST_FACTOR))):
        one = int(found)
        factor, kinds = float(np.exp(mean[one] + centre[one])), len(gaps[judged[one]])
        figures = {"own": factor, "usual": 1.0, "factor": factor, "quantity": float(kinds), "unit": "种"}
        hits.append(_hit(heads[judged[one]], "all", "S3", **figures, p_value=float(p[one]), peers=int(peers[one])))
    return hits, int(np.count_nonzero(~np.isnan(p)))


def used_up(units: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """(institutions with far more reports to a unit bought than the peers, how many were judged)."""
    if not units:
        return [], 0
    n = np.array([unit["n"] for unit in units], dtype=np.float64)
    logs = np.log(n / np.array([unit["quantity"] for unit in units], dtype=np.float64))
    names = [f"{unit['field']}|{unit['kind']}|{unit['unit']}" for unit in units]
    times = np.array([unit["times"] for unit in units], dtype=np.float64)
    p, centre, peers = judged_by_group(
        -logs, np.sqrt(1 / n + LUMPY + BY_TIMES / times), names, np.full(len(units), True)
    )
    counted = {name: names.count(name) for name in set(names)}
    p[[counted[name] - 1 != peers[place] for place, name in enumerate(names)]] = np.nan
    odd = np.flatnonzero((p < STRIKING_P) & (logs + centre >= np.log(LEAST_FACTOR)))
    short = Counter(units[place]["institution_id"] for place in odd)
    hits = []
    for place in odd:
        unit, factor = units[place], float(np.exp(logs[place] + centre[place]))
        figures = {"quantity": float(unit["quantity"]), "own": float(np.exp(logs[place])), "factor": factor}
        level = "S3" if short[unit["institution_id"]] >= AGREEING else "S2"
        bought = {"kind": unit["kind"], "unit": unit["unit"], "usual": float(np.exp(-centre[place]))}
        hits.append(_hit(unit, "short", level, **figures, **bought, p_value=float(p[place]), peers=int(peers[place])))
    return hits, int(np.count_nonzero(~np.isnan(p)))


def never_bought(units: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Institutions that list a year of purchases and none of what nine in ten of their field buy."""
    houses: dict[str, dict[str, dict[str, Any]]] = {}
    kinds: dict[tuple[str, str], set[str]] = {}
    for unit in units:
        if unit["kind"] != "electricity":
            houses.setdefault(unit["field"], {})[unit["institution_id"]] = unit
            kinds.setdefault((unit["field"], unit["kind"]), set()).add(unit["institution_id"])
    hits = []
    for (field, kind), buyers in sorted(kinds.items()):
        members = houses[field]
        if len(members) > LEAST_PEERS and len(buyers) >= BOUGHT_BY * len(members):
            for name in sorted(set(members) - buyers):
                share = 100.0 * len(buyers) / len(members)
                hits.append(_hit(members[name], "none", "S2", kind=kind, usual=share, peers=len(members) - 1))
    return hits


def too_cheap(units: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """(institutions that charge less than half of what is usual in the province, how many were judged)."""
    if not units:
        return [], 0
    levels = np.array([unit["level"] for unit in units], dtype=np.float64)
    n = np.array([unit["n"] for unit in units], dtype=np.float64)
    errors = np.sqrt(np.maximum([unit["variance"] or 0.0 for unit in units], 0.01) / n)
    fields = [unit["field"] for unit in units]
    p, _, peers = judged_by_group(levels, errors, fields, np.full(len(units), True))
    counted = {field: fields.count(field) for field in set(fields)}
    p[[counted[field] - 1 != peers[place] for place, field in enumerate(fields)]] = np.nan
    hits = []
    for place in np.flatnonzero((p < STRIKING_P) & (levels <= np.log(CHEAP))):
        share = float(np.exp(levels[place]))
        hits.append(
            _hit(units[place], "price", "S2", own=100 * share, usual=100.0, factor=1 / share)
            | {"p_value": float(p[place]), "peers": int(peers[place])}
        )
    return hits, int(np.count_nonzero(~np.isnan(p)))


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Reports to consumables, kinds never bought, and prices, each against the peers of the field."""
    use = tables["use"].to_pylist()
    short, judged = used_up(use)
    cheap, priced = too_cheap(tables["prices"].to_pylist())
    mix: dict[str, dict[str, int]] = {}
    for row in tables["mix"].to_pylist():
        mix.setdefault(row["institution_id"], {})[row["object"]] = int(row["n"])
    spent, compared = together(use, mix)
    hits = [*short, *spent, *never_bought(use), *cheap]
    return pa.Table.from_pylist([hit | {"tests": judged + priced + compared} for hit in hits], schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="B9",
    version=2,
    name="consumables",
    title="耗材、用电或者价格与检测量不符",
    meaning="一年的检测量远多于所购耗材、所用电量能支撑的数量，或者收费不到当地通常价格的一半，部分检测可能没有做。",
    violation="SUP-15.1",
    cluster="capacity",
    kind="statistical",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(table="institutions", required=("institution_id",), optional=("area_code",)),
        Need(
            table="reports",
            required=("issued_at",),
            optional=("field", "object", "standard_no", "fee_fen", "corrects", "purpose"),
        ),
        Need(table="purchases", optional=("institution_id", "month", "kind", "quantity", "unit"), optional_table=True),
        Need(table="results", optional=("report_id", "subcontracted"), optional_table=True),
        Need(table="sites", optional=("site_id", "institution_id"), optional_table=True),
        Need(table="external_events", optional=("kind", "place_id", "from_at", "value", "unit"), optional_table=True),
    ),
    steps=(
        Step(name="bought", sql=BOUGHT),
        Step(name="spans", sql=SPANS),
        Step(name="totals", sql=TOTALS),
        Step(name="tested", sql=TESTED),
        Step(name="work", sql=WORK),
        Step(name="mix", sql=MIX),
        Step(name="main_field", sql=MAIN_FIELD),
        Step(name="use", sql=USE),
        Step(name="cells", sql=CELLS),
        Step(name="prices", sql=PRICES),
        Step(
            name="population",
            sql="SELECT institution_id, max(n) AS n FROM (SELECT institution_id, n FROM work "
            "UNION ALL SELECT institution_id, n FROM prices) AS both_kinds GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("use", "mix", "prices"), compute=compute),
    key_columns=("nature", "kind", "field"),
    min_n=LEAST_REPORTS,
    unit="份有一年耗材或者价格可比的报告",
    says="{reports} 份报告，{nature} {kind} {quantity} {unit}：为 {own}，{peers} 家同行通常为 {usual}",
    words={
        "nature": {
            "short": "每单位耗材（用电）对应的报告数过多，一年用量",
            "all": "各种耗材合计的购买量只及检测量所需的几分之一，所比耗材",
            "none": "一年没有购买同行（占比%）都购买的耗材",
            "price": "平均收费与本省同类通常价格之比（%）过低",
        },
        "kind": {"electricity": "用电"},
    },
    labels={
        "nature": "性质",
        "kind": "耗材类别",
        "unit": "单位",
        "field": "领域",
        "occurred_at": "最近签发时间",
        "quantity": "一年用量",
        "own": "本机构",
        "usual": "同行通常",
        "factor": "相差倍数",
        "reports": "报告数",
        "peers": "同行机构数",
    },
    on_site=(
        "盘点耗材库存和领用记录，与采购发票核对",
        "查气瓶、试剂、培养基的批号与原始记录是否对应",
        "核对收费凭证与委托合同，询问低价如何覆盖成本",
    ),
    benign=(
        "按最近十二个月合计，期初库存和结余影响很小；采购记录不满十二个月的机构不比较耗材",
        "只与同一领域、同一种耗材、同一计量单位的二十家以上机构比较，并计入机构之间的正常差异",
        "分包的报告不计；集团统一采购的，须向总部调取采购记录",
        "只有一种耗材（用电）不足的，可能在别处购买或者记账，只作数据疑问；两种以上同时不足才作为线索",
        "三种以上耗材合计比较时，按各产品的报告数折算所需数量；各种耗材的库存多少不一，合计后相互抵消",
        "没有购买某种耗材和价格过低的，只作数据疑问",
    ),
    unit_level=True,
)
