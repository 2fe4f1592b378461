"""F1 – one photograph stands as evidence in reports on different samples or vehicles (SUP-15.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.pictures import MOST_BY_CHANCE, Pairs, alike_pairs, codes, equal_pairs

COMMON = 3
"""A file that so many institutions have is a form or a placeholder of the software."""

SAME_VISIT_S = 30 * 60

HIT_SCHEMA = hit_schema(
    texts=("nature", "report_no", "sample", "vin", "other_report", "other_no", "other_sample", "other_vin", "subject"),
    counts=("bits", "photos", "reports", "institutions"),
)

ORDINARY = """
SELECT DISTINCT m.subject FROM (SELECT DISTINCT subject FROM media WHERE subject IS NOT NULL) AS m
JOIN pack_ordinary_subjects p ON position(lower(p.word) IN lower(m.subject)) > 0
"""

PICTURES = """
SELECT m.media_id, m.report_id, r.institution_id, r.report_no, r.issued_at, r.sample_id AS sample, r.client_id,
       v.vin, m.subject, nullif(lower(m.sha256), '') AS sha256, lower(m.phash) AS phash, lower(m.pdq) AS pdq,
       hj_epoch(coalesce(r.sampled_at, r.started_at)) AS visit_s, coalesce(r.retest_of, r.corrects) AS earlier
FROM media m JOIN reports r ON r.report_id = m.report_id
LEFT JOIN (SELECT report_id, max(vin) AS vin FROM vehicle_tests GROUP BY report_id) AS v ON v.report_id = m.report_id
LEFT JOIN ordinary o ON o.subject = m.subject
WHERE o.subject IS NULL AND coalesce(r.purpose, 'client') NOT IN ('qc', 'pt')
  AND (length(m.sha256) >= 32 OR length(m.phash) = 16)
ORDER BY r.institution_id, m.report_id, m.media_id
"""

Columns = Mapping[str, npt.NDArray[Any]]
Integers = npt.NDArray[np.int64]


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Equal files over all institutions; alike pictures within one, and over all where the hash is the same.

    Pictures that a standing camera's own are as alike by chance join nothing: they are a hint by themselves.
    """
    data = tables["pictures"]
    rows: list[dict[str, Any]] = []
    if data.num_rows > 1:
        file = codes(data["sha256"])
        rows += _same(data, *equal_pairs(file))
        pairs = alike_pairs(data)
        pairs = pairs.where((file[pairs.first] != file[pairs.second]) | (file[pairs.first] < 0))
        sure = pairs.chance <= MOST_BY_CHANCE
        alike = _told(data, pairs.where(sure), "alike")
        named = pa.array([row["report_id"] for row in alike], pa.string())
        both = [
            pc.is_in(data["report_id"].take(side), value_set=named).to_numpy() for side in (pairs.first, pairs.second)
        ]
        rows += alike + _told(data, pairs.where(~sure & ~(both[0] & both[1])), "similar")
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _same(data: pa.Table, first: Integers, second: Integers) -> list[dict[str, Any]]:
    order = np.argsort(np.array(data["sha256"].take(second).to_pylist(), dtype=np.str_), kind="stable")
    return _families(data, first[order], second[order], nature="same", bits=np.zeros(len(order), dtype=np.int64))


def _told(data: pa.Table, pairs: Pairs, nature: str) -> list[dict[str, Any]]:
    return _families(data, pairs.first, pairs.second, nature=nature, bits=pairs.bits)


def _differ(column: Columns, first: Integers, second: Integers) -> npt.NDArray[np.bool_]:
    """Pairs of two reports that have no honest reason to share a picture."""
    a, b = ({name: column[name][rows] for name in column} for rows in (first, second))
    linked = (a["report_id"] == b["report_id"]) | (a["earlier"] == b["report_id"]) | (b["earlier"] == a["report_id"])
    linked |= _both(a["sample"], b["sample"]) & (a["institution_id"] == b["institution_id"])
    linked |= _both(a["vin"], b["vin"])
    apart = np.abs(a["visit_s"].astype(np.float64) - b["visit_s"].astype(np.float64))
    linked |= _both(a["client_id"], b["client_id"]) & (apart <= SAME_VISIT_S)
    return np.array([not one for one in linked], dtype=bool)


