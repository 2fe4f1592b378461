"""A10 – reported numbers do not follow from their readings, counts or limits (SUP-15.2): GB/T 8170, GRIM, verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import pyarrow as pa
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.recomputed import countable, nature_of
from hengjian.kernel.rounding import Comparison, complies, exact

LEAST_FAVOURABLE = 8
SIGN_P = 0.5**LEAST_FAVOURABLE
HABIT_SHARE = {"mean": 0.5, "rounding": 0.2}
"""Off in a larger share of its sets, an institution computes differently, and that is asked about, not accused."""

PEERS_FOR_CUSTOM = 5
CUSTOM_SHARE = 0.02
MOST_SUSPECTS = 2000
PLAIN = "'^[+-]?[0-9]+([.][0-9]+)?$'"
COUNT_UNITS = ("个", "条", "枚", "只", "粒", "根", "件", "头", "人", "株")

# Unit of the last printed digit; trailing zeros of a whole number may be rounded away.
UNIT = """CASE WHEN position('.' IN {text}) > 0
     THEN power(10.0, -(length({text}) - position('.' IN {text})))
     ELSE power(10.0, length({text}) - length(rtrim({text}, '0'))) END"""

PLAINLY = f"""coalesce(x.replicate, 0) = 0 AND x.value IS NOT NULL AND regexp_matches(x.value_text, {PLAIN})
  AND abs(x.value) < 1e12 AND coalesce(x.subcontracted, false) = false"""
JUDGED = "coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')"

# Each step takes the few reported values it is about out of all of them.
REPORTED = f"""(
SELECT x.institution_id, x.report_id, x.item_code, x.method_no, x.value_text, x.value, x.unit, x.verdict, x.limit_op,
       x.limit_low, x.limit_high, r.standard_no, r.report_no, r.issued_at, {UNIT.format(text="x.value_text")} AS step
FROM results x JOIN reports r ON r.report_id = x.report_id WHERE {PLAINLY} AND {JUDGED}
) AS v"""

# A set counts when every reading is a plain number in the unit of the reported value.
SETS = f"""
SELECT x.report_id, x.item_code, count(*) AS n, avg(x.value) AS mean
FROM results x
WHERE x.replicate >= 1
GROUP BY x.report_id, x.item_code
HAVING count(*) >= 2 AND count(*) = count(CASE WHEN regexp_matches(x.value_text, {PLAIN}) THEN x.value END)
   AND count(DISTINCT x.replicate) = count(*) AND count(DISTINCT coalesce(x.unit, '')) = 1
"""

MEANT = f"""
SELECT x.institution_id, x.report_id, x.item_code, x.method_no, x.value_text, x.value, x.limit_op, x.limit_low,
       x.limit_high, s.n, s.mean, {UNIT.format(text="x.value_text")} AS step
FROM results x JOIN sets s ON s.report_id = x.report_id AND s.item_code = x.item_code
WHERE {PLAINLY}
"""

COMPARED = f"""
SELECT m.*, r.standard_no, r.report_no, r.issued_at, abs(m.value - m.mean) > 0.5 * m.step * 1.000001 AS off
FROM meant m JOIN reports r ON r.report_id = m.report_id WHERE {JUDGED}
"""

HABITS = """
SELECT institution_id, item_code, coalesce(method_no, '') AS method_no, count(*) AS sets,
       count(CASE WHEN off THEN 1 END) AS off
FROM compared GROUP BY institution_id, item_code, coalesce(method_no, '')
"""

# A method whose reported value is usually no mean (blanks, recovery, characteristic value) is not recomputed.
CUSTOM = f"""
SELECT item_code, method_no FROM habits GROUP BY item_code, method_no
HAVING count(*) >= {PEERS_FOR_CUSTOM} AND median(CAST(off AS DOUBLE) / sets) > {CUSTOM_SHARE}
"""

SUSPECTS = f"""
SELECT c.institution_id, c.report_id, c.report_no, c.issued_at, c.item_code, c.value_text, c.limit_op, c.limit_low,
       c.limit_high, c.standard_no, c.n, c.mean, CAST(h.off AS DOUBLE) / h.sets AS share
