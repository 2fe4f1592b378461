"""A commission to test, inspect, quarantine or appraise: sent, told to the party, answered, told again."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

_RULES = "《市场监督管理行政处罚程序规定》"
COMMISSION = f"{_RULES}（委托有法定资质的机构检测、检验、检疫、鉴定）"
NOT_COUNTED = f"{_RULES}第六十四条、第三十八条（检测、检验、检疫、鉴定时间不计入，书面告知）"

KINDS: dict[str, str] = {"test": "检测", "inspect": "检验", "quarantine": "检疫", "appraise": "鉴定"}
OUT = ("out",)
PAUSE_REASON = "检测、检验、检疫、鉴定"
"""The cause as the clocks PEN-18, PEN-38 and PEN-64 name it."""

APPRAISAL = Procedure(
    name="appraisal",
    label="检测鉴定委托",
    states={
        "prepared": "待送检",
        "out": "检测鉴定中",
        "back": "结果已收到",
        "told": "结果已告知",
        "cancelled": "已取消",
        "recalled": "已撤回",
    },
    moves=(
        Move(
            "send", "prepared", "out", "evidence.take", "送出", COMMISSION,
            facts=("sent_on",), clock="PEN-64", document="PEN-30",
        ),
        Move(
            "tell_period", "out", "out", "evidence.take", "书面告知期间", NOT_COUNTED,
            facts=("told_on",), clock="PEN-38", document="PEN-31",
        ),
        Move(
            "receive", "out", "back", "evidence.take", "登记结果", COMMISSION,
            facts=("returned_on", "report_no", "result"), clock="PEN-64",
        ),
        Move(
            "tell_result", "back", "told", "evidence.take", "告知结果", COMMISSION,
            facts=("result_told_on",), document="PEN-32",
        ),
        Move("cancel", "prepared", "cancelled", "evidence.take", "取消委托", COMMISSION, facts=("reason",)),
        Move("recall", "out", "recalled", "evidence.take", "撤回委托", COMMISSION, facts=("reason",), clock="PEN-64"),
    ),
    fact_labels={
        "sent_on": "送出日期",
        "told_on": "告知日期",
        "returned_on": "收到结果日期",
        "report_no": "报告编号",
        "result": "结论",
        "result_told_on": "告知日期",
        "reason": "理由",
    },
)  # fmt: skip
