"""URLs of rectifications."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "rectifications"
urlpatterns: list[URLPattern] = []
