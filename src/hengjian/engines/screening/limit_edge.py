"""Clients whose results end just inside a limit, counted over all items of an institution against its peers.

A client counts once for an item, so one who aims at the limit is one, whatever he has tested. What peers find of the
same items at the same limit is expected; institutions that see more results in the whole neighbourhood of the limit,
beyond it too, are allowed as many more at its edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengjian.engines.screening.gamma_poisson import as_many
from hengjian.engines.screening.peers import Floats

EDGE = 0.02
LEAST_HOUSES, LEAST_OF_OTHERS = 20, 200
"""Institutions and client × item of the others that tell what is usual of an item."""

LEAST_CLIENTS, LEAST_RATIO = 4, 3.0
LEAST_CV2, CV2_OF_EDGE = 0.04, 0.1
"""Least squared coefficients of variation of honest institutions: of all, and of the edge given the neighbourhood."""

DISPERSED_FROM = 1.0
WINSOR = 0.95
NEIGHBOURS = 2.0
STRIKING_P = 1e-3

# The edge is a fiftieth of the limit, or one step of the last place; three times as much on either side is near.
WIDTH = f"greatest({EDGE} * lim, step) * (1 + 1e-9)"
AT = f"away <= 1e-9 AND -away <= {WIDTH}"
NEAR = f"(-away > {WIDTH} AND -away <= 4 * {WIDTH}) OR (away > 1e-9 AND away <= 3 * {WIDTH})"

CELLS = f"""
SELECT institution_id, item_code, lim, step, client, max(CASE WHEN {AT} THEN 1 ELSE 0 END) AS edge,
       max(CASE WHEN {NEAR} THEN 1 ELSE 0 END) AS near
FROM limited GROUP BY institution_id, item_code, lim, step, client
"""

OF_HOUSE = """
SELECT institution_id, item_code, lim, step, count(*) AS n, sum(edge) AS edge, sum(near) AS near
FROM cells GROUP BY institution_id, item_code, lim, step
"""

AGAINST_OTHERS = f"""
SELECT h.institution_id, CAST(h.n AS DOUBLE) AS n, CAST(h.edge AS DOUBLE) AS edge, CAST(h.near AS DOUBLE) AS near,
       CAST(t.n - h.n AS DOUBLE) AS others, CAST(t.edge - h.edge AS DOUBLE) AS edge_of_others,
       CAST(t.near - h.near AS DOUBLE) AS near_of_others
FROM of_house h
JOIN (SELECT item_code, lim, step, sum(n) AS n, sum(edge) AS edge, sum(near) AS near, count(*) AS houses
      FROM of_house GROUP BY item_code, lim, step) AS t
  ON t.item_code = h.item_code AND t.lim = h.lim AND t.step = h.step
WHERE t.houses > {LEAST_HOUSES} AND t.n - h.n >= {LEAST_OF_OTHERS}
ORDER BY h.institution_id, h.item_code, h.lim, h.step
"""

AT_EDGE = f"""
SELECT institution_id, report_id, item_code, item_name, value_text, lim, issued_at FROM limited WHERE {AT}
ORDER BY institution_id, report_id, item_code, value_text
"""


@dataclass(frozen=True, kw_only=True)
class Edges:
    """By institution: client × item at the edge, how many are expected, near the limit, looked at; p of so many."""

    institutions: npt.NDArray[np.str_]
    edge: Floats
    expected: Floats
    near: Floats
    looked_at: Floats
    p: Floats

    def striking(self) -> npt.NDArray[np.int64]:
        many = (self.edge >= LEAST_CLIENTS) & (self.edge >= LEAST_RATIO * self.expected)
        return np.flatnonzero(many & (self.p < STRIKING_P))


def judged_edges(table: pa.Table) -> Edges:
    """Institutions against the others' shares of the same items (`AGAINST_OTHERS`)."""
    names, house = np.unique(np.array(table["institution_id"].to_pylist(), dtype=np.str_), return_inverse=True)
    column = {name: np.asarray(table[name].to_numpy(zero_copy_only=False)) for name in table.column_names[1:]}

    def total(values: Floats) -> Floats:
        return np.bincount(house, weights=values, minlength=len(names)).astype(np.float64)

    edge, near = total(column["edge"]), total(column["near"])
    usual = {
        name: total(column["n"] * (column[f"{name}_of_others"] + 0.5) / (column["others"] + 1))
        for name in ("edge", "near")
    }
    expected = usual["edge"]
    among_all = as_many(edge, expected, 1 / _dispersion(edge, expected))
    crowded = np.maximum(1.0, (near + NEIGHBOURS) / (usual["near"] + NEIGHBOURS))
    given_near = as_many(edge, expected * crowded, 1 / CV2_OF_EDGE)
    p = np.maximum(among_all, given_near)
    return Edges(institutions=names, edge=edge, expected=expected, near=near, looked_at=total(column["n"]), p=p)


def _dispersion(seen: Floats, expected: Floats) -> float:
    """Squared coefficient of variation between honest institutions beyond chance, the worst pulled in."""
    known = expected >= DISPERSED_FROM
    if not known.any():
        return LEAST_CV2
    excess = (seen[known] - expected[known]) ** 2 - expected[known]
    excess = np.minimum(excess, np.quantile(excess, WINSOR))
    return max(LEAST_CV2, float(excess.mean() / (expected[known] ** 2).mean()))
