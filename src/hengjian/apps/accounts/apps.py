"""App configuration of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "hengjian.apps.accounts"
    label = "accounts"
    verbose_name = "机关与人员"

    def ready(self) -> None:
        from hengjian.apps.accounts import navigation, policies

        policies.name_for_record()
        navigation.register_places()
