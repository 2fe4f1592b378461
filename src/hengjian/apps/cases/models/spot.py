"""A penalty decided on the spot (当场处罚): its own small procedure, from the words to the party to the file."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.cases.after_procedures import CASH_GROUNDS, ON_SPOT
from hengjian.apps.documents.models import Document
from hengjian.apps.registry.models import Institution


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class OnSpotPenalty(models.Model):
    """One penalty of the summary procedure: a fine up to the limit or a warning, by two officers with their cards.

    `kind` decides which limit holds: a person or a body. `heard` is what the party said, or that it said nothing.
    The cash that was taken goes to the bureau and then to the bank, each with its day.
    """

    KINDS = [("person", "自然人"), ("body", "法人或者其他组织")]

    number = models.CharField("编号", max_length=24, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    state = models.CharField(
        "状态", max_length=12, choices=list(ON_SPOT.states.items()), default=ON_SPOT.initial, db_index=True
    )
    kind = models.CharField("当事人种类", max_length=8, choices=KINDS)
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="+")
    party_name = models.CharField("当事人", max_length=120)
    party_post = models.CharField("负责人（职务）", max_length=80, blank=True)
    address = models.CharField("地址", max_length=300, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    place = models.CharField("地点", max_length=200)
    occurred_on = models.DateField("违法行为日期")
    facts = models.TextField("违法事实和证据")
    article = models.CharField("违反的规定", max_length=300)
    basis = models.CharField("处罚依据", max_length=300, blank=True)
    warning = models.BooleanField("警告", default=False)
    fine_fen = models.BigIntegerField("罚款（分）", default=0)
    shown_cards = models.BooleanField("已出示执法证件", default=False)
    notified_at = models.DateTimeField("告知时间")
    heard = models.TextField("陈述、申辩", blank=True)
    told_publication = models.BooleanField("已书面告知将公示", default=False)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True, db_index=True)
    signed = models.BooleanField("当事人签收", default=True)
    refused_note = models.CharField("拒绝签收的情况", max_length=200, blank=True)
    officer_a = _person("执法人员", required=True)
    officer_b = _person("执法人员", required=True)
    card_a = models.CharField("执法证号", max_length=40)
    card_b = models.CharField("执法证号", max_length=40)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="当场处罚决定书"
    )
    cash_ground = models.CharField("当场收缴的情形", max_length=12, choices=list(CASH_GROUNDS.items()), blank=True)
    cash_on = models.DateField("收缴日期", null=True, blank=True)
    cash_voucher = models.CharField("专用票据号码", max_length=60, blank=True)
    passed_on = models.DateField("交部门日期", null=True, blank=True)
    banked_on = models.DateField("缴付银行日期", null=True, blank=True)
    bank_voucher = models.CharField("银行回单号码", max_length=60, blank=True)
    handed_in_on = models.DateField("交案卷日期", null=True, blank=True)
    pages = models.PositiveSmallIntegerField("案卷页数", null=True, blank=True)
    box = models.CharField("保管位置", max_length=80, blank=True)
    filed_by = _person("归档人")
    filed_on = models.DateField("归档日期", null=True, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta:
        ordering = ["-notified_at", "-pk"]
        verbose_name = "当场处罚"
        indexes = [models.Index(fields=["organ", "state"], name="on_spot_standing")]

    def __str__(self) -> str:
        return f"{self.number} 当场处罚"

    @property
    def organ_path(self) -> str:
        """Where events about it belong."""
        return str(self.organ.path)

    @property
    def institution_uscc(self) -> str:
        """The institution's code, "" for a person."""
        return str(self.institution.uscc) if self.institution is not None else ""
