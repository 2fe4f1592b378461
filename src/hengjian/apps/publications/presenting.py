"""What the pages of a publication and of a typical case show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.models import Case, Decision
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.publications import composing, periods
from hengjian.apps.publications.forms import FORMS, TYPICAL_FORMS, StoryForm
from hengjian.apps.publications.listing import standing_tag, typical_tag
from hengjian.apps.publications.models import Publication, TypicalCase
from hengjian.apps.publications.procedures import PUBLIC
from hengjian.apps.publications.redaction import LABELS, columns
from hengjian.apps.publications.selectors import actions_for, told_at_service, typical_actions_for
from hengjian.apps.record.selectors import events_of
from hengjian.apps.record.wording import verb_label
from hengjian.apps.rulebook.rows import field_titles
from hengjian.ui.parts import Event
from hengjian.ui.wording import iso_date, zh_date, zh_datetime

PRIMARY = ("propose", "publish", "push", "note_home", "approve_correction", "grant_stop", "stop")


def page_of(row: Publication, user: User, today: date, tried: tuple[str, Any] | None) -> dict[str, Any]:
    """The context of the page of one publication."""
    moves = list(actions_for(row, user, on=today))
    undo = row.overturned_on is not None and row.state in (*PUBLIC, "pushed")
    wanted = ("withdraw",) if undo else PRIMARY
    names = {move.action for move in moves}
    primary = next((one for one in wanted if one in names), "")
    version = row.versions.order_by("-number").first()
    panels = [
        _panel(row, move, primary, tried, version) for move in sorted(moves, key=lambda one: one.action != primary)
    ]
    seen = cases_seen_by(user, today).filter(pk=row.case_id).exists()
    original = composing.original_text(row.decision, row.kind)
    left, right = columns(original, version.text if version else "")
    return {
        "row": row,
        "tag_kind": standing_tag(row, today),
        "panels": panels,
        "facts": _facts(row),
        "told": told_at_service(row),
        "undo": undo,
        "left": left if seen else None,
        "right": right,
        "summary": _summary(version.summary, row) if version else [],
        "counts": [(LABELS[kind], n) for kind, n in sorted(version.counts.items())] if version else [],
        "versions": list(row.versions.select_related("made_by", "approved_by")),
        "period": periods.period_of(row, row.published_on or today),
        "public_url": reverse("portal:penalty", args=[row.number]) if row.is_public(today) else "",
        "clocks": list(clocks_of(row)),
        "history": _history(row),
        "case": row.case if seen else None,
    }


def _panel(row: Publication, move: Any, primary: str, tried: tuple[str, Any] | None, version: Any) -> dict[str, Any]:
    initial: dict[str, Any] = {"seen": row.version}
    if move.action in ("prepare", "correct"):
        initial |= {
            "violation": version.summary.get("violation", "") if version else "",
            "key_product": row.key_product,
            "closure": row.closure,
            "minor_person": row.minor_person,
        }
    form = tried[1] if tried and tried[0] == move.action else FORMS[move.action](prefix=move.action, initial=initial)
    if "minor_person" in form.fields and row.party.kind != "person":
        del form.fields["minor_person"]
    if "closure" in form.fields and "close" not in row.decision.measures:
        del form.fields["closure"]
    return {
        "action": move.action,
        "label": move.label,
        "basis": move.basis,
        "form": form,
        "open": move.action == primary or bool(tried and tried[0] == move.action),
        "url": reverse("publications:act", args=[row.number, move.action]),
    }


def _facts(row: Publication) -> list[tuple[str, str]]:
    where = f"外省（{row.home_province}），推送登记地公示" if row.away else "本省，由本机关公示"
    return [
        ("种类", row.get_kind_display()),
        ("作出机关", row.organ.name),
        ("决定日期", zh_date(row.decided_on)),
        ("送达", zh_date(row.decision.served_on) if row.decision.served_on else "还没有送达"),
        ("登记地", where if row.party.kind == "institution" else "个人，由本机关公示"),
        ("推送", f"{row.pushed_to}　{iso_date(row.pushed_on)}" if row.pushed_on else "—"),
        ("拟定人", row.prepared_by.name if row.prepared_by else "—"),
        ("公示人", row.published_by.name if row.published_by else "—"),
        ("公示日期", zh_date(row.published_on) if row.published_on else "—"),
        ("停止或者撤回", zh_date(row.ended_on) if row.ended_on else "—"),
    ]


def _summary(summary: Mapping[str, str], row: Publication) -> list[tuple[str, str]]:
    letter = None if summary.get("doc_number") else composing.decision_letter(row.decision)
    number = letter.number if letter else summary.get("doc_number")
    return [
        ("决定书文号", number or "还没有制作处罚决定书"),
        ("当事人", summary.get("party", "")),
        ("统一社会信用代码", summary.get("code") or "—"),
        ("违法行为类型", summary.get("violation", "")),
        ("处罚内容", summary.get("content", "")),
        ("处罚依据", summary.get("basis", "")),
        ("作出机关", summary.get("organ", "")),
        ("决定日期", summary.get("decided_on", "")),
    ]


def _history(row: Publication | TypicalCase) -> list[Event]:
    rows = events_of(type(row)._meta.label_lower, row.pk)
    return [Event(one.at, f"{one.actor_name}：{verb_label(one.verb)}", "act", one.reason) for one in rows]


def typical_page(row: TypicalCase, user: User, today: date, tried: tuple[str, Any] | None) -> dict[str, Any]:
    """The context of the page of one typical case."""
    panels = []
    for move in typical_actions_for(row, user, on=today):
        form = tried[1] if tried and tried[0] == move.action else _typical_form(row, move.action)
        panels.append(
            {
                "action": move.action,
                "label": move.label,
                "basis": move.basis,
                "form": form,
                "open": bool(tried and tried[0] == move.action) or move.action in ("propose", "approve", "choose"),
                "url": reverse("publications:act_typical", args=[row.number, move.action]),
            }
        )
    panels.sort(key=lambda one: not one["open"])
    seen = row.case is not None and cases_seen_by(user, today).filter(pk=row.case_id).exists()
    return {
        "row": row,
        "tag_kind": typical_tag(row),
        "panels": panels,
        "case": row.case if seen else None,
        "public_url": reverse("portal:case", args=[row.number]) if row.state == "published" else "",
        "history": _history(row),
        "facts": [
            ("编写机关", row.organ.name),
            ("编写人", row.made_by.name),
            ("领域", field_titles().get(row.field, "不分领域")),
            ("推荐给", row.nominated_to.name if row.nominated_to else "—"),
            ("公布机关", row.published_by.name if row.published_by else "—"),
            ("公布", zh_datetime(row.published_at) if row.published_at else "—"),
        ],
    }


def _typical_form(row: TypicalCase, action: str) -> Any:
    initial = {"title": row.title, "text": row.text, "lesson": row.lesson, "field": row.field}
    made = TYPICAL_FORMS[action]
    return made(prefix=action, initial=initial) if made is StoryForm else made(prefix=action)


def section_of(case: Case, user: User, today: date) -> dict[str, Any] | None:
    """What a case's page shows of its publications and typical cases; None before there is anything to show."""
    rows = list(Publication.objects.filter(case=case).select_related("party"))
    typical = list(TypicalCase.objects.filter(case=case))
    if not rows and not typical and case.decided_on is None:
        return None
    taken = {row.decision_id for row in rows}
    decisions = Decision.objects.filter(case=case, outcome="penalty", annulled_on__isnull=True).select_related("party")
    spared = [one for one in decisions if one.pk not in taken]
    return {
        "rows": [(row, *standing_tag(row, today)) for row in rows],
        "spared": [one.party.name for one in spared if not composing.must_be_public(one)],
        "typical": [(row, *typical_tag(row)) for row in typical],
        "may_write": case.state in ("decided", "enforcing", "closed", "archived")
        and may(user, "typical_case.draft", case, on=today) is not None,
    }
