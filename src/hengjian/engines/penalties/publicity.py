"""How long a penalty stays public (PUB-13, 14, 15: minor, serious, general), and whether listing is to be examined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hengjian.engines.penalties.conduct import Conduct, Limits, PartyKind
from hengjian.engines.penalties.result import Hint
from hengjian.engines.penalties.wording import money

GRAVE_FIELDS = {
    "food": "食品",
    "drug": "药品",
    "medical_device": "医疗器械",
    "cosmetics": "化妆品",
    "special_equipment": "特种设备",
}
GRAVE_ACTIONS = {
    "revoke": "吊销、撤销许可证件",
    "downgrade": "降低资质等级",
    "suspend": "责令停产停业",
    "close": "责令关闭",
    "ban": "限制从业",
    "restrict": "限制开展生产经营活动",
}
HEAVY_TIERS = ("heavier",)


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A penalty decision as far as its publication depends on it.

    `tier` is the benchmark's tier of the fine; `penalties` the kinds in the decision: warning, criticism (通报批评),
    fine, confiscation, and the ids of `GRAVE_ACTIONS`. `key_product`: industrial products under licence.
    """

    party_kind: PartyKind = "institution"
    field: str = "other"
    penalties: tuple[str, ...] = ()
    fine: int = 0
    tier: str = "general"
    key_product: bool = False
    listed: bool = False


@dataclass(frozen=True, kw_only=True)
class PublicationTier:
    """`id` none, minor, general, serious; `clocks` are the ids of the periods (apply from, stop at)."""

    id: Literal["none", "minor", "general", "serious"]
    title: str
    clocks: tuple[str, ...]
    early_stop: bool
    steps: tuple[str, ...]
    article: str


def publication_tier(decided: Decided, limits: Limits) -> PublicationTier:
    """Minor first, then serious, all else general; a pure warning is not published."""
    kinds = set(decided.penalties)
    if kinds == {"warning"}:
        said = "仅受到警告，不公示。"
        return PublicationTier(
            id="none", title="不公示", clocks=(), early_stop=False, steps=(said,), article=limits.cite("PUB-02")
        )
    grave = [GRAVE_ACTIONS[one] for one in decided.penalties if one in GRAVE_ACTIONS]
    minor = "" if grave or decided.listed else _minor(decided, kinds, limits)
    if minor:
        return PublicationTier(
            id="minor",
            title="轻微，公示期届满由机关停止公示",
            clocks=("PUB-13",),
            early_stop=False,
            steps=(minor,),
            article=limits.cite("PUB-13"),
        )
    reasons = [f"包含{one}" for one in grave] + (["已列入严重违法失信名单"] if decided.listed else [])
    if decided.field in GRAVE_FIELDS:
        reasons.append(f"属于{GRAVE_FIELDS[decided.field]}领域")
    if decided.key_product:
        reasons.append("属于重点工业产品")
    if reasons:
        lasting = {"revoke", "close"} & kinds
        steps = [f"{'；'.join(reasons)}，按严重一档公示。"]
        steps += ["吊销许可证件、责令关闭的不得提前停止公示。"] if lasting else []
        return PublicationTier(
            id="serious",
            title="严重",
            clocks=("PUB-14.stop",) if lasting else ("PUB-14", "PUB-14.stop"),
            early_stop=not lasting,
            steps=tuple(steps),
            article=limits.cite("PUB-14"),
        )
    return PublicationTier(
        id="general",
        title="一般",
        clocks=("PUB-15", "PUB-15.stop"),
        early_stop=True,
        steps=("不属于轻微，也不属于严重，按一般一档公示。",),
        article=limits.cite("PUB-15"),
    )


def _minor(decided: Decided, kinds: set[str], limits: Limits) -> str:
    if kinds == {"criticism"}:
        return "仅受到通报批评，按轻微一档公示。"
    edge = limits.minor_person if decided.party_kind == "person" else limits.minor_institution
    if decided.tier == "mitigated" and decided.fine <= edge:
        return f"减轻处罚且罚款{money(decided.fine)}，不超过{money(edge)}（含本数），按轻微一档公示。"
    return ""


def listing_hints(conduct: Conduct, kinds: frozenset[str], decided: Decided, limits: Limits) -> tuple[Hint, ...]:
    """Whether the black list (严重违法失信名单) must be examined together with the penalty; no intent, no listing."""
    heavy = decided.tier in HEAVY_TIERS or any(one in GRAVE_ACTIONS for one in decided.penalties)
    false = bool(kinds & {"false_report", "inaccurate_report"})
    if not (heavy and false) or conduct.intent is False:
        return ()
    said = (
        "较重行政处罚且涉及虚假、严重失实的检验检测结论：应与处罚决定一并研究是否列入严重违法失信名单，"
        "须证明严重危害质量安全；不能证明主观故意的不列入，市、县级局列入须经上一级同意。"
    )
    article = "、".join(limits.cite(one) for one in ("LIST-02", "LIST-07", "LIST-12", "LIST-22"))
    return (Hint(id="LIST-07", sentence=said, article=article),)
