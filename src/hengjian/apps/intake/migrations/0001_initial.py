import django.db.models.deletion
import hengjian.apps.record.migrating
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
                    name="Submission",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="报送编号")),
                        ("institution_uscc", models.CharField(blank=True, max_length=18, verbose_name="报送机构代码")),
                        ("sender", models.CharField(max_length=100, verbose_name="报送单位")),
                        ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                        ("sha256", models.CharField(max_length=64)),
                        ("size", models.BigIntegerField(verbose_name="大小")),
                        ("table", models.CharField(blank=True, max_length=40, verbose_name="指定的数据表")),
                        ("received_at", models.DateTimeField(verbose_name="交来时间")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("received", "已接收"),
                                    ("reading", "读取中"),
                                    ("previewed", "待确认"),
                                    ("accepting", "收下中"),
                                    ("accepted", "已收下"),
                                    ("failed", "读取失败"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="received",
                                max_length=20,
                                verbose_name="状态",
                            ),
                        ),
                        ("step", models.CharField(blank=True, max_length=80)),
                        ("done", models.BigIntegerField(default=0)),
                        ("total", models.BigIntegerField(default=0)),
                        ("touched_at", models.DateTimeField(blank=True, null=True)),
                        ("runner", models.CharField(blank=True, max_length=32)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("cancel_requested", models.BooleanField(default=False)),
                        ("message", models.TextField(blank=True, verbose_name="说明")),
                        ("mapping", models.JSONField(blank=True, default=dict)),
                        ("preview", models.JSONField(blank=True, default=dict)),
                        ("accepted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "accepted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="收下人",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="接收机关",
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经手人",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-received_at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "withdrawn"), _negated=True),
                                fields=("organ", "sha256"),
                                name="submission_same_file_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LakeHead",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("order", models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="DryRun",
                    fields=[
                        (
                            "submission",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="dry_run",
                                serialize=False,
                                to="intake.submission",
                            ),
                        ),
                        ("detail", models.JSONField(default=dict)),
                        ("read_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="LakeFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("table", models.CharField(db_index=True, max_length=40)),
                        ("path", models.CharField(max_length=200)),
                        ("replaces", models.CharField(blank=True, max_length=200)),
                        ("sha256", models.CharField(max_length=64)),
                        ("rows", models.BigIntegerField()),
                        ("new", models.BigIntegerField()),
                        ("changed", models.BigIntegerField()),
                        ("same", models.BigIntegerField()),
                        ("order", models.BigIntegerField(db_index=True)),
                        ("accepted_at", models.DateTimeField()),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organ"
                            ),
                        ),
                        (
                            "submission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lake_files",
                                to="intake.submission",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["order"],
                        "constraints": [models.UniqueConstraint(fields=("submission", "table"), name="lake_file_once")],
                    },
                ),
                migrations.CreateModel(
                    name="RememberedMapping",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("sender", models.CharField(max_length=100)),
                        ("signature", models.CharField(max_length=64)),
                        ("mapping", models.JSONField()),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("used", models.PositiveIntegerField(default=0)),
                        ("confirmed_at", models.DateTimeField()),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organ"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-confirmed_at"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organ", "sender", "signature", "version"), name="mapping_version_once"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
