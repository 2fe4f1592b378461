"""The desk that handles tips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.apps.factories import make_tree
from tests.apps.tips.samples import Desk, make_desk


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_ROOT, settings.DEMO = tmp_path / "uploads", True


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_tree())
