"""Bars: a duty against its required mark, parts of a whole, a share in a cell, counts by row and column."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.safestring import SafeString

from hengjian.ui.figures.drawing import Drawn, element, join, mark, number, percent, picture

METER_KINDS = {"": "up", "ok": "ok", "warn": "amb"}
PART_KINDS = {"red": "bad", "blue": "up", "mid": "mid", "grey": "grey", "amb": "amb", "ink": "sum"}


def meter(
    label: str, value: float, total: float, *, note: str = "", required: float | None = None, kind: str = ""
) -> SafeString:
    """A bar of value / total with its share in words; `required` (0–1) is the mark that has to be reached.

    kind: "" blue, "ok" reached, "warn" short of the mark. A total of 0 says so instead of dividing.
    """
    share = min(max(value / total, 0.0), 1.0) if total else 0.0
    parts = [mark("rect", "track", x="0", y=3, width="100%", height=8)]
    parts.append(mark("rect", METER_KINDS[kind], x="0", y=3, width=percent(share * 100), height=8))
    if required is not None:
        x = percent(min(max(required * 100, 0.2), 99.8))
        parts.append(mark("line", "ref", x1=x, x2=x, y1=0, y2=14))
    said = f"{number(value)} / {number(total)}" + (f"，要求 {required:.0%}" if required is not None else "")
    shown = f"{share:.1%}" if total else "无"
    row = element("p", label, element("b", shown), class_="row")
    bar = picture(f"{label}：{said}", 14, *parts, kind="bar")
    return element("div", row, bar, element("small", note or said), class_="meter")


def share_bar(parts: Sequence[tuple[str, float, str]], *, unit: str = "") -> Drawn:
    """Parts of a whole as one bar: (label, amount, kind) with kind of `PART_KINDS`; the twin lists amount and share.

    The table under the bar carries the same squares: `<span class="dotkey blue"></span>`.
    """
    whole = sum(amount for _, amount, _ in parts) or 1
    shown = [part for part in parts if part[1] > 0]
    least = 0.6  # percent: a single row stays visible beside a million
    widths = [max(amount / whole * 100, least) for _, amount, _ in shown]
    scale = (100 - 0.3 * max(len(shown) - 1, 0)) / (sum(widths) or 1)
    marks, left = [], 0.0
    for (_, _, kind), width in zip(shown, widths, strict=True):
        marks.append(mark("rect", PART_KINDS[kind], x=percent(left), y=0, width=percent(width * scale), height=12))
        left += width * scale + 0.3
    label = "，".join(f"{name} {number(amount)}{unit}" for name, amount, _ in parts)
    rows = tuple((name, number(amount) + unit, f"{amount / whole:.1%}") for name, amount, _ in parts)
    return Drawn(picture(label, 12, *marks, kind="share-bar"), "构成", ("部分", "数量", "占比"), rows)


def cell_bar(share: float, *, label: str = "", decimals: int = 2) -> SafeString:
    """A number 0–1 and its bar, for a table cell; what is not quite one is not written as one."""
    wide = min(max(share, 0.0), 1.0) * 100
    track = mark("rect", "track", x="0", y=0, width="100%", height=6)
    drawn = picture("", 6, track, mark("rect", "up", x="0", y=0, width=percent(wide), height=6))
    after = element("span", label) if label else ""
    shown = f"{share:.{decimals}f}"
    if share < 1 and float(shown) == 1:
        shown = f">{1 - 10**-decimals:.{decimals}f}"
    return element("span", element("span", shown), drawn, after, class_="cellbar")


def heat_level(count: float, most: float) -> str:
    """Class h1…h4 by quarter of the largest count; nothing for 0."""
    if count <= 0 or most <= 0:
        return ""
    return f"h{min(4, int(count / most * 4 - 1e-9) + 1)}"


def heat_table(
    caption: str,
    corner: str,
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int | None]],
    *,
    url: Callable[[int, int], str] | None = None,
    absent: str = "弃",
) -> SafeString:
    """Counts by row and column; every number opens to its rows through `url(row, column)`; None is `absent`."""
    most = max((n for line in counts for n in line if n is not None), default=0)
    head = [element("th", corner, scope="col"), *(element("th", name, scope="col") for name in columns)]
    head.append(element("th", "合计", scope="col"))
    body = []
    for r, name in enumerate(rows):
        cells: list[str] = [element("th", name, scope="row")]
        for c, column in enumerate(columns):
            cells.append(_heat_cell(counts[r][c], most, f"{name}，{column}", url(r, c) if url else None, absent))
        cells.append(element("td", number(sum(n or 0 for n in counts[r])), class_="tot"))
        body.append(element("tr", join(cells)))
    grid = element(
        "table",
        element("caption", caption, class_="vh"),
        element("thead", element("tr", join(head))),
        element("tbody", join(body)),
        class_="heat",
    )
    return join([element("div", grid, class_="lg scroll"), _heat_list(rows, columns, counts, url)])


def _heat_list(
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int | None]],
    url: Callable[[int, int], str] | None,
) -> SafeString:
    """The same on a phone: one line a row, only what is not zero."""
    lines: list[str] = []
    for r, name in enumerate(rows):
        parts: list[str] = []
        for c, column in enumerate(columns):
            if count := counts[r][c]:
                text = f"{column} {number(count)}"
                parts += [element("a", text, href=url(r, c)) if url else element("span", text), "　"]
        lines += [element("dt", name), element("dd", *(parts or ["没有"]))]
    return element("dl", join(lines), class_="kv only-sm")


def _heat_cell(count: int | None, most: int, name: str, url: str | None, absent: str) -> SafeString:
    if count is None:
        return element("td", absent, class_="na", aria_label=f"{name}：未运行或弃权")
    shown = number(count) if count else "·"
    said = f"{name}：{number(count)}"
    inner: str = element("a", shown, href=url, aria_label=said) if url and count else shown
    return element("td", inner, class_=heat_level(count, most) or None, aria_label=None if url and count else said)
