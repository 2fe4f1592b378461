"""Pages of instruments, articles and fields."""

from __future__ import annotations

from datetime import date

from hengjian.apps.rulebook import wording
from hengjian.apps.rulebook.entry import Cell, Page, Table, basis_table, entry_url, span
from hengjian.kernel.citation import Citation
from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import uses
from hengjian.law.loader import lawbook
from hengjian.law.models import Article, ArticleVersion


def instrument_page(key: str, on: date, *, today: date) -> Page:
    """An instrument with its versions and the articles recorded of it."""
    book = lawbook()
    found = book.instrument(key)
    if found is None:
        raise NotFound(f"规则库里没有“{key}”。")
    versions = [
        [Cell(v.number), Cell(span(v)), Cell(v.change), Cell(str(v.articles or "—"), kind="n")] for v in found.versions
    ]
    articles = [
        [
            Cell(_place(version), entry_url("articles", one.id, on, today=today)),
            Cell(one.heading),
            Cell(version.summary),
        ]
        for one, version in ((one, one.version_on(on)) for one in book.articles if one.id.partition("-")[0] == key)
        if version is not None
    ]
    tables = [Table("版本", ("文号", "有效期", "改了什么", "条数"), versions)]
    if articles:
        tables.append(
            Table("录入的条文", ("条", "标题", "内容"), articles, note=f"{on} 的条号；只录入了系统引用的条文")
        )
    facts = [("种类", wording.INSTRUMENT_KINDS[found.kind]), ("发布", found.issuer), ("编号", found.key)]
    if found.replaced_by:
        later = book.instrument(found.replaced_by)
        facts.append(("后由", f"《{later.title}》取代" if later else found.replaced_by))
    current = next((v for v in found.versions if v.holds_on(on)), None)
    return Page(
        section="instruments",
        section_label="法规文件",
        id=key,
        title=f"《{found.title}》",
        lines=[found.issuer, current.number if current else "该日没有有效文本"],
        facts=facts,
        tables=tables,
        uses=uses(key),
        certain=found,
        in_force=current is not None,
    )


def _place(version: ArticleVersion) -> str:
    return Citation("", "", article=version.number).place


def article_page(article_id: str, on: date, *, today: date) -> Page:
    """An article in its versions, with the number each bore and what rests on it."""
    book = lawbook()
    found = book.article(article_id)
    if found is None:
        raise NotFound(f"规则库里没有条文“{article_id}”。")
    instrument = book.instrument(article_id.partition("-")[0])
    title = instrument.title if instrument else ""
    version = found.version_on(on)
    shown = version or found.versions[-1]
    numbers = sorted({one.number for one in found.versions})
    lines = [f"《{title}》"]
    if len(numbers) > 1:
        lines.append("条号改过：" + "，".join(f"{_place(v)}（{span(v)}）" for v in found.versions))
    others = [one for one in book.aliases if one.target == article_id]
    facts = [("编号", found.id), ("文件", title), ("标题", found.heading)]
    facts += [("又名", f"{one.alias}{f'（{one.when}）' if one.when else ''}") for one in others]
    return Page(
        section="articles",
        section_label="条文与版本",
        id=article_id,
        title=f"{_place(shown)}　{found.heading}",
        lines=lines,
        text=[shown.summary],
        facts=facts,
        uses=uses(article_id),
        certain=found,
        in_force=version is not None,
        extra={"versions": _steps(found, on)},
    )


def _steps(article: Article, on: date) -> list[dict[str, object]]:
    instrument = lawbook().instrument(article.id.partition("-")[0])
    made = []
    for version in article.versions:
        number = next((v.number for v in instrument.versions if v.meets(version)), "") if instrument else ""
        state = "now" if version.holds_on(on) else "done" if version.valid_from <= on else ""
        made.append({"label": version.valid_from.isoformat(), "state": state, "note": f"{number} {_place(version)}"})
    return made


def difference(article_id: str, first: date, second: date) -> list[tuple[str, str, str, bool]]:
    """An article on two days: (what, on the first, on the second, changed). Says so where nothing was in force."""
    book = lawbook()
    article = book.article(article_id)
    instrument = book.instrument(article_id.partition("-")[0])
    if article is None or instrument is None:
        raise NotFound(f"规则库里没有条文“{article_id}”。")
    sides = []
    for day in (first, second):
        version = article.version_on(day)
        holder = next((v for v in instrument.versions if v.holds_on(day)), None)
        nothing = "没有录入这一天有效的文本"
        sides.append(
            (
                holder.number if holder else nothing,
                _place(version) if version else nothing,
                version.summary if version else nothing,
            )
        )
    return [(name, old, new, old != new) for name, old, new in zip(("文号", "条号", "内容"), *sides, strict=True)]


def field_page(code: str, on: date, *, today: date) -> Page:
    """A field of testing: whether it is a key field, and which sector laws and standards name it."""
    found = next((one for one in lawbook().fields if one.code == code), None)
    if found is None:
        raise NotFound(f"规则库里没有领域“{code}”。")
    return Page(
        section="fields",
        section_label="领域",
        id=code,
        title=found.title,
        lines=["重点领域，每年全覆盖" if found.is_key else "不是重点领域"],
        facts=[("编号", code), ("有效期", span(found))],
        tables=basis_table("列为重点领域的依据", found.key_basis, on, today=today),
        uses=uses(code),
        certain=found,
        in_force=found.holds_on(on),
    )
