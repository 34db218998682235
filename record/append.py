"""Appending events to a case: the hot path, one statement, one round trip, safe to repeat."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.chain import Recorded
from domain.notices import Notice
from domain.projection import Projection
from record.engine import quick
from record.errors import refusal


def columns_of(projection: Projection) -> dict[str, Any]:
    """The columns of `cases` that the events set; `seq` and `head` the database knows itself."""
    return projection.model_dump(mode="json", exclude={"seq", "head"})


def outbox_rows(notices: Sequence[Notice]) -> list[dict[str, Any]]:
    """Notices numbered from 1 within their event, so that a repeated append finds its own rows."""
    told: Counter[int] = Counter()
    rows = []
    for notice in notices:
        told[notice.seq] += 1
        rows.append(notice.model_dump(mode="json") | {"n": told[notice.seq]})
    return rows


APPEND = "SELECT append_events(%s, %s::jsonb, %s::jsonb, %s::jsonb)"


async def append(
    engine: AsyncEngine,
    complaint: UUID,
    events: Sequence[Recorded],
    projection: Projection,
    notices: Sequence[Notice] = (),
) -> int:
    """Append `events` in order, with the case as it is after the last of them and its notices.

    Events that are recorded already are skipped, and if all are, nothing is done. Returns the
    number of the last event recorded. Raises DivergedError, GapError, UnknownCaseError.
    """
    values = (
        complaint,
        json.dumps([event.model_dump() for event in events]),
        json.dumps(columns_of(projection)),
        json.dumps(outbox_rows(notices)),
    )

    try:
        row = await quick(engine, APPEND, values)
    except DBAPIError as error:
        raise refusal(error) or error from error
    assert row is not None
    return int(row["append_events"])
