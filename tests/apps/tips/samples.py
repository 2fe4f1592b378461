"""Tips and complaints of the first county, and the people who handle them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hengjian.apps.accounts.models import Organ, Role, User
from hengjian.apps.complaints.models import Complaint
from hengjian.apps.complaints.services import Dispute, receive_complaint
from hengjian.apps.informants.identity import Identity
from hengjian.apps.leads.services import mark_answered, mark_filed
from hengjian.apps.tips.models import Reward, Tip
from hengjian.apps.tips.rewards import propose_reward
from hengjian.apps.tips.services import Reported, receive_tip
from tests.apps.factories import NOW, TODAY, Tree, make_actor, make_institution, make_user

WHO = Identity(name="张三丰", id_no="110101199001011237", phone="13800001234", address="青石县青山路 8 号")
OTHER = Identity(name="李四海", phone="13900005678", address="青石县白水路 9 号")
FACTS = "2026年9月20日，该机构没有上线检测就出具了车牌尾号 88 的合格报告，收费 300 元。"
TEXT = FACTS + "我是张三丰，电话13800001234。"


@dataclass(frozen=True)
class Desk:
    """The county's people and the institution complained of."""

    tree: Tree
    lab: Any
    officer: User
    chief: User
    leader: User
    registrar: User


def make_desk(tree: Tree) -> Desk:
    return Desk(
        tree,
        make_institution(tree.county),
        make_user(tree.county, Role.OFFICER),
        make_user(tree.county, Role.SECTION_CHIEF),
        make_user(tree.county, Role.LEADER),
        make_user(tree.county, Role.REGISTRAR),
    )


def tip_of(
    desk: Desk,
    *,
    organ: Organ | None = None,
    who: Identity | None = WHO,
    text: str = TEXT,
    now: datetime = NOW,
    **more: Any,
) -> Tip:
    about = Reported(respondent_name=desk.lab.name, institution=desk.lab, occurred_on=date(2026, 9, 20))
    return receive_tip(
        organ=organ or desk.tree.county,
        text=text,
        about=about,
        channel="phone",
        actor=make_actor(desk.officer),
        now=now,
        today=TODAY,
        identity=who,
        **more,
    )


def dispute_of(desk: Desk, **more: Any) -> Dispute:
    values: dict[str, Any] = {
        "claim": "退还检测费 300 元",
        "facts": "9 月 20 日送检车辆，报告结论与实际不符，机构拒绝退费。",
        "respondent_name": desk.lab.name,
        "institution": desk.lab,
        "amount": 30_000,
        "known_on": date(2026, 9, 21),
    }
    return Dispute(**(values | more))


def complaint_of(
    desk: Desk,
    *,
    organ: Organ | None = None,
    who: Identity = WHO,
    now: datetime = NOW,
    today: date = TODAY,
    **more: Any,
) -> Complaint:
    outer = {key: more.pop(key) for key in ("agent", "has_mandate", "distributed_by", "external_no") if key in more}
    return receive_complaint(
        organ=organ or desk.tree.county,
        dispute=dispute_of(desk, **more),
        identity=who,
        channel="visit",
        actor=make_actor(desk.officer),
        now=now,
        today=today,
        **outer,
    )


def closed_tip(desk: Desk, *, who: Identity | None = WHO, kind: str = "case", **more: Any) -> Tip:
    """A tip whose lead was answered by a case."""
    tip = tip_of(desk, who=who, **more)
    actor = make_actor(desk.officer)
    assert tip.lead is not None
    lead = mark_filed(lead=tip.lead, case_number="青石市监案〔2026〕1号", url="/x/", actor=actor, now=NOW)
    mark_answered(lead=lead, kind=kind, text="已处罚", ref_label="罚决1号", ref_url="/x/", actor=actor, now=NOW)
    tip.refresh_from_db()
    return tip


def reward_of(desk: Desk, tip: Tip, **more: Any) -> Reward:
    values: dict[str, Any] = {
        "case_ref": "青石市监罚决〔2026〕1号",
        "decided_on": TODAY,
        "base": 20_000_000,
        "grade": 1,
        "ground": "MAJ-FINE",
        "natural_person": True,
    }
    return propose_reward(tip=tip, user=desk.officer, now=NOW, **(values | more))


def later(days: int) -> datetime:
    """Noon-ish of a later day."""
    return NOW + timedelta(days=days)


def tip_things(tree: Tree) -> dict[str, Any]:
    """One tip, one reward, one complaint of the county, for the tests over all pages."""
    desk = make_desk(tree)
    tip = tip_of(desk)
    closed = closed_tip(desk, who=OTHER)
    return {
        "tip": tip.number,
        "tip_action": "accept",
        "closed_tip": closed.number,
        "reward": reward_of(desk, closed).number,
        "reward_action": "decline",
        "complaint": complaint_of(desk).number,
        "complaint_action": "accept",
    }