FROM compared c
JOIN habits h ON h.institution_id = c.institution_id AND h.item_code = c.item_code
    AND h.method_no = coalesce(c.method_no, '')
ANTI JOIN custom k ON k.item_code = c.item_code AND k.method_no = coalesce(c.method_no, '')
WHERE c.off
QUALIFY row_number() OVER (PARTITION BY c.institution_id ORDER BY c.report_id, c.item_code, c.value_text)
        <= {MOST_SUSPECTS}
"""

READINGS = """
SELECT x.report_id, x.item_code, x.value_text FROM results x
SEMI JOIN suspects s ON s.report_id = x.report_id AND s.item_code = x.item_code
WHERE x.replicate >= 1
"""

INTERVALS = """
SELECT s.standard_no, s.item_code, CAST(min(s.rounding) AS VARCHAR) AS rounding FROM standard_items s
WHERE s.rounding > 0 GROUP BY s.standard_no, s.item_code HAVING min(s.rounding) = max(s.rounding)
"""

# A verdict the value does not bear: beyond the limit and called passed, or within it and called failed.
VERDICTS = f"""
SELECT institution_id, report_id, report_no, issued_at, item_code, value_text, verdict, limit_op, limit_low, limit_high
FROM {REPORTED}
WHERE (verdict = 'pass' AND ((limit_op IN ('<=', '<', 'range') AND value > limit_high)
                             OR (limit_op IN ('>=', '>', 'range') AND value < limit_low)))
   OR (verdict = 'fail' AND ((limit_op = '<=' AND value <= limit_high) OR (limit_op = '>=' AND value >= limit_low)
                             OR (limit_op = 'range' AND value BETWEEN limit_low AND limit_high)))
QUALIFY row_number() OVER (PARTITION BY institution_id ORDER BY report_id, item_code, value_text) <= {MOST_SUSPECTS}
"""

# Whole things counted in the number of samples the standard asks for; replicates that are there are recomputed above.
COUNTS = f"""
SELECT v.institution_id, v.report_id, v.report_no, v.issued_at, v.item_code, v.value_text, i.n
FROM {REPORTED}
JOIN (SELECT standard_no, item_code, max(min_replicates) AS n FROM standard_items
      GROUP BY standard_no, item_code HAVING max(min_replicates) >= 2) AS i
  ON i.standard_no = v.standard_no AND i.item_code = v.item_code
ANTI JOIN sets s ON s.report_id = v.report_id AND s.item_code = v.item_code
WHERE v.step < 1 AND v.step * i.n < 1 AND v.unit IN ({", ".join(f"'{unit}'" for unit in COUNT_UNITS)})
QUALIFY row_number() OVER (PARTITION BY v.institution_id ORDER BY v.report_id, v.item_code) <= {MOST_SUSPECTS}
"""

POPULATION = f"""
SELECT r.institution_id, count(*) AS n
FROM (
    SELECT report_id FROM compared
    UNION
    SELECT x.report_id FROM results x WHERE x.verdict IN ('pass', 'fail') AND x.limit_op IS NOT NULL AND {PLAINLY}
) AS told JOIN reports r ON r.report_id = told.report_id
WHERE {JUDGED} GROUP BY r.institution_id
"""

SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("institution_id", "subject_id", "report_id")),
        ("occurred_at", pa.timestamp("us")),
        ("level", pa.string()),
        ("slip", pa.bool_()),
        ("firm", pa.bool_()),
        ("p_value", pa.float64()),
        *((name, pa.string()) for name in ("what", "nature", "report_no", "item_code", "value_text", "expected")),
        ("direction", pa.string()),
        ("readings", pa.int64()),
    ]
)
Row = dict[str, Any]


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Exact recomputation of the suspects; one hit per report, what and nature."""
    found = [*_means(tables), *_verdicts(tables["verdicts"]), *_counts(tables["counts"])]
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in found:
        groups[row["institution_id"], row["what"]].append(row)
    hits: dict[tuple[str, str, str], Row] = {}
    for _, rows in sorted(groups.items()):
        _judge(rows)
        for row in sorted(rows, key=lambda one: (one["item_code"], one["value_text"])):
            hits.setdefault((row["report_id"], row["what"], row["nature"]), row)
    names = set(SCHEMA.names)
    listed = [{name: value for name, value in row.items() if name in names} for row in hits.values()]
    return pa.Table.from_pylist(listed, schema=SCHEMA)


