"""Institutions under supervision and everything that belongs to them, with validity; columns follow the data contract.

`row_key` of a part is the digest of its institution and its contract key (see `row_keys`), so that one rule finds a
row again whatever its key columns are.
"""

from __future__ import annotations

from django.db import models

from hengjian.apps.accounts.models import Organ


class Institution(models.Model):
    """An inspection and testing institution; the row holds what is in force now, `FormerValue` what was before."""

    KINDS = [("state", "事业单位"), ("third_party", "第三方"), ("enterprise", "企业内部")]
    STATUSES = [("active", "正常"), ("suspended", "停业"), ("closed", "注销")]
    BANDS = [("red", "高风险"), ("amber", "中风险"), ("green", "低风险")]

    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("机构名称", max_length=200, db_index=True)
    name_key = models.CharField(max_length=200, db_index=True, editable=False)
    kind = models.CharField("机构属性", max_length=20, choices=KINDS, blank=True)
    fields = models.JSONField("领域", default=list, blank=True)
    area_code = models.CharField("行政区划代码", max_length=12, blank=True, db_index=True)
    home_province = models.CharField("注册地省份代码", max_length=6, blank=True)
    address = models.CharField("地址", max_length=300, blank=True)
    legal_rep = models.CharField("法定代表人", max_length=80, blank=True)
    phone = models.CharField("联系电话", max_length=60, blank=True)
    registered_on = models.DateField("成立日期", null=True, blank=True)
    status = models.CharField("状态", max_length=20, choices=STATUSES, default="active")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="institutions", verbose_name="管辖机关")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="absorbed")
    outside = models.BooleanField("外省机构", default=False, db_index=True, editable=False)
    field_count = models.PositiveSmallIntegerField(default=0, db_index=True, editable=False)
    risk = models.FloatField("风险", null=True, blank=True, db_index=True)
    risk_band = models.CharField("风险等级", max_length=10, choices=BANDS, blank=True, db_index=True)
    risk_run = models.CharField("风险来自", max_length=40, blank=True)
    risk_at = models.DateTimeField(null=True, blank=True)
    risk_detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return f"{self.name}（{self.uscc}）"

    @property
    def institution_uscc(self) -> str:
        """The code by which institution users reach their own rows."""
        return self.uscc

    @property
    def organ_path(self) -> str:
        """Where events about this institution belong."""
        return self.organ.path


class Jurisdiction(models.Model):
    """An organ in whose area the institution has a site: it and its superiors see the institution."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="jurisdictions")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="jurisdictions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["institution", "organ"], name="jurisdiction_once")]

    def __str__(self) -> str:
        return f"{self.institution_id}@{self.organ_id}"


class FormerValue(models.Model):
    """A value that was in force up to and including `valid_to` and is no longer; never changed, never deleted."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="former_values")
    thing_kind = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    value = models.JSONField(null=True)
    valid_to = models.DateField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["thing_kind", "thing_id", "field", "valid_to", "pk"]
        indexes = [models.Index(fields=["thing_kind", "thing_id"], name="former_value_thing")]

    def __str__(self) -> str:
        return f"{self.thing_kind} {self.thing_id} {self.field}"


class RiskReading(models.Model):
    """The risk that one screening run gave an institution."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="risk_readings")
    run = models.CharField(max_length=40)
    at = models.DateTimeField(db_index=True)
    risk = models.FloatField()
    band = models.CharField(max_length=10, choices=Institution.BANDS)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["institution", "run"], name="risk_reading_once")]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.band} {self.run}"


class Part(models.Model):
    """What belongs to one institution."""

    row_key = models.CharField(max_length=40, unique=True, editable=False)

    class Meta:
        abstract = True

    institution: models.ForeignKey[Institution, Institution]

    @property
    def institution_uscc(self) -> str:
        """The code by which institution users reach their own rows."""
        return self.institution.uscc

    @property
    def organ(self) -> Organ:
        """The organ that owns the institution."""
        return self.institution.organ

    @property
    def organ_path(self) -> str:
        """Where events about this part belong."""
        return self.institution.organ.path


class Site(Part):
    """A place where testing is really done; it decides jurisdiction."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="sites")
    site_id = models.CharField("场所编号", max_length=40, db_index=True)
    address = models.CharField("场所地址", max_length=300, blank=True)
    area_code = models.CharField("行政区划代码", max_length=12, blank=True, db_index=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    open_hours = models.FloatField("每日开放时长（小时）", null=True, blank=True)
    lanes = models.PositiveIntegerField("检测线数", null=True, blank=True)

    class Meta:
        ordering = ["site_id"]

    def __str__(self) -> str:
        return f"场所 {self.site_id}"


class Certificate(Part):
    """One period of a qualification certificate; both days of validity are included."""

    STATUSES = [("valid", "有效"), ("suspended", "暂停"), ("revoked", "撤销"), ("cancelled", "注销")]

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="certificates")
    certificate_no = models.CharField("证书编号", max_length=40, db_index=True)
    issuer = models.CharField("发证机关", max_length=120, blank=True)
    by_commitment = models.BooleanField("告知承诺", null=True, blank=True)
    valid_from = models.DateField("有效期起")
    valid_to = models.DateField("有效期止", db_index=True)
    status = models.CharField("证书状态", max_length=20, choices=STATUSES, blank=True)
    status_from = models.DateField("状态日期", null=True, blank=True)
    renewal_applied_on = models.DateField("延续申请日期", null=True, blank=True)

    class Meta:
        ordering = ["-valid_to", "certificate_no"]

    def __str__(self) -> str:
        return f"证书 {self.certificate_no}"


