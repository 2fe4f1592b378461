"""Entropy that somebody may know or choose is refused: issues already drawn, dice thrown last."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.draws import committing, lotteries, services
from hengjian.apps.draws.forms import SourceFormSet
from hengjian.apps.draws.models import Draw
from hengjian.apps.registry.models import Person
from hengjian.kernel.errors import IllegalMove, Refused
from tests.apps.draws.samples import (
    DEADLINE,
    FALLBACK_AT,
    LATER,
    NOW,
    SOURCES,
    SSQ_AT,
    TYPED,
    commit,
    draw_at,
    enter,
    who,
)

pytestmark = pytest.mark.django_db
DICE = {"kind": "dice", "issue": "青石一号", "drawn_at": SSQ_AT - timedelta(hours=3)}
THROWN = {"issue": "青石一号", "published_at": SSQ_AT - timedelta(hours=3), "values": "12345678901234"}
THROWN |= {"evidence": "公证书2026字第1号"}


def said(call) -> str:
    with pytest.raises((Refused, IllegalMove)) as refused:
        call()
    return refused.value.sentence


def at(*moment: int) -> datetime:
    return timezone.make_aware(datetime(*moment))


@pytest.mark.parametrize(
    ("place", "changes", "sentence"),
    [
        # an issue of the week before, its numbers known to everybody, with a drawing time in the future
        (1, {"issue": "2026049"}, "按全年开奖日历，快乐8 2026049 应在 2026-02-28 21:30 前后开奖"),
        (1, {"issue": "2026050"}, "距现在不足 2 小时或者已经开出，不能作为熵。请改写为 2026051 或者以后的期号。"),
        (0, {"issue": "2026022"}, "按全年开奖日历，双色球 2026022 应在 2026-03-01 21:15 前后开奖"),
        (1, {"issue": "2026070", "fallback_issue": "2026071"}, "快乐8 2026070 与写明的产生时间 2026-03-03 对不上"),
        (1, {"fallback_issue": "2026090"}, "那天前后应是 2026054，最多相差 4 期。"),
        (1, {"issue": "2025351"}, "按全年开奖日历，快乐8 2025351 应在 2025-12-31 21:30 前后开奖"),
        (1, {"fallback_issue": "2027001"}, "快乐8 2027001 与写明的产生时间 2026-03-05 对不上"),
        (1, {"fallback_issue": "2026999"}, "快乐8全年没有 2026999 这么多期，请核对期号。"),
        (1, {"fallback_issue": "2026051"}, "快乐8的备用期号不能与正式的相同，也不能更早，应当写下一期。"),
    ],
)
def test_an_issue_that_may_be_known_or_is_not_of_its_day_is_refused(stage, place, changes, sentence):
    draw = draw_at(stage, "frozen")
    given = [dict(one) for one in SOURCES]
    given[place] |= changes
    assert sentence in said(lambda: commit(stage, draw, sources=given))
    assert Draw.objects.get(pk=draw.pk).state == "frozen"


def test_a_fallback_that_is_out_before_the_deadline_would_leave_a_choice(stage):
    draw = draw_at(stage, "frozen")
    given = [SOURCES[0], SOURCES[1] | {"issue": "2026051", "fallback_issue": "2026052"}]
    assert said(lambda: commit(stage, draw, sources=given)) == (
        "按全年开奖日历，快乐8 2026052 应在 2026-03-03 21:30 前后开奖，不晚于熵的截止时间，两期可以挑选。"
        "请改写为 2026053 或者以后的期号。"
    )


def test_an_issue_that_another_draw_has_typed_is_used_up(stage):
    draw_at(stage, "entropy_entered")
    second = services.create_draw(
        item=stage.item, batch=2, id_salt="6b" * 32, settings=stage.settings, **who(stage.chief)
    )
    services.freeze_roster(pk=second.pk, **who(stage.chief))
    evening, after = at(2026, 3, 4, 21, 30), at(2026, 3, 7, 21, 30)
    given = [
        {"kind": "dlt", "issue": "26022", "drawn_at": evening, "fallback_issue": "26023", "fallback_at": after},
        SOURCES[1] | {"drawn_at": evening, "fallback_at": after},
    ]
    call = lambda: commit(stage, second, sources=given, now=LATER, deadline=at(2026, 3, 5, 12, 0))  # noqa: E731
    assert said(call) == ("快乐8 2026053 不晚于以前的抽查已经录为熵的一期，号码早已公开，不能再用。请写以后的期号。")
    given[1] |= {"issue": "2026054"}
    call()


def test_an_issue_before_one_that_was_typed_is_out_too(stage):
    draw_at(stage, "drawn")
    for name in ("issue", "fallback_issue"):
        given = {"kind": "kl8", "name": "快乐8", "issue": "2026060", "fallback_issue": "2026061"} | {name: "2026052"}
        assert said(lambda given=given: committing.refuse_used([given], now=LATER)).startswith("快乐8 2026052 不晚于")
    committing.refuse_used([given | {"fallback_issue": "2026061"}], now=LATER)


def test_the_calendar_has_the_numbers_that_the_years_had():
    last = {kind: lotteries.number_on(game, at(2025, 12, 31).date()) for kind, game in lotteries.GAMES.items()}
    assert last == {"ssq": 150, "kl8": 351, "dlt": 151, "pl5": 351}
    for kind, game in lotteries.GAMES.items():
        for day in range(0, 365, 5):
            moment = at(2026, 1, 1) + timedelta(days=day)
            issue = lotteries.issue_from(kind, moment)
            found = lotteries.day_of(game, issue)
            assert found is not None and found >= moment.date()
            assert lotteries.issue_from(kind, datetime.combine(found, game.at)) == issue
    assert lotteries.issue_from("pl5", at(2026, 12, 31, 22, 0)) == "27001"


# -- dice -----------------------------------------------------------------------------------------------------------
def test_dice_come_before_every_other_source_and_have_no_second_throw(stage):
    draw = draw_at(stage, "frozen")
    late = [SOURCES[0], DICE | {"drawn_at": SSQ_AT}]
    assert said(lambda: commit(stage, draw, sources=late)) == (
        "公开掷骰录像须早于其他各来源（最早 2026年3月3日 21:30）举行，否则掷骰的人知道其他号码以后还能左右结果。"
    )
    again = [SOURCES[0], DICE | {"fallback_issue": "青石二号", "fallback_at": FALLBACK_AT}]
    assert said(lambda: commit(stage, draw, sources=again)) == (
        "公开掷骰录像是人做的，不能有备用场次，否则可以不满意再掷一次。到截止时间没有举行的，本次抽查作废。"
    )
    commit(stage, draw, sources=[SOURCES[0], DICE])
    draw.refresh_from_db()
    assert draw.commit["entropy_spec"][-1].endswith("；截止仍未举行的，本次抽查作废")
    absent = THROWN | {"absent": True, "issue": "青石二号", "published_at": FALLBACK_AT}
    late_now = FALLBACK_AT + timedelta(hours=1)
    assert said(lambda: enter(stage, draw, [TYPED[0], absent], late_now)) == (
        "公开掷骰录像没有备用场次。到截止时间没有举行的，按承诺作废本次抽查。"
    )
    thrown_late = THROWN | {"published_at": SSQ_AT + timedelta(minutes=5)}
    assert said(lambda: enter(stage, draw, [TYPED[0], thrown_late])) == (
        "公开掷骰录像公布于 2026年3月3日 21:35，不早于其他来源（最早 2026年3月3日 21:30），不能用。请作废本次抽查。"
    )
    assert enter(stage, draw, [TYPED[0], THROWN], LATER).state == "entropy_entered"


def test_the_form_asks_no_fallback_of_dice_and_everything_of_a_lottery():
    data = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0", "form-0-kind": "ssq", "form-0-issue": "2026023"}
    data |= {"form-1-kind": "dice", "form-1-issue": "青石一号", "form-1-drawn_at": "2026-03-03 18:30"}
    forms = SourceFormSet(data)
    assert not forms.is_valid()
    assert (set(forms.forms[0].errors), dict(forms.forms[1].errors)) == (
        {"drawn_at", "fallback_issue", "fallback_at"},
        {},
    )


def test_sources_are_read_without_the_games_of_dice(stage):
    made = committing.read_sources([SOURCES[0], DICE], deadline=DEADLINE, now=NOW)
    assert [(one["kind"], one["fallback_issue"]) for one in made] == [("ssq", "2026024"), ("dice", "")]


@pytest.mark.parametrize("hours", [3, 4, 36])
def test_on_every_day_of_the_year_the_next_issues_are_accepted(hours):
    for day in range(0, 728, 9):
        now = at(2026, 1, 1, (day * 5) % 24, 17) + timedelta(days=day)
        drawn_at, after = now + timedelta(hours=hours), now + timedelta(hours=hours, days=2)
        given = [
            {"kind": kind, "issue": issue, "drawn_at": drawn_at, "fallback_issue": other, "fallback_at": after}
            for kind in ("ssq", "kl8")
            for issue, other in [lotteries.issues_from(kind, drawn_at, after)]
        ]
        assert len(committing.read_sources(given, deadline=drawn_at + timedelta(hours=20), now=now)) == 2


# -- what goes into the public proof --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("evidence", "what"),
    [
        ("公证员电话13912345678", "电话号码"),
        ("公证处 0571-87654321 可查", "电话号码"),
        ("公证员１３９ １２３４ ５６７８", "电话号码"),
        ("身份证 330102199001011234 的公证员在场", "身份证号"),
        ("由执法0到场见证", "人员姓名"),
        ("公证书由钱授权经办", "人员姓名"),
    ],
)
def test_evidence_with_a_person_in_it_is_refused_before_it_is_hashed(stage, evidence, what):
    Person.objects.create(institution=stage.labs[0], name="钱授权")
    draw = draw_at(stage, "committed")
    given = [TYPED[0] | {"evidence": evidence}, TYPED[1]]
    assert said(lambda: enter(stage, draw, given)) == (
        f"双色球的“在哪里可以查到”里有{what}。这段文字随证明公开，以后不能改，请去掉，只写公告网址、公证书文号。"
    )
    plain = TYPED[0] | {"evidence": "https://www.cwl.gov.cn/c/2026/03/03/602345678.shtml，公证书（2026）第12345号"}
    assert enter(stage, draw, [plain, TYPED[1]]).state == "entropy_entered"


def test_a_reason_with_a_nul_is_refused_with_a_sentence(stage, client):
    draw = draw_at(stage, "draft")
    client.force_login(stage.chief)
    answer = client.post(reverse("draws:move", args=[draw.number]), {"action": "void", "reason": "名录漏列\x00一家"})
    assert (answer.status_code, Draw.objects.get(pk=draw.pk).state) == (422, "draft")
    assert "理由里有看不见的控制字符" in answer.content.decode()
