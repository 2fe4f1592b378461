"""From an uploaded ledger to rows in force: dry run, acceptance, superseding, kills, one file twice."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from hengjian.apps.accounts.models import Role
from hengjian.apps.intake import acceptance, storage, tasks
from hengjian.apps.intake.models import LakeFile, RememberedMapping, Submission
from hengjian.apps.intake.selectors import dataset_files, find_report, report_rows
from hengjian.apps.record.models import Event
from tests.apps.factories import make_user
from tests.apps.intake.ledgers import HEADERS, as_csv, messy_xlsx, row


def counts(submission: Submission) -> dict:
    names = ("rows", "accepted", "new", "changed", "same", "quarantined", "refused")
    return {name: submission.preview[name] for name in names}


@pytest.fixture
def accept(post):
    def send(submission: Submission, **more) -> Submission:
        post(f"/intake/{submission.number}/accept/", {"seen": submission.preview["token"], **more})
        submission.refresh_from_db()
        return submission

    return send


def results_in_force(tree) -> dict[str, dict]:
    files = dataset_files(tree.county, timezone.localdate())
    ids = [row for file in files["reports"] for row in pq.read_table(file.path)["report_id"].to_pylist()]
    user = make_user(tree.county, Role.LEADER)
    rows = report_rows(user=user, on=timezone.localdate(), report_ids=ids, table="results")
    assert len(rows) == len({row["report_id"] for row in rows})
    return {row["report_id"]: row for row in rows}


def test_a_messy_workbook_is_read_counted_accepted_and_found_again(hand_in, accept, client, tree, analyst):
    submission = hand_in("三季度.xlsx", messy_xlsx())
    assert submission.state == "previewed", submission.message
    assert counts(submission) | {"new": 0, "same": 0} == {
        "rows": 6,
        "accepted": 4,
        "new": 0,
        "changed": 0,
        "same": 0,
        "quarantined": 0,
        "refused": 2,
    }
    page = client.get(f"/intake/{submission.number}/").content.decode()
    for said in (
        "4 行可以收下，2 行要改",
        "8 条记录",
        "5.2×103CFU/g",
        "三季度明细",
        "上标丢失",
        "封面",
        "表头",
        "含 1 个隐藏行",
    ):
        assert said in page
    assert not LakeFile.objects.exists()

    accept(submission)
    assert submission.state == "accepted", submission.message
    rows = results_in_force(tree)
    assert set(rows) == {"QS26-0001", "QS26-0002", "QS26-0004", "QS26-0005"}
    assert rows["QS26-0005"]["value"] == 12.3
    assert rows["QS26-0002"]["value"] is None and rows["QS26-0004"]["value"] is None
    finished = Event.objects.get(verb="submission.finish")
    assert finished.after["facts"]["new"] == 8
    assert {one["sha256"] for one in finished.after["facts"]["files"]} == set(
        LakeFile.objects.values_list("sha256", flat=True)
    )
    assert find_report("QS26-0001", analyst, on=timezone.localdate())[0]["object"] == "红薯淀粉"


def test_the_same_file_twice_leads_to_the_known_submission(hand_in, client):
    first = hand_in("台账.csv", as_csv([row(1)]))
    again = hand_in("改了名.csv", as_csv([row(1)]))
    assert again.pk == first.pk and Submission.objects.count() == 1
    assert "已经交过" in client.get(f"/intake/{first.number}/").content.decode()


def test_a_withdrawn_file_may_be_handed_in_again(hand_in, post):
    first = hand_in("台账.csv", as_csv([row(1)]))
    assert post(f"/intake/{first.number}/withdraw/", {"reason": ""}).status_code == 422
    post(f"/intake/{first.number}/withdraw/", {"reason": "交错了"})
    first.refresh_from_db()
    assert first.state == "withdrawn"
    assert hand_in("台账.csv", as_csv([row(1)])).pk != first.pk


def test_gb18030_is_read_like_utf8(hand_in):
    submission = hand_in("国标.csv", as_csv([row(1, 样品名称="䶮牌淀粉")], encoding="gb18030"))
    assert counts(submission)["accepted"] == 1, submission.message


def test_a_corrected_ledger_supersedes_and_the_old_file_stays(hand_in, accept, tree, client):
    accept(hand_in("一.csv", as_csv([row(1, "0.31"), row(2, "0.40")])))
    second = hand_in("二.csv", as_csv([row(1, "0.13"), row(2, "0.40"), row(3, "0.50")]))
    assert counts(second) == {
        "rows": 3,
        "accepted": 3,
        "new": 2,
        "changed": 1,
        "same": 3,
        "quarantined": 0,
        "refused": 0,
    }
    page = client.get(f"/intake/{second.number}/").content.decode()
    assert "<del" in page and "0.31" in page and "0.13" in page
    accept(second)
    rows = results_in_force(tree)
    assert {key: value["value"] for key, value in rows.items()} == {
        "QS26-0001": 0.13,
        "QS26-0002": 0.4,
        "QS26-0003": 0.5,
    }
    old = LakeFile.objects.filter(table="results").order_by("order")[0]
    assert 0.31 in pq.read_table(storage.lake_path(old.path))["value"].to_pylist()
    assert LakeFile.objects.filter(table="results").order_by("order")[1].rows == 2


def test_a_ledger_of_only_known_rows_writes_nothing(hand_in, accept, client):
    accept(hand_in("一.csv", as_csv([row(1), row(2)])))
    again = hand_in("二.csv", as_csv([row(2), row(1)]))
    assert counts(again)["same"] == 4 and counts(again)["new"] == 0
    assert "与已收的数据相同" in client.get(f"/intake/{again.number}/").content.decode()
    answer = client.post(f"/intake/{again.number}/accept/", {})
    assert answer.status_code == 409 and "没有要写入的行" in answer.content.decode()


def test_a_kill_between_files_and_commit_leaves_nothing_and_the_next_run_completes(
    hand_in, client, tree, monkeypatch, django_capture_on_commit_callbacks
):
    submission = hand_in("台账.csv", as_csv([row(1), row(2)]))
    real = acceptance.perform

    def killed(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(acceptance, "perform", killed)
    client.post(f"/intake/{submission.number}/accept/", {})
    Submission.objects.filter(pk=submission.pk).update(runner="a worker that is no more")
    with pytest.raises(KeyboardInterrupt):
        acceptance.write(Submission.objects.get(pk=submission.pk), now=timezone.now(), report=lambda *_: None)
    assert list((storage.lake_path("reports")).glob("*.parquet")), "the files had been written"
    assert not LakeFile.objects.exists()
    assert dataset_files(tree.county, timezone.localdate()) == {}

    monkeypatch.setattr(acceptance, "perform", real)
    Submission.objects.filter(pk=submission.pk).update(touched_at=timezone.now() - timedelta(minutes=6))
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.take_up_stalled() == 1
    submission.refresh_from_db()
    assert submission.state == "accepted", submission.message
    assert LakeFile.objects.count() == 2 and len(results_in_force(tree)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        tasks.write_now(submission.pk)
    assert LakeFile.objects.count() == 2


def test_an_error_in_the_program_gives_the_submission_back(hand_in, client, monkeypatch, post):
    submission = hand_in("台账.csv", as_csv([row(1)]))

    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(acceptance, "write", broken)
    client.post(f"/intake/{submission.number}/accept/", {})
    with pytest.raises(ZeroDivisionError):
        tasks.write_now(submission.pk)
    submission.refresh_from_db()
    assert submission.state == "previewed" and submission.message == tasks.BROKEN_OFF
    assert submission.runner == ""


def test_an_acceptance_that_was_overtaken_compares_again(hand_in, post, client, tree, monkeypatch):
    first = hand_in("一.csv", as_csv([row(1, "0.31")]))
    second = hand_in("二.csv", as_csv([row(1, "0.13")]))
    client.post(f"/intake/{first.number}/accept/", {})
    client.post(f"/intake/{second.number}/accept/", {})
    real, overtaken = acceptance.compared, []

    def slow(*args, **options):
        found = real(*args, **options)
        if not overtaken:
            overtaken.append(True)
            tasks.write_now(second.pk)
        return found

    monkeypatch.setattr(acceptance, "compared", slow)
    tasks.write_now(first.pk)
    first.refresh_from_db()
    assert first.state == "accepted" and first.preview["changed"] == 1
    assert results_in_force(tree)["QS26-0001"]["value"] == 0.31


def test_a_dry_run_that_changed_since_the_page_was_opened_is_not_accepted(hand_in, post):
    submission = hand_in("台账.csv", as_csv([row(1)]))
    seen = submission.preview["token"]
    post(f"/intake/{submission.number}/reread/", {})
    answer = post(f"/intake/{submission.number}/accept/", {"seen": seen})
    assert answer.status_code == 409 and "再看一遍" in answer.content.decode()


def test_shifted_rows_are_quarantined_and_moved_back_on_decision(hand_in, accept, post, client, tree):
    slid = row(9)
    slid.insert(4, "")
    submission = hand_in("错位.csv", as_csv([row(1), row(2), slid[:12]]))
    assert counts(submission)["quarantined"] == 1, submission.preview
    page = client.get(f"/intake/{submission.number}/").content.decode()
    assert "左移一列，再试运行" in page
    repair = submission.dry_run.detail["quarantine"][0]["repair"]
    post(f"/intake/{submission.number}/reread/", {"repair": repair})
    submission.refresh_from_db()
    assert submission.state == "previewed", submission.message
    assert counts(submission)["quarantined"] == 0 and submission.preview["moved_back"] == 1
    assert counts(submission)["rows"] == 3


def test_a_changed_column_is_read_anew_and_remembered_for_the_next_time(hand_in, accept, post, client):
    headers = ["甲编号" if name == "报告编号" else name for name in HEADERS]
    submission = hand_in("一.csv", as_csv([row(1, 报告编号="甲-0001")], headers=headers))
    sheet = submission.dry_run.detail["sheets"][0]
    place = next(column["place"] for column in sheet["columns"] if column["header"] == "甲编号")
    post(f"/intake/{submission.number}/reread/", {f"column-0-{place}": "reports.report_no"})
    submission.refresh_from_db()
    assert submission.state == "previewed", submission.message
    assert submission.preview["mapping"]["tables"][0]["columns"]["report_no"] == "甲编号"
    accept(submission, remember="1")
    assert RememberedMapping.objects.get().version == 1

    second = hand_in("二.csv", as_csv([row(2, 报告编号="甲-0002")], headers=headers))
    assert second.preview["remembered"] == 1
    assert second.preview["mapping"]["tables"][0]["columns"]["report_no"] == "甲编号"
    accept(second, remember="1")
    assert RememberedMapping.objects.get().used == 2


def test_two_columns_for_one_are_refused_with_a_sentence(hand_in, post):
    submission = hand_in("一.csv", as_csv([row(1)]))
    answer = post(f"/intake/{submission.number}/reread/", {"column-0-4": "reports.report_no"})
    assert answer.status_code == 422 and "只能留一列" in answer.content.decode()


def test_what_is_given_back_for_repair_runs_no_formula(hand_in, client):
    submission = hand_in("公式.csv", as_csv([row(1, 签发日期="2026-13-40", 样品名称='=HYPERLINK("x")'), row(2)]))
    assert counts(submission)["refused"] == 1
    text = b"".join(client.get(f"/intake/{submission.number}/refused.csv").streaming_content).decode("utf-8-sig")
    assert "\"'=HYPERLINK" in text and ",=HYPERLINK" not in text
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/intake/{submission.number}/refused.xlsx").content))
    cells = [cell for line in book.active.iter_rows(min_row=2) for cell in line]
    assert not any(cell.data_type == "f" for cell in cells)
    assert '=HYPERLINK("x")' in [cell.value for cell in cells]
