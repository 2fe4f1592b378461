"""The desk shows what waits for this person and nothing else; the search finds only what may be seen."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.alerts.models import Alert
from hengjian.apps.desk.finding import code_advice, marked, split_prefix
from hengjian.apps.desk.tasks import Task, grouped, until_text, waited
from hengjian.apps.intake.models import Submission
from hengjian.apps.registry.models import Certificate, Person
from hengjian.law.loader import edition
from tests.apps.factories import LONG_AGO, NOW, TODAY, make_institution, make_tree, make_user
from tests.apps.runs.samples import finding, finished, put_into_lake, report


@pytest.fixture
def tree(db, settings, tmp_path):
    settings.LAKE_ROOT, settings.RUNS_ROOT = tmp_path / "lake", tmp_path / "runs"
    return make_tree()


def client_of(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer):
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


def alert(tree, name="青石县远衡机动车检测有限公司"):
    lab = make_institution(tree.county, name=name)
    finished(organ=tree.county, user=make_user(tree.county), findings=[finding(lab, reports=["R00001"])])
    return Alert.objects.get(institution=lab)


def submission(tree, state="previewed"):
    return Submission.objects.create(
        number=f"BS-{state}", organ=tree.county, submitted_by=make_user(tree.county), sender="青石县食品抽检",
        file_name="十月台账.xlsx", sha256=state.ljust(64, "0"), size=3, received_at=timezone.now(), state=state,
    )  # fmt: skip


def task(days, title="一件事"):
    return Task("doc", title, "", "/", "看", "alerts", since=NOW - timedelta(days=days))


def test_tasks_stand_by_age_the_oldest_first():
    groups = grouped([task(1), task(40, "最老"), task(8), task(31)], NOW)
    assert [(group.key, len(group.tasks)) for group in groups] == [("month", 2), ("week", 1), ("fresh", 1)]
    assert groups[0].tasks[0].title == "最老"
    assert grouped([], NOW) == []
    assert grouped([task(-1)], NOW)[0].key == "fresh"


def test_what_is_overdue_stands_before_all_that_merely_waits():
    overdue = Task("warn", "逾期未改", "", "/", "看", "rectify", since=NOW - timedelta(days=1), clock="late")
    groups = grouped([task(40), overdue], NOW)
    assert [(group.key, group.kind, len(group.tasks)) for group in groups] == [("late", "bad", 1), ("month", "warn", 1)]


def test_ages_and_ends_are_said_in_days():
    assert [waited(NOW - timedelta(days=n), NOW) for n in (0, 12)] == ["今天", "等了 12 日"]
    assert [until_text(TODAY + timedelta(days=n), TODAY) for n in (-2, 0, 5, 80)] == [
        ("late", "已过期 2 日"), ("due", "今天到期"), ("due", "剩 5 日"), ("", "剩 80 日"),
    ]  # fmt: skip


def test_the_analyst_judges_and_the_chief_confirms(tree):
    one = alert(tree)
    submission(tree)
    analyst = text(client_of(make_user(tree.county, Role.ANALYST)).get("/"))
    assert one.number in analyst and "件事等我办" in analyst
    elsewhere = text(client_of(make_user(tree.other_county, Role.ANALYST)).get("/"))
    assert one.number not in elsewhere and "没有等我办的事" in elsewhere
    assert "确认收下：十月台账.xlsx" in text(client_of(make_user(tree.county, Role.SECTION_CHIEF)).get("/"))


def test_a_dismissal_waits_for_another_person_than_who_proposed_it(tree):
    one = alert(tree)
    chief, other = make_user(tree.county, Role.SECTION_CHIEF), make_user(tree.county, Role.SECTION_CHIEF)
    Alert.objects.filter(pk=one.pk).update(state="dismissal_proposed", judged_by=chief)
    assert "须另一人复核" not in text(client_of(chief).get("/"))
    assert "须另一人复核" in text(client_of(other).get("/"))


def test_what_changed_is_counted_from_the_visit_before(tree):
    one, user = alert(tree), make_user(tree.county)
    User.objects.filter(pk=user.pk).update(previous_visit_at=one.first_seen - timedelta(minutes=1))
    assert f"新预警：{one.institution.name}" in text(client_of(user).get("/"))
    User.objects.filter(pk=user.pk).update(previous_visit_at=timezone.now() + timedelta(days=1))
    assert "没有新的预警、筛查和报送" in text(client_of(user).get("/"))


def test_certificates_that_end_soon_are_listed_unless_a_later_one_is_there(tree):
    today = timezone.localdate()
    for name, ends in (("快到期", [20]), ("已延续", [20, 900]), ("还早", [200])):
        lab = make_institution(tree.county, name=f"{name}检测公司")
        for left in ends:
            Certificate.objects.create(
                institution=lab, certificate_no=f"{left}", valid_from=LONG_AGO, valid_to=today + timedelta(days=left),
                row_key=f"{name}{left}",
            )  # fmt: skip
    page = text(client_of(make_user(tree.county)).get("/"))
    assert "快到期检测公司" in page and "剩 20 日" in page
    assert "已延续检测公司" not in page and "还早检测公司" not in page


def test_an_institution_user_finds_the_own_dossier_and_no_other(tree):
    lab, other = make_institution(tree.county, name="甲检测公司"), make_institution(tree.county, name="乙检测公司")
    client = client_of(make_user(tree.county, Role.INSTITUTION_USER, institution_id=lab.uscc))
    assert lab.uscc in text(client.get("/"))
    page = text(client.get("/search/?q=检测公司"))
    assert lab.uscc in page and other.uscc not in page


def test_a_person_without_a_posting_is_told_what_to_do(tree):
    user = make_user(tree.county)
    user.postings.all().delete()
    assert "您还没有任职" in text(client_of(user).get("/"))


def test_the_search_finds_each_kind_within_reach_only(tree):
    one = alert(tree)
    lab = one.institution
    Person.objects.create(institution=lab, person_id="P1", name="毕清和", role="技术负责人", row_key="P1")
    submission(tree)
    client, stranger = client_of(make_user(tree.county)), client_of(make_user(tree.other_county))
    for words, found in (
        ("远衡", lab.uscc), (lab.uscc, lab.name), (one.number, one.title), ("毕清和", lab.name),
        ("十月台账", "青石县食品抽检"),
        ("SUP-15.1", "/rulebook/violations/SUP-15.1/"), ("人：毕清和", "技术负责人"),
    ):  # fmt: skip
        assert found in text(client.get("/search/", {"q": words})), words
        if not words.startswith("SUP"):
            assert "没有找到" in text(stranger.get("/search/", {"q": words})), words


def test_a_report_is_found_by_its_whole_printed_number(tree):
    lab, user = make_institution(tree.county), make_user(tree.county)
    put_into_lake(organ=tree.county, user=user, table="reports", rows=[report(lab, 7)])
    page = text(client_of(user).get("/search/?q=QS-2026-00007"))
    assert "报告编号 1" in page and lab.name in page
    assert "没有找到" in text(client_of(make_user(tree.other_county)).get("/search/?q=QS-2026-00007"))


def test_while_typing_only_the_results_come_and_few_of_each(tree):
    for number in range(5):
        make_institution(tree.county, name=f"青石第{number}检测公司")
    client = client_of(make_user(tree.county))
    answer = client.get("/search/?q=青石第", headers={"HX-Request": "true"})
    page = text(answer)
    assert "<html" not in page and page.count('class="hit"') == 3 and "5，先列 3" in page
    assert text(client.get("/search/", headers={"HX-Request": "true"})).strip() == ""


def test_a_mistyped_code_is_explained(settings):
    settings.DEMO = False
    assert code_advice("91110000100000000I")
    assert code_advice("远衡") == []
    assert code_advice("ABCDEFGHABCDEFGH") == []


def test_prefixes_and_marks():
    assert split_prefix("机构：远衡 ") == ("institutions", "远衡")
    assert split_prefix("远衡") == ("", "远衡")
    assert marked("<b>远衡</b>", "远衡") == "&lt;b&gt;<mark>远衡</mark>&lt;/b&gt;"
    assert marked("İstanbul", "stan") in ("İstanbul", "İ<mark>stan</mark>bul")


@pytest.mark.parametrize("path", ["/", "/search/?q=检测"])
def test_pages_ask_the_database_a_few_times_however_much_there_is(tree, path, django_assert_max_num_queries):
    for number in range(8):
        alert(tree, name=f"第{number}检测公司")
    submission(tree)
    client = client_of(make_user(tree.county, Role.SECTION_CHIEF))
    bound = 40 if path == "/" else 15  # one or two questions for each of the fourteen sections of the desk
    with django_assert_max_num_queries(bound):
        assert client.get(path).status_code == 200


def test_a_demonstration_says_so_on_every_page_and_a_real_installation_does_not(tree, settings):
    client, said = client_of(make_user(tree.county)), "演示数据：地区、机构、人员均为虚构"
    settings.DEMO = True
    assert said in client.get("/").content.decode()
    assert said in Client().get("/sign-in/").content.decode()
    settings.DEMO = False
    assert said not in client.get("/").content.decode()


def test_every_page_names_its_rulebook_but_not_to_strangers(tree):
    said = f"规则库版本 {edition()}，按 {timezone.localdate():%Y-%m-%d} 有效的条文"
    assert said in client_of(make_user(tree.county)).get("/").content.decode()
    assert "规则库版本" not in Client().get("/sign-in/").content.decode()
