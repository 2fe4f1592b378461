"""What is entered about service, money, enforcement and the file: one row for each kind, with form and service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Model

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import archiving, closing, enforcing, enforcing_demand, paying, remedies, serving
from hengjian.apps.cases.after_procedures import (
    CLOSE,
    COURT_RULE,
    DEFER,
    LATE,
    PAY,
    RELIEF,
    SERVICE,
    STAY,
    WAYS,
    WAYS_OF,
)
from hengjian.apps.cases.entering import refused
from hengjian.apps.cases.forms import after as forms
from hengjian.apps.cases.models import (
    ArchiveNote,
    Ban,
    Case,
    CaseArchive,
    CourtApplication,
    Deferral,
    Obligation,
    Payment,
    RefundOrder,
    Remedy,
    Retrieval,
)
from hengjian.apps.documents.models import Document
from hengjian.engines.payments import Due
from hengjian.kernel.errors import Refused
from hengjian.ui.days import parse_day


@dataclass(frozen=True, slots=True)
class Entered:
    """Who enters what about which thing, now."""

    case: Case | None
    thing: Any
    user: User
    now: datetime
    today: date
    values: Mapping[str, Any]

    @property
    def by(self) -> dict[str, Any]:
        """The arguments every service takes."""
        return {"user": self.user, "now": self.now, "today": self.today}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry. `model` None: about the case itself; `basis` is told beside the form."""

    key: str
    title: str
    form: type[forms.AfterForm]
    make: Callable[[Entered], object]
    model: type[Model] | None = None
    code: str = "case.handle"
    hint: str = ""
    basis: str = ""
    lookup: str = "case"


SERVE_HINT = "签收、退回、公告期满的日期自动起算当事人的各项期限。"


def entry_of(values: Mapping[str, Any]) -> serving.ServiceEntry:
    """The typed act of service."""
    names = (
        "place", "receiver", "relation", "refusal", "witness", "address", "tracking", "entrusted_to", "published_in",
        "reason",
    )  # fmt: skip
    texts = {name: values.get(name) or "" for name in names}
    return serving.ServiceEntry(
        on=values.get("on_day"),
        told_publication=bool(values.get("told_publication")),
        files=values.get("files") or (),
        **texts,
    )


def _serving(way: str) -> Kind:
    """The entry of one way of service."""

    def make(one: Entered) -> object:
        given = one.values
        return serving.serve_document(
            case=one.thing,
            document=Document.objects.get(pk=given["document"]),
            party=one.thing.parties.get(pk=given["party"]),
            way=way,
            entry=entry_of(given),
            **one.by,
        )

    move = next(move for move in SERVICE.moves if move.action == way)
    return Kind(f"serve-{way}", WAYS_OF[way], forms.serve_form(way), make, basis=move.basis, hint=SERVE_HINT)


def _confirm(one: Entered) -> object:
    given = dict(one.values)
    party = one.thing.parties.get(pk=given.pop("party"))
    return serving.confirm_address(case=one.thing, party=party, **given, **one.by)


def parse_plan(text: str) -> list[Due]:
    """Lines of a day and a sum in yuan; Refused naming the line that is neither."""
    found: list[Due] = []
    for number, line in enumerate((part for part in text.splitlines() if part.strip()), start=1):
        words = line.replace("，", " ").replace(",", "").replace("元", " ").split()
        try:
            day, sum_ = parse_day(words[0]), Decimal(words[1]) * 100
            if len(words) != 2 or sum_ != sum_.to_integral_value() or not 0 < sum_ < 10**13:
                raise ValueError
        except (Refused, ValueError, IndexError, InvalidOperation) as error:
            sentence = f"第 {number} 行看不懂：请写日期和金额（元，最多两位小数），如 2026-12-31 50000。"
            raise refused("plan", sentence, DEFER) from error
        found.append(Due(day, int(sum_)))
    return found


def _defer(one: Entered) -> object:
    given = dict(one.values)
    plan = parse_plan(given.pop("plan"))
    return paying.request_deferral(row=one.thing, plan=plan, **given, **one.by)


def _pay(one: Entered) -> object:
    given = one.values
    return paying.receive_payment(
        row=one.thing,
        purpose=given["purpose"],
        way=given["way"],
        amount_fen=given["amount"],
        on=given["on_day"],
        voucher=given["voucher"],
        reason=given["reason"],
        **one.by,
    )


def _court_answer(one: Entered) -> object:
    given = one.values
    return enforcing.record_court_answer(
        application=one.thing,
        action=given["action"],
        on=given["on_day"],
        instrument=given["instrument"],
        note=given["note"],
        **one.by,
    )


def _remedy(one: Entered) -> object:
    given = dict(one.values)
    decision = one.thing.decisions.get(pk=given.pop("decision"))
    return remedies.register_remedy(decision=decision, entry=remedies.RemedyEntry(**given), **one.by)


def _dispose(one: Entered) -> object:
    given = dict(one.values)
    entry = enforcing.DisposalEntry(on=given.pop("on_day"), proceeds_fen=given.pop("proceeds"), **given)
    return enforcing.dispose_item(case=one.thing, entry=entry, **one.by)


def _refund(one: Entered) -> object:
    given = one.values
    return enforcing.order_refund(
        case=one.thing,
        party=one.thing.parties.get(pk=given["party"]),
        amount_fen=given["amount"],
        payees=given["payees"],
        due_on=given["due_on"],
        **one.by,
    )


