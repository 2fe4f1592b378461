"""What a proposed decision needs: hearing, legal or case review, collective discussion; and which level may decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from hengjian.engines.penalties.conduct import Level, Limits, PartyKind
from hengjian.engines.penalties.wording import money
from hengjian.kernel.errors import NotFound

HEAVY = {
    "revoke": "撤销、吊销许可证件",
    "downgrade": "降低资质等级",
    "suspend": "责令停产停业",
    "close": "责令关闭",
    "ban": "限制从业",
    "restrict": "限制开展生产经营活动",
}
"""Penalties that give a right to a hearing whatever the fine is (HEAR-05)."""
LEVELS: Mapping[Level, str] = {
    "samr": "市场监管总局",
    "province": "省级局",
    "city": "市级局",
    "county": "县级局",
    "station": "派出机构",
}
Right = Literal["yes", "own", "consent", "propose", "name", "no"]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is about to be decided against one party; sums in fen. `actions` are ids such as revoke, ban, close."""

    party_kind: PartyKind = "institution"
    fine: int = 0
    confiscated: int = 0
    actions: tuple[str, ...] = ()
    public_interest: bool = False
    complex: bool = False
    hearing_held: bool = False


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What must happen before the decision; exactly one of legal and case review."""

    hearing: bool
    legal_review: bool
    case_review: bool
    collective: bool
    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CompetenceRow:
    """One action of the level matrix: what each level may do, and on which articles this rests."""

    action: str
    title: str
    rights: Mapping[Level, Right]
    article: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Competence:
    """Whether an organ of a level may take an action; `consent` names what must be in hand first."""

    answer: Literal["may", "consent", "propose", "no"]
    sentence: str
    article: str


def needs_of(proposal: Proposal, limits: Limits) -> Needs:
    """Hearing from the sum of the law on (inclusive); legal review and collective discussion by PEN-50 and PEN-60."""
    edge = limits.hearing_person if proposal.party_kind == "person" else limits.hearing_institution
    reasons = [HEAVY[one] for one in proposal.actions if one in HEAVY]
    if proposal.fine >= edge:
        reasons.append(f"罚款{money(proposal.fine)}，达到{money(edge)}（含本数）")
    if proposal.confiscated >= edge:
        reasons.append(f"没收{money(proposal.confiscated)}，达到{money(edge)}（含本数）")
    hearing = bool(reasons)
    steps = [f"应当告知听证权利：{'；'.join(reasons)}（{limits.cite('HEAR-05')}）。"] if hearing else []
    legal = []
    if proposal.public_interest:
        legal.append("涉及重大公共利益")
    if proposal.hearing_held:
        legal.append("直接关系重大权益并经过听证")
    if proposal.complex:
        legal.append("案情疑难复杂、涉及多个法律关系")
    if legal:
        steps.append(f"应当法制审核：{'；'.join(legal)}（{limits.cite('PEN-50')}）。")
        steps.append(f"应当由负责人集体讨论决定（{limits.cite('PEN-60')}）。")
    else:
        steps.append(f"其他普通程序案件：案件审核（{limits.cite('PEN-52')}）。")
        if hearing:
            steps.append(f"当事人要求听证的，听证后改为法制审核和集体讨论（{limits.cite('PEN-50')}）。")
    return Needs(
        hearing=hearing, legal_review=bool(legal), case_review=not legal, collective=bool(legal), steps=tuple(steps)
    )


def competence(
    action: str, level: Level, rows: Iterable[CompetenceRow], *, accreditor: Literal["samr", "province"] = "province"
) -> Competence:
    """Whether an organ of that level may take the action; `accreditor` is the level that granted the accreditation.

    Only the accrediting authority or its superior revokes or cancels. NotFound for an action without a row.
    """
    row = next((one for one in rows if one.action == action), None)
    if row is None:
        raise NotFound(f"权限表里没有“{action}”这一事项。")
    who, right = LEVELS[level], row.rights[level]
    if right == "own":
        right = "yes" if level == "samr" or accreditor == level else "propose"
    if right == "yes":
        return Competence(answer="may", sentence=f"{row.title}：{who}可以决定。", article=row.article)
    if right == "name":
        return Competence(
            answer="may", sentence=f"{row.title}：{who}在规定的限度内以所属局的名义作出。", article=row.article
        )
    if right == "consent":
        above = {"county": "市级局", "city": "省级局"}.get(level, "上一级局")
        said = f"{row.title}：{who}作出前须经{above}同意。"
        return Competence(answer="consent", sentence=said, article=row.article)
    if right == "propose":
        granter = LEVELS[accreditor]
        return Competence(
            answer="propose",
            sentence=f"{row.title}：只能由作出资质认定的{granter}或者其上级机关决定，{who}应当逐级提出建议。",
            article=row.article,
        )
    return Competence(answer="no", sentence=f"{row.title}：{who}无权作出。", article=row.article)
