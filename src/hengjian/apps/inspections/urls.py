"""URLs of inspections."""

from __future__ import annotations

from django.urls import URLPattern

from hengjian.apps.inspections.phone import urls as phone

app_name = "inspections"
urlpatterns: list[URLPattern] = [*phone.patterns]
