"""The demo city: its organs, people and dataset, and the command that writes datasets."""

import re
from datetime import date

import pytest

from hengjian.citylab.city import ROLES, demo_city, write_demo
from hengjian.engines.tables.contract import FIELD_CODES
from hengjian.project.cli import main

UNTIL = date(2026, 10, 31)


@pytest.fixture(scope="module")
def city():
    return demo_city(seed=1, until=UNTIL, reports=5000)


def test_every_role_has_somebody(city):
    filled = {officer.role for officer in city.officers}
    filled |= {"institution_user"} if city.institution_users else set()
    filled |= {"expert"} if city.experts else set()
    assert filled == set(ROLES)


def test_organs_form_one_tree_over_the_demo_areas(city):
    keys = {organ.key: organ for organ in city.organs}
    areas = {area.code for area in city.areas}
    assert len(keys) == len(city.organs) == 18
    assert [organ.key for organ in city.organs if organ.parent is None] == ["yunze"]
    assert all(organ.parent in keys for organ in city.organs if organ.parent)
    assert all(organ.area_code in areas for organ in city.organs)
    assert sum(organ.level == "county" for organ in city.organs) == 5
    assert sum(organ.level == "station" for organ in city.organs) == 5
    assert all(organ.area_code.startswith("9901") for organ in city.organs if organ.level != "province")


def test_people_have_unique_user_names_and_enforcers_a_number(city):
    users = [person.user_name for person in (*city.officers, *city.experts, *city.institution_users)]
    assert len(set(users)) == len(users)
    assert all(re.fullmatch(r"[a-z0-9_.-]+", user) for user in users)
    numbers = [officer.enforcement_no for officer in city.officers if officer.enforcement_no]
    assert len(set(numbers)) == len(numbers) > 30
    assert "qingtong.analyst" in users
    names = [officer.name for officer in city.officers]
    assert len(set(names)) == len(names)


def test_institutions_cover_all_fields_with_unique_names(city):
    assert len(city.institutions) == 240
    assert {field for house in city.institutions for field in house.fields} == set(FIELD_CODES)
    assert len({house.name for house in city.institutions}) == 240
    assert {house.area_code for house in city.institutions} == {"990102", "990103", "990104", "990121", "990122"}
    assert any(house.name.endswith("远衡机动车检测有限公司") for house in city.institutions)


def test_the_dataset_is_that_of_the_city(city, tmp_path):
    written = write_demo(city, tmp_path / "demo")
    import pyarrow.parquet as pq

    table = pq.read_table(tmp_path / "demo" / "institutions.parquet", columns=["institution_id", "name"])
    expected = {(house.institution_id, house.name) for house in city.institutions}
    assert set(zip(*(column.to_pylist() for column in table.columns), strict=True)) == expected
    assert written.rows["reports"] == 5000
    assert written.cheaters == 19


def test_the_same_seed_gives_the_same_city(city):
    again = demo_city(seed=1, until=UNTIL, reports=5000)
    assert (again.officers, again.institutions, again.institution_users) == (
        city.officers,
        city.institutions,
        city.institution_users,
    )
    assert demo_city(seed=2, until=UNTIL, reports=5000).institutions != city.institutions


def test_the_command_writes_and_counts(tmp_path, capsys):
    assert main(["citylab", str(tmp_path / "out"), "--reports", "400", "--seed", "3", "--fraud-share", "0.1"]) == 0
    said = capsys.readouterr().out
    assert "reports\t400" in said
    assert "机构 60 家，其中造假 6 家" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--reports", "5"], "报告份数 5 不在 200 至 10000000 之间。"),
        (["--reports", "400", "--fraud-share", "1.5"], "造假机构比例 1.5 不在 0 至 1 之间。"),
        (["--reports", "400", "--until", "2026-02-30"], "日期“2026-02-30”读不懂"),
        (["--reports", "400", "--until", "1999-01-01"], "年份不在 2015 至 2100 之间"),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, capsys, arguments, sentence):
    assert main(["citylab", str(tmp_path / "out"), *arguments]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_command_does_not_write_over_a_folder_in_use(tmp_path, capsys):
    (tmp_path / "there").write_text("x")
    assert main(["citylab", str(tmp_path), "--reports", "400"]) == 2
    assert "已经有内容" in capsys.readouterr().err