class CertificateStatus(Part):
    """One stretch of a certificate's status history; `to_on` empty: until further notice."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="certificate_statuses")
    certificate_no = models.CharField("证书编号", max_length=40, db_index=True)
    status = models.CharField("证书状态", max_length=20, choices=Certificate.STATUSES)
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)

    class Meta:
        ordering = ["certificate_no", "from_on"]

    def __str__(self) -> str:
        return f"证书 {self.certificate_no} {self.get_status_display()}"


class ScopeItem(Part):
    """Object × item × standard that a certificate covers at a site, from approval until removal."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="scope_items")
    certificate_no = models.CharField("证书编号", max_length=40, db_index=True)
    site_id = models.CharField("场所编号", max_length=40, blank=True)
    field = models.CharField("领域", max_length=40, blank=True)
    object = models.CharField("检测对象", max_length=200, blank=True)
    item_code = models.CharField("项目编号", max_length=80)
    item_name = models.CharField("项目名称", max_length=200, blank=True)
    standard_no = models.CharField("依据标准", max_length=80)
    method_no = models.CharField("方法标准", max_length=80, blank=True)
    range_low = models.FloatField("能力范围下限", null=True, blank=True)
    range_high = models.FloatField("能力范围上限", null=True, blank=True)
    unit = models.CharField("单位", max_length=40, blank=True)
    restriction = models.CharField("限制说明", max_length=300, blank=True)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    removed_on = models.DateField("取消日期", null=True, blank=True)

    class Meta:
        ordering = ["certificate_no", "site_id", "field", "object", "item_code", "standard_no", "pk"]

    def __str__(self) -> str:
        return f"{self.object} {self.item_name or self.item_code}（{self.standard_no}）"


class Person(Part):
    """A person who works at an institution; the same person has the same `person_id` everywhere."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="people")
    person_id = models.CharField("人员编号", max_length=64, db_index=True)
    name = models.CharField("姓名", max_length=80, blank=True)
    role = models.CharField("岗位", max_length=80, blank=True)
    qualification = models.CharField("资格证类别", max_length=120, blank=True)
    qualification_no = models.CharField("证号", max_length=80, blank=True)
    qualified_from = models.DateField("资格有效期起", null=True, blank=True)
    qualified_to = models.DateField("资格有效期止", null=True, blank=True)
    employed_from = models.DateField("在职起", null=True, blank=True)
    employed_to = models.DateField("在职止", null=True, blank=True)
    person_key = models.CharField("人员标识摘要", max_length=64, blank=True)

    class Meta:
        ordering = ["person_id"]

    def __str__(self) -> str:
        return f"人员 {self.person_id}"


class Absence(Part):
    """A time in which a person was not at work (times as handed over, Asia/Shanghai)."""

    KINDS = [("leave", "请假"), ("travel", "出差"), ("training", "培训")]

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="absences")
    person_id = models.CharField("人员编号", max_length=64, db_index=True)
    kind = models.CharField("缺勤类别", max_length=20, choices=KINDS, blank=True)
    from_at = models.DateTimeField("缺勤起")
    to_at = models.DateTimeField("缺勤止")

    class Meta:
        ordering = ["person_id", "from_at"]

    def __str__(self) -> str:
        return f"缺勤 {self.person_id}"


class Signatory(Part):
    """A person authorised to sign reports in one field under one certificate."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="signatories")
    person_id = models.CharField("人员编号", max_length=64, db_index=True)
    certificate_no = models.CharField("证书编号", max_length=40, db_index=True)
    field = models.CharField("授权领域", max_length=80)
    valid_from = models.DateField("授权起", null=True, blank=True)
    valid_to = models.DateField("授权止", null=True, blank=True)

    class Meta:
        ordering = ["person_id", "field", "certificate_no", "pk"]

    def __str__(self) -> str:
        return f"授权签字人 {self.person_id}"


