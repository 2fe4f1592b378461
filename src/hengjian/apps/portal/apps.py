"""App configuration of portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "hengjian.apps.portal"
    label = "portal"
    verbose_name = "门户"
