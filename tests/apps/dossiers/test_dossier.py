"""One institution, one dossier: everything as of a day, for those who may see it; on paper too."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.alerts.models import Alert
from hengjian.apps.dossiers import services
from hengjian.apps.dossiers.models import DossierPrint
from hengjian.apps.dossiers.sections import open_dossier
from hengjian.apps.intake.models import LakeFile, Submission
from hengjian.apps.record.models import Event
from hengjian.apps.registry.models import Institution, InstitutionAlias
from hengjian.apps.registry.services import load_registry_table, set_risk, update_institution
from hengjian.apps.runs.models import ScreeningRun
from tests.apps.factories import NOW, Tree, make_actor, make_institution, make_tree, make_user


@pytest.fixture
def tree(db: None) -> Tree:
    return make_tree()


@pytest.fixture
def institution(tree: Tree) -> Institution:
    made = make_institution(
        tree.county, name="青石县远衡检测有限公司", legal_rep="闻人牧", registered_on=date(2019, 5, 1)
    )
    own, no = {"institution_id": made.uscc}, {"certificate_no": "219901200001"}
    add(tree, "certificates", own | no | {"valid_from": date(2021, 1, 1), "valid_to": date(2030, 12, 31)})
    add(
        tree, "certificate_status", no | {"status": "suspended", "from_on": date(2024, 1, 1), "to_on": date(2024, 2, 1)}
    )
    add(tree, "sites", own | {"site_id": "S1", "address": "石桥路 118 号", "area_code": "990121"})
    scope = no | {"item_code": "pb", "item_name": "铅", "object": "大米", "standard_no": "GB 2762-2022"}
    add(tree, "scope", scope | {"approved_on": date(2022, 1, 1)})
    add(tree, "people", own | {"person_id": "P1", "name": "毕清和", "role": "技术负责人"})
    add(tree, "signatories", no | {"person_id": "P1", "field": "food"})
    add(tree, "instruments", own | {"instrument_id": "I1", "name": "原子吸收光谱仪"})
    add(
        tree, "calibrations", {"instrument_id": "I1", "calibrated_on": date(2026, 1, 1), "valid_to": date(2026, 12, 31)}
    )
    add(tree, "declarations", own | {"kind": "staff", "subject_id": "P1", "declared_on": date(2026, 2, 1)})
    return made


def add(tree: Tree, table: str, *rows: dict[str, Any]) -> None:
    actor = make_actor(make_user(tree.county, "registrar"))
    load_registry_table(table=table, rows=rows, actor=actor, now=NOW, organ=tree.county, source="test")


def signed_in(organ: Any, role: str = "analyst", **values: Any) -> Client:
    client = Client()
    client.force_login(make_user(organ, role, **values))
    return client


def url(institution: Institution, on: str = "") -> str:
    return reverse("dossiers:dossier", args=[institution.uscc]) + (f"?on={on}" if on else "")


def text(answer: Any) -> str:
    return answer.content.decode()


def test_the_dossier_shows_everything_known(tree: Tree, institution: Institution) -> None:
    page = text(signed_in(tree.county).get(url(institution)))
    for words in (
        "青石县远衡检测有限公司",
        institution.uscc,
        "闻人牧",
        "219901200001",
        "石桥路 118 号",
        "铅",
        "毕清和",
        "原子吸收光谱仪",
        "证书有效",
        "申报变更",
        "时间线",
    ):
        assert words in page, words


def test_on_another_day_it_shows_that_day(tree: Tree, institution: Institution) -> None:
    client = signed_in(tree.county)
    page = text(client.get(url(institution, "2024-01-15")))
    assert "暂停" in page
    assert "证书有效" not in page
    early = text(client.get(url(institution, "2021-06-01")))
    assert "没有有效的能力项目" in early
    assert "回到今天" in early
    assert "不是日期" in text(client.get(url(institution, "soon")))


def test_strangers_get_404_superiors_and_the_institution_itself_see_it(tree: Tree, institution: Institution) -> None:
    assert signed_in(tree.other_county).get(url(institution)).status_code == 404
    assert signed_in(tree.city).get(url(institution)).status_code == 200
    own = signed_in(tree.county, "institution_user", institution_id=institution.uscc)
    page = text(own.get(url(institution)))
    assert "铅" in page
    assert 'id="risk"' not in page
    assert 'id="alerts"' not in page
    assert own.get(reverse("dossiers:pdf", args=[institution.uscc])).status_code == 403
    other = make_institution(tree.county)
    assert own.get(url(other)).status_code == 404
    assert signed_in(tree.county).get("/institutions/00000000/").status_code == 404


def test_an_old_code_leads_to_the_survivor(tree: Tree, institution: Institution) -> None:
    InstitutionAlias.objects.create(institution=institution, kind="code", value="91990121WRONG")
    answer = signed_in(tree.county).get("/institutions/91990121WRONG/")
    assert answer.status_code == 302
    assert answer["Location"] == url(institution)


def test_risk_is_that_of_the_day(tree: Tree, institution: Institution) -> None:
    row = {"institution_id": institution.uscc, "risk": 0.93, "band": "red", "prior_db": -13.0, "n_reports": 12}
    row["contributions"] = [{"cluster": "identity", "decibans": 24.2, "finding_ids": ["a"]}]
    set_risk(run="SC-1", values=[row], now=NOW)
    client = signed_in(tree.county)
    assert "0.93" in text(client.get(url(institution)))
    assert "还没有筛查评过" in text(client.get(url(institution, "2026-10-01")))


def test_the_dossier_asks_at_most_fifteen_questions(
    tree: Tree, institution: Institution, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(tree.county, "section_chief")
    for on in ("", "2026-06-01"):
        with django_assert_max_num_queries(15):
            assert client.get(url(institution, on)).status_code == 200


@pytest.fixture
def pango() -> None:
    try:
        import weasyprint  # noqa: F401
    except OSError as error:
        pytest.skip(f"pango is not installed: {error}")


def pdf_text(content: bytes) -> tuple[str, int]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    return "".join(page.extract_text() for page in reader.pages), len(reader.pages)


def test_the_pdf_says_the_same_with_pages_counted_and_is_an_event(
    tree: Tree, institution: Institution, pango: None
) -> None:
    answer = signed_in(tree.county).get(reverse("dossiers:pdf", args=[institution.uscc]))
    assert answer["Content-Type"] == "application/pdf"
    words, pages = pdf_text(answer.content)
    flat = words.replace(" ", "").replace("\n", "")
    for wanted in ("检验检测机构监管档案", "青石县远衡检测有限公司", institution.uscc, "毕清和", f"1/{pages}"):
        assert wanted in flat, wanted
    assert Event.objects.get(verb="dossier.print").thing_id == str(institution.pk)


def test_a_large_dossier_is_made_in_the_background_and_fetched_by_who_ordered_it(
    tree: Tree,
    institution: Institution,
    pango: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.HOME = tmp_path
    monkeypatch.setattr("hengjian.apps.dossiers.views.DIRECT_ROWS", 0)
    client = signed_in(tree.county)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.get(reverse("dossiers:pdf", args=[institution.uscc]))
    order = DossierPrint.objects.get()
    assert answer["Location"] == reverse("dossiers:order", args=[institution.uscc, order.pk])
    assert order.state == "done"
    assert "下载 PDF" in text(client.get(answer["Location"]))
    fetch = reverse("dossiers:fetch", args=[institution.uscc, order.pk])
    content = b"".join(client.get(fetch).streaming_content)  # type: ignore[attr-defined]
    assert "毕清和" in pdf_text(content)[0].replace(" ", "")
    assert signed_in(tree.county).get(fetch).status_code == 404


def test_without_pango_the_page_says_so(tree: Tree, institution: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    class Missing:
        def find_spec(self, name: str, *rest: Any) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    answer = signed_in(tree.county).get(reverse("dossiers:pdf", args=[institution.uscc]))
    assert answer.status_code == 422
    assert "pango" in text(answer)


def test_rows_counted_are_those_of_the_paper(tree: Tree, institution: Institution) -> None:
    today = date(2026, 11, 1)
    opened = open_dossier(make_user(tree.county, "analyst"), institution, on=today, today=today, whole=True)
    assert services.rows_of(opened) == 3 + len(opened.timeline)


def make_alert(institution: Institution, user: Any, when: datetime) -> Alert:
    run = ScreeningRun.objects.create(
        number="SC-1",
        organ=institution.organ,
        requested_by=user,
        requested_at=when,
        today=when.date(),
        state="finished",
    )
    return Alert.objects.create(
        number="YJ-1",
        organ=institution.organ,
        institution=institution,
        finding_key="0" * 16,
        finding_id="1" * 16,
        detector="A1",
        version=1,
        severity="certain",
        score=20.0,
        title="超出能力附表出具报告",
        subject_kind="report",
        subject_id="R1",
        n_reports=3,
        state_at=when,
        run=run,
        last_run=run,
        first_seen=when,
        last_seen=when,
    )


def test_a_waiting_alert_is_the_next_step_of_who_may_judge_it(tree: Tree, institution: Institution) -> None:
    when = timezone.now() - timedelta(days=10)
    alert = make_alert(institution, make_user(tree.county, "analyst"), when)
    page = text(signed_in(tree.county, "analyst").get(url(institution)))
    assert "研判 1 条预警：超出能力附表出具报告" in page
    assert reverse("alerts:show", args=[alert.number]) in page
    above = text(signed_in(tree.city, "analyst").get(url(institution)))
    assert "超出能力附表出具报告" in above
    assert "研判 1 条预警" not in above
    before = timezone.localdate(when) - timedelta(days=1)
    assert "超出能力附表" not in text(signed_in(tree.county).get(url(institution, before.isoformat())))


def test_a_judgement_made_later_was_not_there_on_the_day(tree: Tree, institution: Institution) -> None:
    now = timezone.now()
    alert = make_alert(institution, make_user(tree.county, "analyst"), now - timedelta(days=10))
    Alert.objects.filter(pk=alert.pk).update(
        state="confirmed", judged_at=now - timedelta(days=2), reason="原始记录对不上"
    )
    client = signed_in(tree.county)
    assert "确认待跟进" in text(client.get(url(institution)))
    then = text(client.get(url(institution, (timezone.localdate(now) - timedelta(days=5)).isoformat())))
    assert "待研判" in then
    assert "确认待跟进" not in then
    assert "原始记录对不上" not in then


def test_changes_on_the_record_stand_in_the_timeline_in_words(tree: Tree, institution: Institution) -> None:
    now = timezone.now()
    update_institution(
        actor=make_actor(make_user(tree.county, "registrar", name="沈砚秋")),
        now=now,
        today=timezone.localdate(now),
        institution_id=institution.pk,
        values={"address": "石桥路 120 号"},
        changed_on=timezone.localdate(now),
        reason="准予变更登记",
        demo=True,
    )
    page = text(signed_in(tree.county, "analyst").get(url(institution)))
    for words in ("变更机构登记", "沈砚秋", "准予变更登记", "地址变更"):
        assert words in page, words
    assert "变更机构登记" not in text(signed_in(tree.county, "officer").get(url(institution)))


def test_reports_are_counted_by_month_of_issue_up_to_the_day(
    tree: Tree, institution: Institution, settings: Any, tmp_path: Any
) -> None:
    settings.LAKE_ROOT = tmp_path
    days = [datetime(2025, 10, 31, 9), datetime(2026, 2, 28, 9), datetime(2026, 3, 1, 9), datetime(2026, 3, 2, 9)]
    codes = [institution.uscc] * len(days)
    rows = {"report_id": [str(n) for n in range(len(days))], "institution_id": codes, "issued_at": days}
    pq.write_table(pa.table(rows), tmp_path / "reports.parquet")
    user = make_user(tree.county, "registrar")
    sent = {"organ": tree.county, "submitted_by": user, "received_at": NOW, "file_name": "a.csv", "size": 1}
    submission = Submission.objects.create(number="BS-1", sender="甲", sha256="0" * 64, state="accepted", **sent)
    early = datetime(2026, 1, 1, tzinfo=UTC)
    counts = {"rows": len(days), "new": len(days), "changed": 0, "same": 0, "order": 1, "accepted_at": early}
    LakeFile.objects.create(
        submission=submission, organ=tree.county, table="reports", path="reports.parquet", sha256="0" * 64, **counts
    )
    on = date(2026, 3, 1)
    opened = open_dossier(make_user(tree.county, "analyst"), institution, on=on, today=date(2026, 11, 1))
    assert len(opened.months) == 12
    assert opened.months[0][0] == "2025-04"
    assert {month: count for month, count in opened.months if count} == {"2025-10": 1, "2026-02": 1, "2026-03": 1}
