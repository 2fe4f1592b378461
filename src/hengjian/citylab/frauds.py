"""Commit the planned frauds on an honest shard and label what was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hengjian.citylab import fraud_papers, fraud_records, fraud_times, fraud_traces, fraud_values, fraud_vehicles
from hengjian.citylab.equipment import find_instruments
from hengjian.citylab.fraud_scene import Scene
from hengjian.citylab.institution import Fraud
from hengjian.citylab.shard import Shard, settle

Array = np.ndarray[Any, Any]

DEEDS: dict[str, Callable[[Scene], Array]] = {
    "lending": fraud_traces.lend,
    "method_shopping": fraud_vehicles.shop_method,
    "donor_car": fraud_vehicles.bring_donor,
    "obd_dongle": fraud_vehicles.plug_dongle,
    "rated_power": fraud_vehicles.lower_power,
    "curve_splice": fraud_values.splice_curves,
    "vector_clone": fraud_values.clone_vectors,
    "curve_clone": fraud_values.clone_curves,
    "replicates_close": fraud_values.tighten_replicates,
    "no_test": fraud_values.invent_results,
    "items_omitted": fraud_values.omit_items,
    "instrument_double": fraud_times.double_instrument,
    "tester_double": fraud_times.double_tester,
    "too_short": fraud_times.shorten,
    "order_broken": fraud_times.break_order,
    "out_of_scope": fraud_papers.leave_scope,
    "expired": fraud_papers.outlive_certificate,
    "signatory": fraud_papers.sign_without_right,
    "uncalibrated": fraud_papers.skip_calibration,
    "edit_pass": fraud_values.edit_to_pass,
    "dilution": fraud_vehicles.thin_exhaust,
    "ghost_travel": fraud_traces.ghost_travel,
    "ghost_tester": fraud_traces.ghost_tester,
    "backdate": fraud_traces.backdate,
    "photo_reuse": fraud_traces.reuse_photo,
    "pt_collusion": fraud_traces.collude,
    "sale_online": fraud_traces.sell_online,
}
"""Each deed changes the shard and returns the reports it falsified; in the order in which they are committed."""


LATE_DEEDS: dict[str, Callable[[Scene], Array]] = {
    "qc_invented": fraud_records.invent_control,
    "qc_ignored": fraud_records.ignore_control,
    "peaks_copied": fraud_records.copy_peaks,
    "stock_short": fraud_records.run_short,
    "blind_gap": fraud_records.fail_blind,
    "road_passes": fraud_records.sell_passes,
    "idle_plant": fraud_records.sample_idle,
    "remark_copied": fraud_records.copy_remarks,
}
"""Deeds that leave reports and results as they are; committed last, when slips are drawn and nothing else changes."""


def commit_frauds(shard: Shard) -> Array:
    """Commit every planned fraud; an institution whose year allows none of its kinds commits the next possible one.

    Returns which reports are false now.
    """
    shard.instruments = find_instruments(shard.reports, shard.runs, shard.lines)
    used = np.zeros(len(shard.reports), dtype=bool)
    order = list(DEEDS)
    for number, institution in enumerate(shard.institutions):
        done: set[str] = set()
        planned = [fraud for fraud in institution.frauds if fraud.kind in DEEDS]
        for fraud in sorted(planned, key=lambda fraud: order.index(fraud.kind)):
            kind = _commit(shard, number, fraud, used)
            done |= {kind} - {""}
        for kind in ("signatory", "items_omitted", "no_test") if planned else ():
            if not done:
                first = planned[0]
                done |= {_commit(shard, number, Fraud(kind, first.stealth, first.share), used)} - {""}
    return used


def commit_late_frauds(shard: Shard, used: Array) -> None:
    """Commit the late kinds on reports that are still true."""
    for number, institution in enumerate(shard.institutions):
        for fraud in institution.frauds:
            if fraud.kind in LATE_DEEDS:
                _commit(shard, number, fraud, used)


def _commit(shard: Shard, number: int, fraud: Fraud, used: Array) -> str:
    """Commit one; returns the kind, or nothing if no report could be falsified in this way."""
    deed = DEEDS.get(fraud.kind) or LATE_DEEDS[fraud.kind]
    scene = Scene(shard, number, fraud, used)
    rows = np.unique(deed(scene)).astype(np.int64)
    if not len(rows) and not scene.committed:
        return ""
    if deed.__module__ == fraud_times.__name__ and fraud.kind != "order_broken":
        settle(shard)
        _issue_after_finish(shard, rows)
    used[rows] = True
    uscc = shard.houses[number].uscc
    shard.labels.append((uscc, -1, fraud.kind, fraud.stealth))
    shard.labels.extend((uscc, int(row), fraud.kind, fraud.stealth) for row in rows)
    return fraud.kind


def _issue_after_finish(shard: Shard, rows: Array) -> None:
    """Moved runs must not break the order of the later steps by accident."""
    times = shard.times
    for step, earlier in ((times.created, times.finished), (times.signed, times.created), (times.issued, times.signed)):
        step[rows] = np.maximum(step[rows], earlier[rows])
    times.uploaded[rows] = np.maximum(times.uploaded[rows], times.issued[rows])


__all__ = ["DEEDS", "LATE_DEEDS", "commit_frauds", "commit_late_frauds"]
