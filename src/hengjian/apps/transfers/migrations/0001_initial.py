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
                    name="Referral",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        ("title", models.CharField(max_length=200, verbose_name="案由")),
                        ("facts", models.TextField(max_length=6000, verbose_name="事实")),
                        ("made_at", models.DateTimeField(verbose_name="提出时间")),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="决定时间")),
                        ("receipt_no", models.CharField(blank=True, max_length=40, verbose_name="回执编号")),
                        ("received_on", models.DateField(blank=True, null=True, verbose_name="回执日期")),
                        ("result", models.TextField(blank=True, max_length=2000, verbose_name="结果")),
                        ("note", models.TextField(blank=True, max_length=1000, verbose_name="最近的理由")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("department", "移送其他部门"),
                                    ("revocation", "建议撤销、吊销资质"),
                                    ("discipline", "移送纪检监察机关"),
                                ],
                                max_length=12,
                                verbose_name="种类",
                            ),
                        ),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
                        ("sent_on", models.DateField(blank=True, null=True, verbose_name="发出日期")),
                        ("due", models.DateField(blank=True, null=True, verbose_name="请求反馈的日期")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "拟定中"),
                                    ("proposed", "待批准"),
                                    ("approved", "待发出"),
                                    ("sent", "已发出待回执"),
                                    ("received", "已签收待反馈"),
                                    ("fed_back", "已反馈"),
                                    ("returned", "被退回"),
                                    ("dropped", "已撤销"),
                                ],
                                db_index=True,
                                default="draft",
                                max_length=12,
                                verbose_name="状态",
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
                                verbose_name="外部机关",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="referrals",
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
                                verbose_name="决定人",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.institution",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="承办人",
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
                            "to_organ",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="referrals",
                                to="accounts.organ",
                                verbose_name="上级机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "部门移送",
                        "ordering": ["-made_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CriminalTransfer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        ("title", models.CharField(max_length=200, verbose_name="案由")),
                        ("facts", models.TextField(max_length=6000, verbose_name="事实")),
                        ("made_at", models.DateTimeField(verbose_name="提出时间")),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="决定时间")),
                        ("receipt_no", models.CharField(blank=True, max_length=40, verbose_name="回执编号")),
                        ("received_on", models.DateField(blank=True, null=True, verbose_name="回执日期")),
                        ("result", models.TextField(blank=True, max_length=2000, verbose_name="结果")),
                        ("note", models.TextField(blank=True, max_length=1000, verbose_name="最近的理由")),
                        (
                            "crime",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("CL-229", "提供虚假证明文件罪"),
                                    ("CL-229.gross", "出具证明文件重大失实罪"),
                                    ("CL-285", "非法侵入、控制计算机信息系统罪"),
                                    ("CL-286", "破坏计算机信息系统罪"),
                                    ("other", "其他罪名"),
                                ],
                                max_length=20,
                                verbose_name="涉嫌罪名",
                            ),
                        ),
                        ("gain_fen", models.BigIntegerField(blank=True, null=True, verbose_name="违法所得（分）")),
                        ("report", models.TextField(blank=True, max_length=6000, verbose_name="书面报告")),
                        ("reported_at", models.DateTimeField(blank=True, null=True, verbose_name="报告时间")),
                        ("papers", models.JSONField(blank=True, default=list, verbose_name="随案材料")),
                        ("handed_at", models.DateTimeField(blank=True, null=True, verbose_name="移送时间")),
                        ("notice_no", models.CharField(blank=True, max_length=60, verbose_name="立案通知书文号")),
                        ("answered_on", models.DateField(blank=True, null=True, verbose_name="公安答复日期")),
                        ("goods_on", models.DateField(blank=True, null=True, verbose_name="物品移交日期")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("verifying", "专案核实中"),
                                    ("reported", "待负责人决定"),
                                    ("approved", "已批准待移送"),
                                    ("handed", "已移送待回执"),
                                    ("received", "公安已接收待审查"),
                                    ("accepted", "公安已立案"),
                                    ("declined", "公安不予立案"),
                                    ("reconsidering", "已提请复议"),
                                    ("monitored", "已建议立案监督"),
                                    ("refused", "决定不移送"),
                                    ("ended", "已办结"),
                                ],
                                db_index=True,
                                default="verifying",
                                max_length=16,
                                verbose_name="状态",
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
                                verbose_name="公安机关",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="criminal_transfers",
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
                                verbose_name="决定人",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.institution",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="承办人",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="专案人员",
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
                            "procuratorate",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="leads.outsidebody",
                                verbose_name="抄送检察院",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "涉嫌犯罪移送",
                        "ordering": ["-made_at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("case__isnull", False),
                                    models.Q(("state__in", ("refused", "ended")), _negated=True),
                                ),
                                fields=("case",),
                                name="criminal_transfer_once_a_case",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
