"""Where files lie: originals by content hash, work copies by submission, the lake by table and content hash."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from hengjian.apps.intake.models import Submission


def incoming_folder() -> Path:
    """Files on their way in; what lies here belongs to nobody yet."""
    return _made(Path(settings.UPLOADS_ROOT) / "incoming")


def original(sha256: str) -> Path:
    """The handed-in bytes, unchanged."""
    return _made(Path(settings.UPLOADS_ROOT) / "originals" / sha256[:2]) / sha256


def work_folder(submission: Submission) -> Path:
    """Staged rows, refused rows and samples of one submission."""
    return _made(Path(settings.UPLOADS_ROOT) / "work" / submission.number)


def refused_folder(submission: Submission) -> Path:
    """What a submission's latest reading did not take; kept after acceptance, to be repaired."""
    return Path(settings.UPLOADS_ROOT) / "refused" / submission.number


def refused_cells(submission: Submission) -> Path:
    """Every refused cell with its reason."""
    return refused_folder(submission) / "cells.parquet"


def refused_rows(submission: Submission) -> list[Path]:
    """The refused rows as they came, one file a sheet."""
    return sorted(refused_folder(submission).glob("rows-*.parquet"))


def keep_refused(submission: Submission, cells: Path | None, rows: Sequence[Path]) -> None:
    """Take the engine's lists of refused cells and rows out of the work folder."""
    folder = _made(refused_folder(submission))
    for old in folder.iterdir():
        old.unlink()
    if cells is not None:
        shutil.copyfile(cells, refused_cells(submission))
    for number, path in enumerate(rows):
        shutil.copyfile(path, folder / f"rows-{number:04d}.parquet")


def lake_path(relative: str) -> Path:
    """Absolute place of a lake file named in the database."""
    return Path(settings.LAKE_ROOT) / relative


def file_sha256(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def put_into_lake(staged: Path, table: str) -> tuple[str, str]:
    """Copy a staged file to its place by content hash, durable before it is named; returns (relative path, sha256)."""
    sha256 = file_sha256(staged)
    relative = f"{table}/{sha256}.parquet"
    target = lake_path(relative)
    _made(target.parent)
    if not target.exists():
        part = target.with_suffix(f".{os.getpid()}.part")
        shutil.copyfile(staged, part)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(part, target)
    return relative, sha256


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
