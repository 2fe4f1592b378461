"""C6 – a set of results is another sample's shifted, multiplied, changed in a digit or hardly at all (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import special

from hengjian.engines.screening.clones import LABELS, TEXTS, WORDS, family_hits, meta_sql, population_sql, strangers
from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.edited_pairs import Terms, worth_judging
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.near_vectors import LEAST_ITEMS as LEAST_OF_NEAR
from hengjian.engines.screening.near_vectors import near_pairs

LEAST_ITEMS = 5
LEAST_SHARED = 0.6
COPIED_SHARE = 0.8
"""From this share of equal values on it is a copy, which C4 finds."""

RARE = 10
LEAST_STRETCHES, ALONE = 2, 3
"""Stretches of three items that two sets must share before they are compared; one will do that at most three have."""

LEAST_PEERS = 30
SAMPLED = 2000
MASKED = 3
RATIO_BINS = 100
LEAST_SPREAD = 0.02
LEAST_STRETCH = 0.002
CHANCE_NATS, MOST_NATS = 7.0, 60.0

Floats = npt.NDArray[np.float64]

HIT_SCHEMA = hit_schema(texts=(*TEXTS, "change"), floats=("amount", "surprise"), counts=("items_shared", "items"))

NUMBERS = """
SELECT x.institution_id, x.report_id, coalesce(r.object, '') AS object,
       x.item_code || '|' || coalesce(x.method_no, '') AS item, min(x.value_text) AS shown, min(x.value) AS value
FROM results x JOIN reports r ON r.report_id = x.report_id
WHERE coalesce(x.replicate, 0) = 0 AND x.value > 0 AND x.value < 1e9 AND coalesce(x.subcontracted, false) = false
  AND regexp_matches(x.value_text, '^[0-9]{1,9}([.][0-9]{1,6})?$') AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
GROUP BY x.institution_id, x.report_id, coalesce(r.object, ''), x.item_code || '|' || coalesce(x.method_no, '')
"""

SETS = f"""
SELECT n.institution_id, n.report_id, n.object, n.item, n.shown, n.value FROM numbers n
SEMI JOIN (SELECT report_id FROM numbers GROUP BY report_id HAVING count(*) >= {LEAST_OF_NEAR}) AS v
  ON v.report_id = n.report_id
ORDER BY n.report_id, n.item
"""

VECTORS = f"""
SELECT n.*, v.items FROM numbers n
JOIN (SELECT report_id, count(*) AS items FROM numbers GROUP BY report_id HAVING count(*) >= {LEAST_ITEMS}) AS v
  ON v.report_id = n.report_id
"""

TRIPLES = """
SELECT * FROM (
    SELECT institution_id, report_id, object, item, shown, value,
           lead(item) OVER w AS item_b, lead(shown) OVER w AS shown_b, lead(value) OVER w AS value_b,
           lead(item, 2) OVER w AS item_c, lead(shown, 2) OVER w AS shown_c, lead(value, 2) OVER w AS value_c
    FROM vectors WINDOW w AS (PARTITION BY report_id ORDER BY item)
) AS t WHERE item_c IS NOT NULL
"""


def _bin(shift: float) -> str:
    steps = [
        f"CAST(CAST(floor(ln({b} / {a}) * {RATIO_BINS} + {shift}) AS BIGINT) AS VARCHAR)"
        for a, b in (("value", "value_b"), ("value_b", "value_c"))
    ]
    return " || '|' || ".join(steps)


def _mask(column: str, place: int) -> str:
    """The printed value with the digit `place` from the right replaced."""
    return (
        f"CASE WHEN length({column}) >= {place} THEN substr({column}, 1, length({column}) - {place}) || '?' || "
        f"substr({column}, length({column}) - {place} + 2) ELSE {column} END"
    )


def _keys() -> str:
    """What three neighbouring items keep when all are shifted, multiplied, or changed in one digit place."""
    shifted = " || '|' || ".join(
        f"CAST(CAST(round(({b} - {a}) * 1000000) AS BIGINT) AS VARCHAR)"
        for a, b in (("value", "value_b"), ("value_b", "value_c"))
    )
    bodies = [f"'o|' || {shifted}", f"'r|' || {_bin(0.0)}", f"'s|' || {_bin(0.5)}"]
    bodies += [
        f"'e{place}|' || " + " || '|' || ".join(_mask(column, place) for column in ("shown", "shown_b", "shown_c"))
        for place in range(1, MASKED + 1)
    ]
    names = "institution_id || '|' || object || '|' || item || '|' || item_b || '|' || item_c || '|' || "
    return "\nUNION ALL\n".join(
        f"SELECT DISTINCT report_id, item, hj_fingerprint({names}{body}) AS token FROM triples" for body in bodies
    )


BEARERS = """
SELECT token, count(*) AS n, min(report_id) AS first_report FROM tokens GROUP BY token HAVING count(*) > 1
"""

# Rare keys link all that have them, common ones each to the smallest, so a large family stays one.
CANDIDATES = f"""
SELECT x.report_id AS a, y.report_id AS b
FROM bearers w
JOIN tokens x ON x.token = w.token
JOIN tokens y ON y.token = w.token AND y.report_id > x.report_id
WHERE w.n <= {RARE} OR x.report_id = w.first_report
GROUP BY x.report_id, y.report_id HAVING count(DISTINCT x.item) >= {LEAST_STRETCHES} OR min(w.n) <= {ALONE}
ORDER BY a, b
"""

ENDS = "(SELECT a AS report_id FROM candidates UNION SELECT b FROM candidates)"

KEPT = f"""
SELECT v.report_id, v.object, v.item, v.shown, v.value, v.items FROM vectors v
SEMI JOIN {ENDS} AS e ON e.report_id = v.report_id ORDER BY v.report_id, v.item
"""

SAMPLE = f"""
SELECT v.object, v.report_id, v.item, ln(v.value) AS level FROM vectors v
JOIN (SELECT report_id FROM (SELECT DISTINCT report_id, object FROM vectors) AS d
      QUALIFY row_number() OVER (PARTITION BY object ORDER BY hj_fingerprint(report_id), report_id) <= {SAMPLED}) AS s
  ON s.report_id = v.report_id
