"""The forms of official documents as dated data: which facts the law wants in them, their wording, and who signs.

Every form is laid over the common catalogue of facts (`facts.yaml`): a fact has one key in the context, one Chinese
label and one kind. A form names the facts that must be there (`needs`), those that are printed where they are known
(`may`), and the parts in which they are set. Wording names a fact as `{party.name}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

from hengjian.kernel.citation import Reference
from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import cite
from hengjian.law.errors import LawError
from hengjian.law.models import Certain, Period
from hengjian.law.schema import parse_yaml, read_section

FOLDER = "forms"
FACTS_FILE = "facts.yaml"
PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_]+)*)\}")
KEY = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z0-9_]*)*")
FAMILIES = {"PEN": "行政处罚文书", "CMP": "投诉举报文书", "CHK": "行政检查文书", "MSR": "行政指导和约谈文书"}

FactKind = Literal["text", "long", "date", "moment", "money", "number", "list", "people", "opinion", "mark"]
Layout = Literal["letter", "table", "record", "strip", "cover"]
PartKind = Literal["text", "rows", "lines", "list"]
Volume = Literal["main", "side", "none"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a list: the key within an entry, its heading, its share of the width in per cent."""

    key: str
    label: str
    width: int
    kind: FactKind = "text"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact that forms print: `key` is its dotted path in the context.

    `long` keeps its lines; `moment` is a day with hour and minute; `money` is fen; `people` are names with the number
    of their certificate; `opinion` is written and signed on paper unless the record has it; `mark` is a tick.
    """

    key: str
    label: str
    kind: FactKind = "text"
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a fact is called on one form, where it is not its common name."""

    key: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """One piece of a form from top to bottom.

    `text`: a paragraph, a heading where `heading`; `rows`: cells of a ruled table by keys; `lines`: “label：value”;
    `list`: a table of the entries of one fact. `when` names the fact without which the part is left out.
    """

    kind: PartKind
    text: str | None = None
    heading: bool = False
    rows: tuple[tuple[str, ...], ...] = ()
    key: str | None = None
    when: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A place to sign: whose hand, how many people, the fact with their names where the record knows them."""

    place: str
    people: int = 1
    names: str | None = None
    dated: bool = True


@dataclass(frozen=True, kw_only=True)
class Form(Certain, Period):
    """One official document: its facts, its wording, its number word (None: bears none), its place in the archive.

    `to` is the fact with the addressee of a letter; `copies` who gets one; `order` its rank in its volume.
    """

    id: str
    title: str
    layout: Layout
    basis: tuple[Reference, ...]
    volume: Volume
    order: int
    needs: tuple[str, ...]
    parts: tuple[Part, ...]
    seal: bool
    copies: tuple[str, ...]
    signs: tuple[Sign, ...] = ()
    may: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    number_word: str | None = None
    to: str | None = None
    facts: tuple[Fact, ...] = ()

    @property
    def family(self) -> str:
        """PEN, CMP or CHK."""
        return self.id.partition("-")[0]

    @property
    def digest(self) -> str:
        """SHA-256 over everything the form says, facts included: changes with any word."""
        told = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, default=str)
        return sha256(told.encode()).hexdigest()

    def fact(self, key: str) -> Fact:
        """The fact under that key, with the label it bears on this form."""
        return next(one for one in self.facts if one.key == key)

    def basis_text(self, on: date) -> str:
        """The articles as they are cited on a day."""
        return "、".join(cite(one, on).citation.text for one in self.basis)


def form(form_id: str, on: date) -> Form:
    """The form in force on a day; NotFound with a sentence otherwise."""
    for one in forms():
        if one.id == form_id and one.holds_on(on):
            return one
    raise NotFound(f"{on:%Y年%m月%d日}没有“{form_id[:20]}”这一文书式样。")


def form_by_digest(form_id: str, digest: str) -> Form | None:
    """The very definition a document was rendered by, while the program still has it."""
    return next((one for one in forms() if one.id == form_id and one.digest == digest), None)


def forms_on(on: date) -> tuple[Form, ...]:
    """All forms in force on a day, by family and number."""
    return tuple(one for one in forms() if one.holds_on(on))


@cache
def forms() -> tuple[Form, ...]:
    """All forms of this program, read once per process."""
    return load_forms(files("hengjian.law").joinpath(FOLDER))


def load_forms(folder: Traversable) -> tuple[Form, ...]:
    """Read and check a folder of forms; LawError names file, entry and key of the first fault."""
    facts = _read_facts(folder)
    found: list[Form] = []
    for file in sorted(one.name for one in folder.iterdir() if one.name.endswith(".yaml") and one.name != FACTS_FILE):
        raw = _sections(folder.joinpath(file), file, "forms")
        for one in read_section(Form, raw["forms"], file, "forms"):
            complete = _complete(one, facts, file)
            _check(complete, found, file)
            found.append(complete)
    if not found:
        raise LawError("no form", file=FOLDER)
    return tuple(sorted(found, key=_rank))


def _rank(one: Form) -> tuple[int, int, date]:
    family, _, number = one.id.partition("-")
    return list(FAMILIES).index(family), int(number), one.valid_from


def _sections(path: Traversable, file: str, section: str) -> Mapping[str, Any]:
    if not path.is_file():
        raise LawError("the file is missing", file=file)
    raw = parse_yaml(path.read_text(encoding="utf-8"), file)
    unknown = [str(key) for key in raw if key != section]
    if unknown:
        raise LawError("unknown section", file=file, key=unknown[0])
    if section not in raw:
        raise LawError("missing section", file=file, key=section)
    return raw


def _read_facts(folder: Traversable) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    raw = _sections(folder.joinpath(FACTS_FILE), FACTS_FILE, "facts")
    for one in read_section(Fact, raw["facts"], FACTS_FILE, "facts"):
        if one.key in facts:
            raise LawError("the fact stands twice", file=FACTS_FILE, entry=one.key)
        if not KEY.fullmatch(one.key):
            raise LawError("not a dotted path", file=FACTS_FILE, entry=one.key, key="key")
        if (one.kind == "list") != bool(one.columns):
            raise LawError("a list and only a list has columns", file=FACTS_FILE, entry=one.key, key="columns")
        if one.columns and sum(column.width for column in one.columns) != 100:
            raise LawError("the widths do not make 100", file=FACTS_FILE, entry=one.key, key="columns")
        facts[one.key] = one
    return facts


def _complete(one: Form, facts: Mapping[str, Fact], file: str) -> Form:
    """The form with the facts it uses, each under the label it bears there."""
    own = {label.key: label.label for label in one.labels}
    used: list[Fact] = []
    for key in (*one.needs, *one.may):
        if key not in facts:
            raise LawError("no such fact", file=file, entry=one.id, key=key)
        known = facts[key]
        used.append(Fact(key=key, label=own.get(key, known.label), kind=known.kind, columns=known.columns))
    strange = [key for key in own if key not in {fact.key for fact in used}]
    if strange:
        raise LawError("a label for a fact the form does not have", file=file, entry=one.id, key=strange[0])
    return Form(**{**{name: getattr(one, name) for name in Form.__dataclass_fields__}, "facts": tuple(used)})


Fault = Callable[[str, str], LawError]


def _check(one: Form, before: list[Form], file: str) -> None:
    def fault(complaint: str, key: str) -> LawError:
        return LawError(complaint, file=file, entry=one.id, key=key)

    family, _, number = one.id.partition("-")
    if family not in FAMILIES or not number.isdigit():
        raise fault("not a form id", "id")
    if any(other.id == one.id and other.meets(one) for other in before):
        raise fault("the form stands twice for one day", "id")
    if one.to is not None and one.to not in one.needs:
        raise fault("the addressee is not among the needed facts", "to")
    for place, part in enumerate(one.parts, start=1):
        _check_part(one, part, f"parts.{place}", fault)
    _check_facts(one, fault)
    for reference in one.basis:
        try:
            cite(reference, one.valid_from)
        except NotFound as unknown:
            raise fault(f"{reference} cannot be cited on {one.valid_from}", "basis") from unknown


def _check_facts(one: Form, fault: Fault) -> None:
    keys = [fact.key for fact in one.facts]
    shown = _shown(one)
    for key in keys:
        if keys.count(key) > 1:
            raise fault("the fact stands twice", key)
        if key not in shown:
            raise fault("the fact is nowhere printed", key)
    for sign in one.signs:
        if sign.names is not None and sign.names not in keys:
            raise fault("the signers' names are no fact of the form", f"signs.{sign.place}")


def _check_part(one: Form, part: Part, at: str, fault: Fault) -> None:
    given = {"text": part.text is not None, "rows": bool(part.rows), "list": part.key is not None}
    wanted = "rows" if part.kind == "lines" else part.kind
    if [name for name, there in given.items() if there] != [wanted]:
        raise fault(f"a part of the kind {part.kind} has {wanted} and nothing else", at)
    for key in _keys_of(part):
        if key not in {fact.key for fact in one.facts}:
            raise fault(f"{key} is no fact of the form", at)
    if part.text is not None:
        loose = [key for key in PLACEHOLDER.findall(part.text) if key not in one.needs and key != part.when]
        if loose:
            raise fault(f"{loose[0]} may be missing: the paragraph needs `when`", at)
        if "{" in PLACEHOLDER.sub("", part.text):
            raise fault("a brace that names no fact", at)
    if part.key is not None and one.fact(part.key).kind != "list":
        raise fault(f"{part.key} is not a list", at)


def _keys_of(part: Part) -> list[str]:
    keys = [key for row in part.rows for key in row]
    keys += PLACEHOLDER.findall(part.text or "")
    keys += [key for key in (part.key, part.when) if key is not None]
    return keys


def _shown(one: Form) -> set[str]:
    shown = {key for part in one.parts for key in _keys_of(part)}
    shown |= {sign.names for sign in one.signs if sign.names is not None}
    return shown | ({one.to} if one.to else set())
