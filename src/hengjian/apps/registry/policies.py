"""Rights over institutions and what belongs to them."""

from __future__ import annotations

from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare

declare(
    Permission("institution.view", "查看监管对象", OFFICIALS | {Role.INSTITUTION_USER}, for_bureau=True),
    Permission("institution.edit", "登记和变更监管对象", frozenset({Role.REGISTRAR})),
    Permission("institution.export", "导出监管对象", OFFICIALS),
    Permission("match.view", "查看主体匹配", OFFICIALS),
    Permission("match.find", "查找疑似同一主体", frozenset({Role.REGISTRAR, Role.ANALYST})),
    Permission("match.decide", "合并或驳回疑似同一主体", frozenset({Role.REGISTRAR, Role.SECTION_CHIEF})),
)
