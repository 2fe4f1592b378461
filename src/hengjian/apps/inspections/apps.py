"""App configuration of inspections."""

from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "hengjian.apps.inspections"
    label = "inspections"
    verbose_name = "检查任务"
