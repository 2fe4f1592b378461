"""A county that inspects: a plan in force, carded officers, and tasks brought to any state by their own way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hengjian.apps.accounts.models import Organ, Posting, Role, User
from hengjian.apps.inspections import services, storage
from hengjian.apps.inspections.codes import token_for
from hengjian.apps.inspections.models import Attachment, Finding, Inspection, OnSite, ReportSample, SampledReport
from hengjian.apps.plans.models import PlanItem, Visit
from hengjian.apps.registry.models import Institution
from tests.apps.factories import LONG_AGO, NOW, TODAY, make_institution, make_user
from tests.apps.plans.samples import Office, make_office, plan_in_force

CARD_UNTIL = date(2028, 12, 31)
JPEG = b"\xff\xd8\xff\xe0" + b"picture of a nameplate" * 20
PDF = b"%PDF-1.7\n%signed page\n"
KEY_ITEM = {
    "title": "食品检验机构全覆盖", "kind": "key_field", "share": 100, "fields": ["food"], "notice": "unannounced",
}  # fmt: skip
STATES = (
    "assigned", "notified", "entered", "on_site", "record_closed", "in_review", "fixed", "published", "filed",
    "cancelled",
)  # fmt: skip


def make_officer(organ: Organ, name: str, *, role: str = Role.OFFICER, until: date | None = CARD_UNTIL) -> User:
    """Somebody with an enforcement certificate."""
    user = make_user(organ, role, name=name)
    user.postings.update(enforcement_no=f"Z{user.pk:08d}", enforcement_valid_to=until)
    return user


@dataclass
class World:
    """A county's people, its plan item of full coverage, and one institution."""

    office: Office
    item: PlanItem
    lab: Institution
    lead: User
    member: User
    chief: User
    leader: User

    @property
    def county(self) -> Organ:
        return self.office.county

    def task(self, *, lab: Institution | None = None, **changes: Any) -> Inspection:
        """A task of the plan's item."""
        given: dict[str, Any] = {
            "origin_kind": "key_field",
            "origin_id": self.item.number,
            "institution": lab or self.lab,
            "planned_on": TODAY,
            "lead": self.lead,
            "member": self.member,
            "user": self.chief,
            "on": TODAY,
            "now": NOW,
        }
        return services.create_task(**(given | changes))

    def act(self, what: str, task: Inspection, *, user: User | None = None, now: datetime = NOW, **values: Any) -> Any:
        """Call a service as one of the two officers, or as `user`."""
        service = getattr(services, what)
        return service(inspection=task, user=user or self.lead, on=now.astimezone().date(), now=now, **values)

    def entered(self, **changes: Any) -> Inspection:
        """Both officers are at the gate."""
        task = self.task(**changes)
        if task.kind == "notice":
            self.act("notify", task, user=self.chief)
        self.act("enter", task)
        self.act("enter", task, user=self.member)
        return fresh(task)

    def on_site(self, **changes: Any) -> Inspection:
        """The check has begun."""
        task = self.entered(**changes)
        self.act("start_check", task, cards_shown=True, recusal_asked=True, present_name="毕清和")
        return fresh(task)

    def closed(self, *, findings: int = 0, **changes: Any) -> Inspection:
        """The record is closed with a refusal and a witness."""
        task = self.on_site(**changes)
        for _ in range(findings):
            self.found(task)
        self.written(task)
        return self.act("finish_visit", task)

    def found(self, task: Inspection, **changes: Any) -> Any:
        """One problem."""
        given = {
            "text": "分析仪检定到期后仍在使用",
            "conduct_on": date(2026, 9, 2),
            "violation_id": "SUP-14.2",
            "limit_on": TODAY + timedelta(days=20),
        }
        return self.act("add_finding", task, **(given | changes))

    def written(self, task: Inspection, **changes: Any) -> Any:
        """The record's text."""
        given = {
            "facts_found": "检查了样品室和仪器室。",
            "signing": "refused",
            "refusal_reason": "认为与事实不符",
            "witness_name": "钟离见",
        }
        return self.act("record_statement", task, **(given | changes))

    def in_state(self, state: str) -> Inspection:
        """A task that came to the state by its own way."""
        if state in ("assigned", "notified", "cancelled"):
            task = self.task(kind="notice" if state == "notified" else "unannounced")
            if state == "notified":
                task = self.act("notify", task, user=self.chief)
            if state == "cancelled":
                task = self.act("cancel_task", task, user=self.chief, code="closed", reason="已注销，查过登记")
        elif state in ("entered", "on_site"):
            task = self.entered() if state == "entered" else self.on_site()
        elif state == "filed":
            task = self.entered()
            self.written(task, facts_found="门锁，已停业", signing="absent", refusal_reason="无人在场")
            task = self.act("finish_visit", task)
            task = self.act("submit_result", task, code="06")
            task = self.act("review", task, user=self.leader, approve=True)
            task = self.act("file_result", task, user=self.chief)
        else:
            task = self.closed()
            if state != "record_closed":
                task = self.act("submit_result", task, code="01")
            if state in ("fixed", "published"):
                task = self.act("review", task, user=self.leader, approve=True)
            if state == "published":
                task = self.act("publish_result", task, user=self.chief)
        assert task.state == state
        return task


