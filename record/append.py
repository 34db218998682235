"""Appending events to a case: the hot path, one statement, one round trip, safe to repeat."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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


APPEND = "SELECT seq, origins FROM append_and_route(%s, %s::jsonb, %s::jsonb, %s::jsonb)"


@dataclass(frozen=True)
class Appended:
    """The number of the last event recorded, and the origins whose portals are to be told."""

    seq: int
    origins: Sequence[UUID]


async def append(
    engine: AsyncEngine,
    complaint: UUID,
    events: Sequence[Recorded],
    projection: Projection,
    notices: Sequence[Notice] = (),
) -> Appended:
    """Append `events` in order, with the case as it is after the last of them and its notices.

    Events that are recorded already are skipped, and if all are, nothing is done. Raises
    DivergedError, GapError, UnknownCaseError.
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
    return Appended(row["seq"], row["origins"] or ())
