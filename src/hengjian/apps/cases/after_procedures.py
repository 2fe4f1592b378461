"""What follows the decision, as tables: service, money owed, a court's enforcement, penalties on the spot."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

RULES = "市场监督管理行政处罚程序规定"


def _pen(article: str, note: str = "") -> str:
    return f"《{RULES}》第{article}条{f'（{note}）' if note else ''}"


WAYS = _pen("八十二", "送达方式")
DIRECT = _pen("八十二", "直接送达，签收日期为送达日期")
LEAVE = _pen("八十二", "留置送达须有见证人或者拍照、录像")
ELECTRONIC = _pen("八十二", "电子送达须经同意并签订送达地址确认书")
POST = _pen("八十二", "邮寄送达以回执上的收件日期为送达日期")
ENTRUST = _pen("八十二", "委托、转交送达以签收日期为送达日期")
ANNOUNCE = _pen("八十二", "公告之日起经过三十日视为送达")
CONFIRMED = _pen("八十三", "地址确认书上的地址退回之日视为送达")
PUBLICITY = "《市场监督管理行政处罚信息公示规定》第八条（送达时告知将公示）"
PAY = _pen("七十二", "收到决定书之日起十五日内缴纳")
CASH = _pen("七十二", "可以当场收缴的情形")
HAND_IN = _pen("七十三", "两个工作日内交部门，部门两个工作日内缴付银行")
DEFER = _pen("七十四", "确有经济困难，书面申请，负责人批准")
LATE = _pen("七十五", "每日加处百分之三，不超出罚款数额")
COURT_RULE = _pen("七十六", "催告书送达十个工作日后，期限届满之日起三个月内申请")
CLOSE = _pen("七十七", "结案的五种情形")
REMEDY_BASIS = "《中华人民共和国行政复议法》、《中华人民共和国行政诉讼法》"
FILE_ORDER = _pen("七十八", "一案一卷，正卷、副卷的顺序")
ANNULLED = _pen("六十三", "三个工作日内撤回公开并说明理由")
SPOT = _pen("六十六", "当场处罚的数额")
SPOT_FORM = _pen("六十七", "出示证件，当场交付决定书")
SPOT_RIGHTS = _pen("六十九", "决定前告知并听取陈述、申辩")
SPOT_FILE = _pen("七十", "七个工作日内交案卷")
TWO_OFFICERS = "《中华人民共和国行政处罚法》第四十二条（执法人员不得少于两人）"
STAY = "《中华人民共和国行政处罚法》第七十三条（复议、诉讼期间加处罚款不予计算）"
RELIEF = "《中华人民共和国行政强制法》第四十二条（执行协议中减免加处的罚款）"
REFUND = _pen("六十四", "责令退款")

SERVICE = Procedure(
    name="service",
    label="送达",
    states={
        "prepared": "待送达",
        "under_way": "在途",
        "announced": "公告中",
        "served": "已送达",
        "failed": "未能送达",
        "dropped": "已取消",
    },
    moves=(
        Move(
            "hand_over", "prepared", "served", "case.handle", "直接送达", DIRECT, facts=("on", "receiver", "relation")
        ),
        Move("leave", "prepared", "served", "case.handle", "留置送达", LEAVE, facts=("on", "refusal", "proof")),
        Move(
            "send_electronic",
            "prepared",
            "served",
            "case.handle",
            "电子送达",
            ELECTRONIC,
            facts=("on", "address", "confirmation"),
        ),
        Move("post", "prepared", "under_way", "case.handle", "邮寄送达", POST, facts=("on", "tracking")),
        Move("entrust", "prepared", "under_way", "case.handle", "委托送达", ENTRUST, facts=("on", "entrusted_to")),
        Move(
            "sign_for",
            "under_way",
            "served",
            "case.handle",
            "登记收件",
            WAYS,
            facts=("on", "receiver"),
            document="PEN-50",
        ),
        Move("come_back", "under_way", "failed", "case.handle", "登记退回", POST, facts=("on", "reason")),
        Move(
            "deem_returned",
            "under_way",
            "served",
            "case.handle",
            "退回之日视为送达",
            CONFIRMED,
            facts=("on", "reason", "confirmation"),
        ),
        *(
            Move(
                "announce",
                state,
                "announced",
                "case.handle",
                "公告送达",
                ANNOUNCE,
                facts=("on", "published_in", "reason"),
                clock="PEN-82",
                document="PEN-51",
            )
            for state in ("prepared", "failed")
        ),
        Move("deem", "announced", "served", "case.handle", "公告期满视为送达", ANNOUNCE, facts=("on",)),
        Move("try_again", "failed", "prepared", "case.handle", "另行送达", WAYS, facts=("reason",)),
        *(
            Move("drop", state, "dropped", "case.handle", "取消送达", WAYS, facts=("reason",))
            for state in ("prepared", "failed")
        ),
    ),
    fact_labels={
        "on": "日期",
        "receiver": "签收人",
        "relation": "签收人与受送达人的关系",
        "refusal": "拒收事由",
        "proof": "见证人或者照片、录像",
        "address": "电子送达地址",
        "confirmation": "送达地址确认书",
        "tracking": "邮件号码",
        "entrusted_to": "受委托机关",
        "reason": "理由",
        "published_in": "公告刊登或者张贴处",
    },
)
WAYS_OF: dict[str, str] = {
    "hand_over": "直接送达",
    "leave": "留置送达",
    "send_electronic": "电子送达",
    "post": "邮寄送达",
    "entrust": "委托、转交送达",
    "announce": "公告送达",
}
RELATIONS: dict[str, str] = {
    "self": "本人",
    "family": "同住成年家属",
    "legal_rep": "法定代表人、主要负责人",
    "mailroom": "负责收件的人",
    "agent": "代理人、指定代收人",
}

OWING = ("due", "deferred", "demanded", "in_court")
OBLIGATION = Procedure(
    name="obligation",
    label="罚没款缴纳",
    states={
        "due": "待缴纳",
        "deferred": "延期、分期缴纳",
        "demanded": "已催告",
        "in_court": "已申请法院执行",
        "settled": "已缴清",
        "ended": "不再执行",
    },
    moves=(
        *(
            Move("receive", state, state, "case.handle", "登记缴款", PAY, facts=("on", "amount", "voucher"))
            for state in OWING
        ),
        *(
            Move(
                "request_deferral",
                state,
                state,
                "case.handle",
                "登记延期、分期申请",
                DEFER,
                facts=("on", "reason", "plan"),
            )
            for state in ("due", "demanded")
        ),
        *(
            Move(
                "grant_deferral",
                state,
                "deferred",
                "case.approve",
                "批准延期、分期",
                DEFER,
                facts=("opinion",),
                document="PEN-47",
                second_person=True,
            )
            for state in ("due", "demanded")
        ),
        *(
            Move("refuse_deferral", state, state, "case.approve", "不批准延期、分期", DEFER, facts=("opinion",))
            for state in ("due", "demanded")
        ),
        *(
            Move("demand", state, "demanded", "case.handle", "登记催告", COURT_RULE, facts=("on",), clock="PEN-76")
            for state in ("due", "deferred")
        ),
        Move(
            "apply_court",
            "demanded",
            "in_court",
            "case.approve",
            "申请法院强制执行",
            COURT_RULE,
            facts=("court", "on"),
            document="PEN-49",
        ),
        *(
            Move("waive_late", state, state, "case.approve", "减免加处罚款", RELIEF, facts=("amount", "reason"))
            for state in OWING
        ),
        *(Move("settle", state, "settled", "case.handle", "缴清", PAY, facts=("on",)) for state in OWING),
        *(Move("end", state, "ended", "case.approve", "不再执行", CLOSE, facts=("reason",)) for state in OWING),
        *(
            Move("fall", state, "ended", "case.handle", "决定被撤销，不再执行", REMEDY_BASIS, facts=("reason",))
            for state in OWING
        ),
    ),
    fact_labels={
        "on": "日期",
        "amount": "金额",
        "voucher": "票据号码",
        "reason": "理由",
        "plan": "缴款安排",
        "opinion": "意见",
        "court": "法院",
    },
)

COURT = Procedure(
    name="court_application",
    label="法院强制执行",
    states={
        "applied": "已申请",
        "refused": "不予受理",
        "accepted": "已受理",
        "allowed": "准予执行",
        "denied": "不准予执行",
        "executed": "执行完毕",
        "terminated": "终结执行",
    },
    moves=(
        Move("accept", "applied", "accepted", "case.handle", "法院受理", COURT_RULE, facts=("on", "instrument")),
        Move("refuse", "applied", "refused", "case.handle", "法院不予受理", COURT_RULE, facts=("on", "instrument")),
        Move("allow", "accepted", "allowed", "case.handle", "裁定准予执行", COURT_RULE, facts=("on", "instrument")),
        Move("deny", "accepted", "denied", "case.handle", "裁定不准予执行", COURT_RULE, facts=("on", "instrument")),
        Move("execute", "allowed", "executed", "case.handle", "执行完毕", COURT_RULE, facts=("on", "instrument")),
        Move("terminate", "allowed", "terminated", "case.handle", "裁定终结执行", CLOSE, facts=("on", "instrument")),
    ),
    fact_labels={"on": "日期", "instrument": "裁定书（通知书）文号"},
)

REMEDY = Procedure(
    name="remedy",
    label="复议、诉讼",
    states={"pending": "审理中", "decided": "已有结果"},
    moves=(
        Move(
            "conclude",
            "pending",
            "decided",
            "case.handle",
            "登记结果",
            REMEDY_BASIS,
            facts=("on", "outcome", "instrument"),
        ),
    ),
    fact_labels={"on": "日期", "outcome": "结果", "instrument": "决定书（裁判文书）文号"},
)
REMEDY_KINDS: dict[str, str] = {"review": "行政复议", "litigation": "行政诉讼", "appeal": "行政诉讼二审"}
REMEDY_OUTCOMES: dict[str, str] = {
    "maintained": "维持（驳回请求）",
    "withdrawn": "撤回申请或者撤诉",
    "dismissed": "不予受理、驳回申请或者起诉",
    "changed": "变更处罚决定",
    "annulled": "撤销处罚决定",
    "unlawful": "确认违法或者无效",
}
OVERTURNED = ("changed", "annulled", "unlawful")
FELL = ("annulled", "unlawful")
"""Outcomes after which nothing of the decision is carried out any more."""

ON_SPOT = Procedure(
    name="on_spot",
    label="当场处罚",
    states={
        "notified": "已告知",
        "decided": "已决定",
        "handed_in": "已交案卷",
        "filed": "已归档",
        "dropped": "不予当场处罚",
    },
    moves=(
        Move(
            "decide",
            "notified",
            "decided",
            "case.handle",
            "作出当场处罚决定",
            SPOT,
            facts=("measures", "basis", "heard", "told_publication"),
            clock="PEN-70",
            document="PEN-44",
        ),
        Move("drop", "notified", "dropped", "case.handle", "不再当场处罚", SPOT_RIGHTS, facts=("reason",)),
        Move(
            "collect",
            "decided",
            "decided",
            "case.handle",
            "当场收缴",
            CASH,
            facts=("ground", "voucher"),
            clock="PEN-73",
        ),
        *(
            Move("pass_on", state, state, "case.handle", "收缴款交部门", HAND_IN, facts=("on",), clock="PEN-73.bank")
            for state in ("decided", "handed_in")
        ),
        *(
            Move("bank", state, state, "case.archive", "缴付银行", HAND_IN, facts=("on", "voucher"))
            for state in ("decided", "handed_in")
        ),
        Move("hand_in", "decided", "handed_in", "case.handle", "交案卷", SPOT_FILE, facts=("on", "pages")),
        Move("file", "handed_in", "filed", "case.archive", "归档", SPOT_FILE, facts=("box",), second_person=True),
    ),
    fact_labels={
        "measures": "处罚种类",
        "basis": "处罚依据",
        "heard": "陈述、申辩情况",
        "told_publication": "告知将公示",
        "reason": "理由",
        "ground": "当场收缴的情形",
        "voucher": "票据号码",
        "on": "日期",
        "pages": "页数",
        "box": "保管位置",
    },
)
CASH_GROUNDS: dict[str, str] = {
    "small": "依法给予一百元以下罚款",
    "hard_later": "不当场收缴事后难以执行",
    "remote": "边远、水上、交通不便地区，当事人向银行或者电子支付系统缴纳确有困难并经当事人提出",
}
CLOSING_GROUNDS: dict[str, str] = {
    "executed": "行政处罚决定执行完毕",
    "court_ended": "人民法院裁定终结执行",
    "terminated": "案件终止调查",
    "no_penalty": "作出不予处罚、撤销案件、移送等决定（第六十条第一款第二项至第五项）",
    "other": "其他应予结案的情形",
}
