import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
        ("cases", "0004_circumstances"),
        ("leads", "0003_traits_and_ways"),
        ("registry", "0001_initial"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Publication",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("penalty", "行政处罚"), ("listing", "严重违法失信名单")],
                                max_length=8,
                                verbose_name="种类",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "待拟公示"),
                                    ("proposed", "待审核公示"),
                                    ("pushed", "已推送待登记地公示"),
                                    ("published", "公示中"),
                                    ("correcting", "公示中，更正待审核"),
                                    ("stop_requested", "公示中，已申请提前停止"),
                                    ("stopped", "已停止公示"),
                                    ("withdrawn", "已撤回"),
                                    ("dropped", "不再公示"),
                                ],
                                db_index=True,
                                default="draft",
                                max_length=16,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("version", models.PositiveIntegerField(default=0)),
                        ("made_at", models.DateTimeField(verbose_name="产生时间")),
                        (
                            "tier",
                            models.CharField(
                                choices=[("minor", "轻微"), ("general", "一般"), ("serious", "严重")],
                                max_length=8,
                                verbose_name="公示档次",
                            ),
                        ),
                        ("key_product", models.BooleanField(default=False, verbose_name="重点工业产品")),
                        ("closure", models.BooleanField(default=False, verbose_name="责令关闭")),
                        ("minor_person", models.BooleanField(default=False, verbose_name="未成年人")),
                        ("home_province", models.CharField(blank=True, max_length=6, verbose_name="登记地省份代码")),
                        ("away", models.BooleanField(default=False, verbose_name="登记地在外省")),
                        ("party_shown", models.CharField(max_length=120, verbose_name="当事人")),
                        (
                            "doc_number",
                            models.CharField(blank=True, db_index=True, max_length=60, verbose_name="处罚决定书文号"),
                        ),
                        ("violation", models.CharField(max_length=300, verbose_name="违法行为类型")),
                        ("content", models.CharField(max_length=600, verbose_name="处罚内容")),
                        ("basis", models.CharField(max_length=600, verbose_name="处罚依据")),
                        ("decided_on", models.DateField(db_index=True, verbose_name="决定日期")),
                        ("shown", models.PositiveSmallIntegerField(default=0, verbose_name="公示的版本")),
                        (
                            "published_on",
                            models.DateField(blank=True, db_index=True, null=True, verbose_name="公示日期"),
                        ),
                        ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="公示时间")),
                        ("pushed_on", models.DateField(blank=True, null=True, verbose_name="推送日期")),
                        ("pushed_to", models.CharField(blank=True, max_length=80, verbose_name="登记地机关")),
                        ("apply_from", models.DateField(blank=True, null=True, verbose_name="可以申请提前停止的日期")),
                        ("stop_on", models.DateField(blank=True, null=True, verbose_name="公示期末日")),
                        ("requested_on", models.DateField(blank=True, null=True, verbose_name="申请提前停止的日期")),
                        ("grounds", models.JSONField(blank=True, default=list, verbose_name="提前停止的条件")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="停止或者撤回日期")),
                        (
                            "overturned_on",
                            models.DateField(blank=True, null=True, verbose_name="决定被变更或者撤销的日期"),
                        ),
                        ("public_reason", models.CharField(blank=True, max_length=300, verbose_name="对外说明的理由")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="publications",
                                to="cases.case",
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="publications",
                                to="cases.decision",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="publications",
                                to="registry.institution",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="机关",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="publications",
                                to="cases.party",
                            ),
                        ),
                        (
                            "prepared_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="拟定人",
                            ),
                        ),
                        (
                            "published_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="公示人",
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记申请的人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "处罚公示",
                        "ordering": ["-made_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["state", "stop_on", "published_on"], name="publication_public")
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("decision", "kind"), name="publication_once_a_decision")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PublicationVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="版本")),
                        ("summary", models.JSONField(default=dict, verbose_name="摘要")),
                        ("text", models.TextField(verbose_name="公示文本")),
                        ("counts", models.JSONField(blank=True, default=dict, verbose_name="隐去处数")),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="更正理由")),
                        ("made_at", models.DateTimeField(verbose_name="拟定时间")),
                        ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="审核时间")),
                        ("refused", models.BooleanField(default=False, verbose_name="未采用")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="审核人",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="拟定人",
                            ),
                        ),
                        (
                            "publication",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="publications.publication",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "公示版本",
                        "ordering": ["number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("publication", "number"), name="publication_version_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TypicalCase",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        ("title", models.CharField(max_length=120, verbose_name="标题")),
                        ("text", models.TextField(blank=True, max_length=6000, verbose_name="基本案情")),
                        ("lesson", models.TextField(blank=True, max_length=3000, verbose_name="典型意义")),
                        ("field", models.CharField(blank=True, max_length=24, verbose_name="领域")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "编写中"),
                                    ("proposed", "待批准"),
                                    ("nominated", "已推荐上级"),
                                    ("published", "已公布"),
                                    ("withdrawn", "已撤回"),
                                    ("dropped", "不采用"),
                                ],
                                db_index=True,
                                default="draft",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("made_at", models.DateTimeField(verbose_name="编写时间")),
                        (
                            "published_at",
                            models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="公布时间"),
                        ),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="最近的理由")),
                        (
                            "case",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="typical_cases",
                                to="cases.case",
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
                                verbose_name="批准人",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="typical_cases",
                                to="leads.lead",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="编写人",
                            ),
                        ),
                        (
                            "nominated_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="推荐人",
                            ),
                        ),
                        (
                            "nominated_to",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="nominated_cases",
                                to="accounts.organ",
                                verbose_name="推荐给",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="编写机关",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="报请人",
                            ),
                        ),
                        (
                            "published_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="typical_cases",
                                to="accounts.organ",
                                verbose_name="公布机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "典型案例",
                        "ordering": ["-made_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("case__isnull", False), ("lead__isnull", False), _connector="OR"),
                                name="typical_has_source",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
