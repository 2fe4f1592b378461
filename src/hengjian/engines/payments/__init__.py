"""Money owed under a penalty decision: what is due when, what has been paid, what lateness adds. Whole fen only.

Pure: values in, values out. The daily rate is handed in by the caller (the law data); nothing here knows today's date.
"""

from __future__ import annotations

from hengjian.engines.payments.balance import Due, Paid, check_plan, due_by, even_parts, paid_by
from hengjian.engines.payments.late import Halt, LateFine, late_fine

__all__ = ["Due", "Halt", "LateFine", "Paid", "check_plan", "due_by", "even_parts", "late_fine", "paid_by"]
