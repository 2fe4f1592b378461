"""A lead's way from the registration to the answer, as a table; and a proposal that two leads belong together."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

CHECK = "市场监督管理行政处罚程序规定第十八条（线索核查）"
TERRITORY = "市场监督管理行政处罚程序规定第七条、第八条（地域和级别管辖）"
LEVELS = "市场监督管理行政处罚程序规定第十五条（上级交办和报请上级管辖）"
ONWARD = "市场监督管理行政处罚程序规定第十四条（受移送的有异议应当报请指定管辖，不得再自行移送）"
DISPUTE = "市场监督管理行政处罚程序规定第十三条（管辖争议）"
DESIGNATE = "市场监督管理行政处罚程序规定第十六条（指定管辖）"
OUT = "市场监督管理行政处罚程序规定第十七条（移送有关部门）"
FILE = "市场监督管理行政处罚程序规定第十九条（立案）"
NOT_FILE = "市场监督管理行政处罚程序规定第二十条（不予立案）"
NEW_FACTS = "市场监督管理投诉举报处理办法第三十五条（有新事实的自最后一次收到起算）"
MERGE = "《衡鉴线索规则》第1条（并案和拆分留痕，由人决定）"
ANSWER = "《衡鉴线索规则》第2条（件件有回音）"

OWN = ("registered", "verifying")
"""States in which the organ itself has to act on the lead."""
ON_THE_WAY = ("escalated", "handed_down", "passed")
"""Sent to another organ of the tree that has not acknowledged receipt."""
ENDED = ("answered", "merged")
SYSTEM_MOVES = ("file", "unfile", "answer", "restart")
"""Made by the apps above through services, never by a button of the lead's page."""

_LABELS = {
    "triage": "研判",
    "verify": "开始核查",
    "assign": "指派承办人",
    "escalate": "报上级机关",
    "hand_down": "交办下级机关",
    "pass_on": "移送其他市场监管部门",
    "receive": "签收",
    "decline": "退回",
    "recall": "撤回",
    "transfer_out": "移送其他部门",
    "record_receipt": "登记回执",
    "feed_back": "登记反馈结果",
    "come_back": "登记退回",
    "dispute": "提出管辖争议",
    "settle": "协商由本机关管辖",
    "report_dispute": "报请指定管辖",
    "designate": "指定管辖",
    "extend": "批准延长核查期限",
    "pause": "暂停计时",
    "resume": "恢复计时",
    "restart": "因新事实重新计时",
    "propose_not_filing": "提请不予立案",
    "approve_not_filing": "批准不予立案",
    "return_not_filing": "退回再核查",
    "file": "立案",
    "unfile": "撤销立案，恢复核查",
    "answer": "答复办结",
    "reopen": "因新事实恢复办理",
    "merge": "并入另一线索",
    "split": "拆回",
}


def _move(action: str, source: str, target: str, permission: str, basis: str, **more: object) -> Move:
    return Move(action, source, target, f"lead.{permission}", _LABELS[action], basis, **more)  # type: ignore[arg-type]


def _from_own(action: str, target: str, permission: str, basis: str, **more: object) -> tuple[Move, ...]:
    return tuple(_move(action, state, target or state, permission, basis, **more) for state in OWN)


