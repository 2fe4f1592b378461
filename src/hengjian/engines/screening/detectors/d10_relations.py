"""D10 – values of one sample contradict physics or chemistry, or do not go together as they do elsewhere (SUP-15.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.findings import false_discovery
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.rarity import LEAST_PEERS, MOST_FREEDOM, additive_null, z_scores
from hengjian.engines.screening.relations import PARTS, WHOLE_100, WHOLE_100_APART

LEAST_PAIRS = 100
LEAST_TOGETHER = 0.5
LEAST_LOSS = 0.5
STRIKING_P = 1e-4
LARGEST_Q = 0.05
POWERS = (10.0, 100.0, 1000.0)
USUAL_PAIRS = 200
SAME_SIZE = 10.0
"""Without peers: a ratio within 1/10 and 1 is what an unslipped value could give."""

HIT_SCHEMA = hit_schema(
    texts=("relation", "nature", "said", "part_name", "part_text", "whole_name", "whole_text"),
    floats=("ratio", "together", "usual_together"),
    counts=("samples", "peers", "tests"),
)


def _names(roles: Iterable[tuple[str, str, tuple[str, ...]]]) -> str:
    rows = [f"('{relation}', '{role}', '{name.upper()}')" for relation, role, names in roles for name in names]
    return ", ".join(rows)


ROLES = _names(
    [(one.id, "part", one.part) for one in PARTS]
    + [(one.id, "whole", one.whole) for one in PARTS]
    + [("coal_100", f"share{place}", names) for place, names in enumerate(WHOLE_100)]
)
BRACKETS = "replace(replace(replace(replace(replace(x.item_name, ' ', ''), '（', ''), '）', ''), '(', ''), ')', '')"

# The reported value of every item that has a role, once for report and role.
VALUES = f"""
SELECT x.institution_id, x.report_id, k.relation, k.role, max(x.item_name) AS item_name, max(x.value) AS value,
       max(x.value_text) AS value_text, coalesce(max(x.unit), '') AS unit
FROM results x
JOIN (VALUES {ROLES}) AS k(relation, role, name) ON k.name = upper({BRACKETS})
WHERE coalesce(x.replicate, 0) = 0 AND x.value > 0 AND x.value < 1e12
  AND regexp_matches(x.value_text, '^[0-9]+([.][0-9]+)?$') AND coalesce(x.subcontracted, false) = false
GROUP BY x.institution_id, x.report_id, k.relation, k.role
HAVING count(*) = 1
"""

PAIRS = """
SELECT p.institution_id, p.report_id, p.relation, p.item_name AS part_name, p.value AS part, p.value_text AS part_text,
       w.item_name AS whole_name, w.value AS whole, w.value_text AS whole_text, r.issued_at
FROM measured p
JOIN measured w ON w.report_id = p.report_id AND w.relation = p.relation AND w.role = 'whole' AND w.unit = p.unit
JOIN reports r ON r.report_id = p.report_id
WHERE p.role = 'part' AND r.corrects IS NULL
"""

USUAL = f"""
SELECT relation, quantile_disc(part / whole, 0.01) AS low, quantile_disc(part / whole, 0.99) AS high
FROM pairs GROUP BY relation HAVING count(*) >= {USUAL_PAIRS}
"""

BROKEN = f"""
SELECT p.*, u.low, u.high, c.apart, c.says FROM pairs p
JOIN (VALUES {", ".join(f"('{one.id}', {one.apart}, '{one.says}')" for one in PARTS)}) AS c(relation, apart, says)
  ON c.relation = p.relation
LEFT JOIN usual u ON u.relation = p.relation
WHERE p.part > p.whole * (1 + c.apart)
ORDER BY p.institution_id, p.report_id, p.relation
"""

COAL = f"""
SELECT m.institution_id, m.report_id, sum(m.value) AS total, max(r.issued_at) AS issued_at
FROM measured m JOIN reports r ON r.report_id = m.report_id
WHERE m.relation = 'coal_100' AND m.unit = '%' AND r.corrects IS NULL
GROUP BY m.institution_id, m.report_id
HAVING count(*) = {len(WHOLE_100)} AND abs(sum(m.value) - 100) > {WHOLE_100_APART}
ORDER BY m.institution_id, m.report_id
"""

# Rank correlation of the two values within institution and relation: invented ones have the right spread, but no link.
RANKED = """
SELECT institution_id, relation, issued_at,
       rank() OVER (PARTITION BY institution_id, relation ORDER BY part)
         + (count(*) OVER (PARTITION BY institution_id, relation, part) - 1) / 2.0 AS part_rank,
       rank() OVER (PARTITION BY institution_id, relation ORDER BY whole)
         + (count(*) OVER (PARTITION BY institution_id, relation, whole) - 1) / 2.0 AS whole_rank
