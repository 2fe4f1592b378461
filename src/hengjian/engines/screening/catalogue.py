"""The ordered registry of detectors; the order is that of the catalogue and of every output."""

from __future__ import annotations

from collections.abc import Iterable

from hengjian.engines.screening.detector import Detector
from hengjian.engines.screening.detectors import (
    a1_scope,
    a2_certificate,
    a3_signatory,
    a4_tester,
    a5_calibration,
    a6_time_order,
    a7_duration,
    a8_omitted_items,
    a9_standards,
    a10_recomputation,
    a12_raw_data,
    a13_report_numbers,
    b1_person_overlap,
    b2_instrument_overlap,
    b3_throughput,
    b4_sampling_place,
    b5_instrument_clock,
    b8_outside_world,
    c1_raw_series,
    c2_scaled_series,
    c3_spliced_series,
    c4_result_vectors,
    c9_sample_reuse,
    d1_terminal_digits,
    d3_replicates,
    d4_triplicates,
    d5_bunching,
    d6_pass_rate,
    d7_retests,
    d9_compressed_variance,
    d10_relations,
    d11_non_detects,
    d13_change_point,
    d14_perfect_control,
    d16_alike_spreads,
    e1_shared_calibration,
    e2_obd_vin,
    e3_changed_calibration,
    e4_dilution,
    e5_cycle,
    e7_scaling,
    e9_odometer,
    e11_substitution,
    e12_parameters,
    e16_cleared_codes,
    f1_photo_reuse,
    f3_report_selling,
    f5_shared_means,
    f6_lab_shopping,
)

DETECTORS: tuple[Detector, ...] = (
    a1_scope.DETECTOR,
    a2_certificate.DETECTOR,
    a3_signatory.DETECTOR,
    a4_tester.DETECTOR,
    a5_calibration.DETECTOR,
    a6_time_order.DETECTOR,
    a7_duration.DETECTOR,
    a8_omitted_items.DETECTOR,
    a9_standards.DETECTOR,
    a10_recomputation.DETECTOR,
    a12_raw_data.DETECTOR,
    a13_report_numbers.DETECTOR,
    b1_person_overlap.DETECTOR,
    b2_instrument_overlap.DETECTOR,
    b3_throughput.DETECTOR,
    b4_sampling_place.DETECTOR,
    b5_instrument_clock.DETECTOR,
    b8_outside_world.DETECTOR,
    c1_raw_series.DETECTOR,
    c2_scaled_series.DETECTOR,
    c3_spliced_series.DETECTOR,
    c4_result_vectors.DETECTOR,
    c9_sample_reuse.DETECTOR,
    d1_terminal_digits.DETECTOR,
    d3_replicates.DETECTOR,
    d4_triplicates.DETECTOR,
    d5_bunching.DETECTOR,
    d6_pass_rate.DETECTOR,
    d7_retests.DETECTOR,
    d9_compressed_variance.DETECTOR,
    d10_relations.DETECTOR,
    d11_non_detects.DETECTOR,
    d13_change_point.DETECTOR,
    d14_perfect_control.DETECTOR,
    d16_alike_spreads.DETECTOR,
    e1_shared_calibration.DETECTOR,
    e2_obd_vin.DETECTOR,
    e3_changed_calibration.DETECTOR,
    e4_dilution.DETECTOR,
    e5_cycle.DETECTOR,
    e7_scaling.DETECTOR,
    e9_odometer.DETECTOR,
    e11_substitution.DETECTOR,
    e12_parameters.DETECTOR,
    e16_cleared_codes.DETECTOR,
    f1_photo_reuse.DETECTOR,
    f3_report_selling.DETECTOR,
    f5_shared_means.DETECTOR,
    f6_lab_shopping.DETECTOR,
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
