"""An alert's way from the finding to a person's judgement, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

HOUSE = "《衡鉴预警研判规则》第1条"
HOUSE_REVIEW = "《衡鉴预警研判规则》第2条（确定性发现的排除须二人）"
HOUSE_REOPEN = "《衡鉴预警研判规则》第3条"

ALERT = Procedure(
    name="alert",
    label="预警",
    states={
        "open": "待研判",
        "data_requested": "待机构补充",
        "confirmed": "确认待跟进",
        "dismissal_proposed": "待复核排除",
        "dismissed": "已排除",
    },
    moves=(
        Move("confirm", "open", "confirmed", "alert.judge", "确认待跟进", HOUSE, facts=("reason",)),
        Move("request_data", "open", "data_requested", "alert.judge", "要求机构补充", HOUSE, facts=("reason",)),
        Move("dismiss", "open", "dismissed", "alert.judge", "排除", HOUSE, facts=("reason_code", "reason")),
        Move(
            "propose_dismissal",
            "open",
            "dismissal_proposed",
            "alert.judge",
            "提请排除",
            HOUSE_REVIEW,
            facts=("reason_code", "reason"),
        ),
        Move("data_received", "data_requested", "open", "alert.judge", "已收到补充", HOUSE, facts=("reason",)),
        Move("confirm", "data_requested", "confirmed", "alert.judge", "确认待跟进", HOUSE, facts=("reason",)),
        Move(
            "approve_dismissal",
            "dismissal_proposed",
            "dismissed",
            "alert.review",
            "同意排除",
            HOUSE_REVIEW,
            second_person=True,
        ),
        Move(
            "return_dismissal",
            "dismissal_proposed",
            "open",
            "alert.review",
            "退回再研判",
            HOUSE_REVIEW,
            facts=("reason",),
            second_person=True,
        ),
        Move("reopen", "confirmed", "open", "alert.review", "重新研判", HOUSE_REOPEN, facts=("reason",)),
        Move("reopen", "dismissed", "open", "alert.review", "重新研判", HOUSE_REOPEN, facts=("reason",)),
        Move("new_reports", "confirmed", "open", "alert.take", "因新报告重新研判", HOUSE_REOPEN, facts=("run",)),
        Move("new_reports", "dismissed", "open", "alert.take", "因新报告重新研判", HOUSE_REOPEN, facts=("run",)),
        Move(
            "new_reports", "dismissal_proposed", "open", "alert.take", "因新报告重新研判", HOUSE_REOPEN, facts=("run",)
        ),
    ),
    fact_labels={"reason": "理由", "reason_code": "排除原因", "run": "筛查运行"},
)

DISMISSAL_CODES: dict[str, str] = {
    "clerical": "机构笔误，原始记录无误",
    "data_error": "数据传输或转换错误",
    "lawful": "有合法合理的解释",
    "rule_wrong": "检测器不适用于这种情形",
    "too_weak": "证据不足以跟进",
    "duplicate": "与另一事项重复，已在办理",
}
NOT_A_VERDICT = ("duplicate",)
"""Dismissals that say nothing about whether the detector was right: left out of its precision."""
WAITING = ("open", "dismissal_proposed")
"""States in which an organ's own people have to do something."""
