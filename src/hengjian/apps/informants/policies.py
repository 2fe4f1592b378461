"""Rights over what is sealed. No role reads an identity by right: opening takes two persons of different roles."""

from __future__ import annotations

from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.rights import Permission, declare

HANDLERS = frozenset({Role.OFFICER, Role.SECTION_CHIEF})

declare(
    Permission("informant.view", "查看举报人联系通道（不含身份）", HANDLERS | {Role.LEADER}, "own", for_bureau=True),
    Permission("informant.write", "与举报人联系", HANDLERS, "own", for_bureau=True),
    Permission("informant.request_opening", "申请开启举报人信息", HANDLERS, "own", for_bureau=True),
    Permission("informant.approve_opening", "批准开启举报人信息", frozenset({Role.SECTION_CHIEF, Role.LEADER}), "own"),
    Permission("informant.see_openings", "查看经办的开启申请", HANDLERS | {Role.LEADER, Role.SUPERVISOR}),
    Permission("informant.openings", "查看举报人信息的全部开启", frozenset({Role.LEADER, Role.SUPERVISOR})),
)

EXPIRE = "informant.expire_opening"
"""Nobody's right: only the system lets a request lapse."""

VERBS = {
    "informant.seal": "封存举报人信息",
    "informant.hand_over": "移交举报人信息",
    "informant.write": "回复举报人",
    "informant.hear": "收到举报人补充",
    "informant.read_file": "查看举报附件",
    "opening.request": "申请开启举报人信息",
    "receipt.sign": "签署回执",
    "receipt_key.make": "启用回执密钥",
    "vault.rotate": "更换保密库密钥",
}
