"""The ordered registry of detectors; the order is that of the catalogue and of every output."""

from __future__ import annotations

from collections.abc import Iterable

from hengjian.engines.screening.detector import Detector
from hengjian.engines.screening.detectors import (
    a2_certificate,
    a6_time_order,
    a8_omitted_items,
    a10_recomputation,
    b2_instrument_overlap,
    c1_raw_series,
    c4_result_vectors,
    d3_replicates,
)

DETECTORS: tuple[Detector, ...] = (
    a2_certificate.DETECTOR,
    a6_time_order.DETECTOR,
    a8_omitted_items.DETECTOR,
    a10_recomputation.DETECTOR,
    b2_instrument_overlap.DETECTOR,
    c1_raw_series.DETECTOR,
    c4_result_vectors.DETECTOR,
    d3_replicates.DETECTOR,
)
"""Every detector of this release."""


def chosen(ids: Iterable[str] | None) -> tuple[Detector, ...]:
    """The detectors with these ids in the catalogue's order; all for None. KeyError names an unknown id."""
    if ids is None:
        return DETECTORS
    wanted = set(ids)
    unknown = wanted - {detector.id for detector in DETECTORS}
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    return tuple(detector for detector in DETECTORS if detector.id in wanted)
