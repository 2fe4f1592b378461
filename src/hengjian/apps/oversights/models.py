"""Major cases: supervision by a superior with its progress, joint teams, consultations."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ, Share
from hengjian.apps.cases.models import Case
from hengjian.apps.oversights.procedures import GROUNDS, OVERSIGHT


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class OfCase(models.Model):
    """What hangs on a case and belongs where the case belongs."""

    class Meta:
        abstract = True

    @property
    def organ(self) -> Organ:
        """The case's organ."""
        return self.case.organ  # type: ignore[attr-defined,no-any-return]

    @property
    def organ_path(self) -> str:
        """Where events about it belong."""
        return str(self.organ.path)


class Oversight(OfCase):
    """A case reported up, and what the superior made of it; `superior` supervises, the case's organ works."""

    number = models.CharField("编号", max_length=20, unique=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="oversights", verbose_name="案件")
    superior = models.ForeignKey(Organ, models.PROTECT, related_name="oversights", verbose_name="督办机关")
    ground = models.CharField("情形", max_length=12, choices=list(GROUNDS.items()))
    text = models.TextField("情况", max_length=4000)
    requirement = models.TextField("督办要求", max_length=2000, blank=True)
    due = models.DateField("期限", null=True, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=list(OVERSIGHT.states.items()), default=OVERSIGHT.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    reported_by = _person("上报人", required=True)
    reported_at = models.DateTimeField("上报时间")
    listed_by = _person("挂牌决定人")
    listed_on = models.DateField("挂牌日期", null=True, blank=True)
    ended_on = models.DateField("结束日期", null=True, blank=True)
    note = models.TextField("最近的意见", max_length=2000, blank=True)

    class Meta:
        ordering = ["-reported_at", "-pk"]
        verbose_name = "挂牌督办"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "superior"],
                condition=models.Q(state__in=("reported", "listed", "answered")),
                name="oversight_once_a_superior",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.case.title}"


class Progress(models.Model):
    """One report of progress, or one word of the superior, in order of time."""

    oversight = models.ForeignKey(Oversight, models.PROTECT, related_name="progress")
    kind = models.CharField("种类", max_length=12)
    text = models.TextField("内容", max_length=4000)
    by = _person("报告人", required=True)
    at = models.DateTimeField("时间")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "督办进展"

    def __str__(self) -> str:
        return f"{self.oversight.number} {self.kind}"


class TeamMember(OfCase):
    """Somebody of another organ in the joint team of a case; the share opens this case to that organ, for a time."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="team_members")
    user = _person("成员", required=True)
    from_organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="所在机关")
    task = models.CharField("分工", max_length=120)
    share = models.ForeignKey(Share, models.PROTECT, null=True, blank=True, related_name="+")
    from_on = models.DateField("起")
    to_on = models.DateField("止")
    ended_on = models.DateField("退出日期", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "联合专案组成员"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user"], condition=models.Q(ended_on__isnull=True), name="team_member_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.user.name}"


class Consultation(OfCase):
    """Minutes of a consultation on a hard case; what was written stays, corrections are further minutes."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="consultations")
    number = models.CharField("编号", max_length=20, unique=True)
    held_on = models.DateField("会商日期")
    place = models.CharField("地点", max_length=120)
    attendees = models.TextField("参加人员", max_length=500)
    question = models.TextField("会商事项", max_length=2000)
    opinions = models.TextField("意见", max_length=4000)
    conclusion = models.TextField("结论", max_length=2000)
    written_by = _person("记录人", required=True)
    written_at = models.DateTimeField("记录时间")

    class Meta:
        ordering = ["-held_on", "-pk"]
        verbose_name = "会商纪要"

    def __str__(self) -> str:
        return f"{self.number} {self.question[:30]}"
