"""Reading inspections: which a person may see, which wait for them, and what belongs to one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.rights import may, visible
from hengjian.apps.draws.models import Draw
from hengjian.apps.inspections.models import Attachment, Finding, Inspection, SampledReport
from hengjian.apps.inspections.procedures import BEFORE_ENTRY, UNFINISHED, WORKING
from hengjian.apps.registry.models import Institution


def inspections_seen_by(user: Any, *, on: date) -> QuerySet[Inspection]:
    """Tasks of one's own (officer or expert), and for chiefs and overseers those of their organ and below.

    Where a sealed draw is not opened yet, a task whose visit has not begun is for those who go and for holders of
    `draw.targets` alone: the name of the institution would break the seal.
    """
    rows = Inspection.objects.select_related("institution", "organ", "lead", "member", "visit")
    if may(user, "inspection.view", on=on) is None:
        return rows.none()
    overseen = visible(user, "inspection.oversee", Inspection.objects.all(), on=on).order_by().values("pk")
    as_expert = Inspection.experts.through.objects.filter(user_id=user.pk).values("inspection_id")
    others = Q(pk__in=overseen) & ~_under_seal(user, on=on)
    return rows.filter(Q(lead=user) | Q(member=user) | Q(pk__in=as_expert) | others)


def last_inspections(organ: Organ, day: date) -> dict[str, date]:
    """{institution code: last day up to `day` on which an inspection there ended}, of the organ and those below it."""
    rows = Inspection.objects.filter(institution__organ__path__startswith=organ.path, ended_on__lte=day)
    ended = rows.exclude(state="cancelled").order_by().values("institution__uscc").annotate(last=Max("ended_on"))
    return {row["institution__uscc"]: row["last"] for row in ended}


def _under_seal(user: Any, *, on: date) -> Q:
    """Tasks before entry of sealed draws that are not open to everybody nor, before that, to this person."""
    trusted = visible(user, "draw.targets", Organ.objects.all(), on=on, organ="")
    closed = sealed_draws().exclude(organ_id__in=trusted.order_by().values("pk"))
    return Q(origin_kind="draw", state__in=BEFORE_ENTRY, origin_id__in=closed.order_by().values("number"))


def sealed_draws() -> QuerySet[Draw]:
    """Draws in sealed mode whose proof is not public yet."""
    return Draw.objects.filter(mode="sealed", published_at__isnull=True)


def state_counts(rows: QuerySet[Inspection]) -> dict[str, int]:
    """How many of the rows are in each state, those not ended together as `unfinished`."""
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return counts | {"unfinished": sum(counts.get(state, 0) for state in UNFINISHED), "all": sum(counts.values())}


def my_inspections(user: Any, *, on: date) -> QuerySet[Inspection]:
    """Tasks in which the person is one of the two officers and which are not ended, by planned day."""
    rows = Inspection.objects.select_related("institution", "organ", "lead", "member", "visit")
    if may(user, "inspection.carry_out", on=on) is None:
        return rows.none()
    rows = rows.filter(Q(lead=user) | Q(member=user), state__in=(*WORKING, "record_closed"))
    return rows.order_by("visit__day", "number")


def waiting_for(user: Any, *, on: date) -> QuerySet[Inspection]:
    """What this person has to do: own tasks, results to review that others proposed, results to publish."""
    rows = Inspection.objects.all()
    review = visible(user, "inspection.review", rows.filter(state="in_review"), on=on)
    review = review.exclude(Q(lead=user) | Q(member=user) | Q(proposed_by=user))
    publish = visible(user, "inspection.publish", rows.filter(state="fixed"), on=on)
    mine = my_inspections(user, on=on).order_by().values("pk")
    wanted = Q(pk__in=mine) | Q(pk__in=review.order_by().values("pk")) | Q(pk__in=publish.order_by().values("pk"))
    return rows.filter(wanted).select_related("institution", "organ", "lead", "member").order_by("visit__day", "number")


def inspections_of(institution: Institution, user: Any, *, on: date) -> QuerySet[Inspection]:
    """The inspections of one institution that the person may see, newest first; for the dossier."""
    return inspections_seen_by(user, on=on).filter(institution=institution).order_by("-visit__day", "-pk")


def findings_of(inspection: Inspection) -> QuerySet[Finding]:
    """Problems that stand (withdrawn ones left out)."""
    return inspection.findings.filter(state="found").select_related("by", "report").order_by("number")


def attachments_of(inspection: Inspection) -> QuerySet[Attachment]:
    """Everything attached, oldest first."""
    return inspection.attachments.select_related("by").order_by("happened_at", "pk")


def sampled_of(inspection: Inspection) -> QuerySet[SampledReport]:
    """Drawn reports in the order of drawing."""
    return inspection.reports.select_related("sample").order_by("sample_id", "rank")


def findings_seen_by(user: Any, *, on: date) -> QuerySet[Finding]:
    """Problems of the inspections the person may see; withdrawn ones left out."""
    seen = inspections_seen_by(user, on=on).order_by().values("pk")
    rows = Finding.objects.select_related("inspection__organ", "institution", "by")
    return rows.filter(inspection_id__in=seen, state="found")


def published_results(*, organ_path: str = "/") -> QuerySet[Inspection]:
    """Published results of an organ and those below it, newest first; public."""
    rows = Inspection.objects.select_related("institution", "organ").filter(state="published")
    return rows.filter(organ__path__startswith=organ_path).order_by("-published_at", "-pk")


def unfinished_of(origin_kind: str, origin_id: str, institution: Institution) -> Inspection | None:
    """The task that already serves this origin at this institution."""
    rows = Inspection.objects.filter(origin_kind=origin_kind, origin_id=origin_id, institution=institution)
    return rows.exclude(state="cancelled").first()


def is_unfinished(inspection: Inspection) -> bool:
    """Whether something is still to be done."""
    return inspection.state in UNFINISHED
