"""App configuration of intake."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "hengjian.apps.intake"
    label = "intake"
    verbose_name = "报送与导入"

    def ready(self) -> None:
        """Declare the rights, stand in the navigation."""
        from django.utils import timezone

        from hengjian.apps.intake import policies  # noqa: F401
        from hengjian.apps.intake.selectors import waiting_for
        from hengjian.ui import navigation

        navigation.register(
            navigation.Item(
                "data",
                "报送与导入",
                "intake:list",
                permission="intake.view",
                order=10,
                counter=lambda user: waiting_for(user, timezone.localdate()),
            )
        )
