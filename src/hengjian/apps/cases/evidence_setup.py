"""What evidence and measures register when the app starts."""

from __future__ import annotations

from hengjian.apps.cases import context, evidence_context, evidence_gates, evidence_sections
from hengjian.apps.cases.appraisal_procedures import APPRAISAL
from hengjian.apps.cases.assistance_procedures import ASSISTANCE
from hengjian.apps.cases.evidence_policies import declared
from hengjian.apps.cases.evidence_procedures import EVIDENCE, INQUIRY, REQUEST
from hengjian.apps.cases.holds_procedures import PRESERVATION, SEIZURE
from hengjian.apps.record import wording
from hengjian.ui import navigation
from hengjian.ui.navigation import Item

VERBS = {
    "evidence.register": "登记证据",
    "evidence.hand_over": "证据交接",
    "evidence.add_file": "补充证据文件",
    "evidence.link": "关联违法事实",
    "hold.propose": "报请登记保存、查封扣押",
    "hold.remind": "查封扣押期限提醒",
    "appraisal.commission": "委托检测鉴定",
    "inquiry.call": "安排询问",
    "materials_request.send": "要求限期提供材料",
    "assistance.send": "发出协助函",
}


def register() -> None:
    """Rights, gates, sections, document context, words and navigation."""
    declared()
    evidence_gates.register_all()
    evidence_sections.register_all()
    context.register(evidence_context.contribute)
    for procedure in (EVIDENCE, INQUIRY, REQUEST, PRESERVATION, SEIZURE, APPRAISAL, ASSISTANCE):
        wording.name_procedure(procedure)
    wording.name_verbs(VERBS)
    navigation.register(
        Item("cases", "协助函", "cases:letters", permission="assistance.view", order=60),
    )
