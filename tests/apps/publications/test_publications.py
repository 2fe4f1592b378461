"""What must be public becomes so in time, with a second person, after the party was told – and vanishes in time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.serializers import serialize
from django.test import Client
from django.urls import reverse

from hengjian.apps.accounts.models import Role
from hengjian.apps.cases import deciding, listeners, remedies
from hengjian.apps.cases.models import Contravention, Decision, Obligation, Service
from hengjian.apps.clocks.models import Clock
from hengjian.apps.publications import correcting, ending, periods, services, taking
from hengjian.apps.publications.guarding import phrases_of
from hengjian.apps.publications.models import Publication
from hengjian.apps.publications.procedures import GROUNDS, PUBLICATION, TYPICAL
from hengjian.apps.publications.selectors import actions_for, public_rows, publications_seen_by, waiting_for
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from tests.apps.cases.after_world import DECIDED, at, make_world
from tests.apps.factories import make_actor, make_user
from tests.apps.publications.samples import FACTS, IDENTITY, PHONE, proposed, published, serve_both, taken, who
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db
ALL = list(GROUNDS)


def running(row: Any) -> set[str]:
    rows = Clock.objects.filter(thing_kind=row._meta.label_lower, thing_id=str(row.pk), state="running")
    return set(rows.values_list("rule_id", flat=True))


def later(row: Publication, days: int) -> date:
    assert row.published_on is not None
    return row.published_on + timedelta(days=days)


def test_every_state_and_action_is_decided_by_the_tables() -> None:
    for table in (PUBLICATION, TYPICAL):
        assert assert_every_pair_is_decided(table) == len(table.states) * len(table.actions)


def test_a_decision_of_a_case_makes_its_publication_with_the_clock_of_twenty_working_days() -> None:
    _, row = taken()
    assert (row.state, row.kind, row.away) == ("draft", "penalty", False)
    assert running(row) == {"PUB-09"}
    assert Event.objects.filter(verb="publication.take").exists()
    assert ("decide", taking.on_decided) in listeners._LISTENERS


def test_a_warning_alone_is_not_published_and_a_listing_is_published_beside_the_penalty() -> None:
    world = make_world()
    Decision.objects.filter(pk=world.personal.pk).update(measures=["warning", "order"], ban_months=None)
    Decision.objects.filter(pk=world.decision.pk).update(measures=["fine", "listing"])
    taking.on_decided(case=world.case, action="decide", actor=make_actor(world.head), now=at(DECIDED))
    rows = Publication.objects.order_by("kind")
    assert [(row.kind, row.party_id, row.tier) for row in rows] == [
        ("listing", world.institution.pk, "serious"),
        ("penalty", world.institution.pk, "serious"),
    ]
    assert running(rows[0]) == {"LIST-14"}
    taking.on_decided(case=world.case, action="decide", actor=make_actor(world.head), now=at(DECIDED))
    assert Publication.objects.count() == 2


def test_an_institution_of_another_province_is_pushed_there_in_ten_days_and_published_in_ten_more() -> None:
    world = make_world()
    world.institution.home_province = "110000"
    world.institution.save()
    taking.on_decided(case=world.case, action="decide", actor=make_actor(world.head), now=at(DECIDED))
    row = Publication.objects.get(party=world.institution)
    assert row.away
    assert running(row) == {"PUB-10"}
    row = proposed(world, row)
    with pytest.raises(Refused, match="登记地在外省"):
        services.publish(row=row, **who(world.head))
    row = services.push(row=row, pushed_to="北京市市场监督管理局", **who(world.head))
    assert running(row) == {"PUB-10.publish"}
    assert not public_rows(DECIDED + timedelta(days=9)).exists()
    with pytest.raises(Refused, match="早于推送日期"):
        services.note_home(row=row, on=DECIDED, **who(world.first))
    day = DECIDED + timedelta(days=15)
    row = services.note_home(row=row, on=day, **who(world.first, day))
    assert (row.state, row.published_on) == ("published", day)
    assert running(row) == {"PUB-15", "PUB-15.stop"}


def test_nothing_is_published_before_the_party_is_served_and_told() -> None:
    world, row = taken()
    services.prepare(row=row, **who(world.first))
    row = services.propose(row=row, **who(world.first))
    with pytest.raises(Refused) as refused:
        services.publish(row=row, **who(world.head))
    assert refused.value.sentence == (
        "处罚决定书还没有送达青石县明尺检测有限公司，不能公示。先送达，送达时书面告知将公示。"
    )
    assert refused.value.article and "第八条" in refused.value.article
    serve_both(world, DECIDED + timedelta(days=7))
    Service.objects.update(told_publication=False)
    with pytest.raises(Refused, match="送达时没有书面告知"):
        services.publish(row=row, **who(world.head))
    row.refresh_from_db()
    assert (row.state, row.shown) == ("proposed", 0)
    Service.objects.update(told_publication=True)
    assert services.publish(row=row, **who(world.head)).state == "published"


def test_a_second_person_publishes_and_two_at_once_the_second_is_told() -> None:
    world, row = taken()
    row = proposed(world, row)
    Publication.objects.filter(pk=row.pk).update(prepared_by=world.head)
    with pytest.raises(IllegalMove, match="须由另一人办理"):
        services.publish(row=row, **who(world.head))
    other = make_user(world.tree.county, Role.SECTION_CHIEF)
    with pytest.raises(IllegalMove, match="刚刚有人办理过"):
        services.publish(row=row, seen=row.version - 1, **who(other))
    services.publish(row=row, seen=row.version, **who(other))
    with pytest.raises(IllegalMove, match="公示中"):
        services.publish(row=row, **who(make_user(world.tree.county, Role.LEADER)))
    with pytest.raises(NotAllowed):
        ending.withdraw(row=row, reason="错误", **who(world.first))


def test_no_decision_is_proposed_without_its_number() -> None:
    world, row = taken()
    world.papers["one"].state = "void"
    world.papers["one"].save()
    with pytest.raises(IllegalMove, match="缺少必填事项：处罚决定书文号"):
        services.propose(row=row, **who(world.first))


def test_what_identifies_people_is_neither_in_rows_nor_events_nor_pages(client: Client) -> None:
    world, row = taken()
    row = published(world, row)
    row = correcting.correct(row=row, reason="补充隐去", more=["83 份"], **who(world.first))
    correcting.decide_correction(row=row, approve=True, **who(world.head))
    rows = serialize("json", [*Publication.objects.filter(pk=row.pk), *row.versions.all()])
    events = str(list(Event.objects.filter(verb__startswith="publication.").values()))
    url = f"/public/penalties/{row.number}"
    day = str(row.published_on)
    assert day
    pages = client.get(f"{url}/").content.decode() + client.get(f"{url}.json").content.decode()
    for told in (rows, events):
        assert not any(secret in told for secret in (IDENTITY, PHONE, "司徒朗", "张三", "宇文澈"))
    assert not any(secret in pages for secret in (IDENTITY, PHONE, "司徒朗", "张三", "宇文澈", "83 份"))
    assert "司徒某" in row.versions.order_by("number").last().text  # type: ignore[union-attr]


def test_a_person_may_have_more_removed_and_never_less() -> None:
    world, row = taken()
    row = services.prepare(row=row, more=phrases_of("未经检验检测"), **who(world.first))
    first = row.versions.get().text
    assert "未经检验检测出具" not in first
    row = services.prepare(row=row, more=(), violation="出具虚假报告", **who(world.first))
    again = row.versions.get()
    assert (again.text, again.summary["violation"]) == (first, "出具虚假报告")
    assert IDENTITY not in again.text
    assert {"id", "phone", "name"} <= set(again.counts)


@pytest.mark.parametrize(
    ("violation", "sentence"),
    [
        (f"由{IDENTITY}出具", "违法行为类型第 1 行有身份证件号码，不能对外公布，请删去。"),
        (f"出具报告\n电话{PHONE}", "违法行为类型第 2 行有电话号码，不能对外公布，请删去。"),
        ("字" * 301, "违法行为类型最多 300 字，现在是 301 字。"),
    ],
)
def test_a_persons_number_left_in_free_text_is_refused(violation: str, sentence: str) -> None:
    world, row = taken()
    with pytest.raises(Refused) as refused:
        services.prepare(row=row, violation=violation, **who(world.first))
    assert refused.value.sentence == sentence


def test_a_minor_keeps_only_the_surname() -> None:
    world, _ = taken()
    person = Publication.objects.get(party=world.person)
    assert person.party_shown == "司徒朗"
    person = services.prepare(row=person, minor_person=True, **who(world.first))
    assert person.party_shown == "司徒某"
    assert "司徒朗" not in person.versions.get().text
    person = services.prepare(row=person, minor_person=False, **who(world.first))
    assert person.party_shown == "司徒某"  # never less


def test_stop_dates_follow_the_tier_with_their_derivation() -> None:
    world, row = taken()
    row = published(world, row)
    assert (row.tier, row.apply_from, row.stop_on) == ("general", date(2026, 6, 10), date(2027, 3, 10))
    person = Publication.objects.get(party=world.person)
    found = periods.period_of(person, date(2026, 3, 10))
    ban = Decision.objects.get(pk=world.personal.pk).ban  # type: ignore[attr-defined]
    assert (person.tier, found.stop_on) == ("serious", ban.to_on)
    assert any("限制从业至" in step for step in found.steps)
    Decision.objects.filter(pk=world.decision.pk).update(measures=["criticism"], fine_fen=0)
    row.refresh_from_db()
    minor = periods.period_of(Publication.objects.get(pk=row.pk), date(2026, 3, 10))
    assert (minor.apply_from, minor.stop_on) == (None, date(2026, 6, 10))
    Decision.objects.filter(pk=world.personal.pk).update(ban_for_life=True)
    life = periods.period_of(Publication.objects.get(pk=person.pk), date(2026, 3, 10))
    assert life.stop_on is None


def test_a_key_product_and_a_closure_are_serious_and_a_closure_stays_to_the_end() -> None:
    world, row = taken()
    row = services.prepare(row=row, key_product=True, **who(world.first))
    assert row.tier == "serious"
    Decision.objects.filter(pk=world.decision.pk).update(measures=["close"])
    row = services.prepare(row=row, closure=True, **who(world.first))
    found = periods.period_of(Publication.objects.get(pk=row.pk), DECIDED)
    assert (found.apply_from, found.clocks) == (None, ("PUB-14.stop",))


def test_past_its_last_day_it_is_gone_without_anybodys_act_and_can_only_be_stopped(client: Client) -> None:
    world, row = taken()
    row = published(world, row)
    last, over = later(row, 365), later(row, 366)
    assert public_rows(last).filter(pk=row.pk).exists()
    assert not public_rows(over).filter(pk=row.pk).exists()
    with pytest.raises(IllegalMove, match="公示期至2027年3月10日"):
        ending.stop(row=row, **who(world.first, last))
    with pytest.raises(IllegalMove, match="公示期已于2027年3月10日届满"):
        correcting.correct(row=row, reason="更正", violation="另一个类型", **who(world.first, over))
    row = ending.stop(row=row, **who(world.first, over))
    assert (row.state, row.ended_on, running(row)) == ("stopped", last, set())
    with pytest.raises(IllegalMove, match="已停止公示"):
        services.publish(row=row, **who(world.head, over))


def settle(world: Any) -> None:
    Obligation.objects.filter(decision=world.decision).update(state="settled")


def request(world: Any, row: Publication, day: date, grounds: list[str] | None = None) -> Publication:
    return ending.request_stop(row=row, on=day, grounds=ALL if grounds is None else grounds, **who(world.first, day))


def test_an_early_stop_needs_its_time_its_grounds_and_another_person() -> None:
    world, row = taken()
    row = published(world, row)
    with pytest.raises(Refused, match="最早是2026年6月10日"):
        request(world, row, date(2026, 6, 9))
    day = date(2026, 6, 10)
    with pytest.raises(Refused, match="还不符合提前停止公示的条件：已经主动消除"):
        request(world, row, day, ["performed", "no_second"])
    with pytest.raises(Refused, match="罚没款没有缴清"):
        request(world, row, day)
    settle(world)
    row = request(world, row, day)
    assert "REP-16" in running(row)
    assert public_rows(day).filter(pk=row.pk).exists()
    refused = ending.decide_stop(row=row, grant=False, reason="没有改正", **who(world.head, day))
    assert (refused.state, "REP-16" in running(row)) == ("published", False)
    row = request(world, row, day)
    row = ending.decide_stop(row=row, grant=True, **who(world.head, day))
    assert (row.state, row.ended_on, running(row)) == ("stopped", day, set())


def test_a_second_penalty_of_the_same_kind_bars_the_early_stop() -> None:
    world, row = taken()
    row = published(world, row)
    settle(world)
    other = make_world_twice(world)
    with pytest.raises(Refused, match=f"又受到处罚（{other}）"):
        request(world, row, date(2026, 6, 10))


def make_world_twice(world: Any) -> str:
    for party in (world.institution, None):
        if party is None:
            case = type(world.case).objects.get(pk=world.case.pk)
            case.pk, case.number = None, "AJ-2026-0999"
            case.save()
            party = type(world.institution).objects.get(pk=world.institution.pk)
            party.pk, party.case = None, case
            party.save()
            Decision.objects.create(
                case=case, party=party, outcome="penalty", measures=["fine"], fine_fen=1, text="罚款", basis="依据",
                reasons="清楚", decided_on=DECIDED + timedelta(days=30), decided_by=world.head,
            )  # fmt: skip
        Contravention.objects.create(
            case=party.case, party=party, violation_id="SUP-15.1", title="虚假报告", occurred_from=DECIDED,
            occurred_to=DECIDED, by=world.first, at=at(DECIDED),
        )  # fmt: skip
    return "AJ-2026-0999"


def annul(world: Any, day: date) -> None:
    world.case.refresh_from_db()
    deciding.annul(
        case=world.case, user=world.head, now=at(day, 4), today=day, instrument="撤销决定书 1 号", reason="事实不清"
    )


def test_an_annulled_decision_is_withdrawn_in_three_days_with_the_reason_and_only_once(client: Client) -> None:
    world, row = taken()
    row = published(world, row)
    waiting = Publication.objects.get(party=world.person)
    day = DECIDED + timedelta(days=20)
    annul(world, day)
    row.refresh_from_db()
    waiting.refresh_from_db()
    assert (row.overturned_on, "PUB-11" in running(row)) == (day, True)
    assert (waiting.state, running(waiting)) == ("dropped", set())
    assert list(waiting_for(world.head, on=day)[0]) == [row]
    with pytest.raises(IllegalMove, match="缺少必填事项：理由"):
        ending.withdraw(row=row, reason=" ", **who(world.head, day))
    with pytest.raises(Refused, match="理由第 1 行有电话号码"):
        ending.withdraw(row=row, reason=f"问{PHONE}", **who(world.head, day))
    done = ending.withdraw(row=row, reason="处罚决定已经撤销，司徒朗的责任另案处理", **who(world.head, day))
    assert (done.state, running(done), "PEN-63" in running(world.case)) == ("withdrawn", set(), False)
    assert done.public_reason == "处罚决定已经撤销，司徒某的责任另案处理"
    with pytest.raises(IllegalMove, match="已撤回"):
        ending.withdraw(row=row, reason="再撤", **who(world.head, day))
    answer = client.get(f"/public/penalties/{row.number}.json")
    assert answer.status_code == 404
    assert answer.json() == {
        "error": f"公示 {row.number} 已于2026年3月22日撤回。理由：处罚决定已经撤销，司徒某的责任另案处理"
    }


def test_a_decision_overturned_by_a_court_is_to_be_withdrawn_too() -> None:
    world, row = taken()
    row = published(world, row)
    day = DECIDED + timedelta(days=30)
    entry = remedies.RemedyEntry(
        kind="litigation", number="（2026）衡01行初1号", body="青石县人民法院", applied_on=day, accepted_on=day
    )
    remedy = remedies.register_remedy(decision=world.decision, entry=entry, **who(world.first, day))
    remedies.conclude_remedy(
        remedy=remedy, outcome="annulled", on=day, instrument="（2026）衡01行初1号", **who(world.first, day)
    )
    row.refresh_from_db()
    assert row.overturned_on == day
    ending.withdraw(row=row, reason="法院判决撤销", **who(world.head, day))
    assert "PEN-63" not in running(remedy)


def test_a_decision_that_stands_cannot_be_kept_from_the_public() -> None:
    world, row = taken()
    with pytest.raises(Refused, match="不能不公示"):
        ending.drop(row=row, reason="当事人请求", **who(world.head))


def test_a_correction_stands_beside_the_old_version_until_another_person_approves() -> None:
    world, row = taken()
    row = published(world, row)
    with pytest.raises(Refused, match="与现在公示的相同"):
        correcting.correct(row=row, reason="更正", **who(world.first))
    row = correcting.correct(row=row, reason="类型写错", violation="出具虚假检验检测报告", **who(world.first))
    assert (row.state, row.shown) == ("correcting", 1)
    assert row.violation != "出具虚假检验检测报告"
    row = correcting.decide_correction(row=row, approve=False, reason="不必", **who(world.head))
    assert (row.state, row.shown) == ("published", 1)
    row = correcting.correct(row=row, reason="类型写错", violation="出具虚假检验检测报告", **who(world.first))
    row = correcting.decide_correction(row=row, approve=True, **who(world.head))
    assert (row.shown, row.violation) == (3, "出具虚假检验检测报告")
    assert [one.refused for one in row.versions.all()] == [False, True, False]


def test_another_organ_sees_nothing_and_its_handler_finds_what_waits() -> None:
    world, row = taken()
    stranger = make_user(world.tree.other_county, Role.LEADER)
    assert not publications_seen_by(stranger, DECIDED).exists()
    assert row in waiting_for(world.first, on=DECIDED)[0]
    assert {move.action for move in actions_for(row, world.first, on=DECIDED)} == {"prepare", "propose"}


def test_the_pages_from_the_draft_to_the_publication(client: Client) -> None:
    world, row = taken()
    serve_both(world, DECIDED + timedelta(days=7))
    client.force_login(world.first)
    page = client.get(reverse("publications:show", args=[row.number])).content.decode()
    assert "原文（不公开）" in page and f"<del>{IDENTITY}</del>" in page.replace("\n", "")
    act = reverse("publications:act", args=[row.number, "prepare"])
    answer = client.post(act, {"prepare-violation": f"电话{PHONE}"})
    assert (answer.status_code, "第 1 行有电话号码" in answer.content.decode()) == (422, True)
    assert client.post(act, {"prepare-violation": "出具虚假报告", "prepare-more": "83 份"}).status_code == 302
    assert client.post(reverse("publications:act", args=[row.number, "propose"])).status_code == 302
    client.force_login(world.head)
    publish = reverse("publications:act", args=[row.number, "publish"])
    assert client.post(publish).status_code == 302
    assert client.post(publish).status_code == 409
    case = client.get(reverse("cases:show", args=[world.case.number])).content.decode()
    assert row.number in case
    assert row.party_shown in client.get(reverse("publications:list")).content.decode()
    client.force_login(make_user(world.tree.other_county, Role.OFFICER))
    assert client.get(reverse("publications:show", args=[row.number])).status_code == 404


def test_facts_are_what_the_samples_say() -> None:
    assert IDENTITY in FACTS and PHONE in FACTS