LEAD = Procedure(
    name="lead",
    label="线索",
    states={
        "registered": "待研判",
        "verifying": "核查中",
        "escalated": "已上报待签收",
        "handed_down": "已交办待签收",
        "passed": "已移送待签收",
        "transferred": "已移送待反馈",
        "disputed": "管辖争议",
        "designating": "待指定管辖",
        "not_filing": "待批准不予立案",
        "filed": "已立案",
        "answered": "已答复",
        "merged": "已并案",
    },
    moves=(
        _move("triage", "registered", "registered", "triage", TERRITORY, facts=("outcome", "reason")),
        _move("verify", "registered", "verifying", "triage", CHECK, facts=("responsible",)),
        *_from_own("assign", "", "assign", CHECK, facts=("responsible",)),
        *_from_own("escalate", "escalated", "hand", LEVELS, facts=("to", "reason")),
        *_from_own("hand_down", "handed_down", "hand", LEVELS, facts=("to", "reason")),
        *_from_own("pass_on", "passed", "hand", ONWARD, facts=("to", "reason")),
        *(_move("receive", state, "registered", "receive", LEVELS) for state in ON_THE_WAY),
        _move("decline", "escalated", "registered", "receive", LEVELS, facts=("reason",)),
        *(_move("recall", state, "registered", "hand", LEVELS, facts=("reason",)) for state in ON_THE_WAY),
        *_from_own("transfer_out", "transferred", "hand", OUT, facts=("body", "reason", "due")),
        _move("record_receipt", "transferred", "transferred", "hand", OUT, facts=("receipt_no", "on")),
        _move("feed_back", "transferred", "answered", "hand", OUT, facts=("text", "on")),
        _move("come_back", "transferred", "registered", "hand", OUT, facts=("reason", "on")),
        *_from_own("dispute", "disputed", "hand", DISPUTE, facts=("to", "reason")),
        _move("settle", "disputed", "registered", "hand", DISPUTE, facts=("reason",)),
        _move("pass_on", "disputed", "passed", "hand", DISPUTE, facts=("to", "reason")),
        _move("report_dispute", "disputed", "designating", "hand", DISPUTE, facts=("reason",), clock="PEN-16"),
        _move("report_dispute", "passed", "designating", "receive", ONWARD, facts=("reason",), clock="PEN-16"),
        _move("designate", "designating", "registered", "designate", DESIGNATE, facts=("to", "reason")),
        *_from_own("extend", "", "approve", CHECK, facts=("reason",), clock="PEN-18"),
        *_from_own("pause", "", "verify", CHECK, facts=("cause", "first")),
        *_from_own("resume", "", "verify", CHECK, facts=("last",)),
        *(
            _move("restart", state, state, "take", NEW_FACTS, facts=("on", "reason"), clock="PEN-18")
            for state in (*OWN, "filed")
        ),
        _move(
            "propose_not_filing", "verifying", "not_filing", "verify", NOT_FILE, facts=("code", "findings", "reason")
        ),
        _move("approve_not_filing", "not_filing", "answered", "approve", NOT_FILE, second_person=True),
        _move("return_not_filing", "not_filing", "verifying", "approve", NOT_FILE, facts=("reason",)),
        *_from_own("file", "filed", "take", FILE, facts=("case_number",)),
        _move("unfile", "filed", "verifying", "take", FILE, facts=("reason",)),
        *(
            _move("answer", state, "answered", "take", ANSWER, facts=("kind", "text"))
            for state in (*OWN, "filed", "not_filing")
        ),
        _move("reopen", "answered", "registered", "approve", NEW_FACTS, facts=("reason",)),
        *_from_own("merge", "merged", "merge", MERGE, facts=("main", "reason")),
        _move("split", "merged", "registered", "merge", MERGE, facts=("reason",)),
    ),
    fact_labels={
        "outcome": "去向",
        "reason": "理由",
        "responsible": "承办人",
        "to": "机关",
        "body": "接收部门",
        "due": "请求反馈的日期",
        "receipt_no": "回执编号",
        "on": "日期",
        "text": "结果",
        "cause": "暂停的事由",
        "first": "暂停的首日",
        "last": "暂停的末日",
        "code": "不予立案的情形",
        "findings": "核查情况",
        "case_number": "案件编号",
        "kind": "答复方式",
        "main": "主线索",
    },
)

LIKENESS = Procedure(
    name="likeness",
    label="疑似重复",
    states={"proposed": "待确认", "accepted": "已采纳", "rejected": "不是"},
    moves=(
        Move("accept", "proposed", "accepted", "lead.merge", "采纳", MERGE, facts=("kind", "reason")),
        Move("reject", "proposed", "rejected", "lead.merge", "不是", MERGE, facts=("reason",)),
        Move("undo", "accepted", "proposed", "lead.merge", "收回", MERGE, facts=("reason",)),
    ),
    fact_labels={"kind": "处理方式", "reason": "理由"},
)
