"""Which matters of the apps below can be shared with another organ."""

from __future__ import annotations

from django.urls import reverse

from hengjian.apps.accounts import sharing
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.selectors import alerts_seen_by
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.selectors import leads_seen_by
from hengjian.apps.rectifications.models import Rectification
from hengjian.apps.rectifications.selectors import items_seen_by
from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.selectors import institutions_seen_by


def offer_kinds() -> None:
    """Institutions (the whole dossier), single alerts, leads and problems to be put right."""
    sharing.offer(
        Institution,
        label="机构及其一企一卷",
        seen_by=institutions_seen_by,
        url=lambda row: reverse("dossiers:dossier", args=[row.uscc]),
    )
    sharing.offer(
        Rectification,
        label="整改事项",
        seen_by=items_seen_by,
        url=lambda row: reverse("rectifications:show", args=[row.number]),
    )
    sharing.offer(
        Alert, label="预警", seen_by=alerts_seen_by, url=lambda row: reverse("alerts:show", args=[row.number])
    )
    sharing.offer(Lead, label="线索", seen_by=leads_seen_by, url=lambda row: reverse("leads:show", args=[row.number]))
