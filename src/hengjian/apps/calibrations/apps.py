"""App configuration of calibrations."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class CalibrationsConfig(AppConfig):
    name = "hengjian.apps.calibrations"
    label = "calibrations"
    verbose_name = "检测器校准"

    def ready(self) -> None:
        from hengjian.apps.calibrations.policies import VIEW
        from hengjian.apps.calibrations.procedures import CALIBRATION
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        wording.name_procedure(CALIBRATION)
        wording.name_verbs({"calibration.draft": "拟定检测器校准", "calibration.take_weights": "下载校准权重"})
        navigation.register(
            Item("data", "准确率和召回率", "calibrations:accuracy", permission=VIEW, order=65),
            Item("data", "检测器校准", "calibrations:list", permission=VIEW, counter=_waiting, order=70),
        )


def _waiting(user: Any) -> int:
    from django.utils import timezone

    from hengjian.apps.calibrations.selectors import waiting_for

    return waiting_for(user, on=timezone.localdate()).count()
