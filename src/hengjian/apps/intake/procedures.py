"""A submission's way from a file to the lake, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

HOUSE = "《衡鉴数据接收规则》第1条"

SUBMISSION = Procedure(
    name="submission",
    label="报送",
    states={
        "received": "已接收",
        "reading": "读取中",
        "previewed": "待确认",
        "accepting": "收下中",
        "accepted": "已收下",
        "failed": "读取失败",
        "withdrawn": "已撤回",
    },
    moves=(
        Move("read", "received", "reading", "intake.submit", "开始读取", HOUSE),
        Move("preview", "reading", "previewed", "intake.submit", "给出试运行结果", HOUSE),
        Move("fail", "reading", "failed", "intake.submit", "记为读取失败", HOUSE, facts=("message",)),
        Move("reread", "previewed", "reading", "intake.submit", "按新的对应重读", HOUSE),
        Move("reread", "failed", "reading", "intake.submit", "重新读取", HOUSE),
        Move("accept", "previewed", "accepting", "intake.accept", "收下", HOUSE),
        Move("finish", "accepting", "accepted", "intake.accept", "写入完成", HOUSE),
        Move("give_back", "accepting", "previewed", "intake.accept", "未能写入，退回待确认", HOUSE, facts=("message",)),
        Move("withdraw", "received", "withdrawn", "intake.submit", "撤回", HOUSE),
        Move("withdraw", "reading", "withdrawn", "intake.submit", "撤回", HOUSE),
        Move("withdraw", "previewed", "withdrawn", "intake.submit", "撤回", HOUSE),
        Move("withdraw", "failed", "withdrawn", "intake.submit", "撤回", HOUSE),
    ),
    fact_labels={"message": "原因"},
)