def _judge(rows: list[Row]) -> None:
    """Systematic in the favourable direction is S4; a habit of all sets and lone slips are questions.

    Verdicts that a stroke in the value explains stand apart and accuse only where there are more than strokes alone
    would make.
    """
    firm = [row for row in rows if not row["slip"] and not row["stroke"]]
    good = [row for row in firm if row["direction"] == "favourable"]
    bad = sum(row["direction"] == "adverse" for row in firm)
    least = float(special.bdtrc(len(good) - 1, len(good) + bad, 0.5)) if good else 1.0
    selective = sum(row["share"] < HABIT_SHARE.get(row["what"], 1.0) for row in good)
    systematic = selective >= LEAST_FAVOURABLE and least <= SIGN_P
    for row in rows:
        chosen = systematic and row["direction"] == "favourable" and not row["slip"] and not row["stroke"]
        row["nature"] = "favourable" if chosen else "stroke" if row["stroke"] else "lone"
        row["level"] = "S4" if chosen or row["stroke"] else "S1"
        row["slip"] = not chosen


def _row(source: Row, what: str, **more: Any) -> Row:
    kept = {name: source[name] for name in ("institution_id", "report_id", "report_no", "item_code", "value_text")}
    fixed: Row = {"subject_id": source["institution_id"], "occurred_at": source["issued_at"], "firm": False}
    return (
        kept
        | fixed
        | {"what": what, "p_value": None, "slip": False, "stroke": False, "share": 0.0, "readings": None}
        | more
    )


def _means(tables: Mapping[str, pa.Table]) -> Iterable[Row]:
    readings: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in tables["readings"].to_pylist():
        readings[one["report_id"], one["item_code"]].append(one["value_text"])
    intervals = {(one["standard_no"], one["item_code"]): one["rounding"] for one in tables["intervals"].to_pylist()}
    for source in tables["suspects"].to_pylist():
        texts = sorted(readings[source["report_id"], source["item_code"]])
        nature = nature_of(source["value_text"], texts, intervals.get((source["standard_no"], source["item_code"])))
        if nature != "agrees":
            yield _row(
                source,
                "rounding" if nature == "rounding" else "mean",
                slip=nature == "slip",
                share=source["share"],
                expected=f"{source['mean']:.6g}",
                direction=_direction(source, float(source["value_text"]) - source["mean"]),
                readings=source["n"],
            )


def _direction(source: Row, excess: float) -> str:
    """Whether a value that is too high (excess > 0) or too low helps to pass."""
    if source["limit_op"] in ("<=", "<"):
        return "favourable" if excess < 0 else "adverse"
    if source["limit_op"] in (">=", ">"):
        return "favourable" if excess > 0 else "adverse"
    return "none"


def _verdicts(table: pa.Table) -> Iterable[Row]:
    """Verdicts that neither way of comparing (full values, rounded values) bears out."""
    for source in table.to_pylist():
        ways = [_within(source, how) for how in (Comparison.FULL, Comparison.ROUNDED)]
        if source["verdict"] == "pass" and not any(ways):
            stroke = any(_within(source | {"value_text": text}, Comparison.FULL) for text in _strokes(source))
            yield _row(source, "verdict", expected="fail", direction="favourable", stroke=stroke)
        elif source["verdict"] == "fail" and all(ways):
            yield _row(source, "verdict", expected="pass", direction="adverse")


