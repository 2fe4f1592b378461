"""URLs of informants."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "informants"
urlpatterns: list[URLPattern] = []
