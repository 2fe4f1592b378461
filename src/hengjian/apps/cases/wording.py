"""The words of a case: states, actions, facts, and the closed lists of its forms."""

from __future__ import annotations

STATES: dict[str, str] = {
    "proposed": "拟立案",
    "filing": "待批准立案",
    "refused": "不予立案",
    "investigating": "调查中",
    "suspended": "中止调查",
    "concluded": "调查终结",
    "reviewing": "审核中",
    "reviewed": "已审核",
    "cleared": "待告知",
    "notified": "已告知",
    "hearing": "听证中",
    "heard": "听证结束",
    "post_review": "听证后法制审核",
    "ready": "待决定",
    "collective": "已集体讨论",
    "decided": "已决定",
    "no_penalty": "不予处罚",
    "transferred": "已移送",
    "terminated": "终止调查",
    "withdrawn": "撤销立案",
    "enforcing": "执行中",
    "annulled": "决定已撤销",
    "closed": "已结案",
    "archived": "已归档",
}
ACTIONS: dict[str, str] = {
    "submit_filing": "报请立案",
    "propose_refusal": "报请不予立案",
    "approve_filing": "批准立案",
    "send_back_filing": "退回补充",
    "refuse_filing": "决定不予立案",
    "suspend": "中止调查",
    "resume": "恢复调查",
    "terminate": "终止调查",
    "conclude": "调查终结",
    "withdraw_case": "撤销立案",
    "transfer_case": "移送其他机关",
    "extend": "批准延长办案期限",
    "extend_collective": "集体讨论再延长",
    "change_officers": "变更办案人员",
    "send_to_review": "送交审核",
    "pass_review": "审核通过",
    "return_review": "审核退回",
    "extend_review": "延长审核期限",
    "approve_notice": "批准处罚建议",
    "notify": "告知当事人",
    "reinvestigate": "退回调查",
    "open_hearing": "组织听证",
    "arrange_hearing": "确定听证时间地点",
    "report_hearing": "听证结束并报告",
    "drop_hearing": "终止听证",
    "discuss": "集体讨论",
    "decide": "作出处罚决定",
    "decide_no_penalty": "作出不予处罚决定",
    "begin_execution": "送达并转执行",
    "grant_deferral": "批准延期或者分期缴纳",
    "demand": "催告",
    "apply_court": "申请法院强制执行",
    "close": "结案",
    "annul": "撤销决定",
    "reopen": "重新调查",
    "archive": "归档",
}
FACTS: dict[str, str] = {
    "conditions": "立案条件",
    "officers": "办案人员",
    "opinion": "意见",
    "reason": "理由",
    "reason_code": "不予立案的情形",
    "ground": "情形",
    "report": "调查终结报告",
    "receiver": "接收机关",
    "days": "天数",
    "minutes": "集体讨论情况",
    "kind": "审核种类",
    "notices": "告知内容",
    "chair": "听证主持人",
    "recorder": "记录员",
    "held_on": "日期",
    "place": "地点",
    "notified_on": "通知日期",
    "record": "听证笔录",
    "attendees": "参加人员",
    "opinions": "讨论意见",
    "conclusion": "讨论结论",
    "outcomes": "对每个当事人的决定",
    "served_on": "送达日期",
    "plan": "缴款安排",
    "demanded_on": "催告日期",
    "court": "受理法院",
    "summary": "结案情况",
    "instrument": "撤销决定的文书",
    "volumes": "卷册",
}
SOURCES: dict[str, str] = {
    "supervision": "监督检查",
    "report": "投诉、举报",
    "transfer": "其他部门移送",
    "assigned": "上级交办",
    "other": "其他",
}
"""Sources by form 1 (案件来源登记表)."""
CONDITIONS: dict[str, str] = {
    "evidence": "有证据初步证明存在违反市场监督管理法律、法规、规章的行为",
    "penalty_due": "依据市场监督管理法律、法规、规章应当给予行政处罚",
    "jurisdiction": "属于本部门管辖",
    "in_time": "在给予行政处罚的法定期限内",
}
REFUSAL_GROUNDS: dict[str, str] = {
    "minor": "违法行为轻微并及时改正，没有造成危害后果",
    "first": "初次违法且危害后果轻微并及时改正",
    "no_fault": "当事人有证据足以证明没有主观过错",
    "other": "依法可以不予立案的其他情形",
}
SUSPENSION_GROUNDS: dict[str, str] = {
    "other_case": "决定须以其他案件审理结果为依据而其他案件尚未审结",
    "law_question": "涉及法律适用等问题，须送请有权机关解释或者确认",
    "force_majeure": "因不可抗力致使案件暂时无法调查",
    "whereabouts": "当事人下落不明致使案件暂时无法调查",
    "other": "其他应当中止调查的情形",
}
TERMINATION_GROUNDS: dict[str, str] = {
    "death": "涉嫌违法的公民死亡或者法人、其他组织终止，无权利义务承受人",
    "other": "其他致使案件无法继续调查的情形",
}
REVIEW_KINDS: dict[str, str] = {"case": "案件审核", "legal": "法制审核"}
LEGAL_GROUNDS: dict[str, str] = {
    "public_interest": "涉及重大公共利益",
    "hearing": "直接关系当事人或者第三人重大权益，经过听证程序",
    "complex": "案情疑难复杂、涉及多个法律关系",
    "by_law": "法律、法规规定应当进行法制审核的其他情形",
}
PARTY_KINDS: dict[str, str] = {"institution": "机构", "person": "个人"}
PARTY_ROLES: dict[str, str] = {
    "institution": "违法机构",
    "legal_rep": "法定代表人",
    "responsible": "直接负责的主管人员",
    "direct": "其他直接责任人员",
    "sole": "自然人当事人",
}
OUTCOMES: dict[str, str] = {
    "penalty": "给予行政处罚",
    "no_penalty": "违法行为轻微等，不予行政处罚",
    "not_established": "违法事实不能成立，不予行政处罚",
    "handed_over": "不属于本部门管辖，移送其他机关",
    "criminal": "涉嫌犯罪，移送司法机关",
}
"""The five outcomes of Article 60."""
MEASURES: dict[str, str] = {
    "warning": "警告",
    "criticism": "通报批评",
    "fine": "罚款",
    "confiscate": "没收违法所得",
    "order": "责令限期改正",
    "limit": "限制开展生产经营活动、限制从业",
    "close": "责令停产停业、责令关闭",
    "revoke": "撤销资质认定证书",
    "revoke_proposal": "提请发证机关撤销资质认定证书",
    "listing": "列入严重违法失信名单",
}
STATEMENT_KINDS: dict[str, str] = {
    "statement": "陈述、申辩",
    "hearing": "要求听证",
    "waiver": "书面放弃陈述、申辩和听证",
}
