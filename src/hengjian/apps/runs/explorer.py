"""The findings of one run, filtered and sorted in Arrow: a page makes dictionaries of its own rows alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hengjian.apps.registry.models import Institution
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.outcome import INDEX
from hengjian.apps.runs.wording import CLUSTER_OF, KIND_OF

NO_FIELD = "none"


class FindingRows:
    """Rows of a finding table: counted, cut, filtered and sorted without leaving Arrow."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch in self._table.to_batches(max_chunksize=5_000):
            yield from batch.to_pylist()

    def __getitem__(self, wanted: slice) -> list[dict[str, Any]]:
        start, stop, _ = wanted.indices(len(self))
        return self._table.slice(start, stop - start).to_pylist()  # type: ignore[no-any-return]

    def where(self, column: str, value: str) -> FindingRows:
        """Rows with exactly this value."""
        return FindingRows(self._table.filter(pc.equal(self._table[column], value)))

    def containing(self, columns: Sequence[str], text: str) -> FindingRows:
        """Rows in which one of the columns contains the text, letters of either case."""
        masks = [pc.fill_null(pc.match_substring(self._table[name], text, ignore_case=True), False) for name in columns]
        mask = masks[0]
        for other in masks[1:]:
            mask = pc.or_(mask, other)
        return FindingRows(self._table.filter(mask))

    def between(self, column: str, ends: tuple[Any, Any]) -> FindingRows:
        """Rows within both ends (in), None being open."""
        table = self._table
        for end, compare in zip(ends, (pc.greater_equal, pc.less_equal), strict=True):
            if end is not None:
                bound = pa.scalar(end, table[column].type) if column != "score" else float(end)
                table = table.filter(pc.fill_null(compare(table[column], bound), False))
        return FindingRows(table)

    def ordered(self, columns: Sequence[str], *, descending: bool) -> FindingRows:
        """Sorted by the columns, equal ones by key, so that pages do not overlap; rows without a value come last."""
        way = "descending" if descending else "ascending"
        keys = [*((name, way) for name in columns), ("finding_key", "ascending")]
        return FindingRows(self._table.take(pc.sort_indices(self._table, sort_keys=keys)))

    def values_of(self, column: str) -> list[str]:
        """The different values of a column, sorted."""
        return sorted(str(one) for one in pc.unique(self._table[column]).to_pylist() if one)


def finding_rows(run: ScreeningRun) -> FindingRows:
    """The run's findings in short with institution, organ, cluster and kind; none before the run has finished."""
    path = run.folder / INDEX
    if not path.exists():
        return FindingRows(_EMPTY.empty_table())
    table = pq.read_table(path)
    accused = pc.unique(table["institution_id"]).to_pylist()
    known = {
        uscc: (name, str(organ))
        for uscc, name, organ in Institution.objects.filter(uscc__in=accused).values_list("uscc", "name", "organ_id")
    }
    added = {
        "institution": (table["institution_id"], {uscc: name for uscc, (name, _) in known.items()}),
        "organ": (table["institution_id"], {uscc: organ for uscc, (_, organ) in known.items()}),
        "cluster": (table["detector"], CLUSTER_OF),
        "kind": (table["detector"], KIND_OF),
    }
    for name, (source, words) in added.items():
        table = table.append_column(name, _translated(source, words))
    field = pc.if_else(pc.equal(pc.fill_null(table["field"], ""), ""), NO_FIELD, table["field"])
    return FindingRows(table.set_column(table.schema.get_field_index("field"), "field", field))


def _translated(source: pa.ChunkedArray, words: Mapping[str, str]) -> pa.Array:
    """Each code as its word, empty where there is none; codes are looked up once each."""
    coded = source.combine_chunks().dictionary_encode()
    said = pa.array([words.get(str(one), "") for one in coded.dictionary.to_pylist()], pa.string())
    return said.take(coded.indices)


_EMPTY = pa.schema(
    [(name, pa.string()) for name in ("finding_key", "detector", "field", "severity", "institution_id", "says")]
    + [(name, pa.string()) for name in ("institution", "organ", "cluster", "kind")]
    + [("occurred_on", pa.date32()), ("score", pa.float64()), ("n_reports", pa.int64())]
)
