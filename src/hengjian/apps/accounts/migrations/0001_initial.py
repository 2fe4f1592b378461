import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        ("username", models.CharField(max_length=40, unique=True, verbose_name="用户名")),
                        ("name", models.CharField(max_length=40, verbose_name="姓名")),
                        ("phone", models.CharField(blank=True, max_length=20, verbose_name="电话")),
                        ("is_active", models.BooleanField(default=True, verbose_name="在用")),
                        ("last_seen_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("previous_visit_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "ordering": ["username"],
                    },
                ),
                migrations.CreateModel(
                    name="Avoidance",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("institution_id", models.CharField(db_index=True, max_length=18, verbose_name="机构代码")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("kin", "近亲属"),
                                    ("employed", "曾任职"),
                                    ("holding", "持股"),
                                    ("advised", "授课或咨询"),
                                    ("other", "其他"),
                                ],
                                max_length=20,
                                verbose_name="事由",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        ("valid_from", models.DateField(verbose_name="起")),
                        ("valid_to", models.DateField(blank=True, null=True, verbose_name="止")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="avoidances",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="人员",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-valid_from", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Organ",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="名称")),
                        ("short_name", models.CharField(max_length=40, verbose_name="简称")),
                        (
                            "level",
                            models.CharField(
                                choices=[
                                    ("national", "国家"),
                                    ("province", "省级"),
                                    ("city", "市级"),
                                    ("county", "县级"),
                                    ("station", "所"),
                                    ("team", "执法队"),
                                ],
                                max_length=20,
                                verbose_name="层级",
                            ),
                        ),
                        ("area_code", models.CharField(db_index=True, max_length=12, verbose_name="行政区划代码")),
                        ("path", models.CharField(db_index=True, editable=False, max_length=200)),
                        ("valid_from", models.DateField(verbose_name="设立日期")),
                        ("valid_to", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="accounts.organ",
                                verbose_name="上级机关",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["path"],
                    },
                ),
                migrations.CreateModel(
                    name="Posting",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("leader", "局领导"),
                                    ("section_chief", "科（股）长"),
                                    ("officer", "执法人员"),
                                    ("legal_reviewer", "法制审核人员"),
                                    ("registrar", "登记员"),
                                    ("analyst", "分析员"),
                                    ("supervisor", "执法监督人员"),
                                    ("sysadmin", "系统管理员"),
                                    ("institution_user", "机构用户"),
                                    ("expert", "专家"),
                                ],
                                max_length=20,
                                verbose_name="角色",
                            ),
                        ),
                        ("title", models.CharField(blank=True, max_length=40, verbose_name="职务")),
                        ("enforcement_no", models.CharField(blank=True, max_length=40, verbose_name="执法证号")),
                        (
                            "enforcement_valid_to",
                            models.DateField(blank=True, null=True, verbose_name="执法证有效期止"),
                        ),
                        ("fields", models.JSONField(blank=True, default=list, verbose_name="业务领域")),
                        ("institution_id", models.CharField(blank=True, max_length=18, verbose_name="所属机构代码")),
                        ("valid_from", models.DateField(verbose_name="任职起")),
                        ("valid_to", models.DateField(blank=True, null=True, verbose_name="任职止")),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="postings",
                                to="accounts.organ",
                                verbose_name="机关",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="postings",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="人员",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["organ__path", "role", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("user", "organ", "role", "valid_from"), name="posting_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Share",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("thing_kind", models.CharField(max_length=60)),
                        ("thing_id", models.CharField(max_length=80)),
                        ("granted_at", models.DateTimeField()),
                        ("valid_to", models.DateField(blank=True, null=True, verbose_name="共享至")),
                        ("reason", models.CharField(max_length=200, verbose_name="理由")),
                        (
                            "granted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="shares",
                                to="accounts.organ",
                                verbose_name="共享给",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-granted_at"],
                        "constraints": [
                            models.UniqueConstraint(fields=("thing_kind", "thing_id", "organ"), name="share_once")
                        ],
                    },
                ),
            ],
        ),
    ]
