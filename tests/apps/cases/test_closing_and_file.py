"""Closing on one of five grounds with nothing open, and the file sealed in the order of Article 78."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from hengjian.apps.cases.archiving import Sealing, add_note, archive_case, lend_file, return_file, verify_archive
from hengjian.apps.cases.closing import approve_closing, propose_closing, refuse_closing
from hengjian.apps.cases.enforcing import DisposalEntry, dispose_item, lift_ban, order_refund, record_refund
from hengjian.apps.cases.file_order import missing_papers, papers_of
from hengjian.apps.cases.models import ArchivedPaper, Ban, Case, CaseArchive, Obligation
from hengjian.apps.cases.paying import receive_payment
from hengjian.apps.cases.sealed import read_again
from hengjian.apps.documents import keeping
from hengjian.apps.documents.models import Document
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed
from tests.apps.cases.after_world import World, at, make_world, paper, serve_both

pytestmark = pytest.mark.django_db
SERVED, DAY = date(2026, 3, 5), date(2026, 3, 18)


@pytest.fixture
def world() -> World:
    made = make_world()
    serve_both(made, SERVED)
    return made


def by(user: Any, on: date = DAY) -> dict[str, Any]:
    return {"user": user, "now": at(on), "today": on}


def pay_all(world: World) -> None:
    owed = Obligation.objects.get()
    for purpose, amount in (("fine", 10_000_000), ("confiscated", 4_160_000)):
        receive_payment(
            row=owed, purpose=purpose, way="bank", amount_fen=amount, on=DAY, voucher=f"P-{purpose}", **by(world.first)
        )


def _signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def propose(world: World, ground: str = "executed") -> Any:
    return propose_closing(
        case=Case.objects.get(), ground=ground, summary="罚没款已缴清。", arisen_on=DAY, **by(world.first)
    )


def refusal(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(DomainError) as caught:
        act(*args, **more)
    return caught.value.sentence


def test_what_is_open_keeps_the_case_open(world: World) -> None:
    name = world.institution.name
    assert refusal(propose, world) == f"还不能结案：{name}的罚没款还没有了结（待缴纳）。"
    assert refusal(propose, world, "terminated") == "案件现在是“执行中”，不能以“案件终止调查”结案。"
    assert (
        refusal(propose, world, "court_ended") == f"还不能结案：{name}的罚没款还没有了结（待缴纳）。另有 1 项未了结。"
    )


def test_an_investigator_asks_and_the_head_closes(world: World) -> None:
    pay_all(world)
    with pytest.raises(IllegalMove) as caught:
        approve_closing(case=Case.objects.get(), opinion="同意", **by(world.head))
    assert caught.value.article
    propose(world)
    assert refusal(propose, world) == "已有一份结案报请在等审批。"
    with pytest.raises(NotAllowed):
        approve_closing(case=Case.objects.get(), opinion="同意", **by(world.first))
    refuse_closing(case=Case.objects.get(), opinion="补充缴款凭证", **by(world.head))
    propose(world)
    done = approve_closing(case=Case.objects.get(), opinion="同意结案", **by(world.head))
    assert (done.state, done.closed_on) == ("closed", DAY)
    assert Document.objects.filter(form="PEN-53", state="issued").count() == 1


def close(world: World) -> Case:
    pay_all(world)
    propose(world)
    approve_closing(case=Case.objects.get(), opinion="同意结案", **by(world.head))
    return Case.objects.get()


def test_an_order_to_refund_keeps_the_case_open_until_it_is_reported(world: World) -> None:
    order = order_refund(
        case=world.case, party=world.institution, amount_fen=50_000, payees="委托人三家", due_on=date(2026, 4, 1),
        **by(world.first),
    )  # fmt: skip
    assert order.document.form == "PEN-34"
    pay_all(world)
    assert refusal(propose, world) == "还不能结案：责令退款（期限 2026-04-01）还没有登记完成情况。"
    assert refusal(record_refund, refund=order, refunded_fen=60_000, on=DAY, note="", **by(world.first)) == (
        "已退金额须在 0 元到责令退款的金额之间。"
    )
    assert refusal(record_refund, refund=order, refunded_fen=10_000, on=DAY, note="", **by(world.first)) == (
        "请填写没有全部退还的说明。"
    )
    record_refund(refund=order, refunded_fen=50_000, on=DAY, note="", **by(world.first))
    assert propose(world).ground == "executed"


def test_goods_are_dealt_with_by_two_and_destroyed_before_a_witness(world: World) -> None:
    values: dict[str, Any] = {"item": "伪造印章", "quantity": "2枚", "source": "没收", "method": "destroyed", "on": DAY}
    alone = DisposalEntry(second=world.first, **values)
    assert refusal(dispose_item, case=world.case, entry=alone, **by(world.first)) == (
        "涉案物品由两名以上执法人员处理，请选另一名。"
    )
    unseen = DisposalEntry(second=world.second, **values)
    assert refusal(dispose_item, case=world.case, entry=unseen, **by(world.first)) == "销毁涉案物品须有见证人。"
    seen = DisposalEntry(second=world.second, witness="公证员", place="仓库", **values)
    assert dispose_item(case=world.case, entry=seen, **by(world.first)).document.form == "PEN-52"


def test_a_ban_is_lifted_by_the_head_with_a_reason(world: World) -> None:
    ban = Ban.objects.get()
    with pytest.raises(NotAllowed):
        lift_ban(ban=ban, on=DAY, reason="决定被撤销", **by(world.first))
    assert lift_ban(ban=ban, on=DAY, reason="决定被撤销", **by(world.head)).lifted_on == DAY


def seal(world: World, **more: Any) -> CaseArchive:
    values: dict[str, Any] = {"keep_years": 30, "box": "A-1-2", "checked_by": "裴照", "remarks": "立案审批表为纸质。"}
    values |= more
    return archive_case(case=Case.objects.get(), entry=Sealing(**values), **by(world.clerk))


def test_the_papers_stand_in_the_order_of_article_78(world: World) -> None:
    for form, title in (("PEN-36", "案件审核表"), ("PEN-7", "立案审批表"), ("PEN-35", "调查终结报告"),
                        ("PEN-1", "案件来源登记表"), ("PEN-33", "责令改正通知书"), ("PEN-40", "听证笔录")):  # fmt: skip
        paper(world, form, title, DAY)
    order = [(one.volume, one.group, one.kind) for one in papers_of(world.case)]
    assert order == [
        ("main", 1, "PEN-7"),
        ("main", 2, "PEN-45"),
        ("main", 2, "PEN-50"),
        ("main", 2, "PEN-45"),
        ("main", 2, "PEN-50"),
        ("main", 3, "PEN-33"),
        ("main", 5, "PEN-40"),
        ("side", 1, "PEN-1"),
        ("side", 2, "PEN-35"),
        ("side", 3, "PEN-36"),
    ]


def test_a_sealed_file_counts_its_pages_and_tells_when_a_paper_changed(world: World) -> None:
    close(world)
    made = seal(world)
    assert Case.objects.get().state == "archived"
    rows = list(ArchivedPaper.objects.filter(volume="main"))
    assert made.main_pages == sum(one.pages for one in rows)
    assert [one.first_page for one in rows[:2]] == [1, 1 + rows[0].pages]
    assert set(Document.objects.filter(form__in=("PEN-54", "PEN-55", "PEN-56")).values_list("form", flat=True)) == {
        "PEN-54", "PEN-55", "PEN-56",
    }  # fmt: skip
    assert verify_archive(made) == []
    first = rows[0]
    Document.objects.filter(pk=first.document_id).update(pdf_digest="0" * 64)
    assert verify_archive(made) == [f"《{first.title}》的摘要与封卷时不符。"]
    ArchivedPaper.objects.filter(pk=first.pk).update(pages=99)
    assert verify_archive(made)[0] == "卷内文件目录与封卷时的全卷摘要不符。"


def test_nothing_is_sealed_with_a_draft_or_twice(world: World) -> None:
    close(world)
    draft = paper(world, "PEN-33", "责令改正通知书", DAY, state="draft")
    assert refusal(seal, world) == "还有 1 份文书是草稿（如《责令改正通知书》），请先制作或者弃用再归档。"
    draft.delete()
    assert refusal(seal, world, keep_years=0) == "保管期限须在 1 到 100 年之间。"
    seal(world)
    assert "已归档" in refusal(seal, world)


def test_what_article_78_names_and_the_file_lacks_is_explained_before_sealing(world: World) -> None:
    close(world)
    said = refusal(seal, world, remarks=" ")
    assert said.startswith("卷内缺少《立案审批表》") and "《结案审批表》" not in said and "备考" in said
    for form, title in (("PEN-7", "立案审批表"), ("PEN-35", "调查终结报告"), ("PEN-36", "案件审核表")):
        paper(world, form, title, DAY)
    assert missing_papers(world.case, papers_of(world.case)) == []
    seal(world, remarks="")


def test_after_sealing_there_are_notes_and_a_log_of_readings(world: World) -> None:
    close(world)
    made = seal(world)
    add_note(archive=made, text="决定书第 2 页日期为笔误。", reason="更正", **by(world.clerk))
    out = lend_file(
        archive=made, reader="某法官", reader_body="青石县人民法院", purpose="审理", volumes="main",
        approved_by="祁望舒", **by(world.clerk),
    )  # fmt: skip
    assert refusal(return_file, retrieval=out, on=date(2026, 3, 17), **by(world.clerk)) == (
        "归还日期2026年3月17日早于查阅日期2026年3月18日。"
    )
    assert return_file(retrieval=out, on=DAY, **by(world.clerk)).back_on == DAY
    assert refusal(return_file, retrieval=out, on=DAY, **by(world.clerk)) == "案卷已于2026年3月18日归还。"
    with pytest.raises(NotAllowed):
        add_note(archive=made, text="x", reason="y", **by(world.head))


def test_every_paper_is_read_again_and_a_damaged_one_is_named(world: World) -> None:
    close(world)
    made = seal(world)
    now = at(DAY)
    before = read_again(made, now=now, today=DAY)
    printed = [one.document for one in made.papers.select_related("document") if one.document.pdf_digest]
    [hurt, *_] = [one for one in printed if list(keeping.folder().rglob(f"*{one.pdf_digest}*.pdf"))]
    assert before.read >= len(printed) and not [one for one in before.wrong if hurt.title in one]
    [place] = keeping.folder().rglob(f"*{hurt.pdf_digest}*.pdf")
    whole = place.read_bytes()
    place.chmod(0o600)
    place.write_bytes(whole + b"x")
    try:
        after = read_again(made, now=now, today=DAY)
        [sentence] = set(after.wrong) - set(before.wrong)
        assert f"《{hurt.title}》的文件与制作时的摘要值" in sentence and after.read == before.read
        page = _signed_in(world.clerk).get(f"/cases/{made.case.number}/file/?verify=1").content.decode()
        assert "与封卷时不符" in page and f"《{hurt.title}》的文件与制作时的摘要值" in page
    finally:
        place.write_bytes(whole)
