"""Printing dossiers: directly while small, in the background where large; each is on the record."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.dossiers.models import DossierPrint
from hengjian.apps.dossiers.printing import dossier_pdf
from hengjian.apps.dossiers.sections import Dossier, open_dossier
from hengjian.apps.record.services import Actor, append_event
from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.selectors import institution_seen_by
from hengjian.kernel.errors import NotAllowed, NotFound, Refused

DIRECT_ROWS = 90
"""Rows of tables up to which the PDF is made while the person waits (56 rows took 1.9 s, 85 rows under load 4.3 s)."""


def rows_of(dossier: Dossier) -> int:
    """How many table rows the paper has."""
    lists = (dossier.scope.rows, dossier.instruments, dossier.leading, dossier.alerts or (), dossier.timeline)
    return sum(len(rows) for rows in lists)


def _actor(user: User, institution: Institution, today: date) -> Actor:
    posting = may(user, "dossier.print", institution, on=today)
    posting = posting or may(user, "dossier.print", on=today)
    if posting is None:
        raise NotAllowed("您没有打印案卷的权限。")
    return actor_for(user, posting)


@transaction.atomic
def record_print(*, user: User, now: datetime, institution: Institution, on: date) -> None:
    """Note that a dossier left the system on paper."""
    append_event(
        now=now,
        actor=_actor(user, institution, timezone.localdate(now)),
        verb="dossier.print",
        thing=institution,
        organ_path=institution.organ.path,
        after={"on": on},
    )


@transaction.atomic
def order_print(*, user: User, now: datetime, institution: Institution, on: date) -> DossierPrint:
    """Have a large dossier made in the background."""
    from hengjian.apps.dossiers.tasks import make_print

    _actor(user, institution, timezone.localdate(now))
    order = DossierPrint.objects.create(
        institution=institution, organ=institution.organ, ordered_by=user, ordered_at=now, on=on
    )
    transaction.on_commit(lambda: make_print.enqueue(order.pk))
    return order


def print_folder() -> Path:
    """Where finished PDFs lie."""
    return Path(settings.HOME) / "prints"


def run_print(*, order_id: int, now: datetime) -> None:
    """Make the ordered PDF with the rights the person has now; what goes wrong is said in the order."""
    order = DossierPrint.objects.select_related("institution__organ", "ordered_by").get(pk=order_id)
    if order.state == "done":
        return
    DossierPrint.objects.filter(pk=order.pk).update(state="running", begun_at=now)
    today = timezone.localdate(now)
    try:
        institution = institution_seen_by(order.ordered_by, order.institution.uscc, on=today)
        if institution is None:
            raise NotFound("您现在无权查看这家机构。")
        dossier = open_dossier(order.ordered_by, institution, on=order.on, today=today, whole=True)
        content = dossier_pdf(dossier, user=order.ordered_by, now=now)
    except (NotFound, Refused) as error:
        DossierPrint.objects.filter(pk=order.pk).update(state="failed", message=error.sentence[:200])
        return
    print_folder().mkdir(parents=True, exist_ok=True)
    name = f"dossier-{order.pk}.pdf"
    partial = print_folder() / f"{name}.part"
    partial.write_bytes(content)
    partial.replace(print_folder() / name)
    with transaction.atomic():
        DossierPrint.objects.filter(pk=order.pk).update(state="done", path=name, finished_at=timezone.now())
