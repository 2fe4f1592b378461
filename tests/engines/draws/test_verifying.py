"""Tampering: whatever is changed in a bundle is found, by the product and by the citizens' script, and named."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengjian.engines.draws import InfeasibleDraw, canon, sha256_hex, verify
from tests.engines.draws import citizen
from tests.engines.draws.cases import Chance, golden, random_inputs

BUNDLE = golden("pareto")[0].bundle()


def changed(name, change):
    thing = json.loads(BUNDLE[name])
    change(thing)
    return BUNDLE | {name: canon(thing)}


def test_the_right_bundle_has_no_difference():
    assert verify(BUNDLE) == []


def swap_members(result):
    team = result["assignment"]
    team["V06"]["member"], team["F07"]["member"] = team["F07"]["member"], team["V06"]["member"]


TAMPERED = {
    "roster.tsv roster_sha256": lambda: BUNDLE | {"roster.tsv": BUNDLE["roster.tsv"].replace(b"V01\tC", b"V07\tC")},
    "inspectors.json inspectors_sha256": lambda: changed("inspectors.json", lambda p: p["J05"].update(lead=1)),
    "coi.json coi_sha256": lambda: changed("coi.json", lambda pairs: pairs.pop()),
    "reveal.json salt": lambda: changed("reveal.json", lambda r: r.update(salt="00" * 32)),
    "reveal.json entropy": lambda: changed("reveal.json", lambda r: r.update(entropy="3.9.15")),
    "reveal.json seed": lambda: changed("reveal.json", lambda r: r.update(seed="0" * 64)),
    "reveal.json ": lambda: changed("reveal.json", lambda r: r.update(note="x")),
    "result.json quota.B-env": lambda: changed("result.json", lambda r: r["quota"].update({"B-env": 4})),
    "result.json tickets.C-vehicle.V03": lambda: changed(
        "result.json", lambda r: r["tickets"]["C-vehicle"].update(V03="0" * 64)
    ),
    "result.json pi.A-food.F01": lambda: changed("result.json", lambda r: r["pi"]["A-food"].update(F01="3/13")),
    "result.json order.A-food 第 1 项": lambda: changed("result.json", lambda r: r["order"]["A-food"].reverse()),
    "result.json sample.A-food 第 1 项": lambda: changed("result.json", lambda r: r["sample"]["A-food"].reverse()),
    "result.json target_order": lambda: changed("result.json", lambda r: r["target_order"].pop()),
    "result.json assignment.V06.member": lambda: changed("result.json", swap_members),
    "result.json load.J01": lambda: changed("result.json", lambda r: r["load"].update(J01=9)),
    "result.json extra": lambda: changed("result.json", lambda r: r.update(extra=1)),
    "commit.json ": lambda: BUNDLE | {"commit.json": BUNDLE["commit.json"] + b"\n"},
}


@pytest.mark.parametrize("place", TAMPERED)
def test_the_first_difference_is_named(place):
    found = verify(TAMPERED[place]())
    assert f"{found[0].file} {found[0].place}" == place
    assert found[0].file in found[0].sentence


@pytest.mark.parametrize("name", sorted(BUNDLE))
def test_a_missing_file_is_named(name):
    found = verify({key: value for key, value in BUNDLE.items() if key != name})
    assert found[0].file == name and f"证明包里没有 {name}" in found[0].sentence


def test_a_bundle_that_is_not_revealed_says_so():
    committed = {key: value for key, value in BUNDLE.items() if key not in ("reveal.json", "result.json")}
    assert verify(committed)[0].sentence == "证明包里没有 reveal.json：这次抽取还没有揭示"


def test_the_list_of_those_left_out_is_checked_where_it_is_committed_to():
    inputs, _ = golden("equal")
    inputs.plan = inputs.plan | {"exclusions_sha256": sha256_hex("91A\t注销\n".encode())}
    bundle = inputs.bundle()
    assert verify(bundle | {"exclusions.tsv": "91A\t注销\n".encode()}) == []
    assert verify(bundle | {"exclusions.tsv": b""})[0].file == "exclusions.tsv"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(BUNDLE)), st.data())
def test_one_changed_byte_anywhere_is_found(name, data):
    whole = bytearray(BUNDLE[name])
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    assert verify(BUNDLE | {name: bytes(whole)}) != []


def test_the_citizens_script_judges_every_random_bundle_as_the_product_does(tmp_path):
    right = wrong = 0
    for seed in range(250):
        inputs = random_inputs(f"citizen {seed}")
        try:
            bundle = inputs.bundle()
        except InfeasibleDraw:
            continue
        checks, printed, code = citizen.check(citizen.write(tmp_path / str(seed), bundle))
        assert code == 0 and len(checks) == 14 and all(checks.values()), (seed, printed)
        assert verify(bundle) == []
        other = citizen.tampered(bundle, Chance(f"tamper {seed}"))
        if other != bundle:
            checks, printed, code = citizen.check(citizen.write(tmp_path / f"{seed}t", other))
            assert code == 1 and verify(other) != [], (seed, printed)
            wrong += 1
        right += 1
    assert right > 100 and wrong > 100
