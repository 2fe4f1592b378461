"""Units with fewer cases of an outcome than their peers' rates lead to expect, honest differences allowed for.

The spread of honest units comes from the peers (`screening.md` §3.2): additive over-dispersion with winsorised
φ on the arcsine scale; two tails are taken, Student's on that scale and the gamma-Poisson's on the counts, and the
larger p counts, so neither zero counts nor a long tail of strict or lenient houses accuse anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special

from hengjian.engines.screening.gamma_poisson import as_few
from hengjian.engines.screening.peers import WINSOR_KEEPS, Floats, winsorised

LEAST_PEERS = 20
CENTRAL_FROM = 200
"""Units from which the middle half of z tells the null's width (Efron's central matching)."""

MOST_FREEDOM = 30
LEAST_CV2 = 0.04
STRIKING_P = 0.01
LARGE_EFFECT = float(np.log(3.0))
"""Shrunken log odds beyond which the effect is no small matter: a third of the odds."""

MIDDLE_HALF = 1.349


@dataclass(frozen=True, kw_only=True)
class Null:
    """How honest units lie: centre, between-unit spread τ, widening of the middle half, number of units."""

    centre: float
    tau: float
    widening: float
    peers: int


def additive_null(values: Floats, errors: Floats, *, centre: float | None = None) -> Null:
    """The empirical null of unit statistics with their sampling errors; the centre is the median unless given."""
    middle = float(np.median(values)) if centre is None else centre
    raw = (values - middle) / errors
    phi = float(np.mean(winsorised(raw) ** 2)) / WINSOR_KEEPS
    weights, units = 1 / errors**2, len(values)
    below = float(weights.sum() - (weights**2).sum() / weights.sum())
    tau2 = max(0.0, (units * phi - (units - 1)) / below) if below > 0 else 0.0
    widening = 1.0
    if units >= CENTRAL_FROM:
        z = (values - middle) / np.sqrt(errors**2 + tau2)
        low, high = np.quantile(z, [0.25, 0.75])
        widening = max(1.0, float(high - low) / MIDDLE_HALF)
    return Null(centre=middle, tau=float(np.sqrt(tau2)), widening=widening, peers=units)


def z_scores(values: Floats, errors: Floats, null: Null) -> Floats:
    """How many honest spreads a unit lies above the centre."""
    spread = np.sqrt(errors**2 + null.tau**2) * null.widening
    return np.asarray((values - null.centre) / spread, dtype=np.float64)


def lower_tail(z: Floats, null: Null) -> Floats:
    """P(an honest unit lies as low): Student's t, since τ itself is estimated."""
    return np.asarray(special.stdtr(min(null.peers - 1, MOST_FREEDOM), z), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Rarity:
    """By unit: p of so few, z, shrunken log odds against the peers (negative: fewer), share expected."""

    p: Floats
    z: Floats
    shrunken: Floats
    share: Floats
    peers: int


def arcsine(share: Floats) -> Floats:
    return np.asarray(2 * np.arcsin(np.sqrt(np.clip(share, 0.0, 1.0))), dtype=np.float64)


def fewer_than_expected(
    n: Floats, bad: Floats, expected: Floats, variance: Floats, peers: npt.NDArray[np.bool_] | None = None
) -> Rarity:
    """Judge every unit against the null of all, or of those marked as peers; the caller sees to enough of them."""
    share = np.clip(expected / n, 1e-9, 1 - 1e-9)
    values = arcsine(bad / n) - arcsine(share)
    errors = np.sqrt(np.maximum(variance, 1e-12) / (n * share * (1 - share)) / n)
    of = np.ones(len(n), dtype=bool) if peers is None else peers
    null = additive_null(values[of], errors[of])
    z = z_scores(values, errors, null)
    usual = np.clip(np.sin(np.clip((arcsine(share) + null.centre) / 2, 0.0, np.pi / 2)) ** 2, 1e-9, 1 - 1e-9)
    shape = 1 / np.maximum(LEAST_CV2, (null.tau * null.widening) ** 2 * (1 - usual) / usual)
    mean = np.maximum(usual * n, 1e-9)
    counted = as_few(bad, mean, shape)
    p = np.maximum(lower_tail(z, null), counted)
    return Rarity(p=np.asarray(p), z=z, shrunken=_shrunken(n, bad, usual, null, errors), share=usual, peers=null.peers)


def _shrunken(n: Floats, bad: Floats, usual: Floats, null: Null, errors: Floats) -> Floats:
    """logit of the observed share less that expected, shrunken by τ²/(τ² + s²), τ at least a fifth of the rate."""
    tau2 = np.maximum(null.tau**2, LEAST_CV2 * usual / (1 - usual))
    seen = np.log((bad + 0.5) / (n - bad + 0.5)) - np.log((usual * n + 0.5) / (n - usual * n + 0.5))
    kept = tau2 / np.maximum(tau2 + errors**2, 1e-300)
    return np.asarray(kept * seen, dtype=np.float64)


def groups_of(names: list[str], enough: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.int64]]:
    """Indexes of the units of each name with at least twenty of them; the rest judged together if they are twenty."""
    known = np.array(names, dtype=np.str_)
    left = enough.copy()
    found = []
    for name in np.unique(known[enough]):
        mine = np.flatnonzero((known == name) & enough)
        if len(mine) >= LEAST_PEERS:
            found.append(mine.astype(np.int64))
            left[mine] = False
    rest = np.flatnonzero(left).astype(np.int64)
    return [*found, rest] if len(rest) >= LEAST_PEERS else found


