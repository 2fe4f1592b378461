"""A screening run's way from the queue to its findings, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

HOUSE = "《衡鉴筛查运行规则》第1条"
HOUSE_STOP = "《衡鉴筛查运行规则》第2条"

RUN = Procedure(
    name="screening_run",
    label="筛查运行",
    states={
        "queued": "排队中",
        "running": "运行中",
        "finished": "已完成",
        "failed": "失败",
        "cancelled": "已取消",
        "interrupted": "中断",
    },
    moves=(
        Move("begin", "queued", "running", "run.work", "开始运行", HOUSE),
        Move("finish", "running", "finished", "run.work", "完成", HOUSE),
        Move("fail", "queued", "failed", "run.work", "记为失败", HOUSE, facts=("message",)),
        Move("fail", "running", "failed", "run.work", "记为失败", HOUSE, facts=("message",)),
        Move("cancel", "queued", "cancelled", "run.start", "取消运行", HOUSE_STOP),
        Move("ask_to_stop", "running", "running", "run.start", "要求停下", HOUSE_STOP),
        Move("stop", "running", "cancelled", "run.work", "停下", HOUSE_STOP),
        Move("interrupt", "running", "interrupted", "run.work", "记为中断", HOUSE_STOP, facts=("message",)),
        Move("restart", "failed", "queued", "run.start", "重新运行", HOUSE_STOP),
        Move("restart", "cancelled", "queued", "run.start", "重新运行", HOUSE_STOP),
        Move("restart", "interrupted", "queued", "run.start", "重新运行", HOUSE_STOP),
    ),
    fact_labels={"message": "原因"},
)

ACTIVE = ("queued", "running")
