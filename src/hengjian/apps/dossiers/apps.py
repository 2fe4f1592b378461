"""App configuration of dossiers."""

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "hengjian.apps.dossiers"
    label = "dossiers"
    verbose_name = "一企一卷"

    def ready(self) -> None:
        from hengjian.apps.dossiers import policies  # noqa: F401
