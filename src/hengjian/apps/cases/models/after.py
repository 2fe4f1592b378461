"""What follows the decision of a case: service, and by name what stands in the files beside this one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.cases.after_procedures import RELATIONS, SERVICE, WAYS_OF
from hengjian.apps.cases.models.archived import ArchivedPaper, ArchiveNote, CaseArchive, Closing, Retrieval
from hengjian.apps.cases.models.core import Case, OfCase, Party
from hengjian.apps.cases.models.executed import Ban, CourtApplication, ItemDisposal, RefundOrder, Remedy
from hengjian.apps.cases.models.owed import Deferral, Demand, Obligation, Payment
from hengjian.apps.cases.models.spot import OnSpotPenalty
from hengjian.apps.documents.models import Document

__all__ = [
    "AddressConfirmation",
    "ArchiveNote",
    "ArchivedPaper",
    "Ban",
    "CaseArchive",
    "Closing",
    "CourtApplication",
    "Deferral",
    "Demand",
    "ItemDisposal",
    "Obligation",
    "OnSpotPenalty",
    "Payment",
    "RefundOrder",
    "Remedy",
    "Retrieval",
    "Service",
    "ServiceProof",
]


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class AddressConfirmation(OfCase):
    """A party signed where papers reach it (form 10); electronic service needs one that agrees to it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="address_confirmations")
    party = models.ForeignKey(Party, models.PROTECT, related_name="address_confirmations")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    address = models.CharField("送达地址", max_length=300)
    receiver = models.CharField("指定收件人", max_length=80, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    agrees_electronic = models.BooleanField("同意电子送达", default=False)
    electronic_address = models.CharField("电子送达地址", max_length=120, blank=True)
    signed_on = models.DateField("签署日期")
    entered_by = _person("录入人", required=True)
    entered_at = models.DateTimeField("录入时间")
    replaced_on = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        ordering = ["-signed_on", "-pk"]
        verbose_name = "送达地址确认"

    def __str__(self) -> str:
        return f"{self.case.number} {self.party.name} 送达地址确认"


class Service(OfCase):
    """Service of one issued document on one party, tried until it is served or dropped.

    `served_on` is the day that counts by law (signature, return card, day of arrival, end of the announcement), which
    may lie before the day of entry. `on` is the day of the last act (posting, handing over to another organ, notice).
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="services")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name="文书")
    party = models.ForeignKey(Party, models.PROTECT, related_name="services", verbose_name="受送达人")
    way = models.CharField("送达方式", max_length=16, choices=list(WAYS_OF.items()), blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=list(SERVICE.states.items()), default=SERVICE.initial, db_index=True
    )
    on = models.DateField("最近办理日期", null=True, blank=True)
    served_on = models.DateField("送达日期", null=True, blank=True)
    place = models.CharField("送达地点", max_length=200, blank=True)
    receiver = models.CharField("签收人", max_length=80, blank=True)
    relation = models.CharField("签收人身份", max_length=12, choices=list(RELATIONS.items()), blank=True)
    refusal = models.CharField("拒收事由", max_length=200, blank=True)
    witness = models.CharField("见证人", max_length=80, blank=True)
    address = models.CharField("电子送达地址", max_length=120, blank=True)
    tracking = models.CharField("邮件号码", max_length=60, blank=True)
    entrusted_to = models.CharField("受委托机关", max_length=120, blank=True)
    published_in = models.CharField("公告刊登或者张贴处", max_length=200, blank=True)
    reason = models.CharField("原因和经过", max_length=500, blank=True)
    confirmation = models.ForeignKey(
        AddressConfirmation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送达地址确认书"
    )
    told_publication = models.BooleanField("已书面告知将公示", default=False)
    officer_a = _person("送达人", required=True)
    officer_b = _person("送达人")
    receipt = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送达回证"
    )
    announcement = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公告"
    )
    begun_at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ["pk"]
        verbose_name = "送达"
        constraints = [
            models.UniqueConstraint(
                fields=["document", "party"],
                condition=~models.Q(state="dropped"),
                name="service_once_a_document_and_party",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case.number} 送达{self.document.title}"


class ServiceProof(models.Model):
    """A photo, video, scan or screenshot that shows how a document was served, kept by the digest of its bytes."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="proofs")
    name = models.CharField("文件名", max_length=120)
    kind = models.CharField("类型", max_length=8)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64)
    at = models.DateTimeField("收入时间")

    class Meta:
        ordering = ["pk"]
        verbose_name = "送达记录"
        constraints = [models.UniqueConstraint(fields=["service", "sha256"], name="service_proof_once")]

    def __str__(self) -> str:
        return self.name
