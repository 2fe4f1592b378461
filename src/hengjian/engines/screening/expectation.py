"""What an institution's cases lead to expect by its peers' rates (indirect standardisation), as portable SQL steps.

A detector hands over the step `judged`, one row for institution × unit × fine cell: `institution_id`, `unit` (what is
judged, one or more an institution), `fine`, `mid`, `coarse` (cell names, each within the next), `n`, `bad` (cases and
how many of them have the outcome that cheating makes rare), `last_at`. `expected` then has one row for institution ×
unit: `n`, `bad`, `expected`, `variance`, `last_at`.

An institution is never its own peer. A cell's rate leans on the next wider one as if that had been seen fifty times;
no institution counts for more than five hundred cases in a cell; cases that fewer than five others have are left out.
Institutions whose peer group is sick (table `sick`) are judged and are nobody's peers: other regions speak.
"""

from __future__ import annotations

from hengjian.engines.screening.detector import Step

LEANING = 50.0
MOST_CASES = 500
LEAST_OTHERS = 5

NOT_PEERS = "SELECT institution_id AS sick_id FROM sick GROUP BY institution_id"

PEERS_OF = """
SELECT j.mid, count(DISTINCT CASE WHEN s.sick_id IS NULL THEN j.institution_id END) AS institutions
FROM judged j LEFT JOIN not_peers s ON s.sick_id = j.institution_id GROUP BY j.mid
"""

WEIGHED = f"""
SELECT whole.institution_id, whole.fine, whole.mid, whole.coarse, whole.n, whole.bad,
       CASE WHEN s.sick_id IS NULL THEN least(n, {MOST_CASES}) * 1.0 ELSE 0.0 END AS w,
       CASE WHEN s.sick_id IS NULL THEN bad * least(n, {MOST_CASES}) / CAST(n AS DOUBLE) ELSE 0.0 END AS wb
FROM (SELECT institution_id, fine, mid, coarse, sum(n) AS n, sum(bad) AS bad FROM judged
      GROUP BY institution_id, fine, mid, coarse) AS whole
LEFT JOIN not_peers s ON s.sick_id = whole.institution_id
"""

OTHERS = """
SELECT institution_id, fine, mid, coarse,
       sum(w) OVER (PARTITION BY fine) - w AS fine_n,
       sum(wb) OVER (PARTITION BY fine) - wb AS fine_bad,
       sum(w) OVER (PARTITION BY mid) - sum(w) OVER (PARTITION BY mid, institution_id) AS mid_n,
       sum(wb) OVER (PARTITION BY mid) - sum(wb) OVER (PARTITION BY mid, institution_id) AS mid_bad,
       sum(w) OVER (PARTITION BY coarse) - sum(w) OVER (PARTITION BY coarse, institution_id) AS coarse_n,
       sum(wb) OVER (PARTITION BY coarse) - sum(wb) OVER (PARTITION BY coarse, institution_id) AS coarse_bad
FROM weighed
"""

RATES = f"""
SELECT institution_id, fine, (greatest(fine_bad, 0.0) + {LEANING} * mid_rate) / (fine_n + {LEANING}) AS rate
FROM (
    SELECT *, (greatest(mid_bad, 0.0) + {LEANING} * (greatest(coarse_bad, 0.0) + 0.5) / (coarse_n + 1.0))
              / (mid_n + {LEANING}) AS mid_rate
    FROM others
) AS wider
"""

EXPECTED = f"""
SELECT j.institution_id, j.unit, CAST(sum(j.n) AS BIGINT) AS n, CAST(sum(j.bad) AS BIGINT) AS bad,
       sum(j.n * x.rate) AS expected,
       sum(j.n * x.rate * (1 - x.rate)) AS variance, max(j.last_at) AS last_at,
       max(CASE WHEN s.sick_id IS NULL THEN 0 ELSE 1 END) AS sick
FROM judged j
LEFT JOIN not_peers s ON s.sick_id = j.institution_id
JOIN peers_of p ON p.mid = j.mid AND p.institutions > {LEAST_OTHERS}
JOIN rates x ON x.institution_id = j.institution_id AND x.fine = j.fine
GROUP BY j.institution_id, j.unit
"""

STEPS = (
    Step(name="not_peers", sql=NOT_PEERS),
    Step(name="peers_of", sql=PEERS_OF),
    Step(name="weighed", sql=WEIGHED),
    Step(name="others", sql=OTHERS),
    Step(name="rates", sql=RATES),
    Step(name="expected", sql=EXPECTED),
)

POPULATION_OF_EXPECTED = """
SELECT institution_id, CAST(floor(max(expected)) AS BIGINT) AS n FROM expected GROUP BY institution_id
"""
"""Population: how many cases of the rare outcome the institution's peers would have had – the base of `min_n`."""
