"""What may happen to an official document: drawn up, issued, replaced by a newer version, declared void."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

HOUSE = "本系统文书规则"

DOCUMENT = Procedure(
    name="document",
    label="文书",
    states={
        "draft": "草稿",
        "issued": "已制作",
        "replaced": "已被新版替代",
        "discarded": "草稿弃用",
        "void": "已作废",
    },
    moves=(
        Move("issue", "draft", "issued", "document.issue", "制作文书", "《市场监督管理行政处罚程序规定》第七十八条"),
        Move("discard", "draft", "discarded", "document.issue", "弃用草稿", HOUSE, facts=("reason",)),
        Move("replace", "draft", "discarded", "document.issue", "以新草稿替代", HOUSE, facts=("reason",)),
        Move("replace", "issued", "replaced", "document.issue", "以新版替代", HOUSE, facts=("reason",)),
        Move("void", "issued", "void", "document.void", "作废", HOUSE, facts=("reason",)),
    ),
    fact_labels={"reason": "理由"},
)
