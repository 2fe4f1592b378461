"""The hit table: what the last step of every detector (or its array step) yields.

One row per accused report and contradiction. Fixed columns, in any order; every further column is evidence and is
shown under its label:

* `institution_id` text – the accused;
* `subject_id` text – of the detector's subject kind;
* `report_id` text, null for a finding about the whole institution;
* `occurred_at` timestamp – time of the conduct;
* `level` text S1–S5 – severity of this row by the catalogue;
* `slip` bool – one mistyped field (date ± 1 day, factor 10ⁿ, unit, swapped characters) explains the row;
* `firm` bool – two independent fields or tables contradict, no single wrong field explains the row;
* `p_value` double, null for a rule;
* the detector's `key_columns`;
* `tests` integer, optional, the same in all rows – how many hypotheses were tested, where only the striking ones are
  handed on: false-discovery control counts them all;
* `rule` bool, optional – true in a row of a statistical detector that is a rule broken or not (its p_value is null).
  The two kinds never share a finding: a key column tells them apart.

The step named `population`, if there is one, yields `institution_id`, `n`: how many reports (or sets, pairs, …) of the
institution the detector could judge. It is the denominator of "1 % of the institution's reports of that kind", the
base of `min_n`, and what tells "looked and found nothing" from "could not look". A step named `abstains` yields
`institution_id`, `reason` (Chinese) of those for which the detector itself must not speak.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

FIXED = ("institution_id", "subject_id", "report_id", "occurred_at", "level", "slip", "firm", "p_value")
POPULATION = "population"
HITS = "hits"
ABSTAINS = "abstains"


def hit_schema(*, texts: Iterable[str] = (), floats: Iterable[str] = (), counts: Iterable[str] = ()) -> pa.Schema:
    """Arrow schema of a hit table with the fixed columns and these further ones."""
    return pa.schema(
        [
            *((name, pa.string()) for name in ("institution_id", "subject_id", "report_id", "level", *texts)),
            ("occurred_at", pa.timestamp("us")),
            *((name, pa.bool_()) for name in ("slip", "firm")),
            *((name, pa.float64()) for name in ("p_value", *floats)),
            *((name, pa.int64()) for name in counts),
        ]
    )


def of_institutions(table: pa.Table, institutions: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of these institutions only: the rest of a long table never becomes Python objects."""
    chosen = pa.array(sorted(institutions), pa.string())
    kept: list[dict[str, Any]] = table.filter(pc.is_in(table["institution_id"], value_set=chosen)).to_pylist()
    return kept
