"""Lists of cases, searched: by ticket, by words, and by the words that were probably meant."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from record.cases import Filters, Page, listed, newest
from record.engine import fetch_one, storable
from record.tables import complaints

LONGEST = 200
TICKET = re.compile(r"\s*(?:MB[-\s]*)?(\d{4})[-\s]+(\d{1,9})\s*", re.IGNORECASE)

CORRECTED = text(
    """
    SELECT string_agg('(' || meant.words || ')', ' & ' ORDER BY typed.positions) AS query,
           string_agg(meant.likest, ' ' ORDER BY typed.positions) AS shown
    FROM unnest(to_tsvector('simple', :q)) AS typed(word, positions, weights)
    CROSS JOIN LATERAL (
        SELECT string_agg(near.word, ' | ') AS words,
               (array_agg(near.word ORDER BY similarity(near.word, typed.word) DESC))[1] AS likest
        FROM (
            SELECT w.word FROM words w WHERE w.word = typed.word
            UNION ALL
            (SELECT w.word FROM words w
             WHERE w.word % typed.word
               AND NOT EXISTS (SELECT FROM words known WHERE known.word = typed.word)
             ORDER BY levenshtein(w.word, typed.word)
             FETCH FIRST ROW WITH TIES)
        ) near
    ) meant
    HAVING bool_or(typed.word <> meant.likest)
    """
)
"""Each word typed, or those of the record that differ least from it; no row where all are known."""


async def list_cases(
    engine: AsyncEngine,
    actor: Actor,
    filters: Filters,
    now: datetime,
    *,
    q: str | None = None,
    after: UUID | None = None,
    limit: int = 25,
) -> Page:
    """The cases `actor` may see, newest first.

    `q` is a ticket, or words as one types them into a search engine (several words must all
    occur, `"…"` is a phrase, `or` and `-` work); any input is safe. One statement; where words are
    found nowhere, a second looks for the words meant and a third searches for them.
    """
    query = listed(actor, filters, now, after)
    words = storable(q or "")[:LONGEST].strip()
    if not words:
        return await newest(engine, query, limit)
    if ticket := TICKET.fullmatch(words):
        year, number = ticket.groups()
        return await newest(
            engine, query.where(complaints.c.ticket == f"MB-{year}-{number:0>6}"), limit
        )
    found = await newest(
        engine, _matching(query, func.websearch_to_tsquery("indonesian", words)), limit
    )
    if found.rows:
        return found
    meant = await fetch_one(engine, CORRECTED, {"q": words})
    if meant is None or meant["query"] is None:
        return found
    corrected = await newest(
        engine,
        _matching(query, func.to_tsquery("indonesian", meant["query"])),
        limit,
        corrected=meant["shown"],
    )
    return corrected if corrected.rows else found


def _matching(query: Select[tuple[Any, ...]], tsquery: Any) -> Select[tuple[Any, ...]]:
    return query.where(complaints.c.tsv.op("@@")(tsquery))
