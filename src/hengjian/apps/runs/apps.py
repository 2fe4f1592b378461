"""App configuration of runs."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "hengjian.apps.runs"
    label = "runs"
    verbose_name = "筛查运行"

    def ready(self) -> None:
        from hengjian.apps.runs import policies  # noqa: F401 – declares the rights
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        navigation.register(
            Item("data", "筛查运行", "runs:list", permission="run.view", order=20),
            Item("data", "筛查发现", "runs:latest_findings", permission="run.view", order=25),
            Item("data", "风险排序", "runs:rank", permission="risk.view", order=50),
        )
