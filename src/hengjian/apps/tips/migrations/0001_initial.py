import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
        ("informants", "0001_initial"),
        ("leads", "0002_search_index"),
        ("registry", "0001_initial"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Tip",
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
                                choices=[("named", "实名"), ("anonymous", "匿名"), ("insider", "内部人")],
                                db_index=True,
                                max_length=12,
                                verbose_name="举报方式",
                            ),
                        ),
                        ("channel", models.CharField(max_length=20, verbose_name="渠道")),
                        (
                            "external_no",
                            models.CharField(blank=True, db_index=True, max_length=40, verbose_name="平台编号"),
                        ),
                        ("text", models.TextField(verbose_name="线索和事实")),
                        ("respondent_name", models.CharField(max_length=120, verbose_name="被举报人")),
                        (
                            "respondent_uscc",
                            models.CharField(blank=True, db_index=True, max_length=18, verbose_name="被举报人代码"),
                        ),
                        ("area_code", models.CharField(blank=True, max_length=12, verbose_name="违法行为发生地")),
                        ("occurred_on", models.DateField(blank=True, null=True, verbose_name="发生日期")),
                        ("text_digest", models.CharField(db_index=True, max_length=64, verbose_name="内容摘要")),
                        ("received_at", models.DateTimeField(db_index=True, verbose_name="收到时间")),
                        ("received_on", models.DateField(verbose_name="收到日期")),
                        ("registered_by", models.CharField(max_length=80, verbose_name="登记")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("registered", "已登记"),
                                    ("unclear", "待补充线索"),
                                    ("verifying", "核查中"),
                                    ("merged", "已并入前次举报"),
                                    ("repeated", "重复举报不再处理"),
                                    ("redirected", "已告知向有权机关举报"),
                                    ("returned", "已退回分送机关"),
                                    ("closed", "已办结"),
                                ],
                                db_index=True,
                                default="registered",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        (
                            "redirected_to",
                            models.CharField(blank=True, max_length=120, verbose_name="有处理权限的机关"),
                        ),
                        ("outcome", models.CharField(blank=True, max_length=20, verbose_name="处理结果")),
                        ("outcome_ref", models.CharField(blank=True, max_length=60, verbose_name="处理依据编号")),
                        ("outcome_url", models.CharField(blank=True, max_length=300)),
                        ("closed_on", models.DateField(blank=True, null=True, verbose_name="办结日期")),
                        (
                            "distributed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="分送机关",
                            ),
                        ),
                        (
                            "first_organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="最先收到的机关",
                            ),
                        ),
                        (
                            "informant",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tip",
                                to="informants.informant",
                                verbose_name="举报人（密封）",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tips",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                        (
                            "lead",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tip",
                                to="leads.lead",
                                verbose_name="核查线索",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="tips.tip",
                                verbose_name="前次举报",
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
                    ],
                    options={
                        "verbose_name": "举报",
                        "ordering": ["-received_at", "-pk"],
                        "indexes": [models.Index(fields=["organ", "state", "received_at"], name="tip_standing")],
                    },
                ),
                migrations.CreateModel(
                    name="Reward",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        ("case_ref", models.CharField(max_length=60, verbose_name="案件")),
                        ("base", models.PositiveBigIntegerField(verbose_name="罚没款（分）")),
                        ("grade", models.PositiveSmallIntegerField(verbose_name="等级")),
                        ("major_ground", models.CharField(max_length=24, verbose_name="重大违法情形")),
                        ("insider", models.BooleanField(default=False, verbose_name="内部举报人")),
                        ("uplift", models.PositiveBigIntegerField(default=0, verbose_name="内部人增加（分）")),
                        ("amount", models.PositiveBigIntegerField(verbose_name="奖励金额（分）")),
                        ("finance_needed", models.BooleanField(default=False, verbose_name="须会同财政部门")),
                        ("finance_ref", models.CharField(blank=True, max_length=80, verbose_name="财政部门意见文号")),
                        ("rule_from", models.DateField(verbose_name="奖励规定版本起")),
                        ("steps", models.TextField(verbose_name="计算步骤")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "待审批"),
                                    ("approved", "待领取"),
                                    ("paid", "已发放"),
                                    ("declined", "不予奖励"),
                                    ("lapsed", "放弃领取"),
                                ],
                                db_index=True,
                                default="proposed",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("claim_digest", models.CharField(blank=True, max_length=64, verbose_name="领取码摘要")),
                        ("voucher", models.CharField(blank=True, max_length=60, verbose_name="付款凭证号")),
                        ("paid_on", models.DateField(blank=True, null=True, verbose_name="发放日期")),
                        ("reason", models.TextField(blank=True, verbose_name="理由")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="审批人",
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
                            "paid_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="发放人",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="提出人",
                            ),
                        ),
                        (
                            "tip",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reward",
                                to="tips.tip",
                                verbose_name="举报",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "举报奖励",
                        "ordering": ["-state_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="TipNote",
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
                                    ("wanted", "请补充"),
                                    ("added", "补充的线索"),
                                    ("told", "告知"),
                                    ("repeat", "重复举报"),
                                    ("result", "处理结果告知"),
                                    ("returned", "退回理由"),
                                ],
                                max_length=12,
                                verbose_name="种类",
                            ),
                        ),
                        ("text", models.TextField(blank=True, verbose_name="内容")),
                        (
                            "way",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("internet", "互联网平台"),
                                    ("phone", "电话"),
                                    ("sms", "短信"),
                                    ("email", "电子邮件"),
                                    ("letter", "信函"),
                                    ("channel", "查询码通道"),
                                    ("in_person", "当面"),
                                    ("unreachable", "无法取得联系，已记录"),
                                ],
                                max_length=16,
                                verbose_name="告知方式",
                            ),
                        ),
                        ("basis", models.CharField(blank=True, max_length=300, verbose_name="依据")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        ("by_name", models.CharField(max_length=80, verbose_name="经办")),
                        (
                            "tip",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="tips.tip"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "举报记录",
                        "ordering": ["at", "pk"],
                    },
                ),
            ],
        ),
    ]
