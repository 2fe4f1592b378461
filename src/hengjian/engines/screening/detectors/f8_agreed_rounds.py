"""F8 – two institutions report the same values round after round where all others differ (SUP-15.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special
from scipy.sparse import csr_array

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import Floats

LEAST_LABS = 8
MOST_COUNTED = 50_000_000
CHUNK = 100_000
LEAST_RESULTS = 5
LEAST_ITEMS = 3
CLOSENESS = (0.0, 0.05, 0.15)
"""δ as a share of what honest participants of the round scatter: equal, agreed to the last digit, or nearly so."""

AGAIN = 2.5
"""Who is near in an item is oftener near again: biases last (correlation of differences up to 0.9)."""

SCATTER_OF_SIGMA = 0.5
"""Where too few took part to show their scatter: this much of the standard deviation for assessment (unsure, low)."""

STEPS_APART = 4.0
"""A round whose scatter is no more than this many of its rounding steps tells nobody apart."""

CHEATS_CLOSE = 0.9
FARTHEST = 6.0
LEAST_LLR = float(np.log(1e4))
LARGEST_P = 0.01
"""Times all possible pairs and both closenesses."""

LEAST_OWN_SPREAD = 0.3
PRIOR_ROUNDS = 4.0
CLUSTER_LABS = 5
MOST_PAIRS_A_LAB = 60
"""Near pairs taken for a participant and round; a heap of equal values is a habit of rounding, not an agreement."""

HIT_SCHEMA = hit_schema(
    texts=("other_institution", "other_name", "items", "kin"),
    floats=("llr", "closest", "usual_close"),
    counts=("shared", "close", "equal", "labs", "tests"),
)

# One value a laboratory, round and item; the method it usually tests the item by.
VALUES = """
SELECT o.round_id, o.institution_id, o.item_code, max(o.value) AS value, max(o.assigned) AS assigned,
       max(o.sigma_pt) AS sigma_pt,
       coalesce(max(m.method_no), '') AS method_no
FROM rounds o
LEFT JOIN (
    SELECT institution_id, item_code, method_no FROM (
        SELECT institution_id, item_code, method_no, count(*) AS n FROM results
        WHERE method_no IS NOT NULL AND NOT coalesce(subcontracted, false)
        GROUP BY institution_id, item_code, method_no
    ) AS counted QUALIFY row_number() OVER (PARTITION BY institution_id, item_code ORDER BY n DESC, method_no) = 1
) AS m ON m.institution_id = o.institution_id AND m.item_code = o.item_code
WHERE abs(o.value) < 1e300 AND o.round_id IS NOT NULL
GROUP BY o.round_id, o.institution_id, o.item_code HAVING max(o.value) = min(o.value)
ORDER BY o.item_code, o.round_id, o.institution_id
"""

LABS = """
SELECT i.institution_id, i.name, i.legal_rep, r.last_at FROM institutions i
JOIN (SELECT institution_id, max(issued_at) AS last_at FROM reports GROUP BY institution_id) AS r
  ON r.institution_id = i.institution_id
