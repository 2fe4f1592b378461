"""The investigators of a case: two at least, each with a valid enforcement certificate and no tie to a party."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.rights import postings_on
from hengjian.apps.cases.entering import refused
from hengjian.apps.cases.models import Case, CaseOfficer
from hengjian.apps.cases.policies import INVESTIGATORS, tied_party
from hengjian.apps.cases.selectors import officers_on
from hengjian.apps.inspections.officers import card_of, officers_of
from hengjian.kernel.errors import IllegalMove
from hengjian.law.catalogue import article_as_of
from hengjian.ui.wording import zh_date

LEAST = 2


def two_officers(on: date) -> str:
    """The article that demands two officers, as of the day of the step."""
    return article_as_of("PEN-22", on).text


def people_for(organ: Organ, *, on: date) -> list[User]:
    """Who may be named: people of the organ, its stations and teams with a valid certificate."""
    return officers_of(organ, on=on)


def why_not(user: User, case: Case, *, on: date) -> str:
    """Empty where the person may investigate this case on that day, else the sentence why not."""
    held = [posting for posting in postings_on(user, on) if posting.role in INVESTIGATORS]
    if not held:
        return f"{user.name}在{zh_date(on)}没有执法岗位，不能承办案件。"
    card = card_of(user, on=on)
    if card is None:
        return f"{user.name}没有登记执法证，不能承办案件。"
    if card.enforcement_valid_to is None:
        return f"{user.name}的执法证没有登记有效期，不能确认{zh_date(on)}是否有效，请先在人员页补登。"
    if card.enforcement_valid_to < on:
        return f"{user.name}的执法证有效期止于{zh_date(card.enforcement_valid_to)}，{zh_date(on)}不能承办案件。"
    tied = tied_party(user, case, on=on)
    if tied:
        return f"{user.name}与当事人{tied}有回避关系，不能承办本案。"
    if case.recusals.filter(user=user, answer="granted").exists():
        return f"{user.name}已被决定在本案中回避，不能承办本案。"
    return ""


def check_officers(people: Sequence[User], case: Case, *, on: date) -> None:
    """Refused with sentence and article where fewer than two, or one of them may not investigate."""
    if len({person.pk for person in people}) < LEAST:
        raise refused("officers", "执法人员不得少于两人，请选两名以上。", two_officers(on))
    for person in people:
        reason = why_not(person, case, on=on)
        if reason:
            raise refused("officers", reason, two_officers(on))


def require_two(case: Case, *, on: date) -> None:
    """IllegalMove where the case has not two investigators who may act today: a certificate may have run out."""
    named = officers_on(case, on)
    reasons = [why_not(one.user, case, on=on) for one in named]
    able = sum(1 for reason in reasons if not reason)
    if able < LEAST:
        detail = "".join(reason for reason in reasons if reason)
        sentence = f"执法人员不得少于两人，本案现在能办案的只有 {able} 人。{detail}请先变更办案人员。"
        raise IllegalMove(sentence, article=two_officers(on))


def appoint(case: Case, people: Sequence[User], *, on: date) -> list[CaseOfficer]:
    """Make these people the investigators from that day on, the first one leading; the others' time ends."""
    wanted = list(dict.fromkeys(people))
    for one in case.officers.filter(to_on__isnull=True):
        if one.user not in wanted:
            one.to_on = on
            one.save(update_fields=["to_on"])
    kept = {one.user_id: one for one in case.officers.filter(to_on__isnull=True)}
    made = []
    for place, person in enumerate(wanted):
        officer = kept.get(person.pk) or CaseOfficer(case=case, user=person, from_on=on)
        card = card_of(person, on=on)
        officer.lead = place == 0
        officer.enforcement_no = card.enforcement_no if card else officer.enforcement_no
        officer.full_clean()
        officer.save()
        made.append(officer)
    return made
