"""What the documents of a tip are filled with: never who reported."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.leads.codes import CHANNELS
from hengjian.apps.tips.models import Tip
from hengjian.apps.tips.presenting import masked


def url_of(tip: Tip) -> str:
    """The page of a tip."""
    return reverse("tips:show", args=[tip.number])


def forms_for(tip: Tip) -> tuple[str, ...]:
    """The forms that may be drawn up now: the register always, the others after their step."""
    found = ["CMP-2"]
    if tip.distributed_by_id is not None:
        found.append("CMP-3")
    if tip.notes.filter(kind="result").exists():
        found.append("CMP-10")
    return tuple(found)


def organ_block(organ: Any) -> dict[str, str]:
    """The organ as documents name it."""
    superior = organ.parent.name if organ.parent_id else ""
    return {"name": organ.name, "short_name": organ.short_name, "superior": superior}


def context(tip: Tip, form: str, on: date) -> dict[str, Any]:
    """The values of CMP-2, CMP-3 and CMP-10."""
    result = tip.notes.filter(kind="result").last()
    files = tip.informant.files.count()
    return {
        "organ": organ_block(tip.organ),
        "today": on,
        "tip": {
            "number": tip.number,
            "received_on": tip.received_on,
            "channel": CHANNELS.get(tip.channel, tip.channel),
            "informant_mark": masked(tip.informant),
            "respondent": tip.respondent_name,
            "respondent_address": tip.institution.address if tip.institution else "",
            "facts": tip.text,
            "materials": f"附件 {files} 个" if files else "",
            "result": result.text if result else "",
            "result_basis": result.basis if result else "",
            "result_on": tip.closed_on,
        },
        "matter": {
            "kind": "举报",
            "number": tip.number,
            "received_on": tip.received_on,
            "to": tip.organ.name,
            "title": f"关于{tip.respondent_name}的举报",
            "reason": "经审查，属于你单位处理权限。",
            "materials": f"附件 {files} 个" if files else "",
        },
    }
