"""An annual plan's way to being in force, a visit's way through the ledger, and a merge's way to both consents."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

DR_01 = "《检验检测机构监督管理办法》第十八条"
DR_02 = "《市场监管总局关于全面推进“双随机、一公开”监管工作的通知》（国市监信〔2019〕38号）"
CHK = "《国务院办公厅关于严格规范涉企行政检查的意见》（国办发〔2024〕54号）"
HOUSE = "《衡鉴检查计划规则》第1条（起草人不得审批自己的计划）"
HOUSE_VERSION = "《衡鉴检查计划规则》第2条（已备案的计划只能以新版本变更）"
HOUSE_MERGE = "《衡鉴检查计划规则》第3条（并入检查须双方机关同意）"
HOUSE_LOOK = "《衡鉴检查计划规则》第4条（风险监测由人逐家看过筛查结果，不入企）"

PLAN = Procedure(
    name="annual_plan",
    label="年度检查计划",
    states={
        "draft": "起草中",
        "submitted": "待审批",
        "approved": "已批准，待报备",
        "filing": "已报备，待上级确认",
        "in_force": "已备案，执行中",
        "superseded": "已由新版本替代",
        "closed": "已办结",
        "dropped": "已作废",
    },
    moves=(
        Move("submit", "draft", "submitted", "plan.draft", "提请审批", DR_01, facts=("items",)),
        Move("drop", "draft", "dropped", "plan.draft", "作废草案", HOUSE, facts=("reason",)),
        Move("approve", "submitted", "approved", "plan.approve", "批准", HOUSE, second_person=True),
        Move(
            "return",
            "submitted",
            "draft",
            "plan.approve",
            "退回修改",
            HOUSE,
            facts=("reason",),
            second_person=True,
        ),
        Move("file", "approved", "filing", "plan.file", "报上一级备案", DR_02, facts=("superior",)),
        Move("file_on_paper", "approved", "in_force", "plan.file", "登记系统外备案", DR_02, facts=("receipt_no",)),
        Move("acknowledge", "filing", "in_force", "plan.acknowledge", "确认备案", DR_02, facts=("receipt_no",)),
        Move("object", "filing", "draft", "plan.acknowledge", "提出备案意见并退回", DR_02, facts=("reason",)),
        Move("supersede", "in_force", "superseded", "plan.replace", "由新版本替代", HOUSE_VERSION, facts=("version",)),
        Move("close", "in_force", "closed", "plan.approve", "办结", DR_01, facts=("reason",)),
    ),
    fact_labels={
        "items": "检查事项",
        "reason": "理由",
        "superior": "上一级机关",
        "receipt_no": "备案文号",
        "version": "新版本",
    },
)

VISIT = Procedure(
    name="visit",
    label="入企检查",
    states={
        "reserved": "已预约",
        "proposed": "待并入",
        "entered": "已入企",
        "done": "已完成",
        "cancelled": "已取消",
    },
    moves=(
        Move("enter", "reserved", "entered", "visit.enter", "入企", CHK),
        Move("finish", "entered", "done", "visit.enter", "结束检查", CHK),
        Move("cancel", "reserved", "cancelled", "visit.manage", "取消", CHK, facts=("reason",)),
        Move("move", "reserved", "reserved", "visit.manage", "改期", CHK, facts=("day", "reason")),
        Move("join", "reserved", "reserved", "visit.merge", "并入另一次检查", HOUSE_MERGE, facts=("host",)),
        Move("ask_to_join", "reserved", "proposed", "visit.merge", "提请并入", HOUSE_MERGE, facts=("host",)),
        Move("join", "proposed", "reserved", "visit.merge", "并入另一次检查", HOUSE_MERGE, facts=("host",)),
        Move("cancel", "proposed", "cancelled", "visit.manage", "取消", HOUSE_MERGE, facts=("reason",)),
    ),
    fact_labels={"reason": "理由", "day": "日期", "host": "并入哪一次检查"},
)

MERGE = Procedure(
    name="visit_merge",
    label="合并检查提议",
    states={
        "open": "待双方同意",
        "host_agreed": "主查机关已同意",
        "guest_agreed": "并入机关已同意",
        "accepted": "已合并",
        "declined": "不合并",
        "lapsed": "已失效",
    },
    moves=(
        Move("agree_host", "open", "host_agreed", "visit.merge", "主查机关同意", HOUSE_MERGE),
        Move("agree_guest", "open", "guest_agreed", "visit.merge", "并入机关同意", HOUSE_MERGE),
        Move("agree_guest", "host_agreed", "accepted", "visit.merge", "并入机关同意", HOUSE_MERGE),
        Move("agree_host", "guest_agreed", "accepted", "visit.merge", "主查机关同意", HOUSE_MERGE),
        *(
            Move("decline", source, "declined", "visit.merge", "不合并", HOUSE_MERGE, facts=("reason",))
            for source in ("open", "host_agreed", "guest_agreed")
        ),
        *(
            Move("lapse", source, "lapsed", "visit.merge", "失效", HOUSE_MERGE, facts=("reason",))
            for source in ("open", "host_agreed", "guest_agreed")
        ),
    ),
    fact_labels={"reason": "理由"},
)

EXCEPTION_CODES: dict[str, str] = {
    "tip": "投诉举报",
    "transfer": "移送、转办",
    "superior_order": "上级交办",
    "alert": "数据监测预警",
    "follow_up": "整改复查、承诺核查",
}
"""Why a check outside the plan or above the cap is lawful; each needs a note and is published."""
ORIGINS: dict[str, str] = {
    "draw": "双随机抽查",
    "key_field": "重点领域全覆盖",
    "monitoring": "风险监测",
    "campaign": "专项检查",
    "alert": "预警",
    "tip": "投诉举报",
    "transfer": "移送、转办",
    "superior_order": "上级交办",
    "follow_up": "复查、承诺核查",
}
ON_SITE = ("entered", "done")
EXPECTED = ("reserved", "entered", "done")
"""States in which a visit burdens the enterprise."""
EDITABLE = ("draft",)
