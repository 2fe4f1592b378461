"""How long a new holiday notice takes to derive a hundred thousand running clocks again, with its history.

    HENGJIAN_HOME=/tmp/bench .venv/bin/python benchmarks/clocks.py [--clocks 100000] [--distinct]

Makes its own database in HENGJIAN_HOME (or in DATABASE_URL), fills it with clocks of eight rules started over the last
two months of 2026, a tenth of them with a pause or an extension, enters the notice of 2027 and prints the seconds of
the pass and how many clocks moved. Also: the engine alone, derivations a second.
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import UTC, date, datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hengjian.project.settings")
RULES = ("PEN-18", "PEN-64", "CMP-15", "CMP-23", "PUB-09", "DR-04", "PEN-55", "LIC-45")
PAUSE = [{"first": "2026-12-10", "last": "2026-12-16", "reason": "检测、检验、检疫、鉴定"}]
NOW = datetime(2026, 12, 31, 2, tzinfo=UTC)


def engine(number: int) -> float:
    from hengjian.engines.deadlines import derive
    from hengjian.law.deadlines import published_calendar, rule_on

    calendar, start = published_calendar(), date(2026, 9, 1)
    begun = time.process_time()
    for n in range(number):
        day = start + timedelta(days=n % 60)
        derive(rule_on(RULES[n % 8], day), start=day, calendar=calendar)
    return number / (time.process_time() - begun)


def own_pause(n: int) -> list[dict[str, str]]:
    """A pause of one to thirty days that hardly any other clock has."""
    first = date(2026, 11, 1) + timedelta(days=n % 61)
    reason = f"检测、检验、检疫、鉴定{n}"
    return [{"first": first.isoformat(), "last": (first + timedelta(days=n % 31)).isoformat(), "reason": reason}]


def fill(number: int, *, distinct: bool) -> None:
    from hengjian.apps.accounts.models import Organ, User
    from hengjian.apps.clocks.calendars import current_calendar
    from hengjian.apps.clocks.deriving import derived, take
    from hengjian.apps.clocks.models import Clock
    from hengjian.law.deadlines import clock_on

    organ = Organ.objects.create(
        name="甲", short_name="甲", level="county", area_code="990121", valid_from="2015-01-01"
    )
    Organ.objects.filter(pk=organ.pk).update(path=f"/{organ.pk}/")
    User.objects.create(username="bench", name="乙")
    calendar, rows = current_calendar(), []
    for n in range(number):
        rule_id, day = RULES[n % 8], date(2026, 11, 1) + timedelta(days=n % 60)
        law = clock_on(rule_id, day)
        clock = Clock(
            rule_id=rule_id, rule_from=law.valid_from, title=law.title, basis=law.title, unit=law.unit, sense="within",
            organ=organ, thing_kind="bench.thing", thing_id=str(n), label=f"事项 {n}", started_on=day,
            registered_at=NOW,
            pauses=own_pause(n) if distinct else PAUSE if n % 20 == 0 else [],
            extensions=[{"days": None, "approver": "丙", "on": "2026-12-01"}] if n % 20 == 1 and law.extensions else [],
        )  # fmt: skip
        if clock.extensions and law.extensions[0].length is None:
            clock.extensions = []
        take(clock, derived(clock, calendar))
        rows.append(clock)
    Clock.objects.bulk_create(rows, batch_size=1000)


def measure(number: int) -> None:
    from hengjian.apps.accounts.models import User
    from hengjian.apps.clocks.models import HolidayNotice
    from hengjian.apps.clocks.rederiving import add_notice, rederive_all
    from hengjian.apps.record.services import SYSTEM

    notice = HolidayNotice(
        year=2027,
        number="试验通知",
        published_on=date(2026, 11, 20),
        holidays=[
            {"name": "元旦", "first": "2027-01-01", "last": "2027-01-03"},
            {"name": "春节", "first": "2027-02-05", "last": "2027-02-12"},
        ],
        makeup_days=["2027-01-30", "2027-02-20"],
    )
    today, user = NOW.date(), User.objects.get()
    for label, act in (
        ("unchanged", lambda: rederive_all(actor=SYSTEM, now=NOW, today=today)),
        ("new notice", lambda: add_notice(notice=notice, user=user, actor=SYSTEM, now=NOW, today=today)),
    ):
        begun, used = time.perf_counter(), time.process_time()
        run = act()
        seconds, work = time.perf_counter() - begun, time.process_time() - used
        counts = f"{run.examined} clocks, {run.moved} moved, {run.settled} settled"
        print(f"{label}: {counts}: {seconds:.2f} s (process {work:.2f} s)")
    print(f"engine alone: {engine(number):,.0f} derivations a second of processor")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clocks", type=int, default=100_000)
    parser.add_argument(
        "--distinct", action="store_true", help="every clock with a pause of its own: nothing is shared"
    )
    args = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from hengjian.apps.clocks.models import Clock

    call_command("migrate", verbosity=0)
    if Clock.objects.exists():
        raise SystemExit("this database has clocks already; give the benchmark an empty HENGJIAN_HOME")
    begun = time.perf_counter()
    fill(args.clocks, distinct=args.distinct)
    print(f"{connection.vendor}: filled in {time.perf_counter() - begun:.1f} s")
    measure(args.clocks)


if __name__ == "__main__":
    main()
