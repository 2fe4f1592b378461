"""What is entered into a case beside its moves: one row for each kind, with its form, right and service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import consents, contraventions, hearings, noticing, orders, parties, recusals
from hengjian.apps.cases.adapters import benchmark_of
from hengjian.apps.cases.entering import refused
from hengjian.apps.cases.forms import entries as forms
from hengjian.apps.cases.forms.parts import CaseForm
from hengjian.apps.cases.models import (
    Case,
    Consent,
    Contravention,
    CorrectionOrder,
    Notice,
    Party,
    Recusal,
    Statement,
)
from hengjian.apps.registry.selectors import institution_seen_by
from hengjian.engines.penalties.benchmark import EFFECTS
from hengjian.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class Entered:
    """Who enters what into which case, now."""

    case: Case
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
    """One kind of entry: heading, form, the right it takes, the model it is about (None: the case), the service."""

    key: str
    title: str
    form: type[CaseForm]
    make: Callable[[Entered], object]
    model: type[Model] | None = None
    code: str = "case.handle"
    hint: str = ""
    fill: Callable[[CaseForm, Any], None] | None = None


def _party(one: Entered) -> None:
    given = one.values
    if given["kind"] == "institution":
        code = given["uscc"].strip().upper()
        found = institution_seen_by(one.user, code, on=one.today) if code else None
        if found is None:
            raise refused("uscc", "没有这个代码的在册机构，或者您无权查看。")
        parties.add_institution(case=one.case, institution=found, **one.by)
        return
    names = ("name", "role", "post", "id_no", "address", "phone")
    parties.add_person(case=one.case, entry=parties.PersonEntry(**{name: given[name] for name in names}), **one.by)


def _fact(values: Mapping[str, Any]) -> contraventions.Fact:
    marks = values["marks"]
    circumstances = {
        "effect": values["effect"],
        "serious": {"yes": True, "no": False}.get(values["serious"]),
        "continuing": "separate" not in marks,
        **{name: name in marks for name in ("still_going_on", "harm_to_health", "fined_by_other")},
    }
    names = ("violation_id", "title", "occurred_from", "occurred_to", "field", "fee_fen", "gain_fen", "units")
    return contraventions.Fact(**{name: values[name] for name in names}, circumstances=circumstances)


def _add_contravention(one: Entered) -> None:
    party = one.case.parties.get(pk=one.values["party"])
    contraventions.add_contravention(case=one.case, party=party, fact=_fact(one.values), **one.by)


def _change_contravention(one: Entered) -> None:
    contraventions.change_contravention(contravention=one.thing, fact=_fact(one.values), **one.by)


def _fill_contravention(form: CaseForm, thing: Any) -> None:
    known = thing.circumstances
    for name in ("violation_id", "title", "occurred_from", "occurred_to", "field", "fee_fen", "gain_fen", "units"):
        form.fields[name].initial = getattr(thing, name)
    form.fields["effect"].initial = known.get("effect", "")
    form.fields["serious"].initial = {True: "yes", False: "no"}.get(known.get("serious"), "")
    form.fields["marks"].initial = [
        *(["separate"] if not known.get("continuing", True) else []),
        *(name for name in ("still_going_on", "harm_to_health", "fined_by_other") if known.get(name)),
    ]
    form.fields["party"].initial = str(thing.party_id)
    form.fields["party"].disabled = True


def _fill_fine(form: CaseForm, thing: Any) -> None:
    kind = "person" if thing.party.kind == "person" else "institution"
    try:
        known = benchmark_of(thing, on=form.on).factors
    except DomainError:  # no benchmark that day: the sentence comes when the fine is worked out
        known = ()
    offered = {one.id: f"{one.title}（{EFFECTS[one.effect]}）" for one in known if kind in one.parties}
    form.offer(offered, thing.calculation.get("factors", []))  # type: ignore[attr-defined]
    form.fields["amount"].initial = thing.proposed_fen
    form.fields["deviation"].initial = thing.deviation
    form.fields["proposal"].initial = thing.proposal


def _fine(one: Entered) -> None:
    given = one.values
    contraventions.propose_fine(
        contravention=one.thing,
        factors=given["factors"],
        amount_fen=given["amount"],
        deviation=given["deviation"],
        proposal=given["proposal"],
        **one.by,
    )


def _consent(one: Entered) -> None:
    party = one.case.parties.get(pk=one.values["party"])
    consents.ask_consent(case=one.case, party=party, reason=one.values["reason"], **one.by)


def _answer_consent(one: Entered) -> None:
    granted = one.values["granted"] == "yes"
    consents.answer_consent(consent=one.thing, granted=granted, reference=one.values["reference"], **one.by)


KINDS: dict[str, Kind] = {
    one.key: one
    for one in (
        Kind("party", "登记当事人", forms.PartyForm, _party, hint="机构和对同一行为负责的个人都登记，分别处理。"),
        Kind(
            "remove-party",
            "删去当事人",
            forms.StrikeForm,
            lambda one: parties.remove_party(party=one.thing, **one.values, **one.by),
            model=Party,
        ),
        Kind(
            "contravention",
            "登记违法事实",
            forms.ContraventionForm,
            _add_contravention,
            hint="保存后按行为日选用法律：先特别法，后一般法；从旧兼从轻。",
        ),
        Kind(
            "change-contravention",
            "更正违法事实",
            forms.ContraventionForm,
            _change_contravention,
            model=Contravention,
            fill=_fill_contravention,
            hint="更正后重新选用法律，原来的裁量计算不再有效。",
        ),
        Kind(
            "strike-contravention",
            "删去违法事实",
            forms.StrikeForm,
            lambda one: contraventions.strike_contravention(contravention=one.thing, **one.values, **one.by),
            model=Contravention,
        ),
        Kind(
            "fine",
            "裁量计算",
            forms.FineForm,
            _fine,
            model=Contravention,
            fill=_fill_fine,
            hint="选定情节后按裁量基准计算；数额偏离的须写明理由，超出法定幅度的不能保存。",
        ),
        Kind(
            "order",
            "责令改正",
            forms.OrderForm,
            lambda one: orders.order_correction(contravention=one.thing, **one.values, **one.by),
            model=Contravention,
            hint="先责令改正、逾期不改才能罚款的违法行为，须有责令和复查记录。",
        ),
        Kind(
            "recheck",
            "登记复查",
            forms.RecheckForm,
            lambda one: orders.record_recheck(order=one.thing, **one.values, **one.by),
            model=CorrectionOrder,
        ),
        Kind(
            "served",
            "登记告知书送达",
            forms.ServedForm,
            lambda one: noticing.record_service(notice=one.thing, **one.values, **one.by),
            model=Notice,
            hint="五个工作日从送达之日的次日起算。",
        ),
        Kind(
            "statement",
            "记录当事人答复",
            forms.StatementForm,
            lambda one: noticing.enter_statement(notice=one.thing, **one.values, **one.by),
            model=Notice,
        ),
        Kind(
            "answer-statement",
            "复核陈述、申辩",
            forms.AnswerStatementForm,
            lambda one: noticing.answer_statement(statement=one.thing, **one.values, **one.by),
            model=Statement,
            hint="当事人提出的事实、理由或者证据成立的，应当采纳；不得因陈述、申辩给予更重的处罚。",
        ),
        Kind(
            "hearing-record",
            "听证笔录",
            forms.RecordForm,
            lambda one: hearings.enter_record(case=one.case, **one.values, **one.by),
            code="case.hear",
        ),
        Kind(
            "recusal",
            "登记回避申请",
            forms.RecusalForm,
            lambda one: recusals.ask_recusal(case=one.case, **one.values, **one.by),
        ),
        Kind(
            "answer-recusal",
            "决定回避",
            forms.AnswerRecusalForm,
            lambda one: recusals.answer_recusal(recusal=one.thing, **one.values, **one.by),
            model=Recusal,
            code="case.approve",
        ),
        Kind(
            "consent",
            "报请上级同意列入名单",
            forms.ConsentForm,
            _consent,
            hint="县级、市级机关列入严重违法失信名单须经上一级同意。",
        ),
        Kind(
            "answer-consent",
            "答复列入名单的报请",
            forms.AnswerConsentForm,
            _answer_consent,
            model=Consent,
            code="case.consent",
        ),
    )
}
