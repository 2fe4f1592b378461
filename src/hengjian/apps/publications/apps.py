"""App configuration of publications."""

from __future__ import annotations

from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    name = "hengjian.apps.publications"
    label = "publications"
    verbose_name = "公示"
