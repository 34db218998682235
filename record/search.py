"""Lists of cases, searched: by ticket, by words, and by the words that were probably meant.

Whatever is typed, and however large the record, the work is bounded. PostgreSQL's index of words
knows no order: to find the newest of what a common word matches it would read all of it. So the
newest cases are read first, which finds what is common among them; only what is rare there is
asked of the index, and what the index has too much of is looked for among somewhat older cases.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, select, text, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actors import Actor
from record.cases import SHOWN, CaseRow, Filters, Page, columns, newest, page_of, picked
from record.engine import fetch, fetch_one, storable
from record.tables import cases, complaints

LONGEST = 200
NEWEST, OLDER = 2_000, 8_000
"""How many cases are read, first and then further back."""
INDEXED = 2_000
"""How many complaints the index of words may be asked to bring: of what more have, even a record
of a million holds a page among the cases read."""
TICKET = re.compile(r"\s*(?:MB[-\s]*)?(\d{4})[-\s]+(\d{1,9})\s*", re.IGNORECASE)

MEANT = text(
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
    occur, `"…"` is a phrase, `or` and `-` work); any input is safe. One statement without words,
    at most four with them; where they are found nowhere, one more looks for the words meant and
    these are searched for. A page of a search that looked far back can be short, or empty, and
    still have an `after` to go on with.
    """
    return await search(engine, picked(actor, filters, now, after), now, q=q, limit=limit)


async def search(
    engine: AsyncEngine,
    ids: Select[tuple[UUID]],
    now: datetime,
    *,
    q: str | None = None,
    limit: int = 25,
) -> Page:
    """As `list_cases`, among the cases that `ids` picks."""
    words = storable(q or "")[:LONGEST].strip()
    if not words:
        return await newest(engine, ids, now, limit)
    if ticket := TICKET.fullmatch(words):
        year, number = ticket.groups()
        found = select(complaints.c.id).where(complaints.c.ticket == f"MB-{year}-{number:0>6}")
        return await newest(engine, ids.where(cases.c.complaint_id.in_(found)), now, limit)
    typed = func.websearch_to_tsquery("indonesian", words)
    page = await _search(engine, ids, typed, now, limit)
    if page.rows or page.after:
        return page
    meant = await fetch_one(engine, MEANT, {"q": words})
    if meant is None or meant["query"] is None:
        return page
    tsquery = func.to_tsquery("indonesian", meant["query"])
    corrected = await _search(engine, ids, tsquery, now, limit)
    if not corrected.rows and corrected.after is None:
        return page
    return replace(corrected, corrected=meant["shown"])


async def _search(
    engine: AsyncEngine,
    ids: Select[tuple[UUID]],
    tsquery: ColumnElement[Any],
    now: datetime,
    limit: int,
) -> Page:
    matches = complaints.c.tsv.op("@@")(tsquery)
    rows = await _read(engine, ids, NEWEST, matches, now, limit)
    if len(rows) > limit:
        return page_of(rows, limit)
    last, many, found = await _ask_index(engine, ids, tsquery, now, limit)
    if not many:
        return page_of([*rows, *found], limit)
    older = ids.where(cases.c.complaint_id < last)
    rows += await _read(engine, older, OLDER, matches, now, limit)
    page = page_of(rows, limit)
    if page.after is None:
        end = await fetch_one(engine, select(_nth(older, OLDER).label("id")))
        page = replace(page, after=end["id"] if end else None)
    return page


async def _read(
    engine: AsyncEngine,
    ids: Select[tuple[UUID]],
    count: int,
    matches: ColumnElement[bool],
    now: datetime,
    limit: int,
) -> list[CaseRow]:
    """The rows of a page, and one more, that match among the newest `count` of `ids`."""
    looked_at = ids.order_by(cases.c.complaint_id.desc()).limit(count).subquery("looked_at")
    # OFFSET 0 keeps the planner from turning this inside out.
    one = select(true()).where(complaints.c.id == looked_at.c.complaint_id, matches).offset(0)
    hits = (
        select(looked_at.c.complaint_id)
        .join(one.lateral(), true())
        .order_by(looked_at.c.complaint_id.desc())
        .limit(limit + 1)
        .subquery("hits")
    )
    query = (
        select(*columns(CaseRow, now))
        .select_from(SHOWN.join(hits, hits.c.complaint_id == cases.c.complaint_id))
        .order_by(cases.c.complaint_id.desc())
    )
    return [CaseRow(**row) for row in await fetch(engine, query)]


async def _ask_index(
    engine: AsyncEngine,
    ids: Select[tuple[UUID]],
    tsquery: ColumnElement[Any],
    now: datetime,
    limit: int,
) -> tuple[UUID | None, bool, list[CaseRow]]:
    """What the index of words has beyond the newest `NEWEST` of `ids`.

    The last id of those (None where there are no more), whether the index has more than `INDEXED`,
    and, where it has not, the rows of a page and one more.
    """
    last = select(_nth(ids, NEWEST).label("id")).cte("last").prefix_with("MATERIALIZED")
    # The index knows words, not their order: of a phrase it brings all that has its words.
    all_words = cast(func.regexp_replace(cast(tsquery, Text), r"<(-|\d+)>", "&", "g"), TSQUERY)
    end = select(last.c.id).scalar_subquery()
    indexed = (
        select(complaints.c.id)
        .where(complaints.c.tsv.op("@@")(all_words), end.is_not(None))
        .limit(INDEXED + 1)
        .cte("indexed")
        .prefix_with("MATERIALIZED")
    )
    many = select(func.count() > INDEXED).select_from(indexed).scalar_subquery()
    one = (
        ids.join(complaints, complaints.c.id == cases.c.complaint_id)
        .where(cases.c.complaint_id == indexed.c.id, complaints.c.tsv.op("@@")(tsquery))
        .correlate(indexed)
        .offset(0)
    )
    found = (
        select(indexed.c.id)
        .join(one.lateral(), true())
        .where(~many, indexed.c.id < end)
        .order_by(indexed.c.id.desc())
        .limit(limit + 1)
        .subquery("found")
    )
    rows = SHOWN.join(found, found.c.id == cases.c.complaint_id)
    query = (
        select(last.c.id.label("last"), many.label("many"), *columns(CaseRow, now))
        .select_from(last.join(rows, true(), isouter=True))
        .order_by(cases.c.complaint_id.desc())
    )
    got = [dict(row) for row in await fetch(engine, query)]
    said = [(row.pop("last"), row.pop("many")) for row in got]
    return *said[0], [CaseRow(**row) for row in got if row["complaint_id"]]


def _nth(ids: Select[tuple[UUID]], n: int) -> Any:
    """The n-th newest of `ids`, null where there are fewer."""
    return ids.order_by(cases.c.complaint_id.desc()).offset(n - 1).limit(1).scalar_subquery()
