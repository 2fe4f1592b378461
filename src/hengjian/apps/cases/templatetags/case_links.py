"""`{% load case_links %}{% case_link "finding" finding.number task.organ %}`: its case, or registering one."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hengjian.apps.cases.following import way_of

register = template.Library()


@register.simple_tag(takes_context=True)
def case_link(context: Context, kind: str, ref: str, organ: Any) -> SafeString:
    """A link to the case where there is one, a button where one may be registered, else nothing."""
    request = context.get("request")
    if request is None:
        return SafeString("")
    way = way_of(kind, str(ref), organ, user=request.user, on=timezone.localdate())
    return format_html('<a class="btn" href="{}">{}</a>', way.url, way.label) if way else SafeString("")
