"""Photographs of vehicles on the lanes and of places of sampling, with their hashes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.citylab import columns as col
from hengjian.citylab.evidence import placed
from hengjian.citylab.output import Frame
from hengjian.citylab.shard import Shard
from hengjian.citylab.writing import Dataset

Array = np.ndarray[Any, Any]


def _sparse(shard: Shard, name: str, shape: tuple[int, int], halvings: int) -> Array:
    """Words in which every bit is set with probability 2^-halvings."""
    stream = shard.stream(name)
    words = stream.words(shape[0] * shape[1])
    for _ in range(halvings - 1):
        words = words & stream.words(shape[0] * shape[1])
    return words.reshape(shape)


def _hashes(shard: Shard, rows: Array) -> tuple[Array, Array, Array]:
    """File digest (4 words), phash (1 word) and pdq (4 words) of each photograph.

    Cameras of lanes stand still: a quarter of the bits differ between two vehicles of one lane, rather than a half.
    """
    reports, traces = shard.reports, shard.traces
    n = len(reports)
    lane = reports.institution * 64 + np.minimum(reports.bench, 63)
    scene_words = shard.stream("lane views").words(5 * 64 * len(shard.institutions)).reshape(-1, 5)
    look = np.where(reports.lane[:, None], scene_words[lane], shard.stream("views").words(5 * n).reshape(n, 5))
    look = look ^ _sparse(shard, "vehicles seen", (n, 5), 3)
    digest = shard.stream("files").words(4 * n).reshape(n, 4)
    source = traces.photo_of
    reused = source != np.arange(n)
    level = ("L1", "L2", "L3").index(shard.plan.stealth)
    change = _sparse(shard, "edited", (n, 5), (1, 5, 3)[level])
    shown = np.where(reused[:, None] & (level > 0), look[source] ^ change, look[source])
    file = np.where((reused & (level == 0))[:, None], digest[source], digest)
    return file[rows], shown[rows, :1], shown[rows, 1:]


def write_media(shard: Shard, frame: Frame, out: Dataset) -> None:
    """One photograph for each report that has one."""
    owners = np.flatnonzero(shard.traces.pictured)
    if not len(owners):
        return
    which, place = placed(frame, owners)
    row = owners[which]
    reports, times, first = shard.reports, shard.times, shard.plan.window.first
    n = len(reports)
    stream = shard.stream("shots")
    moment = stream.uniform(n)
    begin = np.where(reports.collected, times.sampled, times.started)
    end = np.where(reports.collected, times.sampling_end, times.finished)
    taken = begin + (np.minimum(np.maximum(end - begin, 60), 3600) * moment).astype(np.int64)
    stripped = stream.uniform(n) < 0.6
    stated = taken[shard.traces.photo_of] if shard.plan.stealth == "L1" else taken
    file, phash, pdq = _hashes(shard, row)
    sites = shard.masters.rows["sites"]
    by_site = {site["site_id"]: (site["lon"], site["lat"]) for site in sites}
    home = np.array([by_site[house.sites[0]] for house in shard.houses])[reports.institution]
    lon = np.where(reports.lane, home[:, 0], shard.traces.lon) + 0.00005 * stream.normal(n)
    lat = np.where(reports.lane, home[:, 1], shard.traces.lat) + 0.00005 * stream.normal(n)
    numbers = np.array([entry.number for entry in shard.institutions])[reports.institution]
    camera = np.where(reports.lane, reports.bench % 100, 50 + _carried(shard))
    dark = ~shard.traces.located & ~reports.lane
    columns = {
        "media_id": col.coded("M", (numbers[row], 4), (place + 1, 8)),
        "report_id": frame.ids.take(pa.array(place)),
        "kind": col.lookup(np.zeros(len(row)), ("photo",)),
        "subject": col.lookup(reports.lane[row].astype(np.int64), ("采样现场", "车辆检测工位")),
        "taken_at": col.moments(first, taken[row]),
        "lon": pa.array(np.round(lon[row], 6), mask=dark[row]),
        "lat": pa.array(np.round(lat[row], 6), mask=dark[row]),
        "device_id": col.coded("CAM", (numbers[row], 4), (camera[row], 2)),
        "sha256": col.hex_text(file),
        "phash": col.hex_text(phash),
        "pdq": col.hex_text(pdq),
        "exif_at": col.moments(first, stated[row], stripped[row]),
        "exif_lon": pa.array(np.round(lon[row], 6), mask=(stripped | dark)[row]),
        "exif_lat": pa.array(np.round(lat[row], 6), mask=(stripped | dark)[row]),
        "camera_sn": col.coded("SN", (numbers[row] * 37 % 10_000, 4), (camera[row] * 7 + 11, 4)),
    }
    columns["camera_sn"] = columns["camera_sn"].take(pa.array(np.arange(len(row)), mask=stripped[row]))
    out.append("media", columns, len(row))


def _carried(shard: Shard) -> Array:
    """Portable cameras go with the samplers."""
    return np.maximum(shard.times.sampler, 0) % 50


__all__ = ["write_media"]
