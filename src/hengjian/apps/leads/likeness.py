"""Proposals that two leads are one matter or belong together; a person accepts or rejects each."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from hengjian.apps.leads.models import Lead, LeadMark, Likeness
from hengjian.apps.registry.names import name_key
from hengjian.engines.likeness.sketch import number_key, text_keys
from hengjian.engines.likeness.weigh import Told, compare
from hengjian.kernel.errors import NotFound

LEAST_SURE = 0.5
PER_KEY = 40
COMPARED_MOST = 60
PROPOSED_MOST = 12
COMMON_KEYS = 2
"""Two texts are compared when they share so many keys, or a report number, or the respondent."""


def told(lead: Lead) -> Told:
    """The lead as the comparison sees it."""
    who = lead.institution_uscc or (name_key(lead.respondent_name) if lead.respondent_name else "")
    return Told(
        text=lead.text,
        respondent=who,
        reports=frozenset(lead.report_numbers),
        received_on=lead.received_on,
        occurred_on=lead.occurred_on,
        area_code=lead.area_code,
        subject=lead.subject,
    )


@transaction.atomic
def find_likeness(*, lead_pk: int, now: datetime) -> int:
    """Write the lead's keys and propose what it is like; answers with the number of new proposals."""
    lead = (
        Lead.objects.select_related("institution", "organ").select_for_update(of=("self",)).filter(pk=lead_pk).first()
    )
    if lead is None:
        raise NotFound("没有这条线索。")
    numbers = [number_key(number) for number in lead.report_numbers]
    keys = list(text_keys(lead.text))
    if not lead.marks.exists():
        LeadMark.objects.bulk_create(LeadMark(lead=lead, key=key) for key in dict.fromkeys([*keys, *numbers]))
    known = set(lead.likenesses.values_list("other_id", flat=True)) | set(
        lead.likenesses_of.values_list("lead_id", flat=True)
    )
    mine, found = told(lead), []
    for other in _candidates(lead, keys=keys, numbers=numbers):
        likeness = compare(mine, told(other), least=LEAST_SURE) if other.pk not in known else None
        if likeness is not None:
            found.append((likeness, other))
    found.sort(key=lambda pair: (-pair[0].sure, -pair[1].pk))
    made = [
        Likeness(
            lead=lead,
            other=other,
            kind=likeness.kind,
            sure=f"{min(likeness.sure, 0.999):.3f}",
            reasons=[{"text": one.sentence, "db": f"{one.decibans:+.1f}"} for one in likeness.reasons],
            found_at=now,
        )
        for likeness, other in found[:PROPOSED_MOST]
    ]
    Likeness.objects.bulk_create(made)
    return len(made)


def _candidates(lead: Lead, *, keys: list[int], numbers: list[int]) -> list[Lead]:
    """Leads worth comparing: sharing a report number, several text keys, or the respondent; the newest first.

    Only within the same province: nobody else could join them.
    """
    pks = _sharing(numbers, least=1, before=lead.pk) | _sharing(keys, least=COMMON_KEYS, before=lead.pk)
    same = Q(pk__in=list(pks)[:COMPARED_MOST])
    if lead.institution_id or lead.respondent_uscc or lead.respondent_name:
        same |= Q(pk__in=_of_respondent(lead))
    rows = Lead.objects.filter(same).exclude(pk=lead.pk).exclude(state="merged")
    if lead.area_code:
        rows = rows.filter(Q(area_code="") | Q(area_code__startswith=lead.area_code[:2]))
    return list(rows.select_related("institution").order_by("-pk")[:COMPARED_MOST])


def _of_respondent(lead: Lead) -> list[int]:
    if lead.institution_id:
        about = Q(institution_id=lead.institution_id)
    elif lead.respondent_uscc:
        about = Q(respondent_uscc=lead.respondent_uscc)
    else:
        about = Q(respondent_name=lead.respondent_name)
    rows = Lead.objects.filter(about).exclude(pk=lead.pk).order_by("-pk")
    return list(rows.values_list("pk", flat=True)[:COMPARED_MOST])


def _sharing(keys: list[int], *, least: int, before: int) -> set[int]:
    """Ids of other leads with so many of the keys; of a key that many leads have only the newest are looked at."""
    if not keys:
        return set()
    newest = "SELECT lead_id FROM leads_leadmark WHERE key = %s AND lead_id <> %s ORDER BY lead_id DESC LIMIT %s"
    one = f"SELECT * FROM ({newest}) k"
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([one] * len(keys)),
            [value for key in keys for value in (key, before, PER_KEY)],
        )
        counted = Counter(row[0] for row in cursor.fetchall())
    return {pk for pk, times in counted.items() if times >= least}
