"""A first look at many pairs of result sets at once: which may be one another's shifted, multiplied or edited copy.

It never leaves out a pair that the exact judgement, pair by pair, would find striking: what it adds up is that
judgement's surprise, or more where it is too dear to know exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from hengjian.engines.screening.series import Floats

Flags = npt.NDArray[np.bool_]
Sample = Mapping[str, tuple[str, float]]
"""Item → (value as printed, value)."""

AT_ONCE = 50_000
SLACK = 1e-6
"""Sums in another order differ by less."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the exact judgement asks for, in its own figures."""

    least_items: int
    least_shared: float
    least_stretch: float
    least_spread: float
    least_surprise: float


@dataclass(frozen=True)
class _Sets:
    """Sets as rows, items as columns; NaN where not measured. `units` are of the last printed digit."""

    values: Floats
    units: Floats
    digits: Floats
    lengths: Floats
    sizes: Floats
    spreads: Floats


@dataclass(frozen=True, kw_only=True)
class _Pairs:
    """Values of the two sets of each pair (rows) by item (columns), `common` where both have one."""

    a: Floats
    b: Floats
    ua: Floats
    ub: Floats
    digits: Floats
    common: Flags
    as_long: Flags


def worth_judging(
    pairs: Sequence[tuple[str, str]], samples: Mapping[str, Sample], spreads: Mapping[str, float], terms: Terms
) -> list[tuple[str, str]]:
    """The pairs of one object of which some change may explain enough; `spreads` are the items' usual ones."""
    members = sorted({one for pair in pairs for one in pair})
    row = {name: place for place, name in enumerate(members)}
    sets = _sets([samples[name] for name in members], spreads, terms)
    kept: list[tuple[str, str]] = []
    for begin in range(0, len(pairs), AT_ONCE):
        part = pairs[begin : begin + AT_ONCE]
        a, b = (np.array([row[pair[side]] for pair in part]) for side in (0, 1))
        kept += [part[place] for place in np.flatnonzero(_striking(sets, a, b, terms)).tolist()]
    return kept


def _sets(samples: Sequence[Sample], spreads: Mapping[str, float], terms: Terms) -> _Sets:
    """Only items whose usual spread is known; `sizes` count all items of a set."""
    items = sorted({item for sample in samples for item in sample} & spreads.keys())
    column = {item: place for place, item in enumerate(items)}
    values, units, digits, lengths = (np.full((len(samples), len(items)), np.nan) for _ in range(4))
    for place, sample in enumerate(samples):
        for item, (text, value) in sample.items():
            if item in column:
                whole, _, decimals = text.partition(".")
                values[place, column[item]] = value
                units[place, column[item]] = 10.0 ** -len(decimals)
                digits[place, column[item]] = len(whole) + len(decimals)
                lengths[place, column[item]] = len(text)
    sizes = np.array([len(sample) for sample in samples], dtype=np.float64)
    known = np.array([max(terms.least_spread, spreads[item]) for item in items])
    return _Sets(values, units, digits, lengths, sizes, known)


def _striking(sets: _Sets, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], terms: Terms) -> Flags:
    va, vb = sets.values[a], sets.values[b]
    common = np.isfinite(va) & np.isfinite(vb)
    count, whole = common.sum(axis=1), np.maximum(sets.sizes[a], sets.sizes[b])
    result = np.zeros(len(a), dtype=np.bool_)
    rows = np.flatnonzero((count >= terms.least_items) & (count >= terms.least_shared * whole))
    if len(rows) == 0:
        return result
    count, need = count[rows].astype(np.float64), np.maximum(terms.least_items - 1, terms.least_shared * whole[rows])
    pairs = _Pairs(
        a=va[rows],
        b=vb[rows],
        ua=sets.units[a[rows]],
        ub=sets.units[b[rows]],
        digits=sets.digits[b[rows]],
        common=common[rows],
        as_long=sets.lengths[a[rows]] == sets.lengths[b[rows]],
    )
    found = np.zeros(len(rows), dtype=np.bool_)
    for matched, widths, fitted, changed in _changes(pairs, terms):
        matched &= pairs.common
        chance = np.minimum(1.0, widths / (2 * np.sqrt(np.pi) * sets.spreads))
        bits = np.where(matched, -np.log(np.where(matched, chance, 1.0)), 0.0)
        n_matched = matched.sum(axis=1).astype(np.float64)
        sums = bits.sum(axis=1) - (bits.max(axis=1) if fitted else 0.0)
        choices = special.gammaln(count + 1) - special.gammaln(n_matched + 1) - special.gammaln(count - n_matched + 1)
        found |= changed & (n_matched >= need) & (sums - choices >= terms.least_surprise - SLACK)
    result[rows] = found
    return result


def _changes(pairs: _Pairs, terms: Terms) -> Iterator[tuple[Flags, Floats, int, Flags]]:
    """(items a change explains, their width in ln, what was fitted, whether anything changes), for every change.

    What explains three fifths of the items is their median. An edit is only seen from its difference here: all the
    items that have just one digit changed are among those with one leading digit between them, printed as long.
    """
    a, b, ua, ub, common = pairs.a, pairs.b, pairs.ua, pairs.ub, pairs.common
    with np.errstate(invalid="ignore"):
        factor = _median(np.where(common, b / a, np.nan))[:, None]
        slack = 0.5 * ub + 0.5 * factor * ua
        changed = np.abs(np.log(factor[:, 0])) > terms.least_stretch - SLACK
        yield np.abs(b - factor * a) <= slack * (1 + 1e-9), 2 * slack / b, 1, changed
        steps = np.rint((b - a) * 1e6)
        usual = _median(np.where(common, steps, np.nan))
        yield steps == usual[:, None], np.maximum(ua, ub) / b, 1, usual != 0
        steps = np.rint(np.abs(b - a) / np.fmin(ua, ub))
        leading = steps / 10.0 ** np.floor(np.log10(np.where(steps > 0, steps, 1.0)))
        other = (steps > 0) | (ua != ub)
        one_digit = pairs.as_long & ((np.abs(leading - np.rint(leading)) < 1e-9) | (ua != ub))
        yield one_digit, (9 * pairs.digits + 1) * ub / b, 0, (one_digit & other & common).sum(axis=1) >= 2


def _median(matrix: Floats) -> Floats:
    """Medians of the rows without their NaN; every row has some figure."""
    ordered = np.sort(matrix, axis=1)
    count = np.isfinite(ordered).sum(axis=1)
    row = np.arange(len(ordered))
    return np.asarray((ordered[row, (count - 1) // 2] + ordered[row, count // 2]) / 2, dtype=np.float64)
