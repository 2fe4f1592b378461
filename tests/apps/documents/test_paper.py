"""Every form on paper and in Word: complete it renders, empty it is refused, and twice it gives the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from io import BytesIO

import docx
import pytest
from pypdf import PdfReader

from hengjian.apps.documents import typesetting
from hengjian.apps.documents.composing import capital_money, compose, money
from hengjian.apps.documents.filling import canonical, digest, fill
from hengjian.apps.documents.typesetting import NO_PANGO, pdf_of
from hengjian.apps.documents.word import word_of
from hengjian.kernel.errors import Refused
from hengjian.law.paper import form, forms, forms_on
from tests.apps.documents.rendering import digests
from tests.apps.documents.samples import ON, PEOPLE, sheet, whole_context
from tests.paths import REPO

IDS = [one.id for one in forms_on(ON)]


def words_of_word(content: bytes) -> str:
    document = docx.Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in document.paragraphs] + cells)


@pytest.mark.parametrize("form_id", IDS)
def test_a_complete_form_renders_to_pdf_and_word(form_id):
    made = sheet(form_id)
    read = PdfReader(BytesIO(pdf_of(made)))
    text = "".join("".join(page.extract_text().split()) for page in read.pages)
    word = words_of_word(word_of(made))
    assert made.organ in word
    assert made.title in word
    assert made.title in text
    for one in form(form_id, ON).facts:
        if one.kind == "text":
            assert f"{one.label}甲" in word, one.key


@pytest.mark.parametrize("form_id", IDS)
def test_an_empty_form_is_refused_naming_every_missing_fact_and_the_article(form_id):
    definition = form(form_id, ON)
    with pytest.raises(Refused) as refused:
        fill(definition, {"organ": {"name": "青石县市场监督管理局"}}, on=ON)
    for key in definition.needs:
        assert definition.fact(key).label in refused.value.sentence
    assert refused.value.article == definition.basis_text(ON)


def test_what_is_missing_is_told_in_one_sentence():
    definition = form("PEN-19", ON)
    context = whole_context(definition, without="holding.place")
    del context["case"]
    with pytest.raises(Refused) as refused:
        fill(definition, context, on=ON)
    assert refused.value.sentence == (
        "《先行登记保存证据通知书》缺少案由、存放地点，不能制作"
        "（《市场监督管理行政处罚程序规定》第三十三条）；请先在事项中补齐再制作。"
    )


def test_one_officer_is_not_enough_where_two_sign():
    definition = form("PEN-9", ON)
    with pytest.raises(Refused) as refused:
        fill(definition, whole_context(definition) | {"officers": PEOPLE[:1]}, on=ON)
    assert refused.value.sentence == "《现场笔录》的执法人员须不少于 2 人，现有 1 人。"


def test_a_day_that_is_none_is_refused_with_its_label():
    definition = form("PEN-21", ON)
    context = whole_context(definition)
    context["holding"]["from"] = "下周"
    with pytest.raises(Refused) as refused:
        fill(definition, context, on=ON)
    assert refused.value.sentence == "《实施行政强制措施决定书》的“期限起”填的不对：“下周”不是日期。"


def test_nothing_but_the_facts_of_the_form_is_kept():
    definition = form("PEN-50", ON)
    context = whole_context(definition) | {"informant": {"name": "不该出现的人"}}
    assert "不该出现的人" not in canonical(fill(definition, context, on=ON))


def test_a_draft_says_that_it_is_one():
    assert "草稿" in words_of_word(word_of(sheet("PEN-45", draft=True)))
    assert "草稿" not in words_of_word(word_of(sheet("PEN-45")))


def test_text_of_people_is_text_on_paper_and_no_markup():
    definition = form("PEN-33", ON)
    context = whole_context(definition)
    context["order"]["facts"] = "<script>alert(1)</script> & 其他"
    made = compose(definition, fill(definition, context, on=ON), number="", day=ON)
    html = typesetting.sheet_html([made], title=made.name)
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "<script>alert(1)</script> & 其他" in words_of_word(word_of(made))


def test_two_processes_give_the_same_bytes():
    done = subprocess.run(
        [sys.executable, "-m", "tests.apps.documents.rendering"],
        cwd=REPO, env=dict(os.environ), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == digests()


def test_without_pango_word_still_works_and_the_sentence_says_so(monkeypatch):
    def missing():
        raise Refused(NO_PANGO)

    monkeypatch.setattr(typesetting, "press", missing)
    with pytest.raises(Refused) as refused:
        pdf_of(sheet("PEN-45"))
    assert "Word 版不受影响" in refused.value.sentence
    assert word_of(sheet("PEN-45"))


def test_the_canonical_content_of_a_decision_is_golden():
    definition = form("PEN-45", ON)
    assert digest(canonical(fill(definition, whole_context(definition), on=ON))) == GOLDEN


GOLDEN = "69b81aa8dbe04a7706fce878f627509ff34ff3755345d1838c448bea0b3b4959"


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"), (1, "壹分"), (10, "壹角整"), (105, "壹元零伍分"), (10050, "壹佰元伍角整"),
        (12_000_000, "壹拾贰万元整"), (30_050_000, "叁拾万零伍佰元整"), (100_010_000, "壹佰万零壹佰元整"),
        (2_000_000_000_000, "贰佰亿元整"),
    ],
)  # fmt: skip
def test_sums_in_capital_numerals(fen, words):
    assert capital_money(fen) == words


def test_money_is_told_both_ways():
    assert money(12_000_000) == "人民币120,000.00元（壹拾贰万元整）"


def test_all_56_penalty_forms_and_the_ten_of_complaints_are_there():
    wanted = [f"PEN-{number}" for number in range(1, 57)] + [f"CMP-{number}" for number in range(1, 11)]
    assert [one for one in IDS if one.startswith(("PEN-", "CMP-"))] == wanted


def test_the_forms_of_complaints_begin_with_the_rule_of_2026():
    assert not [one for one in forms_on(date(2026, 4, 14)) if one.family == "CMP"]
    assert len([one for one in forms() if one.number_word]) == len(
        {one.number_word for one in forms() if one.number_word}
    )
