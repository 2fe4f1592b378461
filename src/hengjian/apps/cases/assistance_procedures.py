"""A letter that asks another organ to assist: answered inside the system, or by hand where that organ is outside."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

ASSIST = "《市场监督管理行政处罚程序规定》第四十五条（协助调查，收到之日起十五个工作日内完成）"

KINDS: dict[str, str] = {"investigate": "协助调查", "identify": "协助辨认、鉴别", "seize": "协助扣押"}
FORMS: dict[str, str] = {"investigate": "PEN-17", "identify": "PEN-16", "seize": "PEN-18"}
WAITING = ("sent", "received", "told")
"""States in which the asked organ still owes an answer."""


def _answering() -> tuple[Move, ...]:
    return tuple(
        move
        for state in ("received", "told")
        for move in (
            Move("answer", state, "answered", "assistance.answer", "回复", ASSIST, facts=("answer",)),
            Move("decline", state, "declined", "assistance.answer", "不能协助", ASSIST, facts=("reason",)),
            Move(
                "note_answer", state, "answered", "assistance.send", "登记复函", ASSIST, facts=("answer", "answered_on")
            ),
            Move(
                "note_decline", state, "declined", "assistance.send", "登记不能协助", ASSIST,
                facts=("reason", "answered_on"),
            ),
        )
    )  # fmt: skip


ASSISTANCE = Procedure(
    name="assistance",
    label="协助函",
    states={
        "sent": "已发出",
        "received": "已收到，办理中",
        "told": "已告知不能按期",
        "answered": "已回复",
        "declined": "不能协助",
        "withdrawn": "已撤回",
    },
    moves=(
        Move(
            "receive", "sent", "received", "assistance.answer", "签收", ASSIST,
            facts=("received_on",), clock="PEN-45",
        ),
        Move(
            "note_receipt", "sent", "received", "assistance.send", "登记对方签收", ASSIST,
            facts=("received_on",), clock="PEN-45",
        ),
        Move(
            "tell", "received", "told", "assistance.answer", "期满前告知不能按期", ASSIST,
            facts=("reason", "expected_on"),
        ),
        Move(
            "note_telling", "received", "told", "assistance.send", "登记对方告知不能按期", ASSIST,
            facts=("reason", "expected_on", "told_on"),
        ),
        *_answering(),
        *(
            Move("withdraw", state, "withdrawn", "assistance.send", "撤回", ASSIST, facts=("reason",))
            for state in WAITING
        ),
    ),
    fact_labels={
        "received_on": "收到日期",
        "reason": "理由",
        "expected_on": "预计完成日期",
        "told_on": "告知日期",
        "answer": "协助结果",
        "answered_on": "复函日期",
    },
)  # fmt: skip
