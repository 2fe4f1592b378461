"""Recordings of several channels on a cycle that all drive, some early, some late, each with a course of its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

POINTS = 195
CHANNELS = ("co2_pct", "hc_ppm", "no_ppm")
Floats = npt.NDArray[np.float64]


def cycle(late: float = 0.0) -> Floats:
    return np.asarray(2 + np.sin((np.arange(POINTS) - late) / 7), dtype=np.float64)


def honest(chance: np.random.Generator, count: int, *, late: float = 0.0) -> Floats:
    """Reports × channels × points: a common cycle that drivers come to early or late, an own course, noise."""
    own = np.cumsum(chance.normal(0, 0.1, (count, len(CHANNELS), POINTS)), axis=2)
    kernel = np.ones(5) / 5
    quick = np.apply_along_axis(np.convolve, 2, chance.normal(0, 0.25, own.shape), kernel, "same")
    courses = np.array([cycle(chance.normal(0, late)) if late else cycle() for _ in range(count)])
    return np.asarray(np.round(100 * courses[:, None, :] * np.exp(0.2 * own + quick)), dtype=np.float64)


def stretched(block: Floats, speed: float) -> Floats:
    place = np.clip(np.arange(POINTS) * speed, 0, POINTS - 1)
    return np.array([np.round(np.interp(place, np.arange(POINTS), line)) for line in block])
