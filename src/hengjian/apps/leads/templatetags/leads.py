"""`{% load leads %}{% lead_link "rectification" item.number item.organ %}`: its lead, or making one."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hengjian.apps.leads.raising import standing

register = template.Library()


@register.simple_tag(takes_context=True)
def lead_link(context: Context, kind: str, ref: str, organ: Any) -> SafeString:
    """A link to the lead where there is one, a button where one may be made, else nothing."""
    request = context.get("request")
    if request is None:
        return SafeString("")
    found = standing(kind, str(ref), organ, user=request.user, on=timezone.localdate())
    if found.lead is not None:
        url = reverse("leads:show", args=[found.lead.number])
        return format_html('<a class="btn" href="{}">线索 {}</a>', url, found.lead.number)
    if found.may_raise:
        return format_html('<a class="btn" href="{}">转为线索</a>', reverse("leads:raise", args=[kind, ref]))
    return SafeString("")
