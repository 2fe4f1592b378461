"""The section of the case page on what is public of the case."""

from __future__ import annotations

from hengjian.apps.cases.sections import Section, register
from hengjian.apps.publications.presenting import section_of


def register_all() -> None:
    """Put the section on the case page."""
    register(Section("publicity", "公示", 68, "publications/section.html", section_of))
