"""The hearing: who presides, when and where, the record, the report (听证办法 18–29)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.entering import day_of, refused, text_of
from hengjian.apps.cases.models import Case, Hearing, Statement
from hengjian.apps.cases.moving import move_case, write_step
from hengjian.apps.cases.reading import rows_of
from hengjian.apps.cases.selectors import ever_investigated
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import IllegalMove, NotAllowed
from hengjian.kernel.transitions import Move
from hengjian.law.catalogue import article_as_of
from hengjian.ui.wording import zh_date

OPENED = "确定听证主持人的日期"


def open_requests(case: Case) -> list[Statement]:
    """Requests for a hearing that no hearing has followed yet, under the notices that stand.

    A hearing that was dropped answers only those who gave theirs up.
    """
    standing = {one.pk for one in rows_of(case, "notices") if one.conclusion == case.conclusions}
    held = max((one.opened_on for one in rows_of(case, "hearings") if not one.dropped_reason), default=None)
    rows = [one for one in rows_of(case, "statements") if one.kind == "hearing" and one.given_up_on is None]
    return [one for one in rows if one.notice_id in standing and (held is None or one.received_on > held)]


def current_hearing(case: Case) -> Hearing | None:
    """The hearing that was opened last."""
    return max(rows_of(case, "hearings"), key=lambda one: one.pk, default=None)


def requests_at_stake(case: Case) -> list[Statement]:
    """The requests that the hearing now going on answers."""
    held = current_hearing(case)
    standing = {one.pk for one in rows_of(case, "notices") if one.conclusion == case.conclusions}
    rows = [one for one in rows_of(case, "statements") if one.kind == "hearing" and one.given_up_on is None]
    return [one for one in rows if held and one.notice_id in standing and one.received_on <= held.opened_on]


def require_presiding(case: Case, user: User, today: date) -> None:
    """Only chair and recorder act in a hearing; an investigator never, whatever was arranged."""
    article = article_as_of("HEAR-18", today).text
    if user.pk in ever_investigated(case):
        raise NotAllowed(f"听证不能由本案调查人员办理：{user.name}是（或者曾是）本案办案人员。", article=article)
    hearing = current_hearing(case)
    if hearing is not None and user.pk not in (hearing.chair_id, hearing.recorder_id):
        raise NotAllowed(f"听证由主持人{hearing.chair.name}、记录员{hearing.recorder.name}办理。", article=article)


@transaction.atomic
def open_hearing(
    *,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    chair: User | None,
    recorder: User | None,
    seen: int | None = None,
) -> Case:
    """The head names chair and recorder; while the hearing goes on the case limit stands still."""
    if chair is None or recorder is None:
        raise refused("chair" if chair is None else "recorder", "请选定听证主持人和记录员。")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        requests = open_requests(row)
        Hearing.objects.create(
            case=row,
            requested_on=min(one.received_on for one in requests),
            opened_on=today,
            chair=chair,
            recorder=recorder,
        )
        timing.stop(row, "HEAR-18", on=today, actor=actor, now=now)
        timing.start(row, "HEAR-19", on=today, actor=actor, now=now)
        timing.pause(row, on=today, reason=timing.HEARING, actor=actor, now=now)

    facts = {"chair": chair.pk, "recorder": recorder.pk}
    return move_case(
        case=case, action="open_hearing", user=user, now=now, today=today, facts=facts, apply=apply, seen=seen
    )


@transaction.atomic
def arrange_hearing(
    *,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    held_on: date | None,
    place: str,
    notified_on: date | None,
    public: bool = True,
    announced_on: date | None = None,
    seen: int | None = None,
) -> Case:
    """Fix day and place: the parties are told seven working days before, an open hearing is announced three before."""
    if held_on is None:
        raise refused("held_on", "请填写听证举行日期。")
    where = text_of(place, field="place", label="听证地点", most=200)
    told = day_of(notified_on, field="notified_on", label="通知日期", today=today)
    _require_lead("HEAR-20.notice", held_on, told, "notified_on", "听证通知须在举行七个工作日前送达", "通知")
    if public:
        said = day_of(announced_on, field="announced_on", label="公告日期", today=today)
        _require_lead("HEAR-22", held_on, said, "announced_on", "公开举行的听证须在三个工作日前公告", "公告")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        hearing = _hearing(row)
        for day, field, label in ((told, "notified_on", "通知日期"), (announced_on, "announced_on", "公告日期")):
            if day is not None and (public or field == "notified_on"):
                day_of(day, field=field, label=label, today=today, first=hearing.opened_on, first_label=OPENED)
        hearing.held_on, hearing.place, hearing.notified_on = held_on, where, told
        hearing.public, hearing.announced_on = public, announced_on if public else None
        hearing.save()
        timing.stop(row, "HEAR-19", on=today, actor=actor, now=now)

    facts = {"held_on": held_on, "place": where, "notified_on": told}
    return move_case(
        case=case, action="arrange_hearing", user=user, now=now, today=today, facts=facts, apply=apply, seen=seen
    )


def _require_lead(rule: str, held_on: date, done_on: date, field: str, words: str, what: str) -> None:
    latest = timing.last_day(rule, held_on)
    if latest is not None and done_on > latest:
        article = article_as_of(rule.partition(".")[0], done_on).text
        raise refused(
            field,
            f"{words}：{zh_date(held_on)}举行的，最迟{zh_date(latest)}{what}，填的是{zh_date(done_on)}。",
            article,
        )


@transaction.atomic
def enter_record(*, case: Case, user: User, now: datetime, today: date, attendees: str, record: str) -> Hearing:
    """Enter the record of the hearing once it was held; the report is due within five working days."""
    row, actor = act_on(case=case, user=user, code="case.hear", today=today, what="记录听证", states=("hearing",))
    hearing = _hearing(row)
    require_presiding(row, user, today)
    article = article_as_of("HEAR-29", today).text
    if hearing.record:
        raise IllegalMove("本次听证的笔录已经登记，不能重新填写。", article=article)
    if hearing.held_on is None:
        raise IllegalMove("还没有确定听证的时间、地点，不能记录听证。", article=article)
    if hearing.held_on > today:
        raise IllegalMove(f"听证定于{zh_date(hearing.held_on)}举行，还没有到，不能预先填写笔录。", article=article)
    hearing.attendees = text_of(attendees, field="attendees", label="参加人", most=500)
    hearing.record = text_of(record, field="record", label="听证笔录")
    hearing.save()
    timing.start(row, "HEAR-29", on=hearing.held_on, actor=actor, now=now)
    write_step(case=row, action="hearing_record", label="举行听证", actor=actor, now=now, on=hearing.held_on, user=user)
    append_event(
        now=now,
        actor=actor,
        verb="case.hearing_record",
        thing=row,
        organ_path=row.organ_path,
        after={"hearing": hearing.pk, "held_on": hearing.held_on},
    )
    return hearing


@transaction.atomic
def report_hearing(*, case: Case, user: User, now: datetime, today: date, report: str, seen: int | None = None) -> Case:
    """The chair reports; the case limit runs again, and legal review follows."""
    said = text_of(report, field="report", label="听证报告")
    known = current_hearing(case)

    def apply(row: Case, move: Move, actor: Actor) -> None:
        hearing = _hearing(row)
        hearing.report, hearing.reported_on = said, today
        hearing.save()
        timing.stop(row, "HEAR-29", on=today, actor=actor, now=now)
        timing.resume(row, last=today, actor=actor, now=now)

    facts = {"record": "已记录" if known and known.record else "", "report": said}
    return move_case(
        case=case, action="report_hearing", user=user, now=now, today=today, facts=facts, apply=apply, seen=seen
    )


@transaction.atomic
def drop_hearing(
    *,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    reason: str,
    parties: Collection[int] = (),
    seen: int | None = None,
) -> Case:
    """The hearing does not take place because parties gave it up or stayed away without reason.

    Where several asked for it, `parties` says who gave it up; the request of any other stays open.
    """
    said = text_of(reason, field="reason", label="理由", most=300)
    gone = set(parties)

    def apply(row: Case, move: Move, actor: Actor) -> None:
        hearing = _hearing(row)
        asked = requests_at_stake(row)
        if gone - {one.notice.party_id for one in asked}:
            raise refused("parties", "请从要求听证的当事人中选。")
        if not gone and len({one.notice.party_id for one in asked}) > 1:
            raise refused("parties", "要求听证的当事人不止一个，请选定放弃或者无正当理由不到场的当事人。")
        kept = [one for one in asked if gone and one.notice.party_id not in gone]
        Statement.objects.filter(pk__in=[one.pk for one in asked if one not in kept]).update(given_up_on=today)
        hearing.dropped_reason = said
        hearing.save()
        if kept:
            timing.start(row, "HEAR-18", on=today, actor=actor, now=now)
        for rule in ("HEAR-19", "HEAR-29"):
            timing.stop(row, rule, on=today, actor=actor, now=now, met=False)
        timing.resume(row, last=today, actor=actor, now=now)

    return move_case(
        case=case, action="drop_hearing", user=user, now=now, today=today, facts={"reason": said}, reason=said,
        apply=apply, seen=seen,
    )  # fmt: skip


def _hearing(case: Case) -> Hearing:
    hearing = current_hearing(case)
    if hearing is None:
        raise IllegalMove("本案没有听证。", article=article_as_of("HEAR-18", case.source_on).text)
    return hearing
