"""App configuration of record."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "hengjian.apps.record"
    label = "record"
    verbose_name = "事件链"
