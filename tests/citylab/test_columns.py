"""Columns of a shard that has nothing to hand over."""

from __future__ import annotations

import numpy as np

from hengjian.citylab.columns import hex_text


def test_no_words_give_no_text() -> None:
    assert hex_text(np.zeros((0, 4), np.uint64)).to_pylist() == []
    assert hex_text(np.array([[1, 2]], np.uint64)).to_pylist() == ["0" * 15 + "1" + "0" * 15 + "2"]
