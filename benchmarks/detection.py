"""How well the screening finds invented fraud: ranking, calibration, clones, honest worlds, baselines, robustness.

    .venv/bin/python benchmarks/detection.py [--reports 20000] [--test 101,102] [--dev 51] [--train 1,2]
        [--honest 201,202] [--levels L1,L2,L3] [--fraud-share 0.05] [--robust] [--fresh] [--record 2026-11-21]

Worlds are made by citylab, screened with every detector of the catalogue and kept in benchmarks/out/detection, so that
a run that was broken off goes on. train, dev and test differ by seed (other institutions) and time. Thresholds are
chosen on dev, baselines are fitted on train, everything printed is of test. The Markdown goes to the terminal and
to benchmarks/out/detection/table.md. `--record` also writes the figures of each detector, measured on that day, to
benchmarks/out/detection/measured.yaml, to be put into law/detector_record.yaml.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from detection_baselines import forest_scores, volume_draw
from detection_metrics import (  # fmt: skip
    at_threshold,
    calibration,
    interval,
    pr_auc,
    precision_at,
    recall_at_fdr,
    roc_auc,
    wilson,
)
from detection_page import lines, num, table, tell
from detection_pairs import copies
from detection_record import entries
from detection_worlds import DROPS, KINDS, Key, World, added, prepare

Array = np.ndarray[Any, Any]

REPO = Path(__file__).resolve().parents[1]
HOME = REPO / "benchmarks" / "out" / "detection"
RED, FDR, FIRST = 0.70, 0.05, 50
WITHOUT_REPORTS = ("pt_collusion", "qc_invented", "stock_short", "blind_gap")
DRAWS = 200


def pooled(worlds: list[World]) -> tuple[Array, Array]:
    return np.concatenate([w.risk for w in worlds]), np.concatenate([w.truth for w in worlds])


def of_houses(worlds: list[World], only: Any) -> Array:
    """Added decibans of the findings that `only` accepts, institution by institution."""
    parts = []
    for world in worlds:
        scores = added([row for row in world.findings if only(row)], "institution")
        parts.append(np.array([scores.get(house, 0.0) for house in world.houses]))
    return np.concatenate(parts)


def report_scores(worlds: list[World]) -> tuple[Array, Array]:
    """Score and truth of every report; reports that nothing names have score zero."""
    score_parts, truth_parts = [], []
    for world in worlds:
        false = {row["report_id"] for row in world.labels if row["report_id"]}
        scores = added(world.findings, "report")
        named = sorted(set(scores) | false)
        silent = max(0, world.reports - len(named))
        score_parts.append(np.r_[[scores.get(one, 0.0) for one in named], np.zeros(silent)])
        truth_parts.append(np.r_[[one in false for one in named], np.zeros(silent)].astype(bool))
    return np.concatenate(score_parts), np.concatenate(truth_parts)


def institutions(test: dict[str, list[World]], dev: dict[str, list[World]]) -> None:
    tell("### Institutions")
    rows = []
    for level, worlds in test.items():
        risk, truth = pooled(worlds)
        low, high = interval(risk, truth)
        recall, _ = recall_at_fdr(risk, truth, FDR)
        _, threshold = recall_at_fdr(*pooled(dev[level]), FDR) if dev.get(level) else (0.0, math.inf)
        kept, lost = at_threshold(risk, truth, threshold)
        red, wrong = at_threshold(risk, truth, RED)
        error, brier = calibration(risk, truth)
        rows.append(
            [
                level, f"{truth.sum()} of {len(truth)}", f"{num(roc_auc(risk, truth))} ({num(low)}–{num(high)})",
                num(recall), f"{num(kept)} at {num(lost)}", f"{num(red)} at {num(wrong)}",
                num(precision_at(risk, truth, FIRST)), num(error), num(brier),
            ]
        )  # fmt: skip
    head = [
        "level", "cheats", "ROC-AUC (95 %)", "recall at 5 % FDR", "threshold from dev: recall at FDR",
        "red: recall at FDR", f"P@{FIRST}", "ECE", "Brier",
    ]  # fmt: skip
    table(head, rows)


def records(test: dict[str, list[World]], dev: dict[str, list[World]]) -> None:
    tell("### Reports")
    rows = []
    for level, worlds in test.items():
        score, truth = report_scores(worlds)
        recall, _ = recall_at_fdr(score, truth, FDR)
        _, threshold = recall_at_fdr(*report_scores(dev[level]), FDR) if dev.get(level) else (0.0, math.inf)
        kept, lost = at_threshold(score, truth, threshold)
        rows.append(
            [
                level, f"{truth.sum()} of {len(truth)}", num(pr_auc(score, truth)), num(recall),
                f"{num(kept)} at {num(lost)}",
            ]
        )  # fmt: skip
    head = [
        "level", "false reports", "PR-AUC", "recall at 5 % FDR", "threshold from dev: recall at FDR",
    ]  # fmt: skip
    table(head, rows)


def honest(worlds: list[World]) -> None:
    if not worlds:
        return
    tell("### All-honest worlds")
    houses = sum(len(w.houses) for w in worlds)
    red, amber = (sum(int(((w.risk >= low) & (w.risk < high)).sum()) for w in worlds) for low, high in BANDS)
    low, high = wilson(red, houses)
    accusing = [row for w in worlds for row in w.findings if row["severity"] != "weak"]
    by = defaultdict(int)
    for row in accusing:
        by[row["detector"]] += 1
    named = ", ".join(f"{one} {n}" for one, n in sorted(by.items())) or "none"
    tell(
        f"{len(worlds)} worlds, {houses} institution-years: red {red} = {red / houses:.2%} (95 % {low:.2%}–{high:.2%}),"
        f" amber {amber}; findings above weak {len(accusing)} = {1000 * len(accusing) / houses:.1f} per 1 000 "
        f"institution-years ({named})."
    )
    tell()


BANDS = ((RED, 2.0), (0.25, RED))


def _hits(world: World) -> dict[tuple[str, str], dict[str, set[str]]]:
    """(kind, institution) → detector → false reports it names; it counts if a tenth of what it names is false."""
    false: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    kinds: dict[tuple[str, str], set[str]] = {}
    for row in world.labels:
        kinds.setdefault((row["kind"], row["institution_id"]), set())
        if row["report_id"]:
            false[row["institution_id"]][row["report_id"]].add(row["kind"])
            kinds[row["kind"], row["institution_id"]].add(row["report_id"])
    found: dict[tuple[str, str], dict[str, set[str]]] = {key: defaultdict(set) for key in kinds}
    for row in world.findings:
        mine = false.get(row["institution_id"], {})
        hit = [one for one in row["reports"] if one in mine]
        if row["severity"] != "weak" and len(hit) >= 0.1 * max(1, len(row["reports"])):
            for one in hit:
                for kind in mine[one]:
                    found[kind, row["institution_id"]][row["detector"]].add(one)
        for kind in WITHOUT_REPORTS:
            if row["severity"] != "weak" and not row["reports"] and (kind, row["institution_id"]) in found:
                found[kind, row["institution_id"]][row["detector"]].add("")
    for key, reports in kinds.items():
        found[key]["all"] = reports
    return found


def by_kind(test: dict[str, list[World]]) -> None:
    tell(
        "### Kinds of fraud: institutions found (a finding above weak names a false report of the kind), reports found"
    )
    cells: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for level, worlds in test.items():
        houses: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        reports: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        who: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for world in worlds:
            for (kind, _), detectors in _hits(world).items():
                every = detectors.pop("all")
                seen = set().union(*detectors.values()) if detectors else set()
                houses[kind][0] += bool(seen)
                houses[kind][1] += 1
                reports[kind][0] += len(seen & every)
                reports[kind][1] += len(every)
                for detector, named in detectors.items():
                    who[kind][detector] += len(named)
        for kind in houses:
            first = sorted(who[kind], key=lambda one, k=kind: -who[k][one])[:3]
            share = f"{reports[kind][0] / reports[kind][1]:.2f}" if reports[kind][1] else "–"
            cells[kind][level] = [f"{houses[kind][0]}/{houses[kind][1]}", share, " ".join(first) or "–"]
    head = ["kind"] + [f"{level} {word}" for level in test for word in ("found", "reports", "by")]
    table(
        head,
        [[f"`{k}`", *(c for level in test for c in cells[k].get(level, ["–"] * 3))] for k in sorted(cells)],
    )


def by_detector(test: dict[str, list[World]]) -> None:
    tell("### Detectors: findings above weak, share at cheats, share of the reports named that are false, cheats named")
    every: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for level, worlds in test.items():
        count: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        cheats_named: dict[str, set[tuple[int, str]]] = defaultdict(set)
        total = sum(int(w.truth.sum()) for w in worlds)
        for number, world in enumerate(worlds):
            cheats = {row["institution_id"] for row in world.labels}
            false = {row["report_id"] for row in world.labels if row["report_id"]}
            for row in (row for row in world.findings if row["severity"] != "weak"):
                one = count[row["detector"]]
                one[0] += 1
                one[1] += row["institution_id"] in cheats
                one[2] += len(row["reports"])
                one[3] += sum(report in false for report in row["reports"])
                if row["institution_id"] in cheats:
                    cheats_named[row["detector"]].add((number, row["institution_id"]))
        for detector, (n, right, named, hit) in count.items():
            share = f"{hit / named:.2f}" if named else "–"
            every[detector][level] = [str(n), f"{right / n:.2f}", share, f"{len(cheats_named[detector])}/{total}"]
    states = next(iter(test.values()))[0].states
    head = ["detector"] + [f"{level} {w}" for level in test for w in ("n", "at cheats", "false", "recall")]
    order = [one for one in states if one in every]
    table(head, [[one, *(c for level in test for c in every[one].get(level, ["0", "–", "–", "0"]))] for one in order])
    quiet = [f"{one} ({state})" if state != "ran" else one for one, state in states.items() if one not in every]
    tell(f"Nothing above weak from: {', '.join(quiet) or 'none'}.")
    tell()


def baselines(test: dict[str, list[World]], train: list[World]) -> None:
    tell("### Against baselines (institutions)")
    rows = []
    for level, worlds in test.items():
        risk, truth = pooled(worlds)
        at = worlds[0].names.index("z")
        matrix = np.vstack([w.features for w in worlds])
        plain = [k for k in range(matrix.shape[1]) if k != at]
        scores: dict[str, Array | None] = {
            "hengjian": risk,
            "rules only (A, B)": of_houses(worlds, lambda row: row["detector"][0] in "AB" and _hard(row)),
            "3-sigma pass rate": np.nan_to_num(matrix[:, at], nan=-9.0),
            f"isolation forest, {len(plain)} features": forest_scores(
                np.vstack([w.features for w in train])[:, plain], matrix[:, plain]
            )
            if train
            else None,
        }
        own = precision_at(risk, truth, FIRST)
        for name, score in scores.items():
            if score is None:
                rows.append([level, name, "scikit-learn or training worlds missing", "–", "–", "–"])
                continue
            first = precision_at(score, truth, FIRST)
            rows.append(_baseline(level, name, roc_auc(score, truth), recall_at_fdr(score, truth, FDR)[0], first, own))
        volume = np.concatenate([w.volume for w in worlds])
        draws = [volume_draw(volume, turn) for turn in range(DRAWS)]
        mean = [float(np.mean([measure(d, truth) for d in draws])) for measure in (roc_auc, _recall, _first)]
        rows.append(_baseline(level, "random by volume", mean[0], mean[1], mean[2], own))
    table(["level", "ranking", "ROC-AUC", "recall at 5 % FDR", f"P@{FIRST}", f"our lift@{FIRST} over it"], rows)


def _hard(row: dict[str, Any]) -> bool:
    return KINDS.get(row["detector"]) == "hard"


def _recall(score: Array, truth: Array) -> float:
    return recall_at_fdr(score, truth, FDR)[0]


def _first(score: Array, truth: Array) -> float:
    return precision_at(score, truth, FIRST)


def _baseline(level: str, name: str, auc: float, recall: float, first: float, own: float) -> list[str]:
    lift = "–" if name == "hengjian" else f"{own / first:.1f}" if first else "∞"
    return [level, name, num(auc), num(recall), num(first), lift]


def robustness(whole: dict[str, list[World]], parts: dict[tuple[str, str], list[World]]) -> None:
    if not parts:
        return
    tell("### What is lost when data are withheld (same worlds)")
    rows = []
    for (level, what), worlds in parts.items():
        seeds = {w.key.seed for w in worlds}
        full = pooled([w for w in whole[level] if w.key.seed in seeds])
        less = pooled(worlds)
        accused = sum(1 for w in worlds for row in w.findings if row["severity"] != "weak")
        before = sum(1 for w in whole[level] if w.key.seed in seeds for r in w.findings if r["severity"] != "weak")
        change = roc_auc(*full) - roc_auc(*less)
        rows.append([level, what, num(roc_auc(*full)), num(roc_auc(*less)), num(change), f"{before} → {accused}"])
    table(["level", "without", "ROC-AUC whole", "ROC-AUC without", "loss", "findings above weak"], rows)


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part.strip()]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--fraud-share", type=float, default=0.05)
    parser.add_argument("--levels", default="L1,L2,L3")
    parser.add_argument("--test", default="101,102")
    parser.add_argument("--dev", default="51")
    parser.add_argument("--train", default="1")
    parser.add_argument("--honest", default="201,202")
    parser.add_argument("--robust", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--record", type=date.fromisoformat)
    return parser.parse_args()


def main() -> int:
    args = arguments()
    levels, size, share = [one for one in args.levels.split(",") if one], args.reports, args.fraud_share

    def keys(split: str, seeds: str, level: str, without: str = "") -> list[Key]:
        return [Key(split, size, share, level, seed, without) for seed in numbers(seeds)]

    plan = {
        "train": [key for level in levels for key in keys("train", args.train, level)],
        "dev": [key for level in levels for key in keys("dev", args.dev, level)],
        "test": [key for level in levels for key in keys("test", args.test, level)],
        "honest": keys("honest", args.honest, "L0"),
        "robust": [k for level in levels for what in DROPS for k in keys("test", args.test, level, what)],
    }
    if not args.robust:
        plan["robust"] = []
    wanted = [key for part in plan.values() for key in part]
    HOME.mkdir(parents=True, exist_ok=True)
    worlds = prepare(wanted, HOME, fresh=args.fresh, say=lambda name: print(f"  {name}", file=sys.stderr, flush=True))

    def grouped(part: str) -> dict[str, list[World]]:
        return {level: [worlds[key] for key in plan[part] if key.level == level] for level in levels}

    test, dev = grouped("test"), grouped("dev")
    every = [worlds[key] for key in wanted]
    commits = " and ".join(sorted({w.commit for w in every}))
    making, screening = (sum(w.seconds[k] for w in every) / len(every) for k in (0, 1))
    tell(
        f"Commit {commits}, {size} reports a world, {share:.1%} of institutions cheat; train {args.train}, "
        f"dev {args.dev}, test {args.test}, honest {args.honest}. {len(every[0].states)} detectors; "
        f"making {making:.0f} s and screening {screening:.0f} s a world on the mean."
    )
    tell()
    failed = sorted({one for w in every for one, state in w.states.items() if state == "failed"})
    if failed:
        tell(f"**Detectors that failed: {', '.join(failed)}.**\n")
    if any(test.values()):
        institutions(test, dev)
        records(test, dev)
        copies(test)
    honest([worlds[key] for key in plan["honest"]])
    if any(test.values()):
        baselines(test, [worlds[key] for key in plan["train"]])
        parts = defaultdict(list)
        for key in plan["robust"]:
            parts[key.level, key.without].append(worlds[key])
        robustness(test, parts)
        by_kind(test)
        by_detector(test)
    if args.record:
        by_level = {**test, "honest": [worlds[key] for key in plan["honest"]]}
        command = "命令见 docs/benchmarks.md"
        (HOME / "measured.yaml").write_text(entries(by_level, HOME, on=args.record, command=command), encoding="utf-8")
    (HOME / "table.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
