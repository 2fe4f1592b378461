"""`{% load clocks %}{% clock_line clock %}`: how a clock stands, linked to its derivation."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from hengjian.apps.clocks.calendars import current_calendar
from hengjian.apps.clocks.models import Clock
from hengjian.apps.clocks.presenting import line_of
from hengjian.ui.templatetags.ui import clock as clock_tag

register = template.Library()
KEPT = "clocks.calendar"


def _calendar(context: Context) -> Any:
    kept = context.render_context
    if KEPT not in kept:
        kept[KEPT] = current_calendar()
    return kept[KEPT]


@register.simple_tag(takes_context=True)
def clock_line(context: Context, clock: Clock | None, linked: bool = True) -> SafeString:
    """Time left or lateness, and the last day; nothing for None. The calendar is read once a template."""
    if clock is None:
        return SafeString("")
    now = timezone.now()
    line = line_of(clock, today=timezone.localdate(now), now=now, calendar=_calendar(context))
    shown = clock_tag(line.kind, line.text)
    when = line.when or "推算"
    if linked:
        return format_html('{} <a class="when" href="{}">{}</a>', shown, reverse("clocks:show", args=[clock.pk]), when)
    return format_html('{} <span class="when">{}</span>', shown, line.when)
