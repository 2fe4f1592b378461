"""App configuration of intake."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "hengjian.apps.intake"
    label = "intake"
    verbose_name = "报送与导入"
