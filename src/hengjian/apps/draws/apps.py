"""App configuration of draws."""

from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "hengjian.apps.draws"
    label = "draws"
    verbose_name = "随机抽查"
