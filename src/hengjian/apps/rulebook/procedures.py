"""An amendment of the rulebook, from the draft to the book, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

RULE = "《衡鉴规则库修订规则》第1条（修订须注明依据文件和理由，由另一人审批）"

AMENDMENT = Procedure(
    name="amendment",
    label="规则修订",
    states={
        "draft": "起草中",
        "proposed": "待审批",
        "approved": "已生效入库",
        "withdrawn": "已撤回",
    },
    moves=(
        Move("edit", "draft", "draft", "rulebook.amend", "修改草稿", RULE, facts=("body", "source", "reason")),
        Move("propose", "draft", "proposed", "rulebook.amend", "提交审批", RULE, facts=("body", "source", "reason")),
        Move("approve", "proposed", "approved", "rulebook.approve", "批准入库", RULE, second_person=True),
        Move("send_back", "proposed", "draft", "rulebook.approve", "退回修改", RULE, facts=("note",)),
        *(
            Move("withdraw", state, "withdrawn", "rulebook.amend", "撤回", RULE, facts=("note",))
            for state in ("draft", "proposed")
        ),
    ),
    fact_labels={"body": "条目内容", "source": "依据文件", "reason": "修订理由", "note": "意见"},
)
