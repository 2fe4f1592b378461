import django.db.models.deletion
import hengjian.apps.record.migrating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_alter_avoidance_options_alter_organ_options_and_more"),
        ("accounts", "__first__"),
        ("cases", "0001_initial"),
    ]

    operations = [
        hengjian.apps.record.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name="AssistanceLetter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=24, unique=True, verbose_name="编号")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("investigate", "协助调查"),
                                    ("identify", "协助辨认、鉴别"),
                                    ("seize", "协助扣押"),
                                ],
                                max_length=12,
                                verbose_name="种类",
                            ),
                        ),
                        ("to_name", models.CharField(max_length=120, verbose_name="受函机关名称")),
                        ("subject", models.CharField(max_length=200, verbose_name="事由")),
                        ("questions", models.TextField(verbose_name="请求协助的事项")),
                        ("sent_on", models.DateField(verbose_name="发函日期")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("sent", "已发出"),
                                    ("received", "已收到，办理中"),
                                    ("told", "已告知不能按期"),
                                    ("answered", "已回复"),
                                    ("declined", "不能协助"),
                                    ("withdrawn", "已撤回"),
                                ],
                                db_index=True,
                                default="sent",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("received_on", models.DateField(blank=True, null=True, verbose_name="对方收到日期")),
                        ("told_on", models.DateField(blank=True, null=True, verbose_name="告知不能按期日期")),
                        ("expected_on", models.DateField(blank=True, null=True, verbose_name="预计完成日期")),
                        ("answered_on", models.DateField(blank=True, null=True, verbose_name="回复日期")),
                        ("answer", models.TextField(blank=True, verbose_name="协助结果")),
                        ("answered_by", models.CharField(blank=True, max_length=80, verbose_name="回复人")),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                        ("at", models.DateTimeField(verbose_name="登记时间")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="发函人",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="cases.case"
                            ),
                        ),
                        (
                            "to_organ",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.organ",
                                verbose_name="受函机关",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "协助函",
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Hold",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField(verbose_name="序号")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("preserve", "先行登记保存"), ("seal", "查封"), ("seize", "扣押")],
                                max_length=10,
                                verbose_name="措施",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "待批准"),
                                    ("approved", "已批准待实施"),
                                    ("urgent", "紧急实施待补办"),
                                    ("held", "实施中"),
                                    ("acted", "已处理"),
                                    ("released", "已解除"),
                                    ("lapsed", "期满自动解除"),
                                    ("refused", "未实施"),
                                    ("extended", "已延长"),
                                    ("handed_over", "已随案移送"),
                                    ("confiscated", "已没收处置"),
                                ],
                                db_index=True,
                                default="proposed",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("holder", models.CharField(max_length=120, verbose_name="被采取措施的人")),
                        ("grounds", models.TextField(verbose_name="理由")),
                        ("legal_basis", models.CharField(blank=True, max_length=24, verbose_name="法律依据编号")),
                        ("basis_text", models.CharField(blank=True, max_length=300, verbose_name="法律依据")),
                        (
                            "within_scope",
                            models.BooleanField(
                                default=False, verbose_name="不涉及无关财物、生活必需品、他机关已查封的财物"
                            ),
                        ),
                        ("card_one", models.CharField(max_length=40, verbose_name="执法证号一")),
                        ("card_two", models.CharField(max_length=40, verbose_name="执法证号二")),
                        ("proposed_at", models.DateTimeField(verbose_name="报请时间")),
                        ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                        ("opinion", models.CharField(blank=True, max_length=500, verbose_name="审批意见")),
                        ("urgency", models.CharField(blank=True, max_length=300, verbose_name="紧急情形")),
                        ("taken_at", models.DateTimeField(blank=True, null=True, verbose_name="实施时间")),
                        ("place", models.CharField(blank=True, max_length=200, verbose_name="地点")),
                        (
                            "storage",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("on_spot", "就地保存"),
                                    ("own", "本机关保管"),
                                    ("commission", "委托第三人保管"),
                                ],
                                max_length=12,
                                verbose_name="保管方式",
                            ),
                        ),
                        ("keeper", models.CharField(blank=True, max_length=120, verbose_name="受托保管人")),
                        ("keeper_address", models.CharField(blank=True, max_length=200, verbose_name="保管地点")),
                        (
                            "extended_days",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="延长日数"),
                        ),
                        ("extended_on", models.DateField(blank=True, null=True, verbose_name="批准延长日期")),
                        ("noticed_on", models.DateField(blank=True, null=True, verbose_name="书面告知延长日期")),
                        ("ended_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                        (
                            "follow_up",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("copied", "记录、复制、拍照、录像后返还"),
                                    ("tested", "送交检测、检验、检疫、鉴定"),
                                    ("seized", "依法采取查封、扣押"),
                                    ("confiscated", "违法事实成立，决定没收"),
                                    ("released", "不应查封、扣押、没收，解除返还"),
                                ],
                                max_length=12,
                                verbose_name="处理方式",
                            ),
                        ),
                        (
                            "ground",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("no_breach", "当事人没有违法行为"),
                                    ("unrelated", "与违法行为无关"),
                                    ("decided", "对违法行为已经作出处理决定，不再需要"),
                                    ("expired", "查封、扣押期限已经届满"),
                                    ("no_need", "其他不再需要采取措施的情形"),
                                ],
                                max_length=12,
                                verbose_name="解除情形",
                            ),
                        ),
                        ("receiver", models.CharField(blank=True, max_length=120, verbose_name="接收人")),
                        ("returned_on", models.DateField(blank=True, null=True, verbose_name="返还日期")),
                        ("reason", models.TextField(blank=True, verbose_name="最近的理由")),
                        ("lapsed_on", models.DateField(blank=True, null=True, verbose_name="自动解除日")),
                        ("lapse_steps", models.TextField(blank=True, verbose_name="推算")),
                        ("alarmed", models.JSONField(blank=True, default=list, verbose_name="已提醒")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="批准人",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="cases.case"
                            ),
                        ),
                        (
                            "follows",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="followed_by",
                                to="cases.hold",
                                verbose_name="承接的登记保存",
                            ),
                        ),
                        (
                            "officer_one",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="执法人员一",
                            ),
                        ),
                        (
                            "officer_two",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="执法人员二",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="cases.party",
                                verbose_name="当事人",
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
                        "verbose_name": "强制措施和登记保存",
                        "ordering": ["ordinal"],
                        "constraints": [models.UniqueConstraint(fields=("case", "ordinal"), name="hold_number_once")],
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
                        ("ordinal", models.PositiveIntegerField(verbose_name="序号")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("documentary", "书证"),
                                    ("physical", "物证"),
                                    ("audiovisual", "视听资料"),
                                    ("electronic", "电子数据"),
                                    ("testimony", "证人证言"),
                                    ("statement", "当事人的陈述"),
                                    ("expert", "鉴定意见"),
                                    ("record", "勘验笔录、现场笔录"),
                                ],
                                max_length=12,
                                verbose_name="种类",
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="名称")),
                        ("proves", models.TextField(verbose_name="证明事项")),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("on_site", "现场提取"),
                                    ("provided", "当事人提供"),
                                    ("third", "第三人提供"),
                                    ("inquiry", "询问取得"),
                                    ("network", "网络提取"),
                                    ("hold", "登记保存、查封扣押取得"),
                                    ("commission", "委托检测鉴定取得"),
                                    ("adopted", "立案前检查、核查材料"),
                                    ("transferred", "其他机关移送"),
                                ],
                                max_length=12,
                                verbose_name="取得方式",
                            ),
                        ),
                        ("way_note", models.CharField(blank=True, max_length=300, verbose_name="取得情况")),
                        ("obtained_on", models.DateField(verbose_name="取得日期")),
                        ("place", models.CharField(max_length=200, verbose_name="取得地点")),
                        ("provider", models.CharField(blank=True, max_length=120, verbose_name="提供人")),
                        ("pages", models.PositiveIntegerField(blank=True, null=True, verbose_name="页数、件数")),
                        ("card_one", models.CharField(blank=True, max_length=40, verbose_name="执法证号一")),
                        ("card_two", models.CharField(blank=True, max_length=40, verbose_name="执法证号二")),
                        (
                            "carrier",
                            models.CharField(
                                choices=[("original", "原件、原物、原始载体"), ("copy", "复制件")],
                                max_length=10,
                                verbose_name="载体",
                            ),
                        ),
                        ("copy_maker", models.CharField(blank=True, max_length=120, verbose_name="复制人")),
                        ("copy_method", models.CharField(blank=True, max_length=200, verbose_name="复制方法")),
                        ("copied_on", models.DateField(blank=True, null=True, verbose_name="复制日期")),
                        ("original_at", models.CharField(blank=True, max_length=200, verbose_name="原件存放处")),
                        ("compared", models.BooleanField(default=False, verbose_name="与原件核对无异")),
                        ("e_method", models.CharField(blank=True, max_length=300, verbose_name="提取方法")),
                        ("e_tool", models.CharField(blank=True, max_length=120, verbose_name="提取工具")),
                        ("e_made_at", models.DateTimeField(blank=True, null=True, verbose_name="提取时间")),
                        ("e_maker", models.CharField(blank=True, max_length=120, verbose_name="制作人")),
                        ("made_digest", models.CharField(blank=True, max_length=64, verbose_name="完整性校验值")),
                        ("witness", models.CharField(blank=True, max_length=120, verbose_name="见证人")),
                        ("expert", models.CharField(blank=True, max_length=120, verbose_name="协助的专业人员")),
                        ("source_label", models.CharField(blank=True, max_length=200, verbose_name="来源")),
                        (
                            "state",
                            models.CharField(
                                choices=[("held", "在案"), ("excluded", "已排除")],
                                db_index=True,
                                default="held",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "exclusion",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("unlawful", "以非法手段取得"),
                                    ("unverified", "不能核对真实性"),
                                    ("unrelated", "与案件无关"),
                                    ("procedure", "取证程序不合法"),
                                    ("other", "其他"),
                                ],
                                max_length=12,
                                verbose_name="排除情形",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="排除或者恢复的理由")),
                        ("registered_at", models.DateTimeField(verbose_name="登记时间")),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="cases.case"
                            ),
                        ),
                        (
                            "contraventions",
                            models.ManyToManyField(
                                blank=True,
                                related_name="evidence",
                                to="cases.contravention",
                                verbose_name="证明的违法事实",
                            ),
                        ),
                        (
                            "judged_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="排除人",
                            ),
                        ),
                        (
                            "officer_one",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="取证人一",
                            ),
                        ),
                        (
                            "officer_two",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="取证人二",
                            ),
                        ),
                        (
                            "registered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "hold",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence",
                                to="cases.hold",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "证据",
                        "ordering": ["ordinal"],
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "ordinal"), name="evidence_number_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Appraisal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField(verbose_name="序号")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("test", "检测"),
                                    ("inspect", "检验"),
                                    ("quarantine", "检疫"),
                                    ("appraise", "鉴定"),
                                ],
                                max_length=10,
                                verbose_name="种类",
                            ),
                        ),
                        ("body", models.CharField(max_length=120, verbose_name="受托机构")),
                        ("qualification", models.CharField(max_length=200, verbose_name="资质、资格")),
                        ("subject", models.CharField(max_length=300, verbose_name="送检、送鉴物品")),
                        ("questions", models.TextField(verbose_name="委托事项")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("prepared", "待送检"),
                                    ("out", "检测鉴定中"),
                                    ("back", "结果已收到"),
                                    ("told", "结果已告知"),
                                    ("cancelled", "已取消"),
                                    ("recalled", "已撤回"),
                                ],
                                db_index=True,
                                default="prepared",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("sent_on", models.DateField(blank=True, null=True, verbose_name="送出日期")),
                        ("expected_on", models.DateField(blank=True, null=True, verbose_name="预计完成")),
                        ("told_on", models.DateField(blank=True, null=True, verbose_name="告知期间日期")),
                        ("returned_on", models.DateField(blank=True, null=True, verbose_name="收到结果日期")),
                        ("report_no", models.CharField(blank=True, max_length=80, verbose_name="报告编号")),
                        ("result", models.TextField(blank=True, verbose_name="结论")),
                        ("result_told_on", models.DateField(blank=True, null=True, verbose_name="告知结果日期")),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                        ("paused", models.JSONField(blank=True, default=list, verbose_name="停下的时限")),
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
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="appraisals", to="cases.case"
                            ),
                        ),
                        (
                            "officer_one",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="执法人员一",
                            ),
                        ),
                        (
                            "officer_two",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="执法人员二",
                            ),
                        ),
                        (
                            "evidence",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appraisal",
                                to="cases.evidence",
                                verbose_name="形成的证据",
                            ),
                        ),
                        (
                            "hold",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appraisals",
                                to="cases.hold",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "检测鉴定委托",
                        "ordering": ["ordinal"],
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "ordinal"), name="appraisal_number_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HoldItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField(verbose_name="序号")),
                        ("name", models.CharField(max_length=120, verbose_name="名称")),
                        (
                            "what",
                            models.CharField(
                                choices=[
                                    ("goods", "产品、样品"),
                                    ("equipment", "设备、工具"),
                                    ("papers", "票据、账簿、记录、资料"),
                                    ("premises", "场所、设施"),
                                ],
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        ("spec", models.CharField(blank=True, max_length=120, verbose_name="规格、型号、编号")),
                        ("quantity", models.DecimalField(decimal_places=3, max_digits=12, verbose_name="数量")),
                        ("unit", models.CharField(max_length=12, verbose_name="单位")),
                        ("seal_no", models.CharField(blank=True, max_length=60, verbose_name="封条编号")),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                        ("returned_on", models.DateField(blank=True, null=True, verbose_name="返还日期")),
                        (
                            "hold",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="items", to="cases.hold"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "清单",
                        "ordering": ["ordinal"],
                        "constraints": [models.UniqueConstraint(fields=("hold", "ordinal"), name="hold_item_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Inquiry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField(verbose_name="序号")),
                        (
                            "who",
                            models.CharField(
                                choices=[
                                    ("party", "当事人"),
                                    ("legal_rep", "法定代表人、负责人"),
                                    ("staff", "当事人的工作人员"),
                                    ("witness", "证人"),
                                ],
                                max_length=10,
                                verbose_name="身份",
                            ),
                        ),
                        ("person_name", models.CharField(max_length=80, verbose_name="被询问人")),
                        ("person_post", models.CharField(blank=True, max_length=120, verbose_name="单位、职务")),
                        ("planned_at", models.DateTimeField(verbose_name="通知时间")),
                        ("place", models.CharField(max_length=200, verbose_name="地点")),
                        ("notified_on", models.DateField(blank=True, null=True, verbose_name="通知日期")),
                        ("card_one", models.CharField(max_length=40, verbose_name="执法证号一")),
                        ("card_two", models.CharField(max_length=40, verbose_name="执法证号二")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("called", "待询问"),
                                    ("asked", "笔录待核对"),
                                    ("signed", "已签字"),
                                    ("refused", "未签字，已注明"),
                                    ("missed", "未到"),
                                    ("cancelled", "已取消"),
                                ],
                                db_index=True,
                                default="called",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("asked_from", models.DateTimeField(blank=True, null=True, verbose_name="开始")),
                        ("asked_to", models.DateTimeField(blank=True, null=True, verbose_name="结束")),
                        ("rights_told", models.BooleanField(default=False, verbose_name="已告知权利义务和回避权")),
                        ("cards_shown", models.BooleanField(default=False, verbose_name="已出示执法证件")),
                        ("recusal", models.CharField(blank=True, max_length=120, verbose_name="是否申请回避")),
                        ("text", models.TextField(blank=True, verbose_name="笔录正文")),
                        ("read_over", models.BooleanField(default=False, verbose_name="已交本人核对或者宣读")),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                        ("witness", models.CharField(blank=True, max_length=120, verbose_name="见证人")),
                        ("digest", models.CharField(blank=True, max_length=64, verbose_name="笔录摘要值")),
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
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="inquiries", to="cases.case"
                            ),
                        ),
                        (
                            "evidence",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="inquiry",
                                to="cases.evidence",
                            ),
                        ),
                        (
                            "officer_one",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="询问人一",
                            ),
                        ),
                        (
                            "officer_two",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="询问人二",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="cases.party",
                                verbose_name="当事人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "询问",
                        "ordering": ["ordinal"],
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "ordinal"), name="inquiry_number_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LetterFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=160, verbose_name="文件名")),
                        ("media_type", models.CharField(max_length=80, verbose_name="类型")),
                        ("size", models.PositiveBigIntegerField(verbose_name="字节数")),
                        ("sha256", models.CharField(max_length=64, verbose_name="摘要值")),
                        ("at", models.DateTimeField(verbose_name="上传时间")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="上传人",
                            ),
                        ),
                        (
                            "letter",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="files",
                                to="cases.assistanceletter",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "协助函附件",
                        "ordering": ["pk"],
                        "constraints": [models.UniqueConstraint(fields=("letter", "sha256"), name="letter_file_once")],
                    },
                ),
                migrations.CreateModel(
                    name="MaterialsRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField(verbose_name="序号")),
                        ("addressee", models.CharField(max_length=120, verbose_name="提供人")),
                        ("wanted", models.TextField(verbose_name="要提供的材料")),
                        ("served_on", models.DateField(verbose_name="送达日期")),
                        ("due", models.DateField(verbose_name="提供期限")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("sent", "待提供"),
                                    ("answered", "已提供"),
                                    ("unanswered", "逾期未提供"),
                                    ("withdrawn", "已撤回"),
                                ],
                                db_index=True,
                                default="sent",
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("answer", models.TextField(blank=True, verbose_name="收到的材料")),
                        ("answered_on", models.DateField(blank=True, null=True, verbose_name="收到日期")),
                        ("answered_late", models.BooleanField(default=False, verbose_name="逾期提供")),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="说明")),
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
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="cases.case"
                            ),
                        ),
                        (
                            "officer_one",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="执法人员一",
                            ),
                        ),
                        (
                            "officer_two",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="执法人员二",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="cases.party",
                                verbose_name="当事人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "限期提供材料",
                        "ordering": ["ordinal"],
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "ordinal"), name="materials_request_number_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CustodyStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField(verbose_name="序号")),
                        ("at", models.DateTimeField(verbose_name="交接时间")),
                        ("giver", models.CharField(max_length=120, verbose_name="移交人")),
                        ("taker", models.CharField(max_length=120, verbose_name="接收人")),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("take", "取证后交保管"),
                                    ("store", "移交保管"),
                                    ("examine", "送检、送鉴"),
                                    ("open", "启封核对"),
                                    ("return", "退还"),
                                    ("hand_over", "随案移送"),
                                ],
                                max_length=12,
                                verbose_name="事由",
                            ),
                        ),
                        ("place", models.CharField(max_length=200, verbose_name="存放地点")),
                        (
                            "seal_state",
                            models.CharField(
                                choices=[
                                    ("none", "没有封条"),
                                    ("sealed", "新加封"),
                                    ("intact", "封条完好"),
                                    ("opened", "当场启封"),
                                    ("broken", "封条破损"),
                                ],
                                max_length=10,
                                verbose_name="封条",
                            ),
                        ),
                        ("seal_no", models.CharField(blank=True, max_length=60, verbose_name="封条编号")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                        ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
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
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="custody", to="cases.case"
                            ),
                        ),
                        (
                            "evidence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="custody", to="cases.evidence"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "证据交接",
                        "ordering": ["ordinal"],
                        "constraints": [
                            models.UniqueConstraint(fields=("evidence", "ordinal"), name="custody_step_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EvidenceFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=160, verbose_name="文件名")),
                        ("media_type", models.CharField(max_length=80, verbose_name="类型")),
                        ("size", models.PositiveBigIntegerField(verbose_name="字节数")),
                        ("sha256", models.CharField(max_length=64, verbose_name="摘要值")),
                        (
                            "origin",
                            models.CharField(
                                choices=[
                                    ("upload", "上传"),
                                    ("attachment", "检查附件"),
                                    ("alert", "预警证据包"),
                                    ("report", "数据湖中的报告"),
                                    ("letter", "协助函回复的附件"),
                                ],
                                default="upload",
                                max_length=12,
                                verbose_name="来源",
                            ),
                        ),
                        ("origin_id", models.CharField(blank=True, max_length=120, verbose_name="来源编号")),
                        ("origin_label", models.CharField(blank=True, max_length=200, verbose_name="来源说明")),
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
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence_files",
                                to="cases.case",
                            ),
                        ),
                        (
                            "evidence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="files", to="cases.evidence"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "证据文件",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "sha256"), name="evidence_file_once_a_case")
                        ],
                    },
                ),
            ],
        ),
    ]
