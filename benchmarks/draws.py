"""The draw at national size: 53 057 institutions in 31 strata, matching, verification by the product and by citizens.

    .venv/bin/python benchmarks/draws.py [--rounds 5]

Everything is made from numbers, nothing is read. Times are wall seconds, the median of the rounds; the citizens' script
is timed as its own process, start of Python included.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from hengjian.engines.draws import (
    OPEN_SALT_SHA256,
    Unit,
    commitment,
    committed_files,
    largest_remainder,
    parse_roster,
    reveal,
    select,
    true_pareto_inclusion,
    verifier,
    verify,
    write_roster,
)
from hengjian.engines.draws.matching import Infeasible, Matching, roll_of
from hengjian.engines.draws.people import Inspector
from hengjian.engines.draws.tickets import pair_rank

INSTITUTIONS, STRATA = 53_057, 31
ENTROPY = [{"unordered": True, "values": [3, 9, 14]}, {"unordered": False, "values": [86412753091881]}]
SEED = hashlib.sha256(b"benchmark").digest()


def number(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big")


def units() -> list[Unit]:
    """Strata of unequal size, weights 1, 2, 4, 8 as of four credit classes."""
    return [
        Unit(f"9199010{i:06d}X", f"省份{min(number('a', i) % STRATA, number('b', i) % STRATA):02d}", 1 << number(i) % 4)
        for i in range(INSTITUTIONS)
    ]


def people(count: int, strata: list[str]) -> dict[str, Any]:
    """Everybody knows about a third of the strata; two of three may lead."""
    return {
        f"J{i:03d}": {"domains": [s for s in strata if number(i, s) % 3 == 0] or strata[:1], "lead": int(i % 3 > 0)}
        for i in range(count)
    }


def seconds(rounds: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


def selection(rounds: int) -> list[Unit]:
    roster = write_roster(units())
    read = parse_roster(roster)
    sizes: dict[str, int] = {}
    for unit in read:
        sizes[unit.stratum] = sizes.get(unit.stratum, 0) + 1
    quota = largest_remainder(sizes, INSTITUTIONS // 20, 2)
    print(f"| reading and checking the roster | {seconds(rounds, lambda: parse_roster(roster)):.2f} |")
    print(f"| selection, equal | {seconds(rounds, lambda: select(SEED, read, quota, 'equal')):.2f} |")
    print(f"| selection, Pareto | {seconds(rounds, lambda: select(SEED, read, quota, 'pareto')):.2f} |")
    return read


def matching(rounds: int, targets: int, count: int, slack: int) -> None:
    """`slack` visits more than are needed; 0 leaves no freedom in the sum of the caps."""
    strata = [f"S{i}" for i in range(8)]
    roll = people(count, strata)
    inspectors = {id_: Inspector(id_, frozenset(one["domains"]), bool(one["lead"])) for id_, one in roll.items()}
    chosen = [(f"T{i:04d}", strata[number("t", i) % 8]) for i in range(targets)]
    coi = {(id_, target) for id_ in inspectors for target, _ in chosen if number("c", id_, target) % 12 == 0}
    need = 2 * targets + slack
    caps = {id_: need // count + (i < need % count) for i, id_ in enumerate(sorted(inspectors))}
    whole = roll_of(inspectors, coi, caps=caps, slots=("lead", "member"), targets=targets)

    def assign() -> None:
        found = Matching(whole, chosen).assign(lambda *pair: pair_rank(SEED, *pair))
        assert not isinstance(found, Infeasible), found.sentence

    print(f"| matching {targets} × {count}, {slack} visits to spare | {seconds(rounds, assign):.2f} |")


def whole_draw(rounds: int, read: list[Unit], method: str, *, targets: int = 300, inspectors: int = 120) -> None:
    """Commitment, reveal and verification of a national draw."""
    roster, strata = write_roster(read), sorted({unit.stratum for unit in read})
    roll = people(inspectors, strata)
    plan = {
        "draw_id": "B", "seq": 1, "prev_commit": "0" * 64, "method": method, "n": targets, "min_per_stratum": 2,
        "salt_sha256": OPEN_SALT_SHA256, "entropy_spec": ["a", "b"], "not_before": "2026-01-05T21:30:00+08:00",
    }  # fmt: skip
    commit = commitment(plan, roster, roll, [])
    drawn = reveal(commit, roster, roll, [], entropy=ENTROPY)
    bundle = committed_files(commit, roster, roll, []) | drawn.files()
    name = f"{method}, {targets} × {inspectors}"
    print(f"| {name}: commitment | {seconds(rounds, lambda: commitment(plan, roster, roll, [])):.2f} |")
    print(f"| {name}: reveal | {seconds(rounds, lambda: reveal(commit, roster, roll, [], entropy=ENTROPY)):.2f} |")
    print(f"| {name}: verify | {seconds(rounds, lambda: verify(bundle)):.2f} |")
    with tempfile.TemporaryDirectory() as folder:
        for file, data in bundle.items():
            (Path(folder) / file).write_bytes(data)
        script = Path(folder) / verifier.SCRIPT
        script.write_bytes(verifier.script())
        command = [sys.executable, str(script), folder]
        took = seconds(rounds, lambda: subprocess.run(command, check=True, capture_output=True))
        print(f"| {name}: citizens' script | {took:.2f} |")
    assert verify(bundle) == [] and json.loads(bundle["result.json"])["quota"] == drawn.result["quota"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print("| what | seconds |\n|---|---|")
    read = selection(rounds)
    for slack in (120, 0):
        matching(rounds, 300, 120, slack)
    whole_draw(rounds, read, "equal")
    whole_draw(rounds, read, "pareto")
    whole_draw(rounds, read, "pareto", targets=2_653, inspectors=600)
    stratum = [w / 3750 * 85 for w in (1, 2, 4, 8) for _ in range(250)]
    took = seconds(rounds, lambda: true_pareto_inclusion(stratum))
    print(f"| true Pareto inclusion, 1 000 units, n = 85 | {took:.2f} |")


if __name__ == "__main__":
    main()
