"""What the documents of a complaint are filled with; the complainant under the number of the seal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.complaints.models import Complaint, ComplaintEntry
from hengjian.apps.complaints.presenting import ground_text
from hengjian.apps.leads.codes import CHANNELS
from hengjian.apps.tips.papers import organ_block
from hengjian.apps.tips.presenting import masked

OTHER_WAYS = "与经营者协商和解；请求消费者协会或者依法成立的其他调解组织调解；依约定申请仲裁；向人民法院提起诉讼"
"""消费者权益保护法第三十九条."""
SEALED = "身份信息密封保存"


def url_of(complaint: Complaint) -> str:
    """The page of a complaint."""
    return reverse("complaints:show", args=[complaint.number])


def forms_for(complaint: Complaint) -> tuple[str, ...]:
    """The forms that belong to the steps taken so far."""
    kinds = set(complaint.entries.values_list("kind", flat=True))
    found = {
        "CMP-1": True,
        "CMP-3": complaint.distributed_by_id is not None,
        "CMP-4": "wanted" in kinds,
        "CMP-5": complaint.accepted_on is not None,
        "CMP-6": complaint.state == "refused",
        "CMP-7": "invite" in kinds,
        "CMP-8": "end" in kinds,
        "CMP-9": "agreement" in kinds,
    }
    return tuple(form for form, there in found.items() if there)


def context(complaint: Complaint, form: str, on: date) -> dict[str, Any]:
    """The values of CMP-1 and CMP-3 to CMP-9."""
    last = {one.kind: one for one in complaint.entries.all()}
    files = complaint.informant.files.count()
    materials = f"附件 {files} 个" if files else ""
    return {
        "organ": organ_block(complaint.organ),
        "today": on,
        "complaint": _who(complaint) | _what(complaint, last) | {"materials": materials},
        "matter": {
            "kind": "投诉",
            "number": complaint.number,
            "received_on": complaint.received_on,
            "to": complaint.organ.name,
            "title": f"关于{complaint.respondent_name}的投诉",
            "reason": "经审查，属于你单位处理权限。",
            "materials": materials,
        },
    }


def _who(complaint: Complaint) -> dict[str, Any]:
    respondent = complaint.institution
    return {
        "number": complaint.number,
        "received_on": complaint.received_on,
        "accepted_on": complaint.accepted_on,
        "channel": CHANNELS.get(complaint.channel, complaint.channel),
        "complainant": f"投诉人{masked(complaint.informant)}",
        "phone": SEALED,
        "address": SEALED,
        "proxy": f"代理人{masked(complaint.agent)}" if complaint.agent else "",
        "respondent": complaint.respondent_name,
        "respondent_address": complaint.respondent_address,
        "respondent_phone": respondent.phone if respondent else "",
        "claim": complaint.claim,
        "facts": complaint.facts,
    }


def _what(complaint: Complaint, last: dict[str, ComplaintEntry]) -> dict[str, Any]:
    wanted, invite, end = last.get("wanted"), last.get("invite"), last.get("end")
    title, article = ground_text(complaint)
    decision, agreement = last.get("decision"), last.get("agreement")
    ground = f"{title}（{article}）" if title else ""
    why = decision.text if decision and complaint.state == "refused" else ""
    return {
        "missing": wanted.text if wanted else "",
        "until": complaint.supplement_limit,
        "refusal": f"{ground}。{why}" if why else "",
        "other_ways": OTHER_WAYS,
        "mediation_on": invite.facts.get("meet_at", "") if invite else "",
        "mediation_place": invite.facts.get("place", "") if invite else "",
        "mediator": invite.facts.get("mediator", "") if invite else "",
        "agreement": agreement.text if agreement else "",
        "end_ground": f"{ground}。{end.text}" if end else "",
        "ended_on": end.at.date() if end else None,
    }
