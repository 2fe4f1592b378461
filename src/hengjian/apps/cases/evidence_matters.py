"""The kinds of matters that belong to a case, as their pages need them: form and service of every action, facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.urls import reverse

from hengjian.apps.cases import appraisal, assistance, evidence_asking, evidence_taking, holds, holds_ending
from hengjian.apps.cases import evidence_forms as ef
from hengjian.apps.cases import holds_forms as hf
from hengjian.apps.cases.appraisal_procedures import APPRAISAL
from hengjian.apps.cases.assistance_procedures import ASSISTANCE
from hengjian.apps.cases.evidence_procedures import EVIDENCE, INQUIRY, REQUEST
from hengjian.apps.cases.models import (
    Appraisal,
    AssistanceLetter,
    Case,
    Evidence,
    Hold,
    Inquiry,
    MaterialsRequest,
)
from hengjian.kernel.transitions import Procedure

Service = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class ActOf:
    """One action: its form and the service that takes the form's values (`seen` included)."""

    form: type[ef.CaseForm]
    make: Service


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind: `slug` in addresses, `argument` the name under which services take the row."""

    slug: str
    label: str
    model: type[Model]
    argument: str
    new_form: type[ef.CaseForm]
    entry: Callable[..., Any]
    create: Service
    new_code: str
    acts: Mapping[str, ActOf]
    title: str

    def procedure(self, thing: Any) -> Procedure:
        """The table that holds for this row."""
        return thing.procedure if isinstance(thing, Hold) else PROCEDURES[self.slug]

    def url(self, thing: Any) -> str:
        """Its page."""
        if isinstance(thing, AssistanceLetter):
            return reverse("cases:letter", args=[thing.number])
        return reverse(f"cases:{self.slug}", args=[thing.case.number, thing.pk])


PROCEDURES: dict[str, Procedure] = {
    "item": EVIDENCE,
    "appraisal": APPRAISAL,
    "inquiry": INQUIRY,
    "request": REQUEST,
    "letter": ASSISTANCE,
}


def _with(service: Service, **fixed: Any) -> Service:
    """The service with its action fixed; `reason` serves as the opinion of a refusal."""

    def make(**values: Any) -> Any:
        return service(**values, **fixed)

    return make


def _opinion(action: str) -> ActOf:
    return ActOf(hf.OpinionForm, _with(holds.decide_hold, action=action))


EVIDENCE_MATTER = Matter(
    slug="item",
    label="证据",
    model=Evidence,
    argument="evidence",
    new_form=ef.EvidenceForm,
    entry=evidence_taking.Taken,
    create=evidence_taking.register_evidence,
    new_code="evidence.take",
    title="登记证据",
    acts={
        "exclude": ActOf(ef.ExcludeForm, evidence_taking.exclude_evidence),
        "readmit": ActOf(ef.ReasonForm, evidence_taking.readmit_evidence),
    },
)
HOLD_MATTER = Matter(
    slug="hold",
    label="强制措施",
    model=Hold,
    argument="hold",
    new_form=hf.HoldForm,
    entry=holds.Proposal,
    create=holds.propose_hold,
    new_code="hold.take",
    title="报请登记保存、查封扣押",
    acts={
        **{name: _opinion(name) for name in ("approve", "refuse", "regularise", "reject_urgent")},
        "carry_out": ActOf(hf.CarryForm, holds.carry_out),
        "take_urgently": ActOf(hf.UrgentForm, holds.carry_out),
        "drop": ActOf(ef.ReasonForm, holds.drop_hold),
        "act": ActOf(hf.FollowUpForm, holds_ending.act_on_hold),
        "extend": ActOf(hf.ExtendForm, holds_ending.extend_hold),
        "release": ActOf(hf.SeizureReleaseForm, holds_ending.release_hold),
        "record_return": ActOf(hf.ReturnForm, holds_ending.record_return),
        "hand_over": ActOf(hf.HandOverForm, holds_ending.hand_things_over),
        "confiscate": ActOf(hf.ConfiscateForm, holds_ending.confiscate),
    },
)
APPRAISAL_MATTER = Matter(
    slug="appraisal",
    label="检测鉴定",
    model=Appraisal,
    argument="appraisal",
    new_form=ef.AppraisalForm,
    entry=appraisal.Commission,
    create=appraisal.commission,
    new_code="evidence.take",
    title="委托检测、检验、检疫、鉴定",
    acts={
        "send": ActOf(ef.SendForm, appraisal.send),
        "tell_period": ActOf(ef.ToldForm, appraisal.tell_period),
        "receive": ActOf(ef.ResultForm, appraisal.receive),
        "tell_result": ActOf(ef.ToldForm, appraisal.tell_result),
        "cancel": ActOf(ef.ReasonForm, _with(appraisal.take_back, action="cancel")),
        "recall": ActOf(ef.ReasonForm, _with(appraisal.take_back, action="recall")),
    },
)
INQUIRY_MATTER = Matter(
    slug="inquiry",
    label="询问",
    model=Inquiry,
    argument="inquiry",
    new_form=ef.InquiryForm,
    entry=evidence_asking.Call,
    create=evidence_asking.call,
    new_code="evidence.take",
    title="安排询问",
    acts={
        "record": ActOf(ef.RecordForm, evidence_asking.record_answers),
        "correct": ActOf(ef.CorrectForm, evidence_asking.correct_answers),
        "sign": ActOf(ef.SignForm, evidence_asking.sign),
        "note_refusal": ActOf(ef.RefusalForm, evidence_asking.note_refusal),
        "note_absence": ActOf(ef.ReasonForm, _with(evidence_asking.end_inquiry, action="note_absence")),
        "cancel": ActOf(ef.ReasonForm, _with(evidence_asking.end_inquiry, action="cancel")),
    },
)
REQUEST_MATTER = Matter(
    slug="request",
    label="限期提供材料",
    model=MaterialsRequest,
    argument="request",
    new_form=ef.RequestForm,
    entry=evidence_asking.Wanted,
    create=evidence_asking.request_materials,
    new_code="evidence.take",
    title="要求限期提供材料",
    acts={
        "extend": ActOf(ef.DueForm, evidence_asking.extend_request),
        "answer": ActOf(ef.MaterialsForm, evidence_asking.note_materials),
        "note_silence": ActOf(ef.ReasonForm, _with(evidence_asking.end_request, action="note_silence")),
        "withdraw": ActOf(ef.ReasonForm, _with(evidence_asking.end_request, action="withdraw")),
    },
)
LETTER_MATTER = Matter(
    slug="letter",
    label="协助函",
    model=AssistanceLetter,
    argument="letter",
    new_form=hf.LetterForm,
    entry=assistance.Letter,
    create=assistance.send_letter,
    new_code="assistance.send",
    title="发出协助函",
    acts={
        "receive": ActOf(hf.ReceiveForm, assistance.receive_letter),
        "note_receipt": ActOf(hf.ReceiveForm, assistance.receive_letter),
        "tell": ActOf(hf.DelayForm, assistance.tell_delay),
        "note_telling": ActOf(hf.NotedDelayForm, assistance.tell_delay),
        "answer": ActOf(hf.AnswerForm, assistance.answer_letter),
        "note_answer": ActOf(hf.NotedAnswerForm, assistance.answer_letter),
        "decline": ActOf(hf.DeclineForm, assistance.decline_letter),
        "note_decline": ActOf(hf.NotedDeclineForm, assistance.decline_letter),
        "withdraw": ActOf(ef.ReasonForm, assistance.withdraw_letter),
    },
)
MATTERS: dict[str, Matter] = {
    one.slug: one
    for one in (EVIDENCE_MATTER, HOLD_MATTER, APPRAISAL_MATTER, INQUIRY_MATTER, REQUEST_MATTER, LETTER_MATTER)
}


def matter_of(thing: Any) -> Matter:
    """The kind of a row."""
    return next(one for one in MATTERS.values() if isinstance(thing, one.model))


def form_of(act: ActOf, thing: Any) -> type[ef.CaseForm]:
    """The form of an action on this row: releasing a preservation asks for no ground."""
    return hf.ReleaseForm if act.form is hf.SeizureReleaseForm and thing.kind == "preserve" else act.form


def create(matter: Matter, *, case: Case, values: dict[str, Any], user: Any, now: Any, today: date) -> Any:
    """Make a new row from the form's values."""
    more = {"files": values.pop("files")} if "files" in values else {}
    return matter.create(case=case, entry=matter.entry(**values), user=user, now=now, today=today, **more)


def do(matter: Matter, action: str, thing: Any, *, values: dict[str, Any], user: Any, now: Any, today: date) -> Any:
    """Make a move with the form's values; a form's items are the carried things."""
    act = matter.acts[action]
    given = dict(values)
    if action in ("carry_out", "take_urgently"):
        names = ("taken_at", "place", "storage", "items", "keeper", "keeper_address")
        given["carried"] = holds.Carried(**{name: given.pop(name) for name in names})
    return act.make(**{matter.argument: thing}, user=user, now=now, today=today, **given)
