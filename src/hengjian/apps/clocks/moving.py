"""Writing what a pass over the clocks changed: many rows by few statements, alike on both databases.

The changes go into a temporary table of the same column types; one statement then takes them into the clocks, one into
their history. A model a row takes ten times as long, and a statement a row too long over a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from hengjian.apps.clocks.deriving import Outcome
from hengjian.apps.clocks.models import Clock, ClockEvent, Rederivation

TAKEN = ("due_on", "due_at", "provisional", "half_on", "pressing_on", "left", "steps", "rule_from")
STAGED = ("id", *TAKEN, "due_before", "due_after", "was_provisional")
ROWS_A_STATEMENT = 5_000
STAGE = "clocks_moving"


@dataclass(frozen=True, slots=True)
class Move:
    """One clock whose derivation came out differently."""

    pk: int
    before: str
    was_provisional: bool
    found: Outcome
    rule_from: date

    @property
    def has_moved(self) -> bool:
        """Whether the last day changed (otherwise the derivation or its firmness)."""
        return self.before != self.found.due


@contextmanager
def moving(run: Rederivation, *, actor_name: str, now: datetime) -> Iterator[Callable[[Move], None]]:
    """Hands out a function that takes one change; all are written when the block ends. Runs in a transaction."""
    waiting: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        _open_stage(cursor)

        def take(one: Move) -> None:
            waiting.append(_staged(one))
            if len(waiting) == ROWS_A_STATEMENT:
                _stage(cursor, waiting)
                waiting.clear()

        yield take
        if waiting:
            _stage(cursor, waiting)
        _take_over(cursor, run, actor_name, now)
        cursor.execute(f"DROP TABLE {STAGE}")


def _open_stage(cursor: Any) -> None:
    same = ", ".join(_quoted("id", *TAKEN))
    added = (
        "CAST('' AS varchar(32)) AS due_before, CAST('' AS varchar(32)) AS due_after, provisional AS was_provisional"
    )
    cursor.execute(f"CREATE TEMPORARY TABLE {STAGE} AS SELECT {same}, {added} FROM {_table(Clock)} WHERE 1 = 0")


def _staged(one: Move) -> tuple[Any, ...]:
    day, moment = connection.ops.adapt_datefield_value, connection.ops.adapt_datetimefield_value
    found = one.found
    return (
        one.pk,
        day(found.due_on),
        moment(found.due_at),
        found.provisional,
        day(found.half_on),
        day(found.pressing_on),
        found.left,
        found.steps,
        day(one.rule_from),
        one.before,
        found.due,
        one.was_provisional,
    )


def _stage(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    columns = ", ".join(_quoted(*STAGED))
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {STAGE} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    cursor.executemany(f"INSERT INTO {STAGE} ({columns}) VALUES ({', '.join(['%s'] * len(STAGED))})", rows)


def _take_over(cursor: Any, run: Rederivation, actor_name: str, now: datetime) -> None:
    pairs = ", ".join(f"{name} = {STAGE}.{name}" for name in _quoted(*TAKEN))
    clocks = _table(Clock)
    cursor.execute(f"UPDATE {clocks} SET {pairs} FROM {STAGE} WHERE {clocks}.id = {STAGE}.id")
    cursor.execute(
        f"INSERT INTO {_table(ClockEvent)} (clock_id, at, kind, actor_name, note, rederivation_id,"
        " due_before, due_after, provisional_before, provisional_after, steps)"
        " SELECT id, %s, 'rederive', %s, %s, %s, due_before, due_after, was_provisional, provisional, steps"
        f" FROM {STAGE} ORDER BY id",
        [connection.ops.adapt_datetimefield_value(now), actor_name, run.note, run.pk],
    )


def _table(model: type[Clock] | type[ClockEvent]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(*names: str) -> list[str]:
    return [connection.ops.quote_name(name) for name in names]
