"""What a column and a table of the data contract are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, cast

Type = Literal["id", "text", "int", "num", "bool", "date", "ts", "list", "numlist"]
Identifier = Literal["", "uscc", "cma", "area", "standard"]


@dataclass(frozen=True, eq=False)
class Column:
    """One column of the contract.

    `headers`: the Chinese header first, then its synonyms. `codes`: each allowed code with its Chinese word (empty:
    free text); `words`: every word a ledger may use, to its code; `open_codes`: other words are kept as they are.
    `identifier` names the check of `identifiers.py`; `intake_only` marks what is read and never kept.
    """

    name: str
    type: Type
    headers: tuple[str, ...]
    required: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    open_codes: bool = False
    identifier: Identifier = ""
    intake_only: bool = False

    @property
    def header(self) -> str:
        """The Chinese header of the contract."""
        return self.headers[0]


@dataclass(frozen=True, eq=False)
class Table:
    """One table of the contract: `key` names the columns by which two rows are the same row."""

    name: str
    header: str
    all_columns: tuple[Column, ...]
    key: tuple[str, ...]
    synonyms: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Columns that are kept, by name, in the contract's order."""
        return {column.name: column for column in self.all_columns if not column.intake_only}

    @cached_property
    def intake_columns(self) -> dict[str, Column]:
        """Every column a ledger may carry, also those that only feed others (`id_no`, `limit_text`)."""
        return {column.name: column for column in self.all_columns}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that may not be empty."""
        return tuple(column.name for column in self.columns.values() if column.required)


def parse_codes(written: str) -> tuple[dict[str, str], dict[str, str]]:
    """`code:word/other …` → ({code: word}, {every word and the code itself, lower case: code})."""
    codes: dict[str, str] = {}
    words: dict[str, str] = {}
    for pair in written.split():
        code, _, spoken = pair.partition(":")
        codes[code] = spoken.split("/")[0]
        words.update({word.lower(): code for word in (code, *spoken.split("/"))})
    return codes, words


def parse_columns(text: str, *, codes: Mapping[str, str] | None = None) -> tuple[Column, ...]:
    """Read columns written one a line: `name type[:identifier] header synonym …`.

    After the name: `*` required, `~` intake only, `?` its codes are open.
    """
    columns = []
    for line in text.strip().splitlines():
        marked, typed, *headers = line.split()
        kind, _, identifier = typed.partition(":")
        name = marked.rstrip("*~?")
        allowed, words = parse_codes((codes or {}).get(name, ""))
        columns.append(
            Column(
                name=name,
                type=cast(Type, kind),
                headers=tuple(headers),
                required="*" in marked,
                codes=allowed,
                words=words,
                open_codes="?" in marked,
                identifier=cast(Identifier, identifier),
                intake_only="~" in marked,
            )
        )
    return tuple(columns)


def table(
    name: str, header: str, columns: str, *, key: str = "", codes: Mapping[str, str] | None = None, synonyms: str = ""
) -> Table:
    """A table from its written columns; without `key` the required columns are the key (the contract's rule)."""
    parsed = parse_columns(columns, codes=codes)
    keys = tuple(key.split()) or tuple(column.name for column in parsed if column.required)
    return Table(name=name, header=header, all_columns=parsed, key=keys, synonyms=tuple(synonyms.split()))
