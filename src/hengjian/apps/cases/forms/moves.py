"""One form for each move of a case from the filing to the decision."""

from __future__ import annotations

from typing import Any

from django import forms

from hengjian.apps.accounts.models import Posting, User
from hengjian.apps.accounts.selectors import in_force
from hengjian.apps.cases.forms.parts import (
    CaseForm,
    PeopleField,
    PersonField,
    choice_field,
    count_field,
    day_field,
    line_field,
    many_field,
    text_field,
)
from hengjian.apps.cases.hearings import requests_at_stake
from hengjian.apps.cases.investigators import people_for
from hengjian.apps.cases.policies import PRESIDING
from hengjian.apps.cases.reviewing import legal_ground_of
from hengjian.apps.cases.selectors import ever_investigated
from hengjian.apps.cases.wording import (
    CONDITIONS,
    LEGAL_GROUNDS,
    REFUSAL_GROUNDS,
    REVIEW_KINDS,
    SUSPENSION_GROUNDS,
    TERMINATION_GROUNDS,
)


class SubmitFilingForm(CaseForm):
    """Four conditions, two officers, why."""

    conditions = many_field("立案条件", CONDITIONS, required=True, hint="四项全部符合才能立案")
    opinion = text_field("立案理由")

    def prepare(self) -> None:
        # whoever asks for the filing usually takes the case on: the first chosen leads it
        people = sorted(people_for(self.case.organ, on=self.on), key=lambda one: one.pk != self.user.pk)
        self.fields["officers"] = PeopleField("办案人员", people, "两名以上，均须有有效的执法证；选中的第一人为主办")
        self.order_fields(["seen", "conditions", "officers", "opinion"])


class RefusalForm(CaseForm):
    """On which ground no case is filed, and why."""

    reason_code = choice_field("不予立案的情形", REFUSAL_GROUNDS, radio=True)
    reason = text_field("理由")

    def prepare(self) -> None:
        self.fields["reason_code"].initial = self.case.refusal_code


class OpinionForm(CaseForm):
    """An opinion in words."""

    opinion = text_field("意见")


class ReasonForm(CaseForm):
    """A reason in words."""

    reason = text_field("理由")


class SuspendForm(CaseForm):
    """On which ground the investigation is suspended."""

    ground = choice_field("中止调查的情形", SUSPENSION_GROUNDS, radio=True)
    reason = text_field("理由")


class TerminateForm(CaseForm):
    """On which ground the investigation is ended."""

    ground = choice_field("终止调查的情形", TERMINATION_GROUNDS, radio=True)
    reason = text_field("理由")


class TransferForm(CaseForm):
    """To whom the case is handed over, and why."""

    receiver = line_field("接收机关")
    reason = text_field("移送理由")


class ExtendCollectiveForm(CaseForm):
    """For how long, and what the heads said."""

    days = count_field("再延长天数", 1, 365, "再延长的天数须在 1 到 365 日之间。")
    held_on = day_field("讨论日期")
    attendees = line_field("参加人员", most=500)
    minutes = text_field("集体讨论情况")
    reason = text_field("延长理由")


class OfficersForm(CaseForm):
    """Who investigates from now on."""

    reason = text_field("变更理由")

    def prepare(self) -> None:
        people = people_for(self.case.organ, on=self.on)
        self.fields["officers"] = PeopleField("办案人员", people, "两名以上；不再选的人从今天起不再承办")
        self.order_fields(["seen", "officers", "reason"])


class ConcludeForm(CaseForm):
    """The report, the proposal, and whether the case is one for legal review and discussion."""

    report = text_field(
        "调查终结报告", rows=8, hint="当事人情况、案件来源、调查经过、事实和证据、法律依据、自由裁量的理由"
    )
    proposal = text_field("处理建议")
    legal_ground = choice_field(
        "应当法制审核的情形",
        {code: text for code, text in LEGAL_GROUNDS.items() if code != "hearing"},
        required=False,
        hint="属于其中一种的，须法制审核并集体讨论；经过听证的，听证之后另行法制审核",
    )
    major = forms.BooleanField(label="情节复杂或者拟给予较重的行政处罚，须集体讨论", required=False)

    def prepare(self) -> None:
        for name in ("report", "proposal", "legal_ground", "major"):
            self.fields[name].initial = getattr(self.case, name)


class ReviewKindForm(CaseForm):
    """Which review."""

    kind = choice_field("审核种类", REVIEW_KINDS, radio=True)

    def prepare(self) -> None:
        legal = bool(legal_ground_of(self.case))
        field: Any = self.fields["kind"]
        if legal:
            field.choices = [("legal", REVIEW_KINDS["legal"])]
        field.initial = "legal" if legal else "case"


class ExtendReviewForm(CaseForm):
    """How many more working days the reviewers get."""

    days = count_field("延长的工作日", 1, 30, "审核期限延长须在 1 到 30 个工作日之间。")
    reason = text_field("理由")


def presiding_for(form: CaseForm) -> list[User]:
    """Who may preside over or write down a hearing: people of the organ who never investigated the case."""
    rows = in_force(Posting.objects.filter(organ=form.case.organ, role__in=PRESIDING), on=form.on)
    people = User.objects.filter(pk__in=rows.values("user_id"), is_active=True).order_by("name", "pk")
    out = ever_investigated(form.case)
    return [one for one in people if one.pk not in out]


class OpenHearingForm(CaseForm):
    """Chair and recorder."""

    def prepare(self) -> None:
        people = presiding_for(self)
        self.fields["chair"] = PersonField("听证主持人", people, "不能是本案调查人员")
        self.fields["recorder"] = PersonField("记录员", people, "不能是本案调查人员，也不能与主持人同一人")


class ArrangeHearingForm(CaseForm):
    """When and where, and when the parties were told."""

    held_on = day_field("举行日期")
    place = line_field("听证地点", most=200)
    notified_on = day_field("通知日期", hint="听证通知书送达当事人的日期，须在举行七个工作日前")
    public = forms.BooleanField(label="公开举行", required=False, initial=True)
    announced_on = day_field("公告日期", required=False, hint="公开举行的，须在三个工作日前公告")


class ReportHearingForm(CaseForm):
    """The chair's report."""

    report = text_field("听证报告", rows=8)


class DropHearingForm(CaseForm):
    """Who gave the hearing up, where several asked for it, and why."""

    reason = text_field("理由")

    def prepare(self) -> None:
        asked = {str(one.notice.party_id): one.notice.party.name for one in requests_at_stake(self.case)}
        if len(asked) > 1:
            self.fields["parties"] = many_field(
                "放弃或者不到场的当事人", asked, hint="没有选的当事人的听证要求仍然有效"
            )
            self.order_fields(["seen", "parties", "reason"])

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {"parties": [int(one) for one in self.cleaned_data.get("parties") or ()]}


class DiscussForm(CaseForm):
    """Minutes."""

    held_on = day_field("讨论日期")
    place = line_field("地点", required=False)
    chair = line_field("主持人", most=60)
    attendees = line_field("参加人员", most=500)
    opinions = text_field("讨论意见", rows=6)
    conclusion = text_field("讨论结论")


class AnnulForm(CaseForm):
    """By which paper, and why."""

    instrument = line_field("撤销决定的文书", most=200, hint="复议决定、判决或者本机关的决定，写明文号")
    reason = text_field("理由")
