"""Penalties on the spot: limits, two officers, hearing the party, the cash and the file in their days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hengjian.apps.cases.models import Obligation, OnSpotPenalty
from hengjian.apps.cases.summary_penalty import (
    SpotDecision,
    SpotEntry,
    bank_cash,
    begin_spot,
    collect_cash,
    decide_spot,
    drop_spot,
    file_spot,
    hand_in_file,
    pass_cash_on,
)
from hengjian.apps.clocks.models import Clock
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed
from tests.apps.cases.after_world import World, at, make_world, officer

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)


@pytest.fixture
def world() -> World:
    return make_world()


def by(user: Any, on: date = DAY) -> dict[str, Any]:
    return {"user": user, "now": at(on), "today": on}


def entry(world: World, **more: Any) -> SpotEntry:
    values: dict[str, Any] = {
        "kind": "person", "party_name": "司徒朗", "place": "青石县检测站", "occurred_on": DAY,
        "facts": "未按规定佩戴标识", "article": "《某办法》第一条", "shown_cards": True, "second": world.second,
        "address": "青石县二路2号",
    }  # fmt: skip
    return SpotEntry(**values | more)


def begin(world: World, **more: Any) -> OnSpotPenalty:
    return begin_spot(organ=world.tree.county, entry=entry(world, **more), **by(world.first))


def decision(**more: Any) -> SpotDecision:
    values: dict[str, Any] = {
        "warning": True, "fine_fen": 10_000, "basis": "《某办法》第二条", "heard": "没有", "told_publication": True,
    }  # fmt: skip
    return SpotDecision(**values | more)


def decide(world: World, spot: OnSpotPenalty, **more: Any) -> OnSpotPenalty:
    return decide_spot(spot=spot, entry=decision(**more), **by(world.first))


def refusal(act: Any, *args: Any, **more: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        act(*args, **more)
    return caught.value


def test_told_heard_decided_and_handed_over_with_its_clocks(world: World) -> None:
    done = decide(world, begin(world))
    assert (done.state, done.document.form) == ("decided", "PEN-44")
    assert done.document.number
    assert Clock.objects.get(rule_id="PEN-70").due_on == date(2026, 3, 19)
    assert Obligation.objects.get().due_on == date(2026, 3, 25)


def test_two_officers_with_valid_cards(world: World) -> None:
    found = refusal(begin, world, second=world.first)
    assert found.sentence == "执法人员不得少于两人，请选另一名执法人员。"
    assert found.article == "《中华人民共和国行政处罚法》第四十二条（执法人员不得少于两人）"
    old = officer(world.tree.county, "旧证人员", valid_to=date(2026, 1, 31))
    assert refusal(begin, world, second=old).sentence == (
        "旧证人员的执法证有效期止于2026年1月31日，2026年3月10日不能当场处罚。"
    )
    assert refusal(begin, world, shown_cards=False).sentence == "当场处罚前须向当事人出示执法证件。"
    assert not OnSpotPenalty.objects.exists()


def test_the_limit_is_inclusive_and_depends_on_the_party(world: World) -> None:
    spot = begin(world)
    assert refusal(decide, world, spot, fine_fen=20_001).sentence == (
        "对自然人当场罚款最多 200 元，填的是 200.01 元；须适用普通程序。"
    )
    assert decide(world, spot, fine_fen=20_000).state == "decided"
    body = begin(world, kind="body", party_name="某检测站")
    assert refusal(decide, world, body, fine_fen=300_001).article == "《市场监督管理行政处罚程序规定》第六十六条"
    assert decide(world, body, fine_fen=300_000).state == "decided"


def test_without_a_penalty_without_hearing_or_without_telling_there_is_no_decision(world: World) -> None:
    spot = begin(world)
    assert refusal(decide, world, spot, warning=False, fine_fen=0).sentence == (
        "当场处罚“作出当场处罚决定”缺少必填事项：处罚种类。"
    )
    assert refusal(decide, world, spot, heard=" ").sentence == "请填写陈述、申辩（没有的写“没有”）。"
    assert refusal(decide, world, spot, told_publication=False).sentence == (
        "交付决定书时，须书面告知当事人处罚信息依法公示的规定。"
    )
    assert refusal(decide, world, spot, signed=False).sentence == "当事人拒绝签收的，须在决定书上注明情况。"
    dropped = drop_spot(spot=spot, reason="当事人的申辩成立", **by(world.first))
    assert dropped.state == "dropped"
    assert isinstance(refusal(decide, world, dropped), IllegalMove)


def test_cash_goes_to_the_bureau_and_to_the_bank_in_two_working_days_each(world: World) -> None:
    spot = decide(world, begin(world), fine_fen=10_000)
    taken = collect_cash(spot=spot, ground="small", voucher="ZY-1", **by(world.first))
    assert Obligation.objects.get().state == "settled"
    assert Clock.objects.get(rule_id="PEN-73").due_on == date(2026, 3, 12)
    handed = pass_cash_on(spot=taken, on=date(2026, 3, 11), **by(world.first, date(2026, 3, 11)))
    assert Clock.objects.get(rule_id="PEN-73.bank").due_on == date(2026, 3, 13)
    found = refusal(bank_cash, spot=handed, on=date(2026, 3, 12), voucher="YH-1", **by(world.second, date(2026, 3, 12)))
    assert found.sentence == "收缴罚款的执法人员不能自己登记缴付银行，请另一人办理。"
    day = date(2026, 3, 12)
    assert bank_cash(spot=handed, on=day, voucher="YH-1", **by(world.third, day)).banked_on == day


def test_a_large_fine_is_not_collected_as_a_small_one(world: World) -> None:
    spot = decide(world, begin(world), fine_fen=10_001)
    assert refusal(collect_cash, spot=spot, ground="small", voucher="ZY-1", **by(world.first)).sentence == (
        "罚款超过 100 元，不能以“依法给予一百元以下罚款”当场收缴。"
    )
    assert collect_cash(spot=spot, ground="remote", voucher="ZY-1", **by(world.first)).cash_ground == "remote"


def test_the_file_is_handed_in_and_filed_by_another(world: World) -> None:
    spot = collect_cash(spot=decide(world, begin(world)), ground="small", voucher="ZY-1", **by(world.first))
    done = hand_in_file(spot=spot, pages=6, **by(world.first))
    assert Clock.objects.get(rule_id="PEN-70").state == "met"
    assert refusal(file_spot, spot=done, box="B-1", **by(world.clerk)).sentence == (
        "当场收缴的罚款还没有缴付银行，先办完再归档。"
    )
    pass_cash_on(spot=done, on=DAY, **by(world.first))
    bank_cash(spot=done, on=DAY, voucher="YH-1", **by(world.clerk))
    assert isinstance(refusal(file_spot, spot=done, box="B-1", **by(world.first)), IllegalMove)
    assert file_spot(spot=done, box="B-1", **by(world.clerk)).state == "filed"


def test_another_organ_cannot_act(world: World) -> None:
    spot = begin(world)
    stranger = officer(world.tree.other_county, "外县人员")
    with pytest.raises(NotAllowed):
        decide_spot(spot=spot, entry=decision(), **by(stranger))


def test_only_those_on_the_spot_decide_and_their_cards_hold_on_the_day(world: World) -> None:
    spot = begin(world)
    other = officer(world.tree.county, "第三人")
    found = refusal(decide_spot, spot=spot, entry=decision(), **by(other))
    assert found.sentence == "当场处罚由在场的两名执法人员作出，您不是其中一人。"
    world.second.postings.update(enforcement_valid_to=date(2026, 3, 1))
    world.second.__dict__.pop("_postings_on", None)
    found = refusal(decide_spot, spot=spot, entry=decision(), **by(world.first))
    assert found.sentence.endswith("没有有效的执法证，不能当场处罚。")
    spot.refresh_from_db()
    assert spot.decided_at is None
