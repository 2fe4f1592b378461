"""The algorithm record of the detectors as data: changes by version, error rates measured on the benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from hengjian.law.errors import LawError
from hengjian.law.schema import parse_yaml, read_section

FILE = "detector_record.yaml"


@dataclass(frozen=True, kw_only=True)
class Change:
    """Why a version of a detector replaced the one before."""

    id: str
    detector: str
    version: int
    since: date
    change: str


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one version of a detector did on the benchmark; counts, so that intervals can be made of them."""

    id: str
    detector: str
    version: int
    measured_on: date
    benchmark: str
    stealth: Literal["L1", "L2", "L3", "honest"]
    found: int
    planted: int
    accused: int
    innocent: int


@dataclass(frozen=True, kw_only=True)
class DetectorRecord:
    """Both parts of the file."""

    changes: tuple[Change, ...]
    measured: tuple[Measured, ...]

    def changes_of(self, detector: str) -> tuple[Change, ...]:
        """Newest first."""
        mine = [one for one in self.changes if one.detector == detector]
        return tuple(sorted(mine, key=lambda one: -one.version))

    def measured_of(self, detector: str, version: int) -> tuple[Measured, ...]:
        """In the order of the file; figures of another version are not this one's."""
        return tuple(one for one in self.measured if (one.detector, one.version) == (detector, version))


@cache
def detector_record() -> DetectorRecord:
    """The record of this program, read once per process."""
    return load_record(files("hengjian.law"))


def load_record(folder: Traversable) -> DetectorRecord:
    """Read and check the file; LawError names entry and key of the first fault."""
    path = folder.joinpath(FILE)
    if not path.is_file():
        raise LawError("the file is missing", file=FILE)
    raw = parse_yaml(path.read_text(encoding="utf-8"), FILE)
    if sorted(raw) != ["changes", "measured"]:
        raise LawError("the sections changes and measured are expected", file=FILE)
    changes = read_section(Change, raw["changes"], FILE, "changes")
    measured = read_section(Measured, raw["measured"], FILE, "measured")
    for ids in ([one.id for one in changes], [one.id for one in measured]):
        if len(set(ids)) != len(ids):
            raise LawError("an id stands once", file=FILE, entry=next(one for one in ids if ids.count(one) > 1))
    for one in measured:
        if not (0 <= one.found <= one.planted and 0 <= one.accused <= one.innocent):
            raise LawError("a count lies between zero and its whole", file=FILE, entry=one.id, key="found")
    for change in changes:
        if change.version < 2:
            raise LawError("the first version is no change", file=FILE, entry=change.id, key="version")
    return DetectorRecord(changes=changes, measured=measured)
