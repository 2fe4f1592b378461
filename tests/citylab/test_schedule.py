"""The queue against the obvious loop, rounding against Decimal."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from hengjian.citylab.columns import decimal_text
from hengjian.citylab.draws import rank_within
from hengjian.citylab.equipment import peak_use
from hengjian.citylab.schedule import queue
from hengjian.citylab.values import half_even

jobs = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2_000_000), st.integers(1, 90_000)), min_size=1, max_size=60
)


@given(jobs)
def test_a_queue_serves_as_the_obvious_loop_does(rows):
    group, arrival, busy = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    free = {}
    expected = np.zeros(len(rows), dtype=np.int64)
    for i in sorted(range(len(rows)), key=lambda i: (group[i], arrival[i], i)):
        expected[i] = max(arrival[i], free.get(group[i], -1))
        free[group[i]] = expected[i] + busy[i]
    assert queue(group, arrival, busy).tolist() == expected.tolist()


@given(jobs)
def test_peak_use_counts_what_runs_at_one_moment(rows):
    group, start, length = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    end = start + length
    peak = peak_use(group, start, end, 5)
    for g in range(5):
        mine = group == g
        most = max((int(np.sum(mine & (start <= t) & (end > t))) for t in start[mine]), default=0)
        assert peak[g] == most


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(1, 60)), min_size=1, max_size=30))
def test_rounding_goes_to_even_on_ties(pairs):
    total, divisor = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    expected = [
        int((Decimal(int(t)) / Decimal(int(d))).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)) for t, d in pairs
    ]
    assert half_even(total, divisor).tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 10**11), st.integers(0, 5)), min_size=1, max_size=30))
def test_decimals_are_written_with_all_their_places(pairs):
    numbers, places = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    expected = [f"{Decimal(int(n)).scaleb(-int(p)):f}" for n, p in pairs]
    assert decimal_text(numbers, places).to_pylist() == expected
    assert pa.types.is_string(decimal_text(numbers, places).type)


@given(st.lists(st.integers(0, 5), max_size=50))
def test_ranks_count_within_the_group(groups):
    seen: dict[int, int] = {}
    expected = []
    for g in groups:
        expected.append(seen.get(g, 0))
        seen[g] = seen.get(g, 0) + 1
    assert rank_within(np.array(groups, dtype=np.int64)).tolist() == expected
