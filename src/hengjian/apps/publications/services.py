"""Preparing a publication, having another person publish it, correcting, stopping and withdrawing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.models import Case, Remedy
from hengjian.apps.publications import composing, periods
from hengjian.apps.publications.composing import Told
from hengjian.apps.publications.models import Publication, PublicationVersion
from hengjian.apps.publications.moving import move_publication, newest, said_of
from hengjian.apps.publications.procedures import HOME, PUBLIC, UNDO
from hengjian.apps.publications.redaction import LABELS, redact
from hengjian.apps.publications.selectors import told_at_service
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move
from hengjian.law.catalogue import article_as_of
from hengjian.ui.wording import zh_date

MORE_MOST = 40
"""Phrases that a person may have removed at one time."""


def phrases_of(text: str) -> list[str]:
    """One phrase a line; Refused for one too short, which would take the text apart, and for too many."""
    found = list(dict.fromkeys(line.strip() for line in text.replace("\x00", "").splitlines() if line.strip()))
    short = [one for one in found if len(one) < 2]
    if short:
        raise Refused(f"“{short[0]}”太短，另外隐去的词句至少两个字。", where={"field": "more"})
    if len(found) > MORE_MOST:
        raise Refused(f"一次最多另外隐去 {MORE_MOST} 处，现在是 {len(found)} 处。", where={"field": "more"})
    return found


def require_clean(text: str, *, field: str, label: str) -> None:
    """Refused where somebody typed a number, address or account of a person into a text that goes to the public."""
    for number, line in enumerate(text.splitlines(), start=1):
        kinds = list(dict.fromkeys(LABELS[one.kind] for one in redact(line).found if one.kind != "name"))
        if kinds:
            raise Refused(
                f"{label}第 {number} 行有{'、'.join(kinds)}，不能对外公布，请删去。",
                where={"field": field},
                article=article_as_of("PUB-04", date.max if False else _LAW_DAY).text,
            )


_LAW_DAY = date(2026, 1, 1)
"""A day on which the present rule on publication is in force: what is published now is judged by it."""


@transaction.atomic
def prepare(
    *,
    row: Publication,
    user: User,
    now: datetime,
    today: date,
    violation: str = "",
    more: Sequence[str] = (),
    key_product: bool = False,
    closure: bool = False,
    minor_person: bool = False,
    seen: int | None = None,
) -> Publication:
    """Make the text and summary anew; what a person had removed before stays removed."""
    words = said_of(violation, field="violation", label="违法行为类型")
    require_clean(words, field="violation", label="违法行为类型")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        _require_standing(held)
        held.key_product, held.closure = key_product, closure
        held.minor_person = (minor_person or held.minor_person) and held.party.kind == "person"
        held.tier = periods.tier_for(held).id
        held.prepared_by = user
        _write(held, newest(held), _told(held, violation=words, more=more), user=user, now=now)

    facts = {"removed_besides": len(more), "key_product": key_product, "closure": closure}
    return move_publication("prepare", row, user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


def _told(row: Publication, *, violation: str = "", more: Sequence[str] = ()) -> Told:
    last = row.versions.order_by("-number").first()
    return composing.tell(
        row.decision,
        kind=row.kind,
        minor_person=row.minor_person,
        violation=violation or (last.summary.get("violation", "") if last else ""),
        more=more,
        upon=last.text if last else "",
    )


def _write(row: Publication, version: PublicationVersion, told: Told, *, user: User | None, now: datetime) -> None:
    version.summary, version.text = told.summary, told.text
    version.counts = composing.tell(row.decision, kind=row.kind, minor_person=row.minor_person).counts
    version.made_by, version.made_at = user, now
    version.save()
    if row.shown == 0:
        _show(row, told.summary)


def _show(row: Publication, summary: dict[str, str]) -> None:
    row.party_shown, row.doc_number = summary["party"][:120], summary["doc_number"][:60]
    row.violation, row.content, row.basis = summary["violation"], summary["content"], summary["basis"]


@transaction.atomic
def propose(*, row: Publication, user: User, now: datetime, today: date, seen: int | None = None) -> Publication:
    """Hand it to the person who publishes; the decision must have its number by then."""
    letter = composing.decision_letter(row.decision)

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        _require_standing(held)
        held.prepared_by = user
        _write(held, newest(held), _told(held), user=user, now=now)

    facts = {"doc_number": letter.number if letter else ""}
    return move_publication("propose", row, user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


@transaction.atomic
def send_back(
    *, row: Publication, user: User, now: datetime, today: date, reason: str, seen: int | None = None
) -> Publication:
    """Back to the handler with the reason."""
    said = said_of(reason, field="reason", label="理由")
    return move_publication(
        "send_back", row, user=user, now=now, today=today, facts={"reason": said}, reason=said, seen=seen
    )


@transaction.atomic
def publish(*, row: Publication, user: User, now: datetime, today: date, seen: int | None = None) -> Publication:
    """Make it public: the party was told when the decision was served, and another person prepared it."""

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        _require_standing(held)
        if held.away:
            raise Refused("当事人登记地在外省，应推送登记地机关公示。", article=AWAY_ARTICLE)
        _begin(held, on=today, user=user, actor=actor, now=now)

    return move_publication(
        "publish", row, user=user, now=now, today=today, facts={"told": _told_or_refuse(row)}, apply=apply, seen=seen
    )


AWAY_ARTICLE = "《市场监督管理行政处罚信息公示规定》第十条"


def _told_or_refuse(row: Publication) -> bool:
    told = told_at_service(row)
    article = article_as_of("PUB-08", _LAW_DAY).text
    if told is None:
        raise Refused(
            f"处罚决定书还没有送达{row.party_shown}，不能公示。先送达，送达时书面告知将公示。", article=article
        )
    if not told:
        raise Refused(f"送达时没有书面告知{row.party_shown}处罚信息将公示，不能公示。请先补充书面告知。", article=article)
    return True


def _begin(row: Publication, *, on: date, user: User | None, actor: Actor, now: datetime) -> None:
    """The day from which it is public, its last day, and the clocks of both."""
    version = newest(row)
    told = _told(row)  # names learnt since it was prepared are removed as well
    version.summary, version.text = told.summary, told.text
    version.approved_by, version.approved_at = user, now
    version.save()
    _show(row, told.summary)
    row.shown, row.published_on, row.published_at = version.number, on, now
    row.published_by = user or row.published_by
    row.tier = periods.tier_for(row).id
    found = periods.period_of(row, on)
    row.apply_from, row.stop_on = found.apply_from, found.stop_on
    periods.stop(row, on=on, actor=actor, now=now)
    for rule in found.clocks:
        periods.start(row, rule, on=on, actor=actor, now=now, who=row.prepared_by)


@transaction.atomic
def push(
    *, row: Publication, user: User, now: datetime, today: date, pushed_to: str, seen: int | None = None
) -> Publication:
    """Hand decision and summary to the authority of the home province, which publishes in ten working days."""
    target = said_of(pushed_to, field="pushed_to", label="登记地机关", most=80)

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        _require_standing(held)
        if not held.away:
            raise Refused("当事人登记地在本省，由本机关公示，不必推送。", article=HOME)
        held.pushed_on, held.pushed_to, held.published_by = today, target, user
        version = newest(held)
        version.approved_by, version.approved_at = user, now
        version.save()
        periods.stop(held, periods.deciding_rule(held), on=today, actor=actor, now=now)
        rule = periods.AT_HOME[held.kind]
        periods.start(held, rule, on=today, actor=actor, now=now, who=held.prepared_by)

    facts = {"told": _told_or_refuse(row), "pushed_to": target}
    return move_publication("push", row, user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


@transaction.atomic
def note_home(*, row: Publication, user: User, now: datetime, today: date, on: date | None) -> Publication:
    """The home authority has published it on that day; from then on the periods run."""

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        _require_standing(held)
        if on is None:
            raise Refused("请填登记地公示的日期。", where={"field": "on"})
        if on > today:
            raise Refused(f"日期 {on.isoformat()} 还没有到。", where={"field": "on"})
        if held.pushed_on is not None and on < held.pushed_on:
            raise Refused(
                f"日期 {on.isoformat()} 早于推送日期 {held.pushed_on.isoformat()}。", where={"field": "on"}
            )
        _begin(held, on=on, user=held.published_by, actor=actor, now=now)

    return move_publication("note_home", row, user=user, now=now, today=today, facts={"on": on}, apply=apply)


@transaction.atomic
def correct(
    *,
    row: Publication,
    user: User,
    now: datetime,
    today: date,
    reason: str,
    violation: str = "",
    more: Sequence[str] = (),
    seen: int | None = None,
) -> Publication:
    """Propose a new version; until another person approves it the old one stays public."""
    said = said_of(reason, field="reason", label="更正理由")
    require_clean(said, field="reason", label="更正理由")
    words = said_of(violation, field="violation", label="违法行为类型")
    require_clean(words, field="violation", label="违法行为类型")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        _require_running(held, today)
        told = _told(held, violation=words, more=more)
        last = newest(held)
        shown = held.versions.get(number=held.shown)
        if told.summary == shown.summary and told.text == shown.text:
            raise Refused("更正后的内容与现在公示的相同，不必更正。", where={"field": "violation"})
        version = PublicationVersion(publication=held, number=last.number + 1, reason=_clean(held, said))
        _write(held, version, told, user=user, now=now)

    facts = {"reason": bool(said) or None, "removed_besides": len(more)}
    return move_publication("correct", row, user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


def _clean(row: Publication, text: str) -> str:
    """A reason that the public will read, redacted like the rest."""
    names = composing.names_of_case(row.case, but="" if row.minor_person else row.party.name)
    keep = [row.organ.name, row.party_shown]
    return redact(text, names=names | composing.known_names(text), keep=keep).text[:300]


@transaction.atomic
def decide_correction(
    *, row: Publication, user: User, now: datetime, today: date, approve: bool, reason: str = "", seen: int | None = None
) -> Publication:
    """Another person puts the new version in the place of the old one, or refuses it with a reason."""
    said = said_of(reason, field="reason", label="理由")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        version = newest(held)
        version.approved_by, version.approved_at = user, now
        if approve:
            _require_running(held, today)
            held.shown = version.number
            _show(held, version.summary)
        else:
            version.refused = True
            base = held.versions.get(number=held.shown)
            version.text, version.summary = base.text, base.summary
        version.save()

    action = "approve_correction" if approve else "reject_correction"
    facts = {"reason": said}
    return move_publication(
        action, row, user=user, now=now, today=today, facts=facts, reason=said, apply=apply, seen=seen
    )


def _require_standing(row: Publication) -> None:
    """Refused for a decision that was changed or undone: it must not become public."""
    if row.decision.annulled_on is not None or row.overturned_on is not None:
        raise Refused("处罚决定已经被变更或者撤销，不能公示。", article=article_as_of("PUB-11", _LAW_DAY).text)


def _require_running(row: Publication, today: date) -> None:
    _require_standing(row)
    if row.is_over(today) and row.stop_on is not None:
        raise IllegalMove(
            f"公示期已于{zh_date(row.stop_on)}届满，不能再公示或者更正，请办理期满停止公示。",
            article=article_as_of("PUB-13", _LAW_DAY).text,
        )


@transaction.atomic
def withdraw(
    *, row: Publication, user: User, now: datetime, today: date, reason: str, seen: int | None = None
) -> Publication:
    """Take it off the public pages and say why there (three working days, PUB-11)."""
    said = said_of(reason, field="reason", label="理由")
    require_clean(said, field="reason", label="理由")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        held.ended_on = today
        held.public_reason = _clean(held, said)
        periods.stop(held, periods.UNDO, on=today, actor=actor, now=now)
        periods.stop(held, on=today, actor=actor, now=now, met=False)

    done = move_publication(
        "withdraw", row, user=user, now=now, today=today, facts={"reason": bool(said) or None}, apply=apply, seen=seen
    )
    end_undoing(done.case, today=today, now=now, actor=None)
    return done


def end_undoing(case: Case, *, today: date, now: datetime, actor: Actor | None) -> None:
    """The three days of Article 63 are kept once nothing of what was undone is public any more."""
    from hengjian.apps.record.services import SYSTEM

    left = Publication.objects.filter(case=case, overturned_on__isnull=False, state__in=(*PUBLIC, "pushed")).exists()
    if left:
        return
    who = actor or SYSTEM
    timing.stop(case, "PEN-63", on=today, actor=who, now=now, met=True)
    for remedy in Remedy.objects.filter(case=case):
        periods.stop_of(remedy, "PEN-63", on=today, actor=who, now=now)


@transaction.atomic
def drop(*, row: Publication, user: User, now: datetime, today: date, reason: str) -> Publication:
    """It never becomes public: only where the decision does not stand any more."""
    said = said_of(reason, field="reason", label="理由")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        if held.decision.annulled_on is None and held.overturned_on is None:
            raise Refused(
                "适用普通程序作出的处罚决定应当公示，决定没有被变更或者撤销的，不能不公示。",
                article=article_as_of("PUB-02", _LAW_DAY).text,
            )
        held.ended_on = today
        periods.stop(held, on=today, actor=actor, now=now, met=False)

    return move_publication(
        "drop", row, user=user, now=now, today=today, facts={"reason": said}, reason=said, apply=apply
    )


UNDONE = UNDO
