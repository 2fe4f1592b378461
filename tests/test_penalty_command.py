"""`hengjian penalty`: the same answer as the engine's, in words and as JSON; what is wrong is one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hengjian.project.cli import main

FACT = {"violations": ["SUP-15.1"], "field": "food", "from": "2026-03-01", "fee": 20000}


def run(tmp_path: Path, fact: object, *more: str, on: str = "2026-11-20") -> int:
    path = tmp_path / "fact.json"
    path.write_text(fact if isinstance(fact, str) else json.dumps(fact), encoding="utf-8")
    return main(["penalty", str(path), "--on", on, *more])


def test_the_choice_and_the_sum_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, FACT, "--factors", "F-11", "--amount", "150000") == 0
    said = capsys.readouterr().out
    assert said.startswith("结论：本机关可以处罚\n适用：《中华人民共和国食品安全法》第一百三十八条")
    assert "2万元 × 5 = 10万元，2万元 × 10 = 20万元。" in said
    assert "须写明偏离裁量基准的理由" in said


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, FACT, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["outcome"] == "punish"
    assert said["applicable"][0]["range_fen"] == [10_000_000, 20_000_000]
    assert said["calculation"]["suggested_fen"] == 15_000_000
    assert said["calculation"]["hearing_required"] is True


def test_what_may_not_be_punished_is_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, {"violations": ["SUP-15.1"]}) == 0
    assert "障碍：没有查明违法行为发生的日期" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fact", "more", "sentence"),
    [
        ({"violation": ["SUP-15.1"]}, (), "不认识的项“violation”"),
        ("[1]", (), "应是一个 JSON 对象"),
        ("{", (), "第 1 行不是合格的 JSON"),
        (FACT | {"from": "2026-02-30"}, (), "“行为开始日”（from）：“2026-02-30”不是日期"),
        (FACT | {"fee": True}, (), "“检验检测费用”（fee）：金额请写成元"),
        (FACT | {"fee": "-1"}, (), "金额应在 0 至 1 万亿元之间"),
        (FACT | {"units": 1.5}, (), "应是不小于 0 的整数"),
        (FACT | {"party": "crowd"}, (), "“crowd”不在可选范围：institution、person"),
        (FACT | {"violations": ["SUP-99"]}, (), "违法行为目录中没有“SUP-99”。"),
        (FACT, ("--factors", "F-99"), "没有“F-99”这一情节"),
        (FACT | {"field": "environment"}, ("--amount", "5"), "现在没有可以计算的罚款幅度"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fact: object, more: tuple[str, ...], sentence: str
) -> None:
    assert run(tmp_path, fact, *more) == 2
    said = capsys.readouterr()
    assert sentence in said.err and not said.out


def test_the_day_of_the_decision_must_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["penalty", "nothing.json"]) == 2
    assert "请用 --on 写作出决定的日期" in capsys.readouterr().err
    assert main(["penalty", str(tmp_path / "none.json"), "--on", "2026-11-20"]) == 2
    assert "读不到" in capsys.readouterr().err
