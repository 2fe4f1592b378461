"""Markdown as it is printed and kept."""

from __future__ import annotations

import math

lines: list[str] = []


def tell(text: str = "") -> None:
    print(text, flush=True)
    lines.append(text)


def table(head: list[str], rows: list[list[str]]) -> None:
    tell("| " + " | ".join(head) + " |")
    tell("|" + "---|" * len(head))
    for row in rows:
        tell("| " + " | ".join(row) + " |")
    tell()


def num(value: float, places: int = 3) -> str:
    return "–" if value is None or math.isnan(value) or math.isinf(value) else f"{value:.{places}f}"
