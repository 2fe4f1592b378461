"""Risk as a waterfall of decibans: the prior, what raised it, what lowered it, the sum."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from hengjian.ui.figures.drawing import Drawn, element, join, mark, number, percent, picture, word

CERTAINTIES = (0.5, 0.05, 0.95, 0.01, 0.99, 0.2, 0.8)
"""In the order in which they get a place on the scale; one that would touch another is left out."""
NEARLY_ONE = 0.995
LEAST_GAP = 11.0  # percent of the lane
Place = Callable[[float], float]
LEAST_SPAN = 16.0  # decibans each way, so that a weak dossier does not look strong


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of the waterfall: what it is, by how many decibans it moves the odds, where its rows are."""

    label: str
    decibans: float
    note: str = ""
    url: str | None = None


def probability(decibans: float) -> float:
    """The probability whose odds are 10^(decibans/10) : 1."""
    odds = 10.0 ** (max(-300.0, min(300.0, decibans)) / 10)
    return odds / (1 + odds)


def _decibans(certainty: float) -> float:
    return 10 * math.log10(certainty / (1 - certainty))


def waterfall(prior: Contribution, parts: Sequence[Contribution], *, sum_label: str = "合计") -> Drawn:
    """Draw prior, parts in their order and the sum on one deciban scale; hollow bars lower, filled bars raise."""
    levels = [prior.decibans]
    for part in parts:
        levels.append(levels[-1] + part.decibans)
    span = max(LEAST_SPAN, max(abs(level) for level in levels) * 1.08)

    def at(decibans: float) -> float:
        return 50 + decibans / span * 50

    total = levels[-1]
    rows = [_scale_row(span, at), _row(prior, _bar(0.0, prior.decibans, at, "base", after=at(prior.decibans)))]
    for index, part in enumerate(parts):
        kind = "down" if part.decibans < 0 else "up"
        last = at(levels[index + 1]) if index + 1 < len(parts) else None
        rows.append(_row(part, _bar(levels[index], levels[index + 1], at, kind, after=last)))
    chance = probability(total)
    closing = Contribution(sum_label, total, f"概率 {_chance(chance)}")
    rows.append(_row(closing, _bar(0.0, total, at, "sum", after=None), sum_row=True))
    caption = "风险贡献，单位分贝（10·log₁₀ 胜算）"
    html = element("table", element("caption", caption, class_="vh"), element("tbody", join(rows)), class_="wf")
    twin = [(line.label, number(line.decibans, 1), line.note or "—") for line in (prior, *parts, closing)]
    return Drawn(html, caption, ("证据", "分贝", "说明"), tuple(twin))


def _chance(share: float) -> str:
    """Two decimals that never claim certainty."""
    return "大于 0.99" if share >= NEARLY_ONE else "小于 0.01" if share < 1 - NEARLY_ONE else f"{share:.2f}"


def _scale_row(span: float, at: Place) -> SafeString:
    words, taken = [], []
    for certainty in CERTAINTIES:
        here = _decibans(certainty)
        if abs(here) <= span * 0.96 and all(abs(at(here) - other) >= LEAST_GAP for other in taken):
            taken.append(at(here))
            minor = certainty in {0.2, 0.8, 0.01, 0.99}
            words.append(word(percent(at(here)), 14, f"{certainty:.0%}", anchor="middle", wide_only=minor))
    return element(
        "tr",
        element("th", element("span", "证据", class_="vh"), scope="col"),
        element("td", picture("", 20, *words, kind="lane"), class_="l"),
        element("td", "分贝", class_="n"),
        class_="scale",
    )


def _bar(start: float, end: float, at: Place, kind: str, *, after: float | None) -> SafeString:
    left, right = sorted((at(start), at(end)))
    parts = [mark("line", "ax", x1="50%", x2="50%", y1=-6, y2=34)]
    parts.append(mark("rect", kind, x=percent(left), y=7, width=percent(max(right - left, 0.4)), height=14))
    if after is not None:
        parts.append(mark("line", "link", x1=percent(after), x2=percent(after), y1=21, y2=46))
    return picture("", 28, *parts, kind="lane")


def _row(line: Contribution, lane: SafeString, *, sum_row: bool = False) -> SafeString:
    name: str = element("a", line.label, href=line.url) if line.url else line.label
    note = element("small", line.note) if line.note else ""
    value = number(line.decibans, 1)
    sign = "" if sum_row and line.decibans < 0 else "+" if line.decibans > 0 else ""
    return element(
        "tr",
        element("th", name, note, scope="row"),
        element("td", lane, class_="l"),
        element("td", sign + value, class_="n"),
        class_="sum" if sum_row else None,
    )
