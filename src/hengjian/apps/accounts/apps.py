"""App configuration of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "hengjian.apps.accounts"
    label = "accounts"
    verbose_name = "机关与人员"
