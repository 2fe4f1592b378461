"""The Django application that carries templates, static files and tags."""

from django.apps import AppConfig
from django.core import checks


class UiConfig(AppConfig):
    name = "hengjian.ui"
    label = "ui"

    def ready(self) -> None:
        from hengjian.ui import navigation

        checks.register(navigation.check_places, checks.Tags.urls)
