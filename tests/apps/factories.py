"""Small builders of test data: an organ tree, people in it, institutions. They write rows, not events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from hengjian.apps.accounts.models import Level, Organ, Posting, Role, User
from hengjian.apps.accounts.rights import actor_for
from hengjian.apps.record.services import Actor
from hengjian.apps.registry.models import Institution, Jurisdiction
from hengjian.apps.registry.names import name_key

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
LONG_AGO = date(2015, 1, 1)
PASSWORD = "demo-Passw0rd-2026"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_numbers = count(1)


def make_organ(
    name: str, level: str, area_code: str, parent: Organ | None = None, *, valid_from: date = LONG_AGO
) -> Organ:
    """One organ below its parent, with its path."""
    organ = Organ.objects.create(
        name=name, short_name=name, level=level, area_code=area_code, parent=parent, valid_from=valid_from
    )
    organ.path = f"{parent.path if parent else '/'}{organ.pk}/"
    organ.save(update_fields=["path"])
    return organ


@dataclass(frozen=True)
class Tree:
    """One province with one city, two counties, and a station in the first county (area codes 9901xx)."""

    nation: Organ
    province: Organ
    city: Organ
    county: Organ
    other_county: Organ
    station: Organ


def make_tree() -> Tree:
    """The organ tree that most tests need."""
    nation = make_organ("国家市场监督管理总局", Level.NATIONAL, "000000")
    province = make_organ("衡州省市场监督管理局", Level.PROVINCE, "990000", nation)
    city = make_organ("云岭市市场监督管理局", Level.CITY, "990100", province)
    county = make_organ("青石县市场监督管理局", Level.COUNTY, "990121", city)
    other = make_organ("白河县市场监督管理局", Level.COUNTY, "990122", city)
    station = make_organ("青石县市场监督管理局城关所", Level.STATION, "990121001", county)
    return Tree(nation, province, city, county, other, station)


def make_user(
    organ: Organ, role: str = Role.ANALYST, *, username: str = "", institution_id: str = "", name: str = ""
) -> User:
    """A person with one posting in force since long ago; password `PASSWORD`."""
    number = next(_numbers)
    user = User(username=username or f"user{number}", name=name or f"试用人员{number}")
    user.set_password(PASSWORD)
    user.save()
    Posting.objects.create(user=user, organ=organ, role=role, institution_id=institution_id, valid_from=LONG_AGO)
    return user


def make_actor(user: User) -> Actor:
    """The person as the record knows them, under their first posting."""
    return actor_for(user, user.postings.select_related("organ").order_by("pk")[0])


def uscc_check(first17: str) -> str:
    """The check character of GB 32100 for seventeen characters."""
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first17))
    return _ALPHABET[(31 - total % 31) % 31]


def make_uscc(area_code: str = "990121", number: int | None = None) -> str:
    """A unified social credit code of the demo range with a right check character."""
    body = f"{next(_numbers) if number is None else number:08d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(char) * weight for char, weight in zip(body, weights, strict=True)) % 11
    organisation = body + {10: "X", 11: "0"}.get(rest, str(rest))
    first17 = f"91{area_code[:6]}{organisation}"
    return first17 + uscc_check(first17)


def make_institution(organ: Organ, *, name: str = "", uscc: str = "", **values: Any) -> Institution:
    """An institution owned by the organ and in its jurisdiction."""
    name = name or f"青石县试验检测{next(_numbers)}有限公司"
    values.setdefault("fields", ["food"])
    values.setdefault("area_code", organ.area_code)
    values.setdefault("kind", "third_party")
    institution = Institution.objects.create(
        uscc=uscc or make_uscc(organ.area_code),
        name=name,
        name_key=name_key(name),
        organ=organ,
        field_count=len(values["fields"]),
        created_at=NOW,
        **values,
    )
    Jurisdiction.objects.create(institution=institution, organ=organ)
    return institution
