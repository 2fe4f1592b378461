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
        ("tips", "0001_initial"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Complaint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        ("has_mandate", models.BooleanField(default=False, verbose_name="有授权委托书原件")),
                        (
                            "client_kind",
                            models.CharField(
                                choices=[("person", "自然人"), ("company", "单位")],
                                default="person",
                                max_length=8,
                                verbose_name="投诉人性质",
                            ),
                        ),
                        ("daily_life", models.BooleanField(default=True, verbose_name="为生活消费需要")),
                        ("channel", models.CharField(max_length=20, verbose_name="渠道")),
                        (
                            "external_no",
                            models.CharField(blank=True, db_index=True, max_length=40, verbose_name="平台编号"),
                        ),
                        ("claim", models.TextField(verbose_name="投诉请求")),
                        ("facts", models.TextField(verbose_name="事实")),
                        ("respondent_name", models.CharField(max_length=120, verbose_name="被投诉人")),
                        (
                            "respondent_uscc",
                            models.CharField(blank=True, db_index=True, max_length=18, verbose_name="被投诉人代码"),
                        ),
                        (
                            "respondent_address",
                            models.CharField(blank=True, max_length=200, verbose_name="被投诉人地址"),
                        ),
                        ("area_code", models.CharField(blank=True, max_length=12, verbose_name="实际经营地或者住所地")),
                        (
                            "amount",
                            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="争议金额（分）"),
                        ),
                        ("bought_on", models.DateField(blank=True, null=True, verbose_name="交易日期")),
                        ("known_on", models.DateField(blank=True, null=True, verbose_name="知道权益受损的日期")),
                        ("text_digest", models.CharField(db_index=True, max_length=64, verbose_name="内容摘要")),
                        ("received_at", models.DateTimeField(db_index=True, verbose_name="收到时间")),
                        ("received_on", models.DateField(verbose_name="收到日期")),
                        ("registered_by", models.CharField(max_length=80, verbose_name="登记")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("received", "待受理"),
                                    ("supplementing", "待补正材料"),
                                    ("accepted", "已受理"),
                                    ("mediating", "调解中"),
                                    ("testing", "检测鉴定中"),
                                    ("agreed", "达成协议"),
                                    ("ended", "终止调解待告知"),
                                    ("closed", "已办结"),
                                    ("refused", "不予受理"),
                                    ("returned", "已退回分送机关"),
                                ],
                                db_index=True,
                                default="received",
                                max_length=16,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("supplement_limit", models.DateField(blank=True, null=True, verbose_name="补正期限")),
                        ("accepted_on", models.DateField(blank=True, null=True, verbose_name="受理日期")),
                        (
                            "ground",
                            models.CharField(blank=True, max_length=24, verbose_name="不予受理或者终止调解的情形"),
                        ),
                        ("closed_on", models.DateField(blank=True, null=True, verbose_name="办结日期")),
                        (
                            "abuse_marked_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="标记异常投诉的时间"),
                        ),
                        (
                            "fraud_marked_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="标记涉嫌诈骗敲诈的时间"),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="informants.informant",
                                verbose_name="代理人（密封）",
                            ),
                        ),
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
                                related_name="complaint",
                                to="informants.informant",
                                verbose_name="投诉人（密封）",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="complaints",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="from_complaints",
                                to="leads.lead",
                                verbose_name="调解中发现的线索",
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
                        (
                            "tip",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="from_complaints",
                                to="tips.tip",
                                verbose_name="分出的举报",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "投诉",
                        "ordering": ["-received_at", "-pk"],
                        "indexes": [models.Index(fields=["organ", "state", "received_at"], name="complaint_standing")],
                    },
                ),
                migrations.CreateModel(
                    name="ComplaintEntry",
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
                                    ("wanted", "补正通知"),
                                    ("added", "补正材料"),
                                    ("told", "告知"),
                                    ("decision", "决定"),
                                    ("invite", "调解通知"),
                                    ("record", "调解记录"),
                                    ("test", "委托检测"),
                                    ("test_back", "检测结论"),
                                    ("agreement", "调解协议"),
                                    ("end", "终止调解"),
                                    ("closing", "办结"),
                                    ("clue", "发现线索"),
                                    ("mark", "标记"),
                                    ("returned", "退回"),
                                ],
                                max_length=12,
                                verbose_name="种类",
                            ),
                        ),
                        ("text", models.TextField(blank=True, verbose_name="内容")),
                        ("facts", models.JSONField(blank=True, default=dict, verbose_name="要素")),
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
                                verbose_name="告知投诉人",
                            ),
                        ),
                        (
                            "way_respondent",
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
                                verbose_name="告知被投诉人",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        ("by_name", models.CharField(max_length=80, verbose_name="经办")),
                        (
                            "complaint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="complaints.complaint",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "投诉办理记录",
                        "ordering": ["at", "pk"],
                    },
                ),
            ],
        ),
    ]
