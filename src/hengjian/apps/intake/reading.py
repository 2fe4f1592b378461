"""The dry run: what the engine found in a file, kept as the page needs it; nothing counts yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hengjian.apps.intake import storage
from hengjian.apps.intake.models import Submission
from hengjian.apps.intake.selectors import InForce
from hengjian.kernel.errors import Refused

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """Staged rows against what is in force: `write` holds new and changed rows, `replaces` the changed keys."""

    new: int
    changed: int
    same: int
    write: Path
    replaces: Path | None


def staged_tables(submission: Submission) -> dict[str, Path]:
    """The staged rows of the latest reading, by table."""
    folder = storage.work_folder(submission) / "staged"
    return {path.stem: path for path in sorted(folder.glob("*.parquet"))}


def compared(staged: Path, existing: Sequence[InForce], table: str, *, folder: Path) -> Compared:
    """Compare one table's staged rows with what is in force."""
    raise Refused("读取程序没有安装。")


def read(submission: Submission, *, report: Report) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a submission's file; (counts for the record, detail for the page)."""
    raise Refused("读取程序没有安装。")
