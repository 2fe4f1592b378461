"""Everything that writes inspections: keywords only, and sent twice under one client number it changes nothing."""

from hengjian.apps.inspections.services.answers import answer_item, record_statement
from hengjian.apps.inspections.services.arrival import enter, start_check
from hengjian.apps.inspections.services.closing import finish_visit
from hengjian.apps.inspections.services.findings import add_finding, attach, withdraw_finding
from hengjian.apps.inspections.services.outcome import file_result, publish_result, review, submit_result
from hengjian.apps.inspections.services.reports import sample_reports, trace_report
from hengjian.apps.inspections.services.tasks import (
    cancel_task,
    create_all_from_draw,
    create_from_draw,
    create_task,
    notify,
    replace_officer,
)
from hengjian.apps.inspections.services.writing import Conflict

__all__ = [
    "Conflict",
    "add_finding",
    "answer_item",
    "attach",
    "cancel_task",
    "create_all_from_draw",
    "create_from_draw",
    "create_task",
    "enter",
    "file_result",
    "finish_visit",
    "notify",
    "publish_result",
    "record_statement",
    "replace_officer",
    "review",
    "sample_reports",
    "start_check",
    "submit_result",
    "trace_report",
    "withdraw_finding",
]
