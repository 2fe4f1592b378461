"""Supervision of a major case by a superior, from the report to the lifting, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

REPORT = "《检验检测机构监督管理办法》第二十二条（逐级报告）；《衡鉴大案要案规则》第1条（重大案件及时上报）"
LIST = "《衡鉴大案要案规则》第2条（挂牌督办由上级机关负责人决定，写明要求和期限）"
WORK = "《衡鉴大案要案规则》第3条（承办机关按期报告进展）"
LIFT = "《衡鉴大案要案规则》第4条（办结并核实的解除督办）"

GROUNDS: dict[str, str] = {
    "harm": "危害人身健康、生命安全，或者引发重大舆情",
    "scale": "涉案报告多、金额大或者跨区域",
    "series": "串案、窝案或者有组织造假",
    "crime": "涉嫌犯罪",
    "official": "涉及公职人员",
    "other": "其他重大、疑难案件",
}

OVERSIGHT = Procedure(
    name="oversight",
    label="挂牌督办",
    states={
        "reported": "已上报待答复",
        "listed": "挂牌督办中",
        "answered": "已报办结待核实",
        "lifted": "已解除",
        "declined": "不予挂牌",
        "withdrawn": "已撤回",
    },
    moves=(
        Move(
            "list",
            "reported",
            "listed",
            "oversight.supervise",
            "挂牌督办",
            LIST,
            facts=("requirement", "due"),
            clock="limit",
        ),
        Move("decline", "reported", "declined", "oversight.supervise", "不予挂牌", LIST, facts=("reason",)),
        Move("withdraw", "reported", "withdrawn", "oversight.report", "撤回上报", REPORT, facts=("reason",)),
        Move("progress", "listed", "listed", "oversight.report", "报告进展", WORK, facts=("text",)),
        Move("urge", "listed", "listed", "oversight.supervise", "催办", WORK, facts=("text",)),
        Move("extend", "listed", "listed", "oversight.supervise", "延长期限", LIST, facts=("due", "reason")),
        Move("answer", "listed", "answered", "oversight.report", "报告办结", WORK, facts=("text",)),
        Move(
            "return",
            "answered",
            "listed",
            "oversight.supervise",
            "退回再办",
            LIFT,
            facts=("reason", "due"),
            clock="limit",
        ),
        Move("lift", "answered", "lifted", "oversight.supervise", "解除督办", LIFT, facts=("reason",)),
    ),
    fact_labels={
        "requirement": "督办要求",
        "due": "期限",
        "reason": "理由",
        "text": "进展情况",
    },
)
