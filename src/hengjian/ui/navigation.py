"""Side navigation and fixed places of the shell: apps register what they have, a person sees what they may open.

An app registers in its `AppConfig.ready()`:

    navigation.register(Item("data", "预警", "alerts:queue", permission="alerts.view", counter=waiting_alerts))
    navigation.place("search", "desk:search")

An item or a place whose URL cannot be reversed is an error of Django's system checks (`ui.E001`), so no link leads
nowhere. Items that share a group stand under its heading in the order of `order`, then of registration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core import checks
from django.urls import NoReverseMatch, reverse

PLACES = ("home", "search", "account", "sign_in", "sign_out", "switch_organ", "portal", "counts")


@dataclass(frozen=True, slots=True)
class Group:
    """One heading of the navigation; `apart` draws a line above it."""

    key: str
    label: str
    icon: str
    apart: bool = False


GROUPS: tuple[Group, ...] = (
    Group("desk", "工作台", "desk"),
    Group("subjects", "监管对象", "org"),
    Group("data", "数据与预警", "pulse"),
    Group("checks", "检查", "clip"),
    Group("leads", "线索与投诉举报", "flag"),
    Group("cases", "案件", "case"),
    Group("rules", "规则库", "book", apart=True),
    Group("system", "系统", "gear"),
)


@dataclass(frozen=True, slots=True)
class Count:
    """A number beside an item; `late` makes it red and says so."""

    value: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One link. `permission` is None (everybody signed in), a permission's name, or a function of the user."""

    group: str
    label: str
    url_name: str
    permission: str | Callable[[Any], bool] | None = None
    counter: Callable[[Any], int | Count | None] | None = None
    order: int = 50


@dataclass(frozen=True, slots=True)
class Link:
    """An item as shown to one person on one page."""

    label: str
    url: str
    count: Count | None
    current: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A group as shown to one person on one page; `links` is never empty."""

    key: str
    label: str
    icon: str
    apart: bool
    current: bool
    links: tuple[Link, ...]

    @property
    def url(self) -> str:
        return self.links[0].url

    @property
    def count(self) -> Count | None:
        """The sum of the counters below; late if one of them is."""
        counts = [link.count for link in self.links if link.count]
        total = sum(count.value for count in counts)
        return Count(total, any(count.late for count in counts)) if total else None


@dataclass(slots=True)
class Registry:
    """What the apps registered; one per process."""

    items: list[Item] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    foot_notes: list[Callable[[Any], str | None]] = field(default_factory=list)
    may: Callable[[Any, str], bool] | None = None


registry = Registry()


def register(*items: Item) -> None:
    """Add links; the same link registered twice stands once."""
    known = {group.key for group in GROUPS}
    for item in items:
        if item.group not in known:
            raise ValueError(f"no navigation group {item.group!r}; known: {', '.join(sorted(known))}")
        if item not in registry.items:
            registry.items.append(item)


def place(name: str, url_name: str) -> None:
    """Say which URL serves one of the shell's fixed places (`PLACES`)."""
    if name not in PLACES:
        raise ValueError(f"no place {name!r}; known: {', '.join(PLACES)}")
    registry.places[name] = url_name


def foot_note(note: Callable[[Any], str | None]) -> None:
    """Add a sentence at the foot of every page; the function gets the request and may answer None."""
    registry.foot_notes.append(note)


def use_rights(may: Callable[[Any, str], bool]) -> None:
    """Set the function that answers whether a user holds a permission; without it, items naming one stay hidden."""
    registry.may = may


def place_url(name: str) -> str | None:
    """The URL of a fixed place, or None where no app serves it."""
    url_name = registry.places.get(name)
    return reverse(url_name) if url_name else None


def _shown(item: Item, user: Any) -> bool:
    if item.permission is None:
        return True
    if callable(item.permission):
        return bool(item.permission(user))
    return registry.may is not None and bool(registry.may(user, item.permission))


def _count(item: Item, user: Any) -> Count | None:
    found = item.counter(user) if item.counter else None
    if isinstance(found, int):
        found = Count(found)
    return found if found and found.value else None


def sections(user: Any, path: str, *, counted: bool = True) -> tuple[Section, ...]:
    """The groups this person may open, the page at `path` marked in them (the longest address that begins it).

    Every counter asks the database; without `counted` none is asked and the links carry no numbers.
    """
    shown = [(item, reverse(item.url_name)) for item in registry.items if _shown(item, user)]
    here = max((url for _, url in shown if _under(path, url)), key=len, default=None)
    made = []
    for group in GROUPS:
        mine = sorted((pair for pair in shown if pair[0].group == group.key), key=lambda pair: pair[0].order)
        if not mine:
            continue
        links = tuple(Link(item.label, url, _count(item, user) if counted else None, url == here) for item, url in mine)
        current = any(link.current for link in links)
        made.append(Section(group.key, group.label, group.icon, group.apart and bool(made), current, links))
    return tuple(made)


def _under(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url if url.endswith("/") else url + "/"))


def check_places(app_configs: Any = None, **options: Any) -> Iterable[checks.CheckMessage]:
    """System check: every registered link leads somewhere, and permission names have somebody who answers."""
    found: list[checks.CheckMessage] = []
    named = [(item.label, item.url_name) for item in registry.items] + list(registry.places.items())
    for label, url_name in named:
        try:
            reverse(url_name)
        except NoReverseMatch:
            found.append(checks.Error(f"navigation: “{label}” leads nowhere: no URL {url_name!r}", id="ui.E001"))
    if registry.may is None and any(isinstance(item.permission, str) for item in registry.items):
        found.append(checks.Error("navigation: items name permissions but use_rights() was not called", id="ui.E002"))
    return found
