"""One case with one of each matter, for the table of URLs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hengjian.apps.accounts.models import Role
from hengjian.apps.cases import assistance
from hengjian.apps.cases.holds import propose_hold
from hengjian.apps.registry.models import Institution
from tests.apps.cases.core_world import World, card, filed
from tests.apps.cases.evidence_world import appraisal, evidence, inquiry, letter, request, upload
from tests.apps.cases.evidence_world import proposal as proposed_hold
from tests.apps.factories import Tree, make_user


def world_of(tree: Tree, institution: Institution) -> World:
    """People of the county of an existing tree."""
    organ = tree.county
    officers = [card(make_user(organ, Role.OFFICER), f"ZF-7{place}") for place in range(3)]
    return World(
        tree=tree,
        organ=organ,
        institution=institution,
        one=officers[0],
        two=officers[1],
        three=officers[2],
        chief=card(make_user(organ, Role.SECTION_CHIEF), "ZF-74"),
        reviewer=make_user(organ, Role.LEGAL_REVIEWER),
        second_reviewer=make_user(organ, Role.LEGAL_REVIEWER),
        leader=make_user(organ, Role.LEADER),
        second_leader=make_user(organ, Role.LEADER),
        city_leader=make_user(tree.city, Role.LEADER),
    )


def evidence_things(tree: Tree, institution: Institution) -> dict[str, Any]:
    """Numbers and keys by the names that the table of URLs uses."""
    world = world_of(tree, institution)
    case = filed(world)
    item = evidence(world, case, files=[upload()])
    hold = propose_hold(case=case, entry=proposed_hold(world), user=world.one, **world.when)
    waiting = letter(world, case, to_name="黑水县公安局", outside=True)
    answered = letter(world, case, to_name="黑水县公安局", outside=True)
    received = assistance.receive_letter(letter=answered, user=world.one, **world.when, received_on=world.day)
    assistance.answer_letter(
        letter=received, user=world.one, **world.when, answer="见附件", files=[upload(b"reply", "复函.pdf")],
        answered_on=world.day,
    )  # fmt: skip
    return {
        "ev_case": case.number,
        "ev_item": item.pk,
        "ev_file": item.files.get().pk,
        "ev_hold": hold.pk,
        "ev_appraisal": appraisal(world, case).pk,
        "ev_inquiry": inquiry(world, case).pk,
        "ev_request": request(world, case, world.day + timedelta(days=5)).pk,
        "ev_letter": waiting.number,
        "ev_answered": answered.number,
        "ev_answer_file": answered.files.get().pk,
        "ev_custody": "custody",
        "ev_exclude": "exclude",
        "ev_drop": "drop",
        "ev_send": "send",
        "ev_record": "record",
        "ev_answer": "answer",
        "ev_withdraw": "withdraw",
        "ev_pen11": "PEN-11",
        "ev_pen30": "PEN-30",
        "ev_pen13": "PEN-13",
        "ev_pen15": "PEN-15",
        "ev_pen17": "PEN-17",
    }