SEMI JOIN (SELECT DISTINCT object FROM kept) AS k ON k.object = v.object
"""

# The least an item varies: by itself, or against any other item of the report – that is what chance leaves free.
USUAL = f"""
SELECT object, item, min(n) AS n, min(spread) AS spread FROM (
    SELECT object, item, count(*) AS n, stddev_samp(level) AS spread FROM sampled GROUP BY object, item
    UNION ALL
    SELECT a.object, a.item, count(*) AS n, stddev_samp(a.level - b.level) AS spread
    FROM sampled a JOIN sampled b ON b.report_id = a.report_id AND b.item <> a.item
    GROUP BY a.object, a.item, b.item HAVING count(*) >= {LEAST_PEERS}
) AS s GROUP BY object, item ORDER BY object, item
"""

PAIRS_IN_ALL = """
SELECT CAST(sum(n * (n - 1.0) / 2) AS DOUBLE) AS pairs FROM (
    SELECT institution_id, object, count(DISTINCT report_id) AS n FROM vectors GROUP BY institution_id, object) AS g
"""


META = f"SELECT m.*, r.lot_no FROM ({meta_sql('sets')}) AS m JOIN reports r ON r.report_id = m.report_id"


def places_of(shown: str) -> int:
    return len(shown.partition(".")[2])


def _units(texts: list[str]) -> Floats:
    return np.array([10.0 ** -places_of(text) for text in texts])


def multiplied(a: Floats, b: Floats, ua: Floats, ub: Floats) -> tuple[float, npt.NDArray[np.bool_], Floats]:
    """(factor, items it explains within their rounding, width of that in ln)."""
    factor = float(np.median(b / a))
    slack = 0.5 * ub + 0.5 * factor * ua
    return factor, np.abs(b - factor * a) <= slack * (1 + 1e-9), 2 * slack / b


def shifted(a: Floats, b: Floats, ua: Floats, ub: Floats) -> tuple[float, npt.NDArray[np.bool_], Floats]:
    """(commonest difference, items that have it exactly, width of one step in ln)."""
    steps = np.rint((b - a) * 1e6).astype(np.int64)
    values, counts = np.unique(steps, return_counts=True)
    best = int(values[counts.argmax()])
    return best / 1e6, steps == best, np.maximum(ua, ub) / b


def edited(
    texts_a: list[str], texts_b: list[str], b: Floats, ub: Floats
) -> tuple[float, npt.NDArray[np.bool_], Floats]:
    """(items with just one digit changed, items with none or one, width in ln of all such changes)."""
    changes = [
        sum(x != y for x, y in zip(one, other, strict=True)) if len(one) == len(other) else 9
        for one, other in zip(texts_a, texts_b, strict=True)
    ]
    digits = np.array([sum(letter.isdigit() for letter in text) for text in texts_b], dtype=np.float64)
    changed = np.array(changes)
    return float((changed == 1).sum()), changed <= 1, (9 * digits + 1) * ub / b


def surprise_of(matched: npt.NDArray[np.bool_], widths: Floats, spreads: Floats, *, fitted: int) -> float:
    """−ln of the chance that so many items match by accident; what was fitted to them is not counted."""
    chance = np.minimum(1.0, widths / (2 * np.sqrt(np.pi) * spreads))
    bits = np.sort(-np.log(chance[matched]))
    n, m = len(matched), int(matched.sum())
    choices = float(special.gammaln(n + 1) - special.gammaln(m + 1) - special.gammaln(n - m + 1))
    return float(bits[: len(bits) - fitted].sum()) - choices


Sample = dict[str, tuple[str, float]]


def judge(a: Sample, b: Sample, spreads: Mapping[str, float]) -> dict[str, Any] | None:
    """The likeliest change that makes one set of the other, or None."""
    items = sorted(set(a) & set(b) & set(spreads))
    n, whole = len(items), max(len(a), len(b))
    if n < LEAST_ITEMS or n < LEAST_SHARED * whole:
        return None
    texts_a, texts_b = [a[item][0] for item in items], [b[item][0] for item in items]
    if sum(x == y for x, y in zip(texts_a, texts_b, strict=True)) >= COPIED_SHARE * n:
        return None
    va, vb = (np.array([one[item][1] for item in items]) for one in (a, b))
    spread = np.array([max(LEAST_SPREAD, spreads[item]) for item in items])
    ua, ub = _units(texts_a), _units(texts_b)
    found = []
    for change, (amount, matched, widths), fitted in (
        ("ratio", multiplied(va, vb, ua, ub), 1),
        ("offset", shifted(va, vb, ua, ub), 1),
        ("edit", edited(texts_a, texts_b, vb, ub), 0),
    ):
        nothing = {"ratio": abs(np.log(amount)) if amount > 0 else 0.0, "offset": abs(amount), "edit": amount - 1.5}
        least = {"ratio": LEAST_STRETCH, "offset": 1e-9, "edit": 0.0}
        if matched.sum() >= max(LEAST_ITEMS - 1, LEAST_SHARED * whole) and nothing[change] > least[change]:
            surprise = surprise_of(matched, widths, spread, fitted=fitted)
            found.append((surprise, change, amount, int(matched.sum())))
    if not found:
        return None
    surprise, change, amount, shared = max(found)
    return {"change": change, "amount": amount, "items_shared": shared, "items": whole, "surprise": surprise}


def _terms(least: float) -> Terms:
    return Terms(
        least_items=LEAST_ITEMS,
        least_shared=LEAST_SHARED,
        least_stretch=LEAST_STRETCH,
        least_spread=LEAST_SPREAD,
        least_surprise=least,
    )


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Pairs whose change explains the items far better than chance, and pairs that differ by hardly anything."""
    made = _made(tables)
    near = [one for one in _near(tables["sets"]) if (one["a"], one["b"]) not in {(x["a"], x["b"]) for x in made}]
    wanted = pa.array(sorted({pair[side] for pair in (*made, *near) for side in ("a", "b")}), pa.string())
    rows = tables["meta"].filter(pc.is_in(tables["meta"]["report_id"], value_set=wanted)).to_pylist()
    meta = {row["report_id"]: row for row in rows}
    pairs = []
    for pair in (*made, *near):
        a, b = meta.get(pair["a"]), meta.get(pair["b"])
        if a is not None and b is not None and not (a["lot_no"] is not None and a["lot_no"] == b["lot_no"]):
            client = a["client_id"]
            stranger = (client is not None and b["client_id"] not in (None, client)) or strangers(a, b)
            pairs.append(pair | {"level": "S3" if stranger else "S2", "shared": 1})
    return pa.Table.from_pylist(family_hits(pairs, meta), schema=HIT_SCHEMA)


