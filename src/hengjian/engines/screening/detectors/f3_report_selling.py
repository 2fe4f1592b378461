"""F3 – reports are offered for sale on the network without a test (ACC-37)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, BatchStep, Detector, Need, Step
from hengjian.engines.screening.hits import hit_schema

LEAST_SCORE = 6
STRONG_TERM = 3
NEGATION_REACH = 6
CHEAP_SHARE = 0.3
CHEAP_WEIGHT = 2
LEAST_TOKEN = 6
LEAST_NAME = 5

TOKEN_SCHEMA = pa.schema([("listing_id", pa.string()), ("token", pa.string())])
HIT_SCHEMA = hit_schema(
    texts=("listing_id", "platform", "shop", "text", "terms", "nature", "linked_by", "report_no"),
    floats=("price_yuan", "usual_yuan"),
    counts=("weight",),
)
OTHER_SIGNS = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
TOKENS = re.compile(r"[0-9A-Z][0-9A-Z-]{5,39}")

LISTED = """
SELECT listing_id, coalesce("text", '') AS words, coalesce(certificate_text, '') AS certificate_text,
       coalesce(shop, '') AS shop
FROM listings WHERE listing_id IS NOT NULL
"""


def reduce(batch: pa.RecordBatch) -> pa.Table:
    """Everything in a listing that could be a certificate or report number."""
    found = [
        {"listing_id": row["listing_id"], "token": token}
        for row in batch.to_pylist()
        for token in sorted(tokens_of(" ".join((row["words"], row["certificate_text"]))))
    ]
    return pa.Table.from_pylist(found, schema=TOKEN_SCHEMA)


def tokens_of(text: str) -> set[str]:
    """Numbers as printed, in capitals, at least six characters with a digit."""
    return {one for one in TOKENS.findall(unicodedata.normalize("NFKC", text).upper()) if re.search(r"\d", one)}


# One number may be printed in several listings; a report number must be the institution's alone.
BY_REPORT = f"""
SELECT t.listing_id, max(r.institution_id) AS institution_id, min(r.report_id) AS report_id,
       min(r.report_no) AS report_no
FROM tokens t JOIN reports r ON upper(r.report_no) = t.token
WHERE length(t.token) >= {LEAST_TOKEN}
GROUP BY t.listing_id HAVING count(DISTINCT r.institution_id) = 1
"""

BY_CERTIFICATE = """
SELECT t.listing_id, max(c.institution_id) AS institution_id
FROM tokens t JOIN certificates c ON upper(c.certificate_no) = t.token
GROUP BY t.listing_id HAVING count(DISTINCT c.institution_id) = 1
"""

OFFERS = """
SELECT l.listing_id, l.platform, coalesce(l.shop, '') AS shop, coalesce(l."text", '') AS words, l.price_fen, l.seen_at,
       r.institution_id AS by_report, r.report_id, r.report_no, c.institution_id AS by_certificate
FROM listings l
LEFT JOIN by_report r ON r.listing_id = l.listing_id
LEFT JOIN by_certificate c ON c.listing_id = l.listing_id
WHERE l.listing_id IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY l.listing_id ORDER BY l.seen_at DESC, l.platform) = 1
ORDER BY l.listing_id
"""

HOUSES = """
SELECT i.institution_id, i.name, f.usual_fen, f.last_at FROM institutions i
LEFT JOIN (SELECT institution_id, median(fee_fen) AS usual_fen, max(issued_at) AS last_at FROM reports
           GROUP BY institution_id) AS f ON f.institution_id = i.institution_id
ORDER BY i.institution_id
"""

POPULATION = """
SELECT institution_id, count(DISTINCT listing_id) AS n FROM (
    SELECT institution_id, listing_id FROM by_report UNION ALL SELECT institution_id, listing_id FROM by_certificate
) AS linked GROUP BY institution_id
"""


def plain(text: str) -> str:
    """Lower case, full-width forms folded, everything between letters and characters dropped (检☆测 becomes 检测)."""
    return OTHER_SIGNS.sub("", unicodedata.normalize("NFKC", text).lower())


def weigh(text: str, terms: Iterable[Mapping[str, Any]]) -> tuple[int, list[str], bool]:
    """(weight, offered terms, whether one of them is strong): each entry counts once, negated ones not at all."""
    words = list(terms)
    refusals = [plain(one["term"]) for one in words if one["kind"] == "negation"]
    weights: dict[str, int] = {}
    shown: dict[str, str] = {}
    for one in words:
        term = plain(one["term"])
        if one["kind"] == "negation" or not term or one["id"] in weights:
            continue
        if any(not _refused(text, place, refusals) for place in _places(text, term)):
            weights[one["id"]] = one["weight"] if one["kind"] == "offer" else -one["weight"]
            if one["kind"] == "offer":
                shown[one["id"]] = one["term"]
    strong = any(weights[key] >= STRONG_TERM for key in shown)
    return sum(weights.values()), [shown[key] for key in sorted(shown)], strong


def _places(text: str, term: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(term), text)]


def _refused(text: str, place: int, refusals: list[str]) -> bool:
    before = text[max(0, place - NEGATION_REACH) : place]
    return any(word and word in before for word in refusals)


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Listings that sell, of institutions of the dataset."""
    terms = tables["terms"].to_pylist()
    houses = {row["institution_id"]: row for row in tables["houses"].to_pylist()}
    names = {plain(row["name"]): key for key, row in houses.items() if row["name"] and len(row["name"]) >= LEAST_NAME}
    lengths = sorted({len(name) for name in names})
    rows = []
    for offer in tables["offers"].to_pylist():
        linked = _linked(offer, names, lengths)
        if linked is None or linked[0] not in houses:
            continue
        institution, by = linked
        seen = offer["seen_at"] or houses[institution]["last_at"]
        if seen is None:
            continue
        valid = [one for one in terms if one["valid_from"] <= seen.date() and _lasts(one, seen.date())]
        weight, shown, strong = weigh(plain(offer["words"]), valid)
        usual, price = houses[institution]["usual_fen"], offer["price_fen"]
        if strong and usual and price and 0 < price < CHEAP_SHARE * usual:
            weight += CHEAP_WEIGHT
        if strong and weight >= LEAST_SCORE:
            facts = {"weight": weight, "terms": "、".join(shown), "usual_yuan": usual / 100 if usual else None}
            rows.append(_row(offer, institution, by, seen) | facts)
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


