"""App configuration of complaints."""

from __future__ import annotations

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "hengjian.apps.complaints"
    label = "complaints"
    verbose_name = "投诉"
