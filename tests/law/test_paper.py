"""The forms as data: every fault is refused with file, entry and key."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from hengjian.kernel.errors import NotFound
from hengjian.law.errors import LawError
from hengjian.law.paper import form, form_by_digest, forms, load_forms

FACTS = """
facts:
  - {key: party.name, label: 当事人}
  - {key: order.until, label: 期限, kind: date}
"""
GOOD = """
forms:
  - id: PEN-33
    title: 责令改正通知书
    layout: letter
    number_word: 责改
    valid_from: 2021-07-15
    certainty: found
    basis: ["PEN-60"]
    volume: main
    order: 30
    seal: true
    copies: [当事人]
    to: party.name
    needs: [party.name]
    may: [order.until]
    parts:
      - {kind: text, when: order.until, text: "改正期限至{order.until}。"}
"""


def folder(tmp_path, text=GOOD, facts=FACTS):
    (tmp_path / "facts.yaml").write_text(facts, encoding="utf-8")
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_good_folder_is_read(tmp_path):
    (one,) = load_forms(folder(tmp_path))
    assert one.fact("order.until").label == "期限"
    assert one.basis_text(date(2026, 1, 1)) == "《市场监督管理行政处罚程序规定》第六十条"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("    seal: true\n", "", "one.yaml / PEN-33 / seal: missing key"),
        ("    seal: true\n", "    seal: true\n    colour: red\n", "one.yaml / PEN-33 / colour: unknown key"),
        ("layout: letter", "layout: poster", "one.yaml / PEN-33 / layout: 'poster' is not one of"),
        ("id: PEN-33", "id: ABC-33", "one.yaml / ABC-33 / id: not a form id"),
        ("[order.until]", "[order.none]", "one.yaml / PEN-33 / order.none: no such fact"),
        (
            "when: order.until, ",
            "",
            "one.yaml / PEN-33 / parts.1: order.until may be missing: the paragraph needs `when`",
        ),
        ("to: party.name", "to: order.until", "one.yaml / PEN-33 / to: the addressee is not among the needed facts"),
        ('["PEN-60"]', '["PEN-2"]', "one.yaml / PEN-33 / basis: PEN-02 cannot be cited on 2021-07-15"),
        ("kind: text, ", "kind: list, ", "one.yaml / PEN-33 / parts.1: a part of the kind list has list"),
        ("至{order.until}", "至{order.until}{甲}", "one.yaml / PEN-33 / parts.1: a brace that names no fact"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, old, new, complaint):
    with pytest.raises(LawError) as refused:
        load_forms(folder(tmp_path, GOOD.replace(old, new)))
    assert str(refused.value).startswith(complaint)


def test_a_form_twice_for_one_day_is_refused(tmp_path):
    with pytest.raises(LawError, match="the form stands twice"):
        load_forms(folder(tmp_path, GOOD + GOOD.replace("\nforms:\n", "")))


def test_a_fact_that_is_printed_nowhere_is_refused(tmp_path):
    with pytest.raises(LawError, match="the fact is nowhere printed"):
        load_forms(folder(tmp_path, GOOD.replace("to: party.name", "note: 甲")))


def test_facts_are_checked_too(tmp_path):
    with pytest.raises(LawError, match="the fact stands twice"):
        load_forms(folder(tmp_path, facts=FACTS + "  - {key: party.name, label: 当事人}\n"))
    with pytest.raises(LawError, match="not a dotted path"):
        load_forms(folder(tmp_path, facts=FACTS + "  - {key: Party, label: 当事人}\n"))
    with pytest.raises(LawError, match="a list and only a list has columns"):
        load_forms(folder(tmp_path, facts=FACTS + "  - {key: items, label: 物品, kind: list}\n"))


def test_a_form_is_found_by_day_and_by_digest():
    one = form("PEN-45", date(2026, 11, 1))
    assert form_by_digest("PEN-45", one.digest) == one
    assert form_by_digest("PEN-45", "0" * 64) is None
    with pytest.raises(NotFound) as refused:
        form("CMP-1", date(2026, 4, 14))
    assert refused.value.sentence == "2026年04月14日没有“CMP-1”这一文书式样。"


def test_the_digest_changes_with_any_word(tmp_path):
    (first,) = load_forms(folder(tmp_path))
    (second,) = load_forms(folder(tmp_path, GOOD.replace("改正期限至", "改正期限到")))
    (third,) = load_forms(folder(tmp_path, facts=FACTS.replace("期限", "改正期限")))
    assert len({first.digest, second.digest, third.digest}) == 3


def test_no_form_asks_for_the_identity_of_an_informant():
    assert files("hengjian.law").joinpath("forms").is_dir()
    keys = {fact.key for one in forms() for fact in one.facts}
    assert not [key for key in keys if key.startswith("informant.")]
