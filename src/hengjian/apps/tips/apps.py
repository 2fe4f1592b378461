"""App configuration of tips."""

from __future__ import annotations

from django.apps import AppConfig


class TipsConfig(AppConfig):
    name = "hengjian.apps.tips"
    label = "tips"
    verbose_name = "举报"