def _lasts(term: Mapping[str, Any], on: Any) -> bool:
    return term["valid_to"] is None or bool(on <= term["valid_to"])


def _linked(offer: Mapping[str, Any], names: Mapping[str, str], lengths: list[int]) -> tuple[str, str] | None:
    """The institution a listing is about, and how it is known: its report number, its certificate, its name."""
    if offer["by_report"]:
        return str(offer["by_report"]), "report"
    if offer["by_certificate"]:
        return str(offer["by_certificate"]), "certificate"
    text = plain(f"{offer['shop']} {offer['words']}")
    for length in reversed(lengths):
        for place in range(len(text) - length + 1):
            found = names.get(text[place : place + length])
            if found:
                return found, "name"
    return None


def _row(offer: Mapping[str, Any], institution: str, by: str, seen: Any) -> dict[str, Any]:
    of_report = by == "report"
    return {
        "institution_id": institution,
        "subject_id": institution,
        "report_id": offer["report_id"] if of_report else None,
        "report_no": offer["report_no"] if of_report else None,
        "occurred_at": seen,
        "level": "S4" if of_report else "S2",
        "slip": False,
        "firm": False,
        "listing_id": offer["listing_id"],
        "platform": offer["platform"],
        "shop": offer["shop"],
        "text": offer["words"][:200],
        "nature": "linked" if of_report else "alone",
        "linked_by": by,
        "price_yuan": offer["price_fen"] / 100 if offer["price_fen"] else None,
    }


DETECTOR = Detector(
    id="F3",
    version=1,
    name="report_selling",
    title="网上有人出售本机构的报告",
    meaning="网页写明不用寄样、直接出报告或者包过，并带有本机构的报告编号、证书编号或名称，可能有人不经检测出具或出借资质。",
    violation="ACC-37",
    cluster="network",
    kind="hard",
    level="S4",
    subject_kind="institution",
    needs=(
        Need(
            table="listings",
            required=("listing_id", "text"),
            optional=("platform", "shop", "price_fen", "certificate_text", "seen_at"),
        ),
        Need(table="institutions", required=("institution_id", "name")),
        Need(table="reports", required=("report_no", "issued_at"), optional=("fee_fen",)),
        Need(table="certificates", optional=("certificate_no", "institution_id"), optional_table=True),
    ),
    packs=("pack_selling_terms",),
    steps=(
        BatchStep(name="tokens", sql=LISTED, reduce=reduce, schema=TOKEN_SCHEMA),
        Step(name="by_report", sql=BY_REPORT),
        Step(name="by_certificate", sql=BY_CERTIFICATE),
        Step(name="offers", sql=OFFERS),
        Step(name="houses", sql=HOUSES),
        Step(name="terms", sql="SELECT * FROM pack_selling_terms ORDER BY id, term"),
        Step(name="population", sql=POPULATION),
    ),
    array=ArrayStep(inputs=("offers", "houses", "terms"), compute=compute),
    key_columns=("listing_id",),
    min_n=0,
    unit="个与本机构有关的网页",
    says="{platform} 店铺“{shop}”称：{terms}；按{linked_by}与本机构有关，报告 {report_no}",
    labels={
        "report_id": "报告标识",
        "report_no": "网页中的报告编号",
        "occurred_at": "见到的时间",
        "listing_id": "网页编号",
        "platform": "平台",
        "shop": "店铺",
        "text": "网页文字",
        "terms": "出售用语",
        "weight": "用语权重",
        "nature": "情形",
        "linked_by": "关联依据",
        "price_yuan": "标价（元）",
        "usual_yuan": "本机构通常收费（元）",
    },
    words={
        "linked_by": {"report": "报告编号", "certificate": "证书编号", "name": "机构名称"},
        "nature": {"linked": "网页列出本机构的报告", "alone": "仅有网页"},
    },
    on_site=(
        "以普通顾客身份下单，固定网页、聊天和付款记录，取得所出报告",
        "核对网页所列报告的样品登记、原始记录和收费",
        "查店铺经营者与机构的合同、转账和人员关系",
    ),
    benign=(
        "机构可能是被冒用的受害者：只有证书编号或名称相符的，仅作疑问",
        "写明寄样、收样后检测的减分；“拒绝包过”之类的否定说法不计",
        "与数据集中任何机构都对不上的网页不出疑点",
    ),
)
