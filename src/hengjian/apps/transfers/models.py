"""Suspected crimes handed to the police, and matters handed to other departments, with what came back."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.cases.models import Case
from hengjian.apps.leads.models import OutsideBody
from hengjian.apps.registry.models import Institution
from hengjian.apps.transfers.procedures import CRIMES, CRIMINAL_TRANSFER, REFERRAL, REFERRAL_KINDS


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


def _body(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(OutsideBody, models.PROTECT, related_name="+", verbose_name=label, **options)


class Transfer(models.Model):
    """What both kinds share: where it comes from and who handles it."""

    number = models.CharField("编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField("案由", max_length=200)
    facts = models.TextField("事实", max_length=6000)
    made_by = _person("承办人", required=True)
    made_at = models.DateTimeField("提出时间")
    state_at = models.DateTimeField("进入现状态的时间")
    decided_by = _person("决定人")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    receipt_no = models.CharField("回执编号", max_length=40, blank=True)
    received_on = models.DateField("回执日期", null=True, blank=True)
    result = models.TextField("结果", max_length=2000, blank=True)
    note = models.TextField("最近的理由", max_length=1000, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about it belong."""
        return str(self.organ.path)

    @property
    def institution_uscc(self) -> str:
        """The institution's code, "" where none is named."""
        return str(self.institution.uscc) if self.institution else ""


class CriminalTransfer(Transfer):
    """A suspected crime: the team's report, the head's decision, the police's answer.

    `member` is the second officer of the team. `gain_fen` the illegal gain known. `handed_at` counts against the 24
    hours of TR-05c.
    """

    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="criminal_transfers")
    member = _person("专案人员", required=True)
    crime = models.CharField("涉嫌罪名", max_length=20, choices=list(CRIMES.items()), blank=True)
    gain_fen = models.BigIntegerField("违法所得（分）", null=True, blank=True)
    report = models.TextField("书面报告", max_length=6000, blank=True)
    reported_at = models.DateTimeField("报告时间", null=True, blank=True)
    body = _body("公安机关")
    procuratorate = _body("抄送检察院")
    papers = models.JSONField("随案材料", default=list, blank=True)
    handed_at = models.DateTimeField("移送时间", null=True, blank=True)
    notice_no = models.CharField("立案通知书文号", max_length=60, blank=True)
    answered_on = models.DateField("公安答复日期", null=True, blank=True)
    goods_on = models.DateField("物品移交日期", null=True, blank=True)
    state = models.CharField(
        "状态",
        max_length=16,
        choices=list(CRIMINAL_TRANSFER.states.items()),
        default=CRIMINAL_TRANSFER.initial,
        db_index=True,
    )

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "涉嫌犯罪移送"
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(case__isnull=False) & ~models.Q(state__in=("refused", "ended")),
                name="criminal_transfer_once_a_case",
            )
        ]


class Referral(Transfer):
    """A matter for another department: by sector law after a penalty, or a proposal to revoke a qualification."""

    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="referrals")
    kind = models.CharField("种类", max_length=12, choices=list(REFERRAL_KINDS.items()))
    basis = models.CharField("依据", max_length=300)
    body = _body("外部机关")
    to_organ = models.ForeignKey(
        Organ, models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name="上级机关"
    )
    sent_on = models.DateField("发出日期", null=True, blank=True)
    due = models.DateField("请求反馈的日期", null=True, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=list(REFERRAL.states.items()), default=REFERRAL.initial, db_index=True
    )

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "部门移送"

    @property
    def target(self) -> str:
        """To whom it goes."""
        return str(self.body.name if self.body else self.to_organ.name if self.to_organ else "")
