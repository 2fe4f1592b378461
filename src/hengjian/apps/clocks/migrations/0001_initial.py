import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Clock",
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
                                choices=[("rule", "法定"), ("fixed", "指定")],
                                default="rule",
                                max_length=8,
                                verbose_name="种类",
                            ),
                        ),
                        ("rule_id", models.CharField(db_index=True, max_length=24, verbose_name="时限")),
                        ("rule_from", models.DateField(blank=True, null=True, verbose_name="规则版本起")),
                        ("title", models.CharField(max_length=80, verbose_name="名称")),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
                        ("unit", models.CharField(max_length=16)),
                        ("sense", models.CharField(max_length=10)),
                        ("thing_kind", models.CharField(max_length=60)),
                        ("thing_id", models.CharField(max_length=80)),
                        ("label", models.CharField(max_length=200, verbose_name="事项")),
                        ("url", models.CharField(blank=True, max_length=300)),
                        ("institution_uscc", models.CharField(blank=True, max_length=18, verbose_name="机构")),
                        ("started_on", models.DateField(verbose_name="起算日")),
                        ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="起算时刻")),
                        ("registered_at", models.DateTimeField(verbose_name="登记时间")),
                        ("pauses", models.JSONField(blank=True, default=list, verbose_name="暂停")),
                        ("extensions", models.JSONField(blank=True, default=list, verbose_name="延长")),
                        ("paused_from", models.DateField(blank=True, null=True, verbose_name="最近暂停起")),
                        ("paused_to", models.DateField(blank=True, null=True, verbose_name="最近暂停止")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("running", "计时中"),
                                    ("paused", "暂停"),
                                    ("met", "已完成"),
                                    ("stopped", "已终止"),
                                ],
                                default="running",
                                max_length=8,
                                verbose_name="状态",
                            ),
                        ),
                        ("due_on", models.DateField(blank=True, db_index=True, null=True, verbose_name="届满日")),
                        ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="届满时刻")),
                        ("provisional", models.BooleanField(default=False, verbose_name="暂定")),
                        ("half_on", models.DateField(blank=True, null=True, verbose_name="过半日")),
                        ("pressing_on", models.DateField(blank=True, null=True, verbose_name="八成日")),
                        ("left", models.PositiveIntegerField(blank=True, null=True, verbose_name="恢复后剩余")),
                        ("steps", models.TextField(blank=True, verbose_name="推算")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="办结日")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="办结登记时间")),
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
                                verbose_name="责任人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "时限",
                        "ordering": ["due_on", "pk"],
                        "indexes": [models.Index(fields=["organ", "state", "due_on"], name="clock_by_organ")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ("running", "paused"))),
                                fields=("thing_kind", "thing_id", "rule_id"),
                                name="clock_runs_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HolidayNotice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(db_index=True, verbose_name="年份")),
                        ("number", models.CharField(max_length=60, verbose_name="文号")),
                        ("published_on", models.DateField(verbose_name="发文日期")),
                        ("holidays", models.JSONField(default=list, verbose_name="放假")),
                        ("makeup_days", models.JSONField(blank=True, default=list, verbose_name="调休上班")),
                        ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="录入人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "放假通知",
                        "ordering": ["-year", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Rederivation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(
                                choices=[("notice", "放假通知"), ("law", "规则更新"), ("check", "人工核对")],
                                max_length=10,
                                verbose_name="缘由",
                            ),
                        ),
                        ("note", models.CharField(max_length=200, verbose_name="说明")),
                        ("law_edition", models.CharField(max_length=8, verbose_name="规则库")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        ("actor_name", models.CharField(max_length=80, verbose_name="经办")),
                        ("examined", models.PositiveIntegerField(default=0, verbose_name="核算")),
                        ("moved", models.PositiveIntegerField(default=0, verbose_name="届满日变动")),
                        ("settled", models.PositiveIntegerField(default=0, verbose_name="暂定转为确定")),
                        ("kept", models.PositiveIntegerField(default=0, verbose_name="无规则文本、未动")),
                        (
                            "notice",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rederivations",
                                to="clocks.holidaynotice",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "时限重算",
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ClockEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("start", "起算"),
                                    ("pause", "暂停"),
                                    ("resume", "恢复"),
                                    ("extend", "延长"),
                                    ("correct", "更正"),
                                    ("stop", "办结"),
                                    ("rederive", "重算"),
                                ],
                                max_length=8,
                                verbose_name="事由",
                            ),
                        ),
                        ("actor_name", models.CharField(max_length=80, verbose_name="经办")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                        ("due_before", models.CharField(blank=True, max_length=32)),
                        ("due_after", models.CharField(blank=True, max_length=32)),
                        ("provisional_before", models.BooleanField(default=False)),
                        ("provisional_after", models.BooleanField(default=False)),
                        ("steps", models.TextField(blank=True)),
                        (
                            "clock",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="clocks.clock"
                            ),
                        ),
                        (
                            "rederivation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="moves",
                                to="clocks.rederivation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "时限记录",
                        "ordering": ["pk"],
                    },
                ),
            ],
        ),
    ]
