"""A dry run of intake in a throw-away folder."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hengjian.backends.duckdb_intake import prepare
from hengjian.backends.duckdb_intake_preview import Preview

KEY = b"a key of an installation that is only a test"
CODE = "91210100MA0Y1DWC0U"


@pytest.fixture
def dry_run(tmp_path: Path) -> Callable[..., Preview]:
    """Call with a path and options of `prepare`; every call has its own folder."""
    calls = []

    def run(path, **options) -> Preview:
        calls.append(path)
        options = {"demo": False, "person_key": KEY, **options}
        return prepare(path, workdir=tmp_path / f"work-{len(calls)}", **options)

    return run


def staged_rows(preview: Preview, table: str) -> list[dict]:
    """Rows of one staged table."""
    return pq.read_table(preview.tables[table].staged).to_pylist()


def reasons(preview: Preview) -> dict[int, set[str]]:
    """Row → codes of its refusals."""
    found: dict[int, set[str]] = {}
    for cell in preview.refused_cells:
        found.setdefault(cell.row, set()).add(cell.code)
    return found
