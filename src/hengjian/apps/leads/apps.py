"""App configuration of leads."""

from __future__ import annotations

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "hengjian.apps.leads"
    label = "leads"
    verbose_name = "线索"
