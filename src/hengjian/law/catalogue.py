"""What other parts of the product ask of the law: which article, which penalty, which authority, as of which day.

Substance follows the day of conduct, procedure the day of the step (architecture, idea 3). Everything here reads the
cached `lawbook()`; nothing is computed from today's date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hengjian.kernel.citation import Citation, Reference
from hengjian.kernel.errors import NotFound
from hengjian.law.amending import kept
from hengjian.law.loader import lawbook
from hengjian.law.lookup import Entry, search, uses
from hengjian.law.models import Penalty, SectorRule, TestKind, Threshold, Violation
from hengjian.law.wording import amount_text, day_text

__all__ = [
    "ArticleInForce",
    "CitedLaw",
    "Entry",
    "SectorCitation",
    "article_as_of",
    "citation_for",
    "cite",
    "hearing_hint",
    "resolve",
    "search",
    "sector_rules",
    "threshold",
    "uses",
    "violation",
]

OWN_AUTHORITY = "市场监督管理部门"


@dataclass(frozen=True, slots=True)
class ArticleInForce:
    """An article on a day: the citation with the number it bore then, and the other numbering where there is one.

    `other_number` is the number before (`former`) or after the change, to be named once beside the citation.
    """

    article_id: str
    citation: Citation
    summary: str
    other_number: int | None = None
    other_is_former: bool = False

    @property
    def text(self) -> str:
        """《…》第十四条（修改前为第十三条）."""
        if self.other_number is None:
            return self.citation.text
        other = Citation(self.citation.instrument, self.citation.title, article=self.other_number).place
        return f"{self.citation.text}（{'修改前为' if self.other_is_former else '现为'}{other}）"


@dataclass(frozen=True, slots=True)
class SectorCitation:
    """A sector rule with its citations; where `transfer` is set this organ hands the case over."""

    rule: SectorRule
    citations: tuple[Citation, ...]

    @property
    def text(self) -> str:
        """One sentence: citations, authority, and whether the case is to be transferred."""
        cited = "、".join(citation.text for citation in self.citations)
        duty = "，应移送" if self.rule.transfer else "处理"
        condition = f"（{self.rule.when}）" if self.rule.when else ""
        return f"{cited}{condition}：由{self.rule.authority}{duty}"

    @property
    def sums(self) -> tuple[str, ...]:
        """The institution's and the persons' sums in words."""
        persons = tuple(f"对直接责任人员：{amount_text(one)}" for one in self.rule.persons)
        return tuple(amount_text(one) for one in self.rule.institution) + persons


@dataclass(frozen=True, slots=True)
class CitedLaw:
    """Everything a page shows for one violation, field and day of conduct.

    `sector` comes first where it is not empty; `penalty` is then residual. `articles[0]` is the article of the finding.
    """

    violation: Violation
    conduct_on: date
    articles: tuple[ArticleInForce, ...]
    penalty: Penalty
    penalty_articles: tuple[ArticleInForce, ...]
    sector: tuple[SectorCitation, ...]
    authority: str
    transfer: bool
    hearing: str | None

    @property
    def article(self) -> str:
        """The citation that a finding carries: 《检验检测机构监督管理办法》第十五条第二款第（二）项."""
        return self.articles[0].citation.text

    @property
    def penalty_sums(self) -> tuple[str, ...]:
        """The sums of the penalty in words."""
        return tuple(amount_text(one) for one in self.penalty.amounts)


def violation(violation_id: str) -> Violation:
    """The catalogue entry; NotFound for an unknown id."""
    found = _violations().get(violation_id)
    if found is None:
        raise NotFound(f"违法行为目录中没有“{violation_id}”。")
    return found


def resolve(name: str, on: date) -> tuple[str, ...]:
    """The ids an id or alias stands for, for conduct on that day; NotFound when it stands for none."""
    book = lawbook()
    known = set(_violations()) | {one.id for one in book.sector_rules} | {one.id for one in book.articles}
    if name in known:
        return (name,)
    targets = tuple(one.target for one in book.aliases if one.alias == name and one.holds_on(on))
    if not targets:
        raise NotFound(f"{day_text(on)}的规则中没有“{name}”。")
    return targets


def article_as_of(name: str, on: date) -> ArticleInForce:
    """The article behind a violation id, an article id or a reference, with the number in force on the day of conduct.

    NotFound when the id is unknown or nothing was in force on that day.
    """
    entry = _violations().get(name)
    if entry is not None:
        return cite(entry.basis[0], on)
    book = lawbook()
    article = book.article(name)
    if article is None:
        raise NotFound(f"条文库中没有“{name}”。")
    instrument, _, number = name.partition("-")
    return cite(Reference(instrument, int(number.partition("+")[0])), on)


def cite(reference: Reference, on: date) -> ArticleInForce:
    """The reference as the text in force on `on` must be cited; NotFound when no text of that day is recorded."""
    book = lawbook()
    instrument = book.instrument(reference.instrument)
    if instrument is None:
        raise NotFound(f"条文库中没有“{reference.instrument}”。")
    version = next((one for one in instrument.versions if one.holds_on(on)), None)
    if version is None:
        raise NotFound(f"没有录入《{instrument.title}》{day_text(on)}有效的文本。")
    if reference.article_id is None:
        whole = Citation(reference.instrument, instrument.title, version=version.number, valid_from=version.valid_from)
        return ArticleInForce(reference.instrument, whole, version.change)
    article = book.article(reference.article_id)
    text = article.version_on(on) if article else None
    if article is None or text is None:
        raise NotFound(f"《{instrument.title}》在{day_text(on)}没有对应“{reference}”的条文。")
    citation = Citation(
        reference.instrument,
        instrument.title,
        article=text.number,
        paragraph=reference.paragraph,
        item=reference.item,
        inserted=reference.inserted,
        version=version.number,
        valid_from=version.valid_from,
    )
    others = [one for one in article.versions if one.number != text.number]
    if not others:
        return ArticleInForce(article.id, citation, text.summary)
    return ArticleInForce(
        article.id, citation, text.summary, others[0].number, other_is_former=others[0].valid_from < text.valid_from
    )


def sector_rules(
    field: str,
    on: date,
    *,
    conduct: str | None = None,
    area_code: str | None = None,
    test_kind: TestKind | None = None,
) -> tuple[SectorRule, ...]:
    """Sector rules for conduct in that field on that day, national before local, in the order of the matrix.

    Rules of one province count only when `area_code` lies in it; a rule for one kind of vehicle test is left out only
    when `test_kind` names another. NotFound for an unknown field.
    """
    book = lawbook()
    if field not in {one.code for one in book.fields}:
        raise NotFound(f"没有“{field}”这一领域代码。")
    found = [
        rule
        for rule in book.sector_rules
        if field in rule.fields
        and rule.holds_on(on)
        and (conduct is None or conduct in rule.conduct)
        and (rule.area_prefix is None or (area_code or "").startswith(rule.area_prefix))
        and (rule.test_kind is None or test_kind is None or rule.test_kind == test_kind)
    ]
    return tuple(sorted(found, key=lambda rule: (rule.area_prefix is not None, rule.when is not None)))


def citation_for(
    violation_id: str,
    field: str,
    conduct_date: date,
    *,
    area_code: str | None = None,
    test_kind: TestKind | None = None,
) -> CitedLaw:
    """The law for one violation in a field on the day of conduct, the sector law first.

    `violation_id` may be an alias that means one violation. NotFound when it is unknown, ambiguous or was not yet
    (no longer) law on that day.
    """
    entry = violation(_single(violation_id, conduct_date))
    penalty = entry.penalty_on(conduct_date)
    if penalty is None:
        raise NotFound(f"没有录入{day_text(conduct_date)}有效的“{entry.title}”罚则。")
    rules = sector_rules(field, conduct_date, conduct=entry.kind, area_code=area_code, test_kind=test_kind)
    sector = tuple(
        SectorCitation(rule, tuple(cite(one, conduct_date).citation for one in _in_force(rule.basis, conduct_date)))
        for rule in rules
    )
    return CitedLaw(
        violation=entry,
        conduct_on=conduct_date,
        articles=tuple(cite(one, conduct_date) for one in entry.basis),
        penalty=penalty,
        penalty_articles=tuple(cite(one, conduct_date) for one in _in_force(penalty.basis, conduct_date)),
        sector=sector,
        authority=_competent(rules),
        transfer=bool(rules) and rules[0].transfer,
        hearing=hearing_hint(penalty, conduct_date),
    )


def hearing_hint(penalty: Penalty, on: date) -> str | None:
    """Whether the highest fine for a legal person reaches the sum from which a hearing must be offered."""
    highest = max((one.max_fen for one in penalty.amounts if one.max_fen is not None), default=0)
    reached = [one for one in lawbook().thresholds if one.id == "HEAR-05" and one.holds_on(on)]
    if not reached or highest < reached[0].value("legal_person_fen"):
        return None
    return "罚款数额可能达到听证标准，告知书应当载明要求听证的权利。"


def threshold(threshold_id: str, on: date) -> Threshold:
    """The threshold in force on that day; NotFound otherwise."""
    for one in lawbook().thresholds:
        if one.id == threshold_id and one.holds_on(on):
            return one
    raise NotFound(f"{day_text(on)}没有有效的参数“{threshold_id}”。")


def _competent(rules: tuple[SectorRule, ...]) -> str:
    """The authority of the first rule; of all rules for a kind of vehicle test while that kind is not known."""
    if not rules:
        return OWN_AUTHORITY
    first = [rules[0]] if rules[0].test_kind is None else [rule for rule in rules if rule.test_kind is not None]
    return "或者".join(dict.fromkeys(rule.authority for rule in first))


def _single(name: str, on: date) -> str:
    targets = [one for one in resolve(name, on) if one in _violations()]
    if len(targets) != 1:
        raise NotFound(f"“{name}”不是一项违法行为，或者可指多项：{'、'.join(resolve(name, on))}。")
    return targets[0]


def _in_force(references: tuple[Reference, ...], on: date) -> tuple[Reference, ...]:
    book = lawbook()
    keys = {one.key for one in book.instruments if any(version.holds_on(on) for version in one.versions)}
    return tuple(one for one in references if one.instrument in keys)


@kept
def _violations() -> dict[str, Violation]:
    return {one.id: one for one in lawbook().violations}
