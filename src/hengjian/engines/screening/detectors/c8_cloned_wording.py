"""C8 – the same wording in notes of different institutions or of different clients' visits (supports SUP-15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengjian.engines.screening.clones import LABELS, TEXTS, WORDS, family_hits, meta_sql, population_sql
from hengjian.engines.screening.detector import ArrayStep, BatchStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema

GRAM = 5
LEAST_LETTERS = 30
LEAST_DIGITS = 4
"""Notes of one institution must be alike in their figures as well: its own template is no clone."""

KEPT_OF = 4
LEAST_KEPT = 4
ALIKE = 0.8
TEMPLATE_SHARE, TEMPLATE_LEAST = 0.01, 5
RARE = 20
SAME_VALUES = 5

HIT_SCHEMA = hit_schema(
    texts=(*TEXTS, "wording", "other_wording", "other_institution"), counts=("alike", "equal_values")
)

SCHEMA = pa.schema([("report_id", pa.string()), ("gram", pa.int64()), ("grams", pa.int64())])

NOTES = f"""
SELECT report_id, remarks FROM reports
WHERE length(remarks) >= {LEAST_LETTERS} AND corrects IS NULL AND coalesce(purpose, 'client') NOT IN ('qc', 'pt')
"""

Words = npt.NDArray[np.uint64]
_ODD = np.uint64(0x9E3779B97F4A7C15)
_OTHER = np.uint64(0xBF58476D1CE4E5B9)


def _mixed(words: Words) -> Words:
    words = (words ^ (words >> np.uint64(30))) * _OTHER
    return words ^ (words >> np.uint64(27))


def clean(text: str) -> str:
    """Letters and digits alone, in one case: spaces and punctuation are no wording."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def grams_of(text: str) -> Words:
    """Distinct hashes of the five-letter stretches of a cleaned text."""
    letters = np.array([ord(letter) for letter in text], dtype=np.uint64)
    if len(letters) < GRAM:
        return np.zeros(0, np.uint64)
    total = np.zeros(len(letters) - GRAM + 1, np.uint64)
    for offset in range(GRAM):
        power = np.uint64(pow(int(_ODD), offset + 1, 1 << 64))
        total += _mixed(letters[offset : len(letters) - GRAM + 1 + offset] + np.uint64(1)) * power
    return np.unique(_mixed(total))


def reduce(batch: pa.RecordBatch) -> pa.Table:
    """A quarter of the stretches of every note, chosen by their hash so that equal ones are chosen alike."""
    owners, kept, sizes = [], [], []
    for place, text in enumerate(batch.column("remarks").to_pylist()):
        letters = clean(text)
        grams = grams_of(letters) if len(letters) >= LEAST_LETTERS else np.zeros(0, np.uint64)
        chosen = grams[grams % np.uint64(KEPT_OF) == 0]
        if len(chosen) >= LEAST_KEPT:
            owners.append(np.full(len(chosen), place))
            kept.append(chosen.view(np.int64))
            sizes.append(np.full(len(chosen), len(chosen)))
    if not kept:
        return SCHEMA.empty_table()
    owner = pa.array(np.concatenate(owners))
    columns = [batch.column("report_id").take(owner), pa.array(np.concatenate(kept)), pa.array(np.concatenate(sizes))]
    return pa.table(columns, schema=SCHEMA)


# Wording that more than one note in a hundred has is a template.
COUNTED = f"""
SELECT g.gram, count(*) AS n, min(g.report_id) AS first_report FROM word_grams g
CROSS JOIN (SELECT count(DISTINCT report_id) AS notes FROM word_grams) AS whole
GROUP BY g.gram, whole.notes
HAVING count(*) > 1 AND count(*) <= greatest({TEMPLATE_LEAST}, {TEMPLATE_SHARE} * whole.notes)
"""

OWN = """
SELECT g.report_id, g.gram, g.grams, r.institution_id, r.client_id, c.n, c.first_report
FROM word_grams g JOIN reports r ON r.report_id = g.report_id JOIN counted_grams c ON c.gram = g.gram
"""

PAIRED = f"""
SELECT x.report_id AS a, y.report_id AS b, count(*) AS alike, min(x.grams) AS grams_a, min(y.grams) AS grams_b,
       max(CASE WHEN x.institution_id <> y.institution_id THEN 1 ELSE 0 END) AS across
FROM own_grams x JOIN own_grams y ON y.gram = x.gram AND y.report_id > x.report_id
WHERE (x.n <= {RARE} OR x.report_id = x.first_report)
  AND (x.institution_id <> y.institution_id OR x.client_id <> y.client_id)
GROUP BY x.report_id, y.report_id
HAVING count(*) >= {LEAST_KEPT} AND count(*) >= {ALIKE} * greatest(min(x.grams), min(y.grams))
ORDER BY a, b
"""

ENDS = "(SELECT a AS report_id FROM paired UNION SELECT b FROM paired)"

