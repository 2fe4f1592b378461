"""An inspection's way from the task to the published result, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

TASK = "《市场监督管理行政处罚程序规定》第二十二条"
CARDS = "《市场监督管理行政处罚程序规定》第二十二条（执法人员不少于两人，出示执法证件）"
ENTRY = "国办发〔2024〕54号（扫码入企、全程留痕）"
RECORD = "《企业公示信息抽查办法》第九条（检查记录表签字盖章；不能签字的注明原因并由见证人签名）"
RESULT = "《企业公示信息抽查办法》第十二条（抽查结束之日起二十个工作日内公示）"
HOUSE_REVIEW = "《衡鉴检查工作规则》第3条（检查结果由检查组以外的人审核）"
HOUSE_CANCEL = "《衡鉴检查工作规则》第2条（取消检查须有编码的理由）"

INSPECTION = Procedure(
    name="inspection",
    label="检查任务",
    states={
        "assigned": "待检查",
        "notified": "已通知",
        "entered": "已入企",
        "on_site": "检查中",
        "record_closed": "笔录已闭合",
        "in_review": "待审核",
        "fixed": "结果已定",
        "published": "已公示",
        "filed": "已归档（不公示）",
        "cancelled": "已取消",
    },
    moves=(
        Move("notify", "assigned", "notified", "inspection.assign", "发出检查通知", TASK, facts=("notice_no",)),
        Move("enter", "assigned", "entered", "inspection.carry_out", "扫码入企", ENTRY, facts=("entry",)),
        Move("enter", "notified", "entered", "inspection.carry_out", "扫码入企", ENTRY, facts=("entry",)),
        Move(
            "begin",
            "entered",
            "on_site",
            "inspection.carry_out",
            "亮证开始检查",
            CARDS,
            facts=("cards_shown", "recusal_asked", "present_name"),
        ),
        Move(
            "close_record",
            "on_site",
            "record_closed",
            "inspection.carry_out",
            "闭合笔录",
            RECORD,
            facts=("facts_found", "signing"),
        ),
        Move(
            "record_absence",
            "entered",
            "record_closed",
            "inspection.carry_out",
            "记录未能检查并闭合",
            RECORD,
            facts=("facts_found", "signing"),
        ),
        Move(
            "submit",
            "record_closed",
            "in_review",
            "inspection.carry_out",
            "提交审核",
            HOUSE_REVIEW,
            facts=("result_code",),
        ),
        Move(
            "fix_result",
            "in_review",
            "fixed",
            "inspection.review",
            "审核通过，确定结果",
            HOUSE_REVIEW,
            facts=("result_code",),
            second_person=True,
        ),
        Move(
            "send_back",
            "in_review",
            "record_closed",
            "inspection.review",
            "退回检查组",
            HOUSE_REVIEW,
            facts=("reason",),
            second_person=True,
        ),
        Move("publish", "fixed", "published", "inspection.publish", "公示结果", RESULT),
        Move("file", "fixed", "filed", "inspection.publish", "归档（不公示）", RESULT),
        Move(
            "cancel",
            "assigned",
            "cancelled",
            "inspection.assign",
            "取消检查",
            HOUSE_CANCEL,
            facts=("cancel_code", "reason"),
        ),
        Move(
            "cancel",
            "notified",
            "cancelled",
            "inspection.assign",
            "取消检查",
            HOUSE_CANCEL,
            facts=("cancel_code", "reason"),
        ),
    ),
    fact_labels={
        "notice_no": "通知书文号",
        "entry": "入企记录",
        "cards_shown": "已出示执法证件",
        "recusal_asked": "已告知申请回避的权利",
        "present_name": "现场陪同人员",
        "facts_found": "检查情况",
        "signing": "签字或者拒签记录",
        "result_code": "检查结果",
        "reason": "理由",
        "cancel_code": "取消原因",
    },
)

CANCEL_CODES: dict[str, str] = {
    "closed": "机构已注销或者停业，经核实",
    "moved": "机构迁出辖区",
    "merged": "并入另一次检查",
    "superseded": "上级或者其他机关已作同一检查",
    "recusal": "检查人员须回避且无人可替",
    "force_majeure": "自然灾害等不可抗力",
}
WORKING = ("assigned", "notified", "entered", "on_site")
"""States in which the two officers have something to do at the institution."""
BEFORE_ENTRY = ("assigned", "notified", "cancelled")
"""States in which nobody has come to the institution: what a sealed draw hides is still hidden."""
WRITABLE = ("entered", "on_site")
"""States in which what is found on site may be written."""
UNFINISHED = (*WORKING, "record_closed", "in_review", "fixed")
