"""The golden of SRD-1 comes out byte for byte, from the engine and from the commands."""

import json

import pytest

from hengjian.engines.draws import canon, entropy_string, hash_of, verify
from hengjian.project.cli import main
from tests.engines.draws import citizen
from tests.engines.draws.cases import ENTROPY, golden, vector

CASES = ["equal", "pareto"]
REVEAL_KEYS = ("salt", "entropy", "seed")
RESULT_KEYS = ("quota", "order", "sample", "pi", "tickets", "target_order", "assignment", "load")


def expected_files(case):
    inputs, told = golden(case)
    return {
        "commit.json": canon(told["commit"]),
        "roster.tsv": inputs.roster,
        "inspectors.json": canon(inputs.inspectors),
        "coi.json": canon(sorted(inputs.coi)),
        "reveal.json": canon({key: told[key] for key in REVEAL_KEYS}),
        "result.json": canon({key: told[key] for key in RESULT_KEYS}),
    }


@pytest.mark.parametrize("case", CASES)
def test_the_engine_makes_every_file_of_the_golden_byte_for_byte(case):
    inputs, told = golden(case)
    assert hash_of(inputs.commit) == told["commit_sha256"]
    assert entropy_string(ENTROPY) == told["entropy"]
    assert inputs.bundle() == expected_files(case)
    assert verify(inputs.bundle()) == []


@pytest.mark.parametrize("case", CASES)
def test_the_commands_make_every_file_of_the_golden_byte_for_byte(case, tmp_path, capsys):
    inputs, told = golden(case)
    plan, bundle = tmp_path / "plan", tmp_path / "bundle"
    plan.mkdir()
    (plan / "plan.json").write_text(json.dumps(inputs.plan, indent=2))
    (plan / "roster.tsv").write_bytes(inputs.roster)
    (plan / "inspectors.json").write_text(json.dumps(inputs.inspectors))
    (plan / "coi.json").write_text(json.dumps(list(reversed(inputs.coi))))
    (tmp_path / "entropy").write_text(json.dumps(ENTROPY))
    (tmp_path / "salt").write_text(told["salt"] + "\n")
    assert main(["draw", "commit", str(plan), "--out", str(bundle)]) == 0
    assert told["commit_sha256"] in capsys.readouterr().out
    words = ["draw", "reveal", str(bundle), "--entropy", str(tmp_path / "entropy"), "--salt", str(tmp_path / "salt")]
    assert main(words) == 0
    assert {path.name: path.read_bytes() for path in bundle.iterdir()} == expected_files(case)
    assert main(["draw", "verify", str(bundle)]) == 0


@pytest.mark.parametrize("case", CASES)
def test_the_citizens_script_agrees_and_finds_a_unit(case, tmp_path):
    checks, printed, code = citizen.check(citizen.write(tmp_path, expected_files(case)), "F01", "F99")
    told = golden(case)[1]
    assert code == 0 and len(checks) == 14 and all(checks.values())
    assert told["tickets"]["A-food"]["F01"] in printed and told["pi"]["A-food"]["F01"] in printed
    assert told["commit_sha256"] in printed and told["entropy"] in printed
    assert "\nF99\n" in printed


@pytest.mark.parametrize("case", CASES)
def test_a_weight_altered_by_one_is_caught(case, tmp_path):
    files = expected_files(case)
    files["roster.tsv"] = files["roster.tsv"].replace(b"F03\tA-food\t10", b"F03\tA-food\t11")
    found = verify(files)
    assert (found[0].file, found[0].place) == ("roster.tsv", "roster_sha256")
    checks, _, code = citizen.check(citizen.write(tmp_path, files))
    assert code == 1 and not checks["roster_sha256"]


def test_the_script_has_at_most_sixty_lines():
    from hengjian.engines.draws import verifier

    assert verifier.script().count(b"\n") <= 60


def test_the_golden_has_both_cases():
    assert sorted(vector("srd1_golden")["expected"]["cases"]) == CASES
