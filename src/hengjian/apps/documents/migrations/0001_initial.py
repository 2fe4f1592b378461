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
                    name="NumberSeries",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("word", models.CharField(max_length=40, verbose_name="文号字")),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                        ("last", models.PositiveIntegerField(default=0, verbose_name="最后的顺序号")),
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
                        "verbose_name": "文号序列",
                        "ordering": ["organ", "word", "year"],
                        "constraints": [
                            models.UniqueConstraint(fields=("organ", "word", "year"), name="number_series_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Document",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("thing_kind", models.CharField(max_length=60, verbose_name="事项种类")),
                        ("thing_id", models.CharField(max_length=80, verbose_name="事项")),
                        ("thing_label", models.CharField(max_length=200, verbose_name="事项名称")),
                        ("form", models.CharField(max_length=12, verbose_name="式样")),
                        ("title", models.CharField(max_length=80, verbose_name="文书名称")),
                        ("party", models.CharField(blank=True, max_length=120, verbose_name="当事人")),
                        ("serial", models.PositiveIntegerField(default=1, verbose_name="第几份")),
                        ("version", models.PositiveSmallIntegerField(default=1, verbose_name="版本")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "草稿"),
                                    ("issued", "已制作"),
                                    ("replaced", "已被新版替代"),
                                    ("discarded", "草稿弃用"),
                                    ("void", "已作废"),
                                ],
                                db_index=True,
                                default="draft",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("reason", models.TextField(blank=True, verbose_name="理由")),
                        ("ordinal", models.PositiveIntegerField(blank=True, null=True, verbose_name="顺序号")),
                        ("number", models.CharField(blank=True, db_index=True, max_length=60, verbose_name="文号")),
                        ("context", models.TextField(verbose_name="填写内容")),
                        ("context_digest", models.CharField(max_length=64, verbose_name="内容摘要")),
                        ("form_digest", models.CharField(max_length=64, verbose_name="式样摘要")),
                        ("template_digest", models.CharField(max_length=64, verbose_name="版式摘要")),
                        ("renderer", models.CharField(blank=True, max_length=120, verbose_name="排版程序")),
                        ("pdf_digest", models.CharField(blank=True, max_length=64, verbose_name="PDF 摘要")),
                        ("pdf_pages", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="页数")),
                        ("word_digest", models.CharField(blank=True, max_length=64, verbose_name="Word 摘要")),
                        ("drawn_on", models.DateField(verbose_name="拟制日期")),
                        ("drawn_at", models.DateTimeField(verbose_name="拟制时间")),
                        ("drawn_by", models.CharField(max_length=80, verbose_name="拟制人")),
                        ("issued_on", models.DateField(blank=True, db_index=True, null=True, verbose_name="制作日期")),
                        ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="制作时间")),
                        ("issued_by", models.CharField(blank=True, max_length=80, verbose_name="制作人")),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="制作机关",
                            ),
                        ),
                        (
                            "previous",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="next_version",
                                to="documents.document",
                                verbose_name="前一版本",
                            ),
                        ),
                        (
                            "series",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="documents",
                                to="documents.numberseries",
                                verbose_name="文号序列",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "文书",
                        "ordering": ["pk"],
                        "indexes": [models.Index(fields=["thing_kind", "thing_id", "form"], name="document_of_thing")],
                        "constraints": [
                            models.UniqueConstraint(fields=("series", "ordinal"), name="document_number_once"),
                            models.UniqueConstraint(
                                fields=("thing_kind", "thing_id", "form", "serial", "version"),
                                name="document_version_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("issued_at__isnull", True), ("state__in", ("draft", "discarded"))),
                                    models.Q(
                                        ("issued_at__isnull", False), ("state__in", ("issued", "replaced", "void"))
                                    ),
                                    _connector="OR",
                                ),
                                name="document_issued_has_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Confirmation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("place", models.CharField(max_length=40, verbose_name="签名处")),
                        ("name", models.CharField(max_length=80, verbose_name="姓名")),
                        ("opinion", models.TextField(blank=True, verbose_name="意见")),
                        ("at", models.DateTimeField(verbose_name="确认时间")),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="确认人",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="confirmations",
                                to="documents.document",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "确认",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("document", "place", "person"), name="confirmed_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DocumentSet",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("thing_kind", models.CharField(max_length=60, verbose_name="事项种类")),
                        ("thing_id", models.CharField(max_length=80, verbose_name="事项")),
                        ("requested_by", models.JSONField(verbose_name="发起人")),
                        ("requested_at", models.DateTimeField(verbose_name="发起时间")),
                        ("on", models.DateField(verbose_name="制作日期")),
                        ("wanted", models.JSONField(verbose_name="式样与内容")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "排队中"),
                                    ("running", "制作中"),
                                    ("done", "已完成"),
                                    ("failed", "中断"),
                                    ("cancelled", "已取消"),
                                ],
                                default="waiting",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("done", models.PositiveIntegerField(default=0, verbose_name="已完成")),
                        ("total", models.PositiveIntegerField(default=0, verbose_name="共")),
                        ("label", models.CharField(blank=True, max_length=120, verbose_name="正在做")),
                        ("faults", models.JSONField(blank=True, default=list, verbose_name="未能制作")),
                        ("cancel_requested", models.BooleanField(default=False)),
                        ("touched_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="制作机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "成套文书",
                        "ordering": ["-pk"],
                        "indexes": [models.Index(fields=["thing_kind", "thing_id"], name="document_set_of_thing")],
                    },
                ),
            ],
        ),
    ]
