"""Typical cases: written in our own words from a decided case or an answered lead, approved, chosen, withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import Level, Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.cases.models import Case
from hengjian.apps.leads.models import Lead
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.publications.guarding import require_clean
from hengjian.apps.publications.models import Publication, TypicalCase
from hengjian.apps.publications.moving import said_of
from hengjian.apps.publications.people import known_names
from hengjian.apps.publications.policies import typical_policy
from hengjian.apps.publications.procedures import CURATED, PUBLIC, TYPICAL
from hengjian.apps.publications.redaction import redact, visible
from hengjian.apps.publications.selectors import typical_part
from hengjian.apps.record.services import Actor, append_event, perform
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import Refused
from hengjian.kernel.transitions import Move

CASE_STATES = ("decided", "enforcing", "closed", "archived")
LEAD_STATES = ("filed", "answered")
MOST = {"title": 120, "text": 6000, "lesson": 3000}
LABELS = {"title": "标题", "text": "基本案情", "lesson": "典型意义"}


@dataclass(frozen=True, slots=True)
class Story:
    """What is written."""

    title: str
    text: str
    lesson: str = ""
    field: str = ""


@transaction.atomic
def write_typical(
    *,
    organ: Organ,
    story: Story,
    user: User,
    now: datetime,
    today: date,
    case: Case | None = None,
    lead: Lead | None = None,
) -> TypicalCase:
    """Begin a typical case upon a case that was decided or a lead that was answered."""
    if case is None and lead is None:
        raise Refused(
            "典型案例须从已经作出决定的案件或者已经办结的线索编写。", where={"field": "title"}, article=CURATED
        )
    if case is not None and case.state not in CASE_STATES:
        raise Refused(f"案件 {case.number} 现在是“{case.get_state_display()}”，作出处罚决定以后才能编写典型案例。")
    if lead is not None and lead.state not in LEAD_STATES:
        raise Refused(f"线索 {lead.number} 还没有办结，不能编写典型案例。")
    row = TypicalCase(organ=organ, case=case, lead=lead, made_by=user, made_at=now, state_at=now)
    actor = actor_or_refuse(user, "typical_case.draft", row, on=today)
    _fill(row, story, today)
    row.number = next_number("DX", today.year)
    row.full_clean()
    row.save()
    append_event(
        now=now,
        actor=actor,
        verb="typical_case.write",
        thing=row,
        organ_path=row.organ_path,
        basis=CURATED,
        after={"number": row.number, "case": case.number if case else "", "lead": lead.number if lead else ""},
    )
    return row


def _fill(row: TypicalCase, story: Story, today: date) -> None:
    values = {
        name: visible(said_of(getattr(story, name), field=name, label=LABELS[name], most=MOST[name])) for name in MOST
    }
    for name in ("title", "text"):
        if not values[name]:
            raise Refused(f"请写{LABELS[name]}。", where={"field": name})
    _require_fit(row, values, today)
    row.title, row.text, row.lesson, row.field = values["title"], values["text"], values["lesson"], story.field


def _require_fit(row: TypicalCase, values: Mapping[str, str], today: date) -> None:
    """No number, address, account or name of a person; an institution is named only where its penalty is public."""
    for name, text in values.items():
        require_clean(text, field=name, label=LABELS[name])
        people = known_names(text) or {one.told for one in redact(text).found if one.kind == "name"}
        if people:
            raise Refused(f"{LABELS[name]}写了个人姓名，典型案例不写个人姓名，请改为“某”。", where={"field": name})
    whole = "\n".join(values.values())
    for institution in _named(row, whole):
        rows = Publication.objects.filter(institution=institution, state__in=PUBLIC, kind="penalty")
        if not any(one.is_public(today) for one in rows):
            raise Refused(
                f"{institution.name}的处罚没有公示，典型案例不能写机构名称，请改为“某检验检测机构”。",
                where={"field": "text"},
            )


def _named(row: TypicalCase, text: str) -> list[Institution]:
    """The institutions of the source that the text names."""
    found = []
    if row.case is not None:
        found = [one.institution for one in row.case.parties.select_related("institution") if one.institution]
    if row.lead is not None and row.lead.institution is not None:
        found.append(row.lead.institution)
    return [one for one in found if one.name in text]


@transaction.atomic
def move_typical(
    action: str,
    row: TypicalCase,
    *,
    user: User,
    now: datetime,
    today: date,
    reason: str = "",
    story: Story | None = None,
) -> TypicalCase:
    """Make one move; raises NotFound, NotAllowed, IllegalMove or Refused with a sentence, then nothing has changed."""
    said = said_of(reason, field="reason", label="理由")
    require_clean(said, field="reason", label="理由")

    def make(held: TypicalCase, move: Move, actor: Actor) -> None:
        held.note = said or held.note
        if move.target != move.source or action == "pass_up":
            held.state_at = now
        if story is not None and action == "edit":
            _fill(held, story, today)
        _EFFECTS.get(action, _nothing)(held, user, now, today)

    above = _target(action, row)
    told = story or Story(row.title, row.text, row.lesson)
    facts: dict[str, Any] = {
        "title": bool(told.title.strip()) or None,
        "text": bool(told.text.strip()) or None,
        "lesson": bool(told.lesson.strip()) or None,
        "reason": said,
        "to": above.name if above else "",
    }
    done: TypicalCase = perform(
        procedure=TYPICAL,
        action=action,
        thing=TypicalCase.objects.select_related(
            "organ", "organ__parent", "nominated_to", "published_by", "case", "lead"
        ),
        pk=row.pk,
        policy=typical_policy(user, on=today),
        now=now,
        facts=facts,
        reason=said,
        apply=make,
        took_part=typical_part,
    )
    return done


def _target(action: str, row: TypicalCase) -> Organ | None:
    """The organ that chooses next: the bureau above, for a station its bureau's superior."""
    if action == "nominate":
        organ: Organ = row.organ
        if organ.level in (Level.STATION, Level.TEAM) and organ.parent:
            organ = organ.parent
        return organ.parent
    if action == "pass_up" and row.nominated_to is not None:
        return row.nominated_to.parent
    return None


