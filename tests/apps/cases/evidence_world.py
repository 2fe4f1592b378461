"""Evidence and measures for the world of a case: short ways to register them, and a database full of one case."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from hengjian.apps.cases.appraisal import Commission, commission
from hengjian.apps.cases.assistance import Letter, send_letter
from hengjian.apps.cases.contraventions import add_contravention
from hengjian.apps.cases.evidence_asking import Call, Wanted, call, request_materials
from hengjian.apps.cases.evidence_taking import Taken, register_evidence
from hengjian.apps.cases.holds import Carried, Item, Proposal, carry_out, decide_hold, propose_hold
from hengjian.apps.cases.models import (
    Appraisal,
    AssistanceLetter,
    Case,
    Contravention,
    Evidence,
    Hold,
    Inquiry,
    MaterialsRequest,
)
from tests.apps.cases.core_world import FALSE_REPORT, World, noon

PAPERS = Item("安全帽样品登记簿", "papers", Decimal(3), "册", seal_no="封 001")
GOODS = Item("安全帽", "goods", Decimal("12"), "顶", spec="A 型", seal_no="封 002")


def upload(content: bytes = b"%PDF-1.4 page", name: str = "登记簿.pdf") -> SimpleUploadedFile:
    """A small upload."""
    return SimpleUploadedFile(name, content)


def taken(world: World, **more: Any) -> Taken:
    """Documentary evidence taken on the spot by two officers."""
    values: dict[str, Any] = {
        "kind": "documentary",
        "name": "安全帽样品登记簿",
        "proves": "样品没有进入实验室",
        "way": "on_site",
        "obtained_on": world.day,
        "place": "青石路 1 号",
        "officer_one": world.one,
        "officer_two": world.two,
    }
    return Taken(**(values | more))


def evidence(world: World, case: Case, *, files: Any = (), **more: Any) -> Evidence:
    """Registered evidence."""
    return register_evidence(case=case, entry=taken(world, **more), files=files, user=world.one, **world.when)


def bare_fact(world: World, case: Case) -> Contravention:
    """A contravention that nothing proves yet."""
    party = case.parties.order_by("order")[0]
    return add_contravention(case=case, party=party, fact=FALSE_REPORT, user=world.one, **world.when)


def prove(world: World, case: Case) -> Evidence:
    """One piece of evidence for every contravention of the case."""
    return evidence(world, case, contraventions=tuple(case.contraventions.filter(struck_at__isnull=True)))


def proposal(world: World, **more: Any) -> Proposal:
    """Registration and preservation of papers."""
    values: dict[str, Any] = {
        "kind": "preserve",
        "holder": world.institution.name,
        "grounds": "登记簿可能灭失",
        "officer_one": world.one,
        "officer_two": world.two,
    }
    return Proposal(**(values | more))


def seizing(world: World, **more: Any) -> Proposal:
    """Seizure of goods under the product quality law."""
    values = {"kind": "seize", "legal_basis": "SZ-PQL", "within_scope": True, "grounds": "存在严重质量问题"}
    return proposal(world, **(values | more))


def held(world: World, case: Case, entry: Proposal | None = None, *, items: tuple[Item, ...] = ()) -> Hold:
    """A measure approved by the head and carried out on the same day."""
    hold = propose_hold(case=case, entry=entry or proposal(world), user=world.one, **world.when)
    hold = decide_hold(hold=hold, action="approve", user=world.leader, **world.when, opinion="同意")
    things = items or ((PAPERS,) if hold.kind == "preserve" else (GOODS,))
    carried = Carried(noon(world.day), "青石路 1 号", "own", things)
    return carry_out(hold=hold, carried=carried, user=world.one, **world.when)


def appraisal(world: World, case: Case, **more: Any) -> Appraisal:
    """A commission that waits to be sent."""
    values: dict[str, Any] = {
        "kind": "test",
        "body": "衡州省防护用品质检中心",
        "qualification": "资质认定证书 990100000001",
        "subject": "安全帽留存样品",
        "questions": "冲击吸收性能",
        "officer_one": world.one,
        "officer_two": world.two,
    }
    return commission(case=case, entry=Commission(**(values | more)), user=world.one, **world.when)


def inquiry(world: World, case: Case, **more: Any) -> Inquiry:
    """Somebody called to be questioned today at noon."""
    values: dict[str, Any] = {
        "who": "witness",
        "person_name": "慕容白",
        "planned_at": noon(world.day),
        "place": "青石县局询问室",
        "officer_one": world.one,
        "officer_two": world.two,
    }
    return call(case=case, entry=Call(**(values | more)), user=world.one, **world.when)


def request(world: World, case: Case, due: date, **more: Any) -> MaterialsRequest:
    """Materials asked by a day."""
    values: dict[str, Any] = {
        "addressee": world.institution.name,
        "wanted": "2026 年 5 月至 7 月的原始记录",
        "served_on": world.day,
        "due": due,
        "officer_one": world.one,
        "officer_two": world.two,
    }
    return request_materials(case=case, entry=Wanted(**(values | more)), user=world.one, **world.when)


def letter(world: World, case: Case, **more: Any) -> AssistanceLetter:
    """A letter to the other county."""
    values: dict[str, Any] = {
        "kind": "investigate",
        "to_name": world.tree.other_county.name,
        "subject": "协助核实委托人",
        "questions": "请核实委托人是否送检过样品。",
        "sent_on": world.day,
    }
    return send_letter(case=case, entry=Letter(**(values | more)), user=world.one, **world.when)
