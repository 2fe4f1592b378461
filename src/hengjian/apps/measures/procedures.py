"""Response without a case, from the draft to what came of it, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

SOFT = "检验检测机构监督管理办法第二十五条（说服教育、提醒敦促、约谈纠正）"
ORDER = "检验检测机构监督管理办法第二十六条（责令限期改正）"
HOUSE = "《衡鉴分级处置规则》第1条（对机构发出的处置由另一人批准）"
CHECK = "《衡鉴分级处置规则》第2条（落实情况由承办人以外的人核实）"
AFTER = "《衡鉴分级处置规则》第3条（没有改正的转为线索，不另行口头处理）"

KINDS: dict[str, str] = {
    "guidance": "行政指导",
    "reminder": "提醒敦促",
    "interview": "约谈",
    "admonition": "告诫",
    "order": "责令改正",
}
"""From the lightest to the heaviest."""
FORMS: dict[str, str] = {
    "guidance": "MSR-1",
    "reminder": "MSR-2",
    "interview": "MSR-3",
    "admonition": "MSR-5",
    "order": "PEN-33",
}
RECORD = "MSR-4"
"""The document by which each is issued, and the record of an interview."""
WITH_INSTITUTION = ("issued", "held")
UNFINISHED = ("draft", "proposed", "approved", "issued", "held", "answered")

MEASURE = Procedure(
    name="measure",
    label="分级处置",
    states={
        "draft": "拟定中",
        "proposed": "待批准",
        "approved": "已批准待送达",
        "issued": "已送达待落实",
        "held": "已约谈待落实",
        "answered": "待核实",
        "closed": "已落实",
        "failed": "没有改正",
        "dropped": "已撤销",
    },
    moves=(
        Move("edit", "draft", "draft", "measure.draft", "修改", HOUSE, facts=("facts", "requirement")),
        Move("propose", "draft", "proposed", "measure.draft", "报请批准", HOUSE, facts=("facts", "requirement")),
        Move("approve", "proposed", "approved", "measure.approve", "批准", HOUSE, second_person=True),
        Move("send_back", "proposed", "draft", "measure.approve", "退回", HOUSE, facts=("note",)),
        Move(
            "issue",
            "approved",
            "issued",
            "measure.draft",
            "登记送达",
            SOFT,
            facts=("served_on", "recipient"),
            clock="limit",
            document="MSR-1…MSR-5、PEN-33",
        ),
        Move(
            "hold",
            "issued",
            "held",
            "measure.draft",
            "登记约谈记录",
            SOFT,
            facts=("minutes", "attendees"),
            document="MSR-4",
        ),
        *(
            move
            for state in WITH_INSTITUTION
            for move in (
                Move("answer", state, "answered", "measure.answer", "报告落实情况", CHECK, facts=("text",)),
                Move("record_answer", state, "answered", "measure.draft", "代录落实情况", CHECK, facts=("text",)),
                Move("extend", state, state, "measure.approve", "批准延期", CHECK, facts=("limit", "note")),
                Move("fail", state, "failed", "measure.verify", "认定没有改正", AFTER, facts=("note",)),
            )
        ),
        Move("verify", "answered", "closed", "measure.verify", "核实落实", CHECK, facts=("note",), second_person=True),
        Move(
            "ask_again",
            "answered",
            "issued",
            "measure.verify",
            "退回再办",
            CHECK,
            facts=("note", "limit"),
            clock="limit",
            second_person=True,
        ),
        Move(
            "fail", "answered", "failed", "measure.verify", "认定没有改正", AFTER, facts=("note",), second_person=True
        ),
        *(
            Move("drop", state, "dropped", "measure.draft", "撤销", HOUSE, facts=("note",))
            for state in ("draft", "proposed", "approved")
        ),
    ),
    fact_labels={
        "facts": "事实",
        "requirement": "要求",
        "note": "意见",
        "served_on": "送达日期",
        "recipient": "签收人",
        "minutes": "约谈内容",
        "attendees": "参加人员",
        "text": "落实情况",
        "limit": "期限",
    },
)
