"""Where a task may come from. An app that brings a kind of origin registers it; kinds that nobody brings are not
offered: no inspection exists outside a plan or a lead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.plans.models import PlanItem
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import NotFound, Refused


@dataclass(frozen=True, slots=True)
class Source:
    """One plan item, lead or target from which a task may be made, as its app describes it.

    `visit_kind` is the origin kind in the ledger of visits; `exception_code` is set where the visit stands outside the
    plan. Lead and member are given where somebody else (a draw) has named them; `planned_until` where the day of the
    check has to lie between `planned_on` and it. `institution` is None where one of
    many has still to be chosen.
    """

    kind: str
    id: str
    label: str
    title: str
    organ: Organ
    institution: Institution | None
    visit_kind: str
    item: PlanItem | None = None
    exception_code: str = ""
    exception_note: str = ""
    notice: str = "unannounced"
    lead: User | None = None
    member: User | None = None
    experts: tuple[User, ...] = ()
    groups: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    planned_on: date | None = None
    planned_until: date | None = None
    url: str = ""
    note: str = ""
    ref: str = ""
    """By which `fetch` finds it again where the id alone does not say which (a draw and one of its targets)."""

    @property
    def key(self) -> str:
        """What a link to it carries."""
        return self.ref or self.id


@dataclass(frozen=True, slots=True)
class Origin:
    """A kind of origin: `open_for` lists what this person may still make a task from, `fetch` gives one by its id.

    `fetch` answers None when the thing does not exist or the person may not see it; it raises Refused with a sentence
    when it exists and cannot carry a task (an alert not confirmed).
    """

    kind: str
    label: str
    open_for: Callable[[User, date], Sequence[Source]]
    fetch: Callable[[User, date, str], Source | None]
    order: int = 100


_ORIGINS: dict[str, Origin] = {}


def register(*origins: Origin) -> None:
    """Offer kinds of origin; called from `AppConfig.ready()` of the app that brings them."""
    for one in origins:
        _ORIGINS[one.kind] = one


def offered() -> list[Origin]:
    """All kinds that some app brings, in their order."""
    return sorted(_ORIGINS.values(), key=lambda one: (one.order, one.kind))


def label_of(kind: str) -> str:
    """The Chinese name of a kind."""
    return _ORIGINS[kind].label if kind in _ORIGINS else kind


def labels() -> dict[str, str]:
    """Kind to Chinese name, as offered."""
    return {one.kind: one.label for one in offered()}


def source(kind: str, ref: str, *, user: User, on: date) -> Source:
    """The source behind an origin; NotFound or Refused with a sentence."""
    origin = _ORIGINS.get(kind)
    if origin is None:
        raise Refused(f"检查任务没有“{kind[:20]}”这种来源。", where={"field": "origin"})
    if "\0" in ref:
        raise Refused(f"{origin.label}的编号不对，没有这项来源。", where={"field": "origin"})
    found = origin.fetch(user, on, ref)
    if found is None:
        raise NotFound(f"没有这项{origin.label}，或者您无权查看。")
    return found
