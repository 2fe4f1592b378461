"""A13 – report numbers used twice or out of the order of their counter (SUP-15.5)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengjian.engines.screening.detector import DAY, ArrayStep, Detector, Need, Step

NUMBER = re.compile(r"^(.*?)(\d+)(\D*)$")
LEAST_COUNTER = 20
MOST_OUT_OF_ORDER = 0.03
"""A counter with more numbers out of order is not given out in the order of that time."""

LEAST_DAYS = 2.0
SLIP_DAYS = 1.6
SUPPLEMENTS = ("补", "补发", "补充", "增")
TIMES = ("issued_at", "signed_at", "received_at", "started_at")
TEXTS = ("institution_id", "report_id", "report_no")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NUMBERS = """
SELECT r.institution_id, r.report_id, trim(r.report_no) AS report_no, r.issued_at, r.signed_at, r.received_at,
       r.started_at, r.sample_id, r.client_id, r.verdict, r.object,
       r.corrects IS NOT NULL OR r.retest_of IS NOT NULL OR c.corrects IS NOT NULL AS marked
FROM reports r LEFT JOIN (SELECT DISTINCT corrects FROM reports WHERE corrects IS NOT NULL) AS c
    ON c.corrects = r.report_id
WHERE r.report_no IS NOT NULL AND trim(r.report_no) <> '' AND r.issued_at IS NOT NULL
ORDER BY r.institution_id, r.report_id
"""

DOUBLES = """
SELECT * FROM numbers WHERE NOT marked
QUALIFY count(*) OVER (PARTITION BY institution_id, report_no) > 1
ORDER BY institution_id, report_no, report_id
"""

# What the results say tells two reports under one number apart.
CONTENTS = """
SELECT x.report_id, sum(hj_fingerprint(concat_ws('|', x.item_code, x.value_text)) % 1000003) AS print
FROM results x
JOIN (SELECT institution_id, trim(report_no) AS report_no FROM reports GROUP BY institution_id, trim(report_no)
      HAVING count(*) > 1) AS g ON g.institution_id = x.institution_id
JOIN reports r ON r.report_id = x.report_id AND trim(r.report_no) = g.report_no
WHERE coalesce(x.replicate, 0) = 0
GROUP BY x.report_id ORDER BY x.report_id
"""

HIT_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in (*TEXTS, "subject_id", "level", "nature", "other_report", "counter")),
        ("occurred_at", pa.timestamp("us")),
        ("slip", pa.bool_()),
        ("firm", pa.bool_()),
        ("p_value", pa.float64()),
        ("days", pa.float64()),
        ("numbers", pa.int64()),
        ("expected_from", pa.timestamp("us")),
        ("expected_to", pa.timestamp("us")),
    ]
)

Row = Mapping[str, Any]


def parsed(number: str) -> tuple[str, int, str] | None:
    """(prefix, running number, suffix) of a report number; None where it ends in no number of usual length."""
    match = NUMBER.match(number)
    if match is None or len(match.group(2)) > 15:
        return None
    head, digits, tail = match.groups()
    year = re.match(r"(20\d{2}(?:0[1-9]|1[0-2])?(?:0[1-9]|[12]\d|3[01])?)(\d{3,})$", digits)
    if year:
        return head + year.group(1), int(year.group(2)), tail
    return head, int(digits), tail


def longest_order(values: Floats) -> npt.NDArray[np.bool_]:
    """Which members form a longest run that never falls (patience sorting, O(n log n))."""
    tails: list[float] = []
    places: list[int] = []
    before = np.full(len(values), -1, dtype=np.int64)
    for place, value in enumerate(values.tolist()):
        low = bisect_right(tails, value)
        if low == len(tails):
            tails.append(value)
            places.append(place)
        else:
            tails[low], places[low] = value, place
        before[place] = places[low - 1] if low else -1
    kept = np.zeros(len(values), dtype=bool)
    place = places[-1] if places else -1
    while place >= 0:
        kept[place] = True
        place = int(before[place])
    return kept


def _hit(row: Row, nature: str, level: str, **more: Any) -> dict[str, object]:
    own = {name: row[name] for name in TEXTS}
    fixed = {"subject_id": row["institution_id"], "occurred_at": row["issued_at"], "level": level, "nature": nature}
    return own | fixed | {"slip": False, "firm": False} | more


def twice(rows: Sequence[Row], prints: Mapping[str, int]) -> list[dict[str, object]]:
    """Reports under one number that differ in sample and in client or results, and do not correct one another."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["institution_id"], row["report_no"]].append(row)
    hits = []
    for members in groups.values():
        for row in members if len(members) > 1 else []:
            for other in members:
                known = row["sample_id"] is not None and other["sample_id"] is not None
                if not known or row["sample_id"] == other["sample_id"]:
                    continue
                apart = row["client_id"] != other["client_id"] or row["object"] != other["object"]
                differs = prints.get(row["report_id"]) != prints.get(other["report_id"])
                if apart or differs:
                    slip = abs((row["issued_at"] - other["issued_at"]).total_seconds()) > LEAST_DAYS * DAY
                    hits.append(
                        _hit(row, "twice", "S5", slip=slip, other_report=other["report_id"], numbers=len(members))
                    )
                    break
    return hits


@dataclass(frozen=True, kw_only=True)
class _Book:
    """All numbers: `days` of each time column (not a number where empty); whole rows only where one is told."""

    table: pa.Table
    days: Mapping[str, Floats]

    def row(self, place: int) -> dict[str, Any]:
        return dict(self.table.slice(place, 1).to_pylist()[0])


def _book(table: pa.Table) -> _Book:
    days = {}
    for name in TIMES:
        moments = table[name].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
        whole = moments.astype(np.int64) / (1e6 * DAY)
        days[name] = np.where(np.isnat(moments), np.nan, whole)
    return _Book(table=table, days=days)