WHERE r.last_at IS NOT NULL
ORDER BY i.institution_id
"""


@dataclass(frozen=True, kw_only=True)
class Round:
    """One item of one round: who took part (sorted), values freed of their method's bias in units of the scatter,
    ln of the rounding step's share; `item` is its place among the items."""

    item: int
    labs: npt.NDArray[np.int64]
    z: Floats
    step: float


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two laboratories: results shared, close and equal, items of the close ones, odds of agreement, p."""

    shared: int
    close: int
    items: tuple[str, ...]
    equal: int
    llr: float
    p: float
    closest: float
    usual_close: float


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Pairs that are close in five results and more, of three items, against how often any two participants are."""
    names, items, rounds = read_rounds(tables["values_of_rounds"])
    labs = {row["institution_id"]: row for row in tables["labs"].to_pylist()}
    if not rounds:
        return HIT_SCHEMA.empty_table()
    own = own_spreads(rounds, len(names))
    tests = len(CLOSENESS) * comparable(rounds, len(names))
    rows: list[dict[str, Any]] = []
    done: set[tuple[int, int]] = set()
    for delta in CLOSENESS:
        usual = min(_chance(one, delta, float(np.hypot(own.max(), own.max()))) for one in rounds)
        for a, b in candidates(rounds, len(names), delta=delta, usual=usual, tests=tests):
            if (a, b) in done or names[a] not in labs or names[b] not in labs:
                continue
            pair = judged(rounds, items, (a, b), own=own, delta=delta)
            if pair is not None and pair.p * tests <= LARGEST_P and pair.llr >= LEAST_LLR:
                done.add((a, b))
                sides = ((names[a], names[b]), (names[b], names[a]))
                rows += [_row(labs[one], labs[other], pair, tests=tests, parties=len(names)) for one, other in sides]
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def read_rounds(table: pa.Table) -> tuple[list[str], list[str], list[Round]]:
    """(laboratories, items, rounds of items that tell laboratories apart)."""
    column = {name: np.array(table[name].to_pylist()) for name in table.column_names}
    if not table.num_rows:
        return [], [], []
    names, lab = np.unique(column["institution_id"].astype(str), return_inverse=True)
    items, item = np.unique(column["item_code"].astype(str), return_inverse=True)
    keys = np.array([f"{i}\x1f{r}" for i, r in zip(item, column["round_id"], strict=True)])
    order = np.lexsort((lab, keys))
    found = []
    for mine in np.split(order, np.flatnonzero(keys[order][1:] != keys[order][:-1]) + 1):
        value = column["value"][mine].astype(np.float64)
        step = rounding_step(value)
        residual = value - _of_methods(value, column["method_no"][mine].astype(str))
        scatter = 1.4826 * float(np.median(np.abs(residual)))
        if len(mine) < LEAST_LABS:
            assigned, sigma = (float(column[name][mine[0]] or "nan") for name in ("assigned", "sigma_pt"))
            residual, scatter = value - assigned, SCATTER_OF_SIGMA * sigma
        if (
            len(mine) > 1
            and np.isfinite(residual / scatter if scatter else np.nan).all()
            and scatter > STEPS_APART * step
        ):
            found.append(Round(item=int(item[mine[0]]), labs=lab[mine], z=residual / scatter, step=step / scatter))
    return names.tolist(), items.tolist(), found


def rounding_step(values: Floats) -> float:
    """The coarsest power of ten of which all values are multiples, down to a millionth; 0 below."""
    for decimals in range(-3, 7):
        scaled = values * 10.0**decimals
        if (np.abs(scaled - np.rint(scaled)) <= 1e-6 + 1e-10 * np.abs(scaled)).all():
            return float(10.0**-decimals)
    return 0.0


def _of_methods(values: Floats, methods: npt.NDArray[np.str_]) -> Floats:
    """Middle of each value's method where five use it, else of all: who shares a method shares its bias."""
    middle = np.full(len(values), np.median(values))
    for one in np.unique(methods):
        mine = methods == one
        if one and mine.sum() >= CLUSTER_LABS:
            middle[mine] = np.median(values[mine])
    return middle


def own_spreads(rounds: list[Round], labs: int) -> Floats:
    """How far each laboratory usually lies off, in scatters: precise laboratories are near one another honestly."""
    squares, counts = np.full(labs, PRIOR_ROUNDS), np.full(labs, PRIOR_ROUNDS)
    for one in rounds:
        np.add.at(squares, one.labs, np.minimum(np.abs(one.z), 3.0) ** 2)
        np.add.at(counts, one.labs, 1.0)
    return np.asarray(np.maximum(np.sqrt(squares / counts), LEAST_OWN_SPREAD), dtype=np.float64)


def parties(rounds: list[Round], labs: int) -> csr_array:
    """Laboratories × rounds: who took part."""
    places = np.repeat(np.arange(len(rounds)), [len(one.labs) for one in rounds])
    who = np.concatenate([one.labs for one in rounds])
    return csr_array((np.ones(len(who)), (who, places)), shape=(labs, len(rounds)))


def comparable(rounds: list[Round], labs: int) -> int:
    """How many pairs share five results; all pairs where counting them would be long."""
    if sum(len(one.labs) ** 2 for one in rounds) > MOST_COUNTED:
        return labs * (labs - 1) // 2
    table = parties(rounds, labs)
    shared = (table @ table.T).tocoo()
    return max(1, int(((shared.data >= LEAST_RESULTS) & (shared.row < shared.col)).sum()))


