"""What service, money, enforcement and the file put on the case page and register elsewhere, once, at the start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases import acts, gates, sections
from hengjian.apps.cases.acts import Act
from hengjian.apps.cases.after_presenting import OWED_TAGS, SERVICE_TAGS
from hengjian.apps.cases.after_procedures import COURT, OBLIGATION, ON_SPOT, REMEDY, SERVICE, WAYS_OF
from hengjian.apps.cases.archiving import Sealing, archive_case, require_closed
from hengjian.apps.cases.closing import CLOSABLE, approve_closing, closing_facts, require_closing
from hengjian.apps.cases.file_order import missing_papers, papers_of
from hengjian.apps.cases.forms.after import CloseForm, SealForm
from hengjian.apps.cases.models import Ban, Case, OnSpotPenalty
from hengjian.apps.cases.owing import standing_of
from hengjian.apps.cases.procedures import BEFORE_FILING
from hengjian.apps.cases.sections import Section
from hengjian.apps.cases.selectors import is_investigator
from hengjian.apps.cases.summary_paper import spot_context, spot_url
from hengjian.apps.cases.summary_penalty import spots_seen_by
from hengjian.apps.documents import access
from hengjian.apps.record import wording
from hengjian.ui import navigation
from hengjian.ui.navigation import Item

SERVING_STATES = (
    "cleared", "notified", "hearing", "heard", "post_review", "ready", "collective", "investigating", "suspended",
    "decided", "no_penalty", "enforcing",
)  # fmt: skip
AFTER = ("decided", "enforcing", "no_penalty", "annulled", "closed", "archived")
KINDS_AFTER = ("remedies", "disposals", "refunds", "bans")
VERBS = {
    "service.confirm_address": "登记送达地址确认书",
    "service.begin": "登记送达",
    "case.decision_served": "决定书送达",
    "case.decision_overturned": "决定被变更或者撤销",
    "case.propose_closing": "报请结案",
    "case.refuse_closing": "退回结案报请",
    "obligation.begin": "产生缴款义务",
    "obligation.reverse": "冲正缴款",
    "obligation.draw_demand": "制作催告书",
    "remedy.register": "登记复议、诉讼",
    "disposal.enter": "处理涉案物品",
    "refund.order": "责令退款",
    "refund.done": "登记退款完成",
    "ban.lift": "解除限制从业",
    "on_spot.begin": "登记当场处罚",
    "archive.note": "案卷补充说明",
    "archive.lend": "案卷查阅",
    "archive.return": "案卷归还",
}


def register() -> None:
    """Sections, gates, acts, words for the record, and who may see the papers of a penalty on the spot."""
    for procedure in (SERVICE, OBLIGATION, COURT, REMEDY, ON_SPOT):
        wording.name_procedure(procedure)
    wording.name_verbs(VERBS)
    gates.register("close", require_closing, standing=False)
    gates.register("archive", require_closed, standing=True)
    acts.register(
        Act("close", CloseForm, approve_closing, hint="按办案人员的报请审批；退回请用“结案”一栏的“退回报请”。"),
        Act("archive", SealForm, _seal, hint="封卷后不能改动，只能加补充说明。全部文件的摘要值计入全卷摘要。"),
    )
    navigation.register(Item("cases", "当场处罚", "cases:spots", permission="case.view", order=30))
    sections.register(
        Section("service", "送达", 60, "cases/sections/service.html", _service),
        Section("money", "罚没款", 62, "cases/sections/money.html", _money),
        Section("execution", "复议诉讼、物品、退款和限制从业", 64, "cases/sections/execution.html", _execution),
        Section("closing", "结案与归档", 66, "cases/sections/closing.html", _closing),
    )
    access.register(
        OnSpotPenalty._meta.label_lower,
        lambda user, on: spots_seen_by(user, on=on),
        spot_context,
        url=spot_url,
    )


def _seal(*, case: Case, user: User, now: Any, today: date, seen: int | None = None, **values: Any) -> Case:
    return archive_case(case=case, entry=Sealing(**values), user=user, now=now, today=today, seen=seen).case


def _handles(case: Case, user: User, today: date) -> bool:
    return may(user, "case.handle", case, on=today) is not None and is_investigator(case, user, today)


def _service(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    if case.state in BEFORE_FILING:
        return None
    rows = list(case.services.select_related("document", "party"))
    confirmed = list(case.address_confirmations.select_related("party").filter(replaced_on__isnull=True))
    may_enter = case.state in SERVING_STATES and _handles(case, user, today)
    if not (rows or confirmed or may_enter):
        return None
    lines = [{"row": row, "tag": SERVICE_TAGS.get(row.state, "")} for row in rows]
    ways = [(f"serve-{way}", label) for way, label in WAYS_OF.items()]
    return {"lines": lines, "confirmed": confirmed, "may_enter": may_enter, "ways": ways}


def _money(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    if case.state not in AFTER:
        return None
    rows = case.obligations.all().select_related("party").prefetch_related("payments", "deferrals")
    remedies = list(case.remedies.all()) if rows else []
    lines = [
        {"row": row, "standing": standing_of(row, on=today, remedies=remedies), "tag": OWED_TAGS[row.state]}
        for row in rows
    ]
    return {"lines": lines} if rows else None


def _execution(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    if case.state not in AFTER:
        return None
    values: dict[str, Any] = {
        name: list(getattr(case, name).all().select_related("party" if name != "disposals" else "handler"))
        for name in KINDS_AFTER
    }
    values["bans"] = [{"row": row, "standing": ban_standing(row, today)} for row in values["bans"]]
    may_enter = _handles(case, user, today)
    if not any(values.values()) and not may_enter:
        return None
    approves = may(user, "case.approve", case, on=today) is not None
    return values | {"may_enter": may_enter, "may_approve": approves}


def ban_standing(ban: Ban, today: date) -> tuple[str, str]:
    """Kind and words of the tag: in force, over, lifted."""
    if ban.lifted_on is not None and ban.lifted_on <= today:
        return "line", "已解除"
    if ban.to_on is not None and ban.to_on < today:
        return "line", "已期满"
    return "bad", "限制中"


def _closing(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    if case.state not in (*CLOSABLE, "closed", "archived"):
        return None
    found = closing_facts(case)
    return found | {
        "missing": missing_papers(case, papers_of(case)) if case.state == "closed" else [],
        "may_enter": case.state in CLOSABLE and found["waiting"] is None and _handles(case, user, today),
        "may_approve": may(user, "case.approve", case, on=today) is not None,
    }
