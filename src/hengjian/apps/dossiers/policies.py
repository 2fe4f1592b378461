"""Rights over dossiers."""

from __future__ import annotations

from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare

declare(
    Permission("dossier.view", "查看一企一卷", OFFICIALS | {Role.INSTITUTION_USER}, for_bureau=True),
    Permission("dossier.print", "打印一企一卷", OFFICIALS, for_bureau=True),
)
