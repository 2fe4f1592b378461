"""A complaint's way from receipt to closing, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

RULE = "《市场监督管理投诉举报处理办法》"
MATERIAL = f"{RULE}第十条、第十一条（真实身份和投诉材料）"
DISTRIBUTE = f"{RULE}第十三条、第四十一条（管辖；及时分送，同级无权处理的退回，不得自行再分送）"
DECIDE = f"{RULE}第十五条（七个工作日内决定是否受理并告知）"
REFUSE = f"{RULE}第十五条、第十六条（不予受理的情形）"
MEDIATE = f"{RULE}第二十条（调解）"
TESTING = f"{RULE}第二十二条（检测、鉴定时间不计入调解期限）"
END = f"{RULE}第二十三条（终止调解的情形；七个工作日内告知）"
CLUE = f"{RULE}第二十七条（调解中发现违法线索的核查）"
SPLIT = f"{RULE}第九条（投诉举报分别处理）"
ABUSE = f"{RULE}第十六条、第十七条（判断是否为生活消费需要时考虑的因素）"
FRAUD = f"{RULE}第四十二条（涉嫌诈骗、敲诈勒索的移送公安机关）"

WAITING = ("received", "supplementing")
"""States before the decision on acceptance."""
MEDIATING = ("accepted", "mediating", "testing")
"""States in which the limit of the mediation counts."""
OPEN = (*WAITING, *MEDIATING, "agreed", "ended")
"""States that still ask for an act of the organ."""

_LABELS = {
    "request_material": "通知补正材料",
    "supplement": "登记补正材料",
    "distribute": "分送",
    "send_back": "退回分送机关",
    "accept": "受理",
    "refuse": "不予受理",
    "invite": "通知调解",
    "record": "登记调解记录",
    "commission_test": "委托检测",
    "test_back": "登记检测结论",
    "agree": "达成调解协议",
    "end": "终止调解",
    "notify": "告知双方并办结",
    "close": "办结",
    "found_clue": "发现违法线索转核查",
    "split": "分出举报",
    "mark_abuse": "标记异常投诉",
    "mark_fraud": "标记涉嫌诈骗敲诈",
}


def _move(action: str, source: str, target: str, permission: str, basis: str, **more: object) -> Move:
    return Move(action, source, target, f"complaint.{permission}", _LABELS[action], basis, **more)  # type: ignore[arg-type]


def _before_decision() -> tuple[Move, ...]:
    return (
        _move(
            "request_material",
            "received",
            "supplementing",
            "handle",
            MATERIAL,
            facts=("wanted", "limit", "told"),
            document="CMP-4",
        ),
        _move("supplement", "supplementing", "received", "handle", MATERIAL, facts=("text",)),
        _move("accept", "received", "accepted", "handle", DECIDE, facts=("told",), clock="CMP-23", document="CMP-5"),
        *(
            _move("refuse", state, "refused", "handle", REFUSE, facts=("ground", "reason", "told"), document="CMP-6")
            for state in WAITING
        ),
        _move("send_back", "received", "returned", "handle", DISTRIBUTE, facts=("reason",)),
        *(
            _move("distribute", state, "received", "distribute", DISTRIBUTE, facts=("organ",), document="CMP-3")
            for state in ("received", "returned")
        ),
    )


def _mediation() -> tuple[Move, ...]:
    return (
        *(
            _move(
                "invite",
                state,
                "mediating",
                "handle",
                MEDIATE,
                facts=("meet_at", "place", "mediator"),
                document="CMP-7",
            )
            for state in ("accepted", "mediating")
        ),
        _move("record", "mediating", "mediating", "handle", MEDIATE, facts=("text",)),
        *(
            _move("commission_test", state, "testing", "handle", TESTING, facts=("agency", "item", "payer"))
            for state in ("accepted", "mediating")
        ),
        _move("test_back", "testing", "mediating", "handle", TESTING, facts=("text",), clock="CMP-23"),
        *(
            _move("agree", state, "agreed", "handle", MEDIATE, facts=("agreement",), document="CMP-9")
            for state in ("accepted", "mediating")
        ),
        *(
            _move(
                "end",
                state,
                "ended",
                "handle",
                END,
                facts=("ground", "reason"),
                clock="CMP-23.notice",
                document="CMP-8",
            )
            for state in MEDIATING
        ),
        _move("notify", "ended", "closed", "handle", END, facts=("told", "told_respondent")),
        _move("close", "agreed", "closed", "handle", MEDIATE, facts=("text",)),
    )


def _beside() -> tuple[Move, ...]:
    found = (*MEDIATING, "agreed", "ended")
    return (
        *(_move("found_clue", state, state, "handle", CLUE, facts=("text",), clock="CMP-27") for state in found),
        *(_move("split", state, state, "handle", SPLIT, facts=("text",)) for state in (*WAITING, *MEDIATING)),
        *(_move("mark_abuse", state, state, "handle", ABUSE, facts=("factors", "text")) for state in OPEN),
        *(_move("mark_fraud", state, state, "handle", FRAUD, facts=("text",)) for state in OPEN),
    )


COMPLAINT = Procedure(
    name="complaint",
    label="投诉",
    states={
        "received": "待受理",
        "supplementing": "待补正材料",
        "accepted": "已受理",
        "mediating": "调解中",
        "testing": "检测鉴定中",
        "agreed": "达成协议",
        "ended": "终止调解待告知",
        "closed": "已办结",
        "refused": "不予受理",
        "returned": "已退回分送机关",
    },
    moves=(*_before_decision(), *_mediation(), *_beside()),
    fact_labels={
        "wanted": "需要补正的材料",
        "limit": "补正期限",
        "told": "告知投诉人的方式",
        "told_respondent": "告知被投诉人的方式",
        "text": "内容",
        "ground": "情形",
        "reason": "理由",
        "organ": "接收机关",
        "meet_at": "调解时间",
        "place": "调解地点",
        "mediator": "调解人员",
        "agency": "检测机构",
        "item": "检测事项",
        "payer": "费用承担",
        "agreement": "协议内容",
        "factors": "考虑的因素",
    },
)
