"""What is written on site: clocks, double sending, conflicts, files, problems and their law, drawn reports."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hengjian.apps.inspections import sampling, storage
from hengjian.apps.inspections.checklist import checklist_of
from hengjian.apps.inspections.codes import qr_svg, token_for
from hengjian.apps.inspections.models import Attachment, CheckAnswer, Receipt
from hengjian.apps.inspections.phone_clock import clock_sentence, time_of
from hengjian.apps.inspections.services import Conflict
from hengjian.apps.record.models import Event
from hengjian.apps.registry.models import Calibration, Instrument, Person
from hengjian.kernel.errors import DomainError, NotFound, Refused
from tests.apps.factories import NOW, make_institution
from tests.apps.inspections.samples import JPEG, PDF, World, begun_earlier, fresh
from tests.apps.runs.samples import backwards, finding, finished, put_into_lake, report

MB = 1024 * 1024


def sentence_of(call: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.sentence


# -- the phone's clock -------------------------------------------------------------------------------------------------


def test_a_phone_two_days_ahead_is_kept_flagged_and_told(world: World):
    task = begun_earlier(world.on_site(), by=timedelta(hours=3))
    ahead = timedelta(days=2)
    answer = world.act(
        "answer_item", task, item_id="CK-A1", answer="ok",
        made_at=NOW - timedelta(hours=1) + ahead, sent_at=NOW + ahead,
    )  # fmt: skip
    assert answer.made_at == NOW - timedelta(hours=1) + ahead
    assert answer.received_at == NOW
    assert answer.happened_at == NOW - timedelta(hours=1)
    assert answer.clock_flag
    assert answer.clock_sentence == (
        "手机时钟比服务器快 2 天：手机记为2026年11月3日 09:00，折算为2026年11月1日 09:00，"
        "两个时间都已保存。请校准手机时钟。"
    )
    assert "手机时钟比服务器快 2 天" in Event.objects.latest("sequence").after["clock"]


def test_a_phone_two_days_behind_is_corrected_too():
    timing = time_of(made_at=NOW - timedelta(days=2), sent_at=NOW - timedelta(days=2), now=NOW)
    assert (timing.happened_at, timing.clock_flag, timing.clock_skew_s) == (NOW, True, -172_800)


def test_an_entry_of_yesterday_from_a_right_phone_is_not_flagged():
    timing = time_of(made_at=NOW - timedelta(days=1), sent_at=NOW + timedelta(seconds=20), now=NOW)
    assert (timing.happened_at, timing.clock_flag) == (NOW - timedelta(days=1), False)


def test_a_time_in_the_future_betrays_a_phone_that_does_not_tell_its_clock():
    timing = time_of(made_at=NOW + timedelta(hours=3), sent_at=None, now=NOW)
    assert (timing.happened_at, timing.clock_flag) == (NOW, True)
    said = clock_sentence(made_at=NOW, happened_at=NOW, skew_s=10_800, flagged=True)
    assert said.startswith("手机时钟比服务器快 3 小时")


def test_a_phone_that_tells_a_time_before_the_task_is_set_to_it_flagged_and_told(world: World):
    task = world.task()
    long_ago = NOW - timedelta(days=300)
    entry = world.act("enter", task, made_at=long_ago, sent_at=NOW)
    assert (entry.made_at, entry.happened_at, entry.clock_flag) == (long_ago, NOW, True)
    assert entry.clock_sentence == (
        "手机记为2026年1月5日 10:00，早于检查任务的建立或者上一步，按2026年11月1日 10:00记入，"
        "两个时间都已保存。请校准手机时钟。"
    )
    assert fresh(task).visit.entered_at == NOW


def test_an_answer_is_not_before_the_beginning_of_the_check(world: World):
    task = begun_earlier(world.on_site(), by=timedelta(hours=3))
    given = {"answer": "ok", "sent_at": NOW}
    late = world.act("answer_item", task, item_id="CK-A1", made_at=NOW - timedelta(hours=2), **given)
    assert (late.happened_at, late.clock_flag) == (NOW - timedelta(hours=2), False)
    near = world.act("answer_item", task, item_id="CK-A2", made_at=NOW - timedelta(minutes=184), **given)
    assert (near.happened_at, near.clock_flag) == (NOW - timedelta(hours=3), False)
    early = world.act("answer_item", task, item_id="CK-D2", made_at=NOW - timedelta(hours=4), **given)
    assert (early.happened_at, early.clock_flag) == (NOW - timedelta(hours=3), True)


# -- sent twice, written by two ----------------------------------------------------------------------------------------


def test_what_is_sent_twice_is_written_once(world: World):
    task, uid = world.on_site(), str(uuid.uuid4())
    first = world.act("answer_item", task, item_id="CK-A1", answer="ok", client_id=uid)
    events = Event.objects.count()
    again = world.act("answer_item", task, item_id="CK-A1", answer="ok", client_id=uid)
    assert (again.pk, again.version, Event.objects.count()) == (first.pk, 1, events)
    made = [world.found(task, client_id="6f1c1f6e-1111-4222-8333-444455556666") for _ in range(3)]
    assert len({one.pk for one in made}) == 1
    photos = [
        world.act(
            "attach", task, kind="photo", file_name="a.jpg", chunks=[JPEG],
            client_id="6f1c1f6e-1111-4222-8333-444455557777",
        )
        for _ in range(2)
    ]  # fmt: skip
    assert photos[0].pk == photos[1].pk
    assert Receipt.objects.filter(action="answer").count() == 1


def test_a_repeat_is_answered_even_after_the_record_is_closed(world: World):
    task, uid = world.on_site(), str(uuid.uuid4())
    world.act("answer_item", task, item_id="CK-A1", answer="ok", client_id=uid)
    world.written(task)
    world.act("finish_visit", task)
    assert world.act("answer_item", task, item_id="CK-A1", answer="ok", client_id=uid).answer == "ok"


def test_one_number_for_two_things_is_refused(world: World):
    task, uid = world.on_site(), str(uuid.uuid4())
    world.act("answer_item", task, item_id="CK-A1", answer="ok", client_id=uid)
    assert sentence_of(lambda: world.found(task, client_id=uid)).startswith("同一个离线编号用在了两件不同的事上")
    assert sentence_of(lambda: world.found(task, client_id="17")) == "离线编号格式不对，应为 UUID。"


def test_the_other_officers_answer_is_not_overwritten_unseen(world: World):
    task = world.on_site()
    world.act("answer_item", task, item_id="CK-D1", answer="ok", note="齐全", seen_version=0)
    late = {"item_id": "CK-D1", "answer": "problem", "note": "缺凭证"}
    with pytest.raises(Conflict) as conflict:
        world.act("answer_item", task, user=world.member, seen_version=0, **late)
    assert conflict.value.sentence == (
        "沈砚秋已于2026年11月1日 10:00把检查项 D1 填为“符合”，您填的“不符合”没有覆盖它。请看过对方的内容再决定。"
    )
    assert conflict.value.where["theirs"] == {"answer": "ok", "note": "齐全", "version": 1, "by": "沈砚秋"}
    assert world.act("answer_item", task, user=world.member, seen_version=1, **late).version == 2
    assert CheckAnswer.objects.get().answer == "problem"


# -- codes -------------------------------------------------------------------------------------------------------------


def test_the_code_of_another_place_does_not_let_anybody_in(world: World):
    task, other = world.task(), make_institution(world.county)
    wrong = token_for("institution", other.uscc)
    said = sentence_of(lambda: world.act("enter", task, method="institution", token=wrong))
    assert said.startswith(f"扫到的二维码不是{world.lab.name}的")
    forged = token_for("institution", world.lab.uscc)[:-2] + "xx"
    with pytest.raises(NotFound) as refused:
        world.act("enter", task, method="institution", token=forged)
    assert "不是本系统签发的" in refused.value.sentence
    right = token_for("institution", world.lab.uscc)
    assert world.act("enter", task, method="institution", token=right).method == "institution"
    by_task = token_for("task", task.number)
    assert world.act("enter", task, user=world.member, method="task", token=by_task).method == "task"
    assert qr_svg("https://example.invalid/x").startswith(b"<svg")


def test_the_distance_to_the_registered_site_is_kept(world: World):
    world.lab.sites.create(site_id="S1", lat=30.0, lon=120.0, row_key="s1")
    entry = world.act("enter", world.task(), lat=30.001, lon=120.0, accuracy_m=12.0)
    assert entry.distance_m == pytest.approx(111.2, abs=0.5)
    other = world.task(lab=make_institution(world.county))
    assert "不在地球上" in sentence_of(lambda: world.act("enter", other, lat=95.0, lon=120.0))


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_photo_of_forty_megabytes_is_refused_with_what_to_do(world: World):
    task = world.on_site()
    read: list[int] = []

    def chunks() -> Any:
        for number in range(40):
            read.append(number)
            yield JPEG[:4] + b"x" * (MB - 4)

    call = {"kind": "photo", "file_name": "铭牌.jpg"}
    said = sentence_of(lambda: world.act("attach", task, chunks=chunks(), declared_size=40 * MB, **call))
    assert said == (
        "照片“铭牌.jpg”有 40 MB，单个照片最多 20 MB，没有收下。"
        "请把手机相机的分辨率调低重拍，或者压缩后再传；原照片请先留在手机里，不要删除。"
    )
    assert read == []
    said = sentence_of(lambda: world.act("attach", task, chunks=chunks(), **call))
    assert said.startswith("照片“铭牌.jpg”太大，单个照片最多 20 MB")
    assert len(read) == 21
    assert not list((storage.folder() / "incoming").iterdir())
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("photo", b"", "是空的"),
        ("photo", b"MZ\x90 program named a.jpg", "按内容看不是可收的类型"),
        ("photo", PDF, "照片只收 JPEG、PNG、WebP、HEIC"),
        ("extract", b"<html><script>", "摘录复制件只收 PDF"),
        ("film", JPEG, "没有“film”这一类附件"),
    ],
)
def test_files_are_judged_by_their_content(world: World, kind: str, content: bytes, words: str):
    task = world.on_site()
    assert words in sentence_of(lambda: world.act("attach", task, kind=kind, file_name="a.jpg", chunks=[content]))


def test_a_file_damaged_on_the_way_is_refused_and_one_changed_in_its_place_is_not_shown(world: World):
    task = world.on_site()
    call = {"kind": "photo", "file_name": "../../etc/a.jpg", "chunks": [JPEG]}
    assert "传输中有损坏" in sentence_of(lambda: world.act("attach", task, sha256="0" * 64, **call))
    kept = world.act("attach", task, **call)
    assert kept.file_name == "a.jpg"
    assert storage.read_attachment(kept) == JPEG
    (storage.folder() / kept.path).write_bytes(JPEG + b"!")
    assert "与登记的摘要值" in sentence_of(lambda: storage.read_attachment(kept))
    (storage.folder() / kept.path).unlink()
    assert "已不在存储中" in sentence_of(lambda: storage.read_attachment(kept))


# -- list and problems -------------------------------------------------------------------------------------------------


def test_the_list_asks_what_holds_for_the_field_on_the_day_with_articles(world: World):
    task = world.on_site()
    items = {item.id: item for group in checklist_of(task) for item in group.items}
    assert "CK-F6" in items
    assert "CK-D6" not in items
    assert items["CK-D2"].articles[0].text.startswith("《检验检测机构监督管理办法》第十四条")
    said = sentence_of(lambda: world.act("answer_item", task, item_id="CK-D6", answer="ok"))
    assert said == "本次检查没有检查项“CK-D6”。"


def test_the_article_of_a_problem_is_that_of_the_day_of_conduct(world: World):
    task = world.on_site()
    old = world.found(task, conduct_on=date(2024, 10, 8))
    new = world.found(task, conduct_on=date(2026, 10, 8))
    assert "第十三条" in old.article.partition("（")[0] + old.article
    assert old.article != new.article
    assert "第十四条第二款第（二）项" in new.article
    assert [old.number, new.number] == [f"{task.number}-01", f"{task.number}-02"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"limit_on": None}, "责令限期改正须写明改正期限。"),
        ({"limit_on": date(2026, 10, 1)}, "改正期限2026年10月1日不在今天以后。"),
        ({"conduct_on": date(2027, 1, 1)}, "行为日2027年1月1日在将来。"),
        ({"violation_id": "", "item_id": ""}, "请选违法情形，或者选有条文的检查项：每个问题都要有依据。"),
        ({"text": "  "}, "请填写发现的问题。"),
        ({"severity": "x"}, "请选择一般问题还是严重问题。"),
        ({"report_id": "R9"}, "这份报告不在本次抽查的报告里。"),
    ],
)
def test_a_problem_that_lacks_something_is_refused(world: World, change: dict[str, Any], sentence: str):
    task = world.on_site()
    assert sentence_of(lambda: world.found(task, **change)) == sentence


def test_a_withdrawn_problem_stays_with_its_reason_and_its_number_is_not_given_again(world: World):
    task = world.on_site()
    found = world.found(task)
    services_call = {"finding": found, "user": world.lead, "on": NOW.date(), "now": NOW}
    from hengjian.apps.inspections import services

    assert sentence_of(lambda: services.withdraw_finding(reason="", **services_call)) == "请填写撤回理由。"
    assert services.withdraw_finding(reason="重复", **services_call).state == "withdrawn"
    assert world.found(task).number == f"{task.number}-02"


# -- report sampling ---------------------------------------------------------------------------------------------------


@pytest.fixture
def with_reports(world: World) -> World:
    """Thirty reports of the lab, three named by a strong alert; one instrument, calibrated till 14 September."""
    lab, county = world.lab, world.county
    lab.organ = county
    rows = [report(lab, n, tester_id="P1", signatory_id="P1") for n in range(27)]
    rows += [backwards(lab, n) | {"tester_id": "P1"} for n in range(27, 30)]
    for row in rows[:27]:
        row["issued_at"] = row["issued_at"].replace(tzinfo=None)
    put_into_lake(organ=county, user=world.chief, table="reports", rows=rows)
    results = [
        {"report_id": row["report_id"], "item_code": "SO2", "item_name": "二氧化硫",
         "instrument_id": "E1", "tester_id": "P1", "started_at": row["started_at"], "raw_sha256": "a" * 64}
        for row in rows
    ]  # fmt: skip
    put_into_lake(organ=county, user=world.chief, table="results", rows=results)
    records = [
        {"report_id": row["report_id"], "item_code": "SO2", "raw_sha256": "a" * 64, "recorded_at": row["finished_at"],
         "header_serial_no": "SN-1"}
        for row in rows[:-1]
    ]  # fmt: skip
    put_into_lake(organ=county, user=world.chief, table="raw_records", rows=records)
    Instrument.objects.create(institution=lab, instrument_id="E1", name="天平", serial_no="SN-1", row_key="e1")
    Calibration.objects.create(
        institution=lab, instrument_id="E1", calibrated_on=date(2025, 9, 15), valid_to=date(2026, 9, 14), row_key="c1"
    )
    Person.objects.create(institution=lab, person_id="P1", name="闻一", employed_from=date(2020, 1, 1), row_key="p1")
    named = [row["report_id"] for row in rows[27:]]
    finished(organ=county, user=world.chief, findings=[finding(lab, reports=named)])
    return world


WINDOW = {"window_from": date(2026, 9, 1), "window_to": date(2026, 10, 31)}


def test_drawn_reports_can_be_drawn_again_by_anybody(with_reports: World):
    task = with_reports.on_site()
    sample = with_reports.act("sample_reports", task, size=6, **WINDOW)
    assert (sample.listed, sample.reports.count()) == (30, 6)
    assert sampling.differences(sample) == []
    listed = sampling.read_list(storage.read_kept(sample.list_path, sample.list_sha256, "名单"))
    assert sorted(weight for _, weight in listed.values()) == [1] * 27 + [6] * 3
    first = sample.reports.first()
    heavy = sample.reports.filter(weight=6).first()
    assert first.pi == ("2/15" if first.weight == 1 else "4/5")
    assert heavy is None or heavy.alerts
    verbs = list(Event.objects.order_by("-sequence").values_list("verb", flat=True)[:2])
    assert verbs == ["inspection.sample_reports", "inspection.freeze_reports"]


def test_a_changed_list_salt_or_sample_is_seen(with_reports: World):
    task = with_reports.on_site()
    sample = with_reports.act("sample_reports", task, size=4, **WINDOW)
    row = sample.reports.first()
    true_id, row.report_id = row.report_id, "R99999"
    row.save()
    assert sampling.differences(sample) == [f"第 1 份应为 {true_id}，记录的是 R99999"]
    row.report_id = true_id
    row.save()
    sample.salt = "00" * 32
    assert sampling.differences(sample) == ["种子与盐值、任务编号、名单摘要值推算的不一致"]
    (storage.folder() / sample.list_path).write_bytes(b"key\treport_id\tweight\n")
    assert "与登记的摘要值" in sampling.differences(sample)[0]


def test_a_second_drawing_leaves_out_what_was_drawn_and_sizes_are_bounded(with_reports: World):
    task = with_reports.on_site()
    first = with_reports.act("sample_reports", task, size=10, **WINDOW)
    second = with_reports.act("sample_reports", task, size=50, **WINDOW)
    assert (second.listed, second.size) == (20, 20)
    drawn = set(first.reports.values_list("report_id", flat=True)) | set(
        second.reports.values_list("report_id", flat=True)
    )
    assert len(drawn) == 30
    assert "还可以抽 30 份" in sentence_of(lambda: with_reports.act("sample_reports", task, size=31, **WINDOW))
    assert sentence_of(lambda: with_reports.act("sample_reports", task, size=0)) == "至少抽 1 份报告。"
    said = sentence_of(lambda: with_reports.act("sample_reports", task, size=3, **WINDOW))
    assert said.startswith("收下的报告台账里没有")


def test_the_trace_says_found_missing_or_contradiction(with_reports: World):
    task = with_reports.on_site()
    sample = with_reports.act("sample_reports", task, size=30, **WINDOW)
    traced = {one.report_id: {s["key"]: s for s in one.traced["steps"]} for one in sample.reports.all()}
    early, late, wild = traced["R00001"], traced["R00020"], traced["R00029"]
    assert early["calibration"]["state"] == "found"
    assert late["calibration"]["state"] == "contradiction"
    assert late["calibration"]["text"] == "天平在 2026-09-22 没有有效的检定校准"
    assert early["raw"]["state"] == "found"
    assert wild["raw"]["state"] == "missing"
    assert wild["times"]["state"] == "contradiction"
    assert early["person"]["state"] == "found"
    assert early["signatory"]["text"] == "闻一没有授权签字人登记"
    assert early["scope"]["state"] == "missing"


def test_every_step_is_answered_on_site(with_reports: World):
    task = with_reports.on_site()
    sample = with_reports.act("sample_reports", task, size=1, **WINDOW)
    one = sample.reports.get()
    call = {"report_id": one.report_id, "step": "raw"}
    assert "现场看到的情况" in sentence_of(lambda: with_reports.act("trace_report", task, answer="problem", **call))
    for step in one.traced["steps"]:
        done = with_reports.act("trace_report", task, report_id=one.report_id, step=step["key"], answer="ok")
    assert done.traced_at == NOW
    with pytest.raises(Refused):
        with_reports.act("trace_report", task, report_id=one.report_id, step="nothing", answer="ok")
    with pytest.raises(Refused):
        with_reports.act("trace_report", task, report_id="R77777", step="raw", answer="ok")


def test_moments_of_a_visit_are_the_writers(world: World):
    task = world.task(now=NOW - timedelta(days=1))
    morning = datetime(2026, 11, 1, 1, 14, tzinfo=UTC)
    for user in (world.lead, world.member):
        world.act("enter", task, user=user, made_at=morning, sent_at=NOW)
    assert fresh(task).visit.entered_at == morning
