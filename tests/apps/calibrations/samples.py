"""A calibration in draft, for tests that only need one."""

from __future__ import annotations

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.calibrations.models import Calibration
from tests.apps.factories import NOW

LINE = {
    "detector": "B2", "field": "", "confirmed": 8, "judged": 10, "share": "0.7727", "low": "0.4936", "high": "0.9490",
    "old_db": "20.0", "new_db": "20.0",
}  # fmt: skip


def calibration_things(organ: Organ, author: User) -> dict[str, object]:
    """Number of a calibration that may be handed in."""
    row = Calibration.objects.create(
        number="JZ-2026-9001", organ=organ, state_at=NOW, judged_until=NOW, fewest=5, lines=[LINE], proposed_by=author,
        proposed_at=NOW,
    )  # fmt: skip
    return {"calibration": row.number, "calibration_move": "submit"}
