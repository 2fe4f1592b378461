"""The pure part of the event chain: any change of any field is found."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from hengjian.apps.record.chain import GENESIS, Link, first_break, link_hash, merkle_root
from hengjian.apps.record.services import plain

AT = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)


def chain(length: int) -> list[tuple[Link, str]]:
    made, previous = [], GENESIS
    for number in range(1, length + 1):
        link = Link(
            number,
            AT,
            "7",
            "甲",
            "analyst",
            "/1/",
            "x.y",
            "a.b",
            str(number),
            "物",
            "",
            "",
            {},
            {"n": number},
            previous,
        )
        previous = link_hash(link)
        made.append((link, previous))
    return made


def head(links: list[tuple[Link, str]]) -> tuple[int, str]:
    return (len(links), links[-1][1]) if links else (0, GENESIS)


def test_an_untouched_chain_holds_and_so_does_an_empty_one():
    assert first_break(chain(5), head=head(chain(5))) is None
    assert first_break([], head=(0, GENESIS)) is None


@given(
    at=st.integers(0, 4), field=st.sampled_from(["actor_name", "role", "verb", "reason", "thing_id", "after", "basis"])
)
def test_a_change_of_any_field_is_found_at_its_number(at, field):
    links = chain(5)
    changed = replace(links[at][0], **{field: {"n": "x"} if field == "after" else "被改"})
    tampered = [*links[:at], (changed, links[at][1]), *links[at + 1 :]]
    broken = first_break(tampered, head=head(links))
    assert broken.sequence == at + 1
    assert "改动" in broken.reason


def test_a_change_with_a_new_hash_breaks_the_next_link():
    links = chain(3)
    changed = replace(links[1][0], reason="另一个理由")
    broken = first_break([links[0], (changed, link_hash(changed)), links[2]], head=head(links))
    assert (broken.sequence, "上一事件" in broken.reason) == (3, True)


def test_a_hole_a_cut_end_and_a_swap_are_told_apart():
    links = chain(4)
    assert first_break([links[0], *links[2:]], head=head(links)).reason.startswith("缺少第 2 号")
    assert "链尾应为第 4 号" in first_break(links[:3], head=head(links)).reason
    swapped = [
        links[0],
        (replace(links[2][0], sequence=2), links[2][1]),
        (replace(links[1][0], sequence=3), links[1][1]),
    ]
    assert first_break([*swapped, links[3]], head=head(links)).sequence == 2


def test_leaves_and_nodes_of_the_root_are_hashed_apart():
    leaf = "ab" * 32
    lone = sha256(b"\x00" + bytes.fromhex(leaf)).hexdigest()
    assert merkle_root([leaf]) == lone
    assert merkle_root([leaf, leaf]) != lone
    assert merkle_root(["11" * 32, "22" * 32, "33" * 32]) != merkle_root(["11" * 32, "33" * 32, "22" * 32])


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_is_hashed_holds_no_float(value):
    def floats(one):
        if isinstance(one, dict):
            return any(map(floats, one.values()))
        return any(map(floats, one)) if isinstance(one, list) else isinstance(one, float)

    assert not floats(plain(value))
