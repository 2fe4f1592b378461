"""Numbers that organs set for their area – cap, gap, share – over the law's default; the nearest organ's holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from hengjian.apps.accounts.models import Organ
from hengjian.apps.plans.models import Parameter
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import Refused
from hengjian.law.catalogue import threshold

SOURCE_MAX = 200


@dataclass(frozen=True, slots=True)
class Named:
    """A parameter: its label and unit, the threshold and value that give the default, and the range allowed."""

    name: str
    label: str
    unit: str
    threshold_id: str
    value_name: str
    least: int
    most: int


NAMED: dict[str, Named] = {
    one.name: one
    for one in (
        Named("annual_cap", "年度检查上限", "次", "DR-10", "annual_cap", 1, 12),
        Named("min_gap_days", "两次检查最小间隔", "日", "DR-10", "min_gap_days", 0, 365),
        Named("merge_days", "建议合并的间隔", "日", "DR-10", "merge_days", 0, 365),
        Named("draw_percent", "双随机抽查比例", "%", "DR-08", "share_percent", 1, 100),
    )
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter as it holds for an organ on a day; `organ` is who set it, None where it is the law data's default."""

    named: Named
    value: int
    source: str
    organ: Organ | None = None
    valid_from: date | None = None

    @property
    def text(self) -> str:
        """Where the number comes from, in words."""
        return f"{self.organ.short_name}公布：{self.source}" if self.organ else self.source


def settings_of(organ: Organ, *, on: date) -> dict[str, Setting]:
    """All parameters that hold for the organ on a day: its own, else the nearest superior's, else the law's default."""
    found = {name: _default(named, on) for name, named in NAMED.items()}
    ids = [int(part) for part in organ.path.split("/") if part]
    rows = Parameter.objects.filter(organ_id__in=ids, valid_from__lte=on).select_related("organ")
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    for row in sorted(rows, key=lambda one: (len(one.organ.path), one.valid_from)):
        if row.name in NAMED:
            found[row.name] = Setting(NAMED[row.name], row.value, row.source, row.organ, row.valid_from)
    return found


def _default(named: Named, on: date) -> Setting:
    rule = threshold(named.threshold_id, on)
    return Setting(named, int(rule.value(named.value_name)), f"{rule.title}（默认值）")


@transaction.atomic
def set_parameter(
    *, organ: Organ, name: str, value: int, source: str, valid_from: date, actor: Actor, now: datetime, today: date
) -> Parameter:
    """Set a number for the organ's area from a day on; the one before ends the day before. Refused with a sentence."""
    named = NAMED.get(name)
    if named is None:
        raise Refused(f"没有“{name[:24]}”这一参数。", where={"field": "name"})
    if not named.least <= value <= named.most:
        raise Refused(f"{named.label}应当在 {named.least} 至 {named.most} {named.unit}之间。", where={"field": "value"})
    if not source.strip():
        raise Refused("请写明公布这一数值的文件，例如“青桐县司法局公告2026年第3号”。", where={"field": "source"})
    if valid_from < today:
        raise Refused("参数不能追溯生效：起始日期不能早于今天。", where={"field": "valid_from"})
    Organ.objects.select_for_update().get(pk=organ.pk)
    later = Parameter.objects.filter(organ=organ, name=name, valid_from__gte=valid_from).first()
    if later:
        raise Refused(
            f"{later.valid_from:%Y-%m-%d} 起已设定为 {later.value} {named.unit}。", where={"field": "valid_from"}
        )
    before = Parameter.objects.filter(organ=organ, name=name, valid_to__isnull=True).first()
    if before:
        before.valid_to = valid_from - timedelta(days=1)
        before.save(update_fields=["valid_to"])
    row = Parameter(organ=organ, name=name, value=value, source=source.strip(), valid_from=valid_from)
    row.full_clean()
    row.save()
    append_event(
        now=now,
        actor=actor,
        verb="parameter.set",
        thing=row,
        organ_path=organ.path,
        reason=source.strip(),
        before={"value": before.value if before else None},
        after={"name": name, "value": value, "valid_from": valid_from},
    )
    return row
