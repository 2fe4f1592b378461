"""Consent of the next higher organ before a county or city lists an institution (严重违法失信名单管理办法 22)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import Level, Organ, User
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.entering import refused, text_of
from hengjian.apps.cases.models import Case, Consent, Party
from hengjian.apps.cases.moving import write_step
from hengjian.apps.cases.procedures import OPEN
from hengjian.apps.record.services import append_event
from hengjian.kernel.errors import IllegalMove, NotAllowed
from hengjian.law.catalogue import article_as_of

ALONE = (Level.NATIONAL, Level.PROVINCE)
"""Levels that decide a listing without anybody's consent."""


def consenting_organ(organ: Organ) -> Organ | None:
    """The next higher bureau whose consent is needed; None where the organ may decide alone."""
    bureau = organ.parent if organ.level in (Level.STATION, Level.TEAM) and organ.parent else organ
    return None if bureau.level in ALONE else bureau.parent


@transaction.atomic
def ask_consent(*, case: Case, party: Party, user: User, now: datetime, today: date, reason: str) -> Consent:
    """Report the proposed listing of a party to the next higher organ."""
    article = article_as_of("LIST-22", today).text
    row, actor = act_on(case=case, user=user, code="case.handle", today=today, what="报请上级同意", states=OPEN)
    above = consenting_organ(row.organ)
    if above is None:
        raise refused("party", f"{row.organ.short_name}可以自行决定列入，不须报请上级同意。", article)
    if party.case_id != row.pk:
        raise refused("party", "请选本案的当事人。")
    if row.consents.filter(party=party, kind="listing", granted__isnull=True).exists():
        raise IllegalMove(f"对{party.name}的列入已经报请{above.short_name}，等待答复。", article=article)
    consent = Consent.objects.create(
        case=row,
        party=party,
        kind="listing",
        organ_asked=above,
        asked_on=today,
        asked_by=user,
        reason=text_of(reason, field="reason", label="理由", most=500),
    )
    label = f"报请{above.short_name}同意列入严重违法失信名单"
    write_step(case=row, action="ask_consent", label=label, actor=actor, now=now, on=today, user=user)
    after = {"consent": consent.pk, "organ": above.pk}
    append_event(
        now=now, actor=actor, verb="case.ask_consent", thing=row, organ_path=row.organ_path, basis=article, after=after
    )
    return consent


@transaction.atomic
def answer_consent(
    *, consent: Consent, user: User, now: datetime, today: date, granted: bool, reference: str
) -> Consent:
    """A head of the organ asked says yes or no."""
    article = article_as_of("LIST-22", today).text
    fresh = (
        Consent.objects.select_for_update(of=("self",)).select_related("case__organ", "organ_asked").get(pk=consent.pk)
    )
    posting = may(user, "case.consent", fresh.organ_asked, on=today)
    if posting is None:
        raise NotAllowed(f"须由{fresh.organ_asked.short_name}的负责人答复。", article=article)
    if fresh.granted is not None:
        raise IllegalMove("这项报请已经答复。", article=article)
    fresh.granted, fresh.answered_on, fresh.answered_by = granted, today, user
    fresh.reference = text_of(reference, field="reference", label="答复文号", most=80, required=False)
    fresh.save()
    actor = actor_for(user, posting)
    label = f"{fresh.organ_asked.short_name}{'同意' if granted else '不同意'}列入严重违法失信名单"
    write_step(case=fresh.case, action="answer_consent", label=label, actor=actor, now=now, on=today, user=user)
    append_event(
        now=now,
        actor=actor,
        verb="case.answer_consent",
        thing=fresh.case,
        organ_path=fresh.case.organ_path,
        basis=article,
        after={"consent": fresh.pk, "granted": granted},
    )
    return fresh
