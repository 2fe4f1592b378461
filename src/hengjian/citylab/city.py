"""The demo city: one invented city with five districts and counties, its organs, officers and experts, and its dataset.

Everything lies in the demo range (area codes 9901xx, certificate issuer 99) and no name is anybody's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hengjian.citylab import codes, names
from hengjian.citylab.chance import Stream
from hengjian.citylab.dataset import Written, write_plan
from hengjian.citylab.draws import lines_of
from hengjian.citylab.masters import make_masters
from hengjian.citylab.plan import Plan, make_plan
from hengjian.citylab.workdays import window_until

INSTITUTIONS = 240
CHEATS = 0.08

SLUGS = {
    codes.PROVINCE: "yunze",
    codes.CITY: "chengchuan",
    "990102": "linxi",
    "990103": "baishi",
    "990104": "gaoxin",
    "990121": "qingtong",
    "990122": "wanglan",
}
STATIONS = {"990102": "石桥", "990103": "鹿鸣", "990104": "云岚", "990121": "沅芷", "990122": "南浦"}
LEVELS = ("province", "city", "county", "station", "team")
ROLES = (
    "leader",
    "section_chief",
    "officer",
    "legal_reviewer",
    "registrar",
    "analyst",
    "supervisor",
    "sysadmin",
    "institution_user",
    "expert",
)
"""Every role that the demo city has somebody for."""

_OF_PROVINCE = ("leader", "section_chief", "officer", "legal_reviewer", "analyst", "supervisor", "sysadmin")
_OF_CITY = (
    "leader", "section_chief", "officer", "officer", "officer", "officer", "legal_reviewer", "registrar",
    "analyst", "analyst", "supervisor", "sysadmin",
)  # fmt: skip
_OF_COUNTY = ("leader", "section_chief", "officer", "officer", "legal_reviewer", "registrar", "analyst", "sysadmin")
_OF_STATION = ("section_chief", "officer", "officer")
_KNOWN = {
    (codes.PROVINCE, "officer"): ("申屠衡",),
    (codes.PROVINCE, "legal_reviewer"): ("陆景行",),
    (codes.CITY, "officer"): ("沈砚秋", "阮知白", "应见山", "祝余"),
    (codes.CITY, "legal_reviewer"): ("祁望舒",),
    (codes.CITY, "section_chief"): ("计然",),
    (codes.CITY, "analyst"): ("容与", "屠苏"),
    (codes.CITY, "registrar"): ("成蹊",),
    (codes.CITY, "supervisor"): ("左思齐",),
}
_ENFORCING = {"leader", "section_chief", "officer"}
_EXPERTS = (
    ("庄仪", "尾气检测", ("vehicle",)),
    ("沐风", "微生物", ("food", "cosmetics")),
    ("言冰", "材料力学", ("construction", "building_material", "special_equipment")),
    ("桑榆晚", "水质分析", ("environment", "other")),
    ("蔚然", "无机元素分析", ("food", "children", "fertilizer")),
    ("濮阳照", "防护用品", ("ppe", "medical_device")),
    ("澹台鉴", "碳排放核查", ("carbon",)),
    ("夏侯准", "计量与不确定度", ("product", "jewelry", "ebike")),
    ("尉迟端", "电梯与气瓶", ("special_equipment", "tank", "fire")),
    ("公冶析", "药包材与法医毒物", ("drug", "forensic")),
)


@dataclass(frozen=True)
class Area:
    """An administrative division: six digits, or nine for a station's streets."""

    code: str
    name: str
    parent: str | None


@dataclass(frozen=True)
class Organ:
    """A supervisory organ; `level` is one of LEVELS, `key` is stable and readable."""

    key: str
    name: str
    short_name: str
    level: str
    area_code: str
    parent: str | None


@dataclass(frozen=True)
class Officer:
    """A person of an organ with one role; `enforcement_no` only for those who may enforce."""

    user_name: str
    name: str
    role: str
    organ: str
    enforcement_no: str | None


@dataclass(frozen=True)
class Expert:
    """A technical expert with the fields in which advice may be asked."""

    user_name: str
    name: str
    speciality: str
    fields: tuple[str, ...]
    employer: str


@dataclass(frozen=True)
class InstitutionUser:
    """Somebody who signs in for an institution."""

    user_name: str
    name: str
    institution_id: str


@dataclass(frozen=True)
class DemoInstitution:
    """What the accounts need of an institution; everything else is in the dataset."""

    institution_id: str
    name: str
    area_code: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class DemoCity:
    """The city as plain values; `plan` is what its dataset is written from."""

    areas: tuple[Area, ...]
    organs: tuple[Organ, ...]
    officers: tuple[Officer, ...]
    experts: tuple[Expert, ...]
    institution_users: tuple[InstitutionUser, ...]
    institutions: tuple[DemoInstitution, ...]
    plan: Plan


