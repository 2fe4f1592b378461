"""Rights over inspections: the two officers write, the organ's chiefs assign and review, superiors read."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import OFFICIALS, Permission, actor_for, declare, granting
from hengjian.apps.record.services import Actor, Policy
from hengjian.kernel.errors import NotAllowed

CHIEFS = frozenset({Role.SECTION_CHIEF, Role.LEADER})
OVERSEERS = frozenset({*CHIEFS, Role.SUPERVISOR, Role.ANALYST, Role.LEGAL_REVIEWER})
FIELD_ROLES = frozenset({Role.OFFICER, Role.SECTION_CHIEF, Role.LEADER})

declare(
    Permission("inspection.view", "查看检查任务", OFFICIALS | {Role.EXPERT}),
    Permission("inspection.oversee", "查看本机关及下级的全部检查任务", OVERSEERS),
    Permission("inspection.assign", "交办、通知、取消检查任务", CHIEFS, "own"),
    Permission("inspection.carry_out", "办理交给自己的检查任务", FIELD_ROLES),
    Permission("inspection.review", "审核检查结果", CHIEFS | {Role.LEGAL_REVIEWER}, "own"),
    Permission("inspection.publish", "公示检查结果", CHIEFS, "own"),
)


def officer_actor(user: User, inspection: Any, *, on: date) -> Actor:
    """One of the task's two officers as the record knows them; NotAllowed with the sentence why the person is not.

    The posting may be of another organ (joint and exchange teams): being one of the two is the right, an enforcing
    role that day its condition.
    """
    if user.pk not in inspection.officer_ids:
        raise NotAllowed(
            f"只有本次检查的两名执法人员（{inspection.lead.name}、{inspection.member.name}）可以办理，您不在其中。"
            "您写的内容没有进入检查记录。"
        )
    held = granting(user, "inspection.carry_out", on)
    if not held:
        raise NotAllowed(
            f"{user.name}现在没有执法岗位（已调离或者停用），不能再写入检查 {inspection.number}。"
            "手机上的内容没有丢，请交由科长确认后处理。"
        )
    return actor_for(user, held[0])


def inspection_policy(user: User, *, on: date) -> Policy:
    """The usual policy; what the officers do belongs to the two who are assigned."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if code == "inspection.carry_out":
            return officer_actor(user, thing, on=on)
        return usual(code, thing)

    return ask


VERBS = {
    "inspection.create": "建立检查任务",
    "inspection.arrive": "登记入企",
    "inspection.replace_officer": "更换检查人员",
    "inspection.answer": "填写检查项",
    "inspection.statement": "填写检查笔录",
    "inspection.attach": "上传附件",
    "inspection.find": "登记发现的问题",
    "inspection.withdraw_finding": "撤回登记的问题",
    "inspection.freeze_reports": "冻结报告名单",
    "inspection.sample_reports": "抽取报告",
    "inspection.trace": "填写报告溯源",
    "inspection.export": "导出检查任务",
}
