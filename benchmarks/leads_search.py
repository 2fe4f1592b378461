"""How long searching takes over a million leads, as the page asks: rights kept, the newest fifty, texts verified.

    DATABASE_URL=postgres://… HENGJIAN_HOME=/tmp/bench .venv/bin/python benchmarks/leads_search.py [--leads 1000000]

Makes its own database in HENGJIAN_HOME (SQLite) or in DATABASE_URL, loads leads of 40 counties in one province with the
words and the index that the application writes, and prints p50, p99 and the worst in milliseconds of 400 searches: by
words that nearly every lead has, by rare ones, by numbers, by pairs that never meet; as somebody of a county and of the
province.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hengjian.project.settings")
TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)
COUNTIES = 40
WHO = ("检测站", "检测公司", "检验中心", "监测公司", "实验室")
WHAT = (
    "没有检测就出具合格报告", "检测报告数据与实际不符", "设备没有检定就用来检测", "授权签字人没有在岗却签发报告",
    "样品没有送到就出了报告", "超出资质能力范围出具报告", "原始记录是事后补写的", "尾气检测使用作弊装置",
    "水质监测数据前后一样", "混凝土试块不是现场取的", "食品农残检测没有做平行样", "电梯检验没有到现场",
)  # fmt: skip
MORE = ("请依法查处", "希望核实并答复", "附有照片和录音", "多名顾客遇到同样情况", "工作人员态度恶劣", "收费没有开发票")
SYLLABLES = "远衡诚信中科华测天正博瑞金盾恒通安达永泰鼎盛瑞丰广源立信方圆国检精测"


def setup() -> tuple[Any, Any, list[int]]:
    """The database with its organs and two people; county organ ids."""
    import django

    django.setup()
    from django.core.management import call_command

    from hengjian.apps.accounts.models import Organ, Posting, Role, User

    call_command("migrate", verbosity=0)

    known = {one.username: one for one in User.objects.filter(username__in=("province", "county"))}
    if len(known) == 2:  # a database that an earlier run has filled
        return known["province"], known["county"], []

    def organ(name: str, level: str, code: str, parent: Any) -> Any:
        made = Organ.objects.create(
            name=name, short_name=name, level=level, area_code=code, parent=parent, valid_from="2015-01-01"
        )
        made.path = f"{parent.path if parent else '/'}{made.pk}/"
        made.save()
        return made

    def person(name: str, at: Any) -> Any:
        made = User.objects.create(username=name, name=name)
        Posting.objects.create(user=made, organ=at, role=Role.OFFICER, valid_from="2015-01-01")
        return made

    province = organ("省局", "province", "990000", None)
    counties = [organ(f"县局{n}", "county", f"9901{n:02d}", province) for n in range(1, COUNTIES + 1)]
    return person("province", province), person("county", counties[7]), [one.pk for one in counties]


def texts(number: int, seed: int = 4) -> Iterator[tuple[str, str, str, str]]:
    """Respondent, title, text and report number of each lead; the same for the same seed."""
    drawn = np.random.default_rng(seed).integers(0, 1 << 30, size=(number, 9)).tolist()
    for n, pick in enumerate(drawn):
        who = name(pick[:4]) + WHO[pick[4] % len(WHO)]
        what, other = WHAT[pick[5] % len(WHAT)], WHAT[pick[6] % len(WHAT)]
        more, last = MORE[pick[7] % len(MORE)], MORE[pick[8] % len(MORE)]
        report = f"BG-{2024 + n % 3}-{n:07d}"
        text = f"{who}于{1 + n % 12}月{1 + n % 28}日{what}，另外{other}，{more}，{last}。报告编号{report}。"
        yield who, f"反映{who}{what}", text, report


def name(pick: list[int]) -> str:
    """Characters of a trade name."""
    return "".join(SYLLABLES[one % len(SYLLABLES)] for one in pick)


def load(number: int, counties: list[int]) -> float:
    """Fill both tables, by COPY in PostgreSQL; seconds."""
    from django.db import connection

    from hengjian.apps.leads.models import Lead
    from hengjian.engines.likeness.words import words

    begun = time.perf_counter()
    pattern = Lead(organ_id=counties[0], channel="hotline_12345", received_on=TODAY, received_at=NOW, state_at=NOW)
    fields = Lead._meta.concrete_fields
    row = {f.column: f.get_db_prep_save(getattr(pattern, f.attname), connection) for f in fields}
    columns = list(row)

    def rows() -> Iterator[tuple[tuple[Any, ...], str]]:
        for n, (who, title, text, report) in enumerate(texts(number), start=1):
            at = NOW - timedelta(minutes=number - n)
            lead = f"XS-2026-{n:07d}"
            own = {
                "id": n, "number": lead, "title": title, "text": text, "respondent_name": who, "organ_id":
                counties[n % COUNTIES], "received_at": at, "state_at": at, "received_on": at.date(),
                "report_numbers": f'["{report}"]', "outside_number": f"G{n:09d}",
            }  # fmt: skip
            found = " ".join(words("\n".join([lead, own["outside_number"], title, who, report, text])))
            yield tuple({**row, **own}.values()), found

    if connection.vendor == "postgresql":
        _copy(connection, columns, rows())
    else:
        _insert(connection, columns, rows())
    return time.perf_counter() - begun


def _copy(connection: Any, columns: list[str], rows: Iterator[tuple[tuple[Any, ...], str]]) -> None:
    from itertools import islice

    from psycopg.types.json import Jsonb

    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX leads_leadwords_tsv")
        while chunk := list(islice(rows, 50_000)):
            with cursor.copy(f"COPY leads_lead ({', '.join(columns)}) FROM STDIN") as copy:
                for values, _ in chunk:
                    copy.write_row([v.dumps(v.obj) if isinstance(v, Jsonb) and v.dumps else _plain(v) for v in values])
            with cursor.copy("COPY leads_leadwords (lead_id, words) FROM STDIN") as copy:
                for values, found in chunk:
                    copy.write_row((values[columns.index("id")], found))
        cursor.execute(
            "CREATE INDEX leads_leadwords_tsv ON leads_leadwords USING gin (tsv) WITH (gin_pending_list_limit = 1024)"
        )
        cursor.execute("ANALYZE")


def _plain(value: Any) -> Any:
    import json

    return json.dumps(value.obj) if hasattr(value, "obj") else value


def _insert(connection: Any, columns: list[str], rows: Iterator[tuple[tuple[Any, ...], str]]) -> None:
    from itertools import islice

    from django.db import transaction

    marks = ", ".join(["%s"] * len(columns))
    with transaction.atomic(), connection.cursor() as cursor:
        while chunk := list(islice(rows, 20_000)):
            cursor.executemany(
                f"INSERT INTO leads_lead ({', '.join(columns)}) VALUES ({marks})",
                [[v.isoformat(" ") if isinstance(v, datetime) else v for v in values] for values, _ in chunk],
            )
            place = columns.index("id")
            cursor.executemany(
                "INSERT INTO leads_leadwords (lead_id, words) VALUES (%s, %s)",
                [(values[place], found) for values, found in chunk],
            )
        cursor.execute("INSERT INTO leads_leadwords_fts(leads_leadwords_fts) VALUES ('optimize')")
        cursor.execute("ANALYZE")


def questions(number: int) -> list[str]:
    """What is typed: frequent words, names, numbers, pairs that seldom or never meet."""
    asked = ["检测", "报告", "检测报告", "没有检测就出具合格报告", "作弊装置", "授权签字人", "混凝土 电梯"]
    asked += ["水质 尾气 食品", "火星环保", "报告 火星", "态度恶劣", "BG-2025", "XS-2026"]
    for pick in np.random.default_rng(7).integers(1, 1 << 30, size=(12, 8)).tolist():
        asked += [name(pick[:4]), name(pick[4:6]), f"XS-2026-{1 + pick[6] % number:07d}"]
        asked.append(f"{WHO[pick[7] % len(WHO)]} {MORE[pick[0] % len(MORE)]}")
    return asked


def measure(user: Any, number: int) -> dict[str, float]:
    """Milliseconds of 200 searches by one person, each as a new request would do it."""
    from hengjian.apps.accounts.models import User
    from hengjian.apps.leads.searching import search_leads

    took: list[tuple[float, str, int]] = []
    asked = questions(number)
    for typed in (asked * 5)[:200]:
        who = User.objects.get(pk=user.pk)
        begun = time.perf_counter()
        found = len(search_leads(who, typed, on=TODAY))
        took.append(((time.perf_counter() - begun) * 1000, typed, found))
    took.sort()
    worst = took[-1]
    print(f"    worst: {worst[0]:.0f} ms for “{worst[1]}” ({worst[2]} found)")
    return {"p50": took[len(took) // 2][0], "p99": took[int(len(took) * 0.99) - 1][0], "worst": worst[0]}


def main() -> None:
    """Load once, measure both people, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    asked = parser.parse_args()
    province, county, counties = setup()
    from django.db import connection

    if counties:
        print(f"{connection.vendor}: {asked.leads} leads loaded in {load(asked.leads, counties):.0f} s")
    for name, user in (("province", province), ("county", county)):
        found = measure(user, asked.leads)
        print(f"  {name}: " + ", ".join(f"{key} {value:.0f} ms" for key, value in found.items()))


if __name__ == "__main__":
    main()
