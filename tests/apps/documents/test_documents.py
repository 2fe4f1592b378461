"""Drawing up, issuing, replacing, voiding: numbers, versions, bytes, events."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from hengjian.apps.accounts.models import Role
from hengjian.apps.documents import access, keeping, printing, services, sets, typesetting
from hengjian.apps.documents.models import Document, DocumentSet
from hengjian.apps.documents.procedures import DOCUMENT
from hengjian.apps.documents.selectors import documents_of, gaps
from hengjian.apps.documents.volumes import contents, whole_file
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.law.paper import form
from tests.apps.documents.samples import offer_on_institutions, whole_context
from tests.apps.factories import NOW, TODAY, make_actor, make_institution, make_tree, make_user
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    settings.UPLOADS_ROOT = tmp_path
    monkeypatch.setattr(access, "_KINDS", dict(access._KINDS))
    offer_on_institutions()
    tree = make_tree()
    chief = make_user(tree.county, Role.SECTION_CHIEF)
    return tree, make_institution(tree.county), chief


def drawn(world, form_id="PEN-45", **more):
    tree, thing, chief = world
    options = {"now": NOW, "today": TODAY, "context": whole_context(form(form_id, TODAY)), "organ": tree.county} | more
    return services.draw_up(form=form_id, thing=thing, actor=make_actor(chief), **options)


def issued(world, form_id="PEN-45", **more):
    document = drawn(world, form_id, **more)
    return services.issue_document(
        document=document, actor=make_actor(world[2]), now=NOW, today=more.get("today", TODAY)
    )


def test_every_state_and_action_is_decided():
    assert assert_every_pair_is_decided(DOCUMENT) == 5 * 4


def test_a_draft_bears_no_number_and_keeps_no_file(world):
    draft = drawn(world)
    assert (draft.state, draft.number, draft.pdf_digest, draft.serial, draft.version) == ("draft", "", "", 1, 1)
    assert printing.bytes_of(draft, "pdf", now=NOW).startswith(b"%PDF")
    assert not keeping.folder().exists()


def test_numbers_run_without_gaps_by_organ_word_and_year(world):
    tree = world[0]
    numbers = [issued(world).number for _ in range(3)]
    assert numbers == [f"青石市监罚决〔2026〕{n}号" for n in (1, 2, 3)]
    assert issued(world, "PEN-37").number == "青石市监罚告〔2026〕1号"
    assert issued(world, today=date(2027, 1, 4)).number == "青石市监罚决〔2027〕1号"
    assert issued(world, organ=tree.other_county).number == "白河市监罚决〔2026〕1号"
    assert issued(world, organ=tree.station).number == "青石市监罚决〔2026〕4号"  # in its bureau's name
    assert issued(world, "PEN-9").number == ""


def test_a_transaction_that_is_undone_gives_its_number_back(world):
    issued(world)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        issued(world)
        raise ZeroDivisionError
    assert issued(world).number == "青石市监罚决〔2026〕2号"
    series = Document.objects.exclude(series=None).first().series
    assert gaps(series.pk) == []


def test_a_void_number_stays_taken_and_needs_a_reason(world):
    first, actor = issued(world), make_actor(world[2])
    with pytest.raises(IllegalMove) as refused:
        services.void_document(document=first, reason=" ", actor=actor, now=NOW)
    assert "理由" in refused.value.sentence
    void = services.void_document(document=first, reason="当事人名称写错", actor=actor, now=NOW)
    assert (void.state, void.number, void.reason) == ("void", "青石市监罚决〔2026〕1号", "当事人名称写错")
    assert issued(world).number == "青石市监罚决〔2026〕2号"
    assert Event.objects.filter(verb="document.void", reason="当事人名称写错").count() == 1


def test_a_new_version_keeps_the_old_one_and_takes_a_number_of_its_own(world):
    old, actor = issued(world), make_actor(world[2])
    before = printing.bytes_of(old, "pdf", now=NOW)
    context = whole_context(form("PEN-45", TODAY))
    context["party"]["name"] = "乙检测有限公司"
    fresh = services.new_version(
        document=old, context=context, reason="当事人名称有误", actor=actor, now=NOW, today=TODAY
    )
    fresh = services.issue_document(document=fresh, actor=actor, now=NOW, today=TODAY)
    old.refresh_from_db()
    assert (old.state, old.number, old.next_version) == ("replaced", "青石市监罚决〔2026〕1号", fresh)
    assert (fresh.version, fresh.serial, fresh.number) == (2, old.serial, "青石市监罚决〔2026〕2号")
    assert printing.bytes_of(old, "pdf", now=NOW) == before
    assert list(documents_of(world[1])) == [fresh]


def test_a_document_is_issued_once(world):
    document = issued(world)
    with pytest.raises(IllegalMove):
        services.issue_document(document=document, actor=make_actor(world[2]), now=NOW, today=TODAY)
    assert document.series.last == 1


def test_kept_bytes_are_reproduced_years_later_and_a_changed_file_is_not_given_out(world):
    document = printing.print_document(issued(world).pk, now=NOW)
    found = printing.compare(document)
    assert found.same
    assert found.sentence == "按当时的式样和填写内容重新排版，与制作时逐字节一致。"
    place = keeping.folder() / document.pdf_digest[:2] / f"{document.pdf_digest}.pdf"
    place.write_bytes(place.read_bytes() + b" ")
    with pytest.raises(Refused) as refused:
        printing.bytes_of(document, "pdf", now=NOW)
    assert "文件被改动或者损坏" in refused.value.sentence
    assert not printing.compare(document).same


def test_changed_content_is_noticed_before_anything_is_printed(world):
    document = issued(world)
    Document.objects.filter(pk=document.pk).update(context=document.context.replace("案由", "别的"))
    document.refresh_from_db()
    with pytest.raises(Refused) as refused:
        printing.bytes_of(document, "docx", now=NOW)
    assert "与登记的摘要值不符" in refused.value.sentence


def test_a_changed_layout_is_told_and_the_kept_file_prevails(world, monkeypatch):
    document = printing.print_document(issued(world).pk, now=NOW)
    monkeypatch.setattr(printing, "template_digest", lambda: "0" * 64)
    monkeypatch.setattr(printing, "pdf_of", lambda sheet: b"%PDF other")
    assert printing.compare(document).sentence == (
        "保存的文件完好；程序的版式在制作之后改过，重新排版与当时不同，以保存的文件为准。"
    )


def test_printing_twice_is_printing_once(world):
    document = issued(world)
    printing.print_document(document.pk, now=NOW)
    printing.print_document(document.pk, now=NOW)
    assert Event.objects.filter(verb="document.print").count() == 1


def test_without_pango_the_word_file_is_kept_and_the_pdf_follows(world, monkeypatch):
    document = issued(world)

    def missing(sheet):
        raise Refused(typesetting.NO_PANGO)

    with monkeypatch.context() as patch:
        patch.setattr(printing, "pdf_of", missing)
        printed = printing.print_document(document.pk, now=NOW)
        assert printed.word_digest
        assert not printed.pdf_digest
        with pytest.raises(Refused) as refused:
            printing.bytes_of(printed, "pdf", now=NOW)
        assert refused.value.sentence == typesetting.NO_PANGO
    assert printing.bytes_of(printed, "pdf", now=NOW).startswith(b"%PDF")


def test_confirmations_are_printed_and_end_with_the_draft(world):
    chief, officer = world[2], make_user(world[0].county, Role.OFFICER, name="张三")
    draft = drawn(world, "PEN-9")
    at = datetime(2026, 11, 1, 2, 20, tzinfo=UTC)
    services.confirm_document(document=draft, place="执法人员", person=officer, actor=make_actor(officer), now=at)
    with pytest.raises(Refused):
        services.confirm_document(document=draft, place="执法人员", person=officer, actor=make_actor(officer), now=at)
    with pytest.raises(Refused) as refused:
        services.confirm_document(document=draft, place="局长", person=chief, actor=make_actor(chief), now=at)
    assert refused.value.sentence == "《现场笔录》没有“局长”这一签名处。"
    with pytest.raises(Refused) as refused:
        services.confirm_document(document=draft, place="见证人", person=officer, actor=make_actor(officer), now=at)
    assert refused.value.sentence == "张三不在“见证人”的人员之列，不能在系统中确认。"
    assert services.places_of(draft, chief) == []
    sheet = printing.sheet_of(draft)
    assert "张三于2026年11月1日10时20分在系统中确认" in sheet.signs[-1].confirmed
    services.issue_document(document=draft, actor=make_actor(chief), now=NOW, today=TODAY)
    with pytest.raises(IllegalMove):
        services.confirm_document(document=draft, place="见证人", person=chief, actor=make_actor(chief), now=at)


def test_events_carry_no_content_of_the_document(world):
    issued(world)
    told = "".join(f"{one.before}{one.after}{one.thing_label}" for one in Event.objects.all())
    assert "当事人甲" not in told


def test_a_set_makes_what_it_can_and_tells_what_is_missing(world, django_capture_on_commit_callbacks):
    tree, thing, chief = world
    broken = whole_context(form("PEN-33", TODAY), without="order.basis")
    with django_capture_on_commit_callbacks(execute=True):
        row = sets.draw_up_set(
            forms=["PEN-45", "PEN-33", "PEN-50"], thing=thing, organ=tree.county, actor=make_actor(chief), now=NOW,
            today=TODAY, contexts={"PEN-33": broken},
        )  # fmt: skip
    row.refresh_from_db()
    assert (row.state, row.done, row.total) == ("done", 3, 3)
    assert [one["form"] for one in row.faults] == ["PEN-33"]
    assert "缺少依据" in row.faults[0]["sentence"]
    assert [(one.form, bool(one.pdf_digest)) for one in documents_of(thing)] == [("PEN-45", True), ("PEN-50", True)]


def test_a_set_cut_off_goes_on_where_it_stood(world):
    tree, thing, chief = world
    row = sets.draw_up_set(
        forms=["PEN-45", "PEN-33"], thing=thing, organ=tree.county, actor=make_actor(chief), now=NOW, today=TODAY
    )
    DocumentSet.objects.filter(pk=row.pk).update(state="running", done=1)
    assert sets.mark_cut_off(datetime(2026, 11, 1, 3, 0, tzinfo=UTC)) == 1
    row.refresh_from_db()
    assert row.get_state_display() == "中断"
    sets.resume_set(row=row, now=NOW)
    sets.work_on(row.pk, clock=lambda: NOW)
    row.refresh_from_db()
    assert (row.state, [one.form for one in documents_of(thing)]) == ("done", ["PEN-33"])


def test_the_whole_file_is_one_pdf_in_the_order_of_the_law(world):
    from io import BytesIO

    from pypdf import PdfReader

    thing = world[1]
    for form_id in ("PEN-50", "PEN-1", "PEN-45", "PEN-33", "PEN-7"):
        issued(world, form_id)
    entries = contents(thing, now=NOW)
    assert [one.title for one in entries] == [
        "立案/不予立案审批表", "行政处罚决定书", "送达回证", "责令改正通知书", "案件来源登记表",
    ]  # fmt: skip
    assert [one.first for one in entries[:2]] == [1, entries[0].pages + 1]
    made = whole_file(thing, title="某案", organ_name="青石县市场监督管理局", now=NOW, today=TODAY)
    read = PdfReader(BytesIO(made))
    assert len(read.pages) == 1 + sum(one.pages for one in entries)
    front = read.pages[0].extract_text()
    assert "卷内目录" in front
    assert "副卷" in front
    outside = whole_file(
        thing, title="某案", organ_name="青石县市场监督管理局", now=NOW, today=TODAY, volumes=("main",)
    )
    assert "案件来源登记表" not in "".join(page.extract_text() for page in PdfReader(BytesIO(outside)).pages)


def test_a_file_without_documents_is_refused(world):
    with pytest.raises(Refused) as refused:
        whole_file(world[1], title="某案", organ_name="某局", now=NOW, today=TODAY)
    assert refused.value.sentence == "这一事项还没有制作文书，没有可以合成的卷宗。"
