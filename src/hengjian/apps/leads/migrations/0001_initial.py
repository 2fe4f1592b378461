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
                    name="Lead",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="线索编号")),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("portal", "门户网站"),
                                    ("hotline_12315", "12315 平台"),
                                    ("hotline_12345", "12345 热线"),
                                    ("letter", "来信"),
                                    ("phone", "来电"),
                                    ("visit", "来访"),
                                    ("alert", "筛查预警"),
                                    ("inspection", "监督检查"),
                                    ("rectification", "逾期未整改"),
                                    ("transfer", "其他部门移送"),
                                    ("superior", "上级交办"),
                                    ("media", "媒体报道"),
                                    ("insider", "内部人员反映"),
                                    ("association", "行业协会"),
                                    ("tip", "举报"),
                                    ("complaint", "投诉"),
                                    ("other", "其他"),
                                ],
                                db_index=True,
                                max_length=20,
                                verbose_name="来源渠道",
                            ),
                        ),
                        ("title", models.CharField(max_length=200, verbose_name="标题")),
                        ("text", models.TextField(verbose_name="内容")),
                        (
                            "respondent_name",
                            models.CharField(blank=True, db_index=True, max_length=200, verbose_name="被反映单位"),
                        ),
                        (
                            "respondent_uscc",
                            models.CharField(blank=True, db_index=True, max_length=18, verbose_name="统一社会信用代码"),
                        ),
                        (
                            "area_code",
                            models.CharField(blank=True, db_index=True, max_length=12, verbose_name="行为发生地"),
                        ),
                        ("fields", models.JSONField(blank=True, default=list, verbose_name="领域")),
                        (
                            "subject",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("false_report", "虚假报告"),
                                    ("inaccurate_report", "不实报告"),
                                    ("unaccredited", "未取得资质认定"),
                                    ("out_of_scope", "超出能力范围"),
                                    ("conditions", "条件不再符合要求"),
                                    ("certificate_misuse", "转让、出租、出借、伪造证书和标志"),
                                    ("management", "管理和报告信息不规范"),
                                    ("cheating_device", "制造、销售作弊装置"),
                                    ("other", "其他"),
                                ],
                                max_length=24,
                                verbose_name="反映事项",
                            ),
                        ),
                        ("report_numbers", models.JSONField(blank=True, default=list, verbose_name="报告编号")),
                        ("occurred_on", models.DateField(blank=True, null=True, verbose_name="行为日")),
                        ("received_on", models.DateField(db_index=True, verbose_name="收到日期")),
                        ("received_at", models.DateTimeField(db_index=True, verbose_name="登记时间")),
                        ("outside_number", models.CharField(blank=True, max_length=60, verbose_name="来源编号")),
                        ("origin_kind", models.CharField(blank=True, max_length=24, verbose_name="来源")),
                        ("origin_id", models.CharField(blank=True, max_length=40)),
                        ("origin_label", models.CharField(blank=True, max_length=200, verbose_name="来源说明")),
                        ("origin_url", models.CharField(blank=True, max_length=300)),
                        ("mass", models.BooleanField(default=False, verbose_name="疑似滥用的批量投诉")),
                        (
                            "complexity",
                            models.CharField(
                                choices=[("ordinary", "一般"), ("complex", "复杂"), ("cross_region", "跨区域")],
                                default="ordinary",
                                max_length=16,
                                verbose_name="繁简",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("registered", "待研判"),
                                    ("verifying", "核查中"),
                                    ("escalated", "已上报待签收"),
                                    ("handed_down", "已交办待签收"),
                                    ("passed", "已移送待签收"),
                                    ("transferred", "已移送待反馈"),
                                    ("disputed", "管辖争议"),
                                    ("designating", "待指定管辖"),
                                    ("not_filing", "待批准不予立案"),
                                    ("filed", "已立案"),
                                    ("answered", "已答复"),
                                    ("merged", "已并案"),
                                ],
                                db_index=True,
                                default="registered",
                                max_length=20,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("own", "由本机关核查"),
                                    ("superior", "报上级机关"),
                                    ("other_organ", "移送有管辖权的市场监管部门"),
                                    ("other_department", "移送其他部门"),
                                ],
                                max_length=20,
                                verbose_name="研判去向",
                            ),
                        ),
                        ("rule", models.CharField(blank=True, max_length=24, verbose_name="研判规则")),
                        ("special_law", models.CharField(blank=True, max_length=16, verbose_name="特别法")),
                        ("department", models.CharField(blank=True, max_length=24, verbose_name="主管部门")),
                        ("level", models.CharField(blank=True, max_length=20, verbose_name="办理层级")),
                        ("triage", models.JSONField(blank=True, default=dict, verbose_name="研判依据")),
                        ("triaged_at", models.DateTimeField(blank=True, null=True, verbose_name="研判时间")),
                        ("findings", models.TextField(blank=True, verbose_name="核查情况")),
                        (
                            "not_filing_code",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("no_violation", "经核查没有证据证明存在违法行为，不符合立案条件"),
                                    ("minor", "违法行为轻微并及时改正，没有造成危害后果"),
                                    ("first_slight", "初次违法且危害后果轻微并及时改正"),
                                    ("no_fault", "有证据足以证明没有主观过错"),
                                    ("other", "依法可以不予立案的其他情形"),
                                ],
                                max_length=16,
                                verbose_name="不予立案的情形",
                            ),
                        ),
                        ("reason", models.TextField(blank=True, verbose_name="最近的理由")),
                        ("case_number", models.CharField(blank=True, max_length=40, verbose_name="案件编号")),
                        ("case_url", models.CharField(blank=True, max_length=300)),
                        ("answered_on", models.DateField(blank=True, null=True, verbose_name="答复日期")),
                        (
                            "handed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="转来机关",
                            ),
                        ),
                        (
                            "heading_to",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="待签收机关",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leads",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="leads.lead",
                                verbose_name="并入",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="承办机关",
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
                                verbose_name="提请人",
                            ),
                        ),
                        (
                            "registered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "responsible",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="承办人",
                            ),
                        ),
                        (
                            "triaged_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="研判人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "线索",
                        "ordering": ["-received_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["organ", "state", "received_at"], name="lead_standing"),
                            models.Index(fields=["organ", "received_at"], name="lead_recent"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("origin_id", ""), _negated=True),
                                fields=("origin_kind", "origin_id"),
                                name="lead_once_per_origin",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("outside_number", ""), _negated=True),
                                fields=("channel", "outside_number"),
                                name="lead_once_per_outside_number",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImportFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("portal", "门户网站"),
                                    ("hotline_12315", "12315 平台"),
                                    ("hotline_12345", "12345 热线"),
                                    ("letter", "来信"),
                                    ("phone", "来电"),
                                    ("visit", "来访"),
                                    ("alert", "筛查预警"),
                                    ("inspection", "监督检查"),
                                    ("rectification", "逾期未整改"),
                                    ("transfer", "其他部门移送"),
                                    ("superior", "上级交办"),
                                    ("media", "媒体报道"),
                                    ("insider", "内部人员反映"),
                                    ("association", "行业协会"),
                                    ("tip", "举报"),
                                    ("complaint", "投诉"),
                                    ("other", "其他"),
                                ],
                                max_length=20,
                                verbose_name="渠道",
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="文件名")),
                        ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="摘要")),
                        ("rows", models.PositiveIntegerField(verbose_name="行数")),
                        ("created", models.PositiveIntegerField(verbose_name="新登记")),
                        ("known", models.PositiveIntegerField(verbose_name="已登记过")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
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
                    ],
                    options={
                        "verbose_name": "导入文件",
                        "ordering": ["-at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="LeadWords",
                    fields=[
                        (
                            "lead",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="words",
                                serialize=False,
                                to="leads.lead",
                            ),
                        ),
                        ("words", models.TextField()),
                    ],
                    options={
                        "verbose_name": "线索检索词",
                    },
                ),
                migrations.CreateModel(
                    name="Answer",
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
                                    ("case", "立案查处办结"),
                                    ("not_filed", "不予立案"),
                                    ("no_violation", "经核查没有发现违法行为"),
                                    ("measure", "以行政措施办结"),
                                    ("inspection_clear", "检查未见问题"),
                                    ("transferred", "移送后已反馈"),
                                    ("merged", "并案，随主线索答复"),
                                    ("complaint_ended", "投诉办结"),
                                    ("tip_ended", "举报办结"),
                                    ("criminal", "移送司法机关"),
                                    ("other", "其他"),
                                ],
                                max_length=20,
                                verbose_name="方式",
                            ),
                        ),
                        ("text", models.TextField(verbose_name="答复")),
                        ("ref_label", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                        ("ref_url", models.CharField(blank=True, max_length=300)),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        ("by_name", models.CharField(max_length=80, verbose_name="经办")),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="leads.lead"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "线索答复",
                        "ordering": ["-at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="OutsideBody",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="名称")),
                        ("department", models.CharField(db_index=True, max_length=24, verbose_name="主管部门")),
                        ("area_code", models.CharField(blank=True, max_length=12, verbose_name="行政区划代码")),
                        ("address", models.CharField(blank=True, max_length=200, verbose_name="地址")),
                        ("phone", models.CharField(blank=True, max_length=40, verbose_name="电话")),
                        ("active", models.BooleanField(default=True, verbose_name="在用")),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="登记机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "外部机关",
                        "ordering": ["department", "area_code", "name"],
                    },
                ),
                migrations.CreateModel(
                    name="Handing",
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
                                    ("escalate", "上报"),
                                    ("hand_down", "交办"),
                                    ("pass_on", "移送其他市场监管部门"),
                                    ("transfer_out", "移送其他部门"),
                                    ("dispute", "管辖争议"),
                                    ("designate", "指定管辖"),
                                ],
                                max_length=16,
                                verbose_name="方式",
                            ),
                        ),
                        ("reason", models.TextField(verbose_name="理由")),
                        ("basis", models.CharField(max_length=200, verbose_name="依据")),
                        ("sent_at", models.DateTimeField(verbose_name="移出时间")),
                        ("due", models.DateField(blank=True, null=True, verbose_name="请求反馈的日期")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("sent", "待签收"),
                                    ("received", "已签收"),
                                    ("declined", "已退回"),
                                    ("recalled", "已撤回"),
                                    ("fed_back", "已反馈"),
                                    ("settled", "已解决"),
                                ],
                                default="sent",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("receipt_no", models.CharField(blank=True, max_length=40, verbose_name="回执编号")),
                        ("received_by", models.CharField(blank=True, max_length=80, verbose_name="签收人")),
                        ("received_on", models.DateField(blank=True, null=True, verbose_name="签收日期")),
                        ("feedback", models.TextField(blank=True, verbose_name="反馈结果")),
                        ("feedback_on", models.DateField(blank=True, null=True, verbose_name="反馈日期")),
                        (
                            "from_organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="移出机关",
                            ),
                        ),
                        (
                            "sent_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                        (
                            "superior",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="共同上级机关",
                            ),
                        ),
                        (
                            "to_organ",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="接收机关",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="handings", to="leads.lead"
                            ),
                        ),
                        (
                            "body",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="leads.outsidebody",
                                verbose_name="接收部门",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "流转",
                        "ordering": ["-sent_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Series",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        ("title", models.CharField(max_length=120, verbose_name="名称")),
                        ("created_at", models.DateTimeField(verbose_name="建立时间")),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="建立人",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="建立机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "线索串",
                        "ordering": ["-created_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="LeadMark",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.BigIntegerField()),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="leads.lead"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "线索特征",
                        "indexes": [models.Index(fields=["key", "-lead"], name="lead_mark")],
                    },
                ),
                migrations.CreateModel(
                    name="Likeness",
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
                                choices=[("duplicate", "疑似重复"), ("series", "疑似同串")],
                                max_length=12,
                                verbose_name="类别",
                            ),
                        ),
                        ("sure", models.DecimalField(decimal_places=3, max_digits=4, verbose_name="把握")),
                        ("reasons", models.JSONField(default=list, verbose_name="理由")),
                        (
                            "state",
                            models.CharField(
                                choices=[("proposed", "待确认"), ("accepted", "已采纳"), ("rejected", "不是")],
                                db_index=True,
                                default="proposed",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("found_at", models.DateTimeField(verbose_name="发现时间")),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="决定时间")),
                        ("reason", models.TextField(blank=True, verbose_name="决定的理由")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="决定人",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="likenesses",
                                to="leads.lead",
                                verbose_name="新线索",
                            ),
                        ),
                        (
                            "other",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="likenesses_of",
                                to="leads.lead",
                                verbose_name="旧线索",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "疑似重复",
                        "ordering": ["-sure", "pk"],
                        "constraints": [models.UniqueConstraint(fields=("lead", "other"), name="likeness_once")],
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name="lead",
            name="series",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="leads.series",
                verbose_name="线索串",
            ),
        ),
    ]
