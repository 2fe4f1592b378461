"""Lots of institutions drawn all at once, and which tables they hand over: about a quarter leave each of them out."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from hengjian.citylab.chance import Stream
from hengjian.citylab.institution import Institution

Array = np.ndarray[Any, Any]

SILENT = 0.25
"""Share of the institutions that hand over nothing of a table."""

BLOCK = 512


@lru_cache(maxsize=256)
def _block(seed: int, name: str, width: int, block: int) -> Array:
    return Stream(seed, "lots", name, block).uniform(BLOCK * width).reshape(BLOCK, width)


def lots(seed: int, name: str, width: int, institution: Institution) -> Array:
    """`width` numbers in [0, 1) of one institution: one stream for many institutions, whoever asks first."""
    return np.asarray(_block(seed, name, width, institution.number // BLOCK)[institution.number % BLOCK])


def hands_over(seed: int, table: str, institution: Institution) -> bool:
    """Whether the institution hands over this table; not to do so is no sign of anything."""
    return float(lots(seed, f"hands over {table}", 1, institution)[0]) >= SILENT


__all__ = ["hands_over", "lots"]