def _areas() -> tuple[Area, ...]:
    found = [Area(codes.PROVINCE, "云泽省", None), Area(codes.CITY, "澄川市", codes.PROVINCE)]
    found += [Area(code, name, codes.CITY) for code, name in codes.COUNTIES.items()]
    found += [Area(f"{code}001", f"{STATIONS[code]}街道", code) for code in codes.COUNTIES]
    found.append(Area(codes.OUTSIDE, codes.AREA_NAMES[codes.OUTSIDE], None))
    return tuple(found)


def _organs() -> tuple[Organ, ...]:
    found = [
        Organ("yunze", "云泽省市场监督管理局", "云泽省局", "province", codes.PROVINCE, None),
        Organ("chengchuan", "澄川市市场监督管理局", "澄川市局", "city", codes.CITY, "yunze"),
        Organ("chengchuan-team", "澄川市市场监管综合行政执法支队", "市执法支队", "team", codes.CITY, "chengchuan"),
    ]
    for code, county in codes.COUNTIES.items():
        slug, station = SLUGS[code], STATIONS[code]
        bureau = f"{county}市场监督管理局"
        found += [
            Organ(slug, bureau, f"{county}局", "county", code, "chengchuan"),
            Organ(f"{slug}-station", f"{bureau}{station}市场监督管理所", f"{station}所", "station", f"{code}001", slug),
            Organ(f"{slug}-team", f"{county}市场监管综合行政执法大队", f"{county}大队", "team", code, slug),
        ]
    return tuple(found)


def _roles_of(organ: Organ) -> tuple[str, ...]:
    if organ.level == "province":
        return _OF_PROVINCE
    if organ.level == "city":
        return _OF_CITY
    return _OF_COUNTY if organ.level == "county" else _OF_STATION


def _officers(seed: int, organs: tuple[Organ, ...]) -> tuple[Officer, ...]:
    """People of every organ; user names are `organ.role`, with a number from the second on."""
    stream = Stream(seed, "officers")
    taken = {name for group in _KNOWN.values() for name in group} | {name for name, _, _ in _EXPERTS}
    officers: list[Officer] = []
    for organ in organs:
        seen: dict[str, int] = {}
        for role in _roles_of(organ):
            seen[role] = seen.get(role, 0) + 1
            known = _KNOWN.get((organ.area_code, role), ()) if organ.level in ("province", "city") else ()
            name = known[seen[role] - 1] if len(known) >= seen[role] else _new_name(stream, taken)
            suffix = "" if seen[role] == 1 else str(seen[role])
            number = f"YZ{organ.area_code[:6]}{len(officers) + 1:05d}" if role in _ENFORCING else None
            officers.append(Officer(f"{organ.key}.{role}{suffix}", name, role, organ.key, number))
    return tuple(officers)


def _new_name(stream: Stream, taken: set[str]) -> str:
    name = names.person_name(stream)
    while name in taken:
        name = names.person_name(stream)
    taken.add(name)
    return name


def demo_city(*, seed: int, until: date, reports: int = 20_000) -> DemoCity:
    """The demo city with its plan; nothing is written."""
    plan = make_plan(
        reports=reports,
        seed=seed,
        fraud_share=CHEATS,
        stealth="L1",
        window=window_until(until),
        count=INSTITUTIONS,
    )
    houses = make_masters(plan, plan.institutions, lines_of(plan.institutions)).houses
    organs = _organs()
    stream = Stream(seed, "institution users")
    institutions = tuple(
        DemoInstitution(
            house.uscc, house.name, house.area, tuple(dict.fromkeys(line.field for line in house.plan.lines))
        )
        for house in houses
    )
    users = tuple(
        InstitutionUser(f"institution{number + 1}", names.person_name(stream), institutions[place].institution_id)
        for number, place in enumerate(range(0, len(institutions), len(institutions) // 6))
    )
    experts = tuple(
        Expert(f"expert{number + 1}", name, speciality, fields, "云泽省检验检测专家库")
        for number, (name, speciality, fields) in enumerate(_EXPERTS)
    )
    return DemoCity(
        areas=_areas(),
        organs=organs,
        officers=_officers(seed, organs),
        experts=experts,
        institution_users=users,
        institutions=institutions,
        plan=plan,
    )


def write_demo(city: DemoCity, folder: Path, progress: Callable[[int, int], None] | None = None) -> Written:
    """Write the city's dataset folder by the data contract, with `labels.parquet` beside it."""
    return write_plan(city.plan, folder, progress)
