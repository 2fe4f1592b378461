"""Who may go: two different officers, each with an enforcement certificate valid that day and no tie to the place."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from hengjian.apps.accounts.models import Organ, Posting, Role, User
from hengjian.apps.accounts.rights import OWN_LEVELS, postings_on
from hengjian.apps.accounts.selectors import in_force
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.inspections.policies import FIELD_ROLES
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import Refused
from hengjian.law.catalogue import article_as_of
from hengjian.ui.wording import zh_date

TWO = "PEN-22"


def why_not(user: User, institution: Institution, *, on: date) -> str:
    """Empty when the person may inspect this institution on that day, else the sentence why not."""
    held = [posting for posting in postings_on(user, on) if posting.role in FIELD_ROLES]
    if not held:
        return f"{user.name}在{zh_date(on)}没有执法岗位，不能参加检查。"
    carded = [posting for posting in held if posting.enforcement_no]
    if not carded:
        return f"{user.name}没有登记执法证，不能参加检查。"
    ends = [posting.enforcement_valid_to for posting in carded]
    dated = [end for end in ends if end is not None]
    if not dated:
        return f"{user.name}的执法证没有登记有效期，不能确认{zh_date(on)}是否有效，请先在人员页补登。"
    if max(dated) < on:
        return f"{user.name}的执法证有效期止于{zh_date(max(dated))}，{zh_date(on)}不能参加检查。"
    if has_to_avoid(user, institution.uscc, on=on):
        return f"{user.name}与{institution.name}有回避关系，不能参加检查。"
    return ""


def check_officers(*, lead: User, member: User, institution: Institution, on: date) -> None:
    """The hard gate of two officers; Refused with the sentence, the field it concerns and the article."""
    article = article_as_of(TWO, on).text
    if lead.pk == member.pk:
        sentence = "执法人员不得少于两人：主检人员和检查人员须是两个人。"
        raise Refused(sentence, where={"field": "member"}, article=article)
    for field, user in (("lead", lead), ("member", member)):
        reason = why_not(user, institution, on=on)
        if reason:
            raise Refused(reason, where={"field": field}, article=article)


def card_of(user: User, *, on: date) -> Posting | None:
    """The posting whose enforcement certificate the person shows on that day."""
    held = [one for one in postings_on(user, on) if one.enforcement_no and one.role in FIELD_ROLES]
    held.sort(key=lambda one: one.enforcement_valid_to or date.min, reverse=True)
    return held[0] if held else None


def officers_of(organ: Organ, *, on: date) -> list[User]:
    """People with an enforcing post and a valid certificate in the organ or its stations and teams, by name."""
    rows = in_force(Posting.objects.filter(role__in=FIELD_ROLES), on=on).exclude(enforcement_no="")
    rows = rows.filter(enforcement_valid_to__gte=on, user__is_active=True)
    rows = rows.filter(Q(organ=organ) | Q(organ__parent=organ, organ__level__in=OWN_LEVELS))
    return list(User.objects.filter(pk__in=rows.values("user_id")).order_by("name", "pk"))


def experts_of(organ: Organ, *, on: date) -> list[User]:
    """Experts engaged by the organ or one above it."""
    above = [int(step) for step in organ.path.strip("/").split("/")]
    rows = in_force(Posting.objects.filter(role=Role.EXPERT, organ_id__in=above), on=on)
    return list(User.objects.filter(pk__in=rows.values("user_id"), is_active=True).order_by("name", "pk"))
