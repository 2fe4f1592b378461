"""From the arrays of a shard to rows of the contract: reports, results, raw data, vehicles, labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hengjian.citylab import columns as col
from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.draws import rank_within
from hengjian.citylab.institution import COPIES
from hengjian.citylab.remarks import remarks_column
from hengjian.citylab.schedule import rank_in_year
from hengjian.citylab.shard import Shard
from hengjian.citylab.slips import CERTIFICATE, ISSUED, RECEIVED, SAMPLED, Slips, swap_certificate
from hengjian.citylab.workdays import DAY
from hengjian.citylab.writing import Dataset

Array = np.ndarray[Any, Any]

FEES = {"food": 120_000, "environment": 90_000, "construction": 30_000, "vehicle": 12_000, "special_equipment": 60_000}
VERDICTS = ("fail", "pass", "none")


@dataclass
class Frame:
    """Rows as they go out: `row[k]` is the shard's report of output row k, `ids` the report_id of each output row."""

    row: Array
    again: Array
    ids: pa.Array
    place: Array
    order: Array


def make_frame(shard: Shard, slips: Slips) -> Frame:
    """Sort by institution and time of issue; a report uploaded twice gets a second identifier right after the first."""
    n = len(shard.reports)
    rank = rank_in_year(shard.reports, shard.times.issued)
    row = np.r_[np.arange(n), slips.twice]
    again = np.r_[np.zeros(n, dtype=bool), np.ones(len(slips.twice), dtype=bool)]
    order = np.lexsort((again, rank[row], shard.reports.institution[row]))
    row, again = row[order], again[order]
    number = np.array([entry.number for entry in shard.institutions])[shard.reports.institution[row]]
    sequence = rank_within(shard.reports.institution[row])
    ids = col.coded("R", (number, 4), (sequence + 1, 6))
    place = np.empty(n, dtype=np.int64)
    place[row[~again]] = np.flatnonzero(~again)
    return Frame(row=row, again=again, ids=ids, place=place, order=rank)


def _floor(shard: Shard, frame: Frame, seconds: Array) -> Array:
    step = shard.resolution[frame.row]
    return seconds // step * step


def write_reports(shard: Shard, slips: Slips, frame: Frame, out: Dataset, verdict: Array) -> None:
    """The reports table."""
    columns: dict[str, Any] = {}
    _who(shard, slips, frame, columns)
    _when(shard, slips, frame, columns)
    _what(shard, frame, columns, verdict)
    _signed(shard, frame, columns)
    columns["remarks"] = remarks_column(shard, frame.row)
    out.append("reports", columns, len(frame.row))


def _who(shard: Shard, slips: Slips, frame: Frame, columns: dict[str, Any]) -> None:
    row, reports, houses = frame.row, shard.reports, shard.houses
    house = reports.institution[row]
    people = pa.array(shard.masters.people)
    certificates = [house_.certificates[min(k, len(house_.certificates) - 1)][0] for house_ in houses for k in (0, 1)]
    wrong = (slips.kind == CERTIFICATE)[row].astype(np.int64) * len(certificates)
    sampler = shard.times.sampler[row]
    columns |= {
        "report_id": frame.ids,
        "institution_id": col.lookup(house, [h.uscc for h in houses]),
        "institution_text": col.lookup(house, [h.name for h in houses]),
        "site_id": col.lookup(house, [h.sites[0] for h in houses]),
        "certificate_no": col.lookup(
            house * 2 + shard.certificate[row] + wrong, certificates + [swap_certificate(c) for c in certificates]
        ),
        "field": col.lookup(reports.line[row], [line.field for line in shard.lines]),
        "sampler_id": col.lookup(np.maximum(sampler, 0), people, sampler < 0),
        "sampler_ids": col.lookup(np.maximum(sampler, 0), people, sampler < 0),
        "tester_id": col.lookup(shard.tester[row], people),
        "reviewer_id": col.lookup(shard.reviewer[row], people),
        "signatory_id": col.lookup(shard.signatory[row], people),
        "signatory_text": col.lookup(shard.signatory[row], shard.masters.person_names),
    }
    _clients(shard, frame, columns)
    rank = _printed_number(shard)[row]
    year = shard.plan.window.first.year + _in_second_year(shard)[row]
    heads = col.lookup(house, [h.short + "检" for h in houses]).cast(pa.string())
    columns["report_no"] = pc.binary_join_element_wise(
        heads, col.coded("", (year, 4)), col.coded("-", (rank + 1, 6)), ""
    )


