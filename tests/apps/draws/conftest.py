"""Every test has its own folder of bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.apps.draws.samples import Stage, make_stage


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DRAWS_ROOT = tmp_path / "draws"


@pytest.fixture
def stage(db: None) -> Stage:
    return make_stage()
