"""The commitment: everything but the entropy fixed, staffed beyond doubt, chained to the one before, made public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.draws import bundle, pool, roster
from hengjian.apps.draws.access import locked, refuse_stale
from hengjian.apps.draws.lotteries import GAMES, check_day, number_on, parts_of, refuse_before
from hengjian.apps.draws.models import NO_COMMIT, Draw, DrawSecret
from hengjian.apps.draws.moving import move_draw
from hengjian.apps.draws.procedures import EXCLUSIONS, SUBSTITUTIONS
from hengjian.apps.draws.services import quota_of
from hengjian.apps.draws.sources import KINDS, SourceKind, bits_of, read_issue
from hengjian.apps.record.services import Actor
from hengjian.engines.draws import (
    OPEN_SALT_SHA256,
    canon,
    check_feasible,
    commitment,
    hash_of,
    sha256_hex,
    unstaffable_units,
)
from hengjian.engines.draws.people import EXPERT
from hengjian.kernel.errors import Refused
from hengjian.kernel.transitions import Move
from hengjian.law.drawing import DrawRules, draw_rules
from hengjian.ui.wording import zh_datetime

LADDER = ("每人上限加1", "从参加机关借用人员", "推迟并作废，另列批次")
NAMED_MOST = 5
EVIDENCE_MOST = 200
NEVER = datetime.max.replace(tzinfo=UTC)
NO_FALLBACK = "截止仍未举行的，本次抽查作废"


def iso(moment: datetime) -> str:
    """The moment with its offset in the time of Beijing, to the second."""
    return timezone.localtime(moment).replace(microsecond=0).isoformat()


def read_sources(given: list[Mapping[str, Any]], *, deadline: datetime, now: datetime) -> list[dict[str, Any]]:
    """Check the named sources: known kinds, issues of the future by the games' calendar, fallback after the deadline.

    `given` rows hold kind, issue, drawn_at (datetime), fallback_issue, fallback_at (datetime). Refused names the fault.
    What is made by hand (dice) has no fallback and comes before every other source.
    """
    rules = draw_rules(timezone.localdate(now))
    made: list[dict[str, Any]] = []
    for row in given:
        kind = KINDS.get(str(row["kind"]))
        if kind is None:
            raise Refused(f"没有“{str(row['kind'])[:20]}”这一熵来源。", where={"field": "sources"})
        source = _read_source(kind, row, deadline=deadline, now=now, gap_hours=rules.gap_hours)
        if any((one["kind"], one["issue"]) == (kind.key, source["issue"]) for one in made):
            raise Refused(f"{kind.name} {source['issue']} 写了两次。", where={"field": "sources"})
        made.append(source)
    _check_strength(made, rules)
    _check_last_word(made)
    return made


def _read_source(
    kind: SourceKind, row: Mapping[str, Any], *, deadline: datetime, now: datetime, gap_hours: int
) -> dict[str, Any]:
    issue, at = read_issue(kind, row["issue"]), row["drawn_at"]
    earliest = now + timedelta(hours=gap_hours)
    if at < earliest:
        raise Refused(
            f"{kind.name} {issue} 定于 {zh_datetime(at)}产生，距现在不足 {gap_hours} 小时。"
            f"熵须在公布承诺至少 {gap_hours} 小时以后才产生，最早 {zh_datetime(earliest)}。",
            where={"field": "sources"},
        )
    if at > deadline:
        raise Refused(f"{kind.name} {issue} 的产生时间晚于熵的截止时间。", where={"field": "deadline"})
    source = {"kind": kind.key, "name": kind.name, "issue": issue, "drawn_at": iso(at), "where": kind.where}
    if kind.by_hand:
        if row.get("fallback_issue") or row.get("fallback_at"):
            raise Refused(
                f"{kind.name}是人做的，不能有备用场次，否则可以不满意再掷一次。到截止时间没有举行的，本次抽查作废。",
                where={"field": "sources"},
            )
        return source | {"fallback_issue": "", "fallback_at": ""}
    fallback, fallback_at = read_issue(kind, row["fallback_issue"]), row["fallback_at"]
    if parts_of(GAMES[kind.key], fallback) <= parts_of(GAMES[kind.key], issue):
        raise Refused(
            f"{kind.name}的备用{kind.issue_label}不能与正式的相同，也不能更早，应当写下一期。",
            where={"field": "sources"},
        )
    if fallback_at <= deadline:
        raise Refused(
            f"{kind.name}的备用期 {fallback} 应当在截止时间以后产生，否则两期可以挑选。",
            where={"field": "sources"},
        )
    local = timezone.localtime
    refuse_before(kind.key, kind.name, issue, local(earliest), f"距现在不足 {gap_hours} 小时或者已经开出，不能作为熵")
    refuse_before(kind.key, kind.name, fallback, local(deadline), "不晚于熵的截止时间，两期可以挑选")
    check_day(kind.key, kind.name, issue, local(at))
    check_day(kind.key, kind.name, fallback, local(fallback_at))
    return source | {"fallback_issue": fallback, "fallback_at": iso(fallback_at)}


def _check_last_word(sources: list[dict[str, Any]]) -> None:
    """What people do by hand comes first: who knows all the other numbers must have nothing left to decide."""
    others = [datetime.fromisoformat(one["drawn_at"]) for one in sources if not KINDS[one["kind"]].by_hand]
    for source in sources:
        if KINDS[source["kind"]].by_hand and datetime.fromisoformat(source["drawn_at"]) >= min(others, default=NEVER):
            raise Refused(
                f"{source['name']}须早于其他各来源（最早 {zh_datetime(min(others))}）举行，"
                "否则掷骰的人知道其他号码以后还能左右结果。",
                where={"field": "sources"},
            )


def refuse_used(sources: list[dict[str, Any]], *, now: datetime) -> None:
    """Refuse an issue that an earlier draw has typed as its entropy, or one before it: its numbers are known."""
    typed = [one for row in Draw.objects.exclude(entropy=[]).values_list("entropy", flat=True) for one in row]
    typed += [one for row in DrawSecret.objects.exclude(typed=[]).values_list("typed", flat=True) for one in row]
    for source in sources:
        known = [one for one in typed if one["kind"] == source["kind"]]
        known = [one for one in known if datetime.fromisoformat(one["published_at"]) <= now]
        for issue in (source["issue"], source["fallback_issue"]):
            if issue and any(_drawn_by(one, issue) for one in known):
                raise Refused(
                    f"{source['name']} {issue} 不晚于以前的抽查已经录为熵的一期，号码早已公开，不能再用。"
                    f"请写以后的{KINDS[source['kind']].issue_label}。",
                    where={"field": "sources"},
                )


def _drawn_by(typed: Mapping[str, Any], issue: str) -> bool:
    """Whether `issue` was out when another of its kind was typed; a typed number off its day proves only itself."""
    if typed["issue"] == issue:
        return True
    game = GAMES.get(typed["kind"])
    if game is None:
        return False
    day = timezone.localdate(datetime.fromisoformat(typed["published_at"]))
    year, number = parts_of(game, typed["issue"])
    off = abs(number - number_on(game, day))
    return year == day.year and off <= game.slack and parts_of(game, issue) < (year, number)


def _check_strength(sources: list[dict[str, Any]], rules: DrawRules) -> None:
    kinds = {source["kind"] for source in sources}
    if len(kinds) < rules.entropy_sources:
        raise Refused(
            f"至少要有 {rules.entropy_sources} 个互相独立的公开来源，现在是 {len(kinds)} 个。",
            where={"field": "sources"},
        )
    bits = bits_of(sources)
    if bits < rules.entropy_bits:
        raise Refused(
            f"各来源合计只有 {bits:.1f} 比特，要求不少于 {rules.entropy_bits} 比特。请加一个来源。",
            where={"field": "sources"},
        )


def entropy_spec(sources: list[dict[str, Any]]) -> list[str]:
    """One line of the commitment for each group of numbers of each source, the fallback written in."""
    lines = []
    for source in sources:
        kind = KINDS[source["kind"]]
        for part in kind.parts:
            order = "不计次序" if part.unordered else "按次序连写为一个整数" if part.repeats else "按次序"
            lines.append(
                f"{kind.name} {source['issue']} {part.label}（{order}），定于 {source['drawn_at']}；"
                + (f"截止仍未产生的用 {source['fallback_issue']}" if source["fallback_issue"] else NO_FALLBACK)
            )
    return lines


def rules_plain(draw: Draw, rules: DrawRules) -> dict[str, Any]:
    """What `rules.json` holds: the house rules, codes, weights, counts by stratum, days, partners, ladder."""
    return {
        "rules": {"id": rules.id, "title": rules.title, **rules.numbers()},
        "organ": draw.organ.name,
        "item": draw.item.number,
        "batch": draw.batch,
        "planned": [draw.planned_from.isoformat(), draw.planned_to.isoformat()],
        "open_by": draw.open_by.isoformat() if draw.open_by else "",
        "team": draw.get_team_display(),
        "partners": [one.organ.name for one in draw.partners.select_related("organ") if one.agreed_at],
        "strata": draw.get_stratify_display(),
        "weights": draw.weights if draw.method == "pareto" else {},
        "population": draw.population,
        "exclusion_codes": EXCLUSIONS,
        "substitution_codes": SUBSTITUTIONS,
        "substitution": "按同层次序取下一家备选，不得重抽",
        "recusal_after_draw": "按同一次序取下一人，留痕",
        "infeasible": list(LADDER),
        "sources": draw.sources,
    }


def plan_plain(draw: Draw, rules_bytes: bytes) -> dict[str, Any]:
    """The fields of `plan.json` for this draw."""
    plan: dict[str, Any] = {
        "draw_id": draw.number,
        "seq": draw.seq,
        "prev_commit": draw.prev_commit,
        "method": draw.method,
        "salt_sha256": _salts(draw),
        "entropy_spec": entropy_spec(draw.sources),
        "not_before": iso(_set(draw.not_before)),
        "deadline": iso(_set(draw.deadline)),
        "rules_sha256": sha256_hex(rules_bytes),
        "exclusions_sha256": sha256_hex(roster.exclusions_bytes(draw)),
        "verifier_sha256": bundle.verifier_sha256(),
    }
    if draw.quota:
        plan["quota"] = quota_of(draw)
    else:
        plan |= {"n": draw.n, "min_per_stratum": draw.min_per_stratum}
    if draw.cap:
        plan["caps"] = {one.pseudonym: draw.cap for one in draw.inspectors.all()}
    if draw.experts_wanted:
        plan["slots"] = ["lead", "member", EXPERT]
    return plan


def _set(moment: datetime | None) -> datetime:
    if moment is None:
        raise Refused("请先写明熵的来源和时间。", where={"field": "sources"})
    return moment


def _salts(draw: Draw) -> str | list[str]:
    if draw.mode == "open":
        return OPEN_SALT_SHA256
    return [one.salt_sha256 for one in draw.custodians.all()]


def commit_draw(
    *,
    pk: int,
    user: User,
    now: datetime,
    sources: list[Mapping[str, Any]],
    deadline: datetime,
    seen_state: str = "",
    rows: QuerySet[Draw] | None = None,
) -> Draw:
    """Publish the commitment at `now`. Nothing of the roster, people, weights or sources may change afterwards.

    Raises Refused when entropy, custodians or staffing are not in order; the certificate names strata and targets.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        draw = locked(pk, rows)
        refuse_stale(draw, seen_state)
        if draw.state == "frozen":
            _prepare(draw, sources=sources, deadline=deadline, now=now)
        commit, files = _commit_files(draw) if draw.state == "frozen" else ({}, {})

        def apply(row: Draw, move: Move, actor: Actor) -> None:
            for name in ("sources", "not_before", "deadline", "seq", "prev_commit"):
                setattr(row, name, getattr(draw, name))
            row.commit, row.commit_sha256 = commit, hash_of(commit)
            row.state_at = row.committed_at = now
            row.committed_by = user
            row.files = bundle.digests(files)

        done = move_draw(
            "commit",
            pk,
            user=user,
            now=now,
            today=today,
            facts={"commit_sha256": hash_of(commit) if commit else ""},
            apply=apply,
        )
        # last, when nothing can be refused any more; a folder left by a cut-off commit is written over
        bundle.write(done, files)
    return done


