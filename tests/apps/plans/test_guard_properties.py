"""The guard's decision over any rows: no more than the cap, never nearer than the gap, exceptions always told."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hengjian.apps.plans.guard import Entry, Limits, decide

START = date(2026, 1, 1)
days = st.integers(0, 364).map(lambda n: START + timedelta(n))
limits = st.builds(
    Limits,
    annual_cap=st.integers(1, 6),
    min_gap_days=st.integers(0, 120),
    merge_days=st.integers(0, 60),
    cap_source=st.just("公告"),
    gap_source=st.just("公告"),
)


@st.composite
def ledgers(draw):
    entries = []
    for number in range(draw(st.integers(0, 8))):
        guest = draw(st.booleans())
        entries.append(
            Entry(
                number=f"RQ-{number}",
                day=draw(days),
                state=draw(st.sampled_from(["reserved", "entered", "done"])),
                counted=not guest and draw(st.booleans()),
                organ_id=draw(st.integers(1, 3)),
                organ_name="某局",
                hidden=draw(st.booleans()),
                guest=guest,
            )
        )
    return entries


@given(st.lists(days, max_size=40), limits)
def test_visits_admitted_one_by_one_never_break_cap_or_gap(wanted, limit):
    admitted: list[Entry] = []
    for number, day in enumerate(wanted):
        if decide(admitted, day=day, limits=limit).allowed:
            admitted.append(Entry(f"RQ-{number}", day, "reserved", True, 1, "某局"))
    assert len(admitted) <= limit.annual_cap
    kept = sorted(one.day for one in admitted)
    assert all((later - sooner).days >= limit.min_gap_days for sooner, later in pairwise(kept))


@given(ledgers(), days, limits)
def test_an_answer_is_the_same_whatever_the_order_of_rows(entries, day, limit):
    assert decide(entries, day=day, limits=limit) == decide(entries[::-1], day=day, limits=limit)


@given(ledgers(), days, limits)
def test_an_exception_is_always_allowed_and_says_that_it_is_published(entries, day, limit):
    answer = decide(entries, day=day, limits=limit, exception_code="tip")
    assert answer.allowed
    assert "列入公示" in answer.sentence


@given(ledgers(), days, limits)
def test_a_refusal_has_a_reason_and_a_way_out(entries, day, limit):
    answer = decide(entries, day=day, limits=limit)
    assert answer.allowed == (not answer.code)
    if answer.code == "cap":
        assert answer.used >= limit.annual_cap
    if not answer.allowed:
        assert "例外情形" in answer.sentence
    assert answer.used <= answer.total
    assert answer.left == max(0, limit.annual_cap - answer.used)


@given(ledgers(), days, limits)
def test_hidden_visits_of_others_are_never_named(entries, day, limit):
    answer = decide(entries, day=day, limits=limit)
    others = {one.number for one in entries if one.hidden}
    assert not others & {one.number for one in answer.merge_candidates}


@given(ledgers(), days, limits)
def test_the_first_free_day_keeps_the_gap_to_every_visit(entries, day, limit):
    answer = decide(entries, day=day, limits=limit)
    if answer.earliest is not None:
        assert answer.earliest > day
        hosts = [one for one in entries if not one.guest]
        assert all(abs((one.day - answer.earliest).days) >= limit.min_gap_days for one in hosts)


@given(ledgers(), days, limits)
def test_candidates_are_reserved_visits_nearest_first(entries, day, limit):
    found = decide(entries, day=day, limits=limit).merge_candidates
    distances = [abs((one.day - day).days) for one in found]
    assert distances == sorted(distances)
    assert all(one.state == "reserved" and not one.guest for one in found)
