"""Every state, action, severity and role of an alert is decided."""

from __future__ import annotations

from itertools import product

import pytest

from hengjian.apps.accounts.models import Avoidance, Role
from hengjian.apps.alerts import services
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.procedures import ALERT, DISMISSAL_CODES, NOT_A_VERDICT
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, NotFound, Refused
from hengjian.kernel.transitions import every_pair
from tests.apps.factories import LONG_AGO, NOW, TODAY, Tree, make_institution, make_tree, make_user
from tests.apps.runs.samples import finding, finished
from tests.kernel.procedure_contract import assert_every_pair_is_decided

JUDGES = {Role.ANALYST, Role.OFFICER, Role.SECTION_CHIEF}
REVIEWERS = {Role.SECTION_CHIEF, Role.LEADER}
FACTS = {"reason": "核对过原始记录", "reason_code": "clerical"}


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def _alert(tree: Tree, *, severity: str = "strong") -> Alert:
    lab = make_institution(tree.county)
    finished(organ=tree.county, user=make_user(tree.county), findings=[finding(lab, reports=["R1"], severity=severity)])
    return Alert.objects.get(institution=lab)


def _judge(alert: Alert, action: str, user: object, **changes: object) -> Alert:
    values = {"seen_state": alert.state, "on": TODAY, "now": NOW, **FACTS, **changes}
    return services.judge_alert(pk=alert.pk, action=action, user=user, **values)  # type: ignore[arg-type]


def test_every_pair_of_the_alert_is_decided() -> None:
    assert assert_every_pair_is_decided(ALERT) == 5 * len(ALERT.actions)
    assert set(NOT_A_VERDICT) < set(DISMISSAL_CODES)


@pytest.mark.django_db
def test_each_move_is_made_by_its_roles_and_refused_to_all_others(tree: Tree) -> None:
    alert = _alert(tree)
    people = {role: make_user(tree.county, role, institution_id=alert.institution.uscc) for role in Role}
    for (state, action, move), role in product(every_pair(ALERT), Role):
        severity = "certain" if action == "propose_dismissal" else "strong"
        Alert.objects.filter(pk=alert.pk).update(state=state, judged_by=None, severity=severity)
        alert.refresh_from_db()
        holders = {"alert.judge": JUDGES, "alert.review": REVIEWERS}.get(move.permission, set()) if move else set()
        offered = {one.action for one in services.actions_for(alert, people[role], on=TODAY)}
        if role in holders:
            assert action in offered, (state, action, role)
            assert _judge(alert, action, people[role]).state == move.target  # type: ignore[union-attr]
        else:
            assert action not in offered, (state, action, role)
            with pytest.raises((NotAllowed, IllegalMove)):
                _judge(alert, action, people[role])


@pytest.mark.django_db
def test_a_certain_alert_is_dismissed_by_two_persons(tree: Tree) -> None:
    alert = _alert(tree, severity="certain")
    proposer, second = make_user(tree.county, Role.SECTION_CHIEF), make_user(tree.county, Role.LEADER)
    with pytest.raises(IllegalMove, match="另一人复核"):
        _judge(alert, "dismiss", proposer)
    alert = _judge(alert, "propose_dismissal", proposer)
    assert not services.actions_for(alert, proposer, on=TODAY)
    with pytest.raises(IllegalMove, match="另一人"):
        _judge(alert, "approve_dismissal", proposer)
    done = _judge(alert, "approve_dismissal", second, reason="", reason_code="")
    assert (done.state, done.verdict, done.reason_code) == ("dismissed", "dismissed", "clerical")
    assert done.reason == FACTS["reason"]


@pytest.mark.django_db
def test_a_returned_proposal_is_open_again_without_a_verdict(tree: Tree) -> None:
    alert = _judge(_alert(tree, severity="certain"), "propose_dismissal", make_user(tree.county))
    back = _judge(alert, "return_dismissal", make_user(tree.county, Role.LEADER), reason="请看原始记录")
    assert (back.state, back.verdict, back.reason_code) == ("open", "", "")


@pytest.mark.django_db
def test_a_data_question_is_never_confirmed(tree: Tree) -> None:
    alert, analyst = _alert(tree, severity="weak"), make_user(tree.county)
    assert {move.action for move in services.actions_for(alert, analyst, on=TODAY)} == {"request_data", "dismiss"}
    with pytest.raises(IllegalMove, match="数据质询，不能确认"):
        _judge(alert, "confirm", analyst)
    assert _judge(alert, "request_data", analyst).state == "data_requested"


@pytest.mark.django_db
def test_the_later_of_two_judgements_learns_who_was_faster_and_changes_nothing(tree: Tree) -> None:
    alert = _alert(tree)
    first, second = make_user(tree.county, name="沈砚秋"), make_user(tree.county)
    _judge(alert, "request_data", first)
    events = Event.objects.count()
    with pytest.raises(IllegalMove, match=r"沈砚秋已于.*待机构补充") as refused:
        _judge(alert, "confirm", second)
    assert "您的研判没有写入" in refused.value.sentence
    assert Event.objects.count() == events and Alert.objects.get(pk=alert.pk).state == "data_requested"


@pytest.mark.django_db
def test_reasons_are_asked_for_coded_and_bounded(tree: Tree) -> None:
    alert, analyst = _alert(tree), make_user(tree.county)
    for changes, words in (
        ({"reason": "  "}, "理由"),
        ({"reason_code": ""}, "排除原因"),
        ({"reason_code": "because"}, "排除原因"),
        ({"reason": "长" * 2001}, "最多 2000 字"),
    ):
        with pytest.raises(DomainError, match=words):
            _judge(alert, "dismiss", analyst, **changes)
    assert Alert.objects.get(pk=alert.pk).state == "open"


@pytest.mark.django_db
def test_nobody_judges_an_institution_they_have_to_avoid(tree: Tree) -> None:
    alert, analyst = _alert(tree), make_user(tree.county)
    Avoidance.objects.create(user=analyst, institution_id=alert.institution.uscc, kind="kin", valid_from=LONG_AGO)
    assert services.actions_for(alert, analyst, on=TODAY) == ()
    with pytest.raises(NotAllowed, match="回避"):
        _judge(alert, "confirm", analyst)


@pytest.mark.django_db
def test_superior_and_sister_organs_do_not_judge(tree: Tree) -> None:
    alert = _alert(tree)
    for organ in (tree.city, tree.other_county):
        with pytest.raises(NotAllowed):
            _judge(alert, "confirm", make_user(organ))
    with pytest.raises(NotFound):
        _judge(alert, "confirm", make_user(tree.county), rows=Alert.objects.none())


@pytest.mark.django_db
def test_only_asking_for_data_is_done_in_bulk_and_each_refusal_is_told(tree: Tree) -> None:
    alerts = [_alert(tree) for _ in range(3)]
    analyst, rows = make_user(tree.county), Alert.objects.all()
    _judge(alerts[0], "confirm", analyst)
    call = {"rows": rows, "pks": [one.pk for one in alerts], "user": analyst, "on": TODAY, "now": NOW}
    with pytest.raises(IllegalMove, match="逐条"):
        services.judge_many(action="dismiss", reason="x", **call)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="补充什么"):
        services.judge_many(action="request_data", reason=" ", **call)  # type: ignore[arg-type]
    done = services.judge_many(action="request_data", reason="请交原始记录", **call)  # type: ignore[arg-type]
    assert done.moved == 2
    assert [number for number, _ in done.refused] == [alerts[0].number]
