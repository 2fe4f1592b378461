"""Everything an institution has before it tests: people, sites, certificates, authorisations, scope, clients."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from hengjian.citylab import codes, names
from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.plan import Institution, Line, Plan
from hengjian.citylab.workdays import DAY, Window

Array = np.ndarray[Any, Any]
Row = dict[str, Any]

SEA = (124.30, 29.10)
"""The city lies on open sea, so that no point of it is anybody's address."""


@dataclass
class House:
    """What later steps need to know of one institution."""

    plan: Institution
    uscc: str
    name: str
    short: str
    area: str
    certificates: list[tuple[str, int, int]]
    sites: list[str]
    people: list[str]
    testers: dict[int, list[int]]
    reviewers: list[int]
    signatories: dict[int, list[int]]
    samplers: dict[int, list[int]]
    deputies: dict[int, tuple[int, int]] = field(default_factory=dict)
    trainee: int = -1
    gone: int = -1
    left_on: int = 0
    clients: int = 0


@dataclass
class Masters:
    """Rows of the register tables of one shard, and the lookups of its people."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    houses: list[House] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    person_names: list[str] = field(default_factory=list)


def day_number(window: Window, day: date) -> int:
    """Days from the window's first day."""
    return (day - window.first).days


def at_time(window: Window, seconds: int) -> np.datetime64:
    """A moment of the window as the tables hold it."""
    return np.datetime64(window.first.isoformat(), "us") + np.timedelta64(int(seconds), "s")


