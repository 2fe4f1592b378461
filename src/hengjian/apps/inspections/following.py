"""The step from a confirmed alert to an inspection, offered on the alert's page."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.alerts.following import FollowUp
from hengjian.apps.alerts.models import Alert
from hengjian.apps.inspections.selectors import inspections_seen_by, unfinished_of


def after_alert(alert: Alert, user: User, on: date) -> FollowUp | None:
    """The running inspection of this alert, if the person may see it; else making one, if the person may."""
    standing = unfinished_of("alert", alert.number, alert.institution)
    if standing is not None:
        if not inspections_seen_by(user, on=on).filter(pk=standing.pk).exists():
            return None
        label = f"现场检查 {standing.number}：{standing.get_state_display()}"
        return FollowUp(label, reverse("inspections:show", args=[standing.number]), running=True)
    if alert.state != "confirmed" or may(user, "inspection.assign", alert, on=on) is None:
        return None
    query = urlencode({"kind": "alert", "id": alert.number})
    return FollowUp("建立现场检查任务", f"{reverse('inspections:create')}?{query}")
