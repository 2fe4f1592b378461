"""A problem's way from the order to the strike-off, and a look-back's way, as tables."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

ORDER = "检验检测机构监督管理办法第二十六条（责令限期改正）；《衡鉴整改台账规则》第1条"
ANSWER = "《衡鉴整改台账规则》第2条（整改须附证明材料）"
VERIFY = "《衡鉴整改台账规则》第3条（验收由检查人员、承办过的人和代录人以外的人办理）"
EXTEND = "《衡鉴整改台账规则》第4条（延期须写明理由，由科长批准）"
ESCALATE = "《衡鉴整改台账规则》第5条（逾期逐级报告）"
WITHDRAW = "《衡鉴整改台账规则》第6条（撤销须写明理由，由发现人以外的人办理）"
LOOK_BACK_RULE = "《衡鉴整改台账规则》第7条（回头看）"

WITH_INSTITUTION = ("open", "returned")
"""States in which the institution has to act and the limit runs."""
UNFINISHED = ("registered", "open", "returned", "answered")

_LABELS = {
    "order": "下达整改",
    "correct": "当场改正转验收",
    "answer": "提交整改材料",
    "record_answer": "代录书面材料",
    "strike_off": "验收销号",
    "send_back": "退回再改",
    "extend": "批准延期",
    "assign": "改派承办人",
    "escalate": "逾期上报",
    "withdraw": "撤销问题",
    "reopen": "重新整改",
}


def _move(action: str, source: str, target: str, permission: str, basis: str, **more: object) -> Move:
    return Move(action, source, target, f"rectification.{permission}", _LABELS[action], basis, **more)  # type: ignore[arg-type]


RECTIFICATION = Procedure(
    name="rectification",
    label="整改事项",
    states={
        "registered": "待下达",
        "open": "待整改",
        "answered": "待验收",
        "returned": "退回再改",
        "struck_off": "已销号",
        "withdrawn": "已撤销",
    },
    moves=(
        _move("order", "registered", "open", "order", ORDER, facts=("limit", "requirement"), clock="limit"),
        _move("correct", "registered", "answered", "order", ORDER, facts=("text",)),
        *(
            move
            for state in WITH_INSTITUTION
            for move in (
                _move("answer", state, "answered", "answer", ANSWER, facts=("text", "evidence")),
                _move("record_answer", state, "answered", "record_answer", ANSWER, facts=("text", "evidence")),
                _move("extend", state, state, "extend", EXTEND, facts=("limit", "reason"), clock="limit"),
                _move("escalate", state, state, "escalate", ESCALATE, facts=("level",)),
            )
        ),
        _move("strike_off", "answered", "struck_off", "verify", VERIFY, facts=("method", "note"), second_person=True),
        _move(
            "send_back",
            "answered",
            "returned",
            "verify",
            VERIFY,
            facts=("reason", "limit"),
            clock="limit",
            second_person=True,
        ),
        *(
            _move("assign", state, state, "assign", ORDER, facts=("responsible",))
            for state in ("registered", "open", "answered", "returned")
        ),
        *(
            _move("withdraw", state, "withdrawn", "withdraw", WITHDRAW, facts=("reason",), second_person=True)
            for state in ("registered", "open", "answered", "returned")
        ),
        _move("reopen", "struck_off", "returned", "reopen", VERIFY, facts=("reason", "limit"), clock="limit"),
    ),
    fact_labels={
        "limit": "整改期限",
        "requirement": "整改要求",
        "text": "整改情况",
        "evidence": "证明材料",
        "reason": "理由",
        "method": "验收方式",
        "note": "验收意见",
        "responsible": "承办人",
        "level": "上报层级",
    },
)

LOOK_BACK = Procedure(
    name="look_back",
    label="回头看",
    states={"draft": "拟定中", "running": "进行中", "closed": "已办结", "cancelled": "已取消"},
    moves=(
        Move("start", "draft", "running", "look_back.manage", "确定名单", LOOK_BACK_RULE, facts=("targets",)),
        Move("close", "running", "closed", "look_back.manage", "办结", LOOK_BACK_RULE, facts=("results",)),
        Move("cancel", "draft", "cancelled", "look_back.manage", "取消", LOOK_BACK_RULE, facts=("reason",)),
    ),
    fact_labels={"targets": "对象名单", "results": "全部对象的结果", "reason": "理由"},
)

METHODS: dict[str, str] = {"papers": "书面核查材料", "on_site": "现场复查", "data": "数据核对"}
OUTCOMES: dict[str, str] = {"recurred": "再次发生", "not_recurred": "没有再发生", "not_seen": "本次未能核实"}
ESCALATIONS: dict[int, str] = {0: "", 1: "已报科长", 2: "已报上级机关"}
