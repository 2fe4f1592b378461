"""What the system notices about a complaint before a person decides: shown with the article, nothing follows alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from hengjian.apps.accounts.models import Level
from hengjian.apps.accounts.selectors import organ_for_area
from hengjian.apps.complaints.abuse import earlier_here, received_first_elsewhere
from hengjian.apps.complaints.models import Complaint
from hengjian.apps.complaints.procedures import MEDIATING, WAITING
from hengjian.ui.wording import zh_date

RULE = "《市场监督管理投诉举报处理办法》"


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing noticed; `url` where more is to be seen."""

    text: str
    article: str
    url: str = ""
    link: str = ""


def hints_of(complaint: Complaint, *, today: date) -> list[Hint]:
    """Everything noticed while the complaint still waits for a decision or an agreement."""
    if complaint.state not in (*WAITING, *MEDIATING):
        return []
    return [*_client(complaint), *_time(complaint), *_territory(complaint, today), *_repeats(complaint)]


def _client(complaint: Complaint) -> list[Hint]:
    found = []
    if complaint.client_kind == "company":
        text = "投诉人是单位：委托检测的单位通常不是消费者，反映的是违法线索的，作为举报办理。"
        found.append(Hint(text, f"{RULE}第三条"))
    if not complaint.daily_life:
        found.append(Hint("登记为不是为生活消费需要。", f"{RULE}第十六条第一款第（三）项"))
    return found


def _time(complaint: Complaint) -> list[Hint]:
    known = complaint.known_on
    if known is None or (complaint.received_on - known).days <= 3 * 365:
        return []
    text = f"投诉人{zh_date(known)}知道权益受损，到收到投诉可能超过三年，不予受理前请核对。"
    return [Hint(text, f"{RULE}第十六条第一款第（四）项")]


def _territory(complaint: Complaint, today: date) -> list[Hint]:
    if complaint.state not in WAITING or not complaint.area_code:
        return []
    bureau = organ_for_area(complaint.area_code, on=today)
    own = {complaint.organ_id, complaint.organ.parent_id}
    if bureau is not None and bureau.pk not in own:
        text = f"被投诉人在{bureau.name}辖区，由实际经营地或者住所地的县级局处理。"
        return [Hint(text, f"{RULE}第十三条")]
    if complaint.organ.level in (Level.PROVINCE, Level.NATIONAL):
        return [Hint("投诉由县级局处理，请分送。", f"{RULE}第十三条")]
    return []


def _repeats(complaint: Complaint) -> list[Hint]:
    found = []
    elsewhere = received_first_elsewhere(complaint)
    if elsewhere is not None:
        text = f"同一投诉人就同一被投诉人已向{elsewhere.organ_name}投诉（{zh_date(elsewhere.received_on)}收到），"
        found.append(Hint(text + "由先收到的处理。", f"{RULE}第十四条、第十六条第一款第（二）项"))
    for one in earlier_here(complaint):
        url = reverse("complaints:show", args=[one.number])
        text = f"同一投诉人就同一被投诉人此前投诉过，{one.get_state_display()}："
        found.append(Hint(text, f"{RULE}第十六条第一款第（二）项", url, one.number))
    return found
