"""App configuration of leads."""

from __future__ import annotations

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "hengjian.apps.leads"
    label = "leads"
    verbose_name = "线索"

    def ready(self) -> None:
        from hengjian.apps.leads import policies  # noqa: F401 – declares the rights
        from hengjian.apps.leads.procedures import LEAD, LIKENESS
        from hengjian.apps.record import wording

        wording.name_procedure(LEAD)
        wording.name_procedure(LIKENESS)
        wording.name_verbs(VERBS)


VERBS = {
    "lead.register": "登记线索",
    "lead.amend": "更正线索",
    "lead_series.create": "建立线索串",
    "lead_series.join": "列入线索串",
    "lead_series.leave": "移出线索串",
    "lead_import.take": "导入线索文件",
    "outside_body.add": "登记外部机关",
    "outside_body.change": "更正外部机关",
}
