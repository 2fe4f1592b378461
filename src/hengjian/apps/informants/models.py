"""What is sealed about informants: ciphertext and keyed digests only; nothing here can be read without the key file.

Every sealed row has a data key of its own, wrapped by the vault key named in `key_id`. The additional data of both
encryptions hold the row's kind and `record_id`, so that ciphertext put into another row does not open.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ, Role
from hengjian.apps.informants.procedures import OPENING, SCOPES


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class Sealed(models.Model):
    """One record under its own data key: `wrapped_key` and `ciphertext` are nonce (12 bytes) and AES-256-GCM output."""

    record_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    key_id = models.CharField("密钥编号", max_length=32, db_index=True, editable=False)
    wrapped_key = models.BinaryField(editable=False)
    ciphertext = models.BinaryField(editable=False)

    class Meta:
        abstract = True


class VaultKey(models.Model):
    """A wrapping key that this database was sealed with: its id, and a digest that tells a wrong key file.

    Never the key itself. While one row stands here, a missing key file is an error and never made anew.
    """

    key_id = models.CharField("密钥编号", max_length=32, unique=True)
    check_digest = models.CharField("校验值", max_length=64)
    made_at = models.DateTimeField("启用时间")

    class Meta:
        ordering = ["pk"]
        verbose_name = "保密库密钥"

    def __str__(self) -> str:
        return self.key_id


class Informant(Sealed):
    """Whoever sent one tip or complaint; the identity lies in the ciphertext, also for anonymous ones (then empty).

    `subject_*` is the matter they sent (`tips.tip`, its pk, its number); it is bound after the matter is made.
    """

    number = models.CharField("保密编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="保管机关")
    anonymous = models.BooleanField("匿名")
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=80, blank=True)
    subject_number = models.CharField("事项编号", max_length=40, blank=True)
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        ordering = ["-pk"]
        verbose_name = "举报人"
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="informant_subject")]

    def __str__(self) -> str:
        return self.number

    @property
    def organ_path(self) -> str:
        """Where events about this informant belong."""
        return self.organ.path


class Fingerprint(models.Model):
    """A keyed digest of one identifying value: the same person is found again without opening anything."""

    KINDS = [("id_no", "证件号码"), ("phone", "电话"), ("email", "电子邮箱"), ("name_address", "姓名和地址")]

    informant = models.ForeignKey(Informant, models.CASCADE, related_name="fingerprints")
    kind = models.CharField(max_length=16, choices=KINDS)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["kind", "digest"], name="fingerprint_lookup")]
        constraints = [models.UniqueConstraint(fields=["informant", "kind"], name="fingerprint_once")]

    def __str__(self) -> str:
        return f"{self.informant_id} {self.kind}"


class SealedText(Sealed):
    """What the informant (or the organ to the informant) wrote: the original sealed, and the copy fit for work.

    `redacted` is what matters, case files, searches and exports get: without the informant's identity.
    """

    informant = models.ForeignKey(Informant, models.PROTECT, related_name="texts")
    purpose = models.CharField("用途", max_length=20)
    redacted = models.TextField("隐去身份后的文字")
    at = models.DateTimeField("收到时间")

    class Meta:
        ordering = ["pk"]
        verbose_name = "封存的原文"

    def __str__(self) -> str:
        return f"{self.informant.number} {self.pk}"


class Channel(models.Model):
    """The two-way channel of one informant; the code is known to the informant alone, here lies its keyed digest.

    `form_digest` marks the form that made it: the same form sent twice finds the same channel.
    """

    informant = models.OneToOneField(Informant, models.PROTECT, related_name="channel")
    code_digest = models.CharField(max_length=64, unique=True)
    form_digest = models.CharField(max_length=64, unique=True, null=True)
    opened_at = models.DateTimeField("开通时间")
    visited_at = models.DateTimeField("举报人最近查询", null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "匿名联系通道"

    def __str__(self) -> str:
        return self.informant.number

    @property
    def organ(self) -> Organ:
        """The organ that keeps the informant."""
        return self.informant.organ

    @property
    def organ_path(self) -> str:
        """Where events about this channel belong."""
        return self.informant.organ.path


class Message(models.Model):
    """One message in a channel; `by` is the official, None for the informant."""

    SIDES = [("informant", "举报人"), ("organ", "机关")]

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="messages")
    side = models.CharField(max_length=12, choices=SIDES)
    text = models.OneToOneField(SealedText, models.PROTECT, related_name="message")
    by = _person("经办人")
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("对方读到", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "往来信息"

    def __str__(self) -> str:
        return f"{self.channel_id} {self.side} {self.pk}"


class SealedFile(Sealed):
    """One file from an informant: its name in the ciphertext, its bytes encrypted in the store under `record_id`.

    `revealing` files name the informant and open like the identity. `sha256` and `size` are of the plain bytes.
    """

    informant = models.ForeignKey(Informant, models.PROTECT, related_name="files")
    message = models.ForeignKey(Message, models.PROTECT, related_name="files", null=True, blank=True)
    ordinal = models.PositiveSmallIntegerField("序号")
    kind = models.CharField("类型", max_length=8)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64)
    revealing = models.BooleanField("含有身份信息", default=False)
    at = models.DateTimeField("收到时间")

    class Meta:
        ordering = ["ordinal"]
        verbose_name = "举报附件"
        constraints = [models.UniqueConstraint(fields=["informant", "ordinal"], name="sealed_file_ordinal")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name under which the file is shown: the sender's own may hold a name."""
        return f"附件{self.ordinal}.{self.kind}"


