"""`hengjian draw`: refusals name the fault and leave nothing behind, nothing is overwritten, nothing is drawn twice."""

import json

import pytest

from hengjian.project.cli import main
from tests.engines.draws.cases import ENTROPY, golden


@pytest.fixture
def plan(tmp_path):
    inputs, told = golden("equal")
    folder = tmp_path / "plan"
    folder.mkdir()
    (folder / "plan.json").write_text(json.dumps(inputs.plan))
    (folder / "roster.tsv").write_bytes(inputs.roster)
    (folder / "inspectors.json").write_text(json.dumps(inputs.inspectors))
    (folder / "coi.json").write_text(json.dumps(inputs.coi))
    (tmp_path / "entropy.json").write_text(json.dumps(ENTROPY))
    (tmp_path / "salt").write_text(told["salt"])
    return folder


def commit(plan):
    return main(["draw", "commit", str(plan), "--out", str(plan.parent / "bundle")])


def reveal(plan, *, entropy="entropy.json", salt="salt"):
    words = ["draw", "reveal", str(plan.parent / "bundle"), "--entropy", str(plan.parent / entropy)]
    return main(words + (["--salt", str(plan.parent / salt)] if salt else []))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_refused_plan_leaves_no_bundle(plan, capsys):
    (plan / "roster.tsv").write_text("id\tstratum\tweight\nF1\tA-food\t0\n")
    assert commit(plan) == 2
    assert "roster.tsv 第 2 行 weight 列“0”：权重为零" in capsys.readouterr().err
    assert names(plan.parent) == ["entropy.json", "plan", "salt"]


def test_a_missing_file_is_named(plan, capsys):
    (plan / "coi.json").unlink()
    assert commit(plan) == 2
    assert f"没有找到 {plan / 'coi.json'}" in capsys.readouterr().err


def test_a_bundle_is_not_overwritten(plan, capsys):
    assert commit(plan) == 0
    before = {path.name: path.read_bytes() for path in (plan.parent / "bundle").iterdir()}
    assert commit(plan) == 2
    assert "已经有内容，不覆盖" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (plan.parent / "bundle").iterdir()} == before


def test_nothing_is_drawn_twice(plan, capsys):
    assert commit(plan) == 0 and reveal(plan) == 0
    assert reveal(plan) == 2
    assert "已经揭示过，不能再抽一次" in capsys.readouterr().err


def test_a_reveal_cut_short_is_finished_but_not_changed(plan, capsys):
    assert commit(plan) == 0 and reveal(plan) == 0
    bundle = plan.parent / "bundle"
    (bundle / "reveal.json").unlink()
    assert reveal(plan) == 0
    (bundle / "reveal.json").unlink()
    (plan.parent / "entropy.json").write_text(json.dumps([*ENTROPY[:2], {"unordered": False, "values": [1]}]))
    assert reveal(plan) == 2
    assert "已经存在而且内容不同，不覆盖" in capsys.readouterr().err
    assert not (bundle / "reveal.json").exists()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("entropy.json", '[{"unordered": false, "values": [1.5]}]', "“1.5”不是整数"),
        ("entropy.json", '[{"unordered": false, "values": [1]}]', "有 1 个来源，承诺里写明的是 3 个"),
        ("salt", "xyz", "不是十六进制的盐，应当每位保管人一行"),
        ("salt", "", "是空的，没有盐"),
        ("salt", "00", "盐与承诺的摘要值不符"),
    ],
)
def test_entropy_or_salt_of_the_wrong_form_reveals_nothing(plan, capsys, name, text, sentence):
    assert commit(plan) == 0
    (plan.parent / name).write_text(text)
    assert reveal(plan) == 2
    assert sentence in capsys.readouterr().err
    assert names(plan.parent / "bundle") == ["coi.json", "commit.json", "inspectors.json", "roster.tsv"]


def test_the_salt_of_a_sealed_draw_must_be_given(plan, capsys):
    assert commit(plan) == 0
    assert reveal(plan, salt=None) == 2
    assert "密封模式的抽取，要给出保管人的盐" in capsys.readouterr().err


def test_verify_names_the_first_difference_and_fails(plan, capsys):
    assert commit(plan) == 0 and reveal(plan) == 0
    bundle = plan.parent / "bundle"
    assert main(["draw", "verify", str(bundle)]) == 0
    roster = (bundle / "roster.tsv").read_bytes()
    (bundle / "roster.tsv").write_bytes(roster.replace(b"V01\tC-vehicle\t7", b"V01\tC-vehicle\t8"))
    assert main(["draw", "verify", str(bundle)]) == 1
    assert "✗ roster.tsv 与承诺不符：承诺的摘要值是 6e6418ff" in capsys.readouterr().err
    assert main(["draw", "verify", str(plan.parent / "nowhere")]) == 2


def test_a_bundle_without_result_does_not_verify(plan, capsys):
    assert commit(plan) == 0
    assert main(["draw", "verify", str(plan.parent / "bundle")]) == 1
    assert "证明包里没有 reveal.json：这次抽取还没有揭示" in capsys.readouterr().err


def test_units_that_nobody_could_visit_are_told_at_the_commitment(plan, capsys):
    people = json.loads((plan / "inspectors.json").read_text())
    (plan / "coi.json").write_text(json.dumps([[id_, "F09"] for id_ in people]))
    assert commit(plan) == 0
    assert "注意：1 家一旦抽中就派不出人：F09" in capsys.readouterr().err
