"""App configuration of portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "hengjian.apps.portal"
    label = "portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from hengjian.ui import navigation

        navigation.place("portal", "portal:home")
