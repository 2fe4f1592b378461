"""A tip's way from receipt to answer, and a reward's way from proposal to payment, as tables."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

RULE = "《市场监督管理投诉举报处理办法》"
CLUES = f"{RULE}第二十八条（举报应当提供涉嫌违法的具体线索和事实）"
HANDLE = f"{RULE}第三十五条、《市场监督管理行政处罚程序规定》第十八条（核查）"
REPEATED = f"{RULE}第三十五条（同一举报人对同一事实重复举报不再处理；有新事实的合并）"
NO_POWER = f"{RULE}第三十四条（不具有处理权限的告知举报人）"
DISTRIBUTE = f"{RULE}第四十一条（及时分送；同级无权处理的退回，不得自行再分送）"
TELL = f"{RULE}第三十六条（法律、法规、规章规定应当告知结果或者给予奖励的，依照规定）"
REWARD_RULE = "《市场监管领域重大违法行为举报奖励暂行办法》（国市监稽规〔2021〕4号）"

RUNNING = ("registered", "unclear", "verifying")
"""States in which the tip still waits for its answer."""

_LABELS = {
    "accept": "开始核查",
    "ask_more": "请举报人补充线索",
    "supplement": "登记补充的线索",
    "merge": "并入前次举报",
    "mark_repeated": "认定为重复举报",
    "redirect": "告知向有权机关举报",
    "send_back": "退回分送机关",
    "distribute": "分送",
    "close": "办结",
    "tell": "告知处理结果",
}


def _move(action: str, source: str, target: str, permission: str, basis: str, **more: object) -> Move:
    return Move(action, source, target, f"tip.{permission}", _LABELS[action], basis, **more)  # type: ignore[arg-type]


TIP = Procedure(
    name="tip",
    label="举报",
    states={
        "registered": "已登记",
        "unclear": "待补充线索",
        "verifying": "核查中",
        "merged": "已并入前次举报",
        "repeated": "重复举报不再处理",
        "redirected": "已告知向有权机关举报",
        "returned": "已退回分送机关",
        "closed": "已办结",
    },
    moves=(
        _move("ask_more", "registered", "unclear", "handle", CLUES, facts=("wanted", "told")),
        _move("supplement", "unclear", "registered", "handle", CLUES, facts=("text",)),
        *(_move("accept", state, "verifying", "handle", HANDLE, clock="PEN-18") for state in ("registered", "unclear")),
        *(
            move
            for state in RUNNING
            for move in (
                _move("merge", state, "merged", "handle", REPEATED, facts=("into", "new_facts")),
                _move("redirect", state, "redirected", "handle", NO_POWER, facts=("authority", "told")),
                _move("close", state, "closed", "close", HANDLE, facts=("outcome",)),
            )
        ),
        *(
            _move("mark_repeated", state, "repeated", "handle", REPEATED, facts=("earlier", "told"))
            for state in ("registered", "unclear")
        ),
        _move("send_back", "registered", "returned", "handle", DISTRIBUTE, facts=("reason",)),
        *(
            _move("distribute", state, "registered", "distribute", DISTRIBUTE, facts=("organ",), document="CMP-3")
            for state in ("registered", "returned")
        ),
        _move("tell", "closed", "closed", "tell", TELL, facts=("basis", "text", "told"), document="CMP-10"),
    ),
    fact_labels={
        "wanted": "需要补充的线索",
        "text": "内容",
        "into": "并入的举报",
        "new_facts": "新的事实",
        "authority": "有处理权限的机关",
        "earlier": "前次举报",
        "told": "告知方式",
        "reason": "理由",
        "organ": "接收机关",
        "outcome": "处理结果",
        "basis": "应当告知的依据",
    },
)

REWARD = Procedure(
    name="reward",
    label="举报奖励",
    states={
        "proposed": "待审批",
        "approved": "待领取",
        "paid": "已发放",
        "declined": "不予奖励",
        "lapsed": "放弃领取",
    },
    moves=(
        Move(
            "approve",
            "proposed",
            "approved",
            "reward.approve",
            "批准奖励",
            REWARD_RULE,
            facts=("amount",),
            second_person=True,
        ),
        Move(
            "decline",
            "proposed",
            "declined",
            "reward.approve",
            "不予奖励",
            REWARD_RULE,
            facts=("reason",),
            second_person=True,
        ),
        Move("pay", "approved", "paid", "reward.pay", "凭码发放", REWARD_RULE, facts=("voucher",), second_person=True),
        Move("lapse", "approved", "lapsed", "reward.approve", "登记放弃领取", REWARD_RULE, facts=("reason",)),
    ),
    fact_labels={"amount": "奖励金额", "reason": "理由", "voucher": "付款凭证号"},
)