def _strokes(source: Row) -> Iterable[str]:
    """The value with its point moved by one place, or two neighbouring digits (over the point, too) exchanged."""
    text: str = source["value_text"]
    value = exact(text)
    yield from (str(value.scaleb(1)), str(value.scaleb(-1)))
    digits = [place for place, sign in enumerate(text) if sign.isdigit()]
    for first, second in pairwise(digits):
        swapped = list(text)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        yield "".join(swapped)


def _within(source: Row, how: Comparison) -> bool:
    op, value = source["limit_op"], source["value_text"]
    bounds = [("<=", source["limit_high"]), (">=", source["limit_low"])] if op == "range" else []
    bounds += [(op, source["limit_high"])] if op in ("<=", "<") else []
    bounds += [(op, source["limit_low"])] if op in (">=", ">") else []
    return all(limit is None or complies(value, sign, f"{limit:.12g}", how=how) for sign, limit in bounds)


def _counts(table: pa.Table) -> Iterable[Row]:
    for source in table.to_pylist():
        if not countable(source["value_text"], source["n"]):
            yield _row(source, "count", expected=None, direction="none", readings=source["n"])


DETECTOR = Detector(
    id="A10",
    version=2,
    name="recomputation",
    title="报告数值复算不符",
    meaning="报告值与平行测定值的平均、计数的整数关系或限值判定对不上；个别是笔误，成批偏向有利方向说明数据被改动。",
    violation="SUP-15.2",
    cluster="paperwork",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "value_text", "value"),
            optional=(
                "replicate",
                "method_no",
                "unit",
                "verdict",
                "limit_op",
                "limit_low",
                "limit_high",
                "subcontracted",
            ),
        ),
        Need(table="reports", required=("report_no", "issued_at"), optional=("standard_no", "purpose")),
        Need(
            table="standard_items",
            optional=("standard_no", "item_code", "rounding", "min_replicates"),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="sets", sql=SETS, per_report=True),
        Step(name="meant", sql=MEANT),
        Step(name="compared", sql=COMPARED),
        Step(name="habits", sql=HABITS),
        Step(name="custom", sql=CUSTOM),
        Step(name="suspects", sql=SUSPECTS),
        Step(name="readings", sql=READINGS),
        Step(name="intervals", sql=INTERVALS),
        Step(name="verdicts", sql=VERDICTS),
        Step(name="counts", sql=COUNTS),
        Step(name="population", sql=POPULATION),
    ),
    array=ArrayStep(inputs=("suspects", "readings", "intervals", "verdicts", "counts"), compute=compute),
    key_columns=("what", "nature"),
    unit="份可复算的报告",
    says="报告 {report_no} 项目 {item_code} 报告值 {value_text}：{what}（复算应为 {expected}，{direction}）",
    words={
        "what": {
            "mean": "与平行测定值的平均不符",
            "rounding": "修约不合GB/T 8170",
            "verdict": "单项判定与限值不符",
            "count": "不是整数计数的平均",
        },
        "direction": {"favourable": "偏向有利", "adverse": "偏向不利", "none": "无有利方向"},
        "expected": {"pass": "合格", "fail": "不合格"},
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "what": "不符之处",
        "item_code": "项目编号",
        "value_text": "报告值",
        "expected": "复算值",
        "direction": "方向",
        "readings": "平行测定次数",
    },
    on_site=(
        "调取原始记录和计算过程，逐步复算到报告值",
        "查LIMS中计算公式、修约设置和手工改值的记录",
        "核对同一项目临近限值样品的原始读数",
    ),
    benign=(
        "按GB/T 8170四舍六入五成双复算；原始读数自身的修约、取中位数、剔除一个离群值后的平均均视为相符",
        "报告值通常不取平均的方法（扣空白、校正回收率、取标准值）按同行情况排除",
        "全数值比较与修约值比较任一成立即视为判定相符",
        "个别不符、小数点错位、相邻数字颠倒作为笔误退回核实；整个机构一贯如此的作为计算习惯退回核实",
    ),
)
