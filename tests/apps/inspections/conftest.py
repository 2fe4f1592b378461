"""Every test has its own folders and a county with a plan in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.apps.inspections.samples import World, make_world


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_ROOT = tmp_path / "uploads"
    settings.LAKE_ROOT = tmp_path / "lake"
    settings.RUNS_ROOT = tmp_path / "runs"


@pytest.fixture
def world(db: None) -> World:
    return make_world()
