"""Every test has its own lake and run folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.RUNS_ROOT = tmp_path / "runs"
    settings.UPLOADS_ROOT = tmp_path / "uploads"
