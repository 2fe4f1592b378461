"""Illegal gain (违法所得): what was received, what may be deducted on proof, what of it is confiscated."""

from __future__ import annotations

from dataclasses import dataclass

from hengjian.engines.penalties.conduct import Limits
from hengjian.engines.penalties.wording import money
from hengjian.kernel.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Receipts:
    """Money in fen. `received` None: it cannot be established. Costs and taxes count only with proof.

    `costs` are lawful and necessary outlays, `refunded` what was paid back to those who had paid.
    """

    received: int | None
    costs: int = 0
    costs_proved: bool = False
    taxes: int = 0
    taxes_proved: bool = False
    refunded: int = 0


@dataclass(frozen=True, kw_only=True)
class Gain:
    """The illegal gain and what of it is confiscated, in fen; both None when it cannot be established."""

    amount: int | None
    confiscated: int | None
    needs_approval: bool
    steps: tuple[str, ...]
    article: str


def illegal_gain(receipts: Receipts, limits: Limits) -> Gain:
    """Received money less proved lawful costs and taxes, never below nought; refunds count but are not confiscated.

    Refused when a sum is negative, or more was paid back than received.
    """
    article = limits.cite("GAIN-03")
    if min(receipts.costs, receipts.taxes, receipts.refunded, receipts.received or 0) < 0:
        raise Refused("收款、支出、税款、退款不能是负数。", article=article)
    if receipts.received is None:
        said = "违法所得难以查清：须经机关负责人批准，并写明已做的调查。"
        return Gain(amount=None, confiscated=None, needs_approval=True, steps=(said,), article=article)
    if receipts.refunded > receipts.received:
        raise Refused("退还的款项多于收取的款项，请核对。", article=article)
    steps = [f"直接收取的款项{money(receipts.received)}（{article}）。"]
    deducted = _deducted("合法必要支出", receipts.costs, steps, proved=receipts.costs_proved)
    deducted += _deducted("已缴税款", receipts.taxes, steps, proved=receipts.taxes_proved)
    amount = max(receipts.received - deducted, 0)
    steps.append(f"违法所得{money(amount)}。")
    confiscated = max(amount - receipts.refunded, 0)
    if receipts.refunded:
        steps.append(f"已退还{money(receipts.refunded)}：计入违法所得，但不再没收。")
    steps.append(f"没收{money(confiscated)}（{limits.cite('APL-28')}）。")
    return Gain(amount=amount, confiscated=confiscated, needs_approval=False, steps=tuple(steps), article=article)


def _deducted(what: str, amount: int, steps: list[str], *, proved: bool) -> int:
    if not amount:
        return 0
    if not proved:
        steps.append(f"{what}{money(amount)}没有证据，不扣除。")
        return 0
    steps.append(f"扣除有证据的{what}{money(amount)}。")
    return amount
