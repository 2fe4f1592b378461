"""App configuration of desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "hengjian.apps.desk"
    label = "desk"
    verbose_name = "工作台"
