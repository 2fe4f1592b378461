"""The error of the dated law data: names file, entry and key, so that whoever maintains the data finds the line."""

from __future__ import annotations


class LawError(Exception):
    """The data cannot be taken as they are; nothing is loaded then."""

    def __init__(self, complaint: str, *, file: str, entry: str | None = None, key: str | None = None) -> None:
        place = " / ".join(part for part in (file, entry, key) if part)
        super().__init__(f"{place}: {complaint}")
        self.complaint = complaint
        self.file = file
        self.entry = entry
        self.key = key
