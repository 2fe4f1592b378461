"""Who is at work on a run: a file lock that the system itself lets go when the worker dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hengjian.apps.runs.models import ScreeningRun


class Busy(Exception):
    """Another worker holds the run."""


def _path(run: ScreeningRun) -> Path:
    return run.folder / "at-work"


@contextmanager
def at_work(run: ScreeningRun) -> Iterator[None]:
    """Hold the run while the block lasts; Busy when somebody else does."""
    run.folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(_path(run), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(run.number) from None
        yield
    finally:
        os.close(handle)


def is_held(run: ScreeningRun) -> bool:
    """Whether a living worker holds the run."""
    with suppress(FileNotFoundError):
        handle = os.open(_path(run), os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
    return False
