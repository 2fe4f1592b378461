"""The picture of inclusion probabilities: one line a stratum, one dot a risk band."""

from __future__ import annotations

from collections.abc import Sequence

from hengjian.apps.draws.presenting import StratumLine
from hengjian.apps.draws.scope import BANDS
from hengjian.ui.figures.drawing import Drawn, element, mark, number, percent, picture, ticks, word

ROW = 30
LEFT, RIGHT = 34.0, 97.0
DOTS = {"green": "down", "amber": "mid", "red": "up", "": "base"}


def probabilities(lines: Sequence[StratumLine]) -> Drawn | None:
    """Dots at the probability of each band; None where nothing was drawn by weights."""
    shown = [line for line in lines if line.quota and line.bands]
    top = max((cell.pi for line in shown for cell in line.bands if cell.pi is not None), default=0.0)
    if not shown or top <= 0:
        return None
    span = min(1.0, top * 1.15)
    height = ROW * len(shown) + 24

    def place(value: float) -> str:
        return percent(LEFT + (RIGHT - LEFT) * value / span)

    marks: list[str] = []
    for value in ticks(0, span, 4):
        marks.append(mark("line", "gr", x1=place(value), x2=place(value), y1=0, y2=height - 22))
        marks.append(word(place(value), height - 6, number(value), anchor="middle"))
    for row, line in enumerate(shown):
        middle = ROW * row + ROW / 2
        name = line.name if len(line.name) <= 9 else line.name[:8] + "…"
        marks.append(word("0", middle + 4, name, kind="k"))
        for cell in line.bands:
            if cell.pi is not None:
                dot = mark("circle", DOTS[cell.band], cx=place(cell.pi), cy=middle, r=6)
                marks.append(element("g", dot, element("title", f"{line.name} {cell.label} {cell.pi:.3f}")))
    rows = tuple((line.name, *("—" if cell.pi is None else f"{cell.pi:.3f}" for cell in line.bands)) for line in shown)
    label = "各层各风险等级的入选概率"
    return Drawn(picture(label, height, *marks), label, ("层", *BANDS.values()), rows)
