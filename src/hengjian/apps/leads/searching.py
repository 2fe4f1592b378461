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
from hengjian.apps.leads.selectors import organs_reached, shared_with, with_people, within_reach
from hengjian.engines.likeness.words import asked, contains, is_plain, words
from hengjian.kernel.errors import Refused

SHOWN = 50
LOOKED_AT = 120
"""Candidates read at once: the words may stand apart, so that some fall out again."""
RECENT = 2_000
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
    pks = _postgresql(tokens, user, on) if connection.vendor == "postgresql" else _sqlite(tokens, user, on)
    # the candidates are within reach already: asking for it again would only cost
    rows = Lead.objects.filter(pk__in=pks).select_related("institution").order_by("-pk")
    fitting = [lead.pk for lead in rows if contains(text_of(lead), typed)][:SHOWN]
    return with_people(Lead.objects.filter(pk__in=fitting)).order_by("-pk")


def _postgresql(tokens: list[str], user: Any, on: date) -> list[int]:
    query = " & ".join(_lexeme(token, last=token == tokens[-1]) for token in tokens)
    organs, shared = organs_reached(user, on=on), shared_with(user, on=on)
    values = {"query": query, "organs": organs, "shared": shared, "recent": RECENT, "most": LOOKED_AT}
    with connection.cursor() as cursor:
        cursor.execute(_recent(organs), values)
        found = [row[0] for row in cursor.fetchall()]
        if len(found) >= SHOWN:
            return found
        cursor.execute(_EVERYWHERE, values)
        return [row[0] for row in cursor.fetchall()]


_REACH = "(l.organ_id = ANY(%(organs)s) OR l.heading_to_id = ANY(%(organs)s) OR l.handed_by_id = ANY(%(organs)s)"
_REACH += " OR l.id = ANY(%(shared)s))"
_COLUMNS = {"own": "organ_id", "heading": "heading_to_id", "handed": "handed_by_id"}
_OF_MANY = "SELECT id FROM leads_lead WHERE {column} = ANY(%(organs)s) ORDER BY received_at DESC LIMIT %(recent)s"
_OF_FEW = (
    "SELECT n.id FROM unnest(%(organs)s::bigint[]) o(pk) CROSS JOIN LATERAL (SELECT id, received_at FROM leads_lead"
    " WHERE {column} = o.pk ORDER BY received_at DESC LIMIT %(recent)s) n ORDER BY n.received_at DESC LIMIT %(recent)s"
)
FEW = 8
"""Up to so many organs each has its index asked; of more, all leads are read newest first till enough are theirs."""


def _recent(organs: list[int]) -> str:
    """The question for the newest leads in reach.

    Each window by its own index (one OR over all three would read every lead of the organs first), and each of its
    leads by its key: left to choose, the planner reads all hits of the word. Nothing older than the end of a full
    window: there newer leads may lie between.
    """
    own = _OF_FEW if len(organs) <= FEW else _OF_MANY
    windows = ", ".join(
        f"{name} AS MATERIALIZED ({(own if name == 'own' else _OF_MANY).format(column=column)})"
        for name, column in _COLUMNS.items()
    )
    ends = " UNION ALL ".join(f"SELECT min(id) AS id FROM {name} HAVING count(*) >= %(recent)s" for name in _COLUMNS)
    every = " UNION ".join(f"SELECT id FROM {name}" for name in _COLUMNS)
    return (
        f"WITH {windows}, ends AS ({ends}),"
        f" r AS MATERIALIZED ({every} UNION SELECT unnest(%(shared)s::bigint[]))"
        " SELECT r.id FROM r CROSS JOIN LATERAL (SELECT 1 FROM leads_leadwords w"
        " WHERE w.lead_id = r.id AND w.tsv @@ %(query)s::tsquery OFFSET 0) hit"
        " WHERE r.id >= coalesce((SELECT max(id) FROM ends), 0) ORDER BY r.id DESC LIMIT %(most)s"
    )


# the hits newest first, each then looked up by its key until enough are within reach
_EVERYWHERE = (
    "WITH h AS MATERIALIZED (SELECT lead_id FROM leads_leadwords WHERE tsv @@ %(query)s::tsquery ORDER BY lead_id DESC)"
    f" SELECT h.lead_id FROM h CROSS JOIN LATERAL (SELECT 1 FROM leads_lead l WHERE l.id = h.lead_id AND {_REACH}"
    " OFFSET 0) seen LIMIT %(most)s"
)


def _lexeme(token: str, *, last: bool) -> str:
    # tokens hold letters and digits only: nothing in them ends the quotes
    prefix = ":*" if last and is_plain(token) and len(token) >= PREFIX_LEAST else ""
    return f"'{token}'{prefix}"


def _sqlite(tokens: list[str], user: Any, on: date) -> list[int]:
    query = " AND ".join(
        f'"{token}"' + ("*" if token == tokens[-1] and is_plain(token) and len(token) >= PREFIX_LEAST else "")
        for token in tokens
    )
    within, params = Lead.objects.filter(within_reach(user, on=on)).order_by().values("id").query.sql_with_params()
    # the index gives the rows newest first by itself; each is then asked for by its key
    sql = (
        "SELECT f.rowid FROM leads_leadwords_fts f WHERE leads_leadwords_fts MATCH %s"
        f" AND EXISTS ({within} AND leads_lead.id = f.rowid) ORDER BY f.rowid DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [query, *params, LOOKED_AT])
        return [row[0] for row in cursor.fetchall()]
