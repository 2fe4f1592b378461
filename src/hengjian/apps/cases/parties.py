"""Parties of a case: the institution and, beside it, the persons who answer for the same act (处罚到人)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.entering import one_of, refused, text_of
from hengjian.apps.cases.models import Case, Party
from hengjian.apps.cases.moving import write_step
from hengjian.apps.cases.sealing import seal_id
from hengjian.apps.cases.wording import PARTY_ROLES
from hengjian.apps.record.services import Actor, append_event
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import IllegalMove

STATES = ("proposed", "investigating")
"""Parties are settled while the case is proposed or investigated."""
ID_NUMBER = re.compile(r"^[0-9A-Z]{6,20}$")
PERSON_ROLES = tuple(role for role in PARTY_ROLES if role != "institution")


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person as typed; `id_no` is sealed at once and never kept in the clear."""

    name: str
    role: str
    post: str = ""
    id_no: str = ""
    address: str = ""
    phone: str = ""


@transaction.atomic
def add_institution(*, case: Case, institution: Institution, user: User, now: datetime, today: date) -> Party:
    """Make an institution of the registry a party; Refused where it is one already."""
    row, actor = act_on(case=case, user=user, code="case.handle", today=today, what="登记当事人", states=STATES)
    if row.parties.filter(institution=institution).exists():
        raise refused("institution", f"{institution.name}已经是本案当事人。")
    party = party_of_institution(row, institution)
    _noted(row, party, actor=actor, user=user, now=now, today=today)
    return party


@transaction.atomic
def add_person(*, case: Case, entry: PersonEntry, user: User, now: datetime, today: date) -> Party:
    """Make a person a party, with the part they had."""
    row, actor = act_on(case=case, user=user, code="case.handle", today=today, what="登记当事人", states=STATES)
    name = text_of(entry.name, field="name", label="姓名", most=60)
    role = one_of(entry.role, {key: PARTY_ROLES[key] for key in PERSON_ROLES}, field="role", label="身份")
    number = entry.id_no.strip().upper().replace(" ", "")
    if number and not ID_NUMBER.match(number):
        raise refused("id_no", "证件号码只能由 6 到 20 位数字和字母组成。")
    if number and row.parties.filter(kind="person", name=name, id_tail=number[-4:]).exists():
        raise refused("name", f"{name}已经是本案当事人。")
    party = Party(
        case=row,
        order=_next_order(row),
        kind="person",
        role=role,
        name=name,
        post=text_of(entry.post, field="post", label="职务", most=60, required=False),
        id_sealed=seal_id(number, now=now),
        id_tail=number[-4:],
        address=text_of(entry.address, field="address", label="地址", most=300, required=False),
        phone=text_of(entry.phone, field="phone", label="联系电话", most=60, required=False),
    )
    party.full_clean()
    party.save()
    _noted(row, party, actor=actor, user=user, now=now, today=today)
    return party


@transaction.atomic
def remove_party(*, party: Party, user: User, now: datetime, today: date, reason: str) -> None:
    """Take off a party that was entered by mistake: nothing may hang on it yet."""
    row, actor = act_on(case=party.case, user=user, code="case.handle", today=today, what="删去当事人", states=STATES)
    said = text_of(reason, field="reason", label="理由", most=300)
    if party.contraventions.exists() or party.notices.exists() or party.decisions.exists():
        raise IllegalMove(f"{party.name}名下已有违法事实、告知或者决定，不能删去。")
    label = f"删去当事人 {_shown(party)}"
    append_event(
        now=now, actor=actor, verb="case.remove_party", thing=row, organ_path=row.organ_path, reason=said,
        before={"order": party.order, "kind": party.kind, "role": party.role},
    )  # fmt: skip
    write_step(case=row, action="remove_party", label=label, actor=actor, now=now, on=today, note=said, user=user)
    party.delete()


def party_of_institution(case: Case, institution: Institution) -> Party:
    """The institution's row among the parties, filled from the registry as it stands now."""
    party = Party(
        case=case,
        order=_next_order(case),
        kind="institution",
        role="institution",
        institution=institution,
        name=institution.name,
        code=institution.uscc,
        legal_rep=institution.legal_rep,
        address=institution.address,
        phone=institution.phone,
        home_province=institution.home_province,
    )
    party.full_clean()
    party.save()
    return party


def _next_order(case: Case) -> int:
    return int(case.parties.aggregate(last=Max("order"))["last"] or 0) + 1


def _shown(party: Party) -> str:
    return party.name if party.kind == "institution" else party.get_role_display()


def _noted(case: Case, party: Party, *, actor: Actor, user: User, now: datetime, today: date) -> None:
    """The event tells kind and part; a person's name stays in the row, not in the chain."""
    append_event(
        now=now, actor=actor, verb="case.add_party", thing=case, organ_path=case.organ_path,
        after={"order": party.order, "kind": party.kind, "role": party.role, "code": party.code},
    )  # fmt: skip
    label = f"登记当事人：{_shown(party)}"
    write_step(case=case, action="add_party", label=label, actor=actor, now=now, on=today, user=user)