def candidates(rounds: list[Round], labs: int, *, delta: float, usual: float, tests: int) -> list[tuple[int, int]]:
    """Pairs within 2δ in five results or more, and in more than chance gives where two are close as seldom as `usual`.

    Neighbours in each round's order are compared, so the work is near-linear.
    """
    codes = [np.empty(0, dtype=np.int64)]
    for one in rounds:
        order = np.argsort(one.z, kind="stable")
        z, lab, place = one.z[order], one.labs[order], np.arange(len(one.z))
        reach = np.searchsorted(z, z + 2 * delta + one.step / 2 + 1e-9, side="right")
        size = np.minimum(reach, place + 1 + MOST_PAIRS_A_LAB) - place - 1
        first = np.repeat(place, size)
        second = first + 1 + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        codes.append(np.minimum(lab[first], lab[second]) * labs + np.maximum(lab[first], lab[second]))
    pairs, counts = np.unique(np.concatenate(codes), return_counts=True)
    pairs, counts = pairs[counts >= LEAST_RESULTS], counts[counts >= LEAST_RESULTS]
    table = parties(rounds, labs)
    found = []
    for begin in range(0, len(pairs), CHUNK):
        part, close = pairs[begin : begin + CHUNK], counts[begin : begin + CHUNK]
        shared = np.asarray(table[part // labs].multiply(table[part % labs]).sum(axis=1)).ravel()
        likely = special.bdtrc(close - 1.0, shared.astype(np.int64), usual) * tests <= LARGEST_P
        found += [(int(code) // labs, int(code) % labs) for code in part[likely]]
    return found


def judged(rounds: list[Round], items: list[str], pair: tuple[int, int], *, own: Floats, delta: float) -> Pair | None:
    """Odds and p of a pair; a further round of the same item counts for less."""
    spread, wide = float(np.hypot(own[pair[0]], own[pair[1]])), float(np.sqrt(2.0))
    seen: set[int] = set()
    llr, chances, apart, close = 0.0, [], [], []
    for one in rounds:
        at = np.searchsorted(one.labs, pair)
        if (at >= len(one.labs)).any() or (one.labs[at] != pair).any():
            continue
        again = one.item in seen
        seen.add(one.item)
        difference = min(abs(float(one.z[at[0]] - one.z[at[1]])), FARTHEST)
        alone = _density(difference, wide)
        agreed = CHEATS_CLOSE * _density(difference, max(delta, one.step / 2, 1e-3)) + (1 - CHEATS_CLOSE) * alone
        llr += float(np.log(agreed / alone)) * (0.5 if again else 1.0)
        chances.append(min(1.0, _chance(one, delta, spread) * (AGAIN if again else 1.0)))
        if difference <= 2 * delta + one.step / 2 + 1e-9:
            close.append(one.item)
            apart.append(difference)
    if len(close) < LEAST_RESULTS or len(set(close)) < LEAST_ITEMS:
        return None
    return Pair(
        shared=len(chances),
        close=len(close),
        items=tuple(items[item] for item in sorted(set(close))),
        equal=sum(one <= 1e-9 for one in apart),
        llr=llr,
        p=at_least(len(close), np.array(chances)),
        closest=max(apart),
        usual_close=100 * float(np.mean(chances)),
    )


def _density(x: float, sigma: float) -> float:
    return float(np.exp(-0.5 * (x / sigma) ** 2) / sigma)


def _chance(one: Round, delta: float, spread: float) -> float:
    """P(two are close in a round): by their own spreads, or as the participants show it where they are enough."""
    alone = float(special.erf((2 * delta + one.step / 2) / spread / np.sqrt(2)))
    return max(alone, _usual_close(one, delta) if len(one.labs) >= LEAST_LABS else 0.0)


def _usual_close(one: Round, delta: float) -> float:
    """Share of all pairs of the round that are within 2δ, as the participants themselves show it."""
    z = np.sort(one.z)
    near = float((np.searchsorted(z, z + 2 * delta + one.step / 2, side="right") - np.arange(len(z)) - 1).sum())
    return (near + 0.5) / (len(z) * (len(z) - 1) / 2 + 1)


def at_least(count: int, chances: Floats) -> float:
    """P(at least so many of independent events): Poisson-binomial."""
    law = np.ones(1)
    for chance in chances:
        law = np.convolve(law, [1 - chance, chance])
    return float(min(1.0, law[count:].sum()))


def _row(own: Mapping[str, Any], other: Mapping[str, Any], pair: Pair, *, tests: int, parties: int) -> dict[str, Any]:
    both = "\x1f".join(sorted((own["institution_id"], other["institution_id"])))
    kin = own["legal_rep"] is not None and own["legal_rep"] == other["legal_rep"]
    return {
        "institution_id": own["institution_id"],
        "subject_id": hashlib.sha256(both.encode()).hexdigest()[:15],
        "occurred_at": own["last_at"],
        "level": "S3",
        "slip": False,
        "firm": False,
        "p_value": pair.p,
        "other_institution": other["institution_id"],
        "other_name": other["name"],
        "items": "、".join(pair.items),
        "kin": "yes" if kin else "no",
        "llr": pair.llr / float(np.log(10)),
        "closest": pair.closest,
        "usual_close": pair.usual_close,
        "shared": pair.shared,
        "close": pair.close,
        "equal": pair.equal,
        "labs": parties,
        "tests": tests,
    }


DETECTOR = Detector(
    id="F8",
    version=1,
    name="agreed_rounds",
    title="两家机构的能力验证结果彼此雷同",
    meaning="各参加机构的结果本应各有偏差，两家却在多个项目上几乎相同，可能互相核对过结果，或者由一家代做。",
    violation="SUP-15.2",
    cluster="network",
    kind="statistical",
    level="S3",
    subject_kind="cluster",
    needs=(
        Need(
            table="rounds",
            required=("round_id", "institution_id", "item_code", "value"),
            optional=("assigned", "sigma_pt"),
        ),
        Need(table="reports", required=("issued_at",)),
        Need(table="institutions", required=("institution_id", "name"), optional=("legal_rep",)),
        Need(
            table="results",
            optional=("report_id", "item_code", "method_no", "subcontracted"),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="values_of_rounds", sql=VALUES),
        Step(name="labs", sql=LABS),
        Step(
            name="abstains",
            sql=f"""
SELECT v.institution_id, '参加的项目每轮不足{LEAST_LABS}家，也没有能力评定标准差，无从比较' AS reason
FROM values_of_rounds v
LEFT JOIN (SELECT round_id, item_code, count(*) AS n FROM values_of_rounds GROUP BY round_id, item_code) AS c
       ON c.round_id = v.round_id AND c.item_code = v.item_code
GROUP BY v.institution_id HAVING max(c.n) < {LEAST_LABS} AND max(coalesce(v.sigma_pt, 0)) <= 0
""",
        ),
        Step(
            name="population",
            sql="SELECT institution_id, count(*) AS n FROM values_of_rounds GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("values_of_rounds", "labs"), compute=compute),
    min_n=LEAST_RESULTS,
    unit="个能力验证结果",
    says="与{other_name}共同上报 {shared} 个能力验证结果，{close} 个几乎相同（其中 {equal} 个完全相同），"
    "项目：{items}；任意两家的一个结果如此接近的机会约 {usual_close}%",
    labels={
        "occurred_at": "最近报告签发时间",
        "other_institution": "另一机构",
        "other_name": "另一机构名称",
        "items": "雷同的项目",
        "kin": "法定代表人是否相同",
        "shared": "共同上报的结果数",
        "close": "雷同的结果数",
        "equal": "完全相同的结果数",
        "closest": "雷同结果的最大差别（离散度的倍数）",
        "usual_close": "任意两家如此接近的机会（%）",
        "llr": "串通与独立的似然比（以10为底的对数）",
        "labs": "参加机构数",
    },
    words={"kin": {"yes": "相同", "no": "不同"}},
    on_site=(
        "分别调取两家涉及项目的原始记录、谱图和称量记录，核对是否各自实际检测",
        "查考核样品的接收、分样和寄送记录，有无一家代做",
        "查上报前两家之间的联络，以及结果录入和修改的时间",
    ),
    benign=(
        "使用同一方法的机构偏差相同：先扣除同一方法（五家以上）的共同偏差",
        "精密度高的机构本来就彼此接近：按两家各自的离散程度计算机会，取较大者",
        "修约很粗、各家差别不过几个修约间隔的项目不用；同一项目再次雷同的机会按更大估计",
        "按所有可能的机构对作了多重检验修正；雷同不足五个结果、三个项目的不列",
    ),
    unit_level=True,
)
