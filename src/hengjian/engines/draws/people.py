"""Inspectors and conflicts of a draw, by pseudonym (§2.8): what was resolved into them before the commitment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hengjian.engines.draws.canonical import canon, id_fault, refuse, text_fault

INSPECTORS = "inspectors.json"
COI = "coi.json"
LEAD, EXPERT = "lead", "field_expert"


@dataclass(frozen=True, slots=True)
class Inspector:
    """`lead` may lead in the strata of `domains`; an `expert` takes only the slot of that name, in his domains."""

    id: str
    domains: frozenset[str]
    lead: bool
    expert: bool = False


def read_inspectors(raw: object, *, file: str = INSPECTORS) -> dict[str, Inspector]:
    """`{id: {domains: [...], lead: 0|1}}`, optionally `expert: 1`; every fault is refused with id and value."""
    if not isinstance(raw, Mapping):
        refuse(f"{file} 应当是“编号：专业与组长资格”的对象", file=file)
    return {id_: _inspector(id_, record, file) for id_, record in sorted(raw.items())}


def read_coi(raw: object, *, file: str = COI) -> list[tuple[str, str]]:
    """The [inspector, target] pairs, sorted; a pair given twice is refused."""
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        refuse(f"{file} 应当是“[检查人员, 机构]”的列表", file=file)
    pairs: list[tuple[str, str]] = []
    seen: set[tuple[str, str]] = set()
    for position, entry in enumerate(raw, start=1):
        if not (isinstance(entry, Sequence) and not isinstance(entry, str) and len(entry) == 2):
            refuse(f"{file} 第 {position} 项不是“[检查人员, 机构]”两个编号", file=file, row=position, value=str(entry))
        for part in entry:
            if fault := id_fault(part):
                refuse(f"{file} 第 {position} 项的编号“{part}”{fault}", file=file, row=position, value=str(part))
        pair = (entry[0], entry[1])
        if pair in seen:
            refuse(f"{file} 第 {position} 项“{pair[0]}，{pair[1]}”重复", file=file, row=position, value=list(pair))
        seen.add(pair)
        pairs.append(pair)
    return sorted(pairs)


def check_coi(pairs: Iterable[tuple[str, str]], inspectors: Mapping[str, Inspector], targets: Iterable[str]) -> None:
    """A conflict that names nobody of this draw would silently be no conflict, so it is refused."""
    known = set(targets)
    for inspector, target in pairs:
        if inspector not in inspectors:
            sentence = f"{COI} 里的检查人员“{inspector}”不在 {INSPECTORS} 中"
            refuse(sentence, file=COI, column="inspector", value=inspector)
        if target not in known:
            refuse(f"{COI} 里的机构“{target}”不在名录中", file=COI, column="target", value=target)


def coi_bytes(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Canonical JSON of the sorted pairs: the bytes of `coi.json` in a bundle."""
    return canon([list(pair) for pair in sorted(pairs)])


def may_take(person: Inspector, slot: str, stratum: str, *, experts: bool) -> bool:
    """Whether the person may take the slot in the stratum; `experts`: whether the roll has any.

    A lead needs the licence and the domain, a member may be anybody (§2.8). Experts are our extension: with experts
    in the roll the slot `expert` is theirs alone, by domain, and they take no other.
    """
    if slot == EXPERT and experts:
        return person.expert and stratum in person.domains
    if person.expert:
        return False
    return slot != LEAD or (person.lead and stratum in person.domains)


def _inspector(id_: object, record: Any, file: str) -> Inspector:
    if fault := id_fault(id_):
        refuse(f"{file} 的编号“{id_}”{fault}", file=file, column="id", value=str(id_))
    if not isinstance(record, Mapping):
        refuse(f"{file} 的“{id_}”应当写明 domains 和 lead", file=file, column=str(id_))
    for key in record:
        if key not in ("domains", "lead", "expert"):
            refuse(f"{file} 的“{id_}”有不认识的项“{key}”", file=file, column=str(id_), value=str(key))
    for key in ("domains", "lead"):
        if key not in record:
            refuse(f"{file} 的“{id_}”缺少 {key}", file=file, column=str(id_))
    domains = _domains(record["domains"], str(id_), file)
    lead, expert = _flag(record, "lead", str(id_), file), _flag(record, "expert", str(id_), file)
    if lead and expert:
        refuse(f"{file} 的“{id_}”不能既是组长又是专家", file=file, column=str(id_))
    return Inspector(str(id_), domains, lead, expert)


def _domains(raw: object, id_: str, file: str) -> frozenset[str]:
    if not isinstance(raw, list | tuple):
        refuse(f"{file} 的“{id_}”的 domains 应当是列表", file=file, column=id_, value=str(raw))
    for domain in raw:
        if fault := text_fault(domain):
            refuse(f"{file} 的“{id_}”的专业“{domain}”{fault}", file=file, column=id_, value=str(domain))
    return frozenset(raw)


def _flag(record: Mapping[str, object], key: str, id_: str, file: str) -> bool:
    value = record.get(key, 0)
    if isinstance(value, bool) or value not in (0, 1):
        refuse(f"{file} 的“{id_}”的 {key} 只能是 0 或 1，现在是“{value}”", file=file, column=id_, value=str(value))
    return value == 1
