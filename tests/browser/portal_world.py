"""Fills a fresh installation for the citizen's tests: a county with draws, results, exceptions. Prints names as JSON.

Run as `python -m tests.browser.portal_world` with HENGJIAN_HOME set.
"""

from __future__ import annotations

import json
import sys

from hengjian.project.setup import start_django


def fill() -> dict[str, str]:
    """The names that the tests need."""
    from django.db import transaction

    from tests.apps.portal.samples import make_town

    with transaction.atomic():
        town = make_town()
    unit = town.open_draw.units.filter(selected=True).select_related("institution").first()
    assert unit is not None
    return {
        "draw": town.open_draw.number,
        "commit": town.open_draw.commit_sha256,
        "sealed": town.sealed.number,
        "uscc": unit.unit_id,
        "name": unit.institution.name,
        "ticket": unit.ticket,
        "result": town.published.institution.name,
    }


if __name__ == "__main__":
    start_django()
    json.dump(fill(), sys.stdout, ensure_ascii=False)
