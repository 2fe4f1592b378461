"""Official documents of a matter: what was filled in, by which definition, and the bytes that were printed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from hengjian.apps.accounts.models import Organ
from hengjian.apps.documents.procedures import DOCUMENT


class NumberSeries(models.Model):
    """The counter of one organ, number word and year; its row is locked while a number is given."""

    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    word = models.CharField("文号字", max_length=40)
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("最后的顺序号", default=0)

    class Meta:
        ordering = ["organ", "word", "year"]
        verbose_name = "文号序列"
        constraints = [models.UniqueConstraint(fields=["organ", "word", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.word}〔{self.year}〕"


class Document(models.Model):
    """One version of one official document of a matter (`thing_kind`, `thing_id`), for one party where that matters.

    A draft has no number and no kept bytes; an issued one has both and never changes again. `context` is the canonical
    JSON of everything that was filled in, `form_digest` and `template_digest` say by which definition and layout it was
    rendered: together with `renderer` they give the same bytes again. `serial` counts the documents of one form in one
    matter. `previous` is the version that this one replaces.
    """

    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="制作机关")
    thing_kind = models.CharField("事项种类", max_length=60)
    thing_id = models.CharField("事项", max_length=80)
    thing_label = models.CharField("事项名称", max_length=200)
    form = models.CharField("式样", max_length=12)
    title = models.CharField("文书名称", max_length=80)
    party = models.CharField("当事人", max_length=120, blank=True)
    serial = models.PositiveIntegerField("第几份", default=1)
    version = models.PositiveSmallIntegerField("版本", default=1)
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next_version", verbose_name="前一版本"
    )
    state = models.CharField(
        "状态", max_length=12, choices=list(DOCUMENT.states.items()), default=DOCUMENT.initial, db_index=True
    )
    reason = models.TextField("理由", blank=True)
    series = models.ForeignKey(
        NumberSeries, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name="文号序列"
    )
    ordinal = models.PositiveIntegerField("顺序号", null=True, blank=True)
    number = models.CharField("文号", max_length=60, blank=True, db_index=True)
    context = models.TextField("填写内容")
    context_digest = models.CharField("内容摘要", max_length=64)
    form_digest = models.CharField("式样摘要", max_length=64)
    template_digest = models.CharField("版式摘要", max_length=64)
    renderer = models.CharField("排版程序", max_length=120, blank=True)
    pdf_digest = models.CharField("PDF 摘要", max_length=64, blank=True)
    pdf_pages = models.PositiveSmallIntegerField("页数", null=True, blank=True)
    word_digest = models.CharField("Word 摘要", max_length=64, blank=True)
    drawn_on = models.DateField("拟制日期")
    drawn_at = models.DateTimeField("拟制时间")
    drawn_by = models.CharField("拟制人", max_length=80)
    issued_on = models.DateField("制作日期", null=True, blank=True, db_index=True)
    issued_at = models.DateTimeField("制作时间", null=True, blank=True)
    issued_by = models.CharField("制作人", max_length=80, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "文书"
        indexes = [models.Index(fields=["thing_kind", "thing_id", "form"], name="document_of_thing")]
        constraints = [
            models.UniqueConstraint(fields=["series", "ordinal"], name="document_number_once"),
            models.UniqueConstraint(
                fields=["thing_kind", "thing_id", "form", "serial", "version"], name="document_version_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "discarded"), issued_at__isnull=True)
                | Q(state__in=("issued", "replaced", "void"), issued_at__isnull=False),
                name="document_issued_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}".rstrip()

    @property
    def organ_path(self) -> str:
        """Where events about this document belong."""
        return self.organ.path


class Confirmation(models.Model):
    """Somebody confirmed a draft in the system: in which place of the document, as whom, when."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="confirmations")
    place = models.CharField("签名处", max_length=40)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="确认人")
    name = models.CharField("姓名", max_length=80)
    opinion = models.TextField("意见", blank=True)
    at = models.DateTimeField("确认时间")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "确认"
        constraints = [models.UniqueConstraint(fields=["document", "place", "person"], name="confirmed_once")]

    def __str__(self) -> str:
        return f"{self.place}：{self.name}"


class DocumentSet(models.Model):
    """Several documents of one matter made in the background: how far it is and what could not be made."""

    STATES = [
        ("waiting", "排队中"),
        ("running", "制作中"),
        ("done", "已完成"),
        ("failed", "中断"),
        ("cancelled", "已取消"),
    ]

    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="制作机关")
    thing_kind = models.CharField("事项种类", max_length=60)
    thing_id = models.CharField("事项", max_length=80)
    requested_by = models.JSONField("发起人")
    requested_at = models.DateTimeField("发起时间")
    on = models.DateField("制作日期")
    wanted = models.JSONField("式样与内容")
    state = models.CharField("状态", max_length=12, choices=STATES, default="waiting")
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("共", default=0)
    label = models.CharField("正在做", max_length=120, blank=True)
    faults = models.JSONField("未能制作", default=list, blank=True)
    cancel_requested = models.BooleanField(default=False)
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "成套文书"
        indexes = [models.Index(fields=["thing_kind", "thing_id"], name="document_set_of_thing")]

    def __str__(self) -> str:
        return f"成套文书 {self.pk}"

    @property
    def organ_path(self) -> str:
        """Where events about this set belong."""
        return self.organ.path