def begun_earlier(task: Inspection, *, by: timedelta) -> Inspection:
    """The task as if made, entered and begun so much earlier."""
    Inspection.objects.filter(pk=task.pk).update(created_at=NOW - by)
    Visit.objects.filter(pk=task.visit_id).update(reserved_at=NOW - by, entered_at=NOW - by)
    OnSite.objects.filter(inspection=task).update(started_at=NOW - by)
    return fresh(task)


def fresh(task: Inspection) -> Inspection:
    """The task as the database has it."""
    return Inspection.objects.select_related("institution", "organ", "lead", "member", "visit").get(pk=task.pk)


def make_world() -> World:
    """The county of the plans' tests, with cards."""
    office = make_office()
    plan = plan_in_force(office, KEY_ITEM)
    Posting.objects.filter(user=office.chief).update(enforcement_no="Z-C", enforcement_valid_to=CARD_UNTIL)
    return World(
        office=office,
        item=plan.items.get(),
        lab=make_institution(office.county),
        lead=make_officer(office.county, "沈砚秋"),
        member=make_officer(office.county, "应见山"),
        chief=office.chief,
        leader=office.leader,
    )


def inspection_things(organ: Organ, institution: Institution) -> dict[str, Any]:
    """One thing of each kind for the table of URLs: a task on site with a drawn report, a problem and a photo."""
    people = [make_officer(organ, name) for name in ("沈砚秋", "应见山")]
    visit = Visit.objects.create(
        number="RQ-E-0001", institution=institution, organ=organ, origin_kind="alert", origin_id="T", day=TODAY,
        exception_code="alert", exception_note="试验", counted=False, state="entered", reserved_at=NOW, entered_at=NOW,
    )  # fmt: skip
    task = Inspection.objects.create(
        number="JC-E-0001", organ=organ, institution=institution, visit=visit, origin_kind="alert", origin_id="T",
        origin_label="试验", title="试验检查", kind="notice", state="on_site", state_at=NOW, lead=people[0],
        member=people[1], groups=["CK-A", "CK-B"], fields=["food"], created_by=people[0], created_at=NOW,
        notice_no="检通-T-1", notified_at=NOW,
    )  # fmt: skip
    written = {"by": people[0], "made_at": NOW, "received_at": NOW, "happened_at": NOW}
    kept = storage.keep_text(b"key\treport_id\tweight\n")
    sample = ReportSample.objects.create(
        inspection=task, size=1, listed=1, window_from=LONG_AGO, window_to=TODAY, list_sha256=kept.sha256,
        list_path=kept.path, seed_source="试验", salt="00", seed="00", **written,
    )  # fmt: skip
    report = SampledReport.objects.create(
        inspection=task, sample=sample, report_id="R1", weight=1, pi="1", ticket="00", rank=1,
        traced={"steps": [], "answers": {}},
    )  # fmt: skip
    finding = Finding.objects.create(
        inspection=task, institution=institution, number="JC-E-0001-01", conduct_on=TODAY, article="条款", text="问题",
        severity="general", handling="corrected", **written,
    )  # fmt: skip
    photo = storage.store(kind="photo", file_name="a.jpg", chunks=[JPEG])
    file = Attachment.objects.create(
        inspection=task, kind="photo", file_name="a.jpg", media_type=photo.media_type, size=photo.size,
        sha256=photo.sha256, path=photo.path, **written,
    )  # fmt: skip
    return {
        "task": task.number,
        "task_item": "CK-A1",
        "task_report": report.pk,
        "task_sample": sample.pk,
        "task_finding": finding.number,
        "task_file": file.pk,
        "code": token_for("institution", institution.uscc),
        "no_draw": "CQ-2026-9999",
    }
