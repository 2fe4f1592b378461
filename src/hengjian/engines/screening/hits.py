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
  handed on: false-discovery control counts them all.

The step named `population`, if there is one, yields `institution_id`, `n`: how many reports (or sets, pairs, …) of the
institution the detector could judge. It is the denominator of "1 % of the institution's reports of that kind", the
base of `min_n`, and what tells "looked and found nothing" from "could not look".
"""

from __future__ import annotations

FIXED = ("institution_id", "subject_id", "report_id", "occurred_at", "level", "slip", "firm", "p_value")
POPULATION = "population"
HITS = "hits"