def _chronological(book: _Book, members: Ints) -> tuple[str, npt.NDArray[np.bool_], Floats] | None:
    """The time in whose order the counter runs: (column, members in order, times in days); None if in none."""
    best = None
    for name in TIMES:
        days = book.days[name][members]
        if np.isnan(days).any():
            continue
        coarse = bool(np.mean(days % 1 == 0) > 0.95)
        kept = longest_order(np.floor(days) if coarse else days)
        if best is None or kept.sum() > best[1].sum():
            best = (name, kept, days)
    if best is None or (~best[1]).sum() > max(2, MOST_OUT_OF_ORDER * len(members)):
        return None
    return best


def misplaced(book: _Book, counter: str, members: Ints) -> list[dict[str, object]]:
    """Numbers of one counter that stand days away from where the others say."""
    order = _chronological(book, members)
    if order is None:
        return []
    name, kept, days = order
    firm = np.flatnonzero(kept)
    hits = []
    for place in np.flatnonzero(~kept):
        near = int(np.searchsorted(firm, place))
        low = float(days[firm[near - 1]]) if near else -np.inf
        high = float(days[firm[near]]) if near < len(firm) else np.inf
        away = max(low - float(days[place]), float(days[place]) - high)
        if away < LEAST_DAYS - 1:
            continue
        signed = float(book.days["signed_at"][members[place]])
        slip = away <= SLIP_DAYS or (name == "issued_at" and low - 1 <= signed <= high + 1)
        bounds = {
            "expected_from": book.row(int(members[firm[near - 1]]))[name] if near else None,
            "expected_to": book.row(int(members[firm[near]]))[name] if near < len(firm) else None,
        }
        told = {"slip": slip, "counter": counter, "days": away, "numbers": len(members)}
        nature = "order_slip" if slip else "order"
        hits.append(_hit(book.row(int(members[place])), nature, "S3", **told, **bounds))
    return hits


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Every institution's numbers by counter: doubles, numbers out of order, numbers put in with a suffix."""
    book = _book(tables["numbers"])
    prints = {row["report_id"]: int(row["print"]) for row in tables["contents"].to_pylist()}
    counters: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    inserted: dict[str, list[int]] = defaultdict(list)
    read = (book.table[name].to_pylist() for name in ("institution_id", "report_no", "marked"))
    for place, (institution, report_no, marked) in enumerate(zip(*read, strict=True)):
        found = None if marked else parsed(report_no)
        if found is None:
            continue
        if found[2] in SUPPLEMENTS:
            inserted[institution].append(place)
        counters[institution, found[0], found[2]].append((found[1], place))
    hits = twice(tables["doubles"].to_pylist(), prints)
    for (_, prefix, suffix), members in sorted(counters.items()):
        if len(members) >= LEAST_COUNTER:
            seq, places = (np.array(part, dtype=np.int64) for part in zip(*members, strict=True))
            ordered = places[np.lexsort((places, book.days["issued_at"][places], seq))]
            hits += misplaced(book, f"{prefix}…{suffix}", ordered)
    for places_in in inserted.values():
        hits += [_hit(book.row(place), "inserted", "S2", numbers=len(places_in)) for place in places_in]
    return pa.Table.from_pylist(hits, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="A13",
    version=1,
    name="report_numbers",
    title="报告编号重号、次序颠倒或事后插号",
    meaning="同一编号有两份内容不同的报告，或者编号的先后与签发的先后相差数日，报告可能是事后补编、倒签的。",
    violation="SUP-15.5",
    cluster="paperwork",
    kind="hard",
    level="S3",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=(
                "signed_at",
                "received_at",
                "started_at",
                "sample_id",
                "client_id",
                "object",
                "verdict",
                "corrects",
                "retest_of",
            ),
        ),
        Need(table="results", optional=("report_id", "item_code", "value_text", "replicate"), optional_table=True),
    ),
    steps=(
        Step(name="numbers", sql=NUMBERS),
        Step(name="doubles", sql=DOUBLES),
        Step(name="contents", sql=CONTENTS),
        Step(
            name="population",
            sql="SELECT institution_id, count(*) AS n FROM numbers GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("numbers", "doubles", "contents"), compute=compute),
    key_columns=("nature",),
    says="报告 {report_no}（签发 {occurred_at}）：{nature}；另一报告 {other_report}，"
    "按前后编号应在 {expected_from} 至 {expected_to} 之间，相差 {days} 天",
    words={
        "nature": {
            "twice": "同一编号有两份内容不同的报告",
            "order": "编号与时间的先后不符",
            "order_slip": "编号与时间的先后不符，一处日期差错即可解释",
            "inserted": "带补号的报告，没有注明更正或复检",
        }
    },
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "性质",
        "other_report": "另一报告",
        "counter": "编号序列",
        "numbers": "该序列的编号数",
        "expected_from": "前一编号的时间",
        "expected_to": "后一编号的时间",
        "days": "相差天数",
    },
    on_site=(
        "调取报告编号登记簿、LIMS取号日志，核对取号时间与签发时间",
        "调取电子签名和文件生成的系统时间，核对是否倒签",
        "同一编号的两份报告，核对各自的存档正本和原始记录",
    ),
    benign=(
        "各序列（前缀、年份、后缀）分开看；按收样或受理先后取号的，以最相符的时间为准，都不相符的不判断",
        "更正、复检报告，同一样品的重复上传不计",
        "相差不足一天的不计；差一天多、或者签名时间与编号相符的，按日期录入差错处理",
        "少于二十个编号的序列不判断先后；断号不作为问题（数据可能只含部分报告）",
    ),
)
