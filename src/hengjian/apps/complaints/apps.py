"""App configuration of complaints."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "hengjian.apps.complaints"
    label = "complaints"
    verbose_name = "投诉"

    def ready(self) -> None:
        from hengjian.apps.complaints import papers, policies
        from hengjian.apps.complaints.models import Complaint
        from hengjian.apps.complaints.presenting import progress_of
        from hengjian.apps.complaints.procedures import COMPLAINT
        from hengjian.apps.complaints.selectors import complaints_seen_by
        from hengjian.apps.documents import access
        from hengjian.apps.informants import subjects
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        def seen_by(user: Any, on: Any) -> Any:
            return complaints_seen_by(user, on=on)

        wording.name_procedure(COMPLAINT)
        wording.name_verbs(policies.VERBS)
        kind = "complaints.complaint"
        subjects.register(
            kind, subjects.Subject("投诉", Complaint, seen_by, progress_of, papers.url_of, "respondent_uscc")
        )
        access.register(
            kind, seen_by, papers.context, write="complaint.handle", url=papers.url_of, offers=papers.forms_for
        )
        navigation.register(
            Item("leads", "投诉", "complaints:list", permission="complaint.view", counter=_waiting, order=30)
        )


def _waiting(user: Any) -> int:
    from django.utils import timezone

    from hengjian.apps.complaints.selectors import waiting_for

    return waiting_for(user, on=timezone.localdate()).count()
