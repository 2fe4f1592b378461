"""`hengjian deadline`: what it prints, and that bad input becomes one Chinese sentence and exit 2."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from hengjian.project.cli import main
from tests.paths import REPO


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["deadline", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_answer_has_exactly_the_agreed_keys_and_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "PEN-18", "--from", "2026-09-10", "--pause", "2026-09-20/2026-09-22", "--extend")
    assert found == {
        "due": "2026-11-02",
        "provisional": False,
        "steps": [
            "起算：2026年9月10日（星期四）发现线索或者收到材料，当日不计算在内，自9月11日起计"
            "（《市场监督管理行政处罚程序规定》第八十条）。",
            "期限：15个工作日（《市场监督管理行政处罚程序规定》第十八条）。",
            "延长：第 1 次，15个工作日，由部门负责人批准（《市场监督管理行政处罚程序规定》第十八条）。",
            "暂停：2026年9月20日至22日，首尾两日都不计入，扣除 3 个工作日。",
            "放假不计的平日：2026年9月25日、2026年10月1日至2日、2026年10月5日至7日，共 6 日。",
            "调休上班、计入的周末：2026年10月10日，共 1 日。",
            "届满：第 30 个工作日为2026年11月2日（星期一）。",
        ],
    }


def test_hours_give_a_moment_in_china_time_from_any_offset(capsys: pytest.CaptureFixture[str]) -> None:
    for written in ("2026-11-06T10:15", "2026-11-06T10:15:00+08:00", "2026-11-06T02:15:00Z"):
        assert answered(capsys, "PEN-33.report", "--from", written)["due"] == "2026-11-07T10:15:00+08:00"


def test_hours_say_that_their_counting_is_the_strict_reading(capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(capsys, "PEN-36", "--from", "2026-09-30T10:30") == {
        "due": "2026-10-01T10:30:00+08:00",
        "provisional": False,
        "steps": [
            "起算：2026年9月30日 10:30（北京时间）采取措施，自该时刻之后连续计算，休息日照计，不因休息日顺延"
            "（本系统从严掌握，不是条文原文）。",
            "期限：24小时（《市场监督管理行政处罚程序规定》第三十六条）。",
            "届满：满24小时为2026年10月1日 10:30（北京时间）。",
        ],
    }


def test_a_moment_will_do_for_days_and_is_read_in_china(capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(capsys, "PEN-18", "--from", "2026-11-01T20:00:00Z")["due"] == "2026-11-23"


def test_several_pauses_and_extensions(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["PEN-64", "--from", "2026-03-02", "--pause", "2026-03-09/2026-03-17", "--pause", "2026-03-15/2026-03-20"]
    assert answered(capsys, *words)["due"] == "2026-06-12"
    assert answered(capsys, *words, "--extend", "--extend", "20")["due"] == "2026-08-03"


def test_an_unpublished_year_is_provisional_until_a_notice_is_handed_in(
    capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    found = answered(capsys, "CMP-15", "--from", "2026-12-28")
    assert (found["due"], found["provisional"]) == ("2027-01-06", True)
    notice = tmp_path / "2027.yaml"
    notice.write_text(
        "holiday_years:\n  - year: 2027\n    certainty: found\n    notices:\n"
        '      - {number: "试验通知", published_on: 2026-11-20}\n'
        '    holidays:\n      - {name: "元旦", first: 2027-01-01, last: 2027-01-03}\n    makeup_days: []\n',
        encoding="utf-8",
    )
    found = answered(capsys, "CMP-15", "--from", "2026-12-28", "--holidays", str(notice))
    assert (found["due"], found["provisional"]) == ("2027-01-07", False)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "请写时限编号，例如 hengjian deadline PEN-18 --from 2026-11-02；hengjian deadline --list 列出全部。"),
        (["PEN-18"], "请用 --from 写起算日，例如 hengjian deadline PEN-18 --from 2026-11-02。"),
        (["PEN-999", "--from", "2026-11-02"], "没有“PEN-999”这一时限；hengjian deadline --list 列出全部编号。"),
        (
            ["PEN-18", "--from", "2026-02-30"],
            "“2026-02-30”不是日期或者时刻，请写成 2026-11-02 或者 2026-11-02T09:30 的样子。",
        ),
        (
            ["PEN-18", "--from", "20261102"],
            "“20261102”不是日期或者时刻，请写成 2026-11-02 或者 2026-11-02T09:30 的样子。",
        ),
        (
            ["PEN-33.report", "--from", "2026-11-02"],
            "PEN-33.report“紧急登记保存补办”按小时计算，起算要写明时刻，例如 2026-11-02T09:30。",
        ),
        (
            ["PEN-18", "--from", "2026-11-02", "--pause", "2026-11-03"],
            "暂停“2026-11-03”写得不对，请写成 2026-11-10/2026-11-14 的样子，首日和末日都不计入期限。",
        ),
        (
            ["PEN-18", "--from", "2026-11-02", "--pause", "2026-11-09/2026-11-05"],
            "暂停的起日 2026-11-09 晚于止日 2026-11-05。",
        ),
        (
            ["PEN-18", "--from", "2026-11-02", "--extend", "10"],
            "PEN-18“线索核查”的第 1 次延长法定为 15 个工作日，不能另写天数 10。",
        ),
        (
            ["PEN-18", "--from", "2026-11-02", "--extend", "--extend"],
            "PEN-18“线索核查”只能延长 1 次，不能作第 2 次延长。",
        ),
        (["PEN-33", "--from", "2026-11-02", "--extend"], "PEN-33“登记保存后处理”没有规定延长，不能作第 1 次延长。"),
        (
            ["PEN-64", "--from", "2026-11-02", "--extend", "--extend"],
            "PEN-64“办案期限”的第 2 次延长没有法定长度，由机关负责人集体讨论决定，请写明延长多少日。",
        ),
        (["PEN-55", "--from", "2026-11-02", "--extend=-3"], "延长的天数“-3”不是正整数。"),
        (
            ["PEN-38", "--from", "2026-11-02", "--extend", "31"],
            "PEN-38“查封扣押期限”的第 1 次延长应为 1 至 30 日，不能是 31。",
        ),
        (["CMP-31", "--from", "2026-05-06"], "CMP-31“实名举报告知（旧）”自2026年4月15日起不再适用。"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert main(["deadline", *words]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.strip()) == ("", sentence)


def test_the_list_names_every_clock_with_its_length(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadline", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    ids = [line.split()[0] for line in lines]
    assert {"PEN-18", "PEN-33", "PEN-33.report", "PEN-64", "CMP-15", "PUB-09", "ACC-13.validity"} <= set(ids)
    assert next(line for line in lines if line.startswith("PEN-18 ")).endswith(
        "线索核查　自发现线索或者收到材料起15个工作日内"
    )
    assert main(["deadline", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in listed] == ids
    assert all(re.fullmatch(r"[A-Z0-9]+-\d\d[a-d]?(\.[a-z_]+)?", name) for name in ids)


def test_it_needs_no_database_and_no_installation() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "hengjian.project.cli", "deadline", "PUB-09", "--from", "2026-11-02", "--json"],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPO,
        env={**os.environ, "HENGJIAN_HOME": "/nonexistent/hengjian", "DATABASE_URL": "postgresql://nobody@nowhere/x"},
    )
    assert json.loads(found.stdout)["due"] == "2026-11-30"
