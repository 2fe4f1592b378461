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
                    name="Case",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=24, unique=True, verbose_name="案件编号")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("ordinary", "普通程序"), ("spot", "简易程序（当场处罚）")],
                                default="ordinary",
                                max_length=10,
                                verbose_name="程序",
                            ),
                        ),
                        ("title", models.CharField(max_length=200, verbose_name="案由")),
                        (
                            "source_code",
                            models.CharField(
                                choices=[
                                    ("supervision", "监督检查"),
                                    ("report", "投诉、举报"),
                                    ("transfer", "其他部门移送"),
                                    ("assigned", "上级交办"),
                                    ("other", "其他"),
                                ],
                                max_length=12,
                                verbose_name="案件来源",
                            ),
                        ),
                        ("source_on", models.DateField(verbose_name="发现或者收到材料日期")),
                        (
                            "origin_kind",
                            models.CharField(blank=True, db_index=True, max_length=24, verbose_name="来源类别"),
                        ),
                        ("origin_id", models.CharField(blank=True, max_length=60, verbose_name="来源编号")),
                        ("origin_label", models.CharField(blank=True, max_length=200, verbose_name="来源说明")),
                        ("origin_url", models.CharField(blank=True, max_length=200)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "拟立案"),
                                    ("filing", "待批准立案"),
                                    ("refused", "不予立案"),
                                    ("investigating", "调查中"),
                                    ("suspended", "中止调查"),
                                    ("concluded", "调查终结"),
                                    ("reviewing", "审核中"),
                                    ("reviewed", "已审核"),
                                    ("cleared", "待告知"),
                                    ("notified", "已告知"),
                                    ("hearing", "听证中"),
                                    ("heard", "听证结束"),
                                    ("post_review", "听证后法制审核"),
                                    ("ready", "待决定"),
                                    ("collective", "已集体讨论"),
                                    ("decided", "已决定"),
                                    ("no_penalty", "不予处罚"),
                                    ("transferred", "已移送"),
                                    ("terminated", "终止调查"),
                                    ("withdrawn", "撤销立案"),
                                    ("enforcing", "执行中"),
                                    ("annulled", "决定已撤销"),
                                    ("closed", "已结案"),
                                    ("archived", "已归档"),
                                ],
                                db_index=True,
                                default="proposed",
                                max_length=16,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("version", models.PositiveIntegerField(default=0)),
                        ("field", models.CharField(blank=True, db_index=True, max_length=24, verbose_name="领域")),
                        ("place", models.CharField(blank=True, max_length=200, verbose_name="违法行为发生地")),
                        ("area_code", models.CharField(blank=True, max_length=12, verbose_name="行政区划代码")),
                        ("violation_text", models.CharField(blank=True, max_length=300, verbose_name="涉嫌违法行为")),
                        ("facts", models.TextField(blank=True, verbose_name="案情")),
                        ("occurred_from", models.DateField(blank=True, null=True, verbose_name="行为日起")),
                        ("occurred_to", models.DateField(blank=True, null=True, verbose_name="行为日止")),
                        ("fee_fen", models.BigIntegerField(blank=True, null=True, verbose_name="检验检测费用（分）")),
                        ("gain_fen", models.BigIntegerField(blank=True, null=True, verbose_name="违法所得（分）")),
                        (
                            "units",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="涉案数量（份、辆次）"),
                        ),
                        ("conditions", models.JSONField(blank=True, default=list, verbose_name="立案条件")),
                        ("wants_refusal", models.BooleanField(default=False, verbose_name="报请不予立案")),
                        ("refusal_code", models.CharField(blank=True, max_length=12, verbose_name="不予立案的情形")),
                        ("registered_at", models.DateTimeField(db_index=True, verbose_name="登记时间")),
                        ("filed_on", models.DateField(blank=True, db_index=True, null=True, verbose_name="立案日期")),
                        ("report", models.TextField(blank=True, verbose_name="调查终结报告")),
                        ("proposal", models.TextField(blank=True, verbose_name="处理建议")),
                        ("concluded_on", models.DateField(blank=True, null=True, verbose_name="调查终结日期")),
                        ("legal_ground", models.CharField(blank=True, max_length=20, verbose_name="法制审核的情形")),
                        ("major", models.BooleanField(default=False, verbose_name="情节复杂或者重大，须集体讨论")),
                        ("decided_on", models.DateField(blank=True, db_index=True, null=True, verbose_name="决定日期")),
                        ("closed_on", models.DateField(blank=True, null=True, verbose_name="结案日期")),
                        ("reason", models.TextField(blank=True, verbose_name="最近的理由")),
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
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cases",
                                to="accounts.organ",
                                verbose_name="办案机关",
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
                            "registered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "案件",
                        "ordering": ["-registered_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["organ", "state", "filed_on"], name="case_standing"),
                            models.Index(fields=["origin_kind", "origin_id"], name="case_origin"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseOfficer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("lead", models.BooleanField(default=False, verbose_name="主办")),
                        ("enforcement_no", models.CharField(max_length=40, verbose_name="执法证号")),
                        ("from_on", models.DateField(verbose_name="起")),
                        ("to_on", models.DateField(blank=True, null=True, verbose_name="止")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="officers", to="cases.case"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="办案人员",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "办案人员",
                        "ordering": ["-lead", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("to_on__isnull", True)),
                                fields=("case", "user"),
                                name="case_officer_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Collective",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("held_on", models.DateField(verbose_name="讨论日期")),
                        ("place", models.CharField(blank=True, max_length=120, verbose_name="地点")),
                        ("chair", models.CharField(blank=True, max_length=60, verbose_name="主持人")),
                        ("attendees", models.CharField(max_length=500, verbose_name="参加人员")),
                        ("opinions", models.TextField(verbose_name="讨论意见")),
                        ("conclusion", models.TextField(verbose_name="结论")),
                        ("about", models.CharField(default="处理决定", max_length=40, verbose_name="事项")),
                        ("recorded_at", models.DateTimeField(verbose_name="记录时间")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="collectives", to="cases.case"
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="记录人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "集体讨论",
                        "ordering": ["held_on", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Contravention",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("violation_id", models.CharField(db_index=True, max_length=24, verbose_name="违法情形")),
                        ("title", models.CharField(max_length=300, verbose_name="违法事实")),
                        ("field", models.CharField(blank=True, max_length=24, verbose_name="领域")),
                        ("occurred_from", models.DateField(verbose_name="行为日起")),
                        ("occurred_to", models.DateField(verbose_name="行为日止")),
                        ("fee_fen", models.BigIntegerField(blank=True, null=True, verbose_name="检验检测费用（分）")),
                        ("gain_fen", models.BigIntegerField(blank=True, null=True, verbose_name="违法所得（分）")),
                        ("units", models.PositiveIntegerField(blank=True, null=True, verbose_name="涉案数量")),
                        ("article", models.CharField(blank=True, max_length=300, verbose_name="违反的条款")),
                        ("penalty_article", models.CharField(blank=True, max_length=300, verbose_name="罚则")),
                        ("provision", models.CharField(blank=True, max_length=40, verbose_name="采用的罚则编号")),
                        ("two_step", models.BooleanField(default=False, verbose_name="先责令改正")),
                        ("choice", models.JSONField(blank=True, default=dict, verbose_name="选法依据")),
                        ("calculation", models.JSONField(blank=True, default=dict, verbose_name="裁量计算")),
                        ("proposed_fen", models.BigIntegerField(blank=True, null=True, verbose_name="拟罚款（分）")),
                        ("deviation", models.TextField(blank=True, verbose_name="偏离裁量基准的理由")),
                        ("proposal", models.CharField(blank=True, max_length=300, verbose_name="处理建议")),
                        ("at", models.DateTimeField(verbose_name="填写时间")),
                        ("struck_at", models.DateTimeField(blank=True, null=True, verbose_name="删去时间")),
                        ("struck_reason", models.CharField(blank=True, max_length=300, verbose_name="删去理由")),
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
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contraventions",
                                to="cases.case",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "违法事实",
                        "ordering": ["party__order", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CorrectionOrder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ordered_on", models.DateField(verbose_name="责令日期")),
                        ("due_on", models.DateField(verbose_name="改正期限")),
                        ("requirement", models.CharField(max_length=500, verbose_name="改正要求")),
                        ("reference", models.CharField(blank=True, max_length=120, verbose_name="文书或者来源")),
                        (
                            "result",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "待复查"),
                                    ("corrected", "已改正"),
                                    ("failed", "逾期未改正或者改正后仍不符合要求"),
                                ],
                                max_length=10,
                                verbose_name="复查结果",
                            ),
                        ),
                        ("rechecked_on", models.DateField(blank=True, null=True, verbose_name="复查日期")),
                        ("note", models.CharField(blank=True, max_length=500, verbose_name="复查情况")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="责令人",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="cases.case"
                            ),
                        ),
                        (
                            "contravention",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="cases.contravention",
                            ),
                        ),
                        (
                            "rechecked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="复查人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "责令改正",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Hearing",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("requested_on", models.DateField(verbose_name="要求日期")),
                        ("opened_on", models.DateField(verbose_name="确定主持人日期")),
                        ("held_on", models.DateField(blank=True, null=True, verbose_name="举行日期")),
                        ("place", models.CharField(blank=True, max_length=200, verbose_name="地点")),
                        ("notified_on", models.DateField(blank=True, null=True, verbose_name="通知日期")),
                        ("public", models.BooleanField(default=True, verbose_name="公开举行")),
                        ("announced_on", models.DateField(blank=True, null=True, verbose_name="公告日期")),
                        ("attendees", models.CharField(blank=True, max_length=500, verbose_name="参加人")),
                        ("record", models.TextField(blank=True, verbose_name="听证笔录")),
                        ("report", models.TextField(blank=True, verbose_name="听证报告")),
                        ("reported_on", models.DateField(blank=True, null=True, verbose_name="报告日期")),
                        ("dropped_reason", models.CharField(blank=True, max_length=300, verbose_name="终止理由")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="hearings", to="cases.case"
                            ),
                        ),
                        (
                            "chair",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="主持人",
                            ),
                        ),
                        (
                            "recorder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="记录员",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "听证",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Party",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("order", models.PositiveSmallIntegerField(verbose_name="序号")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("institution", "机构"), ("person", "个人")],
                                max_length=12,
                                verbose_name="种类",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("institution", "违法机构"),
                                    ("legal_rep", "法定代表人"),
                                    ("responsible", "直接负责的主管人员"),
                                    ("direct", "其他直接责任人员"),
                                    ("sole", "自然人当事人"),
                                ],
                                max_length=12,
                                verbose_name="身份",
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="名称（姓名）")),
                        ("code", models.CharField(blank=True, max_length=18, verbose_name="统一社会信用代码")),
                        ("id_sealed", models.TextField(blank=True, verbose_name="证件号码（密文）")),
                        ("id_tail", models.CharField(blank=True, max_length=4, verbose_name="证件号码末四位")),
                        ("legal_rep", models.CharField(blank=True, max_length=80, verbose_name="法定代表人")),
                        ("post", models.CharField(blank=True, max_length=60, verbose_name="职务")),
                        ("address", models.CharField(blank=True, max_length=300, verbose_name="地址")),
                        ("phone", models.CharField(blank=True, max_length=60, verbose_name="联系电话")),
                        ("home_province", models.CharField(blank=True, max_length=6, verbose_name="所在省份代码")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="parties", to="cases.case"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="case_parties",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "当事人",
                        "ordering": ["order", "pk"],
                        "constraints": [models.UniqueConstraint(fields=("case", "order"), name="party_order_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("round", models.PositiveSmallIntegerField(verbose_name="第几次")),
                        ("proposed", models.TextField(verbose_name="拟处罚内容")),
                        ("facts", models.TextField(verbose_name="事实和理由")),
                        ("basis", models.CharField(max_length=500, verbose_name="依据")),
                        ("fine_fen", models.BigIntegerField(default=0, verbose_name="拟罚款（分）")),
                        ("confiscated_fen", models.BigIntegerField(default=0, verbose_name="拟没收（分）")),
                        ("measures", models.JSONField(default=list, verbose_name="拟处罚种类")),
                        ("hearing_right", models.BooleanField(default=False, verbose_name="有要求听证的权利")),
                        ("hearing_why", models.CharField(blank=True, max_length=300, verbose_name="听证权利的依据")),
                        ("issued_on", models.DateField(verbose_name="告知日期")),
                        ("served_on", models.DateField(blank=True, null=True, verbose_name="送达日期")),
                        ("served_how", models.CharField(blank=True, max_length=60, verbose_name="送达方式")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="期限末日")),
                        (
                            "answered",
                            models.CharField(
                                blank=True,
                                choices=[("", "期限内"), ("answered", "已陈述、申辩"), ("waived", "书面放弃")],
                                max_length=10,
                                verbose_name="当事人答复",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="cases.case"
                            ),
                        ),
                        (
                            "issued_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="告知人",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="cases.party"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "行政处罚告知",
                        "ordering": ["round", "party__order"],
                        "constraints": [models.UniqueConstraint(fields=("party", "round"), name="notice_round_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Decision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("round", models.PositiveSmallIntegerField(default=1, verbose_name="第几次")),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("penalty", "给予行政处罚"),
                                    ("no_penalty", "违法行为轻微等，不予行政处罚"),
                                    ("not_established", "违法事实不能成立，不予行政处罚"),
                                    ("handed_over", "不属于本部门管辖，移送其他机关"),
                                    ("criminal", "涉嫌犯罪，移送司法机关"),
                                ],
                                max_length=16,
                                verbose_name="决定",
                            ),
                        ),
                        ("measures", models.JSONField(blank=True, default=list, verbose_name="处罚种类")),
                        ("fine_fen", models.BigIntegerField(default=0, verbose_name="罚款（分）")),
                        ("confiscated_fen", models.BigIntegerField(default=0, verbose_name="没收违法所得（分）")),
                        (
                            "ban_months",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="限制从业（月）"),
                        ),
                        ("ban_for_life", models.BooleanField(default=False, verbose_name="终身禁业")),
                        ("text", models.TextField(verbose_name="决定内容")),
                        ("basis", models.CharField(max_length=500, verbose_name="依据")),
                        ("reasons", models.TextField(verbose_name="事实和理由")),
                        ("benchmark", models.CharField(blank=True, max_length=300, verbose_name="裁量基准")),
                        ("deviation", models.TextField(blank=True, verbose_name="偏离理由")),
                        ("receiver", models.CharField(blank=True, max_length=120, verbose_name="接收机关")),
                        ("decided_on", models.DateField(db_index=True, verbose_name="决定日期")),
                        ("served_on", models.DateField(blank=True, null=True, verbose_name="送达日期")),
                        ("annulled_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="cases.case"
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="决定人",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="cases.party"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "处理决定",
                        "ordering": ["round", "party__order"],
                        "constraints": [models.UniqueConstraint(fields=("party", "round"), name="decision_round_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Consent",
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
                                choices=[("listing", "列入严重违法失信名单")], max_length=12, verbose_name="事项"
                            ),
                        ),
                        ("asked_on", models.DateField(verbose_name="报请日期")),
                        ("reason", models.CharField(max_length=500, verbose_name="理由")),
                        ("granted", models.BooleanField(blank=True, null=True, verbose_name="同意")),
                        ("answered_on", models.DateField(blank=True, null=True, verbose_name="答复日期")),
                        ("reference", models.CharField(blank=True, max_length=80, verbose_name="答复文号")),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="答复人",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="报请人",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="cases.case"
                            ),
                        ),
                        (
                            "organ_asked",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="上级机关",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="cases.party"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "上级同意",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Recusal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("asked_by", models.CharField(max_length=80, verbose_name="申请人")),
                        ("asked_on", models.DateField(verbose_name="申请日期")),
                        ("ground", models.CharField(max_length=300, verbose_name="理由")),
                        (
                            "answer",
                            models.CharField(
                                blank=True,
                                choices=[("", "待决定"), ("granted", "决定回避"), ("denied", "驳回申请")],
                                max_length=8,
                                verbose_name="决定",
                            ),
                        ),
                        ("answered_on", models.DateField(blank=True, null=True, verbose_name="决定日期")),
                        ("answer_reason", models.CharField(blank=True, max_length=300, verbose_name="决定理由")),
                        (
                            "answered_by",
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
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="recusals", to="cases.case"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="被申请回避的人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "回避",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Review",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("round", models.PositiveSmallIntegerField(verbose_name="第几次")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("case", "案件审核"), ("legal", "法制审核")], max_length=8, verbose_name="种类"
                            ),
                        ),
                        ("ground", models.CharField(blank=True, max_length=20, verbose_name="法制审核的情形")),
                        ("after_hearing", models.BooleanField(default=False, verbose_name="听证之后")),
                        ("submitted_on", models.DateField(verbose_name="收到材料日期")),
                        (
                            "result",
                            models.CharField(
                                blank=True,
                                choices=[("", "审核中"), ("passed", "同意"), ("returned", "退回")],
                                max_length=10,
                                verbose_name="结论",
                            ),
                        ),
                        ("reviewed_on", models.DateField(blank=True, null=True, verbose_name="审核日期")),
                        ("opinion", models.TextField(blank=True, verbose_name="审核意见")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="cases.case"
                            ),
                        ),
                        (
                            "reviewer",
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
                            "submitted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="送审人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "审核",
                        "ordering": ["round"],
                        "constraints": [models.UniqueConstraint(fields=("case", "round"), name="review_round_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Statement",
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
                                    ("statement", "陈述、申辩"),
                                    ("hearing", "要求听证"),
                                    ("waiver", "书面放弃陈述、申辩和听证"),
                                ],
                                max_length=10,
                                verbose_name="种类",
                            ),
                        ),
                        ("received_on", models.DateField(verbose_name="收到日期")),
                        ("text", models.TextField(verbose_name="内容")),
                        ("late", models.BooleanField(default=False, verbose_name="逾期提出")),
                        ("entered_at", models.DateTimeField(verbose_name="记录时间")),
                        (
                            "answer",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "待复核"),
                                    ("accepted", "采纳"),
                                    ("partly", "部分采纳"),
                                    ("rejected", "不采纳"),
                                ],
                                max_length=10,
                                verbose_name="复核结论",
                            ),
                        ),
                        ("answer_reason", models.TextField(blank=True, verbose_name="复核理由")),
                        ("answered_on", models.DateField(blank=True, null=True, verbose_name="复核日期")),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="复核人",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="cases.case"
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="记录人",
                            ),
                        ),
                        (
                            "notice",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="statements",
                                to="cases.notice",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "陈述申辩",
                        "ordering": ["received_on", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Step",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("action", models.CharField(max_length=40)),
                        ("label", models.CharField(max_length=120, verbose_name="事项")),
                        ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                        ("source", models.CharField(blank=True, max_length=16)),
                        ("target", models.CharField(blank=True, max_length=16)),
                        ("on", models.DateField(verbose_name="日期")),
                        ("at", models.DateTimeField(verbose_name="记录时间")),
                        ("by_name", models.CharField(max_length=80, verbose_name="办理人")),
                        ("url", models.CharField(blank=True, max_length=200)),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="办理人",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="cases.case"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "经过",
                        "ordering": ["at", "pk"],
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name="contravention",
            name="party",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="contraventions", to="cases.party"
            ),
        ),
    ]