def _prepare(draw: Draw, *, sources: list[Mapping[str, Any]], deadline: datetime, now: datetime) -> None:
    today = timezone.localdate(now)
    draw.sources = read_sources(sources, deadline=deadline, now=now)
    refuse_used(draw.sources, now=now)
    draw.not_before = min(datetime.fromisoformat(one["drawn_at"]) for one in draw.sources)
    draw.deadline = deadline
    if draw.planned_from < timezone.localdate(deadline):
        raise Refused(
            f"计划检查从 {draw.planned_from:%Y-%m-%d} 开始，早于熵的截止日。抽取完成以前不能检查。",
            where={"field": "deadline"},
        )
    if draw.mode == "sealed":
        _check_custodians(draw, draw_rules(today))
    pool.refuse_changed_pool(draw, on=today)
    roster.reconcile(draw, on=today)
    if sha256_hex(roster.roster_bytes(draw)) != draw.roster_sha256:
        raise Refused("名录与冻结时的摘要值不一致，冻结以后被改动过。请退回名录，重新编制并冻结。")
    Organ.objects.select_for_update().get(pk=draw.organ_id)
    last = Draw.objects.filter(organ=draw.organ, seq__isnull=False).aggregate(last=Max("seq"))["last"] or 0
    before = Draw.objects.filter(organ=draw.organ, seq=last).first()
    draw.seq = last + 1
    draw.prev_commit = before.commit_sha256 if before else NO_COMMIT


