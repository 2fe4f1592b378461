"""Signs of mass complaints: counted without opening the vault, shown with their figures, never a reason to drop one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, Sum

from hengjian.apps.complaints.models import Complaint
from hengjian.apps.informants.fingerprints import same_person
from hengjian.apps.tips.models import Tip
from hengjian.engines.likeness.sketch import jaccard
from hengjian.engines.likeness.words import shingles
from hengjian.engines.rewards import yuan
from hengjian.law.complaining import Factor, abuse_factors

DAYS_A_MONTH = 31
ALIKE = 0.8
"""Share of common four-character pieces from which two texts count as alike."""
COMPARED_MOST = 100
"""So many of the person's own latest complaints are compared; the same words are counted over all organs."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One factor with its figure (`value` fen for amounts, else a count) and whether it reaches the mark."""

    factor: Factor
    value: int
    reached: bool

    @property
    def figure(self) -> str:
        """`12 件（12 个月内，提示线 10 件）`."""
        money = self.factor.unit == "元"
        value = yuan(self.value) if money else f"{self.value:,}"
        mark = f"{self.factor.at_least:,}"
        return f"{value} {self.factor.unit}（{self.factor.months} 个月内，提示线 {mark} {self.factor.unit}）"


def signs_of(complaint: Complaint) -> list[Sign]:
    """Every factor of the day of receipt with its figure for this complaint; counts go over all organs."""
    factors = abuse_factors(complaint.received_on)
    if not factors:
        return []
    since = complaint.received_on - timedelta(days=DAYS_A_MONTH * max(one.months for one in factors))
    people = [complaint.informant_id, *same_person(complaint.informant).values_list("pk", flat=True)]
    figures = _figures(complaint, people, since)
    return [Sign(one, figures[one.id], _reached(one, figures[one.id])) for one in factors if one.id in figures]


def _figures(complaint: Complaint, people: list[int], since: date) -> dict[str, int]:
    period = Q(received_on__gte=since, received_on__lte=complaint.received_on)
    own = Complaint.objects.filter(period, informant__in=people)
    counted = own.aggregate(n=Count("pk"), respondents=Count("respondent_name", distinct=True), amount=Sum("amount"))
    tips = Tip.objects.filter(period, informant__in=people).count()
    same = Complaint.objects.filter(period, text_digest=complaint.text_digest).count()
    others = own.exclude(text_digest=complaint.text_digest).values_list("claim", "facts")[:COMPARED_MOST]
    words = shingles(complaint.claim + complaint.facts)
    same += sum(jaccard(words, shingles(claim + facts)) >= ALIKE for claim, facts in others)
    return {
        "ABU-COUNT": counted["n"] + tips,
        "ABU-RESPONDENTS": counted["respondents"],
        "ABU-TEXT": same,
        "ABU-AMOUNT": counted["amount"] or 0,
    }


def _reached(factor: Factor, value: int) -> bool:
    return value >= factor.at_least * (100 if factor.unit == "元" else 1)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same person's same dispute at another organ: only which organ and when it was received."""

    organ_name: str
    received_on: date


def received_first_elsewhere(complaint: Complaint) -> Elsewhere | None:
    """Another organ that received the same dispute of the same person before (CMP-13: the first receiver handles)."""
    people = same_person(complaint.informant).values_list("pk", flat=True)
    rows = Complaint.objects.filter(informant__in=list(people), received_at__lt=complaint.received_at)
    rows = rows.filter(_same_respondent(complaint)).exclude(organ_id=complaint.organ_id).exclude(state="refused")
    first = rows.select_related("organ").order_by("received_at").first()
    return Elsewhere(first.organ.name, first.received_on) if first else None


def earlier_here(complaint: Complaint) -> list[Complaint]:
    """The same person's earlier complaints about the same respondent at this organ, the newest first."""
    people = same_person(complaint.informant).values_list("pk", flat=True)
    rows = Complaint.objects.filter(informant__in=list(people), received_at__lt=complaint.received_at)
    return list(rows.filter(_same_respondent(complaint), organ_id=complaint.organ_id)[:5])


def _same_respondent(complaint: Complaint) -> Q:
    if complaint.institution_id:
        return Q(institution_id=complaint.institution_id)
    if complaint.respondent_uscc:
        return Q(respondent_uscc=complaint.respondent_uscc)
    return Q(respondent_name=complaint.respondent_name)
