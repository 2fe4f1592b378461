"""The prior notice to each party, its service, and what the party answers (程序规定 57–58)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.entering import day_of, one_of, refused, sum_of, text_of
from hengjian.apps.cases.models import Case, Notice, Party, Statement
from hengjian.apps.cases.moving import move_case, write_step
from hengjian.apps.cases.reading import rows_of
from hengjian.apps.cases.sums import hearing_right, penalty_text
from hengjian.apps.cases.wording import MEASURES, STATEMENT_KINDS
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import start_clock, stop_clock
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move
from hengjian.law.catalogue import article_as_of
from hengjian.ui.wording import zh_date

PERIOD = "PEN-57"
AFTER_NOTICE = ("notified", "hearing", "heard", "ready", "collective")


@dataclass(frozen=True, slots=True)
class NoticeEntry:
    """What one party is told; sums in fen. `served_on` may follow later (`record_service`)."""

    party: Party
    measures: tuple[str, ...]
    facts: str
    fine_fen: int = 0
    confiscated_fen: int = 0
    ban_months: int | None = None
    ban_for_life: bool = False
    served_on: date | None = None
    served_how: str = ""


@transaction.atomic
def approve_notice(
    *, case: Case, user: User, now: datetime, today: date, opinion: str, seen: int | None = None
) -> Case:
    """The head approves what the investigators propose after the review: the parties may be told."""
    said = text_of(opinion, field="opinion", label="审批意见")
    return move_case(
        case=case,
        action="approve_notice",
        user=user,
        now=now,
        today=today,
        facts={"opinion": said},
        reason=said,
        seen=seen,
    )


@transaction.atomic
def notify(
    *, case: Case, user: User, now: datetime, today: date, notices: Sequence[NoticeEntry], seen: int | None = None
) -> Case:
    """Tell every party that is to be penalised; the five working days run for each from its own service."""

    def apply(row: Case, move: Move, actor: Actor) -> None:
        for entry in notices:
            _write(row, entry, user=user, actor=actor, now=now, today=today)

    facts = {
        "notices": [
            {
                "party": one.party.pk,
                "measures": list(one.measures),
                "fine_fen": one.fine_fen,
                "confiscated_fen": one.confiscated_fen,
                "ban_months": one.ban_months,
                "ban_for_life": one.ban_for_life,
                "served_on": one.served_on,
            }
            for one in notices
        ]
    }
    return move_case(case=case, action="notify", user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


def _write(case: Case, entry: NoticeEntry, *, user: User, actor: Actor, now: datetime, today: date) -> Notice:
    party = entry.party
    if party.case_id != case.pk:
        raise refused("notices", "告知的当事人不是本案当事人。")
    unknown = [code for code in entry.measures if code not in MEASURES]
    if unknown or not entry.measures:
        raise refused("notices", f"请选定对{party.name}拟给予的处罚种类。", article_as_of("PEN-57", today).text)
    fine = sum_of(entry.fine_fen, field="notices", label="拟罚款") if "fine" in entry.measures else 0
    taken = sum_of(entry.confiscated_fen, field="notices", label="拟没收") if "confiscate" in entry.measures else 0
    if "fine" in entry.measures and not fine:
        raise refused("notices", f"选了罚款，请填对{party.name}拟罚款的数额。")
    found = [one for one in party.contraventions.all() if one.struck_at is None]
    if not found:
        raise refused("notices", f"{party.name}名下没有违法事实，不能告知拟处罚。")
    if not any(one.penalty_article for one in found):
        raise refused("notices", f"{party.name}的违法事实没有选出处罚依据，不能告知拟处罚，请先更正违法事实。")
    why = hearing_right(kind=party.kind, fine=fine, confiscated=taken, measures=entry.measures, on=today)
    notice = Notice(
        case=case,
        party=party,
        round=party.notices.count() + 1,
        proposed=penalty_text(
            fine=fine,
            confiscated=taken,
            measures=entry.measures,
            ban_months=entry.ban_months,
            life=entry.ban_for_life,
        ),
        facts=text_of(entry.facts, field="notices", label="告知的事实和理由"),
        basis="；".join(dict.fromkeys(one.penalty_article for one in found if one.penalty_article))[:500],
        fine_fen=fine,
        confiscated_fen=taken,
        measures=list(entry.measures),
        ban_months=entry.ban_months if "limit" in entry.measures else None,
        ban_for_life=entry.ban_for_life and "limit" in entry.measures,
        conclusion=case.conclusions,
        hearing_right=bool(why),
        hearing_why=why[:300],
        issued_on=today,
        issued_by=user,
    )
    notice.full_clean()
    notice.save()
    if entry.served_on is not None:
        _served(notice, entry.served_on, entry.served_how, actor=actor, now=now, today=today)
    return notice


@transaction.atomic
def record_service(
    *, notice: Notice, user: User, now: datetime, today: date, served_on: date | None, served_how: str
) -> Notice:
    """Enter the day on which the notice reached the party; its five working days run from then."""
    row, actor = act_on(
        case=notice.case, user=user, code="case.handle", today=today, what="登记告知书送达", states=AFTER_NOTICE,
        investigator=True,
    )  # fmt: skip
    fresh = Notice.objects.select_for_update(of=("self",)).select_related("case__organ", "party").get(pk=notice.pk)
    if fresh.served_on is not None:
        raise IllegalMove(f"告知书已于{zh_date(fresh.served_on)}送达，不能再登记。")
    _served(fresh, served_on, served_how, actor=actor, now=now, today=today)
    label = f"告知书送达{_whom(fresh.party)}"
    write_step(case=row, action="notice_served", label=label, actor=actor, now=now, on=today, user=user)
    append_event(
        now=now,
        actor=actor,
        verb="case.notice_served",
        thing=row,
        organ_path=row.organ_path,
        after={"notice": fresh.pk, "served_on": fresh.served_on},
    )
    return fresh


def _served(notice: Notice, on: date | None, how: str, *, actor: Actor, now: datetime, today: date) -> None:
    day = day_of(on, field="served_on", label="送达日期", today=today, first=notice.issued_on, first_label="告知日期")
    notice.served_on = day
    notice.served_how = text_of(how, field="served_how", label="送达方式", most=60)
    notice.ends_on = timing.notice_ends(notice)
    notice.save()
    lead = notice.case.officers.filter(lead=True, to_on__isnull=True).select_related("user").first()
    start_clock(
        rule_id=PERIOD,
        thing=notice,
        organ=notice.case.organ,
        start=day,
        label=f"{notice.case.number} {_whom(notice.party)}",
        actor=actor,
        now=now,
        url=reverse("cases:show", args=[notice.case.number]),
        responsible=lead.user if lead else None,
    )


@transaction.atomic
def enter_statement(
    *, notice: Notice, user: User, now: datetime, today: date, kind: str, received_on: date | None, text: str
) -> Statement:
    """Enter what the party said. A request for a hearing that comes late, or without the right to one, is refused."""
    row, actor = act_on(
        case=notice.case, user=user, code="case.handle", today=today, what="记录陈述、申辩", states=AFTER_NOTICE,
        investigator=True,
    )  # fmt: skip
    fresh = Notice.objects.select_for_update(of=("self",)).select_related("case__organ", "party").get(pk=notice.pk)
    one_of(kind, STATEMENT_KINDS, field="kind", label="种类")
    if fresh.served_on is None:
        raise IllegalMove("告知书还没有送达，先登记送达。", article=article_as_of("PEN-57", today).text)
    day = day_of(
        received_on, field="received_on", label="收到日期", today=today, first=fresh.served_on, first_label="送达日期"
    )
    late = fresh.ends_on is not None and day > fresh.ends_on
    if kind == "hearing":
        _require_hearing_right(fresh, late=late, today=today)
    statement = Statement.objects.create(
        case=row,
        notice=fresh,
        kind=kind,
        received_on=day,
        text=text_of(text, field="text", label="内容"),
        late=late,
        entered_by=user,
        entered_at=now,
    )
    fresh.answered = "waived" if kind == "waiver" else "answered"
    fresh.save()
    _stop_period(fresh, on=day, actor=actor, now=now, waived=kind == "waiver")
    if kind == "hearing":
        timing.start(row, "HEAR-18", on=day, actor=actor, now=now)
    label = f"{STATEMENT_KINDS[kind]}：{_whom(fresh.party)}"
    write_step(case=row, action="statement", label=label, actor=actor, now=now, on=day, user=user)
    append_event(
        now=now,
        actor=actor,
        verb="case.statement",
        thing=row,
        organ_path=row.organ_path,
        after={"notice": fresh.pk, "kind": kind, "received_on": day, "late": late},
    )
    return statement


def _require_hearing_right(notice: Notice, *, late: bool, today: date) -> None:
    if not notice.hearing_right:
        raise refused(
            "kind",
            "拟处罚内容没有达到听证标准，不组织听证；可以作为陈述、申辩记录。",
            article_as_of("HEAR-05", today).text,
        )
    if late:
        raise refused(
            "received_on",
            f"要求听证的期限已于{zh_date(notice.ends_on)}届满，逾期视为放弃；可以作为陈述、申辩记录。",
            article_as_of("HEAR-07", today).text,
        )


def _stop_period(notice: Notice, *, on: date, actor: Actor, now: datetime, waived: bool) -> None:
    """A waiver ends the party's period; what it says does not: it may still add to it till the last day."""
    if waived:
        end_periods(notice.case, on=on, actor=actor, now=now, notices=(notice,))


