import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
        ("plans", "0001_initial"),
        ("registry", "0001_initial"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Draw",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                        ("lineage", models.CharField(db_index=True, max_length=30)),
                        ("batch", models.PositiveSmallIntegerField(verbose_name="批次")),
                        ("title", models.CharField(max_length=120, verbose_name="名称")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "编制名录"),
                                    ("frozen", "名录已冻结"),
                                    ("committed", "承诺已公布"),
                                    ("entropy_entered", "熵待另一人核对"),
                                    ("entropy_confirmed", "熵已到齐"),
                                    ("drawn", "已抽取"),
                                    ("announced", "摘要已公布（密封）"),
                                    ("published", "已公开证明"),
                                    ("void", "已作废"),
                                ],
                                default="draft",
                                max_length=20,
                                verbose_name="状态",
                            ),
                        ),
                        ("state_at", models.DateTimeField(verbose_name="进入现状态的时间")),
                        ("holds_batch", models.BooleanField(default=True, editable=False)),
                        (
                            "mode",
                            models.CharField(
                                choices=[("open", "公开模式"), ("sealed", "密封模式")],
                                default="open",
                                max_length=10,
                                verbose_name="模式",
                            ),
                        ),
                        (
                            "method",
                            models.CharField(
                                choices=[("equal", "等概率"), ("pareto", "按权重（Pareto）")],
                                default="equal",
                                max_length=10,
                                verbose_name="抽取方法",
                            ),
                        ),
                        (
                            "stratify",
                            models.CharField(
                                choices=[
                                    ("field", "领域"),
                                    ("field_area", "领域与区县"),
                                    ("field_band", "领域与风险等级"),
                                    ("none", "不分层"),
                                ],
                                default="field",
                                max_length=12,
                                verbose_name="分层",
                            ),
                        ),
                        ("n", models.PositiveIntegerField(default=0, verbose_name="抽取家数")),
                        ("min_per_stratum", models.PositiveIntegerField(default=1, verbose_name="每层至少")),
                        ("quota", models.JSONField(blank=True, default=dict, verbose_name="指定配额")),
                        (
                            "team",
                            models.CharField(
                                choices=[
                                    ("own", "本机关人员"),
                                    ("joint", "与参加机关联合"),
                                    ("exchange", "由其他地区人员交叉检查"),
                                ],
                                default="own",
                                max_length=10,
                                verbose_name="检查人员来源",
                            ),
                        ),
                        ("cap", models.PositiveIntegerField(blank=True, null=True, verbose_name="每人最多")),
                        ("experts_wanted", models.BooleanField(default=False, verbose_name="派专家")),
                        ("planned_from", models.DateField(verbose_name="计划检查起")),
                        ("planned_to", models.DateField(verbose_name="计划检查止")),
                        ("open_by", models.DateField(blank=True, null=True, verbose_name="最迟公开")),
                        ("created_at", models.DateTimeField()),
                        ("population", models.JSONField(blank=True, default=dict, verbose_name="各层核对")),
                        ("weights", models.JSONField(blank=True, default=dict, verbose_name="权重表")),
                        ("roster_sha256", models.CharField(blank=True, max_length=64)),
                        ("roster_size", models.PositiveIntegerField(default=0, verbose_name="名录家数")),
                        ("frozen_at", models.DateTimeField(blank=True, null=True, verbose_name="冻结时间")),
                        ("id_salt", models.CharField(editable=False, max_length=64)),
                        ("left_out", models.JSONField(blank=True, default=list, verbose_name="未列入的人员")),
                        ("sources", models.JSONField(blank=True, default=list, verbose_name="熵的来源")),
                        ("not_before", models.DateTimeField(blank=True, null=True, verbose_name="熵最早公布")),
                        ("deadline", models.DateTimeField(blank=True, null=True, verbose_name="熵的截止")),
                        ("seq", models.PositiveIntegerField(blank=True, null=True, verbose_name="承诺序号")),
                        ("prev_commit", models.CharField(blank=True, max_length=64, verbose_name="上一承诺")),
                        ("commit", models.JSONField(blank=True, default=dict, verbose_name="承诺")),
                        (
                            "commit_sha256",
                            models.CharField(blank=True, db_index=True, max_length=64, verbose_name="承诺值"),
                        ),
                        ("committed_at", models.DateTimeField(blank=True, null=True, verbose_name="公布承诺时间")),
                        ("entropy", models.JSONField(blank=True, default=list, verbose_name="熵")),
                        ("entropy_entered_at", models.DateTimeField(blank=True, null=True, verbose_name="录入时间")),
                        ("entropy_confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="核对时间")),
                        ("entropy_text", models.CharField(blank=True, max_length=2000, verbose_name="熵的编码")),
                        ("salt", models.CharField(blank=True, editable=False, max_length=64)),
                        ("seed", models.CharField(blank=True, editable=False, max_length=64)),
                        ("result", models.JSONField(blank=True, default=dict, verbose_name="结果")),
                        ("result_sha256", models.CharField(blank=True, max_length=64, verbose_name="结果摘要值")),
                        ("sample_size", models.PositiveIntegerField(default=0, verbose_name="抽中家数")),
                        ("drawn_at", models.DateTimeField(blank=True, null=True, verbose_name="抽取时间")),
                        ("announced_at", models.DateTimeField(blank=True, null=True, verbose_name="公布摘要时间")),
                        ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="公开证明时间")),
                        ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="作废时间")),
                        ("void_reason", models.TextField(blank=True, verbose_name="作废理由")),
                        ("files", models.JSONField(blank=True, default=dict, verbose_name="证明包文件")),
                        (
                            "committed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="公布承诺人",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="立项人",
                            ),
                        ),
                        (
                            "drawn_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="抽取人",
                            ),
                        ),
                        (
                            "entropy_confirmed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="核对人",
                            ),
                        ),
                        (
                            "entropy_entered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="录入人",
                            ),
                        ),
                        (
                            "frozen_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="冻结人",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="draws",
                                to="plans.planitem",
                                verbose_name="计划事项",
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
                            "published_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="公开人",
                            ),
                        ),
                        (
                            "voided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="作废人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "随机抽查",
                        "ordering": ["-created_at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("holds_batch", True)),
                                fields=("lineage", "batch"),
                                name="draw_batch_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("seq__isnull", False)),
                                fields=("organ", "seq"),
                                name="draw_seq_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DrawCustodian",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("role", models.CharField(max_length=20, verbose_name="角色")),
                        ("salt_sha256", models.CharField(blank=True, max_length=64, verbose_name="盐的摘要值")),
                        ("committed_at", models.DateTimeField(blank=True, null=True, verbose_name="交摘要时间")),
                        ("salt", models.CharField(blank=True, editable=False, max_length=64)),
                        ("handed_in_at", models.DateTimeField(blank=True, null=True, verbose_name="交盐时间")),
                        (
                            "draw",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="custodians", to="draws.draw"
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
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="保管人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "盐的保管人",
                        "ordering": ["pk"],
                        "constraints": [models.UniqueConstraint(fields=("draw", "user"), name="draw_custodian_once")],
                    },
                ),
                migrations.CreateModel(
                    name="DrawExclusion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("unit_id", models.CharField(max_length=18, verbose_name="统一社会信用代码")),
                        ("stratum", models.CharField(max_length=120, verbose_name="层")),
                        (
                            "code",
                            models.CharField(
                                choices=[
                                    ("deregistered", "已注销"),
                                    ("under_investigation", "正在立案调查"),
                                    ("burden_cap", "本年已查到上限"),
                                    ("burden_gap", "与另一次检查间隔不足"),
                                    ("already_drawn", "本年其他批次已抽中"),
                                    ("recusal", "回避"),
                                    ("out_of_scope", "不在范围"),
                                    ("other", "其他"),
                                ],
                                max_length=24,
                                verbose_name="原因",
                            ),
                        ),
                        ("note", models.CharField(max_length=400, verbose_name="依据")),
                        ("by_hand", models.BooleanField(default=False, verbose_name="人工提出")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="提出人",
                            ),
                        ),
                        (
                            "draw",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="exclusions", to="draws.draw"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "事前剔除",
                        "ordering": ["stratum", "unit_id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("draw", "institution"), name="draw_exclusion_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DrawInspector",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("pseudonym", models.CharField(max_length=24, verbose_name="代号")),
                        ("lead", models.BooleanField(default=False, verbose_name="可任组长")),
                        ("expert", models.BooleanField(default=False, verbose_name="专家")),
                        ("domains", models.JSONField(default=list, verbose_name="可任组长的层")),
                        ("cap", models.PositiveIntegerField(blank=True, null=True, verbose_name="最多")),
                        (
                            "draw",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="inspectors", to="draws.draw"
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
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="检查人员",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "检查人员",
                        "ordering": ["pseudonym"],
                        "constraints": [
                            models.UniqueConstraint(fields=("draw", "user"), name="draw_inspector_once"),
                            models.UniqueConstraint(fields=("draw", "pseudonym"), name="draw_pseudonym_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DrawConflict",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("unit_id", models.CharField(max_length=18)),
                        (
                            "code",
                            models.CharField(
                                choices=[
                                    ("kin", "近亲属"),
                                    ("employed", "三年内任职"),
                                    ("holding", "持股"),
                                    ("advised", "授课或咨询"),
                                    ("last_visit", "上次检查同一人"),
                                    ("other", "其他"),
                                ],
                                max_length=20,
                                verbose_name="事由",
                            ),
                        ),
                        (
                            "draw",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="conflicts", to="draws.draw"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.institution"
                            ),
                        ),
                        (
                            "inspector",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="conflicts",
                                to="draws.drawinspector",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "回避",
                        "ordering": ["unit_id", "inspector_id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("draw", "inspector", "unit_id"), name="draw_conflict_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DrawPartner",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("asked_at", models.DateTimeField(verbose_name="邀请时间")),
                        ("agreed_at", models.DateTimeField(blank=True, null=True, verbose_name="同意时间")),
                        (
                            "agreed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="同意人",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="邀请人",
                            ),
                        ),
                        (
                            "draw",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="partners", to="draws.draw"
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="参加机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "参加机关",
                        "ordering": ["organ__path"],
                        "constraints": [models.UniqueConstraint(fields=("draw", "organ"), name="draw_partner_once")],
                    },
                ),
                migrations.CreateModel(
                    name="DrawSecret",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("typed", models.JSONField(blank=True, default=list)),
                        ("salt", models.CharField(blank=True, max_length=64)),
                        ("seed", models.CharField(blank=True, max_length=64)),
                        ("load", models.JSONField(blank=True, default=dict)),
                        (
                            "draw",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="secret", to="draws.draw"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="DrawUnit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("unit_id", models.CharField(db_index=True, max_length=18, verbose_name="统一社会信用代码")),
                        ("stratum", models.CharField(max_length=120, verbose_name="层")),
                        ("field", models.CharField(max_length=24, verbose_name="领域")),
                        ("band", models.CharField(blank=True, max_length=10, verbose_name="风险等级")),
                        ("weight", models.PositiveIntegerField(default=1, verbose_name="权重")),
                        ("pi", models.CharField(blank=True, max_length=200, verbose_name="入选概率")),
                        ("ticket", models.CharField(blank=True, max_length=64, verbose_name="签号")),
                        ("rank", models.PositiveIntegerField(blank=True, null=True, verbose_name="层内次序")),
                        ("selected", models.BooleanField(default=False, verbose_name="抽中")),
                        ("reserve", models.BooleanField(default=False, verbose_name="备选")),
                        ("substituted", models.BooleanField(default=False, verbose_name="已替换")),
                        (
                            "draw",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="units", to="draws.draw"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="draw_units",
                                to="registry.institution",
                                verbose_name="机构",
                            ),
                        ),
                        (
                            "replaces",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="draws.drawunit",
                                verbose_name="替换",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "名录中的机构",
                        "ordering": ["stratum", "unit_id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("draw", "unit_id"), name="draw_unit_once"),
                            models.UniqueConstraint(fields=("draw", "institution"), name="draw_institution_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DrawSubstitution",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                choices=[
                                    ("deregistered", "已注销"),
                                    ("suspended", "资质认定证书已暂停、撤销"),
                                    ("closed_on_site", "现场关闭，有照片"),
                                    ("disaster", "自然灾害"),
                                    ("under_investigation", "已在立案调查"),
                                ],
                                max_length=24,
                                verbose_name="原因",
                            ),
                        ),
                        ("note", models.CharField(max_length=400, verbose_name="证据说明")),
                        ("photo_sha256", models.CharField(blank=True, max_length=64, verbose_name="现场照片摘要值")),
                        ("at", models.DateTimeField(verbose_name="时间")),
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
                            "draw",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="substitutions",
                                to="draws.draw",
                            ),
                        ),
                        (
                            "original",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="substitution",
                                to="draws.drawunit",
                                verbose_name="原抽中",
                            ),
                        ),
                        (
                            "substitute",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="draws.drawunit",
                                verbose_name="递补",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "替换",
                        "ordering": ["at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="DrawAssignment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "slot",
                            models.CharField(
                                choices=[("lead", "组长"), ("member", "组员"), ("expert", "专家")],
                                max_length=10,
                                verbose_name="分工",
                            ),
                        ),
                        ("current", models.BooleanField(default=True)),
                        ("drawn", models.BooleanField(default=True, verbose_name="由抽取产生")),
                        (
                            "recusal_code",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("kin", "近亲属"),
                                    ("employed", "三年内任职"),
                                    ("holding", "持股"),
                                    ("advised", "授课或咨询"),
                                    ("last_visit", "上次检查同一人"),
                                    ("other", "其他"),
                                ],
                                max_length=20,
                                verbose_name="回避事由",
                            ),
                        ),
                        ("recusal_note", models.CharField(blank=True, max_length=400, verbose_name="说明")),
                        ("at", models.DateTimeField()),
                        (
                            "draw",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="assignments", to="draws.draw"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="人员",
                            ),
                        ),
                        (
                            "inspector",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assignments",
                                to="draws.drawinspector",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="assignments",
                                to="draws.drawunit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "派组",
                        "ordering": ["unit_id", "slot", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("current", True), models.Q(("slot", "expert"), _negated=True)),
                                fields=("unit", "slot"),
                                name="draw_slot_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("current", True)), fields=("unit", "user"), name="draw_person_once"
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