FROM pairs
"""

TOGETHER = f"""
SELECT institution_id, relation, count(*) AS n, corr(part_rank, whole_rank) AS rho, max(issued_at) AS last_at
FROM ranked GROUP BY institution_id, relation HAVING count(*) >= {LEAST_PAIRS}
ORDER BY institution_id, relation
"""


def swapped(text: str) -> list[float]:
    """The numbers that two neighbouring characters exchanged would have given."""
    found = []
    for place in range(len(text) - 1):
        turned = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        if turned != text and not turned.startswith(".") and not turned.endswith("."):
            found.append(float(turned))
    return found


def explained(row: Mapping[str, Any]) -> bool:
    """Whether one wrong field – decimal point, unit, exchanged characters, exchanged values – makes it usual."""
    low, high = row["low"], row["high"]
    if low is None:
        low, high = 1 / SAME_SIZE, 1.0
    else:  # a slip happens to unusual samples, too: the usual range half as wide again on either side
        wider = (high / low) ** 0.5
        low, high = low / wider, high * wider
    high = min(high, 1.0)
    part, whole = row["part"], row["whole"]
    ratios = [part / whole / power for power in POWERS]
    ratios += [whole / part]
    ratios += [one / whole for one in swapped(row["part_text"])]
    ratios += [part / one for one in swapped(row["whole_text"]) if one > 0]
    return any(low <= ratio <= high for ratio in ratios)


def _broken(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("institution_id", "report_id", "relation", "part_name", "part_text", "whole_name", "whole_text")
    return {name: row[name] for name in names} | {
        "subject_id": row["institution_id"],
        "occurred_at": row["issued_at"],
        "level": "S3",
        "slip": explained(row),
        "firm": False,
        "nature": "broken",
        "said": row["says"],
        "ratio": row["part"] / row["whole"],
    }


def _coal(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "institution_id": row["institution_id"],
        "subject_id": row["institution_id"],
        "report_id": row["report_id"],
        "occurred_at": row["issued_at"],
        "level": "S3",
        "slip": True,
        "firm": False,
        "relation": "coal_100",
        "nature": "broken",
        "said": f"水分、灰分、挥发分、固定碳之和应为100%，报告为{row['total']:.2f}%",
        "ratio": row["total"] / 100,
    }


def loosened(table: pa.Table) -> list[dict[str, Any]]:
    """Institutions whose two values do not go together as they do at the peers (Fisher's z, over-dispersed).

    The relation is a hard one, its loss is not: handed on as S2 only.
    """
    rows = [row for row in table.to_pylist() if row["rho"] is not None and np.isfinite(row["rho"])]
    found, tests = [], 0
    for relation in sorted({row["relation"] for row in rows}):
        mine = [row for row in rows if row["relation"] == relation]
        rho = np.clip(np.array([row["rho"] for row in mine]), -0.999, 0.999)
        if len(mine) < LEAST_PEERS or float(np.median(rho)) < LEAST_TOGETHER:
            continue
        errors = 1.03 / np.sqrt(np.array([row["n"] for row in mine], dtype=np.float64) - 3)
        null = additive_null(np.arctanh(rho), errors)
        z = z_scores(np.arctanh(rho), errors, null)
        p = special.stdtr(min(len(mine) - 1, MOST_FREEDOM), z)
        tests += len(mine)
        for place in np.flatnonzero((p < STRIKING_P) & (rho < LEAST_LOSS * np.median(rho))):
            found.append(
                {name: mine[place][name] for name in ("institution_id", "relation")}
                | {"subject_id": mine[place]["institution_id"], "occurred_at": mine[place]["last_at"]}
                | {"level": "S2", "slip": False, "firm": False, "nature": "loose", "p_value": float(p[place])}
                | {"together": float(rho[place]), "usual_together": float(np.median(rho)), "peers": len(mine) - 1}
                | {"samples": int(mine[place]["n"]), "said": "两项数值之间没有同行样品中应有的关联"}
            )
    q_values = false_discovery([row["p_value"] for row in found], tests=tests)
    return [row | {"tests": tests} for row, q in zip(found, q_values, strict=True) if q is not None and q <= LARGEST_Q]


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Broken relations by report, sums of coal, and relations that are lost in an institution's own samples."""
    rows = [_broken(row) for row in tables["broken"].to_pylist()]
    rows += [_coal(row) for row in tables["coal"].to_pylist()]
    rows += loosened(tables["together"])
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D10",
    version=2,
    name="relations",
    title="同一样品的数值违反物理化学关系",
    meaning="同一样品中部分大于总量，或者本应相互关联的两项数值毫无关联，数据不可能或者很难来自同一次真实检测。",
    violation="SUP-15.2",
    cluster="digits",
    kind="hard",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="results",
            required=("report_id", "item_code", "item_name", "value_text"),
            optional=("value", "replicate", "unit", "subcontracted"),
        ),
        Need(table="reports", required=("issued_at",), optional=("corrects",)),
    ),
    steps=(
        Step(name="measured", sql=VALUES, per_report=True),
        Step(name="pairs", sql=PAIRS),
        Step(name="usual", sql=USUAL),
        Step(name="broken", sql=BROKEN),
        Step(name="coal", sql=COAL),
        Step(name="ranked", sql=RANKED),
        Step(name="together", sql=TOGETHER),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM measured GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("broken", "coal", "together"), compute=compute),
    key_columns=("relation", "nature"),
    unit="份含有可比项目的报告",
    says="同一样品的数值：{said}（{part_name} {part_text}，{whole_name} {whole_text}）",
    words={"nature": {"broken": "关系不成立", "loose": "关联消失"}},
    labels={
        "report_id": "报告标识",
        "occurred_at": "签发时间",
        "relation": "关系编号",
        "nature": "异常种类",
        "said": "关系",
        "part_name": "部分",
        "part_text": "部分的结果",
        "whole_name": "总量",
        "whole_text": "总量的结果",
        "ratio": "部分与总量之比",
        "together": "两项的秩相关",
        "usual_together": "同行的秩相关",
        "samples": "样品数",
        "peers": "同行机构数",
    },
    on_site=(
        "调取两个项目的原始记录，核对是否同一样品、同一时间测定",
        "核对单位、稀释倍数和录入过程",
        "对留样重测两个项目",
    ),
    benign=(
        "超出两次测定各自不确定度（合成扩展）的才算不成立；未检出、分包的项目不用",
        "小数点、单位、相邻数字颠倒或者两项互相填错就能解释的，作数据疑问；多次出现的除外",
        "关联消失只作佐证；同行不足二十家、样品不足一百个的不判断",
    ),
)
