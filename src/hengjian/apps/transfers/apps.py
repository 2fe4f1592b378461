"""App configuration of transfers."""

from __future__ import annotations

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "hengjian.apps.transfers"
    label = "transfers"
    verbose_name = "移送"
