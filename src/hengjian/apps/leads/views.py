"""Pages of leads."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hengjian.apps.accounts.gates import needs
from hengjian.apps.leads.selectors import leads_seen_by


@require_GET
@needs("lead.view")
def show_lead(request: HttpRequest, number: str) -> HttpResponse:
    """One lead."""
    lead = get_object_or_404(leads_seen_by(request.user, on=timezone.localdate()), number=number)
    return render(request, "leads/show.html", {"lead": lead})
