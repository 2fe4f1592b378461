"""Rights over draws. Before a sealed draw is opened, its targets are for those who send people out and oversee them."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare, may
from hengjian.apps.draws.models import Draw
from hengjian.apps.draws.procedures import RESULT_KNOWN

CHIEFS = frozenset({Role.SECTION_CHIEF, Role.LEADER})
KEEPERS = frozenset({Role.LEADER, Role.SECTION_CHIEF, Role.LEGAL_REVIEWER, Role.SUPERVISOR})
TYPISTS = frozenset({Role.SECTION_CHIEF, Role.OFFICER, Role.LEGAL_REVIEWER, Role.ANALYST})
CHECKERS = TYPISTS | {Role.LEADER, Role.SUPERVISOR}

declare(
    Permission("draw.view", "查看随机抽查", OFFICIALS),
    Permission("draw.prepare", "编制、冻结抽查名录", frozenset({Role.SECTION_CHIEF, Role.OFFICER}), "own"),
    Permission("draw.commit", "公布承诺、抽取", CHIEFS, "own"),
    Permission("draw.enter_entropy", "录入熵", TYPISTS, "own"),
    Permission("draw.confirm_entropy", "核对熵", CHECKERS, "own"),
    Permission("draw.publish", "公开抽查结果和证明", CHIEFS, "own"),
    Permission("draw.void", "作废抽查", CHIEFS, "own"),
    Permission("draw.substitute", "按事由替换、检查人员回避", CHIEFS, "own"),
    Permission("draw.review_substitution", "审核超过比例的替换", frozenset({Role.LEADER}), "own"),
    Permission("draw.keep_salt", "保管密封抽查的盐", KEEPERS, "everywhere"),
    Permission("draw.join", "同意参加联合抽查", CHIEFS, "own"),
    Permission("draw.targets", "查看未公开的密封名单", CHIEFS | {Role.SUPERVISOR}, "own"),
)


def may_see_targets(user: Any, draw: Draw, *, on: date) -> bool:
    """Whether the person may see who was drawn: everybody once it is published, before that by right in sealed mode.

    An open draw can be computed by anybody from the commitment and the entropy, so it hides nothing.
    """
    if draw.state not in RESULT_KNOWN and draw.result == {}:
        return True
    if draw.mode == "open" or draw.published_at is not None:
        return True
    return may(user, "draw.targets", draw, on=on) is not None


VERBS = {
    "draw.create": "立项随机抽查",
    "draw.plan": "修改抽查方案",
    "draw.roster": "编制抽查名录",
    "draw.exclude": "事前剔除",
    "draw.include": "撤回剔除",
    "draw.invite": "邀请机关参加抽查",
    "draw.uninvite": "撤回邀请",
    "draw.join": "同意参加抽查",
    "draw.keep": "指定盐的保管人",
    "draw.unkeep": "撤换盐的保管人",
    "draw.salt_hash": "交盐的摘要值",
    "draw.salt": "交盐",
    "draw.entropy_differs": "核对熵不一致",
    "draw.ask_substitute": "提出替换抽中机构",
    "draw.substitute": "替换抽中机构",
    "draw.recuse": "检查人员回避递补",
    "draw.view_sealed": "查看密封名单",
    "draw.download": "下载证明包",
}
