"""Likeness found and decided; merging with all threads, splitting back, series."""

from __future__ import annotations

import pytest

from hengjian.apps.leads import joining, services, timing
from hengjian.apps.leads.likeness import find_likeness
from hengjian.apps.leads.models import Lead, Likeness
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused
from tests.apps.factories import NOW, TODAY, Tree, make_actor, make_tree
from tests.apps.leads.samples import People, keys, make_lead, make_people, rows_of, verifying

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def people(tree: Tree) -> People:
    return make_people(tree.county)


def pair(tree: Tree, people: People) -> tuple[Lead, Lead]:
    first, second = (make_lead(tree.county, people.officer) for _ in range(2))
    for lead in (first, second):
        find_likeness(lead_pk=lead.pk, now=NOW)
    return first, second


def test_the_same_letter_is_proposed_once_with_reasons_and_how_sure(tree: Tree, people: People):
    _, second = pair(tree, people)
    found = Likeness.objects.get()
    assert found.kind == "duplicate" and found.sure > 0.9 and found.reasons
    assert find_likeness(lead_pk=second.pk, now=NOW) == 0


def test_leads_that_share_a_report_number_find_each_other(tree: Tree, people: People):
    for name, words in (("甲检测站", "报告造假"), ("", "怀疑这份报告没有检测")):
        lead = make_lead(tree.county, people.officer, respondent_name=name, text=words, report_numbers=["R-9"])
        find_likeness(lead_pk=lead.pk, now=NOW)
    assert Likeness.objects.count() == 1


def test_nothing_is_joined_until_a_person_says_so_and_only_one_with_the_right(tree: Tree, people: People):
    _, second = pair(tree, people)
    likeness = Likeness.objects.get()
    assert Lead.objects.get(pk=second.pk).state == "registered"
    asked = {"pk": likeness.pk, "action": "accept", "now": NOW, "reason": "同一封信", "kind": "merge"}
    with pytest.raises(NotAllowed):
        joining.decide_likeness(rows=rows_of(people.analyst), user=people.analyst, **asked)
    there = make_people(tree.other_county)
    with pytest.raises(NotFound):
        joining.decide_likeness(rows=rows_of(there.officer), user=there.officer, **asked)


def test_a_merged_lead_keeps_its_number_and_is_answered_with_the_main_one(tree: Tree, people: People):
    main, guest = pair(tree, people)
    joining.merge_leads(**keys(people.officer, guest), main=main, reason="同一封信")
    guest.refresh_from_db()
    assert guest.state == "merged" and guest.merged_into == main and timing.running(guest, "PEN-18") is None
    main = verifying(main, people)
    services.mark_answered(
        lead=main,
        kind="measure",
        text="已责令改正",
        ref_label="",
        ref_url="",
        actor=make_actor(people.officer),
        now=NOW,
    )
    answer = guest.answers.get()
    assert answer.kind == "merged" and answer.text == "已责令改正" and main.number in answer.ref_label


def test_split_back_it_runs_on_its_own_clock_from_its_own_day(tree: Tree, people: People):
    main, guest = pair(tree, people)
    joining.merge_leads(**keys(people.officer, guest), main=main, reason="同一封信")
    done = joining.split_lead(**keys(people.officer, guest), reason="是两件事")
    assert done.state == "registered" and done.merged_into is None
    assert timing.running(done, "PEN-18").started_on == TODAY  # type: ignore[union-attr]


def test_what_was_merged_before_goes_along(tree: Tree, people: People):
    one, two, three = (make_lead(tree.county, people.officer) for _ in range(3))
    joining.merge_leads(**keys(people.officer, two), main=one, reason="同")
    joining.merge_leads(**keys(people.officer, one), main=three, reason="同")
    assert set(three.merged.values_list("pk", flat=True)) == {one.pk, two.pk}


def test_a_lead_is_not_merged_into_itself_or_into_a_merged_one(tree: Tree, people: People):
    main, guest = pair(tree, people)
    with pytest.raises(Refused, match="不能并入它自己"):
        joining.merge_leads(**keys(people.officer, main), main=main, reason="x")
    joining.merge_leads(**keys(people.officer, guest), main=main, reason="同")
    other = make_lead(tree.county, people.officer)
    with pytest.raises(Refused, match=f"{guest.number} 自己已并入 {main.number}"):
        joining.merge_leads(**keys(people.officer, other), main=guest, reason="x")


def test_a_series_has_a_number_and_a_lead_can_leave_it(tree: Tree, people: People):
    _, second = pair(tree, people)
    joining.decide_likeness(
        rows=rows_of(people.officer), pk=Likeness.objects.get().pk, action="accept", user=people.officer, now=NOW,
        reason="一串", kind="series",
    )  # fmt: skip
    second.refresh_from_db()
    assert second.series.number == "XC-2026-0001" and second.series.leads.count() == 2
    joining.leave_series(rows=rows_of(people.officer), pk=second.pk, user=people.officer, now=NOW, reason="不是一串")
    with pytest.raises(IllegalMove, match="不在线索串里"):
        joining.leave_series(rows=rows_of(people.officer), pk=second.pk, user=people.officer, now=NOW, reason="x")


def test_a_rejected_likeness_is_not_proposed_again(tree: Tree, people: People):
    _, second = pair(tree, people)
    joining.decide_likeness(
        rows=rows_of(people.officer), pk=Likeness.objects.get().pk, action="reject", user=people.officer, now=NOW,
        reason="不同的两次",
    )  # fmt: skip
    assert find_likeness(lead_pk=second.pk, now=NOW) == 0
    assert Likeness.objects.get().state == "rejected"


def test_a_lead_is_not_buried_in_one_about_somebody_else_or_already_answered(tree: Tree, people: People):
    lead = verifying(make_lead(tree.county, people.officer, respondent_name="甲检测站"), people)
    other = verifying(make_lead(tree.county, people.officer, respondent_name="乙检测站"), people)
    given = {"rows": rows_of(people.officer), "pk": lead.pk, "user": people.officer, "now": NOW, "reason": "同一件事"}
    with pytest.raises(Refused, match="反映的不是同一单位，也没有确认过的疑似重复，不能并入"):
        joining.merge_leads(main=other, **given)
    same = make_lead(tree.county, people.officer, respondent_name="甲检测站")
    Lead.objects.filter(pk=same.pk).update(state="answered")
    with pytest.raises(Refused, match="已经答复，不能再并入"):
        joining.merge_leads(main=Lead.objects.get(pk=same.pk), **given)
