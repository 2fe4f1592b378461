"""A county with everything that is public and everything that is not yet: draws, results, exceptions, problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.draws import services
from hengjian.apps.draws.models import Draw
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.plans.models import Visit
from hengjian.apps.plans.parameters import set_parameter
from hengjian.apps.rectifications import opening
from hengjian.apps.registry.models import Certificate, Institution, InstitutionAlias, Person, ScopeItem, Site
from tests.apps.draws.samples import LATER, Stage, draw_at, make_stage, who
from tests.apps.factories import make_actor, make_user
from tests.apps.plans.samples import NOW, TODAY, draft
from tests.apps.publications.samples import show_on_portal
from tests.apps.rectifications.samples import People, make_finding, make_inspection

PHONE, IDENTITY = "13800001111", "110101198001011234"
OFFICERS = ("司空见惯", "令狐求真", "上官守正", "欧阳明理", "公孙持平", "诸葛审慎")
LEGAL_REP, ENGINEER, TIPSTER = "闻人立", "端木测", "东方举"
VOID = f"经{OFFICERS[0]}报告，{ENGINEER}（{PHONE}，证件 {IDENTITY}）事先知道了名录。"


@dataclass
class Town:
    """The stage of the draws with three draws and inspections of each kind."""

    stage: Stage
    lab: Institution
    open_draw: Draw
    sealed: Draw
    void: Draw
    unfinished: Draw
    published: Inspection
    upon_lead: Inspection
    unpublished: Inspection
    running_exception: Visit
    secrets: list[str] = field(default_factory=list)
    penalties: dict[str, str] = field(default_factory=dict)

    @property
    def plan(self) -> Any:
        return self.stage.item.plan


def make_town() -> Town:
    stage = make_stage(batches=4)
    for user, name in zip(stage.officers, OFFICERS, strict=True):
        user.name = name
        user.save()
    lab = _known_lab(stage)
    open_draw = draw_at(stage, "published", batch=1)
    void = draw_at(stage, "committed", batch=2, title="第二批")
    services.void_draw(pk=void.pk, reason=VOID, **who(stage.leader, LATER))
    void.refresh_from_db()
    unfinished = draw_at(stage, "frozen", batch=3, title="还没有承诺的第三批")
    sealed = draw_at(stage, "announced", batch=4, mode="sealed", title="不通知检查")
    draft(stage.office.city_officer, stage.office.tree.city)
    set_parameter(
        organ=stage.office.county, name="annual_cap", value=3, source="青石县公告2026年第1号", valid_from=TODAY,
        actor=make_actor(stage.chief), now=NOW, today=TODAY,
    )  # fmt: skip
    people = People(*stage.officers[:3], stage.chief, make_user(stage.office.county, Role.EXPERT, name="旁人甲"))
    published = _inspection(stage, people, lab, origin_kind="draw", origin_id=open_draw.number)
    lead = _inspection(stage, people, stage.labs[1], origin_kind="tip", origin_label=f"{TIPSTER}举报")
    hidden = _inspection(
        stage, people, stage.labs[2], origin_kind="draw", origin_id=sealed.number, state="fixed", published_at=None
    )
    for task in (published, lead, hidden):
        make_finding(task, people.lead, at=NOW, conduct_on=TODAY, limit_on=TODAY + timedelta(days=10))
        opening.take_findings(inspection=task, actor=make_actor(people.lead), now=NOW)
    running = _exception(stage.labs[3], lead.visit, "RQ-T-RUN", "entered")
    _exception(stage.labs[4], lead.visit, "RQ-T-COMING", "reserved")
    shown = show_on_portal(stage.office.county, lab, people.lead, stage.leader)
    return Town(
        stage, lab, open_draw, sealed, void, unfinished, published, lead, hidden, running, _secrets(sealed), shown
    )


def _known_lab(stage: Stage) -> Institution:
    lab = stage.labs[0]
    lab.legal_rep, lab.phone, lab.address, lab.registered_on = LEGAL_REP, PHONE, "青石县环城路 18 号", date(2012, 1, 19)
    lab.risk, lab.risk_band = 0.9371, "red"
    lab.save()
    Person.objects.create(institution=lab, person_id="P-PORTAL", name=ENGINEER, role="技术负责人", row_key="p-portal")
    Site.objects.create(
        institution=lab, site_id="S1", address="青石县南门外 2 号", area_code="990121", row_key="s-portal"
    )
    Certificate.objects.create(
        institution=lab, certificate_no="269901340001", issuer="衡州省市场监督管理局", valid_from=date(2020, 1, 1),
        valid_to=date(2032, 12, 31), row_key="c-portal",
    )  # fmt: skip
    for number, removed in (("GB 5009.3-2016", None), ("GB 5009.5-2016", date(2026, 1, 1))):
        ScopeItem.objects.create(
            institution=lab, certificate_no="269901340001", site_id="S1", field="food", object="食品",
            item_code="水分", standard_no=number, removed_on=removed, row_key=number,
        )  # fmt: skip
    InstitutionAlias.objects.create(institution=lab, kind="name", value="青石县旧名检验所")
    return lab


def _inspection(stage: Stage, people: People, lab: Institution, **values: Any) -> Inspection:
    given = {
        "state": "published", "result_code": "02", "public_wording": "发现问题已责令改正", "published_at": NOW,
        "reviewed_by": stage.leader,
    } | values  # fmt: skip
    task = make_inspection(stage.office.county, lab, people, day=TODAY, **given)
    Visit.objects.filter(pk=task.visit_id).update(state="done", entered_at=NOW, done_at=NOW)
    if given["origin_kind"] == "draw":
        Visit.objects.filter(pk=task.visit_id).update(
            exception_code="", exception_note="", item=stage.item, counted=True, origin_kind="draw",
            origin_id=given["origin_id"],
        )  # fmt: skip
    else:
        Visit.objects.filter(pk=task.visit_id).update(exception_code="tip", exception_note=f"{TIPSTER}举报")
    return Inspection.objects.select_related("visit").get(pk=task.pk)


def _exception(lab: Institution, like: Visit, number: str, state: str) -> Visit:
    return Visit.objects.create(
        number=number, institution=lab, organ=like.organ, origin_kind="tip", origin_id="T", day=TODAY,
        exception_code="tip", exception_note=f"{TIPSTER}举报", counted=False, reserved_at=NOW, state=state,
        entered_at=NOW if state == "entered" else None,
    )  # fmt: skip


def _secrets(draw: Draw) -> list[str]:
    """Everything that a sealed draw must not tell: salts, seed, tickets."""
    tickets = [ticket for ticket in draw.units.values_list("ticket", flat=True) if ticket]
    salts = [one.salt for one in draw.custodians.all()]
    assert tickets and all(salts)
    return [draw.secret.seed, draw.secret.salt, *salts, *tickets]


def names_of_people() -> set[str]:
    """Names, phones and cards of everybody the platform knows."""
    found = set(User.objects.exclude(name="").values_list("name", flat=True)) | {PHONE, IDENTITY}
    found |= set(Person.objects.exclude(name="").values_list("name", flat=True))
    return found | {LEGAL_REP, TIPSTER} | {f"E{user.pk:04d}" for user in User.objects.all()}
