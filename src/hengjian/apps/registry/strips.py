"""The calibration strip: a lane per instrument over a stretch of time, days without cover hatched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hengjian.apps.registry.asof import CalibrationsOn
from hengjian.ui.figures import Drawn, Interval, Lane, validity_strip


def calibration_strip(states: Sequence[CalibrationsOn], *, start: date, on: date) -> Drawn | None:
    """Lanes from `start` to 60 days after `on`; None where there is no instrument."""
    if not states:
        return None
    end = on + timedelta(days=60)
    return validity_strip([_lane(state, start, on, end) for state in states], start=start, end=end, today=on)


def _lane(state: CalibrationsOn, start: date, on: date, end: date) -> Lane:
    spans = [
        Interval(max(span.start, start), min(span.end, end) + timedelta(days=1), "有效")
        for span in state.spans
        if span.end >= start and span.start <= end
    ]
    missing = state.gaps(start=start, end=on)
    spans += [Interval(gap.start, gap.end + timedelta(days=1), "无有效检定", kind="gap") for gap in missing]
    days = sum((gap.end - gap.start).days + 1 for gap in missing)
    return Lane(
        label=state.instrument.name or state.instrument.instrument_id,
        note=state.instrument.instrument_id,
        intervals=spans,
        points=[row.calibrated_on for row in state.rows if start <= row.calibrated_on <= end],
        remark=f"无有效检定 {days} 日" if days else "",
    )
