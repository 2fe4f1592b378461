"""The town is built once for a module: every test looks at it within a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.apps.portal.samples import Town, make_town


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = tmp_path_factory.mktemp("portal")
    folders = {f"{name}_ROOT": home / name.lower() for name in ("DRAWS", "UPLOADS", "LAKE", "RUNS")}
    with django_db_blocker.unblock(), override_settings(**folders), transaction.atomic():
        yield make_town()
        transaction.set_rollback(True)


@pytest.fixture
def town(built: Town, db: None) -> Town:
    return built