def end_periods(case: Case, *, on: date, actor: Actor, now: datetime, notices: Sequence[Notice] | None = None) -> None:
    """End the parties' periods that still run: given up, or the decision was made."""
    told = list(case.notices.all()) if notices is None else notices
    rows = Clock.objects.filter(
        thing_kind=Notice._meta.label_lower, thing_id__in=[str(one.pk) for one in told], state__in=UNFINISHED
    )
    open_ones = dict(rows.values_list("thing_id", "started_on"))
    for notice in told:
        if str(notice.pk) in open_ones:
            last = max(on, open_ones[str(notice.pk)])
            stop_clock(thing=notice, rule_id=PERIOD, on=last, actor=actor, now=now, outcome="met")


@transaction.atomic
def answer_statement(
    *, statement: Statement, user: User, now: datetime, today: date, answer: str, reason: str
) -> Statement:
    """Enter what the organ makes of the party's words: taken up or not, with the reason."""
    row, actor = act_on(
        case=statement.case, user=user, code="case.handle", today=today, what="复核陈述、申辩", states=AFTER_NOTICE
    )
    fresh = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    if fresh.answer:
        raise IllegalMove("这份陈述、申辩已经复核。")
    one_of(answer, dict(Statement.ANSWERS[1:]), field="answer", label="复核结论")
    fresh.answer, fresh.answered_by, fresh.answered_on = answer, user, today
    fresh.answer_reason = text_of(reason, field="reason", label="复核理由")
    fresh.save()
    label = f"陈述、申辩复核：{fresh.get_answer_display()}"
    write_step(case=row, action="statement_answered", label=label, actor=actor, now=now, on=today, user=user)
    append_event(
        now=now,
        actor=actor,
        verb="case.answer_statement",
        thing=row,
        organ_path=row.organ_path,
        after={"statement": fresh.pk, "answer": answer},
    )
    return fresh


def latest_notices(case: Case) -> dict[int, Notice]:
    """The last notice of each party, by the party's key; only those given since the investigation was last concluded.

    What was told before a new investigation is not what is decided after it.
    """
    rows = [one for one in rows_of(case, "notices") if one.conclusion == case.conclusions]
    return {one.party_id: one for one in sorted(rows, key=lambda one: one.round)}


def _whom(party: Party) -> str:
    return party.name if party.kind == "institution" else f"当事人{party.order}（{party.get_role_display()}）"
