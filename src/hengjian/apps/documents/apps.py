"""App configuration of documents."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "hengjian.apps.documents"
    label = "documents"
    verbose_name = "文书"

    def ready(self) -> None:
        from hengjian.apps.documents import policies  # noqa: F401 – declares the rights
        from hengjian.apps.documents.procedures import DOCUMENT
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        wording.name_procedure(DOCUMENT)
        wording.name_verbs(VERBS)
        navigation.register(
            Item("cases", "文书", "documents:list", permission="document.view", order=80),
            Item("rules", "文书式样", "documents:forms", permission="form.view", order=70),
        )


VERBS = {
    "document.draw_up": "拟制文书",
    "document.print": "文书排版",
    "document.confirm": "确认文书",
    "document.download": "下载文书",
    "document.whole_file": "下载全卷",
    "document_set.request": "成套制作文书",
}
