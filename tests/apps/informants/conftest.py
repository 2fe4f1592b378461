"""A vault of its own for every test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.apps.informants.samples import County, make_county


@pytest.fixture(autouse=True)
def own_vault(settings: Any, tmp_path: Path) -> None:
    settings.VAULT_FILE = tmp_path / "vault.json"
    settings.RECEIPT_KEYS_ROOT = tmp_path / "receipt-keys"
    settings.UPLOADS_ROOT = tmp_path / "uploads"


@pytest.fixture
def county(db: None) -> County:
    return make_county()
