"""Shares with their intervals under one another on one scale, against a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hengjian.ui.figures.drawing import Drawn, join, mark, percent, picture, ticks, word

ROW = 44  # px: the name above, the interval below


@dataclass(frozen=True, slots=True)
class Estimated:
    """One share 0–1 with its interval; `share` None: too little was seen to say anything, `note` says why.

    kind: "" blue, "amb" for what is compared with the others.
    """

    label: str
    share: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""
    kind: str = ""


def share_intervals(
    rows: Sequence[Estimated], *, caption: str, head: tuple[str, str, str, str], reference: float | None = None
) -> Drawn:
    """Each row a bar from the low to the high end with its point; a dark line at `reference`.

    `head` names the columns of the table: what, share, interval, remark. Rows without a share say so in words.
    """
    highest = max((row.high or row.share or 0.0 for row in rows), default=0.0)
    top = next(step for step in (0.1, 0.2, 0.25, 0.5, 0.75, 1.0) if step >= min(highest, 1.0) - 1e-9)
    height = ROW * len(rows) + 22
    marks = []
    for tick in ticks(0.0, top, 4):
        x = percent(tick / top * 100)
        marks.append(mark("line", "gr", x1=x, x2=x, y1=0, y2=height - 18))
        anchor = "start" if tick == 0 else "end" if tick >= top - 1e-9 else "middle"
        marks.append(word(x, height - 4, f"{tick:.0%}", anchor=anchor))
    if reference is not None:
        x = percent(min(reference / top, 1.0) * 100)
        marks.append(mark("line", "ref", x1=x, x2=x, y1=0, y2=height - 18))
    for place, row in enumerate(rows):
        marks += _row(row, ROW * place, top)
    said = "；".join(f"{row.label} {_share(row)}" for row in rows)
    table = tuple((row.label, _share(row), _interval(row), row.note or "—") for row in rows)
    return Drawn(picture(f"{caption}：{said}", height, join(marks), kind="share-intervals"), caption, head, table)


def _row(row: Estimated, y: float, top: float) -> list[str]:
    words = [word("0", y + 14, row.label, kind="halo" if row.share is None else "k")]
    if row.share is None:
        return [*words, word("0", y + 32, row.note, kind="halo")]
    words.append(word("100%", y + 14, f"{row.share:.1%}（{_interval(row)}）", anchor="end"))
    low, high = (row.low or 0.0) / top * 100, (row.high if row.high is not None else row.share) / top * 100
    kind = row.kind or "up"
    bar = mark("rect", "pale", x=percent(low), y=y + 24, width=percent(max(high - low, 0.4)), height=8, rx=2)
    point = mark("circle", kind, cx=percent(min(max(row.share / top * 100, 0.6), 99.4)), cy=y + 28, r=5)
    return [bar, point, *words]


def _share(row: Estimated) -> str:
    return "不作估计" if row.share is None else f"{row.share:.1%}"


def _interval(row: Estimated) -> str:
    if row.share is None or row.low is None or row.high is None:
        return "—"
    return f"{row.low:.1%}–{row.high:.1%}"
