"""App configuration of desk."""

from typing import Any

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "hengjian.apps.desk"
    label = "desk"
    verbose_name = "工作台"

    def ready(self) -> None:
        from hengjian.apps.alerts.procedures import ALERT
        from hengjian.apps.desk.shareable import offer_kinds
        from hengjian.apps.desk.verbs import all_verbs
        from hengjian.apps.intake.procedures import SUBMISSION
        from hengjian.apps.record import wording
        from hengjian.apps.registry.procedures import MATCH
        from hengjian.apps.runs.procedures import RUN
        from hengjian.ui import navigation

        offer_kinds()
        for procedure in (ALERT, MATCH, SUBMISSION, RUN):
            wording.name_procedure(procedure)
        wording.name_verbs(all_verbs())
        navigation.place("home", "desk:home")
        navigation.place("search", "desk:search")
        navigation.place("counts", "desk:counts")
        navigation.foot_note(_demonstration)
        navigation.register(navigation.Item("desk", "工作台", "desk:home", order=10))


def _demonstration(request: Any) -> str | None:
    """Nobody may take the invented city for a real one."""
    from django.conf import settings

    return "演示数据：地区、机构、人员均为虚构" if settings.DEMO else None
