"""Decided cases with their publications, for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.cases.models import Ban, Case, Decision, Obligation, Party, Service
from hengjian.apps.cases.serving_effects import months_after
from hengjian.apps.publications import curating, services, taking
from hengjian.apps.publications.curating import Story
from hengjian.apps.publications.models import Publication, TypicalCase
from hengjian.apps.registry.models import Institution
from tests.apps.cases.after_world import DECIDED, World, at, make_world
from tests.apps.factories import NOW, TODAY, make_actor, make_user

IDENTITY, PHONE = "990121199001010011", "13900002222"
FACTS = f"经查，主检人司徒朗（身份证号{IDENTITY}，电话{PHONE}）未经检验检测出具报告 83 份。举报人张三提供线索。"
STORY = Story(
    title="某检验检测机构未经检验检测出具报告案",
    text="检查发现某检验检测机构未经检验检测出具报告 83 份，依法罚款并没收违法所得。",
    lesson="检验检测报告须有原始记录支持。",
    field="food",
)


def taken(**more: Any) -> tuple[World, Publication]:
    """A decided case whose publications were taken by the listener; the institution's one."""
    world = make_world(**more)
    world.decision.reasons = FACTS
    world.decision.save()
    taking.on_decided(case=world.case, action="decide", actor=make_actor(world.head), now=at(DECIDED))
    return world, Publication.objects.get(party=world.institution)


def who(user: User, day: date = DECIDED + timedelta(days=8)) -> dict[str, Any]:
    """What every service takes."""
    return {"user": user, "now": at(day, 3), "today": day}


def serve_both(world: World, on: date) -> None:
    """Both decisions served and the parties told; without the papers, which other tests draw up."""
    for paper, decision in (("one", world.decision), ("two", world.personal)):
        Service.objects.create(
            case=world.case, document=world.papers[paper], party=decision.party, way="hand_over", state="served",
            served_on=on, told_publication=True, officer_a=world.first, officer_b=world.second, begun_at=at(on),
        )  # fmt: skip
        decision.served_on = on
        decision.save()
    Ban.objects.create(
        case=world.case, decision=world.personal, party=world.person, basis="依据", scope="不得从事检验检测",
        from_on=on, to_on=months_after(on, 60),
    )  # fmt: skip
    Obligation.objects.create(
        organ=world.case.organ, case=world.case, decision=world.decision, party=world.institution,
        payer=world.institution.name, fine_fen=1, confiscated_fen=0, served_on=on, due_on=on,
    )  # fmt: skip
    type(world.case).objects.filter(pk=world.case.pk).update(state="enforcing")
    world.case.refresh_from_db()


def proposed(world: World, row: Publication) -> Publication:
    """Served on both and handed to the one who publishes."""
    serve_both(world, DECIDED + timedelta(days=7))
    row = services.prepare(row=row, **who(world.first))
    return services.propose(row=row, **who(world.first))


def published(world: World, row: Publication) -> Publication:
    """Public."""
    return services.publish(row=proposed(world, row), **who(world.head))


def publication_things(organ: Organ, lab: Institution, owner: User) -> dict[str, str]:
    """A draft and a typical case for the walk over all URLs."""
    case = Case.objects.create(
        number="AJ-2026-0977", organ=organ, title="公示试验案", source_code="supervision", source_on=TODAY,
        registered_by=owner, registered_at=NOW, state="decided", state_at=NOW, filed_on=TODAY, decided_on=TODAY,
        violation_text="试验", facts="试验",
    )  # fmt: skip
    party = Party.objects.create(
        case=case, order=1, kind="institution", role="institution", institution=lab, name=lab.name, code=lab.uscc
    )
    decision = Decision.objects.create(
        case=case, party=party, outcome="penalty", measures=["fine"], fine_fen=1_000_000, text="罚款", basis="依据",
        reasons="事实清楚", decided_on=TODAY, decided_by=owner,
    )  # fmt: skip
    row = taking.take(decision, "penalty", actor=make_actor(owner), now=NOW)
    typical = TypicalCase.objects.create(
        number="DX-2026-9001", organ=organ, case=case, title=STORY.title, text=STORY.text, lesson=STORY.lesson,
        made_by=owner, made_at=NOW, state_at=NOW,
    )  # fmt: skip
    return {
        "publication": row.number,
        "publication_move": "prepare",
        "typical": typical.number,
        "typical_move": "propose",
    }


def show_on_portal(organ: Organ, lab: Institution, writer: User, leader: User) -> dict[str, str]:
    """Everything a town shows of penalties: one public with a correction, one stopped, one withdrawn, one not yet."""
    made = {}
    for number, (key, state) in enumerate(
        {
            "public": "published",
            "person": "published",
            "over": "published",
            "gone": "withdrawn",
            "draft": "draft",
        }.items()
    ):
        case = Case.objects.create(
            number=f"AJ-2026-08{number:02d}", organ=organ, title="出具虚假报告案", source_code="supervision",
            source_on=TODAY, registered_by=writer, registered_at=NOW, state="enforcing", state_at=NOW, filed_on=TODAY,
            decided_on=DECIDED, violation_text="出具虚假报告", facts="出具虚假报告",
        )  # fmt: skip
        person = key == "person"
        party = Party.objects.create(
            case=case, order=1, kind="person" if person else "institution", role="direct" if person else "institution",
            institution=None if person else lab, name="司徒朗" if person else lab.name,
            code="" if person else lab.uscc, legal_rep="" if person else lab.legal_rep,
        )  # fmt: skip
        decision = Decision.objects.create(
            case=case, party=party, outcome="penalty", measures=["fine"], fine_fen=8_000_000, text="罚款八万元",
            basis="《检验检测机构监督管理办法》第二十七条", reasons=FACTS, decided_on=DECIDED, decided_by=leader,
        )  # fmt: skip
        row = taking.take(decision, "penalty", actor=make_actor(leader), now=NOW)
        _put(row, state, key)
        made[key] = row.number
    return made | {"typical": _typical(organ, Case.objects.get(number="AJ-2026-0800"), writer, leader)}


def _put(row: Publication, state: str, key: str) -> None:
    if state == "draft":
        return
    stop = TODAY - timedelta(days=1) if key == "over" else date(2030, 1, 1)
    Publication.objects.filter(pk=row.pk).update(
        state=state, shown=1, doc_number="青石市监罚〔2026〕1号", published_on=DECIDED, published_at=NOW, stop_on=stop,
        apply_from=DECIDED, public_reason="处罚决定已经撤销" if state == "withdrawn" else "",
        ended_on=TODAY if state == "withdrawn" else None,
    )  # fmt: skip
    if key == "public":
        version = row.versions.get()
        version.pk, version.number, version.reason, version.approved_at = None, 2, "文号有误", NOW
        version.save()
        Publication.objects.filter(pk=row.pk).update(shown=2)


def _typical(organ: Organ, case: Case, writer: User, leader: User) -> str:
    row = curating.write_typical(organ=organ, case=case, story=STORY, user=writer, now=NOW, today=TODAY)
    row = curating.move_typical("propose", row, user=writer, now=NOW, today=TODAY)
    return curating.move_typical("approve", row, user=leader, now=NOW, today=TODAY).number


__all__ = ["make_user", "publication_things", "published", "show_on_portal", "taken", "who"]
