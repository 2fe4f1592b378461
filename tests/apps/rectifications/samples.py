"""Closed inspections with findings, and items in any state, without the way on site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from hengjian.apps.accounts.models import Organ, Role, User
from hengjian.apps.inspections.models import Finding, Inspection
from hengjian.apps.plans.models import Visit
from hengjian.apps.rectifications import look_backs, opening, services
from hengjian.apps.rectifications.models import Rectification
from hengjian.apps.registry.models import Institution
from tests.apps.factories import NOW, TODAY, Tree, make_actor, make_institution, make_user

PDF = b"%PDF-1.7\n%test evidence\n"
LIMIT = TODAY + timedelta(days=10)
_numbers = count(1)


@dataclass(frozen=True)
class People:
    """Two officers, a third one, a chief, and the institution's own user."""

    lead: User
    member: User
    third: User
    chief: User
    institution_user: User


def make_people(organ: Organ, institution: Institution) -> People:
    """Everybody an item needs."""
    return People(
        lead=make_user(organ, Role.OFFICER, name="甲一"),
        member=make_user(organ, Role.OFFICER, name="乙二"),
        third=make_user(organ, Role.OFFICER, name="丙三"),
        chief=make_user(organ, Role.SECTION_CHIEF, name="丁四"),
        institution_user=make_user(organ, Role.INSTITUTION_USER, institution_id=institution.uscc, name="机构经办"),
    )


def make_inspection(organ: Organ, institution: Institution, people: People, **values: Any) -> Inspection:
    """A task whose record is closed."""
    number = next(_numbers)
    day = values.pop("day", TODAY)
    visit = Visit.objects.create(
        number=f"RQ-T-{number:04d}", institution=institution, organ=organ, origin_kind="follow_up",
        origin_id=str(number), day=day, exception_code="follow_up", exception_note="试验", counted=False,
        reserved_at=NOW,
    )  # fmt: skip
    given = {
        "origin_kind": "draw", "origin_id": str(number), "origin_label": "试验", "title": "试验检查",
        "kind": "unannounced", "state": "record_closed", "state_at": NOW, "created_by": people.chief,
        "created_at": NOW, "fields": ["food"], "groups": ["CK-B"], "ended_on": day,
    } | values  # fmt: skip
    return Inspection.objects.create(
        number=f"JC-T-{number:04d}", organ=organ, institution=institution, visit=visit, lead=people.lead,
        member=people.member, **given,
    )  # fmt: skip


def make_finding(inspection: Inspection, by: User, **values: Any) -> Finding:
    """A problem found on site; by default ordered to be put right within ten days."""
    number = inspection.findings.count() + 1
    at = values.pop("at", NOW)
    given = {
        "item_id": "CK-B2", "conduct_on": TODAY, "article": "检验检测机构监督管理办法第十二条", "severity": "general",
        "text": "授权签字人在授权领域以外签发报告 3 份", "handling": "order", "limit_on": LIMIT,
    } | values  # fmt: skip
    return Finding.objects.create(
        inspection=inspection, institution=inspection.institution, number=f"{inspection.number}-{number:02d}", by=by,
        made_at=at, received_at=at, happened_at=at, **given,
    )  # fmt: skip


@dataclass
class World:
    """One county with one institution, its people, and a way to make items and move them."""

    tree: Tree
    institution: Institution
    people: People

    def item(self, **finding: Any) -> Rectification:
        """A new item; ordered with a limit unless the finding says otherwise."""
        inspection = make_inspection(self.tree.county, self.institution, self.people)
        make_finding(inspection, self.people.lead, **finding)
        actor = make_actor(self.people.lead)
        return opening.take_findings(inspection=inspection, actor=actor, now=NOW)[0]

    def do(self, action: str, item: Rectification, user: User, *, now: datetime = NOW, **values: Any) -> Rectification:
        """One move by a person who may see everything."""
        service = {
            "order": services.order_rectification,
            "answer": services.answer_item,
            "strike_off": services.strike_off,
            "send_back": services.send_back,
            "extend": services.extend_limit,
            "assign": services.assign_item,
            "withdraw": services.withdraw_item,
            "reopen": services.reopen_item,
        }[action]
        return service(
            rows=Rectification.objects.all(), pk=item.pk, user=user, now=now, **(DEFAULTS[action]() | values)
        )

    def in_state(self, state: str) -> Rectification:
        """An item that came to the state by its own way."""
        if state == "registered":
            return self.item(handling="follow_up", limit_on=None)
        item = self.item()
        people = self.people
        if state in ("answered", "returned", "struck_off"):
            item = self.do("answer", item, people.institution_user)
        if state == "returned":
            item = self.do("send_back", item, people.third)
        if state == "struck_off":
            item = self.do("strike_off", item, people.third)
        if state == "withdrawn":
            item = self.do("withdraw", item, people.chief)
        assert item.state == state
        return item


DEFAULTS: dict[str, Any] = {
    "order": lambda: {"limit": LIMIT, "requirement": "改正并提交材料"},
    "answer": lambda: {"text": "已收回报告并重新授权", "files": [evidence()]},
    "strike_off": lambda: {"method": "papers", "note": "材料齐全，已改到位"},
    "send_back": lambda: {"reason": "没有附授权文件", "limit": LIMIT},
    "extend": lambda: {"limit": LIMIT + timedelta(days=5), "reason": "设备返厂检定"},
    "assign": lambda: {},
    "withdraw": lambda: {"reason": "复核后不是问题"},
    "reopen": lambda: {"reason": "整改照片系伪造", "limit": LIMIT},
}


def evidence(name: str = "整改前后照片.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """One uploaded file."""
    return SimpleUploadedFile(name, content)


def make_world(tree: Tree) -> World:
    """The county's world."""
    institution = make_institution(tree.county)
    return World(tree, institution, make_people(tree.county, institution))


def later(days: int) -> datetime:
    """The same hour some days on."""
    return NOW + timedelta(days=days)


def day(days: int) -> date:
    """Some days from today."""
    return TODAY + timedelta(days=days)


def ledger_things(tree: Tree, institution: Institution) -> dict[str, Any]:
    """One open item, one answered with evidence, one look-back with its target: for the walk over all URLs."""
    world = World(tree, institution, make_people(tree.county, institution))
    item, answered = world.item(), world.in_state("answered")
    world.in_state("struck_off")
    look_back = look_backs.create_look_back(
        organ=tree.county, title="回头看", found_from=TODAY, found_to=TODAY, take="struck_off",
        user=world.people.chief, now=NOW,
    )  # fmt: skip
    return {
        "item": item.number,
        "item_action": "extend",
        "answered": answered.number,
        "evidence": answered.replies.get().evidence.get().pk,
        "look_back": look_back.number,
        "look_back_action": "start",
        "target": look_back.targets.get().pk,
    }
