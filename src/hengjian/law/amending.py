"""Amendments: entries that this installation has approved on top of the law data of the program.

They stand in one YAML file outside the package (`use_overlay`); where there is none, the program's data hold alone.
What is read from the law data is kept (`kept`) until that file changes, in every process by itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

from hengjian.law.errors import LawError
from hengjian.law.schema import entry_name, parse_yaml, read_section

P = ParamSpec("P")
R = TypeVar("R")
Mode = Literal["succeed", "correct", "add"]
Raw = Mapping[str, Mapping[str, Any]]
"""The data as written: file → section → list of entries."""
OVERLAY = "amendments.yaml"
DATED = frozenset({"sector_rules", "clocks", "checklists", "thresholds", "fields"})
"""Sections whose entries bear their own period: a new text succeeds the old one from a day on."""
EDITABLE: Mapping[str, str] = {
    "instruments": "instruments.yaml",
    "articles": "articles.yaml",
    "violations": "violations.yaml",
    "sector_rules": "sector.yaml",
    "clocks": "clocks.yaml",
    "checklists": "checklists.yaml",
    "test_standards": "test_standards.yaml",
    "thresholds": "thresholds.yaml",
    "fields": "fields.yaml",
}
"""Section → its file; what is not here is not amended (numbering and aliases hang together, notices have a page)."""


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """One approved change of one entry.

    `succeed`: the version in force ends the day before `valid_from` and `body` holds from then on; `correct`: `body`
    takes the place of the version that begins on `version`, or of the only one; `add`: a new entry. `body` is the
    entry as YAML text, one mapping.
    """

    number: str
    section: str
    entry: str
    mode: Mode
    body: str
    valid_from: date | None = None
    version: date | None = None

    @property
    def file(self) -> str:
        """The file that holds the section; LawError for a section that is not amended."""
        if self.section not in EDITABLE:
            raise LawError("this section is not amended", file=OVERLAY, entry=self.number, key=self.section)
        return EDITABLE[self.section]


_place: list[Path] = []


def use_overlay(path: Path | None) -> None:
    """Say where this installation's amendments stand; None: nowhere."""
    _place[:] = [path] if path else []


def overlay_token() -> tuple[int, ...]:
    """What changes when the file is replaced; empty while there is none."""
    if not _place:
        return ()
    try:
        found = os.stat(_place[0])
    except OSError:
        return ()
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def overlay_bytes() -> bytes:
    """The file as it stands; empty while there is none."""
    if not _place:
        return b""
    try:
        return _place[0].read_bytes()
    except FileNotFoundError:
        return b""


def overlay() -> tuple[Amendment, ...]:
    """The amendments in force here, oldest first; LawError for a file that is none."""
    content = overlay_bytes()
    return read_amendments(content.decode("utf-8")) if content else ()


def read_amendments(text: str) -> tuple[Amendment, ...]:
    """Amendments as written by `rulebook`; LawError names the first fault."""
    raw = parse_yaml(text, OVERLAY)
    return read_section(Amendment, raw.get("amendments"), OVERLAY, "amendments")


def kept(function: Callable[P, R]) -> Callable[P, R]:
    """Like functools.cache, but only as long as the amendments stay the same."""

    @cache
    def remembered(token: tuple[int, ...], *args: Any, **more: Any) -> R:
        return function(*args, **more)

    @wraps(function)
    def ask(*args: P.args, **more: P.kwargs) -> R:
        return remembered(overlay_token(), *args, **more)  # type: ignore[arg-type]

    return ask


def amended(raw: Raw, amendments: Sequence[Amendment]) -> Raw:
    """The data with the amendments applied in their order; `raw` itself is not touched. LawError where one fits not."""
    if not amendments:
        return raw
    made = {file: dict(sections) for file, sections in raw.items()}
    for one in amendments:
        entries = list(made[one.file].get(one.section) or [])
        made[one.file][one.section] = _with(entries, one)
    return made


def body_of(one: Amendment) -> dict[str, Any]:
    """The amendment's entry as a mapping."""
    return dict(parse_yaml(one.body, one.file))


def current_entries(raw: Raw, section: str, name: str) -> list[dict[str, Any]]:
    """The versions of an entry as written, oldest first; empty when there is none."""
    return [deepcopy(one) for one in raw[EDITABLE[section]].get(section) or [] if entry_name(one) == name]


def _with(entries: list[Any], one: Amendment) -> list[Any]:
    body = body_of(one)
    if entry_name(body) != one.entry:
        raise LawError("the entry bears another id than the amendment", file=one.file, entry=one.entry, key="id")
    places = [place for place, entry in enumerate(entries) if entry_name(entry) == one.entry]
    if one.mode == "add":
        if places:
            raise LawError("the id is used twice", file=one.file, entry=one.entry)
        return [*entries, body]
    if not places:
        raise LawError("there is no such entry to amend", file=one.file, entry=one.entry)
    return _succeeded(entries, places, body, one) if one.mode == "succeed" else _corrected(entries, places, body, one)


def _succeeded(entries: list[Any], places: list[int], body: dict[str, Any], one: Amendment) -> list[Any]:
    if one.section not in DATED or one.valid_from is None:
        raise LawError("only an entry with its own period is succeeded", file=one.file, entry=one.entry)
    last = places[-1]
    old = dict(entries[last])
    if one.valid_from <= old["valid_from"]:
        raise LawError("the new text begins before the one it succeeds", file=one.file, entry=one.entry)
    if old.get("valid_to") is None or old["valid_to"] >= one.valid_from:
        old["valid_to"] = one.valid_from - timedelta(days=1)
    body = {**body, "valid_from": one.valid_from}
    return [*entries[:last], old, body, *entries[last + 1 :]]


def _corrected(entries: list[Any], places: list[int], body: dict[str, Any], one: Amendment) -> list[Any]:
    wanted = [p for p in places if one.version is None or entries[p].get("valid_from") == one.version]
    if len(wanted) != 1:
        raise LawError("which version is corrected is not said", file=one.file, entry=one.entry)
    return [*entries[: wanted[0]], body, *entries[wanted[0] + 1 :]]
