"""Check a bundle from its bytes alone: every hash, the seed, every ticket, the order, the sample, the assignment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hengjian.engines.draws.canonical import canon, hash_of, read_json, sha256_hex
from hengjian.engines.draws.entropy import string_fault
from hengjian.engines.draws.people import COI, INSPECTORS, coi_bytes, read_coi
from hengjian.engines.draws.protocol import (
    BUNDLE_FILES,
    COMMIT,
    COMMITTED_FILES,
    RESULT,
    REVEAL,
    Frozen,
    check_salts,
    draw,
    freeze,
    split_commit,
)
from hengjian.engines.draws.roster import FILE as ROSTER
from hengjian.engines.draws.tickets import seed_of
from hengjian.kernel.errors import Refused

HEX = re.compile(r"([0-9a-f]{2})+")
EXCLUSIONS = "exclusions.tsv"
RESULT_KEYS = ("quota", "tickets", "pi", "order", "sample", "target_order", "assignment", "load")
MOST = 50  # differences listed of one part of the result; more tell nothing new


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in a bundle that is not as it must be; `place` is like `tickets.食品.F03`, `sentence` Chinese."""

    file: str
    place: str
    sentence: str


def verify(bundle: Mapping[str, bytes]) -> list[Difference]:
    """Differences in the order of the checks, none when the bundle is right; `bundle` maps file names to bytes.

    A hash that differs is reported and the check goes on with the files as they are, so that the later differences
    show what the change would have done. A file that cannot be read ends the check.
    """
    found: list[Difference] = []
    try:
        for difference in _differences(bundle):
            found.append(difference)
    except Refused as refused:
        file = str((refused.where or {}).get("file", COMMIT))
        found.append(Difference(file, "", refused.sentence))
    return found


def _differences(bundle: Mapping[str, bytes]) -> Iterator[Difference]:
    for name in BUNDLE_FILES:
        if name not in bundle:
            yield Difference(name, "", f"证明包里没有 {name}" + _not_yet(name, bundle))
    if any(name not in bundle for name in COMMITTED_FILES):
        return
    parsed = {name: read_json(bundle[name], file=name) for name in BUNDLE_FILES if name != ROSTER and name in bundle}
    for name, thing in parsed.items():
        if canon(thing) != bundle[name]:
            yield Difference(name, "", f"{name} 不是规范写法（键排序、没有空格和换行），字节被改动过")
    plan, added = split_commit(parsed[COMMIT])
    yield from _file_hashes(bundle, parsed, plan, added)
    frozen = freeze(plan, bundle[ROSTER], parsed[INSPECTORS], parsed[COI], file=COMMIT)
    if REVEAL in parsed:
        yield from _revealed(frozen, parsed)


def _not_yet(name: str, bundle: Mapping[str, bytes]) -> str:
    return "：这次抽取还没有揭示" if name in (REVEAL, RESULT) and REVEAL not in bundle and RESULT not in bundle else ""


def _file_hashes(
    bundle: Mapping[str, bytes], parsed: Mapping[str, Any], plan: Mapping[str, Any], added: Mapping[str, str]
) -> Iterator[Difference]:
    actual = {
        (ROSTER, "roster_sha256", added["roster_sha256"]): sha256_hex(bundle[ROSTER]),
        (INSPECTORS, "inspectors_sha256", added["inspectors_sha256"]): hash_of(parsed[INSPECTORS]),
        (COI, "coi_sha256", added["coi_sha256"]): sha256_hex(coi_bytes(read_coi(parsed[COI]))),
    }
    if EXCLUSIONS in bundle and "exclusions_sha256" in plan:
        actual[EXCLUSIONS, "exclusions_sha256", plan["exclusions_sha256"]] = sha256_hex(bundle[EXCLUSIONS])
    for (file, key, committed), computed in actual.items():
        if committed != computed:
            yield Difference(file, key, f"{file} 与承诺不符：承诺的摘要值是 {committed}，现在是 {computed}")


