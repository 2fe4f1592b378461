"""App configuration of registry."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "hengjian.apps.registry"
    label = "registry"
    verbose_name = "监管对象"

    def ready(self) -> None:
        from hengjian.apps.record.wording import name_procedure
        from hengjian.apps.registry import policies  # noqa: F401
        from hengjian.apps.registry.procedures import MATCH
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        name_procedure(MATCH)
        navigation.register(
            Item("subjects", "机构", "registry:list", permission="institution.view", order=10),
            Item("subjects", "证书", "registry:certificates", permission="institution.view", order=20),
            Item("subjects", "主体匹配", "registry:matches", permission="match.view", order=30),
        )
