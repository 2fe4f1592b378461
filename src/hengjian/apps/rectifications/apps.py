"""App configuration of rectifications."""

from django.apps import AppConfig


class RectificationsConfig(AppConfig):
    name = "hengjian.apps.rectifications"
    label = "rectifications"
    verbose_name = "整改台账"
