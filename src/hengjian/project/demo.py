"""The demonstration: a fictional city with organs, people, a year of reports, one finished screening and its alerts.

Everything goes through the product's own services, so that the event chain of the demonstration is a real one.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hengjian.kernel.errors import Refused
from hengjian.project import demo_cases, demo_draws, demo_inspections, demo_plans, demo_rectifications, installation

if TYPE_CHECKING:
    from hengjian.apps.accounts.models import User
    from hengjian.citylab.city import DemoCity

PASSWORD = "Hengjian-2026"  # noqa: S105 – printed at every start of a demonstration, worthless elsewhere
SEED = 2026
UNTIL = date(2026, 10, 31)
FOUNDED = date(2018, 11, 1)
APPOINTED = date(2024, 1, 2)
CARD_VALID_TO = date(2028, 12, 31)
CITY_ANALYST = "chengchuan.analyst"
LOADING = "demo.loading"

ACCOUNTS = (
    ("qingtong.analyst", "青桐县局分析员：导入、筛查、研判"),
    ("qingtong.section_chief", "青桐县局科长：收下数据、复核排除、组织抽查和检查"),
    ("qingtong.legal_reviewer", "青桐县局法制审核：第二人核对熵、审核检查结果"),
    ("qingtong.officer", "青桐县局执法人员：手机现场检查 /inspections/phone/、办案"),
    ("qingtong.leader", "青桐县局局领导：审批立案、决定处罚、批准移送"),
    ("chengchuan.analyst", "澄川市局分析员：看全市"),
    ("chengchuan.supervisor", "市局执法监督人员：只读，看事件链"),
    ("chengchuan.sysadmin", "市局系统管理员：机关与人员"),
    ("institution1", "机构用户：只看自己的机构，答复整改"),
)

Say = Callable[[str], None]


def account_lines() -> list[str]:
    """What the start prints about signing in; nothing for an installation that is no demonstration."""
    if not installation.load().demo:
        from hengjian.project.setup import start_django

        start_django()
        from hengjian.apps.accounts.models import User

        return [] if User.objects.exists() else ["还没有用户。先建系统管理员：.venv/bin/hengjian account --help"]
    lines = [f"演示账号（口令都是 {PASSWORD}）："]
    return lines + [f"  {name:<24}{what}" for name, what in ACCOUNTS]


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
    for name in ("lake", "runs", "uploads", "draws", "demo"):
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
    city = demo_city(seed=SEED, until=UNTIL, reports=reports)
    people = _people(city, now)
    say(f"演示机关与人员：{len(city.organs)} 个机关，{len(people)} 人")
    folder = installation.home() / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    write_demo(city, folder)
    say(f"生成演示数据：{len(city.institutions)} 家机构，{reports} 份报告")
    _hand_in(folder, people[CITY_ANALYST], now)
    say("导入演示数据")
    _screen(people[CITY_ANALYST], now)
    say("完成一次筛查并生成预警")
    organs, today = demo_plans.organs_of(people), timezone.localdate(now)
    plans = demo_plans.build(people=people, organs=organs, now=now, today=today)
    say(f"备案年度检查计划 {len(plans)} 份")
    draw = demo_draws.build(people=people, organs=organs, now=now, today=today)
    inspections = demo_inspections.build(draw=draw, people=people, now=now)
    say(f"双随机抽查 {1 if draw else 0} 批，检查任务 {len(inspections)} 项")
    items = demo_rectifications.build(people=people, organs=organs, now=now, today=today)
    say(f"整改台账 {items} 项")
    cases = demo_cases.build(people=people, organs=organs, now=now, today=today)
    say(f"线索和案件：一件匿名举报办到结案公示，一件不予立案，一件移送公安；案件 {cases} 件")


def _people(city: DemoCity, now: datetime) -> dict[str, User]:
    from django.contrib.auth.hashers import make_password
    from django.db import transaction

    from hengjian.apps.accounts import services
    from hengjian.apps.accounts.models import User
    from hengjian.apps.record.services import SYSTEM

    organs: dict[str, Any] = {}
    people: dict[str, User] = {}

    def post(user_name: str, name: str, organ: Any, role: str, **details: Any) -> None:
        who: dict[str, Any] = {"actor": SYSTEM, "now": now}
        user = services.create_user(**who, username=user_name, name=name, password=None, organ_path=organ.path)
        services.create_posting(**who, user=user, organ=organ, role=role, valid_from=APPOINTED, **details)
        people[user_name] = user

    with transaction.atomic():
        for spec in city.organs:
            organs[spec.key] = services.create_organ(
                actor=SYSTEM,
                now=now,
                name=spec.name,
                short_name=spec.short_name,
                level=spec.level,
                area_code=spec.area_code,
                parent=organs.get(spec.parent or ""),
                valid_from=FOUNDED,
            )
        for officer in city.officers:
            card = {"enforcement_no": officer.enforcement_no, "enforcement_valid_to": CARD_VALID_TO}
            post(
                officer.user_name,
                officer.name,
                organs[officer.organ],
                officer.role,
                **(card if officer.enforcement_no else {}),
            )
        homes = {one.institution_id: one.area_code for one in city.institutions}
        by_area = {spec.area_code: organs[spec.key] for spec in city.organs if spec.level == "county"}
        for expert in city.experts:
            post(
                expert.user_name,
                expert.name,
                organs["chengchuan"],
                "expert",
                title=expert.speciality,
                fields=expert.fields,
            )
        for one in city.institution_users:
            organ = by_area[homes[one.institution_id]]
            post(one.user_name, one.name, organ, "institution_user", institution_id=one.institution_id)
        # one hash for all: a hundred slow ones would be a third of the first start
        User.objects.filter(pk__in=[user.pk for user in people.values()]).update(password=make_password(PASSWORD))
    return people


def _hand_in(folder: Path, user: User, now: datetime) -> None:
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


def _screen(analyst: User, now: datetime) -> None:
    from django.utils import timezone

    from hengjian.apps.accounts.rights import granting
    from hengjian.apps.runs.services import start_run
    from hengjian.apps.runs.worker import work_on

    today = timezone.localdate(now)
    organ = granting(analyst, "run.start", today)[0].organ
    run = start_run(organ=organ, user=analyst, today=today, on=today, now=now)
    work_on(run.pk)
    run.refresh_from_db()
    if run.state != "finished":
        raise Refused(f"演示筛查没有完成：{run.message}")
