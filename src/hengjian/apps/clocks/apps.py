"""App configuration of clocks."""

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "hengjian.apps.clocks"
    label = "clocks"
    verbose_name = "时限"
