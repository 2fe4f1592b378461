"""A report full of marked strings goes in; then everything that can be read is read, and none of them comes out."""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import re
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from hengjian.apps.complaints.models import Complaint
from hengjian.apps.informants import openings
from hengjian.apps.informants.models import Informant, Opening
from hengjian.apps.leads.models import Lead
from hengjian.apps.record.models import Event
from hengjian.apps.tips.models import Tip
from tests.apps.factories import NOW
from tests.apps.informants.samples import CANARIES, FILE_NAME, NAME, PDF, complaint, send, typed

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LISTS = ("tips:list", "complaints:list", "leads:list", "informants:list", "informants:openings", "accounts:events")


def told_in(text: str) -> list[str]:
    return [one for one in (*CANARIES, FILE_NAME, FILE_NAME.removesuffix(".pdf")) if one in text]


def words_of(response) -> str:
    """What a response says, also inside an Excel or ZIP file."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = " ".join(f"{name}: {value}" for name, value in response.items())
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(archive.read(one) for one in archive.namelist())
    return headers + body.decode("utf-8", errors="replace")


def tables_raw() -> str:
    """Every row of every table, as the database gives it."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                cells = (bytes(one) if isinstance(one, memoryview) else one for one in row)
                found.extend(one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in cells)
    return "\n".join(found)


def patterns(resolver=None, prefix="", namespace=""):
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from patterns(one, prefix + str(one.pattern), inner)
        elif isinstance(one, URLPattern) and one.name:
            yield f"{namespace}{one.name}", one


@pytest.fixture
def world(county, caplog):
    caplog.set_level(logging.DEBUG)
    files = {"files": SimpleUploadedFile(FILE_NAME, PDF), "revealing": "on"}
    [one] = send(typed(county.lab) | files).context["sent"]
    more = {"code": one.code, "add": "1", "text": f"补充：我是{NAME}，电话 139 1234 5678"}
    assert Client().post("/public/send/progress/", more).status_code == 200
    split = complaint(county.lab, report_text=f"没有资质就出报告，我叫{NAME}，可以作证。")
    assert len(send(split, "complaint").context["sent"]) == 2
    number = Tip.objects.get(number=one.number).informant.number
    asked = openings.request_opening(
        number=number, scope="identity", reason=f"须向{NAME}本人核实取样时间", user=county.people["officer"], now=NOW
    )
    assert asked.state == "requested"
    return county


OWN = {"tips": (Tip,), "leads": (Lead,), "complaints": (Complaint,), "informants": (Informant, Opening)}


def values_of(app: str) -> dict[str, list[str]]:
    """Values for the parts of an app's addresses: what came of the report."""
    rows = [row for model in OWN.get(app, ()) for row in model.objects.all()]
    known = {"number": [row.number for row in rows], "pk": [str(row.pk) for row in rows], "ordinal": ["1"]}
    sequences = [str(one) for one in Event.objects.values_list("sequence", flat=True)] if app == "accounts" else []
    return known | {"uscc": [Tip.objects.first().respondent_uscc], "sequence": sequences}


def addresses() -> list[str]:
    """Every address that can be made of what is there, and every one that needs nothing."""
    found = []
    for name, pattern in patterns():
        known = values_of(name.partition(":")[0])
        names = list(pattern.pattern.regex.groupindex)
        if set(names) <= set(known):
            for values in itertools.product(*(known[one] for one in names)):
                with contextlib.suppress(NoReverseMatch):
                    found.append(reverse(name, kwargs=dict(zip(names, values, strict=True))))
    return sorted(set(found))


def test_nobody_reads_who_reported_on_any_page_in_any_role(world):
    walked = addresses()
    assert len(walked) > 150
    shown = 0
    for who in world.people:
        client = world.client(who)
        client.raise_request_exception = False
        for address in walked:
            response = client.get(address)
            assert response.status_code != 500, (who, address)
            shown += response.status_code == 200
            assert not told_in(words_of(response)), (who, address)
    assert shown > 500, "the walk really read pages"


def test_nobody_finds_the_report_by_who_made_it(world):
    for who in world.people:
        client = world.client(who)
        for canary in CANARIES:
            page = client.get("/search/", {"q": canary})
            text = words_of(page).replace(f'value="{canary}"', "").replace(f"“{canary}”", "")
            for number in Tip.objects.values_list("number", flat=True):
                assert number not in text, (who, canary)


def test_no_list_that_leaves_the_system_holds_who_reported(world):
    taken = 0
    for who in world.people:
        for name in LISTS:
            response = world.client(who).get(reverse(name), {"format": "xlsx"})
            taken += response.status_code == 200 and "spreadsheet" in response["Content-Type"]
            assert not told_in(words_of(response)), (who, name)
    assert taken > 5


def test_the_database_read_raw_holds_neither_identity_nor_original_text(world):
    raw = tables_raw()
    assert world.lab.name in raw and not told_in(raw)


def test_neither_events_nor_log_lines_hold_who_reported(world, caplog):
    events = "\n".join(str(row) for row in Event.objects.values())
    assert "informant.seal" in events and not told_in(events)
    assert not told_in(caplog.text)


def test_the_store_holds_no_name_and_no_plain_bytes(world, settings):
    kept = [one for one in Path(settings.UPLOADS_ROOT).rglob("*") if one.is_file()]
    assert len(kept) == 1
    assert not told_in(str(kept[0])) and b"canary" not in kept[0].read_bytes()


def test_a_failure_in_the_middle_tells_no_page_and_no_log_who_reported(county, caplog, monkeypatch, settings):
    caplog.set_level(logging.DEBUG)

    def broken(**values):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("hengjian.apps.portal.sending.sign_receipt", broken)
    client = Client(raise_request_exception=False)
    data = typed(county.lab) | {"files": SimpleUploadedFile(FILE_NAME, PDF)}
    response = client.post("/public/send/report/", data)
    assert response.status_code == 500 and not told_in(words_of(response))
    assert "the disk is full" in caplog.text and not told_in(caplog.text)
    assert not Tip.objects.exists() and not Informant.objects.exists()
    assert not [one for one in Path(settings.UPLOADS_ROOT).rglob("*") if one.is_file()]


def test_session_cookie_and_message_store_know_nothing(world):
    client = Client()
    response = client.post("/public/send/report/", typed(world.lab, name=""))
    assert response.status_code == 422
    assert set(response.cookies) <= {"hengjian_csrf"} and not list(client.session.items())
    assert re.search(r"no-store", response["Cache-Control"])
