"""Statutory periods: from an event, a rule, a calendar, pauses and extensions to a due date with its derivation.

Pure: values in, values out. The rule's figures and articles are handed in by the caller (the law data); nothing here
knows today's date.
"""

from __future__ import annotations

from hengjian.engines.deadlines.calendar import Calendar
from hengjian.engines.deadlines.derivation import Alarm, Deadline, derive
from hengjian.engines.deadlines.rules import SHANGHAI, Extension, Pause, Rule, merged

__all__ = ["SHANGHAI", "Alarm", "Calendar", "Deadline", "Extension", "Pause", "Rule", "derive", "merged"]
