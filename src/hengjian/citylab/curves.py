"""Exhaust curves of the short transient cycle and force curves of presses."""

from __future__ import annotations

from typing import Any

import numpy as np

from hengjian.citylab.chance import Stream

Array = np.ndarray[Any, Any]

CYCLE_SECONDS = 195
_CYCLE = np.interp(
    np.arange(CYCLE_SECONDS),
    [0, 11, 15, 23, 28, 49, 61, 85, 96, 117, 143, 155, 163, 176, 178, 188, 194],
    [0, 0, 15, 15, 0, 0, 32, 32, 0, 0, 50, 50, 35, 35, 32, 0, 0],
)
CHANNELS = ("speed_kmh", "co_pct", "co2_pct", "hc_ppm", "no_ppm", "o2_pct", "rpm")
GASES = ("co_pct", "hc_ppm", "no_ppm")
_ENGINE = np.where(_CYCLE < 18, _CYCLE * 2.2, np.where(_CYCLE < 36, _CYCLE * 1.35, _CYCLE * 0.95))
"""Speed of the wheels as the engine feels it through first, second and third gear."""


def exhaust_curves(stream: Stream, values: dict[str, Array]) -> dict[str, Array]:
    """Curves of the short transient cycle: n × 195 for each channel, rounded to the analyser's resolution.

    `values` holds the reported g/km of each test; the curve's mean is proportional to it.
    """
    n = len(values["co_gkm"])
    noise = {name: _ar(stream, n, 0.86) for name in CHANNELS}
    idle = 700 + 160 * stream.uniform(n)[:, None]
    gear = 34 + 14 * stream.uniform(n)[:, None]
    speed = np.maximum(_CYCLE + np.where(_CYCLE > 0, 0.5 * noise["speed_kmh"], 0), 0)
    power = np.gradient(speed, axis=1).clip(0) * speed / 12 + speed / 25
    power = np.roll(power, 4, axis=1)
    load = 0.35 + power / (1e-9 + power.max(axis=1, keepdims=True))
    co = _scaled(values["co_gkm"] / 11.0, load * np.exp(0.35 * noise["co_pct"]))
    hc = _scaled(values["hc_gkm"] * 190, load**0.6 * np.exp(0.3 * noise["hc_ppm"]))
    no = _scaled(values["nox_gkm"] * 560, load**1.4 * np.exp(0.4 * noise["no_ppm"]))
    co2 = 11.4 + 2.4 * (load - 0.5) + 0.22 * noise["co2_pct"] + 0.3 * stream.normal(n)[:, None] - co * 0.6
    return {
        "speed_kmh": np.round(speed, 1),
        "co_pct": np.round(co, 2),
        "co2_pct": np.round(co2.clip(7.0, 15.2), 2),
        "hc_ppm": np.rint(hc),
        "no_ppm": np.rint(no),
        "o2_pct": np.round((0.55 + 0.16 * noise["o2_pct"] + 0.3 * (1 - load).clip(0)).clip(0.05), 2),
        "rpm": np.rint((idle + _ENGINE * gear * (1 + 0.01 * noise["rpm"]) + 14 * noise["rpm"]) / 4) * 4,
    }


def _scaled(mean: Array, shape: Array) -> Array:
    return shape / shape.mean(axis=1, keepdims=True) * mean[:, None]


def _ar(stream: Stream, n: int, rho: float) -> Array:
    """n × 195 series of AR(1) noise with unit variance."""
    white = stream.normal(n * CYCLE_SECONDS).reshape(CYCLE_SECONDS, n)
    step = (1 - rho**2) ** 0.5
    for second in range(1, CYCLE_SECONDS):
        white[second] = rho * white[second - 1] + step * white[second]
    return white.T


PRESS_POINTS = 80


def press_curves(stream: Stream, peaks: Array) -> Array:
    """Force over time of cubes under a press, in newtons: n × 80, the greatest value is the given peak."""
    n = len(peaks)
    ramp = np.linspace(0.02, 1.0, PRESS_POINTS - 6)
    bend = 1.0 + 0.25 * stream.uniform(n)[:, None]
    rise = ramp**bend + 0.004 * stream.normal(n * len(ramp)).reshape(n, -1) * (1 - ramp)
    fall = np.linspace(0.97, 0.45, 6) - 0.08 * stream.uniform(n)[:, None]
    return np.rint(np.hstack([rise.clip(0.005, 1.0), fall]) * peaks[:, None] / 10) * 10
