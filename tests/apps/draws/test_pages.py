"""Pages of draws: a chief's whole way through the browser's forms, what each role sees, downloads, small costs."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import Role
from hengjian.apps.draws import bundle, services
from hengjian.apps.draws.models import Draw
from hengjian.apps.record.models import Event
from tests.apps.draws.samples import (
    DONE,
    KL8_VALUES,
    LATER,
    NOW,
    SALTS,
    SSQ_VALUES,
    draw_at,
    project,
)
from tests.apps.factories import make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def clock(monkeypatch):
    """Moves the views' clock."""

    def set_to(moment) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(NOW)
    return set_to


def sign_in(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def page(client, name: str, *args: object, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(f"draws:{name}", args=args), query)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def post(client, name: str, *args: object, status: int = 302, **data: object) -> str:
    answer = client.post(reverse(f"draws:{name}", args=args), data)
    assert answer.status_code == status, answer.content.decode()[:4000]
    return answer.content.decode()


SETTINGS = {
    "title": "一般抽查第一批", "mode": "open", "method": "pareto", "stratify": "field", "n": "9",
    "min_per_stratum": "2", "planned_from": "2026-03-09", "planned_to": "2026年3月20日", "team": "own",
}  # fmt: skip
COMMIT = {
    "form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0", "form-MIN_NUM_FORMS": "3", "form-MAX_NUM_FORMS": "3",
    "form-0-kind": "ssq", "form-0-issue": "2026023", "form-0-drawn_at": "2026-03-03 21:30",
    "form-0-fallback_issue": "2026024", "form-0-fallback_at": "2026-03-05 21:30",
    "form-1-kind": "kl8", "form-1-issue": "2026053", "form-1-drawn_at": "2026-03-03 21:30",
    "form-1-fallback_issue": "2026055", "form-1-fallback_at": "2026-03-05 21:30",
    "deadline": "2026-03-04 12:00",
}  # fmt: skip
ENTROPY = {
    "s0-issue": "2026023", "s0-published_at": "2026-03-03 21:30", "s0-values": SSQ_VALUES, "s0-evidence": "开奖公告",
    "s1-issue": "2026053", "s1-published_at": "2026-03-03 21:30", "s1-values": KL8_VALUES, "s1-evidence": "开奖公告",
}  # fmt: skip


def test_a_chief_plans_commits_draws_and_publishes(stage, clock):
    chief, legal = sign_in(stage.chief), sign_in(stage.legal)
    assert "一般抽查" in page(chief, "list")
    assert "一般抽查第 1 批" in page(chief, "new", stage.item.number, 1)
    post(chief, "new", stage.item.number, 1, **SETTINGS)
    number = Draw.objects.get().number
    assert "核对名录、剔除和人员后冻结名录" in page(chief, "show", number)
    assert "6 人可以列入" in page(chief, "people", number)
    assert "名录 30 家，剔除 0 家" in page(chief, "roster", number)
    post(chief, "move", number, action="freeze", seen_state="draft")
    assert "去公布承诺" in page(chief, "show", number)
    page(chief, "commit", number)
    post(chief, "commit", number, seen_state="frozen", **COMMIT)
    draw = Draw.objects.get()
    assert draw.commit_sha256[:8] in page(chief, "show", number)
    assert "等熵产生" in page(chief, "show", number)
    clock(LATER)
    chief, legal = sign_in(stage.chief), sign_in(stage.legal)  # a session does not last a day
    assert "照公告录入熵" in page(legal, "entropy", number)
    post(legal, "entropy", number, seen_state="committed", **ENTROPY)
    assert "独立再录一遍" in page(chief, "entropy", number)
    assert SSQ_VALUES.split()[3] + " " not in page(chief, "entropy", number)
    post(chief, "entropy", number, seen_state="entropy_entered", **ENTROPY)
    post(chief, "move", number, action="draw", seen_state="entropy_confirmed")
    assert "从 30 家中抽出 9 家" in page(chief, "show", number)
    post(chief, "move", number, action="publish", seen_state="drawn")
    shown = page(chief, "show", number)
    draw.refresh_from_db()
    assert all(one.institution.name in shown for one in draw.units.filter(selected=True).select_related("institution"))
    assert "名录中没有代码" in page(chief, "find", number, q="91990121MA0000000X", status=404)
    reserve = draw.units.filter(reserve=True).order_by("stratum", "rank")[0]
    assert "备选" in page(chief, "find", number, q=reserve.unit_id)
    assert "次抽取没有看出偏离随机" in page(chief, "monitors")


def test_what_was_typed_stays_when_it_is_refused(stage, clock):
    client, draw = sign_in(stage.chief), draw_at(stage, "frozen")
    shown = post(client, "commit", draw.number, status=422, **{**COMMIT, "form-0-issue": "第23期"})
    assert "双色球的期号应为年份加三位期号，如 2026133，“第23期”不对。" in shown
    assert 'value="第23期"' in shown
    shown = post(client, "commit", draw.number, status=422, **{**COMMIT, "deadline": "明天"})
    assert "“明天”不是时间，请写成 2026-11-17 21:30 这样。" in shown
    shown = post(client, "new", stage.item.number, 1, status=409, **SETTINGS)
    assert "同一批次只能抽一次。" in shown
    shown = post(client, "exclude", draw.number, status=409, uscc=stage.labs[0].uscc, code="other", note="四个字呀")
    assert "不能剔除" in shown


def test_the_second_comer_gets_a_sentence_and_not_an_error(stage, clock):
    clock(LATER)
    draw = draw_at(stage, "drawn")
    shown = post(sign_in(stage.leader), "move", draw.number, status=409, action="draw", seen_state="entropy_confirmed")
    assert "尤二已于2026年3月3日 22:00把本次抽查办为“已抽取”，您的操作没有写入。" in shown
    assert "没有这一操作" in post(sign_in(stage.leader), "move", draw.number, status=422, action="redraw")


def test_nothing_of_a_sealed_sample_is_shown_to_those_without_the_right(stage, clock):
    clock(LATER)
    draw = draw_at(stage, "announced", mode="sealed")
    chosen = list(draw.units.filter(selected=True).select_related("institution"))
    analyst = sign_in(make_user(stage.office.county, Role.ANALYST))
    for name in ("show", "people", "monitors"):
        shown = page(analyst, name, *(() if name == "monitors" else (draw.number,)))
        assert not [one for one in chosen if one.institution.name in shown or one.ticket[:8] in shown], name
        assert draw.secret.seed[:8] not in shown
    found = page(analyst, "find", draw.number, q=chosen[0].unit_id)
    assert "在名录中" in found
    assert "抽中。" not in found
    page(analyst, "unit", draw.number, chosen[0].unit_id, status=403)
    page(analyst, "file", draw.number, "result.json", status=403)
    page(analyst, "file", draw.number, "commit.json")
    answer = analyst.post(reverse("draws:bundle", args=[draw.number]))
    names = {name.partition("/")[2] for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()}
    assert not names & {"result.json", "reveal.json", "roster.tsv", "inspectors.json"}
    before = Event.objects.filter(verb="draw.view_sealed").count()
    assert chosen[0].institution.name in page(sign_in(stage.chief), "show", draw.number)
    assert Event.objects.filter(verb="draw.view_sealed").count() == before + 1


def test_a_roster_that_would_tell_a_sealed_sample_is_not_built(stage):
    draw = draw_at(stage, "announced", mode="sealed")
    client = sign_in(stage.chief)
    day = str(timezone.localdate() + timedelta(days=9))
    data = SETTINGS | {"planned_from": day, "planned_to": day}
    shown = post(client, "new", stage.item.number, 2, status=409, **data)
    assert f"第 1 批（{draw.number}）的密封名单还没有公开，现在编制名录会泄露它抽中了谁。" in shown
    assert Draw.objects.count() == 1


def test_keepers_hand_in_by_their_own_page(stage, clock):
    draw = project(stage, mode="sealed", open_by=date(2026, 4, 10))
    chief, legal = sign_in(stage.chief), sign_in(stage.legal)
    post(chief, "keepers", draw.number, action="name", pk=stage.legal.pk)
    assert "生成盐并保存文件" in page(legal, "people", draw.number)
    shown = post(legal, "keepers", draw.number, status=422, action="hash", salt_sha256="xyz")
    assert "盐的摘要值应当是 64 位十六进制（SHA-256），请核对后重新填写。" in shown
    post(legal, "keepers", draw.number, action="hash", salt_sha256="ab" * 32)
    assert "abababab" in page(chief, "people", draw.number)
    assert "生成盐并保存文件" not in page(chief, "people", draw.number)


def test_the_other_organ_agrees_on_the_shared_page(stage, clock):
    other = stage.office.tree.other_county
    theirs = make_user(other, Role.SECTION_CHIEF)
    draw = project(stage, team="joint")
    page(sign_in(theirs), "show", draw.number, status=404)
    post(sign_in(stage.chief), "partners", draw.number, action="invite", pk=other.pk)
    assert "同意参加" in page(sign_in(theirs), "people", draw.number)
    post(sign_in(theirs), "partners", draw.number, action="join", pk=draw.partners.get().pk)
    assert draw.partners.get().agreed_by == theirs


def test_a_target_is_replaced_and_an_inspector_recused_on_its_page(stage, clock):
    clock(LATER)
    draw = draw_at(stage, "published")
    client, unit = sign_in(stage.chief), draw.units.filter(selected=True, stratum="食品")[0]
    assert "不能检查时替换" in page(client, "unit", draw.number, unit.unit_id)
    shown = post(client, "substitute", draw.number, unit.unit_id, status=422, code="closed_on_site", note="现场已搬空")
    assert "“现场关闭”须有现场照片。" in shown
    big = io.BytesIO(b"\xff\xd8" + bytes(40 * 1024 * 1024))
    big.name = "现场.jpg"
    shown = post(
        client, "substitute", draw.number, unit.unit_id, status=422, code="closed_on_site", note="现场已搬空", photo=big
    )
    assert "超过 20" in shown
    assert "现场已搬空" in shown
    photo = io.BytesIO(b"\xff\xd8photo")
    photo.name = "现场.jpg"
    post(client, "substitute", draw.number, unit.unit_id, code="closed_on_site", note="现场已搬空", photo=photo)
    assert "您提出的，须由另一人确认。" in page(client, "unit", draw.number, unit.unit_id)
    leader = sign_in(stage.leader)
    assert "确认，由备选递补" in page(leader, "unit", draw.number, unit.unit_id)
    post(client, "substitute", draw.number, unit.unit_id, status=403, action="confirm")
    post(leader, "substitute", draw.number, unit.unit_id, action="confirm")
    row = draw.substitutions.get()
    assert (bundle.folder(draw).parent / "photos" / row.photo_sha256).read_bytes() == b"\xff\xd8photo"
    taken = row.substitute
    lead = taken.assignments.get(slot="lead", current=True)
    post(client, "recuse", draw.number, taken.unit_id, lead.pk, code="kin", note="其弟在该机构任职")
    assert "回避：近亲属" in page(client, "unit", draw.number, taken.unit_id)
    assert "替换 1 家" in page(client, "show", draw.number)


def test_the_archive_holds_the_files_the_readme_and_both_verifiers(stage, clock):
    draw = draw_at(stage, "published")
    answer = sign_in(stage.chief).post(reverse("draws:bundle", args=[draw.number]))
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    names = {name.partition("/")[2] for name in archive.namelist()}
    assert names >= {
        "commit.json",
        "roster.tsv",
        "reveal.json",
        "result.json",
        "exclusions.tsv",
        "rules.json",
        "README.txt",
    }
    assert {name.rpartition(".")[2] for name in names} >= {"py", "html"}
    readme = archive.read(f"{draw.number}/README.txt").decode()
    assert draw.commit_sha256 in readme
    assert bundle.as_zip(draw, bundle.files(draw)) == bundle.as_zip(draw, bundle.files(draw))
    assert Event.objects.filter(verb="draw.download").count() == 1


def test_pages_cost_few_queries(stage, clock, django_assert_max_num_queries):
    draw = draw_at(stage, "published")
    client = sign_in(stage.chief)
    for name, args, most in (
        ("show", [draw.number], 40), ("roster", [draw.number], 25), ("list", [], 25), ("people", [draw.number], 25),
    ):  # fmt: skip
        page(client, name, *args)
        with django_assert_max_num_queries(most):
            page(client, name, *args)


def test_void_and_thaw_ask_for_the_reason(stage, clock):
    client, draw = sign_in(stage.chief), draw_at(stage, "frozen")
    assert "缺少必填事项：理由。" in post(client, "move", draw.number, status=409, action="thaw")
    post(client, "move", draw.number, action="thaw", reason="漏了一家机构")
    post(client, "settings", draw.number, **{**SETTINGS, "n": "8"})
    assert Draw.objects.get().n == 8
    shown = post(client, "move", draw.number, status=422, action="void", reason="重来")
    assert "作废理由会公开，请写清楚，至少 6 个字。" in shown
    post(client, "move", draw.number, action="void", reason="计划事项的范围写错")
    assert "已作废" in page(client, "show", draw.number)


def test_a_sealed_draw_that_is_opened_shows_all(stage, clock):
    draw = draw_at(stage, "published", mode="sealed")
    clock(DONE)
    analyst = sign_in(make_user(stage.office.county, Role.ANALYST))
    shown = page(analyst, "show", draw.number)
    assert draw.seed[:8] in shown
    assert SALTS[0] in bundle.files(draw)["reveal.json"].decode()
    assert services.quota_of(draw) == draw.result["quota"]


def test_the_desk_says_whose_turn_it_is(stage, clock):
    draw = project(stage, mode="sealed", open_by=date(2026, 4, 10))
    chief = sign_in(stage.chief)
    post(chief, "keepers", draw.number, action="name", pk=stage.legal.pk)
    home = reverse("desk:home")
    assert "冻结名录：一般抽查第一批" in chief.get(home).content.decode()
    assert "交盐的摘要值：一般抽查第一批" in sign_in(stage.legal).get(home).content.decode()
    assert "一般抽查第一批" not in sign_in(stage.supervisor).get(home).content.decode()
