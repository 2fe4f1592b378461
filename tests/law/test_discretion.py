"""Gain, hearing, levels, publication; and that a spoiled benchmark, matrix or sum is refused with its place."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.penalties import Conduct
from hengjian.engines.penalties.gains import Receipts
from hengjian.engines.penalties.procedure import Proposal, needs_of
from hengjian.engines.penalties.publicity import Decided, listing_hints, publication_tier
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.discretion import (
    BENCHMARKS_FILE,
    COMPETENCE_FILE,
    benchmark_for,
    competence_on,
    load_competence,
    load_discretion,
)
from hengjian.law.errors import LawError
from hengjian.law.loader import lawbook, load
from hengjian.law.punishing import illegal_gain_of, limits_on

SOURCE = Path(str(files("hengjian.law")))
ON = date(2026, 11, 21)
WAN = 1_000_000


# --- gain, needs, levels, publication


def test_gain_is_what_came_in_less_what_is_proved() -> None:
    found = illegal_gain_of(
        Receipts(received=10_000, costs=2_000, costs_proved=True, taxes=500, taxes_proved=False, refunded=3_000), on=ON
    )
    assert (found.amount, found.confiscated) == (8_000, 5_000)
    assert any("没有证据，不扣除" in step for step in found.steps)
    unknown = illegal_gain_of(Receipts(received=None), on=ON)
    assert (unknown.amount, unknown.needs_approval) == (None, True)
    with pytest.raises(Refused, match="退还的款项多于收取的款项"):
        illegal_gain_of(Receipts(received=1, refunded=2), on=ON)


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(0, 10**10), st.booleans())
def test_gain_is_never_negative_and_never_more_than_received(got: int, costs: int, back: int, proved: bool) -> None:
    found = illegal_gain_of(Receipts(received=got, costs=costs, costs_proved=proved, refunded=min(back, got)), on=ON)
    assert 0 <= found.confiscated <= found.amount <= got


@pytest.mark.parametrize(
    ("proposal", "hearing"),
    [
        (Proposal(fine=10 * WAN), True),
        (Proposal(fine=10 * WAN - 1), False),
        (Proposal(party_kind="person", fine=WAN), True),
        (Proposal(confiscated=10 * WAN), True),
        (Proposal(fine=6 * WAN, confiscated=6 * WAN), False),
        (Proposal(actions=("revoke",)), True),
        (Proposal(party_kind="person", actions=("ban",)), True),
    ],
)
def test_who_has_a_right_to_a_hearing(proposal: Proposal, hearing: bool) -> None:
    assert needs_of(proposal, limits_on(ON)).hearing is hearing


def test_legal_review_and_collective_discussion_go_together() -> None:
    plain = needs_of(Proposal(fine=10 * WAN), limits_on(ON))
    assert (plain.legal_review, plain.case_review, plain.collective) == (False, True, False)
    for more in ({"hearing_held": True}, {"public_interest": True}, {"complex": True}):
        heavy = needs_of(Proposal(fine=10 * WAN, **more), limits_on(ON))
        assert (heavy.legal_review, heavy.case_review, heavy.collective) == (True, False, True)


def test_only_the_accreditor_or_its_superior_revokes() -> None:
    answers = {level: competence_on("revoke", level, on=ON).answer for level in ("samr", "province", "city", "county")}
    assert answers == {"samr": "may", "province": "may", "city": "propose", "county": "propose"}
    assert competence_on("revoke", "province", on=ON, accreditor="samr").answer == "propose"
    assert competence_on("revoke", "station", on=ON).answer == "no"
    assert competence_on("list", "county", on=ON).sentence == "列入严重违法失信名单：县级局作出前须经市级局同意。"
    assert competence_on("penalty", "station", on=ON).sentence.endswith("以所属局的名义作出。")
    with pytest.raises(NotFound, match="权限表里没有“fly”"):
        competence_on("fly", "county", on=ON)


@pytest.mark.parametrize(
    ("decided", "tier"),
    [
        (Decided(penalties=("warning",)), "none"),
        (Decided(penalties=("criticism",)), "minor"),
        (Decided(penalties=("criticism",), field="food"), "minor"),
        (Decided(penalties=("fine",), tier="mitigated", fine=5 * WAN), "minor"),
        (Decided(penalties=("fine",), tier="mitigated", fine=5 * WAN + 1), "general"),
        (Decided(penalties=("fine",), tier="mitigated", fine=WAN // 2, party_kind="person"), "minor"),
        (Decided(penalties=("fine",), tier="mitigated", fine=WAN // 2 + 1, party_kind="person"), "general"),
        (Decided(penalties=("fine",), tier="lighter", fine=100), "general"),
        (Decided(penalties=("criticism", "fine"), fine=100), "general"),
        (Decided(penalties=("fine",), field="food", fine=100), "serious"),
        (Decided(penalties=("fine",), field="food", fine=100, tier="mitigated"), "minor"),
        (Decided(penalties=("fine", "revoke")), "serious"),
        (Decided(penalties=("fine", "ban"), party_kind="person"), "serious"),
        (Decided(penalties=("fine",), listed=True), "serious"),
        (Decided(penalties=("fine",), key_product=True), "serious"),
    ],
)
def test_how_long_a_penalty_stays_public(decided: Decided, tier: str) -> None:
    found = publication_tier(decided, limits_on(ON))
    assert found.id == tier
    assert set(found.clocks) <= {one.id for one in lawbook().clocks}


def test_revocation_may_not_be_taken_down_early() -> None:
    assert not publication_tier(Decided(penalties=("revoke",)), limits_on(ON)).early_stop
    assert publication_tier(Decided(penalties=("suspend",)), limits_on(ON)).early_stop


def test_listing_is_examined_with_a_heavy_penalty_and_never_without_intent() -> None:
    kinds, heavy = frozenset({"false_report"}), Decided(tier="heavier", fine=10 * WAN, penalties=("fine",))
    assert listing_hints(Conduct(intent=True), kinds, heavy, limits_on(ON))
    assert not listing_hints(Conduct(intent=False), kinds, heavy, limits_on(ON))
    assert not listing_hints(Conduct(intent=True), kinds, replace(heavy, tier="lighter"), limits_on(ON))


# --- the data


def test_the_general_benchmark_serves_every_provision() -> None:
    assert benchmark_for("SUP-15.1@2025-05-01", ON).id == "BM-01"
    assert benchmark_for("SP-02", ON).certainty == "unsure"
    with pytest.raises(NotFound, match="没有生效的裁量基准"):
        benchmark_for("SUP-15.1", date(2019, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "key", "complaint"),
    [
        ("    parts: 3\n", "    pieces: 3\n", "pieces", "unknown key"),
        ("    reach: 4\n", "", "reach", "missing key"),
        ("reach: 4", "reach: 0", "reach", "above nought"),
        ("first: 1, last: 2}", "first: 2, last: 2}", "tiers", "follow each other"),
        ("parts: 3", "parts: 4", "tiers", "follow each other"),
        ("code: lighter", "code: general", "tiers", "in this order"),
        ("floor_parts: 1", "floor_parts: 5", "floor_parts", "within the lighter tier"),
        ("rules: []", "rules: [SUP-99]", "rules", "does not exist"),
        ("points: 2, basis: [DIS]", "points: -2, basis: [DIS]", "points", "contradict the direction"),
        ("id: F-02", "id: F-01", "id", "used twice"),
        ("basis: [APL-49]", "basis: [APL-99]", "basis", "no article"),
        ("    note: 三等分", "    # note: 三等分", "note", "needs a note"),
        ("factors:\n", "factor:\n", "factor", "unknown section"),
    ],
)
def test_a_spoiled_benchmark_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, key: str, complaint: str
) -> None:
    text = (SOURCE / BENCHMARKS_FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / BENCHMARKS_FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LawError) as fault:
        load_discretion(tmp_path)
    assert (fault.value.file, fault.value.key) == (BENCHMARKS_FILE, key)
    assert complaint in fault.value.complaint


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("samr: own", "samr: maybe", "rights.samr"),
        ("  - id: cancel", "  - id: revoke", "valid_from"),
        ("basis: [LIST-22]", "basis: [LIST-99]", "basis"),
        ("station: name", "statoin: name", "rights.statoin"),
    ],
)
def test_a_spoiled_level_matrix_is_refused_with_its_place(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = (SOURCE / COMPETENCE_FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / COMPETENCE_FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LawError) as fault:
        load_competence(tmp_path)
    assert (fault.value.file, fault.value.key) == (COMPETENCE_FILE, key)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("follows: SP-08b", "follows: SP-99", "follows"),
        ("conduct: [forged_seal]}", "conduct: [unaccredited]}", "amounts.conduct"),
        ("serious, conduct: [inaccurate_report]}", "serious, conduct: [retention]}", "consequences.conduct"),
        ("base: fee, base_from_fen: 1000000}", "base: fees, base_from_fen: 1000000}", "institution.1.base"),
        ("base: fee, base_below_fen: 1000000}", "base_below_fen: 1000000}", "base"),
    ],
)  # fmt: skip
def test_spoiled_sums_of_a_sector_law_are_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    for source in SOURCE.glob("*.yaml"):
        shutil.copy(source, tmp_path)
    text = (tmp_path / "sector.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "sector.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LawError) as fault:
        load(tmp_path)
    assert (fault.value.file, fault.value.key) == ("sector.yaml", key)
