"""`hengjian intake --dry-run` on the command line: counts, every refused row, exit codes; no database."""

import json

import pytest

from hengjian.project.cli import main

HEAD = "报告标识,项目编号,检验结果,标准值\n"


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HENGJIAN_HOME", str(tmp_path / "home"))


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main(["intake", *map(str, arguments), "--dry-run"])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_everything_taken_exits_with_nought(tmp_path, capsys) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "R1,pb,0.1,≤1\n", encoding="utf-8")
    code, out, _ = run(capsys, tmp_path / "a.csv", "--json")
    body = json.loads(out)
    assert code == 0
    assert (body["rows"], body["accepted"], body["refused"], body["refused_cells"]) == (1, 1, 0, [])
    assert body["tables"][0]["table"] == "results" and len(body["tables"][0]["sha256"]) == 64


def test_every_refused_row_is_printed_and_exits_with_three(tmp_path, capsys) -> None:
    rows = "".join(f"R{n},pb,5.2×103CFU/g,≤1000CFU/g\n" for n in range(2500))
    (tmp_path / "a.csv").write_text(HEAD + rows + "R,pb,1,≤2\n", encoding="utf-8")
    code, out, _ = run(capsys, tmp_path / "a.csv", "--json")
    body = json.loads(out)
    assert code == 3 and body["refused"] == len(body["refused_cells"]) == 2500
    assert body["refused_cells"][0] | {"sentence": "", "repair": ""} == {
        "file": "a.csv", "sheet": "", "row": 2, "column": "检验结果", "value": "5.2×103CFU/g",
        "code": "superscript", "sentence": "", "repair": "", "target": "results.value_text",
    }  # fmt: skip
    code, out, _ = run(capsys, tmp_path / "a.csv")
    assert code == 3 and "上标丢失" in out and "第2501行" in out


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (None, [], "找不到文件"),
        ("甲,乙\n1,2\n", [], "没有可收的表"),
        (HEAD, ["--table", "nonsense"], "数据合同里没有表"),
        (HEAD + "R1,pb,1,\n", ["--mapping", "missing.json"], "找不到列对应文件"),
    ],
)
def test_what_cannot_be_read_exits_with_two_and_a_sentence(tmp_path, capsys, content, arguments, sentence) -> None:
    if content is not None:
        (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    code, out, err = run(capsys, tmp_path / "a.csv", *arguments)
    assert code == 2 and sentence in err and not out


def test_the_recognised_mapping_is_saved_and_gives_the_same_rows(tmp_path, capsys) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "R1,pb,0.1,≤1\n", encoding="utf-8")
    saved = tmp_path / "m.json"
    _, first, _ = run(capsys, tmp_path / "a.csv", "--json", "--save-mapping", saved)
    _, second, _ = run(capsys, tmp_path / "a.csv", "--json", "--mapping", saved)
    assert json.loads(first)["tables"] == json.loads(second)["tables"]


@pytest.mark.parametrize(
    "raw", ["[]", "{", '{"tables": []}', '{"table": "x"}', '{"table": "results", "columns": {"nothing": "a"}}',
            '{"table": "results", "columns": []}', '{"table": "results", "columns": {"value": {"guess": 1}}}'],
)  # fmt: skip
def test_a_wrong_mapping_file_is_explained(tmp_path, capsys, raw) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "R1,pb,0.1,≤1\n", encoding="utf-8")
    (tmp_path / "m.json").write_text(raw, encoding="utf-8")
    code, _, err = run(capsys, tmp_path / "a.csv", "--mapping", tmp_path / "m.json")
    assert (code == 2 and "列对应文件" in err) or "没有“nothing”这一列" in err


def test_a_folder_by_the_contract_is_read_table_by_table(tmp_path, capsys) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "results.csv").write_text(HEAD + "R1,pb,0.1,≤1\n", encoding="utf-8")
    (folder / "vehicles.csv").write_text("vin,fuel\nLSV1,汽油\n", encoding="utf-8")
    code, out, _ = run(capsys, folder, "--json")
    assert code == 0 and {one["table"] for one in json.loads(out)["tables"]} == {"results", "vehicles"}