def _near(sets: pa.Table) -> list[dict[str, Any]]:
    """Sets that differ by hardly anything; five items and more that are all equal digit by digit are found by C4."""
    found = []
    for near in near_pairs(sets):
        if near.items < LEAST_ITEMS or near.equal < near.items:
            told = {"change": "close", "amount": near.apart, "items_shared": near.items, "items": near.items}
            surprise = -float(np.log(max(near.expected, 1e-26)))
            found.append({"a": near.a, "b": near.b, "strength": surprise, "surprise": surprise} | told)
    return found


def _made(tables: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    samples: dict[str, Sample] = {}
    objects: dict[str, str] = {}
    for row in tables["kept"].to_pylist():
        samples.setdefault(row["report_id"], {})[row["item"]] = (row["shown"], row["value"])
        objects[row["report_id"]] = row["object"]
    by_object: dict[str, list[tuple[str, str]]] = {}
    for row in tables["candidates"].to_pylist():
        by_object.setdefault(objects[row["a"]], []).append((row["a"], row["b"]))
    spreads: dict[str, dict[str, float]] = {}
    for row in tables["usual"].to_pylist():
        if row["n"] >= LEAST_PEERS and row["spread"] is not None:
            spreads.setdefault(row["object"], {})[row["item"]] = row["spread"]
    in_all = (tables["pairs_in_all"]["pairs"].to_pylist() or [None])[0] or 1.0
    least = min(MOST_NATS, float(np.log(max(in_all, 1.0))) + float(np.log(3.0)) + CHANCE_NATS)
    pairs = []
    terms = _terms(least)
    looked = (worth_judging(one, samples, spreads.get(name, {}), terms) for name, one in by_object.items())
    for a, b in sorted(pair for one in looked for pair in one):
        told = judge(samples[a], samples[b], spreads.get(objects[a], {}))
        if told is not None and told["surprise"] >= least:
            pairs.append({"a": a, "b": b, "strength": told["surprise"]} | told)
    return pairs


DETECTOR = Detector(
    id="C6",
    version=2,
    name="edited_vectors",
    title="整套结果由另一份报告照抄、加减、缩放或者略加改动得来",
    meaning="不同样品的多项结果，逐项相差同一个数、同一个倍数，只差一位数字，或者接近到偶然不会有的程度，可能是在另一份报告上改出来的。",
    violation="SUP-15.2",
    cluster="identity",
    kind="identity",
    level="S3",
    subject_kind="cluster",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "value_text"),
            optional=("value", "replicate", "method_no", "subcontracted"),
        ),
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=("object", "sample_id", "client_id", "lot_no", "corrects", "retest_of", "purpose"),
        ),
        Need(table="vehicle_tests", optional=("report_id", "vin"), optional_table=True),
    ),
    steps=(
        Step(name="numbers", sql=NUMBERS),
        Step(name="sets", sql=SETS),
        Step(name="vectors", sql=VECTORS),
        Step(name="triples", sql=TRIPLES),
        Step(name="tokens", sql=_keys()),
        Step(name="bearers", sql=BEARERS),
        Step(name="candidates", sql=CANDIDATES),
        Step(name="kept", sql=KEPT),
        Step(name="sampled", sql=SAMPLE),
        Step(name="usual", sql=USUAL),
        Step(name="pairs_in_all", sql=PAIRS_IN_ALL),
        Step(name="meta", sql=META),
        Step(name="population", sql=population_sql("sets")),
    ),
    array=ArrayStep(inputs=("sets", "candidates", "kept", "usual", "pairs_in_all", "meta"), compute=compute),
    key_columns=("nature",),
    unit="份有四项以上定量结果的报告",
    says="报告 {report_no}（样品 {sample}）与报告 {other_report}（样品 {other_sample}）的 {items} 项结果中有 "
    "{items_shared} 项{change}（{amount}）",
    words=dict(WORDS)
    | {
        "change": {
            "ratio": "相差同一倍数",
            "offset": "相差同一个数",
            "edit": "相同或者只差一位数字，其中只差一位的项数",
            "close": "相同或者几乎相同，最大相差百分之",
        }
    },
    labels={name: word for name, word in LABELS.items() if name not in ("channel", "shared")}
    | {
        "change": "改动方式",
        "amount": "倍数、差值、改动项数或者最大相差（%）",
        "items_shared": "符合的项数",
        "items": "定量项数",
        "surprise": "稀有程度（奈特）",
    },
    on_site=(
        "调取两份报告各项目的原始记录、谱图和读数，核对是否各有一次真实检测",
        "查系统中结果录入的时间、账号以及导入、复制的记录",
        "对两份样品的留样复测",
    ),
    benign=(
        "同一样品、同一编号、更正和复检报告只作疑问或者不计；同一委托方的样品（稀释系列、同一来源的周期检测）只作疑问",
        "按同类样品中各项目以及项目之间比值的实际变化范围，计算偶然符合的机会，并计入全部可能的报告对数",
        "几乎相同是否偶然，按不同机构之间同类样品的接近程度推算，并计入本机构样品彼此相像的程度；同批号的不计",
        "整套逐位相同的由另一项检查判断；同类样品不足三十份的不判断",
    ),
    family=True,
)
