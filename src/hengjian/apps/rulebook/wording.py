"""Chinese words for the codes of the law data."""

from __future__ import annotations

KINDS = {
    "instrument": ("instruments", "法规文件"),
    "article": ("articles", "条文"),
    "violation": ("violations", "违法行为"),
    "sector_rule": ("sector", "行业法"),
    "clock": ("clocks", "时限"),
    "threshold": ("thresholds", "数值"),
    "check_item": ("checklists", "检查事项"),
    "test_standard": ("standards", "标准"),
    "field": ("fields", "领域"),
    "detector": ("detectors", "检测器"),
}
"""Kind of an entry → (section of the rulebook, label)."""

CONDUCT = {
    "inaccurate_report": "不实报告",
    "false_report": "虚假报告",
    "two_employers": "两处从业",
    "subcontract": "违规分包",
    "report_form": "报告形式",
    "retention": "记录保存",
    "unaccredited": "未取得资质",
    "change_not_filed": "变更未办",
    "conditions": "条件不保持",
    "out_of_scope": "超范围",
    "certificate_misuse": "滥用证书标志",
    "cheating_device": "作弊装置",
    "not_displayed": "未公示",
    "danger_not_reported": "未报告危险",
    "banned_staff": "聘用禁业人员",
    "not_by_standard": "未按标准",
    "forged_seal": "伪造印章签名",
}
INSTRUMENT_KINDS = {
    "law": "法律",
    "regulation": "行政法规",
    "rule": "部门规章",
    "normative": "规范性文件",
    "local": "地方性法规",
    "interpretation": "司法解释",
}
CERTAINTY = {"found": "已对照条文", "known": "通行内容，引用前请核对原文", "unsure": "待核实"}
TEST_KINDS = {"emission": "排放检验", "safety": "安全技术检验", "performance": "综合性能检验"}
DETECTOR_KINDS = {"hard": "硬性规则", "identity": "雷同比对", "statistical": "统计比较"}
DETECTOR_CLUSTERS = {
    "identity": "数据雷同",
    "time": "时间矛盾",
    "capacity": "超出检测能力",
    "digits": "数值统计异常",
    "outcome": "结论分布异常",
    "vehicle": "车辆与影像矛盾",
    "paperwork": "资质与手续",
    "network": "关联网络",
}
"""What findings of one evidence cluster have in common; within a cluster they do not add up freely."""
DETECTOR_SUBJECTS = {
    "report": "报告",
    "instrument": "设备",
    "person": "人员",
    "vehicle": "车辆",
    "institution": "机构",
    "cluster": "一组报告",
}
LEVELS = {"S5": "确定", "S4": "很强", "S3": "强", "S2": "中", "S1": "弱"}
OPERATORS = {"<=": "≤", "<": "<", ">=": "≥", ">": ">", "=": "=", "range": "范围"}
