"""Fills a fresh installation for the phone's tests: a county, two officers, a chief, a task. Prints them as JSON.

Run as `python -m tests.browser.phone_world` with HENGJIAN_HOME set.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta

from hengjian.project.setup import start_django


def fill() -> dict[str, object]:
    """The names that the tests need."""
    from django.utils import timezone

    from hengjian.apps.registry.models import Calibration, Certificate, Instrument, Person, Signatory
    from tests.apps.factories import PASSWORD, make_institution
    from tests.apps.inspections.samples import make_world

    today, now = timezone.localdate(), timezone.now()
    world = make_world()
    lab = world.lab
    lab.name, lab.address, lab.legal_rep = "远衡机动车检测有限公司", "青石县环城路 18 号", "毕清和"
    lab.save()
    Certificate.objects.create(
        institution=lab, certificate_no="269901340001", valid_from=date(2023, 1, 1), valid_to=date(2028, 12, 31),
        row_key="c1",
    )  # fmt: skip
    Person.objects.create(institution=lab, person_id="P1", name="毕清和", role="技术负责人", row_key="p1")
    Signatory.objects.create(
        institution=lab, person_id="P1", certificate_no="269901340001", field="vehicle", row_key="s1"
    )
    Instrument.objects.create(
        institution=lab, instrument_id="I1", name="2 号线尾气分析仪", model="FGA-4100", serial_no="20418", row_key="i1"
    )
    for place, (start, end) in enumerate(((400, 260), (220, -140))):
        Calibration.objects.create(
            institution=lab, instrument_id="I1", calibrated_on=today - timedelta(days=start),
            valid_to=today - timedelta(days=end), row_key=f"k{place}",
        )  # fmt: skip
    labs = [lab, *(make_institution(world.county, name=f"青石县试验检测{place}有限公司") for place in "甲乙丙丁戊")]
    groups = ("CK-A", "CK-D", "CK-G")
    tasks = [world.task(lab=one, planned_on=today, on=today, now=now, groups=groups) for one in labs]
    return {
        "tasks": [task.number for task in tasks],
        "lab": lab.name,
        "uscc": lab.uscc,
        "lead": world.lead.username,
        "member": world.member.username,
        "chief": world.chief.username,
        "password": PASSWORD,
    }


if __name__ == "__main__":
    start_django()
    json.dump(fill(), sys.stdout, ensure_ascii=False)
