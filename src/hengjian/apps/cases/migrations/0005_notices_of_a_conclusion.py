"""A notice belongs to one conclusion of the investigation and keeps the ban it told of."""

from __future__ import annotations

import re

from django.db import migrations, models

BAN = re.compile(r"(?:(\d+)年)?(?:(\d+)个月)?内禁止从事检验检测活动")


def fill(apps, schema_editor):
    """What the timeline and the words of the notices already tell."""
    case_model, step = apps.get_model("cases", "Case"), apps.get_model("cases", "Step")
    for case in case_model.objects.filter(concluded_on__isnull=False):
        days = list(step.objects.filter(case=case, action="conclude").order_by("at").values_list("on", flat=True))
        days = days or [case.concluded_on]
        case_model.objects.filter(pk=case.pk).update(conclusions=len(days))
        for notice in case.notices.all():
            notice.conclusion = sum(day <= notice.issued_on for day in days)
            found = BAN.search(notice.proposed)
            if "limit" in notice.measures and found:
                notice.ban_months = int(found[1] or 0) * 12 + int(found[2] or 0) or None
            notice.ban_for_life = "limit" in notice.measures and "终身禁止" in notice.proposed
            notice.save(update_fields=["conclusion", "ban_months", "ban_for_life"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_circumstances")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="conclusions",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="调查终结次数"),
        ),
        migrations.AddField(
            model_name="notice",
            name="ban_months",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="拟限制从业（月）"),
        ),
        migrations.AddField(
            model_name="notice",
            name="ban_for_life",
            field=models.BooleanField(default=False, verbose_name="拟终身禁业"),
        ),
        migrations.AddField(
            model_name="notice",
            name="conclusion",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="第几次调查终结之后"),
        ),
        migrations.AddField(
            model_name="statement",
            name="given_up_on",
            field=models.DateField(blank=True, null=True, verbose_name="放弃听证日期"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
