import django.core.validators
import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
        ("registry", "0001_initial"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Series",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("prefix", models.CharField(max_length=20, unique=True)),
                        ("last", models.PositiveIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="AnnualPlan",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=24, unique=True, verbose_name="计划编号")),
                        (
                            "year",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(2000),
                                    django.core.validators.MaxValueValidator(2100),
                                ],
                                verbose_name="年度",
                            ),
                        ),
                        ("version", models.PositiveSmallIntegerField(default=1, verbose_name="版本")),
                        ("title", models.CharField(max_length=120, verbose_name="名称")),
                        ("basis", models.CharField(blank=True, max_length=300, verbose_name="制定依据")),
                        ("change_reason", models.CharField(blank=True, max_length=300, verbose_name="变更理由")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "起草中"),
                                    ("submitted", "待审批"),
                                    ("approved", "已批准，待报备"),
                                    ("filing", "已报备，待上级确认"),
                                    ("in_force", "已备案，执行中"),
                                    ("superseded", "已由新版本替代"),
                                    ("closed", "已办结"),
                                    ("dropped", "已作废"),
                                ],
                                db_index=True,
                                default="draft",
                                max_length=20,
                                verbose_name="状态",
                            ),
                        ),
                        ("drafted_at", models.DateTimeField(verbose_name="起草时间")),
                        ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提请时间")),
                        ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                        ("filed_at", models.DateTimeField(blank=True, null=True, verbose_name="报备时间")),
                        ("receipt_no", models.CharField(blank=True, max_length=60, verbose_name="备案文号")),
                        ("in_force_at", models.DateTimeField(blank=True, null=True, verbose_name="备案确认时间")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="办结或替代时间")),
                        ("opinion", models.CharField(blank=True, max_length=500, verbose_name="退回意见")),
                        (
                            "approved_by",
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
                            "drafted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="起草人",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="plans",
                                to="accounts.organ",
                                verbose_name="机关",
                            ),
                        ),
                        (
                            "previous",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="next_version",
                                to="plans.annualplan",
                                verbose_name="上一版本",
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="提请人",
                            ),
                        ),
                        (
                            "superior",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="plans_filed_here",
                                to="accounts.organ",
                                verbose_name="备案机关",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-year", "organ__path", "-version"],
                        "constraints": [
                            models.UniqueConstraint(fields=("organ", "year", "version"), name="plan_version_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "in_force")),
                                fields=("organ", "year"),
                                name="plan_in_force_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Parameter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=24, verbose_name="参数")),
                        ("value", models.PositiveSmallIntegerField(verbose_name="数值")),
                        ("source", models.CharField(max_length=200, verbose_name="公布文件")),
                        ("valid_from", models.DateField(verbose_name="起")),
                        ("valid_to", models.DateField(blank=True, null=True, verbose_name="止")),
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
                        "ordering": ["organ__path", "name", "-valid_from"],
                        "constraints": [
                            models.UniqueConstraint(fields=("organ", "name", "valid_from"), name="parameter_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlanItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=30, unique=True, verbose_name="事项编号")),
                        ("lineage", models.CharField(db_index=True, max_length=30)),
                        ("title", models.CharField(max_length=120, verbose_name="事项名称")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("draw", "双随机抽查"),
                                    ("key_field", "重点领域全覆盖"),
                                    ("monitoring", "风险监测"),
                                    ("campaign", "专项检查"),
                                ],
                                db_index=True,
                                max_length=12,
                                verbose_name="类别",
                            ),
                        ),
                        ("fields", models.JSONField(blank=True, default=list, verbose_name="领域")),
                        ("area_codes", models.JSONField(blank=True, default=list, verbose_name="区域")),
                        (
                            "share",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="比例（%）",
                            ),
                        ),
                        (
                            "n",
                            models.PositiveIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="家数",
                            ),
                        ),
                        (
                            "batches",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(52),
                                ],
                                verbose_name="批次",
                            ),
                        ),
                        ("planned_months", models.JSONField(blank=True, default=list, verbose_name="计划月份")),
                        (
                            "method",
                            models.CharField(
                                choices=[("equal", "等概率"), ("pareto", "按风险加权")],
                                default="equal",
                                max_length=8,
                                verbose_name="抽取方法",
                            ),
                        ),
                        ("min_per_stratum", models.PositiveSmallIntegerField(default=1, verbose_name="每层至少")),
                        ("checklist_groups", models.JSONField(blank=True, default=list, verbose_name="检查内容")),
                        (
                            "notice",
                            models.CharField(
                                choices=[("required", "事先通知"), ("unannounced", "不通知（飞行检查）")],
                                default="required",
                                max_length=12,
                                verbose_name="通知",
                            ),
                        ),
                        ("departments", models.JSONField(blank=True, default=list, verbose_name="联合部门")),
                        (
                            "joined_to",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="joined_items",
                                to="plans.planitem",
                                verbose_name="与哪一事项同次入企",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="items",
                                to="plans.annualplan",
                                verbose_name="计划",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["plan", "number"],
                    },
                ),
                migrations.CreateModel(
                    name="MonitoringLook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                        ("looked_on", models.DateField(verbose_name="监测日期")),
                        ("looked_at", models.DateTimeField()),
                        (
                            "conclusion",
                            models.CharField(
                                choices=[
                                    ("clear", "未见异常"),
                                    ("watch", "关注，缩短监测间隔"),
                                    ("visit", "建议现场检查"),
                                ],
                                max_length=8,
                                verbose_name="结论",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                        ("run", models.CharField(max_length=40, verbose_name="依据的筛查")),
                        ("risk", models.FloatField(verbose_name="当时的风险")),
                        (
                            "band",
                            models.CharField(
                                choices=[("red", "高风险"), ("amber", "中风险"), ("green", "低风险")],
                                max_length=10,
                                verbose_name="当时的风险等级",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="looks",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                        (
                            "looked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="监测人",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="监测机关",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="looks",
                                to="plans.planitem",
                                verbose_name="计划事项",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-looked_at", "-pk"],
                        "indexes": [models.Index(fields=["year", "institution"], name="look_coverage")],
                        "constraints": [
                            models.UniqueConstraint(fields=("institution", "run"), name="look_once_per_run")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ItemShare",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("field", models.CharField(blank=True, max_length=24, verbose_name="领域")),
                        ("area_code", models.CharField(blank=True, max_length=12, verbose_name="区域")),
                        (
                            "rating",
                            models.CharField(
                                blank=True,
                                choices=[("A", "A 级"), ("B", "B 级"), ("C", "C 级"), ("D", "D 级")],
                                max_length=1,
                                verbose_name="信用等级",
                            ),
                        ),
                        (
                            "share",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="比例（%）",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="shares", to="plans.planitem"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["item", "field", "area_code", "rating"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("item", "field", "area_code", "rating"), name="item_share_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Visit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="入企编号")),
                        (
                            "origin_kind",
                            models.CharField(
                                choices=[
                                    ("draw", "双随机抽查"),
                                    ("key_field", "重点领域全覆盖"),
                                    ("monitoring", "风险监测"),
                                    ("campaign", "专项检查"),
                                    ("alert", "预警"),
                                    ("tip", "投诉举报"),
                                    ("transfer", "移送、转办"),
                                    ("superior_order", "上级交办"),
                                    ("follow_up", "复查、承诺核查"),
                                ],
                                db_index=True,
                                max_length=16,
                                verbose_name="来源",
                            ),
                        ),
                        ("origin_id", models.CharField(max_length=40, verbose_name="来源编号")),
                        ("day", models.DateField(db_index=True, verbose_name="计划日期")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("reserved", "已预约"),
                                    ("proposed", "待并入"),
                                    ("entered", "已入企"),
                                    ("done", "已完成"),
                                    ("cancelled", "已取消"),
                                ],
                                db_index=True,
                                default="reserved",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("counted", models.BooleanField(default=True, verbose_name="计入上限")),
                        (
                            "exception_code",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("tip", "投诉举报"),
                                    ("transfer", "移送、转办"),
                                    ("superior_order", "上级交办"),
                                    ("alert", "数据监测预警"),
                                    ("follow_up", "整改复查、承诺核查"),
                                ],
                                max_length=16,
                                verbose_name="例外情形",
                            ),
                        ),
                        ("exception_note", models.CharField(blank=True, max_length=300, verbose_name="例外说明")),
                        ("departments", models.JSONField(blank=True, default=list, verbose_name="联合部门")),
                        ("reserved_at", models.DateTimeField(verbose_name="预约时间")),
                        ("entered_at", models.DateTimeField(blank=True, null=True, verbose_name="入企时间")),
                        ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                        ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="取消时间")),
                        ("cancel_reason", models.CharField(blank=True, max_length=300, verbose_name="取消理由")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visits",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visits",
                                to="plans.planitem",
                                verbose_name="计划事项",
                            ),
                        ),
                        (
                            "merged_with",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="guests",
                                to="plans.visit",
                                verbose_name="并入",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visits",
                                to="accounts.organ",
                                verbose_name="检查机关",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-day", "-pk"],
                        "indexes": [models.Index(fields=["institution", "day"], name="visit_burden")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("item__isnull", False),
                                    models.Q(("exception_code", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="visit_in_plan_or_lead",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("exception_code", ""),
                                    models.Q(("exception_note", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="visit_exception_has_note",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("counted", False),
                                    models.Q(("exception_code", ""), ("merged_with__isnull", True)),
                                    _connector="OR",
                                ),
                                name="visit_counted_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MergeProposal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="提议编号")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "待双方同意"),
                                    ("host_agreed", "主查机关已同意"),
                                    ("guest_agreed", "并入机关已同意"),
                                    ("accepted", "已合并"),
                                    ("declined", "不合并"),
                                    ("lapsed", "已失效"),
                                ],
                                db_index=True,
                                default="open",
                                max_length=14,
                                verbose_name="状态",
                            ),
                        ),
                        ("proposed_at", models.DateTimeField(verbose_name="提议时间")),
                        ("proposed_by", models.CharField(max_length=60, verbose_name="提议人")),
                        ("host_agreed_by", models.CharField(blank=True, max_length=60, verbose_name="主查机关同意人")),
                        ("host_agreed_at", models.DateTimeField(blank=True, null=True)),
                        ("guest_agreed_by", models.CharField(blank=True, max_length=60, verbose_name="并入机关同意人")),
                        ("guest_agreed_at", models.DateTimeField(blank=True, null=True)),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "guest",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="guest_proposals",
                                to="plans.visit",
                                verbose_name="并入检查",
                            ),
                        ),
                        (
                            "host",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="host_proposals",
                                to="plans.visit",
                                verbose_name="主查检查",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-proposed_at", "-pk"],
                        "constraints": [models.UniqueConstraint(fields=("host", "guest"), name="merge_once")],
                    },
                ),
            ],
        ),
    ]
