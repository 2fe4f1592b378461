"""How many to draw in each stratum: given, or by largest remainder with a minimum, in exact integers (§2.2)."""

from __future__ import annotations

from collections.abc import Mapping

from hengjian.engines.draws.canonical import refuse
from hengjian.engines.draws.plan import FILE, Plan


def quotas(plan: Plan, sizes: Mapping[str, int]) -> dict[str, int]:
    """The quota of every stratum; `sizes` is the number of units of each."""
    return (
        _given(plan.quota, sizes)
        if plan.quota is not None
        else largest_remainder(sizes, plan.n or 0, plan.min_per_stratum)
    )


def largest_remainder(sizes: Mapping[str, int], n: int, minimum: int) -> dict[str, int]:
    """Each stratum's floor of n·N_h/N with the minimum; then one by one from or to the furthest off, ties by name.

    Deviations are compared as the integers q_h·N - n·N_h. Refused when n exceeds the roster, or the minimums exceed n.
    """
    total = sum(sizes.values())
    names = sorted(sizes, key=str.encode)
    least = {name: min(minimum, sizes[name]) for name in names}
    if n > total:
        refuse(f"{FILE} 的 n 是 {n}，名录一共只有 {total} 家", file=FILE, column="n", value=n)
    if sum(least.values()) > n:
        sentence = f"{FILE} 的 min_per_stratum 是 {minimum}，各层合计至少要 {sum(least.values())} 家，超过 n（{n}）"
        refuse(sentence, file=FILE, column="min_per_stratum", value=minimum)
    quota = {name: max(least[name], min(sizes[name], n * sizes[name] // total)) for name in names}

    def off(name: str) -> tuple[int, bytes]:
        return quota[name] * total - n * sizes[name], name.encode()

    while sum(quota.values()) > n:
        quota[max((name for name in names if quota[name] > least[name]), key=off)] -= 1
    while sum(quota.values()) < n:
        quota[min((name for name in names if quota[name] < sizes[name]), key=off)] += 1
    return quota


def _given(quota: Mapping[str, int], sizes: Mapping[str, int]) -> dict[str, int]:
    for name, count in quota.items():
        if name not in sizes:
            refuse(f"{FILE} 的 quota 有“{name}”层，名录里没有这一层", file=FILE, column="quota", value=name)
        if count > sizes[name]:
            sentence = f"{FILE} 的 quota 要从“{name}”层抽 {count} 家，该层只有 {sizes[name]} 家"
            refuse(sentence, file=FILE, column=f"quota.{name}", value=count)
    for name in sizes:
        if name not in quota:
            refuse(f"{FILE} 的 quota 没有写“{name}”层；不抽也要写 0", file=FILE, column="quota", value=name)
    if not any(quota.values()):
        refuse(f"{FILE} 的 quota 全是 0，没有可抽的", file=FILE, column="quota")
    return {name: quota[name] for name in sorted(quota, key=str.encode)}
