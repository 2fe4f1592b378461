"""Strict reading of YAML into frozen dataclasses: no unknown key, no missing key, no silent change of type."""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml

from hengjian.kernel.citation import Reference, parse_reference
from hengjian.law.errors import LawError

T = TypeVar("T")
BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
IDENTITY_KEYS = ("id", "key", "standard_no", "code", "alias", "instrument", "year")


class StrictLoader(BaseLoader):  # type: ignore[misc]
    """PyYAML's safe loader, except that a key written twice is an error instead of a silent overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse duplicate keys, then build as usual."""
        seen: set[str] = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key_node.value} twice", key_node.start_mark)
            seen.add(key_node.value)
        built: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return built


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, for the error."""

    file: str
    entry: str | None = None
    key: str | None = None

    def error(self, complaint: str) -> LawError:
        """A LawError at this place."""
        return LawError(complaint, file=self.file, entry=self.entry, key=self.key)

    def at(self, key: str) -> Place:
        """The place one key deeper."""
        return Place(self.file, self.entry, f"{self.key}.{key}" if self.key else key)


def parse_yaml(text: str, file: str) -> Mapping[str, Any]:
    """The file's top-level mapping; LawError when it is not valid YAML or not a mapping."""
    try:
        raw = yaml.load(text, Loader=StrictLoader)  # noqa: S506 - a subclass of the safe loader
    except (yaml.YAMLError, ValueError) as broken:  # ValueError: a date that the calendar does not have
        raise LawError(f"not valid YAML: {broken}", file=file) from broken
    if not isinstance(raw, dict):
        raise LawError("the file must hold a mapping", file=file)
    return raw


def read_section(kind: type[T], raw: object, file: str, section: str) -> tuple[T, ...]:
    """All entries of one section as instances of `kind`."""
    if not isinstance(raw, list):
        raise LawError("the section must be a list", file=file, key=section)
    return tuple(read_entry(kind, one, Place(file, _name_of(one, section, n))) for n, one in enumerate(raw, start=1))


def read_entry(kind: type[T], raw: object, place: Place) -> T:
    """One mapping as an instance of the dataclass `kind`."""
    if not isinstance(raw, dict):
        raise place.error(f"a mapping is needed, not {type(raw).__name__}")
    shape: Any = kind
    hints = _hints(shape)
    unknown = [str(key) for key in raw if key not in hints]
    if unknown:
        raise place.at(unknown[0]).error("unknown key")
    missing = [name for name in _required(shape) if name not in raw]
    if missing:
        raise place.at(missing[0]).error("missing key")
    return kind(**{name: _convert(hints[name], value, place.at(name)) for name, value in raw.items()})


def entry_name(raw: object) -> str:
    """By what an entry as written is known: its id, key, number or code; empty where it has none."""
    if isinstance(raw, dict):
        for key in IDENTITY_KEYS:
            if isinstance(raw.get(key), str | int):
                return str(raw[key])
    return ""


def _name_of(raw: object, section: str, number: int) -> str:
    return entry_name(raw) or f"{section}[{number}]"


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(kind).items() if name in {field.name for field in fields(kind)}}


@cache
def _required(kind: type[Any]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING)


def _convert(hint: Any, value: object, place: Place) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        return None if value is None else _convert(inner[0], value, place)
    if origin is Literal:
        if value not in get_args(hint):
            raise place.error(f"{value!r} is not one of {', '.join(map(str, get_args(hint)))}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise place.error("a list is needed")
        return tuple(_convert(get_args(hint)[0], one, place.at(str(n))) for n, one in enumerate(value, start=1))
    if is_dataclass(hint) and hint is not Reference:
        return read_entry(hint, value, place)  # type: ignore[arg-type]
    return _scalar(hint, value, place)


def _scalar(hint: Any, value: object, place: Place) -> Any:
    if hint in (Reference, Decimal):
        return _from_text(hint, value, place)
    if hint is date:
        fits = isinstance(value, date) and not isinstance(value, datetime)
    elif hint is str:
        fits = isinstance(value, str) and bool(value.strip())
    else:
        fits = type(value) is hint  # bool is not taken for int
    if not fits:
        raise place.error(f"{hint.__name__} is needed, not {value!r}")
    return value


def _from_text(hint: Any, value: object, place: Place) -> Any:
    if not isinstance(value, str):
        raise place.error(f"{hint.__name__} is written as quoted text, not {value!r}")
    try:
        return parse_reference(value) if hint is Reference else Decimal(value)
    except (ValueError, InvalidOperation):
        raise place.error(f"not a {hint.__name__}: {value!r}") from None