def _both(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Equal and known."""
    return np.array([x is not None and x == y for x, y in zip(a, b, strict=True)], dtype=bool)


def _families(
    data: pa.Table, first: Integers, second: Integers, *, nature: str, bits: Integers
) -> list[dict[str, Any]]:
    """Connected pictures, one row a report: with the first other report of the family."""
    rows_of, places = np.unique(np.concatenate([first, second]), return_inverse=True)
    part = data.take(rows_of)
    column = {name: np.asarray(part[name].to_numpy(zero_copy_only=False)) for name in part.column_names}
    first, second = places[: len(first)], places[len(first) :]
    keep = _differ(column, first, second)
    first, second, bits = first[keep], second[keep], bits[keep]
    if not len(first):
        return []
    reports, place = np.unique(column["report_id"].astype(str), return_inverse=True)
    edges = coo_array((np.ones(len(first)), (place[first], place[second])), shape=(len(reports), len(reports)))
    family = connected_components(edges, directed=False)[1]
    members = np.unique(np.concatenate([place[first], place[second]]))
    of_family = {int(one): members[family[members] == one] for one in np.unique(family[members])}
    photos: dict[int, set[int]] = {}
    partner: dict[int, tuple[int, int, int]] = {}
    for one, two, apart in zip(first.tolist(), second.tolist(), bits.tolist(), strict=True):
        for own, other in ((one, two), (two, one)):
            photos.setdefault(int(place[own]), set()).add(own)
            best = partner.get(int(place[own]))
            if best is None or (apart, str(column["report_id"][other])) < (best[2], str(column["report_id"][best[1]])):
                partner[int(place[own])] = (own, other, apart)
    rows = []
    for member in members.tolist():
        mates = of_family[int(family[member])]
        houses = {str(column["institution_id"][partner[int(mate)][0]]) for mate in mates}
        own, other, apart = partner[member]
        facts = {"photos": len(photos[member]), "reports": len(mates), "institutions": len(houses)}
        head = hashlib.sha256(str(reports[mates[0]]).encode()).hexdigest()[:15]
        rows.append(
            _row(column, own, other, nature, apart)
            | facts
            | _level(column, own, other, nature, facts)
            | {"subject_id": head}
        )
    return rows


def _level(column: Columns, own: int, other: int, nature: str, facts: Mapping[str, int]) -> dict[str, Any]:
    """Two clients share nothing honestly; one picture in two reports may have been filed wrongly, two may not."""
    clients = column["client_id"][own], column["client_id"][other]
    stranger = clients[0] is not None and clients[1] is not None and clients[0] != clients[1]
    if facts["institutions"] >= COMMON or nature == "similar":
        return {"level": "S2", "firm": False}
    return {"level": "S5" if stranger else "S4", "firm": stranger and (facts["photos"] >= 2 or facts["reports"] >= 3)}


def _row(column: Columns, own: int, other: int, nature: str, apart: int) -> dict[str, Any]:
    texts = {"report_id": own, "report_no": own, "institution_id": own, "sample": own, "vin": own, "subject": own}
    row = {name: _text(column[name][at]) for name, at in texts.items()}
    mate = {f"other_{name}": _text(column[source][other]) for name, source in _MATE.items()}
    return (
        row
        | mate
        | {
            "occurred_at": column["issued_at"][own],
            "slip": False,
            "nature": nature,
            "bits": apart,
        }
    )


_MATE = {"report": "report_id", "no": "report_no", "sample": "sample", "vin": "vin"}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


DETECTOR = Detector(
    id="F1",
    version=2,
    name="photo_reuse",
    title="不同样品的报告用了同一张照片",
    meaning="采样、检测或样品的照片在几份不同的报告里重复出现，其中至少一份没有到过现场或没有检测过。",
    violation="SUP-15.2",
    cluster="vehicle",
    kind="identity",
    level="S5",
    subject_kind="cluster",
    needs=(
        Need(table="media", required=("media_id", "report_id"), optional=("subject", "sha256", "phash", "pdq")),
        Need(
            table="reports",
            required=("report_no", "issued_at"),
            optional=("sample_id", "client_id", "sampled_at", "started_at", "retest_of", "corrects", "purpose"),
        ),
        Need(table="vehicle_tests", optional=("report_id", "vin"), optional_table=True),
    ),
    packs=("pack_ordinary_subjects",),
    steps=(
        Step(name="ordinary", sql=ORDINARY),
        Step(name="pictures", sql=PICTURES),
        Step(
            name="population",
            sql="SELECT institution_id, count(DISTINCT report_id) AS n FROM pictures GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("pictures",), compute=compute),
    key_columns=("nature",),
    unit="份有照片的报告",
    says="报告 {report_no} 的照片与报告 {other_no} 的{nature}，这样的报告共 {reports} 份",
    labels={
        "report_id": "报告标识",
        "report_no": "报告编号",
        "occurred_at": "签发时间",
        "nature": "相同程度",
        "sample": "样品编号",
        "vin": "车辆识别代号",
        "subject": "拍摄内容",
        "other_report": "另一报告",
        "other_no": "另一报告编号",
        "other_sample": "其样品编号",
        "other_vin": "其车辆识别代号",
        "bits": "哈希相差位数",
        "photos": "本报告重复的照片数",
        "reports": "涉及报告数",
        "institutions": "涉及机构数",
    },
    words={"nature": {"same": "是同一文件", "alike": "画面几乎相同", "similar": "画面相似"}},
    on_site=(
        "调取两份报告照片的原文件和拍摄设备，核对拍摄时间、位置和设备编号",
        "查影像上传日志和修改记录，找出照片第一次出现的报告",
        "询问采样或检测人员，核对当日行程和录像",
    ),
    benign=(
        "门头、设备、证书等本来就相同的照片按拍摄内容排除",
        "同一样品、同一车辆、复检与更正、同一委托方半小时内同一次采样的照片不计",
        "三家以上机构都有的文件可能是软件的占位图，只作疑问；没有内容的画面不比较",
        "没有256位哈希可复核的相似画面只作疑问",
        "固定机位每天拍到的场景本来就像：相似到什么程度算异常，按本机构同类照片之间的通常差别和照片张数推算",
    ),
    family=True,
)
