"""Evidence of a case: what it is, its files by hash, its chain of custody; inquiries and requests for materials."""

from __future__ import annotations

from django.db import models

from hengjian.apps.cases.evidence_procedures import (
    EVIDENCE,
    EXCLUSIONS,
    INQUIRY,
    KINDS,
    PURPOSES,
    REQUEST,
    SEALS,
    WAYS,
)
from hengjian.apps.cases.models.core import Case, Contravention, OfCase, Party, person
from hengjian.apps.cases.models.holds import Appraisal, AssistanceLetter, Hold, HoldItem, LetterFile

__all__ = [
    "Appraisal",
    "AssistanceLetter",
    "CustodyStep",
    "Evidence",
    "EvidenceFile",
    "Hold",
    "HoldItem",
    "Inquiry",
    "LetterFile",
    "MaterialsRequest",
]


class Evidence(OfCase):
    """One piece of evidence of one of the eight kinds (PEN-23).

    `carrier` says whether it is the original; a copy names maker, method, day and where the original is. Electronic
    data (PEN-26) name the method, the tool, the time, the maker and the digest computed when they were taken
    (`made_digest`, hex SHA-256), with a witness or expert where there was one. `officer_one` and `officer_two` took
    it, with the numbers of the cards they showed; both empty only for what another organ or an earlier inspection
    took (`source_label`). `ordinal` counts in the case, without gaps.
    """

    CARRIERS = [("original", "原件、原物、原始载体"), ("copy", "复制件")]
    PREFIX = "Z"

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    ordinal = models.PositiveIntegerField("序号")
    kind = models.CharField("种类", max_length=12, choices=list(KINDS.items()))
    name = models.CharField("名称", max_length=200)
    proves = models.TextField("证明事项")
    way = models.CharField("取得方式", max_length=12, choices=list(WAYS.items()))
    way_note = models.CharField("取得情况", max_length=300, blank=True)
    obtained_on = models.DateField("取得日期")
    place = models.CharField("取得地点", max_length=200)
    provider = models.CharField("提供人", max_length=120, blank=True)
    pages = models.PositiveIntegerField("页数、件数", null=True, blank=True)
    officer_one = person("取证人一")
    officer_two = person("取证人二")
    card_one = models.CharField("执法证号一", max_length=40, blank=True)
    card_two = models.CharField("执法证号二", max_length=40, blank=True)
    carrier = models.CharField("载体", max_length=10, choices=CARRIERS)
    copy_maker = models.CharField("复制人", max_length=120, blank=True)
    copy_method = models.CharField("复制方法", max_length=200, blank=True)
    copied_on = models.DateField("复制日期", null=True, blank=True)
    original_at = models.CharField("原件存放处", max_length=200, blank=True)
    compared = models.BooleanField("与原件核对无异", default=False)
    e_method = models.CharField("提取方法", max_length=300, blank=True)
    e_tool = models.CharField("提取工具", max_length=120, blank=True)
    e_made_at = models.DateTimeField("提取时间", null=True, blank=True)
    e_maker = models.CharField("制作人", max_length=120, blank=True)
    made_digest = models.CharField("完整性校验值", max_length=64, blank=True)
    witness = models.CharField("见证人", max_length=120, blank=True)
    expert = models.CharField("协助的专业人员", max_length=120, blank=True)
    source_label = models.CharField("来源", max_length=200, blank=True)
    contraventions = models.ManyToManyField(
        Contravention, blank=True, related_name="evidence", verbose_name="证明的违法事实"
    )
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, blank=True, related_name="evidence")
    state = models.CharField(
        "状态", max_length=10, choices=list(EVIDENCE.states.items()), default=EVIDENCE.initial, db_index=True
    )
    exclusion = models.CharField("排除情形", max_length=12, choices=list(EXCLUSIONS.items()), blank=True)
    reason = models.CharField("排除或者恢复的理由", max_length=500, blank=True)
    judged_by = person("排除人")
    registered_by = person("登记人", required=True)
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ["ordinal"]
        verbose_name = "证据"
        constraints = [models.UniqueConstraint(fields=["case", "ordinal"], name="evidence_number_once")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.number} {self.name}"

    @property
    def number(self) -> str:
        """Z-01 …, in the case."""
        return f"{self.PREFIX}-{self.ordinal:02d}"


class EvidenceFile(OfCase):
    """One file of a piece of evidence, known by the digest of its bytes.

    `origin` upload: the bytes lie in the store of cases. Everything else lies where it was made (`origin_kind`,
    `origin_id`) and is re-hashed on every reading. A digest stands once in a case.
    """

    ORIGINS = [
        ("upload", "上传"),
        ("attachment", "检查附件"),
        ("alert", "预警证据包"),
        ("report", "数据湖中的报告"),
        ("letter", "协助函回复的附件"),
    ]

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence_files")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="files")
    name = models.CharField("文件名", max_length=160)
    media_type = models.CharField("类型", max_length=80)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("摘要值", max_length=64)
    origin = models.CharField("来源", max_length=12, choices=ORIGINS, default="upload")
    origin_id = models.CharField("来源编号", max_length=120, blank=True)
    origin_label = models.CharField("来源说明", max_length=200, blank=True)
    by = person("登记人", required=True)
    at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ["pk"]
        verbose_name = "证据文件"
        constraints = [models.UniqueConstraint(fields=["case", "sha256"], name="evidence_file_once_a_case")]

    def __str__(self) -> str:
        return f"{self.evidence.number} {self.name}"


