"""A detector's sentence without the clauses about which its row knows nothing."""

from __future__ import annotations

import re
from collections.abc import Collection
from string import Formatter

ENDS = re.compile(r"[^，；：]*[，；：]?")
OPEN, CLOSE = "（", "）"


def clauses_known(sentence: str, unknown: Collection[str]) -> str:
    """The format string without clauses whose every value is unknown.

    Clauses end at `，`, `；` or `：`. The first one stays, and so do brackets that a dropped clause opens or closes.
    """
    kept: list[str] = []
    for place, clause in enumerate(part for part in ENDS.findall(sentence) if part):
        names = {name for _, name, _, _ in Formatter().parse(clause) if name}
        if place and names and names <= set(unknown):
            _leave_brackets(kept, clause)
        else:
            kept.append(clause)
    return "".join(kept).rstrip("，；：")


def _leave_brackets(kept: list[str], clause: str) -> None:
    """What the dropped clause closed is closed after the one before it, what it opened stays open."""
    depth = clause.count(CLOSE) - clause.count(OPEN)
    if depth > 0:
        kept[-1] = kept[-1].rstrip("，；：") + CLOSE * depth + clause[-1:].replace(CLOSE, "")
    elif depth < 0:
        kept.append(OPEN * -depth)
    elif clause.endswith("；") and kept[-1].endswith("，"):
        kept[-1] = kept[-1][:-1] + "；"
