"""Findings become alerts once; later runs add reports; only new reports undo a judgement."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hengjian.apps.accounts.models import Role
from hengjian.apps.alerts import services
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.selectors import precision_by_detector, waiting_for, wilson
from hengjian.apps.record.models import Event
from hengjian.apps.record.selectors import verify_chain
from tests.apps.factories import NOW, TODAY, Tree, make_institution, make_tree, make_user
from tests.apps.runs.samples import finding, finished

LATER = NOW + timedelta(days=3)


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def _judge(alert: Alert, action: str, user: object, code: str = "") -> None:
    services.judge_alert(
        pk=alert.pk,
        action=action,
        user=user,  # type: ignore[arg-type]
        on=TODAY,
        now=NOW,
        seen_state=alert.state,
        reason="核对过",
        reason_code=code,
    )
    alert.refresh_from_db()


@pytest.mark.django_db
def test_a_second_run_adds_reports_and_never_a_second_alert(tree: Tree) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    first = finished(organ=tree.county, user=analyst, findings=[finding(lab, reports=["R1", "R2"])])
    second = finished(
        organ=tree.city,
        user=make_user(tree.city),
        findings=[finding(lab, reports=["R2", "R3"], severity="certain", score=30.0)],
        now=LATER,
    )
    alert = Alert.objects.get()
    assert alert.report_ids == ["R1", "R2", "R3"] and alert.n_reports == 3
    assert (alert.run, alert.last_run, alert.first_seen, alert.last_seen) == (first, second, NOW, LATER)
    assert (alert.organ, alert.severity, alert.score) == (tree.county, "certain", 30.0)
    assert second.counts["alerts"] == {"new": 0, "renewed": 1, "reopened": 0, "strangers": 0}


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["confirm", "dismiss", "propose_dismissal"])
def test_a_judged_alert_reopens_with_new_reports_only(tree: Tree, ending: str) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    severity = "certain" if ending == "propose_dismissal" else "strong"

    def run(*reports: str) -> Alert:
        found = finding(lab, reports=reports, severity=severity)
        finished(organ=tree.county, user=analyst, findings=[found], now=LATER)
        return Alert.objects.get()

    alert = run("R1", "R2")
    _judge(alert, ending, analyst, "lawful")
    state = alert.state
    assert run("R1").state == state, "fewer reports change nothing"
    assert run("R1", "R2").state == state, "the same reports change nothing"
    alert = run("R1", "R4")
    assert alert.state == "open" and alert.state_at == LATER
    event = Event.objects.get(verb="alert.new_reports")
    assert event.actor_id == "system" and "又发现 1 份报告" in event.reason
    assert verify_chain().broken is None


@pytest.mark.django_db
def test_asked_data_stays_asked_when_reports_arrive(tree: Tree) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    finished(organ=tree.county, user=analyst, findings=[finding(lab, reports=["R1"])])
    _judge(Alert.objects.get(), "request_data", analyst)
    finished(organ=tree.county, user=analyst, findings=[finding(lab, reports=["R1", "R2"])])
    assert Alert.objects.get().state == "data_requested"


@pytest.mark.django_db
def test_a_finding_about_an_unknown_institution_raises_nothing_and_is_counted(tree: Tree) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    foreign = make_institution(tree.other_county)
    run = finished(
        organ=tree.county, user=analyst, findings=[finding(lab, reports=["R1"]), finding(foreign, reports=["R2"])]
    )
    assert Alert.objects.count() == 1 and run.counts["alerts"]["strangers"] == 1


@pytest.mark.django_db
def test_a_thousand_findings_are_taken_over_with_few_questions(
    tree: Tree, django_assert_max_num_queries: object
) -> None:
    analyst, lab = make_user(tree.county), make_institution(tree.county)
    rows = [finding(lab, reports=[f"R{n}"], key=str(n)) for n in range(1100)]
    with django_assert_max_num_queries(120):  # type: ignore[operator]
        finished(organ=tree.county, user=analyst, findings=rows)
    assert Alert.objects.count() == 1100
    assert Alert.objects.values("number").distinct().count() == 1100


@pytest.mark.django_db
def test_precision_counts_last_judgements_and_leaves_duplicates_out(tree: Tree) -> None:
    analyst = make_user(tree.county)
    labs = [make_institution(tree.county) for _ in range(4)]
    finished(organ=tree.county, user=analyst, findings=[finding(lab, reports=["R1"]) for lab in labs])
    first, second, third, _ = Alert.objects.order_by("number")
    _judge(first, "confirm", analyst)
    _judge(second, "dismiss", analyst, "clerical")
    _judge(third, "dismiss", analyst, "duplicate")
    (found,) = precision_by_detector(Alert.objects.all())
    assert (found.confirmed, found.judged, found.open, found.share) == (1, 2, 1, 0.5)
    assert found.by_code == {"clerical": 1, "duplicate": 1}


def test_the_interval_is_wilsons() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert wilson(0, 5)[0] == 0.0 and wilson(5, 5)[1] == 1.0


@pytest.mark.django_db
def test_what_waits_for_a_person_is_what_they_may_do_now(tree: Tree) -> None:
    analyst, chief = make_user(tree.county), make_user(tree.county, Role.SECTION_CHIEF)
    labs = [make_institution(tree.county) for _ in range(3)]
    severities = ("strong", "certain", "weak")
    rows = [finding(lab, reports=["R1"], severity=s) for lab, s in zip(labs, severities, strict=True)]
    finished(organ=tree.county, user=analyst, findings=rows)
    assert waiting_for(analyst, on=TODAY).count() == 2, "a data question accuses nobody and waits for nobody"
    _judge(Alert.objects.get(severity="certain"), "propose_dismissal", chief, "lawful")
    assert waiting_for(chief, on=TODAY).count() == 1
    assert waiting_for(make_user(tree.county, Role.LEADER), on=TODAY).count() == 1
    assert waiting_for(make_user(tree.county, Role.SUPERVISOR), on=TODAY).count() == 0
