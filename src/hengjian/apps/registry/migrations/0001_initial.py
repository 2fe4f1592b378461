import django.db.models.deletion
import hengjian.apps.record.migrating
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Institution",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uscc", models.CharField(max_length=18, unique=True, verbose_name="统一社会信用代码")),
                        ("name", models.CharField(db_index=True, max_length=200, verbose_name="机构名称")),
                        ("name_key", models.CharField(db_index=True, editable=False, max_length=200)),
                        (
                            "kind",
                            models.CharField(
                                blank=True,
                                choices=[("state", "事业单位"), ("third_party", "第三方"), ("enterprise", "企业内部")],
                                max_length=20,
                                verbose_name="机构属性",
                            ),
                        ),
                        ("fields", models.JSONField(blank=True, default=list, verbose_name="领域")),
                        (
                            "area_code",
                            models.CharField(blank=True, db_index=True, max_length=12, verbose_name="行政区划代码"),
                        ),
                        ("home_province", models.CharField(blank=True, max_length=6, verbose_name="注册地省份代码")),
                        ("address", models.CharField(blank=True, max_length=300, verbose_name="地址")),
                        ("legal_rep", models.CharField(blank=True, max_length=80, verbose_name="法定代表人")),
                        ("phone", models.CharField(blank=True, max_length=60, verbose_name="联系电话")),
                        ("registered_on", models.DateField(blank=True, null=True, verbose_name="成立日期")),
                        (
                            "status",
                            models.CharField(
                                choices=[("active", "正常"), ("suspended", "停业"), ("closed", "注销")],
                                default="active",
                                max_length=20,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "outside",
                            models.BooleanField(db_index=True, default=False, editable=False, verbose_name="外省机构"),
                        ),
                        ("field_count", models.PositiveSmallIntegerField(db_index=True, default=0, editable=False)),
                        ("risk", models.FloatField(blank=True, db_index=True, null=True, verbose_name="风险")),
                        (
                            "risk_band",
                            models.CharField(
                                blank=True,
                                choices=[("red", "高风险"), ("amber", "中风险"), ("green", "低风险")],
                                db_index=True,
                                max_length=10,
                                verbose_name="风险等级",
                            ),
                        ),
                        ("risk_run", models.CharField(blank=True, max_length=40, verbose_name="风险来自")),
                        ("risk_at", models.DateTimeField(blank=True, null=True)),
                        ("risk_detail", models.JSONField(blank=True, default=dict)),
                        ("created_at", models.DateTimeField()),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="absorbed",
                                to="registry.institution",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="institutions",
                                to="accounts.organ",
                                verbose_name="管辖机关",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Declaration",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_key", models.CharField(editable=False, max_length=40, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("staff", "人员"),
                                    ("site", "场所"),
                                    ("instrument", "设备"),
                                    ("scope", "能力"),
                                    ("legal_rep", "法定代表人"),
                                ],
                                max_length=20,
                                verbose_name="变更类别",
                            ),
                        ),
                        ("subject_id", models.CharField(blank=True, max_length=80, verbose_name="变更对象编号")),
                        ("changed_on", models.DateField(blank=True, null=True, verbose_name="变更日期")),
                        ("declared_on", models.DateField(blank=True, null=True, verbose_name="申报日期")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="declarations",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-declared_on", "-changed_on", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CertificateStatus",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_key", models.CharField(editable=False, max_length=40, unique=True)),
                        ("certificate_no", models.CharField(db_index=True, max_length=40, verbose_name="证书编号")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("valid", "有效"),
                                    ("suspended", "暂停"),
                                    ("revoked", "撤销"),
                                    ("cancelled", "注销"),
                                ],
                                max_length=20,
                                verbose_name="证书状态",
                            ),
                        ),
                        ("from_on", models.DateField(verbose_name="起")),
                        ("to_on", models.DateField(blank=True, null=True, verbose_name="止")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="certificate_statuses",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["certificate_no", "from_on"],
                    },
                ),
                migrations.CreateModel(
                    name="Certificate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_key", models.CharField(editable=False, max_length=40, unique=True)),
                        ("certificate_no", models.CharField(db_index=True, max_length=40, verbose_name="证书编号")),
                        ("issuer", models.CharField(blank=True, max_length=120, verbose_name="发证机关")),
                        ("by_commitment", models.BooleanField(blank=True, null=True, verbose_name="告知承诺")),
                        ("valid_from", models.DateField(verbose_name="有效期起")),
                        ("valid_to", models.DateField(db_index=True, verbose_name="有效期止")),
                        (
                            "status",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("valid", "有效"),
                                    ("suspended", "暂停"),
                                    ("revoked", "撤销"),
                                    ("cancelled", "注销"),
                                ],
                                max_length=20,
                                verbose_name="证书状态",
                            ),
                        ),
                        ("status_from", models.DateField(blank=True, null=True, verbose_name="状态日期")),
                        ("renewal_applied_on", models.DateField(blank=True, null=True, verbose_name="延续申请日期")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="certificates",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-valid_to", "certificate_no"],
                    },
                ),
                migrations.CreateModel(
                    name="Calibration",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_key", models.CharField(editable=False, max_length=40, unique=True)),
                        ("instrument_id", models.CharField(db_index=True, max_length=64, verbose_name="设备编号")),
                        ("calibrated_on", models.DateField(verbose_name="检定校准日期")),
                        ("valid_to", models.DateField(verbose_name="有效期止")),
                        ("certificate_no", models.CharField(blank=True, max_length=80, verbose_name="证书号")),
                        ("provider", models.CharField(blank=True, max_length=120, verbose_name="检定校准机构")),
                        ("serial_no", models.CharField(blank=True, max_length=120, verbose_name="证书所载出厂编号")),
                        ("parameter", models.CharField(blank=True, max_length=120, verbose_name="校准参数")),
                        ("range_low", models.FloatField(blank=True, null=True, verbose_name="校准范围下限")),
                        ("range_high", models.FloatField(blank=True, null=True, verbose_name="校准范围上限")),
                        ("unit", models.CharField(blank=True, max_length=40, verbose_name="单位")),
                        (
                            "result",
                            models.CharField(
                                blank=True,
                                choices=[("pass", "合格"), ("fail", "不合格"), ("limited", "限用")],
                                max_length=20,
                                verbose_name="结论",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="calibrations",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["instrument_id", "calibrated_on"],
                    },
                ),
                migrations.CreateModel(
                    name="Absence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_key", models.CharField(editable=False, max_length=40, unique=True)),
                        ("person_id", models.CharField(db_index=True, max_length=64, verbose_name="人员编号")),
                        (
                            "kind",
                            models.CharField(
                                blank=True,
                                choices=[("leave", "请假"), ("travel", "出差"), ("training", "培训")],
                                max_length=20,
                                verbose_name="缺勤类别",
                            ),
                        ),
                        ("from_at", models.DateTimeField(verbose_name="缺勤起")),
                        ("to_at", models.DateTimeField(verbose_name="缺勤止")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="absences",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["person_id", "from_at"],
                    },
                ),
                migrations.CreateModel(
                    name="Instrument",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_key", models.CharField(editable=False, max_length=40, unique=True)),
                        ("instrument_id", models.CharField(db_index=True, max_length=64, verbose_name="设备编号")),
                        ("site_id", models.CharField(blank=True, max_length=40, verbose_name="场所编号")),
                        ("name", models.CharField(blank=True, max_length=120, verbose_name="设备名称")),
                        ("model", models.CharField(blank=True, max_length=120, verbose_name="型号")),
                        ("serial_no", models.CharField(blank=True, max_length=120, verbose_name="出厂编号")),
                        ("in_service_from", models.DateField(blank=True, null=True, verbose_name="启用日期")),
                        ("in_service_to", models.DateField(blank=True, null=True, verbose_name="停用日期")),
                        ("kind", models.CharField(blank=True, max_length=80, verbose_name="设备类别")),
                        (
                            "parallel",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="可同时检测样品数"),
                        ),
                        ("channels", models.PositiveIntegerField(blank=True, null=True, verbose_name="独立通道数")),
                        ("min_cycle_s", models.FloatField(blank=True, null=True, verbose_name="最短循环时间（秒）")),
                        ("resolution", models.FloatField(blank=True, null=True, verbose_name="分辨力")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="instruments",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["instrument_id"],
                    },
                ),
                migrations.CreateModel(
                    name="MatchProposal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("score", models.PositiveSmallIntegerField(verbose_name="相似度")),
                        ("reasons", models.JSONField(default=list, verbose_name="理由")),
                        ("state", models.CharField(db_index=True, default="open", max_length=20, verbose_name="状态")),
                        ("moved", models.JSONField(blank=True, default=dict)),
                        ("found_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        ("decided_by", models.CharField(blank=True, max_length=80, verbose_name="决定人")),
                        ("decision_reason", models.TextField(blank=True, verbose_name="决定理由")),
                        (
                            "first",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="proposals_as_first",
                                to="registry.institution",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="match_proposals",
                                to="accounts.organ",
                            ),
                        ),
                        (
                            "second",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="proposals_as_second",
                                to="registry.institution",
                            ),
                        ),
                        (
                            "survivor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="registry.institution",
                                verbose_name="保留的机构",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-score", "pk"],
                        "constraints": [models.UniqueConstraint(fields=("first", "second"), name="match_once")],
                    },
                ),
                migrations.CreateModel(
                    name="InstitutionAlias",
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
                                choices=[("name", "曾用名或别名"), ("code", "错误或旧代码")],
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        ("value", models.CharField(db_index=True, max_length=200, verbose_name="名称或代码")),
                        ("name_key", models.CharField(blank=True, db_index=True, editable=False, max_length=200)),
                        ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="aliases",
                                to="registry.institution",
                            ),
                        ),
                        (
                            "proposal",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="aliases",
                                to="registry.matchproposal",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["kind", "value", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Person",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_key", models.CharField(editable=False, max_length=40, unique=True)),
                        ("person_id", models.CharField(db_index=True, max_length=64, verbose_name="人员编号")),
                        ("name", models.CharField(blank=True, max_length=80, verbose_name="姓名")),
                        ("role", models.CharField(blank=True, max_length=80, verbose_name="岗位")),
                        ("qualification", models.CharField(blank=True, max_length=120, verbose_name="资格证类别")),
                        ("qualification_no", models.CharField(blank=True, max_length=80, verbose_name="证号")),
                        ("qualified_from", models.DateField(blank=True, null=True, verbose_name="资格有效期起")),
                        ("qualified_to", models.DateField(blank=True, null=True, verbose_name="资格有效期止")),
                        ("employed_from", models.DateField(blank=True, null=True, verbose_name="在职起")),
                        ("employed_to", models.DateField(blank=True, null=True, verbose_name="在职止")),
                        ("person_key", models.CharField(blank=True, max_length=64, verbose_name="人员标识摘要")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="people",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["person_id"],
                    },
                ),
                migrations.CreateModel(
                    name="RiskReading",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("run", models.CharField(max_length=40)),
                        ("at", models.DateTimeField(db_index=True)),
                        ("risk", models.FloatField()),
                        (
                            "band",
                            models.CharField(
                                choices=[("red", "高风险"), ("amber", "中风险"), ("green", "低风险")], max_length=10
                            ),
                        ),
                        ("detail", models.JSONField(default=dict)),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="risk_readings",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("institution", "run"), name="risk_reading_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScopeItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_key", models.CharField(editable=False, max_length=40, unique=True)),
                        ("certificate_no", models.CharField(db_index=True, max_length=40, verbose_name="证书编号")),
                        ("site_id", models.CharField(blank=True, max_length=40, verbose_name="场所编号")),
                        ("field", models.CharField(blank=True, max_length=40, verbose_name="领域")),
                        ("object", models.CharField(blank=True, max_length=200, verbose_name="检测对象")),
                        ("item_code", models.CharField(max_length=80, verbose_name="项目编号")),
                        ("item_name", models.CharField(blank=True, max_length=200, verbose_name="项目名称")),
                        ("standard_no", models.CharField(max_length=80, verbose_name="依据标准")),
                        ("method_no", models.CharField(blank=True, max_length=80, verbose_name="方法标准")),
                        ("range_low", models.FloatField(blank=True, null=True, verbose_name="能力范围下限")),
                        ("range_high", models.FloatField(blank=True, null=True, verbose_name="能力范围上限")),
                        ("unit", models.CharField(blank=True, max_length=40, verbose_name="单位")),
                        ("restriction", models.CharField(blank=True, max_length=300, verbose_name="限制说明")),
                        ("approved_on", models.DateField(blank=True, null=True, verbose_name="批准日期")),
                        ("removed_on", models.DateField(blank=True, null=True, verbose_name="取消日期")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="scope_items",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["certificate_no", "site_id", "field", "object", "item_code", "standard_no", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Signatory",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_key", models.CharField(editable=False, max_length=40, unique=True)),
                        ("person_id", models.CharField(db_index=True, max_length=64, verbose_name="人员编号")),
                        ("certificate_no", models.CharField(db_index=True, max_length=40, verbose_name="证书编号")),
                        ("field", models.CharField(max_length=80, verbose_name="授权领域")),
                        ("valid_from", models.DateField(blank=True, null=True, verbose_name="授权起")),
                        ("valid_to", models.DateField(blank=True, null=True, verbose_name="授权止")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signatories",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["person_id", "field", "certificate_no", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Site",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("row_key", models.CharField(editable=False, max_length=40, unique=True)),
                        ("site_id", models.CharField(db_index=True, max_length=40, verbose_name="场所编号")),
                        ("address", models.CharField(blank=True, max_length=300, verbose_name="场所地址")),
                        (
                            "area_code",
                            models.CharField(blank=True, db_index=True, max_length=12, verbose_name="行政区划代码"),
                        ),
                        ("lon", models.FloatField(blank=True, null=True, verbose_name="经度")),
                        ("lat", models.FloatField(blank=True, null=True, verbose_name="纬度")),
                        ("open_hours", models.FloatField(blank=True, null=True, verbose_name="每日开放时长（小时）")),
                        ("lanes", models.PositiveIntegerField(blank=True, null=True, verbose_name="检测线数")),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sites",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["site_id"],
                    },
                ),
                migrations.CreateModel(
                    name="FormerValue",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("thing_kind", models.CharField(max_length=40)),
                        ("thing_id", models.BigIntegerField()),
                        ("field", models.CharField(max_length=40)),
                        ("value", models.JSONField(null=True)),
                        ("valid_to", models.DateField()),
                        ("recorded_at", models.DateTimeField()),
                        ("source", models.CharField(blank=True, max_length=120)),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="former_values",
                                to="registry.institution",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["thing_kind", "thing_id", "field", "valid_to", "pk"],
                        "indexes": [models.Index(fields=["thing_kind", "thing_id"], name="former_value_thing")],
                    },
                ),
                migrations.CreateModel(
                    name="Jurisdiction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="jurisdictions",
                                to="registry.institution",
                            ),
                        ),
                        (
                            "organ",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="jurisdictions",
                                to="accounts.organ",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("institution", "organ"), name="jurisdiction_once")
                        ],
                    },
                ),
            ],
        ),
    ]
