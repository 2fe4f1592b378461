"""What a report leaves behind besides its results: places, devices, agents, photographs, dates of files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hengjian.citylab.chance import Stream
from hengjian.citylab.draws import Reports
from hengjian.citylab.institution import Institution
from hengjian.citylab.masters import Masters

Array = np.ndarray[Any, Any]

AGENTS = 60
"""Agents who bring vehicles and specimens to the institutions of the city."""


@dataclass
class Traces:
    """One row a report; −1 means none.

    `paper_lead`: seconds by which the written times are earlier than the deed; `file_late`: seconds by which the files
    of instruments are later than the written times; `pictured`: has a photograph;
    `photo_of`: the report whose photograph is handed over;
    `thin`: what is left of the concentrations in the exhaust; `splices`: report → (head from, tail from, cut);
    `sources`: report → report it was made from.
    """

    lon: Array
    lat: Array
    gps_m: Array
    located: Array
    paper_lead: Array
    file_late: Array
    device_house: Array
    device: Array
    agent: Array
    pictured: Array
    photo_of: Array
    thin: Array
    splices: dict[int, tuple[int, int, float]] = field(default_factory=dict)
    sources: dict[int, int] = field(default_factory=dict)


def client_places(masters: Masters, reports: Reports, sizes: Array) -> Array:
    """Row of the clients table for each report; `sizes` are the reports of each line."""
    counts = np.maximum(3, sizes // 9)
    first = np.cumsum(counts) - counts
    return first[reports.line] + reports.client


def make_traces(
    stream: Stream, reports: Reports, institutions: list[Institution], masters: Masters, client: Array
) -> Traces:
    """Honest traces: a fifth of the places without GPS, a few with a bad fix, some work brought by agents."""
    n = len(reports)
    made = masters.rows["clients"]
    bad = stream.uniform(n) < 0.01
    exact = np.where(bad, 80 + np.rint(400 * stream.uniform(n)), 3 + np.rint(12 * stream.uniform(n)))
    spread = np.maximum(0.0006, exact / 111_000 * 0.5)
    place = [np.array([entry[axis] for entry in made])[client] for axis in ("lon", "lat")]
    numbers = np.array([entry.number for entry in institutions])[reports.institution]
    brings = reports.lane | np.isin(reports.line, _construction(institutions))
    agent = np.where(brings & (stream.uniform(n) < 0.12), (numbers * 7 + stream.integers(n, 6) ** 2) % AGENTS, -1)
    agent = np.where(reports.retest_of >= 0, agent[np.maximum(reports.retest_of, 0)], agent)
    return Traces(
        lon=np.round(place[0] + spread * stream.normal(n), 6),
        lat=np.round(place[1] + spread * stream.normal(n), 6),
        gps_m=exact,
        located=reports.collected & (stream.uniform(n) > 0.2),
        paper_lead=np.zeros(n, dtype=np.int64),
        file_late=np.zeros(n, dtype=np.int64),
        device_house=numbers,
        device=stream.integers(n, 3),
        agent=agent,
        pictured=stream.uniform(n) < np.where(reports.lane, 0.6, np.where(reports.collected, 0.5, 0.0)),
        photo_of=np.arange(n),
        thin=np.ones(n),
    )


def _construction(institutions: list[Institution]) -> list[int]:
    fields = [line.field for institution in institutions for line in institution.lines]
    return [number for number, field_code in enumerate(fields) if field_code == "construction"]
