"""Reading what is not sealed: whose channels a person keeps, which openings there were."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from hengjian.apps.accounts.models import Avoidance
from hengjian.apps.accounts.rights import visible
from hengjian.apps.accounts.selectors import in_force
from hengjian.apps.informants import subjects
from hengjian.apps.informants.models import Informant, Message, Opening


def informants_seen_by(user: Any, *, on: date) -> QuerySet[Informant]:
    """Informants kept by the person's organ whose matter the person may see: nobody sees one apart from the matter."""
    rows = visible(user, "informant.view", Informant.objects.select_related("organ"), on=on)
    allowed = Q(pk__in=[])
    for kind, subject in subjects.kinds().items():
        things = subject.seen_by(user, on).order_by().annotate(subject_key=Cast("pk", CharField()))
        allowed |= Q(subject_kind=kind, subject_id__in=things.values("subject_key"))
    return rows.filter(allowed).exclude(_about_ties(user, on))


def _about_ties(user: Any, on: date, at: str = "") -> Q:
    """Informants whose respondent this person is tied to: kin or a former employee learns nothing of them (回避)."""
    tied = in_force(Avoidance.objects.filter(user=user.pk), on=on).values("institution_id")
    about = Q(pk__in=[])
    for kind, subject in subjects.kinds().items():
        if not subject.about:
            continue
        things = subject.model._default_manager.filter(**{f"{subject.about}__in": tied}).order_by()
        keys = things.annotate(subject_key=Cast("pk", CharField())).values("subject_key")
        about |= Q(**{f"{at}subject_kind": kind, f"{at}subject_id__in": keys})
    return about


def with_standing(rows: QuerySet[Informant]) -> QuerySet[Informant]:
    """The informants with `unread`, `messages_count`, `openings_count` for their list."""
    fresh = Message.objects.filter(channel__informant=OuterRef("pk"), side="informant", read_at__isnull=True)
    return rows.annotate(
        unread=Exists(fresh),
        messages_count=Count("channel__messages", distinct=True),
        openings_count=Count("openings", filter=Q(openings__state="opened"), distinct=True),
    )


def waiting_for(user: Any, *, on: date) -> int:
    """Channels with something unread, for the counter in the navigation. One query."""
    rows = informants_seen_by(user, on=on)
    return rows.filter(channel__messages__side="informant", channel__messages__read_at__isnull=True).distinct().count()


def openings_seen_by(user: Any, *, on: date) -> QuerySet[Opening]:
    """Every opening of the person's organ and of those below: for the supervisor, the leader and the superior organ."""
    rows = Opening.objects.select_related("informant__organ", "requested_by", "decided_by")
    return visible(user, "informant.openings", rows, on=on, organ="informant__organ")


def openings_to_act_on(user: Any, *, on: date) -> QuerySet[Opening]:
    """Openings this person may approve or asked for; a share never reaches here, opening stays in the organ."""
    rows = Opening.objects.select_related("informant__organ", "requested_by", "decided_by")
    decide = visible(user, "informant.approve_opening", rows, on=on, organ="informant__organ")
    decide = decide.exclude(_about_ties(user, on, "informant__"))
    return rows.filter(Q(pk__in=decide.values("pk")) | Q(requested_by=user.pk))


def openings_shown_to(user: Any, *, on: date) -> QuerySet[Opening]:
    """What the person oversees, may approve or asked for."""
    rows = Opening.objects.select_related("informant__organ", "requested_by", "decided_by")
    seen, own = openings_seen_by(user, on=on), openings_to_act_on(user, on=on)
    return rows.filter(Q(pk__in=seen.values("pk")) | Q(pk__in=own.values("pk")))


def openings_of(informant: Informant) -> QuerySet[Opening]:
    """The openings of one informant, the newest first."""
    return informant.openings.select_related("requested_by", "decided_by")


def may_read_revealing(user: Any, informant: Informant, *, now: datetime) -> bool:
    """Whether this person's own opening of the files is running at this moment."""
    rows = informant.openings.filter(requested_by=user.pk, scope="files", state="opened", closes_at__gt=now)
    return bool(rows.exists())
