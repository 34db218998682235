"""What a member of staff has begun to write about a case, until it is sent.

It lies here and not in the browser, so that going back and forth, a conflict, or a session that
ended loses nothing, and no address ever holds what was typed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from record.engine import execute, fetch_one, storable
from record.tables import staff_drafts as table

KEPT = timedelta(days=7)


async def save_draft(
    engine: AsyncEngine,
    account: UUID,
    complaint: UUID,
    form: str,
    fields: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep it in place of what was there before; others' drafts of last week go."""
    statement = insert(table).values(
        account_id=account,
        complaint_id=complaint,
        form=form,
        fields={name: storable(value) for name, value in fields.items()},
        changed_at=now,
    )
    await execute(
        engine,
        statement.on_conflict_do_update(
            index_elements=["account_id", "complaint_id", "form"],
            set_={"fields": statement.excluded.fields, "changed_at": now},
        ),
    )
    await execute(engine, delete(table).where(table.c.changed_at < now - KEPT))


async def draft_of(
    engine: AsyncEngine, account: UUID, complaint: UUID, form: str
) -> dict[str, str]:
    """Field by field; empty where nothing was begun."""
    row = await fetch_one(
        engine,
        select(table.c.fields).where(
            table.c.account_id == account,
            table.c.complaint_id == complaint,
            table.c.form == form,
        ),
    )
    return dict(row["fields"]) if row else {}


async def drop_draft(
    engine: AsyncEngine, account: UUID, complaint: UUID, form: str, key: str | None
) -> None:
    """Once it was sent: what has another `key` was written in another window and stays. Safe to
    repeat."""
    await execute(
        engine,
        delete(table).where(
            table.c.account_id == account,
            table.c.complaint_id == complaint,
            table.c.form == form,
            table.c.fields["key"].astext == key,
        ),
    )
