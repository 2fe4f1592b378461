"""Small builders for draws: a county with a plan, thirty institutions, six officers, and a draw at any of its steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from hengjian.apps.accounts.models import Organ, Posting, Role, User
from hengjian.apps.draws import committing, drawing, entropy, partners, services
from hengjian.apps.draws.models import Draw, DrawAssignment, DrawInspector, DrawSecret, DrawUnit
from hengjian.apps.plans.models import PlanItem, Visit
from hengjian.apps.registry.models import Institution
from hengjian.engines.draws import sha256_hex
from tests.apps.factories import make_institution, make_uscc, make_user
from tests.apps.plans.samples import Office, make_office, plan_in_force

TODAY = date(2026, 3, 2)
NOW = timezone.make_aware(datetime(2026, 3, 2, 10, 0))
SSQ_AT = timezone.make_aware(datetime(2026, 3, 3, 21, 30))
DEADLINE = timezone.make_aware(datetime(2026, 3, 4, 12, 0))
FALLBACK_AT = timezone.make_aware(datetime(2026, 3, 5, 21, 30))
LATER = timezone.make_aware(datetime(2026, 3, 3, 22, 0))
"""When the sources have come out."""
ID_SALT = "5a" * 32
SALTS = ("11" * 32, "22" * 32)
SSQ_VALUES = "03 09 14 18 26 31 + 07"
KL8_VALUES = "1 4 9 13 17 20 22 28 31 36 40 44 47 51 55 60 66 70 75 79"
SOURCES = [
    {"kind": "ssq", "issue": "2026023", "drawn_at": SSQ_AT, "fallback_issue": "2026024", "fallback_at": FALLBACK_AT},
    {"kind": "kl8", "issue": "2026053", "drawn_at": SSQ_AT, "fallback_issue": "2026055", "fallback_at": FALLBACK_AT},
]
TYPED = [
    {"issue": "2026023", "published_at": SSQ_AT, "values": SSQ_VALUES, "evidence": "www.cwl.gov.cn 开奖公告"},
    {"issue": "2026053", "published_at": SSQ_AT, "values": KL8_VALUES, "evidence": "www.cwl.gov.cn 开奖公告"},
]
SETTINGS: dict[str, Any] = {
    "title": "一般抽查第一批",
    "mode": "open",
    "method": "pareto",
    "n": 9,
    "min_per_stratum": 2,
    "planned_from": date(2026, 3, 9),
    "planned_to": date(2026, 3, 20),
}
FIELDS = (("food", 12), ("vehicle", 10), ("environment", 8))


@dataclass
class Stage:
    """Everything a draw needs, and the draw's people."""

    office: Office
    item: PlanItem
    labs: list[Institution]
    officers: list[User]
    legal: User
    supervisor: User
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def chief(self) -> User:
        return self.office.chief

    @property
    def leader(self) -> User:
        return self.office.leader


def give_certificate(user: User, valid_to: date = date(2028, 12, 31), **values: Any) -> Posting:
    """An enforcement certificate on the person's only posting."""
    posting = user.postings.get()
    posting.enforcement_no, posting.enforcement_valid_to = f"E{user.pk:04d}", valid_to
    for name, value in values.items():
        setattr(posting, name, value)
    posting.save()
    user.__dict__.pop("_postings_on", None)
    return posting


def make_stage(*, officers: int = 6, **item: Any) -> Stage:
    office = make_office()
    values = {"title": "一般抽查", "kind": "draw", "share": 30, "batches": 2, "method": "pareto", "min_per_stratum": 1}
    plan = plan_in_force(office, values | item)
    bands = ("green", "amber", "red", "")
    labs = [
        make_institution(
            office.county,
            name=f"青石县{code}检验{number:02d}有限公司",
            uscc=make_uscc("990121", 7000 + 100 * place + number),
            fields=[code],
            risk_band=bands[number % 4],
        )
        for place, (code, count) in enumerate(FIELDS)
        for number in range(count)
    ]
    people = [make_user(office.county, Role.OFFICER, name=f"执法{number}") for number in range(officers)]
    for one in people:
        give_certificate(one)
    legal = make_user(office.county, Role.LEGAL_REVIEWER, name="法制员")
    supervisor = make_user(office.tree.city, Role.SUPERVISOR, name="市监督员")
    return Stage(office, plan.items.get(), labs, people, legal, supervisor, dict(SETTINGS))


def project(stage: Stage, *, batch: int = 1, **settings: Any) -> Draw:
    return services.create_draw(
        item=stage.item,
        batch=batch,
        user=stage.chief,
        now=NOW,
        today=TODAY,
        id_salt=ID_SALT,
        settings=stage.settings | settings,
    )


def who(user: User, now: datetime = NOW) -> dict[str, Any]:
    return {"user": user, "now": now, "today": timezone.localdate(now)}


def freeze(stage: Stage, draw: Draw) -> Draw:
    return services.freeze_roster(pk=draw.pk, **who(stage.chief))


def commit(stage: Stage, draw: Draw, *, now: datetime = NOW, **changes: Any) -> Draw:
    given: dict[str, Any] = {"sources": SOURCES, "deadline": DEADLINE} | changes
    return committing.commit_draw(pk=draw.pk, user=stage.chief, now=now, **given)


