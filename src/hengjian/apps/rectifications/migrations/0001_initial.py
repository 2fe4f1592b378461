import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
        ("inspections", "0002_alter_inspection_options_and_more"),
        ("registry", "0001_initial"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="LookBack",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        ("title", models.CharField(max_length=80, verbose_name="名称")),
                        ("found_from", models.DateField(verbose_name="问题发现日起")),
                        ("found_to", models.DateField(verbose_name="问题发现日止")),
                        (
                            "take",
                            models.CharField(
                                choices=[
                                    ("struck_off", "已销号的"),
                                    ("late", "逾期未改的"),
                                    ("both", "已销号的和逾期未改的"),
                                ],
                                max_length=12,
                                verbose_name="选取",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "拟定中"),
                                    ("running", "进行中"),
                                    ("closed", "已办结"),
                                    ("cancelled", "已取消"),
                                ],
                                default="draft",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="拟定时间")),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                        ("reason", models.TextField(blank=True, verbose_name="理由")),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="拟定人",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="组织机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "回头看",
                        "ordering": ["-created_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="LookBackTarget",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ref", models.CharField(max_length=24, unique=True, verbose_name="对象编号")),
                        ("left_out", models.CharField(blank=True, max_length=200, verbose_name="不纳入的理由")),
                        ("note", models.TextField(blank=True, verbose_name="结果说明")),
                        ("recorded_at", models.DateTimeField(blank=True, null=True, verbose_name="登记时间")),
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
                            "look_back",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="targets",
                                to="rectifications.lookback",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="责任机关",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "回头看对象",
                        "ordering": ["institution__name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("look_back", "institution"), name="look_back_target_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Rectification",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        ("title", models.CharField(max_length=200, verbose_name="问题")),
                        (
                            "field",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("food", "食品"),
                                    ("product", "产品质量"),
                                    ("special_equipment", "特种设备"),
                                    ("vehicle", "机动车检验"),
                                    ("tank", "常压液体危险货物罐体"),
                                    ("construction", "建设工程"),
                                    ("building_material", "建筑材料"),
                                    ("environment", "生态环境"),
                                    ("medical_device", "医疗器械防护用品"),
                                    ("ppe", "个体防护装备"),
                                    ("carbon", "碳排放核查"),
                                    ("cosmetics", "化妆品"),
                                    ("drug", "药品"),
                                    ("fire", "消防"),
                                    ("jewelry", "珠宝玉石"),
                                    ("fertilizer", "化肥"),
                                    ("ebike", "电动自行车及蓄电池"),
                                    ("children", "儿童用品"),
                                    ("forensic", "司法鉴定"),
                                    ("other", "其他"),
                                ],
                                db_index=True,
                                max_length=24,
                                verbose_name="领域",
                            ),
                        ),
                        (
                            "problem_type",
                            models.CharField(blank=True, db_index=True, max_length=16, verbose_name="问题类型"),
                        ),
                        ("requirement", models.TextField(blank=True, verbose_name="整改要求")),
                        ("found_on", models.DateField(db_index=True, verbose_name="发现日期")),
                        ("first_limit", models.DateField(blank=True, null=True, verbose_name="最初期限")),
                        ("limit", models.DateField(blank=True, db_index=True, null=True, verbose_name="整改期限")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("registered", "待下达"),
                                    ("open", "待整改"),
                                    ("answered", "待验收"),
                                    ("returned", "退回再改"),
                                    ("struck_off", "已销号"),
                                    ("withdrawn", "已撤销"),
                                ],
                                db_index=True,
                                default="registered",
                                max_length=20,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("rounds", models.PositiveSmallIntegerField(default=0, verbose_name="答复次数")),
                        ("extensions", models.PositiveSmallIntegerField(default=0, verbose_name="延期次数")),
                        (
                            "escalation",
                            models.PositiveSmallIntegerField(
                                choices=[(0, ""), (1, "已报科长"), (2, "已报上级机关")],
                                default=0,
                                verbose_name="上报层级",
                            ),
                        ),
                        ("escalated_at", models.DateTimeField(blank=True, null=True, verbose_name="上报时间")),
                        ("answered_on", models.DateField(blank=True, null=True, verbose_name="最近答复日")),
                        ("answered_late", models.BooleanField(default=False, verbose_name="逾期答复")),
                        ("struck_off_on", models.DateField(blank=True, null=True, verbose_name="销号日期")),
                        ("reason", models.TextField(blank=True, verbose_name="最近的理由")),
                        (
                            "finding",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rectification",
                                to="inspections.finding",
                                verbose_name="检查发现",
                            ),
                        ),
                        (
                            "found_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="发现人",
                            ),
                        ),
                        (
                            "handled_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="最近办理人",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rectifications",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="责任机关",
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
                            "verified_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="验收人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "整改事项",
                        "ordering": ["-found_on", "-pk"],
                        "indexes": [models.Index(fields=["organ", "state", "limit"], name="rectification_standing")],
                    },
                ),
                migrations.CreateModel(
                    name="LookBackItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("recurred", "再次发生"),
                                    ("not_recurred", "没有再发生"),
                                    ("not_seen", "本次未能核实"),
                                ],
                                max_length=16,
                                verbose_name="结果",
                            ),
                        ),
                        (
                            "target",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="items",
                                to="rectifications.lookbacktarget",
                            ),
                        ),
                        (
                            "rectification",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="looked_back",
                                to="rectifications.rectification",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "回头看事项",
                        "ordering": ["rectification__found_on", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("target", "rectification"), name="look_back_item_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reply",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("round", models.PositiveSmallIntegerField(verbose_name="第几次")),
                        ("text", models.TextField(verbose_name="整改情况")),
                        ("on_paper", models.BooleanField(default=False, verbose_name="书面材料代录")),
                        ("at", models.DateTimeField(verbose_name="提交时间")),
                        ("late", models.BooleanField(default=False, verbose_name="逾期")),
                        (
                            "verdict",
                            models.CharField(
                                blank=True,
                                choices=[("accepted", "验收通过"), ("sent_back", "退回再改")],
                                max_length=12,
                                verbose_name="验收结论",
                            ),
                        ),
                        ("verdict_at", models.DateTimeField(blank=True, null=True, verbose_name="验收时间")),
                        ("verdict_text", models.TextField(blank=True, verbose_name="验收意见")),
                        (
                            "method",
                            models.CharField(
                                blank=True,
                                choices=[("papers", "书面核查材料"), ("on_site", "现场复查"), ("data", "数据核对")],
                                max_length=12,
                                verbose_name="验收方式",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="提交人",
                            ),
                        ),
                        (
                            "rectification",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replies",
                                to="rectifications.rectification",
                            ),
                        ),
                        (
                            "verdict_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="验收人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "整改答复",
                        "ordering": ["-round"],
                        "constraints": [
                            models.UniqueConstraint(fields=("rectification", "round"), name="reply_once_a_round")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Evidence",
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
                        (
                            "reply",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence",
                                to="rectifications.reply",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "证明材料",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("reply", "sha256"), name="evidence_once_a_reply")
                        ],
                    },
                ),
            ],
        ),
    ]
