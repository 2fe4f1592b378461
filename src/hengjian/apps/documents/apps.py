"""App configuration of documents."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "hengjian.apps.documents"
    label = "documents"
    verbose_name = "文书"
