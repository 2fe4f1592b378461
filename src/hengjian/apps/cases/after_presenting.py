"""What the pages of service, money and the file show."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.after_moving import owner_of
from hengjian.apps.cases.after_procedures import OWING, RELATIONS
from hengjian.apps.cases.models import Case, CourtApplication, Demand, Obligation, OnSpotPenalty, Service
from hengjian.apps.cases.owing import standing_of
from hengjian.apps.cases.selectors import is_investigator
from hengjian.apps.cases.windows import window_of
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.kernel.errors import IllegalMove
from hengjian.law.catalogue import article_as_of
from hengjian.ui.parts import Action
from hengjian.ui.wording import iso_date

SERVICE_TAGS = {"served": "ok", "failed": "bad", "under_way": "blue", "announced": "blue", "prepared": "warn"}
OWED_TAGS = {"settled": "ok", "ended": "line", "due": "blue", "deferred": "blue", "demanded": "warn", "in_court": "bad"}


def service_facts(service: Service) -> list[tuple[str, str]]:
    """The facts of one service; what is empty is left out."""
    officers = "、".join(one.name for one in (service.officer_a, service.officer_b) if one is not None)
    facts = [
        ("文书", f"{service.document.title} {service.document.number}".strip()),
        ("受送达人", service.party.name),
        ("方式", service.get_way_display()),
        ("最近办理", iso_date(service.on)),
        ("送达日期", iso_date(service.served_on)),
        ("地点", service.place),
        ("签收人", service.receiver + (f"（{RELATIONS[service.relation]}）" if service.relation else "")),
        ("拒收事由", service.refusal),
        ("见证人", service.witness),
        ("电子送达地址", service.address),
        ("邮件号码", service.tracking),
        ("受委托机关", service.entrusted_to),
        ("公告处", service.published_in),
        ("原因和经过", service.reason),
        ("告知将公示", "已书面告知" if service.told_publication else ""),
        ("送达人", officers),
    ]
    return [(term, value) for term, value in facts if value and value != "—"]


def owed_page(owed: Obligation, user: Any, *, on: date) -> dict[str, Any]:
    """The page of one obligation."""
    standing = standing_of(owed, on=on)
    demand = Demand.objects.filter(obligation=owed).first()
    application = CourtApplication.objects.filter(obligation=owed).first()
    owner = owner_of(owed)
    window, why = None, ""
    if demand is not None and application is None:
        try:
            window = window_of(owed)
        except IllegalMove as refused:
            why = refused.sentence
    return {
        "owed": owed,
        "owner": owner,
        "owner_url": owner_url(owner),
        "standing": standing,
        "late": owed.state in OWING and standing.next_due is not None and standing.next_due < on,
        "tag_kind": OWED_TAGS[owed.state],
        "late_article": article_as_of("PEN-75", owed.due_on).text,
        "payments": list(owed.payments.all()),
        "deferrals": list(owed.deferrals.select_related("decided_by", "document")),
        "demand": demand,
        "application": application,
        "window": window,
        "window_why": why,
        "clocks": list(clocks_of(owed)) + (list(clocks_of(demand)) if demand else []),
        "acts": owed_acts(owed, user, on=on, demand=demand, application=application),
        "may_approve": may(user, "case.approve", owner, on=on) is not None,
        "may_reverse": owed.state in OWING and may(user, "case.handle", owner, on=on) is not None,
        "today": on,
    }


def owner_url(owner: Case | OnSpotPenalty) -> str:
    """The page of the matter to which money is owed."""
    name = "cases:show" if isinstance(owner, Case) else "cases:spot"
    return reverse(name, args=[owner.number])


def owed_acts(
    owed: Obligation, user: Any, *, on: date, demand: Demand | None, application: CourtApplication | None
) -> list[Action]:
    """What this person may do about the money now."""
    owner = owner_of(owed)
    handles = may(user, "case.handle", owner, on=on) is not None
    handles = handles and (not isinstance(owner, Case) or is_investigator(owner, user, on))
    approves = may(user, "case.approve", owner, on=on) is not None
    offered: list[tuple[str, str, bool]] = []
    waiting = any(one.granted is None for one in owed.deferrals.all())
    if owed.state in OWING:
        offered = [
            ("pay", "登记缴款", handles),
            ("deferral", "登记延期、分期申请", handles and not waiting and owed.state in ("due", "demanded")),
            ("demand", "制作催告书", handles and owed.case_id is not None and owed.state in ("due", "deferred")),
            ("court", "申请法院强制执行", approves and owed.state == "demanded"),
            ("waive", "减免加处罚款", approves),
            ("end", "不再执行", approves),
        ]
    made = [Action(label, reverse("cases:owed_enter", args=[owed.pk, key])) for key, label, open_ in offered if open_]
    if application is not None and handles and application.state in ("applied", "accepted", "allowed"):
        url = reverse("cases:owed_enter_on", args=[owed.pk, "court-answer", application.pk])
        made.append(Action("登记法院答复", url))
    return made
