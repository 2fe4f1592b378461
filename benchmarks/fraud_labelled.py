"""What the statistical detectors give on data known to be invented, beside real data of the same kind.

    .venv/bin/python benchmarks/fraud_labelled.py [--data FOLDER] [--write docs/fraud-labelled.md]

Two collections: Stroop experiments (means, standard deviations and trials of 25 invented participants a file, beside
genuine participants of eleven sites), and haemoglobin values that three students invented beside a hundred real ones.
Neither has times, people or instruments. Each detector's statistic is computed for invented sets and for genuine sets
of the same size; AUC is the chance that an invented set looks worse than a genuine one.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import special

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import run_screening
from hengjian.engines.screening.detectors.d16_alike_spreads import LARGEST_RATIO
from hengjian.engines.screening.rarity import judged_by_group
from hengjian.engines.screening.spreads import as_alike_by_chance, spread_of_spreads

REPO = Path(__file__).resolve().parents[1]
BLOCK = 25
LEVELS = (0.05, 0.01, 1e-4)
BOOTSTRAP = 2000

Floats = npt.NDArray[np.float64]
Rows = Floats
"""One row a participant: mean, SD, trials (congruent), mean, SD, trials (incongruent)."""


def read_genuine(path: Path) -> dict[str, list[Rows]]:
    """Sites, each cut into blocks of 25 participants in the order of the file; the rest of a site is left out."""
    sites: dict[str, list[list[float]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                numbers = [float(row[name]) for name in ("MC", "SDC", "NC", "MI", "SDI", "NI")]
            except ValueError:
                continue
            if np.isfinite(numbers).all() and min(numbers[1], numbers[4]) > 0:
                sites.setdefault(row["study_name"], []).append(numbers)
    return {
        site: [np.array(rows[begin : begin + BLOCK]) for begin in range(0, len(rows) - BLOCK + 1, BLOCK)]
        for site, rows in sorted(sites.items())
    }


def read_invented(folder: Path) -> dict[str, Rows]:
    """File name → its participants; rows that are not six numbers after the participant's are left out."""
    sets = {}
    for path in sorted(folder.glob("*.txt")):
        rows = []
        for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines()[1:]:
            cells = line.replace(",", ".").split()
            try:
                numbers = [float(cell) for cell in cells[1:7]]
            except ValueError:
                continue
            if len(numbers) == 6 and min(numbers[1], numbers[4]) > 0:
                rows.append(numbers)
        sets[path.name] = np.array(rows)
    return sets


def alike_spreads(rows: Rows) -> float:
    """D16: variance of ln s² against what chance alone gives; small is suspicious."""
    return float(np.log(np.mean([spread_of_spreads(rows[:, i] ** 2, rows[:, i + 1] - 1)[0] for i in (1, 4)])))


def between_samples(rows: Rows) -> float:
    """D9: variance of the participants' means, relative; small is suspicious."""
    return float(np.mean([np.log(np.log(rows[:, i]).var(ddof=1)) for i in (0, 3)]))


def last_digits(rows: Rows) -> float:
    """D1: χ² of the last digit of whole milliseconds against uniform; large is suspicious."""
    return -digit_chi2(np.rint(rows[:, [0, 1, 3, 4]]).ravel())


def digit_chi2(whole: Floats) -> float:
    counts = np.bincount(whole.astype(np.int64) % 10, minlength=10)
    return float(((counts - counts.mean()) ** 2 / counts.mean()).sum())


def repeated_values(rows: Rows) -> float:
    """C5: how often values repeat, Σf²/Σf of whole milliseconds; large is suspicious."""
    return -float(np.mean([repetition(np.rint(rows[:, i])) for i in (0, 1, 3, 4)]))


def repetition(values: Floats) -> float:
    counts = np.unique(values, return_counts=True)[1]
    return float((counts**2).sum() / counts.sum())


def mean_and_spread(rows: Rows) -> float:
    """D10, lost relation: rank correlation of the two means, and of mean with SD; small is suspicious."""
    return float(np.mean([rank_correlation(rows[:, a], rows[:, b]) for a, b in ((0, 3), (1, 4), (0, 1), (3, 4))]))


