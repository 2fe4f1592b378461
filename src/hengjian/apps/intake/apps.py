"""App configuration of intake."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "hengjian.apps.intake"
    label = "intake"
    verbose_name = "报送与导入"

    def ready(self) -> None:
        """Declare the rights."""
        from hengjian.apps.intake import policies  # noqa: F401
