import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
        ("plans", "0001_initial"),
        ("registry", "0001_initial"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Inspection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="检查编号")),
                        ("origin_kind", models.CharField(db_index=True, max_length=20, verbose_name="来源")),
                        ("origin_id", models.CharField(max_length=60, verbose_name="来源编号")),
                        ("origin_label", models.CharField(max_length=200, verbose_name="来源说明")),
                        ("title", models.CharField(max_length=200, verbose_name="检查事项")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("notice", "事先通知"), ("unannounced", "不预先告知")],
                                max_length=12,
                                verbose_name="方式",
                            ),
                        ),
                        ("planned_on", models.DateField(db_index=True, verbose_name="计划日期")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("assigned", "待检查"),
                                    ("notified", "已通知"),
                                    ("entered", "已入企"),
                                    ("on_site", "检查中"),
                                    ("record_closed", "笔录已闭合"),
                                    ("in_review", "待审核"),
                                    ("fixed", "结果已定"),
                                    ("published", "已公示"),
                                    ("cancelled", "已取消"),
                                ],
                                db_index=True,
                                default="assigned",
                                max_length=16,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("groups", models.JSONField(default=list, verbose_name="检查清单")),
                        ("fields", models.JSONField(blank=True, default=list, verbose_name="领域")),
                        ("created_at", models.DateTimeField(db_index=True, verbose_name="交办时间")),
                        ("notice_no", models.CharField(blank=True, max_length=60, verbose_name="通知书文号")),
                        ("notified_at", models.DateTimeField(blank=True, null=True, verbose_name="通知时间")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="检查结束日")),
                        (
                            "result_code",
                            models.CharField(blank=True, db_index=True, max_length=4, verbose_name="检查结果"),
                        ),
                        ("result_note", models.TextField(blank=True, verbose_name="结果说明")),
                        ("reviewed_at", models.DateTimeField(blank=True, null=True, verbose_name="审核时间")),
                        ("review_note", models.TextField(blank=True, verbose_name="审核意见")),
                        ("public_wording", models.CharField(blank=True, max_length=300, verbose_name="公示用语")),
                        (
                            "published_at",
                            models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="公示时间"),
                        ),
                        (
                            "cancel_code",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("closed", "机构已注销或者停业，经核实"),
                                    ("moved", "机构迁出辖区"),
                                    ("merged", "并入另一次检查"),
                                    ("superseded", "上级或者其他机关已作同一检查"),
                                    ("recusal", "检查人员须回避且无人可替"),
                                    ("force_majeure", "自然灾害等不可抗力"),
                                ],
                                max_length=16,
                                verbose_name="取消原因",
                            ),
                        ),
                        ("cancel_note", models.TextField(blank=True, verbose_name="取消说明")),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="交办人",
                            ),
                        ),
                        (
                            "experts",
                            models.ManyToManyField(
                                blank=True, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="专家"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="inspections",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="主检人员",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="检查人员",
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
                        (
                            "proposed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="提交人",
                            ),
                        ),
                        (
                            "reviewed_by",
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
                            "visit",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="inspection",
                                to="plans.visit",
                                verbose_name="入企登记",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "检查任务",
                        "ordering": ["planned_on", "number"],
                        "indexes": [models.Index(fields=["origin_kind", "origin_id"], name="inspection_origin")],
                    },
                ),
                migrations.CreateModel(
                    name="Finding",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("made_at", models.DateTimeField(verbose_name="填写时间（设备）")),
                        ("received_at", models.DateTimeField(verbose_name="收到时间（服务器）")),
                        ("happened_at", models.DateTimeField(verbose_name="发生时间")),
                        ("clock_skew_s", models.IntegerField(blank=True, null=True, verbose_name="设备时钟偏差（秒）")),
                        ("clock_flag", models.BooleanField(default=False, verbose_name="设备时钟有误")),
                        ("number", models.CharField(max_length=24, unique=True, verbose_name="问题编号")),
                        ("item_id", models.CharField(blank=True, max_length=12, verbose_name="检查项")),
                        ("violation_id", models.CharField(blank=True, max_length=16, verbose_name="违法情形")),
                        ("conduct_on", models.DateField(verbose_name="行为日")),
                        ("article", models.CharField(max_length=200, verbose_name="条款")),
                        ("text", models.TextField(verbose_name="问题")),
                        (
                            "effect",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("error", "数据、结果存在错误"),
                                    ("unverifiable", "无法复核"),
                                    ("none", "未见影响"),
                                ],
                                max_length=14,
                                verbose_name="对结果的影响",
                            ),
                        ),
                        (
                            "severity",
                            models.CharField(
                                choices=[("general", "一般问题"), ("serious", "严重问题")],
                                max_length=10,
                                verbose_name="程度",
                            ),
                        ),
                        (
                            "handling",
                            models.CharField(
                                choices=[
                                    ("corrected", "当场改正"),
                                    ("order", "责令限期改正"),
                                    ("follow_up", "待后续处理"),
                                ],
                                max_length=10,
                                verbose_name="处理",
                            ),
                        ),
                        ("limit_on", models.DateField(blank=True, null=True, verbose_name="改正期限")),
                        (
                            "state",
                            models.CharField(
                                choices=[("found", "已发现"), ("withdrawn", "已撤回")],
                                default="found",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("withdrawn_reason", models.CharField(blank=True, max_length=300, verbose_name="撤回理由")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="填写人",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="inspections.inspection",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "检查发现的问题",
                        "ordering": ["number"],
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("made_at", models.DateTimeField(verbose_name="填写时间（设备）")),
                        ("received_at", models.DateTimeField(verbose_name="收到时间（服务器）")),
                        ("happened_at", models.DateTimeField(verbose_name="发生时间")),
                        ("clock_skew_s", models.IntegerField(blank=True, null=True, verbose_name="设备时钟偏差（秒）")),
                        ("clock_flag", models.BooleanField(default=False, verbose_name="设备时钟有误")),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("institution", "扫机构二维码"),
                                    ("task", "扫任务二维码"),
                                    ("typed", "手工登记"),
                                ],
                                max_length=12,
                                verbose_name="方式",
                            ),
                        ),
                        ("lat", models.FloatField(blank=True, null=True, verbose_name="纬度")),
                        ("lon", models.FloatField(blank=True, null=True, verbose_name="经度")),
                        ("accuracy_m", models.FloatField(blank=True, null=True, verbose_name="定位精度（米）")),
                        ("distance_m", models.FloatField(blank=True, null=True, verbose_name="距登记场所（米）")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="填写人",
                            ),
                        ),
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="inspections.inspection",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "入企登记",
                        "ordering": ["happened_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CheckAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("made_at", models.DateTimeField(verbose_name="填写时间（设备）")),
                        ("received_at", models.DateTimeField(verbose_name="收到时间（服务器）")),
                        ("happened_at", models.DateTimeField(verbose_name="发生时间")),
                        ("clock_skew_s", models.IntegerField(blank=True, null=True, verbose_name="设备时钟偏差（秒）")),
                        ("clock_flag", models.BooleanField(default=False, verbose_name="设备时钟有误")),
                        ("item_id", models.CharField(max_length=12, verbose_name="检查项")),
                        (
                            "answer",
                            models.CharField(
                                choices=[
                                    ("ok", "符合"),
                                    ("problem", "不符合"),
                                    ("na", "不适用"),
                                    ("unchecked", "未查"),
                                ],
                                max_length=10,
                                verbose_name="结论",
                            ),
                        ),
                        ("note", models.TextField(blank=True, verbose_name="现场看到")),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="填写人",
                            ),
                        ),
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answers",
                                to="inspections.inspection",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "检查项结论",
                        "ordering": ["item_id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("inspection", "item_id"), name="answer_once_per_item")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("made_at", models.DateTimeField(verbose_name="填写时间（设备）")),
                        ("received_at", models.DateTimeField(verbose_name="收到时间（服务器）")),
                        ("happened_at", models.DateTimeField(verbose_name="发生时间")),
                        ("clock_skew_s", models.IntegerField(blank=True, null=True, verbose_name="设备时钟偏差（秒）")),
                        ("clock_flag", models.BooleanField(default=False, verbose_name="设备时钟有误")),
                        ("item_id", models.CharField(blank=True, max_length=12, verbose_name="检查项")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("photo", "照片"),
                                    ("extract", "摘录复制件"),
                                    ("signature", "签名"),
                                    ("video", "音像"),
                                    ("other", "其他"),
                                ],
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        ("caption", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                        ("media_type", models.CharField(max_length=60, verbose_name="类型")),
                        ("size", models.PositiveIntegerField(verbose_name="字节数")),
                        ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="摘要值")),
                        ("path", models.CharField(max_length=200)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="填写人",
                            ),
                        ),
                        (
                            "finding",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attachments",
                                to="inspections.finding",
                            ),
                        ),
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attachments",
                                to="inspections.inspection",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "检查附件",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="OnSite",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("cards_shown", models.BooleanField(default=False, verbose_name="已出示执法证件")),
                        ("recusal_asked", models.BooleanField(default=False, verbose_name="已告知申请回避的权利")),
                        ("recusal_answer", models.CharField(blank=True, max_length=200, verbose_name="是否申请回避")),
                        ("present_name", models.CharField(blank=True, max_length=60, verbose_name="现场陪同人员")),
                        ("present_role", models.CharField(blank=True, max_length=60, verbose_name="陪同人员职务")),
                        ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="检查开始")),
                        ("facts_found", models.TextField(blank=True, verbose_name="检查情况")),
                        ("statement", models.TextField(blank=True, verbose_name="被检查人陈述")),
                        (
                            "signing",
                            models.CharField(
                                blank=True,
                                choices=[("signed", "签字"), ("refused", "拒绝签字"), ("absent", "无法签字")],
                                max_length=10,
                                verbose_name="签字情况",
                            ),
                        ),
                        (
                            "refusal_reason",
                            models.CharField(blank=True, max_length=300, verbose_name="拒签或者无法签字的原因"),
                        ),
                        ("witness_name", models.CharField(blank=True, max_length=60, verbose_name="见证人")),
                        ("witness_role", models.CharField(blank=True, max_length=120, verbose_name="见证人单位、职务")),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="闭合时间")),
                        ("closed_sha256", models.CharField(blank=True, max_length=64, verbose_name="笔录摘要值")),
                        ("version", models.PositiveIntegerField(default=0)),
                        (
                            "inspection",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="on_site",
                                to="inspections.inspection",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "现场检查笔录",
                        "ordering": ["pk"],
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
                        ("client_id", models.CharField(max_length=36, unique=True)),
                        ("action", models.CharField(max_length=20)),
                        ("thing_id", models.BigIntegerField()),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="receipts",
                                to="inspections.inspection",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "离线写入回执",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ReportSample",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("made_at", models.DateTimeField(verbose_name="填写时间（设备）")),
                        ("received_at", models.DateTimeField(verbose_name="收到时间（服务器）")),
                        ("happened_at", models.DateTimeField(verbose_name="发生时间")),
                        ("clock_skew_s", models.IntegerField(blank=True, null=True, verbose_name="设备时钟偏差（秒）")),
                        ("clock_flag", models.BooleanField(default=False, verbose_name="设备时钟有误")),
                        ("size", models.PositiveIntegerField(verbose_name="抽取份数")),
                        ("listed", models.PositiveIntegerField(verbose_name="名单份数")),
                        ("window_from", models.DateField(verbose_name="签发日起")),
                        ("window_to", models.DateField(verbose_name="签发日止")),
                        ("list_sha256", models.CharField(max_length=64, verbose_name="名单摘要值")),
                        ("list_path", models.CharField(max_length=200)),
                        ("seed_source", models.CharField(max_length=300, verbose_name="种子来源")),
                        ("salt", models.CharField(blank=True, max_length=64, verbose_name="盐值")),
                        ("seed", models.CharField(max_length=64, verbose_name="种子")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="填写人",
                            ),
                        ),
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="samples",
                                to="inspections.inspection",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报告抽查",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="SampledReport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("report_id", models.CharField(max_length=80)),
                        ("report_no", models.CharField(blank=True, max_length=120, verbose_name="报告编号")),
                        ("issued_on", models.DateField(blank=True, null=True, verbose_name="签发日期")),
                        ("weight", models.PositiveIntegerField(verbose_name="权重")),
                        ("pi", models.CharField(max_length=40, verbose_name="入选概率")),
                        ("ticket", models.CharField(max_length=80, verbose_name="随机数")),
                        ("rank", models.PositiveIntegerField(verbose_name="序号")),
                        ("alerts", models.JSONField(blank=True, default=list, verbose_name="相关预警")),
                        ("traced", models.JSONField(blank=True, default=dict, verbose_name="溯源")),
                        ("traced_at", models.DateTimeField(blank=True, null=True, verbose_name="溯源完成")),
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reports",
                                to="inspections.inspection",
                            ),
                        ),
                        (
                            "sample",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reports",
                                to="inspections.reportsample",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "抽中的报告",
                        "ordering": ["sample", "rank"],
                        "constraints": [
                            models.UniqueConstraint(fields=("inspection", "report_id"), name="sampled_report_once")
                        ],
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name="finding",
            name="report",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="inspections.sampledreport",
            ),
        ),
    ]
