"""Numbers of the ledger by organ, field, problem type; each number names the rows behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from hengjian.apps.rectifications.models import FIELD_CHOICES, Rectification
from hengjian.apps.rectifications.opening import problem_types
from hengjian.apps.rectifications.overdue import STANDINGS, standing_filter

GROUPINGS = {"organ": ("organ_id", "责任机关"), "field": ("field", "领域"), "type": ("problem_type", "问题类型")}
"""Key in the address → (column, heading)."""
NO_TYPE = "none"
"""How a problem without a check-list item is asked for in an address."""


@dataclass(frozen=True, slots=True)
class Line:
    """One group: how many of its items stand where; `late_answers` were answered after their limit."""

    key: str
    label: str
    standings: Mapping[str, int]
    late_answers: int

    @property
    def total(self) -> int:
        """Every item belongs to exactly one standing."""
        return sum(self.standings.values())

    @property
    def counted(self) -> int:
        """Items that were problems: withdrawn ones were none."""
        return self.total - self.standings.get("withdrawn", 0)

    @property
    def struck_share(self) -> float | None:
        """Share struck off of what was a problem (销号率); None without any."""
        return self.standings.get("struck_off", 0) / self.counted if self.counted else None


def count_by(rows: QuerySet[Rectification], grouping: str, *, today: date) -> list[Line]:
    """One line for each group that has items, most items first."""
    column, _ = GROUPINGS[grouping]
    asked = {f"n_{key}": Count("pk", filter=standing_filter(key, today)) for key in STANDINGS}
    found = rows.order_by().values(column).annotate(**asked, late_answers=Count("pk", filter=Q(answered_late=True)))
    labels = _labels(rows, grouping)
    lines = [
        Line(
            key=_address(grouping, row[column]),
            label=labels.get(row[column], str(row[column])),
            standings={key: row[f"n_{key}"] for key in STANDINGS},
            late_answers=row["late_answers"],
        )
        for row in found
    ]
    return sorted(lines, key=lambda line: (-line.total, line.label))


def whole(lines: Iterable[Line]) -> Line:
    """All lines together."""
    found = list(lines)
    standings = {key: sum(line.standings.get(key, 0) for line in found) for key in STANDINGS}
    return Line("", "合计", standings, sum(line.late_answers for line in found))


def cross(rows: QuerySet[Rectification]) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[list[int]]]:
    """Problem type × field: keys with labels of both, and the counts."""
    counted = {
        (row["problem_type"], row["field"]): row["n"]
        for row in rows.order_by().values("problem_type", "field").annotate(n=Count("pk"))
    }
    types = [(key, label) for key, label in problem_types().items() if any(one == key for one, _ in counted)]
    fields = [(key, label) for key, label in FIELD_CHOICES if any(one == key for _, one in counted)]
    matrix = [[counted.get((kind, field), 0) for field, _ in fields] for kind, _ in types]
    return [(_address("type", key), label) for key, label in types], fields, matrix


def _address(grouping: str, value: Any) -> str:
    return str(value) or (NO_TYPE if grouping == "type" else "")


def _labels(rows: QuerySet[Rectification], grouping: str) -> dict[Any, str]:
    if grouping == "organ":
        return dict(rows.order_by().values_list("organ_id", "organ__short_name").distinct())
    return dict(FIELD_CHOICES) if grouping == "field" else dict(problem_types())