class CustodyStep(OfCase):
    """One hand-over of a piece of evidence; rows are only ever added, and a broken chain is named, not hidden."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="custody")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="custody")
    ordinal = models.PositiveIntegerField("序号")
    at = models.DateTimeField("交接时间")
    giver = models.CharField("移交人", max_length=120)
    taker = models.CharField("接收人", max_length=120)
    purpose = models.CharField("事由", max_length=12, choices=list(PURPOSES.items()))
    place = models.CharField("存放地点", max_length=200)
    seal_state = models.CharField("封条", max_length=10, choices=list(SEALS.items()))
    seal_no = models.CharField("封条编号", max_length=60, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    by = person("登记人", required=True)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ["ordinal"]
        verbose_name = "证据交接"
        constraints = [models.UniqueConstraint(fields=["evidence", "ordinal"], name="custody_step_once")]

    def __str__(self) -> str:
        return f"{self.evidence.number} 第 {self.ordinal} 次交接"


class Inquiry(OfCase):
    """Questioning one person: notice, who asked with which cards, the rights told, the record and how it was signed.

    `digest` is the SHA-256 of the record as it was signed. A record becomes evidence when it is signed, or when the
    refusal to sign was noted with a witness.
    """

    WHO = [("party", "当事人"), ("legal_rep", "法定代表人、负责人"), ("staff", "当事人的工作人员"), ("witness", "证人")]
    PREFIX = "X"

    case = models.ForeignKey(Case, models.PROTECT, related_name="inquiries")
    ordinal = models.PositiveIntegerField("序号")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="当事人")
    who = models.CharField("身份", max_length=10, choices=WHO)
    person_name = models.CharField("被询问人", max_length=80)
    person_post = models.CharField("单位、职务", max_length=120, blank=True)
    planned_at = models.DateTimeField("通知时间")
    place = models.CharField("地点", max_length=200)
    notified_on = models.DateField("通知日期", null=True, blank=True)
    officer_one = person("询问人一", required=True)
    officer_two = person("询问人二", required=True)
    card_one = models.CharField("执法证号一", max_length=40)
    card_two = models.CharField("执法证号二", max_length=40)
    state = models.CharField(
        "状态", max_length=10, choices=list(INQUIRY.states.items()), default=INQUIRY.initial, db_index=True
    )
    asked_from = models.DateTimeField("开始", null=True, blank=True)
    asked_to = models.DateTimeField("结束", null=True, blank=True)
    rights_told = models.BooleanField("已告知权利义务和回避权", default=False)
    cards_shown = models.BooleanField("已出示执法证件", default=False)
    recusal = models.CharField("是否申请回避", max_length=120, blank=True)
    text = models.TextField("笔录正文", blank=True)
    read_over = models.BooleanField("已交本人核对或者宣读", default=False)
    reason = models.CharField("理由", max_length=300, blank=True)
    witness = models.CharField("见证人", max_length=120, blank=True)
    digest = models.CharField("笔录摘要值", max_length=64, blank=True)
    evidence = models.OneToOneField(Evidence, models.PROTECT, null=True, blank=True, related_name="inquiry")
    by = person("登记人", required=True)
    at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ["ordinal"]
        verbose_name = "询问"
        constraints = [models.UniqueConstraint(fields=["case", "ordinal"], name="inquiry_number_once")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.number} 询问"

    @property
    def number(self) -> str:
        """X-01 …, in the case."""
        return f"{self.PREFIX}-{self.ordinal:02d}"


class MaterialsRequest(OfCase):
    """Materials asked of somebody by a day; `served_on` starts the limit, `answered_late` is kept when they come."""

    PREFIX = "T"

    case = models.ForeignKey(Case, models.PROTECT, related_name="requests")
    ordinal = models.PositiveIntegerField("序号")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="当事人")
    addressee = models.CharField("提供人", max_length=120)
    wanted = models.TextField("要提供的材料")
    served_on = models.DateField("送达日期")
    due = models.DateField("提供期限")
    officer_one = person("执法人员一", required=True)
    officer_two = person("执法人员二", required=True)
    state = models.CharField(
        "状态", max_length=12, choices=list(REQUEST.states.items()), default=REQUEST.initial, db_index=True
    )
    answer = models.TextField("收到的材料", blank=True)
    answered_on = models.DateField("收到日期", null=True, blank=True)
    answered_late = models.BooleanField("逾期提供", default=False)
    reason = models.CharField("说明", max_length=300, blank=True)
    by = person("登记人", required=True)
    at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ["ordinal"]
        verbose_name = "限期提供材料"
        constraints = [models.UniqueConstraint(fields=["case", "ordinal"], name="materials_request_number_once")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.number} 限期提供材料"

    @property
    def number(self) -> str:
        """T-01 …, in the case."""
        return f"{self.PREFIX}-{self.ordinal:02d}"