def _nothing(row: TypicalCase, user: User, now: datetime, today: date) -> None:
    """Moves that only change the state."""


def _proposed(row: TypicalCase, user: User, now: datetime, today: date) -> None:
    _require_fit(row, {name: getattr(row, name) for name in MOST}, today)
    row.proposed_by = user


def _nominated(row: TypicalCase, user: User, now: datetime, today: date) -> None:
    row.nominated_to, row.nominated_by = _target("nominate", row), user


def _passed_up(row: TypicalCase, user: User, now: datetime, today: date) -> None:
    row.nominated_to, row.nominated_by = _target("pass_up", row), user


def _approved(row: TypicalCase, user: User, now: datetime, today: date) -> None:
    _publish(row, row.organ, user, now, today)


def _chosen(row: TypicalCase, user: User, now: datetime, today: date) -> None:
    _publish(row, row.nominated_to, user, now, today)


def _publish(row: TypicalCase, organ: Organ | None, user: User, now: datetime, today: date) -> None:
    _require_fit(row, {name: getattr(row, name) for name in MOST}, today)
    row.published_by, row.decided_by, row.published_at = organ, user, now


def _declined(row: TypicalCase, user: User, now: datetime, today: date) -> None:
    row.nominated_to = None


def _withdrawn(row: TypicalCase, user: User, now: datetime, today: date) -> None:
    row.withdrawn_at = now


_EFFECTS: dict[str, Callable[[TypicalCase, User, datetime, date], None]] = {
    "propose": _proposed,
    "nominate": _nominated,
    "pass_up": _passed_up,
    "approve": _approved,
    "choose": _chosen,
    "decline": _declined,
    "withdraw": _withdrawn,
}
