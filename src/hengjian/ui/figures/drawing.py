"""Elements, the palette of marks, axis ticks, and the table that stands beside a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString

INK = {
    "ink": "#17212f",
    "ink-2": "#435063",
    "ink-3": "#5c6879",
    "ground": "#fff",
    "wash-2": "#ebeff4",
    "line": "#e2e6ec",
    "line-2": "#c8d0da",
    "blue": "#1450ab",
    "blue-2": "#0d3b82",
    "blue-wash": "#eff4fc",
    "blue-line": "#b8cdec",
    "blue-mid": "#7fa3da",
    "red": "#b3231a",
    "red-wash": "#fcebea",
    "amber-mark": "#c98410",
    "green": "#1a6844",
}
"""The tokens a figure uses; a test holds them equal to `tokens.css`."""

MARKS: dict[str, dict[str, str]] = {
    "up": {"fill": "blue"},
    "down": {"fill": "ground", "stroke": "ink-2", "stroke-width": "1.5"},
    "base": {"fill": "line-2"},
    "sum": {"fill": "ink"},
    "mid": {"fill": "blue-mid"},
    "pale": {"fill": "blue-line"},
    "wash": {"fill": "blue-wash"},
    "track": {"fill": "wash-2"},
    "ok": {"fill": "green"},
    "amb": {"fill": "amber-mark"},
    "bad": {"fill": "red"},
    "grey": {"fill": "line-2"},
    "clash": {"fill": "red-wash", "stroke": "red"},
    "hatch": {"stroke": "red"},
    "ax": {"stroke": "line-2"},
    "gr": {"stroke": "line"},
    "ref": {"stroke": "ink", "stroke-width": "2"},
    "link": {"stroke": "ink-3", "stroke-dasharray": "1 2"},
    "edge": {"stroke": "blue"},
    "c1": {"fill": "none", "stroke": "blue", "stroke-width": "2"},
    "c2": {"fill": "none", "stroke": "ink", "stroke-width": "1.5", "stroke-dasharray": "4 3"},
    "c3": {"fill": "none", "stroke": "amber-mark", "stroke-width": "1.5"},
}
WORDS = {"": "ink-3", "halo": "ink-3", "k": "ink", "b": "blue-2", "r": "red"}


def fixed(value: float) -> str:
    """A coordinate with at most two decimals; never `-0` or an exponent."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def percent(value: float) -> str:
    return fixed(value) + "%"


def element(name: str, *children: str, **attributes: object) -> SafeString:
    """One element; `_` in attribute names is `-`, None is left out, text children are escaped unless safe."""
    # html.escape is what Django's escape does, without its lazy wrapper: a dossier draws hundreds of elements
    parts = []
    for key, value in attributes.items():
        if value is not None:
            shown = fixed(value) if isinstance(value, float) else escape(str(value))
            parts.append(f' {key.rstrip("_").replace("_", "-")}="{shown}"')
    inner = "".join(child if isinstance(child, SafeString) else escape(str(child)) for child in children)
    closing = f">{inner}</{name}>" if children else "/>"
    return SafeString(f"<{name}{''.join(parts)}{closing}")


def mark(name: str, kind: str, *children: str, **attributes: object) -> SafeString:
    """A drawn mark: class for the screen, the same colours as attributes for paper."""
    first = kind.split()[0]
    style = {key.replace("-", "_"): INK.get(value, value) for key, value in MARKS[first].items()}
    return element(name, *children, class_=kind, **{**style, **attributes})


def word(
    x: str, y: float, text: str, *, kind: str = "", anchor: str | None = None, wide_only: bool = False
) -> SafeString:
    """Text of 12 px; `kind` as in the style sheet (k strong, b blue, r red, halo readable over marks)."""
    classes = " ".join(part for part in (kind, "lg" if wide_only else "") if part) or None
    fill = INK[WORDS[kind]]
    return element("text", text, x=x, y=y, class_=classes, fill=fill, font_size="12", text_anchor=anchor)


def picture(label: str, height: float, *children: str, kind: str = "") -> SafeString:
    """A figure as wide as its column and `height` px high; an empty label makes it a decoration of its neighbour."""
    inner = join(children)
    named = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return element(
        "svg",
        inner,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"fx {kind}".strip(),
        width="100%",
        height=height,
        **named,
    )


def join(parts: Sequence[str]) -> SafeString:
    return SafeString("".join(part if isinstance(part, SafeString) else escape(str(part)) for part in parts))


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure and its twin: `{{ figure }}` draws, `{{ figure.table }}` folds out the same as a table."""

    html: SafeString
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __html__(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.html

    @property
    def table(self) -> SafeString:
        """The same numbers as a folded table; the first column is the row's heading."""
        head = join([element("th", title, scope="col") for title in self.head])
        body = []
        for row in self.rows:
            cells = [element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])]
            body.append(element("tr", join(cells)))
        grid = element(
            "table",
            element("caption", self.caption, class_="vh"),
            element("thead", element("tr", head)),
            element("tbody", join(body)),
            class_="tbl tight",
        )
        return element(
            "details", element("summary", "数据表"), element("div", grid, class_="scroll"), class_="more twin"
        )


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers (1, 2, 5 × 10ⁿ apart) within low…high, about `wanted` of them."""
    if not high > low:
        return [low]
    raw = (high - low) / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if raw <= power * factor * 1.0000001)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def number(value: float, decimals: int | None = None) -> str:
    """A number for people: thousands separated, a true minus sign."""
    if decimals is None:
        text = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    else:
        text = f"{value:,.{decimals}f}"
    return text.replace("-", "−")
