"""A county with everybody a case needs, and the way of a case step by step, each on its own day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hengjian.apps.accounts.models import Organ, Role, User
from hengjian.apps.cases import contraventions, deciding, filing, hearings, investigating, noticing, parties, reviewing
from hengjian.apps.cases.contraventions import Fact
from hengjian.apps.cases.deciding import OutcomeEntry
from hengjian.apps.cases.models import Case, Contravention, Notice, Party
from hengjian.apps.cases.models.evidence import Evidence
from hengjian.apps.cases.noticing import NoticeEntry
from hengjian.apps.cases.registering import Entry, register_case
from hengjian.apps.cases.wording import CONDITIONS
from hengjian.apps.registry.models import Institution
from tests.apps.factories import Tree, make_institution, make_tree, make_user

MONDAY = date(2026, 11, 2)
CONDUCT = (date(2026, 5, 12), date(2026, 7, 30))
LATER = date(2030, 1, 1)
WAN = 1_000_000
"""Fen in ten thousand yuan."""


def noon(day: date) -> datetime:
    """Midday in Shanghai, so that day and moment agree."""
    return datetime.combine(day, time(4, 0), tzinfo=UTC)


def card(user: User, number: str, until: date | None = LATER) -> User:
    """Give the person an enforcement certificate."""
    user.postings.update(enforcement_no=number, enforcement_valid_to=until)
    user.__dict__.pop("_postings_on", None)
    return user


@dataclass
class World:
    """People of one county, its institution, and the day on which things happen."""

    tree: Tree
    organ: Organ
    institution: Institution
    one: User
    two: User
    three: User
    chief: User
    reviewer: User
    second_reviewer: User
    leader: User
    second_leader: User
    city_leader: User
    day: date = MONDAY
    people: dict[str, User] = field(default_factory=dict)

    @property
    def when(self) -> dict[str, Any]:
        """The moment and the day that every service takes."""
        return {"now": noon(self.day), "today": self.day}

    def on(self, days: int) -> World:
        """Let days pass."""
        self.day += timedelta(days=days)
        return self


def make_world(*, level: str = "county", field_name: str = "products") -> World:
    """The world of one organ: county, city or province."""
    tree = make_tree()
    organ = getattr(tree, level)
    institution = make_institution(organ, fields=[field_name], legal_rep="宇文澈", address="青石路 1 号")
    return World(
        tree=tree,
        organ=organ,
        institution=institution,
        one=card(make_user(organ, Role.OFFICER, name="沈砚秋"), "ZF-01"),
        two=card(make_user(organ, Role.OFFICER, name="阮知白"), "ZF-02"),
        three=card(make_user(organ, Role.OFFICER, name="祝余"), "ZF-03"),
        chief=card(make_user(organ, Role.SECTION_CHIEF, name="公冶晗"), "ZF-04"),
        reviewer=make_user(organ, Role.LEGAL_REVIEWER, name="祁望舒"),
        second_reviewer=make_user(organ, Role.LEGAL_REVIEWER, name="百里奚和"),
        leader=make_user(organ, Role.LEADER, name="钟离岫"),
        second_leader=make_user(organ, Role.LEADER, name="东方未"),
        city_leader=make_user(tree.city, Role.LEADER, name="司空见"),
    )


ENTRY = Entry(
    title="涉嫌出具虚假检验检测报告案",
    source_code="supervision",
    source_on=MONDAY,
    violation_text="未经检验检测出具报告",
    facts="检查发现 2026 年 5 月 12 日至 7 月 30 日未经检验检测出具报告 83 份。",
    place="青石县青石路 1 号",
    field="other",
    occurred_from=CONDUCT[0],
    occurred_to=CONDUCT[1],
)
FALSE_REPORT = Fact(
    violation_id="SUP-15.1",
    title="未经检验检测出具报告 83 份",
    occurred_from=CONDUCT[0],
    occurred_to=CONDUCT[1],
    field="other",
    units=83,
)


def proposed(world: World, entry: Entry = ENTRY, **more: Any) -> Case:
    """拟立案."""
    more.setdefault("institution", world.institution)
    return register_case(organ=world.organ, entry=entry, user=world.one, **world.when, **more)


def submitted(world: World) -> Case:
    """待批准立案."""
    return filing.submit_filing(
        case=proposed(world), user=world.one, **world.when, conditions=list(CONDITIONS),
        officers=[world.one, world.two], opinion="四项条件均符合",
    )  # fmt: skip


def filed(world: World) -> Case:
    """调查中."""
    return filing.approve_filing(case=submitted(world), user=world.leader, **world.when, opinion="同意立案")


def party_of(case: Case, place: int = 0) -> Party:
    """A party by its place."""
    return list(case.parties.order_by("order"))[place]


def with_fact(
    world: World, case: Case, fact: Fact = FALSE_REPORT, fine: int | None = 8 * WAN, **more: Any
) -> Contravention:
    """A contravention of the first party with a proposed fine."""
    party = more.pop("party", None) or party_of(case)
    one = contraventions.add_contravention(case=case, party=party, fact=fact, user=world.one, **world.when)
    if fine is not None:
        more.setdefault("deviation", "综合考虑情节")
        one = contraventions.propose_fine(
            contravention=one, user=world.one, **world.when, factors=[], amount_fen=fine, **more
        )
    prove(world, one)
    return one


def prove(world: World, one: Contravention) -> Evidence:
    """One original document that proves the contravention."""
    row = Evidence.objects.create(
        case=one.case, ordinal=one.case.evidence.count() + 1, kind="documentary", name="检查记录", proves=one.title,
        way="on_site", obtained_on=world.day, place="青石县", officer_one=world.one, officer_two=world.two,
        carrier="original", registered_by=world.one, registered_at=noon(world.day),
    )  # fmt: skip
    row.contraventions.add(one)
    return row


def add_person(world: World, case: Case, name: str = "司徒朗") -> Party:
    """A person punished beside the institution."""
    entry = parties.PersonEntry(name=name, role="direct", post="主检人", id_no="990121199001010011")
    return parties.add_person(case=case, entry=entry, user=world.one, **world.when)


def concluded(world: World, *, fine: int | None = 8 * WAN, **more: Any) -> Case:
    """调查终结."""
    case = filed(world)
    with_fact(world, case, fine=fine)
    return investigating.conclude(
        case=case, user=world.one, **world.when, report="事实清楚，证据充分。", proposal="罚款", **more
    )


def reviewing_(world: World, *, kind: str = "case", **more: Any) -> Case:
    """审核中."""
    return reviewing.send_to_review(case=concluded(world, **more), user=world.one, **world.when, kind=kind)


def reviewed(world: World, *, kind: str = "case", **more: Any) -> Case:
    """已审核."""
    case = reviewing_(world, kind=kind, **more)
    return reviewing.pass_review(case=case, user=world.reviewer, **world.when, opinion="同意")


def cleared(world: World, **more: Any) -> Case:
    """待告知."""
    return noticing.approve_notice(case=reviewed(world, **more), user=world.leader, **world.when, opinion="同意")


def notice_entry(
    party: Party, *, fine: int = 8 * WAN, measures: tuple[str, ...] = ("fine",), **more: Any
) -> NoticeEntry:
    """What a party is told."""
    return NoticeEntry(party=party, measures=measures, facts="未经检验检测出具报告 83 份", fine_fen=fine, **more)


def notified(world: World, *, fine: int = 8 * WAN, measures: tuple[str, ...] = ("fine",), **more: Any) -> Case:
    """已告知, served on the same day."""
    case = cleared(world, fine=fine, **more)
    entry = notice_entry(party_of(case), fine=fine, measures=measures, served_on=world.day, served_how="直接送达")
    return noticing.notify(case=case, user=world.one, **world.when, notices=[entry])


def notice_of(case: Case) -> Notice:
    """The notice to the first party."""
    return case.notices.select_related("case__organ", "party").order_by("-round", "pk")[0]


def say(world: World, case: Case, kind: str, text: str = "请求从轻") -> Any:
    """What the first party answers."""
    return noticing.enter_statement(
        notice=notice_of(case), user=world.one, **world.when, kind=kind, received_on=world.day, text=text
    )


def outcome(case: Case, *, fine: int = 8 * WAN, measures: tuple[str, ...] = ("fine",), **more: Any) -> OutcomeEntry:
    """What is decided for the first party."""
    values = {"party": party_of(case), "outcome": "penalty", "reasons": "事实清楚"} | more
    return OutcomeEntry(fine_fen=fine, measures=measures, **values)


def decide(world: World, case: Case, *entries: OutcomeEntry, user: User | None = None, **more: Any) -> Case:
    """作出处罚决定."""
    return deciding.decide(
        case=case, user=user or world.leader, **world.when, outcomes=entries or [outcome(case)], **more
    )


def decided(world: World, **more: Any) -> Case:
    """已决定, after the five working days."""
    case = notified(world, **more)
    world.on(14)
    return decide(world, case)


def heard(world: World) -> Case:
    """听证结束: ten days of hearing in their order, with the fine from which the right begins."""
    case = notified(world, fine=10 * WAN)
    say(world, case, "hearing", "要求听证")
    case = hearings.open_hearing(
        case=case, user=world.leader, **world.when, chair=world.reviewer, recorder=world.second_reviewer
    )
    case = hearings.arrange_hearing(
        case=case, user=world.reviewer, **world.when, held_on=world.day + timedelta(days=14), place="三楼会议室",
        notified_on=world.day, announced_on=world.day,
    )  # fmt: skip
    world.on(14)
    hearings.enter_record(case=case, user=world.reviewer, **world.when, attendees="双方", record="陈述、质证、辩论。")
    return hearings.report_hearing(case=case, user=world.reviewer, **world.when, report="建议维持")


def ready(world: World) -> Case:
    """待决定: legal review after the hearing has passed."""
    case = reviewing.send_to_review(case=heard(world), user=world.one, **world.when, kind="legal")
    return reviewing.pass_review(case=case, user=world.second_reviewer, **world.when, opinion="同意")


def discuss(world: World, case: Case) -> Case:
    """已集体讨论."""
    return deciding.discuss(
        case=case, user=world.chief, **world.when, held_on=world.day, chair="钟离岫", attendees="钟离岫、东方未",
        opinions="一致同意", conclusion="同意处罚建议",
    )  # fmt: skip
