"""The algorithm record: every detector has a page printed from the code; the public one tells no limits."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.rights import OFFICIALS
from hengjian.apps.portal.detector_facts import whole, without_figures
from hengjian.apps.rulebook.detector_pages import (
    NOT_MEASURED,
    detector_page,
    history_of,
    measured_of,
    said_of,
    share_text,
    steps_of,
    wilson,
)
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.tables.contract import TABLES
from hengjian.law.errors import LawError
from hengjian.law.recording import FILE, detector_record, load_record
from tests.apps.factories import make_tree, make_user

DAY = date(2026, 11, 21)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_each_detector_tells_meaning_law_steps_data_errors_and_versions(detector: Any) -> None:
    page = detector_page(detector.id, DAY, today=DAY)
    tables = {table.title: table for table in page.tables}
    assert page.text == [detector.meaning] and "《" in tables["查实以后指向"].rows[0][0].text
    assert len(tables["已知的误判情形和处理"].rows) == len(detector.benign)
    assert len(tables["要用的数据"].rows) == len(detector.needs)
    assert len(tables["版本"].rows) == detector.version
    assert tables["在基准数据上测得的误差"].rows
    assert len(steps_of(detector)) >= len(detector.steps)
    assert "{" not in said_of(detector)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_what_the_public_reads_has_neither_steps_nor_limits_nor_what_is_looked_at_on_site(detector: Any) -> None:
    told = whole(detector, DAY)
    allowed = {"id", "title", "kind", "cluster", "version", "measured", "meaning", "about", "article", "data"}
    assert set(told) == {*allowed, "allowances", "rates", "versions"}
    for text in told["allowances"]:
        assert not re.search(r"\d", re.sub(r"GB/?T? ?\d+", "", text)), text
    assert all(header in {table.header for table in TABLES.values()} for header in told["data"])


def test_figures_are_taken_out_of_a_sentence_and_its_words_stay() -> None:
    assert without_figures("少于二十家、不足64比特的不判") == "少于若干家、不足若干比特的不判"
    kept = "同一样品、一处日期差一天的不计，按GB/T 8170修约"
    assert without_figures(kept) == kept


def test_the_record_names_known_detectors_and_versions_that_exist() -> None:
    versions = {one.id: one.version for one in DETECTORS}
    record = detector_record()
    for one in (*record.changes, *record.measured):
        assert one.version <= versions[one.detector], one.id
    assert [number for number, *_ in history_of(DETECTORS[0])][-1] == 1


def test_every_version_above_the_first_says_what_changed() -> None:
    told = {(one.detector, one.version) for one in detector_record().changes}
    for detector in DETECTORS:
        for version in range(2, detector.version + 1):
            assert (detector.id, version) in told, f"{detector.id} version {version}"


def test_a_share_is_told_with_its_interval() -> None:
    assert share_text(0, 0) == "—" and share_text(42, 50).startswith("42 / 50，84.0%（")
    low, high = wilson(0, 100)
    assert low == 0.0 and 0.03 < high < 0.04


def test_a_wrong_record_says_where_it_is_wrong(tmp_path: Path) -> None:
    def write(text: str) -> Path:
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        return tmp_path

    with pytest.raises(LawError):
        load_record(tmp_path)
    change = "{id: x, detector: A6, version: 1, since: 2026-01-01, change: y}"
    measured = "{id: m, detector: A6, version: 1, measured_on: 2026-01-01, benchmark: b, stealth: L1, "
    for text in (
        "changes: []\n",
        f"changes: [{change}]\nmeasured: []\n",
        f"changes: []\nmeasured: [{measured} found: 3, planted: 2, accused: 0, innocent: 9}}]\n",
    ):
        with pytest.raises(LawError):
            load_record(write(text))
    good = load_record(write(f"changes: []\nmeasured: [{measured} found: 1, planted: 2, accused: 0, innocent: 9}}]\n"))
    assert good.measured_of("A6", 1)[0].planted == 2 and good.measured_of("A6", 2) == ()


@pytest.mark.django_db
def test_both_pages_open_with_few_queries(django_assert_max_num_queries: Any) -> None:
    client = Client()
    client.force_login(make_user(make_tree().county), backend="django.contrib.auth.backends.ModelBackend")
    with django_assert_max_num_queries(15):
        text = client.get(reverse("rulebook:entry", args=["detectors", "C1"])).content.decode()
    assert "怎样算" in text and "算式原文" in text and NOT_MEASURED not in text
    with django_assert_max_num_queries(3):
        public = Client().get(reverse("portal:detector", args=["C1"])).content.decode()
    assert "尚未测定" not in public and "SELECT" not in public
    assert "64比特" in text and not re.search(r"64\s*比特", re.sub(r"<[^>]+>", "", public))
    unmeasured = next(detector.id for detector in DETECTORS if not measured_of(detector))
    assert "尚未测定" in Client().get(reverse("portal:detector", args=[unmeasured])).content.decode()
    assert Client().get(reverse("portal:detector", args=["Z9"])).status_code == 404


@pytest.mark.django_db
def test_formulas_and_limits_are_for_officials_the_others_are_led_to_the_public_page() -> None:
    tree = make_tree()
    listed, page = reverse("rulebook:detectors"), reverse("rulebook:entry", args=["detectors", "C1"])
    for role in Role:
        client = Client()
        client.force_login(make_user(tree.county, role), backend="django.contrib.auth.backends.ModelBackend")
        if role in OFFICIALS:
            assert client.get(listed).status_code == client.get(page).status_code == 200
            continue
        assert client.get(f"{listed}?export=csv").headers["Location"] == reverse("portal:detectors")
        shown = client.get(page, follow=True)
        assert shown.redirect_chain == [(reverse("portal:detector", args=["C1"]), 302)]
        assert "算式原文" not in shown.content.decode()
        assert client.get(f"{listed}C1/x/").status_code == client.get(f"{listed}Z9/").status_code == 404
        assert listed not in client.get(reverse("rulebook:articles")).content.decode()
