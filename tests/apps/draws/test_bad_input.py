"""Bad input of a draw: a sentence for each fault, and nothing lost."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from hengjian.apps.accounts.models import Avoidance, Posting, Role
from hengjian.apps.draws import aftermath, bundle, committing, drawing, entropy, partners, pool, services
from hengjian.apps.draws.models import Draw, DrawUnit
from hengjian.apps.record.models import Event
from hengjian.apps.registry.models import Certificate, Institution
from hengjian.engines.draws import Infeasible, InfeasibleDraw, sha256_hex
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused
from tests.apps.draws.samples import (
    DEADLINE,
    FALLBACK_AT,
    LATER,
    NOW,
    SALTS,
    SOURCES,
    SSQ_AT,
    TYPED,
    add_officer,
    commit,
    confirm,
    draw_at,
    enter,
    freeze,
    give_certificate,
    hand_in,
    make_stage,
    project,
    settle_visits,
    who,
)
from tests.apps.factories import make_institution, make_user
from tests.apps.plans.samples import reserve

pytestmark = pytest.mark.django_db


def said(call) -> str:
    with pytest.raises((Refused, IllegalMove, NotAllowed)) as refused:
        call()
    return refused.value.sentence


def sources(place: int = 0, **changes):
    made = [dict(one) for one in SOURCES]
    made[place] |= changes
    return made


def typed(place: int = 0, **changes):
    made = [dict(one) for one in TYPED]
    made[place] |= changes
    return made


# -- size and quota -------------------------------------------------------------------------------------------------
def test_more_than_the_roster_has(stage):
    draw = project(stage, n=31)
    assert said(lambda: freeze(stage, draw)) == "要抽 31 家，名录只有 30 家。"


def test_minimums_that_exceed_the_number(stage):
    draw = project(stage, n=5)
    assert said(lambda: freeze(stage, draw)) == "每层至少 2 家，3 层合计至少 6 家，多于要抽的 5 家。"


def test_a_quota_above_its_stratum(stage):
    draw = project(stage, n=0, quota={"食品": 13, "机动车检验": 1, "生态环境": 1})
    assert said(lambda: freeze(stage, draw)) == "配额要从“食品”抽 13 家，名录中这一层只有 12 家。"


def test_a_quota_for_a_stratum_that_is_not_there_or_left_out(stage):
    draw = project(stage, n=0, quota={"食品": 3, "玩具": 1})
    assert said(lambda: freeze(stage, draw)) == "配额里的“玩具”在名录中没有机构，请改为名录中的层。"
    services.change_settings(pk=draw.pk, settings={"quota": {"食品": 3, "机动车检验": 1}}, **who(stage.chief))
    assert said(lambda: freeze(stage, draw)) == "配额没有写“生态环境”，不抽也要写 0。"


def test_nobody_in_scope():
    stage = make_stage(fields=["cosmetics"])
    draw = project(stage)
    assert said(lambda: freeze(stage, draw)) == "名录里没有一家机构，不能抽取。请检查计划事项的范围和剔除。"


# -- roster ---------------------------------------------------------------------------------------------------------
def test_an_institution_registered_after_the_roster_was_built(stage):
    draw = project(stage)
    make_institution(stage.office.county, name="新办检验有限公司")
    assert said(lambda: freeze(stage, draw)) == (
        "名录编制以后登记信息有变化：新登记 1 家（新办检验有限公司）。请重新编制名录再冻结。"
    )
    services.build_roster(pk=draw.pk, **who(stage.chief))
    assert freeze(stage, draw).roster_size == 31


def test_a_deregistered_institution_and_one_at_its_cap_are_left_out_with_reason(stage):
    closed, busy = stage.labs[0], stage.labs[1]
    closed.status = "closed"
    closed.save()
    for day in (date(2026, 4, 20), date(2026, 6, 20)):
        reserve(busy, stage.officers[0], day=day, item=stage.item, origin_kind="draw")
    draw = project(stage)
    found = {one.institution_id: (one.code, one.note) for one in draw.exclusions.all()}
    assert found[closed.pk] == ("deregistered", "登记状态为注销")
    assert found[busy.pk] == ("burden_cap", "2026年计入上限的检查已达上限 2 次")
    assert draw.population["食品"] == {"registry": 12, "roster": 10, "excluded": 2}


def test_one_drawn_in_another_batch_is_not_drawn_again(stage):
    first = draw_at(stage, "published")
    second = services.create_draw(
        item=stage.item, batch=2, id_salt="6b" * 32, settings=stage.settings, **who(stage.chief, NOW)
    )
    chosen = set(first.units.filter(selected=True).values_list("unit_id", flat=True))
    assert set(second.exclusions.values_list("unit_id", "code")) == {(one, "already_drawn") for one in chosen}


def test_an_exclusion_by_hand_needs_its_evidence_and_its_own_codes(stage):
    draw, uscc = project(stage), stage.labs[3].uscc
    call = lambda **more: services.exclude_unit(pk=draw.pk, uscc=uscc, **who(stage.chief), **more)  # noqa: E731
    assert said(lambda: call(code="under_investigation", note="")) == (
        "请写明“正在立案调查”的依据，例如文号、日期、证明材料，至少 4 个字。"
    )
    assert said(lambda: call(code="deregistered", note="已经注销了")) == (
        "“已注销”由系统按登记和入企台账判断，不能人工填写。"
    )
    call(code="under_investigation", note="青市监立〔2026〕5号")
    assert draw.exclusions.get().code == "under_investigation"
    assert said(lambda: call(code="other", note="再剔除一次")) == f"名录中没有代码为“{uscc}”的机构。"
    assert freeze(stage, draw).roster_size == 29


def test_a_roster_edited_after_the_commitment(stage):
    draw = draw_at(stage, "entropy_confirmed")
    DrawUnit.objects.filter(draw=draw, weight=8).update(weight=9)
    press = lambda: drawing.draw_now(pk=draw.pk, **who(stage.chief, LATER))  # noqa: E731
    assert said(press) == ("名录在承诺公布以后被改动过，与承诺中的摘要值不一致，不能抽取。请查明后作废本次抽查。")
    assert Draw.objects.get(pk=draw.pk).state == "entropy_confirmed"


def test_a_file_of_the_bundle_edited_after_the_commitment(stage):
    draw = draw_at(stage, "entropy_confirmed")
    path = bundle.folder(draw) / "roster.tsv"
    path.write_bytes(path.read_bytes().replace(b"\t8\n", b"\t9\n"))
    sentence = said(lambda: drawing.draw_now(pk=draw.pk, **who(stage.chief, LATER)))
    assert sentence.startswith("证明包中的 roster.tsv 在生成以后被改动过（应为 ")


def test_a_roster_edited_between_freeze_and_commitment(stage):
    draw = draw_at(stage, "frozen")
    DrawUnit.objects.filter(draw=draw).update(weight=3)
    assert said(lambda: commit(stage, draw)) == (
        "名录与冻结时的摘要值不一致，冻结以后被改动过。请退回名录，重新编制并冻结。"
    )


# -- people ---------------------------------------------------------------------------------------------------------
def test_a_certificate_that_ends_the_day_before(stage):
    late = add_officer(stage, name="孟过期", valid_to=date(2026, 3, 19))
    draw = draw_at(stage, "frozen")
    assert [one["why"] for one in draw.left_out if one["name"] == "孟过期"] == [
        f"孟过期的执法证（E{late.pk:04d}）有效期至 2026-03-19，计划检查到 2026-03-20，届时证件已失效，不列入抽取。"
    ]
    assert not draw.inspectors.filter(user=late).exists()
    give_certificate(late, date(2026, 3, 20))
    assert late.pk in pool.gather(draw, on=date(2026, 3, 2)).members


def test_a_certificate_that_is_shortened_after_the_freeze(stage):
    draw = draw_at(stage, "frozen")
    give_certificate(stage.officers[0], date(2026, 3, 10))
    assert said(lambda: commit(stage, draw)).startswith("冻结以后检查人员有变化：执法0的执法证（")


def test_too_few_inspectors_name_the_strata(stage):
    for one in stage.officers[2:]:
        give_certificate(one, date(2026, 3, 1))
    give_certificate(stage.officers[0], fields=["food"])
    give_certificate(stage.officers[1], fields=["food"])
    draw = draw_at(stage, "frozen")
    sentence = said(lambda: commit(stage, draw))
    assert sentence.startswith("检查人员不够，无论抽到哪些机构都派不出来：“机动车检验”层（要抽 3 家）")
    assert sentence.endswith("请增加检查人员、邀请其他机关，或者提高每人上限后重新冻结。")


def test_a_target_that_nobody_may_inspect_is_named(stage):
    lab = stage.labs[0]
    for one in stage.officers:
        Avoidance.objects.create(user=one, institution_id=lab.uscc, kind="kin", valid_from=date(2020, 1, 1))
    draw = draw_at(stage, "frozen")
    assert said(lambda: commit(stage, draw)) == (
        f"下列机构一旦抽中就派不出组长和组员（证件、领域或者回避所限）：{lab.name}（{lab.uscc}）。"
        "请增加检查人员或者邀请其他机关后重新冻结。"
    )


def test_ties_hold_three_years_after_an_employment_and_as_long_as_the_others_last(stage):
    lab, officer = stage.labs[0], stage.officers[0]
    for kind, ended, code in (
        ("employed", date(2023, 3, 10), "employed"),
        ("employed", date(2023, 3, 8), None),
        ("holding", date(2026, 3, 8), None),
        ("advised", date(2026, 3, 9), "advised"),
    ):
        Avoidance.objects.all().delete()
        Avoidance.objects.create(
            user=officer, institution_id=lab.uscc, kind=kind, valid_from=date(2020, 1, 1), valid_to=ended
        )
        draw = draw_at(stage, "frozen")
        assert list(draw.conflicts.values_list("code", flat=True)) == ([code] if code else [])
        services.void_draw(pk=draw.pk, reason="试算以后不再需要", **who(stage.chief))


def test_whoever_went_last_time_does_not_go_again(stage):
    first = draw_at(stage, "published")
    unit = first.units.filter(selected=True)[0]
    went = set(unit.assignments.values_list("user_id", flat=True))
    assert pool.last_inspectors([unit.institution_id], before=date(2026, 5, 1)) == {unit.institution_id: went}
    assert pool.last_inspectors([unit.institution_id], before=date(2026, 3, 9)) == {}


# -- entropy --------------------------------------------------------------------------------------------------------
def test_entropy_that_exists_too_soon(stage):
    draw = draw_at(stage, "frozen")
    soon = NOW + timedelta(minutes=119)
    assert said(lambda: commit(stage, draw, sources=sources(drawn_at=soon))) == (
        "双色球 2026023 定于 2026年3月2日 11:59产生，距现在不足 2 小时。"
        "熵须在公布承诺至少 2 小时以后才产生，最早 2026年3月2日 12:00。"
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (lambda: SOURCES[:1], "至少要有 2 个互相独立的公开来源，现在是 1 个。"),
        (
            lambda: [SOURCES[0], SOURCES[0] | {"kind": "dlt", "issue": "26023", "fallback_issue": "26024"}],
            "各来源合计只有 48.4 比特，要求不少于 64 比特。请加一个来源。",
        ),
        (lambda: sources(issue="第23期"), "双色球的期号应为年份加三位期号，如 2026133，“第23期”不对。"),
        (lambda: sources(kind="nyse"), "没有“nyse”这一熵来源。"),
        (lambda: sources(fallback_issue="2026023"), "双色球的备用期号不能与正式的相同，也不能更早，应当写下一期。"),
        (
            lambda: sources(fallback_at=DEADLINE),
            "双色球的备用期 2026024 应当在截止时间以后产生，否则两期可以挑选。",
        ),
    ],
)
def test_sources_that_do_not_do(stage, given, sentence):
    draw = draw_at(stage, "frozen")
    assert said(lambda: commit(stage, draw, sources=given())) == sentence
    assert Draw.objects.get(pk=draw.pk).state == "frozen"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"values": "3 9 14 18 26 + 7"}, "双色球应有红球6个加蓝球1个，共 7 个号码，录入了 6 个。"),
        ({"values": "3 9 14 18 26 34 + 7"}, "双色球的红球应在 1 至 33 之间，34 不对。"),
        ({"values": "3 9 14 18 26 26 + 7"}, "双色球的红球不会重复，26 出现了两次。"),
        ({"values": "三 9 14 18 26 31 + 7"}, "双色球的号码只能是数字，“三”不能用。"),
        ({"issue": "2026024"}, "双色球：承诺写明用 2026023，录入的是 2026024。来源不能另选。"),
        ({"evidence": ""}, "双色球：请写明在哪里可以查到，例如公告网址、公证书文号。"),
        (
            {"published_at": SSQ_AT - timedelta(minutes=1)},
            "双色球公布于 2026年3月3日 21:29，早于承诺写明的最早时间 2026年3月3日 21:30。"
            "承诺公布以前或者刚公布就有的数，抽取人可能事先知道，不能作为熵。",
        ),
        ({"published_at": LATER + timedelta(hours=1)}, "双色球的公布时间 2026年3月3日 23:00还没有到。"),
        (
            {"absent": True, "issue": "2026024"},
            "截止时间 2026年3月4日 12:00还没有过，双色球不能改用备用期 2026024。",
        ),
    ],
)
def test_entropy_of_the_wrong_form_or_time(stage, changes, sentence):
    draw = draw_at(stage, "committed")
    assert said(lambda: enter(stage, draw, typed(**changes))) == sentence
    assert Draw.objects.get(pk=draw.pk).state == "committed"


def test_entropy_that_came_out_late_leaves_only_the_fallback_named_in_advance(stage):
    draw = draw_at(stage, "committed")
    late, after = DEADLINE + timedelta(hours=1), FALLBACK_AT + timedelta(hours=1)
    assert said(lambda: enter(stage, draw, typed(published_at=late), now=after)) == (
        "双色球 2026023 公布于 2026年3月4日 13:00，晚于截止时间 2026年3月4日 12:00，不能用。"
        "按承诺改用事先写明的备用期 2026024，不得另选来源。"
    )
    other = typed(issue="2026025", published_at=FALLBACK_AT, absent=True)
    assert said(lambda: enter(stage, draw, other, now=after)) == (
        "双色球：承诺写明用 2026024（备用期），录入的是 2026025。来源不能另选。"
    )
    given = typed(issue="2026024", published_at=FALLBACK_AT, absent=True)
    enter(stage, draw, given, now=after)
    confirm(stage, draw, given, now=after)
    draw.refresh_from_db()
    assert (draw.state, draw.entropy[0]["fallback"], draw.entropy[1]["fallback"]) == ("entropy_confirmed", 1, 0)


def test_two_typings_that_differ_are_named_kept_and_refused(stage):
    draw = draw_at(stage, "entropy_entered")
    other = typed(values="03 09 14 18 26 32 + 08", published_at=SSQ_AT + timedelta(minutes=5))
    assert said(lambda: confirm(stage, draw, other)) == (
        "与第一人录入的不一致：双色球的公布时间；双色球的红球第 6 个号码；双色球的蓝球第 1 个号码。"
        "两人各自重新核对公告；第一人录错的，撤回重录后再由您核对。"
    )
    draw.refresh_from_db()
    assert (draw.state, draw.entropy) == ("entropy_entered", [])
    event = Event.objects.get(verb="draw.entropy_differs")
    assert event.after["differences"][1] == "双色球的红球第 6 个号码"
    confirm(stage, draw, typed(values="3,9,14,18,26,31,7"))
    assert Draw.objects.get(pk=draw.pk).entropy_text.startswith("3.9.14.18.26.31./7./1.4.9.")


def test_a_sample_that_cannot_be_staffed_is_neither_shown_nor_kept(stage, monkeypatch):
    draw = draw_at(stage, "entropy_confirmed")
    slots = tuple((unit.uscc, "lead") for unit in stage.labs[:3])
    certificate = Infeasible(slots, ("P1",), demand=3, capacity=2, sentence="检查人员不够")

    def infeasible(draw):
        raise InfeasibleDraw(certificate)

    monkeypatch.setattr(drawing, "compute", infeasible)
    sentence = said(lambda: drawing.draw_now(pk=draw.pk, **who(stage.chief, LATER)))
    assert sentence == (
        "抽中的机构派不齐检查人员：3 个岗位最多只能承担 2 个，结果没有显示也没有保存。"
        "按承诺写明的办法处理：作废本次抽查并公开理由，增加检查人员后另列批次。"
    )
    assert not [lab for lab in stage.labs if lab.uscc in sentence]
    assert (Draw.objects.get(pk=draw.pk).state, draw.units.filter(selected=True).count()) == ("entropy_confirmed", 0)


# -- sealed mode ----------------------------------------------------------------------------------------------------
SEALED = {"mode": "sealed", "open_by": date(2026, 4, 10)}


def test_a_sealed_draw_opens_within_thirty_days(stage):
    assert said(lambda: project(stage, mode="sealed")) == "密封模式须写明最迟公开证明的日期（检查结束后 30 日内）。"
    assert said(lambda: project(stage, mode="sealed", open_by=date(2026, 4, 20))) == (
        "最迟公开的日期应当在计划检查结束（2026-03-20）之后 30 日内，即不晚于 2026-04-19。"
    )


def test_keepers_of_salts(stage):
    draw = project(stage, **SEALED)
    name = lambda user: partners.name_custodian(pk=draw.pk, keeper=user, **who(stage.chief))  # noqa: E731
    give = lambda user, salt: partners.hand_in_hash(pk=draw.pk, salt_sha256=salt, **who(user))  # noqa: E731
    name(stage.legal)
    second = make_user(stage.office.county, Role.LEGAL_REVIEWER, name="法制员二")
    assert said(lambda: name(second)) == ("保管人应当来自不同的机关或者不同的角色，已经有一位同机关同角色的保管人。")
    assert said(lambda: name(stage.officers[0])) == "执法0现在的角色不能保管盐。"
    freeze(stage, draw)
    assert said(lambda: commit(stage, draw)) == "密封模式至少要有 2 位盐的保管人，现在有 1 位。"
    name(stage.supervisor)
    assert said(lambda: commit(stage, draw)) == "法制员、市监督员还没有交盐的摘要值。"
    assert said(lambda: give(stage.legal, "12ab")) == "盐的摘要值应当是 64 位十六进制（SHA-256），请核对后重新填写。"
    assert said(lambda: give(stage.legal, sha256_hex(bytes(32)))) == "这是全零盐的摘要值，等于没有盐。请重新生成。"
    digest = sha256_hex(bytes.fromhex(SALTS[0]))
    give(stage.legal, digest)
    assert said(lambda: give(stage.supervisor, digest)) == "这个摘要值与另一位保管人的相同，请各自生成盐。"


def test_a_salt_that_is_not_the_committed_one_and_one_that_is_missing(stage):
    draw = draw_at(stage, "entropy_confirmed", mode="sealed")
    press = lambda: drawing.draw_now(pk=draw.pk, **who(stage.chief, LATER))  # noqa: E731
    assert said(press) == "法制员、市监督员还没有交盐，不能抽取。盐交齐以后才能计算种子。"
    give = lambda salt: partners.hand_in_salt(pk=draw.pk, salt=salt, **who(stage.legal, LATER))  # noqa: E731
    assert said(lambda: give("33" * 32)) == (
        "这份盐的摘要值与承诺中的不一致，不能用。请找出当时保管的那一份，一个字符也不能差。"
    )
    assert said(lambda: give("zz")) == "盐应当是 64 位十六进制（32 字节），请核对保管的文件。"
    hand_in(stage, draw)
    press()
    assert Draw.objects.get(pk=draw.pk).state == "drawn"


# -- joint draws ----------------------------------------------------------------------------------------------------
def test_a_joint_draw_waits_until_the_other_organ_has_agreed(stage):
    other = stage.office.tree.other_county
    their_chief = make_user(other, Role.SECTION_CHIEF, name="白河科长")
    officer = make_user(other, Role.OFFICER, name="白河执法")
    give_certificate(officer)
    draw = project(stage, team="joint")
    assert said(lambda: freeze(stage, draw)) == "“与参加机关联合”须先邀请参加机关，并由对方同意。"
    partner = partners.invite_organ(pk=draw.pk, organ=other, **who(stage.chief))
    assert said(lambda: freeze(stage, draw)) == (
        "白河县市场监督管理局还没有同意参加。等对方同意，或者撤回邀请后再冻结。"
    )
    join = lambda user: partners.join_draw(pk=draw.pk, partner_pk=partner.pk, **who(user))  # noqa: E731
    assert said(lambda: join(stage.chief)) == "只有白河县市场监督管理局的负责人可以同意参加。"
    join(their_chief)
    freeze(stage, draw)
    assert draw.inspectors.filter(user=officer).exists()
    assert draw.inspectors.filter(organ=stage.office.county).exists()


def test_an_exchange_team_comes_from_elsewhere_alone(stage):
    other = stage.office.tree.other_county
    their_chief = make_user(other, Role.SECTION_CHIEF, name="白河科长")
    for number in range(4):
        give_certificate(make_user(other, Role.OFFICER, name=f"白河执法{number}"))
    draw = project(stage, team="exchange")
    partner = partners.invite_organ(pk=draw.pk, organ=other, **who(stage.chief))
    partners.join_draw(pk=draw.pk, partner_pk=partner.pk, **who(their_chief))
    freeze(stage, draw)
    assert set(draw.inspectors.values_list("organ", flat=True)) == {other.pk}


def test_experts_take_the_slot_of_their_field(stage):
    for field in ("food", "vehicle", "environment"):
        expert = make_user(stage.office.tree.city, Role.EXPERT, name=f"专家{field}")
        Posting.objects.filter(user=expert).update(fields=[field])
    draw = draw_at(stage, "published", experts_wanted=True)
    rows = draw.assignments.filter(slot="expert").select_related("unit", "user")
    assert {(one.unit.field, one.user.name) for one in rows} == {
        (unit.field, f"专家{unit.field}") for unit in draw.units.filter(selected=True)
    }
    assert not draw.assignments.exclude(slot="expert").filter(user__name__startswith="专家").exists()


# -- after the draw -------------------------------------------------------------------------------------------------
def replace(stage, draw, unit, **changes):
    given = {"code": "disaster", "note": "县应急局山洪通报"} | changes
    aftermath.ask_substitution(pk=draw.pk, unit_pk=unit.pk, **given, **who(stage.chief, LATER))
    return aftermath.substitute_unit(pk=draw.pk, unit_pk=unit.pk, **who(stage.leader, LATER))


def test_only_the_reasons_of_the_commitment_replace_a_target(stage):
    draw = draw_at(stage, "published")
    unit = draw.units.filter(selected=True)[0]
    assert said(lambda: replace(stage, draw, unit, code="unwilling")) == (
        "替换只限事先写明的情形：已注销、资质认定证书已暂停、撤销、现场关闭，有照片、自然灾害、已在立案调查。"
        "“不愿意”“联系不上”不是替换的理由。"
    )
    assert said(lambda: replace(stage, draw, unit, note="")) == "请写明“自然灾害”的证据，至少 4 个字。"
    assert said(lambda: replace(stage, draw, unit, code="closed_on_site")) == "“现场关闭”须有现场照片。"
    assert draw.substitutions.count() == 0


def test_the_next_of_the_reserve_comes_in_and_more_than_a_tenth_is_flagged(stage):
    draw = draw_at(stage, "published")
    unit = draw.units.filter(selected=True, stratum="食品").order_by("rank")[0]
    quota = draw.result["quota"]["食品"]
    row = replace(stage, draw, unit)
    assert (row.substitute.rank, row.substitute.stratum, row.substitute.in_force) == (quota + 1, "食品", True)
    unit.refresh_from_db()
    assert (unit.selected, unit.substituted, unit.in_force) == (True, True, False)
    assert aftermath.strata_to_review(draw) == [("食品", 1, quota)]
    assert row.substitute.assignments.filter(current=True).count() == 2
    assert unit.assignments.filter(current=True).count() == 0
    with pytest.raises(NotFound):
        replace(stage, draw, unit)
    draw.refresh_from_db()
    assert b'"code":"disaster"' in bundle.files(draw)["changes.json"]


def test_a_stratum_without_reserve_says_so(stage):
    draw = draw_at(stage, "published", n=0, quota={"食品": 12, "机动车检验": 1, "生态环境": 1})
    unit = draw.units.filter(selected=True, stratum="食品")[0]
    assert said(lambda: replace(stage, draw, unit)) == "“食品”层没有备选机构可以递补。"


def test_a_replacement_takes_two_people_and_beyond_a_tenth_the_leader(stage):
    draw = draw_at(stage, "published")
    unit = draw.units.filter(selected=True, stratum="食品")[0]
    quota = draw.result["quota"]["食品"]
    second = make_user(stage.office.county, Role.SECTION_CHIEF, name="另一科长")
    ask = lambda: aftermath.ask_substitution(  # noqa: E731
        pk=draw.pk, unit_pk=unit.pk, code="disaster", note="县应急局山洪通报", **who(stage.leader, LATER)
    )
    confirm_by = lambda user: aftermath.substitute_unit(pk=draw.pk, unit_pk=unit.pk, **who(user, LATER))  # noqa: E731
    with pytest.raises(NotFound):
        confirm_by(stage.leader)
    ask()
    assert said(lambda: confirm_by(stage.leader)) == "替换是您提出的，须由另一人确认。"
    assert said(lambda: confirm_by(second)) == (
        f"“食品”层抽中 {quota} 家，这是第 1 家替换，超过 10%，须由局领导审核确认。"
    )
    assert draw.substitutions.count() == 0
    assert replace(stage, draw, unit).by == stage.leader


def test_the_registry_bears_out_a_deregistration_and_a_suspension(stage):
    draw = draw_at(stage, "published")
    unit, other = draw.units.filter(selected=True, stratum="食品").select_related("institution")[:2]
    assert "是“正常”，不是注销。确已注销的，先更新登记再替换。" in said(
        lambda: replace(stage, draw, unit, code="deregistered")
    )
    Institution.objects.filter(pk=unit.institution_id).update(status="closed")
    assert replace(stage, draw, unit, code="deregistered").code == "deregistered"
    held = Certificate.objects.create(
        institution=other.institution, certificate_no="C1", valid_from=date(2024, 1, 1), valid_to=date(2029, 1, 1)
    )
    assert "没有已暂停、撤销或者注销的证书" in said(lambda: replace(stage, draw, other, code="suspended"))
    Certificate.objects.filter(pk=held.pk).update(status="suspended")
    assert replace(stage, draw, other, code="suspended").code == "suspended"


def test_a_target_that_was_entered_is_not_replaced(stage):
    draw = draw_at(stage, "published")
    unit = draw.units.filter(selected=True).select_related("institution")[0]
    settle_visits(draw, state="entered")
    assert said(lambda: replace(stage, draw, unit)) == (
        f"{unit.institution.name}已经入企检查，不能替换。发现的情况写入检查记录。"
    )


def test_a_recused_inspector_gives_way_to_the_next_of_the_order(stage):
    draw = draw_at(stage, "published")
    row = draw.assignments.filter(slot="lead").select_related("unit", "user")[0]
    step = lambda pk: aftermath.recuse_inspector(  # noqa: E731
        pk=draw.pk, assignment_pk=pk, code="kin", note="其弟任该机构质量负责人", **who(stage.chief, LATER)
    )
    fresh = step(row.pk)
    row.refresh_from_db()
    assert (row.current, row.recusal_code, fresh.slot, fresh.drawn) == (False, "kin", "lead", False)
    assert fresh.user_id not in {row.user_id, row.unit.assignments.get(slot="member").user_id}
    again = step(fresh.pk)
    assert again.user_id not in {row.user_id, fresh.user_id}
    event = Event.objects.filter(verb="draw.recuse").latest("sequence")
    assert (event.reason, row.user.name in str(event.after)) == ("近亲属", False)


def test_the_stranger_of_another_county_sees_no_draw(stage):
    draw = draw_at(stage, "frozen")
    user = make_user(stage.office.tree.other_county, Role.SECTION_CHIEF)
    from hengjian.apps.draws.selectors import draws_seen_by

    assert not draws_seen_by(user, on=date(2026, 3, 2)).filter(pk=draw.pk).exists()
    with pytest.raises(NotFound):
        services.freeze_roster(pk=draw.pk, rows=draws_seen_by(user, on=date(2026, 3, 2)), **who(user))


def test_dates_that_do_not_fit(stage):
    assert said(lambda: project(stage, planned_from=date(2026, 3, 1))) == "计划检查日期不能早于今天。"
    assert said(lambda: project(stage, planned_to=date(2026, 3, 8))) == "计划检查的止日早于起日。"
    draw = draw_at(stage, "frozen")
    late = timezone.make_aware(datetime(2026, 3, 10, 12, 0))
    later = {"fallback_at": late + timedelta(days=2)}
    fallback = [SOURCES[0] | later | {"fallback_issue": "2026027"}, SOURCES[1] | later | {"fallback_issue": "2026061"}]
    assert said(lambda: commit(stage, draw, deadline=late, sources=fallback)) == (
        "计划检查从 2026-03-09 开始，早于熵的截止日。抽取完成以前不能检查。"
    )
    assert committing.iso(late) == "2026-03-10T12:00:00+08:00"
    assert entropy.differences_of([], []) == []
