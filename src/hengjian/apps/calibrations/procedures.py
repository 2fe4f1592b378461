"""A set of learnt weights from the proposal to its force and end, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

TEACH = "《衡鉴检测器校准规则》第1条（权重由研判结果算出，只对生效以后申请的筛查有效）"
REVIEW = "《衡鉴检测器校准规则》第2条（校准须由另一人审定）"
END = "《衡鉴检测器校准规则》第3条（停用或者被替代的版本保留，已完成的筛查不重算）"

CALIBRATION = Procedure(
    name="calibration",
    label="检测器校准",
    states={
        "draft": "拟定中",
        "submitted": "待审定",
        "in_force": "生效中",
        "superseded": "已被替代",
        "stopped": "已停用",
        "withdrawn": "已撤回",
    },
    moves=(
        Move("submit", "draft", "submitted", "calibration.propose", "提请审定", TEACH, facts=("reason",)),
        Move("approve", "submitted", "in_force", "calibration.approve", "审定并生效", REVIEW, second_person=True),
        Move(
            "send_back",
            "submitted",
            "draft",
            "calibration.approve",
            "退回",
            REVIEW,
            facts=("reason",),
            second_person=True,
        ),
        *(
            Move("withdraw", state, "withdrawn", "calibration.propose", "撤回", TEACH, facts=("reason",))
            for state in ("draft", "submitted")
        ),
        Move("stop", "in_force", "stopped", "calibration.approve", "停用", END, facts=("reason",)),
        Move("supersede", "in_force", "superseded", "calibration.work", "被新版本替代", END, facts=("version",)),
    ),
    fact_labels={"reason": "理由", "version": "新版本"},
)

WAITING = ("draft", "submitted")
EXPLAINED = ("submit", "send_back", "withdraw", "stop")
"""Moves that need a sentence."""
