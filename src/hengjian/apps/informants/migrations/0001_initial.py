import django.db.models.deletion
import hengjian.apps.record.migrating
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Attempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=12)),
                        ("address_digest", models.CharField(max_length=64)),
                        ("count", models.PositiveIntegerField(default=0)),
                        ("since", models.DateTimeField()),
                        ("locked_until", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("kind", "address_digest"), name="attempt_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Informant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("record_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "key_id",
                            models.CharField(db_index=True, editable=False, max_length=32, verbose_name="密钥编号"),
                        ),
                        ("wrapped_key", models.BinaryField()),
                        ("ciphertext", models.BinaryField()),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="保密编号")),
                        ("anonymous", models.BooleanField(verbose_name="匿名")),
                        ("subject_kind", models.CharField(blank=True, max_length=60)),
                        ("subject_id", models.CharField(blank=True, max_length=80)),
                        ("subject_number", models.CharField(blank=True, max_length=40, verbose_name="事项编号")),
                        ("sealed_at", models.DateTimeField(verbose_name="封存时间")),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="保管机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "举报人",
                        "ordering": ["-pk"],
                        "indexes": [models.Index(fields=["subject_kind", "subject_id"], name="informant_subject")],
                    },
                ),
                migrations.CreateModel(
                    name="Fingerprint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("id_no", "证件号码"),
                                    ("phone", "电话"),
                                    ("email", "电子邮箱"),
                                    ("name_address", "姓名和地址"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("digest", models.CharField(max_length=64)),
                        (
                            "informant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="fingerprints",
                                to="informants.informant",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "indexes": [models.Index(fields=["kind", "digest"], name="fingerprint_lookup")],
                        "constraints": [models.UniqueConstraint(fields=("informant", "kind"), name="fingerprint_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Channel",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code_digest", models.CharField(max_length=64, unique=True)),
                        ("form_digest", models.CharField(max_length=64, null=True, unique=True)),
                        ("opened_at", models.DateTimeField(verbose_name="开通时间")),
                        ("visited_at", models.DateTimeField(blank=True, null=True, verbose_name="举报人最近查询")),
                        (
                            "informant",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="channel",
                                to="informants.informant",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "匿名联系通道",
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("side", models.CharField(choices=[("informant", "举报人"), ("organ", "机关")], max_length=12)),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="对方读到")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="informants.channel",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "往来信息",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Opening",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=24, unique=True, verbose_name="编号")),
                        (
                            "scope",
                            models.CharField(
                                choices=[
                                    ("identity", "身份和联系方式"),
                                    ("text", "材料原文和往来信息原文"),
                                    ("files", "标明含有身份信息的附件"),
                                ],
                                max_length=12,
                                verbose_name="开启内容",
                            ),
                        ),
                        ("reason", models.TextField(verbose_name="理由")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("requested", "待批准"),
                                    ("approved", "已批准待开启"),
                                    ("opened", "已开启"),
                                    ("refused", "未批准"),
                                    ("withdrawn", "已撤回"),
                                    ("expired", "已过期"),
                                ],
                                db_index=True,
                                default="requested",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "requested_role",
                            models.CharField(
                                choices=[
                                    ("leader", "局领导"),
                                    ("section_chief", "科（股）长"),
                                    ("officer", "执法人员"),
                                    ("legal_reviewer", "法制审核人员"),
                                    ("registrar", "登记员"),
                                    ("analyst", "分析员"),
                                    ("supervisor", "执法监督人员"),
                                    ("sysadmin", "系统管理员"),
                                    ("institution_user", "机构用户"),
                                    ("expert", "专家"),
                                ],
                                max_length=20,
                                verbose_name="申请角色",
                            ),
                        ),
                        ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                        (
                            "decided_role",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("leader", "局领导"),
                                    ("section_chief", "科（股）长"),
                                    ("officer", "执法人员"),
                                    ("legal_reviewer", "法制审核人员"),
                                    ("registrar", "登记员"),
                                    ("analyst", "分析员"),
                                    ("supervisor", "执法监督人员"),
                                    ("sysadmin", "系统管理员"),
                                    ("institution_user", "机构用户"),
                                    ("expert", "专家"),
                                ],
                                max_length=20,
                                verbose_name="批准角色",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                        ("decision_note", models.CharField(blank=True, max_length=300, verbose_name="批准意见")),
                        ("valid_until", models.DateTimeField(verbose_name="有效至")),
                        ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="开启时间")),
                        ("closes_at", models.DateTimeField(blank=True, null=True, verbose_name="查看截止")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="批准人",
                            ),
                        ),
                        (
                            "informant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="openings",
                                to="informants.informant",
                                verbose_name="保密编号",
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="申请人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "开启申请",
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ReceiptKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key_id", models.CharField(max_length=32, unique=True, verbose_name="密钥编号")),
                        ("public_key", models.CharField(max_length=64, verbose_name="公钥")),
                        ("made_at", models.DateTimeField(verbose_name="启用时间")),
                        ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "回执公钥",
                        "ordering": ["organ__path", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Receipt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("subject_kind", models.CharField(max_length=60)),
                        ("subject_id", models.CharField(max_length=80)),
                        ("body", models.TextField(verbose_name="回执正文")),
                        ("signature", models.CharField(max_length=100, verbose_name="签名")),
                        ("signed_at", models.DateTimeField(verbose_name="签署时间")),
                        (
                            "key",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="receipts",
                                to="informants.receiptkey",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "回执",
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("subject_kind", "subject_id"), name="receipt_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SealedFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("record_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "key_id",
                            models.CharField(db_index=True, editable=False, max_length=32, verbose_name="密钥编号"),
                        ),
                        ("wrapped_key", models.BinaryField()),
                        ("ciphertext", models.BinaryField()),
                        ("ordinal", models.PositiveSmallIntegerField(verbose_name="序号")),
                        ("kind", models.CharField(max_length=8, verbose_name="类型")),
                        ("size", models.PositiveBigIntegerField(verbose_name="字节数")),
                        ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                        ("revealing", models.BooleanField(default=False, verbose_name="含有身份信息")),
                        ("at", models.DateTimeField(verbose_name="收到时间")),
                        (
                            "informant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="files",
                                to="informants.informant",
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="files",
                                to="informants.message",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "举报附件",
                        "ordering": ["ordinal"],
                        "constraints": [
                            models.UniqueConstraint(fields=("informant", "ordinal"), name="sealed_file_ordinal")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SealedText",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("record_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "key_id",
                            models.CharField(db_index=True, editable=False, max_length=32, verbose_name="密钥编号"),
                        ),
                        ("wrapped_key", models.BinaryField()),
                        ("ciphertext", models.BinaryField()),
                        ("purpose", models.CharField(max_length=20, verbose_name="用途")),
                        ("redacted", models.TextField(verbose_name="隐去身份后的文字")),
                        ("at", models.DateTimeField(verbose_name="收到时间")),
                        (
                            "informant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="texts",
                                to="informants.informant",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "封存的原文",
                        "ordering": ["pk"],
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="text",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="message", to="informants.sealedtext"
            ),
        ),
    ]
