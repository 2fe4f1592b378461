"""Evidence: the eight kinds, two officers, copies, electronic data, files by digest, custody, exclusion, adoption."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hengjian.apps.alerts.models import Alert
from hengjian.apps.cases import custody, evidence_adopting
from hengjian.apps.cases.evidence_files import FILE_MOST, digest_of, open_file, place_of
from hengjian.apps.cases.evidence_policies import matter_policy
from hengjian.apps.cases.evidence_procedures import EVIDENCE, INQUIRY, KINDS, REQUEST
from hengjian.apps.cases.evidence_taking import add_files, exclude_evidence, readmit_evidence, register_evidence
from hengjian.apps.cases.investigating import conclude
from hengjian.apps.cases.models import EvidenceFile
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused
from tests.apps.cases.core_world import World, card, filed, make_world, noon, proposed
from tests.apps.cases.evidence_world import bare_fact, evidence, prove, taken, upload
from tests.apps.factories import make_institution
from tests.apps.runs.samples import running
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_ROOT = tmp_path / "uploads"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.parametrize("procedure", [EVIDENCE, INQUIRY, REQUEST], ids=lambda one: one.name)
def test_every_state_and_action_is_decided(procedure):
    assert_every_pair_is_decided(procedure)


def test_evidence_has_its_number_who_took_it_and_the_digest_of_every_file(world: World):
    case = filed(world)
    first = evidence(world, case, files=[upload()])
    second = evidence(world, case, name="委托合同")
    assert (first.number, second.number) == ("Z-01", "Z-02")
    assert (first.card_one, first.card_two) == ("ZF-01", "ZF-02")
    file = first.files.get()
    assert file.sha256 == digest_of(b"%PDF-1.4 page") and place_of(file.sha256).exists()
    event = Event.objects.get(verb="evidence.register", thing_id=str(first.pk))
    assert event.after["name"] == "安全帽样品登记簿"
    assert case.steps.filter(action="evidence.register").count() == 2


@pytest.mark.parametrize("kind", KINDS)
def test_all_eight_kinds_are_taken(world: World, kind: str):
    electronic = {"e_method": "镜像", "e_maker": "沈砚秋", "e_made_at": noon(world.day), "made_digest": "ab" * 32}
    found = evidence(world, filed(world), kind=kind, **(electronic if kind == "electronic" else {}))
    assert found.kind == kind


def test_one_officer_is_not_enough(world: World):
    with pytest.raises(Refused) as refused:
        evidence(world, filed(world), officer_two=world.one)
    assert refused.value.sentence == "执法人员不得少于两人，请选两名不同的执法人员。"
    assert refused.value.article == "《市场监督管理行政处罚程序规定》第二十二条"


def test_a_certificate_that_has_run_out_is_named(world: World):
    case = filed(world)
    card(world.two, "ZF-02", world.day - timedelta(days=1))
    with pytest.raises(Refused) as refused:
        evidence(world, case)
    assert refused.value.sentence == "阮知白的执法证有效期止于2026年11月1日，2026年11月2日不能承办案件。"
    assert not case.evidence.exists()


def test_a_copy_names_its_maker_its_method_and_where_the_original_is(world: World):
    case = filed(world)
    with pytest.raises(Refused) as refused:
        evidence(world, case, carrier="copy")
    assert refused.value.sentence == "请填写复制人。"
    copied = {"carrier": "copy", "copy_maker": "沈砚秋", "copy_method": "复印", "original_at": "机构档案室"}
    assert evidence(world, case, **copied).copied_on == world.day


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("e_method", "请填写提取方法。"),
        ("e_maker", "请填写制作人。"),
        ("e_made_at", "电子数据须注明提取时间，请填写。"),
        ("made_digest", "电子数据须有提取时计算的完整性校验值（SHA-256），请填写。"),
    ],
)
def test_electronic_data_lack_nothing(world: World, missing: str, said: str):
    values: dict[str, Any] = {
        "e_method": "镜像", "e_maker": "沈砚秋", "e_made_at": noon(world.day), "made_digest": "ab" * 32,
    }  # fmt: skip
    values[missing] = None if missing == "e_made_at" else ""
    with pytest.raises(Refused) as refused:
        evidence(world, filed(world), kind="electronic", **values)
    assert refused.value.sentence == said


def test_electronic_data_are_compared_with_the_digest_of_their_extraction(world: World):
    case, content = filed(world), b"raw database"
    values: dict[str, Any] = {
        "kind": "electronic", "e_method": "导出", "e_maker": "沈砚秋", "e_made_at": noon(world.day),
        "made_digest": digest_of(content),
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        evidence(world, case, files=[upload(b"another")], **values)
    assert refused.value.sentence.startswith(f"上传的文件没有一个与提取时的校验值 {digest_of(content)[:8]}… 相符")
    assert not case.evidence.exists()
    assert evidence(world, case, files=[upload(content, "raw.db")], **values).files.count() == 1


def test_the_same_file_twice_is_one(world: World):
    case = filed(world)
    first = evidence(world, case, files=[upload(), upload(name="另一名字.pdf")])
    assert first.files.count() == 1
    assert add_files(evidence=first, files=[upload()], user=world.one, **world.when) == []
    with pytest.raises(Refused) as refused:
        evidence(world, case, name="再登记", files=[upload()])
    assert refused.value.sentence == (
        "“登记簿.pdf”与 Z-01 的“登记簿.pdf”是同一份文件（摘要值相同），不重复登记；请在 Z-01 中补充证明事项。"
    )
    assert EvidenceFile.objects.count() == 1 and case.evidence.count() == 1


def test_a_file_above_the_limit_is_refused_and_nothing_stays(world: World, settings: Any):
    class Video:
        name, size = "巡查.mp4", FILE_MOST + 1

        def chunks(self):  # pragma: no cover – never read
            yield b""

    case = filed(world)
    with pytest.raises(Refused) as refused:
        evidence(world, case, kind="audiovisual", files=[Video()])
    assert refused.value.sentence == (
        "“巡查.mp4”有 200 MB，单个证据文件最多 200 MB，没有收下。"
        "请把原始载体封存为物证，登记提取方法和校验值；或者分段提交。"
    )
    assert not case.evidence.exists() and not list(Path(settings.UPLOADS_ROOT).rglob("*.part"))


def test_a_video_of_exactly_the_limit_is_taken(world: World):
    class Video:
        name, size = "巡查.mp4", FILE_MOST

        def chunks(self):
            for _ in range(FILE_MOST // (8 << 20)):
                yield bytes(8 << 20)

    found = evidence(world, filed(world), kind="audiovisual", files=[Video()])
    assert found.files.get().size == FILE_MOST


def test_an_empty_file_is_refused(world: World):
    with pytest.raises(Refused) as refused:
        evidence(world, filed(world), files=[upload(b"", "空.pdf")])
    assert refused.value.sentence == "“空.pdf”是空文件，没有收下。请重新选一份。"


def test_changed_bytes_are_not_opened(world: World):
    file = evidence(world, filed(world), files=[upload()]).files.get()
    assert b"".join(open_file(file, on=world.day)) == b"%PDF-1.4 page"
    place_of(file.sha256).write_bytes(b"changed")
    with pytest.raises(Refused) as refused:
        open_file(file, on=world.day)
    assert refused.value.sentence == (
        f"“登记簿.pdf”的内容与登记的摘要值 {file.sha256[:8]}… 不符，文件被改动或者损坏，已停止打开；请从备份恢复。"
    )


def test_only_investigators_add_evidence_and_only_while_the_case_is_open(world: World):
    case = filed(world)
    with pytest.raises(NotAllowed) as refused:
        register_evidence(case=case, entry=taken(world), user=world.three, **world.when)
    assert refused.value.sentence == "您不是本案的办案人员，不能登记证据。"
    case.state = "closed"
    case.save()
    with pytest.raises(IllegalMove) as late:
        evidence(world, case)
    assert late.value.sentence == "案件现处于“已结案”状态，不能登记证据。"


def test_evidence_may_be_taken_before_the_filing(world: World):
    assert evidence(world, proposed(world)).number == "Z-01"


def test_what_an_institution_user_or_stranger_sees_is_no_right(world: World):
    found = evidence(world, filed(world))
    assert matter_policy(world.city_leader, on=world.day)("evidence.take", found) is None


def test_excluded_evidence_stays_with_its_reason_and_another_person_readmits_it(world: World):
    found = evidence(world, filed(world))
    found = exclude_evidence(
        evidence=found, user=world.one, **world.when, ground="unlawful", reason="未出示执法证件", seen="held"
    )
    assert (found.state, found.exclusion, found.judged_by) == ("excluded", "unlawful", world.one)
    with pytest.raises(IllegalMove) as alone:
        readmit_evidence(evidence=found, user=world.one, **world.when, reason="补正")
    assert alone.value.sentence == "“恢复使用”须由另一人办理，提出人本人不能自己复核。"
    assert readmit_evidence(evidence=found, user=world.two, **world.when, reason="补正").state == "held"


def test_two_at_once_exclude_and_the_second_is_told(world: World):
    found = evidence(world, filed(world))
    exclude_evidence(evidence=found, user=world.one, **world.when, ground="other", reason="重复", seen="held")
    with pytest.raises(IllegalMove) as second:
        exclude_evidence(evidence=found, user=world.two, **world.when, ground="other", reason="重复", seen="held")
    assert second.value.sentence.startswith("证据现处于“已排除”状态，不能“排除证据”")


def test_no_conclusion_without_evidence_for_each_contravention(world: World):
    case = filed(world)
    bare_fact(world, case)
    with pytest.raises(IllegalMove) as bare:
        conclude(case=case, user=world.one, **world.when, report="报告", proposal="建议")
    assert bare.value.sentence == (
        "违法事实“未经检验检测出具报告 83 份”还没有可用的证据，不能调查终结；请登记证据并关联违法事实。"
    )
    assert bare.value.article == "《市场监督管理行政处罚程序规定》第二十三条"
    found = prove(world, case)
    exclude_evidence(evidence=found, user=world.one, **world.when, ground="other", reason="重复")
    with pytest.raises(IllegalMove):
        conclude(case=case, user=world.one, **world.when, report="报告", proposal="建议")
    readmit_evidence(evidence=found, user=world.two, **world.when, reason="补正")
    assert conclude(case=case, user=world.one, **world.when, report="报告", proposal="建议").state == "concluded"


def hand_over(world: World, found: Any, **more: Any) -> Any:
    values: dict[str, Any] = {
        "at": noon(world.day), "giver": "沈砚秋", "taker": "仓管员", "purpose": "store", "place": "物证室",
        "seal_state": "sealed", "seal_no": "封 001",
    }  # fmt: skip
    return custody.hand_over(evidence=found, user=world.one, **world.when, **(values | more))


def test_a_closed_chain_of_custody(world: World):
    found = evidence(world, filed(world))
    hand_over(world, found)
    world.on(1)
    hand_over(world, found, giver="仓管员", taker="质检中心", purpose="examine", seal_state="intact")
    assert custody.chain_breaks(found, list(found.custody.all())) == []


def test_a_broken_chain_is_named_and_taken_only_with_a_note(world: World):
    found = evidence(world, filed(world))
    hand_over(world, found)
    world.on(1)
    broken = {"giver": "另一人", "taker": "质检中心", "purpose": "examine", "seal_state": "intact", "seal_no": "封 009"}
    with pytest.raises(Refused) as refused:
        hand_over(world, found, **broken)
    assert refused.value.sentence == (
        "第 2 次交接：移交人是另一人，而此前保管人是仓管员，中间没有交接记录。"
        "请核对；情况属实的，在说明里写明原因再登记。"
    )
    hand_over(world, found, **broken, note="交接表遗失，已补情况说明")
    said = [one.sentence for one in custody.chain_breaks(found, list(found.custody.all()))]
    assert said == [
        "第 2 次交接：移交人是另一人，而此前保管人是仓管员，中间没有交接记录。",
        "第 2 次交接：封条编号是 封 009，而此前加封的是 封 001。",
    ]


def test_custody_never_runs_backwards_or_into_the_future(world: World):
    found = evidence(world, filed(world))
    with pytest.raises(Refused) as future:
        hand_over(world, found, at=noon(world.day + timedelta(days=1)))
    assert future.value.sentence == "交接时间2026年11月3日 12:00还没有到，不能预先登记。"
    with pytest.raises(Refused) as early:
        hand_over(world, found, at=noon(world.day - timedelta(days=1)))
    assert early.value.sentence == "交接时间2026年11月1日 12:00早于证据的取得日期。"


def make_alert(world: World, institution: Any) -> Alert:
    run = running(organ=world.organ, user=world.one)
    when = noon(world.day)
    return Alert.objects.create(
        number=run.number.replace("SC", "YJ"), organ=world.organ, institution=institution, finding_key="0" * 16,
        finding_id="1" * 16, detector="B8", version=1, severity="certain", score=20.0, title="压力机无用电而有报告",
        subject_kind="report", subject_id="R1", n_reports=3, evidence={"says": "压力机无用电"}, state_at=when,
        run=run, last_run=run, first_seen=when, last_seen=when,
    )  # fmt: skip


def test_an_alert_packet_becomes_evidence_by_reference_and_is_hashed_on_reading(world: World):
    case = filed(world)
    alert = make_alert(world, world.institution)
    found = evidence_adopting.adopt_alert(
        case=case, number=alert.number, proves="压力机无用电而有报告", user=world.one, **world.when
    )
    file = found.files.get()
    assert found.way == "adopted" and file.origin == "alert"
    assert digest_of(b"".join(open_file(file, on=world.day))) == file.sha256
    alert.evidence = {**alert.evidence, "says": "改过的话"}
    alert.save()
    with pytest.raises(Refused) as changed:
        open_file(file, on=world.day)
    assert changed.value.sentence.startswith(f"“{alert.number}.json”现在的内容与登记的摘要值")


def test_material_about_somebody_else_is_not_adopted(world: World):
    case = filed(world)
    other = make_alert(world, make_institution(world.organ))
    with pytest.raises(NotFound) as refused:
        evidence_adopting.adopt_alert(case=case, number=other.number, proves="x", user=world.one, **world.when)
    assert refused.value.sentence == "没有这个预警，或者它不是本案当事人的。"
