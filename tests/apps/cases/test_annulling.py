"""A decision that was undone: nothing is owed, demanded or forbidden under it any more."""

from __future__ import annotations

from datetime import date

import pytest

from hengjian.apps.cases import deciding
from hengjian.apps.cases.enforcing import apply_to_court
from hengjian.apps.cases.enforcing_demand import draw_demand
from hengjian.apps.cases.models import Ban, Obligation
from hengjian.kernel.errors import IllegalMove
from tests.apps.cases.after_world import at, make_world, serve_both

pytestmark = pytest.mark.django_db
ON, UNDONE = date(2026, 3, 5), date(2026, 4, 20)


def test_with_the_decision_fall_what_is_owed_under_it_and_the_bans() -> None:
    world = make_world()
    serve_both(world, ON)
    when = {"now": at(UNDONE), "today": UNDONE}
    case = deciding.annul(case=world.case, user=world.head, **when, instrument="〔2026〕3号", reason="程序违法")
    assert case.state == "annulled"
    owed, ban = Obligation.objects.get(), Ban.objects.get()
    assert (owed.state, owed.ended_on, owed.reason) == ("ended", UNDONE, "处罚决定已被撤销：〔2026〕3号")
    assert (ban.lifted_on, ban.lifted_reason) == (UNDONE, "处罚决定已被撤销：〔2026〕3号")
    sentence = "处罚决定已于2026年4月20日撤销，不能催告，也不能申请法院强制执行。"
    with pytest.raises(IllegalMove) as refused:
        draw_demand(row=owed, user=world.first, **when)
    assert refused.value.sentence == sentence
    with pytest.raises(IllegalMove) as refused:
        apply_to_court(row=owed, court="青石县人民法院", user=world.head, **when)
    assert refused.value.sentence == sentence
