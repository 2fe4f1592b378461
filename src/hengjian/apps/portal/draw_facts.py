"""Public facts of draws: the commitment before the entropy exists, sources, and the whole result once it is published.

Nothing of a roster or a sample is read here while the proof is not public: `is_open` stands before each such reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from hengjian.apps.draws import bundle
from hengjian.apps.draws.models import Draw, DrawUnit
from hengjian.apps.draws.procedures import EXCLUSIONS, SUBSTITUTIONS
from hengjian.apps.draws.selectors import public_facts, standing_of
from hengjian.apps.draws.sources import KINDS, bits_of
from hengjian.apps.portal.discretion import cleaned
from hengjian.engines.draws import sha256_hex
from hengjian.ui.parts import Step
from hengjian.ui.wording import zh_datetime

NOT_OPEN = (
    "这次抽查的证明还没有公开。承诺已经固定了名录和规则，公开证明以后，凭机构代码可以查到在不在名录、入选概率和签号。"
)
MOMENTS = ("committed_at", "drawn_at", "announced_at", "published_at", "voided_at")
NAMES_MOST = 10


def is_open(draw: Draw) -> bool:
    """Whether the proof – roster, seed, result – is public."""
    return draw.state == "published" and draw.published_at is not None


def as_of(rows: Iterable[Draw]) -> datetime | None:
    """The newest public moment of these draws."""
    known = [moment for row in rows for name in MOMENTS if (moment := getattr(row, name)) is not None]
    return max(known) if known else None


def line(draw: Draw) -> dict[str, Any]:
    """A draw as it stands in the list."""
    told = public_facts(draw)
    keys = (
        "number", "title", "organ", "state", "state_text", "mode", "seq", "commit_sha256", "committed_at", "not_before",
        "roster_size", "result_sha256", "announced_at", "published_at", "open_by", "voided_at",
    )  # fmt: skip
    return {key: told[key] for key in keys} | {"mode_name": draw.get_mode_display()}


def facts(draw: Draw) -> dict[str, Any]:
    """Everything of one draw that anybody may know now. Three queries where free words are masked."""
    told = public_facts(draw)
    sources = _sources(draw)
    plain = cleaned([draw.void_reason, *(one["evidence"] or "" for one in sources)])
    for one, evidence in zip(sources, plain[1:], strict=True):
        one["evidence"] = evidence or None
    keys = ("batch", "method", "prev_commit", "deadline", "entropy_text", "drawn_at")
    opened = is_open(draw)
    return line(draw) | {key: told[key] for key in keys} | {
        "method_name": draw.get_method_display(),
        "item": {"number": draw.item.number, "title": draw.item.title, "plan": draw.item.plan.number},
        "stratified_by": draw.get_stratify_display(),
        "bits": round(bits_of(draw.sources), 1),
        "sources": sources,
        "void_reason": plain[0],
        "strata": _strata(draw),
        "seed": told.get("seed"),
        "salt": told.get("salt"),
        "sample_size": told.get("sample_size"),
        "exclusions": _exclusions(draw) if opened else None,
        "substitutions": _substitutions(draw) if opened else None,
        "people": _people(draw) if opened else None,
        "files": files(draw),
    }  # fmt: skip


def _sources(draw: Draw) -> list[dict[str, Any]]:
    """The sources named in the commitment; the numbers as soon as two people have typed the same."""
    found = []
    for place, source in enumerate(draw.sources):
        given: Mapping[str, Any] = draw.entropy[place] if draw.entropy else {}
        values = given.get("values") or []
        found.append(
            {
                "name": KINDS[source["kind"]].name,
                "issue": str(given.get("issue", source["issue"])),
                "fallback_issue": str(source["fallback_issue"]),
                "announced_for": datetime.fromisoformat(str(source["drawn_at"])),
                "values": values,
                "numbers": _numbers(source["kind"], values),
                "published_at": datetime.fromisoformat(str(given["published_at"]))
                if given.get("published_at")
                else None,
                "evidence": str(given.get("evidence", "")),
            }
        )
    return found


def _numbers(kind: str, values: list[list[int]]) -> str:
    """The numbers as they are announced."""
    parts = []
    for part, numbers in zip(KINDS[kind].parts, values, strict=False):
        parts.append("".join(map(str, numbers)) if part.repeats else " ".join(f"{one:02d}" for one in numbers))
    return " + ".join(parts)


def _strata(draw: Draw) -> list[dict[str, Any]]:
    """Counts of each stratum as fixed by the commitment; the quota once the proof is public."""
    quota = draw.result.get("quota", {}) if is_open(draw) else {}
    return [
        {
            "stratum": name,
            "registry": counts["registry"],
            "excluded": counts["excluded"],
            "roster": counts["roster"],
            "quota": quota.get(name),
        }
        for name, counts in draw.population.items()
    ]


def _exclusions(draw: Draw) -> list[dict[str, Any]]:
    rows = draw.exclusions.order_by().values("code").annotate(n=Count("pk"))
    counts = {row["code"]: row["n"] for row in rows}
    return [{"code": code, "reason": word, "n": counts[code]} for code, word in EXCLUSIONS.items() if code in counts]


def _substitutions(draw: Draw) -> list[dict[str, Any]]:
    rows = draw.substitutions.select_related("original__institution", "substitute__institution")
    return [
        {
            "original": _unit_name(row.original),
            "substitute": _unit_name(row.substitute),
            "stratum": row.original.stratum,
            "code": row.code,
            "reason": SUBSTITUTIONS[row.code],
            "at": row.at,
        }
        for row in rows
    ]


def _unit_name(unit: DrawUnit) -> dict[str, str]:
    return {"uscc": unit.unit_id, "name": unit.institution.name}


def _people(draw: Draw) -> dict[str, int]:
    """How many took part, by number alone; the bundle has them under pseudonyms."""
    return draw.inspectors.aggregate(
        inspectors=Count("pk", filter=Q(expert=False)),
        leads=Count("pk", filter=Q(lead=True)),
        experts=Count("pk", filter=Q(expert=True)),
    )


def sample_rows(draw: Draw) -> QuerySet[DrawUnit]:
    """Drawn institutions and those that came in from the reserve, by ticket; none while the proof is not public."""
    rows = draw.units.select_related("institution", "replaces").order_by("ticket")
    return rows.filter(Q(selected=True) | Q(replaces__isnull=False)) if is_open(draw) else rows.none()


def sample(rows: Iterable[DrawUnit]) -> list[dict[str, Any]]:
    """Lines of the sample."""
    return [
        {
            **_unit_name(row),
            "stratum": row.stratum,
            "weight": row.weight,
            "pi": row.pi,
            "ticket": row.ticket,
            "rank": row.rank,
            "substituted": row.substituted,
            "replaces": row.replaces.unit_id if row.replaces else None,
        }
        for row in rows
    ]


def files(draw: Draw) -> list[dict[str, Any]]:
    """Files that anybody may have now, with their hashes."""
    names = [name for name in bundle.TOLD if name in draw.files]
    if not is_open(draw):
        names = [name for name in names if name in bundle.PUBLIC_BEFORE_RESULT]
    return [
        {
            "name": name,
            "what": bundle.TOLD[name],
            "sha256": draw.files[name],
            "address": reverse("portal:draw_file", args=[draw.number, name]),
        }
        for name in names
    ]


def verifiers() -> list[dict[str, Any]]:
    """What anybody checks a bundle with."""
    told = {
        ".py": "一个文件、只用 Python 3 标准库的验证程序",
        ".html": "在浏览器里验证的网页，不联网，可以存到电脑里用",
    }
    return [
        {
            "name": name,
            "what": told[name[name.rfind(".") :]],
            "sha256": sha256_hex(data),
            "bytes": len(data),
            "address": reverse("portal:verifier_file", args=[name]),
        }
        for name, data in bundle.verifiers().items()
    ]


def standing(draw: Draw, asked: str) -> dict[str, Any]:
    """Was this institution in the roster, with which probability and ticket? The same answer to all while not open."""
    told: dict[str, Any] = {"asked": asked, "place": None, "sentence": "", "unit": None, "candidates": []}
    if not is_open(draw):
        return told | {"place": "not_open", "sentence": NOT_OPEN}
    if not asked:
        return told
    units = draw.units.select_related("institution")
    code = asked.upper()
    if not units.filter(unit_id=code).exists():
        rows = units.filter(institution__name__icontains=asked).order_by("unit_id")
        named = list(rows[:NAMES_MOST])
        if len(named) > 1:
            count = rows.count() if len(named) == NAMES_MOST else len(named)
            rest = f"先列 {NAMES_MOST} 家，多写几个字再查。" if count > NAMES_MOST else "请选一家。"
            sentence = f"名录中名称含“{asked}”的有 {count} 家，{rest}"
            return told | {"place": "several", "sentence": sentence, "candidates": [_unit_name(one) for one in named]}
        code = named[0].unit_id if named else code
    found = standing_of(draw, code, open_book=True)
    told |= {"place": found.place, "sentence": found.sentence}
    if found.unit is not None and found.unit.ticket:
        row = sample([found.unit])[0]
        told["unit"] = row | {
            "pi_decimal": round(found.share, 9) if found.share is not None else None,
            "selected": found.unit.selected,
            "roster": found.size,
            "quota": found.quota,
        }
    return told


def steps(draw: Draw) -> list[Step]:
    """The way of a draw as the public sees it: what came before what."""
    names = [("公布承诺", draw.committed_at), ("随机来源产生", None), ("抽取", draw.drawn_at)]
    if draw.mode == "sealed":
        names.append(("公布结果摘要", draw.announced_at))
    names.append(("公开证明", draw.published_at))
    entropy = zh_datetime(draw.not_before, "short") if draw.not_before else ""
    done = [at is not None for _, at in names]
    done[1] = bool(draw.entropy)
    now = next((place for place, one in enumerate(done) if not one), len(names))
    return [
        Step(
            label,
            "done" if done[place] else "now" if place == now and draw.state != "void" else "",
            entropy if place == 1 else zh_datetime(at, "short") if at else "",
        )
        for place, (label, at) in enumerate(names)
    ]
