"""Opening Parquet for filtered reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow.dataset as ds


def open_parquet(source: Path | list[str]) -> ds.Dataset:
    """A dataset over one file, a folder or several files, for `to_table(columns=…, filter=…)`.

    Imported on first use: pyarrow.dataset brings pandas along where it is installed, a second and a half at each start.
    """
    import pyarrow.dataset as ds

    return ds.dataset(source if isinstance(source, list) else str(source), format="parquet")
