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
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Consultation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        ("held_on", models.DateField(verbose_name="会商日期")),
                        ("place", models.CharField(max_length=120, verbose_name="地点")),
                        ("attendees", models.TextField(max_length=500, verbose_name="参加人员")),
                        ("question", models.TextField(max_length=2000, verbose_name="会商事项")),
                        ("opinions", models.TextField(max_length=4000, verbose_name="意见")),
                        ("conclusion", models.TextField(max_length=2000, verbose_name="结论")),
                        ("written_at", models.DateTimeField(verbose_name="记录时间")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="consultations",
                                to="cases.case",
                            ),
                        ),
                        (
                            "written_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="记录人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "会商纪要",
                        "ordering": ["-held_on", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Oversight",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        (
                            "ground",
                            models.CharField(
                                choices=[
                                    ("harm", "危害人身健康、生命安全，或者引发重大舆情"),
                                    ("scale", "涉案报告多、金额大或者跨区域"),
                                    ("series", "串案、窝案或者有组织造假"),
                                    ("crime", "涉嫌犯罪"),
                                    ("official", "涉及公职人员"),
                                    ("other", "其他重大、疑难案件"),
                                ],
                                max_length=12,
                                verbose_name="情形",
                            ),
                        ),
                        ("text", models.TextField(max_length=4000, verbose_name="情况")),
                        ("requirement", models.TextField(blank=True, max_length=2000, verbose_name="督办要求")),
                        ("due", models.DateField(blank=True, null=True, verbose_name="期限")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("reported", "已上报待答复"),
                                    ("listed", "挂牌督办中"),
                                    ("answered", "已报办结待核实"),
                                    ("lifted", "已解除"),
                                    ("declined", "不予挂牌"),
                                    ("withdrawn", "已撤回"),
                                ],
                                db_index=True,
                                default="reported",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("reported_at", models.DateTimeField(verbose_name="上报时间")),
                        ("listed_on", models.DateField(blank=True, null=True, verbose_name="挂牌日期")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                        ("note", models.TextField(blank=True, max_length=2000, verbose_name="最近的意见")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="oversights",
                                to="cases.case",
                                verbose_name="案件",
                            ),
                        ),
                        (
                            "listed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="挂牌决定人",
                            ),
                        ),
                        (
                            "reported_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="上报人",
                            ),
                        ),
                        (
                            "superior",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="oversights",
                                to="accounts.organ",
                                verbose_name="督办机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "挂牌督办",
                        "ordering": ["-reported_at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("reported", "listed", "answered"))),
                                fields=("case", "superior"),
                                name="oversight_once_a_superior",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Progress",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=12, verbose_name="种类")),
                        ("text", models.TextField(max_length=4000, verbose_name="内容")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="报告人",
                            ),
                        ),
                        (
                            "oversight",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="progress",
                                to="oversights.oversight",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "督办进展",
                        "ordering": ["-at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="TeamMember",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("task", models.CharField(max_length=120, verbose_name="分工")),
                        ("from_on", models.DateField(verbose_name="起")),
                        ("to_on", models.DateField(verbose_name="止")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="退出日期")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="team_members",
                                to="cases.case",
                            ),
                        ),
                        (
                            "from_organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="所在机关",
                            ),
                        ),
                        (
                            "share",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.share",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="成员",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "联合专案组成员",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_on__isnull", True)),
                                fields=("case", "user"),
                                name="team_member_once",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
