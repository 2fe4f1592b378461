import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
        ("cases", "0002_evidence_and_measures"),
        ("documents", "0001_initial"),
        ("registry", "0001_initial"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="AddressConfirmation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("address", models.CharField(max_length=300, verbose_name="送达地址")),
                        ("receiver", models.CharField(blank=True, max_length=80, verbose_name="指定收件人")),
                        ("phone", models.CharField(blank=True, max_length=40, verbose_name="电话")),
                        ("agrees_electronic", models.BooleanField(default=False, verbose_name="同意电子送达")),
                        (
                            "electronic_address",
                            models.CharField(blank=True, max_length=120, verbose_name="电子送达地址"),
                        ),
                        ("signed_on", models.DateField(verbose_name="签署日期")),
                        ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                        ("replaced_on", models.DateField(blank=True, null=True, verbose_name="失效日期")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="address_confirmations",
                                to="cases.case",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="录入人",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="address_confirmations",
                                to="cases.party",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "送达地址确认",
                        "ordering": ["-signed_on", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Ban",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
                        ("scope", models.CharField(max_length=300, verbose_name="限制的内容")),
                        ("from_on", models.DateField(verbose_name="起")),
                        ("to_on", models.DateField(blank=True, null=True, verbose_name="止")),
                        ("lifted_on", models.DateField(blank=True, null=True, verbose_name="提前解除")),
                        ("lifted_reason", models.CharField(blank=True, max_length=300, verbose_name="解除理由")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="bans", to="cases.case"
                            ),
                        ),
                        (
                            "decision",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="ban", to="cases.decision"
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="bans", to="cases.party"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "限制从业",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CaseArchive",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=40, verbose_name="档案号")),
                        ("keep_years", models.PositiveSmallIntegerField(verbose_name="保管期限（年）")),
                        ("box", models.CharField(max_length=80, verbose_name="保管位置")),
                        ("main_pages", models.PositiveIntegerField(verbose_name="正卷页数")),
                        ("side_pages", models.PositiveIntegerField(verbose_name="副卷页数")),
                        ("sealed_on", models.DateField(verbose_name="立卷日期")),
                        ("sealed_at", models.DateTimeField(verbose_name="封卷时间")),
                        ("checked_by", models.CharField(max_length=80, verbose_name="检查人")),
                        ("remarks", models.TextField(blank=True, verbose_name="备考")),
                        ("digest", models.CharField(max_length=64, verbose_name="全卷摘要")),
                        (
                            "case",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="archive", to="cases.case"
                            ),
                        ),
                        (
                            "sealed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="立卷人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "案卷",
                        "ordering": ["-sealed_at"],
                    },
                ),
                migrations.CreateModel(
                    name="ArchiveNote",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", models.TextField(verbose_name="补充说明")),
                        ("reason", models.CharField(max_length=300, verbose_name="理由")),
                        ("at", models.DateTimeField(verbose_name="记录时间")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="记录人",
                            ),
                        ),
                        (
                            "archive",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notes",
                                to="cases.casearchive",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "补充说明",
                        "ordering": ["at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ItemDisposal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("item", models.CharField(max_length=120, verbose_name="物品")),
                        ("spec", models.CharField(blank=True, max_length=120, verbose_name="规格")),
                        ("quantity", models.CharField(max_length=40, verbose_name="数量")),
                        ("source", models.CharField(max_length=120, verbose_name="来源")),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("returned", "发还"),
                                    ("destroyed", "销毁"),
                                    ("auctioned", "依法拍卖、变卖，价款上缴"),
                                    ("handed_over", "移交有关机关"),
                                    ("kept", "存卷、留存"),
                                    ("disposed", "无害化处理、其他"),
                                ],
                                max_length=12,
                                verbose_name="处理方式",
                            ),
                        ),
                        ("on", models.DateField(verbose_name="处理日期")),
                        ("place", models.CharField(blank=True, max_length=200, verbose_name="地点")),
                        ("witness", models.CharField(blank=True, max_length=80, verbose_name="见证人")),
                        ("proceeds_fen", models.BigIntegerField(blank=True, null=True, verbose_name="价款（分）")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="disposals", to="cases.case"
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                            ),
                        ),
                        (
                            "handler",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="处理人",
                            ),
                        ),
                        (
                            "second",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="处理人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "涉案物品处理",
                        "ordering": ["on", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Obligation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("payer", models.CharField(max_length=120, verbose_name="缴款人")),
                        ("fine_fen", models.BigIntegerField(verbose_name="罚款（分）")),
                        ("confiscated_fen", models.BigIntegerField(default=0, verbose_name="没收违法所得（分）")),
                        ("served_on", models.DateField(verbose_name="决定书送达日期")),
                        ("due_on", models.DateField(db_index=True, verbose_name="缴款期限")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("due", "待缴纳"),
                                    ("deferred", "延期、分期缴纳"),
                                    ("demanded", "已催告"),
                                    ("in_court", "已申请法院执行"),
                                    ("settled", "已缴清"),
                                    ("ended", "不再执行"),
                                ],
                                db_index=True,
                                default="due",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("late_waived_fen", models.BigIntegerField(default=0, verbose_name="减免的加处罚款（分）")),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="了结日期")),
                        (
                            "case",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="obligations",
                                to="cases.case",
                            ),
                        ),
                        (
                            "decision",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="obligation",
                                to="cases.decision",
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
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="obligations",
                                to="cases.party",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "缴款义务",
                        "ordering": ["due_on", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("confiscated_fen__gte", 0), ("fine_fen__gte", 0), ("late_waived_fen__gte", 0)
                                ),
                                name="obligation_not_below_zero",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Demand",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("served_on", models.DateField(verbose_name="催告书送达日期")),
                        ("fine_fen", models.BigIntegerField(verbose_name="未缴罚没款（分）")),
                        ("late_fen", models.BigIntegerField(verbose_name="加处罚款（分）")),
                        ("over_on", models.DateField(verbose_name="催告期满日")),
                        ("answer", models.CharField(blank=True, max_length=500, verbose_name="当事人陈述、申辩")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="催告人",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                            ),
                        ),
                        (
                            "obligation",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="demand",
                                to="cases.obligation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "催告",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CourtApplication",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("applied", "已申请"),
                                    ("refused", "不予受理"),
                                    ("accepted", "已受理"),
                                    ("allowed", "准予执行"),
                                    ("denied", "不准予执行"),
                                    ("executed", "执行完毕"),
                                    ("terminated", "终结执行"),
                                ],
                                default="applied",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("court", models.CharField(max_length=120, verbose_name="法院")),
                        ("applied_on", models.DateField(verbose_name="申请日期")),
                        ("window_from", models.DateField(verbose_name="可以申请之日")),
                        ("window_to", models.DateField(verbose_name="申请期限末日")),
                        ("fine_fen", models.BigIntegerField(verbose_name="申请执行的罚没款（分）")),
                        ("late_fen", models.BigIntegerField(verbose_name="申请执行的加处罚款（分）")),
                        (
                            "instrument",
                            models.CharField(blank=True, max_length=120, verbose_name="最近的裁定书（通知书）文号"),
                        ),
                        ("answered_on", models.DateField(blank=True, null=True, verbose_name="最近答复日期")),
                        ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="批准人",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                            ),
                        ),
                        (
                            "obligation",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="court_application",
                                to="cases.obligation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "法院强制执行",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="OnSpotPenalty",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=24, unique=True, verbose_name="编号")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("notified", "已告知"),
                                    ("decided", "已决定"),
                                    ("handed_in", "已交案卷"),
                                    ("filed", "已归档"),
                                    ("dropped", "不予当场处罚"),
                                ],
                                db_index=True,
                                default="notified",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("person", "自然人"), ("body", "法人或者其他组织")],
                                max_length=8,
                                verbose_name="当事人种类",
                            ),
                        ),
                        ("party_name", models.CharField(max_length=120, verbose_name="当事人")),
                        ("party_post", models.CharField(blank=True, max_length=80, verbose_name="负责人（职务）")),
                        ("address", models.CharField(blank=True, max_length=300, verbose_name="地址")),
                        ("phone", models.CharField(blank=True, max_length=40, verbose_name="电话")),
                        ("place", models.CharField(max_length=200, verbose_name="地点")),
                        ("occurred_on", models.DateField(verbose_name="违法行为日期")),
                        ("facts", models.TextField(verbose_name="违法事实和证据")),
                        ("article", models.CharField(max_length=300, verbose_name="违反的规定")),
                        ("basis", models.CharField(blank=True, max_length=300, verbose_name="处罚依据")),
                        ("warning", models.BooleanField(default=False, verbose_name="警告")),
                        ("fine_fen", models.BigIntegerField(default=0, verbose_name="罚款（分）")),
                        ("shown_cards", models.BooleanField(default=False, verbose_name="已出示执法证件")),
                        ("notified_at", models.DateTimeField(verbose_name="告知时间")),
                        ("heard", models.TextField(blank=True, verbose_name="陈述、申辩")),
                        ("told_publication", models.BooleanField(default=False, verbose_name="已书面告知将公示")),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="决定时间")),
                        ("decided_on", models.DateField(blank=True, db_index=True, null=True, verbose_name="决定日期")),
                        ("signed", models.BooleanField(default=True, verbose_name="当事人签收")),
                        ("refused_note", models.CharField(blank=True, max_length=200, verbose_name="拒绝签收的情况")),
                        ("card_a", models.CharField(max_length=40, verbose_name="执法证号")),
                        ("card_b", models.CharField(max_length=40, verbose_name="执法证号")),
                        (
                            "cash_ground",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("small", "依法给予一百元以下罚款"),
                                    ("hard_later", "不当场收缴事后难以执行"),
                                    (
                                        "remote",
                                        "边远、水上、交通不便地区，当事人向银行或者电子支付系统缴纳确有困难并经当事人提出",
                                    ),
                                ],
                                max_length=12,
                                verbose_name="当场收缴的情形",
                            ),
                        ),
                        ("cash_on", models.DateField(blank=True, null=True, verbose_name="收缴日期")),
                        ("cash_voucher", models.CharField(blank=True, max_length=60, verbose_name="专用票据号码")),
                        ("passed_on", models.DateField(blank=True, null=True, verbose_name="交部门日期")),
                        ("banked_on", models.DateField(blank=True, null=True, verbose_name="缴付银行日期")),
                        ("bank_voucher", models.CharField(blank=True, max_length=60, verbose_name="银行回单号码")),
                        ("handed_in_on", models.DateField(blank=True, null=True, verbose_name="交案卷日期")),
                        ("pages", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="案卷页数")),
                        ("box", models.CharField(blank=True, max_length=80, verbose_name="保管位置")),
                        ("filed_on", models.DateField(blank=True, null=True, verbose_name="归档日期")),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="当场处罚决定书",
                            ),
                        ),
                        (
                            "filed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="归档人",
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
                            "officer_a",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="执法人员",
                            ),
                        ),
                        (
                            "officer_b",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="执法人员",
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
                        "verbose_name": "当场处罚",
                        "ordering": ["-notified_at", "-pk"],
                        "indexes": [models.Index(fields=["organ", "state"], name="on_spot_standing")],
                    },
                ),
                migrations.CreateModel(
                    name="Payment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "purpose",
                            models.CharField(
                                choices=[("fine", "罚款"), ("confiscated", "没收违法所得"), ("late", "加处罚款")],
                                max_length=12,
                                verbose_name="款项",
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("bank", "指定银行"),
                                    ("electronic", "电子支付系统"),
                                    ("cash", "当场收缴"),
                                    ("court", "法院执行到位"),
                                ],
                                max_length=12,
                                verbose_name="缴款途径",
                            ),
                        ),
                        ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                        ("on", models.DateField(verbose_name="缴款日期")),
                        ("voucher", models.CharField(max_length=60, verbose_name="票据号码")),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        ("at", models.DateTimeField(verbose_name="登记时间")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "obligation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payments",
                                to="cases.obligation",
                            ),
                        ),
                        (
                            "reverses",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversed_by",
                                to="cases.payment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "缴款",
                        "ordering": ["on", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("reverses__isnull", True)),
                                fields=("obligation", "voucher", "purpose"),
                                name="payment_voucher_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("amount_fen__gt", 0), ("reverses__isnull", True)),
                                    models.Q(("amount_fen__lt", 0), ("reverses__isnull", False)),
                                    _connector="OR",
                                ),
                                name="payment_above_zero_or_reversal",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RefundOrder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount_fen", models.BigIntegerField(verbose_name="责令退款（分）")),
                        ("payees", models.CharField(max_length=200, verbose_name="退款对象")),
                        ("ordered_on", models.DateField(verbose_name="责令日期")),
                        ("due_on", models.DateField(verbose_name="退款期限")),
                        ("refunded_fen", models.BigIntegerField(blank=True, null=True, verbose_name="已退（分）")),
                        ("done_on", models.DateField(blank=True, null=True, verbose_name="完成日期")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="cases.case"
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="cases.party"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "责令退款",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Remedy",
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
                                    ("review", "行政复议"),
                                    ("litigation", "行政诉讼"),
                                    ("appeal", "行政诉讼二审"),
                                ],
                                max_length=12,
                                verbose_name="种类",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("pending", "审理中"), ("decided", "已有结果")],
                                default="pending",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("body", models.CharField(max_length=120, verbose_name="复议机关、法院")),
                        ("number", models.CharField(max_length=80, verbose_name="案号")),
                        ("applied_on", models.DateField(verbose_name="申请、起诉日期")),
                        ("accepted_on", models.DateField(verbose_name="受理日期")),
                        ("halts", models.BooleanField(default=False, verbose_name="停止执行")),
                        (
                            "halt_order",
                            models.CharField(blank=True, max_length=120, verbose_name="停止执行的决定、裁定"),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("maintained", "维持（驳回请求）"),
                                    ("withdrawn", "撤回申请或者撤诉"),
                                    ("dismissed", "不予受理、驳回申请或者起诉"),
                                    ("changed", "变更处罚决定"),
                                    ("annulled", "撤销处罚决定"),
                                    ("unlawful", "确认违法或者无效"),
                                ],
                                max_length=12,
                                verbose_name="结果",
                            ),
                        ),
                        (
                            "instrument",
                            models.CharField(blank=True, max_length=120, verbose_name="决定书、裁判文书文号"),
                        ),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="收到结果日期")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="remedies", to="cases.case"
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="remedies",
                                to="cases.decision",
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="remedies", to="cases.party"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "复议、诉讼",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "pending")),
                                fields=("decision", "kind"),
                                name="one_remedy_of_a_kind_pending",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Retrieval",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reader", models.CharField(max_length=80, verbose_name="查阅人")),
                        ("reader_body", models.CharField(max_length=120, verbose_name="查阅人单位")),
                        ("purpose", models.CharField(max_length=300, verbose_name="查阅目的")),
                        (
                            "volumes",
                            models.CharField(
                                choices=[("main", "正卷"), ("side", "副卷"), ("both", "正卷和副卷")],
                                max_length=10,
                                verbose_name="卷别",
                            ),
                        ),
                        ("approved_by", models.CharField(max_length=80, verbose_name="批准人")),
                        ("out_on", models.DateField(verbose_name="查阅日期")),
                        ("back_on", models.DateField(blank=True, null=True, verbose_name="归还日期")),
                        (
                            "archive",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="retrievals",
                                to="cases.casearchive",
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "案卷查阅",
                        "ordering": ["-out_on", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Service",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("hand_over", "直接送达"),
                                    ("leave", "留置送达"),
                                    ("send_electronic", "电子送达"),
                                    ("post", "邮寄送达"),
                                    ("entrust", "委托、转交送达"),
                                    ("announce", "公告送达"),
                                ],
                                max_length=16,
                                verbose_name="送达方式",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("prepared", "待送达"),
                                    ("under_way", "在途"),
                                    ("announced", "公告中"),
                                    ("served", "已送达"),
                                    ("failed", "未能送达"),
                                    ("dropped", "已取消"),
                                ],
                                db_index=True,
                                default="prepared",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("on", models.DateField(blank=True, null=True, verbose_name="最近办理日期")),
                        ("served_on", models.DateField(blank=True, null=True, verbose_name="送达日期")),
                        ("place", models.CharField(blank=True, max_length=200, verbose_name="送达地点")),
                        ("receiver", models.CharField(blank=True, max_length=80, verbose_name="签收人")),
                        (
                            "relation",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("self", "本人"),
                                    ("family", "同住成年家属"),
                                    ("legal_rep", "法定代表人、主要负责人"),
                                    ("mailroom", "负责收件的人"),
                                    ("agent", "代理人、指定代收人"),
                                ],
                                max_length=12,
                                verbose_name="签收人身份",
                            ),
                        ),
                        ("refusal", models.CharField(blank=True, max_length=200, verbose_name="拒收事由")),
                        ("witness", models.CharField(blank=True, max_length=80, verbose_name="见证人")),
                        ("address", models.CharField(blank=True, max_length=120, verbose_name="电子送达地址")),
                        ("tracking", models.CharField(blank=True, max_length=60, verbose_name="邮件号码")),
                        ("entrusted_to", models.CharField(blank=True, max_length=120, verbose_name="受委托机关")),
                        (
                            "published_in",
                            models.CharField(blank=True, max_length=200, verbose_name="公告刊登或者张贴处"),
                        ),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="原因和经过")),
                        ("told_publication", models.BooleanField(default=False, verbose_name="已书面告知将公示")),
                        ("begun_at", models.DateTimeField(verbose_name="登记时间")),
                        (
                            "announcement",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="公告",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="services", to="cases.case"
                            ),
                        ),
                        (
                            "confirmation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="cases.addressconfirmation",
                                verbose_name="送达地址确认书",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="文书",
                            ),
                        ),
                        (
                            "officer_a",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="送达人",
                            ),
                        ),
                        (
                            "officer_b",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="送达人",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="services",
                                to="cases.party",
                                verbose_name="受送达人",
                            ),
                        ),
                        (
                            "receipt",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="送达回证",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "送达",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "dropped"), _negated=True),
                                fields=("document", "party"),
                                name="service_once_a_document_and_party",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ServiceProof",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="文件名")),
                        ("kind", models.CharField(max_length=8, verbose_name="类型")),
                        ("size", models.PositiveBigIntegerField(verbose_name="字节数")),
                        ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                        ("at", models.DateTimeField(verbose_name="收入时间")),
                        (
                            "service",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="proofs", to="cases.service"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "送达记录",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("service", "sha256"), name="service_proof_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArchivedPaper",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "volume",
                            models.CharField(
                                choices=[("main", "正卷"), ("side", "副卷")], max_length=4, verbose_name="卷"
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField(verbose_name="顺序")),
                        ("group", models.PositiveSmallIntegerField(verbose_name="第七十八条的项")),
                        ("title", models.CharField(max_length=200, verbose_name="题名")),
                        ("number", models.CharField(blank=True, max_length=80, verbose_name="文号")),
                        ("on", models.DateField(blank=True, null=True, verbose_name="日期")),
                        ("first_page", models.PositiveIntegerField(verbose_name="起页")),
                        ("pages", models.PositiveIntegerField(verbose_name="页数")),
                        ("digest", models.CharField(max_length=64, verbose_name="摘要")),
                        ("kind", models.CharField(blank=True, max_length=24, verbose_name="类别")),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                            ),
                        ),
                        (
                            "archive",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="papers",
                                to="cases.casearchive",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "卷内文件",
                        "ordering": ["archive", "volume", "place"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("archive", "volume", "place"), name="archived_paper_place_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Closing",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "ground",
                            models.CharField(
                                choices=[
                                    ("executed", "行政处罚决定执行完毕"),
                                    ("court_ended", "人民法院裁定终结执行"),
                                    ("terminated", "案件终止调查"),
                                    (
                                        "no_penalty",
                                        "作出不予处罚、撤销案件、移送等决定（第六十条第一款第二项至第五项）",
                                    ),
                                    ("other", "其他应予结案的情形"),
                                ],
                                max_length=12,
                                verbose_name="结案情形",
                            ),
                        ),
                        ("summary", models.TextField(verbose_name="执行和结案情况")),
                        ("arisen_on", models.DateField(verbose_name="情形出现日期")),
                        ("proposed_on", models.DateField(verbose_name="报请日期")),
                        ("granted", models.BooleanField(blank=True, null=True, verbose_name="批准")),
                        ("opinion", models.CharField(blank=True, max_length=500, verbose_name="审批意见")),
                        ("decided_on", models.DateField(blank=True, null=True, verbose_name="审批日期")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="closings", to="cases.case"
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
                                verbose_name="审批人",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="报请人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "结案",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("granted__isnull", True)),
                                fields=("case",),
                                name="one_closing_waits",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Deferral",
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
                                choices=[("defer", "延期缴纳"), ("instalments", "分期缴纳")],
                                max_length=12,
                                verbose_name="种类",
                            ),
                        ),
                        ("requested_on", models.DateField(verbose_name="书面申请日期")),
                        ("reason", models.CharField(max_length=500, verbose_name="申请理由")),
                        ("plan", models.JSONField(verbose_name="缴款安排")),
                        ("granted", models.BooleanField(blank=True, null=True, verbose_name="批准")),
                        ("opinion", models.CharField(blank=True, max_length=500, verbose_name="审批意见")),
                        ("decided_on", models.DateField(blank=True, null=True, verbose_name="审批日期")),
                        (
                            "decided_by",
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
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="documents.document",
                                verbose_name="延期（分期）缴纳罚款通知书",
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "obligation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deferrals",
                                to="cases.obligation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "延期、分期缴纳",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("granted__isnull", True)),
                                fields=("obligation",),
                                name="one_deferral_waits",
                            )
                        ],
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name="obligation",
            name="spot",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="obligation",
                to="cases.onspotpenalty",
            ),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case__isnull", False), ("spot__isnull", True)),
                    models.Q(("case__isnull", True), ("spot__isnull", False)),
                    _connector="OR",
                ),
                name="obligation_of_case_or_spot",
            ),
        ),
    ]
