"""`hengjian screen --weights`: a run scored by weights that an organ approved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hengjian.engines.screening.weights import AS_WRITTEN, Weights, read_weights, weights_file
from hengjian.project.cli import main
from tests.engines.screening.small_city import SmallCity

VALUES = [{"detector": "B2", "field": "", "db": "4.5"}, {"detector": "B2", "field": "food", "db": "0.0"}]


def test_a_file_of_weights_is_read_as_it_was_written() -> None:
    found = read_weights(json.loads(json.dumps(weights_file("JZ-2026-0001", VALUES))))
    assert found == Weights(version="JZ-2026-0001", lr_db={("B2", ""): 4.5, ("B2", "food"): 0.0})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "version 和 values"),
        ({"version": "", "values": []}, "没有写明版本"),
        ({"version": "v", "values": ["B2"]}, "第 1 项应当有 detector"),
        ({"version": "v", "values": [{"detector": "B2", "field": "", "db": "31"}]}, "第 1 项的 db 是“31”"),
        ({"version": "v", "values": [{"detector": "B2", "field": "", "db": "nan"}]}, "第 1 项的 db 是“nan”"),
        ({"version": "v", "values": [{"detector": "B2", "field": "", "db": None}]}, "第 1 项的 db"),
        ({"version": "v", "values": [VALUES[0], VALUES[0]]}, "第 2 项重复：B2"),
    ],
)
def test_what_is_wrong_in_a_file_of_weights_is_said(content: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_weights(content)


def screen(tmp_path: Path, weights: Path | None, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    data = SmallCity().write(tmp_path / "data")
    asked = ["screen", str(data), "--out", str(tmp_path / "out"), "--today", "2026-11-01", "--only", "B2", "--json"]
    code = main([*asked, "--weights", str(weights)] if weights else asked)
    return code, capsys.readouterr().err


def test_a_run_names_the_weights_it_was_scored_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(weights_file("JZ-2026-0001", VALUES)), encoding="utf-8")
    assert screen(tmp_path, path, capsys)[0] == 0
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["weights"] == "JZ-2026-0001" and record["policy"].startswith("SCP-")
    assert screen(tmp_path, None, capsys)[0] == 0
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["weights"] == AS_WRITTEN.version


def test_a_file_that_holds_no_weights_is_refused_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "weights.json"
    path.write_text('{"version": "v",\n nothing}', encoding="utf-8")
    code, said = screen(tmp_path, path, capsys)
    assert code == 2 and "weights.json 不是 JSON（第 2 行）" in said
    path.write_bytes(b"\xff\xfe")
    assert "不是 UTF-8" in screen(tmp_path, path, capsys)[1]
    assert "打不开" in screen(tmp_path, tmp_path / "none.json", capsys)[1]
    assert not (tmp_path / "out").exists()
