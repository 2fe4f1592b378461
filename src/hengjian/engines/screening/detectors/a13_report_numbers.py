"""A13 – report numbers used twice or out of the order of their counter (SUP-15.5)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengjian.engines.screening.detector import DAY, ArrayStep, Detector, Need, Step

LEAST_COUNTER = 20
MOST_OUT_OF_ORDER = 0.03
"""A counter with more numbers out of order is not given out in the order of that time."""

MOST_DIGITS = 15
LEAST_DAYS = 2.0
SLIP_DAYS = 1.6
SUPPLEMENTS = ("补", "补发", "补充", "增")
TIMES = ("issued_at", "signed_at", "received_at", "started_at")
TEXTS = ("institution_id", "report_id", "report_no")

Floats = npt.NDArray[np.float64]

# `plain`: full-width digits as the others; `suffix`: what stands after the last digit.
NUMBERS = """
SELECT n.*, CASE WHEN right(n.plain, 1) BETWEEN '0' AND '9' THEN ''
                 ELSE regexp_extract(n.plain, '[^0-9]*$', 0) END AS suffix
FROM (
    SELECT r.institution_id, r.report_id, trim(r.report_no) AS report_no,
           translate(trim(r.report_no), '０１２３４５６７８９', '0123456789') AS plain, r.issued_at,
           r.signed_at, r.received_at, r.started_at,
           r.corrects IS NOT NULL OR r.retest_of IS NOT NULL OR c.corrects IS NOT NULL AS marked
    FROM reports r LEFT JOIN (SELECT DISTINCT corrects FROM reports WHERE corrects IS NOT NULL) AS c
        ON c.corrects = r.report_id
    WHERE r.report_no IS NOT NULL AND trim(r.report_no) <> '' AND r.issued_at IS NOT NULL
) AS n
"""

# The last digits are the running number; a date (20260315007) that leads them belongs to the counter.
DATED = """CASE WHEN digits NOT LIKE '20%' OR length(digits) < 7 THEN 0
            WHEN length(digits) < 9 OR substr(digits, 5, 2) NOT BETWEEN '01' AND '31' THEN 4
            WHEN length(digits) < 11 OR substr(digits, 5, 2) > '12' OR substr(digits, 7, 2) NOT BETWEEN '01' AND '31'
            THEN 6 ELSE 8 END"""

PARSED = f"""
SELECT institution_id, report_id, report_no, issued_at, signed_at, received_at, started_at, suffix,
       concat(head, substr(digits, 1, dated)) AS prefix, CAST(substr(digits, dated + 1) AS BIGINT) AS seq
FROM (
    SELECT *, {DATED} AS dated
    FROM (
        SELECT *, substr(plain, length(head) + 1, length(plain) - length(suffix) - length(head)) AS digits
        FROM (
            SELECT *, rtrim(substr(plain, 1, length(plain) - length(suffix)), '0123456789') AS head
            FROM numbers WHERE NOT marked
        ) AS headed
    ) AS digested
    WHERE length(digits) BETWEEN 1 AND {MOST_DIGITS}
) AS apart
"""

COUNTERS = f"""
SELECT institution_id, prefix, suffix, row_number() OVER (ORDER BY institution_id, prefix, suffix) AS counter
FROM (SELECT institution_id, prefix, suffix FROM parsed GROUP BY institution_id, prefix, suffix
      HAVING count(*) >= {LEAST_COUNTER}) AS long
"""

COUNTED = """
SELECT c.counter, p.report_id, p.report_no, p.issued_at, p.signed_at, p.received_at, p.started_at
FROM parsed p
JOIN counters c ON c.institution_id = p.institution_id AND c.prefix = p.prefix AND c.suffix = p.suffix
ORDER BY c.counter, p.seq, p.issued_at, p.report_id
"""

INSERTED = f"""
SELECT institution_id, report_id, report_no, issued_at FROM parsed
WHERE suffix IN ({", ".join(f"'{one}'" for one in SUPPLEMENTS)}) ORDER BY institution_id, report_id
"""

DOUBLES = """
SELECT n.institution_id, n.report_id, n.report_no, n.issued_at, r.sample_id, r.client_id, r.object
FROM numbers n
JOIN (SELECT institution_id, report_no FROM numbers WHERE NOT marked GROUP BY institution_id, report_no
      HAVING count(*) > 1) AS g ON g.institution_id = n.institution_id AND g.report_no = n.report_no
JOIN reports r ON r.report_id = n.report_id
WHERE NOT n.marked ORDER BY n.institution_id, n.report_no, n.report_id
"""

# What the results say tells two reports under one number apart.
CONTENTS = """
SELECT x.report_id, sum(hj_fingerprint(concat_ws('|', x.item_code, x.value_text)) % 1000003) AS print
FROM results x SEMI JOIN doubles d ON d.report_id = x.report_id
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


