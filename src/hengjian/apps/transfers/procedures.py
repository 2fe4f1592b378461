"""A suspected crime's way to the police, and a matter's way to another department, as tables."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

RULES = "行政执法机关移送涉嫌犯罪案件的规定"


def _trf(article: str, note: str) -> str:
    return f"《{RULES}》第{article}条（{note}）"


TEAM = _trf("五", "指定两名以上行政执法人员专案核实，提出书面报告")
DECIDE = _trf("五", "正职负责人三日内作出批准移送或者不批准移送的决定")
HAND = _trf("五、六", "批准后二十四小时内移送，附五类材料，抄送检察院")
RECEIPT = _trf("七", "公安机关在回执上签字")
POLICE = _trf("八", "公安机关三日内审查并告知")
AGAIN = _trf("九", "对不予立案有异议的，提请复议或者建议检察机关立案监督")
GOODS = _trf("十二", "接到立案通知三日内移交涉案物品和有关材料")
KEEP = _trf("十一", "不得以行政处罚代替移送")
OUT = "《市场监督管理行政处罚程序规定》第十七条（移送有关部门）"
REVOKE = "《市场监督管理行政许可程序暂行规定》第四十条（作出许可决定的机关或者其上级机关撤销许可）"

PAPERS: dict[str, str] = {
    "letter": "涉嫌犯罪案件移送书",
    "report": "涉嫌犯罪案件情况的调查报告",
    "goods": "涉案物品清单",
    "tests": "有关检验报告或者鉴定结论",
    "other": "其他有关涉嫌犯罪的材料",
}
"""What goes with a transfer (TRF-06)."""
CRIMES: dict[str, str] = {
    "CL-229": "提供虚假证明文件罪",
    "CL-229.gross": "出具证明文件重大失实罪",
    "CL-285": "非法侵入、控制计算机信息系统罪",
    "CL-286": "破坏计算机信息系统罪",
    "other": "其他罪名",
}
WITH_POLICE = ("handed", "received", "reconsidering", "monitored")
"""States in which others have to act."""

CRIMINAL_TRANSFER = Procedure(
    name="criminal_transfer",
    label="涉嫌犯罪移送",
    states={
        "verifying": "专案核实中",
        "reported": "待负责人决定",
        "approved": "已批准待移送",
        "handed": "已移送待回执",
        "received": "公安已接收待审查",
        "accepted": "公安已立案",
        "declined": "公安不予立案",
        "reconsidering": "已提请复议",
        "monitored": "已建议立案监督",
        "refused": "决定不移送",
        "ended": "已办结",
    },
    moves=(
        Move(
            "report",
            "verifying",
            "reported",
            "criminal_transfer.handle",
            "提出移送报告",
            TEAM,
            facts=("crime", "report"),
            clock="TR-05b",
        ),
        Move(
            "approve",
            "reported",
            "approved",
            "criminal_transfer.decide",
            "批准移送",
            DECIDE,
            clock="TR-05c",
            second_person=True,
        ),
        Move(
            "refuse",
            "reported",
            "refused",
            "criminal_transfer.decide",
            "决定不移送",
            DECIDE,
            facts=("reason",),
            second_person=True,
        ),
        Move("send_back", "reported", "verifying", "criminal_transfer.decide", "退回补充", DECIDE, facts=("reason",)),
        Move(
            "hand",
            "approved",
            "handed",
            "criminal_transfer.handle",
            "移送公安机关",
            HAND,
            facts=("body", "papers", "procuratorate"),
            document="PEN-5",
        ),
        Move(
            "record_receipt",
            "handed",
            "received",
            "criminal_transfer.handle",
            "登记回执",
            RECEIPT,
            facts=("receipt_no", "on"),
            clock="TR-08",
        ),
        Move(
            "forwarded",
            "received",
            "handed",
            "criminal_transfer.handle",
            "登记公安转送",
            RECEIPT,
            facts=("body", "on"),
            clock="TR-07",
        ),
        *(
            Move(
                "accept",
                state,
                "accepted",
                "criminal_transfer.handle",
                "登记公安立案",
                POLICE,
                facts=("notice_no", "on"),
                clock="TR-12",
            )
            for state in ("received", "reconsidering", "monitored")
        ),
        *(
            Move(
                "decline",
                state,
                "declined",
                "criminal_transfer.handle",
                "登记公安不予立案",
                POLICE,
                facts=("reason", "on"),
                clock="TR-09",
            )
            for state in ("received", "reconsidering")
        ),
        Move(
            "reconsider",
            "declined",
            "reconsidering",
            "criminal_transfer.decide",
            "提请公安复议",
            AGAIN,
            facts=("reason", "on"),
            clock="TR-09.reply",
        ),
        Move(
            "ask_procurator",
            "declined",
            "monitored",
            "criminal_transfer.decide",
            "建议检察机关立案监督",
            AGAIN,
            facts=("body", "reason", "on"),
        ),
        Move(
            "hand_goods",
            "accepted",
            "accepted",
            "criminal_transfer.handle",
            "移交物品材料",
            GOODS,
            facts=("on", "list"),
        ),
        *(
            Move("end", state, "ended", "criminal_transfer.handle", "办结", KEEP, facts=("result", "on"))
            for state in ("accepted", "declined", "monitored", "refused")
        ),
    ),
    fact_labels={
        "crime": "涉嫌罪名",
        "report": "书面报告",
        "reason": "理由",
        "body": "接收机关",
        "papers": "随案材料",
        "procuratorate": "抄送的检察院",
        "receipt_no": "回执编号",
        "notice_no": "立案通知书文号",
        "on": "日期",
        "list": "移交清单",
        "result": "结果",
    },
)

REFERRAL_KINDS: dict[str, str] = {
    "department": "移送其他部门",
    "revocation": "建议撤销、吊销资质",
    "discipline": "移送纪检监察机关",
}

REFERRAL = Procedure(
    name="referral",
    label="部门移送",
    states={
        "draft": "拟定中",
        "proposed": "待批准",
        "approved": "待发出",
        "sent": "已发出待回执",
        "received": "已签收待反馈",
        "fed_back": "已反馈",
        "returned": "被退回",
        "dropped": "已撤销",
    },
    moves=(
        Move("propose", "draft", "proposed", "referral.handle", "报请批准", OUT),
        Move("approve", "proposed", "approved", "referral.decide", "批准", OUT, second_person=True),
        Move("send_back", "proposed", "draft", "referral.decide", "退回", OUT, facts=("reason",)),
        Move("send", "approved", "sent", "referral.handle", "发出", OUT, facts=("on", "due"), document="PEN-4"),
        Move("record_receipt", "sent", "received", "referral.handle", "登记回执", OUT, facts=("receipt_no", "on")),
        *(
            Move("feed_back", state, "fed_back", "referral.handle", "登记处理结果", OUT, facts=("result", "on"))
            for state in ("sent", "received")
        ),
        *(
            Move("return", state, "returned", "referral.handle", "登记退回", OUT, facts=("reason", "on"))
            for state in ("sent", "received")
        ),
        Move("urge", "received", "received", "referral.handle", "催告反馈", OUT, facts=("on",)),
        Move("send_again", "returned", "draft", "referral.handle", "改正后重新办理", OUT, facts=("reason",)),
        *(
            Move("drop", state, "dropped", "referral.handle", "撤销", OUT, facts=("reason",))
            for state in ("draft", "approved", "returned")
        ),
    ),
    fact_labels={
        "reason": "理由",
        "on": "日期",
        "due": "请求反馈的日期",
        "receipt_no": "回执编号",
        "result": "处理结果",
    },
)