def _check_custodians(draw: Draw, rules: DrawRules) -> None:
    keepers = list(draw.custodians.select_related("user"))
    if len(keepers) < rules.custodians:
        raise Refused(f"密封模式至少要有 {rules.custodians} 位盐的保管人，现在有 {len(keepers)} 位。")
    missing = [one.user.name for one in keepers if not one.salt_sha256]
    if missing:
        raise Refused(f"{'、'.join(missing)}还没有交盐的摘要值。")


def _commit_files(draw: Draw) -> tuple[dict[str, Any], dict[str, bytes]]:
    rules = draw_rules(timezone.localdate(draw.frozen_at))
    rules_bytes = canon(rules_plain(draw, rules))
    plan = plan_plain(draw, rules_bytes)
    data = roster.roster_bytes(draw)
    people, ties = pool.inspectors_plain(draw), pool.coi_plain(draw)
    refuse_unstaffed(draw, plan)
    commit = commitment(plan, data, people, ties)
    return commit, bundle.committed(commit, data, people, ties) | {
        bundle.RULES: rules_bytes,
        bundle.EXCLUSIONS: roster.exclusions_bytes(draw),
    }


def refuse_unstaffed(draw: Draw, plan: dict[str, Any]) -> None:
    """Exact: refuse, naming strata or targets, when some sample could not get its two people."""
    data = roster.roster_bytes(draw)
    people, ties = pool.inspectors_plain(draw), pool.coi_plain(draw)
    certificate = check_feasible(plan, data, people, ties)
    if certificate is not None:
        raise Refused(
            f"{_named(draw, certificate.sentence)}。请增加检查人员、邀请其他机关，或者提高每人上限后重新冻结。",
            where={"targets": list(certificate.targets)},
        )
    alone = unstaffable_units(plan, data, people, ties)
    if alone:
        names = dict(draw.units.filter(unit_id__in=alone).values_list("unit_id", "institution__name"))
        shown = "、".join(f"{names[one]}（{one}）" for one in alone[:NAMED_MOST])
        more = f"等 {len(alone)} 家" if len(alone) > NAMED_MOST else ""
        raise Refused(
            f"下列机构一旦抽中就派不出组长和组员（证件、领域或者回避所限）：{shown}{more}。"
            "请增加检查人员或者邀请其他机关后重新冻结。",
            where={"targets": alone},
        )


def _named(draw: Draw, sentence: str) -> str:
    """The engine's sentence with the institutions' names beside their codes."""
    for unit_id, name in draw.units.values_list("unit_id", "institution__name"):
        if unit_id in sentence:
            sentence = sentence.replace(unit_id, f"{name}（{unit_id}）")
    return sentence
