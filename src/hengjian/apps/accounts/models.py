"""Organs in their tree, people, and the roles people hold in organs over time."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Level(models.TextChoices):
    """Levels of supervisory organs, highest first."""

    NATIONAL = "national", "国家"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    STATION = "station", "所"
    TEAM = "team", "执法队"


class Role(models.TextChoices):
    """Roles a person may hold in an organ."""

    LEADER = "leader", "局领导"
    SECTION_CHIEF = "section_chief", "科（股）长"
    OFFICER = "officer", "执法人员"
    LEGAL_REVIEWER = "legal_reviewer", "法制审核人员"
    REGISTRAR = "registrar", "登记员"
    ANALYST = "analyst", "分析员"
    SUPERVISOR = "supervisor", "执法监督人员"
    SYSADMIN = "sysadmin", "系统管理员"
    INSTITUTION_USER = "institution_user", "机构用户"
    EXPERT = "expert", "专家"


class Organ(models.Model):
    """A supervisory organ. `path` is `/1/4/9/`: all ancestors' ids and its own, so a subtree is a prefix."""

    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=40)
    level = models.CharField("层级", max_length=20, choices=Level.choices)
    area_code = models.CharField("行政区划代码", max_length=12, db_index=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级机关"
    )
    path = models.CharField(max_length=200, db_index=True, editable=False)
    valid_from = models.DateField("设立日期")
    valid_to = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        ordering = ["path"]
        verbose_name = "机关"

    def __str__(self) -> str:
        return self.name

    @property
    def organ_path(self) -> str:
        """Where events about this organ belong."""
        return self.path

    @property
    def organ_id(self) -> int:
        """An organ's own record belongs to itself."""
        return self.pk


class UserManager(BaseUserManager["User"]):
    """Finds people by their user name."""


class User(AbstractBaseUser):
    """A person who can sign in. Rights come from postings alone."""

    username = models.CharField("用户名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField("电话", max_length=20, blank=True)
    is_active = models.BooleanField("在用", default=True)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    previous_visit_at = models.DateTimeField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        ordering = ["username"]
        verbose_name = "人员"

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """The name the shell shows."""
        return self.name


class Posting(models.Model):
    """One role of one person in one organ for a time (both days included)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="postings", verbose_name="人员")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="postings", verbose_name="机关")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    title = models.CharField("职务", max_length=40, blank=True)
    enforcement_no = models.CharField("执法证号", max_length=40, blank=True)
    enforcement_valid_to = models.DateField("执法证有效期止", null=True, blank=True)
    fields = models.JSONField("业务领域", default=list, blank=True)
    institution_id = models.CharField("所属机构代码", max_length=18, blank=True)
    valid_from = models.DateField("任职起")
    valid_to = models.DateField("任职止", null=True, blank=True)

    class Meta:
        ordering = ["organ__path", "role", "pk"]
        verbose_name = "任职"
        constraints = [
            models.UniqueConstraint(fields=["user", "organ", "role", "valid_from"], name="posting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} {self.get_role_display()}（{self.organ.short_name}）"

    @property
    def organ_path(self) -> str:
        """Where events about this posting belong."""
        return self.organ.path


class Avoidance(models.Model):
    """A tie between a person and an institution that keeps the person out of its matters (回避)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="avoidances", verbose_name="人员")
    institution_id = models.CharField("机构代码", max_length=18, db_index=True)
    kind = models.CharField(
        "事由",
        max_length=20,
        choices=[
            ("kin", "近亲属"),
            ("employed", "曾任职"),
            ("holding", "持股"),
            ("advised", "授课或咨询"),
            ("other", "其他"),
        ],
    )
    note = models.CharField("说明", max_length=200, blank=True)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)

    class Meta:
        ordering = ["-valid_from", "pk"]
        verbose_name = "回避"

    def __str__(self) -> str:
        return f"{self.user.name} 回避 {self.institution_id}"


class Share(models.Model):
    """One matter opened to another organ until a day; the only way across the tree."""

    thing_kind = models.CharField(max_length=60)
    thing_id = models.CharField(max_length=80)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="shares", verbose_name="共享给")
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    valid_to = models.DateField("共享至", null=True, blank=True)
    reason = models.CharField("理由", max_length=200)

    class Meta:
        ordering = ["-granted_at"]
        verbose_name = "共享"
        constraints = [models.UniqueConstraint(fields=["thing_kind", "thing_id", "organ"], name="share_once")]

    def __str__(self) -> str:
        return f"{self.thing_kind} {self.thing_id} → {self.organ.short_name}"