class Maker:
    """Makes the register rows of one institution after another."""

    def __init__(self, plan: Plan, masters: Masters) -> None:
        self.plan, self.window, self.masters = plan, plan.window, masters
        self.rows = masters.rows

    def make(self, institution: Institution, lines: list[tuple[int, Line]]) -> None:
        """Add one institution with everything it has."""
        stream = Stream(self.plan.seed, "masters", institution.number)
        counties = list(codes.COUNTIES)
        area = counties[stream.weighted(1, np.array([30, 24, 20, 14, 12.0]))[0]]
        outside = stream.share() < 0.05
        place = "澄川市" if stream.share() < 0.45 else codes.COUNTIES[area]
        stem = names.brand(institution.number)
        house = House(
            plan=institution,
            uscc=codes.make_uscc(stream, area, public=institution.public),
            name=names.institution_name(place, stem, institution.field, public=institution.public),
            short=stem,
            area=area,
            certificates=[],
            sites=[],
            people=[],
            testers={},
            reviewers=[],
            signatories={},
            samplers={},
        )
        self.masters.houses.append(house)
        self._staff(stream, house, lines)
        self._institution(stream, house, outside=outside)
        self._sites(stream, house, lines)
        self._certificates(stream, house)
        self._signatories(stream, house)
        self._scope(stream, house, lines)
        self._clients(stream, house, lines)
        self._absences(stream, house)

    def _institution(self, stream: Stream, house: House, *, outside: bool) -> None:
        year = self.window.first.year - 3 - stream.one(16)
        self.rows["institutions"].append(
            {
                "institution_id": house.uscc,
                "name": house.name,
                "kind": "state" if house.plan.public else "enterprise" if stream.share() < 0.05 else "third_party",
                "fields": "|".join(dict.fromkeys(line.field for line in house.plan.lines)),
                "area_code": house.area,
                "home_province": codes.OUTSIDE if outside else codes.PROVINCE,
                "address": names.address(stream, codes.COUNTIES[house.area]),
                "legal_rep": names.person_name(stream),
                "phone": f"0000-{stream.one(9_000_000) + 1_000_000}",
                "registered_on": date(year, 1 + stream.one(12), 1 + stream.one(28)),
                "status": "active",
            }
        )

    def person(self, stream: Stream, house: House, role: str, qualification: str) -> int:
        """Add a person; returns the number in the shard."""
        number = len(house.people)
        person_id = f"P{house.plan.number:04d}{number:03d}"
        joined = self.window.first - timedelta(days=200 + stream.one(3500))
        qualified = self.window.first - timedelta(days=150 + stream.one(500))
        name = names.person_name(stream)
        self.rows["people"].append(
            {
                "person_id": person_id,
                "institution_id": house.uscc,
                "name": name,
                "role": role,
                "qualification": qualification,
                "qualification_no": f"YZ{house.plan.number:04d}-{number:03d}",
                "qualified_from": qualified,
                "qualified_to": qualified + timedelta(days=1825),
                "employed_from": joined,
                "employed_to": None,
                "person_key": f"{Stream(self.plan.seed, 'person', person_id).words(1)[0]:016x}",
            }
        )
        house.people.append(person_id)
        self.masters.people.append(person_id)
        self.masters.person_names.append(name)
        return len(self.masters.people) - 1

    def _staff(self, stream: Stream, house: House, lines: list[tuple[int, Line]]) -> None:
        for _ in range(1 + (house.plan.reports > 400)):
            house.reviewers.append(self.person(stream, house, "审核人", "工程师"))
        for number, line in lines:
            kind = {"vehicle": "引车员与检验员证", "special_equipment": "特种设备检验员证"}.get(line.field, "检验员证")
            house.testers[number] = [
                self.person(stream, house, "检验员", kind) for _ in range(line.benches + 1 + line.benches // 4)
            ]
            house.signatories[number] = [self.person(stream, house, "授权签字人", "高级工程师") for _ in range(2)]
            if stream.share() < 0.35:
                house.deputies[number] = (self.person(stream, house, "技术负责人", "高级工程师"), 3 + stream.one(44))
            house.samplers[number] = [self.person(stream, house, "采样员", "采样上岗证") for _ in range(line.samplers)]
        house.trainee = self.person(stream, house, "业务员", "无")
        gone = house.gone = self.person(stream, house, "检验员", "检验员证")
        house.left_on = stream.one(300)
        left = self.window.first + timedelta(days=house.left_on)
        self.rows["people"][-1]["employed_to"] = left
        self.rows["declarations"].append(self._change(house, "staff", self.masters.people[gone], left, stream.one(28)))

    @staticmethod
    def _change(house: House, kind: str, subject: str, changed: date, lag: int) -> Row:
        return {
            "institution_id": house.uscc,
            "kind": kind,
            "subject_id": subject,
            "changed_on": changed,
            "declared_on": changed + timedelta(days=lag),
        }

    def _sites(self, stream: Stream, house: House, lines: list[tuple[int, Line]]) -> None:
        lanes = sum(line.benches for _, line in lines if line.field == "vehicle")
        for number in range(1 + (stream.share() < 0.1)):
            site = f"S{house.plan.number:04d}-{number + 1}"
            house.sites.append(site)
            lon, lat = SEA[0] + 0.2 * (stream.share() - 0.5), SEA[1] + 0.2 * (stream.share() - 0.5)
            self.rows["sites"].append(
                {
                    "site_id": site,
                    "institution_id": house.uscc,
                    "address": names.address(stream, codes.COUNTIES[house.area]),
                    "area_code": house.area,
                    "lon": round(lon, 6),
                    "lat": round(lat, 6),
                    "open_hours": 10.0 if lanes else 9.0,
                    "lanes": lanes if lanes and not number else None,
                }
            )

    def _certificate(
        self, house: House, number: str, start: date, end: date, applied: date | None, *, promise: bool
    ) -> None:
        self.rows["certificates"].append(
            {
                "certificate_no": number,
                "institution_id": house.uscc,
                "issuer": "云泽省市场监督管理局",
                "by_commitment": promise,
                "valid_from": start,
                "valid_to": end,
                "status": "valid",
                "status_from": start,
                "renewal_applied_on": applied,
            }
        )
        self.rows["certificate_status"].append(
            {"certificate_no": number, "status": "valid", "from_on": start, "to_on": end}
        )
        house.certificates.append((number, day_number(self.window, start), day_number(self.window, end)))

    def _certificates(self, stream: Stream, house: House) -> None:
        """One certificate of six years; one institution in eight renews inside the window.

        All apply in time; an eighth of these get the new certificate some days after the old one has run out.
        """
        roll, promise = stream.share(), stream.share() < 0.15
        cheat = house.plan.fraud("expired")
        if cheat and cheat.stealth == "L2":
            cheat, roll = None, 1.0
        renewed = cheat is not None or roll < 0.125
        inside = 60 + stream.one(self.window.days - 120)
        if cheat:
            late = max(0.06, min(0.5, cheat.share * 2)) if cheat.stealth == "L1" else 0.035
            inside = int(self.window.days * (1 - late))
        until = self.window.first + timedelta(days=inside if renewed else self.window.days + 40 + stream.one(1600))
        start = _six_years_before(until + timedelta(days=1))
        field_code = house.plan.field
        self._certificate(
            house, codes.make_cma(start.year, field_code, house.plan.number + 1), start, until, None, promise=promise
        )
        if not renewed or cheat:
            return
        self.rows["certificates"][-1]["renewal_applied_on"] = until - timedelta(days=95 + stream.one(60))
        pending = 5 + stream.one(20) if stream.share() < 0.12 else 0
        again = until + timedelta(days=1 + pending)
        number = codes.make_cma(again.year, field_code, house.plan.number + 1)
        self._certificate(house, number, again, _six_years_before(again, -6) - timedelta(days=1), None, promise=promise)

    def _signatories(self, stream: Stream, house: House) -> None:
        """The two chief signatories of each line, and deputies authorised for a single week."""
        for number, line in zip(house.signatories, house.plan.lines, strict=True):
            since = self.window.first - timedelta(days=120 + stream.one(900))
            for place, (certificate, start, end) in enumerate(house.certificates):
                after = house.certificates[place + 1][1] - 1 if place + 1 < len(house.certificates) else end
                first, last = self.window.at(start), self.window.at(after)
                for person in house.signatories[number]:
                    self._authorise(person, certificate, line.field, first if start > 0 else max(first, since), last)
            if number in house.deputies:
                person, week = house.deputies[number]
                monday = self.window.at(week * 7 - self.window.monday_shift)
                for certificate, _, _ in house.certificates:
                    self._authorise(person, certificate, line.field, monday, monday + timedelta(days=6))

    def _authorise(self, person: int, certificate: str, field_code: str, first: date, last: date) -> None:
        self.rows["signatories"].append(
            {
                "person_id": self.masters.people[person],
                "certificate_no": certificate,
                "field": field_code,
                "valid_from": first,
                "valid_to": last,
            }
        )

    def _scope(self, stream: Stream, house: House, lines: list[tuple[int, Line]]) -> None:
        cat = catalogue()
        for certificate, start, _ in house.certificates:
            granted = self.window.at(start)
            for _, line in lines:
                for product in line.products:
                    row = cat.products[product]
                    for i in cat.items_of(product):
                        self.rows["scope"].append(
                            {
                                "certificate_no": certificate,
                                "site_id": house.sites[0],
                                "field": line.field,
                                "object": row["object"],
                                "item_code": cat.items[i]["item"],
                                "item_name": cat.items[i]["name"],
                                "standard_no": row["standard_no"],
                                "method_no": cat.items[i]["method_no"],
                                "unit": cat.items[i]["unit"],
                                "restriction": None,
                                "approved_on": granted,
                                "removed_on": None,
                            }
                        )
        if stream.share() < 0.3:
            granted = max(self.window.at(house.certificates[0][1]), self.window.first - timedelta(days=stream.one(400)))
            self.rows["declarations"].append(
                self._change(house, "scope", house.certificates[0][0], granted, stream.one(61))
            )

    def _clients(self, stream: Stream, house: House, lines: list[tuple[int, Line]]) -> None:
        """Clients are numbered by line and position, as the reports refer to them."""
        for number, line in lines:
            count = max(3, line.reports // 9)
            lon, lat = stream.uniform(count, -0.11, 0.11), stream.uniform(count, -0.11, 0.11)
            county = codes.COUNTIES[house.area]
            for k in range(count):
                self.rows["clients"].append(
                    {
                        "client_id": f"C{number - lines[0][0]}{house.plan.number:04d}{k:04d}",
                        "name": names.client_name(stream, county),
                        "sector": names.SECTORS[(k * 5 + number) % len(names.SECTORS)],
                        "lon": round(SEA[0] + float(lon[k]), 6),
                        "lat": round(SEA[1] + float(lat[k]), 6),
                    }
                )

    def _absences(self, stream: Stream, house: House) -> None:
        """Signatories go on leave in weeks in which the other one signs; the trainee travels."""
        for pair in house.signatories.values():
            for place, person in enumerate(pair):
                week = 4 + 2 * stream.one(20) + (1 - place)
                self._absence(house, person, ("leave", "training")[stream.one(2)], week)
        self._absence(house, house.trainee, "travel", stream.one(50))

    def _absence(self, house: House, person: int, kind: str, week: int) -> None:
        monday = (week * 7 - self.window.monday_shift) * DAY
        self.rows["absences"].append(
            {
                "person_id": self.masters.people[person],
                "institution_id": house.uscc,
                "kind": kind,
                "from_at": at_time(self.window, monday + 8 * 3600),
                "to_at": at_time(self.window, monday + 4 * DAY + 18 * 3600),
            }
        )


def _six_years_before(day: date, years: int = 6) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def make_masters(plan: Plan, institutions: list[Institution], lines: list[Line]) -> Masters:
    """Register rows of a shard."""
    masters = Masters()
    maker = Maker(plan, masters)
    at = 0
    for institution in institutions:
        own = [(at + i, line) for i, line in enumerate(institution.lines)]
        maker.make(institution, own)
        at += len(own)
    for row in masters.rows["certificates"]:
        row["status_from"] = row["valid_from"]
    return masters


def rota(lines: list[Line], masters: Masters, weeks: int) -> tuple[Array, Array]:
    """Who works at each bench in each week (bench × week), who signs for each line in each week (line × week)."""
    benches = sum(line.benches for line in lines)
    testers = np.zeros((benches, weeks), dtype=np.int64)
    signing = np.zeros((len(lines), weeks), dtype=np.int64)
    week = np.arange(weeks)
    number = 0
    for house in masters.houses:
        for _ in house.plan.lines:
            line = lines[number]
            team = np.array(house.testers[number])
            for bench in range(line.benches):
                testers[line.first_bench + bench] = team[(bench + week) % len(team)]
            signing[number] = np.array(house.signatories[number])[week % 2]
            if number in house.deputies:
                person, deputised = house.deputies[number]
                signing[number, deputised] = person
            number += 1
    return testers, signing
