"""A draw's way from the roster being built to the proof that anybody can check, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

HOUSE = "《检验检测机构监督管理办法》第十八条；SRD-1 规程第1条（先公布承诺，后有熵）"
TWO = "SRD-1 规程第2条（熵由两人分别录入，逐字一致）"
OPEN = "SRD-1 规程第3条（结果与证明公开）"
NEVER_AGAIN = "SRD-1 规程第4条（作废留痕，不得重抽）"

VOIDABLE = ("draft", "frozen", "committed", "entropy_entered", "entropy_confirmed", "drawn")

DRAW = Procedure(
    name="draw",
    label="随机抽查",
    states={
        "draft": "编制名录",
        "frozen": "名录已冻结",
        "committed": "承诺已公布",
        "entropy_entered": "熵待另一人核对",
        "entropy_confirmed": "熵已到齐",
        "drawn": "已抽取",
        "announced": "摘要已公布（密封）",
        "published": "已公开证明",
        "void": "已作废",
    },
    moves=(
        Move("freeze", "draft", "frozen", "draw.prepare", "冻结名录", HOUSE, facts=("roster_sha256",)),
        Move("thaw", "frozen", "draft", "draw.prepare", "退回修改名录", HOUSE, facts=("reason",)),
        Move("commit", "frozen", "committed", "draw.commit", "公布承诺", HOUSE, facts=("commit_sha256",)),
        Move("enter_entropy", "committed", "entropy_entered", "draw.enter_entropy", "录入熵", TWO, facts=("entropy",)),
        Move(
            "withdraw_entropy", "entropy_entered", "committed", "draw.enter_entropy", "撤回重录", TWO, facts=("reason",)
        ),
        Move(
            "confirm_entropy",
            "entropy_entered",
            "entropy_confirmed",
            "draw.confirm_entropy",
            "核对熵",
            TWO,
            facts=("entropy",),
            second_person=True,
        ),
        Move("draw", "entropy_confirmed", "drawn", "draw.commit", "抽取", HOUSE, facts=("result_sha256",)),
        Move("publish", "drawn", "published", "draw.publish", "公开证明", OPEN),
        Move("announce", "drawn", "announced", "draw.publish", "公布结果摘要值", OPEN),
        Move("open", "announced", "published", "draw.publish", "揭示盐并公开证明", OPEN),
        *(Move("void", state, "void", "draw.void", "作废", NEVER_AGAIN, facts=("reason",)) for state in VOIDABLE),
    ),
    fact_labels={
        "reason": "理由",
        "roster_sha256": "名录",
        "commit_sha256": "承诺",
        "entropy": "熵",
        "result_sha256": "结果",
    },
)

TASKABLE = ("announced", "published")
"""States in which the targets go out to be inspected."""
RESULT_KNOWN = ("drawn", "announced", "published")
"""States in which the sample exists."""
COMMITTED = ("committed", "entropy_entered", "entropy_confirmed", "drawn", "announced", "published")
"""States in which the commitment stands in public."""
ACTIVE = ("draft", "frozen", "committed", "entropy_entered", "entropy_confirmed", "drawn", "announced")
"""States in which somebody still has something to do."""

EXCLUSIONS: dict[str, str] = {
    "deregistered": "已注销",
    "under_investigation": "正在立案调查",
    "burden_cap": "本年已查到上限",
    "burden_gap": "与另一次检查间隔不足",
    "already_drawn": "本年其他批次已抽中",
    "recusal": "回避",
    "out_of_scope": "不在范围",
    "other": "其他",
}
BY_HAND = ("under_investigation", "recusal", "out_of_scope", "other")
"""Exclusions that a person states with a note of the evidence; the others follow from the registry and the guard."""

SUBSTITUTIONS: dict[str, str] = {
    "deregistered": "已注销",
    "suspended": "资质认定证书已暂停、撤销",
    "closed_on_site": "现场关闭，有照片",
    "disaster": "自然灾害",
    "under_investigation": "已在立案调查",
}
"""The only reasons for which a drawn target may be replaced; fixed in the commitment."""

RECUSALS: dict[str, str] = {
    "kin": "近亲属",
    "employed": "三年内任职",
    "holding": "持股",
    "advised": "授课或咨询",
    "last_visit": "上次检查同一人",
    "other": "其他",
}
"""Why a person may not inspect a target: the kinds of `accounts.Avoidance` and the rotation."""
