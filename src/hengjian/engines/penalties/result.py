"""What the choice of law and the calculation answer: values with their reasoning in Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hengjian.engines.penalties.conduct import Conduct, Consequence, Provision, Sum

Outcome = Literal["punish", "correct", "transfer", "soft", "none"]


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """Why something may not be done: `what` is all | fine | filing, the sentence, and the article it rests on.

    all: nothing can be chosen before it is mended; filing: no case may be opened; fine: no fine yet, but the rest.
    """

    what: Literal["all", "filing", "fine"]
    code: str
    sentence: str
    article: str


@dataclass(frozen=True, kw_only=True)
class Range:
    """A lawful range in fen, both ends included, and how it came about; None `high` never occurs."""

    low: int
    high: int
    article: str
    words: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Applicable:
    """One provision that reaches the conduct, with what it allows here. `range` None: no fine, or a base is missing."""

    provision: Provision
    sums: tuple[Sum, ...]
    range: Range | None
    measures: tuple[str, ...]
    consequences: tuple[Consequence, ...]
    fine_allowed: bool
    reasons: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def article(self) -> str:
        """The article of the penalty as cited for the day."""
        return "、".join(one.text for one in self.provision.articles)

    @property
    def transfer(self) -> bool:
        """Whether another authority punishes."""
        return self.provision.transfer


@dataclass(frozen=True, kw_only=True)
class Hint:
    """A sign to be looked into (serious case, suspected crime, black list): never a finding by itself."""

    id: str
    sentence: str
    article: str
    certainty: str = "found"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which law applies. `applicable` in order: the first is proposed, the others are named and set aside.

    `outcome`: punish (this organ may decide), correct (order only, no fine yet), transfer (▲), soft (no fine set),
    none (nothing may be done, see `blocked`).
    """

    conduct: Conduct
    outcome: Outcome
    applicable: tuple[Applicable, ...]
    set_aside: tuple[Applicable, ...]
    blocked: tuple[Blocked, ...]
    questions: tuple[str, ...]
    serious: tuple[Hint, ...]
    crimes: tuple[Hint, ...]
    steps: tuple[str, ...]

    @property
    def first(self) -> Applicable | None:
        """The provision proposed."""
        return self.applicable[0] if self.applicable else None

    @property
    def authority(self) -> str:
        """Who decides; empty when nothing applies."""
        return self.first.provision.authority if self.first else ""


@dataclass(frozen=True, kw_only=True)
class Calculation:
    """A suggested sum: the lawful range, the tier with its own range, the sum, all in fen, and every step in Chinese.

    `tier` is the code of the benchmark's tier, or waived. `mitigated_allowed`: a sum below the lawful range has a
    statutory ground. `hearing_required` is about the suggested sum; `hearing_from` is where it begins (inclusive).
    """

    range: Range
    tier: str
    tier_title: str
    tier_low: int
    tier_high: int
    suggested: int
    score: int
    factors: tuple[str, ...]
    mitigated_allowed: bool
    hearing_required: bool
    hearing_from: int
    benchmark: str
    certainty: str
    note: str
    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """How an amount stands to a calculation. `kind`: none, reason (may be decided with a written reason), refused."""

    kind: Literal["none", "reason", "refused"]
    sentence: str
    article: str
