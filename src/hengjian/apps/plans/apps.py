"""App configuration of plans."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "hengjian.apps.plans"
    label = "plans"
    verbose_name = "检查计划"
