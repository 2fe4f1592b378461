"""A draw from project to proof, in both modes; every state × step; what the second person and the second comer hear."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from hengjian.apps.accounts.models import Role, Share
from hengjian.apps.draws import bundle, committing, drawing, entropy, partners, services
from hengjian.apps.draws.models import Draw
from hengjian.apps.draws.procedures import DRAW, VOIDABLE
from hengjian.apps.plans.models import Visit
from hengjian.apps.record.models import Event
from hengjian.engines.draws import verifier, verify
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from hengjian.project.cli import main
from tests.apps.draws.samples import (
    DEADLINE,
    DONE,
    LATER,
    NOW,
    SALTS,
    SOURCES,
    TODAY,
    TYPED,
    confirm,
    draw_at,
    enter,
    project,
    settle_visits,
    who,
)
from tests.apps.factories import make_user

pytestmark = pytest.mark.django_db
VERIFIER = Path(verifier.__file__).parent / "verify_srd1.py"


def said(call) -> str:
    with pytest.raises((Refused, IllegalMove, NotAllowed)) as refused:
        call()
    return refused.value.sentence


def test_an_open_draw_goes_from_project_to_proof(stage, capsys):
    draw = draw_at(stage, "published")
    assert (draw.state, draw.seq, draw.sample_size, draw.roster_size) == ("published", 1, 9, 30)
    assert draw.units.filter(selected=True).count() == 9
    assert sorted(draw.assignments.values_list("slot", flat=True)) == ["lead"] * 9 + ["member"] * 9
    folder = bundle.folder(draw)
    assert main(["draw", "verify", str(folder)]) == 0
    done = subprocess.run([sys.executable, str(VERIFIER), str(folder)], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_the_files_are_those_that_the_commands_make(stage, tmp_path):
    draw = draw_at(stage, "published")
    files, plan_dir = bundle.files(draw), tmp_path / "plan"
    plan_dir.mkdir()
    added = ("protocol", "roster_sha256", "inspectors_sha256", "coi_sha256")
    plan = {key: value for key, value in draw.commit.items() if key not in added}
    (plan_dir / "plan.json").write_text(json.dumps(plan, ensure_ascii=False), "utf-8")
    for name in ("roster.tsv", "inspectors.json", "coi.json", "exclusions.tsv"):
        (plan_dir / name).write_bytes(files[name])
    (tmp_path / "entropy.json").write_text(json.dumps(entropy.engine_entropy(draw.entropy)), "utf-8")
    assert main(["draw", "commit", str(plan_dir), "--out", str(tmp_path / "made")]) == 0
    assert main(["draw", "reveal", str(tmp_path / "made"), "--entropy", str(tmp_path / "entropy.json")]) == 0
    for name in ("commit.json", "roster.tsv", "inspectors.json", "coi.json", "reveal.json", "result.json"):
        assert (tmp_path / "made" / name).read_bytes() == files[name], name


def test_a_sealed_draw_tells_its_result_by_hash_and_opens_after_the_checks(stage):
    draw = draw_at(stage, "announced", mode="sealed")
    assert (draw.seed, draw.salt, draw.published_at) == ("", "", None)
    assert set(bundle.public_files(draw)) >= {"commit.json", "rules.json"}
    assert not {"result.json", "reveal.json", "roster.tsv"} & set(bundle.public_files(draw))
    assert said(lambda: drawing.open_draw(pk=draw.pk, **who(stage.chief, LATER))) == (
        "计划检查到 2026-03-20，检查结束以前公开会泄露未检查的机构。最迟 2026-04-10 公开。"
    )
    settle_visits(draw)
    drawing.open_draw(pk=draw.pk, **who(stage.chief, DONE))
    draw.refresh_from_db()
    shown = json.loads(bundle.files(draw)["reveal.json"])
    assert (draw.state, shown["salts"], shown["seed"]) == ("published", list(SALTS), draw.seed)
    assert not verify(bundle.files(draw))


def test_a_sealed_draw_stays_shut_on_its_last_day_and_while_a_target_waits(stage):
    draw = draw_at(stage, "announced", mode="sealed")
    last_day, by = DONE - timedelta(days=1), DONE + timedelta(days=20)
    assert said(lambda: drawing.open_draw(pk=draw.pk, **who(stage.chief, last_day))).startswith("计划检查到 2026-03-20")
    waits = "还有 {} 家抽中机构没有检查完，也没有取消检查，现在公开会泄露未检查的机构。"
    assert waits.format(9) in said(lambda: drawing.open_draw(pk=draw.pk, **who(stage.chief, DONE)))
    settle_visits(draw)
    first = Visit.objects.filter(origin_id=draw.number)[0]
    Visit.objects.filter(pk=first.pk).update(state="entered")
    assert said(lambda: drawing.open_draw(pk=draw.pk, **who(stage.chief, by - timedelta(days=1)))) == (
        waits.format(1) + "检查完以后，或者到最迟公开日 2026-04-10 再公开。"
    )
    assert drawing.open_draw(pk=draw.pk, **who(stage.chief, by)).state == "published"


def test_no_event_tells_the_sample_the_salt_or_the_first_typing(stage):
    draw = draw_at(stage, "announced", mode="sealed")
    told = json.dumps(list(Event.objects.values_list("before", "after", "reason")), ensure_ascii=False)
    for secret in (draw.secret.seed, draw.secret.salt, *SALTS):
        assert secret not in told
    chosen = draw.units.filter(selected=True).values_list("unit_id", flat=True)
    assert not [unit for unit in chosen if unit in told]
    before_second = Event.objects.get(verb="draw.enter_entropy")
    assert "31" not in json.dumps(before_second.after["facts"]["entropy"]).replace("2026", "")


STEPS = {
    "freeze": lambda s, d: services.freeze_roster(pk=d.pk, **who(s.chief)),
    "thaw": lambda s, d: services.thaw_roster(pk=d.pk, reason="漏了一家机构", **who(s.chief)),
    "commit": lambda s, d: committing.commit_draw(pk=d.pk, user=s.chief, now=NOW, sources=SOURCES, deadline=DEADLINE),
    "enter_entropy": lambda s, d: enter(s, d),
    "withdraw_entropy": lambda s, d: entropy.withdraw_entropy(pk=d.pk, reason="录错一个号码", **who(s.chief, LATER)),
    "confirm_entropy": lambda s, d: confirm(s, d),
    "draw": lambda s, d: drawing.draw_now(pk=d.pk, **who(s.chief, LATER)),
    "publish": lambda s, d: drawing.publish_draw(pk=d.pk, **who(s.chief, LATER)),
    "open": lambda s, d: drawing.open_draw(pk=d.pk, **who(s.chief, DONE)),
    "void": lambda s, d: services.void_draw(pk=d.pk, reason="名录漏列一家机构", **who(s.chief, LATER)),
}
STATES = ("draft", "frozen", "committed", "entropy_entered", "entropy_confirmed", "drawn", "published", "void")


@pytest.mark.parametrize("state", STATES)
def test_every_step_in_every_state_is_done_or_refused_by_the_table(stage, state):
    if state == "void":
        draw = project(stage)
        services.void_draw(pk=draw.pk, reason="名录漏列一家机构", **who(stage.chief))
    else:
        draw = draw_at(stage, state)
    table = {(move.source, move.action) for move in DRAW.moves}
    for action, do in STEPS.items():
        if (state, action) in table:
            continue
        before = Event.objects.count()
        sentence = said(lambda do=do: do(stage, Draw.objects.get(pk=draw.pk)))
        assert f"“{DRAW.states[state]}”状态" in sentence
        assert (Draw.objects.get(pk=draw.pk).state, Event.objects.count()) == (state, before)


@pytest.mark.parametrize("state", VOIDABLE)
def test_a_draw_is_made_void_with_its_reason_and_keeps_its_place(stage, state):
    draw = draw_at(stage, state)
    services.void_draw(pk=draw.pk, reason="名录漏列一家机构", **who(stage.chief, LATER))
    draw.refresh_from_db()
    assert (draw.state, draw.void_reason, draw.voided_by) == ("void", "名录漏列一家机构", stage.chief)
    assert bool(draw.seq) == (state not in ("draft", "frozen"))


def test_the_chain_of_commitments_holds_void_draws_too(stage):
    first = draw_at(stage, "committed")
    services.void_draw(pk=first.pk, reason="来源的期号写错", **who(stage.chief, NOW + timedelta(minutes=5)))
    second = draw_at(stage, "committed", title="重新立项")
    assert (second.seq, second.prev_commit) == (2, first.commit_sha256)


def test_a_batch_made_void_before_its_entropy_may_be_drawn_again_and_afterwards_never(stage):
    first = draw_at(stage, "committed")
    services.void_draw(pk=first.pk, reason="来源的期号写错", **who(stage.chief, NOW + timedelta(minutes=5)))
    second = draw_at(stage, "committed")
    services.void_draw(pk=second.pk, reason="屏幕卡住，想重抽", **who(stage.chief, LATER))
    assert said(lambda: project(stage)) == (
        f"第 1 批已由 {second.number} 抽过，该次抽查在熵可能公布之后作废，结果当时已可推算，"
        "因此本批次不得再抽；要补查的，请在计划中另列批次。"
    )


def test_the_same_person_may_not_confirm_what_he_typed(stage):
    draw = draw_at(stage, "entropy_entered")
    call = lambda: entropy.confirm_entropy(pk=draw.pk, given=TYPED, **who(stage.chief, LATER))  # noqa: E731
    assert said(call) == "“核对熵”须由另一人办理，提出人本人不能自己复核。"


def test_two_people_at_the_same_batch_one_wins_and_the_other_is_told(stage):
    first = project(stage)
    assert said(lambda: project(stage)) == (
        f"第 1 批已由尤二于2026年3月2日立项（{first.number}，编制名录），同一批次只能抽一次。"
    )
    assert Draw.objects.count() == 1


def test_two_people_drawing_at_once_one_wins_and_the_other_is_told(stage):
    draw = draw_at(stage, "entropy_confirmed")
    press = lambda user: drawing.draw_now(  # noqa: E731
        pk=draw.pk, seen_state="entropy_confirmed", **who(user, LATER)
    )
    press(stage.chief)
    first = Draw.objects.get(pk=draw.pk).result_sha256
    assert said(lambda: press(stage.leader)) == ("尤二已于2026年3月3日 22:00把本次抽查办为“已抽取”，您的操作没有写入。")
    assert Draw.objects.get(pk=draw.pk).result_sha256 == first
    assert Event.objects.filter(verb="draw.draw").count() == 1


def test_strangers_and_other_roles_do_nothing(stage):
    draw = draw_at(stage, "frozen")
    for user in (stage.office.city_chief, stage.officers[0]):
        call = lambda user=user: committing.commit_draw(  # noqa: E731
            pk=draw.pk, user=user, now=NOW, sources=SOURCES, deadline=DEADLINE
        )
        assert said(call) == "您没有“公布承诺”的权限。"
    assert said(lambda: partners.hand_in_hash(pk=draw.pk, salt_sha256="ab" * 32, **who(stage.legal))) == (
        "您不是本次抽查的盐保管人。"
    )
    assert draw.created_at.date() == TODAY


def test_keepers_come_from_the_organ_or_above_and_a_dismissed_ones_organ_sees_the_draw_no_more(stage):
    draw = project(stage, mode="sealed", open_by=DONE.date() + timedelta(days=20), team="joint")
    shared = lambda: set(Share.objects.filter(thing_id=str(draw.pk)).values_list("organ__name", flat=True))  # noqa: E731
    name = lambda keeper: partners.name_custodian(pk=draw.pk, keeper=keeper, **who(stage.chief))  # noqa: E731
    stranger = make_user(stage.office.tree.other_county, Role.LEGAL_REVIEWER, name="外县法制员")
    assert said(lambda: name(stranger)) == "外县法制员不在本机关和上级机关。保管人只能从本机关和上级机关中指定。"
    city = stage.office.tree.city
    row = name(stage.supervisor)
    assert shared() == {city.name}
    other = make_user(city, Role.LEADER, name="市领导")
    second = name(other)
    dismiss = lambda one: partners.dismiss_custodian(pk=draw.pk, custodian_pk=one.pk, **who(stage.chief))  # noqa: E731
    dismiss(row)
    assert shared() == {city.name}
    dismiss(second)
    assert shared() == set()
    asked = partners.invite_organ(pk=draw.pk, organ=city, **who(stage.chief))
    keeper = name(stage.supervisor)
    partners.withdraw_invitation(pk=draw.pk, partner_pk=asked.pk, **who(stage.chief))
    assert shared() == {city.name}
    partners.invite_organ(pk=draw.pk, organ=city, **who(stage.chief))
    dismiss(keeper)
    assert shared() == {city.name}


def test_the_page_names_no_keeper_from_elsewhere(stage, client, settings):
    draw = project(stage, mode="sealed", open_by=DONE.date() + timedelta(days=20))
    stranger = make_user(stage.office.tree.other_county, Role.LEGAL_REVIEWER, name="外县法制员")
    client.force_login(stage.chief)
    answer = client.post(reverse("draws:keepers", args=[draw.number]), {"action": "name", "pk": stranger.pk})
    assert (answer.status_code, draw.custodians.count()) == (404, 0)