def rare_units(expected: pa.Table, *, least_cases: float, least_expected: float) -> list[dict[str, Any]]:
    """Striking rows of `expected` (`expectation.py`): the row with p, ratio, shrunken, share_*, peers, tests, level.

    Units with fewer cases or fewer expected are not judged, nor those with fewer than twenty to be compared with;
    units of sick peer groups are judged against the others alone.
    """
    data = expected.sort_by([("institution_id", "ascending"), ("unit", "ascending")])
    n, bad, wanted, variance = (
        np.asarray(data[name].to_numpy(zero_copy_only=False), dtype=np.float64)
        for name in ("n", "bad", "expected", "variance")
    )
    enough = (n >= least_cases) & (wanted >= least_expected) & (variance > 0)
    peers = np.asarray(data["sick"].to_numpy(zero_copy_only=False)) == 0
    groups = [one for one in groups_of(data["unit"].to_pylist(), enough) if peers[one].sum() >= LEAST_PEERS]
    tests = sum(len(group) for group in groups)
    rows = data.to_pylist()
    found = []
    for group in groups:
        rare = fewer_than_expected(n[group], bad[group], wanted[group], variance[group], peers[group])
        for place in np.flatnonzero((rare.p < STRIKING_P) & (rare.shrunken < 0)):
            shrunken = float(rare.shrunken[place])
            seen = float(bad[group[place]] / n[group[place]])
            figures = {"seen_share": seen, "usual_share": float(rare.share[place])}
            found.append(
                rows[group[place]]
                | figures
                | {"p_value": float(rare.p[place]), "shrunken": shrunken, "peers": rare.peers - 1, "tests": tests}
                | {"level": "S3" if shrunken < -LARGE_EFFECT else "S2"}
            )
    return found


def judged_by_group(
    values: Floats, errors: Floats, names: list[str], enough: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """(p of a unit so low, centre of its group, number of peers) by unit; p is NaN where it is not judged."""
    p, centre = np.full(len(values), np.nan), np.full(len(values), np.nan)
    peers = np.zeros(len(values), dtype=np.int64)
    for group in groups_of(names, enough):
        null = additive_null(values[group], errors[group])
        p[group] = lower_tail(z_scores(values[group], errors[group], null), null)
        centre[group], peers[group] = null.centre, null.peers - 1
    return p, centre, peers


def hint_of(unit: Mapping[str, Any]) -> dict[str, Any]:
    """What a hit of a striking unit holds for every detector: a share alone, however rare, is a hint (S2)."""
    same = ("institution_id", "p_value", "expected", "shrunken", "peers", "tests")
    return {name: unit[name] for name in same} | {
        "subject_id": unit["institution_id"],
        "level": "S2",
        "occurred_at": unit["last_at"],
        "slip": False,
        "firm": False,
        "seen_share": 100 * unit["seen_share"],
        "usual_share": 100 * unit["usual_share"],
    }
