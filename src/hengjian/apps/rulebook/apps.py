"""App configuration of rulebook."""

from django.apps import AppConfig


class RulebookConfig(AppConfig):
    name = "hengjian.apps.rulebook"
    label = "rulebook"
    verbose_name = "规则库"
