"""Finding leads by what stands in them: the databases' own full-text index over character pairs.

Two ways lead to the newest fifty. A word that many leads have is found soon among the newest ones; a word that few have
is found by the index at once. Neither alone is quick over a million leads (docs/decisions/0040-search-over-leads.md).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from hengjian.apps.leads.models import Lead, LeadWords
from hengjian.apps.leads.selectors import leads_seen_by, within_reach
from hengjian.engines.likeness.words import asked, contains, is_plain, words
from hengjian.kernel.errors import Refused

SHOWN = 50
LOOKED_AT = 120
"""Candidates read at once: the words may stand apart, so that some fall out again."""
RECENT = 3_000
WORDS_MOST = 24
PREFIX_LEAST = 3


def text_of(lead: Lead) -> str:
    """Everything by which a lead is found."""
    named = [lead.institution.name, lead.institution.uscc] if lead.institution else []
    parts = [lead.number, lead.outside_number, lead.title, lead.respondent_name, lead.respondent_uscc, *named]
    return "\n".join([*parts, *lead.report_numbers, lead.text])


def index_lead(lead: Lead) -> None:
    """Write the words of a lead, new or changed."""
    LeadWords.objects.update_or_create(lead=lead, defaults={"words": " ".join(words(text_of(lead)))})


def search_leads(user: Any, typed: str, *, on: date) -> QuerySet[Lead]:
    """At most fifty leads that the person may see and in which everything typed stands, the newest first.

    Refused with a sentence where there is nothing to ask for: a single Chinese character stands in half of all leads.
    """
    tokens = asked(typed)[:WORDS_MOST]
    if not tokens:
        raise Refused("请至少输入两个字，或者一个编号。", where={"field": "q"})
    seen = leads_seen_by(user, on=on)
    pks = _candidates(tokens, Lead.objects.filter(within_reach(user, on=on)))
    rows = seen.filter(pk__in=pks).order_by("-received_at", "-pk")
    fitting = [lead.pk for lead in rows if contains(text_of(lead), typed)]
    return seen.filter(pk__in=fitting[:SHOWN]).order_by("-received_at", "-pk")


def _candidates(tokens: list[str], reach: QuerySet[Lead]) -> list[int]:
    if connection.vendor == "postgresql":
        return _postgresql(tokens, reach)
    return _sqlite(tokens, reach)


def _postgresql(tokens: list[str], reach: QuerySet[Lead]) -> list[int]:
    query = " & ".join(_lexeme(token, last=token == tokens[-1]) for token in tokens)
    newest = reach.order_by("-received_at").values("id", "received_at")
    inner, params = newest[:RECENT].query.sql_with_params()
    within, within_params = reach.order_by().values("id").query.sql_with_params()
    recent = (
        f"WITH r AS MATERIALIZED ({inner}) SELECT r.id FROM r JOIN leads_leadwords w ON w.lead_id = r.id"
        " WHERE w.tsv @@ %s::tsquery ORDER BY r.received_at DESC LIMIT %s"
    )
    everywhere = (
        "WITH h AS MATERIALIZED (SELECT lead_id FROM leads_leadwords WHERE tsv @@ %s::tsquery)"
        " SELECT l.id FROM h JOIN leads_lead l ON l.id = h.lead_id"
        f" WHERE l.id IN ({within}) ORDER BY l.received_at DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(recent, [*params, query, LOOKED_AT])
        found = [row[0] for row in cursor.fetchall()]
        if len(found) >= SHOWN:
            return found
        cursor.execute(everywhere, [query, *within_params, LOOKED_AT])
        return [row[0] for row in cursor.fetchall()]


def _lexeme(token: str, *, last: bool) -> str:
    # tokens hold letters and digits only: nothing in them ends the quotes
    prefix = ":*" if last and is_plain(token) and len(token) >= PREFIX_LEAST else ""
    return f"'{token}'{prefix}"


def _sqlite(tokens: list[str], reach: QuerySet[Lead]) -> list[int]:
    query = " AND ".join(
        f'"{token}"' + ("*" if token == tokens[-1] and is_plain(token) and len(token) >= PREFIX_LEAST else "")
        for token in tokens
    )
    within, params = reach.order_by().values("id").query.sql_with_params()
    # the index gives the rows newest first by itself; each is then asked for by its key
    sql = (
        "SELECT f.rowid FROM leads_leadwords_fts f WHERE leads_leadwords_fts MATCH %s"
        f" AND EXISTS ({within} AND leads_lead.id = f.rowid) ORDER BY f.rowid DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [query, *params, LOOKED_AT])
        return [row[0] for row in cursor.fetchall()]