def _refund_done(one: Entered) -> object:
    given = one.values
    return enforcing.record_refund(
        refund=one.thing, refunded_fen=given["refunded"], on=given["on_day"], note=given["note"], **one.by
    )


def _conclude(one: Entered) -> object:
    given = one.values
    return remedies.conclude_remedy(
        remedy=one.thing, outcome=given["outcome"], on=given["on_day"], instrument=given["instrument"], **one.by
    )


def _archive_of(one: Entered) -> CaseArchive:
    found = CaseArchive.objects.filter(case=one.thing).select_related("case").first()
    if found is None:
        raise Refused("案卷还没有封卷。")
    return found


def _note(one: Entered) -> ArchiveNote:
    return archiving.add_note(archive=_archive_of(one), **one.values, **one.by)


def _lend(one: Entered) -> Retrieval:
    return archiving.lend_file(archive=_archive_of(one), **one.values, **one.by)


CASE_KINDS: dict[str, Kind] = {
    one.key: one
    for one in (
        *(_serving(way) for way in WAYS_OF),
        Kind("confirm-address", "登记送达地址确认书", forms.ConfirmForm, _confirm, basis=WAYS),
        Kind("remedy", "登记复议、诉讼", forms.RemedyForm, _remedy, basis=STAY),
        Kind("remedy-outcome", "登记复议、诉讼结果", forms.RemedyOutcomeForm, _conclude, model=Remedy),
        Kind("disposal", "处理涉案物品", forms.DisposalForm, _dispose),
        Kind("refund", "责令退款", forms.RefundForm, _refund),
        Kind("refund-done", "登记退款完成", forms.RefundDoneForm, _refund_done, model=RefundOrder),
        Kind(
            "lift-ban",
            "解除限制从业",
            forms.LiftForm,
            lambda one: enforcing.lift_ban(
                ban=one.thing, on=one.values["on_day"], reason=one.values["reason"], **one.by
            ),
            model=Ban,
            code="case.approve",
        ),
        Kind(
            "closing",
            "报请结案",
            forms.ClosingForm,
            lambda one: closing.propose_closing(case=one.thing, **one.values, **one.by),
            basis=CLOSE,
            hint="还有未了结的事项时不能报请。",
        ),
        Kind(
            "refuse-closing",
            "退回结案报请",
            forms.ReasonForm,
            lambda one: closing.refuse_closing(case=one.thing, opinion=one.values["reason"], **one.by),
            code="case.approve",
            basis=CLOSE,
        ),
        Kind("file-note", "加补充说明", forms.NoteForm, _note, code="case.archive", hint="封卷后只能补充，不能改动。"),
        Kind("file-lend", "登记案卷查阅", forms.LendForm, _lend, code="case.archive"),
        Kind(
            "file-return",
            "登记案卷归还",
            forms.DayForm,
            lambda one: archiving.return_file(retrieval=one.thing, on=one.values["on_day"], **one.by),
            model=Retrieval,
            code="case.archive",
            lookup="archive__case",
        ),
    )
}
OWED_KINDS: dict[str, Kind] = {
    one.key: one
    for one in (
        Kind(
            "pay", "登记缴款", forms.PayForm, _pay, model=Obligation, basis=PAY, hint="罚款、没收、加处罚款分款项登记。"
        ),
        Kind(
            "reverse",
            "冲正缴款",
            forms.ReasonForm,
            lambda one: paying.reverse_payment(payment=one.thing, reason=one.values["reason"], **one.by),
            model=Payment,
            basis=PAY,
        ),
        Kind("deferral", "登记延期、分期申请", forms.DeferralForm, _defer, model=Obligation, basis=DEFER),
        Kind(
            "decide-deferral",
            "审批延期、分期",
            forms.OpinionForm,
            lambda one: paying.decide_deferral(
                deferral=one.thing,
                granted=one.values["granted"] == "yes",
                opinion=one.values["opinion"],
                **one.by,
            ),
            model=Deferral,
            code="case.approve",
            basis=DEFER,
        ),
        Kind(
            "demand",
            "制作催告书",
            forms.EmptyForm,
            lambda one: enforcing_demand.draw_demand(row=one.thing, **one.by),
            model=Obligation,
            basis=COURT_RULE,
            hint="按今天尚未缴纳的数额制作，然后在案件页送达；送达之日起算十个工作日。",
        ),
        Kind(
            "court",
            "申请法院强制执行",
            forms.CourtForm,
            lambda one: enforcing.apply_to_court(row=one.thing, court=one.values["court"], **one.by),
            model=Obligation,
            code="case.approve",
            basis=COURT_RULE,
        ),
        Kind(
            "court-answer",
            "登记法院答复",
            forms.CourtAnswerForm,
            _court_answer,
            model=CourtApplication,
            basis=COURT_RULE,
        ),
        Kind(
            "waive",
            "减免加处罚款",
            forms.AmountReasonForm,
            lambda one: paying.waive_late(
                row=one.thing, amount_fen=one.values["amount"], reason=one.values["reason"], **one.by
            ),
            model=Obligation,
            code="case.approve",
            basis=RELIEF,
            hint="只减免加处的罚款，罚款本数和没收款须先缴清。",
        ),
        Kind(
            "end",
            "不再执行",
            forms.ReasonForm,
            lambda one: paying.end_obligation(row=one.thing, reason=one.values["reason"], **one.by),
            model=Obligation,
            code="case.approve",
            basis=LATE,
            hint="法院裁定终结执行、决定被撤销等。",
        ),
    )
}