def enter(stage: Stage, draw: Draw, given: Any = TYPED, now: datetime = LATER) -> Draw:
    return entropy.enter_entropy(pk=draw.pk, given=given, **who(stage.chief, now))


def confirm(stage: Stage, draw: Draw, given: Any = TYPED, now: datetime = LATER) -> Draw:
    return entropy.confirm_entropy(pk=draw.pk, given=given, **who(stage.legal, now))


STEPS = ("draft", "frozen", "committed", "entropy_entered", "entropy_confirmed", "drawn", "announced", "published")
DONE = timezone.make_aware(datetime(2026, 3, 21, 9, 0))


def seal(stage: Stage, draw: Draw) -> None:
    """Two keepers of different organs hand in the hashes of their salts."""
    for keeper, salt in zip((stage.legal, stage.supervisor), SALTS, strict=True):
        partners.name_custodian(pk=draw.pk, keeper=keeper, **who(stage.chief))
        partners.hand_in_hash(pk=draw.pk, salt_sha256=sha256_hex(bytes.fromhex(salt)), **who(keeper))


def hand_in(stage: Stage, draw: Draw) -> None:
    for keeper, salt in zip((stage.legal, stage.supervisor), SALTS, strict=True):
        partners.hand_in_salt(pk=draw.pk, salt=salt, **who(keeper, LATER))


def draw_at(stage: Stage, state: str, **settings: Any) -> Draw:
    """A draw brought to a state by the services."""
    if settings.get("mode") == "sealed":
        settings.setdefault("open_by", date(2026, 4, 10))
    draw = project(stage, **settings)
    if settings.get("mode") == "sealed":
        seal(stage, draw)
    moves = {
        "frozen": lambda: freeze(stage, draw),
        "committed": lambda: commit(stage, draw),
        "entropy_entered": lambda: enter(stage, draw),
        "entropy_confirmed": lambda: confirm(stage, draw),
        "drawn": lambda: _draw(stage, draw),
        "announced": lambda: drawing.publish_draw(pk=draw.pk, **who(stage.chief, LATER)),
        "published": lambda: _publish(stage, draw),
    }
    for step in STEPS[1 : STEPS.index(state) + 1]:
        if step == "announced" and draw.mode == "open":
            continue
        moves[step]()
    draw.refresh_from_db()
    return draw


def _draw(stage: Stage, draw: Draw) -> None:
    if draw.mode == "sealed":
        hand_in(stage, draw)
    drawing.draw_now(pk=draw.pk, **who(stage.chief, LATER))


def _publish(stage: Stage, draw: Draw) -> None:
    if draw.mode == "sealed":
        settle_visits(draw)
        drawing.open_draw(pk=draw.pk, **who(stage.chief, DONE))
    else:
        drawing.publish_draw(pk=draw.pk, **who(stage.chief, LATER))


def settle_visits(draw: Draw, *, state: str = "done") -> None:
    """Every target in force has its visit behind it; rows alone, the going itself is the plans' matter."""
    for unit in draw.units.filter(selected=True, substituted=False):
        Visit.objects.create(
            number=f"RQ-{draw.pk}-{unit.pk}", institution_id=unit.institution_id, organ=draw.organ, item=draw.item,
            origin_kind="draw", origin_id=draw.number, day=draw.planned_from, state=state, reserved_at=LATER,
        )  # fmt: skip


def add_officer(stage: Stage, **posting: Any) -> User:
    user = make_user(stage.office.county, Role.OFFICER, name=posting.pop("name", "新执法员"))
    give_certificate(user, **posting)
    return user


def draw_things(organ: Organ, lab: Institution, owner: User) -> dict[str, Any]:
    """A drawn open draw with one target and one person, written as rows: for tests of who gets in."""
    item = PlanItem.objects.filter(plan__organ=organ)[0]
    draw = Draw.objects.create(
        number="CQ-2026-0009", organ=organ, item=item, lineage=item.lineage, batch=9, title="丙", state="drawn",
        state_at=NOW, created_at=NOW, created_by=owner, n=1, planned_from=TODAY, planned_to=TODAY, id_salt=ID_SALT,
        population={"食品": {"registry": 1, "roster": 1, "excluded": 0}}, roster_size=1, sample_size=1, seq=1,
        commit_sha256="c" * 64, committed_at=NOW, committed_by=owner, result={"quota": {"食品": 1}},
        result_sha256="d" * 64, drawn_at=NOW, drawn_by=owner, not_before=NOW, deadline=NOW,
    )  # fmt: skip
    DrawSecret.objects.create(draw=draw, seed="e" * 64, salt="0" * 64)
    unit = DrawUnit.objects.create(
        draw=draw, institution=lab, unit_id=lab.uscc, stratum="食品", field="food", pi="1", ticket="f" * 64, rank=1,
        selected=True,
    )  # fmt: skip
    inspector = DrawInspector.objects.create(draw=draw, user=owner, organ=organ, pseudonym="Pabc", domains=["食品"])
    assignment = DrawAssignment.objects.create(
        draw=draw, unit=unit, slot="lead", user=owner, inspector=inspector, at=NOW
    )
    return {
        "draw": draw.number,
        "drawn": unit.unit_id,
        "assignment": assignment.pk,
        "draw_batch": 1,
        "draw_file": "verify_srd1.py",
    }
