"""Matters on the left, what they share on the right, a line for each; values that several matters share are strong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hengjian.ui.figures.drawing import Drawn, join, mark, percent, picture, word

ROW = 30  # px
LEFT, RIGHT = 34.0, 58.0  # percent: where the lines begin and end


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter and the values it shares with others."""

    label: str
    values: tuple[str, ...]


def link_chart(matters: Sequence[Matter], *, caption: str) -> Drawn:
    """The chart with its table; a matter without a shared value stands alone and says so."""
    shared = sorted({value for one in matters for value in one.values}, key=lambda v: (-_weight(matters, v), v))
    height = ROW * max(len(matters), len(shared), 1) + 8
    places = {value: ROW * place + 18 for place, value in enumerate(shared)}
    marks, words, said = [], [], []
    for place, one in enumerate(matters):
        y = ROW * place + 18
        words.append(word("0", y + 4, one.label, kind="k"))
        marks.append(mark("circle", "up" if one.values else "grey", cx=percent(LEFT), cy=y, r=4))
        for value in one.values:
            marks.append(mark("line", "edge", x1=percent(LEFT), y1=y, x2=percent(RIGHT), y2=places[value]))
        said.append(f"{one.label}：{'、'.join(one.values) or '没有共同点'}")
    for value, y in places.items():
        marks.append(mark("rect", "sum", x=percent(RIGHT), y=y - 4, width=8, height=8))
        words.append(word(percent(RIGHT + 3), y + 4, f"{value}（{_weight(matters, value)}）", kind="k"))
    rows = tuple((one.label, "、".join(one.values) or "没有共同点") for one in matters)
    drawn = picture(f"{caption}：{'；'.join(said)}", height, join([*marks, *words]), kind="links")
    return Drawn(drawn, caption, ("事项", "与其他事项的共同点"), rows)


def _weight(matters: Sequence[Matter], value: str) -> int:
    return sum(value in one.values for one in matters)
