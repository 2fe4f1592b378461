"""The streams: fixed for ever, independent by name, with the right distribution."""

import numpy as np
import pytest

from hengjian.citylab.chance import Stream, portions


def test_a_stream_gives_the_same_words_for_ever():
    assert [int(word) for word in Stream(1, "a").words(3)] == [
        10444189150065039238,
        17999488231691630913,
        13321300825870938358,
    ]


def test_streams_of_different_names_or_seeds_differ():
    drawn = {int(Stream(seed, *name).words(1)[0]) for seed in (1, 2) for name in (("a",), ("b",), ("a", 1), ("a", "1"))}
    assert len(drawn) == 8


def test_normal_deviates_have_mean_zero_and_variance_one():
    z = Stream(3, "normal").normal(200_000)
    assert abs(z.mean()) < 0.01
    assert abs(z.std() - 1) < 0.01
    assert abs((z < -1.959964).mean() - 0.025) < 0.002


def test_uniform_numbers_stay_in_their_interval():
    u = Stream(4, "u").uniform(50_000, -2, 5)
    assert u.min() >= -2
    assert u.max() < 5
    assert set(Stream(4, "i").integers(5000, 7).tolist()) == set(range(7))


def test_shuffling_keeps_every_place():
    assert sorted(Stream(5, "s").shuffled(100).tolist()) == list(range(100))


@pytest.mark.parametrize(("total", "weights"), [(10, [1, 1, 1]), (0, [3, 1]), (999, [0.1, 5, 2.5, 7])])
def test_portions_sum_to_the_total_and_follow_the_weights(total, weights):
    parts = portions(total, np.array(weights, dtype=float))
    assert parts.sum() == total
    exact = np.array(weights) / sum(weights) * total
    assert np.all(np.abs(parts - exact) < 1)
