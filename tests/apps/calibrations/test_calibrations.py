"""Judgements teach: counted, proposed, approved by another person, in force for later runs only."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.accounts.models import Organ, Role, User
from hengjian.apps.alerts.models import Alert
from hengjian.apps.calibrations.models import Calibration
from hengjian.apps.calibrations.procedures import CALIBRATION
from hengjian.apps.calibrations.selectors import judged_in
from hengjian.apps.calibrations.services import decide_calibration, propose_calibration
from hengjian.apps.record.models import Event
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.weighing import as_weights, scored_by, weights_row
from hengjian.engines.screening.weights import read_weights
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from tests.apps.factories import NOW, TODAY, Tree, make_institution, make_tree, make_user
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def analyst(tree: Tree) -> User:
    return make_user(tree.county, Role.ANALYST)


@pytest.fixture
def leader(tree: Tree) -> User:
    return make_user(tree.county, Role.LEADER)


def run_of(organ: Organ, user: User, *, number: str = "SC-2026-0001", at: Any = NOW) -> ScreeningRun:
    return ScreeningRun.objects.create(
        number=number, organ=organ, requested_by=user, requested_at=at, today=TODAY, state="finished"
    )


def judged(organ: Organ, user: User, *, confirmed: int, dismissed: int, **changes: Any) -> None:
    """So many judged alerts of detector B2 in the food field."""
    run = run_of(organ, user, number=f"SC-2026-{ScreeningRun.objects.count() + 100:04d}")
    uscc = make_institution(organ)
    before = Alert.objects.count()
    for place in range(confirmed + dismissed):
        verdict = "confirmed" if place < confirmed else "dismissed"
        usual: dict[str, Any] = {
            "detector": "B2", "version": 1, "field": "food", "severity": "strong", "score": 20.0, "state": verdict,
            "verdict": verdict, "verdict_code": "" if verdict == "confirmed" else "clerical",
        }  # fmt: skip
        Alert.objects.create(
            number=f"YJ-2026-{before + place:06d}", organ=organ, institution=uscc, finding_key=f"{before + place:016x}",
            finding_id=f"{before + place:016x}", title="样例", subject_kind="instrument", subject_id="E1", state_at=NOW,
            run=run, last_run=run, first_seen=NOW, last_seen=NOW, judged_by=user, judged_at=NOW, **(usual | changes),
        )  # fmt: skip


def proposed(tree: Tree, analyst: User) -> Calibration:
    return propose_calibration(organ=tree.county, user=analyst, on=TODAY, now=NOW)


def move(row: Calibration, action: str, user: User, *, reason: str = "", now: Any = LATER) -> Calibration:
    return decide_calibration(row=row, action=action, reason=reason, user=user, on=TODAY, now=now)


def in_force(tree: Tree, analyst: User, leader: User) -> Calibration:
    row = proposed(tree, analyst)
    move(row, "submit", analyst, reason="研判已满一年", now=NOW)
    return move(row, "approve", leader)


def test_every_state_and_action_is_decided() -> None:
    assert assert_every_pair_is_decided(CALIBRATION) == 36


def test_a_detector_that_people_mostly_dismiss_gets_a_smaller_weight(tree: Tree, analyst: User) -> None:
    judged(tree.county, analyst, confirmed=1, dismissed=39)
    row = proposed(tree, analyst)
    whole, food = row.lines
    assert (whole["field"], food["field"], food["judged"], food["confirmed"]) == ("", "food", 40, 1)
    assert float(food["new_db"]) < float(food["old_db"])
    event = Event.objects.get(verb="calibration.draft")
    assert event.after["number"] == row.number and event.organ_path == tree.county.path


def test_data_questions_and_duplicates_teach_nothing(tree: Tree, analyst: User) -> None:
    judged(tree.county, analyst, confirmed=3, dismissed=4)
    judged(tree.county, analyst, confirmed=0, dismissed=9, verdict_code="duplicate")
    judged(tree.county, analyst, confirmed=0, dismissed=9, severity="weak")
    judged(tree.province, analyst, confirmed=9, dismissed=0)
    (one,) = judged_in(tree.county, until=NOW)
    assert (one.confirmed, one.judged) == (3, 7)


def test_too_few_judgements_propose_nothing_and_say_how_many(tree: Tree, analyst: User) -> None:
    judged(tree.county, analyst, confirmed=2, dismissed=1)
    with pytest.raises(Refused, match=r"样本太少.*最多的有 3 条"):
        proposed(tree, analyst)
    assert not Calibration.objects.exists()


def test_only_one_proposal_is_open_at_a_time(tree: Tree, analyst: User) -> None:
    judged(tree.county, analyst, confirmed=5, dismissed=5)
    first = proposed(tree, analyst)
    with pytest.raises(IllegalMove, match=first.number):
        proposed(tree, analyst)


def test_who_proposed_does_not_approve(tree: Tree) -> None:
    chief = make_user(tree.county, Role.SECTION_CHIEF)
    judged(tree.county, chief, confirmed=5, dismissed=5)
    row = proposed(tree, chief)
    move(row, "submit", chief, reason="已核对")
    with pytest.raises(IllegalMove, match="另一人"):
        move(row, "approve", chief)
    assert weights_row(tree.county, LATER) is None, "nothing takes effect silently"


def test_an_analyst_may_not_approve(tree: Tree, analyst: User) -> None:
    judged(tree.county, analyst, confirmed=5, dismissed=5)
    row = proposed(tree, analyst)
    move(row, "submit", analyst, reason="已核对")
    other = make_user(tree.county, Role.ANALYST)
    with pytest.raises(NotAllowed):
        move(row, "approve", other)


def test_approved_weights_hold_for_later_runs_only(tree: Tree, analyst: User, leader: User) -> None:
    judged(tree.county, analyst, confirmed=1, dismissed=39)
    row = in_force(tree, analyst, leader)
    before = scored_by(run_of(tree.county, analyst, number="SC-2026-0002", at=NOW))
    after = scored_by(run_of(tree.county, analyst, number="SC-2026-0003", at=LATER + timedelta(minutes=1)))
    assert before.weights.version == "built-in"
    assert after.weights.version == row.number
    assert after.weights.of("B2", "food") == float(row.lines[1]["new_db"])
    assert after.policy.version == "SCP-2026-2"


def test_organs_without_their_own_weights_go_by_those_above(tree: Tree, analyst: User, leader: User) -> None:
    judged(tree.county, analyst, confirmed=5, dismissed=35)
    row = in_force(tree, analyst, leader)
    station = tree.station
    found = weights_row(station, LATER)
    assert found is not None and found.version == row.number
    assert weights_row(tree.city, LATER) is None, "what a county learnt does not bind the city"


def test_a_new_version_replaces_the_old_and_keeps_what_it_could_not_learn(
    tree: Tree, analyst: User, leader: User
) -> None:
    judged(tree.county, analyst, confirmed=1, dismissed=39)
    first = in_force(tree, analyst, leader)
    judged(tree.county, analyst, confirmed=20, dismissed=0, detector="A6", field="vehicle")
    second = propose_calibration(organ=tree.county, user=analyst, on=TODAY, now=LATER + timedelta(hours=1))
    assert second.based_on == first.number
    move(second, "submit", analyst, reason="补充车检", now=LATER + timedelta(hours=1))
    move(second, "approve", leader, now=LATER + timedelta(hours=2))
    first.refresh_from_db()
    assert first.state == "superseded"
    standing = weights_row(tree.county, LATER + timedelta(hours=3))
    assert standing is not None and standing.version == second.number
    assert {(one["detector"], one["field"]) for one in standing.values} == {
        ("A6", ""), ("A6", "vehicle"), ("B2", ""), ("B2", "food"),
    }  # fmt: skip


def test_a_proposal_overtaken_by_another_version_is_not_approved(tree: Tree, analyst: User, leader: User) -> None:
    judged(tree.county, analyst, confirmed=5, dismissed=5)
    row = proposed(tree, analyst)
    move(row, "submit", analyst, reason="已核对")
    Calibration.objects.filter(pk=row.pk).update(based_on="JZ-2026-9999")
    with pytest.raises(IllegalMove, match="别的版本"):
        move(row, "approve", leader)


def test_stopped_weights_hold_no_more(tree: Tree, analyst: User, leader: User) -> None:
    judged(tree.county, analyst, confirmed=5, dismissed=35)
    row = in_force(tree, analyst, leader)
    move(row, "stop", leader, reason="计算有误", now=LATER + timedelta(hours=1))
    assert weights_row(tree.county, LATER + timedelta(hours=2)) is None
    kept = weights_row(tree.county, LATER)
    assert kept is not None and kept.version == row.number, "runs of that time are explained by it for ever"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_pages_say_what_was_counted(tree: Tree, analyst: User, leader: User) -> None:
    judged(tree.county, analyst, confirmed=3, dismissed=7)
    client = signed_in(analyst)
    made = client.post(reverse("calibrations:propose"), {"organ": tree.county.pk}, follow=True)
    row = Calibration.objects.get()
    page = made.content.decode()
    assert row.number in page and "3 / 10" in page and "样本太少" not in page
    sent = client.post(reverse("calibrations:act", args=[row.number, "submit"]), {"submit-reason": ""})
    assert sent.status_code == 422 and "请写明理由" in sent.content.decode()
    client.post(reverse("calibrations:act", args=[row.number, "submit"]), {"submit-reason": "已核对"})
    boss = signed_in(leader)
    done = boss.post(reverse("calibrations:act", args=[row.number, "approve"]), {"approve-reason": ""}, follow=True)
    assert "生效中" in done.content.decode()
    assert row.number in boss.get(reverse("calibrations:list")).content.decode()


def test_weights_that_were_in_force_are_taken_away_on_record_and_screen_on_the_command_line(
    tree: Tree, analyst: User, leader: User, tmp_path: Path
) -> None:
    judged(tree.county, analyst, confirmed=1, dismissed=39)
    row = proposed(tree, analyst)
    client = signed_in(analyst)
    assert "下载权重文件" not in client.get(reverse("calibrations:show", args=[row.number])).content.decode()
    assert client.post(reverse("calibrations:weights", args=[row.number])).status_code == 409
    move(row, "submit", analyst, reason="已核对")
    move(row, "approve", leader, now=LATER)
    assert "下载权重文件" in client.get(reverse("calibrations:show", args=[row.number])).content.decode()
    taken = client.post(reverse("calibrations:weights", args=[row.number]))
    assert taken.headers["Content-Disposition"] == f'attachment; filename="{row.number}-weights.json"'
    learnt = read_weights(json.loads(taken.content))
    assert learnt == as_weights(weights_row(tree.county, LATER + timedelta(minutes=1)))
    assert Event.objects.filter(verb="calibration.take_weights", organ_path=tree.county.path).count() == 1


def test_the_accuracy_page_gives_numbers_and_says_when_too_few(tree: Tree, analyst: User) -> None:
    client = signed_in(analyst)
    empty = client.get(reverse("calibrations:accuracy")).content.decode()
    assert "样本太少" in empty
    judged(tree.county, analyst, confirmed=8, dismissed=2)
    page = client.get(reverse("calibrations:accuracy")).content.decode()
    assert "77.3%" in page, "Jeffreys: 8.5 / 11"
    assert "8 / 10" in page and "样本太少（n = 0）" in page
