"""`{% load desk %}{{ hit.title|marked:words }}`."""

from __future__ import annotations

from django import template

from hengjian.apps.desk.finding import marked

register = template.Library()
register.filter("marked", marked)