def _revealed(frozen: Frozen, parsed: Mapping[str, Any]) -> Iterator[Difference]:
    shown = parsed[REVEAL]
    keys = {"salt", "entropy", "seed"} | ({"salts"} if frozen.plan.custodians else set())
    if not isinstance(shown, Mapping) or set(shown) != keys:
        yield Difference(REVEAL, "", f"{REVEAL} 应当恰好有 {'、'.join(sorted(keys))} 这几项")
        return
    if fault := string_fault(shown["entropy"], len(frozen.plan.entropy_spec)):
        yield Difference(REVEAL, "entropy", f"{REVEAL} 的 entropy {fault}")
        return
    salts = _salts(shown)
    if salts is None:
        yield Difference(REVEAL, "salt", f"{REVEAL} 的盐不是小写十六进制")
        return
    try:
        salt = check_salts(frozen.plan, salts)
    except Refused as refused:
        yield Difference(REVEAL, "salt", f"{REVEAL}：{refused.sentence}")
        salt = bytes.fromhex(str(shown["salt"]))
    if salt.hex() != shown["salt"]:
        yield Difference(REVEAL, "salt", f"{REVEAL} 的 salt 应为 {salt.hex()}，现在是 {shown['salt']}")
    commit_sha256 = hash_of(parsed[COMMIT])
    seed = seed_of(salt, commit_sha256, shown["entropy"])
    if seed.hex() != shown["seed"]:
        yield Difference(REVEAL, "seed", f"{REVEAL} 的 seed 应为 {seed.hex()}，现在是 {shown['seed']}")
    expected = draw(frozen, commit_sha256, salts, salt, shown["entropy"]).result
    if RESULT in parsed:
        yield from _result(expected, parsed[RESULT])


def _salts(shown: Mapping[str, Any]) -> tuple[bytes, ...] | None:
    parts = shown.get("salts", [shown["salt"]])
    if not isinstance(parts, list) or not _is_hex(shown["salt"]) or not all(_is_hex(part) for part in parts):
        return None
    return tuple(bytes.fromhex(part) for part in parts)


def _is_hex(text: object) -> bool:
    return isinstance(text, str) and HEX.fullmatch(text) is not None


def _result(expected: Mapping[str, Any], published: object) -> Iterator[Difference]:
    if not isinstance(published, Mapping):
        yield Difference(RESULT, "", f"{RESULT} 应当是一个对象")
        return
    for key in published:
        if key not in RESULT_KEYS:
            yield Difference(RESULT, str(key), f"{RESULT} 多出“{key}”")
    for key in RESULT_KEYS:
        if key not in published:
            yield Difference(RESULT, key, f"{RESULT} 缺少 {key}")
            continue
        for count, difference in enumerate(_unlike(expected[key], published[key], key), start=1):
            yield difference
            if count == MOST:
                break


def _unlike(expected: Any, published: Any, place: str) -> Iterator[Difference]:
    if isinstance(expected, Mapping) and isinstance(published, Mapping):
        for key in [*expected, *(key for key in published if key not in expected)]:
            yield from _unlike(expected.get(key, ""), published.get(key, ""), f"{place}.{key}")
    elif isinstance(expected, list) and isinstance(published, list):
        if len(expected) != len(published):
            yield Difference(RESULT, place, f"{RESULT} 的 {place} 应有 {len(expected)} 项，现在有 {len(published)} 项")
        for position, (right, given) in enumerate(zip(expected, published, strict=False), start=1):
            yield from _unlike(right, given, f"{place} 第 {position} 项")
    elif expected != published:
        yield Difference(RESULT, place, f"{RESULT} 的 {place} 应为 {_shown(expected)}，现在是 {_shown(published)}")


def _shown(value: Any) -> str:
    if value == "":
        return "（没有）"
    text = value if isinstance(value, str) else canon(value).decode()
    return text if len(text) <= 80 else text[:80] + "…"
