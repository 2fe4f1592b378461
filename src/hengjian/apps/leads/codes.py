"""Closed lists of leads: channels, subjects, ways to hand on, reasons, answers."""

from __future__ import annotations

CHANNELS: dict[str, str] = {
    "portal": "门户网站",
    "hotline_12315": "12315 平台",
    "hotline_12345": "12345 热线",
    "letter": "来信",
    "phone": "来电",
    "visit": "来访",
    "alert": "筛查预警",
    "inspection": "监督检查",
    "rectification": "逾期未整改",
    "transfer": "其他部门移送",
    "superior": "上级交办",
    "media": "媒体报道",
    "insider": "内部人员反映",
    "association": "行业协会",
    "tip": "举报",
    "complaint": "投诉",
    "other": "其他",
}
HOTLINES = ("hotline_12315", "hotline_12345")
"""Channels whose leads come as files."""
FROM_PUBLIC = ("portal", *HOTLINES, "letter", "phone", "visit", "tip", "complaint")
"""Channels by which citizens write or call: SHR-37 counts from these."""
BY_HAND = ("hotline_12315", "hotline_12345", "letter", "phone", "visit", "transfer", "superior", "media", "insider",
           "association", "other")  # fmt: skip
"""What a person may choose on the form; the others come from their own procedures."""

SUBJECTS: dict[str, str] = {
    "false_report": "虚假报告",
    "inaccurate_report": "不实报告",
    "unaccredited": "未取得资质认定",
    "out_of_scope": "超出能力范围",
    "conditions": "条件不再符合要求",
    "certificate_misuse": "转让、出租、出借、伪造证书和标志",
    "management": "管理和报告信息不规范",
    "cheating_device": "制造、销售作弊装置",
    "other": "其他",
}

HANDS: dict[str, str] = {
    "escalate": "上报",
    "hand_down": "交办",
    "pass_on": "移送其他市场监管部门",
    "transfer_out": "移送其他部门",
    "dispute": "管辖争议",
    "designate": "指定管辖",
}
INSIDE = ("escalate", "hand_down", "pass_on")
"""Ways to another organ of the tree, which has to acknowledge receipt."""

NOT_FILING: dict[str, str] = {
    "no_violation": "经核查没有证据证明存在违法行为，不符合立案条件",
    "minor": "违法行为轻微并及时改正，没有造成危害后果",
    "first_slight": "初次违法且危害后果轻微并及时改正",
    "no_fault": "有证据足以证明没有主观过错",
    "other": "依法可以不予立案的其他情形",
}
"""PEN-20; the first one because PEN-19 wants initial evidence, and PEN-18 lets the head decide on that as well."""

ANSWERS: dict[str, str] = {
    "case": "立案查处办结",
    "not_filed": "不予立案",
    "no_violation": "经核查没有发现违法行为",
    "measure": "以行政措施办结",
    "inspection_clear": "检查未见问题",
    "transferred": "移送后已反馈",
    "merged": "并案，随主线索答复",
    "complaint_ended": "投诉办结",
    "tip_ended": "举报办结",
    "criminal": "移送司法机关",
    "other": "其他",
}

TRAITS: dict[str, str] = {
    "emission": "机动车排放检验",
    "safety": "机动车安全技术检验",
    "agricultural_sample": "食用农产品质量安全监测样品",
}
"""Facts on which a special law depends."""

COMPLEXITY: dict[str, str] = {"ordinary": "一般", "complex": "复杂", "cross_region": "跨区域"}
"""How hard a lead is, which decides the level that handles it."""

OUTCOMES: dict[str, str] = {
    "own": "由本机关核查",
    "superior": "报上级机关",
    "below": "交办下级机关",
    "other_organ": "移送有管辖权的市场监管部门",
    "other_department": "移送其他部门",
}
"""Where triage says that a lead goes."""
