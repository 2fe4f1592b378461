"""Choice of law and discretion: from a conduct to the provisions that reach it, a lawful range and a suggested sum.

Pure: values in, values out, whole fen. The provisions, numbers and benchmarks are handed in by the caller (the law
data); nothing here knows today's date. Every answer carries its articles and its reasoning in Chinese.
"""

from __future__ import annotations

from hengjian.engines.penalties.benchmark import (
    Benchmark,
    Factor,
    Tier,
    calculate,
    deviation_needs_reason,
    tier_bounds,
    tier_of,
)
from hengjian.engines.penalties.choosing import choose
from hengjian.engines.penalties.conduct import Cited, Conduct, Consequence, Limits, Provision, Sum
from hengjian.engines.penalties.result import Applicable, Blocked, Calculation, Choice, Deviation, Hint, Range

__all__ = [
    "Applicable",
    "Benchmark",
    "Blocked",
    "Calculation",
    "Choice",
    "Cited",
    "Conduct",
    "Consequence",
    "Deviation",
    "Factor",
    "Hint",
    "Limits",
    "Provision",
    "Range",
    "Sum",
    "Tier",
    "calculate",
    "choose",
    "deviation_needs_reason",
    "tier_bounds",
    "tier_of",
]
