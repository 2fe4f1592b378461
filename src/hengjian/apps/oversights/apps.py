"""App configuration of oversights."""

from __future__ import annotations

from django.apps import AppConfig


class OversightsConfig(AppConfig):
    name = "hengjian.apps.oversights"
    label = "oversights"
    verbose_name = "督办"