def _in_second_year(shard: Shard) -> Array:
    new_year = (
        np.datetime64(f"{shard.plan.window.first.year + 1}-01-01") - np.datetime64(shard.plan.window.first)
    ).astype(int)
    return ((shard.times.issued + shard.traces.paper_lead) // DAY >= new_year).astype(np.int64)


def _printed_number(shard: Shard) -> Array:
    """Running number within the institution and year, in order of the true issue; `number_of` may exchange some."""
    key = shard.reports.institution * 2 + _in_second_year(shard)
    order = np.lexsort((shard.times.issued + shard.traces.paper_lead, key))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = rank_within(key[order])
    return rank[shard.number_of]


def _clients(shard: Shard, frame: Frame, columns: dict[str, Any]) -> None:
    """Client, the place of sampling near the client where the device gave one, and who brought the work."""
    row, traces = frame.row, shard.traces
    made = shard.masters.rows["clients"]
    client = shard.client[row]
    known = traces.located[row]
    agent = traces.agent[row]
    columns |= {
        "client_id": col.lookup(client, [entry["client_id"] for entry in made]),
        "client_name": col.lookup(client, [entry["name"] for entry in made]),
        "sample_lon": pa.array(traces.lon[row], mask=~known),
        "sample_lat": pa.array(traces.lat[row], mask=~known),
        "sample_gps_m": pa.array(traces.gps_m[row], mask=~known),
        "agent_id": col.lookup(
            np.maximum(agent, 0), [f"DL{k:05d}" for k in range(int(agent.max(initial=0)) + 1)], agent < 0
        ),
        "submit_device": col.coded("D", (traces.device_house[row], 4), (traces.device[row], 2)),
    }


def _when(shard: Shard, slips: Slips, frame: Frame, columns: dict[str, Any]) -> None:
    row, times, first = frame.row, shard.times, shard.plan.window.first
    shift = np.where(slips.kind[:, None] == np.array([RECEIVED, SAMPLED, ISSUED]), (slips.sign * DAY)[:, None], 0)[row]
    none = times.sampled[row] < 0
    skew = np.array([entry.skew for entry in shard.institutions])[shard.reports.institution[row]]

    def told(seconds: Array, missing: Array | None = None) -> pa.Array:
        return col.moments(first, _floor(shard, frame, seconds), missing)

    columns |= {
        "sampled_at": told(times.sampled[row] + shift[:, 1], none),
        "sampling_ended_at": told(times.sampling_end[row], none),
        "received_at": told(times.received[row] + shift[:, 0]),
        "started_at": told(times.started[row]),
        "finished_at": told(times.finished[row]),
        "issued_at": told(times.issued[row] + shift[:, 2]),
        "signed_at": told(times.signed[row]),
        "file_created_at": col.moments(first, times.created[row] + skew),
        "uploaded_at": col.moments(first, times.uploaded[row] + skew),
    }


def _what(shard: Shard, frame: Frame, columns: dict[str, Any], verdict: Array) -> None:
    row, reports, first = frame.row, shard.reports, shard.plan.window.first
    cat = catalogue()
    stream = shard.stream("what")
    n = len(reports)
    product = reports.product[row]
    numbers = np.array([entry.number for entry in shard.institutions])[reports.institution]
    again = reports.retest_of[row] >= 0
    lot, weight, age = (
        stream.integers(n, 10**8),
        np.round(200 + 1800 * stream.uniform(n), 1),
        4 + stream.integers(n, 50),
    )
    made = reports.arrival // DAY - np.where(reports.product == cat.product_number("cube"), 28, age)
    fee = (
        np.array([FEES.get(line.field, 70_000) for line in shard.lines])[reports.line]
        * (80 + stream.integers(n, 60))
        // 100
    )
    goods = ~reports.lane & ~np.isin(
        reports.line, [i for i, line in enumerate(shard.lines) if line.field in ("environment", "other")]
    )
    lots = col.coded("L", (lot, 8))
    seals = col.coded("F", (numbers, 4), (np.arange(n), 7))
    purpose = np.where(again, 2, reports.supervision[row].astype(np.int64))
    columns |= {
        "object": col.lookup(product, [entry["object"] for entry in cat.products]),
        "standard_no": col.lookup(product, [entry["standard_no"] for entry in cat.products]),
        "sample_id": col.coded(
            "Y", (numbers[row], 4), (np.where(again & ~reports.lane[row], reports.retest_of[row], row), 7)
        ),
        "verdict": col.lookup(verdict[row], VERDICTS),
        "cma_mark": np.ones(len(row), dtype=bool),
        "retest_of": frame.ids.take(pa.array(frame.place[np.maximum(reports.retest_of[row], 0)], mask=~again)),
        "purpose": col.lookup(purpose, ("client", "supervision", "retest")),
        "claims_full": reports.full[row],
        "lot_no": lots.take(pa.array(row, mask=~goods[row])),
        "seal_no": seals.take(pa.array(row, mask=~reports.supervision[row])),
        "sample_weight_g": pa.array(weight[row], mask=~goods[row]),
        "produced_on": col.days(first, made[row], ~goods[row]),
        "fee_fen": fee[row],
        "file_sha256": col.hex_text(stream.words(4 * n).reshape(n, 4)).take(pa.array(row)),
    }


def _signed(shard: Shard, frame: Frame, columns: dict[str, Any]) -> None:
    """Electronic signatures carry the person's serial and picture; wet ones differ every time."""
    row = frame.row
    stream = shard.stream("signed")
    electronic = np.array([entry.number % 10 < 7 for entry in shard.institutions])[shard.reports.institution]
    signatory = shard.signatory
    picture = shard.stream("picture").words(2 * len(shard.masters.people)).reshape(-1, 2)
    words = np.where(electronic[:, None], picture[signatory], stream.words(2 * len(signatory)).reshape(-1, 2))
    columns |= {
        "sign_mode": col.lookup((~electronic)[row].astype(np.int64), ("esign", "wet")),
        "esign_serial": col.lookup(signatory[row], ["ES-" + p for p in shard.masters.people], ~electronic[row]),
        "signature_sha256": col.hex_text(np.hstack([words, words[:, ::-1] ^ np.uint64(0x9E3779B97F4A7C15)])).take(
            pa.array(row)
        ),
    }


def write_registers(shard: Shard, out: Dataset) -> None:
    """The tables of what institutions have."""
    for table in (
        "institutions", "certificates", "certificate_status", "scope", "sites", "people", "absences",
        "signatories", "instruments", "calibrations", "clients", "declarations",
    ):  # fmt: skip
        out.append_rows(table, shard.masters.rows[table])


def write_labels(shard: Shard, frame: Frame, out: Dataset) -> None:
    """What was injected: one row a report, and one without report for each kind at each institution.

    `source_id` names the report that another one was copied from, where there is one.
    """
    if not shard.labels:
        return
    labels = sorted(set(shard.labels), key=lambda label: (label[0], label[2], label[1]))
    place = [int(frame.place[row]) if row >= 0 else -1 for _, row, _, _ in labels]
    ids = frame.ids.take(pa.array([max(p, 0) for p in place], mask=np.array([p < 0 for p in place]), type=pa.int64()))
    made_from = [shard.traces.sources.get(row, -1) if kind in COPIES else -1 for _, row, kind, _ in labels]
    origin = [int(frame.place[row]) if row >= 0 else -1 for row in made_from]
    columns = {
        "institution_id": [label[0] for label in labels],
        "report_id": ids,
        "kind": [label[2] for label in labels],
        "stealth": [label[3] for label in labels],
        "source_id": frame.ids.take(
            pa.array([max(p, 0) for p in origin], mask=np.array([p < 0 for p in origin]), type=pa.int64())
        ),
    }
    out.append("labels", columns, len(labels))


__all__ = ["Frame", "make_frame", "write_labels", "write_registers", "write_reports"]
