"""Making the paper of one party."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.cases.party_papers import TITLES, issue_party_paper
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.kernel.errors import IllegalMove, Refused


@require_POST
@needs("case.handle")
def issue(request: HttpRequest, number: str, pk: int, form: str) -> HttpResponse:
    """Make it; what the record lacks is said on the case page."""
    today, now = timezone.localdate(), timezone.now()
    case = get_object_or_404(cases_seen_by(request.user, today), number=number)
    party = get_object_or_404(case.parties.all(), pk=pk)
    if form not in TITLES:
        raise Http404
    user: Any = request.user
    try:
        made = issue_party_paper(case=case, party=party, form=form, user=user, now=now, today=today)
    except (Refused, IllegalMove) as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"已制作《{made.title}》{made.number}，可以送达。")
    return redirect("cases:show", number=number)
