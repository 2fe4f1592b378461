"""Repeated tips: the same person on the same respondent, known by the vault's fingerprints without opening anything."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from hengjian.apps.informants.fingerprints import same_person
from hengjian.apps.tips.models import Tip


def earlier_of_same_person(tip: Tip) -> QuerySet[Tip]:
    """Earlier tips of this tip's informant about the same respondent, the newest first; none for anonymous ones."""
    if tip.informant.anonymous:
        return Tip.objects.none()
    rows = Tip.objects.filter(same_respondent(tip), informant__in=same_person(tip.informant))
    return rows.exclude(pk=tip.pk).filter(received_at__lte=tip.received_at).order_by("-received_at")


def same_respondent(tip: Tip) -> Q:
    """The same institution, else the same code, else the same name."""
    if tip.institution_id:
        return Q(institution_id=tip.institution_id)
    if tip.respondent_uscc:
        return Q(respondent_uscc=tip.respondent_uscc)
    return Q(respondent_name=tip.respondent_name)


def same_report(tip: Tip) -> Tip | None:
    """The tip that this one merely repeats: same person, same respondent, same text (CMP-35)."""
    rows = earlier_of_same_person(tip).filter(text_digest=tip.text_digest)
    first = rows.select_related("merged_into").first()
    return first.merged_into if first and first.state == "repeated" and first.merged_into else first
