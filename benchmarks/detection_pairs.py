"""Copies: pairs of reports that were made one from the other, against the pairs that findings name.

A pair that was made is found when one finding names both reports. A pair is named when a finding's row shows it; it is
right when both come from one original. A curve put together from two is labelled with its head; a pair with its tail
is right as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from detection_metrics import families
from detection_page import num, table, tell
from detection_worlds import World

MOST_NAMED = 200
"""A finding that names more reports says nothing of pairs."""


@dataclass(frozen=True)
class Kind:
    """What is copied: how the generator calls it, and who is to find it."""

    title: str
    made: tuple[str, ...]
    detectors: tuple[str, ...]


KINDS = (
    Kind("curves", ("curve_clone", "curve_splice"), ("C1", "C2", "C3")),
    Kind("peak tables", ("peaks_copied",), ("C7",)),
    Kind("result vectors", ("vector_clone",), ("C4", "C6")),
    Kind("pictures", ("photo_reuse",), ("F1",)),
)


def _pairs(worlds: list[World], kind: Kind) -> tuple[Counter[str], Counter[str], int, int]:
    """(made by what was done, found of them, named, right) over these worlds."""
    made, found = Counter[str](), Counter[str]()
    named = right = 0
    for world in worlds:
        rows = [row for row in world.labels if row["kind"] in kind.made and row["source_id"]]
        pairs = [(row["report_id"], row["source_id"]) for row in rows]
        family = families(pairs)
        joined = {row["report_id"] for row in world.labels if row["kind"] == "curve_splice" and row["report_id"]}
        together: set[frozenset[str]] = set()
        told: set[frozenset[str]] = set()
        for row in world.findings:
            if row["detector"] not in kind.detectors or row["severity"] == "weak":
                continue
            if 2 <= len(row["reports"]) <= MOST_NAMED:
                together |= {frozenset(pair) for pair in combinations(sorted(set(row["reports"])), 2)}
            told |= row["pairs"]
        made.update(row["kind"] for row in rows)
        found.update(row["kind"] for row, pair in zip(rows, pairs, strict=True) if frozenset(pair) in together)
        named += len(told)
        right += sum(len({family.get(one, one) for one in pair}) == 1 or bool(pair & joined) for pair in told)
    return made, found, named, right


def copies(test: dict[str, list[World]]) -> None:
    """The table of copies by what is copied."""
    tell("### Copies")
    rows = []
    for level, worlds in test.items():
        for kind in KINDS:
            made, found, named, right = _pairs(worlds, kind)
            recall = num(found.total() / made.total()) if made else "–"
            precision = num(right / named) if named else "–"
            rows.append([level, kind.title, str(made.total()), recall, str(named), precision])
            for one in sorted(made) if len(kind.made) > 1 else ():
                rows.append([level, f"of them `{one}`", str(made[one]), num(found[one] / made[one]), "", ""])
    table(["level", "what", "pairs made", "recall", "pairs named", "precision"], rows)
