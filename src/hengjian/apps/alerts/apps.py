"""App configuration of alerts."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "hengjian.apps.alerts"
    label = "alerts"
    verbose_name = "预警"
