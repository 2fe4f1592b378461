"""`hengjian penalty FILE`: which law applies to a conduct and what fine it suggests, step by step; no database."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from hengjian.engines.penalties import Applicable, Calculation, Choice, Deviation

NAME = "penalty"
HELP = "选用处罚规定并计算裁量：读一份 JSON 的违法事实，写出每一步的依据"
OUTCOMES = {
    "punish": "本机关可以处罚",
    "correct": "先责令改正，现在不能罚款",
    "transfer": "移送有权机关",
    "soft": "没有设定罚款，采取说服教育、提醒敦促、约谈纠正",
    "none": "不能处罚",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", help="JSON 文件，- 表示标准输入；--keys 列出可用的项")
    parser.add_argument("--on", metavar="DATE", help="作出决定的日期")
    parser.add_argument("--factors", default="", metavar="IDS", help="情节编号，逗号隔开，例如 F-11,F-21")
    parser.add_argument("--amount", metavar="YUAN", help="拟罚数额，检查是否偏离裁量基准")
    parser.add_argument("--keys", action="store_true", help="列出 JSON 可用的项和情节编号")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Exit 0 with the result, also where nothing may be punished; bad input becomes a sentence and exit 2."""
    from hengjian.engines.penalties.reading import conduct_from, yuan
    from hengjian.kernel.errors import Refused
    from hengjian.law.discretion import calculation_for, deviation
    from hengjian.law.punishing import choice_for

    if args.keys:
        _print_keys()
        return 0
    if not args.file:
        raise Refused("请写违法事实的 JSON 文件；hengjian penalty --keys 列出可用的项。")
    on, conduct = _on(args.on), conduct_from(_read(args.file))
    choice = choice_for(conduct, on=on)
    calculation = judged = None
    if choice.outcome == "punish" and choice.first and choice.first.range and not _fine_blocked(choice):
        factors = [one.strip() for one in args.factors.split(",") if one.strip()]
        calculation = calculation_for(choice.first, factors=factors, on=on, party_kind=conduct.party_kind)
        judged = deviation(calculation, yuan(args.amount), on=on) if args.amount else None
    elif args.factors or args.amount:
        raise Refused("现在没有可以计算的罚款幅度，情节和拟罚数额用不上；先不写 --factors、--amount 看结果。")
    print(
        json.dumps(_as_json(choice, calculation, judged), ensure_ascii=False, indent=1)
        if args.json
        else _as_text(choice, calculation, judged)
    )
    return 0


def _on(text: str | None) -> date:
    from hengjian.kernel.errors import Refused
    from hengjian.ui.days import parse_day

    if not text:
        raise Refused("请用 --on 写作出决定的日期，例如 --on 2026-11-20：规定改过的，要按它比较新旧。")
    return parse_day(text)


def _fine_blocked(choice: Choice) -> bool:
    return any(one.what == "fine" for one in choice.blocked)


def _read(name: str) -> dict[str, Any]:
    from hengjian.kernel.errors import Refused

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise Refused(f"读不到“{name}”：{fault.strerror}。") from None
    except UnicodeDecodeError:
        raise Refused(f"“{name}”不是 UTF-8 文字。") from None
    try:
        raw = json.loads(text, parse_float=_no_float)
    except json.JSONDecodeError as fault:
        raise Refused(f"“{name}”第 {fault.lineno} 行不是合格的 JSON，请检查逗号、引号和括号。") from None
    if not isinstance(raw, dict):
        raise Refused(f"“{name}”应是一个 JSON 对象；hengjian penalty --keys 列出可用的项。")
    return raw


def _no_float(text: str) -> str:
    return text  # money is read from its digits, never from a binary float


def _print_keys() -> None:
    from hengjian.engines.penalties.benchmark import EFFECTS
    from hengjian.engines.penalties.reading import KEYS
    from hengjian.law.discretion import discretion

    for name, key in KEYS.items():
        print(f"{name:<16}{key.label}")
    for one in discretion().factors:
        print(f"{one.id:<16}{one.title}（{EFFECTS[one.effect]}）")


def _as_text(choice: Choice, calculation: Calculation | None, judged: Deviation | None) -> str:
    lines = [f"结论：{OUTCOMES[choice.outcome]}"]
    for number, one in enumerate(choice.applicable):
        lines.append(f"{'适用' if number == 0 else '同时触犯'}：{one.article}（{one.provision.authority}）")
        lines += [f"  {one.range.words}"] if one.range else []
        lines += [f"  措施：{'、'.join(one.measures)}"] if one.measures else []
        lines += [f"  {more.words}" for more in one.consequences]
    lines += [f"不适用：{one.article}：{one.reasons[-1]}" for one in choice.set_aside]
    lines += [f"{number}. {step}" for number, step in enumerate(choice.steps, start=1)]
    lines += [f"待查：{one}" for one in choice.questions]
    lines += [f"提示：{one.sentence}（{one.article}）" for one in (*choice.serious, *choice.crimes)]
    lines += [f"障碍：{one.sentence}（{one.article}）" for one in choice.blocked]
    if calculation:
        lines += ["裁量：", *(f"{number}. {step}" for number, step in enumerate(calculation.steps, start=1))]
    lines += [f"拟罚数额：{judged.sentence}（{judged.article}）"] if judged else []
    return "\n".join(lines)


def _as_json(choice: Choice, calculation: Calculation | None, judged: Deviation | None) -> dict[str, object]:
    answer: dict[str, object] = {
        "outcome": choice.outcome,
        "applicable": [_entry(one) for one in choice.applicable],
        "set_aside": [_entry(one) for one in choice.set_aside],
        "blocked": [{"what": one.what, "sentence": one.sentence, "article": one.article} for one in choice.blocked],
        "questions": list(choice.questions),
        "serious": [one.sentence for one in choice.serious],
        "crimes": [one.sentence for one in choice.crimes],
        "steps": list(choice.steps),
    }
    if calculation:
        answer["calculation"] = {
            "tier": calculation.tier,
            "tier_fen": [calculation.tier_low, calculation.tier_high],
            "suggested_fen": calculation.suggested,
            "hearing_required": calculation.hearing_required,
            "steps": list(calculation.steps),
        }
    if judged:
        answer["deviation"] = {"kind": judged.kind, "sentence": judged.sentence, "article": judged.article}
    return answer


def _entry(one: Applicable) -> dict[str, object]:
    return {
        "id": one.provision.id,
        "article": one.article,
        "versions": [[cited.version, str(cited.valid_from)] for cited in one.provision.articles],
        "authority": one.provision.authority,
        "transfer": one.transfer,
        "range_fen": [one.range.low, one.range.high] if one.range else None,
        "measures": list(one.measures),
        "consequences": [more.words for more in one.consequences],
        "certainty": one.provision.certainty,
        "reasons": list(one.reasons),
    }
