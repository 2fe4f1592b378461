"""Server-made SVG figures: pure functions, values in, safe markup out; each with the table that says the same.

Every figure is drawn in percent of its column, so that text keeps its 12 px at every width and nothing scrolls at
390 px; marks that would crowd a narrow page carry the class `lg` and vanish there. Each mark has a class (colour from
the tokens) and the same colour as an attribute, for paper, where the style sheet does not reach into pictures.
"""

from hengjian.ui.figures.bars import cell_bar, heat_table, meter, share_bar
from hengjian.ui.figures.drawing import Drawn
from hengjian.ui.figures.lanes import Interval, Lane, day_bar, validity_strip
from hengjian.ui.figures.plots import Channel, Marked, Series, curves, spark_bars, spark_line
from hengjian.ui.figures.risk import Contribution, probability, waterfall
from hengjian.ui.figures.shares import Estimated, share_intervals
from hengjian.ui.figures.spread import Band, Unit, funnel, histogram

__all__ = [
    "Band",
    "Channel",
    "Contribution",
    "Drawn",
    "Estimated",
    "Interval",
    "Lane",
    "Marked",
    "Series",
    "Unit",
    "cell_bar",
    "curves",
    "day_bar",
    "funnel",
    "heat_table",
    "histogram",
    "meter",
    "probability",
    "share_bar",
    "share_intervals",
    "spark_bars",
    "spark_line",
    "validity_strip",
    "waterfall",
]
