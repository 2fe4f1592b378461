"""The demonstration: a fictional city with organs, people, a year of reports, one finished screening and its alerts.

Everything goes through the product's own services, so that the event chain of the demonstration is a real one.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hengjian.kernel.errors import Refused
from hengjian.project import installation

PASSWORD = "Hengjian-2026"  # noqa: S105 – printed at every start of a demonstration, worthless elsewhere
SEED = 2026
UNTIL = date(2026, 10, 31)
LOADING = "demo.loading"

ACCOUNTS = (
    ("fenxi", "县局分析员：导入、筛查、研判"),
    ("kezhang", "县局科长：复核排除、收下数据"),
    ("shiju", "市局分析员：看全市"),
    ("jiandu", "市局执法监督：只读，看事件链"),
    ("guanli", "系统管理员：机关与人员"),
    ("jigou", "机构用户：只看自己的机构"),
)

Say = Callable[[str], None]


def account_lines() -> list[str]:
    """What the start prints about signing in; nothing for an installation that is no demonstration."""
    if not installation.load().demo:
        from hengjian.apps.accounts.models import User

        return [] if User.objects.exists() else ["还没有用户。先建系统管理员：.venv/bin/hengjian account --help"]
    lines = [f"演示账号（口令都是 {PASSWORD}）："]
    return lines + [f"  {name:<8} {what}" for name, what in ACCOUNTS]


def ensure(*, reports: int, say: Say) -> None:
    """Build the demonstration once; a build that was cut off is thrown away and begun again."""
    from hengjian.apps.accounts.models import Organ

    marker = installation.home() / LOADING
    if not installation.load().demo or (Organ.objects.exists() and not marker.exists()):
        return
    if marker.exists() and Organ.objects.exists():
        raise Refused("上次演示数据没有装完。请运行 ./start --reset-demo 重建。")
    marker.touch()
    _build(reports, say)
    marker.unlink()


def reset() -> None:
    """Throw the demonstration's database, lake and runs away; refuses on an installation with real data."""
    home = installation.home()
    if (home / "installation.json").exists() and not installation.load().demo:
        raise Refused("这不是演示安装，不能清空。")
    _drop_database()
    for name in ("lake", "runs", "uploads", "demo"):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / LOADING).unlink(missing_ok=True)
    installation.mark_demo()


def _drop_database() -> None:
    from hengjian.project.setup import start_django

    start_django()
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{connection.settings_dict['NAME']}{suffix}").unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _build(reports: int, say: Say) -> None:
    from django.utils import timezone

    from hengjian.citylab.city import demo_city, write_demo

    now = timezone.now()
    folder = installation.home() / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    write_demo(folder, reports=reports, seed=SEED, until=UNTIL)
    say(f"生成演示数据：{reports} 份报告")
    city = demo_city()
    people = _people(city, now)
    _institution_user(folder, people["fenxi"], now)
    say(f"演示机关与人员：{len(city.organs)} 个机关，{len(people)} 人")
    _hand_in(folder, people["shiju"], now)
    say("导入演示数据")
    _screen(people, now)
    say("完成一次筛查并生成预警")


def _people(city: Any, now: datetime) -> dict[str, Any]:
    from hengjian.apps.accounts import services
    from hengjian.apps.record.services import SYSTEM

    organs: dict[str, Any] = {}
    for spec in city.organs:
        organs[spec.key] = services.create_organ(
            actor=SYSTEM,
            now=now,
            name=spec.name,
            short_name=spec.short_name,
            level=spec.level,
            area_code=spec.area_code,
            parent=organs.get(spec.parent),
            valid_from=spec.valid_from,
        )
    people: dict[str, Any] = {}
    for one in city.officers:
        organ = organs[one.organ]
        if one.username not in people:
            people[one.username] = services.create_user(
                actor=SYSTEM,
                now=now,
                username=one.username,
                name=one.name,
                password=PASSWORD,
                organ_path=organ.path,
                check_password=False,
            )
        services.create_posting(
            actor=SYSTEM,
            now=now,
            user=people[one.username],
            organ=organ,
            role=one.role,
            title=one.title,
            enforcement_no=one.enforcement_no,
            enforcement_valid_to=one.enforcement_valid_to,
            fields=one.fields,
            valid_from=one.valid_from,
        )
    return people


def _institution_user(folder: Path, neighbour: Any, now: datetime) -> None:
    """One person of a demonstration institution in the analyst's county, who sees that institution alone."""
    import pyarrow.dataset as ds

    from hengjian.apps.accounts import services
    from hengjian.apps.record.services import SYSTEM

    organ = neighbour.postings.select_related("organ").get().organ
    table = ds.dataset(folder / "institutions.parquet").to_table(
        columns=["institution_id"], filter=ds.field("area_code") == organ.area_code
    )
    user = services.create_user(
        actor=SYSTEM,
        now=now,
        username="jigou",
        name="机构联系人",
        password=PASSWORD,
        organ_path=organ.path,
        check_password=False,
    )
    services.create_posting(
        actor=SYSTEM,
        now=now,
        user=user,
        organ=organ,
        role="institution_user",
        institution_id=min(table["institution_id"].to_pylist()),
        valid_from=UNTIL,
    )


def _hand_in(folder: Path, user: Any, now: datetime) -> None:
    from django.utils import timezone

    from hengjian.apps.accounts.rights import postings_on
    from hengjian.apps.intake import services, tasks

    today = timezone.localdate(now)
    package = folder.parent / "澄川市检验检测数据（2025年11月至2026年10月）.zip"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as bundle:
        for path in sorted(folder.glob("*.parquet")):
            if path.stem != "labels":
                bundle.write(path, path.name)
    organ = postings_on(user, today)[0].organ
    with package.open("rb") as stream:
        submission, _ = services.receive_file(
            chunks=iter(lambda: stream.read(1 << 20), b""),
            file_name=package.name,
            sender="澄川市检验检测数据归集",
            organ=organ,
            user=user,
            now=now,
            today=today,
        )
    package.unlink()
    tasks.read_now(submission.pk)
    submission.refresh_from_db()
    services.request_acceptance(pk=submission.pk, user=user, now=now, today=today, remember=False)
    tasks.write_now(submission.pk)
    submission.refresh_from_db()
    if submission.state != "accepted":
        raise Refused(f"演示数据没有导入成功：{submission.message}")


def _screen(people: dict[str, Any], now: datetime) -> None:
    from django.utils import timezone

    from hengjian.apps.accounts.rights import granting
    from hengjian.apps.runs.services import start_run
    from hengjian.apps.runs.worker import work_on

    today = timezone.localdate(now)
    analyst = people["shiju"]
    organ = granting(analyst, "run.start", today)[0].organ
    run = start_run(organ=organ, user=analyst, today=today, on=today, now=now)
    work_on(run.pk)
    run.refresh_from_db()
    if run.state != "finished":
        raise Refused(f"演示筛查没有完成：{run.message}")
