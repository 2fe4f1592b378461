"""Every published fact gets a proposal or a named reason why not; the table in the docs is the one that is made."""

from __future__ import annotations

import importlib.util
import re
import sys
from types import ModuleType

import pytest

from tests.paths import REPO, SHARED

FACTS = SHARED / "data" / "legal_text" / "cn_penalty_facts.jsonl"
pytestmark = pytest.mark.skipif(not FACTS.exists(), reason="the published penalty facts are not here")


@pytest.fixture(scope="module")
def facts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("penalty_facts", REPO / "benchmarks" / "penalty_facts.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def judged(facts):
    return [facts.judge(fact) for fact in facts.read_facts(FACTS)]


def test_every_fact_has_a_proposal_with_its_article_or_a_named_reason(judged) -> None:
    assert len(judged) == 15
    for row, choice in judged:
        if row.abstained:
            assert row.abstained.endswith("。"), row.id
        else:
            assert choice.first.article in row.proposal and choice.steps, row.id


def test_every_disagreement_is_explained(judged) -> None:
    for row, _ in judged:
        if False in row.agrees.values():
            assert row.difference not in ("", "一致"), row.id


def test_the_figures_of_agreement(facts, judged) -> None:
    assert facts.figures([row for row, _ in judged]) == {
        "authority": (4, 5),
        "breach": (1, 1),
        "law": (0, 2),
        "amount": (0, 1),
        "crime": (2, 3),
        "serious": (1, 1),
    }


def test_the_one_fine_of_the_measures_is_the_fixed_sum_of_its_day(facts) -> None:
    fact = next(one for one in facts.read_facts(FACTS) if "检验检测机构监督管理办法14" in one.get("law", ""))
    row, choice = facts.judge(fact)
    assert row.agrees["breach"] is True
    assert "为3万元（定额），与所罚3万元相符" in row.difference
    assert [one.provision.line for one in choice.set_aside] == ["SUP-15.1"]


def test_the_table_in_the_docs_is_up_to_date_and_names_nobody(facts, judged) -> None:
    made = facts.document([row for row, _ in judged])
    assert (REPO / "docs" / "penalty-facts.md").read_text(encoding="utf-8") == made
    for fact in facts.read_facts(FACTS):
        for name in re.split(r"[,，()（）]", fact["org"]):
            assert len(name.strip()) < 3 or name.strip() not in made
        assert fact.get("uscc", "91…") not in made
