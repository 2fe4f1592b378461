import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
        ("inspections", "0002_alter_inspection_options_and_more"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="PhoneCopy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("first_at", models.DateTimeField()),
                        ("last_at", models.DateTimeField()),
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="phone_copies",
                                to="inspections.inspection",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "手机上的任务",
                        "ordering": ["pk"],
                        "constraints": [models.UniqueConstraint(fields=("inspection", "user"), name="phone_copy_once")],
                    },
                ),
                migrations.CreateModel(
                    name="PhoneEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uuid", models.CharField(max_length=36, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("enter", "入企登记"),
                                    ("begin", "亮证开始"),
                                    ("answer", "检查项"),
                                    ("finding", "问题"),
                                    ("photo", "照片与签名"),
                                    ("statement", "检查笔录"),
                                    ("close", "闭合笔录"),
                                    ("sample", "抽取报告"),
                                    ("trace", "报告溯源"),
                                    ("choose", "冲突的选择"),
                                ],
                                max_length=10,
                                verbose_name="内容",
                            ),
                        ),
                        ("subject", models.CharField(blank=True, max_length=80, verbose_name="对象")),
                        ("payload", models.JSONField(blank=True, default=dict, verbose_name="所写")),
                        ("base_version", models.PositiveIntegerField(blank=True, null=True, verbose_name="所见版本")),
                        ("made_at", models.DateTimeField(verbose_name="填写时间（手机）")),
                        ("sent_at", models.DateTimeField(verbose_name="传送时间（手机）")),
                        ("received_at", models.DateTimeField(db_index=True, verbose_name="收到时间（服务器）")),
                        ("happened_at", models.DateTimeField(verbose_name="发生时间")),
                        ("clock_skew_s", models.IntegerField(blank=True, null=True, verbose_name="手机时钟偏差（秒）")),
                        ("clock_flag", models.BooleanField(default=False, verbose_name="手机时钟有误")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("received", "已收到"),
                                    ("accepted", "已写入检查记录"),
                                    ("held", "待认领"),
                                    ("conflict", "有冲突"),
                                    ("adopted", "已认领写入"),
                                    ("set_aside", "留存未写入"),
                                ],
                                db_index=True,
                                default="received",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("sentence", models.TextField(blank=True, verbose_name="说明")),
                        ("standing", models.JSONField(blank=True, default=dict, verbose_name="当时的内容")),
                        (
                            "made_version",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="写入后的版本"),
                        ),
                        ("file_path", models.CharField(blank=True, max_length=200)),
                        ("file_sha256", models.CharField(blank=True, max_length=64, verbose_name="摘要值")),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="处理时间")),
                        ("decision_note", models.CharField(blank=True, max_length=300, verbose_name="处理理由")),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="填写人",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="处理人",
                            ),
                        ),
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="phone_entries",
                                to="inspections.inspection",
                                verbose_name="检查任务",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="检查机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "手机离线内容",
                        "ordering": ["pk"],
                        "indexes": [models.Index(fields=["inspection", "state"], name="phone_entry_open")],
                    },
                ),
            ],
        ),
    ]