def rank_correlation(a: Floats, b: Floats) -> float:
    ranks = [np.argsort(np.argsort(one, kind="stable"), kind="stable") for one in (a, b)]
    return float(np.corrcoef(*ranks)[0, 1])


def smallest_spread(rows: Rows) -> float:
    """D3-like: the typical SD itself, relative to the mean; small is suspicious."""
    return float(np.mean([np.median(np.log(rows[:, i + 1] / rows[:, i])) for i in (0, 3)]))


STATISTICS: tuple[tuple[str, str, Callable[[Rows], float]], ...] = (
    ("D16", "standard deviations too much alike", alike_spreads),
    ("D9", "means differ too little between participants", between_samples),
    ("like D3", "the standard deviation itself too small", smallest_spread),
    ("D10", "means and SDs do not go together", mean_and_spread),
    ("D1", "last digits of whole milliseconds, χ² against uniform", last_digits),
    ("like C5", "the same values again and again", repeated_values),
)


def auc(invented: Sequence[float], genuine: Sequence[float]) -> float:
    """Chance that an invented set lies below a genuine one, ties half."""
    a, b = np.array(invented)[:, None], np.array(genuine)[None, :]
    return float(((a < b) + 0.5 * (a == b)).mean())


def interval(invented: Sequence[float], genuine: Sequence[float]) -> tuple[float, float]:
    """95 % bootstrap interval of the AUC; sets drawn with replacement within each class, fixed seed."""
    chance = np.random.default_rng(7)
    a, b = np.array(invented), np.array(genuine)
    drawn = [auc(chance.choice(a, len(a)), chance.choice(b, len(b))) for _ in range(BOOTSTRAP)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def stroop_table(genuine: dict[str, list[Rows]], invented: dict[str, Rows]) -> list[str]:
    blocks = [block for site in genuine.values() for block in site]
    lines = [
        "| detector | looks for | AUC | 95 % interval | statistic, invented | statistic, genuine |",
        "|---|---|---|---|---|---|",
    ]
    for name, what, statistic in STATISTICS:
        a = [statistic(rows) for rows in invented.values()]
        b = [statistic(rows) for rows in blocks]
        low, high = interval(a, b)
        spans = [f"{min(one):.2f} – {max(one):.2f}" for one in (a, b)]
        lines.append(f"| {name} | {what} | {auc(a, b):.2f} | {low:.2f}–{high:.2f} | {spans[0]} | {spans[1]} |")
    return lines


def decisions(genuine: dict[str, list[Rows]], invented: dict[str, Rows]) -> list[str]:
    """What D16 would decide: against chance alone, and against the genuine blocks and invented sets as one peer group.

    Both spreads of a set (congruent, incongruent) are two units; a set is struck if one of them is.
    """
    blocks = [(False, block) for site in genuine.values() for block in site]
    sets = blocks + [(True, rows) for rows in invented.values()]
    found = {"chance alone": [1.0] * len(sets), "peers": [1.0] * len(sets)}
    for i in (1, 4):
        spreads = [spread_of_spreads(rows[:, i] ** 2, rows[:, i + 1] - 1) for _, rows in sets]
        logs = np.log([ratio for ratio, _, _ in spreads])
        errors = np.array([error for _, error, _ in spreads])
        peers, centre, _ = judged_by_group(logs, errors, ["stroop"] * len(sets), np.full(len(sets), True))
        for place, (ratio, _, own) in enumerate(spreads):
            found["chance alone"][place] = min(found["chance alone"][place], as_alike_by_chance(ratio, own))
            if logs[place] <= centre[place] + np.log(LARGEST_RATIO):
                found["peers"][place] = min(found["peers"][place], float(peers[place]))
    lines = ["| null | p below | invented struck | genuine struck |", "|---|---|---|---|"]
    for name, tails in found.items():
        for level in LEVELS:
            judged = [(false, 2 * p < level) for p, (false, _) in zip(tails, sets, strict=True)]
            struck = [[hit for false, hit in judged if false is kind] for kind in (True, False)]
            counts = [f"{sum(one)} of {len(one)}" for one in struck]
            lines.append(f"| {name} | {level:g} | {counts[0]} | {counts[1]} |")
    return lines


def published(path: Path) -> list[str]:
    """AUC of the p-values that the collectors of the data published for all 28 invented and 21 genuine sets."""
    values: dict[str, dict[str, list[float]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["result"] not in ("", "NA"):
                values.setdefault(row["test"], {}).setdefault(row["type"], []).append(float(row["result"]))
    lines = ["| published test | invented / genuine | AUC | 95 % interval |", "|---|---|---|---|"]
    for test, kinds in values.items():
        a, b = kinds.get("Fabricated", []), kinds.get("Genuine", [])
        if a and b:
            low, high = interval(a, b)
            lines.append(f"| {test} | {len(a)} / {len(b)} | {auc(a, b):.2f} | {low:.2f}–{high:.2f} |")
    return lines


def haemoglobin(path: Path) -> list[str]:
    """Values only, one real class: figures for each set, no AUC over three inventors."""
    people: dict[str, list[float]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            people.setdefault(row["participante"], []).append(float(row["valor"]))
    real = np.array(people["REALIDAD"])
    lines = [
        "| set | n | mean | SD | variance / real | D9 lower tail p | last digit χ² (9) | Σf²/Σf |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, values in sorted(people.items()):
        own = np.array(values)
        ratio = float(own.var(ddof=1) / real.var(ddof=1))
        p = f_lower(ratio, len(own) - 1, len(real) - 1) if name != "REALIDAD" else float("nan")
        lines.append(
            f"| {name} | {len(own)} | {own.mean():.1f} | {own.std(ddof=1):.1f} | {ratio:.2f} | "
            f"{'—' if np.isnan(p) else f'{p:.3f}'} | {digit_chi2(own):.1f} | {repetition(own):.2f} |"
        )
    return lines


def f_lower(ratio: float, first: int, second: int) -> float:
    return float(special.fdtr(first, second, ratio))


def screened(genuine: dict[str, list[Rows]], invented: dict[str, Rows]) -> list[str]:
    """The whole catalogue over the same data as a dataset by the contract: what ran, what kept silent, and why."""
    tables: dict[str, list[dict[str, object]]] = {"institutions": [], "reports": [], "results": []}
    sets = {site: np.concatenate(blocks) for site, blocks in genuine.items() if blocks} | invented
    for number, (name, rows) in enumerate(sets.items()):
        code = f"91990101MA{number:07d}X"
        tables["institutions"].append({"institution_id": code, "name": name})
        for place, row in enumerate(rows):
            report = f"{number:02d}-{place:04d}"
            head = {"report_id": report, "report_no": report, "institution_id": code, "field": "other"}
            tables["reports"].append(head | {"issued_at": datetime.fromisoformat("2026-01-01")})
            for item, value in zip(("mc", "sdc", "mi", "sdi"), row[[0, 1, 3, 4]], strict=True):
                text = f"{value:.0f}"
                cell = {"report_id": report, "item_code": item, "item_name": item, "replicate": 0}
                tables["results"].append(cell | {"value_text": text, "value": float(text)})
    with tempfile.TemporaryDirectory() as scratch:
        data, out = Path(scratch) / "data", Path(scratch) / "out"
        data.mkdir()
        for table, rows_of in tables.items():
            pq.write_table(pa.Table.from_pylist(rows_of), data / f"{table}.parquet")
        summary = run_screening(data, out, today=date(2026, 11, 20), articles=article_in_force)
        findings = pq.read_table(out / "findings.parquet").to_pylist()
    names = {row["institution_id"]: row["name"] for row in tables["institutions"]}
    lines = ["| detector | state | reason, as the run says it | findings |", "|---|---|---|---|"]
    for run in summary.detectors:
        own = [row for row in findings if row["detector"] == run.id]
        mine = sorted({f"{names[row['institution_id']]} ({row['severity']})" for row in own})
        lines.append(f"| {run.id} | {run.state} | {run.reason or '—'} | {', '.join(mine) or '—'} |")
    return lines


def report(data: Path) -> str:
    genuine, invented = read_genuine(data / "ori_ml3_stroop.csv"), read_invented(data / "ori_responses")
    blocks = sum(len(site) for site in genuine.values())
    parts = [
        TEXT_HEAD.format(blocks=blocks, sites=len(genuine), invented=len(invented)),
        *stroop_table(genuine, invented),
        TEXT_ANCHOR,
        *decisions(genuine, invented),
        TEXT_PUBLISHED,
        *published(data / "ori_ml3_fabricated_processed_collated.csv"),
        TEXT_HAEMOGLOBIN,
        *haemoglobin(data / "havana_invented_haemoglobin.csv"),
        TEXT_SCREENED,
        *screened(genuine, invented),
    ]
    return "\n".join(parts) + "\n"


TEXT_HEAD = """# What the detectors give on data known to be invented

Made by `.venv/bin/python benchmarks/fraud_labelled.py --write docs/fraud-labelled.md`. The data are in
`../shared/data/fraud_labelled` (`SOURCES.md` there says whence); nothing was tuned on them.

They have values only: no times, no people, no instruments, no raw files. AUC is the chance that an invented set looks
worse than a genuine one: 1 tells them apart, 0.5 is a coin, below 0.5 the invented ones look better. Intervals are
bootstrapped over the sets.

## Stroop experiments: {invented} invented files, {blocks} genuine blocks of 25 participants from {sites} sites

Each file has 25 invented participants: mean, standard deviation and trials, congruent and incongruent. Genuine sites
are cut into blocks of the same size in the order of the file, so that no class is larger than the other by its n;
blocks of one site are not independent, so the intervals are somewhat too narrow.
"""
TEXT_ANCHOR = """
Similar standard deviations are the strong sign. Last digits are not: both classes are close to uniform, and the
invented ones closer. Means that differ too little, small spreads and lost relations between mean and standard
deviation lie between; repeated values hardly help. The invented sets that D16 misses have widely different standard
deviations, as whoever draws numbers by a generator gets them. D4 needs triples and D3 single readings, which these
sets do not have: "like D3" is the median SD against the mean, not the detector.

### What D16 would decide

Response times of real people vary far more in spread than chance alone makes them, so chance alone – the anchor that
needs no peers – is too generous here: it strikes where one true spread is known to stand behind all sets, as with
replicates of a laboratory. Against peers, invented sets among them, it works.
"""
TEXT_PUBLISHED = """
## The published tests on all 28 invented and 21 genuine sets

p-values as the collectors of the data published them (the raw files of fifteen invented sets are not there). Here the
genuine sets are whole sites, so larger than the invented ones: part of an AUC of 1.00 is size. Benford's law and the
effect size come out near 0 because genuine response times break Benford's law badly and because for effects large is
suspicious, not small (read as 1 − AUC: invented effects are far too large). Last digits: no better than a coin.
"""
TEXT_HAEMOGLOBIN = """
## Haemoglobin: three inventors, a hundred real values

One real set only, so no AUC. All three spread their values more than reality does, none less: D9's lower tail is
silent, and rightly so – it looks for samples that are too much alike. Last digits and repeated values tell nothing at
18 to 50 values (critical χ² at 5 %: 16.9). D1 needs 200 values and abstains.
"""
TEXT_SCREENED = """
## The same data through the whole catalogue

The Stroop data as a dataset by the contract – a site or a file is an institution, a participant a report, four
reported values, no replicates, nothing else. What lacks its tables is skipped and says so; what lacks its minimum
abstains.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=REPO.parent / "shared" / "data" / "fraud_labelled")
    parser.add_argument("--write", type=Path, help="write the report here instead of printing it")
    args = parser.parse_args()
    if not args.data.is_dir():
        print(f"no such folder: {args.data}", file=sys.stderr)
        return 1
    text = report(args.data)
    if args.write:
        args.write.write_text(text, encoding="utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