WORDING = f"""
SELECT r.report_id, r.remarks FROM reports r SEMI JOIN {ENDS} AS e ON e.report_id = r.report_id ORDER BY r.report_id
"""

# Equal reported values of the same items: figures of two digits at least, so that 0 and ND say nothing.
EQUAL = f"""
SELECT p.a, p.b, count(*) AS equal_values FROM paired p
JOIN (SELECT DISTINCT report_id, item_code, value_text FROM results
      WHERE coalesce(replicate, 0) = 0 AND value > 0 AND length(replace(value_text, '.', '')) >= 2) AS x
  ON x.report_id = p.a
JOIN (SELECT DISTINCT report_id, item_code, value_text FROM results WHERE coalesce(replicate, 0) = 0) AS y
  ON y.report_id = p.b AND y.item_code = x.item_code AND y.value_text = x.value_text
WHERE p.across = 1
GROUP BY p.a, p.b HAVING count(*) >= {SAME_VALUES}
ORDER BY p.a, p.b
"""


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Alike notes between institutions; between clients of one institution only with the same figures."""
    meta = {row["report_id"]: row for row in tables["meta"].to_pylist()}
    wording = {row["report_id"]: row["remarks"] for row in tables["wording"].to_pylist()}
    equal = {(row["a"], row["b"]): int(row["equal_values"]) for row in tables["equal"].to_pylist()}
    pairs: list[dict[str, Any]] = []
    for row in tables["paired"].to_pylist():
        a, b = row["a"], row["b"]
        figures = _digits(wording[a])
        if not row["across"] and (len(figures) < LEAST_DIGITS or figures != _digits(wording[b])):
            continue
        values = equal.get((a, b), 0)
        level = "S3" if values >= SAME_VALUES else "S2" if row["across"] else "S1"
        share = 100 * row["alike"] // max(row["grams_a"], row["grams_b"])
        pair = {"a": a, "b": b, "level": level, "strength": values * 1000 + share, "shared": 1}
        pairs.append(pair | {"alike": int(share), "equal_values": values})
    hits = family_hits(pairs, meta)
    for hit in hits:
        hit |= {"wording": wording[hit["report_id"]], "other_wording": wording[hit["other_report"]]}
        hit["other_institution"] = meta[hit["other_report"]]["institution_id"]
    return pa.Table.from_pylist(hits, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="C8",
    version=1,
    name="cloned_wording",
    title="不同机构、不同委托方的备注文字雷同",
    meaning="不同机构的报告备注，或者同一机构不同委托方的现场记录，文字连同数字几乎一样，可能由同一人编写或者互相抄录。",
    violation="SUP-15.2",
    cluster="identity",
    kind="identity",
    level="S2",
    subject_kind="cluster",
    needs=(
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=("remarks", "sample_id", "client_id", "corrects", "retest_of", "purpose"),
        ),
        Need(
            table="results",
            optional=("report_id", "item_code", "replicate", "value", "value_text"),
            optional_table=True,
        ),
        Need(table="vehicle_tests", optional=("report_id", "vin"), optional_table=True),
    ),
    steps=(
        BatchStep(name="word_grams", sql=NOTES, reduce=reduce, schema=SCHEMA, per_report=True),
        Step(name="counted_grams", sql=COUNTED),
        Step(name="own_grams", sql=OWN),
        Step(name="paired", sql=PAIRED),
        Step(name="wording", sql=WORDING),
        Step(name="equal", sql=EQUAL),
        Step(name="meta", sql=meta_sql(f"{ENDS} AS ends")),
        Step(name="population", sql=population_sql("word_grams")),
    ),
    array=ArrayStep(inputs=("paired", "wording", "equal", "meta"), compute=compute),
    key_columns=("nature",),
    unit="份备注足够长的报告",
    says="报告 {report_no} 的备注与报告 {other_report}（机构 {other_institution}）的备注 {alike}% 雷同，"
    "逐位相同的结果 {equal_values} 项",
    words=WORDS,
    labels={name: word for name, word in LABELS.items() if name not in ("channel", "shared")}
    | {
        "wording": "备注",
        "other_wording": "另一报告的备注",
        "other_institution": "另一机构",
        "alike": "雷同程度（%）",
        "equal_values": "逐位相同的结果项数",
    },
    on_site=(
        "调取两份报告的电子文件，比较作者、生成软件、修改时间和错别字",
        "询问现场记录由谁、在哪里、何时填写，核对采样影像和行程",
    ),
    benign=(
        "超过百分之一（至少五份）的备注都有的文字视为模板，不计；标点、空格、大小写不比较",
        "同一机构内只看不同委托方的备注，并且其中的数字也要完全相同",
        "文字雷同只作数据疑问；跨机构且至少五项结果也逐位相同的才作为线索",
        "同一样品、更正和复检报告不计；不足三十字的备注不比较",
    ),
    family=True,
)
