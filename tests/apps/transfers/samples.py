"""Bodies outside the tree, and one transfer of each kind, for tests that only need them."""

from __future__ import annotations

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.leads.models import OutsideBody
from hengjian.apps.registry.models import Institution
from hengjian.apps.transfers.models import CriminalTransfer, Referral
from tests.apps.factories import NOW

POLICE, PROCURATORATE, HOUSING = "青石县公安局", "青石县人民检察院", "青石县住房和城乡建设局"


def list_bodies(organ: Organ) -> None:
    """Police, procuratorate and one department."""
    for name, department in ((POLICE, "public_security"), (PROCURATORATE, "procuratorate"), (HOUSING, "housing")):
        OutsideBody.objects.create(name=name, department=department, area_code="990121", organ=organ)


def transfer_things(organ: Organ, lab: Institution, author: User) -> dict[str, str]:
    """Numbers of a criminal transfer in verification and of a drafted referral."""
    shared = {
        "organ": organ, "institution": lab, "title": "涉嫌提供虚假证明文件", "facts": "事实", "made_by": author,
        "made_at": NOW, "state_at": NOW,
    }  # fmt: skip
    criminal = CriminalTransfer.objects.create(number="XY-2026-9001", member=author, **shared)
    referral = Referral.objects.create(number="YS-2026-9001", kind="department", basis="依据", **shared)
    return {
        "criminal": criminal.number,
        "criminal_move": "report",
        "referral": referral.number,
        "referral_move": "propose",
    }
