"""Held entries and collisions: people decide, both versions stay, a closed record stays closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hengjian.apps.accounts.models import Posting
from hengjian.apps.inspections.models import Attachment, CheckAnswer, OnSite
from hengjian.apps.inspections.phone import deciding
from hengjian.apps.inspections.phone.models import PhoneEntry
from hengjian.apps.inspections.phone.package import package_of
from hengjian.apps.inspections.phone.procedures import PHONE_ENTRY
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed
from tests.apps.factories import make_user
from tests.apps.inspections.phones import Phone, states
from tests.apps.inspections.samples import NOW, TODAY, World
from tests.kernel.procedure_contract import assert_every_pair_is_decided


def moved(world: World, user=None) -> None:
    Posting.objects.filter(user=user or world.lead).update(valid_to=TODAY - timedelta(days=1))


def decided(how, entry: PhoneEntry, user, reason: str = "已与本人核对"):
    return how(entry=entry, reason=reason, user=user, on=TODAY, now=NOW)


def test_every_pair_of_state_and_action_is_decided():
    assert assert_every_pair_is_decided(PHONE_ENTRY) == len(PHONE_ENTRY.states) * 7


@pytest.fixture
def held(world: World) -> PhoneEntry:
    phone = Phone(world.lead, world.on_site())
    phone.answer("CK-D2", "problem", "没有检定证书")
    moved(world)
    assert states(phone.send()) == ["held"]
    return PhoneEntry.objects.get()


def test_a_chief_adopts_in_the_author_s_name(world: World, held: PhoneEntry):
    assert list(deciding.held_seen_by(world.chief, on=TODAY)) == [held]
    decided(deciding.adopt, held, world.chief)
    answer = CheckAnswer.objects.get()
    assert (answer.by, answer.note) == (world.lead, "没有检定证书")
    held.refresh_from_db()
    assert (held.state, held.decided_by, held.decision_note) == ("adopted", world.chief, "已与本人核对")
    written = Event.objects.get(verb="inspection.answer")
    assert written.actor_id == str(world.chief.pk)
    assert Event.objects.get(verb="phone_entry.adopt").reason == "已与本人核对"


def test_a_photo_is_adopted_with_its_bytes(world: World):
    phone = Phone(world.lead, world.on_site())
    moved(world)
    assert phone.send_file().state == "held"
    decided(deciding.adopt, PhoneEntry.objects.get(), world.chief)
    assert Attachment.objects.get().sha256 == PhoneEntry.objects.get().file_sha256


def test_nobody_adopts_their_own(world: World):
    phone = Phone(world.chief, world.on_site())
    assert states(phone.send(phone.answer())) == ["held"]
    with pytest.raises(IllegalMove, match="须由另一人办理"):
        decided(deciding.adopt, PhoneEntry.objects.get(), world.chief)


def test_only_the_chiefs_of_the_task_s_organ_see_and_decide(world: World, held: PhoneEntry):
    outsider = make_user(world.office.tree.other_county, "section_chief")
    assert not deciding.held_seen_by(outsider, on=TODAY).exists()
    assert not deciding.held_seen_by(world.member, on=TODAY).exists()
    with pytest.raises(NotAllowed):
        decided(deciding.adopt, held, outsider)
    held.refresh_from_db()
    assert held.state == "held"


def test_what_came_too_late_cannot_be_adopted_and_is_set_aside_with_a_reason(world: World):
    phone = Phone(world.member, world.closed())
    phone.send(phone.answer())
    entry = PhoneEntry.objects.get()
    with pytest.raises(IllegalMove, match="笔录闭合以后不能再改"):
        decided(deciding.adopt, entry, world.chief)
    with pytest.raises(DomainError, match="理由"):
        decided(deciding.set_aside, entry, world.chief, reason=" ")
    decided(deciding.set_aside, entry, world.chief, reason="与笔录一致，留作补充材料")
    entry.refresh_from_db()
    assert (entry.state, entry.payload["item_id"]) == ("set_aside", "CK-A1")


def test_a_step_of_the_procedure_is_not_adopted(world: World):
    phone = Phone(world.lead, world.on_site())
    moved(world)
    assert states(phone.send(phone.write("close"))) == ["held"]
    with pytest.raises(IllegalMove, match="只能由现场的执法人员自己办理"):
        decided(deciding.adopt, PhoneEntry.objects.get(), world.chief)


@pytest.fixture
def collided(world: World) -> PhoneEntry:
    """The lead wrote `ok` while the member, without a connection, wrote `problem`."""
    task = world.on_site()
    first, second = Phone(world.lead, task), Phone(world.member, task)
    first.answer("CK-D2", "ok", "证书齐全")
    second.answer("CK-D2", "problem", "3月没有证书")
    assert states(first.send()) == ["accepted"]
    outcome = second.send()[0]
    assert outcome.state == "conflict"
    assert "把检查项 D2 填为“符合”，您填的“不符合”没有覆盖它。请看过对方的内容再决定。" in outcome.sentence
    return PhoneEntry.objects.get(state="conflict")


def test_both_answers_are_kept_and_shown_to_both(world: World, collided: PhoneEntry):
    assert CheckAnswer.objects.get().answer == "ok"
    for user in (world.lead, world.member):
        told = package_of(collided.inspection, user, on=TODAY)["conflicts"]
        assert [(one["standing"]["by"], one["standing"]["words"]) for one in told] == [("沈砚秋", "符合")]
        assert [(one["arrived"]["by"], one["arrived"]["note"]) for one in told] == [("应见山", "3月没有证书")]


@pytest.mark.parametrize(
    ("keep", "answer", "state"), [("arrived", "problem", "adopted"), ("standing", "ok", "set_aside")]
)
def test_an_officer_chooses_and_the_other_version_stays_on_record(world: World, collided, keep, answer, state):
    phone = Phone(world.lead, collided.inspection)
    chosen = phone.write("choose", conflict=collided.uuid, keep=keep, reason="共同复核了证书")
    assert states(phone.send(chosen)) == ["accepted"]
    row = CheckAnswer.objects.get()
    assert row.answer == answer
    assert row.by == (world.member if keep == "arrived" else world.lead)
    collided.refresh_from_db()
    assert (collided.state, collided.standing["answer"], collided.payload["answer"]) == (state, "ok", "problem")
    assert Event.objects.get(verb=f"phone_entry.keep_{keep}").reason == "共同复核了证书"


def test_a_choice_without_a_reason_is_refused_and_two_choices_count_once(world: World, collided: PhoneEntry):
    phone, other = Phone(world.lead, collided.inspection), Phone(world.member, collided.inspection)
    silent = phone.send(phone.write("choose", conflict=collided.uuid, keep="arrived", reason=""))[0]
    assert silent.state != "accepted" or "理由" in silent.sentence
    collided.refresh_from_db()
    assert collided.state == "conflict"
    assert states(phone.send(phone.write("choose", conflict=collided.uuid, keep="standing", reason="核对"))) == [
        "accepted"
    ]
    late = other.send(other.write("choose", conflict=collided.uuid, keep="arrived", reason="核对"))[0]
    assert late.state == "accepted"
    assert "以先登记的为准" in late.sentence
    assert CheckAnswer.objects.get().answer == "ok"


def test_the_record_is_not_closed_over_an_open_collision(world: World, collided: PhoneEntry):
    phone = Phone(world.lead, collided.inspection)
    phone.write("statement", base=0, facts_found="查了", signing="refused", refusal_reason="不认可", witness_name="钟")
    phone.write("close")
    outcomes = phone.send()
    assert states(outcomes) == ["accepted", "waiting"]
    assert outcomes[1].sentence == "还有冲突没有选定，选定以后笔录自动闭合。"


def test_the_same_answer_of_both_is_no_collision_and_one_s_own_later_answer_counts(world: World):
    task = world.on_site()
    first, second = Phone(world.lead, task), Phone(world.member, task)
    assert states(first.send(first.answer(note="齐全"))) == ["accepted"]
    assert states(second.send(second.answer(note="齐全"))) == ["accepted"]
    own = Phone(world.member, task)
    assert states(own.send(own.answer(note="又看了一遍"))) == ["accepted"]
    assert CheckAnswer.objects.get().note == "又看了一遍"


def test_two_texts_of_the_record_collide_but_one_s_own_next_text_does_not(world: World):
    task = world.on_site()
    first, second = Phone(world.lead, task), Phone(world.member, task)
    first.write("statement", base=0, facts_found="甲稿")
    first.write("statement", base=0, facts_found="甲稿，第二遍")
    assert states(first.send()) == ["accepted", "accepted"]
    outcome = second.send(second.write("statement", base=0, facts_found="乙稿"))[0]
    assert outcome.state == "conflict"
    entry = PhoneEntry.objects.get(state="conflict")
    assert (entry.standing["facts_found"], entry.standing["by"]) == ("甲稿，第二遍", "沈砚秋")
    deciding.choose(entry=entry, keep="arrived", reason="合议", user=world.lead, on=TODAY, now=NOW)
    assert OnSite.objects.get().facts_found == "乙稿"
