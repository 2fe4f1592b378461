"""A case that has been decided: two officers with cards, a head, institution and person, issued letters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from hengjian.apps.accounts.models import Posting, Role, User
from hengjian.apps.cases.models import Case, CaseOfficer, Decision, Notice, Party
from hengjian.apps.cases.serving import ServiceEntry, serve_document
from hengjian.apps.documents.models import Document
from tests.apps.factories import LONG_AGO, Tree, make_institution, make_tree, make_user

DECIDED = date(2026, 3, 2)


def at(day: date, hour: int = 2) -> datetime:
    """Ten o'clock in Shanghai on that day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def officer(organ: Any, name: str, *, valid_to: date = date(2030, 1, 1)) -> User:
    """An officer with a valid enforcement certificate."""
    user = make_user(organ, Role.OFFICER, name=name)
    Posting.objects.filter(user=user).update(enforcement_no=f"ZF-{user.pk}", enforcement_valid_to=valid_to)
    return user


@dataclass
class World:
    """The case and its people; `papers` are issued documents by form."""

    tree: Tree
    first: User
    second: User
    third: User
    head: User
    clerk: User
    case: Case
    institution: Party
    person: Party
    decision: Decision
    personal: Decision
    papers: dict[str, Document] = field(default_factory=dict)


def make_world(*, state: str = "decided", fine: int = 10_000_000, taken: int = 4_160_000) -> World:
    """Decided on 2 March 2026, nothing served yet."""
    tree = make_tree()
    first, second, third = (officer(tree.county, name) for name in ("沈砚秋", "阮知白", "祝余"))
    head = make_user(tree.county, Role.LEADER, name="祁望舒")
    clerk = make_user(tree.county, Role.LEGAL_REVIEWER, name="裴照")
    found = make_institution(tree.county, name="青石县明尺检测有限公司")
    case = Case.objects.create(
        number="AJ-2026-0218",
        organ=tree.county,
        title="涉嫌出具虚假检验检测报告案",
        source_code="supervision",
        source_on=date(2025, 12, 1),
        state=state,
        state_at=at(DECIDED),
        registered_by=first,
        registered_at=at(date(2025, 12, 1)),
        filed_on=date(2025, 12, 10),
        decided_on=DECIDED,
        decided_by=head,
        facts="未经检验检测出具报告。",
        violation_text="出具虚假检验检测报告",
    )
    for place, user in enumerate((first, second)):
        CaseOfficer.objects.create(
            case=case, user=user, lead=place == 0, enforcement_no=f"ZF-{user.pk}", from_on=LONG_AGO
        )
    one = Party.objects.create(
        case=case, order=1, kind="institution", role="institution", institution=found, name=found.name,
        code=found.uscc, address="青石县一路1号", phone="0990-1", legal_rep="宇文澈",
    )  # fmt: skip
    two = Party.objects.create(
        case=case, order=2, kind="person", role="direct", name="司徒朗", id_tail="1234", address="青石县二路2号",
        phone="0990-2",
    )  # fmt: skip
    decision = Decision.objects.create(
        case=case,
        party=one,
        outcome="penalty",
        measures=["fine", "confiscate"],
        fine_fen=fine,
        confiscated_fen=taken,
        text="罚款；没收违法所得",
        basis="《监督管理办法》第二十七条",
        reasons="事实清楚",
        decided_on=DECIDED,
        decided_by=head,
    )
    personal = Decision.objects.create(
        case=case, party=two, outcome="penalty", measures=["warning", "limit"], ban_months=60, text="警告；限制从业",
        basis="《特种设备安全法》第九十三条", reasons="事实清楚", decided_on=DECIDED, decided_by=head,
    )  # fmt: skip
    world = World(tree, first, second, third, head, clerk, case, one, two, decision, personal)
    world.papers["one"] = paper(world, "PEN-45", "行政处罚决定书", DECIDED, party=one.name)
    world.papers["two"] = paper(world, "PEN-45", "行政处罚决定书", DECIDED, party=two.name)
    return world


def paper(
    world: World, form: str, title: str, on: date, *, party: str = "", state: str = "issued", pages: int = 2
) -> Document:
    """A document of the case without its bytes."""
    serial = Document.objects.filter(thing_kind="cases.case", thing_id=str(world.case.pk), form=form).count() + 1
    issued = state != "draft"
    mark = f"{form}-{serial}".encode().hex()
    return Document.objects.create(
        organ=world.case.organ,
        thing_kind="cases.case",
        thing_id=str(world.case.pk),
        thing_label=str(world.case),
        form=form,
        title=title,
        party=party,
        serial=serial,
        state=state,
        number=f"青石市监〔2026〕{serial}号" if issued else "",
        context="{}",
        context_digest="c" * 64,
        form_digest="f" * 64,
        template_digest="t" * 64,
        pdf_digest=mark.ljust(64, "0")[:64] if issued else "",
        word_digest=mark.ljust(64, "1")[:64] if issued else "",
        pdf_pages=pages if issued else None,
        drawn_on=on,
        drawn_at=at(on),
        drawn_by="沈砚秋",
        issued_on=on if issued else None,
        issued_at=at(on) if issued else None,
    )


def handed(on: date, **more: Any) -> ServiceEntry:
    """A direct service on the institution's post room."""
    values: dict[str, Any] = {"receiver": "收发室", "relation": "mailroom", "told_publication": True, "place": "单位"}
    return ServiceEntry(on=on, **values | more)


def serve_both(world: World, on: date) -> None:
    """Serve both decisions directly on that day."""
    for key, party, relation in (("one", world.institution, "mailroom"), ("two", world.person, "self")):
        serve_document(
            case=world.case, document=world.papers[key], party=party, way="hand_over",
            entry=handed(on, relation=relation), user=world.first, now=at(on), today=on,
        )  # fmt: skip
    world.case.refresh_from_db()


def notice(world: World, on: date) -> Notice:
    """A prior notice to the institution, not served yet."""
    return Notice.objects.create(
        case=world.case, party=world.institution, round=1, proposed="罚款", facts="事实", basis="依据", fine_fen=1,
        measures=["fine"], issued_on=on, issued_by=world.first,
    )  # fmt: skip
