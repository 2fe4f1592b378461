"""Writing institutions: by hand with events, in bulk from accepted ledgers, and the risk that screening gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from hengjian.apps.accounts.models import Organ
from hengjian.apps.record.services import Actor, append_event, changed_fields, plain, snapshot
from hengjian.apps.registry.jurisdiction import refresh_jurisdiction
from hengjian.apps.registry.loading import (
    LEDGER_FIELDS,
    Load,
    LoadCounts,
    derive,
    load_institutions,
    load_parts,
)
from hengjian.apps.registry.models import FormerValue, Institution, Part, RiskReading
from hengjian.apps.registry.tables import PARTS, TABLES
from hengjian.engines.tables.identifiers import check_area, check_cma, check_uscc, clean_code
from hengjian.kernel.errors import Refused

PERSONAL = ("legal_rep", "phone")
RISK_DETAIL = ("prior_db", "contributions", "n_reports", "abstained", "exonerating", "standing")
HAND = "登记员录入"


def require_uscc(code: str, *, demo: bool) -> str:
    """The clean code; raises Refused with every blocking problem in words (GB 32100)."""
    problems = [one.sentence for one in check_uscc(code, demo=demo) if one.blocking]
    if problems:
        raise Refused("；".join(problems), where={"column": "统一社会信用代码", "value": code})
    return clean_code(code)


def require_area(code: str, *, demo: bool) -> str:
    """The clean area code or empty; raises Refused with the problem in words."""
    if not code.strip():
        return ""
    problems = [one.sentence for one in check_area(code, demo=demo) if one.blocking]
    if problems:
        raise Refused("；".join(problems), where={"column": "行政区划代码", "value": code})
    return clean_code(code)


def require_cma(code: str, *, demo: bool) -> str:
    """The clean certificate number; raises Refused with the problem in words."""
    problems = [one.sentence for one in check_cma(code, demo=demo) if one.blocking]
    if problems:
        raise Refused("；".join(problems), where={"column": "证书编号", "value": code})
    return clean_code(code)


def _checked(thing: models.Model) -> None:
    try:
        thing.full_clean(exclude=["organ", "institution", "row_key", "name_key"])
    except ValidationError as error:
        raise Refused("；".join(error.messages)) from error


@transaction.atomic
def create_institution(
    *, actor: Actor, now: datetime, today: date, organ: Organ, uscc: str, values: Mapping[str, Any], demo: bool
) -> Institution:
    """Register an institution by hand; the place where it tests decides the owner, `organ` only where nobody else does.

    Raises Refused for a wrong or already registered code.
    """
    code = require_uscc(uscc, demo=demo)
    taken = Institution.objects.filter(uscc=code).first()
    if taken:
        raise Refused(f"统一社会信用代码 {code} 已经登记：{taken.name}。", where={"column": "统一社会信用代码"})
    institution = Institution(uscc=code, organ=organ, created_at=now, **_institution_values(values, demo=demo))
    derive(institution)
    _checked(institution)
    try:
        with transaction.atomic():
            institution.save()
    except IntegrityError as error:
        raise Refused(f"统一社会信用代码 {code} 刚刚由他人登记，请刷新后查看。") from error
    refresh_jurisdiction([institution.pk], on=today)
    institution.refresh_from_db()
    append_event(
        now=now,
        actor=actor,
        verb="institution.create",
        thing=institution,
        organ_path=institution.organ.path,
        after=snapshot(institution, without=("risk_detail", *PERSONAL)),
    )
    return institution


def _institution_values(values: Mapping[str, Any], *, demo: bool) -> dict[str, Any]:
    kept = {name: values[name] for name in LEDGER_FIELDS if name in values}
    if "area_code" in kept:
        kept["area_code"] = require_area(kept["area_code"], demo=demo)
    return kept


@transaction.atomic
def update_institution(
    *,
    actor: Actor,
    now: datetime,
    today: date,
    institution_id: int,
    values: Mapping[str, Any],
    changed_on: date,
    reason: str,
    demo: bool,
) -> Institution:
    """Change what is registered; the old values stay, in force until the day before `changed_on`."""
    institution = Institution.objects.select_for_update(of=("self",)).select_related("organ").get(pk=institution_id)
    _require_change(changed_on, reason, today)
    before = snapshot(institution)
    old = _set(institution, _institution_values(values, demo=demo))
    if not old:
        raise Refused("没有任何一项与原来不同，未作变更。")
    derive(institution)
    _checked(institution)
    institution.save()
    _keep(institution, institution, old, changed_on=changed_on, now=now)
    if {"area_code"} & old.keys():
        refresh_jurisdiction([institution.pk], on=today)
        institution.refresh_from_db()
    _event(actor, now, "institution.change", institution, before, reason)
    return institution


def _require_change(changed_on: date, reason: str, today: date) -> None:
    if not reason.strip():
        raise Refused("请写明变更的依据或原因。", where={"column": "变更依据"})
    if changed_on > today:
        raise Refused("变更日期不能在今天之后。", where={"column": "变更日期"})


def _set(thing: models.Model, values: Mapping[str, Any]) -> dict[str, Any]:
    old = {name: getattr(thing, name) for name, value in values.items() if getattr(thing, name) != value}
    for name in old:
        setattr(thing, name, values[name])
    return old


def _keep(thing: Any, institution: Institution, old: Mapping[str, Any], *, changed_on: date, now: datetime) -> None:
    FormerValue.objects.bulk_create(
        FormerValue(
            institution=institution,
            thing_kind=thing._meta.model_name,
            thing_id=thing.pk,
            field=name,
            value=plain(value),
            valid_to=changed_on - timedelta(days=1),
            recorded_at=now,
            source=HAND,
        )
        for name, value in old.items()
    )


def _event(actor: Actor, now: datetime, verb: str, thing: Any, before: dict[str, Any], reason: str) -> None:
    old, new = changed_fields(before, snapshot(thing))
    for side in (old, new):
        for name in set(PERSONAL) & side.keys():
            side[name] = "（已变更，见监管对象的历史值）"
    append_event(
        now=now, actor=actor, verb=verb, thing=thing, organ_path=thing.organ_path, reason=reason, before=old, after=new
    )


@transaction.atomic
def create_part(
    *,
    actor: Actor,
    now: datetime,
    today: date,
    table: str,
    institution_id: int,
    values: Mapping[str, Any],
    demo: bool,
) -> Part:
    """Add a site, certificate, person, instrument … by hand; raises Refused when it is registered already."""
    spec = PARTS[table]
    institution = Institution.objects.select_for_update(of=("self",)).select_related("organ").get(pk=institution_id)
    kept = _part_values(table, values, demo=demo)
    part = spec.model(institution=institution, row_key=spec.row_key(institution.pk, kept), **kept)
    if spec.model.objects.filter(row_key=part.row_key).exists():
        raise Refused(f"这条“{spec.label}”已经登记过，请打开原来的一条变更。")
    _checked(part)
    part.save()
    if table == "sites":
        refresh_jurisdiction([institution.pk], on=today)
    append_event(
        now=now,
        actor=actor,
        verb=f"{table}.create",
        thing=part,
        organ_path=institution.organ.path,
        after=snapshot(part, without=("row_key", "name")),
    )
    return part


def _part_values(table: str, values: Mapping[str, Any], *, demo: bool) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if name in PARTS[table].fields}
    if table == "certificates" and kept.get("certificate_no"):
        kept["certificate_no"] = require_cma(kept["certificate_no"], demo=demo)
    if table == "sites" and "area_code" in kept:
        kept["area_code"] = require_area(kept["area_code"], demo=demo)
    return kept


@transaction.atomic
def update_part(
    *,
    actor: Actor,
    now: datetime,
    today: date,
    table: str,
    part_id: int,
    values: Mapping[str, Any],
    changed_on: date,
    reason: str,
    demo: bool,
) -> Part:
    """Change a site, certificate, person, instrument …; the old values stay with their last day."""
    spec = PARTS[table]
    rows = spec.model.objects.select_for_update(of=("self",)).select_related("institution__organ")
    part = rows.get(pk=part_id)
    _require_change(changed_on, reason, today)
    before = snapshot(part, without=("row_key", "name"))
    old = _set(part, _part_values(table, values, demo=demo))
    if not old:
        raise Refused("没有任何一项与原来不同，未作变更。")
    part.row_key = spec.row_key(part.institution_id, {name: getattr(part, name) for name in spec.key})
    if spec.model.objects.filter(row_key=part.row_key).exclude(pk=part.pk).exists():
        raise Refused(f"改成这样就与另一条“{spec.label}”重复了。")
    _checked(part)
    part.save()
    _keep(part, part.institution, old, changed_on=changed_on, now=now)
    if table == "sites":
        refresh_jurisdiction([part.institution_id], on=today)
    after = snapshot(part, without=("row_key", "name"))
    old_side, new_side = changed_fields(before, after)
    append_event(
        now=now,
        actor=actor,
        verb=f"{table}.change",
        thing=part,
        organ_path=part.organ_path,
        reason=reason,
        before=old_side,
        after=new_side,
    )
    return part


@transaction.atomic
def load_registry_table(
    *, table: str, rows: Iterable[Mapping[str, Any]], actor: Actor, now: datetime, organ: Organ, source: str
) -> LoadCounts:
    """Take accepted rows of one contract table over into the registry: found again by key, one event for the load.

    `source` names submission and SHA-256. Institutions that no bureau's area claims belong to `organ`. Doing it twice
    changes nothing. Rows whose institution is not registered are counted, not guessed.
    """
    if table not in TABLES:
        raise Refused(f"“{table}”不是登记用的数据表。")
    today = timezone.localdate(now)
    load = Load(now=now, today=today, source=source, organ=organ)
    if table == "institutions":
        seen: list[str] = []
        counts = load_institutions(_noting(rows, seen), load=load)
        touched = set(Institution.objects.filter(jurisdictions=None).values_list("pk", flat=True))
        if counts.changed:
            touched |= _by_codes(seen)
    else:
        counts, touched = load_parts(table, rows, load=load)
    if table in ("institutions", "sites"):
        refresh_jurisdiction(sorted(touched), on=today)
    append_event(
        now=now,
        actor=actor,
        verb="registry.load",
        thing=organ,
        organ_path=organ.path,
        after={"table": table, "source": source, **counts.as_dict()},
    )
    return counts


def _noting(rows: Iterable[Mapping[str, Any]], seen: list[str]) -> Iterable[Mapping[str, Any]]:
    for row in rows:
        seen.append(str(row["institution_id"]).strip())
        yield row


def _by_codes(codes: list[str]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(codes), 500):
        rows = Institution.objects.filter(uscc__in=codes[start : start + 500])
        found |= set(rows.values_list("pk", flat=True))
    return found


@transaction.atomic
def set_risk(*, run: str, values: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """Keep what a screening run said of each institution; answers with how many were set.

    A value is a row of `institutions.parquet`: institution_id, risk, band and, where given, prior_db, contributions,
    n_reports, abstained, exonerating, standing. Setting the same run twice changes nothing more. The run records the
    event.
    """
    rows = {str(row["institution_id"]): row for row in values}
    codes, done = list(rows), 0
    for start in range(0, len(codes), 500):
        known = Institution.objects.select_for_update().filter(uscc__in=codes[start : start + 500])
        institutions = list(known.order_by("pk"))
        readings = [_reading(one, rows[one.uscc], run, now) for one in institutions]
        RiskReading.objects.bulk_create(readings, batch_size=500, ignore_conflicts=True)
        for one, reading in zip(institutions, readings, strict=True):
            one.risk, one.risk_band, one.risk_run, one.risk_at = reading.risk, reading.band, run, now
            one.risk_detail = reading.detail
        fields = ["risk", "risk_band", "risk_run", "risk_at", "risk_detail"]
        Institution.objects.bulk_update(institutions, fields, batch_size=200)
        done += len(institutions)
    return done


def _reading(one: Institution, row: Mapping[str, Any], run: str, now: datetime) -> RiskReading:
    detail = {name: row[name] for name in RISK_DETAIL if row.get(name) is not None}
    return RiskReading(institution=one, run=run, at=now, risk=float(row["risk"]), band=str(row["band"]), detail=detail)


@transaction.atomic
def record_export(*, actor: Actor, now: datetime, organ: Organ, what: str, rows: int, query: str) -> None:
    """Note who took which list out of the system."""
    append_event(
        now=now,
        actor=actor,
        verb="institution.export",
        thing=organ,
        organ_path=organ.path,
        after={"what": what, "rows": rows, "query": query[:500]},
    )
