"""URLs of oversights."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "oversights"
urlpatterns: list[URLPattern] = []
