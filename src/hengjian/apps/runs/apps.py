"""App configuration of runs."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "hengjian.apps.runs"
    label = "runs"
    verbose_name = "筛查运行"