def longest_order(values: Floats) -> npt.NDArray[np.bool_]:
    """Which members form a longest run that never falls.

    Where all before is at most as large as all after, either side can be looked at alone.
    """
    kept = np.ones(len(values), dtype=bool)
    before, after = np.maximum.accumulate(values)[:-1], np.minimum.accumulate(values[::-1])[::-1][1:]
    begins = np.append(0, np.flatnonzero(before <= after) + 1)
    ends = np.append(begins[1:], len(values))
    for part in np.flatnonzero(ends - begins > 1):
        begin, end = int(begins[part]), int(ends[part])
        kept[begin:end] = _patience(values[begin:end])
    return kept


def _patience(values: Floats) -> npt.NDArray[np.bool_]:
    """The longest run by patience sorting, O(n log n)."""
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
    """Numbers by counter, in their order: `days` of each time column (not a number where empty).

    Whole rows only where one is told.
    """

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


def _chronological(book: _Book, members: slice) -> tuple[str, npt.NDArray[np.bool_], Floats] | None:
    """The time in whose order the counter runs: (column, members in order, times in days); None if in none."""
    best = None
    most = max(2.0, MOST_OUT_OF_ORDER * (members.stop - members.start))
    for name in TIMES:
        days = book.days[name][members]
        if np.isnan(days).any():
            continue
        shown = np.floor(days) if np.mean(days % 1 == 0) > 0.95 else days
        # of two neighbours that fall one is out of order: half of the falls at least
        if np.count_nonzero(shown[1:] < shown[:-1]) > 2 * most:
            continue
        kept = longest_order(shown)
        if best is None or kept.sum() > best[1].sum():
            best = (name, kept, days)
        if kept.all():
            break
    return best if best is not None and (~best[1]).sum() <= most else None


def misplaced(book: _Book, counter: Row, members: slice) -> list[dict[str, object]]:
    """Numbers of one counter that stand days away from where the others say."""
    order = _chronological(book, members)
    if order is None:
        return []
    name, kept, days = order
    start, told_of = members.start, f"{counter['prefix']}…{counter['suffix']}"
    firm = np.flatnonzero(kept)
    hits = []
    for place in np.flatnonzero(~kept):
        near = int(np.searchsorted(firm, place))
        low = float(days[firm[near - 1]]) if near else -np.inf
        high = float(days[firm[near]]) if near < len(firm) else np.inf
        away = max(low - float(days[place]), float(days[place]) - high)
        if away < LEAST_DAYS - 1:
            continue
        signed = float(book.days["signed_at"][start + place])
        slip = away <= SLIP_DAYS or (name == "issued_at" and low - 1 <= signed <= high + 1)
        bounds = {
            "expected_from": book.row(start + int(firm[near - 1]))[name] if near else None,
            "expected_to": book.row(start + int(firm[near]))[name] if near < len(firm) else None,
        }
        told = {"slip": slip, "counter": told_of, "days": away, "numbers": len(kept)}
        nature = "order_slip" if slip else "order"
        row = book.row(start + int(place)) | {"institution_id": counter["institution_id"]}
        hits.append(_hit(row, nature, "S3", **told, **bounds))
    return hits


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Every institution's numbers by counter: doubles, numbers out of order, numbers put in with a suffix."""
    book = _book(tables["counted"])
    prints = {row["report_id"]: int(row["print"]) for row in tables["contents"].to_pylist()}
    hits = twice(tables["doubles"].to_pylist(), prints)
    counters = sorted(tables["counters"].to_pylist(), key=lambda row: int(row["counter"]))
    bounds = np.searchsorted(book.table["counter"].to_numpy(), np.arange(len(counters) + 1) + 1)
    for counter, begin, end in zip(counters, bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        hits += misplaced(book, counter, slice(begin, end))
    inserted = tables["inserted"].to_pylist()
    numbers = Counter(row["institution_id"] for row in inserted)
    hits += [_hit(row, "inserted", "S2", numbers=numbers[row["institution_id"]]) for row in inserted]
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
        Step(name="parsed", sql=PARSED),
        Step(name="counters", sql=COUNTERS),
        Step(name="counted", sql=COUNTED),
        Step(name="inserted", sql=INSERTED),
        Step(name="doubles", sql=DOUBLES),
        Step(name="contents", sql=CONTENTS),
        Step(
            name="population",
            sql="SELECT institution_id, count(*) AS n FROM numbers GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("counters", "counted", "inserted", "doubles", "contents"), compute=compute),
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