class Opening(models.Model):
    """One request to open what is sealed: asked by one person, approved by another of another role, used once."""

    number = models.CharField("编号", max_length=24, unique=True)
    informant = models.ForeignKey(Informant, models.PROTECT, related_name="openings", verbose_name="保密编号")
    scope = models.CharField("开启内容", max_length=12, choices=list(SCOPES.items()))
    reason = models.TextField("理由")
    state = models.CharField(
        "状态", max_length=12, choices=list(OPENING.states.items()), default=OPENING.initial, db_index=True
    )
    requested_by = _person("申请人", required=True)
    requested_role = models.CharField("申请角色", max_length=20, choices=Role.choices)
    requested_at = models.DateTimeField("申请时间")
    decided_by = _person("批准人")
    decided_role = models.CharField("批准角色", max_length=20, choices=Role.choices, blank=True)
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    decision_note = models.CharField("批准意见", max_length=300, blank=True)
    valid_until = models.DateTimeField("有效至")
    opened_at = models.DateTimeField("开启时间", null=True, blank=True)
    closes_at = models.DateTimeField("查看截止", null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "开启申请"

    def __str__(self) -> str:
        return f"{self.number} {self.get_scope_display()}"

    @property
    def organ(self) -> Organ:
        """The organ that keeps the informant."""
        return self.informant.organ

    @property
    def organ_path(self) -> str:
        """Where events about this opening belong."""
        return self.informant.organ.path


class Attempt(models.Model):
    """How often one address tried something; the address is a keyed digest that changes every day."""

    kind = models.CharField(max_length=12)
    address_digest = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "address_digest"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.count}"


class ReceiptKey(models.Model):
    """The public half of an organ's receipt key; the private half lies in the key file, outside the database."""

    key_id = models.CharField("密钥编号", max_length=32, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    public_key = models.CharField("公钥", max_length=64)
    made_at = models.DateTimeField("启用时间")
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        ordering = ["organ__path", "-pk"]
        verbose_name = "回执公钥"

    def __str__(self) -> str:
        return self.key_id


class Receipt(models.Model):
    """What was signed for one matter: canonical JSON and the Ed25519 signature over its bytes (base64)."""

    key = models.ForeignKey(ReceiptKey, models.PROTECT, related_name="receipts")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=80)
    body = models.TextField("回执正文")
    signature = models.CharField("签名", max_length=100)
    signed_at = models.DateTimeField("签署时间")

    class Meta:
        ordering = ["-pk"]
        verbose_name = "回执"
        constraints = [models.UniqueConstraint(fields=["subject_kind", "subject_id"], name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"
