"""The index over the words of leads."""

from __future__ import annotations

from hengjian.apps.leads.models import Lead, LeadWords
from hengjian.engines.likeness.words import words


def text_of(lead: Lead) -> str:
    """Everything by which a lead is found."""
    named = [lead.institution.name, lead.institution.uscc] if lead.institution else []
    parts = [lead.number, lead.outside_number, lead.title, lead.respondent_name, lead.respondent_uscc, *named]
    return "\n".join([*parts, *lead.report_numbers, lead.text])


def index_lead(lead: Lead) -> None:
    """Write the words of a lead, new or changed."""
    LeadWords.objects.update_or_create(lead=lead, defaults={"words": " ".join(words(text_of(lead)))})
