"""The end of a case: the request to close it, the file in its two volumes, later notes and every retrieval."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.cases.after_procedures import CLOSING_GROUNDS
from hengjian.apps.cases.models.core import Case, OfCase
from hengjian.apps.documents.models import Document


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class Closing(OfCase):
    """The request to close a case (form 53), by an investigator, and the head's answer."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="closings")
    ground = models.CharField("结案情形", max_length=12, choices=list(CLOSING_GROUNDS.items()))
    summary = models.TextField("执行和结案情况")
    arisen_on = models.DateField("情形出现日期")
    proposed_by = _person("报请人", required=True)
    proposed_on = models.DateField("报请日期")
    granted = models.BooleanField("批准", null=True, blank=True)
    opinion = models.CharField("审批意见", max_length=500, blank=True)
    decided_by = _person("审批人")
    decided_on = models.DateField("审批日期", null=True, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = "结案"
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(granted__isnull=True), name="one_closing_waits")
        ]

    def __str__(self) -> str:
        return f"{self.case.number} 结案报请"


class CaseArchive(OfCase):
    """The file of a closed case: sealed once, with the digest over every paper in its order; never opened again."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="archive")
    number = models.CharField("档案号", max_length=40)
    keep_years = models.PositiveSmallIntegerField("保管期限（年）")
    box = models.CharField("保管位置", max_length=80)
    main_pages = models.PositiveIntegerField("正卷页数")
    side_pages = models.PositiveIntegerField("副卷页数")
    sealed_on = models.DateField("立卷日期")
    sealed_at = models.DateTimeField("封卷时间")
    sealed_by = _person("立卷人", required=True)
    checked_by = models.CharField("检查人", max_length=80)
    remarks = models.TextField("备考", blank=True)
    digest = models.CharField("全卷摘要", max_length=64)

    class Meta:
        ordering = ["-sealed_at"]
        verbose_name = "案卷"

    def __str__(self) -> str:
        return f"{self.number} {self.case.title}"


class ArchivedPaper(models.Model):
    """One paper of the file: volume, place in the order of Article 78, pages, digest of its bytes or of its record."""

    VOLUMES = [("main", "正卷"), ("side", "副卷")]

    archive = models.ForeignKey(CaseArchive, models.PROTECT, related_name="papers")
    volume = models.CharField("卷", max_length=4, choices=VOLUMES)
    place = models.PositiveSmallIntegerField("顺序")
    group = models.PositiveSmallIntegerField("第七十八条的项")
    title = models.CharField("题名", max_length=200)
    number = models.CharField("文号", max_length=80, blank=True)
    on = models.DateField("日期", null=True, blank=True)
    first_page = models.PositiveIntegerField("起页")
    pages = models.PositiveIntegerField("页数")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField("摘要", max_length=64)
    kind = models.CharField("类别", max_length=24, blank=True)

    class Meta:
        ordering = ["archive", "volume", "place"]
        verbose_name = "卷内文件"
        constraints = [models.UniqueConstraint(fields=["archive", "volume", "place"], name="archived_paper_place_once")]

    def __str__(self) -> str:
        return self.title


class ArchiveNote(models.Model):
    """A supplementary note to a sealed file: what is corrected or added, by whom, why. The file itself stays."""

    archive = models.ForeignKey(CaseArchive, models.PROTECT, related_name="notes")
    text = models.TextField("补充说明")
    reason = models.CharField("理由", max_length=300)
    by = _person("记录人", required=True)
    at = models.DateTimeField("记录时间")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "补充说明"

    def __str__(self) -> str:
        return f"{self.archive.number} 补充说明"


class Retrieval(models.Model):
    """One person looked into a sealed file: who let whom, for what, when it came back."""

    archive = models.ForeignKey(CaseArchive, models.PROTECT, related_name="retrievals")
    reader = models.CharField("查阅人", max_length=80)
    reader_body = models.CharField("查阅人单位", max_length=120)
    purpose = models.CharField("查阅目的", max_length=300)
    volumes = models.CharField(
        "卷别", max_length=10, choices=[("main", "正卷"), ("side", "副卷"), ("both", "正卷和副卷")]
    )
    approved_by = models.CharField("批准人", max_length=80)
    out_on = models.DateField("查阅日期")
    back_on = models.DateField("归还日期", null=True, blank=True)
    entered_by = _person("登记人", required=True)

    class Meta:
        ordering = ["-out_on", "-pk"]
        verbose_name = "案卷查阅"

    def __str__(self) -> str:
        return f"{self.archive.number} 查阅"
