"""Offers of testing on trading sites: honest advertisements, and sales of reports in open or veiled words."""

from __future__ import annotations

from typing import Any

from hengjian.citylab.chance import Stream
from hengjian.citylab.masters import House, at_time
from hengjian.citylab.shard import Shard
from hengjian.citylab.workdays import DAY, Window
from hengjian.citylab.writing import Dataset

PLATFORMS = ("澜购", "集采通", "旧物街", "商家服务市场")
HONEST = (
    "检测服务，具备CMA资质，需寄送样品，一般7个工作日出报告，可开发票",
    "第三方检测，按标准全项或单项检测，样品收到后排期，价格以报价单为准",
    "实验室检测，支持上门采样，报告可在官网查询真伪",
)
SOLD = (
    (
        "CMA质检报告代办，不用寄样，包过，2小时出报告，日期可改",
        "质检报告直接出，无需样品，包合格，当天拿，可查真伪",
        "代做检测报告，不检测也能出，数据按要求做，包过审",
    ),
    (
        "平台入驻质检报告，免寄样品，加急当天出，结果可沟通",
        "质检报告快速办理，资料齐即可出，合格率高，老客户优先",
    ),
    (
        "入驻材料一站式，加急通道，省心无忧，懂的来",
        "报告咨询，流程简单，材料拍照即可，结果放心",
    ),
)


def offer(stream: Stream, house: House, window: Window, *, level: int | None) -> dict[str, Any]:
    """One offer as a row of the contract; `level` None is an honest advertisement."""
    texts = HONEST if level is None else SOLD[level]
    price = 30_000 + 1000 * stream.one(90) if level is None else 8_000 + 1000 * stream.one(20) * (1 + level)
    return {
        "listing_id": f"G{house.plan.number:04d}{'H' if level is None else 'S'}{stream.one(10_000):04d}",
        "platform": PLATFORMS[stream.one(len(PLATFORMS))],
        "shop": f"{house.short}检测小店" if level is None else f"快检服务{stream.one(900) + 100}",
        "text": texts[stream.one(len(texts))],
        "price_fen": price,
        "certificate_text": house.certificates[0][0],
        "seen_at": at_time(window, stream.one(window.days) * DAY + 36_000),
    }


def write_listings(shard: Shard, out: Dataset) -> None:
    """Offers of some honest institutions, and those of the ones that sell."""
    rows = list(shard.listings)
    for house in shard.houses:
        stream = Stream(shard.plan.seed, "offers", house.plan.number)
        if stream.share() < 0.06 and house.plan.field != "vehicle":
            rows.append(offer(stream, house, shard.plan.window, level=None))
    out.append_rows("listings", rows)
