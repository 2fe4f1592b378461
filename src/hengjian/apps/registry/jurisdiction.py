"""Which organ an institution belongs to and which organs see it: where testing is really done decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q

from hengjian.apps.accounts.models import Level, Organ
from hengjian.apps.accounts.selectors import JURISDICTION
from hengjian.apps.registry.models import Institution, Jurisdiction, Site

CHUNK = 500


class OrganMap:
    """The organs in force on a day by area code: finds the competent bureau without asking the database each time."""

    def __init__(self, *, on: date) -> None:
        rows = Organ.objects.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
        self._bureaus: dict[str, Organ] = {}
        self._below: dict[int, list[Organ]] = defaultdict(list)
        for organ in rows:
            if organ.level in JURISDICTION:
                self._bureaus.setdefault(organ.area_code, organ)
            elif organ.level in (Level.STATION, Level.TEAM) and organ.parent_id:
                self._below[organ.parent_id].append(organ)

    def bureau(self, area_code: str) -> Organ | None:
        """The lowest bureau competent for an area: county, else city, else province."""
        code = area_code[:6]
        if len(code) < 6:
            return None
        wanted = (code, code[:4] + "00", code[:2] + "0000")
        return next((self._bureaus[area] for area in wanted if area in self._bureaus), None)

    def organs(self, area_code: str) -> list[Organ]:
        """The competent bureau and those of its stations and teams whose own area holds the place."""
        bureau = self.bureau(area_code)
        if bureau is None:
            return []
        return [bureau, *(one for one in self._below[bureau.pk] if area_code.startswith(one.area_code))]


def owner_for(organs: OrganMap, *, area_code: str, sites: Iterable[str], fallback: Organ) -> Organ:
    """The bureau of the site in the institution's own area, else of the first site, else of the institution's area."""
    of_sites = [bureau for bureau in (organs.bureau(area) for area in sites) if bureau]
    own = organs.bureau(area_code)
    if own and (not of_sites or own in of_sites):
        return own
    return of_sites[0] if of_sites else fallback


def refresh_jurisdiction(institution_ids: Collection[int], *, on: date) -> None:
    """Work out owner and seeing organs again after sites or areas have changed; the present owner is the fallback."""
    organs = OrganMap(on=on)
    ids = list(institution_ids)
    for start in range(0, len(ids), CHUNK):
        _refresh(ids[start : start + CHUNK], organs)


def _refresh(ids: list[int], organs: OrganMap) -> None:
    areas: dict[int, list[str]] = defaultdict(list)
    for owner, area in Site.objects.filter(institution_id__in=ids).values_list("institution_id", "area_code"):
        if area:
            areas[owner].append(area)
    moved, wanted = [], set()
    for one in Institution.objects.filter(pk__in=ids).select_related("organ"):
        owner = owner_for(organs, area_code=one.area_code, sites=areas[one.pk], fallback=one.organ)
        if owner.pk != one.organ_id:
            one.organ = owner
            moved.append(one)
        places = areas[one.pk] or [one.area_code]
        seeing = {owner.pk, *(organ.pk for area in places for organ in organs.organs(area))}
        wanted |= {(one.pk, organ) for organ in seeing}
    Institution.objects.bulk_update(moved, ["organ"], batch_size=CHUNK)
    rows = Jurisdiction.objects.filter(institution_id__in=ids)
    present = {(row.institution_id, row.organ_id): row.pk for row in rows}
    Jurisdiction.objects.filter(pk__in=[pk for key, pk in present.items() if key not in wanted]).delete()
    new = [Jurisdiction(institution_id=one, organ_id=organ) for one, organ in sorted(wanted - present.keys())]
    Jurisdiction.objects.bulk_create(new, batch_size=CHUNK, ignore_conflicts=True)
