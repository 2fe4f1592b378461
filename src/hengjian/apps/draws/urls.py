"""URLs of draws."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "draws"
urlpatterns: list[URLPattern] = []