class Instrument(Part):
    """An instrument of an institution, with what bounds its use."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="instruments")
    instrument_id = models.CharField("设备编号", max_length=64, db_index=True)
    site_id = models.CharField("场所编号", max_length=40, blank=True)
    name = models.CharField("设备名称", max_length=120, blank=True)
    model = models.CharField("型号", max_length=120, blank=True)
    serial_no = models.CharField("出厂编号", max_length=120, blank=True)
    in_service_from = models.DateField("启用日期", null=True, blank=True)
    in_service_to = models.DateField("停用日期", null=True, blank=True)
    kind = models.CharField("设备类别", max_length=80, blank=True)
    parallel = models.PositiveIntegerField("可同时检测样品数", null=True, blank=True)
    channels = models.PositiveIntegerField("独立通道数", null=True, blank=True)
    min_cycle_s = models.FloatField("最短循环时间（秒）", null=True, blank=True)
    resolution = models.FloatField("分辨力", null=True, blank=True)

    class Meta:
        ordering = ["instrument_id"]

    def __str__(self) -> str:
        return f"设备 {self.instrument_id}"


class Calibration(Part):
    """One verification or calibration of an instrument, valid up to and including `valid_to`."""

    RESULTS = [("pass", "合格"), ("fail", "不合格"), ("limited", "限用")]

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="calibrations")
    instrument_id = models.CharField("设备编号", max_length=64, db_index=True)
    calibrated_on = models.DateField("检定校准日期")
    valid_to = models.DateField("有效期止")
    certificate_no = models.CharField("证书号", max_length=80, blank=True)
    provider = models.CharField("检定校准机构", max_length=120, blank=True)
    serial_no = models.CharField("证书所载出厂编号", max_length=120, blank=True)
    parameter = models.CharField("校准参数", max_length=120, blank=True)
    range_low = models.FloatField("校准范围下限", null=True, blank=True)
    range_high = models.FloatField("校准范围上限", null=True, blank=True)
    unit = models.CharField("单位", max_length=40, blank=True)
    result = models.CharField("结论", max_length=20, choices=RESULTS, blank=True)

    class Meta:
        ordering = ["instrument_id", "calibrated_on"]

    def __str__(self) -> str:
        return f"检定校准 {self.instrument_id} {self.calibrated_on}"


class Declaration(Part):
    """A change that the institution declared to the organ."""

    KINDS = [
        ("staff", "人员"),
        ("site", "场所"),
        ("instrument", "设备"),
        ("scope", "能力"),
        ("legal_rep", "法定代表人"),
    ]

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="declarations")
    kind = models.CharField("变更类别", max_length=20, choices=KINDS, blank=True)
    subject_id = models.CharField("变更对象编号", max_length=80, blank=True)
    changed_on = models.DateField("变更日期", null=True, blank=True)
    declared_on = models.DateField("申报日期", null=True, blank=True)

    class Meta:
        ordering = ["-declared_on", "-changed_on", "pk"]

    def __str__(self) -> str:
        return f"申报变更 {self.get_kind_display()}"


class InstitutionAlias(models.Model):
    """A name or code under which the institution also appears; codes lead `institution_by_code` to it."""

    KINDS = [("name", "曾用名或别名"), ("code", "错误或旧代码")]

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="aliases")
    kind = models.CharField("类别", max_length=10, choices=KINDS)
    value = models.CharField("名称或代码", max_length=200, db_index=True)
    name_key = models.CharField(max_length=200, blank=True, db_index=True, editable=False)
    proposal = models.ForeignKey(
        "MatchProposal", models.PROTECT, null=True, blank=True, related_name="aliases", editable=False
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["kind", "value", "pk"]

    def __str__(self) -> str:
        return self.value


class MatchProposal(models.Model):
    """Two entries that may be one institution, with the reasons; a person merges or rejects it."""

    first = models.ForeignKey(Institution, models.PROTECT, related_name="proposals_as_first")
    second = models.ForeignKey(Institution, models.PROTECT, related_name="proposals_as_second")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="match_proposals")
    score = models.PositiveSmallIntegerField("相似度")
    reasons = models.JSONField("理由", default=list)
    state = models.CharField("状态", max_length=20, default="open", db_index=True)
    survivor = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="保留的机构"
    )
    moved = models.JSONField(default=dict, blank=True)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField("决定人", max_length=80, blank=True)
    decision_reason = models.TextField("决定理由", blank=True)

    class Meta:
        ordering = ["-score", "pk"]
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="match_once")]

    def __str__(self) -> str:
        return f"匹配 {self.first_id}–{self.second_id}"

    @property
    def organ_path(self) -> str:
        """Where events about this proposal belong."""
        return self.organ.path
